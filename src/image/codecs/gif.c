/* GIF by giflib: the first frame, where it stands on the screen. SDL2_image's own reader writes beyond its tables on a
 * damaged code stream. */
#include "image/codecs/gif.h"

#include "image/format.h"

#include <stdlib.h>
#include <string.h>

enum { CANCEL_ROWS = 64, NO_COLOR = -1 };

struct gif {
    struct fz_decode *d;
    GifFileType *file;
    size_t pos;       /* of the next byte of d->file */
    int transparent;  /* index of the clear colour, or NO_COLOR */
    uint8_t *indices; /* of the frame, by row */
    uint8_t *has_row; /* whether a row of the frame has come */
    int frame_w, frame_h;
    bool ended_early;
};

static int on_read(GifFileType *file, GifByteType *bytes, int count)
{
    struct gif *g = file->UserData;
    size_t left = g->d->file.len - g->pos, n = (size_t)count < left ? (size_t)count : left;
    memcpy(bytes, g->d->file.at + g->pos, n);
    g->pos += n;
    return (int)n;
}

static bool read_extension(struct gif *g)
{
    int code;
    GifByteType *block;
    bool ok = DGifGetExtension(g->file, &code, &block) == GIF_OK;
    GraphicsControlBlock control;
    if (ok && block && code == GRAPHICS_EXT_FUNC_CODE &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        g->transparent = control.TransparentColor;
    while (ok && block)
        ok = DGifGetExtensionNext(g->file, &block) == GIF_OK;
    return ok;
}

/* Goes on to the first frame; false where there is none. */
static bool find_frame(struct gif *g)
{
    GifRecordType type;
    while (DGifGetRecordType(g->file, &type) == GIF_OK) {
        if (type == IMAGE_DESC_RECORD_TYPE)
            return DGifGetImageDesc(g->file) == GIF_OK;
        if (type != EXTENSION_RECORD_TYPE || !read_extension(g))
            return false;
    }
    return false;
}

/* Rows come in order, or in the four passes of an interlaced file. */
static enum fz_err read_rows(struct gif *g)
{
    static const int first[] = {0, 4, 2, 1, 0}, step[] = {8, 8, 4, 2, 1};
    bool interlaced = g->file->Image.Interlace;
    for (int pass = interlaced ? 0 : 4; pass < (interlaced ? 4 : 5); pass++) {
        for (int y = first[pass]; y < g->frame_h; y += step[pass]) {
            if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(g->d))
                return fz_decode_fail_cancelled(g->d);
            if (DGifGetLine(g->file, g->indices + (size_t)y * (size_t)g->frame_w, g->frame_w) != GIF_OK) {
                g->ended_early = true;
                return FZ_OK;
            }
            g->has_row[y] = 1;
        }
    }
    return FZ_OK;
}

void fz_gif_color(const ColorMapObject *colors, int index, uint8_t *px)
{
    const GifColorType *color = colors ? &colors->Colors[index] : NULL;
    px[0] = color ? color->Blue : (uint8_t)index;
    px[1] = color ? color->Green : (uint8_t)index;
    px[2] = color ? color->Red : (uint8_t)index;
}

static void draw_row(const struct gif *g, const ColorMapObject *colors, int y, uint8_t *row)
{
    const GifImageDesc *frame = &g->file->Image;
    int width = (int)g->d->header.width, frame_y = y - frame->Top;
    memset(row, 0, (size_t)width * 4);
    if (frame_y < 0 || frame_y >= g->frame_h || !g->has_row[frame_y])
        return;
    const uint8_t *indices = g->indices + (size_t)frame_y * (size_t)g->frame_w;
    for (int i = 0; i < g->frame_w && frame->Left + i < width; i++) {
        int index = indices[i];
        uint8_t *px = row + (size_t)(frame->Left + i) * 4;
        if (index == g->transparent || (colors && index >= colors->ColorCount))
            continue;
        fz_gif_color(colors, index, px);
        px[3] = 255;
    }
}

static enum fz_err decode(struct gif *g)
{
    struct fz_decode *d = g->d;
    if (!find_frame(g))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file holds no frame");
    const ColorMapObject *colors = g->file->Image.ColorMap ? g->file->Image.ColorMap : g->file->SColorMap;
    g->frame_w = g->file->Image.Width;
    g->frame_h = g->file->Image.Height;
    bool as_said = (uint32_t)g->frame_w == d->header.frame_w && (uint32_t)g->frame_h == d->header.frame_h;
    if (!as_said || g->frame_w < 1 || g->frame_h < 1)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its frame");
    g->indices = calloc((size_t)g->frame_w, (size_t)g->frame_h);
    g->has_row = calloc((size_t)g->frame_h, 1);
    if (!g->indices || !g->has_row)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a frame of %dx%d", g->frame_w, g->frame_h);
    enum fz_err code = read_rows(g);
    if (code == FZ_OK && g->ended_early && !g->has_row[0])
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends before its pixels");
    int width = (int)d->header.width, height = (int)d->header.height;
    if (code == FZ_OK)
        code = fz_decode_begin(d, width, height, width, height);
    for (int y = 0; y < height && code == FZ_OK; y++) {
        uint8_t *row = fz_reduce_input(&d->reduce);
        draw_row(g, colors, y, row);
        fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
    }
    if (code == FZ_OK && g->ended_early) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early, or its pixels are damaged");
    }
    return code;
}

enum fz_err fz_gif_load(struct fz_decode *d)
{
    struct gif g = {.d = d, .transparent = NO_COLOR};
    int why = 0;
    g.file = DGifOpen(&g, on_read, &why);
    if (!g.file)
        return fz_fail(d->err, why == D_GIF_ERR_NOT_ENOUGH_MEM ? FZ_E_MEMORY : FZ_E_DAMAGED, 0, "gif: %s",
                       GifErrorString(why));
    enum fz_err code = decode(&g);
    DGifCloseFile(g.file, NULL);
    free(g.indices);
    free(g.has_row);
    return code;
}
