#include "app/picture/history.h"

#include "app/app.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void remove_at(struct fz_history *history, size_t at)
{
    history->count--;
    memmove(history->items + at, history->items + at + 1, (history->count - at) * sizeof *history->items);
}

void fz_history_add(struct fz_app *app, fz_item_id item)
{
    struct fz_history *history = &app->picture.history;
    size_t most = (size_t)app->options.values[FZ_OPTION_HISTORY].number + 1; /* with the one in view */
    for (size_t i = history->count; i-- > 0;)
        if (history->items[i] == item)
            remove_at(history, i);
    history->items = fz_grow(history->items, &history->capacity, history->count + 1, sizeof *history->items);
    history->items[history->count++] = item;
    while (history->count > most) {
        size_t index;
        uint32_t distance;
        fz_item_id oldest = history->items[0];
        bool wanted = fz_list_index(app->list, oldest, &index) && fz_picture_wants(app, index, &distance);
        if (!wanted)
            fz_loader_release_picture(app, oldest);
        remove_at(history, 0);
    }
}

void fz_history_fini(struct fz_history *history)
{
    free(history->items);
    *history = (struct fz_history){0};
}
