/* The command line: long and short options, values, operands, and who set what. */
#include "fixture.h"

#include "ctl/option.h"

enum { MAX_ARGS = 16 };

/* One parse; the fields are what came of it. */
struct parse {
    struct fz_options options;
    struct fz_error err;
    enum fz_err code;
    const char *operands[MAX_ARGS];
    size_t count;
};

static struct parse parsed;

static void parse(const char *const *words)
{
    char *argv[MAX_ARGS + 1] = {(char[]){"frieze"}};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        assert_non_null(argv[argc] = strdup(words[argc - 1]));
    fz_options_fini(&parsed.options);
    parsed = (struct parse){.count = 99};
    fz_options_init(&parsed.options);
    parsed.code = fz_options_parse(&parsed.options, argc, argv, parsed.operands, &parsed.count, &parsed.err);
    for (size_t i = 0; i < parsed.count;
         i++) /* borrowed from argv, which is freed now: keep the test's own words */
        for (int k = 1; k < argc; k++)
            if (parsed.operands[i] == argv[k]) {
                parsed.operands[i] = words[k - 1];
                break;
            }
    for (int i = 1; i < argc; i++)
        free(argv[i]);
}
#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static const struct fz_option_value *value(enum fz_option_id id)
{
    assert_int_equal(parsed.code, FZ_OK);
    return &parsed.options.values[id];
}

static int clean_up(void **state)
{
    (void)state;
    fz_options_fini(&parsed.options);
    return 0;
}

static void assert_operands(const char *const *expected)
{
    size_t count = 0;
    assert_int_equal(parsed.code, FZ_OK);
    for (; expected[count]; count++) {
        assert_true(count < parsed.count);
        assert_string_equal(parsed.operands[count], expected[count]);
    }
    assert_int_equal(parsed.count, count);
}
#define OPERANDS(...) assert_operands((const char *const[]){__VA_ARGS__, NULL})

static void no_arguments(void **state)
{
    (void)state;
    parse((const char *const[]){NULL});
    assert_operands((const char *const[]){NULL});
    assert_int_equal(value(FZ_OPTION_TILE)->origin, FZ_ORIGIN_DEFAULT);
}

static void four_ways_to_give_a_value(void **state)
{
    (void)state;
    static const char *const ways[][3] = {
        {"--tile=100x80"}, {"--tile", "100x80"}, {"-t100x80"}, {"-t", "100x80"}};
    for (size_t i = 0; i < COUNT(ways); i++) {
        parse(ways[i]);
        assert_int_equal(value(FZ_OPTION_TILE)->w, 100);
        assert_int_equal(value(FZ_OPTION_TILE)->h, 80);
        assert_int_equal(value(FZ_OPTION_TILE)->origin, FZ_ORIGIN_COMMAND_LINE);
        assert_int_equal(parsed.count, 0);
    }
}

static void letters_go_together(void **state)
{
    (void)state;
    PARSE("-sn0", "a");
    assert_true(fz_option_is_on(&parsed.options, FZ_OPTION_SLIDESHOW));
    assert_true(fz_option_is_on(&parsed.options, FZ_OPTION_NAMES));
    assert_true(fz_option_is_on(&parsed.options, FZ_OPTION_NUL));
    OPERANDS("a");
    PARSE("-sd2.5");
    assert_true(fz_option_is_on(&parsed.options, FZ_OPTION_SLIDESHOW));
    assert_near(value(FZ_OPTION_DELAY)->seconds, 2.5, 1e-12);
    PARSE("-nsd", "3s", "x");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 3, 1e-12);
    OPERANDS("x");
}

static void flags(void **state)
{
    (void)state;
    PARSE("--slideshow", "folder");
    assert_int_equal(value(FZ_OPTION_SLIDESHOW)->number, 1);
    OPERANDS("folder"); /* a flag takes no word after it */
    PARSE("--slideshow=no", "--names=yes");
    assert_int_equal(value(FZ_OPTION_SLIDESHOW)->number, 0);
    assert_int_equal(value(FZ_OPTION_SLIDESHOW)->origin, FZ_ORIGIN_COMMAND_LINE);
    assert_int_equal(value(FZ_OPTION_NAMES)->number, 1);
}

