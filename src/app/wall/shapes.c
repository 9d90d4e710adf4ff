#include "app/wall/shapes.h"

#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "app/limits.h"
#include "base/clock.h"
#include "base/mem.h"
#include "decode/shape.h"
#include "sync/thread.h"

#include <math.h>
#include <stdlib.h>

/* In the place of a ratio. */
static const float NOT_KNOWN = 0, ASKED = -1, NONE = -2;
static const double LIKE_MANY = 4.0 / 3; /* of which nothing can be said */
/* A ratio that differs by less moves no tile by a pixel. */
static const double SAME = 0.002;

enum {
    FILES_A_JOB = 8, /* 1 ms on a local disk */
    SCREENFULS = 3,  /* of headers that are read ahead of the view, and behind it */
};

/* ---- A worker's part ------------------------------------------------------------------------------------------- */

struct question {
    fz_item_id item;
    uint32_t root;
    char *path; /* owned */
    bool answered;
    struct fz_shape_reading reading;
};

struct batch {
    size_t count, next;
    struct question questions[FILES_A_JOB];
};

static void run_read(struct fz_job *job)
{
    struct batch *batch = job->load;
    for (; batch->next < batch->count && !fz_cancel_is_set(&job->cancel); batch->next++) {
        struct question *question = &batch->questions[batch->next];
        job->root = question->root;
        if (!fz_shape_read(job, question->path, &question->reading))
            return;
        question->answered = true;
    }
}

static void free_batch(void *load)
{
    struct batch *batch = load;
    for (size_t i = 0; i < batch->count; i++)
        free(batch->questions[i].path);
    free(batch);
}

/* ---- What is known --------------------------------------------------------------------------------------------- */

static double ratio_of(const void *of, size_t index)
{
    const struct fz_app *app = of;
    const struct fz_shapes *shapes = &app->wall.shapes;
    size_t slot = FZ_ITEM_SLOT(fz_list_at(app->list, index));
    float ratio = slot < shapes->capacity ? shapes->ratios[slot] : NOT_KNOWN;
    if (slot < shapes->kept_capacity && shapes->kept[slot] > 0)
        ratio = shapes->kept[slot];
    return ratio == NONE ? LIKE_MANY : fmax((double)ratio, 0);
}

void fz_shapes_init(struct fz_app *app)
{
    app->wall.shapes = (struct fz_shapes){.mosaic = {.ratio_of = ratio_of, .of = app}, .due_us = FZ_NEVER};
}

void fz_shapes_fini(struct fz_app *app)
{
    fz_mosaic_fini(&app->wall.shapes.mosaic);
    free(app->wall.shapes.ratios);
    free(app->wall.shapes.kept);
    free(app->wall.shapes.keepers);
    app->wall.shapes.ratios = app->wall.shapes.kept = NULL;
    app->wall.shapes.keepers = NULL;
}

static float *slot_of(float **ratios, size_t *capacity, fz_item_id item)
{
    size_t slot = FZ_ITEM_SLOT(item);
    *ratios = fz_grow_zeroed(*ratios, capacity, slot + 1, sizeof **ratios);
    return &(*ratios)[slot];
}

static float *ratio_at(struct fz_shapes *shapes, fz_item_id item)
{
    return slot_of(&shapes->ratios, &shapes->capacity, item);
}

static bool has_place(const struct fz_app *app, fz_item_id item, size_t *index)
{
    return fz_wall_has_shapes(app) && fz_list_index(app->list, item, index) &&
           *index < app->wall.layout.params.count;
}

/* What is known of a tile that is seen changes: the wall may be laid out anew for another file, and its row stays all the same. */
static void keep(struct fz_app *app, fz_item_id item, size_t index)
{
    struct fz_shapes *shapes = &app->wall.shapes;
    float *kept = slot_of(&shapes->kept, &shapes->kept_capacity, item), known = *ratio_at(shapes, item);
    if (*kept > 0 || !(shapes->was_shown || fz_mosaic_at(&app->wall.layout, index)->is_shown))
        return;
    *kept = known > 0 ? known : (float)LIKE_MANY;
    shapes->keepers =
        fz_grow(shapes->keepers, &shapes->keeper_capacity, shapes->keeper_count + 1, sizeof *shapes->keepers);
    shapes->keepers[shapes->keeper_count++] = item;
    shapes->is_news = true;
}

