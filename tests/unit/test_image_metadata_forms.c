/* What is told in other forms than cameras write most: other types of number, other tags, other directories. */
#include "test_image_metadata_support.h"

#include "base/mem.h"
#include "frieze_config.h"
#include "image/metadata/metadata.h"
#include "image/metadata/parts.h"

#include <math.h>

enum { BYTE = 1, ASCII = 2, SHORT = 3, LONG = 4, RATIONAL = 5, SSHORT = 8, SRATIONAL = 10 };
enum directory { CAMERA, EXPOSURE, POSITION, DIRECTORIES };

struct told {
    enum directory in;
    uint32_t tag, type, count;
    const char *text;   /* ASCII, BYTE, or what stands for the block of a tag; NULL: the numbers */
    int32_t numbers[6]; /* of a rational both */
};

enum { MOST = 6, HEAD = 8, ENTRY = 12 };

static uint32_t bytes_of(const struct told *told)
{
    static const uint32_t sizes[] = {0, 1, 1, 2, 4, 8, 0, 0, 2, 0, 8};
    return sizes[told->type] * told->count;
}

static void put_value(struct bytes *b, const struct told *told)
{
    const uint32_t each = told->type == RATIONAL || told->type == SRATIONAL ? 2 : 1;
    const uint32_t numbers = told->count * each;
    if (told->text)
        bytes_put(b, told->text, bytes_of(told));
    for (uint32_t i = 0; !told->text && i < numbers; i++)
        bytes_put_le(b, (uint32_t)told->numbers[i], (int)(bytes_of(told) / numbers));
}

/* One directory behind the other, then the values that stand in none. */
static struct bytes structure(const struct told *all)
{
    struct bytes b = {0}, values = {0};
    uint32_t counts[DIRECTORIES] = {2, 0, 0}, starts[DIRECTORIES], at = HEAD;
    for (size_t i = 0; i < MOST && all[i].tag; i++)
        counts[all[i].in]++;
    for (int d = 0; d < DIRECTORIES; d++) {
        starts[d] = at;
        at += 2 + counts[d] * ENTRY + 4;
    }
    bytes_put(&b, "II*\0\10\0\0\0", HEAD);
    for (int d = 0; d < DIRECTORIES; d++) {
        bytes_put_le(&b, counts[d], 2);
        for (size_t i = 0; i < MOST && all[i].tag; i++) {
            if ((int)all[i].in != d)
                continue;
            bytes_put_le(&b, all[i].tag, 2);
            bytes_put_le(&b, all[i].type, 2);
            bytes_put_le(&b, all[i].count, 4);
            if (bytes_of(&all[i]) > 4)
                bytes_put_le(&b, at + (uint32_t)values.len, 4);
            put_value(bytes_of(&all[i]) > 4 ? &values : &b, &all[i]);
            for (uint32_t n = bytes_of(&all[i]); n < 4; n++)
                bytes_put_le(&b, 0, 1);
        }
        for (int next = EXPOSURE; d == CAMERA && next < DIRECTORIES; next++) {
            bytes_put_le(&b, next == EXPOSURE ? 0x8769 : 0x8825, 2);
            bytes_put_le(&b, LONG, 2);
            bytes_put_le(&b, 1, 4);
            bytes_put_le(&b, starts[next], 4);
        }
        bytes_put_le(&b, 0, 4);
    }
    bytes_put(&b, values.data, values.len);
    free(values.data);
    return b;
}

static struct fz_metadata read_told(const struct told *all)
{
    return read_bytes(structure(all));
}
#define TOLD(...) read_told((const struct told[MOST]){__VA_ARGS__})

static void assert_about(double is, double wanted)
{
    if (!(fabs(is - wanted) <= 0.001 * fabs(wanted)))
        fail_msg("%.6f, not %.6f", is, wanted);
}

