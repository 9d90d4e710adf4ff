/* Names are bytes, what is shown is UTF-8: decoding, and what is written instead of what may not be shown. */
#include "fixture.h"

#include "base/str.h"

/* The definition, RFC 3629, section 3. */
static size_t encode(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00u >> n) | c);
    return n;
}

static bool is_surrogate(uint32_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

static void every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x120000; c++) {
        char bytes[8] = "";
        uint32_t got = 0xffffffff;
        size_t n = encode(c, bytes), len = fz_utf8_decode(bytes, sizeof bytes, &got);
        bool valid = c <= 0x10ffff && !is_surrogate(c);
        if (len != (valid ? n : 0) || (valid && got != c))
            fail_msg("U+%04X gives %zu bytes, U+%04X", c, len, got);
        for (size_t cut = 0; valid && cut < n; cut++)
            assert_int_equal(fz_utf8_decode(bytes, cut, &got), 0);
    }
}

static void broken_sequences(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc2",
        "\xc2\x41",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xe1\x80",
        "\xe1\x80\xc0",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t c;
        if (fz_utf8_decode(rows[i], strlen(rows[i]), &c) != 0)
            fail_msg("row %zu is valid", i);
    }
}

/* Controls, and the marks of Unicode Annex 9 that reorder the text around them. */
static bool is_dangerous(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void assert_harmless(const char *s)
{
    size_t len = strlen(s);
    for (size_t i = 0, n; i < len; i += n) {
        uint32_t c = 0;
        n = fz_utf8_decode(s + i, len - i, &c);
        if (n == 0 || is_dangerous(c))
            fail_msg("byte %zu of \"%s\" got through", i, s);
    }
}

static void assert_escaped(const char *s, const char *expected)
{
    char out[256];
    size_t len = fz_str_escape(out, sizeof out, s);
    assert_string_equal(out, expected);
    assert_int_equal(len, strlen(expected));
}

static void escapes(void **state)
{
    (void)state;
    assert_escaped("", "");
    assert_escaped("plain text.jpg", "plain text.jpg");
    assert_escaped("\xc3\xa4\xe4\xbd\xa0\xf0\x9f\x98\x80", "\xc3\xa4\xe4\xbd\xa0\xf0\x9f\x98\x80");
    assert_escaped("a\tb", "a\\x09"
                           "b");
    assert_escaped("\x1b[31m\x7f", "\\x1b[31m\\x7f");
    assert_escaped("\xc2\x85", "\\x85");
    assert_escaped("\xff\xc3", "\\xff\\xc3");
    assert_escaped("\xe2\x80\xae"
                   "gpj",
                   "\\u{202e}gpj");
    assert_escaped("\xd8\x9c\xe2\x81\xa9", "\\u{061c}\\u{2069}");
}

static void nothing_dangerous_gets_through(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 0x10ffff; c++) {
        char bytes[8] = "", out[32];
        size_t n = encode(c, bytes);
        fz_str_escape(out, sizeof out, bytes);
        if (is_dangerous(c) || is_surrogate(c)) {
            assert_int_equal(out[0], '\\');
            assert_harmless(out);
        } else if (c != 0x2028 && c != 0x2029 && (strlen(out) != n || memcmp(out, bytes, n) != 0)) {
            fail_msg("U+%04X was changed", c);
        }
    }
    struct random random = random_start();
    for (int round = 0; round < 50000; round++) {
        char bytes[12], out[64];
        int len = random_int(&random, 0, sizeof bytes - 1);
        for (int i = 0; i < len; i++)
            bytes[i] = (char)random_int(&random, 1, 255);
        bytes[len] = '\0';
        size_t written = fz_str_escape(out, sizeof out, bytes);
        assert_int_equal(written, strlen(out));
        assert_harmless(out);
    }
}

/* Whatever the room: a beginning of the whole, cut between two pieces, ended by NUL, nothing written
 * behind. */
