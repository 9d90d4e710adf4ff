#include "app/picture/show.h"

#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"

enum {
    PASS_US = 1000000
}; /* between two looks for one that can come, where none could: at all pictures there are */

int64_t fz_show_delay_us(const struct fz_app *app)
{
    int64_t wished = (int64_t)(app->options.values[FZ_OPTION_DELAY].seconds * 1e6);
    return wished > FZ_SHOW_LEAST_US ? wished : FZ_SHOW_LEAST_US;
}

void fz_show_start(struct fz_app *app)
{
    struct fz_show *show = &app->show;
    if (fz_list_count(app->list) == 0)
        return;
    fz_arrange_forget_nth(app);
    show->running = true;
    show->paused = false;
    show->since_us = 0;
    if (app->options.values[FZ_OPTION_DELAY].seconds * 1e6 < FZ_SHOW_LEAST_US)
        fz_app_notice(app, "Three pictures a second at most: more would flash");
    if (app->mode == FZ_MODE_WALL)
        fz_picture_open(app, fz_app_selected_index(app), false);
    app->loader.moved = app->dirty = true; /* other pictures come next */
}

void fz_show_stop(struct fz_app *app)
{
    app->show.running = app->show.paused = false;
    app->loader.moved = app->dirty = true;
}

bool fz_show_can_come(const struct fz_app *app, fz_item_id item)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    return !fz_loader_is_held_up(app, item) || (tile && tile->renditions[FZ_FOR_PICTURE].texture);
}

bool fz_show_waits(const struct fz_app *app)
{
    const struct fz_picture *picture = &app->picture;
    return app->show.running && app->show.went_on && picture->shown != picture->item &&
           fz_list_has(app->list, picture->shown);
}

/* The end of the list leads to its start. While a source is away, or hangs, its pictures are passed over, but for those in memory;
 * where nothing else is left, the one in view stays. */
static void go_on(struct fz_app *app)
{
    size_t first, count = fz_list_count(app->list);
    if (!fz_list_neighbour(app->list, app->picture.item, 1, &first))
        first = 0;
    app->picture.direction = 1;
    for (size_t step = 0; step < count; step++) {
        size_t next = (first + step) % count;
        if (fz_show_can_come(app, fz_list_at(app->list, next))) {
            fz_picture_go_to(app, next);
            app->show.went_on = true;
            return;
        }
    }
}

/* The one that is next was thought to come: its source went, or began to hang, on the way. Returns the time of the next look. */
static int64_t pass_over(struct fz_app *app)
{
    struct fz_show *show = &app->show;
    if (app->picture.item == FZ_ITEM_NONE || fz_show_can_come(app, app->picture.item))
        return FZ_NEVER;
    if (show->passed_us > 0 && app->now_us < show->passed_us + PASS_US)
        return show->passed_us + PASS_US;
    show->passed_us = app->now_us;
    go_on(app);
    return app->now_us;
}

int64_t fz_show_step(struct fz_app *app)
{
    struct fz_show *show = &app->show;
    if (!show->running || show->paused)
        return FZ_NEVER;
    bool there = app->picture.shown == app->picture.item && app->picture.item != FZ_ITEM_NONE;
    if (!there) {
        show->since_us = 0;
        return pass_over(app);
    }
    if (show->since_us == 0)
        show->since_us = app->now_us;
    int64_t next = show->since_us + fz_show_delay_us(app);
    if (app->now_us < next)
        return next;
    show->since_us = 0;
    go_on(app);
    return app->now_us;
}
