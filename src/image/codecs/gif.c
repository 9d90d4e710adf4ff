/* GIF by giflib: the first frame, where it stands on the screen, row by row. SDL2_image's own reader writes beyond its tables on a
 * damaged code stream. The rows of an interlaced frame come in four passes; one that is too large to be held is read four times at
 * once, each time for the rows of one pass, which takes not quite twice as long. */
#include "image/codecs/gif.h"

#include "base/mem.h"
#include "image/format.h"
#include "image/pixels/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    CANCEL_ROWS = 64,
    NO_COLOR = -1,
    PASSES = 4,
    HELD_PX = 8 << 20, /* of an interlaced frame: a byte each */
    READING_BYTES = 64 << 10,
};

/* Which rows of an interlaced frame each pass has (GIF89a, appendix E). */
static const int first_row[PASSES] = {0, 4, 2, 1}, row_step[PASSES] = {8, 8, 4, 2};

/* The file, read up to some row of its first frame. */
struct reading {
    struct fz_decode *d;
    uint64_t pos;    /* of the next byte */
    uint8_t *window; /* owned, of a file that is read in pieces: FZ_READER_PIECE_BYTES, of which there are */
    uint64_t window_at, window_bytes;
    GifFileType *file; /* owned */
    int transparent;   /* index of the clear colour, or NO_COLOR */
    bool in_rows;      /* what is read are blocks of codes: their length, and themselves, */
    bool in_block;     /* which come next */
    bool is_cut;       /* the file ended in them */
    bool ended;        /* no more rows come */
};

struct gif {
    struct fz_decode *d;
    struct reading readings[PASSES]; /* one for each pass of an interlaced frame, or the first for all */
    bool interlaced;
    uint8_t *held;     /* indices of all rows of the frame; NULL: they are read as they are shown, */
    uint16_t *held_px; /* how many of each held one have come */
    uint8_t *row;      /* and this is one */
    int frame_w, frame_h;
    bool ended_early;
    uint8_t table[256][4]; /* B G R A of each index */
};

static bool is_held(const struct fz_decode *d, uint64_t px)
{
    return d->header.interlaced && !d->frugal && px <= HELD_PX;
}

uint64_t fz_gif_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    const struct fz_header *h = &d->header;
    const uint64_t px = (uint64_t)h->frame_w * h->frame_h;
    const uint64_t reading_bytes = READING_BYTES + (d->pieces ? FZ_READER_PIECE_BYTES : 0);
    return (is_held(d, px) ? px + h->frame_h * sizeof(uint16_t) : 0) + h->frame_w + PASSES * reading_bytes +
           fz_gif_profile(&d->file, NULL);
}

/* --- reading -------------------------------------------------------------------------------------- */

/* The next `count` bytes, of `left` to the end of the file; NULL: they cannot be read. */
static const uint8_t *find_bytes(struct reading *r, uint64_t count, uint64_t left)
{
    if (!r->window)
        return fz_decode_bytes(r->d, r->pos, count, NULL);
    if (r->pos + count > r->window_at + r->window_bytes) {
        r->window_at = r->pos;
        r->window_bytes = left < FZ_READER_PIECE_BYTES ? left : FZ_READER_PIECE_BYTES;
        const uint8_t *from = fz_decode_bytes(r->d, r->pos, r->window_bytes, r->window);
        if (!from)
            return NULL;
        if (from != r->window)
            memcpy(r->window, from, (size_t)r->window_bytes);
    }
    return r->window + (r->pos - r->window_at);
}

/* giflib drops all of a block of which the last byte is missing: one is as long as it can be, and behind the last one there is none. */
static void end_with_file(struct reading *r, GifByteType *length, uint64_t left)
{
    if (*length > left) {
        r->is_cut = true;
        *length = (GifByteType)left;
    }
    r->in_block = *length > 0;
}

