#include "app/picture/detail.h"

#include "app/app.h"
#include "app/limits.h"
#include "app/picture/ahead.h"
#include "app/picture/detail_internal.h"
#include "app/loading/loader_internal.h"
#include "base/log.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum {
    MOST_IN_VIEW = FZ_DETAIL_MOST / 2,
    LEAST_IN_VIEW = 16,
    SPARE_ASKS = 4,
    AHEAD_ASKS = 2,
    EVERYTHING = 4096, /* squares around those in view */
};
static const double SAME_SCALE = 1.01;

/* ---- What is wanted ---------------------------------------------------------------------------------------------- */

static uint64_t pixels_of(const struct fz_tile *tile)
{
    return (uint64_t)tile->picture_w * (uint64_t)tile->picture_h;
}

bool fz_detail_must_serve(const struct fz_app *app, const struct fz_tile *tile)
{
    if (!tile || tile->no_detail || tile->error || tile->picture_w == 0 || !app->head ||
        fz_animate_shows_page(app, tile->item))
        return false;
    int most = fz_texture_max_side(app->head);
    return pixels_of(tile) > app->loader.picture_limit_px || tile->picture_w > most || tile->picture_h > most;
}

int fz_detail_times(const struct fz_tile *tile)
{
    return fz_image_most_times(tile->format, tile->picture_w, tile->picture_h);
}

/* What plays is one texture, as long as it can be; so is any page but the first. */
bool fz_detail_serves(const struct fz_app *app, const struct fz_tile *tile)
{
    if (fz_detail_must_serve(app, tile))
        return true;
    if (!tile || tile->no_detail || tile->error || !app->head || fz_animate_shows_page(app, tile->item) ||
        (tile->frames > 1 && !fz_image_has_pages(tile->format)))
        return false;
    return pixels_of(tile) > FZ_DETAIL_AT_ONCE_PX || fz_detail_times(tile) > 1;
}

struct fz_detail_view fz_detail_view_at(const struct fz_camera *camera, const struct fz_tile *tile,
                                        struct fz_rect rect)
{
    return (struct fz_detail_view){.w = tile->picture_w * fz_detail_times(tile),
                                   .h = tile->picture_h * fz_detail_times(tile),
                                   .quarters = camera->quarter_turns,
                                   .flip_h = camera->flip_h,
                                   .flip_v = camera->flip_v,
                                   .rect = rect,
                                   .view_w = camera->view_w,
                                   .view_h = camera->view_h};
}

/* Two thirds of all textures: the coarse picture, texts and the squares around have their place too. */
static int most_in_view(const struct fz_app *app)
{
    struct fz_texture_cell cell = {.w = FZ_DETAIL_CELL, .h = FZ_DETAIL_CELL};
    size_t room = fz_texture_capacity(app->head, cell, 0) * 2 / 3;
    return room < LEAST_IN_VIEW ? LEAST_IN_VIEW : room < MOST_IN_VIEW ? (int)room : MOST_IN_VIEW;
}

/* Scales are told by the longer side: of a thin picture the other one may be less than the pixel that it is rounded to. */
static int longer(int w, int h)
{
    return w > h ? w : h;
}

static int texture_side(const struct fz_texture *texture)
{
    return longer(fz_texture_w(texture), fz_texture_h(texture));
}

/* What is drawn is drawn anew for each zoom, as far as that goes. */
static int coarse_side(const struct fz_app *app, const struct fz_tile *tile)
{
    int w, h;
    bool drawn = fz_picture_box(app, tile->item, &w, &h) > 1;
    return drawn ? longer(w, h) : texture_side(tile->renditions[FZ_FOR_PICTURE].texture);
}

