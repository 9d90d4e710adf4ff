#include "image/first.h"

#include "base/mem.h"
#include "image/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_SIDE_PX = 640 }; /* of a thumbnail: a larger one is no quick first picture */

enum fz_err fz_image_read_head(int fd, struct fz_image_head *head, struct fz_error *err)
{
    *head = (struct fz_image_head){0};
    enum fz_err code = fz_reader_check(fd, NULL, err);
    if (code != FZ_OK)
        return code;
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice only: may fail */
    head->bytes = fz_try_malloc(FZ_FORMAT_HEAD_BYTES);
    if (!head->bytes)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for the file");
    while (head->len < FZ_FORMAT_HEAD_BYTES) {
        ssize_t n = read(fd, head->bytes + head->len, FZ_FORMAT_HEAD_BYTES - head->len);
        if (n == 0)
            return FZ_OK;
        if (n > 0)
            head->len += (size_t)n;
        else if (errno != EINTR)
            return fz_fail(err, fz_err_from_errno(errno), errno, "cannot read");
    }
    return FZ_OK;
}

void fz_image_head_fini(struct fz_image_head *head)
{
    free(head->bytes);
    *head = (struct fz_image_head){0};
}

/* --- EXIF 2.3, 4.5 and 4.6: the thumbnail directory ---------------------------------------------------- */

enum {
    ENTRY_BYTES = 12,
    COMPRESSION = 0x103,
    ORIENTATION = 0x112,
    JPEG_AT = 0x201,
    JPEG_BYTES = 0x202,
    COMPRESSION_JPEG = 6,
};

struct tiff {
    struct fz_bytes bytes;
    bool big_endian;
};

static uint32_t number(const struct tiff *t, uint64_t pos, unsigned count)
{
    return t->big_endian ? fz_bytes_be(&t->bytes, pos, count) : fz_bytes_le(&t->bytes, pos, count);
}

/* The value of a tag in the directory at `ifd`, a SHORT or a LONG; `none` where it is not there. */
static uint32_t value_of(const struct tiff *t, uint64_t ifd, uint32_t tag, uint32_t none)
{
    enum { SHORT = 3 };
    uint32_t count = number(t, ifd, 2);
    for (uint64_t at = ifd + 2; count > 0 && fz_bytes_has(&t->bytes, at, ENTRY_BYTES);
         count--, at += ENTRY_BYTES)
        if (number(t, at, 2) == tag)
            return number(t, at + 8, number(t, at + 2, 2) == SHORT ? 2 : 4);
    return none;
}

struct fz_bytes fz_exif_thumbnail(const struct fz_bytes *exif)
{
    struct tiff t = {*exif, fz_bytes_match(exif, 0, "MM", 2)};
    uint64_t main = number(&t, 4, 4);
    uint64_t small = number(&t, main + 2 + (uint64_t)number(&t, main, 2) * ENTRY_BYTES, 4);
    if (small == 0 || value_of(&t, small, COMPRESSION, COMPRESSION_JPEG) != COMPRESSION_JPEG)
        return (struct fz_bytes){0};
    uint32_t turn = value_of(&t, main, ORIENTATION, 1);
    uint64_t at = value_of(&t, small, JPEG_AT, 0), len = value_of(&t, small, JPEG_BYTES, 0);
    if (value_of(&t, small, ORIENTATION, turn) != turn || len == 0 || !fz_bytes_has(exif, at, len))
        return (struct fz_bytes){0};
    return (struct fz_bytes){.at = exif->at + at, .len = (size_t)len, .whole = true};
}

/* --- the first picture --------------------------------------------------------------------------- */

/* Of the same shape, to the pixel: no bars above and below, nothing turned, nothing cut off since. */
static bool is_same_shape(const struct fz_header *whole, const struct fz_header *small)
{
    int w = (int)small->width, h = (int)small->height, fit_w, fit_h;
    fz_image_fit((int)whole->width, (int)whole->height, w, h, &fit_w, &fit_h);
    return w <= MAX_SIDE_PX && h <= MAX_SIDE_PX && w - fit_w <= 1 && h - fit_h <= 1;
}

/* The thumbnail as a file of its own. */
static bool find_small(struct fz_decode *d, struct fz_decode *small)
{
    struct fz_facts facts = {.max_frames = 1};
    d->format = fz_format_find(&d->file);
    if (!d->format || !d->format->facts || d->format->header(&d->file, &d->header) != FZ_HEAD_OK)
        return false;
    if (fz_decode_check_size(d) != FZ_OK)
        return false;
    d->format->facts(&d->file, &facts);
    small->file = fz_exif_thumbnail(&facts.exif);
    small->format = fz_format_find(&small->file);
    return small->format && small->format->load == fz_jpeg_load &&
           small->format->header(&small->file, &small->header) == FZ_HEAD_OK &&
           is_same_shape(&d->header, &small->header);
}

bool fz_image_load_first(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                         struct fz_image *out)
{
    struct fz_error err = {0};
    struct fz_decode d = {.request = request, .scratch = scratch, .out = out, .err = &err};
    struct fz_decode small = {.request = request, .scratch = scratch, .out = out, .err = &err, .turn = 1};
    *out = (struct fz_image){.frames = 1};
    d.file = (struct fz_bytes){.at = request->head.bytes, .len = request->head.len};
    if (!find_small(&d, &small))
        return false;
    out->format = d.format->name;
    out->orientation = d.format->orientation ? d.format->orientation(&d.file, &small.turn) : 1;
    if (d.format->load == fz_jpeg_load)
        fz_jpeg_set_profile(&small,
                            &d.file); /* thumbnails seldom have their own, and share the picture's colours */
    small.working_bytes = small.format->working_bytes(&small, small.file.len);
    if (small.format->load(&small) != FZ_OK || out->damaged) {
        out->pixels = NULL;
        return false;
    }
    bool swaps = fz_orient_swaps(small.turn);
    out->width = (int)(swaps ? d.header.height : d.header.width);
    out->height = (int)(swaps ? d.header.width : d.header.height);
    return true;
}
