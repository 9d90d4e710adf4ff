#include "app/picture/history.h"

#include "app/app.h"
#include "app/picture/ahead.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void remove_at(struct fz_history *history, size_t at)
{
    history->count--;
    memmove(history->items + at, history->items + at + 1, (history->count - at) * sizeof *history->items);
}

static bool is_wanted(const struct fz_app *app, fz_item_id item)
{
    size_t index;
    uint32_t distance;
    return fz_list_index(app->list, item, &index) && fz_ahead_wants(app, index, &distance);
}

void fz_history_add(struct fz_app *app, fz_item_id item)
{
    struct fz_history *history = &app->picture.history;
    size_t most = (size_t)app->options.values[FZ_OPTION_HISTORY].number + 1; /* with the one in view */
    const size_t before = history->count;
    for (size_t i = history->count; i-- > 0;)
        if (history->items[i] == item)
            remove_at(history, i);
    if (history->count == before)
        history->way = app->picture.direction;
    history->items = fz_grow(history->items, &history->capacity, history->count + 1, sizeof *history->items);
    history->items[history->count++] = item;
    for (size_t i = 0; history->count > most && i < history->count;) {
        if (is_wanted(app, history->items[i])) { /* it goes once it is no neighbour any more */
            i++;
            continue;
        }
        fz_loader_release_picture(app, history->items[i]);
        remove_at(history, i);
    }
}

bool fz_history_retraces(const struct fz_app *app)
{
    const struct fz_history *history = &app->picture.history;
    for (size_t i = 0; i < history->count; i++)
        if (history->items[i] == app->picture.item)
            return app->picture.direction != history->way;
    return false;
}

void fz_history_fini(struct fz_history *history)
{
    free(history->items);
    *history = (struct fz_history){0};
}
