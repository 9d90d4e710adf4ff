/* The line at the bottom that is typed into: a command after ":", a search after "/". */
#ifndef FZ_APP_OVERLAY_PROMPT_H
#define FZ_APP_OVERLAY_PROMPT_H

#include "app/input/keys.h"
#include "ctl/edit.h"
#include "view/geometry.h"

struct fz_app;

enum fz_prompt_kind { FZ_PROMPT_NONE, FZ_PROMPT_COMMAND, FZ_PROMPT_SEARCH, FZ_PROMPTS };

enum { FZ_HISTORY_LINES = 100 };

/* The lines entered before, of one kind. */
struct fz_line_history {
    char *lines[FZ_HISTORY_LINES]; /* oldest first; owned */
    int count;
};

struct fz_prompt {
    enum fz_prompt_kind kind; /* NONE: closed */
    struct fz_edit line;
    struct fz_edit unsent; /* what was typed before the history was looked at */
    int at;                /* the line of the history that is shown; its count: none of them */
    struct fz_line_history history[FZ_PROMPTS];
    char hint[256];                /* what may be typed next; empty: nothing to say */
    char drawn[FZ_EDIT_BYTES + 1]; /* the last text that was there to draw */
    struct fz_rect bar;            /* as last drawn */
};

/* Render thread only, all of these. */
void fz_prompt_open(struct fz_app *app, enum fz_prompt_kind kind, const char *text);
void fz_prompt_close(struct fz_app *app);
void fz_prompt_fini(struct fz_app *app);

/* A key while it is open: all of them are its own. */
void fz_prompt_press(struct fz_app *app, const struct fz_press *press);
/* Characters from an input method, or dropped on it. */
void fz_prompt_insert(struct fz_app *app, const char *text);
/* First in a frame: what else is drawn stays clear of it. */
void fz_prompt_reserve(struct fz_app *app);
void fz_prompt_draw(struct fz_app *app);
/* A press at its line, x, y px, is for the board of letters: it comes and goes. */
bool fz_prompt_is_at(const struct fz_app *app, double x, double y);

#endif
