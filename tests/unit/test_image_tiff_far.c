/* TIFF files that are read where they are needed instead of being held: the same pixels, whatever becomes of the file meanwhile; and
 * the windows of Zstandard and LZMA. */
#include "test_image_tiff.h"

#include "base/clock.h"
#include "image/codecs/tiff_window.h"

enum { LEAD = 100000 }; /* more than is read of any file before its format is known */

static const struct kind far_kinds[] = {
    {GREY, 1, 8, .alpha = 0},
    {GREY, 1, 12, .compression = COMPRESSION_ADOBE_DEFLATE},
    {GREY, 1, 16, .mode = "wb"},
    {GREY, 1, 64, .mode = "wb", .format = FLOAT, .separate = true},
    {PHOTOMETRIC_MINISWHITE, 1, 1, .compression = COMPRESSION_CCITTFAX4, .lsb_first = true},
    {PHOTOMETRIC_PALETTE, 1, 8, .alpha = 0},
    {RGB, 3, 8, .mode = "w8"},
    {RGB, 3, 8, .lsb_first = true},
    {RGB, 3, 8, .tiled = true},
    {RGB, 3, 8, .tiled = true, .compression = COMPRESSION_ADOBE_DEFLATE},
    {RGB, 3, 8, .compression = COMPRESSION_LZW, .lsb_first = true},
    {RGB, 3, 8, .compression = COMPRESSION_PACKBITS},
    {RGB, 3, 8, .compression = COMPRESSION_PACKBITS, .separate = true, .lsb_first = true},
    {RGB, 3, 16, .compression = COMPRESSION_PACKBITS, .mode = "wb"},
    {RGB, 3, 16, .separate = true, .mode = "w8"},
    {RGB, 3, 8, .compression = COMPRESSION_ZSTD, .separate = true},
    {RGB, 3, 8, .compression = COMPRESSION_LZMA},
    {RGB, 3, 8, .compression = COMPRESSION_JPEG},
    {PHOTOMETRIC_YCBCR, 3, 8, .compression = COMPRESSION_JPEG},
    {RGB, 4, 16, .alpha = STRAIGHT, .tiled = true, .separate = true},
    {RGB, 4, 8, .alpha = ASSOCIATED},
    {CMYK, 5, 8, .alpha = STRAIGHT, .separate = true},
};

/* Loads a part (of no width: all). `is_far`: no more of the file is held than its first bytes. */
static enum fz_err load_some(const struct bytes *b, const struct fz_image_region *part, bool is_far,
                             struct host *host, struct fz_image *image, struct fz_error *err)
{
    int fd = open_bytes(b->data, b->len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, host);
    request.want.region = *part;
    request.limits.max_whole_bytes = is_far ? 0 : UINT64_MAX;
    request.limits.max_held_bytes = UINT64_MAX;
    enum fz_err code = fz_image_load(&request, scratch, image, err);
    fz_image_scratch_free(scratch);
    close(fd);
    return code;
}

static void assert_same(const struct kind *k, const struct bytes *b, const struct fz_image_region *part)
{
    struct host held = {0}, away = {0};
    struct fz_image a, f;
    struct fz_error err;
    enum fz_err code = load_some(b, part, false, &held, &a, &err);
    if (code != load_some(b, part, true, &away, &f, &err))
        fail_msg("%d bits, compression %d: %d, or %s", k->bits, k->compression, code, err.msg);
    if (code == FZ_OK) {
        assert_true(a.out_w == f.out_w && a.out_h == f.out_h && a.damaged == f.damaged);
        for (int y = 0; y < a.out_h; y++)
            if (memcmp(a.pixels + (size_t)y * (size_t)a.pitch_bytes,
                       f.pixels + (size_t)y * (size_t)f.pitch_bytes, (size_t)a.out_w * 4) != 0)
                fail_msg("%d bits, compression %d, strips of %d: row %d", k->bits, k->compression,
                         k->strip_rows, y);
    }
    host_fini(&held);
    host_fini(&away);
}

