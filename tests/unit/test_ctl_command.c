/* The command table: keys parse, can be pressed, and belong to one command in each view. */
#include "fixture.h"

#include "ctl/command.h"
#include "ctl/keymap.h"

static const char *const view_names[FZ_VIEWS] = {"on the wall", "in the picture view", "while a show runs"};

typedef void key_visitor(enum fz_command_id id, enum fz_command_view view, const char *word, void *ctx);

/* Every key of every command, as it is written in the table. */
static void for_each_key(key_visitor *visit, void *ctx)
{
    for (int id = 0; id < FZ_COMMANDS; id++) {
        for (int view = 0; view < FZ_VIEWS; view++) {
            const char *keys = fz_command_keys((enum fz_command_id)id, (enum fz_command_view)view);
            assert_non_null(keys);
            char copy[128], *rest = copy;
            assert_true(strlen(keys) < sizeof copy);
            strcpy(copy, keys);
            for (char *word; (word = strsep(&rest, " ")) != NULL;)
                if (*word)
                    visit((enum fz_command_id)id, (enum fz_command_view)view, word, ctx);
        }
    }
}

static struct fz_key_sequence keys_of(enum fz_command_id id, enum fz_command_view view, const char *word)
{
    struct fz_key_sequence keys = {0};
    if (!fz_key_sequence_parse(word, &keys))
        fail_msg("%s %s has a key that is none: \"%s\"", fz_command_name(id), view_names[view], word);
    return keys;
}

/* What the keys do by the table alone. */
static bool find(const struct fz_key_sequence *keys, enum fz_command_view view, enum fz_command_id *id)
{
    struct fz_keymap map;
    const struct fz_binding *binding = NULL;
    fz_keymap_init(&map);
    bool found = fz_keymap_find(&map, keys, view, &binding) == FZ_KEY_BOUND;
    if (found)
        *id = binding->command;
    fz_keymap_fini(&map);
    return found;
}

static void check_one_key(enum fz_command_id id, enum fz_command_view view, const char *word, void *ctx)
{
    int *count = ctx;
    keys_of(id, view, word);
    ++*count;
}

static void keys_parse(void **state)
{
    (void)state;
    int count = 0;
    for_each_key(check_one_key, &count);
    assert_true(count > 50);
}

struct owners {
    struct owner {
        enum fz_command_id id;
        enum fz_command_view view;
        struct fz_key_sequence keys;
    } rows[512];
    size_t count;
};

static void check_not_taken(enum fz_command_id id, enum fz_command_view view, const char *word, void *ctx)
{
    struct owners *owners = ctx;
    struct fz_key_sequence keys = keys_of(id, view, word);
    for (size_t i = 0; i < owners->count; i++) {
        const struct owner *o = &owners->rows[i];
        /* a key that is a command begins no sequence either */
        bool begin_alike = fz_key_equal(o->keys.keys[0], keys.keys[0]);
        bool end_alike =
            o->keys.length != keys.length || keys.length == 1 || fz_key_equal(o->keys.keys[1], keys.keys[1]);
        if (o->view == view && begin_alike && end_alike)
            fail_msg("%s is a key of %s and of %s %s", word, fz_command_name(o->id), fz_command_name(id),
                     view_names[view]);
    }
    assert_true(owners->count < COUNT(owners->rows));
    owners->rows[owners->count++] = (struct owner){id, view, keys};
}

static void no_key_belongs_to_two_commands_of_a_view(void **state)
{
    (void)state;
    static struct owners owners;
    for_each_key(check_not_taken, &owners);
}

static void check_found(enum fz_command_id id, enum fz_command_view view, const char *word, void *ctx)
{
    (void)ctx;
    enum fz_command_id found = FZ_COMMANDS;
    struct fz_key_sequence keys = keys_of(id, view, word);
    if (!find(&keys, view, &found) || found != id)
        fail_msg("%s %s does not find %s", word, view_names[view], fz_command_name(id));
}

static void keys_find_their_command(void **state)
{
    (void)state;
    for_each_key(check_found, NULL);
}

