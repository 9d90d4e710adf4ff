/* Natural order, as tables in order and as laws over random strings. */
#include "fixture.h"

#include "base/str.h"

typedef int compare(const char *a, const char *b);

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

/* Every pair of a table that stands in ascending order. */
static void assert_ascending(compare *cmp, const char *const *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            int expected = (i > k) - (i < k);
            if (sign(cmp(rows[i], rows[k])) != expected)
                fail_msg("\"%s\" against \"%s\": %d, not %d", rows[i], rows[k], cmp(rows[i], rows[k]),
                         expected);
        }
    }
}

static void numbers_by_value(void **state)
{
    (void)state;
    static const char *const rows[] = {"",     "0",    "1",     "2a",    "9",       "10",      "10a",
                                       "img1", "img2", "img2b", "img10", "img10a1", "img10a2", "img10a11"};
    assert_ascending(fz_natural_cmp, rows, COUNT(rows));
}

static void leading_zeros_do_not_count_but_tell_apart(void **state)
{
    (void)state;
    static const char *const rows[] = {"a000", "a00001b", "a1c", "a02", "a2x", "a003", "a010", "a0011"};
    assert_ascending(fz_natural_cmp, rows, COUNT(rows));
    assert_int_not_equal(fz_natural_cmp("a01", "a1"), 0);
    assert_int_equal(sign(fz_natural_cmp("a01", "a1")), -sign(fz_natural_cmp("a1", "a01")));
    assert_true(fz_natural_cmp("a01b", "a1a") > 0);
    assert_true(fz_natural_cmp("a1b", "a01c") < 0);
}

static void letters_without_regard_to_case(void **state)
{
    (void)state;
    static const char *const rows[] = {"a", "B", "c", "D1", "d2", "D10", "Z"};
    assert_ascending(fz_natural_cmp, rows, COUNT(rows));
    assert_true(fz_natural_cmp("IMG2", "img10") < 0);
    assert_true(fz_natural_cmp("img2", "IMG10") < 0);
    assert_int_not_equal(fz_natural_cmp("abc", "ABC"), 0);
    assert_int_not_equal(fz_natural_path_cmp("a/bc", "A/bc"), 0);
}

static void letters_without_regard_to_accents(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "anton",
        "\xc3\x84pfel 9", /* A with dots */
        "apfel 10",
        "A\xcc\x88pfel 11", /* the same, its dots apart */
        "B",
        "\xc3\xa9mile 2",
        "Emile 3",
        "stra\303\237e 1", /* sharp s */
        "STRASSE 2",
        "zoo",
        "\xd0\x90", /* Cyrillic, by its own alphabet */
        "\xd0\xb1",
        "\xd0\x92",
        "\xe4\xb8\x80", /* a Chinese one */
    };
    assert_ascending(fz_natural_cmp, rows, COUNT(rows));
    assert_ascending(fz_natural_path_cmp, rows, COUNT(rows));
    assert_int_not_equal(fz_natural_cmp("\xc3\xa4", "a\xcc\x88"), 0);
    assert_true(fz_natural_cmp("a\xc2\xb2", "a10") > 0);         /* a raised 2 is no number */
    assert_true(fz_natural_path_cmp("a/z", "\xe2\x84\x80") < 0); /* and a sign that reads a/c no folder */
}

/* Numbers of any length, far beyond every integer type. */
static void huge_numbers(void **state)
{
    (void)state;
    enum { LEN = 100000 };
    char *a = malloc(2 * LEN + 2), *b = malloc(2 * LEN + 2);
    memset(a, '7', LEN);
    memset(b, '7', LEN);
    a[LEN] = b[LEN] = '\0';
    assert_int_equal(fz_natural_cmp(a, b), 0);
    b[LEN - 1] = '8';
    assert_true(fz_natural_cmp(a, b) < 0);
    assert_true(fz_natural_cmp(b, a) > 0);
    strcpy(a + LEN, "0");
    assert_true(fz_natural_cmp(a, b) > 0);
    memset(b, '0', LEN);
    strcpy(b + LEN, "8");
    assert_true(fz_natural_cmp(b, "9") < 0);
    assert_true(fz_natural_cmp(b, "7") > 0);
    assert_true(fz_natural_cmp("18446744073709551616", "18446744073709551615") > 0);
    free(a);
    free(b);
}

static void folders_stand_before_their_subfolders(void **state)
{
    (void)state;
    static const char *const rows[] = {"",        "a",   "a/b",  "a/b/c", "a/b2", "a/b10",
                                       "a/b10/1", "a b", "a2/z", "a10",   "B"};
    assert_ascending(fz_natural_path_cmp, rows, COUNT(rows));
    /* The slash ends a name; as a character it would stand after ' ' and '!'. */
    assert_true(fz_natural_path_cmp("/p/x/1", "/p/x!/1") < 0);
    assert_true(fz_natural_path_cmp("/p/x 2/1", "/p/x/1") > 0);
}

