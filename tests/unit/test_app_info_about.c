/* What the info overlay says of a picture's metadata, line by line. */
#include "app/overlay/info.h"
#include "fixture.h"

static void assert_lines(const struct fz_metadata *about, const char *const *expected)
{
    static struct fz_info_page page;
    page.count = 0;
    fz_info_add_caption(&page, about);
    fz_info_add_about(&page, about);
    for (size_t i = 0; i < page.count; i++) {
        assert_non_null(expected[2 * i]);
        assert_string_equal(page.lines[i].label, expected[2 * i]);
        assert_string_equal(page.lines[i].text, expected[2 * i + 1]);
    }
    assert_null(expected[2 * page.count]);
}

static void test_nothing_is_known(void **state)
{
    (void)state;
    struct fz_metadata about = {0};
    assert_lines(&about, (const char *const[]){NULL});
}

static void test_all_is_known(void **state)
{
    (void)state;
    struct fz_metadata about = {.date = {.known = true, .clock_s = 1612325106, .offset_minutes = -210},
                                .title = "A title",
                                .description = "What is to be seen",
                                .place = "Bern",
                                .camera = "Canon EOS R5",
                                .lens = "RF50mm",
                                .exposure_s = 0.004,
                                .f_number = 5.6,
                                .focal_mm = 50,
                                .iso = 200,
                                .has_position = true,
                                .has_rating = true,
                                .latitude = -33.5,
                                .longitude = 70.26,
                                .rating = 4};
    assert_lines(&about, (const char *const[]){"Title", "A title", "Caption", "What is to be seen", "Taken",
                                               "2021-02-03 04:05:06 -03:30", "Camera", "Canon EOS R5", "Lens",
                                               "RF50mm", "Exposure", "1/250 s   f/5.6   ISO 200   50 mm",
                                               "Place", "Bern", "Position", "33.50000° S, 70.26000° E",
                                               "Rating", "4 of 5", NULL});
}

static void test_some_is_known(void **state)
{
    (void)state;
    struct fz_metadata about = {.date = {.known = true, .is_local = true, .clock_s = 1612325106},
                                .exposure_s = 2.5,
                                .has_rating = true,
                                .rating = FZ_RATING_REJECTED};
    assert_lines(&about, (const char *const[]){"Taken", "2021-02-03 04:05:06", "Exposure", "2.5 s", "Rating",
                                               "rejected", NULL});
}

/* Nobody made up a clock time, or who took a scan. */
static void test_dates_say_what_is_known(void **state)
{
    (void)state;
    struct fz_metadata about = {
        .date = {.known = true, .is_local = true, .clock_s = -473385600, .to = FZ_METADATA_YEAR}};
    assert_lines(&about, (const char *const[]){"Taken", "1955", NULL});
    about.date.to = FZ_METADATA_MONTH;
    assert_lines(&about, (const char *const[]){"Taken", "1955-01", NULL});
    about.date.to = FZ_METADATA_DAY;
    assert_lines(&about, (const char *const[]){"Taken", "1955-01-01", NULL});
    about.date = (struct fz_metadata_date){
        .known = true, .clock_s = 1612325106, .of = FZ_METADATA_CHANGED, .to = FZ_METADATA_MINUTE};
    assert_lines(&about, (const char *const[]){"Changed", "2021-02-03 04:05 +00:00", NULL});
}

static void test_long_exposures(void **state)
{
    (void)state;
    struct fz_metadata about = {.exposure_s = 1800};
    assert_lines(&about, (const char *const[]){"Exposure", "1800 s", NULL});
    about.exposure_s = 99.94;
    assert_lines(&about, (const char *const[]){"Exposure", "99.9 s", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_known), cmocka_unit_test(test_all_is_known),
        cmocka_unit_test(test_some_is_known),    cmocka_unit_test(test_dates_say_what_is_known),
        cmocka_unit_test(test_long_exposures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