static void test_exposures(void **state)
{
    (void)state;
    assert_about(TOLD({EXPOSURE, 0x829a, SRATIONAL, 1, NULL, {1, 250}}).exposure_s, 0.004);
    assert_about(TOLD({CAMERA, 0x829a, RATIONAL, 1, NULL, {1, 250}}).exposure_s, 0.004); /* TIFF/EP */
    assert_about(TOLD({EXPOSURE, 0x9201, SRATIONAL, 1, NULL, {696578, 100000}}).exposure_s, 1 / 125.0);
    assert_about(TOLD({EXPOSURE, 0x9201, SRATIONAL, 1, NULL, {-2, 1}}).exposure_s, 4);
    assert_about(
        TOLD({EXPOSURE, 0x829a, RATIONAL, 1, NULL, {1, 60}}, {EXPOSURE, 0x9201, SRATIONAL, 1, NULL, {7, 1}})
            .exposure_s,
        1 / 60.0);
    assert_true(TOLD({EXPOSURE, 0x9201, SRATIONAL, 1, NULL, {1, 0}}).exposure_s == 0);
    assert_about(TOLD({EXPOSURE, 0x9202, RATIONAL, 1, NULL, {497, 100}}).f_number, 5.6);
    assert_about(TOLD({EXPOSURE, 0x920a, SHORT, 1, NULL, {50}}).focal_mm, 50);
    assert_int_equal(TOLD({EXPOSURE, 0x8832, LONG, 1, NULL, {400}}).iso, 400);
}

static void test_positions(void **state)
{
    (void)state;
    struct fz_metadata m =
        TOLD({POSITION, 1, ASCII, 2, "N", {0}}, {POSITION, 2, RATIONAL, 1, NULL, {525, 10}},
             {POSITION, 3, ASCII, 2, "W", {0}}, {POSITION, 4, RATIONAL, 2, NULL, {13, 1, 30, 1}});
    assert_true(m.has_position);
    assert_about(m.latitude, 52.5);
    assert_about(m.longitude, -13.5);
    m = TOLD({POSITION, 2, SRATIONAL, 3, NULL, {52, 1, 3030, 100, 0, 0}},
             {POSITION, 4, RATIONAL, 3, NULL, {13, 1, 30, 1, 36, 1}});
    assert_true(m.has_position);
    assert_about(m.latitude, 52.505);
    assert_about(m.longitude, 13.51);
    static const int32_t unknown[][6] = {{0, 0, 0, 0, 0, 0}, {0, 0, 30, 1, 0, 1}, {52, 1, 0, 0, 0, 1}};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        struct told all[MOST] = {{POSITION, 2, RATIONAL, 3, NULL, {0}},
                                 {POSITION, 4, RATIONAL, 3, NULL, {13, 1, 30, 1, 0, 1}}};
        memcpy(all[0].numbers, unknown[i], sizeof unknown[i]);
        assert_false(read_told(all).has_position);
    }
}

static void test_ratings(void **state)
{
    (void)state;
    static const struct {
        uint32_t tag, type;
        int32_t number;
        int rating; /* 9: none */
    } cases[] = {{0x4746, SHORT, 4, 4},   {0x4746, BYTE, 4, 4},   {0x4746, SSHORT, -1, -1},
                 {0x4746, SSHORT, -2, 9}, {0x4746, SHORT, 6, 9},  {0x4746, ASCII, 52, 9},
                 {0x4749, SHORT, 0, 0},   {0x4749, SHORT, 1, 1},  {0x4749, SHORT, 25, 2},
                 {0x4749, SHORT, 50, 3},  {0x4749, SHORT, 75, 4}, {0x4749, SHORT, 99, 5},
                 {0x4749, SHORT, 101, 9}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fz_metadata m = TOLD({CAMERA, cases[i].tag, cases[i].type, 1, NULL, {cases[i].number}});
        if (m.has_rating != (cases[i].rating != 9) || (m.has_rating && m.rating != cases[i].rating))
            fail_msg("case %zu: %d, %d", i, m.has_rating, m.rating);
    }
    assert_int_equal(
        TOLD({CAMERA, 0x4746, SHORT, 1, NULL, {2}}, {CAMERA, 0x4749, SHORT, 1, NULL, {99}}).rating, 2);
}

static void test_dates(void **state)
{
    (void)state;
    static const char when[] = "2024:05:01 12:30:45";
    struct fz_metadata m = TOLD({CAMERA, 0x9003, ASCII, sizeof when, when, {0}});
    assert_true(m.date.known && m.date.of == FZ_METADATA_TAKEN && m.date.clock_ms == 0);
    m = TOLD({EXPOSURE, 0x9003, ASCII, sizeof when, when, {0}}, {EXPOSURE, 0x9291, ASCII, 3, "25", {0}},
             {EXPOSURE, 0x9292, ASCII, 3, "75", {0}});
    assert_int_equal(m.date.clock_ms, 250);
    m = TOLD({EXPOSURE, 0x9004, ASCII, sizeof when, when, {0}}, {EXPOSURE, 0x9292, ASCII, 2, "7", {0}});
    assert_int_equal(m.date.clock_ms, 700);
    m = TOLD({CAMERA, 0x0132, ASCII, sizeof when, when, {0}}, {EXPOSURE, 0x9290, ASCII, 5, "0071", {0}});
    assert_int_equal(m.date.clock_ms, 7);
    struct fz_metadata_date date;
    assert_true(fz_metadata_date_parse("2024-05-01T12:30:45.625+02:00", &date));
    assert_int_equal(date.clock_ms, 625);
    assert_true(fz_metadata_date_parse("2024-05-01T12:30.5", &date));
    assert_int_equal(date.clock_ms, 0);
}

