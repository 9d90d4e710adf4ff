/* GIF: rows in order or in four passes, held or not, whole, in part and cut short; its colours. */
#include "test_image_anim.h"
#include "test_image_icc.h"

enum { CLEAR_EVERY = 200, HEAD_BYTES = 13 + 768 + 10 + 1 };

/* Rows of each pass, and of what comes in order. */
static const int first_of[] = {0, 4, 2, 1, 0}, step_of[] = {8, 8, 4, 2, 1};

struct codes {
    struct bytes b;
    uint32_t bits;
    int count;
};

static uint32_t index_at(int x, int y)
{
    return (uint32_t)(x / 7 + y * 3) & 255;
}

static uint32_t color_of(uint32_t index)
{
    return index << 16 | (255 - index) << 8 | (index * 5 & 255);
}

static void put_code(struct codes *c, uint32_t code)
{
    c->bits |= code << c->count;
    for (c->count += 9; c->count >= 8; c->count -= 8, c->bits >>= 8)
        c->b.data[c->b.len++] = (uint8_t)c->bits;
}

/* Uncompressed LZW: 9-bit codes, the table cleared before it would need more. */
static struct bytes encode(int width, int height, bool interlaced)
{
    struct codes c = {0};
    int put = 0;
    c.b.data =
        malloc((size_t)width * (size_t)height * 5 / 4 + 64); /* 9 bits a pixel, and what clears the table */
    for (int pass = interlaced ? 0 : 4; pass < (interlaced ? 4 : 5); pass++)
        for (int y = first_of[pass]; y < height; y += step_of[pass])
            for (int x = 0; x < width; x++) {
                if (put++ % CLEAR_EVERY == 0)
                    put_code(&c, 256);
                put_code(&c, index_at(x, y));
            }
    put_code(&c, 257);
    c.b.data[c.b.len++] = (uint8_t)c.bits;
    return c.b;
}

static struct bytes make(int width, int height, bool interlaced)
{
    struct bytes b = {0}, codes = encode(width, height, interlaced);
    bytes_put(&b, "GIF89a", 6);
    bytes_put_le(&b, (uint32_t)(width | height << 16), 4);
    bytes_put(&b, "\xf7\0\0", 3);
    for (uint32_t i = 0; i < 256; i++)
        bytes_put_be(&b, color_of(i), 3);
    bytes_put(&b, ",\0\0\0\0", 5);
    bytes_put_le(&b, (uint32_t)(width | height << 16), 4);
    bytes_put_le(&b, interlaced ? 0x40 : 0, 1);
    bytes_put_le(&b, 8, 1);
    for (size_t i = 0; i < codes.len; i += 255) {
        size_t n = codes.len - i < 255 ? codes.len - i : 255;
        bytes_put_le(&b, (uint32_t)n, 1);
        bytes_put(&b, codes.data + i, n);
    }
    bytes_put(&b, "\0;", 2);
    free(codes.data);
    return b;
}

/* A result, its memory that of the host. */
static struct fz_image load_part(const struct bytes *b, size_t len, struct fz_image_region region,
                                 struct host *host)
{
    struct fz_image image;
    struct fz_error err;
    int fd = open_bytes(b->data, len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, region.w ? 0 : 90, region.w ? 0 : 90, host);
    request.want.region = region;
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    fz_image_scratch_free(scratch);
    close(fd);
    return image;
}

static void assert_same(const struct fz_image *a, const struct fz_image *b)
{
    assert_int_equal(a->out_w, b->out_w);
    assert_int_equal(a->out_h, b->out_h);
    for (int y = 0; y < a->out_h; y++)
        for (int x = 0; x < a->out_w; x++)
            assert_int_equal(pixel(a, x, y), pixel(b, x, y));
}

