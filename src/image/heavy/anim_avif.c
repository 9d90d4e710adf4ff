/* AVIF sequences, played by libavif: libheif 1.15 reads no tracks. */
#include "image/anim/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_AVIF

#include "base/mem.h"
#include "image/pixels/h273.h"

#include <avif/avif.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sequence {
    avifDecoder *decoder;   /* owned */
    uint8_t *pixels;        /* owned: a frame, and then the canvas */
    uint32_t width, height; /* of the frames */
    avifCropRect part;      /* of each that is the picture */
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

/* A side of the clean aperture (ISO/IEC 14496-12, 12.1.4), rounded as libheif does that of the still picture; false: it is beyond
 * the frame. */
static bool clean_side(uint32_t length, const uint32_t side[2], const uint32_t offset[2], uint32_t *from,
                       uint32_t *count)
{
    if (side[1] == 0 || offset[1] == 0)
        return false;
    const double clean = (double)side[0] / side[1], off = (double)(int32_t)offset[0] / offset[1];
    const double first = floor(off + (length - clean) / 2 + 1e-6), rounded = floor(clean + 0.5);
    if (first < 0 || rounded < 1 || first + rounded > length)
        return false;
    *from = (uint32_t)first;
    *count = (uint32_t)rounded;
    return true;
}

/* What of a frame is the picture, whose size the still tells; false: they do not go together. */
static bool find_part(const avifImage *frame, const struct fz_header *still, avifCropRect *part)
{
    const avifCleanApertureBox *clap = &frame->clap;
    const uint32_t width[2] = {clap->widthN, clap->widthD}, right[2] = {clap->horizOffN, clap->horizOffD};
    const uint32_t height[2] = {clap->heightN, clap->heightD}, down[2] = {clap->vertOffN, clap->vertOffD};
    const bool is_whole = frame->width == still->width && frame->height == still->height;
    *part = (avifCropRect){0, 0, frame->width, frame->height};
    if (!is_whole && (frame->transformFlags & AVIF_TRANSFORM_CLAP) &&
        (!clean_side(frame->width, width, right, &part->x, &part->width) ||
         !clean_side(frame->height, height, down, &part->y, &part->height)))
        return false;
    return part->width == still->width && part->height == still->height &&
           (uint64_t)frame->width * frame->height <= fz_header_coded_px(still);
}

/* NULL: no memory, no sequence, or none of that picture. */
static avifDecoder *open_sequence(const struct fz_bytes *file, avifCropRect *part)
{
    struct fz_header header = {0};
    avifDecoder *decoder = NULL;
    if (fz_avif_is_sequence(file) && fz_heif_header(file, &header) == FZ_HEAD_OK)
        decoder = open_track(file);
    if (!decoder || find_part(decoder->image, &header, part))
        return decoder;
    avifDecoderDestroy(decoder);
    return NULL;
}

enum fz_head_status fz_avif_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    enum fz_head_status head = fz_heif_facts(bytes, facts);
    if (!fz_avif_is_sequence(bytes))
        return head;
    avifCropRect part;
    avifDecoder *decoder = bytes->whole ? open_sequence(bytes, &part) : NULL;
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
    s->decoder = open_sequence(&anim->bytes, &s->part);
    if (!s->decoder || s->part.width != anim->width || s->part.height != anim->height)
        return FZ_OK;
    const avifImage *image = s->decoder->image;
    s->width = image->width;
    s->height = image->height;
    int left_to_do;                                              /* by who decodes the still picture */
    anim->turn = fz_avif_orientation(&anim->bytes, &left_to_do); /* libavif turns and mirrors nothing */
    anim->facts.frames = s->decoder->imageCount;
    anim->facts.plays = fz_avif_plays(&anim->bytes);
    anim->color = image->yuvFormat == AVIF_PIXEL_FORMAT_YUV400 ? FZ_COLOR_GREY : FZ_COLOR_RGB;
    anim->has_primaries =
        fz_h273_primaries(image->colorPrimaries, image->transferCharacteristics, &anim->primaries);
    anim->curve = fz_h273_curve(image->transferCharacteristics);
    take_profile(anim);
    s->pixels = fz_try_malloc((size_t)s->width * s->height * 4);
    anim->canvas = s->pixels;
    if (!s->pixels)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for a canvas of %ux%u", s->width, s->height);
    return FZ_OK;
}

/* The canvas is the part alone. */
static void crop(const struct sequence *s)
{
    const size_t pitch = (size_t)s->width * 4, row = (size_t)s->part.width * 4;
    const uint8_t *from = s->pixels + s->part.y * pitch + (size_t)s->part.x * 4;
    for (uint32_t y = 0; y < s->part.height; y++)
        memmove(s->pixels + y * row, from + y * pitch, row);
}

static enum fz_err avif_next(struct fz_anim *anim, struct fz_error *err)
{
    struct sequence *s = anim->state;
    avifResult result = avifDecoderNextImage(s->decoder);
    const avifImage *image = s->decoder->image;
    if (result == AVIF_RESULT_OK && (image->width != s->width || image->height != s->height))
        result = AVIF_RESULT_BMFF_PARSE_FAILED;
    if (result == AVIF_RESULT_OK) {
        avifRGBImage canvas;
        avifRGBImageSetDefaults(&canvas, image);
        canvas.format = AVIF_RGB_FORMAT_BGRA;
        canvas.depth = 8;
        canvas.pixels = s->pixels;
        canvas.rowBytes = s->width * 4;
        result = avifImageYUVToRGB(image, &canvas);
    }
    if (result == AVIF_RESULT_OUT_OF_MEMORY)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for frame %d", anim->next + 1);
    if (result != AVIF_RESULT_OK)
        return fz_fail(err, FZ_E_DAMAGED, 0, "frame %d is damaged", anim->next + 1);
    if (s->part.width < s->width || s->part.height < s->height)
        crop(s);
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

uint64_t fz_avif_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    const uint64_t first = file_bytes + fz_header_coded_px(&d->header) * FZ_ANIM_AVIF_PX_BYTES;
    if (!fz_heif_has_still(&d->file))
        return first;
    const uint64_t still = fz_heif_working_bytes(d, file_bytes);
    return fz_avif_is_sequence(&d->file) && first > still ? first : still;
}

static enum fz_err load_first(struct fz_decode *d)
{
    *d->err = (struct fz_error){.code = FZ_OK};
    d->turn = d->out->orientation;
    return fz_anim_load_first(&fz_anim_avif, d);
}

enum fz_err fz_avif_load(struct fz_decode *d)
{
    if (!fz_heif_has_still(&d->file))
        return load_first(d);
    const enum fz_err code = fz_heif_load(d);
    /* libheif asks for brands, and for items that are referred to, without which browsers show the sequence. */
    const bool is_refused = code == FZ_E_UNSUPPORTED || code == FZ_E_DAMAGED;
    return is_refused && !d->begun && fz_avif_is_sequence(&d->file) ? load_first(d) : code;
}

#endif
