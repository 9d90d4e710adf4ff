/* Jobs that are out are judged anew when the view moves, and taken back or cancelled where they are not wanted any more. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "decode/files.h"

struct fz_texture_cell fz_loader_tile_box(const struct fz_app *app, const struct fz_tile *tile)
{
    struct fz_texture_cell box = fz_loader_cell(app);
    if (!tile || !fz_tile_is_sideways(tile))
        return box;
    return (struct fz_texture_cell){.w = box.h, .h = box.w, .shaped = box.shaped};
}

bool fz_loader_tile_box_is(const struct fz_app *app, const struct fz_tile *tile, int w, int h)
{
    struct fz_texture_cell box = fz_loader_tile_box(app, tile);
    return box.w == w && box.h == h;
}

/* Behind what the picture view needs, when that is open. */
uint64_t fz_loader_tile_priority(const struct fz_app *app, const struct fz_focus *focus, size_t index)
{
    if (fz_loader_is_coarse(app, fz_list_at(app->list, index)))
        return fz_priority(FZ_PRIORITY_PICTURE, FZ_LOADER_COARSE);
    uint64_t priority = fz_priority_of_tile(&app->wall.layout, focus, index);
    uint64_t floor = fz_priority(FZ_PRIORITY_AHEAD, 0);
    return app->mode == FZ_MODE_PICTURE && priority < floor ? floor : priority;
}

struct judgement {
    const struct fz_app *app;
    struct fz_focus focus;
    bool awaited; /* something in view */
};

/* Whether it is on its way through the workers, or will be. */
static bool is_awaited(struct fz_app *app, fz_item_id item)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    const struct fz_rendition *r = tile ? &tile->renditions[FZ_FOR_WALL] : NULL;
    if (r && r->job)
        return !r->arrived && !fz_loader_is_held_up(app, item);
    return fz_loader_needs_wall_tile(app, item, true);
}

static bool is_any_awaited(struct fz_app *app, const struct fz_focus *focus)
{
    size_t count = fz_list_count(app->list);
    for (size_t i = fz_loader_unserved(app, focus->first); i <= focus->last && i < count;
         i = fz_loader_unserved(app, i + 1))
        if (is_awaited(app, fz_list_at(app->list, i)))
            return true;
    return false;
}

/* What left the view, and is not in the way of the scroll, goes, with what was done of it, if something in view may wait for the
 * worker or the credit. But what was begun around this very view stays: it began when all of that was under way, and a file in
 * view that changes again and again would have it begin anew for ever. Where nothing is waited for, what was begun elsewhere is as
 * good as any other fill. */
static uint64_t judge_tile(const struct judgement *judgement, const struct fz_job *job,
                           const struct fz_tile *tile, size_t index)
{
    const struct fz_app *app = judgement->app;
    if (!fz_loader_tile_box_is(app, tile, job->want.box_w, job->want.box_h))
        return FZ_HEAP_DROP;
    uint64_t priority = fz_loader_tile_priority(app, &judgement->focus, index);
    uint32_t class = fz_heap_class(priority);
    bool left = class == FZ_PRIORITY_FILL || class == FZ_PRIORITY_BEHIND;
    return left && judgement->awaited && job->fills_view != app->loader.view ? FZ_HEAP_DROP : priority;
}

