/* Folding: what a search ignores, and what it does not. */
#include "base/fold.h"
#include "fixture.h"

#include <string.h>

static const char *folded(const char *text)
{
    static char out[4][512];
    static int next;
    char *buffer = out[next++ % 4];
    size_t len = fz_fold_text(text, strlen(text), buffer, sizeof *out - 1);
    buffer[len] = '\0';
    return buffer;
}

static void ignores_what_nobody_types(void **unused)
{
    (void)unused;
    static const char *const same[][2] = {
        {"IMG_0001.JPG", "img_0001.jpg"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ@[`{", "abcdefghijklmnopqrstuvwxyz@[`{"},
        {"\xc3\x85ngstr\xc3\xb6m", "angstrom"},   /* composed */
        {"A\xcc\x8angstro\xcc\x88m", "angstrom"}, /* decomposed */
        {"\xe2\x84\xab", "a"},                    /* the angstrom sign */
        {"Stra\xc3\x9f"
         "e",
         "STRASSE"},                                                               /* sharp s */
        {"\xe1\xba\x9e", "ss"},                                                    /* its capital */
        {"\xc4\xb0stanbul", "istanbul"},                                           /* capital I with a dot */
        {"D\xc4\xb1yarbak\xc4\xb1r", "Diyarbakir"},                                /* dotless i */
        {"\xef\xbc\xa6\xef\xbd\x95\xef\xbd\x8c\xef\xbd\x8c\xef\xbc\x91", "full1"}, /* full width */
        {"\xef\xbd\xb6\xef\xbe\x9e", "\xe3\x82\xac"}, /* half width, its voicing apart */
        {"\xef\xac\x81ne", "fine"},                   /* a ligature */
        {"\xce\xa3\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x82",
         "\xcf\x83\xce\xb9\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83"},
        {"\xc5\x81\xc3\xb3"
         "d\xc5\xba",
         "lodz"}, /* strokes */
        {"Troms\xc3\xb8 \xc3\x86 \xc5\x93", "tromso ae oe"},
        {"\xd0\x99\xd0\x81", "\xd0\xb8\xd0\xb5"}, /* Cyrillic short i, io */
        {"a\xc2\xad"
         "b\xef\xb8\x8f",
         "ab"}, /* soft hyphen, variation selector */
        {"a\xc2\xa0"
         "b",
         "a b"},                                                  /* space that does not break */
        {"\xed\x95\x9c", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"}, /* Hangul by its letters */
        {"\xd7\xa9\xd6\xb8\xd7\x9c", "\xd7\xa9\xd7\x9c"},         /* Hebrew point */
        {"\xe2\x84\xa1", "tel"},                                  /* compatible, then case */
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(same); i++)
        assert_string_equal(folded(same[i][0]), folded(same[i][1]));
    assert_string_equal(folded("\xc3\x85 IMG_1"), "a img_1");
}

static void keeps_what_is_a_letter(void **unused)
{
    (void)unused;
    static const char *const other[][2] = {
        {"a", "b"},
        {"\xe3\x82\xac", "\xe3\x82\xab"},                         /* ga, ka */
        {"\xe0\xa4\x95\xe0\xa4\xbf", "\xe0\xa4\x95\xe0\xa4\xbe"}, /* Devanagari ki, kaa */
        {"\xe6\x97\xa5", "\xe6\x9c\xac"},
        {"\xff", "\xfe"},
    };
    for (size_t i = 0; i < COUNT(other); i++)
        assert_string_not_equal(folded(other[i][0]), folded(other[i][1]));
}

/* Bytes that are no text stay, wherever they stand, and so does what is around them. */
static void keeps_bytes_that_are_no_text(void **unused)
{
    (void)unused;
    assert_string_equal(folded("A\xff"
                               "B"),
                        "a\xff"
                        "b");
    assert_string_equal(folded("A\xc3"), "a\xc3");
    assert_string_equal(folded("\xc3"
                               "A\xcc"),
                        "\xc3"
                        "a\xcc");
    assert_string_equal(folded("\xed\xa0\x80Z"), "\xed\xa0\x80z"); /* half a surrogate pair */
    assert_string_equal(folded("\xf5\x80\x80\x80"), "\xf5\x80\x80\x80");
}

static void assert_same_name(const char *a, const char *b, bool same)
{
    char *one = fz_fold_case(a), *other = fz_fold_case(b);
    assert_int_equal(strcmp(one, other) == 0, same);
    free(one);
    free(other);
}

static void names_without_case(void **unused)
{
    (void)unused;
    assert_same_name("IMG_1.JPG", "img_1.jpg", true);
    assert_same_name("\xc3\x89t\xc3\xa9", "\xc3\xa9T\xc3\x89", true);
    assert_same_name("\xc3\xa9", "e\xcc\x81", true); /* composed or not */
    assert_same_name("\xc3\xa9", "e", false);
    assert_same_name("A\xff", "a\xff", true); /* no UTF-8 */
    assert_same_name("A\xff", "a\xfe", false);
}

static size_t encode(uint32_t c, char *out)
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
    return n;
}

/* What is folded is folded: else a text would not find what it is a copy of. */
static void folds_once_for_all(void **unused)
{
    (void)unused;
    for (uint32_t c = 1; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        char text[8], once[256], twice[256];
        size_t n = fz_fold_text(text, encode(c, text), once, sizeof once);
        size_t again = fz_fold_text(once, n, twice, sizeof twice);
        if (again != n || memcmp(once, twice, n) != 0)
            fail_msg("U+%04X", c);
    }
}

/* Any bytes, any room: nothing past the end, and the same beginning. */
static void any_bytes(void **unused)
{
    (void)unused;
    struct random random = random_start();
    for (int i = 0; i < 200000; i++) {
        char text[24], once[sizeof text * 40], small[40];
        size_t len = (size_t)random_int(&random, 0, sizeof text);
        for (size_t j = 0; j < len; j++)
            text[j] = (char)(random_int(&random, 0, 1) ? random_int(&random, 'A', 'z')
                                                       : random_int(&random, 0, 255));
        size_t n = fz_fold_text(text, len, once, sizeof once);
        assert_true(n < sizeof once);
        size_t room = (size_t)random_int(&random, 0, 32);
        memset(small, 7, sizeof small);
        size_t cut = fz_fold_text(text, len, small, room);
        assert_true(cut <= room && cut <= n);
        assert_memory_equal(small, once, cut);
        for (size_t j = room; j < sizeof small; j++)
            assert_int_equal(small[j], 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ignores_what_nobody_types),    cmocka_unit_test(keeps_what_is_a_letter),
        cmocka_unit_test(keeps_bytes_that_are_no_text), cmocka_unit_test(names_without_case),
        cmocka_unit_test(folds_once_for_all),           cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