/* In a few heights, so that some passes have no row, or one less. */
static void test_passes_give_the_same_picture(void **state)
{
    (void)state;
    for (int height = 1; height <= 18; height++) {
        struct bytes plain = make(33, height, false), interlaced = make(33, height, true);
        struct host hosts[2] = {0};
        struct fz_image a, b;
        struct fz_error err;
        assert_int_equal(load(plain.data, plain.len, 0, 0, &hosts[0], &a, &err), FZ_OK);
        assert_int_equal(load(interlaced.data, interlaced.len, 0, 0, &hosts[1], &b, &err), FZ_OK);
        assert_same(&a, &b);
        for (int y = 0; y < height; y++)
            assert_int_equal(pixel(&a, 20, y), color_of(index_at(20, y)));
        host_fini(&hosts[0]);
        host_fini(&hosts[1]);
        free(plain.data);
        free(interlaced.data);
    }
}

/* One that is too large to be held comes by rows all the same. */
static void test_large_one_is_not_held(void **state)
{
    (void)state;
    enum { SIDE = 3000 };
    static const struct fz_image_region regions[] = {{0}, {2000, 1003, 50, 70}, {0, SIDE - 9, SIDE, 9}};
    struct bytes plain = make(SIDE, SIDE, false), interlaced = make(SIDE, SIDE, true);
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        struct host hosts[2] = {0};
        struct fz_image a = load_part(&plain, plain.len, regions[i], &hosts[0]),
                        b = load_part(&interlaced, interlaced.len, regions[i], &hosts[1]);
        assert_same(&a, &b);
        assert_true(!a.damaged && !b.damaged);
        assert_true(hosts[0].reserved < plain.len + (4 << 20));
        assert_true(hosts[1].reserved < interlaced.len + (4 << 20));
        host_fini(&hosts[0]);
        host_fini(&hosts[1]);
    }
    free(plain.data);
    free(interlaced.data);
}

/* What came of the passes (two, and half of the third) is shown, what did not is clear, whether they are held or not. */
static void test_cut_passes(void **state)
{
    (void)state;
    static const int heights[] = {300, 3000}; /* of 3000 px */
    for (size_t i = 0; i < sizeof heights / sizeof *heights; i++) {
        struct bytes b = make(3000, heights[i], true);
        struct host host = {0};
        struct fz_image image = load_part(&b, b.len * 3 / 8, (struct fz_image_region){90, 0, 40, 16}, &host);
        assert_true(image.damaged);
        for (int y = 0; y < 16; y++) {
            assert_int_equal(pixel(&image, 9, y), y % 2 == 0 ? color_of(index_at(99, y)) : 0x204060);
        }
        host_fini(&host);
        struct fz_error err;
        host = (struct host){0};
        assert_int_equal(load(b.data, HEAD_BYTES + 2, 9, 9, &host, &image, &err), FZ_E_DAMAGED);
        host_fini(&host);
        free(b.data);
    }
}

/* How many pixels the codes tell of that stand in the first `len` bytes. */
static int count_pixels(size_t len)
{
    const size_t stored = len > HEAD_BYTES ? len - HEAD_BYTES : 0, bytes = stored - (stored + 255) / 256;
    int pixels = 0;
    for (size_t codes = bytes * 8 / 9; codes > 0; codes--)
        pixels += (codes - 1) % (CLEAR_EVERY + 1) != 0;
    return pixels;
}

static void test_cut_within_a_block(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {100, 1}, {30, 7}, {33, 17}};
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
        const int width = sizes[i / 2][0], height = sizes[i / 2][1];
        const bool interlaced = i % 2;
        struct bytes b = make(width, height, interlaced);
        for (size_t len = HEAD_BYTES; len < b.len - 1; len++) {
            const int come = count_pixels(len), count = come < width * height ? come : width * height;
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            const enum fz_err code = load(b.data, len, 0, 0, &host, &image, &err);
            assert_int_equal(code, count > 0 ? FZ_OK : FZ_E_DAMAGED);
            assert_true(count == 0 || image.damaged);
            int at = 0;
            for (int pass = interlaced ? 0 : 4; count > 0 && pass < (interlaced ? 4 : 5); pass++)
                for (int y = first_of[pass]; y < height; y += step_of[pass])
                    for (int x = 0; x < width; x++, at++)
                        assert_int_equal(pixel(&image, x, y),
                                         at < count ? color_of(index_at(x, y)) : 0x204060);
            host_fini(&host);
        }
        free(b.data);
    }
}

