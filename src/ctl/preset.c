#include "ctl/preset.h"

#include <string.h>

static const struct preset_row {
    const char *preset;
    enum fz_command_id command;
    const char *wall, *picture;
} rows[] = {
#define X(preset, command, wall, picture) {#preset, FZ_COMMAND_##command, wall, picture},
    FZ_PRESET_TABLE(X)
#undef X
};

static const struct given_row {
    const char *preset;
    enum fz_command_id command;
    const char *argument, *key;
} given[] = {
#define X(preset, command, argument, key) {#preset, FZ_COMMAND_##command, argument, key},
    FZ_PRESET_ARGUMENT_TABLE(X)
#undef X
};

static void bind_given(struct fz_keymap *map, const struct given_row *row)
{
    struct fz_key_sequence keys;
    if (!fz_key_sequence_parse(row->key, &keys))
        return;
    fz_keymap_bind(map, &keys, FZ_VIEW_WALL, row->command, row->argument);
    fz_keymap_bind(map, &keys, FZ_VIEW_PICTURE, row->command, row->argument);
}

void fz_preset_apply(struct fz_keymap *map, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].preset, name) != 0)
            continue;
        fz_keymap_bind_list(map, rows[i].wall, FZ_VIEW_WALL, rows[i].command);
        fz_keymap_bind_list(map, rows[i].picture, FZ_VIEW_PICTURE, rows[i].command);
    }
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (strcmp(given[i].preset, name) == 0)
            bind_given(map, &given[i]);
}
