/* Tiles that show what a batch made of their pictures (app/scale): the same loading, of another file. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "decode/files.h"

#include <stdlib.h>

enum { MOST_RETRIES = 3 };

/* Nobody can read it now. */
static bool is_behind(const struct fz_app *app)
{
    return fz_files_hangs(app->pool.files, app->scale.batch.target);
}

void fz_loader_aim_at_result(const struct fz_app *app, const struct fz_tile *tile, struct fz_job *job)
{
    uint32_t batch = app->scale.number;
    if (is_behind(app)) /* the picture itself is shown meanwhile */
        return;
    char *path =
        tile->renditions[FZ_FOR_WALL].lost_of == batch ? NULL : fz_scale_window_result(app, tile->item);
    if (!path)
        return;
    free(job->path);
    job->path = path;
    job->root = app->scale.batch.target;
    job->result_of = batch;
    job->caching = FZ_CACHING_OFF; /* which is for walls that will be seen again */
}

static void renew(struct fz_app *app, struct fz_tile *tile)
{
    fz_loader_outdate(app, &tile->renditions[FZ_FOR_WALL]);
    fz_loader_clear_final(app, tile);
    app->loader.stale = true;
    app->loader.fill_left = fz_list_count(app->list);
}

void fz_loader_show_result(struct fz_app *app, fz_item_id item)
{
    struct fz_tile *tile = fz_loader_tile(app, item);
    if (tile)
        renew(app, tile);
}

void fz_loader_hear_target(struct fz_app *app, bool hangs)
{
    uint32_t batch = app->scale.number;
    for (size_t i = 0; i < app->loader.tile_capacity; i++) {
        struct fz_tile *tile = app->loader.tiles[i];
        const struct fz_rendition *r = tile ? &tile->renditions[FZ_FOR_WALL] : NULL;
        if (!r)
            continue;
        bool waits = r->job && r->job->result_of > 0;
        bool went_without = !waits && r->result_of != batch && r->lost_of != batch &&
                            fz_scale_window_has_result(app, tile->item);
        if (hangs ? waits : went_without)
            renew(app, tile);
    }
}

void fz_loader_drop_results(struct fz_app *app)
{
    for (size_t i = 0; i < app->loader.tile_capacity; i++) {
        struct fz_tile *tile = app->loader.tiles[i];
        const struct fz_rendition *r = tile ? &tile->renditions[FZ_FOR_WALL] : NULL;
        if (r && (r->result_of > 0 || (r->job && r->job->result_of > 0)))
            renew(app, tile);
    }
}

/* Once a batch. */
static void fill(const struct fz_app *app, struct fz_rendition *r)
{
    if (r->filled_of == app->scale.number)
        return;
    r->filled_of = app->scale.number;
    r->filled_us = app->now_us;
}

void fz_loader_note_result(const struct fz_app *app, struct fz_rendition *r, const struct fz_job *job)
{
    bool is_it = job->result_of > 0 || (is_behind(app) && fz_scale_window_has_result(app, job->item));
    if (is_it)
        fill(app, r);
    r->result_of = job->result_of;
}

void fz_loader_lose_result(struct fz_app *app, struct fz_tile *tile, struct fz_job *job)
{
    struct fz_rendition *r = &tile->renditions[FZ_FOR_WALL];
    const bool comes = job->error.code == FZ_E_NOT_YET;
    tile->retry_us = 0;
    if (fz_err_is_transient(job->error.code) && (comes || tile->retries < MOST_RETRIES) &&
        fz_loader_plan_retry(app, tile, job->error.code)) {
        fz_loader_mark_final(&app->loader, tile);
        fz_loader_retire(app, job);
        return;
    }
    r->lost_of = job->result_of;
    fill(app, r);
    fz_loader_retire(app, job);
    renew(app, tile);
}