static void test_the_same_pixels(void **state)
{
    (void)state;
    static const int rows[] = {16, 80, HIGH}; /* as JPEG wants them */
    static const struct fz_image_region parts[] = {{0}, {33, 100, 20, 40}, {0, 0, 10, 10}};
    for (size_t i = 0; i < sizeof far_kinds / sizeof *far_kinds; i++)
        for (size_t j = 0; j < sizeof rows / sizeof *rows; j++) {
            struct kind k = far_kinds[i];
            k.strip_rows = rows[j];
            k.lead = LEAD;
            if (k.compression && !TIFFIsCODECConfigured((uint16_t)k.compression))
                continue;
            struct bytes b = make(&k);
            for (size_t part = 0; part < sizeof parts / sizeof *parts; part++)
                assert_same(&k, &b, &parts[part]);
            b.len -= b.len / 20; /* without its directories */
            assert_same(&k, &b, &parts[0]);
            free(b.data);
        }
}

/* Of a file that is not held its length does not count. */
static void test_takes_no_memory_for_the_file(void **state)
{
    (void)state;
    struct kind k = {RGB, 3, 16, .strip_rows = HIGH, .separate = true, .lead = LEAD};
    uint64_t reserved[2];
    for (int i = 0; i < 2; i++) {
        struct bytes b = make(&k);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        bytes_put(&b, (uint8_t[1 << 20]){0}, i == 0 ? 0 : 1 << 20);
        assert_int_equal(load_some(&b, &(struct fz_image_region){0}, true, &host, &image, &err), FZ_OK);
        reserved[i] = host.reserved;
        host_fini(&host);
        free(b.data);
    }
    assert_int_equal(reserved[0], reserved[1]);
}

/* How much more is reserved for a file of one packed strip that is a KB longer, with so much before the strip. */
static uint64_t reserved_for_more(size_t lead)
{
    uint64_t reserved[2];
    for (size_t i = 0; i < 2; i++) {
        const struct kind k = {RGB,
                               3,
                               64,
                               SAMPLEFORMAT_IEEEFP,
                               .compression = COMPRESSION_LZW,
                               .strip_rows = HIGH,
                               .lead = lead + i * 1024};
        struct bytes b = make(&k);
        assert_true(b.len > 65536);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load_some(&b, &(struct fz_image_region){0}, true, &host, &image, &err), FZ_OK);
        reserved[i] = host.reserved;
        host_fini(&host);
        free(b.data);
    }
    return reserved[1] - reserved[0];
}

/* libtiff holds all of a packed strip: where that is nearly all of the file, the file is held, of which it needs no copy. */
static void test_one_packed_strip_is_held(void **state)
{
    (void)state;
    assert_int_equal(reserved_for_more(20000), 1024);
    assert_int_equal(reserved_for_more(LEAD), 0);
}

/* --- files that change while they are read ----------------------------------------------------------- */

struct changing {
    struct host host;
    int fd;
    off_t len;      /* that is left, */
    int after;      /* from the asking of that number on */
    bool scribbles; /* instead: what is left is overwritten */
};

static bool change(void *ctx)
{
    struct changing *c = ctx;
    if (++c->host.asked != c->after)
        return false;
    uint8_t rubbish[4096];
    memset(rubbish, 0xd3, sizeof rubbish);
    if (!c->scribbles)
        assert_int_equal(ftruncate(c->fd, c->len), 0);
    for (off_t at = c->len; c->scribbles && at < c->len + (1 << 18); at += (off_t)sizeof rubbish)
        assert_int_equal(pwrite(c->fd, rubbish, sizeof rubbish, at), sizeof rubbish);
    return false;
}

static bool changing_reserve(void *ctx, uint64_t bytes)
{
    return host_reserve(&((struct changing *)ctx)->host, bytes);
}

static uint8_t *changing_alloc(void *ctx, int width, int height, int *pitch_bytes)
{
    return host_alloc(&((struct changing *)ctx)->host, width, height, pitch_bytes);
}

