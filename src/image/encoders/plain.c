/* BMP and PPM, by code of our own. */
#include "base/mem.h"
#include "image/encoders/encoders.h"

#include <string.h>

enum { BMP_HEAD_BYTES = 54 };

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
enum fz_err fz_encode_plain(const struct fz_pixels *pixels, const struct fz_encode *how,
                            struct fz_encoded *out, struct fz_error *err)
{
    bool is_bmp = how->encoding == FZ_ENCODING_BMP;
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
