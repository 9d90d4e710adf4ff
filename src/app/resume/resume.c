#include "app/resume/resume.h"

#include "app/app.h"
#include "app/resume/writer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "sync/thread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAVE_US = 5000000 };

static bool is_wanted(const struct fz_app *app)
{
    return fz_option_is_on(&app->options, FZ_OPTION_RESUME);
}

/* Where they lead is known by now: nothing has to be looked at. */
static uint64_t key_of(const struct fz_app *app, const char *const *sources, size_t count)
{
    const char **paths = fz_calloc(count + 1, sizeof *paths);
    for (size_t i = 0; i < count; i++) {
        const char *path = fz_sources_path(app->sources, (uint32_t)i);
        paths[i] = path ? path : sources[i];
    }
    uint64_t key = fz_place_key(paths, count);
    free(paths);
    return key;
}

void fz_resume_start(struct fz_app *app, const char *const *sources, size_t count)
{
    FZ_MAIN_ONLY();
    struct fz_resume *resume = &app->resume;
    const struct fz_options *options = &app->options;
    bool refused = fz_option_is_set(options, FZ_OPTION_RESUME) && !is_wanted(app);
    bool by_hand = !app->headless && !fz_option_is_set(options, FZ_OPTION_QUIT_WHEN);
    if (refused || !(by_hand || is_wanted(app)) || (resume->file = fz_place_file()) == NULL)
        return;
    resume->sources = key_of(app, sources, count);
    resume->saved_us = fz_now_us();
    struct fz_error err = {0};
    if (!is_wanted(app))
        return;
    if (fz_place_load(resume->file, resume->sources, &resume->goal, &err) != FZ_OK)
        fz_log_error(&err);
    if (!resume->goal.path)
        return;
    resume->awaited = true;
    resume->dir = fz_path_dir(resume->goal.path);
    if (app->options.values[FZ_OPTION_TILE].origin != FZ_ORIGIN_COMMAND_LINE) {
        app->wall.tile_w = app->wall.laid_w = resume->goal.tile_w;
        app->wall.tile_h = app->wall.laid_h = resume->goal.tile_h;
    }
}

/* ---- Going there ------------------------------------------------------------------------------------------------------- */

/* The row stands in the window where it stood; what was in view is so too in a window of another height. */
static void place(struct fz_app *app)
{
    struct fz_resume *resume = &app->resume;
    struct fz_wall *wall = &app->wall;
    const struct fz_place *goal = &resume->goal;
    double pitch = fz_layout_pitch(&wall->layout), view = fz_layout_view(&wall->layout), y = goal->y;
    size_t index;
    resume->held = fz_list_index(app->list, resume->item, &index);
    if (!resume->held)
        return;
    if (y >= 0 && y + pitch <= goal->window_h)
        y = fmax(fmin(y, view - pitch), 0);
    wall->touched = true;
    wall->selected = resume->item;
    wall->selected_index = index;
    fz_scroll_to(&wall->scroll, fz_layout_start(&wall->layout, index) - y, true);
    resume->held_target = wall->scroll.target;
    app->loader.moved = app->dirty = true;
}

static void give_up(struct fz_app *app, bool say)
{
    app->resume.awaited = false;
    if (say)
        fz_app_notice(app, "%s is not there any more", fz_path_name(app->resume.goal.path));
}

static void open_picture(struct fz_app *app)
{
    size_t index;
    app->resume.opens = false;
    if (app->mode == FZ_MODE_WALL && fz_list_index(app->list, app->resume.item, &index))
        fz_picture_open(app, index, true);
}

void fz_resume_go(struct fz_app *app)
{
    struct fz_resume *resume = &app->resume;
    size_t index;
    if (resume->awaited && app->wall.layout.params.view_h > 0) {
        if (app->wall.touched || app->mode != FZ_MODE_WALL) {
            give_up(app, false);
        } else if (fz_list_index(app->list, resume->item, &index)) {
            resume->awaited = false;
            resume->opens = resume->goal.is_open;
            place(app);
        } else if (fz_app_is_listed(app) && app->head) {
            give_up(app, true);
        }
    }
    if (resume->opens && app->head)
        open_picture(app);
    if (resume->held && fz_app_is_listed(app) && app->head)
        resume->held = false;
}

void fz_resume_laid_out(struct fz_app *app)
{
    if (app->resume.held)
        place(app);
    fz_resume_go(app);
}

bool fz_resume_holds(const struct fz_app *app)
{
    const struct fz_resume *resume = &app->resume;
    return resume->held && app->wall.selected == resume->item &&
           app->wall.scroll.target == resume->held_target;
}

void fz_resume_note(struct fz_app *app, const struct fz_source_event *event, bool held)
{
    struct fz_resume *resume = &app->resume;
    if (held)
        place(app);
    else
        resume->held = false;
    bool comes = event->kind == FZ_SOURCE_ADDED || event->kind == FZ_SOURCE_WHOLE;
    if (resume->awaited && comes && strcmp(event->dir, resume->dir) == 0) {
        fz_item_id item = fz_list_find(app->list, event->root, event->dir, fz_path_name(resume->goal.path));
        resume->item = item != FZ_ITEM_NONE ? item : resume->item;
    }
}

/* ---- Remembering --------------------------------------------------------------------------------------------------------- */

/* Without a path where there is nothing to remember, or the place is not reached that would be forgotten. */
static struct fz_place here(const struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    size_t index;
    struct fz_place now = {.sources = app->resume.sources};
    if (app->resume.awaited || !app->head || !fz_list_index(app->list, wall->selected, &index))
        return now;
    now.path = fz_list_path(app->list, wall->selected);
    now.is_open = app->mode == FZ_MODE_PICTURE;
    now.tile_w = wall->tile_w;
    now.tile_h = wall->tile_h;
    now.y = fz_layout_start(&wall->layout, index) - wall->scroll.target;
    now.window_h = (int)fz_layout_view(&wall->layout);
    return now;
}

static bool is_same(const struct fz_place *a, const struct fz_place *b)
{
    return a->path && b->path && strcmp(a->path, b->path) == 0 && a->is_open == b->is_open &&
           a->tile_w == b->tile_w && a->tile_h == b->tile_h && a->y == b->y && a->window_h == b->window_h;
}

static void save(struct fz_app *app)
{
    struct fz_resume *resume = &app->resume;
    struct fz_place now = here(app);
    resume->saved_us = app->now_us;
    if (!now.path || is_same(&now, &resume->saved)) {
        fz_place_fini(&now);
        return;
    }
    fz_place_fini(&resume->saved);
    resume->saved = now;
    resume->saved.path = fz_strdup(now.path);
    struct fz_error err = {0};
    if (!resume->writer &&
        fz_resume_writer_start(&resume->writer, resume->file, is_wanted(app), &err) != FZ_OK)
        fz_log_error(&err);
    fz_resume_writer_add(resume->writer, &now);
}

void fz_resume_step(struct fz_app *app)
{
    if (app->resume.file && is_wanted(app) && app->now_us - app->resume.saved_us >= SAVE_US)
        save(app);
}

void fz_resume_end(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    if (app->resume.file && (!app->headless || is_wanted(app)))
        save(app);
}

bool fz_resume_stop(struct fz_app *app, int patience_ms)
{
    struct fz_resume *resume = &app->resume;
    if (!fz_resume_writer_stop(resume->writer, patience_ms))
        return false;
    fz_place_fini(&resume->goal);
    fz_place_fini(&resume->saved);
    free(resume->dir);
    free(resume->file);
    *resume = (struct fz_resume){0};
    return true;
}
