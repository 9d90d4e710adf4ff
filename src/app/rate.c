#include "app/rate.h"

#include "app/app.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "decode/sidecar.h"
#include "source/stacks.h"
#include "source/told.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRITE_TRIES = 30, WRITE_TRY_MS = 5 };

struct fz_rate {
    struct fz_rate *next;
    fz_item_id item;
    char *path;    /* owned */
    char *beneath; /* the same of the RAW file beneath it; NULL: none */
    int rating;
};

/* "Rated 3", "Rejected" */
static const char *say(int rating)
{
    static const char *const said[] = {"Rejected", "Not rated", "Rated 1", "Rated 2",
                                       "Rated 3",  "Rated 4",   "Rated 5"};
    return said[rating - FZ_RATING_REJECTED];
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

/* A copy: what waits may be freed while a worker is stuck in the kernel. */
struct load {
    char *path, *beneath; /* owned */
    int rating;
};

/* Mostly a stack has one sidecar. */
static enum fz_err write_rating(const char *path, const char *beneath, int rating, struct fz_error *err)
{
    enum fz_err code = fz_sidecar_rate(path, rating, err);
    char *place = fz_sidecar_path(path), *other = beneath ? fz_sidecar_path(beneath) : NULL;
    if (code == FZ_OK && other && strcmp(place, other) != 0)
        code = fz_sidecar_rate(beneath, rating, err);
    free(place);
    free(other);
    return code;
}

static void run_write(struct fz_job *job)
{
    FZ_NOT_MAIN();
    const struct load *load = job->load;
    write_rating(load->path, load->beneath, load->rating, &job->error);
}

static void free_load(void *ctx)
{
    struct load *load = ctx;
    free(load->path);
    free(load->beneath);
    free(load);
}

static void launch_next(struct fz_app *app)
{
    const struct fz_rate *rate = app->rating.first;
    if (!rate || app->rating.job || app->ending)
        return;
    struct load *load = fz_calloc(1, sizeof *load);
    struct fz_job *job = fz_job_new(FZ_JOB_WORK, rate->item, NULL, NULL);
    *load =
        (struct load){fz_strdup(rate->path), rate->beneath ? fz_strdup(rate->beneath) : NULL, rate->rating};
    job->load = load;
    job->load_free = free_load;
    job->work = run_write;
    app->rating.job = job;
    fz_loader_launch(app, job, 0);
}

static void remove_first(struct fz_rating *rating)
{
    struct fz_rate *first = rating->first;
    rating->first = first->next;
    if (!first->next)
        rating->last = NULL;
    free(first->path);
    free(first->beneath);
    free(first);
}

void fz_rate_take(struct fz_app *app, struct fz_job *job)
{
    FZ_MAIN_ONLY();
    struct fz_rate *rate = app->rating.first;
    app->rating.job = NULL;
    if (job->error.code == FZ_OK) {
        char *name = fz_str_to_display(fz_path_name(rate->path));
        fz_app_notice(app, "%s: %s", say(rate->rating), name);
        free(name);
        fz_about_forget(app, rate->item);
        if (fz_list_rate(app->list, rate->item, rate->rating))
            fz_arrange_told(app);
    } else {
        fz_log("not rated: %s", job->error.msg);
        fz_app_notice(app, "Not rated: %s", job->error.msg);
    }
    remove_first(&app->rating);
    launch_next(app);
}

void fz_rate_finish(struct fz_app *app)
{
    struct fz_rating *rating = &app->rating;
    for (int i = 0; rating->job && i < WRITE_TRIES; i++, SDL_Delay(WRITE_TRY_MS))
        fz_loader_collect(app, 0);
    bool is_stuck = rating->job != NULL;
    while (rating->first) {
        struct fz_error err = {0};
        if (is_stuck)
            fz_log("perhaps not rated: %s", rating->first->path);
        else if (write_rating(rating->first->path, rating->first->beneath, rating->first->rating, &err) !=
                 FZ_OK)
            fz_log("not rated: %s", err.msg);
        remove_first(rating);
    }
}

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

static bool read_rating(const struct fz_command_call *call, int *rating)
{
    char *end = NULL;
    long value = call->argc == 1 ? strtol(call->argv[0], &end, 10) : 0;
    *rating = (int)value;
    return end && end != call->argv[0] && !*end && value >= FZ_RATING_REJECTED && value <= FZ_RATING_MOST;
}

enum fz_err fz_rate_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    int rating;
    fz_item_id item = fz_app_current(app);
    if (!read_rating(call, &rating))
        return fz_fail(err, FZ_E_USAGE, 0, "rate wants a number from 0 to 5, or -1 to reject");
    if (item == FZ_ITEM_NONE)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "no picture is selected");
    if (!fz_metadata_can_rate())
        return fz_fail(err, FZ_E_UNSUPPORTED, 0,
                       "this frieze was built without exempi: it writes no ratings");
    struct fz_rate *rate = fz_calloc(1, sizeof *rate);
    *rate = (struct fz_rate){NULL, item, fz_list_path(app->list, item), fz_list_path_beneath(app->list, item),
                             rating};
    *(app->rating.last ? &app->rating.last->next : &app->rating.first) = rate;
    app->rating.last = rate;
    launch_next(app);
    return FZ_OK;
}

bool fz_rate_show_all(struct fz_app *app)
{
    if (!fz_list_shows_rated(app->list))
        return false;
    fz_arrange_show_rated(app, FZ_RATING_REJECTED, FZ_RATING_MOST);
    app->dirty = true;
    return true;
}

enum fz_err fz_rate_show(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    int rating;
    app->dirty = true;
    if (call->argc == 0) {
        fz_rate_show_all(app);
        return FZ_OK;
    }
    if (!read_rating(call, &rating))
        return fz_fail(err, FZ_E_USAGE, 0,
                       "show_rated wants a number from 0 to 5, or -1 for what is rejected");
    bool rejected = rating == FZ_RATING_REJECTED;
    fz_arrange_show_rated(app, rating, rejected ? rating : FZ_RATING_MOST);
    return FZ_OK;
}

/* ---- What is seen of it ------------------------------------------------------------------------------------------ */

void fz_rate_text(struct fz_app *app, char *out, size_t size)
{
    const char *keys = app->options.values[FZ_OPTION_KEYS].text;
    fz_item_id item = fz_app_current(app);
    int rating;
    out[0] = '\0';
    if (!keys || strcmp(keys, "cull") != 0 || item == FZ_ITEM_NONE)
        return;
    bool known = fz_list_rating(app->list, item, &rating);
    const struct fz_metadata *about = known ? NULL : fz_about_get(app, item);
    if (about && about->has_rating)
        rating = about->rating;
    if (known || (about && about->has_rating))
        snprintf(out, size, "%s", say(rating));
}

void fz_rate_draw(struct fz_app *app)
{
    char text[96], what[64];
    int least, most;
    size_t count = fz_list_count(app->list);
    if (!fz_list_rated_range(app->list, &least, &most) || app->searched)
        return;
    if (most == FZ_RATING_REJECTED)
        snprintf(what, sizeof what, "Rejected");
    else if (least == 0)
        snprintf(what, sizeof what, "Not rejected");
    else if (least == FZ_RATING_MOST)
        snprintf(what, sizeof what, "Rated %d", least);
    else
        snprintf(what, sizeof what, "Rated %d or more", least);
    if (count == 0)
        snprintf(text, sizeof text, "%s   none", what);
    else
        snprintf(text, sizeof text, "%s   %zu of %zu", what, fz_app_selected_index(app) + 1, count);
    fz_chip_draw(app, text, FZ_CHIP_TOP);
}
