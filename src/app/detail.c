#include "app/detail.h"

#include "app/app.h"
#include "app/loader_internal.h"
#include "base/log.h"
#include "sync/thread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELL = FZ_DETAIL_SIDE + 2 * FZ_DETAIL_BORDER,
    MOST_IN_VIEW = FZ_DETAIL_MOST / 2,
    LEAST_IN_VIEW = 16,
    AROUND = 2, /* squares beyond the window */
    SPARE_ASKS = 4,
};
static const double SAME_SCALE = 1.01;

/* ---- What is wanted ---------------------------------------------------------------------------------------------- */

bool fz_detail_serves(const struct fz_app *app, const struct fz_tile *tile)
{
    if (!tile || tile->no_detail || tile->error || tile->picture_w == 0 || !app->head)
        return false;
    int most = fz_texture_max_side(app->head);
    uint64_t px = (uint64_t)tile->picture_w * (uint64_t)tile->picture_h;
    return px > app->loader.picture_limit_px || tile->picture_w > most || tile->picture_h > most;
}

static struct fz_detail_view view_at(const struct fz_app *app, const struct fz_tile *tile,
                                     struct fz_rect rect)
{
    const struct fz_camera *camera = &app->picture.camera;
    return (struct fz_detail_view){.w = tile->picture_w,
                                   .h = tile->picture_h,
                                   .quarters = camera->quarter_turns,
                                   .flip_h = camera->flip_h,
                                   .flip_v = camera->flip_v,
                                   .rect = rect,
                                   .view_w = camera->view_w,
                                   .view_h = camera->view_h};
}

static int squares_of(const struct fz_detail_grid *grid)
{
    return grid->columns * grid->rows;
}

/* Two thirds of all textures: the coarse picture, texts and the squares around have their place too. */
static int most_in_view(const struct fz_app *app)
{
    size_t room = fz_texture_capacity(app->head, CELL, CELL) * 2 / 3;
    return room < LEAST_IN_VIEW ? LEAST_IN_VIEW : room < MOST_IN_VIEW ? (int)room : MOST_IN_VIEW;
}

/* The squares in view that would show more than the coarse picture does: at the window's scale, or as near to it as there
 * is room for. */
static bool find_wanted(const struct fz_app *app, struct fz_detail_view *view, struct fz_detail_grid *grid)
{
    const struct fz_picture *picture = &app->picture;
    const struct fz_tile *tile = fz_loader_tile(app, picture->shown);
    if (app->mode != FZ_MODE_PICTURE || picture->shown != picture->item || !fz_detail_serves(app, tile))
        return false;
    const struct fz_texture *coarse = tile->renditions[FZ_FOR_PICTURE].texture;
    double zoom = picture->camera.zoom;
    if (!coarse || zoom <= SAME_SCALE * fz_texture_w(coarse) / tile->picture_w)
        return false;
    *view = view_at(app, tile, picture->camera.target);
    int level = fz_detail_level(zoom), most = most_in_view(app);
    for (; fz_texture_w(coarse) < tile->picture_w >> level; level++) {
        if (!fz_detail_in_view(view, level, grid))
            return false;
        if (squares_of(grid) <= most)
            return true;
    }
    return false;
}

bool fz_detail_moved(struct fz_app *app)
{
    struct fz_rect *looked = &app->detail.looked, now = app->picture.camera.target;
    if (app->mode != FZ_MODE_PICTURE ||
        (looked->x == now.x && looked->y == now.y && looked->w == now.w && looked->h == now.h))
        return false;
    *looked = now;
    return true;
}

