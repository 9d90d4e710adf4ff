#include "app/loading/missing.h"

#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    CALM_US = 1000000,
    MOST_US = 5000000,
    LOOKS_A_TURN = 4096, /* a folder of links that lead nowhere is no reason to stall, */
    LINE_LOOKS = 64,     /* and a line takes as long as so many looks */
};

void fz_missing_add(struct fz_app *app, struct fz_tile *tile)
{
    struct fz_missing *missing = &app->loader.missing;
    int64_t calm_us = app->now_us + CALM_US;
    if (tile->unsaid)
        return;
    tile->unsaid = true;
    if (missing->count == 0)
        missing->most_us = app->now_us + MOST_US;
    missing->items = fz_grow(missing->items, &missing->capacity, missing->count + 1, sizeof *missing->items);
    missing->items[missing->count++] = tile->item;
    missing->due_us = calm_us < missing->most_us ? calm_us : missing->most_us;
}

/* How many looks that took. */
static size_t say_one(struct fz_app *app, fz_item_id item)
{
    struct fz_tile *tile = fz_loader_tile(app, item);
    if (!tile || !tile->unsaid)
        return 1;
    tile->unsaid = false;
    if (!tile->error || tile->error->code != FZ_E_NOT_FOUND)
        return 1;
    fz_loader_say(app, item, tile->error->msg);
    return LINE_LOOKS;
}

static void say(struct fz_app *app, size_t most)
{
    struct fz_missing *missing = &app->loader.missing;
    for (size_t looks = 0; looks < most && missing->said < missing->count;)
        looks += say_one(app, missing->items[missing->said++]);
    if (missing->said == missing->count) {
        free(missing->items);
        *missing = (struct fz_missing){0};
    }
}

int64_t fz_missing_step(struct fz_app *app)
{
    const struct fz_missing *missing = &app->loader.missing;
    if (missing->count > 0 && missing->due_us <= app->now_us)
        say(app, LOOKS_A_TURN);
    return missing->count > 0 ? missing->due_us : FZ_NEVER;
}

void fz_missing_end(struct fz_app *app)
{
    say(app, SIZE_MAX);
}
