/* Metadata: found in every place that a format has for it, merged in order, and harmless when damaged. */
#include "frieze_config.h"
#include "test_image_metadata_support.h"

#include "base/str.h"
#include "image/metadata/metadata.h"
#include "image/metadata/parts.h"

#include <math.h>
#include <sys/stat.h>

static const int64_t taken_clock = 1612325106; /* 2021-02-03 04:05:06 */

static void assert_has_exif(const struct fz_metadata *metadata)
{
    assert_true(metadata->date.known && !metadata->date.is_local);
    assert_int_equal(metadata->date.clock_s, taken_clock);
    assert_int_equal(metadata->date.offset_minutes, -210);
    assert_string_equal(metadata->camera, "NIKON D750");
    assert_true(fabs(metadata->exposure_s - 1 / 125.0) < 1e-9);
    assert_true(fabs(metadata->f_number - 2.8) < 1e-9);
    assert_int_equal(metadata->iso, 400);
    assert_true(metadata->has_position);
    assert_true(fabs(metadata->latitude + 33.5) < 1e-9);
    assert_true(fabs(metadata->longitude - 70.26) < 1e-9);
}

static void assert_has_xmp(const struct fz_metadata *metadata)
{
    assert_string_equal(metadata->title, "By XMP");
    assert_string_equal(metadata->place, "Kyōto, Japan");
    assert_true(metadata->has_rating);
    assert_int_equal(metadata->rating, 4);
}

static void test_exif_in_both_orders_of_bytes(void **state)
{
    (void)state;
    for (int little = 0; little < 2; little++) {
        struct fz_metadata metadata = read_bytes(sample_jpeg(WITH_EXIF, little));
        assert_has_exif(&metadata);
        assert_string_equal(metadata.description, "By EXIFä!");
        assert_int_equal(metadata.rating, 2);
        assert_string_equal(metadata.title, "");
    }
}

static void test_every_format(void **state)
{
    (void)state;
    const struct bytes files[] = {
        sample_jpeg(WITH_ALL, true), sample_png(WITH_ALL),      sample_webp(),
        sample_exif(true),           sample_heif(false, false), sample_heif(true, false),
        sample_heif(false, true),    sample_heif(true, true),   sample_jxl(false)};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct fz_metadata metadata = read_bytes(files[i]);
        assert_has_exif(&metadata);
        if (i != 3)
            assert_has_xmp(&metadata);
    }
}

static void test_xmp_of_gif(void **state)
{
    (void)state;
    struct fz_metadata metadata = read_bytes(sample_gif());
    assert_has_xmp(&metadata);
}

static void test_big_tiff(void **state)
{
    (void)state;
    for (int little = 0; little < 2; little++) {
        struct fz_metadata metadata = read_bytes(sample_big_tiff(little));
        assert_has_exif(&metadata);
        assert_has_xmp(&metadata);
    }
}

static void test_jxl_with_packed_boxes(void **state)
{
    (void)state;
    struct fz_metadata metadata = read_bytes(sample_jxl(true));
    if (!FRIEZE_WITH_BROTLI)
        skip();
    assert_has_exif(&metadata);
    assert_has_xmp(&metadata);
}

/* As pictures of news agencies have it. */
static void test_xmp_under_another_name(void **state)
{
    (void)state;
    struct bytes file = sample_jpeg(WITH_XMP, false);
    uint8_t *name = memmem(file.data, file.len, "http://ns.adobe.com/xap/1.0/", 29);
    assert_non_null(name);
    memcpy(name, "XMP", 4);
    struct fz_metadata metadata = read_bytes(file);
    assert_has_xmp(&metadata);
}

/* In pieces, the last of which comes first; what other programs left of a packet that is no more is not read. */
static void test_xmp_that_needs_several_segments(void **state)
{
    (void)state;
    struct fz_metadata metadata = read_bytes(sample_long_jpeg(4));
    assert_string_equal(metadata.title, "By XMP");
    assert_string_equal(metadata.description, "in the rest");
    assert_int_equal(metadata.rating, 4);
    metadata = read_bytes(sample_long_jpeg(3)); /* without its beginning */
    assert_string_equal(metadata.title, "By XMP");
    assert_string_equal(metadata.description, "");
}

static void test_order_of_precedence(void **state)
{
    (void)state;
    struct fz_metadata metadata = read_bytes(sample_jpeg(WITH_XMP, false));
    assert_int_equal(metadata.date.clock_s, 1609459198);
    assert_int_equal(fz_metadata_time_s(&metadata.date), 1609459198);
    metadata = read_bytes(sample_jpeg(WITH_EXIF | WITH_IPTC, false));
    assert_int_equal(metadata.date.clock_s, taken_clock);
    if (FRIEZE_WITH_IPTC) {
        assert_string_equal(metadata.title, "By IPTC");
        assert_string_equal(metadata.description, "A caption");
        assert_string_equal(metadata.place, "Bern");
    }
    metadata = read_bytes(sample_png(WITH_EXIF | WITH_IPTC));
    assert_string_equal(metadata.title, "By tEXt");
    assert_string_equal(metadata.description, "Grün");
}

