#include "app/wall/rate.h"

#include "app/app.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "decode/decoder.h"
#include "decode/files.h"
#include "decode/rating.h"
#include "source/sidecars.h"
#include "source/stacks.h"
#include "source/told.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FINISH_TRY_MS = 5,
    FINISH_TRIES = 100,   /* until nobody waits any more, */
    HAND_OVER_TRIES = 30, /* or until what is left is a reader's, which outlives the program */
    LAST_BYTES = FZ_ASK_MOST_BYTES / 2,
};

struct fz_rate {
    struct fz_rate *next;
    fz_item_id item;
    uint32_t root;
    char *path;        /* owned */
    char *beneath;     /* the same of the RAW file beneath it; NULL: none */
    bool has_namesake; /* what is said of it must not be said of that */
    int rating;
    struct fz_job *job;  /* that writes it (borrowed, as the next; NULL: none yet) */
    struct fz_job *last; /* that hands it over at the end */
};

/* "Rated 3", "Rejected" */
static const char *say(int rating)
{
    static const char *const said[] = {"Rejected", "Not rated", "Rated 1", "Rated 2",
                                       "Rated 3",  "Rated 4",   "Rated 5"};
    return said[rating - FZ_RATING_REJECTED];
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

static void run_write(struct fz_job *job)
{
    FZ_NOT_MAIN();
    const struct fz_parcel *wish = job->load;
    struct fz_parcel request = *wish, answer;
    request.bytes = fz_malloc(wish->len);
    memcpy(request.bytes, wish->bytes, wish->len);
    if (!fz_files_ask(job->decoder->files, job, &request, &answer))
        return;
    fz_answer_rated(&answer, &job->error);
    fz_parcel_fini(&answer);
}

static void free_wish(void *ctx)
{
    fz_parcel_fini(ctx);
    free(ctx);
}

static struct fz_parcel *make_wish(const struct fz_app *app, uint32_t flags)
{
    struct fz_parcel *wish = fz_calloc(1, sizeof *wish);
    flags |= fz_option_is_on(&app->options, FZ_OPTION_NO_STACK) ? 0 : FZ_RATE_STACKS;
    *wish = (struct fz_parcel){.kind = FZ_ASK_RATE, .flags = flags, .fd = -1};
    return wish;
}

static void add_to(struct fz_parcel *wish, size_t *capacity, const struct fz_rate *rate)
{
    fz_rating_add(wish, capacity,
                  &(struct fz_rating){.path = rate->path,
                                      .beneath = rate->beneath,
                                      .rating = rate->rating,
                                      .alone = rate->has_namesake});
}

static void take_written(struct fz_app *app, struct fz_job *job);

static const struct fz_work writing = {run_write, free_wish, take_written};

static void launch(struct fz_app *app, struct fz_rate *rate)
{
    size_t capacity = 0;
    struct fz_parcel *wish = make_wish(app, 0);
    add_to(wish, &capacity, rate);
    rate->job = fz_job_new_work(&writing, wish, rate->item, NULL);
    rate->job->root = rate->root;
    fz_loader_launch(app, rate->job, 0);
}

/* A source's one after the other; those of others do not wait for one that hangs. Without readers, all one after the other. */
static void launch_next(struct fz_app *app)
{
    size_t flying = 0;
    for (struct fz_rate *rate = app->rating; rate && flying < FZ_RATES_FLYING; rate = rate->next) {
        bool waits = rate->job || rate->last;
        for (const struct fz_rate *earlier = app->rating; earlier != rate; earlier = earlier->next)
            waits |= earlier->root == rate->root || !app->zygotes.readers;
        if (!waits)
            launch(app, rate);
        flying += rate->job != NULL;
    }
}

static void remove_rate(struct fz_rate **place)
{
    struct fz_rate *rate = *place;
    *place = rate->next;
    free(rate->path);
    free(rate->beneath);
    free(rate);
}

static void take_written(struct fz_app *app, struct fz_job *job)
{
    struct fz_rate **place = &app->rating;
    while (*place && (*place)->job != job)
        place = &(*place)->next;
    struct fz_rate *rate = *place;
    if (!rate) /* it has been handed over */
        return;
    rate->job = NULL;
    if (job->error.code != FZ_OK && rate->last) /* which brings it, too */
        return;
    if (job->error.code == FZ_OK) {
        char *name = fz_str_to_display(fz_path_name(rate->path));
        fz_app_notice(app, "%s: %s", say(rate->rating), name);
        free(name);
        fz_about_forget(app, rate->item);
        const struct fz_wall_held held = fz_wall_hold(app);
        if (fz_list_rate(app->list, rate->item, rate->rating))
            fz_arrange_told(app, &held, rate->item == app->picture.item);
    } else {
        fz_log("not rated: %s", job->error.msg);
        fz_app_notice(app, "Not rated: %s", job->error.msg);
    }
    remove_rate(place);
    launch_next(app);
}

/* Of a source that answers. */
static bool may_be_written(const struct fz_app *app)
{
    for (const struct fz_rate *rate = app->rating; rate; rate = rate->next)
        if (!fz_files_hangs(app->pool.files, rate->root))
            return true;
    return false;
}

static void take_handed_over(struct fz_app *app, struct fz_job *job)
{
    for (struct fz_rate **place = &app->rating; *place;) {
        struct fz_rate *rate = *place;
        bool is_taken = rate->last == job && job->error.code == FZ_OK;
        rate->last = rate->last == job ? NULL : rate->last;
        if (is_taken)
            remove_rate(place);
        else
            place = &rate->next;
    }
}

static const struct fz_work handing_over = {run_write, free_wish, take_handed_over};

/* All that is left for a reader, with what it is about: it ends with the program otherwise. */
static void hand_over_to(struct fz_app *app, uint32_t reader)
{
    size_t capacity = 0;
    struct fz_parcel *wish = make_wish(app, FZ_RATE_LAST);
    struct fz_job *job = fz_job_new_work(&handing_over, wish, FZ_ITEM_NONE, NULL);
    job->root = reader;
    for (struct fz_rate *rate = app->rating; rate && wish->len < LAST_BYTES; rate = rate->next) {
        if (fz_files_first_root(app->pool.files, rate->root) != reader)
            continue;
        add_to(wish, &capacity, rate);
        rate->last = job;
    }
    fz_loader_launch(app, job, 0);
}

/* To some readers, unless others are asked already. Who hangs is not: it may take it, and never come to it. */
static void hand_over(struct fz_app *app)
{
    for (const struct fz_rate *rate = app->rating; rate; rate = rate->next)
        if (rate->last)
            return;
    int asked = 0;
    for (const struct fz_rate *rate = app->rating; rate && asked < FZ_RATES_FLYING; rate = rate->next) {
        if (rate->last || fz_files_hangs(app->pool.files, rate->root))
            continue;
        hand_over_to(app, fz_files_first_root(app->pool.files, rate->root));
        asked++;
    }
}

/* In thread mode nothing outlives the program. */
void fz_rate_finish(struct fz_app *app)
{
    for (int i = 0; may_be_written(app) && i < FINISH_TRIES; i++, SDL_Delay(FINISH_TRY_MS)) {
        if (i >= HAND_OVER_TRIES && app->zygotes.readers)
            hand_over(app);
        fz_loader_collect(app, 0);
    }
    while (app->rating) {
        fz_log("perhaps not rated: %s", app->rating->path);
        remove_rate(&app->rating);
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
    fz_item_id item = fz_app_act_on_current(app);
    if (!read_rating(call, &rating))
        return fz_fail(err, FZ_E_USAGE, 0, "rate wants a number from 0 to 5, or -1 to reject");
    if (item == FZ_ITEM_NONE)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "no picture is selected");
    struct fz_rate *rate = fz_calloc(1, sizeof *rate);
    *rate = (struct fz_rate){.item = item,
                             .root = fz_list_root(app->list, item),
                             .path = fz_list_path(app->list, item),
                             .beneath = fz_list_path_beneath(app->list, item),
                             .has_namesake = fz_list_has_namesake(app->list, item),
                             .rating = rating};
    struct fz_rate **end = &app->rating;
    while (*end) {
        if ((*end)->item == item && !(*end)->job) /* nobody knows of that one yet */
            remove_rate(end);
        else
            end = &(*end)->next;
    }
    *end = rate;
    launch_next(app);
    return FZ_OK;
}

bool fz_rate_is_busy(const struct fz_app *app)
{
    return app->rating != NULL;
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
    fz_item_id item = fz_app_current(app);
    int rating;
    out[0] = '\0';
    if (fz_option_choice(&app->options, FZ_OPTION_KEYS) != FZ_KEY_PRESET_CULL || item == FZ_ITEM_NONE)
        return;
    bool known = fz_list_rating(app->list, item, &rating);
    const struct fz_metadata *about = fz_about_get(app, item); /* newer than what the list was told */
    if (about) {
        known = about->has_rating;
        rating = about->rating;
    }
    if (known)
        snprintf(out, size, "%s", say(rating));
}

bool fz_rate_tell_range(const struct fz_app *app, char *out, size_t size)
{
    int least, most;
    if (!fz_list_rated_range(app->list, &least, &most))
        return false;
    if (most == FZ_RATING_REJECTED)
        snprintf(out, size, "Rejected");
    else if (least == 0)
        snprintf(out, size, "Not rejected");
    else if (least == FZ_RATING_MOST)
        snprintf(out, size, "Rated %d", least);
    else
        snprintf(out, size, "Rated %d or more", least);
    return true;
}

void fz_rate_draw(struct fz_app *app)
{
    char text[160], what[64], place[64];
    size_t count = fz_list_count(app->list);
    if (app->searched || !fz_rate_tell_range(app, what, sizeof what)) /* the search tells of it as well */
        return;
    fz_app_tell_position(app, place, sizeof place);
    snprintf(text, sizeof text, "%s   %s", what, count > 0 ? place : "none");
    fz_chip_draw(app, text, FZ_CHIP_TOP);
}