static int on_read(GifFileType *file, GifByteType *bytes, int count)
{
    struct reading *r = file->UserData;
    const uint64_t all = fz_decode_file_bytes(r->d), left = all - r->pos;
    const bool is_length = r->in_rows && !r->in_block;
    r->in_block = false;
    if (is_length && left == 0) {
        r->is_cut = true;
        *bytes = 0;
        return 1;
    }
    const uint64_t n = (uint64_t)count < left ? (uint64_t)count : left;
    const uint8_t *from = find_bytes(r, n, left);
    if (!from)
        return 0;
    memcpy(bytes, from, (size_t)n);
    r->pos += n;
    if (is_length)
        end_with_file(r, bytes, left - n);
    return (int)n;
}

static bool read_extension(struct reading *r)
{
    int code;
    GifByteType *block;
    bool ok = DGifGetExtension(r->file, &code, &block) == GIF_OK;
    GraphicsControlBlock control;
    if (ok && block && code == GRAPHICS_EXT_FUNC_CODE &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        r->transparent = control.TransparentColor;
    while (ok && block)
        ok = DGifGetExtensionNext(r->file, &block) == GIF_OK;
    return ok;
}

/* Goes on to the first frame; false where there is none. */
static bool find_frame(struct reading *r)
{
    GifRecordType type;
    while (DGifGetRecordType(r->file, &type) == GIF_OK) {
        if (type == IMAGE_DESC_RECORD_TYPE)
            return DGifGetImageDesc(r->file) == GIF_OK;
        if (type != EXTENSION_RECORD_TYPE || !read_extension(r))
            return false;
    }
    return false;
}

static enum fz_err open_reading(struct reading *r, struct fz_decode *d)
{
    int why = 0;
    *r = (struct reading){.d = d, .transparent = NO_COLOR};
    r->window = d->pieces ? fz_try_malloc(FZ_READER_PIECE_BYTES) : NULL;
    if (d->pieces && !r->window)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a piece of the file");
    r->file = DGifOpen(r, on_read, &why);
    if (!r->file)
        return fz_fail(d->err, why == D_GIF_ERR_NOT_ENOUGH_MEM ? FZ_E_MEMORY : FZ_E_DAMAGED, 0, "gif: %s",
                       GifErrorString(why));
    r->in_rows = find_frame(r);
    return r->in_rows ? FZ_OK : fz_fail(d->err, FZ_E_DAMAGED, 0, "the file holds no frame");
}

/* How many pixels come of the next row. Of the last one giflib does not say: what was not written to is as it was before. */
static int read_row(struct gif *g, struct reading *r, uint8_t *to)
{
    const uint8_t nothing = (uint8_t)(r->transparent == NO_COLOR ? 255 : r->transparent);
    int count = r->ended ? 0 : g->frame_w;
    memset(to, nothing, (size_t)count);
    r->ended = r->ended || DGifGetLine(r->file, to, g->frame_w) != GIF_OK;
    g->ended_early = g->ended_early || r->ended || r->is_cut;
    while (r->ended && count > 0 && to[count - 1] == nothing)
        count--;
    return count;
}

static int count_rows(const struct gif *g, int pass)
{
    return (g->frame_h - first_row[pass] + row_step[pass] - 1) / row_step[pass];
}

/* All that comes. */
static enum fz_err hold_rows(struct gif *g)
{
    struct reading *r = &g->readings[0];
    for (int pass = 0; pass < PASSES; pass++)
        for (int y = first_row[pass]; y < g->frame_h && !r->ended; y += row_step[pass]) {
            if (y % CANCEL_ROWS == first_row[pass] && fz_decode_cancelled(g->d))
                return fz_decode_fail_cancelled(g->d);
            g->held_px[y] = (uint16_t)read_row(g, r, g->held + (size_t)y * (size_t)g->frame_w);
        }
    return FZ_OK;
}

/* Each reading to the first row of its pass. */
static enum fz_err spread_readings(struct gif *g)
{
    int before = 0;
    for (int pass = 1; pass < PASSES; pass++) {
        struct reading *r = &g->readings[pass];
        before += count_rows(g, pass - 1);
        enum fz_err code = open_reading(r, g->d);
        if (code != FZ_OK)
            return code;
        for (int i = 0; i < before && read_row(g, r, g->row) > 0; i++)
            if (i % CANCEL_ROWS == 0 && fz_decode_cancelled(g->d))
                return fz_decode_fail_cancelled(g->d);
    }
    return FZ_OK;
}

/* --- rows ----------------------------------------------------------------------------------------- */

void fz_gif_color(const ColorMapObject *colors, int index, uint8_t *px)
{
    const GifColorType *color = colors ? &colors->Colors[index] : NULL;
    px[0] = color ? color->Blue : (uint8_t)index;
    px[1] = color ? color->Green : (uint8_t)index;
    px[2] = color ? color->Red : (uint8_t)index;
}

/* What is no colour is clear. */
static void make_table(struct gif *g)
{
    const struct reading *r = &g->readings[0];
    const ColorMapObject *colors = r->file->Image.ColorMap ? r->file->Image.ColorMap : r->file->SColorMap;
    for (int i = 0; i < (colors ? colors->ColorCount : 256); i++) {
        if (i == r->transparent)
            continue;
        fz_gif_color(colors, i, g->table[i]);
        g->table[i][3] = 255;
    }
}

/* Row y of the frame, asked for in order: how many pixels of it are there. */
static int next_row(struct gif *g, int y, const uint8_t **indices)
{
    *indices = g->held ? g->held + (size_t)y * (size_t)g->frame_w : g->row;
    if (g->held)
        return g->held_px[y];
    int pass = 0;
    while (g->interlaced && y % row_step[pass] != first_row[pass])
        pass++;
    return read_row(g, &g->readings[pass], g->row);
}

static void draw_row(const struct gif *g, const uint8_t *indices, size_t count, uint8_t *row)
{
    const size_t width = g->d->header.width, left = g->d->header.frame_x;
    if (count < width)
        memset(row, 0, width * 4);
    for (size_t i = 0; i < count; i++)
        memcpy(row + (left + i) * 4, g->table[indices[i]], 4);
}

/* How many rows from y on have nothing of the frame: `top` is its first, and no more of them come once every reading has ended. */
static int count_clear(const struct gif *g, int y, int top)
{
    const int height = (int)g->d->header.height;
    if (y < top)
        return top - y;
    bool more = y < top + g->frame_h && g->held;
    for (int i = 0; y < top + g->frame_h && i < (g->interlaced ? PASSES : 1); i++)
        more = more || !g->readings[i].ended;
    return more ? 1 : height - y;
}

static enum fz_err push_rows(struct gif *g)
{
    struct fz_decode *d = g->d;
    const int height = (int)d->header.height, top = (int)d->header.frame_y;
    for (int y = 0; y < height && !fz_reduce_is_done(&d->reduce); y++) {
        const bool inside = y >= top && y < top + g->frame_h;
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        const uint8_t *indices = NULL;
        const int count = inside ? next_row(g, y - top, &indices) : 0;
        if (y == top && count == 0)
            return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends before its pixels");
        if (fz_reduce_passes_over(&d->reduce, 1))
            continue;
        if (count == 0) {
            const int clear = count_clear(g, y, top);
            enum fz_err code = fz_rows_push_background(d, clear);
            if (code != FZ_OK)
                return code;
            y += clear - 1;
            continue;
        }
        uint8_t *row = fz_reduce_input(&d->reduce);
        draw_row(g, indices, (size_t)count, row);
        fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
    }
    if (g->ended_early) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early, or its pixels are damaged");
    }
    return FZ_OK;
}

