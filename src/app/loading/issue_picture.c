/* What the picture view wants becomes jobs: the picture in view, its neighbours, and what a zoom asks for of either. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "app/picture/ahead.h"
#include "base/mem.h"
#include "decode/files.h"

bool fz_loader_shows_picture(const struct fz_app *app, fz_item_id item)
{
    return app->mode == FZ_MODE_PICTURE && item == app->picture.item && fz_list_has(app->list, item);
}

uint64_t fz_loader_picture_priority(const struct fz_app *app, fz_item_id item)
{
    size_t index;
    uint32_t distance;
    if (fz_loader_shows_picture(app, item))
        return fz_priority(FZ_PRIORITY_PICTURE, FZ_LOADER_PICTURE);
    if (!fz_list_index(app->list, item, &index) || !fz_ahead_wants(app, index, &distance))
        return FZ_HEAP_DROP;
    return fz_priority(FZ_PRIORITY_NEIGHBOUR, distance);
}

bool fz_loader_is_coarse(const struct fz_app *app, fz_item_id item)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    return app->mode == FZ_MODE_PICTURE && item == app->picture.item &&
           (!tile || (!tile->renditions[FZ_FOR_PICTURE].texture && !tile->error));
}

bool fz_loader_makes_way(const struct fz_app *app)
{
    return app->now_us < app->picture.alone_until_us && fz_loader_is_coarse(app, app->picture.item) &&
           !fz_loader_is_held_up(app, app->picture.item);
}

bool fz_loader_is_alone(const struct fz_app *app)
{
    const struct fz_tile *tile = fz_loader_tile(app, app->picture.item);
    return fz_loader_makes_way(app) && tile && tile->renditions[FZ_FOR_PICTURE].job;
}

void fz_loader_pass_on_rows(struct fz_tile *tile, struct fz_job *job)
{
    struct fz_job *other = tile->renditions[FZ_FOR_PICTURE].job;
    if (job->purpose != FZ_FOR_WALL || !other || !other->rows_come || atomic_load(&other->rows))
        return;
    bool found = job->index && !job->from_cache;
    atomic_store_explicit(&other->rows, found ? job->index : fz_calloc(1, sizeof *job->index),
                          memory_order_release);
    if (found)
        job->index = NULL;
}

/* Its first picture comes before the picture itself, its tile beside it on another core. From a share that would fetch it twice. */
static void issue_coarse(struct fz_app *app, fz_item_id item)
{
    const struct fz_loader *loader = &app->loader;
    const struct fz_tile *tile = fz_loader_tile(app, item);
    bool there = tile && tile->renditions[FZ_FOR_WALL].texture;
    if (!there && !fz_files_copies(app->pool.files, fz_list_root(app->list, item)) && loader->box_w > 0 &&
        fz_loader_is_coarse(app, item) && fz_loader_needs_wall_tile(app, item, true))
        fz_loader_issue_tile(app, item, fz_priority(FZ_PRIORITY_PICTURE, FZ_LOADER_COARSE));
}

/* Whether what is there has the resolution that the camera asks for, and not far more; or, where all of it fits into the window,
 * that very one: it is drawn at its own pixels then. */
static bool has_picture(const struct fz_app *app, const struct fz_tile *tile, bool in_view)
{
    const struct fz_rendition *r = &tile->renditions[FZ_FOR_PICTURE];
    const struct fz_layout_params *window = &app->wall.layout.params;
    int box_w, box_h;
    bool drawn = fz_picture_box(app, tile->item, &box_w, &box_h) > 1;
    bool made_for_it = r->box_w == box_w && r->box_h == box_h;
    if ((r->refused || (r->no_room_view > 0 && !in_view)) && made_for_it)
        return true;
    if (!r->texture || r->box_w == 0)
        return false;
    if (made_for_it || drawn)
        return made_for_it;
    bool fits = box_w + box_h == window->view_w + window->view_h;
    int want_w, want_h, w = fz_texture_w(r->texture);
    fz_image_fit(tile->picture_w, tile->picture_h, box_w, box_h, &want_w, &want_h);
    return w >= want_w && w <= (fits ? want_w + 1 : want_w * 3 / 2);
}

