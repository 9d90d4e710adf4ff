#include "app/loading/revisit.h"

#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "app/picture/ahead.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "decode/decoder.h"
#include "decode/files.h"
#include "source/batch.h"
#include "sync/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAUSE_US = 3000000,
    LONGEST_PAUSE_US = 60000000,
    SHARE = 20,          /* looking takes at most this part of the time */
    SEEN = 128,          /* of those that are looked at together: tiles in view, at most */
    SLOTS_A_LOOK = 8192, /* a bound on its time */
    MOST_UNSETTLED = 4,  /* looks at what never holds still: then it is read as it is */
};

struct visited {
    fz_item_id item;
    uint32_t root;
    char *path;                  /* owned */
    bool refused;                /* it could not be opened: it is asked whether it can be now */
    struct fz_file_facts before; /* unless it was refused */
    struct fz_look now;
};

struct visit {
    struct visited files[FZ_REVISITS];
    size_t count;
    size_t next; /* the worker's: to be asked */
};

/* ---- A worker ------------------------------------------------------------------------------------------------------- */

static void free_visit(void *load)
{
    struct visit *visit = load;
    for (size_t i = 0; i < visit->count; i++)
        free(visit->files[i].path);
    free(visit);
}

/* The next ones of one root, of which the same is asked. */
static struct fz_parcel next_request(const struct visit *visit)
{
    const struct visited *first = &visit->files[visit->next], *end = visit->files + visit->count;
    struct fz_parcel request = {
        .kind = FZ_ASK_LOOK, .flags = first->refused ? FZ_LOOK_MAY_OPEN : 0u, .fd = -1};
    size_t capacity = 0;
    for (const struct visited *file = first;
         file < end && file->root == first->root && file->refused == first->refused &&
         request.len < FZ_LOOK_BYTES_AT_ONCE;
         file++) {
        fz_parcel_add_text(&request, &capacity, file->path);
        request.count++;
    }
    return request;
}

static void run_visit(struct fz_job *job)
{
    struct visit *visit = job->load;
    while (visit->next < visit->count && !fz_cancel_is_set(&job->cancel)) {
        struct fz_parcel request = next_request(visit), answer;
        uint32_t count = request.count;
        job->root = visit->files[visit->next].root;
        if (!fz_files_ask(job->decoder->files, job, &request, &answer))
            return;
        const struct fz_look *said = fz_answer_looks(&answer, count);
        for (uint32_t i = 0; i < count; i++)
            visit->files[visit->next++].now = said ? said[i] : (struct fz_look){.sys = EIO};
        fz_parcel_fini(&answer);
    }
}

/* ---- What is looked at ---------------------------------------------------------------------------------------------- */

static bool is_refused(const struct fz_tile *tile)
{
    return tile->error && tile->error->code == FZ_E_ACCESS;
}

/* At most once each. */
static void add(struct fz_app *app, struct visit *visit, fz_item_id item)
{
    const struct fz_revisit *revisit = &app->loader.revisit;
    const struct fz_tile *tile = fz_loader_tile(app, item);
    if (visit->count == FZ_REVISITS || !tile || !(tile->file.known || is_refused(tile)) ||
        !fz_list_has(app->list, item) || fz_loader_is_held_up(app, item))
        return;
    uint32_t root = fz_list_root(app->list, item);
    if (root >= revisit->polled_capacity || !revisit->polled[root])
        return;
    for (size_t i = 0; i < visit->count; i++)
        if (visit->files[i].item == item)
            return;
    visit->files[visit->count++] = (struct visited){.item = item,
                                                    .root = root,
                                                    .path = fz_list_path(app->list, item),
                                                    .refused = is_refused(tile),
                                                    .before = tile->file,
                                                    .now = {.sys = EIO}};
}

/* The picture that is open, and what comes next; else tiles in view, those that had no turn before first. */
static void add_seen(struct fz_app *app, struct visit *visit)
{
    struct fz_revisit *revisit = &app->loader.revisit;
    size_t at, index;
    if (app->mode == FZ_MODE_PICTURE && fz_list_index(app->list, app->picture.item, &at)) {
        for (long step = 0; step <= FZ_PICTURES_AHEAD; step++)
            if (fz_ahead_at(app, at, step, &index))
                add(app, visit, fz_list_at(app->list, index));
        return;
    }
    struct fz_focus focus = fz_wall_focus(app);
    size_t count =
        fz_list_count(app->list) > 0 && focus.last >= focus.first ? focus.last - focus.first + 1 : 0;
    for (size_t i = 0; i < count && i < SEEN; i++)
        add(app, visit, fz_list_at(app->list, focus.first + revisit->next_seen++ % count));
}

static void add_failed(struct fz_app *app, struct visit *visit)
{
    struct fz_loader *loader = &app->loader;
    struct fz_revisit *revisit = &loader->revisit;
    for (size_t i = 0; i < revisit->unsettled_count; i++)
        add(app, visit, revisit->unsettled[i].item);
    for (size_t i = 0; i < loader->tile_capacity && i < SLOTS_A_LOOK && visit->count < FZ_REVISITS; i++) {
        if (revisit->next_slot >= loader->tile_capacity)
            revisit->next_slot = 0;
        const struct fz_tile *tile = loader->tiles[revisit->next_slot++];
        if (tile && (tile->error || tile->damage))
            add(app, visit, tile->item);
    }
}