static void operands_anywhere(void **state)
{
    (void)state;
    PARSE("a", "--names", "b", "-t", "100x80", "c");
    OPERANDS("a", "b", "c");
    PARSE("-");
    OPERANDS("-");
    PARSE("-s", "-", "--tile=64x64", "-");
    OPERANDS("-", "-");
    PARSE("", "a b");
    OPERANDS("", "a b");
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    PARSE("-n", "--", "--slideshow", "-s", "--", "-", "--nonsense");
    OPERANDS("--slideshow", "-s", "--", "-", "--nonsense");
    assert_true(fz_option_is_on(&parsed.options, FZ_OPTION_NAMES));
    assert_false(fz_option_is_on(&parsed.options, FZ_OPTION_SLIDESHOW));
    PARSE("--");
    assert_operands((const char *const[]){NULL});
}

static void the_last_one_wins(void **state)
{
    (void)state;
    PARSE("--name=a", "--name", "b", "-j2", "--jobs=3", "--name=c");
    assert_string_equal(value(FZ_OPTION_NAME)->text, "c");
    assert_int_equal(value(FZ_OPTION_JOBS)->number, 3);
}

static void remembers_who_set_it(void **state)
{
    (void)state;
    PARSE("--tile=64x64");
    assert_int_equal(value(FZ_OPTION_TILE)->origin, FZ_ORIGIN_COMMAND_LINE);
    assert_int_equal(value(FZ_OPTION_DELAY)->origin, FZ_ORIGIN_DEFAULT);
    assert_int_equal(value(FZ_OPTION_JOBS)->origin, FZ_ORIGIN_UNSET);
    assert_int_equal(fz_option_set(&parsed.options, FZ_OPTION_DELAY, "9", FZ_ORIGIN_RUN_TIME, NULL), FZ_OK);
    assert_int_equal(value(FZ_OPTION_DELAY)->origin, FZ_ORIGIN_RUN_TIME);
    assert_int_equal(value(FZ_OPTION_TILE)->origin, FZ_ORIGIN_COMMAND_LINE);
    assert_true(FZ_ORIGIN_UNSET < FZ_ORIGIN_DEFAULT && FZ_ORIGIN_DEFAULT < FZ_ORIGIN_COMMAND_LINE &&
                FZ_ORIGIN_COMMAND_LINE < FZ_ORIGIN_RUN_TIME);
}

static void assert_usage(const char *contains)
{
    assert_int_equal(parsed.code, FZ_E_USAGE);
    assert_int_equal(parsed.err.code, FZ_E_USAGE);
    if (!strstr(parsed.err.msg, contains) || strchr(parsed.err.msg, '\n'))
        fail_msg("\"%s\" does not name %s", parsed.err.msg, contains);
}

static void what_is_unknown(void **state)
{
    (void)state;
    static const char *const unknown[] = {"--nonsense", "--til",        "--tiles", "--tile2=1x1",
                                          "--=x",       "--Tile=64x64", "---",     "--no-such=1"};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        PARSE(unknown[i], "a");
        assert_usage(unknown[i]);
    }
    PARSE("-q");
    assert_usage("-q");
    PARSE("-sq");
    assert_usage("-q");
    PARSE("-s-");
    assert_usage("--");
}

static void a_value_that_is_missing(void **state)
{
    (void)state;
    PARSE("--tile");
    assert_usage("--tile");
    assert_usage("WxH");
    PARSE("a", "-t");
    assert_usage("--tile");
    PARSE("--tile=");
    assert_usage("--tile");
    PARSE("-nt");
    assert_usage("--tile");
}

static void a_value_that_is_bad(void **state)
{
    (void)state;
    PARSE("--names", "--jobs=many", "--delay=never");
    assert_usage("--jobs=many"); /* the first of them */
    PARSE("-j", "0");
    assert_usage("--jobs=0");
    PARSE("--slideshow=perhaps");
    assert_usage("--slideshow");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clean_up)
    const struct CMUnitTest tests[] = {
        TEST(no_arguments),        TEST(four_ways_to_give_a_value),
        TEST(letters_go_together), TEST(flags),
        TEST(operands_anywhere),   TEST(two_dashes_end_the_options),
        TEST(the_last_one_wins),   TEST(remembers_who_set_it),
        TEST(what_is_unknown),     TEST(a_value_that_is_missing),
        TEST(a_value_that_is_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
