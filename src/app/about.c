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

static void ask(struct fz_app *app, fz_item_id item)
{
    struct load *load = fz_calloc(1, sizeof *load);
    struct fz_job *job = fz_job_new(FZ_JOB_WORK, item, NULL, &app->quit);
    load->path = fz_list_path(app->list, item);
    load->beneath = fz_list_path_beneath(app->list, item);
    job->root = fz_list_root(app->list, item);
    job->load = load;
    job->load_free = free_load;
    job->work = run_read;
    app->about.job = job;
    fz_loader_launch(app, job, fz_priority(FZ_PRIORITY_VISIBLE, UINT32_MAX));
}

const struct fz_metadata *fz_about_get(struct fz_app *app, fz_item_id item)
{
    FZ_MAIN_ONLY();
    struct fz_about *about = &app->about;
    if (about->item == item)
        return &about->metadata;
    if (!about->job && !app->ending && fz_list_has(app->list, item))
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

void fz_about_take(struct fz_app *app, struct fz_job *job)
{
    FZ_MAIN_ONLY();
    struct load *load = job->load;
    app->about.job = NULL;
    app->dirty = true;
    if (fz_cancel_is_set(&job->cancel)) /* the next frame asks again */
        return;
    atomic_fetch_add_explicit(&app->pool.counts.opens, 1, memory_order_relaxed);
    app->about.item = job->item;
    app->about.metadata = load->reading.out;
}
