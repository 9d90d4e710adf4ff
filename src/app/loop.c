/* The loop: one wait, everything that arrived, one frame where something that is drawn changed. */
#include "app/app.h"
#include "app/tasks.h"
#include "base/clock.h"
#include "base/mem.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <math.h>
#include <stdlib.h>

enum {
    UPLOAD_BUDGET_US = 2000, /* of one turn */
    TRIM_BUDGET_US = 1000,
    TIMER_PERIOD_US = 16667, /* where the display names no refresh rate */
    IDLE_WAIT_US = 1000000,
    LOST_BELL_US = 100000, /* what a lost wake-up costs while something is under way */
    LOADING_SHARE = 8,     /* without a GPU, frames that only show progress take 1/8 of the time */
    LOADING_PACE_MAX_US = 120000,
    FIRST_WAIT_US = 12000,
    OPENING_US = 300000, /* what comes so soon belongs to the first sight of the window */
    AWAITED_US = 500,    /* a wait that took less found its event already there */
    MAX_STEP_US = 50000, /* a motion goes no further in one frame */
    PATIENT_SETTLE_US = 3000000,
    UNSEEN_PACE_US = 100000, /* of frames that nobody sees */
    SETTLE_US = 300000,      /* how long the last screenshot waits for what still moves */
};

/* Nothing is being written that the end waits for. */
static bool is_at_rest(const struct fz_app *app)
{
    bool scales = fz_scale_window_works(app) && app->now_us < app->end_deadline_us;
    return !scales && !fz_app_is_saving(app);
}

void fz_app_quit(struct fz_app *app, enum fz_err status)
{
    if (app->ending)
        return;
    app->ending = app->dirty = true;
    app->status = status;
    fz_app_judge_scan(app);
    app->end_deadline_us = app->now_us + SETTLE_US;
    app->signals_seen = atomic_load(&app->signalled);
    fz_show_stop(app);
    if (status != FZ_E_EMPTY) /* then nothing is left undone */
        fz_task_cancel(&app->scale.batch.task, app->now_us);
    fz_loader_abandon(app);
    const char *path = app->options.values[FZ_OPTION_SCREENSHOT].text;
    bool last_frame = path && app->head && status == FZ_OK;
    if (!last_frame || fz_app_ask_save(app, fz_strdup(path), NULL, NULL) != FZ_OK)
        app->quitting = is_at_rest(app);
}

/* Who asks twice does not want to wait for the last frame. */
static void obey_signals(struct fz_app *app)
{
    int count = atomic_load(&app->signalled);
    if (app->ending && count > app->signals_seen)
        app->quitting = true;
    else if (count > 0)
        fz_app_quit(app, FZ_OK);
}

void fz_app_measure(struct fz_app *app)
{
    app->measuring = true;
    struct fz_job *job = fz_job_new(FZ_JOB_MEASURE, FZ_ITEM_NONE, NULL, &app->quit);
    fz_loader_launch(app, job, 0);
}

/* ---- When -------------------------------------------------------------------------------------------------------- */

static int64_t period_us(const struct fz_app *app)
{
    double hz = fz_head_refresh_hz(app->head);
    return hz > 1 ? (int64_t)(1e6 / hz) : TIMER_PERIOD_US;
}

/* Frames of motion and input come at the display's pace; where presenting blocks until its turn, at once. */
static int64_t motion_due_us(const struct fz_app *app)
{
    if (fz_head_is_unseen(app->head))
        return app->stats.last_present_us + UNSEEN_PACE_US;
    return app->stats.last_present_us + (fz_head_has_vsync(app->head) ? 0 : period_us(app));
}

/* Tiles that arrive are collected for a few frames a second, until the last one in view has come: a frame that only shows them takes
 * cores from the decoders where the CPU draws it. */
static bool collects_tiles(const struct fz_app *app)
{
    if (!fz_head_is_software(app->head))
        return false;
    for (size_t i = 0; i < app->loader.flying_count; i++)
        if (atomic_load(&app->loader.flying[i]->priority) < fz_priority(FZ_PRIORITY_NEIGHBOUR, 0) &&
            app->loader.flying[i]->kind == FZ_JOB_DECODE)
            return true;
    return false;
}

bool fz_app_fades_tiles_in(const struct fz_app *app)
{
    int64_t first_us = app->stats.startup.first_frame;
    return !collects_tiles(app) && first_us > 0 && app->now_us > first_us + OPENING_US;
}

/* The frame in which all tiles in view show something for the first time waits for nothing, unless the next one of a motion shows it. */
static int64_t loading_due_us(const struct fz_app *app)
{
    bool becomes_covered =
        fz_head_is_software(app->head) && !app->covered && !app->moving && fz_loader_covers_view(app);
    if (becomes_covered)
        return app->now_us;
    if (!collects_tiles(app))
        return motion_due_us(app);
    int64_t pace = app->stats.last_total_us * LOADING_SHARE;
    if (pace < TIMER_PERIOD_US)
        pace = TIMER_PERIOD_US;
    return app->stats.last_present_us + (pace < LOADING_PACE_MAX_US ? pace : LOADING_PACE_MAX_US);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return b < a ? b : a;
}