/* How often it asked. */
static int load_changing(const struct bytes *b, struct changing *c)
{
    struct fz_image image;
    struct fz_error err;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    c->fd = open_bytes(b->data, b->len);
    struct fz_image_request request = make_request(c->fd, 0, 0, NULL);
    request.limits.max_whole_bytes = 0;
    request.host = (struct fz_image_host){
        .ctx = c, .cancelled = change, .reserve = changing_reserve, .alloc = changing_alloc};
    enum fz_err code = fz_image_load(&request, scratch, &image, &err);
    assert_true(code == FZ_OK || code == FZ_E_DAMAGED || code == FZ_E_MEMORY || code == FZ_E_LIMIT ||
                code == FZ_E_NOT_PICTURE);
    assert_true(code == FZ_OK || err.msg[0]);
    host_fini(&c->host);
    fz_image_scratch_free(scratch);
    close(c->fd);
    return c->host.asked;
}

static void test_files_that_change_meanwhile(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof far_kinds / sizeof *far_kinds; i++)
        for (int rows = 16; rows <= HIGH; rows += HIGH - 16) {
            struct kind k = far_kinds[i];
            k.strip_rows = rows;
            k.lead = LEAD;
            if (k.compression && !TIFFIsCODECConfigured((uint16_t)k.compression))
                continue;
            struct bytes b = make(&k);
            struct changing c = {.after = -1};
            const int asked = load_changing(&b, &c);
            for (int after = 1; after <= asked; after += after < 12 ? 1 : asked / 8 + 1)
                for (int quarter = 0; quarter < 8; quarter++) {
                    c = (struct changing){
                        .after = after, .len = (off_t)b.len * (quarter % 4) / 4, .scribbles = quarter >= 4};
                    load_changing(&b, &c);
                }
            free(b.data);
        }
}

static void test_cancelled_at_every_read(void **state)
{
    (void)state;
    const struct kind k = {RGB, 3, 8, .tiled = true, .lead = LEAD};
    struct bytes b = make(&k);
    struct fz_image image;
    struct fz_error err;
    struct host host = {0};
    assert_int_equal(load_some(&b, &(struct fz_image_region){0}, true, &host, &image, &err), FZ_OK);
    const int asked = host.asked;
    assert_true(asked > 4);
    host_fini(&host);
    for (int n = 1; n <= asked; n++) {
        host = (struct host){.cancel_after = n};
        assert_int_equal(load_some(&b, &(struct fz_image_region){0}, true, &host, &image, &err),
                         FZ_E_CANCELLED);
        host_fini(&host);
    }
    free(b.data);
}

/* Ten thousand directories, far from each other: all are looked at several times. */
static void test_many_directories(void **state)
{
    (void)state;
    enum { COUNT = 10000, APART = 5000, TAGS = 9, DIRECTORY = 2 + TAGS * 12 + 4 };
    const size_t len = 8 + (size_t)COUNT * APART;
    uint8_t *file = calloc(1, len);
    assert_non_null(file);
    memcpy(file, "II*\0\10\0\0\0", 8);
    for (uint32_t i = 0; i < COUNT; i++) {
        const uint32_t at = 8 + i * APART;
        const uint32_t tags[TAGS][3] = {{256, 3, 16}, {257, 3, 16}, {258, 3, 8},
                                        {259, 3, 1},  {262, 3, 1},  {273, 4, at + DIRECTORY},
                                        {277, 3, 1},  {278, 3, 16}, {279, 4, 256}};
        struct bytes dir = {0};
        bytes_put_le(&dir, TAGS, 2);
        for (int t = 0; t < TAGS; t++) {
            bytes_put_le(&dir, tags[t][0], 2);
            bytes_put_le(&dir, tags[t][1], 2);
            bytes_put_le(&dir, 1, 4);
            bytes_put_le(&dir, tags[t][2], 4);
        }
        bytes_put_le(&dir, i + 1 < COUNT ? at + APART : 0, 4);
        memcpy(file + at, dir.data, dir.len);
        memset(file + at + dir.len, (int)(i % 200), APART - dir.len);
        free(dir.data);
    }
    int fd = open_bytes(file, len);
    free(file);
    struct host host = {0};
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    request.want.page = COUNT - 101;
    struct fz_image image;
    struct fz_error err;
    const int64_t begun = fz_now_us();
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    const int64_t took_us = fz_now_us() - begun;
    assert_int_equal(image.frames, COUNT);
    assert_int_equal(pixel(&image, 3, 3), (COUNT - 101) % 200 * 0x010101);
    assert_true(host.reserved < 8 << 20);
    if (took_us > 5000000)
        fail_msg("%.1f s", (double)took_us / 1e6);
    host_fini(&host);
    fz_image_scratch_free(scratch);
    close(fd);
}

