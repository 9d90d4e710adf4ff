/* Lossy WebP with alpha of which libwebp would hold too much: each pixel as libwebp says, alpha row by row, colours in bands. */
#include "test_image_webp_encode.h"

#include "image/webp/alph.h"

#include <webp/decode.h>

enum {
    TABLES_MOST = 1 << 20,
    WIDE = 16000, /* of which a band has 393 rows */
    HIGH = 900,
    SMALL_W = 75,
    SMALL_H = 53,
    EXTENDED_BYTES = 30
};

struct options {
    int quality, filtering, compression, alpha_quality;
};

/* Slopes, bars and holes; what is clear is green. Caller frees with WebPMemoryWriterClear. */
static WebPMemoryWriter make_file(int width, int height, const struct options *o)
{
    WebPConfig config;
    uint8_t *px = malloc((size_t)width * (size_t)height * 4);
    for (int i = 0; i < width * height; i++) {
        const int x = i % width, y = i / width, alpha = (x / 90 + y / 70) % 4 == 0 ? 0 : 255 - y % 64;
        memcpy(px + (size_t)i * 4,
               (uint8_t[]){(uint8_t)(x / 64), (uint8_t)(alpha ? y / 4 : 255), (uint8_t)(x / 50 % 2 * 200),
                           (uint8_t)alpha},
               4);
    }
    assert_true(WebPConfigInit(&config));
    config.method = 0;
    config.exact = 1;
    config.quality = (float)o->quality;
    config.alpha_filtering = o->filtering;
    config.alpha_compression = o->compression;
    config.alpha_quality = o->alpha_quality;
    WebPMemoryWriter writer = encode_webp(px, width, height, &config);
    free(px);
    return writer;
}

static uint32_t length_at(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static struct fz_bytes alpha_of(const WebPMemoryWriter *file)
{
    const uint8_t *chunk = file->mem + EXTENDED_BYTES;
    assert_memory_equal(chunk, "ALPH", 4);
    return (struct fz_bytes){.at = chunk + 8, .len = length_at(chunk + 4)};
}

struct check {
    const uint8_t *wanted; /* B G R A */
    int width, came;
};

static bool check_row(void *ctx, const uint8_t *row)
{
    struct check *check = ctx;
    for (int x = 0; x < check->width; x++)
        assert_int_equal(row[x],
                         check->wanted[((size_t)check->came * (size_t)check->width + (size_t)x) * 4 + 3]);
    check->came++;
    return true;
}

static void assert_alpha(const uint8_t *file, size_t len, const struct fz_bytes *chunk)
{
    struct fz_error err;
    int width, height;
    uint8_t *wanted = WebPDecodeBGRA(file, len, &width, &height);
    struct check check = {.wanted = wanted, .width = width};
    const struct fz_alph_rows rows = {width, height, TABLES_MOST, check_row, &check};
    assert_non_null(wanted);
    assert_int_equal(fz_alph_decode(chunk, &rows, &err), FZ_OK);
    assert_int_equal(check.came, height);
    check.came = 0;
    const struct fz_bytes cut = {.at = chunk->at, .len = chunk->len * 2 / 3};
    assert_int_equal(fz_alph_decode(&cut, &rows, &err), FZ_E_DAMAGED);
    assert_true(check.came < height);
    WebPFree(wanted);
}

static void test_alpha_as_the_library_makes_it(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * 2 * 3; i++) {
        const struct options options = {80, i % 3, i / 3 % 2, 100 - i / 6 * 45};
        WebPMemoryWriter file = make_file(SMALL_W, SMALL_H, &options);
        const struct fz_bytes chunk = alpha_of(&file);
        assert_alpha(file.mem, file.size, &chunk);
        WebPMemoryWriterClear(&file);
    }
}

/* Noise as it is, by each filter. */
static void test_alpha_by_each_filter(void **state)
{
    (void)state;
    const struct options options = {80, 0, 0, 100};
    WebPMemoryWriter file = make_file(SMALL_W, SMALL_H, &options);
    const struct fz_bytes chunk = alpha_of(&file);
    uint32_t seed = 9;
    assert_int_equal(chunk.len, SMALL_W * SMALL_H + 1);
    for (int filter = 0; filter < 4; filter++) {
        uint8_t *at = file.mem + (chunk.at - file.mem);
        at[0] = (uint8_t)(filter << 2);
        for (size_t i = 1; i < chunk.len; i++)
            at[i] = (uint8_t)(next_random(&seed) >> 16);
        assert_alpha(file.mem, file.size, &chunk);
    }
    WebPMemoryWriterClear(&file);
}

