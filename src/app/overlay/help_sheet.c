#include "app/overlay/help_sheet.h"

#include "app/app.h"

#include <stdio.h>
#include <string.h>

/* Opposites, in one row where both have keys. The text is for the wall, for the picture view. */
static const struct pair {
    enum fz_command_id ids[FZ_HELP_PAIR];
    const char *wall, *picture;
} pairs[] = {
    {{FZ_COMMAND_NEXT, FZ_COMMAND_PREVIOUS}, "next, previous picture or match", "next, previous picture"},
    {{FZ_COMMAND_LEFT, FZ_COMMAND_RIGHT}, "left, right", "move, or previous, next picture"},
    {{FZ_COMMAND_UP, FZ_COMMAND_DOWN}, "up, down", "move, or previous, next picture"},
    {{FZ_COMMAND_PAGE_DOWN, FZ_COMMAND_PAGE_UP}, "one window down, up", ""},
    {{FZ_COMMAND_HALF_DOWN, FZ_COMMAND_HALF_UP}, "half a window down, up", ""},
    {{FZ_COMMAND_FORWARD, FZ_COMMAND_BACKWARD}, "ten on, ten back", "ten on, ten back"},
    {{FZ_COMMAND_FOLDER_NEXT, FZ_COMMAND_FOLDER_PREVIOUS}, "next, previous folder", "next, previous folder"},
    {{FZ_COMMAND_FIRST, FZ_COMMAND_LAST},
     "first, last; the nth after a number",
     "first, last; the nth after a number"},
    {{FZ_COMMAND_ZOOM_IN, FZ_COMMAND_ZOOM_OUT}, "larger, smaller tiles", "closer, further away"},
    {{FZ_COMMAND_ROTATE_RIGHT, FZ_COMMAND_ROTATE_LEFT}, "turn right, left", "turn right, left"},
    {{FZ_COMMAND_FLIP_H, FZ_COMMAND_FLIP_V}, "", "mirror across, upside down"},
    {{FZ_COMMAND_SLOWER, FZ_COMMAND_FASTER}, "slower, faster", "slower, faster"},
    {{FZ_COMMAND_FRAME_NEXT, FZ_COMMAND_FRAME_PREVIOUS}, "", "next, previous frame of it"},
    {{FZ_COMMAND_MARK_NEXT, FZ_COMMAND_MARK_PREVIOUS}, "next, previous marked", "next, previous marked"},
    {{FZ_COMMAND_DROP, FZ_COMMAND_UNDROP}, "leave out of the list; undo", "leave out of the list; undo"},
};

/* What somebody needs who has never been here: a key of each. Text "": not in that view. */
static const struct basic {
    enum fz_command_id ids[4];
    int count;
    const char *wall, *picture;
} basics[] = {
    {{FZ_COMMAND_LEFT, FZ_COMMAND_UP, FZ_COMMAND_DOWN, FZ_COMMAND_RIGHT}, 4, "move", ""},
    {{FZ_COMMAND_LEFT, FZ_COMMAND_RIGHT}, 2, "", "previous, next"},
    {{FZ_COMMAND_OPEN}, 1, "opens", ""},
    {{FZ_COMMAND_CLOSE}, 1, "", "back to the wall"},
    {{FZ_COMMAND_ZOOM_IN, FZ_COMMAND_ZOOM_OUT}, 2, "larger, smaller", "closer, further away"},
    {{FZ_COMMAND_SEARCH}, 1, "finds", "finds"},
    {{FZ_COMMAND_SLIDESHOW}, 1, "slideshow", "slideshow"},
    {{FZ_COMMAND_PAUSE_SHOW}, 1, "", "pauses, resumes"},
    {{FZ_COMMAND_BACK}, 1, "back", "back"},
    {{FZ_COMMAND_QUIT}, 1, "quits", "quits"},
};

