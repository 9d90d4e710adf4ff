/* Marks: set by keys, counted on the screen, kept in a file, printed at the end. */
#ifndef FZ_APP_WALL_MARKS_H
#define FZ_APP_WALL_MARKS_H

#include "app/wall/marks_file.h"
#include "base/error.h"
#include "source/list.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct fz_app;
struct fz_job;

struct fz_marks {
    fz_item_id last;      /* the one marked or unmarked last: a range begins there */
    bool last_on;         /* which of the two that was */
    size_t held;          /* marks and wishes that the file holds, or will */
    int64_t changed_us;   /* the file lacks a change since, or will be tried again then; 0: it holds all */
    struct fz_job *write; /* on its way (borrowed; NULL: none) */
    struct fz_marks_file file; /* --marks; the job's while there is one */
    struct fz_marks_news news; /* what others did, not all of it taken over yet: */
    size_t news_taken;         /* so much of it is */
    bool unreadable;           /* the file is there and could not be read: it is left alone */
    bool complained;           /* the file cannot be written, and somebody was told */
    char *picked;              /* --pick: the path that was chosen; owned */
};

/* Main thread, before the loop: reads --marks. One clear line where that cannot be read. */
void fz_marks_load(struct fz_app *app);

/* Main thread, after the loop: writes what the file lacks. */
void fz_marks_finish(struct fz_app *app);
/* Main thread, after the loop: what is to be printed; waits where nobody reads it. */
void fz_marks_print(struct fz_app *app);
void fz_marks_fini(struct fz_app *app);

/* Render thread only, the rest. */
void fz_marks_none(struct fz_app *app);
/* FZ_E_NOT_FOUND where no picture is selected. */
enum fz_err fz_marks_toggle(struct fz_app *app, struct fz_error *err);
/* Several at once: FZ_E_BUSY, and nothing is marked, as long as a filter by rating shows among them what it does not know yet. */
enum fz_err fz_marks_range(struct fz_app *app, struct fz_error *err);
enum fz_err fz_marks_all(struct fz_app *app, struct fz_error *err);
enum fz_err fz_marks_invert(struct fz_app *app, struct fz_error *err);
/* Goes `step` marks on (negative: back); says so where there is none that way. */
void fz_marks_go(struct fz_app *app, long step);
json_t *fz_marks_paths(struct fz_app *app);

/* What is marked changed, or how it is called. */
void fz_marks_changed(struct fz_app *app);
/* Sends the file on its way when it is due. */
void fz_marks_step(struct fz_app *app);
int64_t fz_marks_next_us(const struct fz_app *app); /* when that is, or FZ_NEVER */

#endif
