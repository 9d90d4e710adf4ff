/* WebP: as libwebp's own decoder says, scaled without fringes, cut short shown in part. */
#include "test_image_anim.h"
#include "test_image_icc.h"

#include "image/format.h"

#include <webp/decode.h>
#include <webp/encode.h>

enum { WIDE = 640, HIGH = 480 };

/* Caller frees with WebPFree. `channels`: 3 or 4. */
static size_t encode(const uint8_t *pixels, int channels, bool lossless, uint8_t **file)
{
    int pitch = WIDE * channels;
    if (channels == 3)
        return lossless ? WebPEncodeLosslessRGB(pixels, WIDE, HIGH, pitch, file)
                        : WebPEncodeRGB(pixels, WIDE, HIGH, pitch, 80, file);
    return lossless ? WebPEncodeLosslessRGBA(pixels, WIDE, HIGH, pitch, file)
                    : WebPEncodeRGBA(pixels, WIDE, HIGH, pitch, 80, file);
}

static size_t photo_file(bool lossless, uint8_t **file)
{
    uint8_t *pixels = make_photo(WIDE, HIGH, 3);
    size_t len = encode(pixels, 3, lossless, file);
    free(pixels);
    assert_true(len > 0);
    return len;
}

/* Mean of the absolute differences to what libwebp makes of it at that size. */
static double difference(const struct fz_image *image, const uint8_t *file, size_t len)
{
    WebPDecoderConfig config;
    assert_true(WebPInitDecoderConfig(&config));
    config.options.use_scaling = image->out_w < WIDE;
    config.options.scaled_width = image->out_w;
    config.options.scaled_height = image->out_h;
    config.output.colorspace = MODE_BGRA;
    assert_int_equal(WebPDecode(file, len, &config), VP8_STATUS_OK);
    double sum = 0;
    for (int y = 0; y < image->out_h; y++)
        for (int x = 0; x < image->out_w * 4; x++)
            sum += abs(image->pixels[y * image->pitch_bytes + x] -
                       config.output.u.RGBA.rgba[y * config.output.u.RGBA.stride + x]);
    WebPFreeDecBuffer(&config.output);
    return sum / (image->out_w * image->out_h * 4);
}

static void test_as_the_library_says(void **state)
{
    (void)state;
    for (int lossless = 0; lossless < 2; lossless++) {
        uint8_t *file;
        size_t len = photo_file(lossless, &file);
        static const int boxes[] = {0, 500, 200, 64, 1};
        for (int i = 0; i < 5; i++) {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            assert_int_equal(load(file, len, boxes[i], boxes[i], &host, &image, &err), FZ_OK);
            assert_int_equal(image.width, WIDE);
            assert_true(difference(&image, file, len) < 0.01);
            /* A lossy one is never held as a whole, but for a result of full size. */
            if (!lossless && boxes[i] == 64)
                assert_true(host.reserved < (uint64_t)len + WIDE * HIGH * 4);
            host_fini(&host);
        }
        WebPFree(file);
    }
}

/* Clear pixels are green, the others as the background: a trace of green would be theirs. */
static void test_clear_pixels_do_not_bleed(void **state)
{
    (void)state;
    uint8_t *pixels = malloc((size_t)WIDE * HIGH * 4);
    for (int i = 0; i < WIDE * HIGH; i++) {
        bool clear = i % WIDE / 20 % 2 == 0;
        memcpy(pixels + i * 4, clear ? (uint8_t[]){0, 255, 0, 0} : (uint8_t[]){0x20, 0x40, 0x60, 255}, 4);
    }
    for (int lossless = 0; lossless < 2; lossless++) {
        uint8_t *file;
        size_t len = encode(pixels, 4, lossless, &file);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(file, len, 48, 48, &host, &image, &err), FZ_OK);
        for (int i = 0; i < 48 * 36; i++)
            assert_near(pixel(&image, i % 48, i / 48), 0x204060, lossless ? 2 : 12);
        host_fini(&host);
        WebPFree(file);
    }
    free(pixels);
}

