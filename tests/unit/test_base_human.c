/* Sizes and times as people read them. */
#include "fixture.h"

#include "base/human.h"

#include <stdlib.h>
#include <time.h>

static void bytes_in_powers_of_1000(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        {0, "0 bytes"},      {1, "1 byte"},          {999, "999 bytes"},        {1000, "1.0 kB"},
        {1024, "1.0 kB"},    {999949, "999.9 kB"},   {999950, "1.0 MB"}, /* never "1000.0 kB" */
        {3600000, "3.6 MB"}, {1250000000, "1.2 GB"}, {5000000000000, "5.0 TB"}, {UINT64_MAX, "18.4 EB"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32];
        fz_human_bytes(text, sizeof text, rows[i].bytes);
        assert_string_equal(text, rows[i].text);
    }
}

static void pixels_in_millions(void **state)
{
    (void)state;
    static const struct {
        uint64_t pixels;
        const char *text;
    } rows[] = {{0, ""}, {49999, ""}, {50000, "0.1 Mpx"}, {12000000, "12.0 Mpx"}, {UINT32_MAX, "4295.0 Mpx"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32];
        fz_human_pixels(text, sizeof text, rows[i].pixels);
        assert_string_equal(text, rows[i].text);
    }
}

static const char *time_in(const char *zone, int64_t time_s)
{
    static char text[32];
    setenv("TZ", zone, 1);
    tzset();
    fz_human_time(text, sizeof text, time_s);
    return text;
}

static void times_are_local(void **state)
{
    (void)state;
    assert_string_equal(time_in("UTC0", 0), "1970-01-01 00:00");
    assert_string_equal(time_in("UTC0", -1), "1969-12-31 23:59");
    assert_string_equal(time_in("UTC0", 1714572180), "2024-05-01 14:03");
    assert_string_equal(time_in("EST5", 1714572180), "2024-05-01 09:03");
    /* Summer time counts where the file's date has it. */
    assert_string_equal(time_in("CET-1CEST,M3.5.0,M10.5.0/3", 1714572180), "2024-05-01 16:03");
    assert_string_equal(time_in("CET-1CEST,M3.5.0,M10.5.0/3", 1704067200), "2024-01-01 01:00");
    assert_string_equal(time_in("UTC0", INT64_MAX), "");
    assert_string_equal(time_in("UTC0", INT64_MIN), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_in_powers_of_1000),
        cmocka_unit_test(pixels_in_millions),
        cmocka_unit_test(times_are_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
