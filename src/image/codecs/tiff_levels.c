/* The levels of a pyramid: smaller copies of a page in the same TIFF file. */
#include "image/codecs/tiff_cut.h"
#include "image/codecs/tiff_pages.h"

enum { MOST_LEVELS = 64 };

struct level_search {
    const struct fz_bytes *file;
    const struct fz_ifd *page;
    uint32_t width, height; /* of the page, px */
    uint64_t page_bytes;    /* that are reserved for it */
    const struct fz_part *part;
    struct fz_tiff_level *best;
};

/* Large enough, and without half pixels at the edges of a part. */
static bool level_covers(const struct level_search *s, uint64_t w, uint64_t h)
{
    const struct fz_image_region *of = &s->part->of;
    uint64_t whole_w = s->width, whole_h = s->height, right = (uint64_t)of->x + (uint64_t)of->w,
             bottom = (uint64_t)of->y + (uint64_t)of->h;
    if (w * (uint64_t)of->w < (uint64_t)s->part->out_w * whole_w ||
        h * (uint64_t)of->h < (uint64_t)s->part->out_h * whole_h)
        return false;
    if ((uint64_t)of->w == whole_w && (uint64_t)of->h == whole_h)
        return true;
    for (uint64_t by = 2; by <= 8; by *= 2)
        if (w == (whole_w + by - 1) / by && h == (whole_h + by - 1) / by)
            return (uint64_t)of->x % by == 0 && (uint64_t)of->y % by == 0 &&
                   (right % by == 0 || right == whole_w) && (bottom % by == 0 || bottom == whole_h);
    return false;
}

/* The same picture, no larger than the best so far, all of it there, and it takes no more than the page. */
static void consider_level(const struct level_search *s, uint64_t at)
{
    static const uint32_t same[] = {FZ_IFD_BITS, FZ_IFD_SAMPLES, FZ_IFD_PHOTOMETRIC, FZ_IFD_PLANAR,
                                    FZ_IFD_FILL_ORDER};
    struct fz_ifd dir;
    if (!fz_ifd_read(s->file, at, &dir) || !fz_tiff_is_copy(s->file, &dir))
        return;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (fz_ifd_find(s->file, &dir, same[i], 1) != fz_ifd_find(s->file, s->page, same[i], 1))
            return;
    uint64_t w = fz_ifd_find(s->file, &dir, FZ_IFD_WIDTH, 0),
             h = fz_ifd_find(s->file, &dir, FZ_IFD_HEIGHT, 0);
    uint64_t whole_w = s->width, whole_h = s->height;
    if (w == 0 || h == 0 || w > s->best->width || h > s->best->height || (w == whole_w && h == whole_h))
        return;
    uint64_t a = w * whole_h, b = h * whole_w;
    if ((a > b ? a - b : b - a) > whole_w + whole_h || !level_covers(s, w, h))
        return;
    const struct fz_tiff_band band = fz_tiff_read_band(s->file, &dir, (uint32_t)w, (uint32_t)h);
    if (band.bytes + band.stored_bytes <= s->page_bytes && !fz_tiff_is_cut(s->file, &dir))
        *s->best = (struct fz_tiff_level){at, (uint32_t)w, (uint32_t)h};
}

void fz_tiff_find_level(const struct fz_bytes *file, int page, const struct fz_part *part,
                        struct fz_tiff_level *level)
{
    struct fz_ifd dir = {0}, next;
    struct fz_tiff_pages pages;
    struct fz_ifd_values below;
    if (!fz_tiff_find_directory(file, page, &dir, &pages))
        return;
    const struct fz_tiff_band band = fz_tiff_read_band(file, &dir, level->width, level->height);
    const struct level_search s = {
        .file = file,
        .page = &dir,
        .width = level->width,
        .height = level->height,
        .page_bytes = band.bytes + band.stored_bytes,
        .part = part,
        .best = level,
    };
    if (fz_ifd_find_values(file, &dir, FZ_IFD_SUBDIRECTORIES, &below))
        for (uint64_t i = 0; i < below.count && i < MOST_LEVELS; i++)
            consider_level(&s, fz_ifd_number(file, below.pos + i * below.bytes, below.bytes));
    uint64_t at = dir.next;
    for (int i = 0; i < MOST_LEVELS && at && fz_ifd_read(file, at, &next) && !fz_tiff_is_page(file, &next);
         i++) {
        consider_level(&s, at);
        at = next.next;
    }
}
