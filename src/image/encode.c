#include "image/encode.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>

#include <jpeglib.h>

enum {
    PNG_LEVEL = 6,
    BMP_HEAD_BYTES = 54,
    SMOOTH_COLOR_QUALITY = 90, /* from here on as many samples of colour as of light, as ImageMagick has it */
};

struct jpeg {
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    char why[JMSG_LENGTH_MAX];
};

static void on_jpeg_error(j_common_ptr c)
{
    struct jpeg *jpeg = c->client_data;
    jpeg->errors.format_message(c, jpeg->why);
    longjmp(jpeg->escape, 1);
}

static void on_jpeg_message(j_common_ptr c)
{
    (void)c;
}

static void write_jpeg(struct jpeg *jpeg, const struct fz_pixels *pixels, int quality)
{
    struct jpeg_compress_struct *c = &jpeg->c;
    c->image_width = (JDIMENSION)pixels->width;
    c->image_height = (JDIMENSION)pixels->height;
    c->input_components = 4;
    c->in_color_space = JCS_EXT_BGRX;
    jpeg_set_defaults(c);
    jpeg_set_quality(c, quality, TRUE);
    if (quality >= SMOOTH_COLOR_QUALITY)
        c->comp_info[0].h_samp_factor = c->comp_info[0].v_samp_factor = 1;
    c->optimize_coding = TRUE;
    jpeg_start_compress(c, TRUE);
    while (c->next_scanline < c->image_height) {
        JSAMPROW row =
            (JSAMPROW)(uintptr_t)(pixels->at + (size_t)c->next_scanline * (size_t)pixels->pitch_bytes);
        jpeg_write_scanlines(c, &row, 1);
    }
    jpeg_finish_compress(c);
}

static enum fz_err encode_jpeg(const struct fz_pixels *pixels, int quality, struct fz_encoded *out,
                               struct fz_error *err)
{
    struct jpeg jpeg = {.c = {.client_data = &jpeg}};
    unsigned char *bytes = NULL;
    unsigned long len = 0;
    volatile bool done = false;
    jpeg.c.err = jpeg_std_error(&jpeg.errors);
    jpeg.errors.error_exit = on_jpeg_error;
    jpeg.errors.output_message = on_jpeg_message;
    if (setjmp(jpeg.escape) == 0) {
        jpeg_create_compress(&jpeg.c);
        jpeg_mem_dest(&jpeg.c, &bytes, &len);
        write_jpeg(&jpeg, pixels, quality);
        done = true;
    }
    jpeg_destroy_compress(&jpeg.c);
    out->bytes = bytes;
    out->len = len;
    if (done)
        return FZ_OK;
    return fz_fail(err, FZ_E_UNSUPPORTED, 0, "jpeg: %s", jpeg.why);
}

static enum fz_err encode_png(const struct fz_pixels *pixels, struct fz_encoded *out, struct fz_error *err)
{
    char *bytes = NULL, why[96] = "";
    FILE *stream = open_memstream(&bytes, &out->len);
    bool done = stream && fz_png_write(stream, pixels, PNG_LEVEL, why, sizeof why);
    done = stream && fclose(stream) == 0 && done;
    out->bytes = bytes;
    if (done)
        return FZ_OK;
    return fz_fail(err, why[0] ? FZ_E_UNSUPPORTED : FZ_E_MEMORY, 0, "png: %s", why[0] ? why : "no memory");
}

static enum fz_err encode_webp(const struct fz_pixels *pixels, int quality, struct fz_encoded *out,
                               struct fz_error *err)
{
    WebPPicture picture;
    WebPMemoryWriter writer;
    if (pixels->width > WEBP_MAX_DIMENSION || pixels->height > WEBP_MAX_DIMENSION)
        return fz_fail(err, FZ_E_UNSUPPORTED, 0, "WebP has no sides of more than %d px", WEBP_MAX_DIMENSION);
    WebPConfig config;
    WebPMemoryWriterInit(&writer);
    bool ready = WebPPictureInit(&picture) && WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, (float)quality);
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
        return FZ_OK;
    }
    WebPMemoryWriterClear(&writer);
    return fz_fail(err, FZ_E_MEMORY, 0, "webp: the encoder fails with its error %d", why);
}