bool fz_detail_find_wanted(const struct fz_app *app, fz_item_id item, struct fz_detail_view *view,
                           struct fz_detail_grid *grid)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    if (app->mode != FZ_MODE_PICTURE || !fz_detail_serves(app, tile))
        return false;
    const struct fz_rendition *r = &tile->renditions[FZ_FOR_PICTURE];
    struct fz_camera camera = item == app->picture.shown ? app->picture.camera : fz_picture_aim(app, item);
    int coarse = r->texture && r->box_w > 0 ? coarse_side(app, tile) : 0;
    if (coarse == 0 || camera.zoom <= SAME_SCALE * coarse / longer(tile->picture_w, tile->picture_h))
        return false;
    *view = fz_detail_view_at(&camera, tile, camera.target);
    int level = fz_detail_level(camera.zoom / fz_detail_times(tile)), most = most_in_view(app);
    for (; coarse < longer(view->w, view->h) >> level; level++) {
        if (!fz_detail_in_view(view, level, grid))
            return false;
        if (fz_detail_count(grid) <= most)
            return true;
    }
    return false;
}

double fz_detail_scale(const struct fz_app *app)
{
    const struct fz_tile *tile = fz_loader_tile(app, app->picture.shown);
    const struct fz_texture *coarse = tile ? tile->renditions[FZ_FOR_PICTURE].texture : NULL;
    struct fz_detail_view view;
    struct fz_detail_grid grid;
    if (!coarse || tile->picture_w == 0)
        return 0;
    return fz_detail_find_wanted(app, tile->item, &view, &grid)
               ? ldexp(fz_detail_times(tile), -grid.level)
               : (double)texture_side(coarse) / longer(tile->picture_w, tile->picture_h);
}

bool fz_detail_moved(struct fz_app *app)
{
    struct fz_rect *looked = &app->details.looked, now = app->picture.camera.target;
    if (app->mode != FZ_MODE_PICTURE ||
        (looked->x == now.x && looked->y == now.y && looked->w == now.w && looked->h == now.h))
        return false;
    *looked = now;
    return true;
}

/* Marks what of the grid is not there, row by row; true where anything is not. */
static bool find_missing(const struct fz_detail *detail, const struct fz_detail_grid *grid, bool *missing)
{
    int left = fz_detail_count(grid);
    memset(missing, true, (size_t)left);
    for (int i = 0; i < FZ_DETAIL_MOST; i++) {
        const struct fz_detail_square *s = &detail->squares[i];
        if (!s->texture || !fz_detail_contains(grid, s->level, s->column, s->row))
            continue;
        missing[(s->row - grid->row) * grid->columns + s->column - grid->column] = false;
        left--;
    }
    return left > 0;
}

bool fz_detail_lacks(const struct fz_detail *detail, const struct fz_detail_grid *grid)
{
    bool missing[FZ_DETAIL_MOST];
    return find_missing(detail, grid, missing);
}

static bool same_grid(const struct fz_detail_grid *a, const struct fz_detail_grid *b)
{
    return a->level == b->level && a->column == b->column && a->row == b->row && a->columns == b->columns &&
           a->rows == b->rows;
}

static bool meet(const struct fz_detail_grid *a, const struct fz_detail_grid *b)
{
    return a->level == b->level && a->column < b->column + b->columns && b->column < a->column + a->columns &&
           a->row < b->row + b->rows && b->row < a->row + a->rows;
}

/* What is not in view may find no room, or be pushed out again: it is not asked for over and over. */
static bool may_ask(struct fz_detail *detail, const struct fz_detail_grid *in_view, int times)
{
    if (!same_grid(in_view, &detail->spare)) {
        detail->spare = *in_view;
        detail->spare_asked = 0;
    }
    return detail->spare_asked < times;
}

/* What is beyond the window, if that has not been asked for too often. */
static bool choose_spare(struct fz_detail *detail, const struct fz_detail_grid *in_view,
                         const struct fz_detail_grid *grid, int most, struct fz_detail_grid *block)
{
    bool missing[FZ_DETAIL_MOST];
    return fz_detail_count(grid) <= FZ_DETAIL_MOST && find_missing(detail, grid, missing) &&
           fz_detail_block(grid, missing, most, block) && may_ask(detail, in_view, SPARE_ASKS);
}

/* What to decode next: all that is missing in view and around it in one go, where that is not too much, because some
 * formats are read from their beginning for each. */
