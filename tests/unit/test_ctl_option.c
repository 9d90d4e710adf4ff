/* The option table: every type, good and bad values, ranges, and the command line. */
#include "fixture.h"

#include "ctl/option.h"

static const struct row {
    enum fz_option_id id;
    enum fz_option_type type;
    const char *name;
    char letter;
    const char *fallback;
    double min, max;
    const char *metavar;
    const char *help;
} rows[] = {
#define X(id, type, name, letter, fallback, min, max, metavar, group, reach, help) \
    {FZ_OPTION_##id, FZ_TYPE_##type, name, letter, fallback, min, max, metavar, help},
    FZ_OPTION_TABLE(X)
#undef X
};

static struct fz_options options;

static int start(void **state)
{
    (void)state;
    fz_options_init(&options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fz_options_fini(&options);
    return 0;
}

static bool accepts(enum fz_option_id id, const char *text)
{
    struct fz_error err = {0};
    return fz_option_set(&options, id, text, FZ_ORIGIN_RUN_TIME, &err) == FZ_OK;
}

/* ---- The table ----------------------------------------------------------------------------------------- */

static void rows_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        assert_int_equal(row->id, i);
        assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(row->name));
        assert_true(strlen(row->name) > 1 && row->name[0] != '-');
        assert_true(strlen(row->help) > 0);
        assert_int_equal(row->type == FZ_TYPE_FLAG, row->metavar == NULL);
        assert_true(row->min <= row->max);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(row->name, rows[k].name);
            if (row->letter && row->letter == rows[k].letter)
                fail_msg("-%c stands for --%s and --%s", row->letter, row->name, rows[k].name);
        }
        /* a fallback that does not fit would be dropped without a word */
        assert_int_equal(options.values[row->id].origin, row->fallback ? FZ_ORIGIN_DEFAULT : FZ_ORIGIN_UNSET);
        assert_int_equal(fz_option_is_set(&options, row->id), row->fallback != NULL);
    }
}

static void defaults_are_those_promised(void **state)
{
    (void)state;
    const struct fz_option_value *v = options.values;
    assert_true(v[FZ_OPTION_DELAY].seconds == 5);
    assert_int_equal(v[FZ_OPTION_TILE].w, 256);
    assert_int_equal(v[FZ_OPTION_TILE].h, 192);
    assert_string_equal(v[FZ_OPTION_NAME].text, "default");
    assert_false(fz_option_is_on(&options, FZ_OPTION_SLIDESHOW));
    assert_false(fz_option_is_set(&options, FZ_OPTION_SIZE));
    assert_false(fz_option_is_set(&options, FZ_OPTION_MEMORY));
}

static void help_has_a_line_for_each(void **state)
{
    (void)state;
    char *text = NULL, wanted[80];
    size_t len = 0, lines = 0;
    FILE *out = open_memstream(&text, &len);
    fz_options_print_help(out);
    fclose(out);
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    assert_int_equal(lines, COUNT(rows) + 2 * FZ_OPTION_GROUPS -
                                1); /* each group has a title, and a space before it */
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        snprintf(wanted, sizeof wanted, " --%s%s%s ", row->name, row->metavar ? " " : "",
                 row->metavar ? row->metavar : "");
        assert_non_null(strstr(text, wanted));
        assert_non_null(strstr(text, row->help));
        snprintf(wanted, sizeof wanted, "-%c, --%s ", row->letter, row->name);
        assert_true(!row->letter || strstr(text, wanted) != NULL);
    }
    free(text);
}

/* ---- Values -------------------------------------------------------------------------------------------- */

