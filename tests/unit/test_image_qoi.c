/* QOI: every kind of chunk, equal to what SDL2_image makes of it; in pieces; cut anywhere. */
#include "test_image_support.h"

#include <SDL_image.h>

enum { HEAD_BYTES = 14, END_BYTES = 8, CHANNELS = 4 };

/* Runs, small and larger steps, colours that come again, and any. `alpha`: some are not opaque. */
static uint8_t *make_pixels(int count, bool alpha)
{
    uint32_t seed = 7;
    uint8_t *pixels = malloc((size_t)count * CHANNELS), px[4] = {0, 0, 0, 255}, colors[8][4];
    for (int i = 0; i < 8; i++)
        for (int c = 0; c < CHANNELS; c++)
            colors[i][c] = (uint8_t)(c < 3 || alpha ? next_random(&seed) >> 8 : 255);
    for (int i = 0; i < count; i++) {
        const uint32_t kind = (next_random(&seed) >> 8) % 16;
        for (int c = 0; c < CHANNELS; c++) {
            const int any = (int)(next_random(&seed) >> 8 & 255);
            const int by = kind == 1 ? any % 4 - 2 : kind == 2 ? any % 16 - 8 : kind == 3 ? any : 0;
            if (kind == 4)
                px[c] = colors[i / 5 % 8][c];
            else if (c < 3 || (alpha && kind == 3))
                px[c] = (uint8_t)(px[c] + by);
        }
        memcpy(pixels + (size_t)i * CHANNELS, px, CHANNELS);
    }
    return pixels;
}

static bool fits(int value, int least, int most)
{
    return value >= least && value <= most;
}

