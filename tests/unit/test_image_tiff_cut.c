/* TIFF files that end within a strip or tile: what of it is there is shown. */
#include "test_image_tiff.h"

enum { LEAD = 1 << 14, BACKGROUND = 0x204060 };

/* In the order of the file that they stand in. */
static uint32_t number(const struct bytes *b, size_t at, unsigned bytes)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | b->data[at + (b->data[0] == 'M' ? i : bytes - 1 - i)];
    return value;
}

static void put_number(struct bytes *b, size_t at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        b->data[at + (b->data[0] == 'M' ? 3 - i : i)] = (uint8_t)(value >> (8 * i));
}

/* The directory that libtiff wrote last, with all that it points to, before the pixels: as most writers have it. */
static struct bytes make_forward(struct kind k)
{
    static const unsigned sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
    k.lead = LEAD;
    struct bytes b = make(&k);
    const uint32_t from = number(&b, 4, 4);
    assert_true(b.len - from + 8 < LEAD);
    memcpy(b.data + 8, b.data + from, b.len - from);
    put_number(&b, 4, 8);
    b.len = from;
    for (uint32_t i = 0, count = number(&b, 8, 2); i < count; i++) {
        const size_t entry = 10 + 12 * (size_t)i;
        if (sizes[number(&b, entry + 2, 2)] * number(&b, entry + 4, 4) > 4)
            put_number(&b, entry + 8, number(&b, entry + 8, 4) - from + 8);
    }
    return b;
}

/* Of a tag that has several. */
static uint32_t value(const struct bytes *b, unsigned tag, unsigned i)
{
    size_t at = 10;
    while (number(b, at, 2) != tag)
        at += 12;
    const unsigned bytes = number(b, at + 2, 2) == TIFF_SHORT ? 2 : 4;
    return number(b, number(b, at + 8, 4) + i * bytes, bytes);
}

static bool is_as_whole(const struct fz_image *image, const struct kind *k, int y)
{
    for (int x = 0; x < WIDE; x++)
        if (channel_distance(pixel(image, x, y), expected(k, x, y)) > (k->tolerance ? k->tolerance : 1))
            return false;
    return true;
}

static bool is_missing(const struct fz_image *image, int y)
{
    for (int x = 0; x < WIDE; x++)
        if (pixel(image, x, y) != BACKGROUND)
            return false;
    return true;
}

/* How many rows there are, all others being background; of a file without its last bytes, in memory or read as it goes. */
static int rows_of(const struct kind *k, size_t missing, bool in_memory)
{
    struct bytes b = make_forward(*k);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    int rows = 0;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    const int fd = open_bytes(b.data, b.len - missing);
    struct fz_image_request request = make_request(in_memory ? -1 : fd, 0, 0, &host);
    request.bytes = in_memory ? b.data : NULL;
    request.len = in_memory ? b.len - missing : 0;
    if (fz_image_load(&request, scratch, &image, &err) != FZ_OK)
        fail_msg("compression %d, strips of %d: %s", k->compression, k->strip_rows, err.msg);
    assert_int_equal(image.damaged, missing > 0);
    if (missing > 0)
        assert_string_equal(err.msg, "the file ends early");
    while (rows < HIGH && is_as_whole(&image, k, rows))
        rows++;
    for (int y = rows + 1; y < HIGH; y++)
        assert_true(is_missing(&image, y));
    fz_image_scratch_free(scratch);
    host_fini(&host);
    close(fd);
    free(b.data);
    return rows;
}

static void test_rows_that_are_there(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {RGB, 3, 8, .alpha = 0},
        {RGB, 3, 8, .mode = "wb"},
        {PHOTOMETRIC_MINISWHITE, 1, 1, .alpha = 0},
        {RGB, 4, 16, .alpha = STRAIGHT},
        {CMYK, 4, 8, .alpha = 0},
        {RGB, 3, 8, .compression = COMPRESSION_PACKBITS},
        {RGB, 3, 8, .compression = COMPRESSION_LZW},
        {RGB, 3, 16, .compression = COMPRESSION_LZW, .mode = "wb"},
        {RGB, 3, 8, .compression = COMPRESSION_LZW, .lsb_first = true},
        {RGB, 3, 8, .compression = COMPRESSION_ADOBE_DEFLATE},
        {RGB, 3, 8, .compression = COMPRESSION_LZMA},
        {RGB, 3, 8, .compression = COMPRESSION_JPEG, .tolerance = 12},
        {PHOTOMETRIC_YCBCR, 3, 8, .compression = COMPRESSION_JPEG, .tolerance = 20},
        {PHOTOMETRIC_MINISWHITE, 1, 1, .compression = COMPRESSION_CCITTFAX4},
        {PHOTOMETRIC_PALETTE, 1, 8, .compression = COMPRESSION_LZW},
    };
    static const int strips[] = {48, 64, 112, HIGH};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (size_t j = 0; j < 2 * sizeof strips / sizeof *strips; j++) {
            struct kind k = kinds[i];
            k.strip_rows = strips[j / 2];
            if (!TIFFIsCODECConfigured((uint16_t)(k.compression ? k.compression : COMPRESSION_NONE)) ||
                (k.compression == COMPRESSION_JPEG && k.strip_rows == HIGH))
                continue;
            struct bytes b = make_forward(k);
            const size_t stored = b.len - LEAD;
            free(b.data);
            assert_int_equal(rows_of(&k, 0, j % 2), HIGH);
            const int rows = rows_of(&k, stored / 4, j % 2);
            if (rows < HIGH * 5 / 8 || rows > HIGH * 7 / 8)
                fail_msg("kind %zu, strips of %d: %d rows", i, k.strip_rows, rows);
        }
}