/* What memory does not hold is read in pieces; its frames are counted all the same. */
static void test_in_pieces(void **state)
{
    (void)state;
    enum { WIDTH = 1500, HEIGHT = 1000, FRAMES = 3 };
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        struct bytes b = make(WIDTH, HEIGHT, interlaced != 0), next = make(WIDTH, HEIGHT, false);
        b.len--; /* what ends it */
        for (int i = 1; i < FRAMES; i++) {
            bytes_put(&b, "!\xf9\4\0\0\0\0\0", 8);
            bytes_put(&b, next.data + HEAD_BYTES - 11, next.len - HEAD_BYTES + 11 - 1);
        }
        bytes_put(&b, ";", 1);
        for (int part = 0; part < 2; part++) {
            const struct fz_image_region region = {part ? 1000 : 0, 700, part ? 400 : 0, 300};
            struct host hosts[2] = {{.reserve_most = 3 << 20}, {0}};
            struct fz_image a = load_part(&b, b.len, region, &hosts[0]),
                            whole = load_part(&b, b.len, region, &hosts[1]);
            assert_int_equal(hosts[0].reserves, 2);
            assert_int_equal(hosts[1].reserves, 1);
            assert_same(&a, &whole);
            assert_true(!a.damaged && (part || a.frames == FRAMES));
            host_fini(&hosts[0]);
            host_fini(&hosts[1]);
        }
        free(b.data);
        free(next.data);
    }
}

/* Above the limit for what is decoded as a whole. */
static void test_limit_is_that_of_rows(void **state)
{
    (void)state;
    struct host host = {.refuse = true};
    struct fz_image image;
    struct fz_error err;
    struct bytes b = make(3, 3, true);
    const uint32_t side = 20000 | 20000u << 16;
    memcpy(b.data + 6, &side, 4);
    memcpy(b.data + HEAD_BYTES - 6, &side, 4);
    assert_int_equal(load(b.data, b.len, 9, 9, &host, &image, &err), FZ_E_LIMIT);
    assert_true(host.reserves > 0 && host.reserved < 4 << 20);
    free(b.data);
}

/* --- profiles ------------------------------------------------------------------------------------- */

enum { SIDE = 40, SCREEN_END = 13 + 768 };

static void put_profile(struct bytes *b, const struct bytes *icc)
{
    bytes_put(b, "!\xff\013ICCRGBG1012", 14);
    for (size_t i = 0; i < icc->len; i += 255) {
        size_t n = icc->len - i < 255 ? icc->len - i : 255;
        bytes_put_le(b, (uint32_t)n, 1);
        bytes_put(b, icc->data + i, n);
    }
    bytes_put(b, "", 1);
}

/* A profile before the first of so many frames, behind another extension, or behind that frame. */
static struct bytes make_profiled(const struct bytes *icc, bool interlaced, int frames, bool late)
{
    struct bytes still = make(SIDE, SIDE, interlaced), b = {0};
    bytes_put(&b, still.data, SCREEN_END);
    bytes_put(&b, "!\xfe\3one\0", 7);
    for (int i = 0; i < frames; i++) {
        if (i == (late ? 1 : 0))
            put_profile(&b, icc);
        bytes_put(&b, "!\xf9\4\0\0\0\0\0", 8);
        bytes_put(&b, still.data + SCREEN_END, still.len - SCREEN_END - 1);
    }
    bytes_put(&b, ";", 1);
    free(still.data);
    return b;
}

/* To within `tolerance` of what the profile makes of them; NULL: as they are. */
static void assert_colors(const struct fz_image *image, const struct bytes *icc, int tolerance)
{
    for (int y = 0; y < SIDE; y += 3)
        for (int x = 0; x < SIDE; x += 7) {
            uint32_t color = color_of(index_at(x, y));
            assert_near(pixel(image, x, y), icc ? expected_rgb(icc, color) : color, tolerance);
        }
}

/* Each frame from `first` on is that picture. */
static void assert_frames(const struct bytes *b, int first, const struct fz_image *image)
{
    struct play p;
    assert_int_equal(open_play(&p, b->data, b->len, 0), FZ_OK);
    for (int frame = first; frame < 2; frame++) {
        assert_int_equal(compose(&p, frame), FZ_OK);
        render(&p, 0, 0);
        assert_same(&p.image, image);
    }
    close_play(&p);
}

