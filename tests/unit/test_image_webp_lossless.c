/* Lossless WebP row by row: each pixel as libwebp says, of files that it makes and of streams that nobody makes. */
#include "test_image_vp8l.h"
#include "test_image_webp_encode.h"

#include "image/webp/vp8l.h"

#include <webp/decode.h>

enum { TABLES_MOST = 8 << 20, CHUNK_AT = 20 };

/* Rows that are compared as they come. */
struct check {
    const uint8_t *wanted; /* B G R A */
    int width, came;
};

static bool check_row(void *ctx, uint32_t *row)
{
    struct check *check = ctx;
    const uint8_t *wanted = check->wanted + (size_t)check->came * (size_t)check->width * 4;
    if (memcmp(row, wanted, (size_t)check->width * 4) != 0)
        fail_msg("row %d is another one", check->came);
    check->came++;
    return true;
}

/* What comes `step` bytes at a time. */
struct pieces {
    const uint8_t *at, *end;
    size_t step;
};

static uint64_t tables_most = TABLES_MOST;

static bool next_piece(void *ctx, struct fz_bytes *next)
{
    struct pieces *p = ctx;
    const size_t left = (size_t)(p->end - p->at), len = left < p->step ? left : p->step;
    *next = (struct fz_bytes){.at = p->at, .len = len};
    p->at += len;
    return len > 0;
}

/* A stream as far as it goes. */
static enum fz_err decode(const uint8_t *stream, size_t len, size_t step, struct check *check)
{
    struct pieces pieces = {stream, stream + len, step};
    struct fz_vp8l_bits bits = {.more = next_piece, .ctx = &pieces};
    struct fz_vp8l_head head;
    struct fz_error err = {0};
    if (!fz_vp8l_read_head(&bits, &head))
        return FZ_E_DAMAGED;
    check->width = head.width;
    check->came = 0;
    const struct fz_vp8l_rows rows = {head.width, head.height, tables_most, check_row, check};
    const enum fz_err code = fz_vp8l_decode(&bits, &rows, &err);
    assert_int_equal(err.code, code);
    return code;
}

/* `at`: where its stream begins. */
static void assert_as_library(const uint8_t *file, size_t len, size_t at)
{
    int width, height;
    uint8_t *wanted = WebPDecodeBGRA(file, len, &width, &height);
    struct check check = {.wanted = wanted};
    assert_non_null(wanted);
    assert_int_equal(decode(file + at, len - at, len, &check), FZ_OK);
    assert_int_equal(check.came, height);
    assert_int_equal(check.width, width);
    WebPFree(wanted);
}

/* --- what libwebp makes ----------------------------------------------------------------------------- */

/* A photo, or so many colours; some of it clear. Caller frees. */
static uint8_t *draw(int width, int height, int colors)
{
    uint8_t *px = make_photo(width, height, 4);
    for (int i = 0; i < width * height; i++) {
        const uint32_t index = (uint32_t)px[i * 4] * (uint32_t)colors / 256;
        if (colors > 0)
            for (unsigned c = 0; c < 4; c++)
                px[i * 4 + (int)c] = (uint8_t)(index * 2654435761U >> (c * 8));
        else
            px[i * 4 + 3] = i / 900 % 3 ? 255 : px[i * 4 + 3];
    }
    return px;
}

static void check_encoded(int width, int height, int colors, int level, int near)
{
    WebPConfig config;
    uint8_t *px = draw(width, height, colors);
    assert_true(WebPConfigInit(&config) && WebPConfigLosslessPreset(&config, level));
    config.near_lossless = near;
    config.exact = 1;
    WebPMemoryWriter file = encode_webp(px, width, height, &config);
    assert_memory_equal(file.mem + 12, "VP8L", 4);
    assert_as_library(file.mem, file.size, CHUNK_AT);
    WebPMemoryWriterClear(&file);
    free(px);
}

static void test_what_the_library_makes(void **state)
{
    (void)state;
    static const int palettes[] = {0, 1, 2, 3, 4, 5, 15, 16, 17, 100, 255, 256};
    static const int sizes[][2] = {{1, 1}, {1, 40}, {40, 1}, {3, 5}, {63, 65}, {255, 31}, {300, 200}};
    for (int level = 0; level <= 9; level++)
        check_encoded(150, 100, 0, level, 100 - level * 10);
    for (int level = 0; level <= 9; level += 3)
        for (size_t p = 0; p < sizeof palettes / sizeof *palettes; p++)
            check_encoded(121, 53, palettes[p], level, 100);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t p = 0; p < 4; p++)
            check_encoded(sizes[s][0], sizes[s][1], palettes[p], 6, 100);
}

