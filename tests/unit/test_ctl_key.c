/* Keys as people write them, and as SDL reports them: each press gives exactly one. */
#include "fixture.h"

#include "ctl/key.h"

static void assert_parsed(const char *text, uint32_t code, uint32_t mods)
{
    struct fz_key key;
    memset(&key, 0xff, sizeof key);
    if (!fz_key_parse(text, &key))
        fail_msg("\"%s\" names no key", text);
    if (key.code != code || key.mods != mods)
        fail_msg("\"%s\" is %x with %x, not %x with %x", text, key.code, key.mods, code, mods);
}

static void written_as_the_help_writes_them(void **state)
{
    (void)state;
    assert_parsed("q", 'q', 0);
    assert_parsed("G", 'G', 0);
    assert_parsed("+", '+', 0);
    assert_parsed("-", '-', 0);
    assert_parsed("|", '|', 0);
    assert_parsed("\xc3\xa4", 0xe4, 0);
    assert_parsed("\xf0\x9f\x98\x80", 0x1f600, 0);
    assert_parsed("^f", 'f', FZ_MOD_CTRL);
    assert_parsed("A-x", 'x', FZ_MOD_ALT);
    assert_parsed("S-Space", SDLK_SPACE, FZ_MOD_SHIFT);
    assert_parsed("^S-A-Home", SDLK_HOME, FZ_MOD_CTRL | FZ_MOD_SHIFT | FZ_MOD_ALT);
    assert_parsed("A-^Up", SDLK_UP, FZ_MOD_CTRL | FZ_MOD_ALT);
    /* what begins a modifier is a key too */
    assert_parsed("^", '^', 0);
    assert_parsed("^^", '^', FZ_MOD_CTRL);
    assert_parsed("S", 'S', 0);
    assert_parsed("A", 'A', 0);
    assert_parsed("^-", '-', FZ_MOD_CTRL);
}

/* What keyboards never give is taken for what they do. */
static void shift_is_part_of_a_character(void **state)
{
    (void)state;
    assert_parsed("S-b", 'B', 0);
    assert_parsed("S-B", 'B', 0);
    assert_parsed("^G", 'g', FZ_MOD_CTRL);
    assert_parsed("A-Q", 'q', FZ_MOD_ALT);
    assert_parsed("^S-g", 'g', FZ_MOD_CTRL);
    assert_parsed("^S-1", '1', FZ_MOD_CTRL);
    assert_parsed("^A-Z", 'z', FZ_MOD_CTRL | FZ_MOD_ALT);
    assert_parsed("^[", '[', FZ_MOD_CTRL);
    assert_parsed("@", '@', 0);
}

static const struct {
    const char *name;
    SDL_Keycode code;
} named[] = {
    {"Space", SDLK_SPACE},
    {"Return", SDLK_RETURN},
    {"Esc", SDLK_ESCAPE},
    {"Tab", SDLK_TAB},
    {"BackSpace", SDLK_BACKSPACE},
    {"Del", SDLK_DELETE},
    {"Ins", SDLK_INSERT},
    {"Home", SDLK_HOME},
    {"End", SDLK_END},
    {"PgUp", SDLK_PAGEUP},
    {"PgDn", SDLK_PAGEDOWN},
    {"Up", SDLK_UP},
    {"Down", SDLK_DOWN},
    {"Left", SDLK_LEFT},
    {"Right", SDLK_RIGHT},
    {"F1", SDLK_F1},
    {"F11", SDLK_F11},
};

static void named_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(named); i++) {
        char other_case[16];
        assert_parsed(named[i].name, (uint32_t)named[i].code, 0);
        for (size_t k = 0; k <= strlen(named[i].name); k++)
            other_case[k] = (char)(named[i].name[k] ^ (named[i].name[k] >= 'A' ? 0x20 : 0));
        assert_parsed(other_case, (uint32_t)named[i].code, 0);
    }
}

static void what_names_no_key(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    " ",    "ab",   "Foo",        "F99",     "S-",   "A-",
                                      "^S-", "S--",  "S-1",  "S-\xc3\xa4", "^ab",     "Spac", "Spacee",
                                      "\t",  "\xff", "\xc3", "\xc3\xa4x",  "Page Up", "C-x"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fz_key key;
        if (fz_key_parse(bad[i], &key))
            fail_msg("\"%s\" names a key: %x", bad[i], key.code);
    }
}

/* ---- Events -------------------------------------------------------------------------------------------- */

