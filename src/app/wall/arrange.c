#include "app/wall/arrange.h"

#include "app/app.h"
#include "app/wall/search.h"
#include "base/clock.h"
#include "decode/files.h"
#include "source/drop.h"
#include "source/facts.h"
#include "source/search.h"
#include "source/sorter.h"
#include "source/told.h"
#include "sync/thread.h"

enum {
    SEARCH_US = 2000,   /* of a turn */
    SETTLE_US = 400000, /* between two orders while facts arrive */
    LOOKS_A_JOB = 2048, /* 2 ms on a local disk */
};

/* --- The nth of what was asked for --- */

static void go_to_wished(struct fz_app *app)
{
    size_t count = fz_list_count(app->list), nth = app->arrange.wished;
    if (count > 0)
        fz_app_go_to(app, (nth < count ? nth : count) - 1);
    app->arrange.wished = nth; /* who goes somewhere takes it back */
}

void fz_arrange_go_to_nth(struct fz_app *app, size_t nth)
{
    FZ_MAIN_ONLY();
    app->arrange.wished = nth;
    go_to_wished(app);
}

void fz_arrange_forget_nth(struct fz_app *app)
{
    app->arrange.wished = 0;
    app->arrange.seeks = false;
}

/* Who has scrolled on looks at something else. */
static bool is_still_wished(const struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    bool scrolled = wall->layout.params.count > 0 && wall->scroll.target != wall->revealed;
    return app->arrange.wished > 0 && (app->mode == FZ_MODE_PICTURE || !scrolled);
}

/* Something else is shown, or stands elsewhere. The selection is brought into view if it was, or if it has to be; unless somebody asked
 * for that, what is looked at (`held`; NULL: nothing) keeps its place. */
static void rearranged(struct fz_app *app, bool reveal, const struct fz_wall_held *held)
{
    static const struct fz_wall_held nothing = {.item = FZ_ITEM_NONE};
    struct fz_focus focus = fz_wall_focus(app);
    bool is_wished = is_still_wished(app);
    reveal = is_wished || reveal || (focus.selected >= focus.first && focus.selected <= focus.last);
    fz_shapes_let_go(app, true);
    fz_wall_rearranged(app, held && !is_wished ? held : &nothing);
    if (is_wished)
        go_to_wished(app);
    if (reveal && app->head)
        fz_wall_reveal_selected(app, true);
}

/* Whoever arranges the list has seen what is selected: it is no longer just the first one. */
static void touch(struct fz_app *app)
{
    fz_arrange_forget_nth(app);
    app->wall.touched = app->wall.touched || fz_list_all_count(app->list) > 0;
}

/* --- Order --- */

static void run_sort(struct fz_job *job)
{
    fz_sorter_run(job->load, &job->cancel);
}

static void free_sort(void *load)
{
    fz_sorter_free(load);
}

static void run_look(struct fz_job *job)
{
    fz_facts_look(job->load, job);
}

static void free_look(void *load)
{
    fz_facts_free(load);
}

void fz_arrange_sort(struct fz_app *app, const struct fz_sort *sort)
{
    FZ_MAIN_ONLY();
    struct fz_arrange *arrange = &app->arrange;
    if (!fz_sort_equals(sort, &arrange->wanted) && arrange->sort)
        fz_cancel_set(&arrange->sort->cancel);
    arrange->wanted = *sort;
    arrange->asked = true;
    touch(app);
}

static bool wants_facts(const struct fz_app *app)
{
    return fz_sort_needs_facts(&app->arrange.wanted) && !app->arrange.look;
}

static bool wants_sort(const struct fz_app *app)
{
    const struct fz_arrange *arrange = &app->arrange;
    struct fz_sort now = fz_list_sort(app->list);
    if (arrange->sort)
        return false;
    if (!fz_sort_equals(&now, &arrange->wanted))
        return true;
    bool settle = arrange->news && fz_sort_needs_answers(&now);
    return (settle || fz_list_is_disordered(app->list)) && app->now_us >= arrange->sorted_us + SETTLE_US;
}

static void take_sorted(struct fz_app *app, struct fz_job *job)
{
    struct fz_arrange *arrange = &app->arrange;
    struct fz_sort before = fz_list_sort(app->list);
    arrange->sort = NULL;
    arrange->sorted_us = app->now_us;
    const struct fz_wall_held held = fz_wall_hold(app);
    if (!fz_list_sort_apply(app->list, job->load))
        return;
    struct fz_sort now = fz_list_sort(app->list);
    fz_steady_cut(app, FZ_STEADY_CUT);
    bool is_asked = arrange->asked && fz_sort_equals(&now, &arrange->wanted);
    bool is_other = is_asked || !fz_sort_equals(&now, &before);
    rearranged(app, is_other, is_other ? NULL : &held);
    arrange->asked = arrange->asked && !is_asked;
}

static void take_looked(struct fz_app *app, struct fz_job *job)
{
    app->arrange.look = NULL;
    app->arrange.news |= fz_list_facts_apply(app->list, job->load);
}

/* --- What is shown --- */

static void refiltered(struct fz_app *app, bool reveal, const struct fz_wall_held *held)
{
    rearranged(app, reveal, held);
    fz_search_answered(app);
}

void fz_arrange_show_rated(struct fz_app *app, int least, int most)
{
    FZ_MAIN_ONLY();
    fz_list_show_rated(app->list, least, most);
    touch(app);
    refiltered(app, true, NULL);
    app->arrange.seeks = true;
    fz_telling_step(app);
}

