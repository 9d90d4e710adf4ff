/* WebP by libwebp, what goes with it by libwebpmux. */
#include "image/encoders/encoders.h"

#include <stdlib.h>
#include <webp/encode.h>
#include <webp/mux.h>

static WebPMuxError add_chunk(WebPMux *mux, const char *name, const struct fz_carried *carried,
                              enum fz_carried_kind kind)
{
    WebPData data = {0};
    uint32_t len;
    data.bytes = fz_carried_get(carried, kind, &len);
    data.size = len;
    return data.bytes ? WebPMuxSetChunk(mux, name, &data, 0) : WEBP_MUX_OK;
}

static enum fz_err add_carried(const struct fz_carried *carried, struct fz_encoded *out, struct fz_error *err)
{
    uint32_t exif, xmp;
    fz_carried_get(carried, FZ_CARRIED_EXIF, &exif);
    fz_carried_get(carried, FZ_CARRIED_XMP, &xmp);
    if (exif == 0 && xmp == 0)
        return FZ_OK;
    WebPData all = {0};
    const WebPData pixels = {out->bytes, out->len};
    WebPMux *mux = WebPMuxCreate(&pixels, 0);
    bool done = mux && add_chunk(mux, "EXIF", carried, FZ_CARRIED_EXIF) == WEBP_MUX_OK &&
                add_chunk(mux, "XMP ", carried, FZ_CARRIED_XMP) == WEBP_MUX_OK &&
                WebPMuxAssemble(mux, &all) == WEBP_MUX_OK;
    WebPMuxDelete(mux);
    if (!done)
        return fz_fail(err, FZ_E_MEMORY, 0, "webp: no memory for what goes with the pixels");
    free(out->bytes);
    *out = (struct fz_encoded){.bytes = (void *)(uintptr_t)all.bytes,
                               .len = all.size}; /* of WebPMalloc: malloc */
    return FZ_OK;
}

enum fz_err fz_encode_webp(const struct fz_pixels *pixels, const struct fz_encode *how,
                           struct fz_encoded *out, struct fz_error *err)
{
    WebPPicture picture;
    WebPMemoryWriter writer;
    if (pixels->width > WEBP_MAX_DIMENSION || pixels->height > WEBP_MAX_DIMENSION)
        return fz_fail(err, FZ_E_UNSUPPORTED, 0, "WebP has no sides of more than %d px", WEBP_MAX_DIMENSION);
    WebPConfig config;
    WebPMemoryWriterInit(&writer);
    bool ready =
        WebPPictureInit(&picture) && WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, (float)how->quality);
    picture.width = pixels->width;
    picture.height = pixels->height;
    picture.use_argb = 1;
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    bool done = ready && WebPPictureImportBGRX(&picture, pixels->at, pixels->pitch_bytes) &&
                WebPEncode(&config, &picture);
    WebPEncodingError why = picture.error_code;
    WebPPictureFree(&picture);
    if (done) {
        *out = (struct fz_encoded){.bytes = writer.mem, .len = writer.size};
        return add_carried(how->carried, out, err);
    }
    WebPMemoryWriterClear(&writer);
    return fz_fail(err, FZ_E_MEMORY, 0, "webp: the encoder fails with its error %d", why);
}
