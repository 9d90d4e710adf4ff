#include "app/run/run.h"

#include "app/app.h"
#include "base/log.h"
#include "base/mem.h"
#include "source/recheck.h"
#include "source/stacks.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum {
    LINES_SHOWN = 2, /* of standard error */
    LINE_BYTES = 320,
    BEGIN_MS = 400, /* within which the runner begins the last ones, on a busy machine, or it is stuck */
    FINISH_TRY_MS = 5,
    FINISH_TRIES = 20, /* until the end waits no longer for a look at files */
};

void fz_run_init(struct fz_app *app)
{
    fz_programs_init(&app->run.programs, &app->config);
}

static void free_run(struct fz_app *app, struct fz_run *run)
{
    struct fz_run **place = &app->run.first;
    while (*place && *place != run)
        place = &(*place)->next;
    if (*place)
        *place = run->next;
    if (run->marked)
        fz_list_marked_end(app->list, run->marked);
    fz_recheck_free(run->recheck);
    free(run->path);
    free(run);
}

void fz_run_stop_looking(struct fz_app *app)
{
    while (app->run.first)
        free_run(app, app->run.first);
}

/* The runner still has them, where it is stuck. */
static void log_not_begun(const struct fz_app *app)
{
    for (const struct fz_run *run = app->run.first; run; run = run->next)
        if (run->submitted && !atomic_load(&run->begun))
            fz_log("not run: %s: it did not begin before the end", fz_program_name(run->program));
}

bool fz_run_stop(struct fz_app *app, int patience_ms)
{
    bool stopped = fz_runner_stop(app->run.runner, app->run.under_way > 0 ? BEGIN_MS : patience_ms);
    if (stopped)
        app->run.runner = NULL;
    else
        log_not_begun(app);
    for (struct fz_ready_node *node = fz_ready_take(&app->run.done); node;) {
        struct fz_run *run = FZ_CONTAINER(node, struct fz_run, node);
        node = node->next;
        if (run->end == FZ_RUN_REFUSED)
            fz_log("not run: %s: %s", fz_program_name(run->program), run->error.msg);
        if (stopped && !run->job) /* which goes by its paths, until no worker runs any more */
            free_run(app, run);
    }
    return stopped;
}

void fz_run_fini(struct fz_app *app)
{
    fz_programs_fini(&app->run.programs);
}

const char *fz_run_line(const struct fz_app *app, const char *argument)
{
    struct fz_words words;
    const struct fz_program *program = NULL;
    if (fz_words_split(&words, argument, NULL) == FZ_OK && words.count > 0)
        program = fz_programs_find(&app->run.programs, words.list[0]);
    fz_words_fini(&words);
    return program ? program->line : argument;
}

/* ---- Its files, before and after --------------------------------------------------------------------------------- */

struct load {
    struct fz_recheck *recheck; /* owned */
    const struct fz_run *run;   /* borrowed: its paths, until they are in `recheck` */
    struct fz_ready *events;
    bool ran;
};

static void free_load(void *ctx)
{
    struct load *load = ctx;
    fz_recheck_free(load->recheck);
    free(load);
}

static struct fz_recheck *list_files(const struct fz_run *run)
{
    struct fz_recheck *recheck = fz_recheck_new();
    size_t count = run->marked ? fz_marked_items(run->marked) : 0;
    for (size_t i = 0; i < count; i++) {
        char *path = fz_marked_path(run->marked, i);
        fz_recheck_add(recheck, fz_marked_root(run->marked, i), path);
        free(path);
    }
    if (run->path)
        fz_recheck_add(recheck, run->root, run->path);
    return recheck;
}

static void run_look(struct fz_job *job)
{
    struct load *load = job->load;
    if (!load->recheck)
        load->recheck = list_files(load->run);
    if (load->ran)
        fz_recheck_report(load->recheck, job, load->events);
    else
        fz_recheck_look(load->recheck, job);
}

static void submit(struct fz_app *app, struct fz_run *run)
{
    if (!run->submitted)
        fz_runner_submit(app->run.runner, run);
    run->submitted = true;
}

static void end(struct fz_app *app, struct fz_run *run)
{
    app->run.under_way--;
    free_run(app, run);
}

static void take_looked(struct fz_app *app, struct fz_job *job)
{
    struct fz_run *run = app->run.first;
    while (run->job != job)
        run = run->next;
    run->job = NULL;
    if (run->ran) {
        end(app, run);
        return;
    }
    struct load *load = job->load;
    run->recheck = load->recheck;
    load->recheck = NULL;
    if (!app->ending) /* else fz_run_finish does, behind the files that are written at the end */
        submit(app, run);
}

static const struct fz_work looking = {run_look, free_load, take_looked};

static void look_at_files(struct fz_app *app, struct fz_run *run)
{
    struct load *load = fz_calloc(1, sizeof *load);
    *load = (struct load){run->recheck, run, &app->events, run->ran};
    run->recheck = NULL;
    run->job = fz_job_new_work(&looking, load, FZ_ITEM_NONE, NULL);
    fz_loader_launch(app, run->job, 0);
}

/* ---- A program begins -------------------------------------------------------------------------------------------- */

