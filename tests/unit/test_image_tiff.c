/* TIFF: every usual kind of samples, pages, directories that go in a circle, files cut short. */
#include "test_image_tiff.h"

#include <lcms2.h>

static const struct kind kinds[] = {
    {GREY, 1, 1, .compression = COMPRESSION_PACKBITS},
    {PHOTOMETRIC_MINISWHITE, 1, 1, .compression = COMPRESSION_CCITTFAX4},
    {PHOTOMETRIC_MINISWHITE, 1, 1, .compression = COMPRESSION_CCITTFAX4, .untagged = true},
    {GREY, 1, 2, .alpha = 0},
    {GREY, 1, 4, .alpha = 0},
    {GREY, 1, 8, .mode = "wb"},
    {PHOTOMETRIC_PALETTE, 1, 8, .alpha = 0},
    {PHOTOMETRIC_PALETTE, 1, 4, .alpha = 0},
    {PHOTOMETRIC_PALETTE, 1, 6, .alpha = 0},
    {PHOTOMETRIC_PALETTE, 1, 8, .palette_of_bytes = true},
    {PHOTOMETRIC_PALETTE, 1, 16, .alpha = 0},
    {PHOTOMETRIC_PALETTE, 2, 4, .alpha = STRAIGHT, .palette_of_bytes = true},
    {PHOTOMETRIC_PALETTE, 2, 8, .alpha = STRAIGHT},
    {PHOTOMETRIC_PALETTE, 2, 8, .alpha = STRAIGHT, .separate = true, .tiled = true},
    {GREY, 1, 10, .alpha = 0},
    {GREY, 1, 12, .compression = COMPRESSION_ADOBE_DEFLATE},
    {GREY, 1, 16, .mode = "wb"},
    {PHOTOMETRIC_MINISWHITE, 1, 16, .alpha = 0},
    {GREY, 1, 16, .format = SAMPLEFORMAT_INT},
    {GREY, 1, 8, .format = SAMPLEFORMAT_INT},
    {GREY, 1, 4, .format = SAMPLEFORMAT_INT},
    {RGB, 4, 8, .format = SAMPLEFORMAT_INT, .alpha = STRAIGHT},
    {GREY, 1, 32, .alpha = 0},
    {GREY, 1, 32, .format = FLOAT, .compression = COMPRESSION_LZW},
    {GREY, 1, 64, .format = FLOAT},
    {GREY, 2, 8, .alpha = STRAIGHT},
    {GREY, 2, 16, .alpha = STRAIGHT},
    {RGB, 3, 8, .mode = "w8"},
    {RGB, 3, 8, .compression = COMPRESSION_LZW},
    {RGB, 3, 8, .tiled = true, .compression = COMPRESSION_ADOBE_DEFLATE},
    {RGB, 3, 8, .separate = true},
    {RGB, 3, 8, .compression = COMPRESSION_JPEG, .tolerance = 12},
    {RGB, 3, 1, .alpha = 0},
    {RGB, 4, 2, .alpha = STRAIGHT},
    {RGB, 3, 4, .compression = COMPRESSION_LZW},
    {RGB, 3, 4, .separate = true},
    {RGB, 4, 4, .tiled = true, .alpha = ASSOCIATED},
    {RGB, 4, 8, .alpha = STRAIGHT},
    {RGB, 4, 8, .alpha = ASSOCIATED},
    {RGB, 4, 8, .alpha = ASSOCIATED, .unlimited = true},
    {RGB, 4, 8, .alpha = ASSOCIATED, .unlimited = true, .separate = true},
    {RGB, 4, 8, .alpha = ASSOCIATED, .unlimited = true, .strip_rows = HIGH},
    {RGB, 4, 16, .alpha = ASSOCIATED, .unlimited = true},
    {RGB, 4, 8, .alpha = SPOT},
    {RGB, 4, 8, .alpha = SPOT, .tiled = true},
    {RGB, 4, 8, .alpha = SPOT, .separate = true},
    {RGB, 5, 8, .alpha = SPOT, .compression = COMPRESSION_LZW},
    {RGB, 4, 16, .alpha = SPOT},
    {RGB, 4, 16, .alpha = SPOT, .tiled = true, .separate = true},
    {RGB, 4, 32, .alpha = SPOT, .format = FLOAT},
    {RGB, 4, 8, .alpha = UNTOLD},
    {RGB, 4, 8, .alpha = UNTOLD, .tiled = true},
    {RGB, 4, 8, .alpha = UNTOLD, .separate = true},
    {RGB, 4, 16, .alpha = UNTOLD},
    {RGB, 3, 8, .compression = COMPRESSION_PACKBITS},
    {RGB, 3, 16, .alpha = 0},
    {RGB, 3, 16, .separate = true, .compression = COMPRESSION_LZW},
    {RGB, 3, 16, .tiled = true, .mode = "wb"},
    {RGB, 4, 16, .alpha = STRAIGHT, .tiled = true, .separate = true},
    {RGB, 4, 16, .alpha = ASSOCIATED},
    {RGB, 3, 32, .format = FLOAT, .tiled = true},
    {RGB, 4, 32, .format = FLOAT, .alpha = ASSOCIATED},
    {CMYK, 4, 8, .alpha = 0},
    {CMYK, 4, 16, .separate = true},
    {CMYK, 5, 8, .alpha = STRAIGHT},
    {CMYK, 5, 16, .alpha = STRAIGHT, .separate = true, .tiled = true},
    {CMYK, 5, 16, .alpha = ASSOCIATED},
    {CMYK, 5, 8, .alpha = ASSOCIATED, .tolerance = 2},
    {CMYK, 5, 8, .alpha = SPOT},
    {PHOTOMETRIC_MINISWHITE, 2, 8, .alpha = SPOT, .separate = true},
    {PHOTOMETRIC_MINISWHITE, 2, 1, .alpha = SPOT},
    {GREY, 2, 2, .separate = true},
    {GREY, 2, 4, .alpha = SPOT, .tiled = true},
    {GREY, 3, 8, .alpha = SPOT},
    {GREY, 4, 8, .alpha = SPOT},
    {PHOTOMETRIC_PALETTE, 2, 8, .separate = true},
    {PHOTOMETRIC_PALETTE, 2, 4, .alpha = SPOT, .tiled = true},
    {PHOTOMETRIC_PALETTE, 5, 8, .alpha = SPOT, .separate = true},
};