/* A resource of `before` bytes that is none of ours, and then the IPTC, in segments with `most` bytes of them each. */
static struct bytes jpeg_of_resources(size_t before, size_t most)
{
    static const char name[] = "Photoshop 3.0";
    struct bytes all = {0}, b = {0}, iptc = sample_iptc(true);
    bytes_put(&all, "8BIM\3\355\0\0", 8);
    bytes_put_be(&all, (uint32_t)before, 4);
    bytes_put_times(&all, "x", before + before % 2);
    bytes_put(&all, iptc.data + sizeof name, iptc.len - sizeof name);
    bytes_put(&b, "\xff\xd8", 2);
    for (size_t at = 0; at < all.len; at += most)
        put_segment(&b, 0xffed, name, sizeof name, all.data + at, most < all.len - at ? most : all.len - at);
    bytes_put(&b, "\xff\xda\0\2", 4);
    free(all.data);
    free(iptc.data);
    return b;
}

static void test_iptc_in_several_segments(void **state)
{
    (void)state;
    if (!FRIEZE_WITH_IPTC)
        skip();
    static const struct {
        size_t before, most;
        bool found;
    } cases[] = {
        {16, 65000, true},    {16, 28, true},        {16, 40, true}, /* within a resource, and at its end */
        {70000, 65000, true}, {250000, 65000, true}, {300000, 65000, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fz_metadata metadata = read_bytes(jpeg_of_resources(cases[i].before, cases[i].most));
        if ((strcmp(metadata.title, "By IPTC") == 0) != cases[i].found)
            fail_msg("case %zu: \"%s\"", i, metadata.title);
    }
}

static void test_texts_are_clean(void **state)
{
    (void)state;
    char out[8];
    fz_metadata_text(out, sizeof out, " \t a\n\x1b b \xc3\xa4 ", 12);
    assert_string_equal(out, "a b ä");
    fz_metadata_text(out, sizeof out, "\xe4\xf6", 2);
    assert_string_equal(out, "äö");
    fz_metadata_text(out, sizeof out, "123456\xc3\xa4", 8);
    assert_string_equal(out, "123456");
    fz_metadata_text(out, sizeof out, "\xc3\xa4\xe2\x82", 4); /* cut by bytes */
    assert_string_equal(out, "ä");
    fz_metadata_text(out, sizeof out, "ab\xe2\x82", 4);
    assert_string_equal(out, "ab");
    fz_metadata_text(out, sizeof out, "ab\xf0\x9f\x98", 5);
    assert_string_equal(out, "ab");
    fz_metadata_text(out, sizeof out, "caf\xe9", 4);
    assert_string_equal(out, "café");
}

/* What is no UTF-8 is Windows-1252: quotes, dashes and the euro sign are where Latin-1 has control characters. */
static void test_texts_of_windows(void **state)
{
    (void)state;
    char out[64];
    static const char quoted[] = "\x93"
                                 "5 \x80\x94 \x96 it\x92s\x85 caf\xe9\x99",
                      undefined[] = "\x81"
                                    "a\x8d\x8f"
                                    "b\x90\x9d\xa0";
    fz_metadata_text(out, sizeof out, quoted, sizeof quoted - 1);
    assert_string_equal(out, "“5 €” – it’s… café™");
    fz_metadata_text(out, sizeof out, undefined, sizeof undefined - 1);
    assert_string_equal(out, "a b");
    fz_metadata_text(out, sizeof out, "\xc2\x93\xc3\xa4", 4); /* UTF-8, which means what it says */
    assert_string_equal(out, "ä");
    for (int byte = 0x80; byte < 0xa0; byte++) {
        const char text[] = {'a', (char)byte, 'a'};
        const bool is_undefined =
            byte == 0x81 || byte == 0x8d || byte == 0x8f || byte == 0x90 || byte == 0x9d;
        fz_metadata_text(out, sizeof out, text, sizeof text);
        assert_int_equal(strcmp(out, "a a") == 0, is_undefined);
    }
}

/* ---- Damage ------------------------------------------------------------------------------------------------------ */

static void assert_is_sound(const struct fz_metadata *metadata)
{
    const char *const texts[] = {metadata->title, metadata->description, metadata->place, metadata->camera,
                                 metadata->lens};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t len = strlen(texts[i]), n;
        uint32_t code;
        for (size_t at = 0; at < len; at += n) {
            n = fz_utf8_decode(texts[i] + at, len - at, &code);
            assert_true(n > 0 && code >= ' ');
        }
    }
    assert_true(metadata->rating >= FZ_RATING_REJECTED && metadata->rating <= FZ_RATING_MOST);
    assert_true(fabs(metadata->latitude) <= 90 && fabs(metadata->longitude) <= 180);
}