bool fz_shapes_let_go(struct fz_app *app, bool all)
{
    struct fz_wall *wall = &app->wall;
    struct fz_shapes *shapes = &wall->shapes;
    size_t before = shapes->keeper_count, left = 0, index;
    for (size_t i = 0; i < before; i++) {
        fz_item_id item = shapes->keepers[i];
        bool is_placed = has_place(app, item, &index);
        if (!all && is_placed && fz_mosaic_at(&wall->layout, index)->is_shown) {
            shapes->keepers[left++] = item;
            continue;
        }
        shapes->kept[FZ_ITEM_SLOT(item)] = 0;
        if (is_placed)
            fz_mosaic_renew(&wall->layout, index);
    }
    shapes->keeper_count = left;
    return left < before;
}

/* `ratio`: of the picture as it lies in its file. */
static void set(struct fz_app *app, fz_item_id item, float ratio)
{
    struct fz_wall *wall = &app->wall;
    const struct fz_tile *tile = fz_loader_tile(app, item);
    float *known = ratio_at(&wall->shapes, item);
    size_t index;
    if (ratio > 0 && tile && fz_tile_is_sideways(tile))
        ratio = 1 / ratio;
    if (*known > 0 && ratio > 0 && fabs((double)(*known / ratio) - 1) < SAME)
        return;
    bool is_placed = has_place(app, item, &index);
    if (is_placed)
        keep(app, item, index);
    *known = ratio;
    if (!is_placed)
        return;
    fz_mosaic_renew(&wall->layout, index);
    wall->shapes.is_news = true;
}

void fz_shapes_learn(struct fz_app *app, fz_item_id item, int width, int height)
{
    if (width > 0 && height > 0)
        set(app, item, (float)width / (float)height);
}

static void turn_ratio(float *ratio)
{
    if (*ratio > 0)
        *ratio = 1 / *ratio;
}

void fz_shapes_turn(struct fz_app *app, fz_item_id item)
{
    struct fz_shapes *shapes = &app->wall.shapes;
    size_t index;
    turn_ratio(ratio_at(shapes, item));
    turn_ratio(slot_of(&shapes->kept, &shapes->kept_capacity, item));
    if (has_place(app, item, &index))
        fz_shapes_set_again(app, index);
}

static void ask_again(struct fz_shapes *shapes, fz_item_id item)
{
    shapes->asked_end = 0;
    if (FZ_ITEM_SLOT(item) < shapes->capacity)
        shapes->ratios[FZ_ITEM_SLOT(item)] = NOT_KNOWN;
}

void fz_shapes_forget(struct fz_app *app, fz_item_id item, bool gone)
{
    struct fz_shapes *shapes = &app->wall.shapes;
    size_t index;
    if (!gone && has_place(app, item, &index))
        keep(app, item, index);
    ask_again(shapes, item);
    if (gone && FZ_ITEM_SLOT(item) < shapes->kept_capacity)
        shapes->kept[FZ_ITEM_SLOT(item)] = 0;
}

/* ---- Asking ---------------------------------------------------------------------------------------------------- */

/* To a batch that it makes where there is none yet. False: it has to wait. */
static bool add(struct fz_app *app, struct batch **batch, size_t index)
{
    fz_item_id item = fz_list_at(app->list, index);
    float *known = ratio_at(&app->wall.shapes, item);
    if (*known != NOT_KNOWN)
        return true;
    if (fz_loader_is_held_up(app, item))
        return false;
    *known = ASKED;
    if (!*batch)
        *batch = fz_calloc(1, sizeof **batch);
    (*batch)->questions[(*batch)->count++] = (struct question){
        .item = item, .root = fz_list_root(app->list, item), .path = fz_list_path(app->list, item)};
    return true;
}

