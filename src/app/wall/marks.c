#include "app/wall/marks.h"

#include "app/app.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "source/marks.h"
#include "source/told.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WRITE_TRIES = 30,
    WRITE_TRY_MS = 5,
    WRITE_AFTER_US = 300000,
    NEWS_A_TURN = 500,
    FAILED_AFTER_US = 10000000, /* what could not be written is tried again, and at the end */
};

/* ---- Keys -------------------------------------------------------------------------------------------------------- */

void fz_marks_changed(struct fz_app *app)
{
    if (app->marks.changed_us == 0 || app->marks.changed_us > app->now_us)
        app->marks.changed_us = app->now_us;
    app->dirty = true;
}

/* What is shown may leave again once its rating is known, and would be marked out of sight. */
static enum fz_err check_filter(const struct fz_app *app, size_t from, size_t to, struct fz_error *err)
{
    if (fz_list_shows_rated(app->list) && fz_telling_is_busy(app) && !fz_list_is_told(app->list, from, to))
        return fz_fail(err, FZ_E_BUSY, 0, "ratings are still being read");
    return FZ_OK;
}

enum fz_err fz_marks_toggle(struct fz_app *app, struct fz_error *err)
{
    struct fz_marks *marks = &app->marks;
    fz_item_id item = fz_app_act_on_current(app);
    if (item == FZ_ITEM_NONE)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "no picture is selected");
    marks->last = item;
    marks->last_on = !fz_list_is_marked(app->list, item);
    if (fz_list_mark(app->list, item, marks->last_on))
        fz_marks_changed(app);
    return FZ_OK;
}

enum fz_err fz_marks_range(struct fz_app *app, struct fz_error *err)
{
    struct fz_marks *marks = &app->marks;
    size_t from, to;
    fz_item_id item = fz_app_act_on_current(app);
    if (!fz_list_index(app->list, marks->last, &from) || item == FZ_ITEM_NONE)
        return fz_marks_toggle(app, err);
    if (!fz_list_index(app->list, item, &to)) /* in view, and hidden: no range ends there */
        return FZ_OK;
    if (check_filter(app, from, to, err) != FZ_OK)
        return err->code;
    fz_list_mark_range(app->list, from, to, marks->last_on);
    marks->last = item;
    fz_marks_changed(app);
    return FZ_OK;
}

enum fz_err fz_marks_all(struct fz_app *app, struct fz_error *err)
{
    if (check_filter(app, 0, SIZE_MAX, err) != FZ_OK)
        return err->code;
    fz_list_mark_all(app->list);
    fz_marks_changed(app);
    return FZ_OK;
}

void fz_marks_none(struct fz_app *app)
{
    fz_list_mark_none(app->list);
    fz_marks_changed(app);
}

enum fz_err fz_marks_invert(struct fz_app *app, struct fz_error *err)
{
    if (check_filter(app, 0, SIZE_MAX, err) != FZ_OK)
        return err->code;
    fz_list_mark_invert(app->list);
    fz_marks_changed(app);
    return FZ_OK;
}

void fz_marks_go(struct fz_app *app, long step)
{
    size_t index = fz_app_selected_index(app), count = fz_list_count(app->list), found = count;
    int way = step < 0 ? -1 : 1;
    for (long left = labs(step); left > 0; left--) {
        bool at_end = way < 0 ? index == 0 : index + 1 >= count;
        if (at_end || !fz_list_find_marked(app->list, index + (size_t)way, way, &index))
            break;
        found = index;
    }
    if (found < count)
        fz_app_go_to(app, found);
    else
        fz_app_notice(app, way < 0 ? "No mark before this one" : "No mark after this one");
}

json_t *fz_marks_paths(struct fz_app *app)
{
    json_t *paths = json_array();
    struct fz_marked *marked = fz_list_marked_begin(app->list);
    for (size_t i = 0; i < fz_marked_items(marked); i++) {
        char *path = fz_marked_path(marked, i);
        json_array_append_new(paths, fz_json_text(path));
        free(path);
    }
    fz_list_marked_end(app->list, marked);
    return paths;
}

