/* The second half of detail: from a worker's result to squares, and these to the window. */
#include "app/app.h"
#include "app/picture/detail_internal.h"
#include "app/loading/loader_internal.h"
#include "sync/thread.h"

/* A free place, or that of a square which is of no use now: of another scale first. */
static struct fz_detail_square *find_place(struct fz_app *app, struct fz_detail *detail,
                                           const struct fz_detail_grid *around)
{
    struct fz_detail_square *other = NULL;
    for (int i = 0; i < FZ_DETAIL_MOST; i++) {
        struct fz_detail_square *s = &detail->squares[i];
        if (!s->texture)
            return s;
        bool is_far = !fz_detail_contains(around, s->level, s->column, s->row);
        if (is_far && (!other || other->level == around->level))
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

/* What comes next is as much needed as what is around; what lies beyond takes no other's place. */
static enum fz_texture_need need_of(const struct fz_app *app, const struct fz_detail *detail,
                                    const struct fz_detail_grid *in_view, const struct fz_detail_grid *around,
                                    int column, int row)
{
    if (!fz_detail_contains(around, around->level, column, row))
        return FZ_TEXTURE_SPARE;
    bool seen =
        detail->item == app->picture.shown && fz_detail_contains(in_view, in_view->level, column, row);
    return seen ? FZ_TEXTURE_IN_VIEW : FZ_TEXTURE_SOON;
}

static void cut_square(struct fz_app *app, struct fz_detail *detail, const struct fz_detail_view *view,
                       const struct fz_detail_grid *in_view, int column, int row)
{
    const struct fz_detail_grid *block = &detail->block;
    struct fz_detail_grid around = fz_detail_around(view, in_view, FZ_DETAIL_AROUND);
    struct fz_detail_source source = fz_detail_source(view, block);
    const SDL_Surface *surface = detail->arrived->surface;
    int w, h;
    fz_detail_size(view, block->level, column, row, &w, &h);
    int x = source.first_x + (column - block->column) * FZ_DETAIL_SIDE;
    int y = source.first_y + (row - block->row) * FZ_DETAIL_SIDE;
    enum fz_texture_need need = need_of(app, detail, in_view, &around, column, row);
    bool seen = need == FZ_TEXTURE_IN_VIEW;
    struct fz_detail_square *s = find_place(app, detail, &around);
    struct fz_texture_cell cell = {.w = FZ_DETAIL_CELL, .h = FZ_DETAIL_CELL};
    if (!s || !fz_texture_new(app->head, cell.w, cell.h, cell, need, &s->texture)) {
        fz_loader_tile(app, detail->item)->no_detail |= seen;
        return;
    }
    s->level = block->level;
    s->column = column;
    s->row = row;
    if (upload(app, s->texture, surface, x, y, w, h))
        return;
    fz_texture_free(app->head, s->texture);
    fz_loader_tile(app, detail->item)->no_detail |= seen;
}

/* Of several that have arrived, that of the picture in view. */
static struct fz_detail *first_arrived(const struct fz_app *app)
{
    struct fz_detail *first = fz_detail_find(app, app->picture.shown);
    if (first && first->arrived)
        return first;
    for (int i = 0; i < FZ_DETAILS_MOST; i++)
        if (app->details.of[i] && app->details.of[i]->arrived)
            return app->details.of[i];
    return NULL;
}

bool fz_detail_uploads_wait(const struct fz_app *app)
{
    return first_arrived(app) != NULL;
}

bool fz_detail_upload(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_detail *detail = first_arrived(app);
    struct fz_detail_view view;
    struct fz_detail_grid in_view;
    const struct fz_detail_grid *block = &detail->block;
    bool wanted = fz_detail_find_wanted(app, detail->item, &view, &in_view) && in_view.level == block->level;
    if (wanted) {
        int i = detail->next++;
        cut_square(app, detail, &view, &in_view, block->column + i % block->columns,
                   block->row + i / block->columns);
        if (detail->next < fz_detail_count(block))
            return false;
    }
    fz_loader_retire(app, detail->arrived);
    detail->arrived = NULL;
    return wanted && detail->item == app->picture.shown;
}

static void draw_level(struct fz_app *app, const struct fz_detail *detail, const struct fz_detail_view *view,
                       int level)
{
    struct fz_turn turn = {view->quarters, view->flip_h, view->flip_v};
    struct fz_detail_grid in_view;
    if (!fz_detail_in_view(view, level, &in_view))
        return;
    for (int i = 0; i < FZ_DETAIL_MOST; i++) {
        const struct fz_detail_square *s = &detail->squares[i];
        if (!s->texture || !fz_detail_contains(&in_view, s->level, s->column, s->row))
            continue;
        SDL_Rect part = {FZ_DETAIL_BORDER, FZ_DETAIL_BORDER, 0, 0};
        fz_detail_size(view, level, s->column, s->row, &part.w, &part.h);
        fz_draw_texture_part(app->head, s->texture, &part, fz_detail_place(view, level, s->column, s->row),
                             turn);
    }
}

/* Whether the squares of one level are there for all that the window shows now. */
static bool covers(const struct fz_detail *detail, const struct fz_detail_view *view, int level)
{
    struct fz_detail_grid in_view;
    return fz_detail_in_view(view, level, &in_view) && fz_detail_count(&in_view) <= FZ_DETAIL_MOST &&
           !fz_detail_lacks(detail, &in_view);
}

/* What the window shows of it, by the camera as it stands, and the level that is wanted; false where none is. */
static bool look(const struct fz_app *app, const struct fz_tile *tile, struct fz_detail_view *view,
                 int *level)
{
    struct fz_detail_view target;
    struct fz_detail_grid wanted;
    *view = fz_detail_view_at(&app->picture.camera, tile, app->picture.camera.shown);
    if (!fz_detail_find_wanted(app, tile->item, &target, &wanted))
        return false;
    *level = wanted.level;
    return true;
}

bool fz_detail_covers(const struct fz_app *app)
{
    const struct fz_detail *detail = fz_detail_find(app, app->picture.shown);
    const struct fz_tile *tile = fz_loader_tile(app, app->picture.shown);
    struct fz_detail_view view;
    int level;
    return tile && detail && tile->picture_w > 0 && look(app, tile, &view, &level) &&
           covers(detail, &view, level);
}

void fz_detail_draw(struct fz_app *app)
{
    const struct fz_detail *detail = fz_detail_find(app, app->picture.shown);
    const struct fz_tile *tile = fz_loader_tile(app, app->picture.shown);
    struct fz_detail_view view;
    int wanted;
    if (!tile || !detail || tile->picture_w == 0 || fz_animate_shows_page(app, tile->item))
        return;
    bool sharp = look(app, tile, &view, &wanted);
    bool whole = sharp && covers(detail, &view, wanted);
    bool others = !whole && (sharp || app->moving); /* of another scale, until those of this one are there */
    uint32_t levels = 0;
    for (int i = 0; i < FZ_DETAIL_MOST && others; i++)
        levels |= detail->squares[i].texture ? 1u << detail->squares[i].level : 0;
    for (int level = 31; level >= 0; level--)
        if (levels & 1u << level)
            draw_level(app, detail, &view, level);
    if (sharp)
        draw_level(app, detail, &view, wanted);
}