void fz_revisit_add_root(struct fz_app *app, uint32_t root)
{
    FZ_MAIN_ONLY();
    struct fz_revisit *revisit = &app->loader.revisit;
    revisit->polled =
        fz_grow_zeroed(revisit->polled, &revisit->polled_capacity, root + 1u, sizeof *revisit->polled);
    revisit->polled[root] = revisit->any = true;
}

/* ---- What is different ----------------------------------------------------------------------------------------------- */

static bool is_same(const struct fz_file_facts *a, const struct fz_file_facts *b)
{
    return a->known == b->known && a->bytes == b->bytes && a->mtime_ns == b->mtime_ns;
}

/* What failed is worth a try once it is what it was at the look before. */
static bool has_settled(struct fz_revisit *revisit, const struct fz_unsettled *old, size_t old_count,
                        fz_item_id item, const struct fz_file_facts *file)
{
    struct fz_unsettled now = {.item = item, .file = *file, .looks = 1};
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].item != item)
            continue;
        now.looks = old[i].looks + 1;
        if (is_same(&old[i].file, file) || now.looks >= MOST_UNSETTLED)
            return true;
    }
    revisit->unsettled[revisit->unsettled_count++] = now;
    return false;
}

/* What was read since it was looked at is not judged by that. */
static bool has_changed(const struct fz_tile *tile, const struct visited *visited)
{
    const struct fz_look *look = &visited->now;
    if (look->sys != 0 || is_refused(tile) != visited->refused)
        return false;
    if (visited->refused)
        return true;
    return is_same(&tile->file, &visited->before) &&
           (tile->file.bytes != look->bytes || tile->file.mtime_ns != look->mtime_ns);
}

static void tell(struct fz_app *app, const struct visited *visited)
{
    struct fz_batch batch = {0};
    char *dir = fz_path_dir(visited->path);
    fz_batch_add(&batch, fz_path_name(visited->path), FZ_SOURCE_PICTURE);
    fz_ready_push(&app->events, &fz_batch_event(&batch, FZ_SOURCE_CHANGED, visited->root, dir)->node);
    fz_batch_fini(&batch);
    free(dir);
}

static void take_visit(struct fz_app *app, struct fz_job *job)
{
    struct fz_revisit *revisit = &app->loader.revisit;
    if (revisit->job != job) /* abandoned */
        return;
    const struct visit *visit = job->load;
    struct fz_unsettled *old = fz_malloc(sizeof revisit->unsettled);
    size_t old_count = revisit->unsettled_count;
    memcpy(old, revisit->unsettled, sizeof revisit->unsettled);
    revisit->unsettled_count = 0;
    for (size_t i = 0; i < visit->count; i++) {
        const struct visited *visited = &visit->files[i];
        struct fz_tile *tile = fz_loader_tile(app, visited->item);
        if (!tile || !has_changed(tile, visited))
            continue;
        struct fz_file_facts file = {true, visited->now.bytes, visited->now.mtime_ns, visited->now.ctime_ns};
        bool is_whole = !tile->error && !tile->damage;
        if (!visited->refused && !is_whole && !has_settled(revisit, old, old_count, visited->item, &file))
            continue;
        if (!visited->refused)
            tile->file = file; /* or it would be news again where reading it fails */
        tell(app, visited);
    }
    free(old);
    int64_t took_us = app->now_us - revisit->began_us, pause_us = took_us * SHARE;
    pause_us = pause_us < PAUSE_US ? PAUSE_US : pause_us > LONGEST_PAUSE_US ? LONGEST_PAUSE_US : pause_us;
    revisit->due_us = app->now_us + pause_us;
    revisit->job = NULL;
}

/* ---- The loop's turn ------------------------------------------------------------------------------------------------ */

/* One that waits for a share which hangs is nobody's any more: other shares are not to wait with it. */
static void abandon_hung(struct fz_app *app)
{
    struct fz_revisit *revisit = &app->loader.revisit;
    const struct visit *visit = revisit->job->load;
    for (size_t i = 0; i < visit->count; i++) {
        uint32_t root = visit->files[i].root;
        bool is_asked = i > 0 && root == visit->files[i - 1].root;
        if (is_asked || !fz_files_hangs(app->pool.files, root))
            continue;
        fz_cancel_set(&revisit->job->cancel);
        revisit->job = NULL;
        return;
    }
}

static const struct fz_work visiting = {run_visit, free_visit, take_visit};

int64_t fz_revisit_step(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_revisit *revisit = &app->loader.revisit;
    if (!revisit->any || app->loading_paused || app->ending)
        return FZ_NEVER;
    if (revisit->job)
        abandon_hung(app);
    if (revisit->job)
        return FZ_NEVER;
    if (app->now_us < revisit->due_us)
        return revisit->due_us;
    revisit->due_us = app->now_us + PAUSE_US;
    struct visit *visit = fz_calloc(1, sizeof *visit);
    add_seen(app, visit);
    add_failed(app, visit);
    if (visit->count == 0) {
        free_visit(visit);
        return revisit->due_us;
    }
    struct fz_job *job = fz_job_new_work(&visiting, visit, FZ_ITEM_NONE, &app->quit);
    revisit->job = job;
    revisit->began_us = app->now_us;
    fz_loader_launch(app, job, fz_priority(FZ_PRIORITY_NEIGHBOUR, UINT32_MAX));
    return FZ_NEVER;
}

void fz_revisit_fini(struct fz_revisit *revisit)
{
    free(revisit->polled);
    memset(revisit, 0, sizeof *revisit);
}