/* ---- The file ---------------------------------------------------------------------------------------------------- */

static char separator(const struct fz_app *app)
{
    return fz_option_is_on(&app->options, FZ_OPTION_NUL) ? '\0' : '\n';
}

static bool keeps_file(const struct fz_app *app)
{
    return app->options.values[FZ_OPTION_MARKS].text && !app->marks.unreadable;
}

static size_t held(const struct fz_app *app)
{
    return fz_list_marked_count(app->list) + fz_list_wish_count(app->list);
}

static bool has_news(const struct fz_marks *marks)
{
    return marks->news_taken < marks->news.added_count + marks->news.removed_count;
}

/* So many paths at most: 1,000 take 0.8 ms. */
static void take_news(struct fz_app *app, size_t most)
{
    struct fz_marks *marks = &app->marks;
    struct fz_marks_news *news = &marks->news;
    for (; most > 0 && has_news(marks); most--, marks->news_taken++) {
        bool adds = marks->news_taken < news->added_count;
        char **path =
            adds ? &news->added[marks->news_taken] : &news->removed[marks->news_taken - news->added_count];
        (adds ? fz_list_mark_path : fz_list_unmark_path)(app->list, *path);
        free(*path);
        *path = NULL;
    }
    if (has_news(marks))
        return;
    fz_marks_news_fini(news);
    marks->news_taken = 0;
    marks->held = held(app);
    fz_marks_changed(app); /* it is written again, with what they did */
}

void fz_marks_load(struct fz_app *app)
{
    struct fz_marks *marks = &app->marks;
    const char *path = app->options.values[FZ_OPTION_MARKS].text;
    struct fz_error err = {0};
    if (path) {
        marks->file = (struct fz_marks_file){.path = fz_strdup(path), .end = separator(app)};
        fz_marks_file_read(&marks->file, NULL, &marks->news, &err);
        take_news(app, SIZE_MAX);
        marks->changed_us = 0; /* the file holds that already */
    }
    if (err.code != FZ_OK) {
        fz_log_error(&err);
        fz_app_notice(app, "%s: it is left as it is", err.msg);
        marks->unreadable = true;
    }
    marks->held = held(app);
}

struct write_load {
    struct fz_marked *marked;
    struct fz_marks_file *file; /* borrowed: nobody else looks at it meanwhile */
    struct fz_marks_news news;
};

static void run_write(struct fz_job *job)
{
    FZ_NOT_MAIN();
    struct write_load *load = job->load;
    job->error.code = fz_marks_file_write(load->file, load->marked, &load->news, &job->error);
}

static void free_write(void *ctx)
{
    struct write_load *load = ctx;
    fz_marked_free(load->marked);
    fz_marks_news_fini(&load->news);
    free(load);
}

static struct write_load *new_write(struct fz_app *app)
{
    struct write_load *load = fz_calloc(1, sizeof *load);
    load->marked = fz_list_marked_begin(app->list);
    load->file = &app->marks.file;
    app->marks.changed_us = 0;
    return load;
}

int64_t fz_marks_next_us(const struct fz_app *app)
{
    if (has_news(&app->marks))
        return app->now_us;
    bool due = app->marks.changed_us > 0 && !app->marks.write && keeps_file(app);
    return due ? app->marks.changed_us + WRITE_AFTER_US : FZ_NEVER;
}

