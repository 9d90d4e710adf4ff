#include "app/input/keys.h"

#include "app/app.h"
#include "app/overlay/panel.h"
#include "ctl/keys_config.h"
#include "ctl/preset.h"
#include "ctl/words.h"
#include "image/metadata/metadata.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNT_MOST = 99999999, DEPTH_MOST = 8 };

void fz_keys_init(struct fz_app *app)
{
    struct fz_keymap *map = &app->keys.map;
    fz_keymap_init(map);
    if (fz_option_is_set(&app->options, FZ_OPTION_KEYS))
        fz_preset_apply(map, app->options.values[FZ_OPTION_KEYS].text);
    fz_programs_bind(&app->run.programs, map);
    fz_keys_config_apply(map, &app->config);
    fz_programs_bind(&app->run.programs, map); /* keys that became run there */
}

void fz_keys_fini(struct fz_app *app)
{
    fz_keymap_fini(&app->keys.map);
}

void fz_keys_run(struct fz_app *app, const struct fz_binding *binding, unsigned count)
{
    struct fz_words words = {0};
    struct fz_error err = {0};
    struct fz_command_call call = {.id = binding->command, .count = count};
    if (app->keys.depth == DEPTH_MOST)
        fz_fail(&err, FZ_E_USAGE, 0, "keys that press each other without an end");
    app->keys.depth++;
    if (binding->argument && fz_words_split(&words, binding->argument, &err) == FZ_OK) {
        call.argc = words.count;
        call.argv = (const char *const *)words.list;
    }
    if (err.code != FZ_OK || fz_app_command(app, &call, &err) != FZ_OK)
        fz_app_notice_error(app, &err);
    app->keys.depth--;
    json_decref(call.result);
    fz_words_fini(&words);
}

static bool take_digit(struct fz_keys *keys, struct fz_key key)
{
    bool digit = key.mods == 0 && key.code <= '9' && key.code >= (keys->count > 0 ? '0' : '1');
    if (!digit || keys->begun.length > 0)
        return false;
    if (keys->count <= (COUNT_MOST - 9) / 10)
        keys->count = keys->count * 10 + (key.code - '0');
    return true;
}

static enum fz_key_match match(const struct fz_app *app, struct fz_key key, struct fz_key_sequence *pressed,
                               const struct fz_binding **binding)
{
    *pressed = app->keys.begun;
    pressed->keys[pressed->length++] = key;
    return fz_keymap_find(&app->keys.map, pressed, fz_app_view(app), binding);
}

void fz_keys_take_back(struct fz_app *app)
{
    app->keys.count = 0;
    app->keys.begun.length = 0;
    app->hints.active = false;
}

void fz_keys_press(struct fz_app *app, const struct fz_press *press)
{
    struct fz_keys *keys = &app->keys;
    struct fz_key key = press->key;
    const struct fz_binding *binding = NULL;
    struct fz_key_sequence pressed;
    enum fz_key_match found = match(app, key, &pressed, &binding);
    /* A layout without Latin letters: what stands in this place on a US board. */
    if (found == FZ_KEY_UNBOUND && fz_press_latin(press).code != key.code) {
        key = fz_press_latin(press);
        found = match(app, key, &pressed, &binding);
    }
    if (found == FZ_KEY_BOUND && press->held && !fz_command_repeats(binding->command))
        return;
    app->hint_until_us = 0;
    app->dirty = true;
    bool continues_count = keys->count > 0 && key.code == '0' && key.mods == 0;
    if ((found == FZ_KEY_UNBOUND || continues_count) && take_digit(keys, key))
        return;
    unsigned count = keys->count;
    bool typed = count > 0 || keys->begun.length > 0;
    if (found == FZ_KEY_BEGINS || keys->begun.length > 0)
        fz_steady_cut(app, FZ_STEADY_CUT); /* what may follow comes or goes */
    if (found == FZ_KEY_BEGINS) {
        keys->begun = pressed;
        return;
    }
    keys->count = 0;
    keys->begun.length = 0;
    /* What was begun is taken back first: a level of its own. */
    if (found == FZ_KEY_BOUND && !(typed && binding->command == FZ_COMMAND_BACK))
        fz_keys_run(app, binding, count);
}

/* ---- What keys do, for people ------------------------------------------------------------------------------------ */

bool fz_keys_are_here(const struct fz_app *app, const struct fz_binding *binding)
{
    return fz_keymap_is_in_view(&app->keys.map, binding, fz_app_view(app));
}

static void write_given(const struct fz_binding *b, char out[FZ_KEYS_TEXT])
{
    long rating = strtol(b->argument, NULL, 10);
    if (b->command == FZ_COMMAND_RATE && rating > 0)
        snprintf(out, FZ_KEYS_TEXT, "rate %ld of %d", rating, FZ_RATING_MOST);
    else if (b->command == FZ_COMMAND_RATE)
        snprintf(out, FZ_KEYS_TEXT, "%s", rating < 0 ? "reject" : "take the rating away");
    else if (b->command == FZ_COMMAND_SHOW_RATED && rating > 0)
        snprintf(out, FZ_KEYS_TEXT, "show only what is rated %ld or more", rating);
    else if (b->command == FZ_COMMAND_SHOW_RATED)
        snprintf(out, FZ_KEYS_TEXT, "show only what is %srejected", rating < 0 ? "" : "not ");
    else
        snprintf(out, FZ_KEYS_TEXT, "%s %s", fz_command_name(b->command), b->argument);
}

const char *fz_keys_tell(const struct fz_app *app, const struct fz_binding *binding, char room[FZ_KEYS_TEXT])
{
    if (!binding->argument)
        return fz_command_help(binding->command);
    if (binding->command == FZ_COMMAND_RUN)
        return fz_run_line(app, binding->argument);
    write_given(binding, room);
    return room;
}

/* ---- What was typed ---------------------------------------------------------------------------------------------- */

static size_t list_what_follows(const struct fz_app *app, struct fz_panel_row *rows, size_t room)
{
    const struct fz_keys *keys = &app->keys;
    size_t n = 0;
    for (size_t i = 0; i < keys->map.count && n < room; i++) {
        const struct fz_binding *b = &keys->map.bindings[i];
        char given[FZ_KEYS_TEXT];
        if (!fz_keys_are_here(app, b) || b->keys.length < 2 ||
            !fz_key_equal(b->keys.keys[0], keys->begun.keys[0]))
            continue;
        fz_key_format(b->keys.keys[1], rows[n].keys, sizeof rows[n].keys);
        snprintf(rows[n].text, sizeof rows[n].text, "%s", fz_keys_tell(app, b, given));
        n++;
    }
    return n;
}

void fz_keys_draw(struct fz_app *app)
{
    const struct fz_keys *keys = &app->keys;
    char text[64];
    size_t used = 0;
    if (keys->count > 0)
        used += (size_t)snprintf(text, sizeof text, "%u", keys->count);
    if (keys->begun.length > 0)
        used += fz_key_format(keys->begun.keys[0], text + used, sizeof text - used);
    if (used == 0)
        return;
    struct fz_panel_row rows[FZ_PANEL_ROWS];
    size_t n = keys->begun.length > 0 ? list_what_follows(app, rows, FZ_PANEL_ROWS) : 0;
    if (n > 0)
        fz_panel_draw(app, text, rows, n);
    else
        fz_chip_draw(app, text, FZ_CHIP_BOTTOM_LEFT);
}