/* Marks what of the grid is not there, row by row; true where anything is not. */
static bool find_missing(const struct fz_detail *detail, const struct fz_detail_grid *grid, bool *missing)
{
    int left = squares_of(grid);
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

static bool is_missing_in(const struct fz_detail *detail, const struct fz_detail_grid *grid)
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

/* What to decode next: all that is missing in view and around it in one go, where that is not too much, because some
 * formats are read from their beginning for each. */
static bool choose_block(struct fz_detail *detail, const struct fz_detail_view *view,
                         const struct fz_detail_grid *in_view, int most, struct fz_detail_grid *block)
{
    bool missing[FZ_DETAIL_MOST];
    struct fz_detail_grid around = fz_detail_around(view, in_view, AROUND);
    bool in_one_go = squares_of(&around) <= (most < FZ_DETAIL_MOST ? most : FZ_DETAIL_MOST);
    if (is_missing_in(detail, in_view)) {
        const struct fz_detail_grid *grid = in_one_go ? &around : in_view;
        find_missing(detail, grid, missing);
        fz_detail_block(grid, missing, most, block);
        if (meet(block, in_view))
            return true;
        find_missing(detail, in_view, missing);
        return fz_detail_block(in_view, missing, most, block);
    }
    if (!same_grid(in_view, &detail->spare)) {
        detail->spare = *in_view;
        detail->spare_asked = 0;
    }
    if (squares_of(&around) > FZ_DETAIL_MOST || detail->spare_asked == SPARE_ASKS ||
        !find_missing(detail, &around, missing))
        return false;
    detail->spare_asked++;
    return fz_detail_block(&around, missing, most, block);
}

static uint64_t priority_of(const struct fz_detail_grid *block, const struct fz_detail_grid *in_view)
{
    return meet(block, in_view) ? fz_priority(FZ_PRIORITY_PICTURE, 1) : fz_priority(FZ_PRIORITY_NEIGHBOUR, 0);
}

uint64_t fz_detail_judge(const struct fz_app *app, const struct fz_job *job)
{
    struct fz_detail_view view;
    struct fz_detail_grid in_view;
    const struct fz_detail *detail = &app->detail;
    if (job != detail->job || detail->item != app->picture.shown || !find_wanted(app, &view, &in_view))
        return FZ_HEAP_DROP;
    struct fz_detail_grid around = fz_detail_around(&view, &in_view, AROUND);
    bool idle = !is_missing_in(detail, &in_view);
    return meet(&detail->block, idle ? &around : &in_view) ? priority_of(&detail->block, &in_view)
                                                           : FZ_HEAP_DROP;
}

bool fz_detail_is_missing(const struct fz_app *app)
{
    struct fz_detail_view view;
    struct fz_detail_grid in_view;
    if (!find_wanted(app, &view, &in_view))
        return false;
    return app->detail.item != app->picture.shown || is_missing_in(&app->detail, &in_view);
}

/* ---- Jobs -------------------------------------------------------------------------------------------------------- */

static void clear(struct fz_app *app, fz_item_id item)
{
    struct fz_detail *detail = &app->detail;
    if (detail->job)
        fz_cancel_set(&detail->job->cancel);
    if (detail->arrived)
        fz_loader_retire(app, detail->arrived);
    for (int i = 0; i < FZ_DETAIL_MOST; i++)
        fz_texture_free(app->head, detail->squares[i].texture);
    *detail = (struct fz_detail){.item = item};
}

bool fz_detail_issue(struct fz_app *app)
{
    struct fz_detail *detail = &app->detail;
    struct fz_detail_view view;
    struct fz_detail_grid in_view, block;
    if (detail->item != FZ_ITEM_NONE && detail->item != app->picture.shown)
        clear(app, FZ_ITEM_NONE);
    if (!find_wanted(app, &view, &in_view) || detail->job || detail->arrived)
        return true;
    detail->item = app->picture.shown;
    int most = (int)fmin((double)app->loader.credit_limit_bytes / (CELL * CELL * 4), FZ_DETAIL_MOST);
    if (!choose_block(detail, &view, &in_view, most > 1 ? most : 1, &block))
        return true;
    struct fz_detail_source source = fz_detail_source(&view, &block);
    uint64_t bytes = (uint64_t)source.out_w * (uint64_t)source.out_h * 4;
    if (!fz_loader_has_credit(&app->loader, bytes))
        return false;
    struct fz_job *job =
        fz_job_new(FZ_JOB_DETAIL, detail->item, fz_list_path(app->list, detail->item), &app->quit);
    job->purpose = FZ_FOR_PICTURE;
    job->region = (struct fz_image_region){source.x, source.y, source.w, source.h};
    job->box_w = source.out_w;
    job->box_h = source.out_h;
    job->background = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    job->credit_bytes = bytes;
    detail->job = job;
    detail->block = block;
    fz_loader_launch(app, job, priority_of(&block, &in_view));
    return true;
}

void fz_detail_lost(struct fz_app *app, const struct fz_job *job)
{
    if (app->detail.job == job)
        app->detail.job = NULL;
}

static bool is_of_same_file(const struct fz_tile *tile, const struct fz_job *job)
{
    return job->image.width == tile->picture_w && job->image.height == tile->picture_h &&
           job->file.bytes == tile->file.bytes && job->file.mtime_s == tile->file.mtime_s;
}

void fz_detail_take(struct fz_app *app, struct fz_job *job)
{
    struct fz_detail *detail = &app->detail;
    struct fz_tile *tile = fz_loader_tile(app, job->item);
    bool wanted = job == detail->job && tile;
    fz_detail_lost(app, job);
    if (!wanted || job->error.code == FZ_E_CANCELLED || fz_cancel_is_set(&job->cancel)) {
        app->stats.cancelled += wanted;
        fz_loader_retire(app, job);
    } else if (job->error.code != FZ_OK) {
        tile->no_detail = true; /* more of it may come as a whole */
        app->loader.moved = true;
        fz_app_notice(app, "%s", job->error.msg);
        fz_log("%s: %s", job->path, job->error.msg);
        fz_loader_retire(app, job);
    } else if (!is_of_same_file(tile, job)) {
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

void fz_detail_forget(struct fz_app *app, fz_item_id item)
{
    if (item != FZ_ITEM_NONE && app->detail.item == item)
        clear(app, FZ_ITEM_NONE);
}

void fz_detail_fini(struct fz_app *app)
{
    fz_job_free(app->detail.arrived);
    app->detail.arrived = app->detail.job = NULL; /* freed with the pool */
    clear(app, FZ_ITEM_NONE);
}

/* ---- Squares ------------------------------------------------------------------------------------------------------- */

bool fz_detail_uploads_wait(const struct fz_app *app)
{
    return app->detail.arrived != NULL;
}

/* A free place, or that of a square which is of no use now. */
static struct fz_detail_square *find_place(struct fz_app *app, const struct fz_detail_grid *around)
{
    struct fz_detail_square *other = NULL;
    for (int i = 0; i < FZ_DETAIL_MOST; i++) {
        struct fz_detail_square *s = &app->detail.squares[i];
        if (!s->texture)
            return s;
        if (!fz_detail_contains(around, s->level, s->column, s->row))
            other = s;
    }
    if (other)
        fz_texture_free(app->head, other->texture);
    return other;
}

struct stretch {
    int from, length, to;
};

/* A square's pixels along one side: the border before, they themselves, the border behind. Where the picture ends its
 * last pixel is repeated, so that a filter finds nothing foreign. */
static void cut(int first, int length, int whole, struct stretch three[3])
{
    int before = first > 0 ? first - 1 : 0, behind = first + length < whole ? first + length : whole - 1;
    three[0] = (struct stretch){before, 1, 0};
    three[1] = (struct stretch){first, length, FZ_DETAIL_BORDER};
    three[2] = (struct stretch){behind, 1, FZ_DETAIL_BORDER + length};
}

static void upload(struct fz_app *app, struct fz_texture *texture, const SDL_Surface *surface, int x, int y,
                   int w, int h)
{
    struct stretch across[3], down[3];
    if (x > 0 && y > 0 && x + w < surface->w && y + h < surface->h) {
        SDL_Rect all = {x - 1, y - 1, w + 2, h + 2};
        fz_texture_upload_part(app->head, texture, surface, &all, 0, 0);
        return;
    }
    cut(x, w, surface->w, across);
    cut(y, h, surface->h, down);
    for (int i = 0; i < 9; i++) {
        const struct stretch *a = &across[i % 3], *d = &down[i / 3];
        SDL_Rect part = {a->from, d->from, a->length, d->length};
        fz_texture_upload_part(app->head, texture, surface, &part, a->to, d->to);
    }
}

static void cut_square(struct fz_app *app, const struct fz_detail_view *view,
                       const struct fz_detail_grid *in_view, int column, int row)
{
    const struct fz_detail_grid *block = &app->detail.block;
    struct fz_detail_grid around = fz_detail_around(view, in_view, AROUND);
    struct fz_detail_source source = fz_detail_source(view, block);
    const SDL_Surface *surface = app->detail.arrived->surface;
    int w, h;
    fz_detail_size(view, block->level, column, row, &w, &h);
    int x = source.first_x + (column - block->column) * FZ_DETAIL_SIDE;
    int y = source.first_y + (row - block->row) * FZ_DETAIL_SIDE;
    bool seen = fz_detail_contains(in_view, block->level, column, row);
    struct fz_detail_square *s = find_place(app, &around);
    enum fz_texture_need need = seen ? FZ_TEXTURE_IN_VIEW : FZ_TEXTURE_SOON;
    if (!s || !fz_texture_new(app->head, CELL, CELL, CELL, CELL, need, &s->texture)) {
        fz_loader_tile(app, app->detail.item)->no_detail |= seen;
        return;
    }
    s->level = block->level;
    s->column = column;
    s->row = row;
    upload(app, s->texture, surface, x, y, w, h);
}

bool fz_detail_upload(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_detail *detail = &app->detail;
    struct fz_detail_view view;
    struct fz_detail_grid in_view;
    const struct fz_detail_grid *block = &detail->block;
    bool wanted = find_wanted(app, &view, &in_view) && in_view.level == block->level &&
                  detail->item == app->picture.shown;
    if (wanted) {
        int i = detail->next++;
        cut_square(app, &view, &in_view, block->column + i % block->columns, block->row + i / block->columns);
        if (detail->next < squares_of(block))
            return false;
    }
    fz_loader_retire(app, detail->arrived);
    detail->arrived = NULL;
    return wanted;
}

static void draw_level(struct fz_app *app, const struct fz_detail_view *view, int level)
{
    struct fz_turn turn = {view->quarters, view->flip_h, view->flip_v};
    struct fz_detail_grid in_view;
    if (!fz_detail_in_view(view, level, &in_view))
        return;
    for (int i = 0; i < FZ_DETAIL_MOST; i++) {
        const struct fz_detail_square *s = &app->detail.squares[i];
        if (!s->texture || !fz_detail_contains(&in_view, s->level, s->column, s->row))
            continue;
        SDL_Rect part = {FZ_DETAIL_BORDER, FZ_DETAIL_BORDER, 0, 0};
        fz_detail_size(view, level, s->column, s->row, &part.w, &part.h);
        fz_draw_texture_part(app->head, s->texture, &part, fz_detail_place(view, level, s->column, s->row),
                             turn);
    }
}

void fz_detail_draw(struct fz_app *app)
{
    const struct fz_detail *detail = &app->detail;
    const struct fz_tile *tile = fz_loader_tile(app, app->picture.shown);
    struct fz_detail_view target;
    struct fz_detail_grid wanted, in_view;
    if (!tile || detail->item != tile->item || tile->picture_w == 0)
        return;
    struct fz_detail_view view = view_at(app, tile, app->picture.camera.shown);
    bool sharp = find_wanted(app, &target, &wanted);
    bool whole = sharp && fz_detail_in_view(&view, wanted.level, &in_view) &&
                 squares_of(&in_view) <= FZ_DETAIL_MOST && !is_missing_in(detail, &in_view);
    bool others = !whole && (sharp || app->moving); /* of another scale, until those of this one are there */
    uint32_t levels = 0;
    for (int i = 0; i < FZ_DETAIL_MOST && others; i++)
        levels |= detail->squares[i].texture ? 1u << detail->squares[i].level : 0;
    for (int level = 31; level >= 0; level--)
        if (levels & 1u << level)
            draw_level(app, &view, level);
    if (sharp)
        draw_level(app, &view, wanted.level);
}
