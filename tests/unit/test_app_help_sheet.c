/* What the help says: taken from the keymap of now, every key of it, opposites together, the basics first. */
#include "fixture.h"

#include "app/app.h"
#include "app/overlay/help_sheet.h"

#include <stdlib.h>

static struct fz_app app;
static struct fz_help_sheet sheet;

static int set_up(void **state)
{
    (void)state;
    app = (struct fz_app){.mode = FZ_MODE_WALL};
    fz_keymap_init(&app.keys.map);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fz_keymap_fini(&app.keys.map);
    return 0;
}

static const struct fz_help_row *find(enum fz_command_id id, int *which)
{
    const struct fz_help_row *found = NULL;
    for (size_t i = 0; i < sheet.count; i++)
        for (int k = 0; k < FZ_HELP_PAIR; k++)
            if (!sheet.rows[i].heading && sheet.rows[i].keys[k][0] && sheet.rows[i].ids[k] == id) {
                assert_null(found); /* once */
                found = &sheet.rows[i];
                *which = k;
            }
    return found;
}

static void every_command_that_has_keys_stands_there_once(void **state)
{
    (void)state;
    for (int view = 0; view < FZ_VIEWS; view++) {
        app.mode = view == FZ_VIEW_WALL ? FZ_MODE_WALL : FZ_MODE_PICTURE;
        app.show.running = view == FZ_VIEW_SHOW;
        fz_help_fill(&app, &sheet);
        for (int id = 0; id < FZ_COMMANDS; id++) {
            char here[FZ_HELP_KEYS], there[FZ_HELP_KEYS];
            enum fz_command_view other = view == FZ_VIEW_WALL ? FZ_VIEW_PICTURE : FZ_VIEW_WALL;
            int n = fz_keymap_format_keys(&app.keys.map, (enum fz_command_id)id, (enum fz_command_view)view,
                                          here, sizeof here);
            int m = fz_keymap_format_keys(&app.keys.map, (enum fz_command_id)id, other, there, sizeof there);
            int which = 0;
            const struct fz_help_row *row = find((enum fz_command_id)id, &which);
            assert_int_equal(row != NULL, n + m > 0);
            if (row)
                assert_string_equal(row->keys[which], n > 0 ? here : there);
            assert_true(!row || row->text[0]);
        }
    }
}

static void opposites_share_a_row_while_both_have_keys(void **state)
{
    (void)state;
    int first, second;
    fz_help_fill(&app, &sheet);
    assert_ptr_equal(find(FZ_COMMAND_ZOOM_IN, &first), find(FZ_COMMAND_ZOOM_OUT, &second));
    assert_int_equal(first, 0);
    assert_int_equal(second, 1);
    struct fz_key_sequence minus;
    assert_true(fz_key_sequence_parse("-", &minus));
    fz_keymap_unbind(&app.keys.map, &minus, FZ_VIEW_WALL);
    fz_help_fill(&app, &sheet);
    const struct fz_help_row *row = find(FZ_COMMAND_ZOOM_IN, &first);
    assert_string_equal(row->keys[1], "");
    assert_string_equal(row->text, fz_command_help(FZ_COMMAND_ZOOM_IN));
}

static const char *basic(const char *text)
{
    for (size_t i = 0; i < sheet.basic_count; i++)
        if (strcmp(sheet.basics[i].text, text) == 0)
            return sheet.basics[i].keys;
    return NULL;
}

static void the_basics_are_those_of_the_view(void **state)
{
    (void)state;
    fz_help_fill(&app, &sheet);
    assert_string_equal(basic("move"), "Left Up Down Right");
    assert_string_equal(basic("opens"), "Return");
    assert_string_equal(basic("larger, smaller"), "+ -");
    assert_string_equal(basic("quits"), "q");
    assert_null(basic("back to the wall"));
    app.mode = FZ_MODE_PICTURE;
    fz_help_fill(&app, &sheet);
    assert_null(basic("opens"));
    assert_string_equal(basic("back to the wall"), "Return");
    assert_string_equal(basic("previous, next"), "Left Right");
    assert_null(basic("pauses, resumes"));
    app.show.running = true; /* then a key may mean something else than in the picture view */
    fz_help_fill(&app, &sheet);
    assert_string_equal(basic("pauses, resumes"), "Space");
    int which;
    const struct fz_help_row *row = find(FZ_COMMAND_NEXT, &which);
    assert_true(row && strstr(row->keys[which], "Right") == NULL &&
                strstr(row->keys[which], "Space") == NULL);
}

