/* Keys become commands: a number before a key, keys that are pressed one after the other, and the layers (a line that
 * is typed, the help) that take keys for themselves. */
#ifndef FZ_APP_INPUT_KEYS_H
#define FZ_APP_INPUT_KEYS_H

#include "ctl/keymap.h"

struct fz_app;

enum { FZ_KEYS_TEXT = 64 }; /* bytes of what a command does with its argument */

struct fz_keys {
    struct fz_keymap map;
    unsigned count;               /* the number typed so far; 0: none */
    int depth;                    /* of keys that press keys */
    struct fz_key_sequence begun; /* keys of a sequence that is not complete; length 0: none */
};

/* A key that went down. */
struct fz_press {
    struct fz_key key;   /* by the character that it produces */
    struct fz_key place; /* by its place on a US keyboard; code 0: not known */
    bool held;           /* not new: it repeats */
};

/* Any thread. On a layout without Latin letters what stands in this place on a US board. */
static inline struct fz_key fz_press_latin(const struct fz_press *press)
{
    return press->key.code > 0x7e && press->place.code != 0 ? press->place : press->key;
}

/* Render thread only, all of these. */
/* Main thread, once options and config files are read; complains of faults in the latter. */
void fz_keys_init(struct fz_app *app);
void fz_keys_fini(struct fz_app *app);
/* Runs the command of a binding, after a number (0: none); says what went wrong. */
void fz_keys_run(struct fz_app *app, const struct fz_binding *binding, unsigned count);
void fz_keys_press(struct fz_app *app, const struct fz_press *press);
/* What was begun by keys, a number among it, or the letters on tiles: the pointer does something else. */
void fz_keys_take_back(struct fz_app *app);

/* Whether a binding counts in the view of now: a running show has those of the picture view too. */
bool fz_keys_are_here(const struct fz_app *app, const struct fz_binding *binding);
/* What a binding does, for people; written to `room` unless it stands somewhere for as long as the keymap. */
const char *fz_keys_tell(const struct fz_app *app, const struct fz_binding *binding, char room[FZ_KEYS_TEXT]);

/* Shows the number and the keys begun, with what may follow. */
void fz_keys_draw(struct fz_app *app);

#endif
