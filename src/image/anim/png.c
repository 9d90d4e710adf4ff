/* APNG (https://www.w3.org/TR/png-3/, 11.3.6), played. The libpng of most systems knows nothing of it: the chunks are taken
 * apart here, and each frame is handed to libpng as a PNG of its own. */
#include "image/anim/format.h"

#include "base/mem.h"
#include "image/codecs/png_colors.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

enum {
    SIGNATURE_BYTES = 8,
    IHDR_BYTES = 13,
    HEAD_BYTES = SIGNATURE_BYTES + 8 + IHDR_BYTES + 4,
    FRAME_BYTES = 26, /* of fcTL */
    CHUNK_HEAD = 8,
    CHUNK_EXTRA = 12, /* of length, type and CRC */
    CHUNK_MAX_BYTES = 8 << 20,
};

struct chunk {
    uint64_t at, len; /* of its data */
    char type[5];
};

/* What fcTL says. */
struct frame {
    struct fz_area area;
    int64_t delay_ms;
    enum fz_dispose dispose;
    bool over;     /* blended with what is below, else in its place */
    uint64_t data; /* its first chunk of pixels */
};

struct apng {
    struct fz_canvas canvas;
    uint8_t *pixels;  /* of a frame, straight alpha, B G R A, rows without gaps; owned */
    uint8_t *profile; /* owned */
    uint64_t pos;     /* behind the last frame */
    /* the frame that libpng reads */
    png_structp png;
    png_infop info;
    jmp_buf escape;
    struct fz_area area;
    uint32_t rows; /* that came of it */
    char why[96];
};

/* ---- Chunks ------------------------------------------------------------------------------------------------------ */

/* The chunk at *pos, *pos behind it; false where it is not there as a whole. */
static bool next_chunk(const struct fz_bytes *file, uint64_t *pos, struct chunk *chunk)
{
    uint64_t len = fz_bytes_be(file, *pos, 4);
    if (!fz_bytes_has(file, *pos, CHUNK_EXTRA + len))
        return false;
    *chunk = (struct chunk){.at = *pos + CHUNK_HEAD, .len = len};
    memcpy(chunk->type, file->at + *pos + 4, 4);
    *pos += CHUNK_EXTRA + len;
    return true;
}

static bool is(const struct chunk *chunk, const char *type)
{
    return memcmp(chunk->type, type, 4) == 0;
}

static bool is_pixels(const struct chunk *chunk)
{
    return is(chunk, "IDAT") || is(chunk, "fdAT");
}

static void read_control(const struct fz_bytes *file, uint64_t at, struct frame *frame)
{
    uint32_t denominator = fz_bytes_be(file, at + 22, 2), dispose = fz_bytes_be(file, at + 24, 1);
    *frame = (struct frame){
        .area = {fz_bytes_be(file, at + 12, 4), fz_bytes_be(file, at + 16, 4), fz_bytes_be(file, at + 4, 4),
                 fz_bytes_be(file, at + 8, 4)},
        .delay_ms = (int64_t)fz_bytes_be(file, at + 20, 2) * 1000 / (denominator ? denominator : 100),
        .dispose = dispose == 1   ? FZ_DISPOSE_CLEAR
                   : dispose == 2 ? FZ_DISPOSE_RESTORE
                                  : FZ_DISPOSE_KEEP,
        .over = fz_bytes_be(file, at + 25, 1) == 1,
    };
}

/* Goes on to the next frame that is there as a whole, and behind its pixels; false where there is none. */
static bool next_frame(const struct fz_bytes *file, uint64_t *pos, struct frame *frame)
{
    struct chunk chunk = {0};
    bool found = false;
    for (uint64_t next = *pos; next_chunk(file, &next, &chunk); *pos = next) {
        if (found && frame->data && !is_pixels(&chunk))
            return true;
        if (is(&chunk, "fcTL") && chunk.len >= FRAME_BYTES) {
            read_control(file, chunk.at, frame);
            found = true;
        } else if (found && is_pixels(&chunk) && !frame->data) {
            frame->data = chunk.at - CHUNK_HEAD;
        } else if (is(&chunk, "IEND")) {
            return false;
        }
    }
    return false;
}

/* ---- Pixels ------------------------------------------------------------------------------------------------------ */