static int64_t latest(int64_t a, int64_t b)
{
    return b > a ? b : a;
}

/* A wall that was seen before is there in a moment, and a frame without it, the first, takes as long as it does. */
static int64_t opening_due_us(const struct fz_app *app)
{
    const struct fz_stats *stats = &app->stats;
    bool waits = stats->startup.first_frame == 0 && !fz_loader_covers_view(app);
    return waits ? stats->startup.window + FIRST_WAIT_US : 0;
}

/* The next frame; FZ_NEVER: nothing that is drawn has changed. */
static int64_t frame_due_us(const struct fz_app *app)
{
    int64_t due = fz_app_next_overlay_us(app);
    int64_t held = latest(fz_steady_cut_due_us(app), fz_picture_due_us(app));
    held = latest(held, opening_due_us(app));
    if (app->dirty || app->moving)
        due = earliest(due, motion_due_us(app));
    if (app->fading || app->arrived)
        due = earliest(due, loading_due_us(app));
    if (app->awaited)
        due = earliest(due, app->now_us);
    return latest(due, held);
}

static int64_t next_wake_us(const struct fz_app *app, int64_t view_us)
{
    if (app->loader.stale || app->loader.moved)
        return 0;
    int64_t wake = app->now_us + (app->loader.flying_count > 0 ? LOST_BELL_US : IDLE_WAIT_US);
    wake = earliest(wake, frame_due_us(app));
    if (fz_loader_uploads_wait(app) || fz_animate_uploads_wait(app))
        wake = app->now_us;
    wake = earliest(wake, view_us);
    wake = earliest(wake, app->loader.retry_us);
    wake = earliest(wake, app->loader.renew_us);
    for (int i = 0; i < FZ_MAX_WAITS; i++)
        if (app->waits[i].request)
            wake = earliest(wake, app->waits[i].deadline_us);
    return wake;
}

/* ---- One turn ---------------------------------------------------------------------------------------------------- */

static bool something_arrived(const struct fz_app *app)
{
    return app->backlog || !fz_ready_is_empty(&app->results) || !fz_ready_is_empty(&app->events) ||
           !fz_ready_is_empty(&app->requests) || !fz_ready_is_empty(&app->run.done) ||
           fz_text_has_arrived(app->head) || fz_budgets_is_due(app) ||
           atomic_load(&app->signalled) > app->signals_seen;
}

static void wait_and_handle(struct fz_app *app, int64_t wake_us)
{
    struct fz_stats *stats = &app->stats;
    int64_t before = fz_now_us();
    if (stats->startup.first_frame > 0 && before - stats->wait_returned_us > stats->stall_max_us)
        stats->stall_max_us = before - stats->wait_returned_us;
    SDL_Event event;
    fz_doorbell_arm(&app->bell);
    int64_t left_us = something_arrived(app) ? 0 : wake_us - before;
    int left_ms = left_us > 0 ? (int)((left_us + 999) / 1000) : 0;
    if (left_ms > 0 && app->headless) {
        fz_doorbell_wait(&app->bell, left_ms);
        left_ms = 0;
    }
    int got = left_ms > 0 ? SDL_WaitEventTimeout(&event, left_ms) : SDL_PollEvent(&event);
    fz_doorbell_disarm(&app->bell);
    stats->wait_returned_us = app->now_us = fz_now_us();
    /* SDL stamps an event when it is pumped, not when it came: what a wait finds at once may be as old as the last
     * look. Counted from there it is never taken for quicker than it was. */
    bool was_awaited = stats->wait_returned_us - before > AWAITED_US;
    stats->input_since_us = was_awaited ? stats->wait_returned_us : stats->pumped_us;
    for (; got; got = SDL_PollEvent(&event))
        fz_app_handle_event(app, &event);
    stats->pumped_us = fz_now_us();
    obey_signals(app);
}

static void step(struct fz_app *app)
{
    int64_t passed = app->now_us - app->last_step_us;
    double dt_s = (double)(passed < MAX_STEP_US ? passed : MAX_STEP_US) / 1e6;
    app->last_step_us = app->now_us;
    if (fz_app_motion(app) != FZ_MOTION_FULL) { /* everything is where it was going to, and then at rest */
        fz_wall_step(app, INFINITY);
        fz_picture_step(app, INFINITY);
    }
    bool scrolling = fz_wall_step(app, dt_s);
    app->moving = fz_picture_step(app, dt_s) || scrolling;
}

