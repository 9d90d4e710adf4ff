/* What keys do: the table, presets over it, single bindings over those; sequences. */
#include "fixture.h"

#include "ctl/keymap.h"
#include "ctl/preset.h"

static const char *const presets[] = {"feh", "nsxiv", "imv", "swayimg", "cull"};

/* "-": nothing; "+": begins a sequence; else the name of the command. */
static const char *what_does(const struct fz_keymap *map, enum fz_command_view view, const char *text)
{
    struct fz_key_sequence keys;
    const struct fz_binding *binding = NULL;
    if (!fz_key_sequence_parse(text, &keys))
        fail_msg("%s is no key", text);
    switch (fz_keymap_find(map, &keys, view, &binding)) {
    case FZ_KEY_BOUND:
        return fz_command_name(binding->command);
    case FZ_KEY_BEGINS:
        return "+";
    default:
        return "-";
    }
}

static void assert_does(const struct fz_keymap *map, enum fz_command_view view, const char *text,
                        const char *expected)
{
    const char *got = what_does(map, view, text);
    if (strcmp(got, expected) != 0)
        fail_msg("%s in view %d is %s, not %s", text, view, got, expected);
}

static void bind(struct fz_keymap *map, const char *text, enum fz_command_view view, enum fz_command_id id)
{
    struct fz_key_sequence keys;
    assert_true(fz_key_sequence_parse(text, &keys));
    fz_keymap_bind(map, &keys, view, id, NULL);
}

static void sequences_are_read(void **state)
{
    (void)state;
    struct fz_key_sequence keys;
    assert_true(fz_key_sequence_parse("gg", &keys));
    assert_int_equal(keys.length, 2);
    assert_true(fz_key_sequence_parse("PgDn", &keys));
    assert_int_equal(keys.length, 1);
    assert_true(fz_key_sequence_parse("\xc3\xa4\xc3\xb6", &keys));
    assert_int_equal(keys.length, 2);
    assert_int_equal(keys.keys[1].code, 0xf6);
    static const char *const bad[] = {"", " ", "ggg", "Foo", "g ", " g", "\xff", "g\xff", "gS-Space"};
    for (size_t i = 0; i < COUNT(bad); i++)
        if (fz_key_sequence_parse(bad[i], &keys))
            fail_msg("\"%s\" is taken for keys", bad[i]);
}

static void sequences_are_followed(void **state)
{
    (void)state;
    struct fz_keymap map;
    fz_keymap_init(&map);
    assert_does(&map, FZ_VIEW_WALL, "g", "+");
    assert_does(&map, FZ_VIEW_WALL, "gg", "first");
    assert_does(&map, FZ_VIEW_WALL, "gx", "-");
    assert_does(&map, FZ_VIEW_SHOW, "g", "+"); /* as in the picture view */
    assert_does(&map, FZ_VIEW_SHOW, "Space", "pause_show");
    assert_does(&map, FZ_VIEW_PICTURE, "Space", "next");
    fz_keymap_fini(&map);
}

/* The newer one holds; what it stood in the way of is gone, in its view only. */
static void a_key_has_one_meaning(void **state)
{
    (void)state;
    struct fz_keymap map;
    fz_keymap_init(&map);
    bind(&map, "g", FZ_VIEW_WALL, FZ_COMMAND_QUIT);
    assert_does(&map, FZ_VIEW_WALL, "g", "quit");
    assert_does(&map, FZ_VIEW_WALL, "gg", "-");
    assert_does(&map, FZ_VIEW_PICTURE, "gg", "first");
    bind(&map, "gx", FZ_VIEW_WALL, FZ_COMMAND_NEXT);
    assert_does(&map, FZ_VIEW_WALL, "g", "+");
    assert_does(&map, FZ_VIEW_WALL, "gx", "next");
    bind(&map, "q", FZ_VIEW_WALL, FZ_COMMAND_NEXT);
    assert_does(&map, FZ_VIEW_WALL, "q", "next");
    struct fz_key_sequence keys;
    assert_true(fz_key_sequence_parse("q", &keys));
    fz_keymap_unbind(&map, &keys, FZ_VIEW_WALL);
    assert_does(&map, FZ_VIEW_WALL, "q", "-");
    assert_does(&map, FZ_VIEW_PICTURE, "q", "quit");
    fz_keymap_fini(&map);
}