/* False: there is none. */
static bool picture_at(const struct fz_app *app, size_t at, long step, fz_item_id *item)
{
    size_t index;
    bool there = fz_ahead_at(app, at, step, &index);
    *item = there ? fz_list_at(app->list, index) : FZ_ITEM_NONE;
    return there;
}

/* What of them the zoom asks for, if it goes from picture to picture. */
static bool issue_details(struct fz_app *app, size_t at, long steps)
{
    fz_item_id item;
    for (long step = 1; step <= steps; step++)
        if (picture_at(app, at, step, &item) && !fz_loader_is_held_up(app, item) &&
            !fz_detail_issue(app, item, FZ_DETAIL_IN_VIEW))
            return false;
    const struct fz_tile *shown = fz_loader_tile(app, app->picture.shown);
    bool takes_all = shown && shown->format && !fz_image_has_parts(shown->format);
    return !takes_all || fz_detail_issue(app, app->picture.shown, FZ_DETAIL_REST);
}

/* How many pictures as large as the window the budget holds, beside the wall while that is seen. */
static long pictures_in_budget(const struct fz_app *app)
{
    int box_w, box_h;
    fz_picture_box(app, FZ_ITEM_NONE, &box_w, &box_h);
    struct fz_texture_cell cell = {.w = box_w, .h = box_h};
    struct fz_focus wall = fz_wall_focus(app);
    uint64_t tile_bytes = (uint64_t)app->loader.box_w * (uint64_t)app->loader.box_h * 4;
    uint64_t wall_bytes = fz_picture_covers_wall(app) ? 0 : tile_bytes * (wall.last - wall.first + 1);
    return app->head ? (long)fz_texture_capacity(app->head, cell, wall_bytes) : 1;
}

static bool wants_picture(struct fz_app *app, fz_item_id item, const struct fz_tile *tile, bool in_view)
{
    if (fz_loader_is_held_up(app, item))
        return false;
    return !tile || (!fz_loader_was_just_read(app, &tile->renditions[FZ_FOR_PICTURE]) &&
                     fz_loader_may_decode(app, tile, in_view) && !has_picture(app, tile, in_view));
}

/* False when nothing else may go out. */
static bool issue_picture(struct fz_app *app, fz_item_id item, bool in_view)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    bool is_out = tile && tile->renditions[FZ_FOR_PICTURE].job;
    int box_w, box_h;
    fz_picture_box(app, item, &box_w, &box_h);
    if (!is_out && !wants_picture(app, item, tile, in_view))
        return true;
    app->loader.coming_bytes += (uint64_t)box_w * (uint64_t)box_h * 4;
    return is_out || fz_loader_issue_decode(app, item, FZ_FOR_PICTURE, box_w, box_h,
                                            fz_loader_picture_priority(app, item));
}

/* The picture in view and its neighbours, as many as there is room for; false when nothing else may go out. Who goes back over pictures
 * that he has seen, which are all there, comes to others last: until then their files stay closed. */
bool fz_loader_issue_pictures(struct fz_app *app)
{
    size_t at;
    fz_item_id item;
    app->loader.coming_bytes = 0;
    if (!fz_loader_shows_picture(app, app->picture.item))
        return true;
    if (!fz_list_index(app->list, app->picture.item, &at)) /* hidden: nothing around it is prepared */
        return issue_picture(app, app->picture.item, true) &&
               fz_detail_issue(app, app->picture.shown, FZ_DETAIL_NEARBY);
    issue_coarse(app, app->picture.item);
    const long room = pictures_in_budget(app);
    if (room == 0 && !fz_picture_covers_wall(app)) /* in a moment it does, and its tiles make room */
        return true;
    const bool retraces = fz_history_retraces(app);
    for (long step = 0; step <= FZ_PICTURES_AROUND; step++) {
        if (step == 1 && fz_loader_is_alone(app)) {
            fz_loader_look_again(app, app->picture.alone_until_us);
            return false;
        }
        if (step == 1 && !fz_detail_issue(app, app->picture.shown, FZ_DETAIL_NEARBY))
            return false;
        const long beside = step > 1 ? 2 : 1; /* what is in view; then the one before it, too */
        if ((step > 0 && (retraces || step + beside > room)) || !picture_at(app, at, step, &item))
            continue;
        if (!issue_picture(app, item, step == 0))
            return false;
    }
    return issue_details(app, at, retraces ? 0 : FZ_PICTURES_AROUND);
}