/* Of all of these strips of any height come row by row. */
static const struct kind rows_kinds[] = {
    {PHOTOMETRIC_MINISWHITE, 1, 1, .compression = COMPRESSION_CCITTFAX4, .lsb_first = true},
    {GREY, 1, 4, .compression = COMPRESSION_PACKBITS, .lsb_first = true},
    {GREY, 1, 8, .lsb_first = true},
    {RGB, 3, 8, .compression = COMPRESSION_LZW, .lsb_first = true},
    {RGB, 3, 8, .compression = COMPRESSION_PACKBITS},
    {RGB, 3, 8, .compression = COMPRESSION_PACKBITS, .separate = true},
    {RGB, 3, 8, .separate = true},
    {RGB, 4, 8, .compression = COMPRESSION_LZW, .separate = true, .alpha = STRAIGHT},
    {RGB, 4, 8, .compression = COMPRESSION_ADOBE_DEFLATE, .separate = true, .alpha = ASSOCIATED},
    {RGB, 3, 16, .compression = COMPRESSION_LZW, .separate = true},
    {CMYK, 5, 8, .compression = COMPRESSION_ADOBE_DEFLATE, .separate = true, .alpha = STRAIGHT},
    {GREY, 1, 8, .compression = COMPRESSION_JPEG, .tolerance = 12},
    {RGB, 3, 8, .compression = COMPRESSION_JPEG, .tolerance = 12},
    {RGB, 3, 8, .compression = COMPRESSION_JPEG, .separate = true, .tolerance = 12},
    {PHOTOMETRIC_YCBCR, 3, 8, .compression = COMPRESSION_JPEG, .tolerance = 20},
    {CMYK, 4, 8, .compression = COMPRESSION_JPEG, .tolerance = 16},
    {GREY, 1, 8, .compression = COMPRESSION_JPEG, .lsb_first = true, .tolerance = 12},
    {RGB, 3, 16, .compression = COMPRESSION_PACKBITS},
    {RGB, 3, 16, .compression = COMPRESSION_PACKBITS, .mode = "wb", .lsb_first = true},
    {RGB, 3, 32, .compression = COMPRESSION_PACKBITS, .mode = "wb", .format = FLOAT, .separate = true},
    {GREY, 1, 64, .compression = COMPRESSION_PACKBITS, .mode = "wb", .format = FLOAT},
    {RGB, 3, 16, .mode = "wb", .separate = true, .lsb_first = true},
    {GREY, 1, 64, .mode = "wb", .format = FLOAT},
};