static void test_cut_short(void **state)
{
    (void)state;
    for (int lossless = 0; lossless < 2; lossless++) {
        uint8_t *file;
        size_t len = photo_file(lossless, &file);
        struct host whole_host = {0}, host = {0};
        struct fz_image whole, image;
        struct fz_error err;
        assert_int_equal(load(file, len, 0, 0, &whole_host, &whole, &err), FZ_OK);
        assert_false(whole.damaged);
        assert_int_equal(load(file, len * 3 / 4, 0, 0, &host, &image, &err), FZ_OK);
        assert_true(image.damaged);
        assert_string_equal(err.msg, "the file ends early");
        for (int x = 0; x < WIDE; x++)
            assert_int_equal(pixel(&image, x, HIGH / 4), pixel(&whole, x, HIGH / 4));
        assert_int_equal(pixel(&image, 5, HIGH - 1), 0x204060);
        host_fini(&host);
        host = (struct host){0};
        assert_int_equal(load(file, 40, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
        host_fini(&host);
        host_fini(&whole_host);
        WebPFree(file);
    }
}

static size_t noise_file(bool lossless, uint8_t **file)
{
    uint8_t *noise = malloc((size_t)WIDE * HIGH * 3);
    uint32_t seed = 5;
    for (int i = 0; i < WIDE * HIGH * 3; i++)
        noise[i] = (uint8_t)(next_random(&seed) >> 16);
    const size_t len = encode(noise, 3, lossless, file);
    free(noise);
    return len;
}

static void test_cancelled_between_chunks(void **state)
{
    (void)state;
    uint8_t *file;
    size_t len = noise_file(true, &file);
    assert_true(len > 512 << 10);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file, len, 64, 64, &host, &image, &err), FZ_OK);
    int asked = host.asked;
    host_fini(&host);
    host = (struct host){.cancel_after = asked - 1};
    assert_int_equal(load(file, len, 64, 64, &host, &image, &err), FZ_E_CANCELLED);
    host_fini(&host);
    WebPFree(file);
}

/* What libwebp takes goes by the size of the result. */
static void test_smaller_where_that_finds_memory(void **state)
{
    (void)state;
    const int widths[] = {600, 450, 300};
    uint8_t *file;
    size_t len = photo_file(false, &file);
    struct fz_image image;
    struct fz_error err;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct host host = {0};
        assert_int_equal(load(file, len, widths[i], HIGH, &host, &image, &err), FZ_OK);
        uint64_t most = host.reserved;
        host_fini(&host);
        host = (struct host){.reserve_most = most};
        assert_int_equal(load_perhaps_smaller(file, len, widths[0], HIGH, &host, &image, &err), FZ_OK);
        assert_true(host.reserved <= most);
        assert_int_equal(image.width, WIDE);
        assert_int_equal(image.out_w, widths[i]);
        assert_true(difference(&image, file, len) < 3);
        host_fini(&host);
        host = (struct host){.reserve_most = most - 1}; /* who wants that size and no other */
        assert_int_equal(load(file, len, widths[i], HIGH, &host, &image, &err), FZ_E_LIMIT);
        host_fini(&host);
    }
    WebPFree(file);
}

/* A frame that is smaller than the picture, at (20, 10), and a profile. */
static void test_small_first_frame_and_profile(void **state)
{
    (void)state;
    uint8_t pixels[64 * 32 * 3], *frame;
    for (int i = 0; i < 64 * 32; i++)
        memcpy(pixels + i * 3, (uint8_t[]){200, 100, 50}, 3);
    size_t len = WebPEncodeLosslessRGB(pixels, 64, 32, 64 * 3, &frame);
    struct bytes b = {0};
    const size_t padded = len - 12;
    bytes_put(&b, "RIFF\0\0\0\0WEBPVP8X\12\0\0\0\42\0\0\0", 24); /* a profile, an animation */
    bytes_put_le(&b, 100 - 1, 3);
    bytes_put_le(&b, 80 - 1, 3);
    bytes_put(&b, "ICCP\3\0\0\0abc\0", 12);
    bytes_put(&b, "ANIM\6\0\0\0\0\0\0\0\0\0", 14);
    bytes_put(&b, "ANMF", 4);
    bytes_put_le(&b, (uint32_t)(16 + padded), 4);
    bytes_put_le(&b, 20 / 2, 3);
    bytes_put_le(&b, 10 / 2, 3);
    bytes_put_le(&b, 64 - 1, 3);
    bytes_put_le(&b, 32 - 1, 3);
    bytes_put(&b, "\144\0\0\0", 4);
    bytes_put(&b, frame + 12, padded);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(image.width, 100);
    assert_int_equal(image.height, 80);
    assert_true(image.has_profile);
    for (int y = 0; y < 80; y++)
        for (int x = 0; x < 100; x++)
            assert_int_equal(pixel(&image, x, y),
                             x >= 20 && x < 84 && y >= 10 && y < 42 ? 0xc86432 : 0x204060);
    host_fini(&host);
    free(b.data);
    WebPFree(frame);
}

static void put_frame(struct bytes *b, const uint8_t *file, size_t len)
{
    enum { RIFF_HEAD = 12 };
    bytes_put(b, "ANMF", 4);
    bytes_put_le(b, (uint32_t)(16 + len - RIFF_HEAD), 4);
    bytes_put(b, "\0\0\0\0\0\0", 6);
    bytes_put_le(b, WIDE - 1, 3);
    bytes_put_le(b, HIGH - 1, 3);
    bytes_put(b, "\144\0\0\0", 4);
    bytes_put(b, file + RIFF_HEAD, len - RIFF_HEAD);
}

