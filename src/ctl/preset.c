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

void fz_preset_apply(struct fz_keymap *map, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].preset, name) != 0)
            continue;
        fz_keymap_bind_list(map, rows[i].wall, FZ_VIEW_WALL, rows[i].command);
        fz_keymap_bind_list(map, rows[i].picture, FZ_VIEW_PICTURE, rows[i].command);
    }
}
