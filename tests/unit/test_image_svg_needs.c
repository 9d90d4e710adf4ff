/* What is told of as left out of a drawing, by its text alone. */
#include "fixture.h"

#include "image/svg/needs.h"

#define VARIABLES "what CSS variables (var) say is left out"

static const char *left_out(const char *text)
{
    return fz_svg_left_out(
        &(struct fz_bytes){.at = (const uint8_t *)text, .len = strlen(text), .whole = true});
}

static void variables_are_told_of(void **state)
{
    (void)state;
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"<svg><style>/* a */*{fill:var(--a)}</style></svg>", VARIABLES},
        {"<svg><style>/*/ *{fill:var(--a)} */</style></svg>", NULL},
        {"<svg><s:style>*{fill:var(--a)}</s:style></svg>", VARIABLES},
        {"<svg><g style='fill:light-dark(red, var(--a));stroke:var(--a)'/></svg>", VARIABLES},
        {"<svg><g style='fill:light-dark(var(--a), var(--b))'/></svg>", NULL},
        {"<svg><switch><foreignObject><p style='color:var(--a)'>a</p></foreignObject><g/></switch></svg>",
         NULL},
        {"<svg><switch><s:foreignObject><p style='color:var(--a)'>a</p></s:foreignObject><g/></switch>"
         "<g fill='var(--a)'/></svg>",
         VARIABLES},
        {"<svg><switch><foreignObject><p/></foreignObject\n><g fill='var(--a)'/></switch></svg>", VARIABLES},
        {"<svg><switch><foreignObject style='a'/><g fill='var(--a)'/></switch></svg>", VARIABLES},
        {"<svg><style>*{fill:var(", NULL},
        {"<svg><style>*{fill:var(--", NULL},
        {"<svg><style>/", NULL},
        {"<svg><foreignObject style='var(--a)", "what only a browser draws (foreignObject) is left out"},
        {"<svg><switch><foreignObject style='var(--a)", NULL},
        {"var(<", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *told = left_out(cases[i].text);
        if (!told != !cases[i].told || (told && strcmp(told, cases[i].told) != 0))
            fail_msg("%s: %s", cases[i].text, told ? told : "nothing");
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of as much as a file of some MB may have. Where each looks back to the first it takes minutes. */
static void many_are_looked_at_once_each(void **state)
{
    (void)state;
    static const char *const units[] = {"var(x",         "light-dark(var(--a)", "/*",    "<",
                                        "<style>",       "<foreignObject>",     "var( ", ":text",
                                        ":foreignObject"};
    enum { UNITS = 50000 };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        static const char start[] = "<svg><switch/><style>var(";
        const size_t len = strlen(units[i]);
        char *text = malloc(sizeof start + len * UNITS);
        assert_non_null(text);
        memcpy(text, start, sizeof start);
        for (size_t n = 0; n < UNITS; n++)
            memcpy(text + sizeof start - 1 + n * len, units[i], len);
        text[sizeof start - 1 + len * UNITS] = 0;
        const double before = seconds();
        assert_null(left_out(text));
        assert_false(
            fz_svg_needs_files(&(struct fz_bytes){.at = (const uint8_t *)text, .len = strlen(text)}));
        assert_true(seconds() - before < SOON_S);
        free(text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_are_told_of),
        cmocka_unit_test(many_are_looked_at_once_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