static void draw(struct fz_app *app)
{
    uint32_t background = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    fz_head_begin(app->head, (struct fz_color){(uint8_t)(background >> 16), (uint8_t)(background >> 8),
                                               (uint8_t)background, 255});
    app->fading = false;
    fz_shapes_begin_frame(app);
    if (!fz_picture_covers_wall(app))
        fz_wall_draw(app);
    fz_picture_draw(app);
    fz_app_draw_overlays(app);
    fz_app_update_title(app);
}

static void note_frame(struct fz_app *app, int64_t work_end_us, int64_t end_us)
{
    struct fz_stats *stats = &app->stats;
    fz_histogram_add(&stats->work, work_end_us - stats->wait_returned_us);
    fz_histogram_add(&stats->present, end_us - work_end_us);
    stats->last_total_us = end_us - stats->wait_returned_us;
    fz_histogram_add(&stats->total, stats->last_total_us);
    fz_perf_add(&app->perf, work_end_us - stats->wait_returned_us, end_us - work_end_us);
    if (app->moving && stats->was_moving) {
        int64_t interval = end_us - stats->last_present_us;
        fz_histogram_add(&stats->interval, interval);
        stats->late += interval > period_us(app) * 3 / 2;
    }
    stats->was_moving = app->moving;
    stats->last_present_us = end_us;
    if (stats->first_input_us > 0)
        fz_histogram_add(&stats->input, end_us - stats->first_input_us);
    stats->first_input_us = 0;
    if (stats->startup.first_frame == 0)
        stats->startup.first_frame = end_us;
    if (stats->startup.first_tile == 0 && app->tile_drawn)
        stats->startup.first_tile = end_us;
}

static void frame(struct fz_app *app)
{
    app->dirty = app->arrived = app->awaited = false;
    step(app);
    draw(app);
    fz_app_save_frame(app);
    int64_t work_end_us = fz_now_us();
    fz_head_present(app->head);
    if (fz_head_is_unseen(app->head))
        fz_animate_set_hidden(app, true);
    app->covered = fz_head_is_software(app->head) && fz_loader_covers_view(app);
    note_frame(app, work_end_us, fz_now_us());
    fz_steady_note(app);
}

/* Milestones count from the frame that showed them. */
static void note_milestones(struct fz_app *app)
{
    struct fz_stats *stats = &app->stats;
    if (app->dirty || app->arrived || stats->startup.first_frame == 0)
        return;
    if (stats->startup.screenful == 0 && fz_loader_screenful(app))
        stats->startup.screenful = stats->last_present_us;
    if (stats->startup.all == 0 && fz_loader_loaded(app) && !fz_loader_uploads_wait(app))
        stats->startup.all = fz_now_us();
    if (!fz_option_is_set(&app->options, FZ_OPTION_QUIT_WHEN))
        return;
    bool screenful = fz_option_choice(&app->options, FZ_OPTION_QUIT_WHEN) == FZ_QUIT_WHEN_SCREENFUL;
    if (app->ending || !(screenful ? stats->startup.screenful > 0 : stats->startup.all > 0))
        return;
    fz_app_quit(app, FZ_OK);
    app->end_deadline_us = app->now_us + PATIENT_SETTLE_US; /* nobody waits at the keyboard */
}

void fz_app_run(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    app->dirty = true;
    app->stats.wait_returned_us = app->stats.pumped_us = app->last_step_us = fz_now_us();
    int64_t show_us = FZ_NEVER;
    while (!app->quitting) {
        int64_t view_us = earliest(fz_show_step(app), fz_picture_look(app));
        view_us = earliest(view_us, fz_animate_step(app));
        view_us = earliest(view_us, fz_arrange_next_us(app));
        view_us = earliest(view_us, fz_marks_next_us(app));
        view_us = earliest(view_us, fz_touch_step(app));
        view_us = earliest(view_us, fz_budgets_step(app));
        view_us = earliest(view_us, fz_missing_step(app));
        view_us = earliest(view_us, fz_revisit_step(app));
        view_us = earliest(view_us, show_us);
        wait_and_handle(app, next_wake_us(app, view_us));
        fz_app_take_source_events(app);
        fz_app_take_requests(app);
        fz_run_collect(app);
        app->arrived |= fz_text_collect(app->head);
        app->arrived |= fz_loader_collect(app, UPLOAD_BUDGET_US);
        fz_arrange_step(app);
        show_us = fz_app_begin_show(app);
        fz_marks_step(app);
        fz_app_judge_scan(app);
        fz_tasks_step(app);
        fz_shapes_step(app);
        fz_loader_issue(app);
        fz_prime_step(app);
        fz_scale_window_step(app);
        if (app->now_us >= frame_due_us(app))
            frame(app);
        fz_loader_prepare(app);
        fz_texture_trim(app->head, TRIM_BUDGET_US);
        note_milestones(app);
        fz_app_answer_waits(app);
        fz_resume_step(app);
        if (app->ending)
            app->quitting |= is_at_rest(app);
        app->dirty |= app->ending;
    }
}
