/* frieze scale with a folder: its pictures are listed, each gets a name, then the workers write them. */
#include "app/signals.h"
#include "app/subcommand/crew.h"
#include "app/subcommand/scale.h"
#include "app/subcommand/scale_plan.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "decode/scaled.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    AHEAD = 4,          /* jobs a worker has before it, so that none ever waits */
    CANCEL_US = 500000, /* what is under way has so long to end, or is given up */
};

/* Main thread. */
struct batch {
    const struct fz_scale_settings *settings;
    struct fz_crew crew;
    char *in, *out; /* owned; absolute, without links */
    struct fz_scale_item *items;
    size_t count, capacity, begun, finished;
    size_t made, copied, skipped, failed, left_out;
    bool planned, canceled;
    char *last_folder; /* owned; that was made last */
    char *last_link;   /* owned; of which was said last that it is one */
    int64_t began_us;
};

/* --- where from and where to ---------------------------------------------------------------------------------------- */

static bool is_within(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0' || len == 1);
}

/* Where nothing of the source is, and nothing of it is looked for. */
static enum fz_err check_folder(const struct batch *b, const char *folder, struct fz_error *err)
{
    if (strcmp(folder, b->in) == 0)
        return fz_fail(err, FZ_E_USAGE, 0, "%s: the pictures themselves lie there", folder);
    if (b->settings->recursive && is_within(folder, b->in))
        return fz_fail(err, FZ_E_USAGE, 0, "%s: lies in %s, of which all folders are read", folder, b->in);
    return FZ_OK;
}

static enum fz_err make_folder(struct batch *b, const char *folder, struct fz_error *err)
{
    if (b->last_folder && strcmp(b->last_folder, folder) == 0)
        return FZ_OK;
    bool made = mkdir(folder, 0777) == 0;
    if (!made && errno == ENOENT) {
        char *above = fz_path_dir(folder);
        enum fz_err code = make_folder(b, above, err);
        free(above);
        if (code != FZ_OK)
            return code;
        made = mkdir(folder, 0777) == 0;
    }
    if (!made && errno != EEXIST)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", folder);
    char *real = realpath(folder, NULL);
    if (!real)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", folder);
    enum fz_err code = check_folder(b, real, err);
    free(real);
    if (code == FZ_OK) {
        free(b->last_folder);
        b->last_folder = fz_strdup(folder);
    }
    return code;
}

static enum fz_err find_folders(struct batch *b, struct fz_error *err)
{
    const struct fz_scale_settings *s = b->settings;
    b->in = realpath(s->in, NULL);
    if (!b->in)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", s->in);
    if (access(s->out, F_OK) != 0 && fz_file_kind_of(s->out))
        return fz_fail(err, FZ_E_USAGE, 0, "%s: the name of a picture, but %s is a folder", s->out, s->in);
    char *wanted = fz_path_locate(s->out);
    enum fz_err code = s->lists ? FZ_OK : check_folder(b, wanted, err); /* before anything is made */
    if (code == FZ_OK && !s->lists)
        code = make_folder(b, wanted, err);
    b->out = code == FZ_OK ? realpath(wanted, NULL) : NULL;
    struct stat st;
    if (code == FZ_OK && !s->lists && (!b->out || stat(b->out, &st) != 0 || !S_ISDIR(st.st_mode)))
        code = fz_fail(err, FZ_E_USAGE, 0, "%s: no folder, but %s is one", s->out, s->in);
    free(wanted);
    return code;
}

/* --- what is said --------------------------------------------------------------------------------------------------- */

static void say_progress(struct batch *b, const char *name)
{
    if (!fz_progress_is_due(&b->crew.progress) || b->canceled)
        return;
    char text[120], left[40] = "";
    double seconds = (double)(fz_now_us() - b->began_us) / 1e6;
    double rate = seconds > 0 ? (double)b->finished / seconds : 0;
    if (rate > 0)
        snprintf(left, sizeof left, "%.0f s left", (double)(b->count - b->finished) / rate);
    snprintf(text, sizeof text, "%zu of %zu, %.0f/s, %s:", b->finished, b->count, rate, left);
    fz_progress_say(&b->crew.progress, text, name);
}

/* One line for each picture, where they do not pass by on a terminal. */
static void say_done(struct batch *b, const char *name, enum fz_scaled outcome)
{
    static const char *const words[] = {
        [FZ_SCALED_MADE] = "scaled", [FZ_SCALED_COPIED] = "copied", [FZ_SCALED_SKIPPED] = "skipped"};
    if (!b->settings->quiet && !b->crew.progress.is_shown)
        fz_log("%s: %s", name, words[outcome]);
    say_progress(b, name);
}

