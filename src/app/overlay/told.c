#include "app/overlay/told.h"

#include "app/app.h"
#include "source/told.h"
#include "sync/thread.h"

#include <stdio.h>

enum {
    FILES_A_JOB = 64, /* 10 ms on a local disk */
    LONG_US = 500000, /* from here on its progress is shown */
    DRAW_US = 250000, /* between two frames that show it */
};

static void run_read(struct fz_job *job)
{
    fz_told_read(job->load, job);
}

static void free_load(void *load)
{
    fz_told_free(load);
}

static bool is_wanted(const struct fz_app *app)
{
    return (fz_sort_needs_told(&app->arrange.wanted) || fz_list_shows_rated(app->list)) && !app->ending;
}

static void take_told(struct fz_app *app, struct fz_job *job)
{
    struct fz_telling *telling = &app->telling;
    for (size_t i = 0; i < FZ_TOLD_JOBS; i++)
        if (telling->jobs[i] == job)
            telling->jobs[i] = NULL;
    atomic_fetch_add_explicit(&app->pool.counts.opens, fz_told_opens(job->load), memory_order_relaxed);
    const struct fz_wall_held held = fz_wall_hold(app);
    if (fz_list_told_apply(app->list, job->load))
        fz_arrange_told(app, &held, false);
    fz_telling_step(app);
    if (!fz_telling_is_busy(app) || app->now_us >= telling->drawn_us + DRAW_US) {
        app->dirty |= app->now_us >= telling->since_us + LONG_US;
        telling->drawn_us = app->now_us;
    }
    if (!fz_telling_is_busy(app))
        telling->since_us = 0;
}

static const struct fz_work reading = {run_read, free_load, take_told};

void fz_telling_step(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_telling *telling = &app->telling;
    for (size_t i = 0; i < FZ_TOLD_JOBS && is_wanted(app); i++) {
        if (telling->jobs[i])
            continue;
        struct fz_told *told = fz_list_told_begin(app->list, FILES_A_JOB);
        if (!told)
            return;
        struct fz_job *job = fz_job_new_work(&reading, told, FZ_ITEM_NONE, &app->quit);
        telling->jobs[i] = job;
        if (telling->since_us == 0)
            telling->since_us = telling->drawn_us = app->now_us;
        fz_loader_launch(app, job, fz_priority(FZ_PRIORITY_NEIGHBOUR, UINT32_MAX));
    }
}

void fz_telling_cancel(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    for (size_t i = 0; i < FZ_TOLD_JOBS; i++)
        if (app->telling.jobs[i])
            fz_cancel_set(&app->telling.jobs[i]->cancel);
}

bool fz_telling_is_busy(const struct fz_app *app)
{
    for (size_t i = 0; i < FZ_TOLD_JOBS; i++)
        if (app->telling.jobs[i])
            return true;
    return false;
}

void fz_telling_progress(const struct fz_app *app, char *out, size_t size)
{
    bool is_long = fz_telling_is_busy(app) && app->now_us >= app->telling.since_us + LONG_US;
    out[0] = '\0';
    if (is_long)
        snprintf(out, size, "Reading dates and ratings: %zu of %zu", fz_list_told_count(app->list),
                 fz_list_all_count(app->list));
}
