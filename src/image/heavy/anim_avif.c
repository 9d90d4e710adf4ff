/* AVIF sequences, played by libavif: libheif 1.15 reads no tracks. */
#include "image/anim/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_AVIF

#include "base/mem.h"
#include "image/pixels/h273.h"

#include <avif/avif.h>
#include <limits.h>
#include <stdlib.h>

struct sequence {
    avifDecoder *decoder; /* owned */
    uint8_t *pixels;      /* owned: the canvas */
};

/* Reads the boxes alone. NULL: no memory, or no sequence. */
static avifDecoder *open_track(const struct fz_bytes *file)
{
    avifDecoder *decoder = avifDecoderCreate();
    if (!decoder)
        return NULL;
    decoder->maxThreads = 1;
    decoder->requestedSource = AVIF_DECODER_SOURCE_TRACKS;
    decoder->strictFlags = AVIF_STRICT_DISABLED; /* as browsers */
    decoder->ignoreExif = decoder->ignoreXMP = AVIF_TRUE;
    if (avifDecoderSetIOMemory(decoder, file->at, file->len) == AVIF_RESULT_OK &&
        avifDecoderParse(decoder) == AVIF_RESULT_OK && decoder->imageCount > 0)
        return decoder;
    avifDecoderDestroy(decoder);
    return NULL;
}

enum fz_head fz_avif_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    enum fz_head head = fz_heif_facts(bytes, facts);
    if (!fz_avif_is_sequence(bytes))
        return head;
    avifDecoder *decoder = bytes->whole ? open_track(bytes) : NULL;
    if (decoder)
        facts->frames = decoder->imageCount < facts->max_frames ? decoder->imageCount : facts->max_frames;
    if (decoder)
        avifDecoderDestroy(decoder);
    return bytes->whole ? head : FZ_HEAD_MORE; /* its table of frames may stand anywhere */
}

/* It is the decoder's, which reads it anew whenever it begins. */
static void take_profile(struct fz_anim *anim)
{
    const struct sequence *s = anim->state;
    const avifRWData *icc = &s->decoder->image->icc;
    anim->icc = (struct fz_bytes){.at = icc->data, .len = icc->size, .whole = true};
}

static enum fz_err avif_open(struct fz_anim *anim, struct fz_error *err)
{
    struct sequence *s = anim->state = fz_calloc(1, sizeof *s);
    if (!fz_avif_is_sequence(&anim->bytes) || !(s->decoder = open_track(&anim->bytes)))
        return FZ_OK;
    const avifImage *image = s->decoder->image;
    if (image->width != anim->width || image->height != anim->height) {
        fz_fail(err, FZ_E_UNSUPPORTED, 0, "avif: its frames are %ux%u, the still picture is not",
                image->width, image->height);
        return FZ_E_UNSUPPORTED;
    }
    int left_to_do;                                              /* by who decodes the still picture */
    anim->turn = fz_heif_orientation(&anim->bytes, &left_to_do); /* libavif turns and mirrors nothing */
    anim->facts.frames = s->decoder->imageCount;
    anim->facts.plays = fz_avif_plays(&anim->bytes);
    anim->color = image->yuvFormat == AVIF_PIXEL_FORMAT_YUV400 ? FZ_COLOR_GREY : FZ_COLOR_RGB;
    anim->has_primaries =
        fz_h273_primaries(image->colorPrimaries, image->transferCharacteristics, &anim->primaries);
    anim->curve = fz_h273_curve(image->transferCharacteristics);
    take_profile(anim);
    s->pixels = fz_try_malloc((size_t)anim->width * anim->height * 4);
    anim->canvas = s->pixels;
    if (!s->pixels)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for a canvas of %ux%u", anim->width, anim->height);
    return FZ_OK;
}

static enum fz_err avif_next(struct fz_anim *anim, struct fz_error *err)
{
    struct sequence *s = anim->state;
    avifResult result = avifDecoderNextImage(s->decoder);
    const avifImage *image = s->decoder->image;
    if (result == AVIF_RESULT_OK && (image->width != anim->width || image->height != anim->height))
        result = AVIF_RESULT_BMFF_PARSE_FAILED;
    if (result == AVIF_RESULT_OK) {
        avifRGBImage canvas;
        avifRGBImageSetDefaults(&canvas, image);
        canvas.format = AVIF_RGB_FORMAT_BGRA;
        canvas.depth = 8;
        canvas.pixels = s->pixels;
        canvas.rowBytes = anim->width * 4;
        result = avifImageYUVToRGB(image, &canvas);
    }
    if (result == AVIF_RESULT_OUT_OF_MEMORY)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for frame %d", anim->next + 1);
    if (result != AVIF_RESULT_OK)
        return fz_fail(err, FZ_E_DAMAGED, 0, "frame %d is damaged", anim->next + 1);
    double ms = s->decoder->imageTiming.duration * 1000;
    anim->delay_ms = ms > 0 && ms < INT_MAX ? (int64_t)(ms + 0.5) : 0;
    return FZ_OK;
}

static void avif_rewind(struct fz_anim *anim)
{
    struct sequence *s = anim->state;
    avifDecoderReset(s->decoder);
    take_profile(anim);
}

static void avif_close(struct fz_anim *anim)
{
    struct sequence *s = anim->state;
    if (s->decoder)
        avifDecoderDestroy(s->decoder);
    free(s->pixels);
    free(s);
}

const struct fz_anim_format fz_anim_avif = {.name = "avif",
                                            .px_bytes = FZ_ANIM_AVIF_PX_BYTES,
                                            .open = avif_open,
                                            .next = avif_next,
                                            .rewind = avif_rewind,
                                            .close = avif_close};

#endif
