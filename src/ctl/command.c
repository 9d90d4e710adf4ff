#include "ctl/command.h"

#include <string.h>

static const struct command_row {
    const char *name;
    enum { ONCE, REPEAT } repeat;
    const char *keys[FZ_VIEWS];
    const char *argument;
    const char *help;
} rows[FZ_COMMANDS] = {
#define X(id, function, repeat, wall, picture, show, argument, help) \
    [FZ_COMMAND_##id] = {#function, repeat, {wall, picture, show}, argument, help},
    FZ_COMMAND_TABLE(X)
#undef X
};

const char *fz_command_name(enum fz_command_id id)
{
    return rows[id].name;
}

const char *fz_command_help(enum fz_command_id id)
{
    return rows[id].help;
}

const char *fz_command_argument(enum fz_command_id id)
{
    return rows[id].argument;
}

const char *fz_command_keys(enum fz_command_id id, enum fz_command_view view)
{
    return rows[id].keys[view];
}

bool fz_command_repeats(enum fz_command_id id)
{
    return rows[id].repeat == REPEAT;
}

const char *fz_command_view_name(enum fz_command_view view)
{
    static const char *const names[FZ_VIEWS] = {"on the wall", "in the picture view",
                                                "while a slideshow runs"};
    return names[view];
}

bool fz_command_belongs(enum fz_command_id id, enum fz_command_view view, enum fz_command_view *elsewhere)
{
    const char *const *keys = rows[id].keys;
    if (keys[view][0] || (view == FZ_VIEW_SHOW && keys[FZ_VIEW_PICTURE][0]))
        return true;
    for (int i = 0; i < FZ_VIEWS; i++) {
        if (keys[i][0]) {
            *elsewhere = (enum fz_command_view)i;
            return false;
        }
    }
    return true;
}

bool fz_command_find(const char *name, enum fz_command_id *id)
{
    for (int i = 0; i < FZ_COMMANDS; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            *id = (enum fz_command_id)i;
            return true;
        }
    }
    return false;
}

static bool lists_key(const char *keys, struct fz_key wanted)
{
    while (*keys) {
        char word[24];
        size_t len = strcspn(keys, " ");
        struct fz_key key;
        if (len < sizeof word) {
            memcpy(word, keys, len);
            word[len] = '\0';
            if (fz_key_parse(word, &key) && fz_key_equal(key, wanted))
                return true;
        }
        keys += len + strspn(keys + len, " ");
    }
    return false;
}

bool fz_command_of_key(struct fz_key key, enum fz_command_view view, enum fz_command_id *id)
{
    for (int i = 0; i < FZ_COMMANDS; i++) {
        if (lists_key(rows[i].keys[view], key)) {
            *id = (enum fz_command_id)i;
            return true;
        }
    }
    return view == FZ_VIEW_SHOW && fz_command_of_key(key, FZ_VIEW_PICTURE, id);
}
