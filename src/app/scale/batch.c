#include "app/scale/batch.h"

#include "app/limits.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "decode/files.h"
#include "decode/scaled.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fz_scale_batch_init(struct fz_scale_batch *batch, const struct fz_scale_settings *settings,
                         const struct fz_cancel *parent)
{
    *batch = (struct fz_scale_batch){.settings = settings,
                                     .limits = fz_limits_from_options(settings->options),
                                     .task = {.name = "scale", .knows_total = true},
                                     .target = FZ_FILES_NO_ROOT};
    fz_cancel_init(&batch->cancel, parent);
}

void fz_scale_batch_fini(struct fz_scale_batch *batch)
{
    struct fz_task task = batch->task;
    for (size_t i = 0; i < batch->count; i++)
        fz_scale_item_fini(&batch->items[i]);
    free(batch->items);
    free(batch->in);
    free(batch->out);
    *batch = (struct fz_scale_batch){.task = task};
}

void fz_scale_batch_add(struct fz_scale_batch *batch, char *path, uint32_t root, uint32_t id,
                        bool is_doubtful)
{
    batch->items = fz_grow(batch->items, &batch->capacity, batch->count + 1, sizeof *batch->items);
    batch->items[batch->count++] =
        (struct fz_scale_item){.name = path, .root = root, .id = id, .is_doubtful = is_doubtful};
}

/* --- where from and where to ---------------------------------------------------------------------------------------- */

/* The folder that holds all of them. NULL: there are none. */
static char *common_folder(const struct fz_scale_batch *batch)
{
    char *common = batch->count > 0 ? fz_path_dir(batch->items[0].name) : NULL;
    for (size_t i = 1; i < batch->count; i++) {
        char *folder = fz_path_dir(batch->items[i].name);
        while (!fz_path_is_within(folder, common)) {
            char *above = fz_path_dir(common);
            free(common);
            common = above;
        }
        free(folder);
    }
    return common;
}

/* By their texts: a first look, for one clear line. What stands there is not replaced anyway. */
static enum fz_err check_inputs(const struct fz_scale_batch *batch, const char *wanted, struct fz_error *err)
{
    for (size_t i = 0; i < batch->count && !batch->settings->in; i++)
        if (fz_path_is_within(batch->items[i].name, wanted))
            return fz_fail(err, FZ_E_USAGE, 0, "%s: pictures that are to be scaled lie there", wanted);
    return FZ_OK;
}

static enum fz_err find_in(struct fz_scale_batch *batch, struct fz_error *err)
{
    const char *in = batch->settings->in;
    batch->in = in ? realpath(in, NULL) : common_folder(batch);
    if (!batch->in && in)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", in);
    return batch->in ? FZ_OK : fz_fail(err, FZ_E_EMPTY, 0, "there is no picture to scale");
}

struct fz_originals fz_scale_batch_originals(const struct fz_scale_batch *batch)
{
    return (struct fz_originals){batch->in, batch->settings->recursive};
}

enum fz_err fz_scale_batch_find_in(struct fz_scale_batch *batch, char **wanted, struct fz_error *err)
{
    const struct fz_scale_settings *s = batch->settings;
    enum fz_err code = find_in(batch, err);
    *wanted = NULL;
    if (code == FZ_OK && fz_cancel_is_set(&batch->cancel))
        code = fz_fail(err, FZ_E_CANCELLED, 0, "cancelled");
    if (code != FZ_OK)
        return code;
    const struct fz_originals originals = fz_scale_batch_originals(batch);
    char *path = fz_path_locate(s->out);
    code = s->lists ? FZ_OK : check_inputs(batch, path, err); /* before anything is made */
    if (code == FZ_OK && !s->lists)
        code = fz_originals_check(&originals, path, err);
    if (code == FZ_OK)
        *wanted = path;
    else
        free(path);
    return code;
}

enum fz_err fz_scale_batch_find_folders(struct fz_scale_batch *batch, struct fz_error *err)
{
    char *wanted;
    enum fz_err code = fz_scale_batch_find_in(batch, &wanted, err);
    const struct fz_originals originals = fz_scale_batch_originals(batch);
    if (code == FZ_OK && batch->settings->lists)
        batch->out = realpath(wanted, NULL);
    else if (code == FZ_OK)
        code = fz_target_find(&originals, wanted, &batch->out, err);
    free(wanted);
    return code;
}

/* --- what there is to do -------------------------------------------------------------------------------------------- */

static void say(const struct fz_scale_batch *batch, const char *name, const char *text)
{
    if (batch->say)
        batch->say(batch->say_ctx, name, text);
}

