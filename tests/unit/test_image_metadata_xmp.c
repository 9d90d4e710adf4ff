/* XMP: what it tells, ratings in what others wrote, and what would hurt its parser. */
#include "test_image_metadata_support.h"

#include "image/metadata/carry.h"
#include "image/metadata/metadata.h"
#include "image/metadata/parts.h"

#include <math.h>
#include <sys/resource.h>

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

/* `format`, which takes two numbers, again and again, with 0, 1, 2... for both; put together at once. */
static void put_numbered(struct bytes *b, const char *format, int times)
{
    char *all = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&all, &len);
    assert_non_null(file);
    for (int i = 0; i < times; i++)
        fprintf(file, format, i, i);
    fclose(file);
    bytes_put(b, all, len);
    free(all);
}

/* As of a mask that was painted, with `strokes` list items; or with as many properties. */
static struct bytes painted(int strokes, bool as_items)
{
    struct bytes b = {0};
    bytes_put(&b, bare_xmp, strlen(bare_xmp) - strlen(XMP_TAIL));
    if (as_items)
        bytes_put(&b, "<own:mask><rdf:Seq>", 19);
    put_numbered(&b, as_items ? "<rdf:li>d 0.%06d 0.5</rdf:li>" : "<own:s%d>1</own:s%d>", strokes);
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
    bytes_put_times(&b, begin, (size_t)depth);
    bytes_put_times(&b, end, (size_t)depth);
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
    assert_non_null(long_uri);
    memset(long_uri, 'u', uri);
    b.len -= strlen(XMP_TAIL);
    bytes_put(&b, "<own:a xmlns:u='", 16);
    bytes_put(&b, long_uri, uri);
    bytes_put(&b, in_one_tag ? "'" : "'>", in_one_tag ? 1 : 2);
    if (in_one_tag)
        put_numbered(&b, " u:b%d=''", count);
    else
        bytes_put_times(&b, "<own:b u:b=''/>", (size_t)count);
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
    fz_xmp_settle(&carried, &(struct fz_smaller_copy){.width = 320, .height = 200});
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

static struct fz_metadata at_position(const char *latitude, const char *longitude)
{
    struct fz_metadata metadata;
    char packet[2048];
    snprintf(packet, sizeof packet, XMP_HEAD "exif:GPSLatitude='%s' exif:GPSLongitude='%s'>" XMP_TAIL,
             latitude, longitude);
    assert_true(fz_xmp_read(packet, strlen(packet), &metadata));
    return metadata;
}

static void test_position_that_only_xmp_tells(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"", ""},           {"52,30.5N", ""},       {"52,30.5", "13,24E"},
                                         {"91,0N", "1,0E"},  {"52,30.5E", "13,24N"}, {"52,-30N", "13,24E"},
                                         {"nan,0N", "1,0E"}, {"1,2,3,4,5N", "1,0E"}, {"0,0N", "0,0E"},
                                         {"1,N", "1,0E"},    {"1e999N", "1,0E"},     {"52,30NW", "1,0E"}};
    struct fz_metadata metadata = at_position("52,30.5N", "13,24,36E");
    assert_true(metadata.has_position);
    assert_true(fabs(metadata.latitude - (52 + 30.5 / 60)) < 1e-9);
    assert_true(fabs(metadata.longitude - 13.41) < 1e-9);
    metadata = at_position("33,30S", "70,15.6W");
    assert_true(fabs(metadata.latitude + 33.5) < 1e-9 && fabs(metadata.longitude + 70.26) < 1e-9);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(at_position(bad[i][0], bad[i][1]).has_position);
    struct fz_metadata measured = {.has_position = true, .latitude = 1, .longitude = 2}, none = {0};
    fz_metadata_add(&measured, &metadata);
    assert_true(measured.latitude == 1 && measured.longitude == 2);
    fz_metadata_add(&none, &metadata);
    assert_true(none.has_position && none.latitude == metadata.latitude &&
                none.longitude == metadata.longitude);
}

static void assert_position(double latitude, double longitude, const char *xmp_latitude,
                            const char *xmp_longitude, bool stays)
{
    struct fz_metadata out = {.has_position = true, .latitude = latitude, .longitude = longitude};
    struct fz_metadata sidecar = at_position(xmp_latitude, xmp_longitude);
    fz_metadata_correct(&out, &sidecar);
    assert_true(out.has_position);
    assert_true((out.latitude == latitude && out.longitude == longitude) == stays);
    if (!stays)
        assert_true(out.latitude == sidecar.latitude && out.longitude == sidecar.longitude);
}