/* A key that no press produces would be a row that nobody can reach. */
static void check_press(enum fz_command_id id, struct fz_key key)
{
    char word[32];
    struct fz_key got;
    fz_key_format(key, word, sizeof word);
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = (SDL_Keycode)key.code;
    event.key.keysym.mod =
        (Uint16)((key.mods & FZ_MOD_CTRL ? KMOD_LCTRL : 0) | (key.mods & FZ_MOD_SHIFT ? KMOD_LSHIFT : 0) |
                 (key.mods & FZ_MOD_ALT ? KMOD_LALT : 0));
    bool by_press = fz_key_from_event(&event, KMOD_NONE, &got) && fz_key_equal(got, key);
    /* the keycode of a letter is its small form */
    if (key.code >= 'A' && key.code <= 'Z' && key.mods)
        by_press = false;
    event = (SDL_Event){.type = SDL_TEXTINPUT};
    memcpy(event.text.text, word, sizeof word);
    bool by_text = fz_key_from_event(&event, KMOD_NONE, &got) && fz_key_equal(got, key);
    if (by_press == by_text)
        fail_msg("%s of %s: %s", word, fz_command_name(id),
                 by_press ? "comes twice" : "no press produces it");
}

static void check_can_be_pressed(enum fz_command_id id, enum fz_command_view view, const char *word,
                                 void *ctx)
{
    (void)ctx;
    struct fz_key_sequence keys = keys_of(id, view, word);
    for (int i = 0; i < keys.length; i++)
        check_press(id, keys.keys[i]);
}

static void keys_can_be_pressed(void **state)
{
    (void)state;
    for_each_key(check_can_be_pressed, NULL);
}

static void commands_find_by_name(void **state)
{
    (void)state;
    for (int id = 0; id < FZ_COMMANDS; id++) {
        enum fz_command_id found = FZ_COMMANDS;
        const char *name = fz_command_name((enum fz_command_id)id);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        assert_true(strlen(name) > 0);
        assert_true(fz_command_find(name, &found));
        assert_int_equal(found, id); /* so no name is given twice */
        assert_true(strlen(fz_command_help((enum fz_command_id)id)) > 0);
    }
    static const char *const unknown[] = {"", "qui", "quitt", "Quit", "quit ", " ", "\xff"};
    enum fz_command_id id;
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_false(fz_command_find(unknown[i], &id));
}

static void commands_without_keys_take_arguments_or_say_something(void **state)
{
    (void)state;
    static const char *const by_socket[] = {"key", "status", "stats", "wait", "screenshot"};
    for (size_t i = 0; i < COUNT(by_socket); i++) {
        enum fz_command_id id;
        assert_true(fz_command_find(by_socket[i], &id));
    }
    for (int id = 0; id < FZ_COMMANDS; id++) {
        const char *argument = fz_command_argument((enum fz_command_id)id);
        assert_true(!argument || strlen(argument) > 0);
    }
}

static void assert_key(const char *word, enum fz_command_view view, const char *name)
{
    struct fz_key_sequence keys;
    enum fz_command_id id;
    assert_true(fz_key_sequence_parse(word, &keys));
    bool found = find(&keys, view, &id);
    const char *got = found ? fz_command_name(id) : NULL;
    if (name ? !got || strcmp(got, name) != 0 : found)
        fail_msg("%s %s is %s", word, view_names[view], got ? got : "nothing");
}

