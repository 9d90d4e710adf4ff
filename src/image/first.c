#include "image/image.h"

#include "base/io.h"
#include "base/mem.h"
#include "image/format.h"
#include "image/metadata/png_text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    if (!fz_pread_full(fd, head->bytes, FZ_FORMAT_HEAD_BYTES, 0, &head->len))
        return fz_fail(err, fz_err_from_errno(errno), errno, "cannot read");
    return FZ_OK;
}

void fz_image_head_fini(struct fz_image_head *head)
{
    free(head->bytes);
    *head = (struct fz_image_head){0};
}

bool fz_image_may_have_first(const struct fz_image_head *head)
{
    bool is_jpeg = head->len >= 3 && memcmp(head->bytes, "\xff\xd8\xff", 3) == 0;
    return !is_jpeg || memmem(head->bytes, head->len, "Exif", 5);
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

/* The JPEG in the thumbnail directory (IFD1) of EXIF data, a TIFF structure, not trusted; empty where there is
 * none, or one that lies otherwise than the picture. Inside `exif`. */
static struct fz_bytes thumbnail_of(const struct fz_bytes *exif)
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

static bool find_whole(struct fz_decode *d)
{
    d->file = (struct fz_bytes){.at = d->request->head.bytes, .len = d->request->head.len};
    d->format = fz_format_find(&d->file);
    bool is_read = d->format && (d->format->load || d->format->is_heavy) && d->format->header;
    return is_read && d->format->header(&d->file, &d->header) == FZ_HEAD_OK &&
           fz_decode_check_size(d) == FZ_OK;
}

/* The thumbnail as a file of its own. */
static bool find_small(struct fz_decode *d, struct fz_decode *small)
{
    struct fz_facts facts = {.max_frames = 1};
    if (!find_whole(d) || !d->format->facts)
        return false;
    d->format->facts(&d->file, &facts);
    small->file = facts.thumbnail.len > 0 ? facts.thumbnail : thumbnail_of(&facts.exif);
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

/* --- what another program left (Thumbnail Managing Standard 0.9) ---------------------------------------- */

enum { PNG_SIGNATURE = 8, PNG_FRAME = 12, PNG_DATA = 8 };

/* Where the first text with that keyword stands; 0: there is none. */
static uint64_t find_text(const struct fz_bytes *png, const char *key)
{
    static const char *const names[] = {"tEXt", "zTXt", "iTXt"};
    for (uint64_t at = PNG_SIGNATURE, len; fz_bytes_has(png, at, PNG_FRAME); at += PNG_FRAME + len) {
        len = fz_bytes_be(png, at, 4);
        bool is_text = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            is_text = is_text || fz_bytes_match(png, at + 4, names[i], 4);
        if (is_text && fz_bytes_has(png, at + PNG_DATA, len) && strlen(key) < len &&
            fz_bytes_match(png, at + PNG_DATA, key, strlen(key) + 1))
            return at;
    }
    return 0;
}

/* `value`, or, unless `more` is 0, that and more, which begins so. No more is unpacked than it takes to tell. */
static bool says(const struct fz_bytes *png, const char *key, const char *value, char more)
{
    uint64_t at = find_text(png, key);
    if (at == 0)
        return false;
    const struct fz_bytes data = {.at = png->at + at + PNG_DATA, .len = fz_bytes_be(png, at, 4)};
    size_t value_len = strlen(value), len;
    uint8_t *text = fz_png_text_read((const char *)png->at + at + 4, &data, value_len + 1, &len);
    bool same = text && len >= value_len && memcmp(text, value, value_len) == 0 &&
                (len == value_len || (more && text[value_len] == (uint8_t)more));
    free(text);
    return same;
}

/* Of the file as it is now. Tumbler writes its time with fractions of a second. */
static bool is_of_file(const struct fz_bytes *png, const struct fz_image_thumbnail *thumbnail)
{
    char mtime[24];
    snprintf(mtime, sizeof mtime, "%" PRId64, thumbnail->mtime_s);
    return says(png, "Thumb::URI", thumbnail->uri, 0) && says(png, "Thumb::MTime", mtime, '.');
}

/* Of a RAW file, which only LibRaw reads, the sensor: a hundredth and more of it are edges, which are not shown. */
static bool find_sensor(struct fz_decode *d)
{
    return d->format && d->format->is_heavy && fz_raw_sensor(&d->file, &d->header) &&
           fz_decode_check_size(d) == FZ_OK;
}

static bool is_nearly_same_shape(const struct fz_header *whole, const struct fz_header *small)
{
    int64_t a = (int64_t)small->width * whole->height, b = (int64_t)small->height * whole->width;
    return small->width <= MAX_SIDE_PX && small->height <= MAX_SIDE_PX && small->width <= whole->width &&
           small->height <= whole->height && a - b <= b / 50 && b - a <= b / 50;
}

/* Whether it may be a thumbnail of the file; d->header is the file's size upright, then. */
static bool stands_for(const struct fz_header *small, struct fz_decode *d, int *orientation)
{
    bool is_whole = find_whole(d);
    if (!is_whole && !find_sensor(d))
        return false;
    int turn = d->header.orientation ? d->header.orientation : 1;
    *orientation = d->format->orientation ? d->format->orientation(&d->file, &turn) : turn;
    if (fz_orient_swaps(*orientation)) /* also where the codec turns it itself */
        d->header = (struct fz_header){.width = d->header.height, .height = d->header.width};
    return is_whole ? is_same_shape(&d->header, small) : is_nearly_same_shape(&d->header, small);
}

static bool needs_little(void *ctx, uint64_t bytes)
{
    (void)ctx;
    (void)bytes;
    return true;
}

bool fz_image_load_thumbnail(const struct fz_image_request *request,
                             const struct fz_image_thumbnail *thumbnail, struct fz_image_scratch *scratch,
                             struct fz_image *out)
{
    struct fz_error err = {0};
    struct fz_image whole = {0};
    struct fz_decode d = {.request = request, .scratch = scratch, .out = &whole, .err = &err};
    struct fz_bytes png = {.at = thumbnail->png, .len = thumbnail->len, .whole = true};
    struct fz_header small = {0};
    *out = (struct fz_image){0};
    int orientation;
    if (!is_of_file(&png, thumbnail) || !fz_png_is_a(&png) || fz_png_header(&png, &small) != FZ_HEAD_OK ||
        !stands_for(&small, &d, &orientation))
        return false;
    struct fz_image_request of_small = *request;
    of_small.head = (struct fz_image_head){0};
    of_small.bytes = thumbnail->png;
    of_small.len = thumbnail->len;
    of_small.host.reserve = needs_little;
    if (fz_image_load(&of_small, scratch, out, &err) != FZ_OK || out->damaged) {
        out->pixels = NULL;
        return false;
    }
    out->format = d.format->name;
    out->orientation = orientation;
    out->width = (int)d.header.width;
    out->height = (int)d.header.height;
    return true;
}