static uint64_t judge_job(const struct judgement *judgement, const struct fz_job *job)
{
    const struct fz_app *app = judgement->app;
    if (job->kind == FZ_JOB_SNIFF)
        return fz_list_has(app->list, job->item) ? fz_priority(FZ_PRIORITY_SNIFF, 0) : FZ_HEAP_DROP;
    if (job->kind == FZ_JOB_WORK)
        return fz_shapes_judge(app, &judgement->focus, job);
    if (job->kind == FZ_JOB_FRAME)
        return atomic_load(&job->priority);
    if (job->kind == FZ_JOB_DETAIL)
        return fz_detail_judge(app, job);
    if (job->kind == FZ_JOB_KEEP)
        return fz_prime_judge(app);
    if (job->kind == FZ_JOB_SCALE)
        return fz_scale_window_judge(app, job);
    if (job->kind != FZ_JOB_DECODE)
        return 0;
    const struct fz_tile *tile = fz_loader_tile(app, job->item);
    size_t index;
    if (!tile || tile->renditions[job->purpose].job != job)
        return FZ_HEAP_DROP;
    const bool is_listed = fz_list_index(app->list, job->item, &index);
    if (!is_listed && (job->purpose != FZ_FOR_PICTURE || !fz_loader_shows_picture(app, job->item)))
        return FZ_HEAP_DROP;
    bool is_for_it = job->item == app->picture.item &&
                     (job->purpose == FZ_FOR_PICTURE || !tile->renditions[FZ_FOR_WALL].texture);
    if (!is_for_it && fz_loader_makes_way(app))
        return FZ_HEAP_DROP;
    if (job->purpose == FZ_FOR_WALL)
        return judge_tile(judgement, job, tile, index);
    int box_w, box_h;
    fz_picture_box(app, job->item, &box_w, &box_h);
    return box_w == job->want.box_w && box_h == job->want.box_h ? fz_loader_picture_priority(app, job->item)
                                                                : FZ_HEAP_DROP;
}

/* First pictures of what is in view come before whole ones. */
uint64_t fz_loader_first_priority(uint64_t priority)
{
    if (priority == fz_priority(FZ_PRIORITY_PICTURE, FZ_LOADER_COARSE))
        return fz_priority(FZ_PRIORITY_PICTURE, FZ_LOADER_FIRST);
    uint64_t first = fz_priority(FZ_PRIORITY_FIRST, fz_heap_distance(priority));
    return fz_heap_class(priority) == FZ_PRIORITY_VISIBLE ? first : priority;
}

static uint64_t judge_node(void *ctx, const struct fz_heap_node *node)
{
    const struct fz_job *job = FZ_CONTAINER(node, const struct fz_job, queued);
    if (job->kind == FZ_JOB_SCALE && job->ask.answered) /* it is done, or nearly */
        return node->priority;
    uint64_t priority = judge_job(ctx, job);
    return job->wants_first ? fz_loader_first_priority(priority) : priority;
}

static void take_from_flying(struct fz_loader *loader, const struct fz_job *job)
{
    for (size_t i = 0; i < loader->flying_count; i++) {
        if (loader->flying[i] == job) {
            loader->firsts -= job->later > 0;
            loader->flying[i] = loader->flying[--loader->flying_count];
            return;
        }
    }
}

void fz_loader_completed(struct fz_app *app, struct fz_job *job)
{
    take_from_flying(&app->loader, job);
}

/* A job that no worker had taken yet. */
static void discard(struct fz_app *app, struct fz_job *job)
{
    struct fz_tile *tile = job->kind == FZ_JOB_DECODE ? fz_loader_tile(app, job->item) : NULL;
    if (tile && tile->renditions[job->purpose].job == job) {
        tile->renditions[job->purpose].job = NULL;
        fz_loader_drop_incoming(app, &tile->renditions[job->purpose], job);
    }
    if (job->kind == FZ_JOB_SNIFF)
        fz_list_return_unknown(app->list, job->item);
    if (job->kind == FZ_JOB_DETAIL)
        fz_detail_lost(app, job);
    if (job->kind == FZ_JOB_WORK)
        job->work->take(app, job);
    if (job->kind == FZ_JOB_KEEP)
        fz_prime_took(app, job->item, FZ_E_CANCELLED);
    if (job->kind == FZ_JOB_SCALE)
        fz_scale_window_lost(app, job);
    app->loader.credit_bytes -= job->credit_bytes;
    app->loader.fill_left = fz_list_count(app->list);
    take_from_flying(&app->loader, job);
    if (job->fd >= 0 || job->ask.answered)
        fz_pool_trash(&app->pool, job); /* closing may wait for a share */
    else
        fz_job_free(job);
}

