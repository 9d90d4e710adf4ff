#include "ctl/command.h"

#include <string.h>

static const struct command_row {
    const char *name;
    enum fz_topic topic;
    enum { ONCE, CUT, REPEAT } repeat;
    const char *keys[FZ_VIEWS];
    const char *argument;
    const char *help;
} rows[FZ_COMMANDS] = {
#define X(id, function, topic, repeat, wall, picture, show, argument, help) \
    [FZ_COMMAND_##id] = {#function, FZ_TOPIC_##topic, repeat, {wall, picture, show}, argument, help},
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

enum fz_topic fz_command_topic(enum fz_command_id id)
{
    return rows[id].topic;
}

const char *fz_topic_title(enum fz_topic topic)
{
    static const char *const titles[FZ_TOPICS] = {
#define X(id, title) [FZ_TOPIC_##id] = title,
        FZ_TOPIC_TABLE(X)
#undef X
    };
    return titles[topic];
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

bool fz_command_cuts(enum fz_command_id id)
{
    return rows[id].repeat == CUT;
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