/* --- frames of a file that is read in pieces, as fz_gif_facts counts them ------------------------- */

/* The place behind a chain of blocks. */
static uint64_t skip_blocks(struct fz_decode *d, uint64_t pos)
{
    uint8_t copy;
    const uint8_t *len;
    while ((len = fz_decode_bytes(d, pos, 1, &copy)) && *len > 0)
        pos += 1 + (uint64_t)*len;
    return pos + 1;
}

static int count_frames(struct fz_decode *d)
{
    enum { BLOCK_BYTES = 11, SCREEN_BYTES = 13 };
    uint8_t copy[BLOCK_BYTES];
    uint64_t pos = SCREEN_BYTES + fz_gif_table_bytes(d->file.at[10]);
    const uint8_t *block;
    int frames = 0;
    while (frames < d->request->limits.max_frames &&
           (block = fz_decode_bytes(d, pos, BLOCK_BYTES, copy)) != NULL && (*block == ',' || *block == '!')) {
        bool is_frame = *block == ',';
        frames += is_frame;
        pos = skip_blocks(d, is_frame ? pos + BLOCK_BYTES + fz_gif_table_bytes(block[9]) : pos + 2);
    }
    return frames > 1 ? frames : 1;
}

/* --- load ----------------------------------------------------------------------------------------- */