/* The same, with a window of its own in each strip. */
static const struct kind window_kinds[] = {
    {RGB, 3, 8, .compression = COMPRESSION_ZSTD},
    {RGB, 3, 16, .compression = COMPRESSION_ZSTD, .mode = "wb", .separate = true},
    {GREY, 2, 8, .compression = COMPRESSION_ZSTD, .alpha = STRAIGHT},
    {RGB, 3, 32, .compression = COMPRESSION_ZSTD, .format = FLOAT},
    {RGB, 3, 8, .compression = COMPRESSION_LZMA},
    {RGB, 4, 16, .compression = COMPRESSION_LZMA, .alpha = ASSOCIATED, .separate = true},
    {CMYK, 4, 8, .compression = COMPRESSION_LZMA},
};

/* Gives what is reserved beside the file. */
static uint64_t check_kind(size_t i, const struct kind *k)
{
    struct bytes b = make(k);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    if (load(b.data, b.len, 0, 0, &host, &image, &err) != FZ_OK)
        fail_msg("kind %zu: %s", i, err.msg);
    assert_false(image.damaged);
    int worst = 0;
    for (int y = 0; y < HIGH; y++)
        for (int x = 0; x < WIDE; x++) {
            int d = channel_distance(pixel(&image, x, y), expected(k, x, y));
            worst = d > worst ? d : worst;
        }
    if (worst > (k->tolerance ? k->tolerance : 1))
        fail_msg("kind %zu (%d samples of %d bits, strips of %d): %d off", i, k->samples, k->bits,
                 k->strip_rows, worst);
    host_fini(&host);
    free(b.data);
    const bool is_copied =
        k->lsb_first && k->compression != COMPRESSION_CCITTFAX4 && k->compression != COMPRESSION_JPEG;
    return host.reserved - b.len * (is_copied ? 2 : 1);
}

static void test_every_kind_of_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_kind(i, &kinds[i]);
}

/* As scanners write them: all rows in one strip, or in two. */
static void test_high_strips(void **state)
{
    (void)state;
    static const int rows[] = {65, 100, HIGH};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (size_t j = 0; j < sizeof rows / sizeof *rows; j++) {
            struct kind k = kinds[i];
            k.strip_rows = rows[j];
            if (k.compression != COMPRESSION_JPEG) /* wants a multiple of 8 */
                check_kind(i, &k);
        }
}

static void test_high_strips_take_no_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows_kinds / sizeof *rows_kinds; i++) {
        struct kind k = rows_kinds[i];
        k.strip_rows = 64;
        const uint64_t low = check_kind(i, &k);
        k.strip_rows = 112;
        assert_int_equal(check_kind(i, &k), low);
        k.strip_rows = HIGH;
        assert_int_equal(check_kind(i, &k), low);
    }
}

static void test_high_strips_with_windows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof window_kinds / sizeof *window_kinds; i++) {
        struct kind k = window_kinds[i];
        if (!TIFFIsCODECConfigured((uint16_t)k.compression))
            continue;
        const int rows[] = {7, 64, 65, 112, HIGH};
        for (size_t j = 0; j < sizeof rows / sizeof *rows; j++) {
            k.strip_rows = rows[j];
            check_kind(i, &k);
        }
    }
}

