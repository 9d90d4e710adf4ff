#include "app/wall/reflow.h"

#include "app/app.h"
#include "app/options.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum {
    GLIDE_US = 260000,
    PATIENCE_US = 300000, /* for shapes, before the layout is changed without */
    SCREENFULS = 2,       /* of tiles around the view, of which it is noted where they were */
};

void fz_reflow_end(struct fz_app *app)
{
    app->wall.reflow.since_us = 0;
}

void fz_reflow_fini(struct fz_app *app)
{
    free(app->wall.reflow.from);
    app->wall.reflow.from = NULL;
}

/* Only what moves into the view, or out of it, is of interest. */
static void note_places(struct fz_app *app)
{
    struct fz_reflow *reflow = &app->wall.reflow;
    struct fz_focus focus = fz_wall_focus(app);
    size_t count = fz_list_count(app->list), reach = (focus.last - focus.first + 1) * SCREENFULS;
    size_t end = focus.last + 1 + reach < count ? focus.last + 1 + reach : count;
    reflow->first = focus.first > reach ? focus.first - reach : 0;
    reflow->count = end - reflow->first;
    free(reflow->from);
    reflow->from = fz_malloc(reflow->count * sizeof *reflow->from);
    for (size_t i = 0; i < reflow->count; i++)
        reflow->from[i] = fz_wall_rect_of(app, reflow->first + i);
}

void fz_wall_switch_layout(struct fz_app *app)
{
    app->wall.reflow.asked_us = app->now_us;
    app->loader.stale = app->dirty = true;
    fz_reflow_step(app);
}

enum fz_err fz_wall_next_layout(struct fz_app *app, struct fz_error *err)
{
    enum fz_layout_id next = (fz_wall_wanted_layout(app) + 1) % FZ_LAYOUTS;
    return fz_app_set_option(app, FZ_OPTION_LAYOUT, fz_layout_name(next), err);
}

/* Tiles that glide pass over others: not where that would flash. */
static void go(struct fz_app *app)
{
    struct fz_reflow *reflow = &app->wall.reflow;
    bool glides = fz_app_motion(app) == FZ_MOTION_FULL && app->head && fz_list_count(app->list) > 0 &&
                  fz_wall_wanted_layout(app) != app->wall.layout.params.id &&
                  fz_flash_cut_due_us(&app->steady.flash, FZ_STEADY_GLIDE) <= app->now_us;
    if (glides)
        note_places(app);
    fz_wall_take_layout(app);
    app->wall.shapes.was_shown = true; /* whatever is known by now */
    reflow->since_us = glides ? app->now_us : 0;
    fz_steady_cut(app, glides ? FZ_STEADY_GLIDE : FZ_STEADY_CUT);
    app->dirty = true;
}

bool fz_reflow_step(struct fz_app *app)
{
    struct fz_reflow *reflow = &app->wall.reflow;
    bool waits = reflow->asked_us > 0 && app->now_us < reflow->asked_us + PATIENCE_US;
    if (reflow->asked_us > 0 && !(waits && fz_shapes_are_awaited(app))) {
        reflow->asked_us = 0;
        go(app);
    }
    if (app->now_us >= reflow->since_us + GLIDE_US)
        reflow->since_us = 0;
    return reflow->asked_us > 0 || reflow->since_us > 0;
}

static double between(double from, double to, double part)
{
    return round(from + (to - from) * part);
}

struct fz_rect fz_reflow_rect(const struct fz_app *app, size_t index, struct fz_rect to)
{
    const struct fz_reflow *reflow = &app->wall.reflow;
    if (reflow->since_us == 0 || index < reflow->first || index >= reflow->first + reflow->count)
        return to;
    double left = 1 - fmin((double)(app->now_us - reflow->since_us) / GLIDE_US, 1);
    double part = 1 - left * left * left;
    struct fz_rect from = reflow->from[index - reflow->first];
    return (struct fz_rect){between(from.x, to.x, part), between(from.y, to.y, part),
                            fmax(between(from.w, to.w, part), 1), fmax(between(from.h, to.h, part), 1)};
}

void fz_reflow_extend(const struct fz_app *app, size_t *first, size_t *last)
{
    const struct fz_reflow *reflow = &app->wall.reflow;
    for (size_t i = 0; i < reflow->count && reflow->since_us > 0; i++) {
        const struct fz_rect *from = &reflow->from[i];
        bool was_in_view = from->x < fz_head_w(app->head) && from->x + from->w > 0 &&
                           from->y < fz_head_h(app->head) && from->y + from->h > 0;
        if (was_in_view && reflow->first + i < *first)
            *first = reflow->first + i;
        if (was_in_view && reflow->first + i > *last)
            *last = reflow->first + i;
    }
}