/* Where there is room for it. */
static void put(struct bytes *b, const void *data, size_t len)
{
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

static void put_le(struct bytes *b, uint32_t value, int count)
{
    for (int i = 0; i < count; i++)
        put(b, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

static void put_be(struct bytes *b, uint32_t value, int count)
{
    for (int i = count - 1; i >= 0; i--)
        put(b, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

static void put_chunk(struct bytes *b, const uint8_t *px, const uint8_t *last)
{
    const int8_t r = (int8_t)(px[0] - last[0]), g = (int8_t)(px[1] - last[1]),
                 blue = (int8_t)(px[2] - last[2]), rg = (int8_t)(r - g), bg = (int8_t)(blue - g);
    if (px[3] != last[3]) {
        put_le(b, 0xff, 1);
        put(b, px, 4);
    } else if (fits(r, -2, 1) && fits(g, -2, 1) && fits(blue, -2, 1)) {
        put_le(b, (uint32_t)(0x40 | (r + 2) << 4 | (g + 2) << 2 | (blue + 2)), 1);
    } else if (fits(g, -32, 31) && fits(rg, -8, 7) && fits(bg, -8, 7)) {
        put_le(b, (uint32_t)(0x80 | (g + 32)), 1);
        put_le(b, (uint32_t)((rg + 8) << 4 | (bg + 8)), 1);
    } else {
        put_le(b, 0xfe, 1);
        put(b, px, 3);
    }
}

static struct bytes encode(const uint8_t *pixels, int width, int height)
{
    struct bytes b = {0};
    b.data = malloc((size_t)width * (size_t)height * 5 +
                    64); /* to grow it byte by byte takes AddressSanitizer minutes */
    uint8_t seen[64][4] = {0}, last[4] = {0, 0, 0, 255};
    put(&b, "qoif", 4);
    put_be(&b, (uint32_t)width, 4);
    put_be(&b, (uint32_t)height, 4);
    put(&b, "\4\0", 2);
    for (int i = 0, run = 0, count = width * height; i < count; i++) {
        const uint8_t *px = pixels + (size_t)i * CHANNELS;
        const int place = (px[0] * 3 + px[1] * 5 + px[2] * 7 + px[3] * 11) % 64;
        const bool same = memcmp(px, last, 4) == 0;
        run += same;
        if (run > 0 && (!same || run == 62 || i + 1 == count)) {
            put_le(&b, (uint32_t)(0xc0 | (run - 1)), 1);
            run = 0;
        }
        if (!same && memcmp(seen[place], px, 4) == 0)
            put_le(&b, (uint32_t)place, 1);
        else if (!same)
            put_chunk(&b, px, last);
        memcpy(seen[place], px, 4);
        memcpy(last, px, 4);
    }
    put(&b, "\0\0\0\0\0\0\0\1", END_BYTES);
    b.data = realloc(b.data, b.len + 1);
    return b;
}

/* Over 0x204060. */
static uint32_t shown(const uint8_t *px)
{
    uint32_t out = 0;
    for (int c = 0; c < 3; c++)
        out = out << 8 | (px[c] * px[3] + (0x204060u >> (16 - 8 * c) & 255) * (255u - px[3]) + 127) / 255;
    return out;
}

static void test_same_as_sdl_image(void **state)
{
    (void)state;
    enum { WIDTH = 131, HEIGHT = 97 };
    for (int alpha = 0; alpha < 2; alpha++) {
        uint8_t *pixels = make_pixels(WIDTH * HEIGHT, alpha != 0);
        struct bytes b = encode(pixels, WIDTH, HEIGHT);
        SDL_Surface *surface = IMG_LoadTyped_RW(SDL_RWFromConstMem(b.data, (int)b.len), 1, "QOI");
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_non_null(surface);
        assert_int_equal(surface->format->format, SDL_PIXELFORMAT_RGBA32);
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_false(image.damaged);
        assert_int_equal(image.out_w, WIDTH);
        assert_int_equal(image.out_h, HEIGHT);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                const uint8_t *px = (const uint8_t *)surface->pixels + y * surface->pitch + x * CHANNELS;
                assert_memory_equal(px, pixels + (size_t)(y * WIDTH + x) * CHANNELS, CHANNELS);
                assert_int_equal(pixel(&image, x, y), shown(px));
            }
        SDL_FreeSurface(surface);
        host_fini(&host);
        free(b.data);
        free(pixels);
    }
}

/* What memory does not hold is read in pieces, which end within chunks. */
static void test_in_pieces(void **state)
{
    (void)state;
    enum { WIDTH = 1301, HEIGHT = 901, X = 700, Y = 800, PART = 50 };
    uint8_t *pixels = make_pixels(WIDTH * HEIGHT, true);
    struct bytes b = encode(pixels, WIDTH, HEIGHT);
    struct host host = {.reserve_most = 700 << 10};
    struct fz_image image;
    struct fz_error err = {0};
    int fd = open_bytes(b.data, b.len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    request.want.region = (struct fz_image_region){X, Y, PART, PART};
    assert_true(b.len > (size_t)700 << 10);
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    assert_int_equal(host.reserves, 2);
    assert_false(image.damaged);
    for (int y = 0; y < PART; y++)
        for (int x = 0; x < PART; x++)
            assert_int_equal(pixel(&image, x, y),
                             shown(pixels + (size_t)((Y + y) * WIDTH + X + x) * CHANNELS));
    fz_image_scratch_free(scratch);
    close(fd);
    host_fini(&host);
    free(b.data);
    free(pixels);
}

/* Whatever came of it is shown, and below that it is clear. */
static void test_cut(void **state)
{
    (void)state;
    enum { WIDTH = 7, HEIGHT = 5 };
    uint8_t *pixels = make_pixels(WIDTH * HEIGHT, false);
    struct bytes b = encode(pixels, WIDTH, HEIGHT);
    int most = 0;
    for (size_t len = HEAD_BYTES + END_BYTES; len <= b.len; len++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        int came = 0;
        enum fz_err code = load(b.data, len, 0, 0, &host, &image, &err);
        assert_true(code == FZ_OK || (code == FZ_E_DAMAGED && most == 0));
        for (int i = 0; code == FZ_OK && i < WIDTH * HEIGHT; i++) {
            const uint32_t got = pixel(&image, i % WIDTH, i / WIDTH);
            if (came == i && got == shown(pixels + (size_t)i * CHANNELS))
                came++;
            else
                assert_int_equal(got, 0x204060);
        }
        assert_true(came >= most);
        assert_true(code != FZ_OK || image.damaged == (len < b.len));
        most = came;
        host_fini(&host);
    }
    assert_int_equal(most, WIDTH * HEIGHT);
    free(b.data);
    free(pixels);
}

/* By rows: nothing to speak of is held of a picture of 300 megapixels. */
static void test_limit_is_that_of_rows(void **state)
{
    (void)state;
    struct host host = {.refuse = true};
    struct fz_image image;
    struct fz_error err;
    uint8_t head[HEAD_BYTES + END_BYTES] = "qoif\0\0\x4e\x20\0\0\x3a\x98\3";
    assert_int_equal(load(head, sizeof head, 9, 9, &host, &image, &err), FZ_E_LIMIT);
    assert_int_equal(host.width, 0);
    assert_true(host.reserves > 0 && host.reserved < 4 << 20);
    head[12] = 2;
    assert_int_equal(load(head, sizeof head, 9, 9, &host, &image, &err), FZ_E_DAMAGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_sdl_image),
        cmocka_unit_test(test_in_pieces),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_limit_is_that_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
