/* The pages of a TIFF file: which of its directories are pages, and whether all of them are there. */
#include "image/codecs/tiff_pages.h"

#include "image/codecs/tiff_cut.h"
#include "image/reader.h"

enum { SUBFILE_REDUCED = 1, SUBFILE_MASK = 4 };

bool fz_tiff_is_page(const struct fz_bytes *file, const struct fz_ifd *dir)
{
    return (fz_ifd_find(file, dir, FZ_IFD_SUBFILE, 0) & (SUBFILE_REDUCED | SUBFILE_MASK)) == 0;
}

bool fz_tiff_is_copy(const struct fz_bytes *file, const struct fz_ifd *dir)
{
    return (fz_ifd_find(file, dir, FZ_IFD_SUBFILE, 0) & (SUBFILE_REDUCED | SUBFILE_MASK)) == SUBFILE_REDUCED;
}

/* The directory after that one; 0: none, or not all of it is there. */
static uint64_t next_directory(const struct fz_bytes *b, uint64_t at)
{
    struct fz_ifd dir, next;
    return fz_ifd_read(b, at, &dir) && dir.next && fz_ifd_read(b, dir.next, &next) ? dir.next : 0;
}

/* How many directories there are, each counted once: one that leads back is known by its place having been seen
 * (R. P. Brent, "An improved Monte Carlo factorization algorithm", 1980). */
static uint64_t count_directories(const struct fz_bytes *b, uint64_t first, bool *circle)
{
    uint64_t slow = first, fast = next_directory(b, first), steps = 1, power = 1, lambda = 1;
    while (fast != 0 && fast != slow && steps < FZ_TIFF_MAX_DIRECTORIES) {
        if (lambda == power) {
            slow = fast;
            power *= 2;
            lambda = 0;
        }
        fast = next_directory(b, fast);
        lambda++;
        steps++;
    }
    *circle = fast != 0 && fast == slow;
    if (!*circle)
        return steps;
    uint64_t mu = 0, ahead = first;
    for (uint64_t i = 0; i < lambda; i++)
        ahead = next_directory(b, ahead);
    for (uint64_t behind = first; behind != ahead && mu < steps; mu++) { /* a file may change meanwhile */
        behind = next_directory(b, behind);
        ahead = next_directory(b, ahead);
    }
    return mu + lambda;
}

bool fz_tiff_find_directory(const struct fz_bytes *b, int page, struct fz_ifd *out,
                            struct fz_tiff_pages *pages)
{
    struct fz_ifd dir;
    uint64_t at = fz_ifd_first(b);
    *pages = (struct fz_tiff_pages){0};
    if (!fz_ifd_read(b, at, out)) {
        pages->cut = true;
        return false;
    }
    bool found = page == 0;
    uint64_t count = count_directories(b, at, &pages->circle);
    for (uint64_t i = 0; i < count && fz_ifd_read(b, at, &dir); i++, at = dir.next) {
        if (fz_tiff_is_page(b, &dir) && pages->count++ == page) {
            *out = dir;
            found = true;
        }
        pages->cut = dir.next != 0 && i + 1 == count && count < FZ_TIFF_MAX_DIRECTORIES && !pages->circle;
    }
    pages->count = pages->count > 0 ? pages->count : 1;
    return found;
}

struct fz_tiff_pages fz_tiff_find_page(const struct fz_bytes *file, int page, uint64_t *at)
{
    struct fz_ifd dir = {0};
    struct fz_tiff_pages pages;
    fz_tiff_find_directory(file, page, &dir, &pages);
    pages.cut = pages.cut || fz_tiff_is_cut(file, &dir);
    *at = dir.at;
    return pages;
}

int fz_tiff_page_orientation(const struct fz_bytes *file, int page)
{
    struct fz_ifd dir = {0};
    struct fz_tiff_pages pages;
    fz_tiff_find_directory(file, page, &dir, &pages);
    uint64_t orientation = fz_ifd_find(file, &dir, FZ_IFD_ORIENTATION, 1);
    return orientation >= 1 && orientation <= 8 ? (int)orientation : 1;
}