/* Its frames, and how many there are, lie behind what is read of it first. */
static void test_animation_over_what_is_held(void **state)
{
    (void)state;
    for (int lossless = 0; lossless < 2; lossless++) {
        uint8_t *frame;
        const size_t len = noise_file(lossless, &frame);
        struct bytes b = {0};
        bytes_put(&b, "RIFF\0\0\0\0WEBPVP8X\12\0\0\0\2\0\0\0", 24);
        bytes_put_le(&b, WIDE - 1, 3);
        bytes_put_le(&b, HIGH - 1, 3);
        bytes_put(&b, "ANIM\6\0\0\0\0\0\0\0\0\0", 14);
        for (int i = 0; i < 3; i++)
            put_frame(&b, frame, len);
        assert_true(len > 64 << 10);
        struct host host = {0};
        const int fd = open_bytes(b.data, b.len);
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_image_request request = make_request(fd, 0, 0, &host);
        struct fz_image image;
        struct fz_error err;
        request.limits.max_held_bytes = b.len - 1;
        assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
        assert_false(image.damaged);
        assert_int_equal(image.frames, 3);
        assert_true(difference(&image, frame, len) < 0.01);
        assert_true(host.reserved > b.len);
        host_fini(&host);
        fz_image_scratch_free(scratch);
        close(fd);
        free(b.data);
        WebPFree(frame);
    }
}

static void put_chunk(struct bytes *b, const char *name, const struct bytes *data)
{
    bytes_put(b, name, 4);
    bytes_put_le(b, (uint32_t)data->len, 4);
    bytes_put(b, data->data, data->len);
    bytes_put(b, "\0", data->len & 1);
}

/* One of 200, 100, 50, still or as the only frame of an animation, between a profile of which red is green, and EXIF data. */
static struct bytes make_with_flags(int flags, bool plays)
{
    enum { W = 64, H = 32, RIFF_HEAD = 12 };
    uint8_t pixels[W * H * 3], *file;
    for (int i = 0; i < W * H; i++)
        memcpy(pixels + i * 3, (uint8_t[]){200, 100, 50}, 3);
    const size_t len = WebPEncodeLosslessRGB(pixels, W, H, W * 3, &file);
    const cmsCIExyYTRIPLE turned = {{0.300, 0.600, 1}, {0.640, 0.330, 1}, {0.150, 0.060, 1}};
    struct bytes b = {0}, profile = rgb_profile(&turned, 2.2), exif = make_exif(6, true), frame = {0};
    bytes_put(&b, "RIFF\0\0\0\0WEBPVP8X\12\0\0\0", 20);
    bytes_put_le(&b, (uint32_t)flags | (plays ? 2 : 0), 4);
    bytes_put_le(&b, W - 1, 3);
    bytes_put_le(&b, H - 1, 3);
    put_chunk(&b, "ICCP", &profile);
    if (plays) {
        bytes_put(&b, "ANIM\6\0\0\0\0\0\0\0\0\0", 14);
        bytes_put(&frame, "\0\0\0\0\0\0", 6);
        bytes_put_le(&frame, W - 1, 3);
        bytes_put_le(&frame, H - 1, 3);
        bytes_put(&frame, "\144\0\0\0", 4);
        bytes_put(&frame, file + RIFF_HEAD, len - RIFF_HEAD);
        put_chunk(&b, "ANMF", &frame);
        put_chunk(&b, "ANMF", &frame);
    } else {
        bytes_put(&b, file + RIFF_HEAD, len - RIFF_HEAD);
    }
    put_chunk(&b, "EXIF", &exif);
    for (int i = 0; i < 4; i++)
        b.data[4 + i] = (uint8_t)((b.len - 8) >> 8 * i);
    free(profile.data);
    free(exif.data);
    free(frame.data);
    WebPFree(file);
    return b;
}

static void check_flags(int flags, bool plays)
{
    enum { PROFILE = 32, EXIF = 8 };
    struct bytes b = make_with_flags(flags, plays);
    struct host host = {0};
    const int fd = open_bytes(b.data, b.len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    struct fz_image image;
    struct fz_error err;
    const int orientation = flags & EXIF ? 6 : 1;
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    assert_int_equal(image.orientation, orientation);
    assert_int_equal(image.has_profile, flags & PROFILE ? 1 : 0);
    assert_int_equal(pixel(&image, 3, 3) == 0xc86432, flags & PROFILE ? 0 : 1);
    assert_int_equal(fz_webp_late_orientation(&request), orientation);
    host_fini(&host);
    if (plays)
        assert_lies_as_still(&b, orientation, 0);
    fz_image_scratch_free(scratch);
    close(fd);
    free(b.data);
}

/* As in libwebpdemux, and so in browsers. */
static void test_what_no_flag_tells_of(void **state)
{
    (void)state;
    static const int flags[] = {0, 8, 32, 40};
    for (size_t i = 0; i < 2 * sizeof flags / sizeof *flags; i++)
        check_flags(flags[i / 2], i % 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_the_library_says),
        cmocka_unit_test(test_clear_pixels_do_not_bleed),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_cancelled_between_chunks),
        cmocka_unit_test(test_smaller_where_that_finds_memory),
        cmocka_unit_test(test_small_first_frame_and_profile),
        cmocka_unit_test(test_animation_over_what_is_held),
        cmocka_unit_test(test_what_no_flag_tells_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