/* Cut, and with some bytes changed, each where the seed says. */
static void test_damage_is_harmless(void **state)
{
    (void)state;
    enum { ROUNDS = 300, CHANGES = 6 };
    const struct bytes files[] = {sample_jpeg(WITH_ALL, true),
                                  sample_jpeg(WITH_EXIF, false),
                                  sample_jpeg(WITH_IPTC, false),
                                  sample_png(WITH_ALL),
                                  sample_webp(),
                                  sample_gif(),
                                  sample_exif(true),
                                  sample_heif(false, false),
                                  sample_heif(true, false),
                                  sample_heif(false, true),
                                  sample_big_tiff(true),
                                  sample_jxl(false),
                                  sample_jxl(true),
                                  sample_long_jpeg(4),
                                  jpeg_of_resources(16, 28)};
    uint32_t seed = 4;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        for (int round = 0; round < ROUNDS; round++) {
            struct bytes damaged = {0};
            size_t len = round % 3 == 0 ? next_random(&seed) % files[i].len : files[i].len;
            bytes_put(&damaged, files[i].data, len);
            for (int k = 0; k < CHANGES && len > 0 && round % 3 != 0; k++)
                damaged.data[next_random(&seed) % (k % 2       ? len
                                                   : len < 200 ? len
                                                               : 200)] = (uint8_t)next_random(&seed);
            struct fz_metadata metadata = read_bytes(damaged);
            assert_is_sound(&metadata);
        }
        free(files[i].data);
    }
}

/* After its picture was loaded the file is overwritten; what it tells then was not read out of it again. */
static bool is_told_without_reading(size_t keep_bytes, uint64_t max_whole_bytes, bool changed)
{
    struct bytes head = sample_jpeg(WITH_EXIF, true),
                 photo = photo_jpeg(2400, 1800, (struct jpeg_options){0});
    struct bytes file = {0}, nothing = {.data = calloc(1, head.len), .len = head.len};
    const size_t last = 4; /* its SOS */
    bytes_put(&file, head.data, head.len - last);
    bytes_put(&file, photo.data + 2, photo.len - 2);
    assert_in_range(file.len, 1 << 20, 8 << 20);
    int fd = open_bytes(file.data, file.len);
    struct stat before;
    assert_int_equal(fstat(fd, &before), 0);
    struct fz_image_scratch *scratch = fz_image_scratch_new(keep_bytes);
    struct host host = {0};
    struct fz_image_request request = make_request(fd, 160, 120, &host);
    request.limits.max_whole_bytes = max_whole_bytes;
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    assert_int_equal(pwrite(fd, nothing.data, nothing.len, 0), nothing.len);
    struct timespec times[2] = {before.st_atim, before.st_mtim};
    times[1].tv_nsec ^= changed;
    assert_int_equal(futimens(fd, times), 0);
    struct fz_metadata metadata;
    fz_metadata_read(fd, scratch, &metadata);
    fz_image_scratch_free(scratch);
    host_fini(&host);
    close(fd);
    free(head.data);
    free(photo.data);
    free(file.data);
    free(nothing.data);
    return strcmp(metadata.camera, "NIKON D750") == 0;
}

static void test_what_was_decoded_is_not_read_again(void **state)
{
    (void)state;
    enum { PLENTY = 16 << 20, FOR_A_HEAD = 1 << 20 };
    assert_true(is_told_without_reading(PLENTY, UINT64_MAX, false));
    assert_true(is_told_without_reading(PLENTY, 1 << 10, false));
    assert_true(is_told_without_reading(FOR_A_HEAD, UINT64_MAX, false));
    assert_false(is_told_without_reading(PLENTY, UINT64_MAX, true));
    assert_false(is_told_without_reading(0, UINT64_MAX, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exif_in_both_orders_of_bytes),
        cmocka_unit_test(test_every_format),
        cmocka_unit_test(test_xmp_of_gif),
        cmocka_unit_test(test_big_tiff),
        cmocka_unit_test(test_jxl_with_packed_boxes),
        cmocka_unit_test(test_xmp_under_another_name),
        cmocka_unit_test(test_xmp_that_needs_several_segments),
        cmocka_unit_test(test_order_of_precedence),
        cmocka_unit_test(test_iptc_in_several_segments),
        cmocka_unit_test(test_texts_are_clean),
        cmocka_unit_test(test_texts_of_windows),
        cmocka_unit_test(test_damage_is_harmless),
        cmocka_unit_test(test_what_was_decoded_is_not_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