/* Runs, and bytes as they stand, that go on in the next row, as some writers of PackBits let them. */
static struct bytes make_long_runs(void)
{
    struct memory m = {0};
    struct bytes strip = {0};
    TIFF *tif = TIFFClientOpen("", "w", &m, memory_read, memory_write, memory_seek, memory_close, memory_size,
                               NULL, NULL);
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, WIDE);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, HIGH);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, GREY);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_PACKBITS);
    TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, HIGH);
    for (uint32_t at = 0; at < WIDE * HIGH; at += 228) {
        bytes_put(&strip, "\x80\x81", 2); /* nothing; 128 times the same */
        bytes_put_le(&strip, at / 228, 1);
        bytes_put_le(&strip, 99, 1);
        for (uint32_t i = 0; i < 100; i++)
            bytes_put_le(&strip, i, 1);
    }
    assert_true(TIFFWriteRawStrip(tif, 0, strip.data, (tmsize_t)strip.len) > 0);
    TIFFClose(tif);
    free(strip.data);
    return m.b;
}

static void test_runs_beyond_a_row(void **state)
{
    (void)state;
    struct bytes b = make_long_runs();
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_false(image.damaged);
    for (int i = 0; i < WIDE * HIGH; i++) {
        const int in = i % 228;
        assert_int_equal(pixel(&image, i % WIDE, i / WIDE), (in < 128 ? i / 228 : in - 128) * 0x010101);
    }
    host_fini(&host);
    free(b.data);
}

/* L*a*b* of that pixel: a* and b* are signed in CIELAB, of 16 bits with 8 behind the point, and have an offset in ICCLAB. */
static cmsCIELab lab_at(const struct kind *k, int x, int y)
{
    double v[3], unit = k->bits == 16 ? 256 : 1;
    for (int i = 0; i < 3; i++) {
        double most = k->bits == 16 ? 65535 : 255;
        v[i] = floor(value_at(k, x, y, i) * most + 0.5);
    }
    bool icc = k->photometric == PHOTOMETRIC_ICCLAB;
    for (int i = 1; i < 3; i++)
        v[i] = icc ? v[i] / unit - 128 : (v[i] < 128 * unit ? v[i] : v[i] - 256 * unit) / unit;
    return (cmsCIELab){v[0] * 100 / (k->bits == 8 ? 255 : icc ? 0xff00 : 65535), v[1], v[2]};
}

static void test_lab_is_as_lcms_has_it(void **state)
{
    (void)state;
    static const struct kind labs[] = {{PHOTOMETRIC_CIELAB, 3, 8, .alpha = 0},
                                       {PHOTOMETRIC_CIELAB, 3, 16, .mode = "wb", .strip_rows = HIGH},
                                       {PHOTOMETRIC_ICCLAB, 3, 8, .strip_rows = 112, .separate = true},
                                       {PHOTOMETRIC_CIELAB, 3, 16, .separate = true},
                                       {PHOTOMETRIC_CIELAB, 3, 16, .format = SAMPLEFORMAT_INT},
                                       {PHOTOMETRIC_CIELAB, 3, 8, .format = SAMPLEFORMAT_INT},
                                       {PHOTOMETRIC_ICCLAB, 3, 8, .tiled = true},
                                       {PHOTOMETRIC_ICCLAB, 3, 16, .alpha = 0}};
    cmsHPROFILE lab = cmsCreateLab4Profile(NULL), srgb = cmsCreate_sRGBProfile();
    cmsHTRANSFORM transform =
        cmsCreateTransform(lab, TYPE_Lab_DBL, srgb, TYPE_RGB_DBL, INTENT_RELATIVE_COLORIMETRIC, 0);
    for (size_t i = 0; i < sizeof labs / sizeof *labs; i++) {
        struct bytes b = make(&labs[i]);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        for (int y = 0; y < HIGH; y++)
            for (int x = 0; x < WIDE; x++) {
                cmsCIELab value = lab_at(&labs[i], x, y);
                double rgb[3];
                cmsDoTransform(transform, &value, rgb, 1);
                uint32_t want = 0;
                for (int c = 0; c < 3; c++)
                    want = want << 8 | (uint32_t)(fmin(fmax(rgb[c], 0), 1) * 255 + 0.5);
                assert_near(pixel(&image, x, y), want, 1);
            }
        host_fini(&host);
        free(b.data);
    }
    cmsDeleteTransform(transform);
    cmsCloseProfile(lab);
    cmsCloseProfile(srgb);
}

