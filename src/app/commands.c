/* The handlers of the COMMAND TABLE. */
#include "app/app.h"
#include "app/wall/browse.h"
#include "app/wall/search.h"
#include "app/wall/folders.h"
#include "app/options.h"
#include "app/tasks.h"
#include "base/path.h"
#include "base/str.h"

#include <SDL_clipboard.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum fz_err command_function(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);

#define X(id, function, ...) static command_function function;
FZ_COMMAND_TABLE(X)
#undef X

static command_function *const handlers[FZ_COMMANDS] = {
#define X(id, function, ...) [FZ_COMMAND_##id] = function,
    FZ_COMMAND_TABLE(X)
#undef X
};

static const double TILE_STEP = 1.25, PICTURE_STEP = 1.25, PAN_PART = 0.15;
static const double MOST_STEPS = 100; /* across all sizes, and within what doubles hold */

enum fz_err fz_app_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    if (call->argc > 0 && !fz_command_argument(call->id))
        return fz_fail(err, FZ_E_USAGE, 0, "%s takes no argument", fz_command_name(call->id));
    enum fz_command_view view = fz_app_view(app), other;
    if (!fz_command_belongs(call->id, view, &other))
        return fz_fail(err, FZ_E_USAGE, 0, "%s: only %s", fz_command_name(call->id),
                       fz_command_view_name(other));
    if (fz_command_cuts(call->id))
        fz_steady_cut(app, FZ_STEADY_CUT);
    return handlers[call->id](app, call, err);
}

size_t fz_app_selected_index(const struct fz_app *app)
{
    size_t index;
    return fz_list_index(app->list, app->wall.selected, &index) ? index : 0;
}

fz_item_id fz_app_current(const struct fz_app *app)
{
    size_t index;
    if (app->mode == FZ_MODE_PICTURE) { /* in view, also where what is shown of the list has it no more */
        fz_item_id item = fz_show_waits(app) ? app->picture.shown : app->picture.item;
        return fz_list_has(app->list, item) ? item : FZ_ITEM_NONE;
    }
    return fz_list_index(app->list, app->wall.selected, &index) ? app->wall.selected : FZ_ITEM_NONE;
}

fz_item_id fz_app_act_on_current(struct fz_app *app)
{
    fz_item_id item = fz_app_current(app);
    app->wall.touched |= item != FZ_ITEM_NONE;
    fz_arrange_forget_nth(app);
    return item;
}

void fz_app_select(struct fz_app *app, size_t index)
{
    fz_item_id item = fz_list_at(app->list, index);
    if (item == FZ_ITEM_NONE)
        return;
    fz_arrange_forget_nth(app);
    app->wall.touched = true;
    app->wall.selected = item;
    app->wall.selected_index = index;
    app->wall.column = FZ_LAYOUT_OWN_COLUMN;
    fz_wall_reveal_selected(app, app->mode == FZ_MODE_PICTURE);
}

/* The number typed before the key. */
static long times(const struct fz_command_call *call)
{
    return call->count > 0 ? (long)call->count : 1;
}

void fz_app_open(struct fz_app *app, size_t index)
{
    if (!fz_option_is_on(&app->options, FZ_OPTION_PICK)) {
        fz_picture_open(app, index, false);
        return;
    }
    free(app->marks.picked);
    app->marks.picked = fz_list_path(app->list, fz_list_at(app->list, index));
    if (app->marks.picked)
        fz_app_quit(app, FZ_OK);
}

static bool on_wall(const struct fz_app *app)
{
    return app->mode == FZ_MODE_WALL;
}

/* Moves the selection on the wall; goes through the pictures in the picture view. */
static enum fz_err move(struct fz_app *app, long dx, long dy)
{
    if (!on_wall(app))
        fz_picture_go(app, dx);
    else if (fz_list_count(app->list) > 0)
        fz_wall_move(app, dx, dy);
    return FZ_OK;
}

/* Pans what is larger than the window; else goes on, on the wall in two directions. */
static enum fz_err pan_or_move(struct fz_app *app, long x, long y)
{
    const struct fz_camera *camera = &app->picture.camera;
    if (on_wall(app))
        return move(app, x, y);
    double dx = -(double)x * camera->view_w * PAN_PART, dy = -(double)y * camera->view_h * PAN_PART;
    return fz_picture_pan(app, dx, dy, false) ? FZ_OK : move(app, x + y, 0);
}

/* The rows that `pages` windows are, from the selection on. */
static long rows_in(const struct fz_app *app, long pages)
{
    return fz_layout_page(&app->wall.layout, fz_app_selected_index(app), pages);
}