/* A link to a folder may lead to the results, or to other originals: it is not followed. */
static bool is_below(struct fz_scale_batch *batch, const char *name, char **last_link)
{
    size_t len = (size_t)(fz_path_name(name) - name);
    if (len == 0 || !batch->settings->in)
        return true;
    char *folder = fz_asprintf("%s/%.*s", strcmp(batch->in, "/") == 0 ? "" : batch->in, (int)len - 1, name);
    char *real = realpath(folder, NULL);
    bool is_below = real && strcmp(real, folder) == 0;
    if (!is_below && !(*last_link && strcmp(*last_link, folder) == 0)) {
        say(batch, folder, "a link, which is not followed");
        free(*last_link);
        *last_link = fz_strdup(folder);
    }
    free(real);
    free(folder);
    return is_below;
}

/* Names within the folder in place of paths; what lies elsewhere goes. */
static void cut_names(struct fz_scale_batch *batch)
{
    size_t len = strcmp(batch->in, "/") == 0 ? 0 : strlen(batch->in), kept = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct fz_scale_item *item = &batch->items[i];
        char *path = item->name;
        bool lies_in = strncmp(path, batch->in, len) == 0 && path[len] == '/';
        item->name = lies_in ? fz_strdup(path + len + 1) : NULL;
        free(path);
        if (lies_in)
            batch->items[kept++] = *item;
    }
    batch->count = kept;
}

/* Names are given before parts are dealt: each part knows all clashes. */
void fz_scale_batch_plan(struct fz_scale_batch *batch)
{
    const struct fz_scale_settings *s = batch->settings;
    size_t kept = 0;
    char *last_link = NULL;
    if (batch->count > 0)
        cut_names(batch);
    batch->count = fz_scale_plan(batch->items, batch->count, s->kind);
    for (size_t i = 0; i < batch->count; i++) {
        struct fz_scale_item *item = &batch->items[i];
        bool goes_on = !fz_cancel_is_set(&batch->cancel);
        if (goes_on && fz_scale_is_in_shard(item->name, s->shard, s->shards) &&
            is_below(batch, item->name, &last_link))
            batch->items[kept++] = *item;
        else
            fz_scale_item_fini(item);
    }
    free(last_link);
    batch->count = kept;
    for (size_t i = 0; i < batch->count && !s->lists && !s->quiet; i++) {
        char text[300];
        snprintf(text, sizeof text, "becomes %.200s, because another one has its name", batch->items[i].out);
        if (batch->items[i].renamed)
            say(batch, batch->items[i].name, text);
    }
}

void fz_scale_batch_is_planned(struct fz_scale_batch *batch)
{
    batch->task.total = batch->count;
    batch->planned = true;
}

/* --- jobs ----------------------------------------------------------------------------------------------------------- */

static const struct fz_work scaling_work = {.free = fz_scaling_free};

static struct fz_job *new_job(struct fz_scale_batch *batch, struct fz_scale_item *item)
{
    const struct fz_scale_settings *s = batch->settings;
    struct fz_job *job =
        fz_job_new(FZ_JOB_SCALE, item->id, fz_path_join(batch->in, item->name), &batch->cancel);
    job->root = item->root;
    job->want.box_w = s->box_w;
    job->want.box_h = s->box_h;
    job->want.smooth = s->smooth;
    job->want.exact = true;
    job->want.background = (uint32_t)s->options->values[FZ_OPTION_BACKGROUND].number;
    job->limits = batch->limits;
    struct fz_scaling *scaling = fz_calloc(1, sizeof *scaling);
    *scaling = (struct fz_scaling){.out = fz_path_join(batch->out, item->out),
                                   .kind = item->kind,
                                   .copy = item->keeps ? fz_path_join(batch->out, item->name) : NULL,
                                   .from = item->root,
                                   .to = batch->target,
                                   .originals = fz_scale_batch_originals(batch),
                                   .quality = s->quality,
                                   .strips = s->strips,
                                   .keeps = !s->in, /* the folders of the originals may be anywhere */
                                   .anew = s->anew,
                                   .synced = s->synced};
    job->load = scaling;
    job->work = &scaling_work;
    job->context = item; /* which stays where it is: nothing is added to a plan */
    return job;
}

struct fz_job *fz_scale_batch_next(struct fz_scale_batch *batch)
{
    while (batch->next < batch->count && batch->items[batch->next].state != FZ_SCALE_WAITS)
        batch->next++;
    if (!batch->planned || batch->next == batch->count || !fz_task_goes_on(&batch->task))
        return NULL;
    struct fz_scale_item *item = &batch->items[batch->next++];
    item->state = FZ_SCALE_WORKS;
    batch->jobs_out++;
    return new_job(batch, item);
}