/* --- windows ------------------------------------------------------------------------------------------ */

enum { PLAIN = 2048 };

/* One strip of PLAIN x PLAIN grey pixels as libtiff packs it; caller frees. */
static struct bytes pack_plain(int compression)
{
    struct memory m = {0};
    TIFF *tif = TIFFClientOpen("", "w+", &m, memory_read, memory_write, memory_seek, memory_close,
                               memory_size, NULL, NULL);
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, PLAIN);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, PLAIN);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, PLAIN);
    TIFFSetField(tif, compression == COMPRESSION_ZSTD ? TIFFTAG_ZSTD_LEVEL : TIFFTAG_LZMAPRESET, 1);
    uint8_t row[PLAIN];
    memset(row, 0x55, sizeof row);
    for (uint32_t y = 0; y < PLAIN; y++)
        assert_int_equal(TIFFWriteScanline(tif, row, y, 0), 1);
    TIFFFlushData(tif);
    struct bytes strip = {0};
    bytes_put(&strip, m.b.data + TIFFGetStrileOffset(tif, 0), (size_t)TIFFGetStrileByteCount(tif, 0));
    TIFFClose(tif);
    free(m.b.data);
    return strip;
}

static struct bytes wrap(const struct bytes *strip, int compression)
{
    struct memory m = {0};
    TIFF *tif = TIFFClientOpen("", "w", &m, memory_read, memory_write, memory_seek, memory_close, memory_size,
                               NULL, NULL);
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, PLAIN);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, PLAIN);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, GREY);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, PLAIN);
    assert_true(TIFFWriteRawStrip(tif, 0, strip->data, (tmsize_t)strip->len) > 0);
    TIFFClose(tif);
    return m.b;
}

/* Appends a second frame or block, which says that it has a larger window. */
static void append_larger(struct bytes *strip, int compression)
{
    enum { XZ_HEAD = 12, XZ_FOOT = 12, ZSTD_WINDOW = 5 };
    if (compression == COMPRESSION_ZSTD) {
        const size_t at = strip->len;
        assert_int_equal(strip->data[4] & 0x20, 0);
        struct bytes copy = {0};
        bytes_put(&copy, strip->data, strip->len);
        bytes_put(strip, copy.data, copy.len);
        free(copy.data);
        strip->data[at + ZSTD_WINDOW] += 2 << 3; /* four times */
        return;
    }
    const uint8_t *foot = strip->data + strip->len - XZ_FOOT;
    const size_t index = ((size_t)foot[4] + 1) * 4, blocks = strip->len - XZ_FOOT - index - XZ_HEAD;
    struct bytes two = {0};
    bytes_put(&two, strip->data, XZ_HEAD + blocks);
    bytes_put(&two, strip->data + XZ_HEAD, blocks);
    uint8_t *second = two.data + XZ_HEAD + blocks;
    size_t at = 0;
    while (second[at] != 0x21 || second[at + 1] != 1)
        at++;
    second[at + 2] = (uint8_t)(second[at + 2] + 4); /* twice two times */
    bytes_put(&two, strip->data + XZ_HEAD + blocks, index + XZ_FOOT);
    free(strip->data);
    *strip = two;
}