struct range {
    size_t start, end; /* the end not included */
};

/* The tiles on whose shapes depends what is in view, or would be in another layout: all of their blocks. */
static struct range needed(const struct fz_app *app, const struct fz_focus *focus)
{
    const struct fz_wall *wall = &app->wall;
    const enum fz_layout_id wanted = fz_wall_wanted_layout(app);
    size_t count = fz_list_count(app->list), start = focus->first, end = focus->last + 1;
    if (fz_wall_has_shapes(app) && wall->layout.params.id == wanted) {
        start = fz_mosaic_at(&wall->layout, focus->first)->start;
        const struct fz_mosaic_block *last = fz_mosaic_at(&wall->layout, focus->last);
        bool is_last = last + 1 == wall->shapes.mosaic.blocks + wall->shapes.mosaic.count;
        end = is_last ? count : last[1].start;
    } else {
        const size_t tiles = fz_mosaic_block_tiles(&wall->layout, wanted);
        start -= start < tiles ? start : tiles;
        end += tiles;
    }
    return (struct range){start, end < count ? end : count};
}

/* Whether all that is in view is shown, and so stays as it is, whatever shapes become known. */
static bool view_is_shown(const struct fz_app *app, const struct fz_focus *focus)
{
    if (!fz_wall_has_shapes(app))
        return false;
    const struct fz_mosaic_block *block = fz_mosaic_at(&app->wall.layout, focus->first);
    const struct fz_mosaic_block *last = fz_mosaic_at(&app->wall.layout, focus->last);
    while (block < last && block->is_shown)
        block++;
    return block->is_shown;
}

/* With what lies ahead and behind. */
static struct range widened(const struct fz_app *app, const struct fz_focus *focus, const struct range *need)
{
    size_t count = fz_list_count(app->list), reach = (focus->last - focus->first + 1) * SCREENFULS;
    return (struct range){need->start > reach ? need->start - reach : 0,
                          need->end + reach < count ? need->end + reach : count};
}

/* The first place from `index` on that was not asked for. */
static size_t not_asked(const struct fz_shapes *shapes, size_t index)
{
    return index >= shapes->asked_start && index < shapes->asked_end ? shapes->asked_end : index;
}

static void note_asked(struct fz_shapes *shapes, const struct range *all)
{
    bool meets = all->start <= shapes->asked_end && all->end >= shapes->asked_start;
    if (!meets || all->start < shapes->asked_start)
        shapes->asked_start = all->start;
    if (!meets || all->end > shapes->asked_end)
        shapes->asked_end = all->end;
}

/* In view first, then what that depends on, and, where it `widens`, then ahead of it, then behind. Where all in view is
 * shown, the first two are no more urgent than the others. */
static struct batch *next_batch(struct fz_app *app, const struct fz_focus *focus, bool widens)
{
    const struct range need = needed(app, focus), wide = widened(app, focus, &need);
    const struct range ranges[] = {
        {focus->first, focus->last + 1},
        need,
        {need.end, wide.end},
        {wide.start, need.start},
    };
    struct fz_shapes *shapes = &app->wall.shapes;
    size_t count = widens ? sizeof ranges / sizeof *ranges : view_is_shown(app, focus) ? 0 : 2;
    bool all = widens;
    struct batch *batch = NULL;
    for (size_t r = 0; r < count; r++)
        for (size_t i = not_asked(shapes, ranges[r].start);
             i < ranges[r].end && (!batch || batch->count < FILES_A_JOB); i = not_asked(shapes, i + 1))
            all &= add(app, &batch, i);
    if (!batch && all)
        note_asked(shapes, &wide);
    return batch;
}

static bool goes_by_shapes(const struct fz_app *app)
{
    return fz_list_count(app->list) > 0 && app->wall.layout.params.count > 0 &&
           fz_layout_has_shapes(fz_wall_wanted_layout(app));
}

