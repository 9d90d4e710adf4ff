/* The second half of detail: from a worker's result to squares, and these to the window. */
#include "app/app.h"
#include "app/picture/detail_internal.h"
#include "app/loading/loader_internal.h"
#include "sync/thread.h"

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

static bool upload(struct fz_app *app, struct fz_texture *texture, const SDL_Surface *surface, int x, int y,
                   int w, int h)
{
    struct stretch across[3], down[3];
    if (x > 0 && y > 0 && x + w < surface->w && y + h < surface->h) {
        SDL_Rect all = {x - 1, y - 1, w + 2, h + 2};
        return fz_texture_upload_part(app->head, texture, surface, &all, 0, 0);
    }
    cut(x, w, surface->w, across);
    cut(y, h, surface->h, down);
    bool uploaded = true;
    for (int i = 0; i < 9 && uploaded; i++) {
        const struct stretch *a = &across[i % 3], *d = &down[i / 3];
        SDL_Rect part = {a->from, d->from, a->length, d->length};
        uploaded = fz_texture_upload_part(app->head, texture, surface, &part, a->to, d->to);
    }
    return uploaded;
}

static void cut_square(struct fz_app *app, const struct fz_detail_view *view,
                       const struct fz_detail_grid *in_view, int column, int row)
{
    const struct fz_detail_grid *block = &app->detail.block;
    struct fz_detail_grid around = fz_detail_around(view, in_view, FZ_DETAIL_AROUND);
    struct fz_detail_source source = fz_detail_source(view, block);
    const SDL_Surface *surface = app->detail.arrived->surface;
    int w, h;
    fz_detail_size(view, block->level, column, row, &w, &h);
    int x = source.first_x + (column - block->column) * FZ_DETAIL_SIDE;
    int y = source.first_y + (row - block->row) * FZ_DETAIL_SIDE;
    bool seen = fz_detail_contains(in_view, block->level, column, row);
    struct fz_detail_square *s = find_place(app, &around);
    enum fz_texture_need need = seen ? FZ_TEXTURE_IN_VIEW : FZ_TEXTURE_SOON;
    if (!s || !fz_texture_new(app->head, FZ_DETAIL_CELL, FZ_DETAIL_CELL, FZ_DETAIL_CELL, FZ_DETAIL_CELL, need,
                              &s->texture)) {
        fz_loader_tile(app, app->detail.item)->no_detail |= seen;
        return;
    }
    s->level = block->level;
    s->column = column;
    s->row = row;
    if (upload(app, s->texture, surface, x, y, w, h))
        return;
    fz_texture_free(app->head, s->texture);
    fz_loader_tile(app, app->detail.item)->no_detail |= seen;
}

bool fz_detail_upload(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_detail *detail = &app->detail;
    struct fz_detail_view view;
    struct fz_detail_grid in_view;
    const struct fz_detail_grid *block = &detail->block;
    bool wanted = fz_detail_find_wanted(app, &view, &in_view) && in_view.level == block->level &&
                  detail->item == app->picture.shown;
    if (wanted) {
        int i = detail->next++;
        cut_square(app, &view, &in_view, block->column + i % block->columns, block->row + i / block->columns);
        if (detail->next < fz_detail_count(block))
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
    struct fz_detail_view view = fz_detail_view_at(app, tile, app->picture.camera.shown);
    bool sharp = fz_detail_find_wanted(app, &target, &wanted);
    bool whole = sharp && fz_detail_in_view(&view, wanted.level, &in_view) &&
                 fz_detail_count(&in_view) <= FZ_DETAIL_MOST && !fz_detail_lacks(detail, &in_view);
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