/* More pixels than the window has, and repetitions from all over it. */
static void test_the_window_goes_round(void **state)
{
    (void)state;
    check_encoded(1300, 900, 0, 1, 100);
    check_encoded(1300, 900, 40, 3, 100);
}

/* --- what nobody makes ------------------------------------------------------------------------------ */

static void test_whatever_the_format_allows(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 400; seed++) {
        const int width = 1 + (int)(seed * 37 % 300), height = 1 + (int)(seed * 101 % 90);
        struct bytes stream = vp8l_make(seed, width, height);
        assert_as_library(stream.data, stream.len, 0);
        free(stream.data);
    }
}

static void test_pieces_of_any_length(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        int width, height;
        struct bytes stream = vp8l_make(seed, 120, 50);
        uint8_t *wanted = WebPDecodeBGRA(stream.data, stream.len, &width, &height);
        struct check check = {.wanted = wanted};
        for (size_t step = 1; step < 20; step++) {
            assert_int_equal(decode(stream.data, stream.len, step, &check), FZ_OK);
            assert_int_equal(check.came, height);
        }
        WebPFree(wanted);
        free(stream.data);
    }
}

/* Cut anywhere it is DAMAGED, and the rows that come are right. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        int width, height, most = 0;
        struct bytes stream = vp8l_make(seed, 70, 40);
        uint8_t *wanted = WebPDecodeBGRA(stream.data, stream.len, &width, &height);
        struct check check = {.wanted = wanted};
        const size_t step = stream.len / 60 + 1;
        for (size_t len = 0; len < stream.len; len += step) {
            const enum fz_err code = decode(stream.data, len, 1000, &check);
            assert_true(code == FZ_E_DAMAGED ? check.came < height : code == FZ_OK && check.came == height);
            assert_true(check.came >= most);
            most = check.came;
        }
        WebPFree(wanted);
        free(stream.data);
    }
}

/* What a file says that it needs is bounded, whatever it is. */
static void test_tables_are_bounded(void **state)
{
    (void)state;
    int refused = 0;
    tables_most = 40 << 10;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        int width, height;
        struct bytes stream = vp8l_make(seed, 200, 80);
        uint8_t *wanted = WebPDecodeBGRA(stream.data, stream.len, &width, &height);
        struct check check = {.wanted = wanted};
        const enum fz_err code = decode(stream.data, stream.len, 1000, &check);
        assert_true(code == FZ_E_LIMIT ? check.came == 0 : code == FZ_OK && check.came == height);
        refused += code == FZ_E_LIMIT;
        WebPFree(wanted);
        free(stream.data);
    }
    tables_most = TABLES_MOST;
    assert_true(refused > 20 && refused < 180);
}

/* --- files ------------------------------------------------------------------------------------------ */

enum { W = 600, H = 440 };

/* More than is read at once. */
static WebPMemoryWriter encode_photo(void)
{
    WebPConfig config;
    uint8_t *px = draw(W, H, 0);
    uint32_t seed = 3;
    for (int i = 0; i < W * H * 4; i++)
        px[i] ^= next_random(&seed) >> 16 & 7;
    assert_true(WebPConfigInit(&config) && WebPConfigLosslessPreset(&config, 3));
    config.exact = 1;
    WebPMemoryWriter file = encode_webp(px, W, H, &config);
    free(px);
    assert_true(file.size > 256 << 10);
    return file;
}

/* The largest that libwebp may hold is less than the file's. */
static struct fz_image_request make_unheld(int fd, struct host *host)
{
    struct fz_image_request request = make_request(fd, 0, 0, host);
    request.limits.max_whole_px = 1000;
    return request;
}

static enum fz_err load_request(const struct fz_image_request *request, struct fz_image *image,
                                struct fz_error *err)
{
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    const enum fz_err code = fz_image_load(request, scratch, image, err);
    fz_image_scratch_free(scratch);
    return code;
}

static void assert_same(const struct fz_image *image, const struct fz_image *whole, int x, int y)
{
    for (int i = 0; i < image->out_w * image->out_h; i++)
        assert_int_equal(pixel(image, i % image->out_w, i / image->out_w),
                         pixel(whole, x + i % image->out_w, y + i / image->out_w));
}