static bool pressed(SDL_Keycode code, SDL_Keymod mod, struct fz_key *key)
{
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = code;
    event.key.keysym.mod = (Uint16)mod;
    return fz_key_from_event(&event, (uint16_t)mod, key);
}

/* A text that follows a press with these modifiers. */
static bool typed_with(SDL_Keymod mod, const char *text, struct fz_key *key)
{
    SDL_Event event = {.type = SDL_TEXTINPUT};
    strncpy(event.text.text, text, sizeof event.text.text - 1);
    return fz_key_from_event(&event, (uint16_t)mod, key);
}

static bool typed(const char *text, struct fz_key *key)
{
    return typed_with(KMOD_NONE, text, key);
}

static void assert_same_key(const char *text, struct fz_key got)
{
    struct fz_key expected;
    assert_true(fz_key_parse(text, &expected));
    if (!fz_key_equal(got, expected))
        fail_msg("%x with %x is not %s", got.code, got.mods, text);
}

static void named_keys_come_as_presses(void **state)
{
    (void)state;
    struct fz_key key;
    for (size_t i = 0; i < COUNT(named); i++) {
        char with_shift[24];
        assert_true(pressed(named[i].code, KMOD_NONE, &key));
        assert_same_key(named[i].name, key);
        snprintf(with_shift, sizeof with_shift, "S-%s", named[i].name);
        assert_true(pressed(named[i].code, KMOD_RSHIFT, &key));
        assert_same_key(with_shift, key);
        assert_true(pressed(named[i].code, KMOD_NUM | KMOD_CAPS, &key)); /* locks are no modifiers */
        assert_same_key(named[i].name, key);
    }
    assert_true(pressed(SDLK_KP_ENTER, KMOD_NONE, &key));
    assert_same_key("Return", key);
    assert_false(typed(" ", &key)); /* Space was pressed already */
}

static void characters_come_as_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"a", "G", "+", "|", "\xc3\xa9", "^"};
    struct fz_key key;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_true(typed(texts[i], &key));
        assert_same_key(texts[i], key);
    }
    assert_false(pressed(SDLK_a, KMOD_NONE, &key)); /* its text follows */
    assert_false(pressed(SDLK_a, KMOD_LSHIFT, &key));
    assert_false(pressed(SDLK_PLUS, KMOD_NONE, &key));
    assert_false(pressed(SDLK_q, KMOD_RALT | KMOD_LCTRL | KMOD_MODE, &key)); /* AltGr writes characters */
    assert_false(typed("ab", &key));
    assert_false(typed("", &key));
    assert_false(typed("\xff", &key));
}

static void chords_come_as_presses(void **state)
{
    (void)state;
    struct fz_key key;
    assert_true(pressed(SDLK_f, KMOD_LCTRL, &key));
    assert_same_key("^f", key);
    assert_true(pressed(SDLK_f, KMOD_RCTRL | KMOD_LSHIFT, &key)); /* shift counts with named keys alone */
    assert_same_key("^f", key);
    assert_true(pressed(SDLK_x, KMOD_LALT, &key));
    assert_same_key("A-x", key);
    assert_true(pressed(SDLK_SPACE, KMOD_LCTRL, &key));
    assert_same_key("^Space", key);
}

/* A press reports a key, a text, or both: exactly one of them counts, or with the desktop's own modifier
 * none. */
static void assert_counts_once(SDL_Keymod mod, SDL_Keycode code, const char *text, const char *expected)
{
    struct fz_key by_press = {0}, by_text = {0};
    bool press = pressed(code, mod, &by_press), written = typed_with(mod, text, &by_text);
    if ((press ? 1 : 0) + (written ? 1 : 0) != (expected ? 1 : 0))
        fail_msg("key %x with %x and text \"%s\": press %d, text %d", (unsigned)code, (unsigned)mod, text,
                 press, written);
    if (expected)
        assert_same_key(expected, press ? by_press : by_text);
}

