/* Metadata: found in every place that a format has for it, merged in order, and harmless when damaged. */
#include "frieze_config.h"
#include "test_image_metadata_support.h"

#include "base/str.h"
#include "image/metadata/carry.h"
#include "image/metadata/metadata.h"
#include "image/metadata/parts.h"

#include <math.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const int64_t taken_clock = 1612325106; /* 2021-02-03 04:05:06 */

static struct fz_metadata read_bytes(struct bytes file)
{
    struct fz_metadata metadata;
    int fd = open_bytes(file.data, file.len);
    fz_metadata_read(fd, NULL, &metadata);
    close(fd);
    free(file.data);
    return metadata;
}

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
        sample_jpeg(WITH_ALL, true), sample_png(WITH_ALL), sample_webp(),    sample_exif(true),
        sample_heif(false),          sample_heif(true),    sample_jxl(false)};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct fz_metadata metadata = read_bytes(files[i]);
        assert_has_exif(&metadata);
        if (i != 3)
            assert_has_xmp(&metadata);
    }
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
    fz_metadata_text(out, sizeof out, "caf\xe9", 4);
    assert_string_equal(out, "café");
}

/* ---- XMP --------------------------------------------------------------------------------------------------------- */

static void test_rating_keeps_what_others_wrote(void **state)
{
    (void)state;
    struct fz_metadata metadata;
    struct fz_error err;
    char *packet = NULL, *again = NULL;
    size_t len;
    assert_int_equal(fz_metadata_set_rating(sample_xmp, strlen(sample_xmp), -1, &packet, &len, &err), FZ_OK);
    assert_non_null(memmem(packet, len, "kept", 4));
    assert_non_null(memmem(packet, len, "http://example.org/own/", 23));
    fz_metadata_read_xmp(packet, len, &metadata);
    assert_int_equal(metadata.rating, FZ_RATING_REJECTED);
    assert_string_equal(metadata.title, "By XMP");
    assert_int_equal(fz_metadata_set_rating(packet, len, 5, &again, &len, &err), FZ_OK);
    fz_metadata_read_xmp(again, len, &metadata);
    assert_int_equal(metadata.rating, 5);
    free(packet);
    free(again);
    assert_int_equal(fz_metadata_set_rating(NULL, 0, 3, &packet, &len, &err), FZ_OK);
    fz_metadata_read_xmp(packet, len, &metadata);
    assert_true(metadata.has_rating);
    assert_int_equal(metadata.rating, 3);
    free(packet);
    assert_int_equal(fz_metadata_set_rating("no XMP", 6, 3, &packet, &len, &err), FZ_E_DAMAGED);
}

/* As of a mask that was painted, with `strokes` list items; or with as many properties. */
static struct bytes painted(int strokes, bool as_items)
{
    struct bytes b = {0};
    char item[64];
    bytes_put(&b, bare_xmp, strlen(bare_xmp) - strlen(XMP_TAIL));
    if (as_items)
        bytes_put(&b, "<own:mask><rdf:Seq>", 19);
    for (int i = 0; i < strokes; i++) {
        snprintf(item, sizeof item, as_items ? "<rdf:li>d 0.%06d 0.5</rdf:li>" : "<own:s%d>1</own:s%d>", i,
                 i);
        bytes_put(&b, item, strlen(item));
    }
    if (as_items)
        bytes_put(&b, "</rdf:Seq></own:mask>", 21);
    bytes_put(&b, XMP_TAIL, strlen(XMP_TAIL));
    return b;
}

static void test_rating_of_what_was_painted_on(void **state)
{
    (void)state;
    struct fz_metadata metadata;
    struct fz_error err;
    char *packet = NULL;
    size_t len;
    for (int as_items = 0; as_items < 2; as_items++) {
        struct bytes b = painted(40000, as_items);
        assert_true(fz_xmp_read(b.data, b.len, &metadata));
        assert_int_equal(fz_metadata_set_rating(b.data, b.len, 4, &packet, &len, &err), FZ_OK);
        assert_non_null(
            memmem(packet, len, as_items ? "d 0.039999 0.5" : "<own:s39999>1", as_items ? 14 : 13));
        fz_metadata_read_xmp(packet, len, &metadata);
        assert_int_equal(metadata.rating, 4);
        free(packet);
        free(b.data);
    }
}

static struct bytes nested(int depth, const char *begin, const char *end)
{
    struct bytes b = {0};
    bytes_put(&b, bare_xmp, strlen(bare_xmp) - strlen(XMP_TAIL));
    for (int i = 0; i < depth; i++)
        bytes_put(&b, begin, strlen(begin));
    for (int i = 0; i < depth; i++)
        bytes_put(&b, end, strlen(end));
    bytes_put(&b, XMP_TAIL, strlen(XMP_TAIL));
    return b;
}