static enum fz_err open_frame(struct gif *g)
{
    const struct fz_header *h = &g->d->header;
    enum fz_err code = open_reading(&g->readings[0], g->d);
    if (code != FZ_OK)
        return code;
    assert(g->readings[0].file);
    const GifImageDesc *frame = &g->readings[0].file->Image;
    g->frame_w = frame->Width;
    g->frame_h = frame->Height;
    g->interlaced = frame->Interlace;
    bool as_said = (uint32_t)g->frame_w == h->frame_w && (uint32_t)g->frame_h == h->frame_h &&
                   (uint32_t)frame->Left == h->frame_x && (uint32_t)frame->Top == h->frame_y &&
                   g->interlaced == h->interlaced;
    if (!as_said || g->frame_w < 1 || g->frame_h < 1)
        return fz_fail(g->d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its frame");
    const size_t px = (size_t)g->frame_w * (size_t)g->frame_h;
    const bool holds = is_held(g->d, px);
    g->row = fz_try_malloc((size_t)g->frame_w);
    g->held = holds ? fz_try_malloc(px) : NULL;
    g->held_px = holds ? calloc((size_t)g->frame_h, sizeof *g->held_px) : NULL;
    if (!g->row || (holds && (!g->held || !g->held_px)))
        return fz_fail(g->d->err, FZ_E_MEMORY, 0, "no memory for a frame of %dx%d", g->frame_w, g->frame_h);
    make_table(g);
    return FZ_OK;
}

static void set_profile(struct fz_decode *d)
{
    const size_t len = fz_gif_profile(&d->file, NULL);
    uint8_t *icc = len > 0 ? fz_try_malloc(len) : NULL;
    if (icc)
        fz_decode_set_profile(d, icc, fz_gif_profile(&d->file, icc));
    free(icc);
}

static enum fz_err decode(struct gif *g)
{
    struct fz_decode *d = g->d;
    const int width = (int)d->header.width, height = (int)d->header.height;
    enum fz_err code = open_frame(g);
    if (code == FZ_OK && g->interlaced)
        code = g->held ? hold_rows(g) : spread_readings(g);
    if (code == FZ_OK)
        set_profile(d);
    if (code == FZ_OK)
        code = fz_decode_begin(d, width, height, width, height);
    return code == FZ_OK ? push_rows(g) : code;
}

enum fz_err fz_gif_load(struct fz_decode *d)
{
    struct gif g = {.d = d};
    enum fz_err code = decode(&g);
    for (int i = 0; i < PASSES; i++) {
        if (g.readings[i].file)
            DGifCloseFile(g.readings[i].file, NULL);
        free(g.readings[i].window);
    }
    if (code == FZ_OK && d->pieces && d->request->want.region.w == 0)
        d->out->frames = count_frames(d);
    free(g.row);
    free(g.held);
    free(g.held_px);
    return code;
}
