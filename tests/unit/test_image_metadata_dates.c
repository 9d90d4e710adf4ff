/* Dates, as files write them. */
#include "frieze_config.h"
#include "test_image_metadata_support.h"

#include "image/metadata/parts.h"

/* Most are of 2021-02-03 04:05:06. */
static void test_dates(void **state)
{
    (void)state;
    struct fz_metadata_date date;
    assert_true(fz_metadata_date_parse("2021:02:03 04:05:06", &date));
    assert_true(date.is_local);
    assert_int_equal(date.clock_s, 1612325106);
    assert_true(fz_metadata_date_parse("2021-02-03T04:05:06.789+05:45", &date));
    assert_int_equal(fz_metadata_time_s(&date), 1612325106 - 20700);
    assert_true(fz_metadata_date_parse("2021-02-03", &date));
    assert_int_equal(date.clock_s, 1612310400);
    static const char *const bad[] = {"",
                                      "    :  :     :  :  ",
                                      "0000:00:00 00:00:00",
                                      "2021:13:03 04:05:06",
                                      "2021:02:00",
                                      "2021:02:30 04:05:06",
                                      "2021-13",
                                      "202",
                                      "20210203T040506",
                                      "2021 noon",
                                      "noon"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(fz_metadata_date_parse(bad[i], &date));
}

static void test_dates_of_which_less_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t clock_s;
    } cases[] = {{"2021:02:03 24:10:00", 1612311000},
                 {"2021:02:03 25:00:00", 1612310400},
                 {"2021:02:03 04:75:06", 1612310400},
                 {"2021:02:03   :  :  ", 1612310400},
                 {"2021-02-03Tnoon", 1612310400},
                 {"2020:02:29", 1582934400},
                 {"2021-02", 1612137600},
                 {"2021", 1609459200},
                 {"2021: : : :", 1609459200},
                 {"2021:02: : :", 1612137600}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fz_metadata_date date;
        assert_true(fz_metadata_date_parse(cases[i].text, &date));
        assert_true(date.is_local);
        assert_int_equal(date.clock_s, cases[i].clock_s);
    }
}

static void test_offsets_from_utc(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int minutes;
    } cases[] = {{"+05:30", 330}, {"+0530", 330}, {"-0330", -210}, {"+5:30", 330}, {"-02", -120}, {"Z", 0}};
    static const char *const bad[] = {"", "05:30", "+", "+99:00", "+05:75", "+ 5", "+-5:30", "+0-5"};
    int minutes;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(fz_metadata_offset_parse(cases[i].text, &minutes));
        assert_int_equal(minutes, cases[i].minutes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(fz_metadata_offset_parse(bad[i], &minutes));
}

/* As PNG has them. */
static void test_dates_of_mail(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_local;
        int64_t time_s;
    } cases[] = {{"Wed, 03 Feb 2021 04:05:06 +0200", false, 1612317906},
                 {"Wed, 3 Feb 2021 04:05:06 GMT", false, 1612325106},
                 {"03 FEB 2021 04:05 UT", false, 1612325100},
                 {"3 Feb 2021 04:05:06 EST", true, 1612325106},
                 {"3 Feb 2021", true, 1612310400}};
    static const char *const bad[] = {"", "Wed,", "Wed, 30 Feb 2021 04:05:06 GMT", "Wed, 03 Foo 2021",
                                      "3 Feb 21"};
    struct fz_metadata_date date;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(fz_metadata_mail_date_parse(cases[i].text, &date));
        assert_int_equal(date.is_local, cases[i].is_local);
        assert_int_equal(date.clock_s - date.offset_minutes * 60, cases[i].time_s);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(fz_metadata_mail_date_parse(bad[i], &date));
}

/* "00" is what nobody knows, and the time says nothing then. */
static void test_dates_of_iptc_of_which_less_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *day;
        bool known;
        int64_t time_s;
    } cases[] = {{"20190807", true, 1565165472},
                 {"20190800", true, 1564617600},
                 {"20190000", true, 1546300800},
                 {"00000000", false, 0}};
    for (size_t i = 0; FRIEZE_WITH_IPTC && i < sizeof cases / sizeof *cases; i++) {
        struct bytes file = sample_jpeg(WITH_IPTC, false);
        uint8_t *day = memmem(file.data, file.len, "20190807", 8);
        assert_non_null(day);
        memcpy(day, cases[i].day, 8);
        struct fz_metadata metadata = read_bytes(file);
        assert_int_equal(metadata.date.known, cases[i].known);
        assert_int_equal(metadata.date.clock_s - metadata.date.offset_minutes * 60, cases[i].time_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_dates_of_which_less_is_known),
        cmocka_unit_test(test_offsets_from_utc),
        cmocka_unit_test(test_dates_of_mail),
        cmocka_unit_test(test_dates_of_iptc_of_which_less_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