static void take_written(struct fz_app *app, struct fz_job *job)
{
    struct fz_marks *marks = &app->marks;
    struct write_load *load = job->load;
    marks->write = NULL;
    fz_list_marked_end(app->list, load->marked);
    load->marked = NULL;
    if (load->news.is_late) {
        marks->news = load->news;
        load->news = (struct fz_marks_news){0};
        take_news(app, NEWS_A_TURN);
        return;
    }
    if (job->error.code != FZ_OK && !marks->complained) {
        fz_log_error(&job->error);
        fz_app_notice(app, "%s", job->error.msg);
    }
    marks->complained = job->error.code != FZ_OK;
    if (marks->complained && marks->changed_us == 0)
        marks->changed_us = app->now_us + FAILED_AFTER_US;
}

static const struct fz_work writing = {run_write, free_write, take_written};

void fz_marks_step(struct fz_app *app)
{
    if (has_news(&app->marks)) {
        take_news(app, NEWS_A_TURN);
        return;
    }
    if (held(app) != app->marks.held) /* dropped, brought back */
        fz_marks_changed(app);
    app->marks.held = held(app);
    if (app->ending || app->now_us < fz_marks_next_us(app))
        return;
    app->marks.write = fz_job_new_work(&writing, new_write(app), FZ_ITEM_NONE, &app->quit);
    fz_loader_launch(app, app->marks.write, 0);
}

/* ---- The end ----------------------------------------------------------------------------------------------------- */

/* Where others write it at the same time, again. */
static enum fz_err write_at_the_end(struct fz_app *app, struct fz_marks_file *file, struct fz_error *err)
{
    for (int tries = 0;; tries++, SDL_Delay(WRITE_TRY_MS)) {
        struct fz_marked *marked = fz_list_marked_begin(app->list);
        enum fz_err code = fz_marks_file_write(file, marked, &app->marks.news, err);
        bool is_late = app->marks.news.is_late;
        fz_list_marked_end(app->list, marked);
        take_news(app, SIZE_MAX);
        if (!is_late)
            return code;
        if (tries == WRITE_TRIES)
            return fz_fail(err, code, 0, "cannot write the marks to %s: others do", file->path);
    }
}

void fz_marks_finish(struct fz_app *app)
{
    struct fz_error err = {0};
    for (int i = 0; app->marks.write && i < WRITE_TRIES; i++, SDL_Delay(WRITE_TRY_MS))
        fz_loader_collect(app, 0); /* an older state must not come after the last one */
    if (has_news(&app->marks))
        take_news(app, SIZE_MAX);
    if (app->marks.unreadable && held(app) > 0 && app->status == FZ_OK) /* which was told at the start */
        app->status = FZ_E_IO;
    if ((app->marks.changed_us == 0 && !app->marks.write) || !keeps_file(app))
        return;
    struct fz_marks_file own = {.path = fz_strdup(app->marks.file.path), .end = separator(app)};
    if (app->marks.write) /* whoever writes it hangs, and has all that is known of it */
        own.version = fz_file_version_at(own.path);
    if (write_at_the_end(app, app->marks.write ? &own : &app->marks.file, &err) != FZ_OK) {
        fz_log_error(&err);
        app->status = app->status == FZ_OK ? err.code : app->status;
    }
    fz_marks_file_fini(&own);
}

void fz_marks_print(struct fz_app *app)
{
    struct fz_error err = {0};
    if (app->marks.picked) {
        fputs(app->marks.picked, stdout);
        putchar(separator(app));
    }
    if (fz_option_is_on(&app->options, FZ_OPTION_PRINT_MARKS)) {
        struct fz_marked *marked = fz_list_marked_begin(app->list);
        fz_marks_print_paths(stdout, marked, fz_marked_items(marked), separator(app));
        fz_marked_free(marked);
    }
    if (fz_flush_output(&err) != FZ_OK && app->status == FZ_OK) {
        fz_log_error(&err);
        app->status = err.code;
    }
}

void fz_marks_fini(struct fz_app *app)
{
    free(app->marks.picked);
    fz_marks_file_fini(&app->marks.file);
    fz_marks_news_fini(&app->marks.news);
    app->marks = (struct fz_marks){0};
}