void fz_scale_batch_return(struct fz_scale_batch *batch, const struct fz_job *job)
{
    struct fz_scale_item *item = job->context;
    size_t index = (size_t)(item - batch->items);
    batch->jobs_out--;
    item->state = FZ_SCALE_WAITS;
    batch->next = index < batch->next ? index : batch->next;
}

static void count_outcome(struct fz_scale_batch *batch, struct fz_scale_item *item, const struct fz_job *job)
{
    const struct fz_scaling *scaling = job->load;
    static const enum fz_scale_state states[] = {[FZ_SCALED_FAILED] = FZ_SCALE_FAILED,
                                                 [FZ_SCALED_MADE] = FZ_SCALE_MADE,
                                                 [FZ_SCALED_COPIED] = FZ_SCALE_COPIED,
                                                 [FZ_SCALED_SKIPPED] = FZ_SCALE_SKIPPED};
    bool failed = job->error.code != FZ_OK;
    item->state = failed ? FZ_SCALE_FAILED : states[scaling->outcome];
    item->has_own_name = scaling->copy_stands;
    batch->task.done++;
    batch->task.failed += failed;
    batch->made += item->state == FZ_SCALE_MADE;
    batch->copied += item->state == FZ_SCALE_COPIED;
    batch->skipped += item->state == FZ_SCALE_SKIPPED;
    if (failed || job->image.damaged)
        say(batch, item->name, job->error.msg);
}

const struct fz_scale_item *fz_scale_batch_take(struct fz_scale_batch *batch, const struct fz_job *job)
{
    struct fz_scale_item *item = job->context;
    if (job->error.code == FZ_E_CANCELLED) {
        fz_scale_batch_return(batch, job);
        return NULL;
    }
    batch->jobs_out--;
    if (job->error.code == FZ_E_NOT_PICTURE && item->is_doubtful) {
        item->state = FZ_SCALE_LEFT_OUT;
        batch->left_out++;
        batch->task.total--;
        return NULL;
    }
    count_outcome(batch, item, job);
    return item;
}

bool fz_scale_batch_is_over(const struct fz_scale_batch *batch)
{
    if (batch->jobs_out > 0)
        return false;
    return batch->task.state == FZ_TASK_CANCELED || (batch->planned && batch->task.done == batch->task.total);
}

/* --- what came of it ------------------------------------------------------------------------------------------------ */

static bool is_canceled(const struct fz_scale_batch *batch)
{
    return batch->task.was_canceled || batch->task.state == FZ_TASK_CANCELED;
}

void fz_scale_batch_format(const struct fz_scale_batch *batch, char *out, size_t size)
{
    size_t skipped = batch->skipped + batch->task.failed;
    char text[40] = "";
    if (skipped > 0)
        snprintf(text, sizeof text, " skipped %zu", skipped);
    snprintf(out, size, "copied %zu scaled %zu%s", batch->copied, batch->made, text);
}

static void print_json(const struct fz_scale_batch *batch, size_t workers, const char *what)
{
    double seconds = (double)fz_task_worked_us(&batch->task, fz_now_us()) / 1e6;
    size_t skipped = batch->skipped + batch->task.failed;
    json_t *object =
        json_pack("{sIsIsIsIsIsIsssbsf}", "copied", (json_int_t)batch->copied, "scaled",
                  (json_int_t)batch->made, "skipped", (json_int_t)skipped, "failed",
                  (json_int_t)batch->task.failed, "total", (json_int_t)batch->task.total, "workers",
                  (json_int_t)workers, "isolation", what, "canceled", is_canceled(batch), "seconds", seconds);
    json_dumpf(object, stdout, JSON_COMPACT);
    fputc('\n', stdout);
    json_decref(object);
}

enum fz_err fz_scale_batch_print_summary(const struct fz_scale_batch *batch, size_t workers,
                                         bool uses_processes, struct fz_error *err)
{
    const char *what = uses_processes ? "process" : "thread", *ending = uses_processes ? "es" : "s";
    char text[120];
    fz_scale_batch_format(batch, text, sizeof text);
    if (batch->settings->json)
        print_json(batch, workers, what);
    else if (!batch->settings->quiet)
        printf("%s using %zu %s%s%s\n", text, workers, what, workers == 1 ? "" : ending,
               is_canceled(batch) ? " canceled" : "");
    return fz_flush_output(err); /* the end may be short */
}
