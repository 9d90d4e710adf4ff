/* GIF (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), played. The blocks are read here and giflib is given one frame
 * at a time: what is wrong in one leaves the next ones alone, and giflib remembers none. */
#include "image/anim/format.h"

#include "base/mem.h"
#include "image/codecs/gif.h"

#include <stdlib.h>
#include <string.h>

enum { SCREEN_BYTES = 13, FRAME_BYTES = 10, CANCEL_ROWS = 64, NO_COLOR = -1, ROW_BYTES = 1 << 16 };

/* What the blocks say of a frame. */
struct frame {
    uint64_t at; /* its descriptor */
    struct fz_area area;
    int delay_cs, transparent;
    enum fz_dispose dispose;
};

struct gif {
    struct fz_canvas canvas;
    uint8_t *profile; /* owned: ICC */
    uint64_t pos;     /* behind the last frame */
    /* the frame that giflib reads */
    const struct fz_bytes *file;
    uint64_t read, head_end; /* the next byte; where the file's head ends and the frame follows */
    uint64_t frame_at;
    uint8_t row[ROW_BYTES]; /* of indices */
};

/* ---- Blocks ------------------------------------------------------------------------------------------------------ */

static uint64_t head_bytes(const struct fz_bytes *file)
{
    return SCREEN_BYTES + fz_gif_table_bytes(fz_bytes_le(file, 10, 1));
}

/* Behind the blocks at `pos` and the empty one that ends them; UINT64_MAX where the file ends before. */
static uint64_t skip_blocks(const struct fz_bytes *file, uint64_t pos)
{
    while (fz_bytes_has(file, pos, 1)) {
        uint32_t len = file->at[pos++];
        if (len == 0)
            return pos;
        pos += len;
    }
    return UINT64_MAX;
}

static void read_control(const struct fz_bytes *file, uint64_t pos, struct frame *frame)
{
    uint32_t flags = fz_bytes_le(file, pos + 3, 1), dispose = flags >> 2 & 7;
    frame->delay_cs = (int)fz_bytes_le(file, pos + 4, 2);
    frame->transparent = flags & 1 ? (int)fz_bytes_le(file, pos + 6, 1) : NO_COLOR;
    /* Some writers say 4 for 3, and browsers understand them. */
    frame->dispose = dispose == 2                   ? FZ_DISPOSE_CLEAR
                     : dispose == 3 || dispose == 4 ? FZ_DISPOSE_RESTORE
                                                    : FZ_DISPOSE_KEEP;
}

/* "Netscape Looping Application Extension": how often it is repeated after the first time. */
static void read_loops(const struct fz_bytes *file, uint64_t pos, int *plays)
{
    bool loops = fz_bytes_match(file, pos + 2, "\013NETSCAPE2.0", 12) ||
                 fz_bytes_match(file, pos + 2, "\013ANIMEXTS1.0", 12);
    if (!loops || !fz_bytes_match(file, pos + 14, "\003\001", 2))
        return;
    uint32_t repeats = fz_bytes_le(file, pos + 16, 2);
    *plays = repeats == 0 ? 0 : (int)repeats + 1;
}

/* Goes on to the next frame that is there as a whole, and behind it; false where there is none. */
static bool next_frame(const struct fz_bytes *file, uint64_t *pos, struct frame *frame, int *plays)
{
    *frame = (struct frame){.transparent = NO_COLOR};
    for (; fz_bytes_match(file, *pos, "!", 1); *pos = skip_blocks(file, *pos + 2)) {
        if (fz_bytes_match(file, *pos + 1, "\xf9\x04", 2))
            read_control(file, *pos, frame);
        else if (fz_bytes_match(file, *pos + 1, "\xff", 1))
            read_loops(file, *pos, plays);
    }
    uint64_t at = *pos;
    if (!fz_bytes_match(file, at, ",", 1) || !fz_bytes_has(file, at, FRAME_BYTES))
        return false;
    frame->at = at;
    frame->area = (struct fz_area){fz_bytes_le(file, at + 1, 2), fz_bytes_le(file, at + 3, 2),
                                   fz_bytes_le(file, at + 5, 2), fz_bytes_le(file, at + 7, 2)};
    uint64_t codes = at + FRAME_BYTES + fz_gif_table_bytes(fz_bytes_le(file, at + 9, 1)) + 1;
    *pos = skip_blocks(file, codes);
    return *pos != UINT64_MAX;
}

/* ---- Pixels ------------------------------------------------------------------------------------------------------ */

/* The head of the file, and at once behind it the frame. */
static int on_read(GifFileType *reader, GifByteType *bytes, int count)
{
    struct gif *g = reader->UserData;
    int done = 0;
    while (done < count) {
        if (g->read == g->head_end)
            g->read = g->frame_at;
        uint64_t end = g->read < g->head_end ? g->head_end : g->file->len;
        uint64_t left = g->read < end ? end - g->read : 0, wanted = (uint64_t)(count - done);
        size_t n = (size_t)(left < wanted ? left : wanted);
        if (n == 0)
            break;
        memcpy(bytes + done, g->file->at + g->read, n);
        g->read += n;
        done += (int)n;
    }
    return done;
}