static void on_error(png_structp png, png_const_charp text)
{
    struct apng *a = png_get_error_ptr(png);
    snprintf(a->why, sizeof a->why, "%s", text);
    longjmp(a->escape, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* Whatever it is, B G R A with 8 bits each comes out. */
static void on_info(png_structp png, png_infop info)
{
    struct apng *a = png_get_progressive_ptr(png);
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_bgr(png);
    png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != (size_t)a->area.w * 4)
        png_error(png, "libpng gives other rows than asked for");
}

static void on_row(png_structp png, png_bytep row, png_uint_32 y, int pass)
{
    struct apng *a = png_get_progressive_ptr(png);
    (void)pass;
    if (row && y < a->area.h)
        png_progressive_combine_row(png, a->pixels + (size_t)y * a->area.w * 4, row);
    a->rows = y + 1 > a->rows ? y + 1 : a->rows;
}

/* The signature and a header of the frame's own size. CRCs are not looked at: those of such chunks would have to be made. */
static void feed_head(struct apng *a, const struct fz_bytes *file)
{
    uint8_t head[HEAD_BYTES];
    memcpy(head, file->at, sizeof head);
    for (int i = 0; i < 4; i++) {
        head[SIGNATURE_BYTES + CHUNK_HEAD + i] = (uint8_t)(a->area.w >> (24 - 8 * i));
        head[SIGNATURE_BYTES + CHUNK_HEAD + 4 + i] = (uint8_t)(a->area.h >> (24 - 8 * i));
    }
    png_process_data(a->png, a->info, head, sizeof head);
}

static void feed(struct apng *a, struct fz_anim *anim, uint64_t at, uint64_t len)
{
    png_process_data(a->png, a->info, (png_bytep)(uintptr_t)(anim->bytes.at + at), (size_t)len);
}

/* What stands before the pixels and holds for the whole file, of these types. */
static void feed_shared(struct apng *a, struct fz_anim *anim, const char *const *types)
{
    struct chunk chunk;
    for (uint64_t pos = HEAD_BYTES; next_chunk(&anim->bytes, &pos, &chunk) && !is_pixels(&chunk);)
        for (const char *const *type = types; *type; type++)
            if (is(&chunk, *type))
                feed(a, anim, chunk.at - CHUNK_HEAD, chunk.len + CHUNK_EXTRA);
}

static bool feed_pixels(struct apng *a, struct fz_anim *anim, uint64_t pos)
{
    struct chunk chunk;
    while (next_chunk(&anim->bytes, &pos, &chunk) && is_pixels(&chunk)) {
        uint64_t number = is(&chunk, "fdAT") ? 4 : 0; /* in the sequence of chunks */
        if (chunk.len <= number)
            continue;
        if (fz_anim_cancelled(anim))
            return false;
        uint64_t len = chunk.len - number;
        uint8_t head[] = {(uint8_t)(len >> 24),
                          (uint8_t)(len >> 16),
                          (uint8_t)(len >> 8),
                          (uint8_t)len,
                          'I',
                          'D',
                          'A',
                          'T'};
        png_process_data(a->png, a->info, head, sizeof head);
        feed(a, anim, chunk.at + number, len + 4);
    }
    return true;
}

static bool start_png(struct apng *a)
{
    a->rows = 0;
    a->why[0] = '\0';
    a->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, a, on_error, on_warning);
    a->info = a->png ? png_create_info_struct(a->png) : NULL;
    if (!a->info)
        return false;
    png_set_option(a->png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON); /* as of the still picture */
    png_set_user_limits(a->png, a->area.w, a->area.h);
    png_set_chunk_malloc_max(a->png, CHUNK_MAX_BYTES);
    png_set_crc_action(a->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_set_progressive_read_fn(a->png, a, on_info, on_row, NULL);
    return true;
}

/* Apart from its caller, which destroys what it made: nothing that changes after setjmp may be local to it. */
static enum fz_err read_pixels(struct apng *a, struct fz_anim *anim, const struct frame *frame,
                               struct fz_error *err)
{
    static const char *const types[] = {"PLTE", "tRNS", NULL};
    if (setjmp(a->escape) != 0) {
        fz_fail(&anim->facts.damage, FZ_E_DAMAGED, 0, "frame %d: %s", anim->next + 1, a->why);
        return FZ_OK;
    }
    if (!start_png(a))
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for libpng");
    feed_head(a, &anim->bytes);
    feed_shared(a, anim, types);
    return feed_pixels(a, anim, frame->data) ? FZ_OK : fz_anim_fail_cancelled(err);
}

/* As of the still picture (codecs/png.c). */
static void read_colors(struct apng *a, struct fz_anim *anim)
{
    static const char *const types[] = {"iCCP", "gAMA", "cHRM", NULL};
    struct fz_png_colors colors;
    if (setjmp(a->escape) != 0 || !start_png(a))
        return;
    feed_head(a, &anim->bytes);
    feed_shared(a, anim, types);
    fz_png_colors_read(a->png, a->info, &anim->bytes, &colors);
    anim->color = colors.color;
    anim->has_primaries = colors.has_primaries;
    anim->primaries = colors.primaries;
    anim->curve = colors.curve;
    anim->peak_nits = colors.peak_nits;
    if (!colors.icc || !(a->profile = fz_try_malloc(colors.icc_len)))
        return;
    memcpy(a->profile, colors.icc, colors.icc_len);
    anim->icc = (struct fz_bytes){.at = a->profile, .len = colors.icc_len, .whole = true};
}

/* Straight alpha over straight alpha. */
static void blend(uint8_t *below, const uint8_t *px)
{
    if (px[3] == 0)
        return;
    if (px[3] == 255 || below[3] == 0) {
        memcpy(below, px, 4);
        return;
    }
    unsigned over = px[3] * 255u, under = (255u - px[3]) * below[3], sum = over + under;
    for (int i = 0; i < 3; i++)
        below[i] = (uint8_t)((px[i] * over + below[i] * under + sum / 2) / sum);
    below[3] = (uint8_t)((sum + 127) / 255);
}

static void draw(const struct apng *a, bool over)
{
    for (uint32_t y = 0; y < a->area.h; y++) {
        const uint8_t *row = a->pixels + (size_t)y * a->area.w * 4;
        uint8_t *to = fz_canvas_at(&a->canvas, a->area.x, a->area.y + y);
        if (!over)
            memcpy(to, row, (size_t)a->area.w * 4);
        for (uint32_t x = 0; over && x < a->area.w; x++)
            blend(to + (size_t)x * 4, row + (size_t)x * 4);
    }
}

static enum fz_err png_next(struct fz_anim *anim, struct fz_error *err)
{
    struct apng *a = anim->state;
    struct frame frame = {0};
    if (!next_frame(&anim->bytes, &a->pos, &frame))
        return fz_fail(err, FZ_E_DAMAGED, 0, "the file ends early");
    const struct fz_area *area = &frame.area;
    bool inside = area->w > 0 && area->h > 0 && area->w <= anim->width && area->h <= anim->height &&
                  area->x <= anim->width - area->w && area->y <= anim->height - area->h;
    if (!inside)
        return fz_fail(err, FZ_E_DAMAGED, 0, "frame %d lies outside of the picture", anim->next + 1);
    a->area = *area;
    memset(a->pixels, 0, (size_t)area->w * area->h * 4);
    enum fz_err code = read_pixels(a, anim, &frame, err);
    png_destroy_read_struct(&a->png, &a->info, NULL);
    if (code != FZ_OK)
        return code;
    if (a->rows < area->h && anim->facts.damage.code == FZ_OK)
        fz_fail(&anim->facts.damage, FZ_E_DAMAGED, 0, "frame %d ends early", anim->next + 1);
    fz_canvas_begin(&a->canvas, *area, frame.dispose);
    draw(a, frame.over);
    anim->delay_ms = frame.delay_ms;
    anim->blank = a->rows == 0;
    return FZ_OK;
}

static void png_rewind(struct fz_anim *anim)
{
    struct apng *a = anim->state;
    a->pos = HEAD_BYTES;
    fz_canvas_reset(&a->canvas);
}

static enum fz_err count_frames(struct fz_anim *anim, uint64_t actl)
{
    const struct fz_bytes *file = &anim->bytes;
    uint32_t promised = fz_bytes_be(file, actl, 4), plays = fz_bytes_be(file, actl + 4, 4), count = 0;
    uint64_t pos = HEAD_BYTES;
    for (struct frame frame = {0}; count < promised && next_frame(file, &pos, &frame); count++)
        frame = (struct frame){0};
    anim->facts.plays = plays < INT_MAX ? (int)plays : 0;
    anim->facts.frames = count < INT_MAX ? (int)count : INT_MAX;
    return FZ_OK;
}

static enum fz_err png_open(struct fz_anim *anim, struct fz_error *err)
{
    struct apng *a = anim->state = fz_calloc(1, sizeof *a);
    struct chunk chunk = {0};
    uint64_t pos = HEAD_BYTES;
    while (next_chunk(&anim->bytes, &pos, &chunk) && !is_pixels(&chunk) && !is(&chunk, "acTL"))
        continue;
    if (!is(&chunk, "acTL") || chunk.len < 8)
        return FZ_OK;
    a->pixels = fz_try_malloc((size_t)anim->width * anim->height * 4);
    if (!a->pixels || !fz_canvas_init(&a->canvas, anim->width, anim->height))
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for a canvas of %ux%u", anim->width, anim->height);
    a->pos = HEAD_BYTES;
    a->area = (struct fz_area){0, 0, anim->width, anim->height};
    anim->canvas = a->canvas.pixels;
    read_colors(a, anim);
    png_destroy_read_struct(&a->png, &a->info, NULL);
    return count_frames(anim, chunk.at);
}

static void png_close(struct fz_anim *anim)
{
    struct apng *a = anim->state;
    fz_canvas_fini(&a->canvas);
    free(a->pixels);
    free(a->profile);
    free(a);
}

/* The canvas, what is kept of it, and a frame. */
const struct fz_anim_format fz_anim_png = {.name = "png",
                                           .px_bytes = 12,
                                           .open = png_open,
                                           .next = png_next,
                                           .rewind = png_rewind,
                                           .close = png_close};