static void test_what_would_hurt_the_parser_is_left_aside(void **state)
{
    (void)state;
    static const struct {
        int depth;
        const char *begin, *end;
        bool sound;
    } cases[] = {
        {20, "<own:a rdf:parseType='Resource'>", "</own:a>", true},
        {2000, "<own:a rdf:parseType='Resource'>", "</own:a>", false},
        {200, "<own:a x='/>'>", "</own:a>", false},
        {200, "<own:a><!-- </own:a> -->", "</own:a>", false},
        {200, "<own:a><![CDATA[</own:a>]]>", "</own:a>", false},
        {200, "<own:a><?x </own:a> ?>", "</own:a>", false},
        {200, "<own:a/>", "", true},
        {17000, "<own:a/>", "", true},
        {200000, "<own:a/>", "", false},
        {1, "<!DOCTYPE a [<!ENTITY b 'c'>]>", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fz_metadata metadata;
        struct bytes b = nested(cases[i].depth, cases[i].begin, cases[i].end);
        assert_int_equal(fz_xmp_read(b.data, b.len, &metadata), cases[i].sound);
        free(b.data);
    }
}

static void test_a_long_text_is_cut_at_a_character(void **state)
{
    (void)state;
    struct fz_metadata metadata;
    char begin[700] = "<dc:title>x";
    const char *text = strchr(begin, 'x');
    for (int i = 0; i < 300; i++)
        strcat(begin, "ä");
    struct bytes b = nested(1, begin, "</dc:title>");
    assert_true(fz_xmp_read(b.data, b.len, &metadata));
    assert_int_equal(strlen(metadata.title), FZ_METADATA_TEXT - 1);
    assert_memory_equal(metadata.title, text, FZ_METADATA_TEXT - 1);
    free(b.data);
}

/* Within a Description: `count` times in one tag, or each in a tag of its own. */
static struct bytes spaced(size_t uri, int count, bool in_one_tag)
{
    struct bytes b = nested(0, "", "");
    char *long_uri = malloc(uri);
    char attribute[32];
    assert_non_null(long_uri);
    memset(long_uri, 'u', uri);
    b.len -= strlen(XMP_TAIL);
    bytes_put(&b, "<own:a xmlns:u='", 16);
    bytes_put(&b, long_uri, uri);
    bytes_put(&b, in_one_tag ? "'" : "'>", in_one_tag ? 1 : 2);
    for (int i = 0; i < count; i++) {
        int len = in_one_tag ? snprintf(attribute, sizeof attribute, " u:b%d=''", i)
                             : snprintf(attribute, sizeof attribute, "<own:b u:b=''/>");
        bytes_put(&b, attribute, (size_t)len);
    }
    const char *end = in_one_tag ? "/>" XMP_TAIL : "</own:a>" XMP_TAIL;
    bytes_put(&b, end, strlen(end));
    free(long_uri);
    return b;
}

/* What is shown of it, what stands in a copy, and what a packet in several segments becomes. */
static bool is_read_by_all(struct bytes b)
{
    struct fz_metadata metadata;
    struct bytes plain = nested(0, "", "");
    struct fz_block carried = {malloc(b.len), b.len}, joined = {0};
    assert_non_null(carried.data);
    memcpy(carried.data, b.data, b.len);
    fz_xmp_join(&(struct fz_block){plain.data, plain.len}, &(struct fz_block){b.data, b.len}, &joined);
    fz_xmp_settle(&carried, &(struct fz_rendition){.width = 320, .height = 200});
    bool read = fz_xmp_read(b.data, b.len, &metadata);
    assert_int_equal(read, carried.data != NULL);
    assert_int_equal(read, joined.data != NULL);
    free(plain.data);
    free(carried.data);
    free(joined.data);
    return read;
}

/* Such a packet took gigabytes, or half a minute. */
static void test_spaces_with_long_names_take_neither_memory_nor_time(void **state)
{
    (void)state;
    static const struct {
        size_t uri;
        int count;
        bool in_one_tag, sound;
    } cases[] = {{80, 500, true, true},
                 {80, 500, false, true},
                 {500000, 500, true, false},
                 {500000, 8000, false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = spaced(cases[i].uri, cases[i].count, cases[i].in_one_tag);
        struct rusage before, after;
        getrusage(RUSAGE_SELF, &before);
        assert_int_equal(is_read_by_all(b), cases[i].sound);
        getrusage(RUSAGE_SELF, &after);
        assert_true(after.ru_maxrss - before.ru_maxrss < 64 << 10);
        assert_true(after.ru_utime.tv_sec - before.ru_utime.tv_sec < 3);
        free(b.data);
    }
}

/* A picture in a value, as depth maps are. */
static void test_xmp_as_large_as_it_may_be_is_read(void **state)
{
    (void)state;
    struct fz_metadata metadata;
    struct bytes b = nested(0, "", "");
    size_t len = FZ_XMP_MOST - b.len - 20;
    char *value = malloc(len);
    assert_non_null(value);
    memset(value, 'A', len);
    b.len -= strlen(XMP_TAIL);
    bytes_put(&b, "<own:a own:b='", 14);
    bytes_put(&b, value, len);
    bytes_put(&b, "'/>" XMP_TAIL, 3 + strlen(XMP_TAIL));
    assert_true(fz_xmp_read(b.data, b.len, &metadata));
    free(value);
    free(b.data);
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
                                  sample_exif(true),
                                  sample_heif(false),
                                  sample_heif(true),
                                  sample_big_tiff(true),
                                  sample_jxl(false),
                                  sample_jxl(true),
                                  sample_long_jpeg(4)};
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
        cmocka_unit_test(test_big_tiff),
        cmocka_unit_test(test_jxl_with_packed_boxes),
        cmocka_unit_test(test_xmp_that_needs_several_segments),
        cmocka_unit_test(test_order_of_precedence),
        cmocka_unit_test(test_texts_are_clean),
        cmocka_unit_test(test_rating_keeps_what_others_wrote),
        cmocka_unit_test(test_rating_of_what_was_painted_on),
        cmocka_unit_test(test_what_would_hurt_the_parser_is_left_aside),
        cmocka_unit_test(test_a_long_text_is_cut_at_a_character),
        cmocka_unit_test(test_spaces_with_long_names_take_neither_memory_nor_time),
        cmocka_unit_test(test_xmp_as_large_as_it_may_be_is_read),
        cmocka_unit_test(test_damage_is_harmless),
        cmocka_unit_test(test_what_was_decoded_is_not_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