static void draw_row(const struct gif *g, const struct frame *frame, const ColorMapObject *colors, uint32_t y)
{
    const struct fz_area *area = &g->canvas.area;
    if (y >= area->h)
        return;
    uint8_t *px = fz_canvas_at(&g->canvas, area->x, area->y + y);
    for (uint32_t x = 0; x < area->w; x++, px += 4) {
        int index = g->row[x];
        if (index == frame->transparent || (colors && index >= colors->ColorCount))
            continue;
        fz_gif_color(colors, index, px);
        px[3] = 255;
    }
}

/* Rows come in order, or in the four passes of an interlaced frame. Where the codes end early the rest stays as it was:
 * so browsers do. */
static enum fz_err draw_rows(struct fz_anim *anim, GifFileType *reader, const struct frame *frame,
                             struct fz_error *err)
{
    static const uint32_t first[] = {0, 4, 2, 1, 0}, step[] = {8, 8, 4, 2, 1};
    struct gif *g = anim->state;
    const ColorMapObject *colors = reader->Image.ColorMap ? reader->Image.ColorMap : reader->SColorMap;
    bool interlaced = reader->Image.Interlace;
    for (int pass = interlaced ? 0 : 4; pass < (interlaced ? 4 : 5); pass++) {
        for (uint32_t y = first[pass]; y < frame->area.h; y += step[pass]) {
            if (y % CANCEL_ROWS == 0 && fz_anim_cancelled(anim))
                return fz_anim_fail_cancelled(err);
            if (DGifGetLine(reader, g->row, (int)frame->area.w) != GIF_OK) {
                fz_fail(&anim->facts.damage, FZ_E_DAMAGED, 0, "frame %d is damaged", anim->next + 1);
                return FZ_OK;
            }
            draw_row(g, frame, colors, y);
        }
    }
    return FZ_OK;
}

static enum fz_err draw_frame(struct fz_anim *anim, const struct frame *frame, struct fz_error *err)
{
    struct gif *g = anim->state;
    int why = 0;
    g->read = 0;
    g->frame_at = frame->at;
    GifFileType *reader = DGifOpen(g, on_read, &why);
    if (!reader)
        return fz_fail(err, why == D_GIF_ERR_NOT_ENOUGH_MEM ? FZ_E_MEMORY : FZ_E_DAMAGED, 0, "gif: %s",
                       GifErrorString(why));
    GifRecordType type;
    enum fz_err code;
    if (DGifGetRecordType(reader, &type) == GIF_OK && type == IMAGE_DESC_RECORD_TYPE &&
        DGifGetImageDesc(reader) == GIF_OK)
        code = draw_rows(anim, reader, frame, err);
    else
        code = fz_fail(err, FZ_E_DAMAGED, 0, "frame %d is damaged", anim->next + 1);
    DGifCloseFile(reader, NULL);
    return code;
}

static enum fz_err gif_next(struct fz_anim *anim, struct fz_error *err)
{
    struct gif *g = anim->state;
    struct frame frame;
    int plays;
    if (!next_frame(&anim->bytes, &g->pos, &frame, &plays))
        return fz_fail(err, FZ_E_DAMAGED, 0, "the file ends early");
    fz_canvas_begin(&g->canvas, frame.area, frame.dispose);
    anim->delay_ms = (int64_t)frame.delay_cs * 10;
    if ((uint64_t)frame.area.w * frame.area.h > anim->max_px)
        return fz_fail(err, FZ_E_DAMAGED, 0, "frame %d: %ux%u is too much", anim->next + 1, frame.area.w,
                       frame.area.h);
    bool empty = frame.area.w == 0 || frame.area.h == 0;
    return empty ? FZ_OK : draw_frame(anim, &frame, err);
}

static void gif_rewind(struct fz_anim *anim)
{
    struct gif *g = anim->state;
    g->pos = g->head_end;
    fz_canvas_reset(&g->canvas);
}

static void take_profile(struct fz_anim *anim)
{
    struct gif *g = anim->state;
    const size_t len = fz_gif_profile(&anim->bytes, NULL);
    g->profile = len > 0 ? fz_try_malloc(len) : NULL;
    if (g->profile)
        anim->icc = (struct fz_bytes){
            .at = g->profile, .len = fz_gif_profile(&anim->bytes, g->profile), .whole = true};
}

static enum fz_err gif_open(struct fz_anim *anim, struct fz_error *err)
{
    struct gif *g = anim->state = fz_calloc(1, sizeof *g);
    if (!fz_canvas_init(&g->canvas, anim->width, anim->height))
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for a canvas of %ux%u", anim->width, anim->height);
    g->file = &anim->bytes;
    g->pos = g->head_end = head_bytes(&anim->bytes);
    anim->canvas = g->canvas.pixels;
    take_profile(anim);
    int frames = 0;
    uint64_t pos = g->pos;
    for (struct frame frame; next_frame(&anim->bytes, &pos, &frame, &anim->facts.plays);)
        frames++;
    anim->facts.frames = frames;
    return FZ_OK;
}

static void gif_close(struct fz_anim *anim)
{
    struct gif *g = anim->state;
    fz_canvas_fini(&g->canvas);
    free(g->profile);
    free(g);
}

const struct fz_anim_format fz_anim_gif = {.name = "gif",
                                           .px_bytes = 8,
                                           .open = gif_open,
                                           .next = gif_next,
                                           .rewind = gif_rewind,
                                           .close = gif_close};
