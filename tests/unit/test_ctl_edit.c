/* A line that is typed: words, editing, completion. */
#include "fixture.h"

#include "base/str.h"
#include "ctl/command.h"
#include "ctl/complete.h"
#include "ctl/edit.h"
#include "ctl/words.h"

/* --- words --- */

static void assert_words(const char *text, const char *const *expected, size_t count)
{
    struct fz_words words;
    struct fz_error err = {0};
    assert_int_equal(fz_words_split(&words, text, &err), FZ_OK);
    assert_int_equal(words.count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(words.list[i], expected[i]);
    fz_words_fini(&words);
}
#define ASSERT_WORDS(text, ...) \
    assert_words(text, (const char *const[]){__VA_ARGS__}, COUNT(((const char *const[]){__VA_ARGS__})))

static void words_are_split(void **state)
{
    (void)state;
    assert_words("", NULL, 0);
    assert_words(" \t ", NULL, 0);
    ASSERT_WORDS("next", "next");
    ASSERT_WORDS("  set  delay\t7 ", "set", "delay", "7");
    ASSERT_WORDS("a 'b c' \"d e\"f \"\"", "a", "b c", "d ef", "");
    ASSERT_WORDS("a\\ b \"\\\"\" '\\' \\", "a b", "\"", "\\", "\\");
    ASSERT_WORDS("$HOME `x` ;|&", "$HOME", "`x`", ";|&"); /* no shell */
    struct fz_words words;
    struct fz_error err = {0};
    assert_int_equal(fz_words_split(&words, "a 'b", &err), FZ_E_USAGE);
    assert_int_equal(words.count, 0);
    assert_int_equal(fz_words_split_plain(&words, " ' \\ \"x"), 3);
    assert_string_equal(words.list[2], "\"x");
    fz_words_fini(&words);
}

/* --- editing --- */

static void press(struct fz_edit *line, const char *keys)
{
    struct fz_words words;
    fz_words_split_plain(&words, keys);
    for (size_t i = 0; i < words.count; i++) {
        struct fz_key key;
        assert_true(fz_key_parse(words.list[i], &key));
        fz_edit_press(line, key);
    }
    fz_words_fini(&words);
}

static void assert_line(const char *start, const char *keys, const char *expected)
{
    struct fz_edit line;
    fz_edit_set(&line, start);
    press(&line, keys);
    char shown[FZ_EDIT_BYTES + 1];
    snprintf(shown, sizeof shown, "%.*s|%s", (int)line.cursor, line.text, line.text + line.cursor);
    if (strcmp(shown, expected) != 0)
        fail_msg("\"%s\" after %s is \"%s\", not \"%s\"", start, keys, shown, expected);
    assert_int_equal(strlen(line.text), line.length);
}

static void lines_are_edited(void **state)
{
    (void)state;
    assert_line("", "a b Space c", "ab c|");
    assert_line("abc", "Left X", "abX|c");
    assert_line("abc", "Home Del", "|bc");
    assert_line("abc", "Home BackSpace", "|abc");
    assert_line("abc", "Del", "abc|");
    assert_line("abc", "^a Right ^k", "a|");
    assert_line("set delay  ", "^w", "set |");
    assert_line("set delay", "Left Left ^u", "|ay");
    assert_line("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "Left Left BackSpace",
                "|\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_line("", "\xc3\xa9 S-Space", "\xc3\xa9 |");
    struct fz_edit line = {0};
    struct fz_key key;
    assert_true(fz_key_parse("F5", &key) && !fz_edit_press(&line, key));
    assert_true(fz_key_parse("A-x", &key) && !fz_edit_press(&line, key));
    fz_edit_insert(&line, "a\x01\x7f\xff\nb\xc3");
    assert_string_equal(line.text, "ab");
}

/* Whatever is pressed, the text is whole and the cursor inside, before a whole character. */
static void any_keys_keep_the_line_whole(void **state)
{
    (void)state;
    static const char *const keys[] = {"a",     "\xc3\xa4",  "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                       "Space", "BackSpace", "Del",          "Left",
                                       "Right", "Home",      "End",          "^w",
                                       "^u",    "^k",        "^a",           "^e",
                                       "^h",    "^d",        "^b",           "^f"};
    struct random random = random_start();
    struct fz_edit line = {0};
    for (int i = 0; i < 20000; i++) {
        /* it shall grow to its limit, too */
        int most = random_int(&random, 0, 50) == 0 ? (int)COUNT(keys) - 1 : 9;
        press(&line, keys[random_int(&random, 0, most)]);
        assert_true(line.length < sizeof line.text && line.cursor <= line.length);
        assert_int_equal(strlen(line.text), line.length);
        bool at_start = false;
        for (size_t at = 0; at <= line.length; at++) {
            uint32_t code;
            at_start |= at == line.cursor;
            if (at == line.length)
                break;
            size_t n = fz_utf8_decode(line.text + at, line.length - at, &code);
            assert_true(n > 0);
            at += n - 1;
        }
        assert_true(at_start);
    }
}

/* --- completion --- */

static void assert_completes(const char *before, size_t count, const char *added)
{
    struct fz_completion done;
    fz_complete(before, &done);
    if (done.count != count || strcmp(done.added, added) != 0)
        fail_msg("\"%s\": %zu, adds \"%s\" (%s)", before, done.count, done.added, done.list);
}

static void commands_are_completed(void **state)
{
    (void)state;
    assert_completes("nex", 1, "t ");
    assert_completes("zoom_", 7, "");
    assert_completes("zo", 7, "om_");
    assert_completes("no such", 0, "");
    assert_completes("loading ", 2, "");
    assert_completes("loading p", 1, "ause ");
    assert_completes("  loading   r", 1, "esume ");
    assert_completes("wait s", 1, "creenful ");
    assert_completes("wait idle ", 0, "");
    assert_completes("next ", 0, "");
    assert_completes("set del", 1, "ay ");
    assert_completes("get backg", 1, "round ");
    assert_completes("set names y", 1, "es ");
    assert_completes("set names ", 2, "");
    assert_completes("set delay ", 0, "");
    assert_completes("set nothing y", 0, "");
    assert_completes("set names yes ", 0, "");
    struct fz_completion done;
    fz_complete("", &done);
    assert_true(done.count == FZ_COMMANDS && strlen(done.list) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split),
        cmocka_unit_test(lines_are_edited),
        cmocka_unit_test(any_keys_keep_the_line_whole),
        cmocka_unit_test(commands_are_completed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