/* sRGB is of D65 too: its own matrix applies (IEC 61966-2-1), without any adaptation. */
static uint32_t rgb_of_d65(const cmsCIELab *lab)
{
    static const double matrix[3][3] = {
        {3.2406, -1.5372, -0.4986}, {-0.9689, 1.8758, 0.0415}, {0.0557, -0.2040, 1.0570}};
    const cmsCIEXYZ white = {0.9505, 1, 1.0890};
    cmsCIEXYZ xyz;
    uint32_t rgb = 0;
    cmsLab2XYZ(&white, &xyz, lab);
    for (int i = 0; i < 3; i++) {
        double v = matrix[i][0] * xyz.X + matrix[i][1] * xyz.Y + matrix[i][2] * xyz.Z;
        v = v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
        rgb = rgb << 8 | (uint32_t)(fmin(fmax(v, 0), 1) * 255 + 0.5);
    }
    return rgb;
}

static void test_lab_of_another_white(void **state)
{
    (void)state;
    static const struct kind labs[] = {{PHOTOMETRIC_CIELAB, 3, 8, .is_d65 = true},
                                       {PHOTOMETRIC_CIELAB, 3, 16, .is_d65 = true}};
    for (size_t i = 0; i < sizeof labs / sizeof *labs; i++) {
        struct bytes b = make(&labs[i]);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        for (int y = 0; y < HIGH; y++)
            for (int x = 0; x < WIDE; x++) {
                const cmsCIELab value = lab_at(&labs[i], x, y);
                assert_near(pixel(&image, x, y), rgb_of_d65(&value), 1);
            }
        host_fini(&host);
        free(b.data);
    }
}

/* --- pages ---------------------------------------------------------------------------------------- */

/* Grey pages of 16 x 16 in one byte a pixel, each of its own grey: 10, 20, 30... Page 1 is a smaller copy of page 0, which is
 * not a page. `last` is the directory that follows the last one. */
enum { DIRECTORY_BYTES = 2 + 9 * 12 + 4, PAGE_BYTES = DIRECTORY_BYTES + 256 };

static struct bytes make_pages(int count, uint32_t last)
{
    struct bytes b = {0};
    bytes_put(&b, "II*\0\10\0\0\0", 8);
    for (int i = 0; i < count; i++) {
        const uint32_t at = (uint32_t)b.len;
        const uint32_t tags[9][3] = {
            {254, 4, i == 1},
            {256, 3, 16},
            {257, 3, 16},
            {258, 3, 8},
            {259, 3, 1},
            {262, 3, 1},
            {273, 4, at + DIRECTORY_BYTES},
            {278, 3, 16},
            {279, 4, 256},
        };
        bytes_put_le(&b, 9, 2);
        for (int k = 0; k < 9; k++) {
            bytes_put_le(&b, tags[k][0], 2);
            bytes_put_le(&b, tags[k][1], 2);
            bytes_put_le(&b, 1, 4);
            bytes_put_le(&b, tags[k][2], 4);
        }
        bytes_put_le(&b, i + 1 < count ? at + PAGE_BYTES : last, 4);
        for (int k = 0; k < 256; k++)
            bytes_put(&b, &(uint8_t){(uint8_t)(10 + 10 * i)}, 1);
    }
    return b;
}

static enum fz_err load_page(const struct bytes *b, int page, struct host *host, struct fz_image *image,
                             struct fz_error *err)
{
    int fd = open_bytes(b->data, b->len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, host);
    request.want.page = page;
    enum fz_err code = fz_image_load(&request, scratch, image, err);
    fz_image_scratch_free(scratch);
    close(fd);
    return code;
}

/* A directory of one strip of grey, `grey` everywhere; `next` and `below` (0: none) are places of other directories. Gives its own. */
struct level {
    uint32_t side, high, grey, subfile, bits, orientation;
};