static void escapes_into_little_room(void **state)
{
    (void)state;
    static const char text[] = "a\x01\xc3\xa4\xe2\x80\xae\xff"
                               "b\xf0\x9f\x98\x80"
                               "c";
    static const size_t cuts[] = {0, 1, 5, 7, 15, 19, 20, 24, 25};
    char whole[64];
    assert_int_equal(fz_str_escape(whole, sizeof whole, text), 25);
    for (size_t size = 1; size < 40; size++) {
        char out[64];
        memset(out, '#', sizeof out);
        size_t len = fz_str_escape(out, size, text), expected = 0;
        for (size_t i = 0; i < COUNT(cuts); i++)
            expected = cuts[i] < size ? cuts[i] : expected;
        assert_int_equal(len, expected);
        assert_memory_equal(out, whole, len);
        assert_int_equal(out[len], '\0');
        assert_int_equal(out[size], '#');
    }
    char untouched = '#';
    assert_int_equal(fz_str_escape(&untouched, 0, text), 0);
    assert_int_equal(untouched, '#');
}

static void becomes_utf8(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"a\n\xc3\xa4", "a\n\xc3\xa4"},
        {"\xff", "\xef\xbf\xbd"},
        {"a\xc3", "a\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xe2\x82x", "\xef\xbf\xbd\xef\xbf\xbdx"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = fz_str_to_utf8(rows[i][0]);
        assert_string_equal(text, rows[i][1]);
        free(text);
    }
}

static void assert_display(const char *s, const char *expected)
{
    char *text = fz_str_to_display(s);
    assert_string_equal(text, expected);
    free(text);
}

static void becomes_what_people_see(void **state)
{
    (void)state;
    assert_display("", "");
    assert_display("plain \xc3\xa4.jpg", "plain \xc3\xa4.jpg");
    assert_display("caf\xe9.jpg", "caf\xef\xbf\xbd.jpg");
    assert_display("a\tb\n", "a\xe2\x9f\xa6HT\xe2\x9f\xa7"
                             "b\xe2\x9f\xa6LF\xe2\x9f\xa7");
    assert_display("\x1b\x7f\x1f\x01",
                   "\xe2\x9f\xa6"
                   "ESC\xe2\x9f\xa7\xe2\x9f\xa6"
                   "DEL\xe2\x9f\xa7\xe2\x9f\xa6US\xe2\x9f\xa7\xe2\x9f\xa6SOH\xe2\x9f\xa7");
    assert_display("photo\xe2\x80\xaegpj.exe", "photo\xe2\x9f\xa6RLO\xe2\x9f\xa7gpj.exe");
    assert_display("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f",
                   "\xe2\x9f\xa6"
                   "ALM\xe2\x9f\xa7\xe2\x9f\xa6LRM\xe2\x9f\xa7\xe2\x9f\xa6RLM"
                   "\xe2\x9f\xa7");
    assert_display("\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\xa8",
                   "\xe2\x9f\xa6LRI\xe2\x9f\xa7\xe2\x9f\xa6PDI\xe2\x9f\xa7"
                   "\xe2\x9f\xa6LS\xe2\x9f\xa7");
    assert_display("\xc2\x85", "\xe2\x9f\xa6"
                               "85\xe2\x9f\xa7");
    /* Joiners and variation selectors make letters and emoji: they stay. */
    assert_display("\xe2\x80\x8d\xe2\x80\x8c\xef\xb8\x8f", "\xe2\x80\x8d\xe2\x80\x8c\xef\xb8\x8f");
}

static void nothing_that_acts_is_shown(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 0x10ffff; c++) {
        char bytes[8] = "";
        encode(c, bytes);
        char *text = fz_str_to_display(bytes);
        assert_harmless(text);
        bool marked = is_dangerous(c) || is_surrogate(c) || c == 0x2028 || c == 0x2029;
        if (marked == (strcmp(text, bytes) == 0))
            fail_msg("U+%04X is shown as %s", c, text);
        free(text);
    }
    struct random random = random_start();
    for (int round = 0; round < 50000; round++) {
        char bytes[12];
        int len = random_int(&random, 0, sizeof bytes - 1);
        for (int i = 0; i < len; i++)
            bytes[i] = (char)random_int(&random, 1, 255);
        bytes[len] = '\0';
        char *text = fz_str_to_display(bytes);
        assert_harmless(text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point),
        cmocka_unit_test(broken_sequences),
        cmocka_unit_test(escapes),
        cmocka_unit_test(nothing_dangerous_gets_through),
        cmocka_unit_test(escapes_into_little_room),
        cmocka_unit_test(becomes_utf8),
        cmocka_unit_test(becomes_what_people_see),
        cmocka_unit_test(nothing_that_acts_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
