/* PNG by libpng: rows straight into the reducer; of an interlaced one what is shown is held until its last pass. */
#include "image/format.h"

#include "image/anim/anim.h"
#include "image/anim/format.h"
#include "image/codecs/png_colors.h"
#include "image/codecs/png_passes.h"
#include "image/codecs/png_rows.h"
#include "image/metadata/exif_pixels.h"
#include "image/metadata/png_text.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

enum {
    CANCEL_ROWS = 16,
    DEPTH_AT = 24,
    INTERLACE_AT = 28,
    ROW_FIXED_BYTES = 512 << 10,
    CHUNK_MAX_BYTES = 8 << 20
};

struct png {
    png_structp png;
    png_infop info;
    jmp_buf escape;
    struct fz_decode *d;
    struct fz_bytes bytes; /* the file, or the piece of it that is read */
    size_t pos;            /* in these */
    struct fz_png_rows rows;
    struct fz_hdr *hdr;          /* owned; NULL: it has no such curve */
    struct fz_png_passes passes; /* of an interlaced one */
    bool interlaced;
    uint8_t *memory; /* owned: one row; NULL: none is needed */
    char why[96];
};

/* --- header --------------------------------------------------------------------------------------- */

bool fz_png_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "\x89PNG\r\n\x1a\n", 8);
}

/* An animation (PNG, third edition, 11.3.6) whose first frame comes behind the picture that others show of it. As far as these bytes
 * tell. */
static bool is_still_apart(const struct fz_bytes *bytes)
{
    bool is_animated = false;
    for (uint64_t pos = 8; fz_bytes_has(bytes, pos, 8); pos += 12 + (uint64_t)fz_bytes_be(bytes, pos, 4)) {
        if (fz_bytes_match(bytes, pos + 4, "IDAT", 4))
            return is_animated;
        if (fz_bytes_match(bytes, pos + 4, "fcTL", 4))
            return false;
        if (fz_bytes_match(bytes, pos + 4, "acTL", 4))
            is_animated = fz_bytes_be(bytes, pos + 8, 4) > 0;
    }
    return false;
}

enum fz_head_status fz_png_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, INTERLACE_AT + 1))
        return FZ_HEAD_MORE;
    header->is_unread = fz_bytes_match(bytes, 12, "CgBI", 4);
    if (header->is_unread)
        header->reason = "it was made over for iPhones (CgBI), and is no PNG any more";
    if (!fz_bytes_match(bytes, 12, "IHDR", 4))
        return FZ_HEAD_BAD;
    header->width = fz_bytes_be(bytes, 16, 4);
    header->height = fz_bytes_be(bytes, 20, 4);
    header->by_rows = true;
    header->still_apart = is_still_apart(bytes);
    return FZ_HEAD_OK;
}

/* Of an animation its first frame is shown, as it begins to play with that. Who wants the very picture of the file (`frieze scale`) gets
 * the one before the frames, as libpng has it; so does who has no memory for a canvas. */
static bool is_by_frame(const struct fz_decode *d)
{
    const struct fz_header *h = &d->header;
    return h->still_apart && !d->request->want.exact && !d->pieces &&
           (uint64_t)h->width * h->height <= d->request->limits.max_whole_px;
}

/* Three rows of up to 8 bytes a pixel, zlib's window, and libpng's small objects; interlaced, what is held of the picture. */
uint64_t fz_png_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    bool deep = fz_bytes_be(&d->file, DEPTH_AT, 1) == 16 || fz_png_is_hdr(&d->file),
         interlaced = fz_bytes_be(&d->file, INTERLACE_AT, 1) != 0;
    uint64_t held = interlaced ? fz_png_passes_bytes(d, deep) : 0;
    if (is_by_frame(d)) {
        uint64_t canvas = fz_anim_held_bytes("png", (int)d->header.width, (int)d->header.height, 0);
        held = held > canvas ? held : canvas;
    }
    return held + (uint64_t)d->header.width * 32 + ROW_FIXED_BYTES;
}

int fz_png_orientation(const struct fz_bytes *file, int *turn)
{
    *turn = 1;
    int texts = 0;
    for (uint64_t pos = 8; fz_bytes_has(file, pos, 12);) {
        uint64_t len = fz_bytes_be(file, pos, 4);
        if (!fz_bytes_has(file, pos + 8, len))
            break;
        struct fz_bytes data = {.at = file->at + pos + 8, .len = (size_t)len};
        if (fz_bytes_match(file, pos + 4, "eXIf", 4)) {
            *turn = fz_exif_orientation(data.at, data.len);
            break;
        }
        const char *name = (const char *)file->at + pos + 4;
        if (fz_png_text_is_exif(name, &data) && texts++ < FZ_PNG_EXIF_TEXTS_MOST)
            fz_png_text_orientation(name, &data, turn);
        pos += 12 + len;
    }
    return *turn;
}

/* --- libpng's callbacks --------------------------------------------------------------------------- */