/* What is only rounded in another way is the same. */
static void test_position_that_a_sidecar_puts_right(void **state)
{
    (void)state;
    assert_position(52.51667, 13.40833, "52,31N", "13,24.5E", true);
    assert_position(52.51667, 13.40833, "52,31N", "13,25E", false);
    assert_position(52.51667, 13.40833, "52,32N", "13,24.5E", false);
    assert_position(-17, 179.9999, "17,0S", "179,59.99W", true);
    assert_position(-17, 179.9999, "17,0N", "179,59.99W", false);
    assert_position(1, 2, "", "", true);
    assert_position(1, 2, "0,0N", "0,0E", true);
    struct fz_metadata none = {0}, sidecar = at_position("52,31N", "13,24.5E");
    fz_metadata_correct(&none, &sidecar);
    assert_true(none.has_position && none.longitude == sidecar.longitude);
}

#define MEASURED_HEAD                                                                              \
    XMP_HEAD "xmlns:tiff='http://ns.adobe.com/tiff/1.0/' xmlns:exifEX='http://cipa.jp/exif/1.0/' " \
             "xmlns:aux='http://ns.adobe.com/exif/1.0/aux/' "

static struct fz_metadata read_text(const char *packet)
{
    struct fz_metadata metadata;
    assert_true(fz_xmp_read(packet, strlen(packet), &metadata));
    return metadata;
}

static void assert_measured(const struct fz_metadata *metadata, const char *lens, uint32_t iso)
{
    assert_string_equal(metadata->camera, "Canon EOS R5");
    assert_string_equal(metadata->lens, lens);
    assert_true(fabs(metadata->exposure_s - 1 / 250.0) < 1e-9);
    assert_true(fabs(metadata->f_number - 5.6) < 1e-9);
    assert_true(fabs(metadata->focal_mm - 50) < 1e-9);
    assert_int_equal(metadata->iso, iso);
}

static void test_what_the_camera_measured(void **state)
{
    (void)state;
    struct fz_metadata metadata =
        read_text(MEASURED_HEAD "tiff:Make='Canon' tiff:Model='Canon EOS R5' exif:ExposureTime='1/250' "
                                "exif:FNumber='56/10' exif:FocalLength='50' aux:Lens='EF50mm'>"
                                "<exif:ISOSpeedRatings><rdf:Seq><rdf:li>800</rdf:li><rdf:li>1600</rdf:li>"
                                "</rdf:Seq></exif:ISOSpeedRatings>" XMP_TAIL);
    assert_measured(&metadata, "EF50mm", 800);
    struct fz_metadata silent = {0}, told = read_bytes(sample_jpeg(WITH_EXIF, true));
    fz_metadata_add(&silent, &metadata);
    assert_measured(&silent, "EF50mm", 800);
    fz_metadata_add(&told, &metadata);
    assert_string_equal(told.camera, "NIKON D750");
    assert_true(fabs(told.f_number - 2.8) < 1e-9 && told.iso == 400);
    assert_string_equal(told.lens, "EF50mm"); /* of which EXIF says nothing */
    metadata = read_text(MEASURED_HEAD ">"
                                       "<tiff:Make>Canon</tiff:Make><tiff:Model>EOS R5</tiff:Model>"
                                       "<exif:ExposureTime>0.004</exif:ExposureTime><exif:FNumber>5.6"
                                       "</exif:FNumber><exif:FocalLength>500/10</exif:FocalLength>"
                                       "<exifEX:LensModel>RF50mm</exifEX:LensModel><aux:Lens>50</aux:Lens>"
                                       "<exifEX:PhotographicSensitivity>102400"
                                       "</exifEX:PhotographicSensitivity>" XMP_TAIL);
    assert_measured(&metadata, "RF50mm", 102400);
}

static void test_numbers_that_make_no_sense(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "/",      "1/",      "/1",         "1/0", "0/0",
                                      "-1/250", "1/-250", "nan",     "1/nan",      "inf", "1 s",
                                      "1/2/3",  "1e999",  "1/1e999", "5000000000", "x",   "1e9/1e-9"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char packet[2048];
        snprintf(packet, sizeof packet,
                 MEASURED_HEAD "exif:ExposureTime='%s' exif:ISOSpeedRatings='%s'>" XMP_TAIL, bad[i], bad[i]);
        struct fz_metadata metadata = read_text(packet);
        if (metadata.exposure_s != 0 || metadata.iso != 0)
            fail_msg("'%s' is %g and %u", bad[i], metadata.exposure_s, metadata.iso);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rating_keeps_what_others_wrote),
        cmocka_unit_test(test_rating_of_what_was_painted_on),
        cmocka_unit_test(test_what_would_hurt_the_parser_is_left_aside),
        cmocka_unit_test(test_a_long_text_is_cut_at_a_character),
        cmocka_unit_test(test_spaces_with_long_names_take_neither_memory_nor_time),
        cmocka_unit_test(test_xmp_as_large_as_it_may_be_is_read),
        cmocka_unit_test(test_position_that_only_xmp_tells),
        cmocka_unit_test(test_position_that_a_sidecar_puts_right),
        cmocka_unit_test(test_what_the_camera_measured),
        cmocka_unit_test(test_numbers_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