static enum fz_err quit(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    (void)call;
    (void)err;
    fz_app_quit(app, FZ_OK);
    return FZ_OK;
}

static enum fz_err back(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    if (fz_search_end(app) || fz_rate_show_all(app) || (on_wall(app) && fz_scale_window_back(app)))
        return FZ_OK;
    if (!on_wall(app) && fz_picture_meant(app).mode != FZ_ZOOM_FIT)
        return zoom_reset(app, call, err);
    if (app->mode == app->start_mode || on_wall(app))
        fz_app_quit(app, FZ_OK);
    else
        fz_picture_close(app);
    return FZ_OK;
}

/* A handler that may fail: its code is the expression's. */
#define TRY_HANDLER(name, expression)                                                               \
    static enum fz_err name(struct fz_app *app, struct fz_command_call *call, struct fz_error *err) \
    {                                                                                               \
        (void)call;                                                                                 \
        (void)err;                                                                                  \
        return expression;                                                                          \
    }

#define HANDLER(name, ...) TRY_HANDLER(name, (__VA_ARGS__, FZ_OK))

HANDLER(next, move(app, times(call), 0))
HANDLER(previous, move(app, -times(call), 0))
HANDLER(left, pan_or_move(app, -times(call), 0))
HANDLER(right, pan_or_move(app, times(call), 0))
HANDLER(up, pan_or_move(app, 0, -times(call)))
HANDLER(down, pan_or_move(app, 0, times(call)))
HANDLER(page_down, move(app, 0, rows_in(app, times(call))))
HANDLER(page_up, move(app, 0, rows_in(app, -times(call))))
HANDLER(half_down, move(app, 0, (rows_in(app, times(call)) + 1) / 2))
HANDLER(half_up, move(app, 0, (rows_in(app, -times(call)) - 1) / 2))
HANDLER(forward, move(app, 10 * times(call), 0))
HANDLER(backward, move(app, -10 * times(call), 0))
HANDLER(open, fz_app_open(app, fz_app_selected_index(app)))
HANDLER(close, fz_picture_close(app))
HANDLER(zoom_keep, fz_picture_catch_up(app), app->picture.keep_zoom = !app->picture.keep_zoom,
        fz_app_notice(app,
                      app->picture.keep_zoom ? "Zoom and place are kept" : "Each picture starts as a whole"))
HANDLER(fullscreen, fz_head_set_fullscreen(app->head, !fz_head_is_fullscreen(app->head)))
HANDLER(names, fz_app_set_option(app, FZ_OPTION_NAMES,
                                 fz_option_is_on(&app->options, FZ_OPTION_NAMES) ? "no" : "yes", err))
TRY_HANDLER(layout, fz_wall_next_layout(app, err))
HANDLER(pause_show, fz_picture_stay(app), app->show.paused = !app->show.paused, app->show.since_us = 0)

void fz_app_go_to(struct fz_app *app, size_t index)
{
    if (on_wall(app))
        fz_app_select(app, index);
    else
        fz_picture_go_to(app, index);
}

HANDLER(first, fz_arrange_go_to_nth(app, call->count > 0 ? call->count : 1))
HANDLER(last, fz_arrange_go_to_nth(app, call->count > 0 ? call->count : SIZE_MAX))
static enum fz_err go_folder(struct fz_app *app, long n, struct fz_error *err)
{
    size_t index;
    enum fz_err code = fz_folders_find(app, n, &index, err);
    if (code == FZ_OK)
        fz_app_go_to(app, index);
    return code;
}

TRY_HANDLER(folder_next, go_folder(app, times(call), err))
TRY_HANDLER(folder_previous, go_folder(app, -times(call), err))
HANDLER(help, fz_help_toggle(app))
HANDLER(menu, fz_menu_open(app, fz_head_w(app->head) / 4.0, fz_head_h(app->head) / 4.0))
HANDLER(hints, fz_hints_start(app))
HANDLER(info, fz_info_next(app))
HANDLER(search, call->argc > 0 ? fz_search_words(app, call->argv, call->argc)
                               : fz_prompt_open(app, FZ_PROMPT_SEARCH, ""))