static void test_windows(void **state)
{
    (void)state;
    static const int compressions[] = {COMPRESSION_ZSTD, COMPRESSION_LZMA};
    for (int i = 0; i < 2; i++) {
        const int compression = compressions[i];
        if (!TIFFIsCODECConfigured((uint16_t)compression))
            continue;
        struct bytes strip = pack_plain(compression), whole = wrap(&strip, compression);
        struct fz_bytes file = {.at = strip.data, .len = strip.len, .whole = true};
        const uint64_t window = fz_tiff_find_window(&file, 0, strip.len, (unsigned)compression, false);
        assert_true(window >= 1 << 16 && window < PLAIN * PLAIN);
        assert_int_equal(fz_tiff_find_window(&file, 0, strip.len, (unsigned)compression, true), window);
        append_larger(&strip, compression);
        file = (struct fz_bytes){.at = strip.data, .len = strip.len, .whole = true};
        assert_int_equal(fz_tiff_find_window(&file, 0, strip.len, (unsigned)compression, false), window);
        assert_int_equal(fz_tiff_find_window(&file, 0, strip.len, (unsigned)compression, true), window * 4);
        strip.data[0] ^= 1;
        assert_int_equal(fz_tiff_find_window(&file, 0, strip.len, (unsigned)compression, true), UINT64_MAX);
        strip.data[0] ^= 1;

        struct bytes larger = wrap(&strip, compression);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(whole.data, whole.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_false(image.damaged);
        assert_int_equal(pixel(&image, PLAIN - 1, PLAIN - 1), 0x555555);
        assert_true(host.reserved > window && host.reserved < window + (4 << 20));
        host_fini(&host);
        host = (struct host){0};
        assert_int_equal(load(larger.data, larger.len, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
        assert_string_equal(err.msg, "tiff: a strip takes more memory than it says");
        host_fini(&host);
        free(larger.data);
        free(whole.data);
        free(strip.data);
    }
}

/* --- more than a program can have ----------------------------------------------------------------------- */

/* Three tiles side by side take 2^32 bytes and LITTLE more, which is all that a size_t of 32 bits would know of. The first one ends early. */
static void test_what_no_pointer_reaches(void **state)
{
    enum { TILE_W = 58256, TILE_H = 768, LITTLE = 131072, STORED = 16 << 20 };
    _Static_assert(UINT64_C(3) * TILE_W * TILE_H * 32 == UINT64_C(0x100000000) + LITTLE,
                   "four samples of 64 bits");
    (void)state;
    if (SIZE_MAX > UINT32_MAX)
        skip();
    struct memory m = {0};
    TIFF *tif = TIFFClientOpen("", "w", &m, memory_read, memory_write, memory_seek, memory_close, memory_size,
                               NULL, NULL);
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, 2 * TILE_W + 1);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, TILE_H);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 64);
    TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, 4);
    TIFFSetField(tif, TIFFTAG_EXTRASAMPLES, 1, &(uint16_t){EXTRASAMPLE_UNASSALPHA});
    TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tif, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(tif, TIFFTAG_TILEWIDTH, TILE_W);
    TIFFSetField(tif, TIFFTAG_TILELENGTH, TILE_H);
    uint8_t *stored = calloc(1, STORED);
    assert_true(TIFFWriteEncodedTile(tif, 0, stored, STORED) > 0);
    free(stored);
    TIFFClose(tif);
    struct host host = {0}; /* which grants anything */
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(m.b.data, m.b.len, 100, 100, &host, &image, &err), FZ_E_LIMIT);
    host_fini(&host);
    free(m.b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_pixels),
        cmocka_unit_test(test_takes_no_memory_for_the_file),
        cmocka_unit_test(test_one_packed_strip_is_held),
        cmocka_unit_test(test_files_that_change_meanwhile),
        cmocka_unit_test(test_cancelled_at_every_read),
        cmocka_unit_test(test_many_directories),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_what_no_pointer_reaches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