/* What is told of a key, too, is of the keymap of now. */
static void hints_follow_the_keymap(void **state)
{
    (void)state;
    char text[64] = "All are dropped";
    fz_help_hint(&app, FZ_COMMAND_UNDROP, ", ", "brings them back", text, sizeof text);
    assert_string_equal(text, "All are dropped, U brings them back");
    struct fz_key_sequence u, z;
    assert_true(fz_key_sequence_parse("U", &u) && fz_key_sequence_parse("^z", &z));
    fz_keymap_unbind(&app.keys.map, &u, FZ_VIEW_WALL);
    text[0] = '\0';
    fz_help_hint(&app, FZ_COMMAND_UNDROP, ", ", "brings them back", text, sizeof text);
    assert_string_equal(text, "");
    fz_keymap_bind(&app.keys.map, &z, FZ_VIEW_WALL, FZ_COMMAND_UNDROP, NULL);
    fz_help_hint(&app, FZ_COMMAND_UNDROP, "", "brings them back", text, sizeof text);
    assert_string_equal(text, "Ctrl+z brings them back");
}

static void the_basics_follow_the_keymap(void **state)
{
    (void)state;
    struct fz_key_sequence q, x;
    assert_true(fz_key_sequence_parse("q", &q) && fz_key_sequence_parse("x", &x));
    fz_keymap_unbind(&app.keys.map, &q, FZ_VIEW_WALL);
    fz_help_fill(&app, &sheet);
    assert_null(basic("quits"));
    fz_keymap_bind(&app.keys.map, &x, FZ_VIEW_WALL, FZ_COMMAND_QUIT, NULL);
    fz_help_fill(&app, &sheet);
    assert_string_equal(basic("quits"), "x");
}

static void caps(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"a", "a"},
                                          {"^f", "Ctrl+f"},
                                          {"S-Space", "Shift+Space"},
                                          {"A-z", "Alt+z"},
                                          {"^Left", "Ctrl+←"},
                                          {"Left", "←"},
                                          {"^", "^"},
                                          {"gg", "gg"},
                                          {"-", "-"},
                                          {"S-", "S-"},
                                          {"PgDn", "PgDn"},
                                          {"^^", "Ctrl+^"},
                                          {"BackSpace", "Backspace"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char cap[40];
        fz_help_cap(cap, sizeof cap, rows[i][0], strlen(rows[i][0]));
        assert_string_equal(cap, rows[i][1]);
    }
    char small[6];
    fz_help_cap(small, sizeof small, "^S-A-x", 6);
    assert_string_equal(small, "Ctrl+");
}

static void caps_of_several(void **state)
{
    (void)state;
    char out[20];
    fz_help_caps(out, sizeof out, "");
    assert_string_equal(out, "");
    fz_help_caps(out, sizeof out, "n ^a Left");
    assert_string_equal(out, "n Ctrl+a ←");
    fz_help_caps(out, sizeof out, "^Space S-Space ^f");
    assert_string_equal(out, "Ctrl+Space");
}

/* The menu writes keys as the help does. */
static void the_menu_has_caps(void **state)
{
    (void)state;
    fz_menu_open(&app, 0, 0);
    int found = 0;
    for (size_t i = 0; i < app.menu.count; i++) {
        if (app.menu.rows[i].what.command == FZ_COMMAND_MARK_ALL) {
            assert_string_equal(app.menu.rows[i].keys, "Ctrl+a");
            found++;
        }
        assert_true(app.menu.rows[i].keys[0] != '^' || strlen(app.menu.rows[i].keys) == 1);
    }
    assert_int_equal(found, 1);
    fz_menu_fini(&app);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_command_that_has_keys_stands_there_once),
        TEST(opposites_share_a_row_while_both_have_keys),
        TEST(the_basics_are_those_of_the_view),
        TEST(hints_follow_the_keymap),
        TEST(the_basics_follow_the_keymap),
        TEST(caps),
        TEST(caps_of_several),
        TEST(the_menu_has_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