static void print_summary(struct batch *b)
{
    const char *what = b->crew.decoders ? "process" : "thread", *ending = b->crew.decoders ? "es" : "s";
    size_t workers = b->crew.workers, skipped = b->skipped + b->failed;
    fz_progress_clear(&b->crew.progress);
    if (b->settings->json) {
        json_t *object =
            json_pack("{sIsIsIsIsIsIsssbsf}", "copied", (json_int_t)b->copied, "scaled", (json_int_t)b->made,
                      "skipped", (json_int_t)skipped, "failed", (json_int_t)b->failed, "total",
                      (json_int_t)(b->count - b->left_out), "workers", (json_int_t)workers, "isolation", what,
                      "canceled", b->canceled, "seconds", (double)(fz_now_us() - b->began_us) / 1e6);
        json_dumpf(object, stdout, JSON_COMPACT);
        fputc('\n', stdout);
        json_decref(object);
    } else if (!b->settings->quiet) {
        printf("copied %zu scaled %zu ", b->copied, b->made);
        if (skipped > 0)
            printf("skipped %zu ", skipped);
        printf("using %zu %s%s%s\n", workers, what, workers == 1 ? "" : ending,
               b->canceled ? " canceled" : "");
    }
    fflush(stdout); /* the end may be short */
}

/* --- what there is to do -------------------------------------------------------------------------------------------- */

static void take_names(void *ctx, const struct fz_source_event *event)
{
    struct batch *b = ctx;
    if (b->planned) /* a reader that took the place of another one tells all of it again */
        return;
    b->items = fz_grow(b->items, &b->capacity, b->count + event->count, sizeof *b->items);
    for (uint32_t i = 0; i < event->count; i++) {
        char *path = fz_path_join(event->dir, event->names[i]);
        bool is_doubtful = event->doubts && event->doubts[i] == FZ_SOURCE_UNKNOWN;
        size_t len = strcmp(b->in, "/") == 0 ? 0 : strlen(b->in);
        if (strncmp(path, b->in, len) == 0 && path[len] == '/')
            b->items[b->count++] =
                (struct fz_scale_item){.name = fz_strdup(path + len + 1), .is_doubtful = is_doubtful};
        free(path);
    }
}

/* A link to a folder may lead to the results, or to other originals: it is not followed. */
static bool is_below(struct batch *b, const char *name)
{
    size_t len = (size_t)(fz_path_name(name) - name);
    if (len == 0)
        return true;
    char *folder = fz_asprintf("%s/%.*s", strcmp(b->in, "/") == 0 ? "" : b->in, (int)len - 1, name);
    char *real = realpath(folder, NULL);
    bool is_below = real && strcmp(real, folder) == 0;
    if (!is_below && !(b->last_link && strcmp(b->last_link, folder) == 0)) {
        fz_crew_say(&b->crew, folder, "a link, which is not followed");
        free(b->last_link);
        b->last_link = fz_strdup(folder);
    }
    free(real);
    free(folder);
    return is_below;
}

/* Names are given before parts are dealt: each part knows all clashes. */
static void plan(struct batch *b)
{
    const struct fz_scale_settings *s = b->settings;
    size_t kept = 0;
    b->count = fz_scale_plan(b->items, b->count, s->kind);
    for (size_t i = 0; i < b->count; i++) {
        if (fz_scale_is_in_shard(b->items[i].name, s->shard, s->shards) && is_below(b, b->items[i].name))
            b->items[kept++] = b->items[i];
        else
            fz_scale_item_fini(&b->items[i]);
    }
    b->count = kept;
    b->planned = true;
    for (size_t i = 0; i < b->count && !s->lists && !s->quiet; i++) {
        char text[300];
        snprintf(text, sizeof text, "becomes %.200s, because another one has its name", b->items[i].out);
        if (b->items[i].renamed)
            fz_crew_say(&b->crew, b->items[i].name, text);
    }
}

/* --- jobs ----------------------------------------------------------------------------------------------------------- */

static void fail(struct batch *b, const char *name, const char *why)
{
    b->finished++;
    b->failed++;
    fz_crew_say(&b->crew, name, why);
}