HANDLER(random_picture, fz_browse_random(app))
HANDLER(shuffle, fz_browse_shuffle(app))
HANDLER(sort_name, fz_browse_sort(app, FZ_SORT_NAME))
HANDLER(sort_date, fz_browse_sort(app, FZ_SORT_DATE))
HANDLER(sort_modified, fz_browse_sort(app, FZ_SORT_MODIFIED))
HANDLER(sort_rating, fz_browse_sort(app, FZ_SORT_RATING))
TRY_HANDLER(scale, fz_scale_window_command(app, call, err))
TRY_HANDLER(rate, fz_rate_command(app, call, err))
TRY_HANDLER(show_rated, fz_rate_show(app, call, err))
HANDLER(sort_size, fz_browse_sort(app, FZ_SORT_SIZE))
HANDLER(sort_random, fz_browse_sort(app, FZ_SORT_RANDOM))
HANDLER(drop, fz_browse_drop(app, (size_t)times(call)))
HANDLER(undrop, fz_browse_undo_drop(app))
TRY_HANDLER(mark, fz_marks_toggle(app, err))
TRY_HANDLER(mark_range, fz_marks_range(app, err))
TRY_HANDLER(mark_all, fz_marks_all(app, err))
HANDLER(mark_none, fz_marks_none(app))
TRY_HANDLER(mark_invert, fz_marks_invert(app, err))
HANDLER(mark_next, fz_marks_go(app, times(call)))
HANDLER(mark_previous, fz_marks_go(app, -times(call)))
HANDLER(marks, call->result = fz_marks_paths(app))
HANDLER(performance, fz_perf_toggle(app))
HANDLER(command_line, fz_prompt_open(app, FZ_PROMPT_COMMAND, ""))

/* ---- Zoom, turn, flip -------------------------------------------------------------------------------------------- */

/* Beyond what the memory holds a picture is decoded smaller and shown larger: that must not pass for 100 %. */
static void say_if_limited(struct fz_app *app)
{
    double px, of_px;
    if (fz_picture_is_reduced(app, &px, &of_px))
        fz_app_notice_about(app, app->picture.item, "Shown from %.1f of %.1f Mpx: --memory holds no more",
                            px / 1e6, of_px / 1e6);
}

static enum fz_err zoom(struct fz_app *app, long steps)
{
    struct fz_camera *camera = &app->picture.camera;
    fz_picture_catch_up(app);
    double times = fmax(fmin((double)steps, MOST_STEPS), -MOST_STEPS);
    if (on_wall(app)) {
        fz_wall_set_tile_size(app, pow(TILE_STEP, times));
    } else {
        fz_camera_zoom_at(camera, pow(PICTURE_STEP, times), camera->view_w / 2, camera->view_h / 2);
        say_if_limited(app);
    }
    app->loader.moved = true;
    return FZ_OK;
}

static enum fz_err zoom_mode(struct fz_app *app, enum fz_zoom_mode mode)
{
    fz_steady_cut(app, FZ_STEADY_CUT);
    fz_picture_catch_up(app);
    fz_camera_set_mode(&app->picture.camera, mode, 1);
    say_if_limited(app);
    app->loader.moved = true;
    return FZ_OK;
}

HANDLER(zoom_in, zoom(app, times(call)))
HANDLER(zoom_out, zoom(app, -times(call)))
HANDLER(zoom_original, zoom_mode(app, FZ_ZOOM_FREE))
HANDLER(zoom_fit, zoom_mode(app, FZ_ZOOM_FIT))
HANDLER(zoom_fill, zoom_mode(app, FZ_ZOOM_FILL))

static enum fz_err zoom_reset(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    (void)call;
    (void)err;
    if (!on_wall(app))
        return zoom_mode(app, FZ_ZOOM_FIT);
    fz_wall_set_tile_size(app, 0);
    return FZ_OK;
}

/* The turn belongs to the picture: its tile shows it too. */
static enum fz_err turn(struct fz_app *app, int quarters, bool flip_h, bool flip_v, struct fz_error *err)
{
    fz_item_id item = fz_app_act_on_current(app);
    if (item == FZ_ITEM_NONE)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "no picture is selected");
    fz_picture_catch_up(app);
    const struct fz_tile *tile = fz_loader_make_tile(app, item);
    struct fz_camera camera = {
        .quarter_turns = tile->turn.quarters, .flip_h = tile->turn.flip_h, .flip_v = tile->turn.flip_v};
    struct fz_camera *shown = on_wall(app) ? &camera : &app->picture.camera;
    if (quarters != 0)
        fz_camera_turn(shown, quarters);
    if (flip_h || flip_v)
        fz_camera_flip(shown, flip_h);
    fz_loader_turn(app, item, (struct fz_turn){shown->quarter_turns, shown->flip_h, shown->flip_v});
    return FZ_OK;
}