static void test_descriptions(void **state)
{
    (void)state;
    static const char comment[] = "S\0e\0e\0\0";
    struct fz_metadata m = TOLD({CAMERA, 0x010e, ASCII, 32, "OLYMPUS DIGITAL CAMERA         ", {0}});
    assert_string_equal(m.description, "");
    m = TOLD({CAMERA, 0x9c9c, BYTE, 8, comment, {0}});
    assert_string_equal(m.description, "See");
    m = TOLD({CAMERA, 0x9c9c, BYTE, 8, comment, {0}}, {CAMERA, 0x010e, ASCII, 4, "Sea", {0}});
    assert_string_equal(m.description, "Sea");
}

/* A TIFF file with IPTC by itself, as numbers in another order, or among Photoshop's resources; a dataset that says nothing
 * comes before the one that does. */
static void test_iptc_in_tiff(void **state)
{
    (void)state;
    if (!FRIEZE_WITH_IPTC)
        return;
    char datasets[64] = "\x1c\2\x78\0\0\x1c\2\x78\0\3Sea\x1c\2\x3e\0\x08"
                        "20240501";
    enum { LEN = 5 + 5 + 3 + 5 + 8 + 2 };
    char turned[LEN], resources[12 + LEN] = "8BIM\4\4\0\0\0\0\0";
    resources[11] = LEN;
    memcpy(resources + 12, datasets, LEN);
    for (size_t i = 0; i < LEN; i++)
        turned[i] = datasets[i / 4 * 4 + 3 - i % 4];
    const struct fz_metadata all[] = {TOLD({CAMERA, 33723, BYTE, LEN, datasets, {0}}),
                                      TOLD({CAMERA, 33723, LONG, LEN / 4, turned, {0}}),
                                      TOLD({CAMERA, 34377, BYTE, sizeof resources, resources, {0}})};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_string_equal(all[i].description, "Sea");
        assert_true(all[i].date.known && all[i].date.of == FZ_METADATA_DIGITIZED);
    }
}

/* What says nothing does not stand before what does. */
static void test_the_first_exif_is_empty(void **state)
{
    (void)state;
    const struct told told[MOST] = {{CAMERA, 0x0110, ASCII, 4, "Cam", {0}}};
    struct bytes b = {0}, exif = structure(told);
    bytes_put(&b, "\xff\xd8", 2);
    put_segment(&b, 0xffe1, "Exif\0", 6, "II*\0\0\1\0\0", 8);
    put_segment(&b, 0xffe1, "Exif\0", 6, exif.data, exif.len);
    bytes_put(&b, "\xff\xd9", 2);
    free(exif.data);
    assert_string_equal(read_bytes(b).camera, "Cam");
}

static struct fz_metadata of_xmp(const char *properties)
{
    struct fz_metadata m;
    char *packet = fz_asprintf(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
        "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        "xmlns:ms='http://ns.microsoft.com/photo/1.0/'>%s</rdf:Description></rdf:RDF></x:xmpmeta>",
        properties);
    fz_metadata_read_xmp(packet, strlen(packet), &m);
    free(packet);
    return m;
}

static void test_xmp(void **state)
{
    (void)state;
    assert_string_equal(of_xmp("<dc:title><rdf:Alt><rdf:li xml:lang='de'>See</rdf:li><rdf:li "
                               "xml:lang='x-default'/></rdf:Alt></dc:title>")
                            .title,
                        "See");
    assert_int_equal(of_xmp("<ms:Rating>75</ms:Rating>").rating, 4);
    assert_int_equal(of_xmp("<ms:Rating>75</ms:Rating><xmp:Rating>2</xmp:Rating>").rating, 2);
    assert_false(of_xmp("<ms:Rating>often</ms:Rating>").has_rating);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exposures),    cmocka_unit_test(test_positions),
        cmocka_unit_test(test_ratings),      cmocka_unit_test(test_dates),
        cmocka_unit_test(test_descriptions), cmocka_unit_test(test_iptc_in_tiff),
        cmocka_unit_test(test_xmp),          cmocka_unit_test(test_the_first_exif_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