bool fz_shapes_are_awaited(struct fz_app *app)
{
    if (!goes_by_shapes(app))
        return false;
    struct fz_focus focus = fz_wall_focus(app);
    struct range need = needed(app, &focus);
    for (size_t i = need.start; i < need.end; i++) {
        float known = *ratio_at(&app->wall.shapes, fz_list_at(app->list, i));
        if (known == NOT_KNOWN || known == ASKED)
            return true;
    }
    return false;
}

/* The place of the one that it is, or FZ_SHAPES_JOBS. */
static size_t find_job(const struct fz_shapes *shapes, const struct fz_job *job)
{
    size_t at = 0;
    while (at < FZ_SHAPES_JOBS && shapes->jobs[at] != job)
        at++;
    return at;
}

uint64_t fz_shapes_judge(const struct fz_app *app, const struct fz_focus *focus, const struct fz_job *job)
{
    FZ_MAIN_ONLY();
    if (find_job(&app->wall.shapes, job) == FZ_SHAPES_JOBS)
        return atomic_load(&job->priority);
    if (!goes_by_shapes(app))
        return FZ_HEAP_DROP;
    const struct range need = needed(app, focus), wide = widened(app, focus, &need);
    const struct batch *batch = job->load;
    const bool is_shown = view_is_shown(app, focus);
    uint64_t priority = FZ_HEAP_DROP;
    for (size_t i = 0, index; i < batch->count; i++) {
        if (!fz_list_index(app->list, batch->questions[i].item, &index))
            continue;
        if (!is_shown && index >= need.start && index < need.end)
            return fz_priority(FZ_PRIORITY_FIRST, 0);
        if (index >= wide.start && index < wide.end)
            priority = fz_priority(FZ_PRIORITY_AHEAD, 0);
    }
    return priority;
}

static void take_shapes(struct fz_app *app, struct fz_job *job)
{
    struct fz_shapes *shapes = &app->wall.shapes;
    size_t opened = 0;
    shapes->jobs[find_job(shapes, job)] = NULL;
    const struct batch *batch = job->load;
    for (size_t i = 0; i < batch->count; i++) {
        const struct question *question = &batch->questions[i];
        const struct fz_shape_reading *reading = &question->reading;
        opened += reading->opened;
        if (!fz_list_has(app->list, question->item) || *ratio_at(shapes, question->item) != ASKED)
            continue; /* its bytes are others by now, or it was decoded meanwhile */
        bool known = reading->width > 0 && reading->height > 0;
        if (!question->answered)
            ask_again(shapes, question->item);
        else
            set(app, question->item, known ? (float)reading->width / (float)reading->height : NONE);
    }
    atomic_fetch_add_explicit(&app->pool.counts.opens, opened, memory_order_relaxed);
    app->loader.stale = true;
}

static const struct fz_work reading = {run_read, free_batch, take_shapes};

void fz_shapes_issue(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_wall *wall = &app->wall;
    enum fz_wall_pace pace;
    if (!goes_by_shapes(app))
        return;
    const struct fz_focus focus = fz_wall_aim(app, &pace);
    for (size_t i = 0; i < FZ_SHAPES_JOBS && pace != FZ_WALL_RUSHES; i++) {
        if (wall->shapes.jobs[i])
            continue;
        /* What a leap leads to gets no more than it takes; and places are kept for what will be in view, since what lies ahead
         * waits for the tiles that are. */
        struct batch *batch = next_batch(app, &focus, pace != FZ_WALL_JUMPS && i < FZ_SHAPES_JOBS / 2);
        if (!batch)
            return;
        struct fz_job *job = fz_job_new_work(&reading, batch, FZ_ITEM_NONE, &app->quit);
        job->limits = fz_limits_from_options(&app->options);
        job->want.box_w = app->loader.box_w;
        job->want.covers = app->loader.covers;
        job->want.box_h = app->loader.box_h;
        job->caching = FZ_CACHING_ON;
        wall->shapes.jobs[i] = job;
        fz_loader_launch(app, job, fz_shapes_judge(app, &focus, job));
    }
}