static void good_values(void **state)
{
    (void)state;
    static const struct {
        enum fz_option_id id;
        const char *text;
        int64_t number;
        double seconds;
        int w, h;
    } good[] = {
        {FZ_OPTION_SLIDESHOW, NULL, 1, 0, 0, 0},
        {FZ_OPTION_SLIDESHOW, "yes", 1, 0, 0, 0},
        {FZ_OPTION_SLIDESHOW, "no", 0, 0, 0, 0},
        {FZ_OPTION_JOBS, "1", 1, 0, 0, 0},
        {FZ_OPTION_JOBS, "256", 256, 0, 0, 0},
        {FZ_OPTION_JOBS, "007", 7, 0, 0, 0},
        {FZ_OPTION_MEMORY, "33554432", 33554432, 0, 0, 0},
        {FZ_OPTION_MEMORY, "32M", 33554432, 0, 0, 0},
        {FZ_OPTION_MEMORY, "32m", 33554432, 0, 0, 0},
        {FZ_OPTION_MEMORY, "65536K", 67108864, 0, 0, 0},
        {FZ_OPTION_MEMORY, "1.5G", 1610612736, 0, 0, 0},
        {FZ_OPTION_BACKGROUND, "0c0C0e", 0x0c0c0e, 0, 0, 0},
        {FZ_OPTION_BACKGROUND, "#ffffff", 0xffffff, 0, 0, 0},
        {FZ_OPTION_BACKGROUND, "000000", 0, 0, 0, 0},
        {FZ_OPTION_DELAY, "0.1", 0, 0.1, 0, 0},
        {FZ_OPTION_DELAY, "2.5s", 0, 2.5, 0, 0},
        {FZ_OPTION_DELAY, "86400", 0, 86400, 0, 0},
        {FZ_OPTION_TILE, "16x4096", 0, 0, 16, 4096},
        {FZ_OPTION_SIZE, "1920x1080", 0, 0, 1920, 1080},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        const struct fz_option_value *value = &options.values[good[i].id];
        if (!accepts(good[i].id, good[i].text))
            fail_msg("--%s=%s is refused", rows[good[i].id].name, good[i].text ? good[i].text : "");
        assert_int_equal(value->number, good[i].number);
        assert_near(value->seconds, good[i].seconds, 1e-12);
        assert_int_equal(value->w, good[i].w);
        assert_int_equal(value->h, good[i].h);
        assert_int_equal(value->origin, FZ_ORIGIN_RUN_TIME);
    }
}

static void good_texts(void **state)
{
    (void)state;
    static const struct {
        enum fz_option_id id;
        const char *text;
    } good[] = {
        {FZ_OPTION_QUIT_WHEN, "screenful"}, {FZ_OPTION_QUIT_WHEN, "loaded"}, {FZ_OPTION_ISOLATION, "thread"},
        {FZ_OPTION_NAME, "left screen"},    {FZ_OPTION_STATS, "-x=y/\xff"},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(accepts(good[i].id, good[i].text));
        assert_string_equal(options.values[good[i].id].text, good[i].text);
        assert_ptr_not_equal(options.values[good[i].id].text, good[i].text);
    }
}

/* The enums beside the table, with the names that its rows list. */
static const struct choice {
    enum fz_option_id id;
    int number;
    const char *name;
} choices[] = {
    {FZ_OPTION_FIT, FZ_FIT_CONTAIN, "contain"},
    {FZ_OPTION_FIT, FZ_FIT_COVER, "cover"},
    {FZ_OPTION_MOTION, FZ_MOTION_FULL, "full"},
    {FZ_OPTION_MOTION, FZ_MOTION_REDUCED, "reduced"},
    {FZ_OPTION_MOTION, FZ_MOTION_OFF, "off"},
    {FZ_OPTION_ISOLATION, FZ_ISOLATION_PROCESS, "process"},
    {FZ_OPTION_ISOLATION, FZ_ISOLATION_THREAD, "thread"},
    {FZ_OPTION_SANDBOX, FZ_SANDBOX_MODE_REQUIRE, "require"},
    {FZ_OPTION_SANDBOX, FZ_SANDBOX_MODE_AUTO, "auto"},
    {FZ_OPTION_SANDBOX, FZ_SANDBOX_MODE_OFF, "off"},
    {FZ_OPTION_KEYS, FZ_KEY_PRESET_FEH, "feh"},
    {FZ_OPTION_KEYS, FZ_KEY_PRESET_NSXIV, "nsxiv"},
    {FZ_OPTION_KEYS, FZ_KEY_PRESET_IMV, "imv"},
    {FZ_OPTION_KEYS, FZ_KEY_PRESET_SWAYIMG, "swayimg"},
    {FZ_OPTION_KEYS, FZ_KEY_PRESET_CULL, "cull"},
    {FZ_OPTION_QUIT_WHEN, FZ_QUIT_WHEN_SCREENFUL, "screenful"},
    {FZ_OPTION_QUIT_WHEN, FZ_QUIT_WHEN_LOADED, "loaded"},
};