void fz_arrange_told(struct fz_app *app, const struct fz_wall_held *held, bool goes_on)
{
    FZ_MAIN_ONLY();
    size_t index;
    app->arrange.news = true;
    if (!fz_list_shows_rated(app->list))
        return;
    const bool seeks = app->arrange.seeks;
    rearranged(app, false, held);
    if (goes_on || seeks || fz_list_index(app->list, app->picture.item, &index))
        fz_search_answered(app);
    app->arrange.seeks = seeks;
}

void fz_arrange_search(struct fz_app *app, const char *text)
{
    FZ_MAIN_ONLY();
    bool filtered = fz_list_is_filtered(app->list);
    fz_list_search(app->list, text);
    touch(app);
    if (!filtered || fz_list_is_filtered(app->list))
        return;
    fz_steady_cut(app, FZ_STEADY_CUT);
    refiltered(app, true, NULL);
}

void fz_arrange_show_found(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    size_t found;
    if (!fz_list_search_found(app->list, &found) || app->now_us < fz_search_due_us(app))
        return;
    fz_list_search_show(app->list);
    fz_steady_cut(app, FZ_STEADY_CUT);
    refiltered(app, true, NULL);
}

void fz_arrange_finish_search(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    if (app->prompt.kind == FZ_PROMPT_SEARCH)
        return;
    while (fz_list_search_runs(app->list))
        fz_list_search_step(app->list, SEARCH_US);
    fz_arrange_show_found(app);
}

static void forget_dropped(struct fz_app *app, const fz_item_id *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fz_list_has(app->list, items[i]))
            continue;
        fz_loader_forget(app, items[i], true);
        fz_picture_forget(app, items[i]);
    }
}

size_t fz_arrange_drop(struct fz_app *app, const fz_item_id *items, size_t count)
{
    FZ_MAIN_ONLY();
    fz_wall_follow(app, fz_wall_anchor(app));
    size_t dropped = fz_list_drop(app->list, items, count);
    if (dropped == 0)
        return 0;
    forget_dropped(app, items, count);
    fz_wall_list_changed(app, fz_wall_followed(app));
    fz_app_picture_gone(app, fz_app_selected_index(app));
    return dropped;
}

size_t fz_arrange_undo_drop(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    const fz_item_id *back;
    fz_item_id anchor = fz_wall_anchor(app);
    size_t count = fz_list_undo_drop(app->list, &back), index;
    if (count == 0)
        return 0;
    fz_item_id first = FZ_ITEM_NONE;
    for (size_t i = 0; i < count && first == FZ_ITEM_NONE; i++)
        if (fz_list_index(app->list, back[i], &index))
            first = back[i];
    fz_wall_list_changed(app, anchor);
    if (!app->head || !fz_list_index(app->list, first, &index))
        return count;
    if (app->mode == FZ_MODE_PICTURE)
        fz_picture_go_to(app, index);
    else
        fz_app_select(app, index);
    return count;
}

/* --- The loop's turn --- */

static const struct fz_work looking = {run_look, free_look, take_looked};
static const struct fz_work sorting = {run_sort, free_sort, take_sorted};

static void launch_look(struct fz_app *app)
{
    struct fz_facts_batch *facts = fz_list_facts_begin(app->list, &app->arrange.wanted, LOOKS_A_JOB);
    if (!facts)
        return;
    app->arrange.look = fz_job_new_work(&looking, facts, FZ_ITEM_NONE, &app->quit);
    fz_loader_launch(app, app->arrange.look, fz_priority(FZ_PRIORITY_NEIGHBOUR, UINT32_MAX));
}

static void launch_sort(struct fz_app *app)
{
    struct fz_sorter *sorter = fz_list_sort_begin(app->list, &app->arrange.wanted);
    app->arrange.news = false;
    app->arrange.sort = fz_job_new_work(&sorting, sorter, FZ_ITEM_NONE, &app->quit);
    fz_loader_launch(app, app->arrange.sort, 0);
}

static bool hangs(void *ctx, uint32_t root)
{
    const struct fz_app *app = ctx;
    return fz_files_hangs(app->pool.files, root);
}

void fz_arrange_hear_readers(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    fz_list_set_stuck(app->list, hangs, app);
    if (app->arrange.look)
        fz_cancel_set(&app->arrange.look->cancel);
    fz_telling_cancel(app);
}

void fz_arrange_step(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    if (app->ending)
        return;
    app->dirty |= fz_list_search_step(app->list, SEARCH_US);
    fz_arrange_show_found(app);
    if (wants_facts(app))
        launch_look(app);
    fz_telling_step(app);
    if (wants_sort(app))
        launch_sort(app);
    if (!fz_arrange_is_busy(app))
        fz_arrange_forget_nth(app);
}

int64_t fz_arrange_next_us(const struct fz_app *app)
{
    const struct fz_arrange *arrange = &app->arrange;
    struct fz_sort now = fz_list_sort(app->list);
    if (app->ending)
        return FZ_NEVER;
    if (fz_list_search_runs(app->list) || wants_sort(app))
        return 0;
    size_t found;
    int64_t shown_us = fz_list_search_found(app->list, &found) ? fz_search_due_us(app) : FZ_NEVER;
    bool waits = (arrange->news && fz_sort_needs_answers(&now)) || fz_list_is_disordered(app->list);
    int64_t settled_us = waits && !arrange->sort ? arrange->sorted_us + SETTLE_US : FZ_NEVER;
    return shown_us < settled_us ? shown_us : settled_us;
}

bool fz_arrange_is_busy(const struct fz_app *app)
{
    return app->arrange.sort || app->arrange.look || fz_telling_is_busy(app) ||
           fz_arrange_next_us(app) != FZ_NEVER;
}
