/* Hint letters: each tile in view gets one to three letters; typing them selects it. */
#ifndef FZ_APP_OVERLAY_HINTS_H
#define FZ_APP_OVERLAY_HINTS_H

#include "app/input/keys.h"
#include "source/list.h"

struct fz_app;

enum { FZ_HINT_LETTERS = 3 };

struct fz_hints {
    bool active;
    fz_item_id *items; /* that have letters, as they stood then; owned */
    size_t count, capacity;
    int length; /* letters of each */
    char typed[FZ_HINT_LETTERS + 1];
};

/* Render thread only, all of these. Letters for what is in view; they stay with their pictures when the list changes. */
void fz_hints_start(struct fz_app *app);
void fz_hints_fini(struct fz_hints *hints);
void fz_hints_press(struct fz_app *app,
                    const struct fz_press *press); /* while active: every key is its own */
void fz_hints_draw(struct fz_app *app);

#endif
