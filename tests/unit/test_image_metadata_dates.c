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
    assert_true(fz_metadata_date_parse("2021-02-03 04:05:06 +0545",
                                       &date)); /* as Apple's and Ruby's libraries write it */
    assert_int_equal(fz_metadata_time_s(&date), 1612325106 - 20700);
    assert_true(fz_metadata_date_parse("2021:02:03 04:05:06 UTC", &date));
    assert_false(date.is_local);
    assert_true(fz_metadata_date_parse("2021-02-03", &date));
    assert_int_equal(date.clock_s, 1612310400);
    assert_true(fz_metadata_date_parse("2021:02:03:04:05:06", &date)); /* Minolta's DiMAGE E223 */
    assert_int_equal(date.clock_s, 1612325106);
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

/* All are of 2019-08-07, and 10:11:12 or 10:11 an hour east of Greenwich, or no time. */
static void test_dates_of_iptc_as_agencies_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *day, *time;
        int64_t clock_s;
        bool is_local;
    } cases[] = {
        {"20190807", "101112+0100", 1565172672, false}, {"2019-08-07", "10:11:12+01:00", 1565172672, false},
        {"2019:08:07", "10:11:12", 1565172672, true},   {"2019/08/07", "10111299", 1565172672, true},
        {"20190807", "1011+0100", 1565172660, false},   {"20190807", "1011", 1565172660, true},
        {"2019-08-07", "noon", 1565136000, true}};
    for (size_t i = 0; FRIEZE_WITH_IPTC && i < sizeof cases / sizeof *cases; i++) {
        struct bytes data = {0};
        struct fz_metadata metadata = {0};
        put_dataset(&data, 55, cases[i].day);
        put_dataset(&data, 60, cases[i].time);
        fz_metadata_from_iptc(&(struct fz_blocks){.iptc = {data.data, data.len}}, &metadata);
        free(data.data);
        assert_true(metadata.date.known);
        assert_int_equal(metadata.date.clock_s, cases[i].clock_s);
        assert_int_equal(metadata.date.is_local, cases[i].is_local);
    }
}

static struct fz_metadata_date parsed(const char *text, enum fz_metadata_event of)
{
    struct fz_metadata_date date = {0};
    assert_true(!*text || fz_metadata_date_parse(text, &date));
    date.of = of;
    return date;
}

/* The file's date stays where a sidecar says the same, as far as it does: it may know more. */
static void test_dates_that_a_sidecar_puts_right(void **state)
{
    (void)state;
    static const struct {
        const char *file, *sidecar;
        bool stays;
    } cases[] = {{"2021:02:03 04:05:06+02:00", "2021-02-03T04:05:06", true},
                 {"2021:02:03 04:05:06+02:00", "2021-02-03T04:05:06.50Z", true}, /* a clock, miscalled UTC */
                 {"2021:02:03 04:05:06+02:00", "2021-02-03T02:05:06Z", true},
                 {"2021:02:03 04:05:06", "2021-02-03T02:05:06Z", false},
                 {"2021:02:03 04:05:06", "2021-02-03T04:05:07", false},
                 {"2021:02:03 04:05:06", "2021-02-03T04:05:05", false},
                 {"2021:02:03 04:05:06", "2021-02-03T04:05", true},
                 {"2021:02:03 04:05:06", "2021-02-03T04:06", false},
                 {"2021:02:03 04:05:06", "2021-02-03T04:04", false},
                 {"2021:02:03 04:05:06", "2021-02-03", true},
                 {"2021:02:03 04:05:06", "2021-02-02", false},
                 {"2021:12:31 23:59:59", "2021-12", true},
                 {"2021:12:31 23:59:59", "2021", true},
                 {"2022:01:01 00:00:00", "2021-12", false},
                 {"2022:01:01 00:00:00", "2021", false},
                 {"2020:02:29 23:00:00", "2020-02", true},
                 {"2021", "2021-02-03T04:05:06", false},
                 {"2021:02:03 04:05:06", "", true},
                 {"", "2021-02-03T04:05:06", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (enum fz_metadata_event of = FZ_METADATA_TAKEN; of <= FZ_METADATA_CHANGED; of++) {
            const struct fz_metadata file = {.date = parsed(cases[i].file, of)},
                                     sidecar = {.date = parsed(cases[i].sidecar, of)};
            bool stays = cases[i].stays || (of == FZ_METADATA_CHANGED && file.date.known);
            struct fz_metadata out = file;
            fz_metadata_correct(&out, &sidecar);
            const struct fz_metadata_date *expected = stays ? &file.date : &sidecar.date;
            if (out.date.clock_s != expected->clock_s || out.date.is_local != expected->is_local)
                fail_msg("'%s' beside '%s', of %d", cases[i].sidecar, cases[i].file, (int)of);
        }
    }
}

static void test_dates_of_other_events_put_nothing_right(void **state)
{
    (void)state;
    struct fz_metadata out = {.date = parsed("2021:02:03 04:05:06", FZ_METADATA_TAKEN)}, before = out;
    struct fz_metadata later = {.date = parsed("2022:02:03 04:05:06", FZ_METADATA_DIGITIZED)};
    fz_metadata_correct(&out, &later);
    assert_int_equal(out.date.clock_s, before.date.clock_s);
    fz_metadata_correct(&later, &before); /* an earlier one is another, and counts before */
    assert_int_equal(later.date.clock_s, before.date.clock_s);
    assert_int_equal(later.date.of, FZ_METADATA_TAKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_dates_of_which_less_is_known),
        cmocka_unit_test(test_offsets_from_utc),
        cmocka_unit_test(test_dates_of_mail),
        cmocka_unit_test(test_dates_of_iptc_of_which_less_is_known),
        cmocka_unit_test(test_dates_of_iptc_as_agencies_write_them),
        cmocka_unit_test(test_dates_that_a_sidecar_puts_right),
        cmocka_unit_test(test_dates_of_other_events_put_nothing_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