static uint32_t put_level(struct bytes *b, const struct level *l, uint32_t next, uint32_t below)
{
    enum { TAGS = 11, BYTES = 2 + TAGS * 12 + 4 };
    const uint32_t at = (uint32_t)b->len, bits = l->bits ? l->bits : 8, high = l->high ? l->high : l->side;
    const uint32_t tags[TAGS][3] = {
        {254, 4, l->subfile},
        {256, 3, l->side},
        {257, 3, high},
        {258, 3, bits},
        {259, 3, 1},
        {262, 3, 1},
        {273, 4, at + BYTES},
        {274, 3, l->orientation ? l->orientation : 1},
        {278, 3, high},
        {279, 4, l->side * high * bits / 8},
        {below ? 330u : 65000u, 4, below},
    };
    bytes_put_le(b, TAGS, 2);
    for (int k = 0; k < TAGS; k++) {
        bytes_put_le(b, tags[k][0], 2);
        bytes_put_le(b, tags[k][1], 2);
        bytes_put_le(b, 1, 4);
        bytes_put_le(b, tags[k][2], 4);
    }
    bytes_put_le(b, next, 4);
    for (uint32_t i = 0; i < l->side * high * bits / 8; i++)
        bytes_put(b, &(uint8_t){(uint8_t)l->grey}, 1);
    return at;
}

/* 64 px wide: itself 10; then a copy of a half, 20, behind it; one of a quarter, 30, below it; and what is none of its copies. */
static struct bytes make_pyramid(uint32_t orientation)
{
    struct bytes b = {0};
    bytes_put(&b, "II*\0\0\0\0\0", 8);
    uint32_t page = put_level(&b, &(struct level){64, 32, 90, 0, 0, 0}, 0, 0); /* of its own */
    uint32_t deep = put_level(&b, &(struct level){16, 8, 91, 1, 16, 0}, page, 0);
    uint32_t wide = put_level(&b, &(struct level){16, 10, 92, 1, 0, 0}, deep, 0);
    uint32_t mask = put_level(&b, &(struct level){16, 8, 93, 5, 0, 0}, wide, 0);
    uint32_t half = put_level(&b, &(struct level){32, 16, 20, 1, 0, 0}, mask, 0);
    uint32_t quarter = put_level(&b, &(struct level){16, 8, 30, 1, 0, 0}, 0, 0);
    uint32_t first = put_level(&b, &(struct level){64, 32, 10, 0, 0, orientation}, half, quarter);
    for (int i = 0; i < 4; i++)
        b.data[4 + i] = (uint8_t)(first >> (8 * i));
    return b;
}

static uint32_t grey_of(const struct bytes *b, struct fz_image_region region, int box_w, int box_h)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    int fd = open_bytes(b->data, b->len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, box_w, box_h, &host);
    request.want.region = region;
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    fz_image_scratch_free(scratch);
    close(fd);
    assert_int_equal(image.frames, 2);
    assert_true(image.out_w == box_w && image.out_h == box_h);
    uint32_t grey = pixel(&image, image.out_w - 1, image.out_h - 1) & 0xff;
    assert_int_equal(pixel(&image, 0, 0) & 0xff, grey);
    host_fini(&host);
    return grey;
}

/* The smallest copy that shows as much is what is decoded, whole or in part. */
static void test_levels_of_a_pyramid(void **state)
{
    (void)state;
    const struct fz_image_region whole = {0};
    struct bytes b = make_pyramid(1), turned = make_pyramid(6);
    assert_int_equal(grey_of(&b, whole, 64, 32), 10);
    assert_int_equal(grey_of(&b, whole, 34, 17), 10);
    assert_int_equal(grey_of(&b, whole, 32, 16), 20);
    assert_int_equal(grey_of(&b, whole, 18, 9), 20);
    assert_int_equal(grey_of(&b, whole, 16, 8), 30);
    assert_int_equal(grey_of(&b, whole, 4, 2), 30);
    assert_int_equal(grey_of(&turned, whole, 16, 32), 20);
    assert_int_equal(grey_of(&turned, whole, 8, 16), 30);
    assert_int_equal(grey_of(&b, (struct fz_image_region){16, 8, 32, 16}, 32, 16), 10);
    assert_int_equal(grey_of(&b, (struct fz_image_region){16, 8, 32, 16}, 16, 8), 20);
    assert_int_equal(grey_of(&b, (struct fz_image_region){16, 8, 32, 16}, 8, 4), 30);
    assert_int_equal(grey_of(&b, (struct fz_image_region){18, 8, 32, 16}, 8, 4),
                     20); /* half pixels of the other */
    free(b.data);
    free(turned.data);
}

