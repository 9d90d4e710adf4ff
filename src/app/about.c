#include "app/about.h"

#include "app/app.h"
#include "base/mem.h"
#include "decode/sidecar.h"
#include "source/stacks.h"
#include "sync/thread.h"

#include <stdlib.h>

struct load {
    char *path, *beneath; /* owned */
    struct fz_sidecar_reading reading;
};

static void run_read(struct fz_job *job)
{
    struct load *load = job->load;
    fz_sidecar_metadata(job, load->path, load->beneath, &load->reading);
}

static void free_load(void *ctx)
{
    struct load *load = ctx;
    free(load->path);
    free(load->beneath);
    free(load);
}

/* -1: not known. */
static int find_file(const struct fz_about *about, fz_item_id item)
{
    int at = FZ_ABOUT_FILES - 1;
    while (at >= 0 && about->files[at].item != item)
        at--;
    return at;
}

/* Unless there is another one meanwhile. */
static void end_anew(struct fz_about *about, fz_item_id item)
{
    if (about->anew == item)
        about->anew = FZ_ITEM_NONE;
}

static void take_read(struct fz_app *app, struct fz_job *job)
{
    struct load *load = job->load;
    app->about.job = NULL;
    app->dirty = true;
    if (fz_cancel_is_set(&job->cancel)) /* the next frame asks again */
        return;
    if (load->reading.opened)
        atomic_fetch_add_explicit(&app->pool.counts.opens, 1, memory_order_relaxed);
    if (job->told_anew)
        end_anew(&app->about, job->item);
    app->about.item = job->item;
    app->about.metadata = load->reading.out;
}

static const struct fz_work reading = {run_read, free_load, take_read};

static void ask(struct fz_app *app, fz_item_id item)
{
    int file = find_file(&app->about, item);
    struct load *load = fz_calloc(1, sizeof *load);
    load->path = fz_list_path(app->list, item);
    load->beneath = fz_list_path_beneath(app->list, item);
    if (file >= 0)
        fz_sidecar_begin(&load->reading, &app->about.files[file].told);
    struct fz_job *job = fz_job_new_work(&reading, load, item, &app->quit);
    job->root = fz_list_root(app->list, item);
    job->told_anew = fz_about_reads_anew(app, item);
    app->about.job = job;
    fz_loader_launch(app, job, fz_priority(FZ_PRIORITY_VISIBLE, UINT32_MAX));
}

bool fz_about_wants(const struct fz_app *app, fz_item_id item)
{
    return app->info.level != FZ_INFO_OFF && find_file(&app->about, item) < 0;
}

void fz_about_learn(struct fz_app *app, const struct fz_job *job)
{
    FZ_MAIN_ONLY();
    struct fz_about *about = &app->about;
    bool is_old = fz_about_reads_anew(app, job->item) && !job->told_anew;
    if (!job->told || is_old)
        return;
    if (job->told_anew)
        end_anew(about, job->item);
    int file = find_file(about, job->item);
    if (file < 0)
        file = (int)(about->next++ % FZ_ABOUT_FILES);
    about->files[file] = (struct fz_about_file){job->item, *job->told};
}

/* It will come with the pixels. */
static bool comes(const struct fz_app *app, fz_item_id item)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    const struct fz_job *job = tile ? tile->renditions[FZ_FOR_PICTURE].job : NULL;
    return job && job->wants_told && !tile->renditions[FZ_FOR_PICTURE].arrived;
}

const struct fz_metadata *fz_about_get(struct fz_app *app, fz_item_id item)
{
    FZ_MAIN_ONLY();
    struct fz_about *about = &app->about;
    if (about->item == item)
        return &about->metadata;
    if (about->job && about->job->item != item) /* nobody waits behind a share for what he has left */
        fz_cancel_set(&about->job->cancel);
    if (!about->job && !app->ending && fz_list_has(app->list, item) && !comes(app, item))
        ask(app, item);
    return NULL;
}

void fz_about_forget(struct fz_app *app, fz_item_id item)
{
    FZ_MAIN_ONLY();
    struct fz_about *about = &app->about;
    if (about->item == item)
        about->item = FZ_ITEM_NONE;
    if (about->job && about->job->item == item)
        fz_cancel_set(&about->job->cancel);
}

void fz_about_forget_file(struct fz_app *app, fz_item_id item)
{
    FZ_MAIN_ONLY();
    int file = find_file(&app->about, item);
    if (file >= 0)
        app->about.files[file].item = FZ_ITEM_NONE;
    fz_about_forget(app, item);
}

void fz_about_read_anew(struct fz_app *app, fz_item_id item)
{
    FZ_MAIN_ONLY();
    app->about.anew = item;
}

bool fz_about_reads_anew(const struct fz_app *app, fz_item_id item)
{
    return item != FZ_ITEM_NONE && app->about.anew == item;
}
