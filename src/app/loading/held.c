/* What readers (decode/files.h) mean to the loader: a job that is parked for one takes no credit from others, and of one that
 * hangs, or whose folder is away, nothing more is asked. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "decode/files.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

enum { LOOKS_A_TURN = 1024 }; /* at names or tiles, of which there may be very many */

size_t fz_loader_active(const struct fz_app *app, uint64_t *credit_bytes)
{
    const struct fz_loader *loader = &app->loader;
    uint64_t parked_bytes;
    size_t parked = fz_files_parked(app->pool.files, &parked_bytes), scaled = fz_scale_window_jobs(app);
    size_t others = parked > scaled ? parked : scaled; /* some may be both */
    *credit_bytes = loader->credit_bytes > parked_bytes ? loader->credit_bytes - parked_bytes : 0;
    return loader->flying_count > others ? loader->flying_count - others : 0;
}

bool fz_loader_has_credit(const struct fz_app *app, uint64_t bytes)
{
    uint64_t out_bytes;
    size_t active = fz_loader_active(app, &out_bytes);
    if (active >= FZ_MAX_FLYING || app->loader.flying_count >= 2 * (size_t)FZ_MAX_FLYING)
        return false;
    return out_bytes == 0 || out_bytes + bytes <= app->loader.credit_limit_bytes;
}

bool fz_loader_is_held_up(const struct fz_app *app, fz_item_id item)
{
    return fz_loader_is_away(app, item) ||
           (app->pool.files && fz_files_hangs(app->pool.files, fz_list_root(app->list, item)));
}

static bool is_root_away(const struct fz_app *app, uint32_t root)
{
    return root < app->scan.away_capacity && app->scan.away[root];
}

bool fz_loader_is_away(const struct fz_app *app, fz_item_id item)
{
    return app->scan.away_count > 0 && is_root_away(app, fz_list_root(app->list, item));
}

bool fz_loader_is_lost(const struct fz_app *app, fz_item_id item, enum fz_err code)
{
    return (code == FZ_E_NOT_FOUND || code == FZ_E_IO) && fz_loader_is_away(app, item);
}

/* What failed since it went, before that was known. */
static void forgive(struct fz_app *app)
{
    for (size_t i = 0; i < app->loader.tile_capacity; i++) {
        struct fz_tile *tile = app->loader.tiles[i];
        if (tile && tile->error && fz_loader_is_lost(app, tile->item, tile->error->code))
            fz_loader_forget(app, tile->item, false);
    }
}

/* Once for all files that were named in a folder. */
static void tell_away(struct fz_app *app, const char *dir, bool away)
{
    char *text = fz_asprintf(away ? "%s is not there any more; its pictures stay, and it is waited for"
                                  : "%s is there again",
                             dir);
    if (!app->scan.away_told || strcmp(text, app->scan.away_told) != 0) {
        fz_log("%s", text);
        fz_app_notice(app, "%s", text);
    }
    free(app->scan.away_told);
    app->scan.away_told = text;
}

void fz_loader_set_away(struct fz_app *app, uint32_t root, const char *dir, bool away)
{
    FZ_MAIN_ONLY();
    struct fz_scan *scan = &app->scan;
    if (is_root_away(app, root) == away)
        return;
    scan->away = fz_grow_zeroed(scan->away, &scan->away_capacity, root + 1u, sizeof *scan->away);
    scan->away[root] = away;
    away ? scan->away_count++ : scan->away_count--;
    tell_away(app, dir, away);
    if (away)
        forgive(app);
    fz_loader_list_changed(app);
}

static void try_again(struct fz_app *app, const struct fz_tile *tile)
{
    if (tile && tile->error && tile->error->code == FZ_E_ACCESS)
        fz_loader_forget(app, tile->item, false);
}

/* One of those that the event tells of, or of all tiles where it tells of a folder. */
static void try_next_again(struct fz_app *app, const struct fz_source_event *event)
{
    if (event->count > 0) {
        const char *name = event->names[event->taken];
        try_again(app, fz_loader_tile(app, fz_list_find(app->list, event->root, event->dir, name)));
        return;
    }
    const struct fz_tile *tile = app->loader.tiles[event->taken];
    if (tile && tile->error && fz_list_root(app->list, tile->item) == event->root &&
        fz_path_is_within(fz_list_folder(app->list, tile->item), event->dir))
        try_again(app, tile);
}

bool fz_loader_hear_access(struct fz_app *app, struct fz_source_event *event)
{
    FZ_MAIN_ONLY();
    const size_t count = event->count > 0 ? event->count : app->loader.tile_capacity;
    for (int looks = 0; event->taken < count && app->loader.failed_count > 0; looks++, event->taken++) {
        if (looks == LOOKS_A_TURN)
            return false;
        try_next_again(app, event);
    }
    return true;
}

void fz_loader_hear_readers(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    uint32_t root;
    bool hangs, any = false;
    while (app->pool.files && fz_files_news(app->pool.files, &root, &hangs)) {
        if (root == FZ_SCALE_ROOT)
            fz_loader_hear_target(app, hangs);
        if (root == FZ_SAVE_ROOT)
            fz_log("a screenshot waits for its folder, which %s",
                   hangs ? "does not answer" : "answers again");
        const char *name = fz_sources_argument(app->sources, root);
        name = name ? name : fz_sources_argument(app->drop.sources, root);
        name = root == FZ_SCALE_ROOT ? app->scale.settings.out : name;
        if (!name) /* its readers have ended */
            continue;
        fz_log("%s: %s", name, hangs ? "does not answer; what is known of it stays" : "answers again");
        fz_app_notice(app, hangs ? "%s does not answer" : "%s answers again", name);
        any = app->loader.stale = true;
        app->loader.fill_left = fz_list_count(app->list);
    }
    if (any)
        fz_arrange_hear_readers(app);
}