static void test_profile(void **state)
{
    (void)state;
    struct bytes icc = rgb_profile(&p3, 1.8);
    assert_true(icc.len > 255); /* several blocks */
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        struct bytes b = make_profiled(&icc, interlaced != 0, 2, false);
        struct host host;
        struct fz_image image;
        load_ok(&b, 0, &host, &image);
        assert_true(image.has_profile && is_profile_told(&b));
        assert_colors(&image, &icc, 1);
        assert_frames(&b, 0, &image);
        host_fini(&host);
        free(b.data);
    }
    free(icc.data);
}

/* Before the pixels of a file that is read in pieces. */
static void test_profile_in_pieces(void **state)
{
    (void)state;
    enum { WIDTH = 2000, HEIGHT = 2000 };
    struct bytes icc = rgb_profile(&p3, 1.8), plain = make(WIDTH, HEIGHT, false), b = {0};
    bytes_put(&b, plain.data, SCREEN_END);
    put_profile(&b, &icc);
    bytes_put(&b, plain.data + SCREEN_END, plain.len - SCREEN_END);
    struct host host = {.reserve_most = 3 << 20};
    struct fz_image image = load_part(&b, b.len, (struct fz_image_region){0, 0, SIDE, SIDE}, &host);
    assert_int_equal(host.reserves, 2);
    assert_true(image.has_profile && !image.damaged);
    assert_colors(&image, &icc, 1);
    host_fini(&host);
    free(b.data);
    free(plain.data);
    free(icc.data);
}

/* Damaged, of another kind of picture, empty, too long, or said once the first frame was shown. */
static void test_profile_that_is_ignored(void **state)
{
    (void)state;
    struct bytes wide = rgb_profile(&p3, 1.8), cut = {.data = wide.data, .len = wide.len / 3}, none = {0};
    struct bytes cmyk = cmyk_profile(5), grey = grey_profile(1), large = {0};
    large.len = (4 << 20) + 1;
    large.data = calloc(large.len, 1);
    memcpy(large.data, wide.data, wide.len);
    const struct {
        const struct bytes *icc;
        bool late, told;
    } cases[] = {{&cut, false, true},   {&cmyk, false, true},   {&grey, false, true},
                 {&none, false, false}, {&large, false, false}, {&wide, true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = make_profiled(cases[i].icc, false, 2, cases[i].late);
        struct host host;
        struct fz_image image;
        load_ok(&b, 0, &host, &image);
        assert_int_equal(image.has_profile, cases[i].told);
        assert_int_equal(is_profile_told(&b), cases[i].told);
        assert_colors(&image, NULL, 0);
        assert_frames(&b, 1, &image);
        host_fini(&host);
        free(b.data);
    }
    free(wide.data);
    free(cmyk.data);
    free(grey.data);
    free(large.data);
}

/* A file that ends anywhere, in its profile too. */
static void test_profile_cut_short(void **state)
{
    (void)state;
    struct bytes icc = rgb_profile(&p3, 1.8), b = make_profiled(&icc, false, 1, false);
    for (size_t len = SCREEN_END; len < SCREEN_END + icc.len + 40; len++) {
        struct bytes copy = {.data = malloc(len), .len = len}; /* so that what reads on is seen */
        memcpy(copy.data, b.data, len);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(copy.data, copy.len, 9, 9, &host, &image, &err), FZ_E_DAMAGED);
        host_fini(&host);
        free(copy.data);
    }
    free(b.data);
    free(icc.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes_give_the_same_picture),
        cmocka_unit_test(test_large_one_is_not_held),
        cmocka_unit_test(test_cut_passes),
        cmocka_unit_test(test_cut_within_a_block),
        cmocka_unit_test(test_in_pieces),
        cmocka_unit_test(test_limit_is_that_of_rows),
        cmocka_unit_test(test_profile),
        cmocka_unit_test(test_profile_in_pieces),
        cmocka_unit_test(test_profile_that_is_ignored),
        cmocka_unit_test(test_profile_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