static bool choose_block(struct fz_detail *detail, const struct fz_detail_view *view,
                         const struct fz_detail_grid *in_view, enum fz_detail_extent extent, int most,
                         struct fz_detail_grid *block)
{
    bool missing[FZ_DETAIL_MOST];
    int around_by = extent == FZ_DETAIL_IN_VIEW ? 0 : FZ_DETAIL_AROUND;
    struct fz_detail_grid around = fz_detail_around(view, in_view, around_by);
    bool in_one_go = fz_detail_count(&around) <= (most < FZ_DETAIL_MOST ? most : FZ_DETAIL_MOST);
    if (fz_detail_lacks(detail, in_view)) {
        const struct fz_detail_grid *grid = in_one_go ? &around : in_view;
        find_missing(detail, grid, missing);
        fz_detail_block(grid, missing, most, block);
        if (meet(block, in_view))
            return true;
        find_missing(detail, in_view, missing);
        return fz_detail_block(in_view, missing, most, block);
    }
    if (extent == FZ_DETAIL_REST)
        around = fz_detail_around(view, in_view, EVERYTHING);
    return extent != FZ_DETAIL_IN_VIEW && choose_spare(detail, in_view, &around, most, block);
}

/* What is in view; what is near it; what will be in view; and last what is nowhere near. */
static uint64_t priority_of(const struct fz_app *app, fz_item_id item, const struct fz_detail_grid *block,
                            const struct fz_detail_view *view, const struct fz_detail_grid *in_view)
{
    size_t index;
    uint32_t distance;
    struct fz_detail_grid around = fz_detail_around(view, in_view, FZ_DETAIL_AROUND);
    if (item != app->picture.shown)
        return meet(block, in_view) && fz_list_index(app->list, item, &index) &&
                       fz_ahead_wants(app, index, &distance)
                   ? fz_priority(FZ_PRIORITY_NEIGHBOUR, distance + 1)
                   : FZ_HEAP_DROP;
    if (meet(block, in_view))
        return fz_priority(FZ_PRIORITY_PICTURE, 1);
    return meet(block, &around) ? fz_priority(FZ_PRIORITY_NEIGHBOUR, 0) : fz_priority(FZ_PRIORITY_BEHIND, 0);
}

uint64_t fz_detail_judge(const struct fz_app *app, const struct fz_job *job)
{
    struct fz_detail_view view;
    struct fz_detail_grid in_view;
    const struct fz_detail *detail = fz_detail_find(app, job->item);
    if (!detail || job != detail->job || !fz_detail_find_wanted(app, job->item, &view, &in_view) ||
        detail->block.level != in_view.level)
        return FZ_HEAP_DROP;
    if (fz_detail_lacks(detail, &in_view) && !meet(&detail->block, &in_view))
        return FZ_HEAP_DROP;
    return priority_of(app, job->item, &detail->block, &view, &in_view);
}

bool fz_detail_is_missing(const struct fz_app *app, fz_item_id item)
{
    struct fz_detail_view view;
    struct fz_detail_grid in_view;
    if (!fz_detail_find_wanted(app, item, &view, &in_view))
        return false;
    const struct fz_detail *detail = fz_detail_find(app, item);
    return !detail || fz_detail_lacks(detail, &in_view);
}

/* ---- Jobs -------------------------------------------------------------------------------------------------------- */

static struct fz_job *job_of(const struct fz_app *app, struct fz_detail *detail,
                             const struct fz_detail_source *source)
{
    struct fz_job *job =
        fz_job_new(FZ_JOB_DETAIL, detail->item, fz_list_path(app->list, detail->item), &app->quit);
    job->root = fz_list_root(app->list, detail->item);
    job->purpose = FZ_FOR_PICTURE;
    job->foreground = true;
    job->want.times = fz_detail_times(fz_loader_tile(app, detail->item));
    job->limits = fz_limits_from_options(&app->options);
    job->want.region = (struct fz_image_region){source->x, source->y, source->w, source->h};
    job->want.box_w = source->out_w;
    job->want.box_h = source->out_h;
    job->want.background = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    job->credit_bytes = (uint64_t)source->out_w * (uint64_t)source->out_h * 4;
    job->index = detail->index ? detail->index : fz_calloc(1, sizeof *job->index);
    detail->index = NULL;
    return job;
}