static void choices_are_numbered_as_their_rows_list_them(void **state)
{
    (void)state;
    char listed[FZ_OPTIONS][80] = {0};
    for (size_t i = 0; i < COUNT(choices); i++) {
        const struct choice *choice = &choices[i];
        char *list = listed[choice->id];
        assert_true(accepts(choice->id, choice->name));
        assert_int_equal(fz_option_choice(&options, choice->id), choice->number);
        snprintf(list + strlen(list), 80 - strlen(list), "%s%s", list[0] ? "|" : "", choice->name);
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        bool is_named_elsewhere = row->id == FZ_OPTION_SORT || row->id == FZ_OPTION_LAYOUT;
        assert_string_equal(listed[i],
                            row->type == FZ_TYPE_CHOICE && !is_named_elsewhere ? row->metavar : "");
    }
}

/* One line: the option, what was given, what is wanted; and the old value stays. */
static void assert_refused(enum fz_option_id id, const char *text)
{
    struct fz_error err = {0};
    char beginning[80];
    struct fz_option_value before;
    memcpy(&before, &options.values[id], sizeof before);
    enum fz_err code = fz_option_set(&options, id, text, FZ_ORIGIN_RUN_TIME, &err);
    if (code != FZ_E_USAGE || err.code != FZ_E_USAGE)
        fail_msg("--%s=%s gives %s", rows[id].name, text, fz_err_name(code));
    snprintf(beginning, sizeof beginning, "%s=", rows[id].name);
    if (strncmp(err.msg, beginning, strlen(beginning)) != 0 || strchr(err.msg, '\n'))
        fail_msg("not clear: %s", err.msg);
    if (!rows[id].metavar && !strstr(err.msg, "yes or no"))
        fail_msg("does not say what is wanted: %s", err.msg);
    if (rows[id].metavar && (!strstr(err.msg, "wants") || !strstr(err.msg, rows[id].metavar)))
        fail_msg("does not say what is wanted: %s", err.msg);
    assert_memory_equal(&options.values[id], &before, sizeof before);
}

static void assert_each_refused(enum fz_option_id id, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_refused(id, texts[i]);
}
#define REFUSED(id, ...)                                                    \
    assert_each_refused(FZ_OPTION_##id, (const char *const[]){__VA_ARGS__}, \
                        COUNT(((const char *const[]){__VA_ARGS__})))

static void bad_numbers(void **state)
{
    (void)state;
    REFUSED(JOBS, "", " ", "x", "3x", "3 ", " 3", "+3", "3.5", "-1", "0", "257", "nan", "inf", "-inf",
            "1e400", "99999999999999999999");
    REFUSED(MEMORY, "", "M", "16X", "16MB", "16MM", "16 M", "-16M", "31.9M", "1025G", "1e30", "nan", "0x",
            "16M ");
    REFUSED(DELAY, "", "s", "5ms", "5 s", "0", "0.09", "86401", "-5", "1:30", "nan", "inf", "5ss");
}

static void bad_sizes(void **state)
{
    (void)state;
    REFUSED(TILE, "", "x", "256", "256x", "x192", "256x192x", "256x192 ", "256X192", "256 x 192", "15x192",
            "256x15", "4097x192", "256x4097", "-256x192", "256x-192", "25.6x192");
    REFUSED(TILE, " 256x192", "+256x192", "256x+192", "256x 192");
    /* 2^32 + 100: does not turn into 100 on its way */
    REFUSED(TILE, "4294967396x100", "100x4294967396", "99999999999999999999x100");
}

static void bad_colours(void **state)
{
    (void)state;
    REFUSED(BACKGROUND, "", "#", "red", "12345", "1234567", "#12345", "##12345", "12345g", "fff", "-12345");
    /* six characters that strtol takes for a number, but that are not six digits */
    REFUSED(BACKGROUND, "0x1234", "+12345", " 12345", "-00000", "\t12345");
}

static void bad_choices_and_texts(void **state)
{
    (void)state;
    REFUSED(QUIT_WHEN, "", "screen", "screenfull", "Loaded", "|", "screenful|", "never");
    REFUSED(QUIT_WHEN, "screenful|loaded");
    REFUSED(ISOLATION, "", "threads", "thr");
    REFUSED(NAME, "");
    REFUSED(SLIDESHOW, "", "maybe", "1", "YES");
}