static void test_pages(void **state)
{
    (void)state;
    struct bytes b = make_pages(5, 0);
    const uint32_t greys[] = {10, 30, 40, 50};
    struct fz_image image;
    struct fz_error err;
    for (int page = 0; page < 4; page++) {
        struct host host = {0};
        assert_int_equal(load_page(&b, page, &host, &image, &err), FZ_OK);
        assert_int_equal(image.frames, 4);
        assert_false(image.damaged);
        assert_int_equal(pixel(&image, 3, 3), greys[page] * 0x010101);
        host_fini(&host);
    }
    struct host host = {0};
    assert_int_equal(load_page(&b, 4, &host, &image, &err), FZ_E_DAMAGED);
    assert_string_equal(err.msg, "tiff: it has no page of that number");
    free(b.data);
}

/* Each page on a sheet of the first one's size: in its middle, at the same scale, reduced where it is larger. */
static void test_pages_on_one_sheet(void **state)
{
    (void)state;
    static const struct level pages[] = {
        {64, 32, 10, 0, 0, 0}, {16, 16, 20, 0, 0, 0}, {128, 128, 30, 0, 0, 0}, {8, 32, 40, 0, 0, 6}};
    static const struct {
        int page, box, w, h; /* of the page, in the middle of the result */
    } cases[] = {{0, 0, 64, 32},  {1, 0, 16, 16}, {2, 0, 32, 32},  {3, 0, 32, 8},
                 {0, 32, 32, 16}, {1, 32, 8, 8},  {2, 32, 16, 16}, {3, 32, 16, 4}};
    struct bytes b = {0};
    bytes_put(&b, "II*\0\0\0\0\0", 8);
    uint32_t first = 0;
    for (int i = 3; i >= 0; i--)
        first = put_level(&b, &pages[i], first, 0);
    for (int i = 0; i < 4; i++)
        b.data[4 + i] = (uint8_t)(first >> (8 * i));
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        struct fz_image_request request = make_request(-1, cases[i].box, cases[i].box, &host);
        request.bytes = b.data;
        request.len = b.len;
        request.want.page = cases[i].page;
        request.want.sheet_w = 64;
        request.want.sheet_h = 32;
        assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
        assert_int_equal(image.out_w, cases[i].box ? 32 : 64);
        assert_int_equal(image.out_h, cases[i].box ? 16 : 32);
        int left = (image.out_w - cases[i].w) / 2, top = (image.out_h - cases[i].h) / 2;
        for (int y = 0; y < image.out_h; y++)
            for (int x = 0; x < image.out_w; x++) {
                bool inside = x >= left && x < left + cases[i].w && y >= top && y < top + cases[i].h;
                assert_int_equal(pixel(&image, x, y),
                                 inside ? pages[cases[i].page].grey * 0x010101 : request.want.background);
            }
        host_fini(&host);
    }
    fz_image_scratch_free(scratch);
    free(b.data);
}

static void test_directories_in_a_circle(void **state)
{
    (void)state;
    for (uint32_t back = 0; back < 3; back++) {
        struct bytes b = make_pages(4, 8 + back * PAGE_BYTES);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load_page(&b, 2, &host, &image, &err), FZ_OK);
        assert_int_equal(image.frames, 3);
        assert_int_equal(pixel(&image, 3, 3), 40 * 0x010101);
        assert_true(image.damaged);
        assert_string_equal(err.msg, "tiff: its pages go in a circle");
        host_fini(&host);
        free(b.data);
    }
}