static void on_error(png_structp png, png_const_charp text)
{
    struct png *p = png_get_error_ptr(png);
    if (!p->why[0])
        snprintf(p->why, sizeof p->why, "%s", text);
    longjmp(p->escape, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep to, size_t count)
{
    struct png *p = png_get_io_ptr(png);
    while (count > 0) {
        if (p->pos == p->bytes.len) {
            p->pos = 0;
            if (!fz_decode_more(p->d, &p->bytes))
                png_error(png, "file ends early");
        }
        size_t here = p->bytes.len - p->pos < count ? p->bytes.len - p->pos : count;
        memcpy(to, p->bytes.at + p->pos, here);
        p->pos += here;
        to += here;
        count -= here;
    }
}

/* --- the way of a picture ------------------------------------------------------------------------- */

static bool read_colors(struct png *p)
{
    struct fz_decode *d = p->d;
    struct fz_png_colors colors;
    fz_png_colors_read(p->png, p->info, &d->file, &colors);
    d->color = colors.color;
    d->has_primaries = colors.has_primaries;
    d->primaries = colors.primaries;
    fz_decode_set_profile(d, colors.icc, colors.icc_len);
    if (colors.curve != FZ_HDR_NONE)
        p->hdr = fz_hdr_new(colors.curve, colors.peak_nits);
    return p->hdr || colors.curve == FZ_HDR_NONE;
}

static enum fz_err set_up(struct png *p)
{
    struct fz_decode *d = p->d;
    png_set_read_fn(p->png, p, on_read);
    png_set_user_limits(p->png, d->header.width, d->header.height);
    png_set_chunk_malloc_max(p->png, CHUNK_MAX_BYTES);
    /* None but what the pixels need. */
    png_set_keep_unknown_chunks(p->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(p->png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "iCCP\0gAMA\0cHRM", 3);
    png_read_info(p->png, p->info);
    if (png_get_image_width(p->png, p->info) != d->header.width ||
        png_get_image_height(p->png, p->info) != d->header.height)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its size");
    if (!read_colors(p))
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for tables");
    fz_png_rows_init(&p->rows, p->png, p->info, p->hdr);
    return FZ_OK;
}

static enum fz_err read_rows(struct png *p)
{
    struct fz_decode *d = p->d;
    for (int y = 0; y < d->reduce.in_h && !fz_reduce_is_done(&d->reduce); y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        bool direct = p->rows.kind == FZ_PNG_BGRA;
        uint8_t *row = direct ? fz_reduce_input(&d->reduce) : p->memory;
        png_read_row(p->png, row, NULL);
        fz_png_rows_push(&p->rows, d, row);
    }
    return FZ_OK;
}

/* Who has no more time sees what has come of it. */
static enum fz_err read_passes(struct png *p)
{
    struct fz_decode *d = p->d;
    enum fz_err code = fz_png_passes_begin(&p->passes, d, &p->rows);
    if (code == FZ_OK)
        code = fz_png_passes_read(&p->passes, p->png);
    if (code != FZ_E_TIMEOUT || !fz_png_passes_any(&p->passes))
        return code;
    d->out->damaged = true;
    return FZ_OK;
}

static enum fz_err decode(struct png *p)
{
    struct fz_decode *d = p->d;
    enum fz_err code = set_up(p);
    if (code != FZ_OK)
        return code;
    p->interlaced = png_get_interlace_type(p->png, p->info) != PNG_INTERLACE_NONE;
    png_read_update_info(p->png, p->info);
    if (png_get_rowbytes(p->png, p->info) != p->rows.bytes)
        return fz_fail(d->err, FZ_E_INTERNAL, 0, "libpng gives other rows than asked for");
    if (p->interlaced)
        return read_passes(p);
    int width = (int)d->header.width, height = (int)d->header.height;
    if (p->rows.kind != FZ_PNG_BGRA) {
        p->memory = fz_png_rows_alloc(&p->rows, width);
        if (!p->memory)
            return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a row");
    }
    code = fz_decode_begin(d, width, height, width, height);
    return code == FZ_OK ? read_rows(p) : code;
}

/* After a fatal error: shown in part where rows had come, refused where not. */
static enum fz_err fatal(struct png *p)
{
    struct fz_decode *d = p->d;
    if (p->interlaced ? fz_png_passes_any(&p->passes) : d->begun && d->reduce.in_y > 0) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "%s", p->why);
        return FZ_OK;
    }
    bool memory = strstr(p->why, "memory") != NULL;
    return fz_fail(d->err, memory ? FZ_E_MEMORY : FZ_E_DAMAGED, 0, "%s", p->why);
}

/* Apart from fz_png_load: nothing that changes after setjmp may be local to the function that calls it. */
static enum fz_err run(struct png *p)
{
    if (setjmp(p->escape) != 0)
        return fatal(p);
    p->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, p, on_error, on_warning);
    p->info = p->png ? png_create_info_struct(p->png) : NULL;
    if (!p->info)
        return fz_fail(p->d->err, FZ_E_MEMORY, 0, "no memory for libpng");
    png_set_option(p->png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON); /* some name less than they use */
    return decode(p);
}

static enum fz_err load_still(struct fz_decode *d)
{
    struct png p = {.d = d, .bytes = d->file};
    enum fz_err code = run(&p);
    if (code == FZ_OK && p.interlaced)
        fz_png_passes_push(&p.passes);
    fz_png_passes_fini(&p.passes);
    png_destroy_read_struct(&p.png, &p.info, NULL);
    fz_hdr_free(p.hdr);
    free(p.memory);
    return code;
}

enum fz_err fz_png_load(struct fz_decode *d)
{
    if (!is_by_frame(d))
        return load_still(d);
    enum fz_err code = fz_anim_load_first(&fz_anim_png, d);
    if (code != FZ_E_DAMAGED || d->begun)
        return code;
    d->out->damaged = true;
    return load_still(d);
}