static void a_long_bad_value_hides_no_reason(void **state)
{
    (void)state;
    char text[5001];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_refused(FZ_OPTION_JOBS, text);
    assert_refused(FZ_OPTION_QUIT_WHEN, text);
    assert_refused(FZ_OPTION_SCREENSHOT, text);
    text[65] = '\0';
    assert_refused(FZ_OPTION_NAME, text);
    text[64] = '\0';
    assert_true(accepts(FZ_OPTION_NAME, text));
}

/* Both ends are inside, what lies beyond is not; for every row with numbers. */
static void ranges_include_their_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        char at_min[64], at_max[64], below[64], above[64];
        if (row->type == FZ_TYPE_SIZE) {
            snprintf(at_min, sizeof at_min, "%.0fx%.0f", row->min, row->max);
            snprintf(at_max, sizeof at_max, "%.0fx%.0f", row->max, row->min);
            snprintf(below, sizeof below, "%.0fx%.0f", row->min - 1, row->max);
            snprintf(above, sizeof above, "%.0fx%.0f", row->min, row->max + 1);
        } else if (row->type == FZ_TYPE_INT || row->type == FZ_TYPE_BYTES || row->type == FZ_TYPE_DURATION ||
                   row->type == FZ_TYPE_FACTOR) {
            double unit = row->type == FZ_TYPE_DURATION || row->type == FZ_TYPE_FACTOR ? 0.001 : 1;
            snprintf(at_min, sizeof at_min, "%.15g", row->min);
            snprintf(at_max, sizeof at_max, "%.15g", row->max);
            snprintf(below, sizeof below, "%.15g", row->min - unit);
            snprintf(above, sizeof above, "%.15g", row->max + unit);
        } else {
            continue;
        }
        assert_true(accepts(row->id, at_min));
        assert_true(accepts(row->id, at_max));
        assert_refused(row->id, below);
        assert_refused(row->id, above);
    }
}

/* ---- Layers -------------------------------------------------------------------------------------------- */

static enum fz_err set(enum fz_option_id id, const char *text, enum fz_option_origin origin)
{
    return fz_option_set(&options, id, text, origin, NULL);
}

/* Whoever speaks first or last: the highest layer holds, and below it none is forgotten. */
static void the_highest_layer_holds(void **state)
{
    (void)state;
    const struct fz_option_value *delay = &options.values[FZ_OPTION_DELAY];
    struct random random = random_start();
    for (int round = 0; round < 200; round++) {
        int said[FZ_ORIGINS] = {[FZ_ORIGIN_DEFAULT] = 5};
        fz_options_fini(&options);
        fz_options_init(&options);
        for (int step = 0; step < 30; step++) {
            int origin = random_int(&random, FZ_ORIGIN_SYSTEM_FILE, FZ_ORIGIN_RUN_TIME);
            char text[16];
            int value = random_int(&random, 0, 3) == 0 ? 0 : random_int(&random, 1, 999);
            snprintf(text, sizeof text, "%d", value);
            if (value > 0)
                assert_int_equal(set(FZ_OPTION_DELAY, text, (enum fz_option_origin)origin), FZ_OK);
            else
                fz_option_reset(&options, FZ_OPTION_DELAY, (enum fz_option_origin)origin);
            said[origin] = value;
            int top = FZ_ORIGIN_RUN_TIME;
            while (said[top] == 0)
                top--;
            assert_int_equal(delay->origin, top);
            assert_near(delay->seconds, said[top], 1e-12);
        }
    }
}

static void texts_of_layers_are_kept(void **state)
{
    (void)state;
    assert_int_equal(set(FZ_OPTION_NAME, "left", FZ_ORIGIN_COMMAND_LINE), FZ_OK);
    assert_int_equal(set(FZ_OPTION_NAME, "right", FZ_ORIGIN_RUN_TIME), FZ_OK);
    assert_string_equal(options.values[FZ_OPTION_NAME].text, "right");
    fz_option_reset(&options, FZ_OPTION_NAME, FZ_ORIGIN_RUN_TIME);
    assert_string_equal(options.values[FZ_OPTION_NAME].text, "left");
    fz_option_reset(&options, FZ_OPTION_NAME, FZ_ORIGIN_COMMAND_LINE);
    assert_string_equal(options.values[FZ_OPTION_NAME].text, "default");
    assert_int_equal(options.values[FZ_OPTION_NAME].origin, FZ_ORIGIN_DEFAULT);
}