static void test_cut_short(void **state)
{
    (void)state;
    struct bytes b = make(&(struct kind){RGB, 3, 8, .mode = "w8"});
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    uint64_t directory; /* written last: without it nothing is known */
    memcpy(&directory, b.data + 8, 8);
    assert_int_equal(load(b.data, (size_t)directory, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
    free(b.data);

    host_fini(&host);
    host = (struct host){0};
    b = make_pages(1, 0);
    assert_int_equal(load(b.data, b.len - 250, 0, 0, &host, &image, &err),
                     FZ_E_DAMAGED); /* no row is there */
    host_fini(&host);
    free(b.data);
}

/* Strips that a file does not have leave background behind, the others are shown. */
static void test_lost_strips(void **state)
{
    (void)state;
    for (int bits = 8; bits <= 16; bits += 8) {
        const struct kind kind = {RGB, 3, bits, .compression = COMPRESSION_ADOBE_DEFLATE};
        struct bytes b = make(&kind);
        uint32_t directory;
        memcpy(&directory, b.data + 4, 4);
        memset(b.data + directory - 300, 0xff, 200); /* in the last strips */
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_true(image.damaged);
        assert_near(pixel(&image, WIDE - 1, 0), expected(&kind, WIDE - 1, 0), 1);
        assert_int_equal(pixel(&image, WIDE - 1, HIGH - 1), 0x204060);
        host_fini(&host);
        free(b.data);
    }
}

/* Tiles beside a part are not decoded: one that is damaged there is not seen. */
static void test_tiles_beside_a_part(void **state)
{
    (void)state;
    for (int bits = 8; bits <= 16; bits += 8) {
        const struct kind kind = {RGB, 3, bits, .tiled = true, .compression = COMPRESSION_ADOBE_DEFLATE};
        struct bytes b = make(&kind);
        memset(b.data + 12, 0xff, 40); /* in the first one */
        for (int beside = 0; beside < 2; beside++) {
            const struct fz_image_region region = {beside ? 33 : 20, 3, 20, 100};
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
            struct fz_image_request request = make_request(-1, 0, 0, &host);
            request.bytes = b.data;
            request.len = b.len;
            request.want.region = region;
            enum fz_err code = fz_image_load(&request, scratch, &image, &err);
            assert_true(beside ? code == FZ_OK && !image.damaged : code != FZ_OK || image.damaged);
            for (int i = 0; beside && i < region.w * region.h; i++) {
                const int x = i % region.w, y = i / region.w;
                assert_near(pixel(&image, x, y), expected(&kind, region.x + x, region.y + y), 1);
            }
            fz_image_scratch_free(scratch);
            host_fini(&host);
        }
        free(b.data);
    }
}

static void test_hostile_numbers(void **state)
{
    (void)state;
    static const struct {
        int tag;
        uint32_t value;
    } changes[] = {{256, 0xffff}, {257, 0xffff},    {258, 0xffff},
                   {278, 0xffff}, {273, 0xffffff0}, {279, 0xffffff0}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct bytes b = make_pages(1, 0);
        for (size_t at = 10; at < 10 + 9 * 12; at += 12)
            if (b.data[at] + b.data[at + 1] * 256 == changes[i].tag)
                memcpy(b.data + at + 8, &changes[i].value, 4);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        enum fz_err code = load(b.data, b.len, 64, 64, &host, &image, &err);
        assert_true(host.reserved < 64 << 20);
        assert_true(code == FZ_OK || code == FZ_E_DAMAGED || code == FZ_E_LIMIT || code == FZ_E_MEMORY);
        host_fini(&host);
        free(b.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_samples),
        cmocka_unit_test(test_high_strips),
        cmocka_unit_test(test_high_strips_take_no_memory),
        cmocka_unit_test(test_high_strips_with_windows),
        cmocka_unit_test(test_runs_beyond_a_row),
        cmocka_unit_test(test_lab_is_as_lcms_has_it),
        cmocka_unit_test(test_lab_of_another_white),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_levels_of_a_pyramid),
        cmocka_unit_test(test_pages_on_one_sheet),
        cmocka_unit_test(test_directories_in_a_circle),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_lost_strips),
        cmocka_unit_test(test_tiles_beside_a_part),
        cmocka_unit_test(test_hostile_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
