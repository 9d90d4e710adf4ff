#include "app/wall/marks.h"

#include "app/app.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "source/marks.h"
#include "source/told.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WRITE_TRIES = 30,
    WRITE_TRY_MS = 5,
    WRITE_AFTER_US = 300000,
    FAILED_AFTER_US = 10000000, /* what could not be written is tried again, and at the end */
    MOST_FILE_BYTES = 256 << 20,
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

static char *read_whole(const char *path, size_t *length, struct fz_error *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (errno != ENOENT)
            fz_fail(err, fz_err_from_errno(errno), errno, "cannot read the marks in %s", path);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    if (!S_ISREG(st.st_mode) || st.st_size > MOST_FILE_BYTES) {
        fz_fail(err, FZ_E_IO, 0, "cannot read the marks in %s: %s", path,
                S_ISREG(st.st_mode) ? "too large" : "no file");
        close(fd);
        return NULL;
    }
    char *text = fz_malloc((size_t)st.st_size + 1);
    if (!fz_read_full(fd, text, (size_t)st.st_size, length))
        fz_fail(err, FZ_E_IO, errno, "cannot read the marks in %s", path);
    text[*length] = '\0';
    close(fd);
    return text;
}

static bool keeps_file(const struct fz_app *app)
{
    return app->options.values[FZ_OPTION_MARKS].text && !app->marks.unreadable;
}

static size_t held(const struct fz_app *app)
{
    return fz_list_marked_count(app->list) + fz_list_wish_count(app->list);
}

/* As it was written, whatever -0 says now. */
static enum fz_err take_paths(struct fz_list *list, const char *path, char *text, size_t length,
                              struct fz_error *err)
{
    int end_mark = memchr(text, '\0', length) ? '\0' : '\n';
    for (char *p = text; p && p < text + length;) {
        char *end = memchr(p, end_mark, (size_t)(text + length - p));
        if (end)
            *end = '\0';
        char *absolute = *p ? fz_path_find_absolute(p) : NULL;
        if (*p && !absolute)
            return fz_fail(err, fz_err_from_errno(errno), errno,
                           "cannot read the marks in %s: no current folder, for %s", path, p);
        if (absolute)
            fz_list_mark_path(list, absolute);
        free(absolute);
        p = end ? end + 1 : NULL;
    }
    return FZ_OK;
}

void fz_marks_load(struct fz_app *app)
{
    const char *path = app->options.values[FZ_OPTION_MARKS].text;
    struct fz_error err = {0};
    size_t length = 0;
    char *text = path ? read_whole(path, &length, &err) : NULL;
    if (text && err.code == FZ_OK)
        take_paths(app->list, path, text, length, &err);
    if (err.code != FZ_OK) {
        fz_log_error(&err);
        fz_app_notice(app, "%s: it is left as it is", err.msg);
        app->marks.unreadable = true;
    }
    free(text);
    app->marks.held = held(app);
}

static bool write_paths(FILE *out, const struct fz_marked *marked, size_t count, char end)
{
    for (size_t i = 0; i < count; i++) {
        char *path = fz_marked_path(marked, i);
        fputs(path, out);
        putc(end, out);
        free(path);
    }
    return !ferror(out);
}

struct write_load {
    struct fz_marked *marked;
    char *path;
    char end;
};

/* Lines, as long as no name needs more: one that holds the end of a line makes all end with NUL. */
static char separator_for(const struct write_load *load)
{
    char end = load->end;
    for (size_t i = 0; i < fz_marked_count(load->marked) && end; i++) {
        char *path = fz_marked_path(load->marked, i);
        end = strchr(path, '\n') ? '\0' : end;
        free(path);
    }
    return end;
}

static enum fz_err write_file(const struct write_load *load, struct fz_error *err)
{
    struct fz_new_file file;
    enum fz_err code = fz_new_file_open(&file, load->path, err);
    if (code != FZ_OK)
        return code;
    bool whole = write_paths(file.stream, load->marked, fz_marked_count(load->marked), separator_for(load));
    return fz_new_file_close(&file, whole)
               ? FZ_OK
               : fz_fail(err, FZ_E_IO, errno, "cannot write the marks to %s", load->path);
}

static void run_write(struct fz_job *job)
{
    FZ_NOT_MAIN();
    write_file(job->load, &job->error);
}

static void free_write(void *ctx)
{
    struct write_load *load = ctx;
    fz_marked_free(load->marked);
    free(load->path);
    free(load);
}

static struct write_load *new_write(struct fz_app *app)
{
    struct write_load *load = fz_calloc(1, sizeof *load);
    load->marked = fz_list_marked_begin(app->list);
    load->path = fz_strdup(app->options.values[FZ_OPTION_MARKS].text);
    load->end = separator(app);
    app->marks.changed_us = 0;
    return load;
}

int64_t fz_marks_next_us(const struct fz_app *app)
{
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
    if (held(app) != app->marks.held) /* dropped, brought back */
        fz_marks_changed(app);
    app->marks.held = held(app);
    if (app->ending || app->now_us < fz_marks_next_us(app))
        return;
    app->marks.write = fz_job_new_work(&writing, new_write(app), FZ_ITEM_NONE, &app->quit);
    fz_loader_launch(app, app->marks.write, 0);
}

/* ---- The end ----------------------------------------------------------------------------------------------------- */

void fz_marks_finish(struct fz_app *app)
{
    struct fz_error err = {0};
    for (int i = 0; app->marks.write && i < WRITE_TRIES; i++, SDL_Delay(WRITE_TRY_MS))
        fz_loader_collect(app, 0); /* an older state must not come after the last one */
    if ((app->marks.changed_us > 0 || app->marks.write) && keeps_file(app)) {
        struct write_load *load = new_write(app);
        if (write_file(load, &err) != FZ_OK) {
            fz_log_error(&err);
            app->status = app->status == FZ_OK ? err.code : app->status;
        }
        free_write(load);
    }
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
        write_paths(stdout, marked, fz_marked_items(marked), separator(app));
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
    app->marks = (struct fz_marks){0};
}