static void keys_are_told_for_the_help(void **state)
{
    (void)state;
    struct fz_keymap map;
    char text[64];
    fz_keymap_init(&map);
    assert_int_equal(fz_keymap_format_keys(&map, FZ_COMMAND_FIRST, FZ_VIEW_WALL, text, sizeof text), 2);
    assert_string_equal(text, "Home gg");
    assert_int_equal(fz_keymap_format_keys(&map, FZ_COMMAND_PAGE_DOWN, FZ_VIEW_WALL, text, sizeof text), 3);
    assert_string_equal(text, "Space PgDn ^f");
    assert_int_equal(fz_keymap_format_keys(&map, FZ_COMMAND_PAGE_UP, FZ_VIEW_WALL, text, sizeof text), 3);
    assert_string_equal(text, "S-Space PgUp ^b");
    assert_int_equal(fz_keymap_format_keys(&map, FZ_COMMAND_STATUS, FZ_VIEW_WALL, text, sizeof text), 0);
    assert_string_equal(text, "");
    fz_keymap_format_keys(&map, FZ_COMMAND_PAGE_DOWN, FZ_VIEW_WALL, text, 8);
    assert_string_equal(text, "Space");
    fz_keymap_fini(&map);
}

/* Every key of a preset exists, none is given twice in it, and each does what its row says. */
static void presets_hold(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        enum fz_command_id command;
        const char *keys[2];
    } rows[] = {
#define X(preset, command, wall, picture) {#preset, FZ_COMMAND_##command, {wall, picture}},
        FZ_PRESET_TABLE(X)
#undef X
    };
    static const struct {
        const char *preset;
        enum fz_command_id command;
        const char *argument, *key;
    } given[] = {
#define X(preset, command, argument, key) {#preset, FZ_COMMAND_##command, argument, key},
        FZ_PRESET_ARGUMENT_TABLE(X)
#undef X
    };
    for (size_t p = 0; p < COUNT(presets); p++) {
        struct fz_keymap map;
        size_t checked = 0;
        fz_keymap_init(&map);
        fz_preset_apply(&map, presets[p]);
        for (size_t i = 0; i < COUNT(rows); i++) {
            for (int view = 0; view < 2 && strcmp(rows[i].preset, presets[p]) == 0; view++) {
                char copy[64], *rest = copy;
                strcpy(copy, rows[i].keys[view]);
                for (char *word; (word = strsep(&rest, " ")) != NULL;) {
                    if (!*word)
                        continue;
                    assert_does(&map, (enum fz_command_view)view, word, fz_command_name(rows[i].command));
                    checked++;
                }
            }
        }
        for (size_t i = 0; i < COUNT(given); i++) {
            for (int view = 0; view < 2 && strcmp(given[i].preset, presets[p]) == 0; view++) {
                assert_does(&map, (enum fz_command_view)view, given[i].key,
                            fz_command_name(given[i].command));
                checked++;
            }
        }
        assert_true(checked > 5);
        fz_keymap_fini(&map);
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool known = false;
        for (size_t p = 0; p < COUNT(presets); p++)
            known |= strcmp(rows[i].preset, presets[p]) == 0;
        assert_true(known);
    }
}

/* What users of those programs have in their fingers. */
static void presets_feel_at_home(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        enum fz_command_view view;
        const char *key, *command;
    } known[] = {
        {"feh", FZ_VIEW_PICTURE, "Up", "zoom_in"},        {"feh", FZ_VIEW_PICTURE, "Esc", "quit"},
        {"feh", FZ_VIEW_PICTURE, "Left", "previous"},     {"nsxiv", FZ_VIEW_WALL, "g", "first"},
        {"nsxiv", FZ_VIEW_PICTURE, "=", "zoom_original"}, {"nsxiv", FZ_VIEW_PICTURE, "W", "zoom_fit"},
        {"imv", FZ_VIEW_PICTURE, "i", "zoom_in"},         {"imv", FZ_VIEW_PICTURE, "gg", "first"},
        {"swayimg", FZ_VIEW_PICTURE, "Z", "zoom_fill"},   {"swayimg", FZ_VIEW_PICTURE, "]", "rotate_right"},
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        struct fz_keymap map;
        fz_keymap_init(&map);
        fz_preset_apply(&map, known[i].preset);
        assert_does(&map, known[i].view, known[i].key, known[i].command);
        fz_keymap_fini(&map);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_are_read),    cmocka_unit_test(sequences_are_followed),
        cmocka_unit_test(a_key_has_one_meaning), cmocka_unit_test(keys_are_told_for_the_help),
        cmocka_unit_test(presets_hold),          cmocka_unit_test(presets_feel_at_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
