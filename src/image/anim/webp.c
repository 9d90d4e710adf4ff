/* WebP, played by libwebpdemux, which disposes and blends; its background colour is left aside, as browsers do. */
#include "image/anim/format.h"

#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <webp/demux.h>

enum { FILE_HEAD = 12, CHUNK_HEAD = 8, FLAGS_AT = 20, FLAG_ANIMATION = 2 };

struct webp {
    WebPAnimDecoder *decoder;
    int timestamp_ms; /* where the last frame ended */
};

/* Goes behind the chunk at *pos; false where it is not there as a whole. */
static bool next_chunk(const struct fz_bytes *file, uint64_t *pos)
{
    const uint64_t at = *pos, len = fz_bytes_le(file, at + 4, 4);
    if (!fz_bytes_has(file, at, CHUNK_HEAD) || !fz_bytes_has(file, at + CHUNK_HEAD, len))
        return false;
    *pos = at + CHUNK_HEAD + len + (len & 1);
    return true;
}

/* libwebpdemux takes no file that ends early: what is whole of it becomes a file. */
static void cut_to_whole(struct fz_anim *anim)
{
    uint64_t end = FILE_HEAD;
    while (next_chunk(&anim->bytes, &end))
        ;
    if (end > anim->bytes.len)
        end = anim->bytes.len; /* the byte that makes it even is missing */
    anim->bytes.len = (size_t)end;
    uint64_t size = end - CHUNK_HEAD;
    for (int i = 0; i < 4; i++)
        anim->file.data[4 + i] = (uint8_t)(size >> (8 * i));
}

static enum fz_err webp_open(struct fz_anim *anim, struct fz_error *err)
{
    struct webp *w = anim->state = fz_calloc(1, sizeof *w);
    if (!fz_bytes_match(&anim->bytes, FILE_HEAD, "VP8X", 4) ||
        !(fz_bytes_be(&anim->bytes, FLAGS_AT, 1) & FLAG_ANIMATION))
        return FZ_OK;
    cut_to_whole(anim);
    anim->icc = fz_webp_chunk(&anim->bytes, "ICCP");
    WebPAnimDecoderOptions options;
    WebPAnimInfo info = {0};
    if (WebPAnimDecoderOptionsInit(&options)) {
        options.color_mode = MODE_BGRA;
        WebPData data = {anim->bytes.at, anim->bytes.len};
        w->decoder = WebPAnimDecoderNew(&data, &options);
    }
    if (!w->decoder || !WebPAnimDecoderGetInfo(w->decoder, &info))
        return fz_fail(err, FZ_E_DAMAGED, 0, "webp: the file contradicts itself about its frames");
    if (info.canvas_width != anim->width || info.canvas_height != anim->height)
        return fz_fail(err, FZ_E_DAMAGED, 0, "webp: the file contradicts itself about its size");
    anim->facts.frames = info.frame_count < INT_MAX ? (int)info.frame_count : INT_MAX;
    anim->facts.plays = (int)(info.loop_count & 0xffff);
    return FZ_OK;
}

static enum fz_err webp_next(struct fz_anim *anim, struct fz_error *err)
{
    struct webp *w = anim->state;
    uint8_t *canvas;
    int ends_ms;
    if (!WebPAnimDecoderGetNext(w->decoder, &canvas, &ends_ms))
        return fz_fail(err, FZ_E_DAMAGED, 0, "frame %d is damaged", anim->next + 1);
    anim->canvas = canvas;
    anim->delay_ms = ends_ms - w->timestamp_ms;
    w->timestamp_ms = ends_ms;
    return FZ_OK;
}

static void webp_rewind(struct fz_anim *anim)
{
    struct webp *w = anim->state;
    WebPAnimDecoderReset(w->decoder);
    w->timestamp_ms = 0;
}

static void webp_close(struct fz_anim *anim)
{
    struct webp *w = anim->state;
    WebPAnimDecoderDelete(w->decoder);
    free(w);
}

/* Two canvases, and a frame of them at the decoder's peak, lossless. */
const struct fz_anim_format fz_anim_webp = {.name = "webp",
                                            .px_bytes = 16,
                                            .open = webp_open,
                                            .next = webp_next,
                                            .rewind = webp_rewind,
                                            .close = webp_close};
