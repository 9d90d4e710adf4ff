#include "app/loading/loader.h"

#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/prefetch.h"
#include "source/told.h"
#include "sync/thread.h"

#include <stdlib.h>

void fz_loader_init(struct fz_loader *loader, int workers, uint64_t credit_limit_bytes)
{
    *loader = (struct fz_loader){.workers = workers,
                                 .credit_limit_bytes = credit_limit_bytes,
                                 .slab = {.bytes = sizeof(struct fz_tile)},
                                 .epoch = 1,
                                 .view = 1,
                                 .retry_us = FZ_NEVER,
                                 .renew_us = FZ_NEVER};
    loader->uploads_end = &loader->uploads;
}

struct fz_tile *fz_loader_tile(const struct fz_app *app, fz_item_id item)
{
    size_t slot = FZ_ITEM_SLOT(item);
    if (item == FZ_ITEM_NONE || slot >= app->loader.tile_capacity)
        return NULL;
    struct fz_tile *tile = app->loader.tiles[slot];
    return tile && tile->item == item ? tile : NULL;
}

enum { PREFETCHED_AT_ONCE = 64 };

/* Step by step, all tiles in each: what tells where the next thing lies has come by then. */
static void prefetch(const struct fz_app *app, size_t first, size_t count)
{
    const struct fz_loader *loader = &app->loader;
    struct fz_tile *const *slots[PREFETCHED_AT_ONCE];
    struct fz_tile *tiles[PREFETCHED_AT_ONCE];
    struct fz_texture *textures[PREFETCHED_AT_ONCE];
    size_t slot_count = 0, tile_count = 0, texture_count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = fz_list_prefetch(app->list, first + i);
        if (slot >= loader->tile_capacity)
            continue;
        slots[slot_count++] = &loader->tiles[slot];
        fz_prefetch(&loader->tiles[slot], sizeof *loader->tiles);
    }
    for (size_t i = 0; i < slot_count; i++) {
        if (!*slots[i])
            continue;
        tiles[tile_count++] = *slots[i];
        fz_prefetch(*slots[i], sizeof **slots[i]);
    }
    for (size_t i = 0; i < tile_count; i++)
        if (tiles[i]->renditions[FZ_FOR_WALL].texture)
            textures[texture_count++] = tiles[i]->renditions[FZ_FOR_WALL].texture;
    fz_texture_prefetch(textures, texture_count);
}

void fz_loader_prefetch(const struct fz_app *app, size_t first, size_t last)
{
    FZ_MAIN_ONLY();
    for (size_t end; first <= last; first = end) {
        end = last - first < PREFETCHED_AT_ONCE ? last + 1 : first + PREFETCHED_AT_ONCE;
        prefetch(app, first, end - first);
    }
}

/* Its jobs come home as strangers: nothing points to them any more. */
static void drop_renditions(struct fz_app *app, struct fz_tile *tile)
{
    for (int i = 0; i < FZ_PURPOSES; i++) {
        struct fz_rendition *r = &tile->renditions[i];
        if (r->job)
            fz_cancel_set(&r->job->cancel);
        if (app->head) {
            fz_texture_free(app->head, r->texture);
            fz_texture_free(app->head, r->incoming);
        }
        *r = (struct fz_rendition){0};
    }
}

void fz_loader_say(const struct fz_app *app, fz_item_id item, const char *msg)
{
    char *path = fz_list_path(app->list, item);
    fz_log("%s: %s", path ? path : "?", msg);
    free(path);
}

void fz_loader_clear_error(struct fz_app *app, struct fz_tile *tile)
{
    if (tile->error)
        app->loader.failed_count--;
    app->scan.explicit_failures -= tile->missing;
    tile->missing = false;
    tile->retry_us = 0;
    tile->retries = 0;
    free(tile->error);
    tile->error = NULL;
}

void fz_loader_set_damage(struct fz_tile *tile, const char *reason)
{
    free(tile->damage);
    tile->damage = reason ? fz_strdup(reason) : NULL;
}

bool fz_loader_may_be_half_written(const struct fz_app *app, struct fz_tile *tile, struct fz_rendition *r,
                                   enum fz_err code)
{
    bool half = code == FZ_E_NOT_PICTURE || code == FZ_E_DAMAGED;
    if (!half || !r->texture || r->first || r->box_w > 0 || tile->retries >= FZ_PURPOSES)
        return false;
    tile->retries++;
    r->read_us = app->now_us;
    return true;
}

void fz_loader_clear_final(struct fz_app *app, struct fz_tile *tile)
{
    struct fz_loader *loader = &app->loader;
    if (tile->final_epoch == loader->epoch)
        loader->final_count--;
    tile->final_epoch = 0;
    loader->served.end = 0;
    fz_loader_clear_error(app, tile);
}

void fz_loader_let_go(struct fz_app *app, struct fz_tile *tile)
{
    struct fz_loader *loader = &app->loader;
    if (tile->final_epoch == loader->epoch)
        loader->final_count--;
    loader->tile_count--;
    loader->tiles[FZ_ITEM_SLOT(tile->item)] = NULL;
    fz_slab_give(&loader->slab, tile);
}

