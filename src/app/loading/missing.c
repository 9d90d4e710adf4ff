#include "app/loading/missing.h"

#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    CALM_US = 1000000,
    LINES_A_TURN = 64, /* a folder of links that lead nowhere is no reason to stall */
};

void fz_missing_add(struct fz_app *app, fz_item_id item)
{
    struct fz_missing *missing = &app->loader.missing;
    missing->items = fz_grow(missing->items, &missing->capacity, missing->count + 1, sizeof *missing->items);
    missing->items[missing->count++] = item;
    missing->due_us = app->now_us + CALM_US;
}

static void say(struct fz_app *app, size_t most)
{
    struct fz_missing *missing = &app->loader.missing;
    for (size_t lines = 0; lines < most && missing->said < missing->count; missing->said++) {
        const struct fz_tile *tile = fz_loader_tile(app, missing->items[missing->said]);
        if (!tile || !tile->error || tile->error->code != FZ_E_NOT_FOUND)
            continue;
        fz_loader_say(app, tile->item, tile->error->msg);
        lines++;
    }
    if (missing->said == missing->count) {
        free(missing->items);
        *missing = (struct fz_missing){0};
    }
}

int64_t fz_missing_step(struct fz_app *app)
{
    const struct fz_missing *missing = &app->loader.missing;
    if (missing->count > 0 && missing->due_us <= app->now_us)
        say(app, LINES_A_TURN);
    return missing->count > 0 ? missing->due_us : FZ_NEVER;
}

void fz_missing_end(struct fz_app *app)
{
    say(app, SIZE_MAX);
}