static void rejudge(struct fz_app *app, fz_heap_judge *judge, void *ctx)
{
    struct fz_heap_node *dropped[2 * FZ_MAX_FLYING + FZ_SPARE_FLYING];
    size_t n = fz_heap_rejudge(&app->pool.heap, judge, ctx, dropped, sizeof dropped / sizeof *dropped);
    for (size_t i = 0; i < n; i++)
        discard(app, FZ_CONTAINER(dropped[i], struct fz_job, queued));
}

void fz_loader_judge_all(struct fz_app *app)
{
    struct judgement judgement = {.app = app, .focus = fz_wall_aim(app, NULL)};
    size_t index; /* numbers a list that changed now, not under the heap's lock */
    fz_list_index(app->list, app->wall.selected, &index);
    judgement.awaited = is_any_awaited(app, &judgement.focus);
    rejudge(app, judge_node, &judgement);
    /* What is left without being wanted is being worked on: it stops at its next block of rows. */
    for (size_t i = 0; i < app->loader.flying_count; i++) {
        struct fz_job *job = app->loader.flying[i];
        uint64_t priority = judge_job(&judgement, job);
        if (priority == FZ_HEAP_DROP && job->kind == FZ_JOB_SCALE)
            continue; /* what is suspended ends what it has begun; what is canceled has a token of its own */
        if (priority == FZ_HEAP_DROP)
            fz_cancel_set(&job->cancel);
        else
            atomic_store(&job->priority, priority);
    }
    fz_files_rank(app->pool.files);
}

/* Of queued pictures: the class of the least urgent. */
static uint64_t find_least(void *ctx, const struct fz_heap_node *node)
{
    uint32_t *least = ctx, class = fz_heap_class(node->priority);
    if (FZ_CONTAINER(node, const struct fz_job, queued)->kind == FZ_JOB_DECODE && class > *least)
        *least = class;
    return node->priority;
}

static uint64_t judge_class(void *ctx, const struct fz_heap_node *node)
{
    const uint32_t *class = ctx;
    bool goes = FZ_CONTAINER(node, const struct fz_job, queued)->kind == FZ_JOB_DECODE;
    return goes && fz_heap_class(node->priority) == *class ? FZ_HEAP_DROP : node->priority;
}

/* By classes: of two in one class none would keep the place that the other gave it. */
bool fz_loader_make_way(struct fz_app *app, uint64_t bytes, uint64_t priority)
{
    struct fz_loader *loader = &app->loader;
    uint32_t own = fz_heap_class(priority), least = UINT32_MAX;
    while (least > own && !fz_loader_has_credit(app, bytes)) {
        least = own;
        rejudge(app, find_least, &least);
        if (least > own)
            rejudge(app, judge_class, &least);
    }
    if (fz_loader_has_credit(app, bytes))
        return true;
    for (size_t i = 0; own == FZ_PRIORITY_PICTURE && i < loader->flying_count; i++)
        if (loader->flying[i]->kind == FZ_JOB_DECODE &&
            fz_heap_class(atomic_load(&loader->flying[i]->priority)) > own)
            fz_cancel_set(&loader->flying[i]->cancel);
    return false;
}

static uint64_t judge_withdrawn(void *ctx, const struct fz_heap_node *node)
{
    (void)ctx;
    const struct fz_job *job = FZ_CONTAINER(node, const struct fz_job, queued);
    return fz_job_loads(job) ? FZ_HEAP_DROP : node->priority;
}

void fz_loader_abandon(struct fz_app *app)
{
    if (!app->pool.ready) /* not started */
        return;
    rejudge(app, judge_withdrawn, NULL);
    for (size_t i = 0; i < app->loader.flying_count; i++)
        if (fz_job_loads(app->loader.flying[i]))
            fz_cancel_set(&app->loader.flying[i]->cancel);
}