/* All of it, parts of it, and in small, as libwebp does it: with what is clear, and what only seems to be. */
static void test_files_that_are_not_held(void **state)
{
    (void)state;
    for (int said = 0; said < 2; said++) {
        WebPMemoryWriter file = encode_photo();
        if (said)
            file.mem[CHUNK_AT + 4] &= 0xef; /* that nothing is clear */
        const int fd = open_bytes(file.mem, file.size);
        struct host whole_host = {0};
        struct fz_image whole;
        struct fz_error err;
        assert_int_equal(load(file.mem, file.size, 0, 0, &whole_host, &whole, &err), FZ_OK);
        static const struct fz_image_region parts[] = {{0}, {50, 40, 100, 80}, {500, 0, 100, 440}};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            struct host host = {0};
            struct fz_image image;
            struct fz_image_request request = make_unheld(fd, &host);
            request.want.region = parts[i];
            assert_int_equal(load_request(&request, &image, &err), FZ_OK);
            assert_int_equal(image.shows_background, whole.shows_background || (!said && i > 0));
            assert_int_equal(image.out_w, parts[i].w > 0 ? parts[i].w : W);
            assert_same(&image, &whole, parts[i].x, parts[i].y);
            host_fini(&host);
        }
        host_fini(&whole_host);
        close(fd);
        WebPMemoryWriterClear(&file);
    }
}

/* Where there is no memory for libwebp, nor for the file: read piece by piece, and what stands behind the pixels counts, with a
 * preview, which JPEG has no room for, behind it. */
static void test_pieces_with_what_follows(void **state)
{
    (void)state;
    enum { PREVIEW = 70000 };
    WebPMemoryWriter stream = encode_photo();
    struct bytes exif = make_exif(6, true), file = {0};
    memset(bytes_add(&exif, PREVIEW), 0, PREVIEW);
    bytes_put(&file, "RIFF", 4);
    bytes_put_le(&file, (uint32_t)(30 + stream.size - 12 + 8 + exif.len - 8), 4);
    bytes_put(&file, "WEBPVP8X\12\0\0\0\30\0\0\0", 16);
    bytes_put_le(&file, W - 1, 3);
    bytes_put_le(&file, H - 1, 3);
    bytes_put(&file, stream.mem + 12, stream.size - 12);
    bytes_put(&file, "EXIF", 4);
    bytes_put_le(&file, (uint32_t)exif.len, 4);
    bytes_put(&file, exif.data, exif.len);
    struct host whole_host = {0}, host = {0};
    struct fz_image whole, image;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len, 0, 0, &whole_host, &whole, &err), FZ_OK);
    assert_int_equal(whole.orientation, 6);
    host.reserve_most = whole_host.reserved + (20 << 20);
    const int fd = open_bytes(file.data, file.len);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    request.limits.max_held_bytes = 100 << 10;
    assert_int_equal(load_request(&request, &image, &err), FZ_OK);
    assert_int_equal(image.orientation, 6);
    assert_int_equal(image.out_w, H);
    assert_same(&image, &whole, 0, 0);
    host_fini(&whole_host);
    host_fini(&host);
    close(fd);
    free(exif.data);
    free(file.data);
    WebPMemoryWriterClear(&stream);
}

/* A file that needs more than there may be says so, before it shows anything. */
static void test_limits_have_a_reason(void **state)
{
    (void)state;
    struct vp8l_writer w = {0};
    bytes_put(&w.bytes, "RIFF\50\0\0\0WEBPVP8L\33\0\0\0", 20);
    vp8l_put(&w, 0x2f, 8);
    vp8l_put(&w, 16383, 14);
    vp8l_put(&w, 16383, 14);
    vp8l_put(&w, 0, 4);
    vp8l_put(&w, 1, 8); /* a predictor, for blocks of 4 px */
    bytes_put(&w.bytes, (uint8_t[40]){0}, 40);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(w.bytes.data, w.bytes.len, 256, 256, &host, &image, &err), FZ_E_LIMIT);
    assert_non_null(strstr(err.msg, "4096 KB"));
    assert_true(host.reserved < 20 << 20);
    host_fini(&host);
    free(w.bytes.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_library_makes),
        cmocka_unit_test(test_the_window_goes_round),
        cmocka_unit_test(test_whatever_the_format_allows),
        cmocka_unit_test(test_pieces_of_any_length),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_tables_are_bounded),
        cmocka_unit_test(test_files_that_are_not_held),
        cmocka_unit_test(test_pieces_with_what_follows),
        cmocka_unit_test(test_limits_have_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