static void begin_job(struct batch *b, size_t index)
{
    const struct fz_scale_settings *s = b->settings;
    const struct fz_scale_item *item = &b->items[index];
    char *out = fz_path_join(b->out, item->out), *folder = fz_path_dir(out);
    struct fz_error err = {0};
    enum fz_err code = make_folder(b, folder, &err);
    free(folder);
    if (code != FZ_OK) {
        free(out);
        fail(b, item->name, err.msg);
        return;
    }
    struct fz_job *job = fz_job_new(FZ_JOB_SCALE, 0, fz_path_join(b->in, item->name), &b->crew.quit);
    job->box_w = s->box_w;
    job->box_h = s->box_h;
    job->smooth = s->smooth;
    job->background = (uint32_t)s->options->values[FZ_OPTION_BACKGROUND].number;
    job->limits = b->crew.limits;
    struct fz_scaling *scaling = fz_calloc(1, sizeof *scaling);
    *scaling = (struct fz_scaling){.out = out,
                                   .kind = item->kind,
                                   .copy = item->keeps ? fz_path_join(b->out, item->name) : NULL,
                                   .quality = s->quality,
                                   .strips = s->strips,
                                   .anew = s->anew,
                                   .synced = s->synced};
    job->load = scaling;
    job->load_free = fz_scaling_free;
    job->context = b->items + index; /* which stay where they are: nothing is added to a plan */
    fz_pool_submit(&b->crew.pool, job, index);
}

static void begin_jobs(void *ctx)
{
    struct batch *b = ctx;
    for (; b->planned && b->begun < b->count && b->begun - b->finished < b->crew.workers * AHEAD; b->begun++)
        begin_job(b, b->begun);
}

static void take_result(void *ctx, const struct fz_job *job)
{
    struct batch *b = ctx;
    const struct fz_scale_item *item = job->context;
    const struct fz_scaling *scaling = job->load;
    bool is_none = job->error.code == FZ_E_NOT_PICTURE && item->is_doubtful;
    if (is_none || job->error.code == FZ_E_CANCELLED) {
        b->left_out += is_none;
        b->finished++;
        return;
    }
    if (job->error.code != FZ_OK) {
        fail(b, item->name, job->error.msg);
        return;
    }
    b->finished++;
    b->made += scaling->outcome == FZ_SCALED_MADE;
    b->copied += scaling->outcome == FZ_SCALED_COPIED;
    b->skipped += scaling->outcome == FZ_SCALED_SKIPPED;
    if (job->image.damaged)
        fz_crew_say(&b->crew, item->name, job->error.msg);
    say_done(b, item->name, scaling->outcome);
}

/* --- all of it ------------------------------------------------------------------------------------------------------ */

static bool is_listed(void *ctx)
{
    const struct batch *b = ctx;
    return b->crew.listed_count > 0;
}

static bool is_done(void *ctx)
{
    const struct batch *b = ctx;
    return b->finished == b->count;
}

static bool is_back(void *ctx)
{
    const struct batch *b = ctx;
    return b->finished == b->begun;
}

/* Each picture under way ends at its next block of rows. */
static void cancel(struct batch *b, struct fz_crew_work *work)
{
    fz_progress_clear(&b->crew.progress);
    if (!b->settings->quiet)
        fputs("canceling...\n", stderr);
    b->canceled = true;
    work->is_done = is_back;
    fz_crew_cancel(&b->crew, work, CANCEL_US);
}

static enum fz_err scale(struct batch *b)
{
    struct fz_crew_work work = {take_names, take_result, begin_jobs, is_listed, b};
    bool goes_on = fz_crew_do(&b->crew, &work);
    if (goes_on)
        plan(b);
    if (b->settings->lists) {
        for (size_t i = 0; i < b->count && goes_on; i++)
            puts(b->items[i].name);
    } else {
        work.is_done = is_done;
        goes_on = goes_on && fz_crew_do(&b->crew, &work);
        if (!goes_on)
            cancel(b, &work);
        print_summary(b);
    }
    if (!goes_on)
        return FZ_E_CANCELLED;
    return b->failed > 0 || b->crew.source_failed ? FZ_E_IO : FZ_OK;
}

int fz_scale_folder(const struct fz_scale_settings *settings)
{
    struct fz_error err = {0};
    struct batch b = {.settings = settings, .began_us = fz_now_us()};
    fz_signals_block();
    enum fz_err code = find_folders(&b, &err);
    if (code == FZ_OK) {
        const char *source = b.in;
        const struct fz_crew_options how = {.sources = &source,
                                            .source_count = 1,
                                            .recursive = settings->recursive,
                                            .quiet = settings->quiet};
        code = fz_crew_start(&b.crew, settings->options, &how, &err);
        if (code == FZ_OK)
            code = scale(&b);
        fz_crew_stop(&b.crew);
    }
    if (code != FZ_OK && err.msg[0])
        fz_log_error(&err);
    for (size_t i = 0; i < b.count; i++)
        fz_scale_item_fini(&b.items[i]);
    free(b.items);
    free(b.in);
    free(b.out);
    free(b.last_folder);
    free(b.last_link);
    return fz_err_exit_status(code);
}