/* What users of other viewers have in their fingers. */
static void keys_are_those_promised(void **state)
{
    (void)state;
    static const struct {
        const char *key, *wall, *picture;
    } promised[] = {
        {"q", "quit", "quit"},
        {"Esc", "back", "back"},
        {"Return", "open", "close"},
        {"n", "next", "next"},
        {"p", "previous", "previous"},
        {"Space", "page_down", "next"},
        {"PgDn", "page_down", "next"},
        {"PgUp", "page_up", "previous"},
        {"BackSpace", NULL, "previous"},
        {"h", "left", "left"},
        {"l", "right", "right"},
        {"Left", "left", "left"},
        {"Right", "right", "right"},
        {"Home", "first", "first"},
        {"End", "last", "last"},
        {"G", "last", "last"},
        {"gg", "first", "first"},
        {"g", NULL, NULL},
        {"?", "help", "help"},
        {"F1", "help", "help"},
        {":", "command_line", "command_line"},
        {"+", "zoom_in", "zoom_in"},
        {"=", "zoom_in", "zoom_in"},
        {"-", "zoom_out", "zoom_out"},
        {"w", NULL, "zoom_fit"},
        {"W", NULL, "zoom_fill"},
        {"a", NULL, "zoom_original"},
        {">", "rotate_right", "rotate_right"},
        {"<", "rotate_left", "rotate_left"},
        {"|", NULL, "flip_h"},
        {"_", NULL, "flip_v"},
        {"s", "slideshow", "slideshow"},
        {"f", "fullscreen", "fullscreen"},
        {"F11", "fullscreen", "fullscreen"},
        {"P", "loading", "loading"},
        {"r", "reload", "reload"},
        {"y", "copy_path", "copy_path"},
        {"^f", "page_down", NULL},
        {"^b", "page_up", NULL},
        {"]", "forward", "forward"},
        {"[", "backward", "backward"},
        {"F5", NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(promised); i++) {
        assert_key(promised[i].key, FZ_VIEW_WALL, promised[i].wall);
        assert_key(promised[i].key, FZ_VIEW_PICTURE, promised[i].picture);
    }
}

static void a_show_has_its_own_keys_before_those_of_the_picture(void **state)
{
    (void)state;
    assert_key("Space", FZ_VIEW_SHOW, "pause_show");
    assert_key("Space", FZ_VIEW_PICTURE, "next");
    assert_key("n", FZ_VIEW_SHOW, "next");
    assert_key("Esc", FZ_VIEW_SHOW, "back");
    assert_key("^f", FZ_VIEW_SHOW, NULL);
    assert_key("S-Space", FZ_VIEW_SHOW, NULL);
    assert_key("S-Space", FZ_VIEW_WALL, "page_up");
}

static void assert_belongs(const char *name, bool wall, bool picture, bool show)
{
    const bool expected[FZ_VIEWS] = {wall, picture, show};
    enum fz_command_id id;
    assert_true(fz_command_find(name, &id));
    for (int view = 0; view < FZ_VIEWS; view++) {
        enum fz_command_view elsewhere = FZ_VIEWS;
        if (fz_command_belongs(id, (enum fz_command_view)view, &elsewhere) != expected[view])
            fail_msg("%s %s", name, view_names[view]);
        if (!expected[view])
            assert_true(fz_command_belongs(id, elsewhere, &elsewhere));
        else
            assert_int_equal(elsewhere, FZ_VIEWS);
    }
}

/* A command means something where it has a key, and everywhere if it has none at all. */
static void commands_belong_where_their_keys_are(void **state)
{
    (void)state;
    static const char *const everywhere[] = {"quit", "next",   "slideshow", "zoom_in", "key",
                                             "wait", "status", "stats",     "reload",  "screenshot"};
    static const char *const picture[] = {"close",  "zoom_fit", "zoom_original",
                                          "flip_h", "flip_v",   "zoom_keep"};
    static const char *const wall[] = {"open", "page_down", "half_up"};
    for (size_t i = 0; i < COUNT(everywhere); i++)
        assert_belongs(everywhere[i], true, true, true);
    for (size_t i = 0; i < COUNT(picture); i++)
        assert_belongs(picture[i], false, true, true);
    for (size_t i = 0; i < COUNT(wall); i++)
        assert_belongs(wall[i], true, false, false);
    assert_belongs("pause_show", false, false, true);
    enum fz_command_view elsewhere;
    assert_false(fz_command_belongs(FZ_COMMAND_ZOOM_FIT, FZ_VIEW_WALL, &elsewhere));
    assert_string_equal(fz_command_view_name(elsewhere), "in the picture view");
}

/* Held down, a key that moves goes on moving; one that switches or ends something does so once. */
static void held_keys_repeat_only_what_moves(void **state)
{
    (void)state;
    static const char *const repeating[] = {"next",      "previous", "left",      "right",
                                            "up",        "down",     "page_down", "page_up",
                                            "half_down", "half_up",  "zoom_in",   "zoom_out"};
    static const char *const once[] = {"quit",       "back",       "open",   "close",    "slideshow",
                                       "pause_show", "fullscreen", "reload", "loading",  "screenshot",
                                       "names",      "flip_h",     "first",  "copy_path"};
    enum fz_command_id id;
    for (size_t i = 0; i < COUNT(repeating); i++)
        assert_true(fz_command_find(repeating[i], &id) && fz_command_repeats(id));
    for (size_t i = 0; i < COUNT(once); i++)
        assert_true(fz_command_find(once[i], &id) && !fz_command_repeats(id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_parse),
        cmocka_unit_test(no_key_belongs_to_two_commands_of_a_view),
        cmocka_unit_test(keys_find_their_command),
        cmocka_unit_test(keys_can_be_pressed),
        cmocka_unit_test(commands_find_by_name),
        cmocka_unit_test(commands_without_keys_take_arguments_or_say_something),
        cmocka_unit_test(keys_are_those_promised),
        cmocka_unit_test(commands_belong_where_their_keys_are),
        cmocka_unit_test(held_keys_repeat_only_what_moves),
        cmocka_unit_test(a_show_has_its_own_keys_before_those_of_the_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