bool fz_detail_issue(struct fz_app *app, fz_item_id item, enum fz_detail_extent extent)
{
    struct fz_detail_view view;
    struct fz_detail_grid in_view, block;
    if (!fz_detail_find_wanted(app, item, &view, &in_view))
        return true;
    struct fz_detail *detail = fz_detail_claim(app, item);
    int most = (int)fmin((double)app->loader.credit_limit_bytes / (FZ_DETAIL_CELL * FZ_DETAIL_CELL * 4),
                         FZ_DETAIL_MOST);
    if (detail->job || detail->arrived ||
        !choose_block(detail, &view, &in_view, extent, most > 1 ? most : 1, &block))
        return true;
    struct fz_detail_source source = fz_detail_source(&view, &block);
    if (item != app->picture.shown && !may_ask(detail, &in_view, AHEAD_ASKS))
        return true;
    const uint64_t bytes = (uint64_t)source.out_w * (uint64_t)source.out_h * 4;
    const uint64_t priority = priority_of(app, item, &block, &view, &in_view);
    if (!fz_loader_has_credit(app, bytes) && !fz_loader_make_way(app, bytes, priority))
        return false;
    if (item != app->picture.shown || !fz_detail_lacks(detail, &in_view))
        detail->spare_asked++;
    struct fz_job *job = job_of(app, detail, &source);
    detail->job = job;
    detail->block = block;
    fz_loader_launch(app, job, priority);
    return true;
}

void fz_detail_lost(struct fz_app *app, struct fz_job *job)
{
    struct fz_detail *detail = fz_detail_find(app, job->item);
    if (!detail || detail->job != job)
        return;
    detail->job = NULL;
    detail->index = job->index;
    job->index = NULL;
}

bool fz_detail_is_of(const struct fz_tile *tile, const struct fz_job *job)
{
    return job->image.width == tile->picture_w && job->image.height == tile->picture_h &&
           job->file.bytes == tile->file.bytes && job->file.mtime_ns == tile->file.mtime_ns;
}

/* Whether parts are the matter; else the picture, read anew, tells what is wrong with it. */
static bool is_of_parts(enum fz_err code)
{
    return code == FZ_E_LIMIT || code == FZ_E_MEMORY || code == FZ_E_DAMAGED || code == FZ_E_UNSUPPORTED ||
           code == FZ_E_TIMEOUT;
}

void fz_detail_take(struct fz_app *app, struct fz_job *job)
{
    struct fz_detail *detail = fz_detail_find(app, job->item);
    struct fz_tile *tile = fz_loader_tile(app, job->item);
    bool wanted = detail && job == detail->job && tile;
    fz_detail_lost(app, job);
    if (!wanted || job->error.code == FZ_E_CANCELLED || fz_cancel_is_set(&job->cancel)) {
        app->stats.cancelled += wanted;
        fz_loader_retire(app, job);
    } else if (job->error.code != FZ_OK && !is_of_parts(job->error.code)) {
        fz_loader_retire(app, job);
        fz_loader_forget(app, tile->item, false);
    } else if (job->error.code != FZ_OK) {
        tile->no_detail = true; /* more of it may come as a whole */
        app->loader.moved = true;
        fz_app_notice_about(app, job->item, "%s", job->error.msg);
        fz_log("%s: %s", job->path, job->error.msg);
        fz_loader_retire(app, job);
    } else if (!fz_detail_is_of(tile, job) || job->surface->w != job->want.box_w ||
               job->surface->h != job->want.box_h) {
        fz_loader_retire(app, job);
        fz_loader_forget(app, tile->item, false);
    } else {
        app->stats.decodes++;
        if (job->image.damaged && !tile->damage)
            fz_loader_set_damage(tile, job->error.msg);
        detail->arrived = job;
        detail->next = 0;
    }
}