static struct fz_help_row *add(struct fz_help_sheet *sheet)
{
    struct fz_help_row *row =
        &sheet->rows[sheet->count < FZ_HELP_ROWS - 1 ? sheet->count++ : FZ_HELP_ROWS - 1];
    *row = (struct fz_help_row){0};
    return row;
}

/* Where keys are looked for: those of a view; `unless` leaves out what has some in that view too. */
struct place {
    const struct fz_keymap *map;
    enum fz_command_view view, unless;
};

static bool find_keys(const struct place *place, enum fz_command_id id, char keys[FZ_HELP_KEYS])
{
    char other[FZ_HELP_KEYS];
    if (place->unless != place->view &&
        fz_keymap_format_keys(place->map, id, place->unless, other, sizeof other) > 0)
        return false;
    return fz_keymap_format_keys(place->map, id, place->view, keys, FZ_HELP_KEYS) > 0;
}

/* The pair that a command stands in, where both have keys here; `second`: it is shown with the first. */
static const struct pair *pair_of(const struct place *place, enum fz_command_id id, bool *second)
{
    char keys[FZ_HELP_KEYS];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        *second = pairs[i].ids[1] == id;
        if ((*second || pairs[i].ids[0] == id) && find_keys(place, pairs[i].ids[0], keys) &&
            find_keys(place, pairs[i].ids[1], keys))
            return &pairs[i];
    }
    *second = false;
    return NULL;
}

static void add_command(struct fz_help_sheet *sheet, const struct place *place, enum fz_command_id id)
{
    bool second;
    const struct pair *pair = pair_of(place, id, &second);
    if (second)
        return;
    struct fz_help_row *row = add(sheet);
    for (int i = 0; i < (pair ? FZ_HELP_PAIR : 1); i++) {
        row->ids[i] = pair ? pair->ids[i] : id;
        find_keys(place, row->ids[i], row->keys[i]);
    }
    row->text = fz_command_help(id);
    if (pair)
        row->text = place->view == FZ_VIEW_WALL ? pair->wall : pair->picture;
}

static void add_heading(struct fz_help_sheet *sheet, const char *title)
{
    struct fz_help_row *heading = add(sheet);
    heading->heading = true;
    heading->text = title;
}

/* `topic` FZ_TOPICS: any. */
static void add_group(struct fz_help_sheet *sheet, const struct place *place, enum fz_topic topic,
                      const char *title)
{
    bool titled = false;
    for (int i = 0; i < FZ_COMMANDS; i++) {
        enum fz_command_id id = (enum fz_command_id)i;
        char keys[FZ_HELP_KEYS];
        if ((topic != FZ_TOPICS && fz_command_topic(id) != topic) || !find_keys(place, id, keys))
            continue;
        if (!titled)
            add_heading(sheet, title);
        titled = true;
        add_command(sheet, place, id);
    }
}

/* What somebody bound: programs, and commands with what they are given. */
static void add_own(const struct fz_app *app, struct fz_help_sheet *sheet)
{
    bool titled = false;
    for (size_t i = 0; i < app->keys.map.count; i++) {
        const struct fz_binding *b = &app->keys.map.bindings[i];
        if (!b->argument || !fz_keys_are_here(app, b))
            continue;
        if (!titled)
            add_heading(sheet, "Your own");
        titled = true;
        struct fz_help_row *row = add(sheet);
        fz_key_sequence_format(&b->keys, row->keys[0], FZ_HELP_KEYS);
        row->text = fz_keys_tell(app, b, row->own);
    }
}

/* Of several keys an arrow is what people look for; else the first. */
static void pick_key(const char *keys, char *out, size_t size)
{
    static const char *const arrows[] = {"Left", "Right", "Up", "Down"};
    snprintf(out, size, "%.*s", (int)strcspn(keys, " "), keys);
    for (const char *key = keys; *key; key += strspn(key, " ")) {
        size_t length = strcspn(key, " ");
        for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
            if (strlen(arrows[i]) == length && memcmp(arrows[i], key, length) == 0)
                snprintf(out, size, "%s", arrows[i]);
        key += length;
    }
}