static void each_press_counts_once(void **state)
{
    (void)state;
    assert_counts_once(KMOD_NONE, SDLK_a, "a", "a");
    assert_counts_once(KMOD_LSHIFT, SDLK_a, "A", "A");
    assert_counts_once(KMOD_CAPS, SDLK_a, "A", "A");
    assert_counts_once(KMOD_NUM, SDLK_KP_7, "7", "7");
    assert_counts_once(KMOD_NONE, SDLK_SPACE, " ", "Space");
    assert_counts_once(KMOD_LSHIFT, SDLK_SPACE, " ", "S-Space");
    assert_counts_once(KMOD_NONE, SDLK_RETURN, "", "Return");
    assert_counts_once(KMOD_LCTRL, SDLK_f, "", "^f");
    assert_counts_once(KMOD_LALT, SDLK_x, "x", "A-x");
    assert_counts_once(KMOD_RALT, SDLK_q, "@", "@"); /* the right Alt writes characters on many layouts */
    assert_counts_once(KMOD_MODE, SDLK_q, "@", "@");
    assert_counts_once(KMOD_LGUI, SDLK_x, "x", NULL);
    assert_counts_once(KMOD_LGUI, SDLK_SPACE, " ", NULL);
}

static void without_caps(const char *text, SDL_Keymod mod, const char *expected)
{
    struct fz_key key;
    assert_true(fz_key_parse(text, &key));
    assert_same_key(expected, fz_key_without_caps(key, (uint16_t)mod));
}

/* X cancels Caps Lock by Shift, or does not, as the layout says. */
static void caps_lock_is_for_what_is_typed(void **state)
{
    (void)state;
    without_caps("Q", KMOD_CAPS, "q");
    without_caps("q", KMOD_CAPS | KMOD_LSHIFT, "Q");
    without_caps("Q", KMOD_CAPS | KMOD_RSHIFT, "Q");
    without_caps("Q", KMOD_LSHIFT, "Q");
    without_caps("Q", KMOD_NONE, "Q"); /* no press of a keyboard */
    without_caps("[", KMOD_CAPS, "[");
    without_caps("{", KMOD_CAPS | KMOD_LSHIFT, "{");
    without_caps("^f", KMOD_CAPS, "^f");
    without_caps("Home", KMOD_CAPS, "Home");
    struct fz_key key;
    assert_true(fz_key_by_place(SDL_SCANCODE_Q, KMOD_CAPS, &key));
    assert_same_key("q", key);
    assert_true(fz_key_by_place(SDL_SCANCODE_Q, KMOD_CAPS | KMOD_LSHIFT, &key));
    assert_same_key("Q", key);
}

static void the_keypad_moves_without_num_lock(void **state)
{
    (void)state;
    static const struct {
        SDL_Keycode code;
        const char *key;
    } moves[] = {{SDLK_KP_1, "End"},   {SDLK_KP_2, "Down"},    {SDLK_KP_3, "PgDn"}, {SDLK_KP_4, "Left"},
                 {SDLK_KP_6, "Right"}, {SDLK_KP_7, "Home"},    {SDLK_KP_8, "Up"},   {SDLK_KP_9, "PgUp"},
                 {SDLK_KP_0, "Ins"},   {SDLK_KP_PERIOD, "Del"}};
    for (size_t i = 0; i < COUNT(moves); i++)
        assert_counts_once(KMOD_NONE, moves[i].code, "", moves[i].key);
    assert_counts_once(KMOD_NONE, SDLK_KP_5, "", NULL);
    assert_counts_once(KMOD_NUM, SDLK_KP_6, "6", "6");
    assert_counts_once(KMOD_NUM, SDLK_KP_PERIOD, ".", ".");
    assert_counts_once(KMOD_NONE, SDLK_KP_PLUS, "+", "+");
}

static void what_is_no_key(void **state)
{
    (void)state;
    struct fz_key key;
    assert_false(pressed(SDLK_LCTRL, KMOD_LCTRL, &key));
    assert_false(pressed(SDLK_LSHIFT, KMOD_LSHIFT, &key));
    assert_false(pressed(SDLK_VOLUMEUP, KMOD_NONE, &key));
    SDL_Event up = {.type = SDL_KEYUP}, mouse = {.type = SDL_MOUSEBUTTONDOWN};
    up.key.keysym.sym = SDLK_ESCAPE;
    assert_false(fz_key_from_event(&up, KMOD_NONE, &key));
    assert_false(fz_key_from_event(&mouse, KMOD_NONE, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_as_the_help_writes_them),
        cmocka_unit_test(shift_is_part_of_a_character),
        cmocka_unit_test(named_keys),
        cmocka_unit_test(what_names_no_key),
        cmocka_unit_test(named_keys_come_as_presses),
        cmocka_unit_test(characters_come_as_text),
        cmocka_unit_test(chords_come_as_presses),
        cmocka_unit_test(each_press_counts_once),
        cmocka_unit_test(caps_lock_is_for_what_is_typed),
        cmocka_unit_test(the_keypad_moves_without_num_lock),
        cmocka_unit_test(what_is_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