static void release_tile(struct fz_app *app, struct fz_tile *tile)
{
    fz_detail_forget(app, tile->item);
    drop_renditions(app, tile);
    fz_loader_clear_final(app, tile);
    fz_loader_set_damage(tile, NULL);
    fz_loader_let_go(app, tile);
}

void fz_loader_fini(struct fz_app *app)
{
    struct fz_loader *loader = &app->loader;
    while (loader->uploads) {
        struct fz_job *job = FZ_CONTAINER(loader->uploads, struct fz_job, ready);
        loader->uploads = loader->uploads->next;
        fz_job_free(job);
    }
    fz_detail_fini(app);
    for (size_t i = 0; i < loader->tile_capacity; i++) {
        struct fz_tile *tile = loader->tiles[i];
        for (int k = 0; tile && k < FZ_PURPOSES; k++)
            tile->renditions[k].job = NULL; /* freed with the pool, or above */
        if (tile)
            release_tile(app, tile);
    }
    fz_revisit_fini(&loader->revisit);
    free(loader->tiles);
    fz_slab_fini(&loader->slab);
    *loader = (struct fz_loader){0};
}

struct fz_tile *fz_loader_make_tile(struct fz_app *app, fz_item_id item)
{
    struct fz_loader *loader = &app->loader;
    size_t slot = FZ_ITEM_SLOT(item), count = fz_list_all_count(app->list);
    if (slot >= loader->tile_capacity) /* for all that there are by now: each time the old ones are copied */
        loader->tiles = fz_grow_zeroed(loader->tiles, &loader->tile_capacity, slot < count ? count : slot + 1,
                                       sizeof(struct fz_tile *));
    struct fz_tile *tile = loader->tiles[slot];
    if (tile && tile->item != item) {
        release_tile(app, tile);
        tile = NULL;
    }
    if (!tile) {
        tile = loader->tiles[slot] = fz_slab_take(&loader->slab);
        tile->item = item;
        loader->tile_count++;
    }
    return tile;
}

void fz_loader_outdate(struct fz_app *app, struct fz_rendition *r)
{
    if (r->job)
        fz_cancel_set(&r->job->cancel);
    if (app->head)
        fz_texture_free(app->head, r->incoming);
    r->job = NULL;
    r->arrived = false;
    r->refused = false;
    r->no_room_view = 0;
    r->box_w = r->box_h = 0;
    app->loader.served.end = 0;
}

static void outdate_tiles(struct fz_app *app)
{
    for (size_t i = 0; i < app->loader.tile_capacity; i++)
        if (app->loader.tiles[i])
            fz_loader_outdate(app, &app->loader.tiles[i]->renditions[FZ_FOR_WALL]);
}

struct fz_texture_cell fz_loader_cell(const struct fz_app *app)
{
    return (struct fz_texture_cell){app->loader.box_w, app->loader.box_h, fz_wall_has_shapes(app)};
}

void fz_loader_set_box(struct fz_app *app, int box_w, int box_h, bool covers)
{
    struct fz_loader *loader = &app->loader;
    if (loader->covers != covers)
        outdate_tiles(app);
    else if (loader->box_w == box_w && loader->box_h == box_h)
        return;
    loader->covers = covers;
    loader->box_w = box_w;
    loader->box_h = box_h;
    loader->epoch++;
    loader->trim = (struct fz_trim){0};
    loader->final_count = 0; /* counted again as each is looked at: no walk over all of them here */
    fz_loader_list_changed(app);
}

void fz_loader_turn(struct fz_app *app, fz_item_id item, struct fz_turn turn)
{
    struct fz_tile *tile = fz_loader_make_tile(app, item);
    bool was_sideways = fz_tile_is_sideways(tile);
    tile->turn = turn;
    app->loader.moved = true;
    if (fz_tile_is_sideways(tile) == was_sideways)
        return;
    if (!tile->error)
        fz_loader_clear_final(app, tile);
    fz_shapes_turn(app, item);
    fz_loader_list_changed(app);
}

void fz_loader_list_changed(struct fz_app *app)
{
    app->loader.stale = app->loader.moved = true;
    app->loader.served.end = 0;
    app->loader.fill_left = fz_list_count(app->list);
}

static void forget(struct fz_app *app, fz_item_id item, bool gone)
{
    struct fz_tile *tile = fz_loader_tile(app, item);
    fz_about_forget_file(app, item);
    fz_shapes_forget(app, item, gone);
    if (!tile)
        return;
    if (gone) {
        release_tile(app, tile);
    } else {
        /* The old pixels stay in view until the new ones are there, and so does their damage, which is not said twice. */
        for (int i = 0; i < FZ_PURPOSES; i++)
            fz_loader_outdate(app, &tile->renditions[i]);
        fz_loader_clear_final(app, tile);
        fz_detail_forget(app, item);
        tile->no_detail = false;
    }
    fz_loader_list_changed(app);
}

