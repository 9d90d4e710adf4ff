#include "app/picture/history.h"

#include "app/app.h"
#include "app/picture/ahead.h"
#include "base/mem.h"
#include "gpu/texture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    COPIES_PART = 8,       /* of the textures' budget, */
    DESCRIPTORS_PART = 16, /* and of the descriptors that the process may have */
};

/* ---- Copies of files --------------------------------------------------------------------------------------------- */

static struct fz_visit *find(const struct fz_history *history, fz_item_id item)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->visits[i].item == item)
            return &history->visits[i];
    return NULL;
}

/* Large: a worker closes it. */
static void drop_copy(struct fz_app *app, struct fz_visit *visit)
{
    if (visit->copy_fd < 0)
        return;
    struct fz_job *carrier = fz_job_new(FZ_JOB_FRAME, visit->item, NULL, &app->quit);
    carrier->kept_fd = visit->copy_fd;
    fz_pool_trash(&app->pool, carrier);
    visit->copy_fd = -1;
    app->picture.history.copied_bytes -= visit->copied.bytes;
    app->picture.history.copy_count--;
}

uint64_t fz_history_room(const struct fz_app *app)
{
    uint64_t budget = fz_texture_budget(app->head), needed = app->animate.needed_bytes;
    uint64_t part = budget / COPIES_PART, left = budget > needed ? budget - needed : 0;
    return part < left ? part : left;
}

/* Each is a descriptor. */
static size_t most_copies(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (size_t)(limit.rlim_cur / DESCRIPTORS_PART) : 0;
}

int fz_history_copy(const struct fz_app *app, fz_item_id item, const struct fz_file_facts *file)
{
    const struct fz_visit *visit = find(&app->picture.history, item);
    bool same = visit && file->known && visit->copied.bytes == file->bytes &&
                visit->copied.mtime_ns == file->mtime_ns;
    return same ? visit->copy_fd : -1;
}

void fz_history_fit(struct fz_app *app)
{
    struct fz_history *history = &app->picture.history;
    const uint64_t room = fz_history_room(app);
    for (size_t i = 0; i < history->count && history->copied_bytes > room; i++)
        drop_copy(app, &history->visits[i]);
    fz_texture_set_held(app->head, app->animate.held_bytes + history->copied_bytes);
}

void fz_history_take_copy(struct fz_app *app, struct fz_job *job)
{
    struct fz_history *history = &app->picture.history;
    struct fz_visit *visit = find(history, job->item);
    bool is_sound = job->error.code == FZ_OK || job->error.code == FZ_E_CANCELLED;
    if (job->kept_fd < 0 || !job->file.known || !visit || !is_sound)
        return;
    drop_copy(app, visit);
    const size_t most = most_copies();
    for (size_t i = 0; i < history->count && history->copy_count >= most; i++)
        drop_copy(app, &history->visits[i]);
    visit->copy_fd = job->kept_fd;
    visit->copied = job->file;
    history->copied_bytes += job->file.bytes;
    history->copy_count++;
    job->kept_fd = -1;
    fz_history_fit(app);
}

void fz_history_drop_copy(struct fz_app *app, fz_item_id item)
{
    struct fz_visit *visit = find(&app->picture.history, item);
    if (!visit || visit->copy_fd < 0)
        return;
    drop_copy(app, visit);
    fz_history_fit(app);
}

/* ---- Who is among them ------------------------------------------------------------------------------------------- */

static void remove_at(struct fz_history *history, size_t at)
{
    history->count--;
    memmove(history->visits + at, history->visits + at + 1, (history->count - at) * sizeof *history->visits);
}

static bool is_wanted(const struct fz_app *app, fz_item_id item)
{
    size_t index;
    uint32_t distance;
    return fz_list_index(app->list, item, &index) && fz_ahead_wants(app, index, &distance);
}

/* Comes last from now on; true where it was not among them. */
static bool put_last(struct fz_history *history, fz_item_id item)
{
    struct fz_visit *before = find(history, item);
    struct fz_visit visit = before ? *before : (struct fz_visit){.item = item, .copy_fd = -1};
    if (before)
        remove_at(history, (size_t)(before - history->visits));
    history->visits =
        fz_grow(history->visits, &history->capacity, history->count + 1, sizeof *history->visits);
    history->visits[history->count++] = visit;
    return !before;
}

void fz_history_add(struct fz_app *app, fz_item_id item)
{
    struct fz_history *history = &app->picture.history;
    size_t most = (size_t)app->options.values[FZ_OPTION_HISTORY].number + 1; /* with the one in view */
    if (put_last(history, item))
        history->way = app->picture.direction;
    for (size_t i = 0; history->count > most && i < history->count;) {
        if (is_wanted(app, history->visits[i].item)) { /* it goes once it is no neighbour any more */
            i++;
            continue;
        }
        fz_loader_release_picture(app, history->visits[i].item);
        fz_history_drop_copy(app, history->visits[i].item);
        remove_at(history, i);
    }
}

void fz_history_forget(struct fz_app *app, fz_item_id item)
{
    struct fz_history *history = &app->picture.history;
    const struct fz_visit *visit = find(history, item);
    fz_history_drop_copy(app, item);
    if (visit)
        remove_at(history, (size_t)(visit - history->visits));
}

bool fz_history_retraces(const struct fz_app *app)
{
    const struct fz_history *history = &app->picture.history;
    return find(history, app->picture.item) && app->picture.direction != history->way;
}

void fz_history_fini(struct fz_history *history)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->visits[i].copy_fd >= 0)
            close(history->visits[i].copy_fd);
    free(history->visits);
    *history = (struct fz_history){0};
}
