/* Tiles that hold nothing any more are let go of: of a hundred thousand pictures that were seen, hardly more is kept than of those
 * that were not. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "app/picture/detail_internal.h"
#include "sync/thread.h"

enum {
    KEPT = 4096, /* at least, about 1 MB: what was seen lately is known at once */
    SPARE_PART =
        4, /* beside those that hold something, where these are more: all of them were looked at in vain */
    LOOKS = 256, /* in one call: a bound on its time */
};

static bool is_empty(const struct fz_app *app, const struct fz_rendition *r)
{
    bool is_tried = r->refused || r->no_room_view == app->loader.view;
    bool is_of_batch = r->lost_of > 0 || r->filled_of > 0;
    return !r->texture && !r->incoming && !r->job && !is_tried && !is_of_batch;
}

/* What a decode would not bring back, or what waits for one. */
static bool is_needed(const struct fz_app *app, const struct fz_tile *tile)
{
    bool is_told = tile->error || tile->damage || tile->unsaid || tile->missing;
    bool is_tried = tile->retry_us > 0 || tile->retries > 0 || tile->reread || tile->no_detail;
    bool is_turned = tile->turn.quarters != 0 || tile->turn.flip_h || tile->turn.flip_v;
    bool is_open = tile->item == app->wall.selected || tile->item == app->picture.item ||
                   tile->item == app->picture.shown || tile->item == app->animate.item ||
                   fz_detail_find(app, tile->item);
    return is_told || is_tried || is_turned || is_open;
}

static bool holds_anything(const struct fz_app *app, const struct fz_tile *tile)
{
    return is_needed(app, tile) || !is_empty(app, &tile->renditions[FZ_FOR_WALL]) ||
           !is_empty(app, &tile->renditions[FZ_FOR_PICTURE]);
}

void fz_loader_trim(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_loader *loader = &app->loader;
    struct fz_trim *trim = &loader->trim;
    if (trim->kept < KEPT)
        trim->kept = KEPT;
    for (int looks = 0; looks < LOOKS && loader->tile_count > trim->kept; looks++) {
        if (trim->looked++ == loader->tile_capacity) { /* all that are left hold something */
            trim->kept = loader->tile_count + loader->tile_count / SPARE_PART;
            break;
        }
        struct fz_tile *tile = loader->tiles[trim->next];
        trim->next = trim->next + 1 < loader->tile_capacity ? trim->next + 1 : 0;
        if (tile && !holds_anything(app, tile))
            fz_loader_let_go(app, tile);
    }
    if (loader->tile_count <= trim->kept)
        trim->looked = 0;
}