void fz_loader_forget(struct fz_app *app, fz_item_id item, bool gone)
{
    fz_animate_forget(app, item);
    forget(app, item, gone);
}

void fz_loader_renamed(struct fz_app *app, fz_item_id item)
{
    fz_history_drop_copy(app, item);
    forget(app, item, false);
}

void fz_loader_read_anew(struct fz_app *app, fz_item_id item)
{
    fz_loader_forget(app, item, false);
    struct fz_tile *tile = fz_loader_tile(app, item);
    if (tile)
        tile->reread = true;
}

void fz_loader_reread(struct fz_app *app, fz_item_id item)
{
    fz_loader_read_anew(app, item);
    fz_about_read_anew(app, item);
    fz_list_tell_anew(app->list, item);
    fz_telling_step(app);
}

void fz_loader_release_picture(struct fz_app *app, fz_item_id item)
{
    struct fz_tile *tile = fz_loader_tile(app, item);
    struct fz_rendition *r = tile ? &tile->renditions[FZ_FOR_PICTURE] : NULL;
    if (!r || r->job || r->incoming)
        return;
    fz_texture_free(app->head, r->texture);
    *r = (struct fz_rendition){0};
}

void fz_loader_forget_all(struct fz_app *app)
{
    for (size_t i = 0; i < app->loader.tile_capacity; i++)
        if (app->loader.tiles[i])
            fz_loader_forget(app, app->loader.tiles[i]->item, false);
}

bool fz_loader_is_final(const struct fz_app *app, fz_item_id item)
{
    const struct fz_loader *loader = &app->loader;
    const struct fz_tile *tile = fz_loader_tile(app, item);
    if (!tile || tile->error || tile->retry_us > 0 || tile->final_epoch == loader->epoch)
        return tile != NULL;
    const struct fz_rendition *r = &tile->renditions[FZ_FOR_WALL];
    bool has_result = r->texture || r->refused || r->no_room_view;
    return has_result && fz_loader_tile_box_is(app, tile, r->box_w, r->box_h);
}

void fz_loader_mark_final(struct fz_loader *loader, struct fz_tile *tile)
{
    if (tile->final_epoch == loader->epoch)
        return;
    tile->final_epoch = loader->epoch;
    loader->final_count++;
}

bool fz_loader_screenful(const struct fz_app *app)
{
    if (fz_list_count(app->list) == 0)
        return fz_app_is_listed(app);
    if (!fz_shapes_are_settled(app))
        return false;
    struct fz_focus focus = fz_wall_focus(app);
    for (size_t i = focus.first; i <= focus.last; i++) {
        fz_item_id item = fz_list_at(app->list, i);
        if (fz_loader_is_away(app, item))
            continue;
        const struct fz_tile *tile = fz_loader_tile(app, item);
        bool is_under_way = tile && tile->renditions[FZ_FOR_WALL].job;
        if (is_under_way || (!fz_loader_is_final(app, item) && !fz_loader_waits_for_room(app)))
            return false;
    }
    return fz_layout_is_filled(&app->wall.layout, app->wall.scroll.position) || fz_app_is_listed(app);
}

bool fz_loader_covers_view(const struct fz_app *app)
{
    struct fz_focus focus = fz_wall_focus(app);
    bool covers = fz_list_count(app->list) > 0;
    for (size_t i = fz_loader_unserved(app, focus.first); covers && i <= focus.last;
         i = fz_loader_unserved(app, i + 1)) {
        const struct fz_tile *tile = fz_loader_tile(app, fz_list_at(app->list, i));
        covers = tile && (tile->error || tile->renditions[FZ_FOR_WALL].texture);
    }
    return covers;
}

/* What a search or a rating hides is not loaded, so it is not waited for either: of what is shown, `most` at most. Round from where the
 * fill stands, which is before something that waits, if anything does. */
static size_t pending_of_shown(const struct fz_app *app, size_t most)
{
    const size_t count = fz_list_count(app->list);
    size_t at = app->loader.fill_cursor, pending = 0;
    for (size_t i = 0; i < count && pending < most; i++, at++) {
        at = at < count ? at : 0;
        pending += !fz_loader_is_final(app, fz_list_at(app->list, at));
    }
    return pending;
}

static size_t pending(const struct fz_app *app, size_t most)
{
    const size_t all = fz_list_all_count(app->list);
    return fz_list_count(app->list) < all ? pending_of_shown(app, most) : all - app->loader.final_count;
}

bool fz_loader_loaded(const struct fz_app *app)
{
    return fz_app_is_listed(app) && pending(app, 1) == 0 && !app->loader.uploads;
}

size_t fz_loader_pending(const struct fz_app *app)
{
    return pending(app, SIZE_MAX);
}

bool fz_loader_uploads_wait(const struct fz_app *app)
{
    return app->loader.uploads != NULL || fz_detail_uploads_wait(app);
}