static enum fz_err start(struct fz_app *app, const struct fz_program *program, struct fz_error *err)
{
    struct fz_runs *runs = &app->run;
    fz_item_id item = fz_app_act_on_current(app);
    if (runs->under_way >= FZ_RUNS_MOST)
        return fz_fail(err, FZ_E_BUSY, 0, "%d programs are under way: wait for one of them", FZ_RUNS_MOST);
    if (!runs->runner && fz_runner_start(&runs->runner, &runs->done, &app->bell, err) != FZ_OK)
        return err->code;
    struct fz_run *run = fz_calloc(1, sizeof *run);
    run->program = program;
    run->path = program->wants_path || program->wants_marked ? fz_list_path(app->list, item) : NULL;
    run->root = fz_list_root(app->list, item);
    run->timeout_s = app->options.values[FZ_OPTION_RUN_TIMEOUT].seconds;
    if (program->wants_marked && fz_list_marked_count(app->list) > 0)
        run->marked = fz_list_marked_begin(app->list);
    else if (program->wants_marked && fz_list_is_stack(app->list, item))
        run->marked = fz_list_marked_only(app->list, item);
    if (!run->path && (program->wants_path || (program->wants_marked && !run->marked))) {
        free_run(app, run);
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "no picture is selected");
    }
    struct fz_run **last = &runs->first;
    while (*last)
        last = &(*last)->next;
    *last = run;
    runs->under_way++;
    look_at_files(app, run);
    return FZ_OK;
}

enum fz_err fz_run_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    if (app->run.programs.count == 0)
        return fz_fail(err, FZ_E_NOT_FOUND, 0,
                       "No programs yet: a line KEY = PROGRAM {path} in [run] of frieze.conf makes one");
    if (call->argc != 1)
        return fz_fail(err, FZ_E_USAGE, 0, "run wants the key or the name of a program in [run]");
    const struct fz_program *program = fz_programs_find(&app->run.programs, call->argv[0]);
    if (!program)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "%.60s is no key and no program of [run]", call->argv[0]);
    return start(app, program, err);
}

static bool any_waits(const struct fz_app *app)
{
    for (const struct fz_run *run = app->run.first; run; run = run->next)
        if (run->job && !run->submitted)
            return true;
    return false;
}

/* Where a share hangs it goes without the look: nobody is left to be told what became of its files. */
void fz_run_finish(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    for (int i = 0; any_waits(app) && i < FINISH_TRIES; i++, SDL_Delay(FINISH_TRY_MS))
        fz_loader_collect(app, 0);
    for (struct fz_run *run = app->run.first; run; run = run->next)
        submit(app, run);
}

/* ---- A program has ended ----------------------------------------------------------------------------------------- */

/* The next line that is not blank: its start, and its length cut to what is shown; NULL: none. */
static const char *next_line(const char **p, int *length)
{
    *p += strspn(*p, " \t\r\n");
    if (!**p)
        return NULL;
    const char *line = *p;
    size_t whole = strcspn(line, "\r\n");
    *length = whole < LINE_BYTES ? (int)whole : LINE_BYTES;
    *p += whole;
    return line;
}

/* What it said last, a line each, behind `text`. */
static void add_last_lines(char *text, size_t size, const char *said)
{
    const char *lines[LINES_SHOWN], *line;
    int lengths[LINES_SHOWN], length, count = 0;
    while ((line = next_line(&said, &length)) != NULL) {
        lines[count % LINES_SHOWN] = line;
        lengths[count++ % LINES_SHOWN] = length;
    }
    size_t used = strlen(text);
    for (int i = count < LINES_SHOWN ? 0 : count - LINES_SHOWN; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "\n%.*s", lengths[i % LINES_SHOWN],
                                 lines[i % LINES_SHOWN]);
}

static void tell(struct fz_app *app, const struct fz_run *run)
{
    const char *name = fz_program_name(run->program), *said = run->out;
    char text[1024];
    int length;
    if (run->end == FZ_RUN_DONE && run->status == 0) {
        const char *line = next_line(&said, &length);
        fz_app_notice(app, "%s: %.*s", name, line ? length : 4, line ? line : "done");
        return;
    }
    if (run->end == FZ_RUN_REFUSED)
        snprintf(text, sizeof text, "%s: %s", name, run->error.msg);
    else if (run->end == FZ_RUN_LATE)
        snprintf(text, sizeof text, "%s: ended after %.6g s (run-timeout)", name, run->timeout_s);
    else if (WIFSIGNALED(run->status))
        snprintf(text, sizeof text, "%s: ended by signal %d (%s)", name, WTERMSIG(run->status),
                 strsignal(WTERMSIG(run->status)));
    else
        snprintf(text, sizeof text, "%s: failed with exit status %d", name, WEXITSTATUS(run->status));
    add_last_lines(text, sizeof text, run->err);
    fz_app_notice_lines(app, text);
}

void fz_run_collect(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    for (struct fz_ready_node *node = fz_ready_take(&app->run.done); node;) {
        struct fz_run *run = FZ_CONTAINER(node, struct fz_run, node);
        node = node->next;
        run->ran = true;
        tell(app, run);
        if (run->end == FZ_RUN_REFUSED)
            end(app, run);
        else
            look_at_files(app, run);
    }
}