/* `frugal`: no more than some rows may be held. */
static enum fz_err load_part(int fd, const struct fz_image_region *part, bool frugal, struct host *host,
                             struct fz_image *image, struct fz_error *err)
{
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, host);
    request.want.region = *part;
    if (frugal)
        request.limits.max_whole_px = 1000;
    const enum fz_err code = fz_image_load(&request, scratch, image, err);
    fz_image_scratch_free(scratch);
    return code;
}

/* `rows` of a picture, and what they are in the whole. */
static void assert_rows(const struct fz_image *image, const struct fz_image *whole,
                        const struct fz_image_region *part, int rows)
{
    for (int y = 0; y < rows; y++)
        assert_memory_equal(image->pixels + (size_t)y * (size_t)image->pitch_bytes,
                            whole->pixels + (size_t)(part->y + y) * (size_t)whole->pitch_bytes +
                                (size_t)part->x * 4,
                            (size_t)image->out_w * 4);
}

/* The whole, in bands, and parts of it, some of which lie across where two of them meet; parts of one that can be held too. */
static void test_bands_are_the_picture(void **state)
{
    (void)state;
    const struct options options = {70, 1, 1, 100};
    const struct fz_image_region all = {0};
    WebPMemoryWriter file = make_file(WIDE, HIGH, &options);
    const int fd = open_bytes(file.mem, file.size);
    struct host library = {0};
    struct fz_image whole, image;
    struct fz_error err;
    assert_int_equal(load_part(fd, &all, false, &library, &whole, &err), FZ_OK);
    static const struct fz_image_region parts[] = {
        {0}, {1001, 300, 400, 501}, {0, 0, 90, 60}, {WIDE - 77, HIGH - 55, 77, 55}, {0, 380, WIDE, 20}};
    for (int i = 0; i < 9; i++) {
        const struct fz_image_region *part = &parts[i % 5];
        struct host own = {0};
        assert_int_equal(load_part(fd, part, i < 5, &own, &image, &err), FZ_OK);
        assert_false(image.damaged);
        assert_true(image.shows_background);
        assert_int_equal(image.out_w, part->w > 0 ? part->w : WIDE);
        assert_int_equal(image.out_h, part->w > 0 ? part->h : HIGH);
        assert_rows(&image, &whole, part, image.out_h);
        if (i == 0)
            assert_true(own.reserved < (uint64_t)WIDE * HIGH * 4);
        host_fini(&own);
    }
    host_fini(&library);
    close(fd);
    WebPMemoryWriterClear(&file);
}

/* Cut among the colours: what stands above is shown. */
static void test_cut_short(void **state)
{
    (void)state;
    const struct options options = {70, 1, 1, 100};
    const struct fz_image_region all = {0};
    WebPMemoryWriter file = make_file(WIDE, HIGH, &options);
    const int fd = open_bytes(file.mem, file.size), cut_fd = open_bytes(file.mem, file.size * 8 / 10),
              head_fd = open_bytes(file.mem, EXTENDED_BYTES + 20);
    struct host whole_host = {0}, host = {0}, none = {0};
    struct fz_image whole, image;
    struct fz_error err;
    assert_int_equal(load_part(fd, &all, true, &whole_host, &whole, &err), FZ_OK);
    assert_int_equal(load_part(cut_fd, &all, true, &host, &image, &err), FZ_OK);
    assert_true(image.damaged);
    assert_string_equal(err.msg, "the file ends early");
    assert_rows(&image, &whole, &all, HIGH / 2);
    assert_int_equal(pixel(&image, 5, HIGH - 1), 0x204060);
    assert_int_equal(load_part(head_fd, &all, true, &none, &image, &err), FZ_E_DAMAGED);
    host_fini(&whole_host);
    host_fini(&host);
    host_fini(&none);
    close(fd);
    close(cut_fd);
    close(head_fd);
    WebPMemoryWriterClear(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alpha_as_the_library_makes_it),
        cmocka_unit_test(test_alpha_by_each_filter),
        cmocka_unit_test(test_bands_are_the_picture),
        cmocka_unit_test(test_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
