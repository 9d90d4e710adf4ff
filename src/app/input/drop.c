#include "app/input/drop.h"

#include "app/app.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uri.h"
#include "source/listing.h"
#include "sync/thread.h"

#include <SDL_stdinc.h>
#include <stdlib.h>
#include <string.h>

static void add_path(struct fz_drop *drop, const char *path)
{
    size_t size = strlen(path) + 1;
    if (size == 1)
        return;
    drop->paths = fz_grow(drop->paths, &drop->capacity, drop->used + size, 1);
    memcpy(drop->paths + drop->used, path, size);
    drop->used += size;
}

/* Some programs hand over the URIs of files as plain text. */
static void add_text(struct fz_drop *drop, const char *text)
{
    char *path;
    if (!fz_uri_is_file(text) || fz_uri_to_path(text, &path, NULL) != FZ_OK)
        return;
    add_path(drop, path);
    free(path);
}

static enum fz_err start(struct fz_app *app, struct fz_error *err)
{
    struct fz_drop *drop = &app->drop;
    if (drop->sources)
        return FZ_OK;
    struct fz_source_options options = fz_app_source_options(app);
    drop->root = (uint32_t)app->scan.roots;
    enum fz_err code = fz_sources_start_given(&drop->sources, drop->root, &options, &app->events, &app->bell,
                                              &app->quit, err);
    if (code != FZ_OK)
        return code;
    fz_list_set_order(app->list, drop->root, fz_sources_order(drop->sources, drop->root));
    fz_sources_hold(drop->sources, app->scan.task.state == FZ_TASK_SUSPENDED);
    return code;
}

static void complete(struct fz_app *app)
{
    struct fz_drop *drop = &app->drop;
    struct fz_error err = {0};
    if (drop->used == 0) {
        fz_app_notice(app, "Only files and folders can be dropped here");
    } else if (start(app, &err) != FZ_OK) {
        fz_log_error(&err);
        fz_app_notice(app, "%s", err.msg);
    } else {
        app->scan.roots++; /* it is read to its end when its LISTED has come */
        drop->expected = app->wall.selected;
        drop->selected &= drop->reading++ > 0;
        fz_sources_give(drop->sources, drop->paths, drop->used);
        drop->paths = NULL;
    }
    free(drop->paths);
    drop->paths = NULL;
    drop->used = drop->capacity = 0;
    app->dirty = true;
}

void fz_drop_event(struct fz_app *app, const SDL_DropEvent *event)
{
    FZ_MAIN_ONLY();
    if (event->type == SDL_DROPFILE)
        add_path(&app->drop, event->file);
    else if (event->type == SDL_DROPTEXT)
        add_text(&app->drop, event->file);
    else if (event->type == SDL_DROPCOMPLETE && !app->ending)
        complete(app);
    /* Where there is none sdl2-compat leaves what stood there before. */
    if (event->type == SDL_DROPFILE || event->type == SDL_DROPTEXT)
        SDL_free(event->file);
}

/* Who moved on meanwhile is left where they are. */
static void select_first(struct fz_app *app, fz_item_id item)
{
    struct fz_drop *drop = &app->drop;
    size_t index;
    drop->selected = true;
    bool moved = app->wall.touched && drop->expected != FZ_ITEM_NONE && app->wall.selected != drop->expected;
    if (moved || !fz_list_index(app->list, item, &index))
        return;
    if (app->mode == FZ_MODE_PICTURE)
        fz_picture_go_to(app, index);
    else
        fz_app_select(app, index);
    drop->expected = item;
}

bool fz_drop_reads(const struct fz_app *app, uint32_t root)
{
    return app->drop.sources && root == app->drop.root;
}

void fz_drop_note(struct fz_app *app, const struct fz_source_event *event,
                  const struct fz_list_change *change)
{
    struct fz_drop *drop = &app->drop;
    if (!fz_drop_reads(app, event->root))
        return;
    if (event->kind == FZ_SOURCE_ERROR) {
        fz_app_notice(app, "%s", event->error.msg);
    } else if (event->kind == FZ_SOURCE_LISTED) {
        if (!drop->selected)
            fz_app_notice(app, "No new picture was dropped");
        drop->selected = --drop->reading == 0; /* what comes in its folders later is not new */
    } else if (event->kind == FZ_SOURCE_ADDED && drop->reading > 0 && !drop->selected) {
        if (change->added > 0)
            select_first(app, fz_list_all_at(app->list, change->first_index));
        else if (change->changed_count > 0) /* it is there already */
            select_first(app, change->changed[0]);
    }
}

void fz_drop_fini(struct fz_app *app)
{
    fz_sources_stop(app->drop.sources);
    free(app->drop.paths);
}