/* The planes behind one another: as far as the last one goes. */
static void test_rows_of_planes(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {RGB, 3, 8, .separate = true, .strip_rows = HIGH},
        {RGB, 3, 8, .separate = true, .strip_rows = HIGH, .compression = COMPRESSION_ADOBE_DEFLATE},
        {RGB, 3, 16, .separate = true, .strip_rows = HIGH, .compression = COMPRESSION_LZW},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = make_forward(kinds[i]);
        const size_t stored = b.len - LEAD;
        free(b.data);
        const int rows = rows_of(&kinds[i], stored / 6, i % 2);
        assert_in_range(rows, HIGH * 3 / 8, HIGH * 5 / 8);
    }
}

/* Of three columns of tiles the last row has lost its last one, and the rest of the one before it. */
static void test_tiles_that_are_there(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {RGB, 3, 8, .tiled = true},
        {RGB, 3, 8, .tiled = true, .compression = COMPRESSION_ADOBE_DEFLATE},
        {RGB, 3, 16, .tiled = true, .compression = COMPRESSION_LZW},
        {RGB, 4, 16, .tiled = true, .alpha = STRAIGHT},
    };
    enum { TOP = HIGH / 16 * 16 };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct kind *k = &kinds[i];
        struct bytes b = make_forward(*k);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        const size_t end = value(&b, TIFFTAG_TILEOFFSETS, 28) + value(&b, TIFFTAG_TILEBYTECOUNTS, 28) / 2;
        assert_int_equal(load(b.data, end, 0, 0, &host, &image, &err), FZ_OK);
        assert_true(image.damaged);
        for (int y = 0; y < TOP; y++)
            assert_true(is_as_whole(&image, k, y));
        for (int y = TOP; y < HIGH; y++)
            for (int x = 0; x < 32; x++)
                assert_near(pixel(&image, x, y), expected(k, x, y), 1);
        if (k->compression != COMPRESSION_LZW) /* which has a predictor */
            assert_near(pixel(&image, 32, TOP), expected(k, 32, TOP), 1);
        host_fini(&host);
        free(b.data);
    }
}

/* What is said of a strip's length, where that is not so. */
static void test_lengths_that_lie(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 1, 0x7fffffff, 0xffffffff};
    static const int compressions[] = {COMPRESSION_NONE, COMPRESSION_PACKBITS, COMPRESSION_LZW,
                                       COMPRESSION_ADOBE_DEFLATE, COMPRESSION_JPEG};
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        for (size_t j = 0; j < sizeof lengths / sizeof *lengths; j++) {
            const struct kind k = {
                RGB, 3, 8, .compression = compressions[i], .strip_rows = 1000, .tolerance = 12};
            struct bytes b = make_forward(k);
            for (size_t at = 10; at < 10 + 12 * (size_t)number(&b, 8, 2); at += 12)
                if (number(&b, at, 2) == TIFFTAG_STRIPBYTECOUNTS) {
                    put_number(&b, at + 8, lengths[j]);
                    b.data[at + 2] = TIFF_LONG;
                }
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            const enum fz_err code = load(b.data, b.len, 0, 0, &host, &image, &err);
            assert_true(host.reserved < 4 << 20);
            if (lengths[j] > 1) {
                assert_int_equal(code, FZ_OK);
                for (int y = 0; y < HIGH; y++)
                    assert_true(is_as_whole(&image, &k, y));
            }
            host_fini(&host);
            free(b.data);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_that_are_there),
        cmocka_unit_test(test_rows_of_planes),
        cmocka_unit_test(test_tiles_that_are_there),
        cmocka_unit_test(test_lengths_that_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