static void add_basic(struct fz_help_sheet *sheet, const struct place *place, const struct basic *basic)
{
    const char *text = place->view == FZ_VIEW_WALL ? basic->wall : basic->picture;
    if (!*text || sheet->basic_count == FZ_HELP_BASICS)
        return;
    struct fz_help_basic *out = &sheet->basics[sheet->basic_count];
    *out = (struct fz_help_basic){.text = text};
    for (int i = 0; i < basic->count; i++) {
        char keys[FZ_HELP_KEYS], key[24];
        size_t used = strlen(out->keys);
        if (!find_keys(place, basic->ids[i], keys))
            return;
        pick_key(keys, key, sizeof key);
        snprintf(out->keys + used, FZ_HELP_KEYS - used, "%s%s", used > 0 ? " " : "", key);
    }
    sheet->basic_count++;
}

/* What can be done here, by topics; then what only the other view has. */
void fz_help_fill(const struct fz_app *app, struct fz_help_sheet *sheet)
{
    bool wall = app->mode == FZ_MODE_WALL;
    const enum fz_command_view view = fz_app_view(app);
    const struct place here = {&app->keys.map, view, view};
    const struct place there = {&app->keys.map, wall ? FZ_VIEW_PICTURE : FZ_VIEW_WALL, view};
    sheet->count = sheet->basic_count = 0;
    for (size_t i = 0; i < sizeof basics / sizeof *basics; i++)
        add_basic(sheet, &here, &basics[i]);
    for (int topic = 0; topic < FZ_TOPICS; topic++)
        add_group(sheet, &here, (enum fz_topic)topic, fz_topic_title((enum fz_topic)topic));
    add_own(app, sheet);
    add_group(sheet, &there, FZ_TOPICS, wall ? "In a picture" : "On the wall");
}

void fz_help_cap(char *out, size_t size, const char *key, size_t length)
{
    static const struct {
        const char *name, *cap;
    } caps[] = {{"Left", "←"}, {"Right", "→"}, {"Up", "↑"}, {"Down", "↓"}, {"BackSpace", "Backspace"}};
    static const struct {
        const char *prefix, *cap;
    } mods[] = {{"^", "Ctrl+"}, {"S-", "Shift+"}, {"A-", "Alt+"}};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof mods / sizeof *mods; i++) {
        size_t n = strlen(mods[i].prefix);
        if (length > n && strncmp(key, mods[i].prefix, n) == 0 && used < size) {
            used += (size_t)snprintf(out + used, size - used, "%s", mods[i].cap);
            key += n;
            length -= n;
        }
    }
    const char *rest = NULL;
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
        if (strlen(caps[i].name) == length && strncmp(caps[i].name, key, length) == 0)
            rest = caps[i].cap;
    if (used < size)
        snprintf(out + used, size - used, "%.*s", rest ? (int)strlen(rest) : (int)length, rest ? rest : key);
}

void fz_help_caps(char *out, size_t size, const char *keys)
{
    size_t used = 0;
    out[0] = '\0';
    for (const char *key = keys; *key; key += strspn(key, " ")) {
        size_t length = strcspn(key, " ");
        char cap[64];
        fz_help_cap(cap, sizeof cap, key, length);
        size_t gap = used > 0, wanted = gap + strlen(cap);
        if (used + wanted >= size)
            return;
        snprintf(out + used, size - used, "%s%s", gap ? " " : "", cap);
        used += wanted;
        key += length;
    }
}

void fz_help_hint(const struct fz_app *app, enum fz_command_id id, const char *before, const char *does,
                  char *text, size_t size)
{
    char keys[FZ_HELP_KEYS], cap[24];
    const size_t used = strlen(text);
    if (fz_keymap_format_keys(&app->keys.map, id, fz_app_view(app), keys, sizeof keys) == 0)
        return;
    fz_help_cap(cap, sizeof cap, keys, strcspn(keys, " "));
    snprintf(text + used, size - used, "%s%s %s", before, cap, does);
}