static void put_le(uint8_t *at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* A BITMAPFILEHEADER and a BITMAPINFOHEADER: rows from the bottom up. */
static void head_bmp(const struct fz_pixels *pixels, uint32_t row_bytes, uint8_t head[BMP_HEAD_BYTES])
{
    uint32_t size = row_bytes * (uint32_t)pixels->height;
    memcpy(head, "BM", 2);
    put_le(head + 2, BMP_HEAD_BYTES + size, 4);
    put_le(head + 10, BMP_HEAD_BYTES, 4);
    put_le(head + 14, 40, 4);
    put_le(head + 18, (uint32_t)pixels->width, 4);
    put_le(head + 22, (uint32_t)pixels->height, 4);
    put_le(head + 26, 1, 2);
    put_le(head + 28, 24, 2);
    put_le(head + 34, size, 4);
}

/* Pixels one after another, without compression: their header, then each row of `row_bytes`. */
static enum fz_err encode_plain(enum fz_encoding encoding, const struct fz_pixels *pixels,
                                struct fz_encoded *out, struct fz_error *err)
{
    bool is_bmp = encoding == FZ_ENCODING_BMP;
    size_t width = (size_t)pixels->width, row_bytes = is_bmp ? (width * 3 + 3) / 4 * 4 : width * 3;
    uint8_t head[BMP_HEAD_BYTES] = {0};
    size_t head_len = BMP_HEAD_BYTES;
    if (row_bytes > (UINT32_MAX - head_len) / (size_t)pixels->height)
        return fz_fail(err, FZ_E_UNSUPPORTED, 0, "its format has no files of more than 4 GB");
    if (is_bmp)
        head_bmp(pixels, (uint32_t)row_bytes, head);
    else
        head_len =
            (size_t)snprintf((char *)head, sizeof head, "P6\n%d %d\n255\n", pixels->width, pixels->height);
    out->len = head_len + row_bytes * (size_t)pixels->height;
    uint8_t *to = out->bytes = fz_try_malloc(out->len);
    if (!to)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for a file of %zu bytes", out->len);
    memset(to, 0, out->len);
    memcpy(to, head, head_len);
    to += head_len;
    for (int i = 0; i < pixels->height; i++, to += row_bytes) {
        int y = is_bmp ? pixels->height - 1 - i : i;
        const uint8_t *from = pixels->at + (ptrdiff_t)y * pixels->pitch_bytes;
        for (size_t x = 0; x < width; x++)
            for (size_t c = 0; c < 3; c++)
                to[x * 3 + c] = from[x * 4 + (is_bmp ? c : 2 - c)];
    }
    return FZ_OK;
}

enum fz_err fz_image_encode(enum fz_encoding encoding, const struct fz_pixels *pixels, int quality,
                            struct fz_encoded *out, struct fz_error *err)
{
    enum fz_err code = FZ_OK;
    *out = (struct fz_encoded){0};
    switch (encoding) {
    case FZ_ENCODING_JPEG:
        code = encode_jpeg(pixels, quality, out, err);
        break;
    case FZ_ENCODING_PNG:
        code = encode_png(pixels, out, err);
        break;
    case FZ_ENCODING_WEBP:
        code = encode_webp(pixels, quality, out, err);
        break;
    case FZ_ENCODING_PPM:
    case FZ_ENCODING_BMP:
        code = encode_plain(encoding, pixels, out, err);
        break;
    }
    if (code != FZ_OK) {
        free(out->bytes);
        *out = (struct fz_encoded){0};
    }
    return code;
}