static void choices_follow_the_layers(void **state)
{
    (void)state;
    assert_int_equal(fz_option_choice(&options, FZ_OPTION_MOTION), FZ_MOTION_FULL);
    assert_int_equal(fz_option_choice(&options, FZ_OPTION_QUIT_WHEN), -1);
    assert_int_equal(set(FZ_OPTION_MOTION, "off", FZ_ORIGIN_USER_FILE), FZ_OK);
    assert_int_equal(set(FZ_OPTION_MOTION, "reduced", FZ_ORIGIN_RUN_TIME), FZ_OK);
    assert_int_equal(fz_option_choice(&options, FZ_OPTION_MOTION), FZ_MOTION_REDUCED);
    fz_option_reset(&options, FZ_OPTION_MOTION, FZ_ORIGIN_RUN_TIME);
    assert_int_equal(fz_option_choice(&options, FZ_OPTION_MOTION), FZ_MOTION_OFF);
    fz_option_reset(&options, FZ_OPTION_MOTION, FZ_ORIGIN_USER_FILE);
    assert_int_equal(fz_option_choice(&options, FZ_OPTION_MOTION), FZ_MOTION_FULL);
}

/* A flag may be taken back by a higher layer: "no" is a word too. */
static void no_overrides_yes(void **state)
{
    (void)state;
    assert_int_equal(set(FZ_OPTION_NAMES, "yes", FZ_ORIGIN_USER_FILE), FZ_OK);
    assert_true(fz_option_is_on(&options, FZ_OPTION_NAMES));
    assert_int_equal(set(FZ_OPTION_NAMES, "no", FZ_ORIGIN_COMMAND_LINE), FZ_OK);
    assert_false(fz_option_is_on(&options, FZ_OPTION_NAMES));
    fz_option_reset(&options, FZ_OPTION_NAMES, FZ_ORIGIN_COMMAND_LINE);
    assert_true(fz_option_is_on(&options, FZ_OPTION_NAMES));
    fz_option_reset(&options, FZ_OPTION_NAMES, FZ_ORIGIN_USER_FILE);
    assert_false(fz_option_is_set(&options, FZ_OPTION_NAMES));
}

static void messages_speak_the_language_of_the_layer(void **state)
{
    (void)state;
    struct fz_error err = {0};
    fz_option_set(&options, FZ_OPTION_DELAY, "zero", FZ_ORIGIN_COMMAND_LINE, &err);
    assert_string_equal(err.msg, "--delay=zero: wants SECONDS, 0.1 to 86400");
    fz_option_set(&options, FZ_OPTION_DELAY, "zero", FZ_ORIGIN_USER_FILE, &err);
    assert_string_equal(err.msg, "delay=zero: wants SECONDS, 0.1 to 86400");
    fz_option_set(&options, FZ_OPTION_MEMORY, "1", FZ_ORIGIN_USER_FILE, &err);
    assert_string_equal(err.msg, "memory=1: wants BYTES, 32M to 1024G");
    fz_option_set(&options, FZ_OPTION_NAMES, "1", FZ_ORIGIN_USER_FILE, &err);
    assert_string_equal(err.msg, "names=1: wants yes or no");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(rows_are_sound),
        TEST(defaults_are_those_promised),
        TEST(help_has_a_line_for_each),
        TEST(good_values),
        TEST(good_texts),
        TEST(choices_are_numbered_as_their_rows_list_them),
        TEST(bad_numbers),
        TEST(bad_sizes),
        TEST(bad_colours),
        TEST(bad_choices_and_texts),
        TEST(a_long_bad_value_hides_no_reason),
        TEST(ranges_include_their_ends),
        TEST(the_highest_layer_holds),
        TEST(texts_of_layers_are_kept),
        TEST(choices_follow_the_layers),
        TEST(no_overrides_yes),
        TEST(messages_speak_the_language_of_the_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