/* Letters, digits, marks that fold to nothing, signs that fold to digits and slashes, and bytes that are no text. */
static void random_text(struct random *random, char *out, int max_len)
{
    static const char *const parts[] = {
        "a",        "A",        "b",        "_",        "0",        "1",        "2",
        "9",        " ",        ".",        "/",        "~",        "\xc3",     "\xff",
        "\xa4",     "\xc3\xa4", "\xc3\x84", "\xcc\x88", "\xc2\xbd", "\xc2\xb2", "\xe2\x84\x80",
        "\xc3\x9f", "\xd0\x96", "\xd0\xb6"};
    *out = '\0';
    for (int i = random_int(random, 0, max_len); i > 0; i--)
        strcat(out, parts[random_int(random, 0, COUNT(parts) - 1)]);
}

static void laws_of_an_order(compare *cmp)
{
    struct random random = random_start();
    for (int round = 0; round < 200000; round++) {
        char s[3][20];
        for (int i = 0; i < 3; i++)
            random_text(&random, s[i], 6);
        int ab = sign(cmp(s[0], s[1])), bc = sign(cmp(s[1], s[2])), ac = sign(cmp(s[0], s[2]));
        if (sign(cmp(s[1], s[0])) != -ab)
            fail_msg("\"%s\" and \"%s\" are both before each other", s[0], s[1]);
        if ((ab == 0) != (strcmp(s[0], s[1]) == 0))
            fail_msg("\"%s\" and \"%s\" are equal only by bytes", s[0], s[1]);
        if (ab <= 0 && bc <= 0 && ac > 0)
            fail_msg("\"%s\" <= \"%s\" <= \"%s\", but not the first and last", s[0], s[1], s[2]);
    }
}

static void natural_is_an_order(void **state)
{
    (void)state;
    laws_of_an_order(fz_natural_cmp);
}

static void natural_path_is_an_order(void **state)
{
    (void)state;
    laws_of_an_order(fz_natural_path_cmp);
}

static void suffixes(void **state)
{
    (void)state;
    assert_true(fz_str_has_suffix("a.JPG", ".jpg"));
    assert_true(fz_str_has_suffix(".jpg", ".jpg"));
    assert_true(fz_str_has_suffix("x", ""));
    assert_false(fz_str_has_suffix("jpg", ".jpg"));
    assert_false(fz_str_has_suffix("a.jpg ", ".jpg"));
    assert_false(fz_str_has_suffix("", ".jpg"));
}

/* Known values of FNV-1a, 32 bits. */
/* Keys of what stands behind a shared beginning decide as the whole names do, or not at all. */
static void keys_agree_with_names(void **state)
{
    (void)state;
    struct random random = random_start();
    size_t decided = 0;
    for (int i = 0; i < 300000; i++) {
        char a[80], b[80], rest[40];
        random_text(&random, a, 8);
        strcpy(b, a);
        random_text(&random, rest, 12);
        strcat(a, rest);
        random_text(&random, rest, 12);
        strcat(b, rest);
        size_t skip = fz_natural_shared(a, b, SIZE_MAX), less = fz_natural_shared(a, b, 3);
        assert_true(skip <= strlen(a) && skip <= strlen(b) && less <= 3 && less <= skip);
        assert_memory_equal(a, b, skip);
        assert_true(skip == 0 || a[skip - 1] < '0' || a[skip - 1] > '9');
        uint64_t x = fz_natural_key(a + skip), y = fz_natural_key(b + skip);
        if (x != y && sign(fz_natural_cmp(a, b)) != (x < y ? -1 : 1))
            fail_msg("\"%s\" against \"%s\" behind %zu", a, b, skip);
        decided += x != y;
    }
    assert_true(decided > 200000);
}

static void hashes(void **state)
{
    (void)state;
    assert_int_equal(fz_str_hash(FZ_HASH_SEED, ""), 0x811c9dc5);
    assert_int_equal(fz_str_hash(FZ_HASH_SEED, "a"), 0xe40c292c);
    assert_int_equal(fz_str_hash(FZ_HASH_SEED, "foobar"), 0xbf9cf968);
    assert_int_equal(fz_str_hash(fz_str_hash(FZ_HASH_SEED, "foo"), "bar"), 0xbf9cf968);
    assert_int_not_equal(fz_str_hash(FZ_HASH_SEED, "\xff"), fz_str_hash(FZ_HASH_SEED, "\x7f"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_by_value),
        cmocka_unit_test(leading_zeros_do_not_count_but_tell_apart),
        cmocka_unit_test(letters_without_regard_to_case),
        cmocka_unit_test(letters_without_regard_to_accents),
        cmocka_unit_test(huge_numbers),
        cmocka_unit_test(folders_stand_before_their_subfolders),
        cmocka_unit_test(natural_is_an_order),
        cmocka_unit_test(natural_path_is_an_order),
        cmocka_unit_test(suffixes),
        cmocka_unit_test(keys_agree_with_names),
        cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