TRY_HANDLER(rotate_right, turn(app, 1, false, false, err))
TRY_HANDLER(rotate_left, turn(app, -1, false, false, err))
TRY_HANDLER(flip_h, turn(app, 0, true, false, err))
TRY_HANDLER(flip_v, turn(app, 0, false, true, err))

/* ---- Show, loading, the rest ------------------------------------------------------------------------------------- */

static enum fz_err change_delay(struct fz_app *app, double factor, struct fz_error *err)
{
    double now_s = app->options.values[FZ_OPTION_DELAY].seconds;
    double delay_s = fmin(fmax(now_s * factor, fmin(now_s, 0.5)), 86400);
    char text[32];
    snprintf(text, sizeof text, "%.6g", delay_s);
    fz_app_notice(app, delay_s < 100 ? "%.3g s per picture" : "%.0f s per picture", delay_s);
    return fz_app_set_option(app, FZ_OPTION_DELAY, text, err);
}

static enum fz_err slideshow(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    if (call->count > 0)
        change_delay(app, call->count / app->options.values[FZ_OPTION_DELAY].seconds, err);
    if (app->show.running && call->count == 0) {
        fz_picture_stay(app);
        fz_show_stop(app);
        fz_app_notice(app, "Slideshow ended");
    } else if (!app->show.running) {
        fz_show_start(app);
    }
    return FZ_OK;
}

TRY_HANDLER(animation, fz_animate_toggle(app, err))
TRY_HANDLER(frame_next, fz_animate_go(app, times(call), err))
TRY_HANDLER(frame_previous, fz_animate_go(app, -times(call), err))
HANDLER(slower, change_delay(app, pow(1.5, (double)times(call)), err))
HANDLER(faster, change_delay(app, pow(1.5, -(double)times(call)), err))

static enum fz_err loading(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    bool pause = !app->loading_paused;
    if (call->argc == 1 && strcmp(call->argv[0], "pause") == 0)
        pause = true;
    else if (call->argc == 1 && strcmp(call->argv[0], "resume") == 0)
        pause = false;
    else if (call->argc != 0)
        return fz_fail(err, FZ_E_USAGE, 0, "loading wants pause or resume");
    app->loading_paused = pause;
    if (pause)
        fz_loader_abandon(app); /* what waits for its share would go on to open and copy */
    fz_loader_list_changed(app);
    app->dirty = true;
    return FZ_OK;
}

static enum fz_err reload(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    (void)call;
    (void)err;
    fz_loader_reread(app, fz_app_act_on_current(app));
    return FZ_OK;
}

static enum fz_err copy_path(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    (void)call;
    char *path = fz_list_path(app->list, fz_app_act_on_current(app));
    if (!path)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "no picture is selected");
    char *text = fz_str_to_utf8(path);
    SDL_SetClipboardText(text);
    fz_app_notice(app, "Copied %s", text);
    free(text);
    free(path);
    return FZ_OK;
}

static enum fz_err key(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    if (call->argc == 0)
        return fz_fail(err, FZ_E_USAGE, 0, "key wants the name of a key");
    struct fz_press press = {0};
    for (size_t i = 0; i < call->argc; i++)
        if (!fz_key_parse(call->argv[i], &press.key))
            return fz_fail(err, FZ_E_USAGE, 0, "%s is no key", call->argv[i]);
    for (size_t i = 0; i < call->argc; i++) {
        fz_key_parse(call->argv[i], &press.key);
        fz_app_press(app, &press);
    }
    return FZ_OK;
}

HANDLER(status, call->result = fz_app_status(app))
HANDLER(stats, call->result = fz_stats_json(app))
TRY_HANDLER(wait, fz_app_wait(app, call, err))
TRY_HANDLER(jobs, fz_tasks_command(app, call, err))

static enum fz_err screenshot(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    if (call->argc != 1)
        return fz_fail(err, FZ_E_USAGE, 0, "screenshot wants a file");
    if (!call->request)
        return fz_fail(err, FZ_E_USAGE, 0, "screenshot: only through frieze ctl");
    if (app->ending)
        return fz_fail(err, FZ_E_CANCELLED, 0, "frieze is ending");
    enum fz_err code = fz_app_ask_save(app, fz_path_absolute(call->argv[0]), call->request, err);
    call->deferred = code == FZ_OK;
    return code;
}

TRY_HANDLER(run, fz_run_command(app, call, err))

/* ---- Options, which have a file of their own --------------------------------------------------------------------- */

TRY_HANDLER(get, fz_app_get_options(app, call, err))
TRY_HANDLER(set, fz_app_set_options(app, call, err))
TRY_HANDLER(reset, fz_app_reset_options(app, call, err))
