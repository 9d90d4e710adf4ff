#include "app/overlay/board.h"
#include "base/fold.h"
#include "base/mem.h"
#include "base/str.h"
#include "source/list.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_MOST = 4000, CHARACTERS_MOST = 4096, CODE_POINTS = 0x110000, ASCII = 0x80 };

/* Sets a bit for each character that is none of ASCII's. */
static void note(unsigned char *seen, const char *bytes, size_t count)
{
    size_t used;
    for (uint32_t code; count > 0; bytes += used, count -= used) {
        used = fz_utf8_decode(bytes, count, &code);
        if (used == 0)
            used = 1;
        else if (code >= ASCII)
            seen[code / 8] |= (unsigned char)(1u << code % 8);
    }
}

static void note_name(unsigned char *seen, const char *name)
{
    while (*name) {
        const char *bytes;
        size_t count;
        name += fz_fold_next(name, &bytes, &count);
        note(seen, bytes, count);
    }
}

static void note_path(unsigned char *seen, const struct fz_list *list, fz_item_id item)
{
    char *path = fz_list_path(list, item);
    if (path)
        note(seen, path, strlen(path));
    free(path);
}

uint32_t *fz_board_list_characters(const struct fz_list *list, bool of_paths, size_t *count)
{
    size_t names = fz_list_count(list), step = names / NAMES_MOST + 1;
    unsigned char *seen = fz_calloc(CODE_POINTS / 8, 1);
    uint32_t *found = NULL;
    size_t capacity = 0;
    *count = 0;
    for (size_t i = 0; i < names; i += step) {
        if (of_paths)
            note_path(seen, list, fz_list_at(list, i));
        else
            note_name(seen, fz_list_name(list, fz_list_at(list, i)));
    }
    for (uint32_t code = ASCII; code < CODE_POINTS && *count < CHARACTERS_MOST; code++) {
        if (code % 8 == 0 && seen[code / 8] == 0)
            code += 7;
        if (!(seen[code / 8] >> code % 8 & 1))
            continue;
        found = fz_grow(found, &capacity, *count + 1, sizeof *found);
        found[(*count)++] = code;
    }
    free(seen);
    return found;
}
