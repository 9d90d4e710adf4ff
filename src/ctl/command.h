/* The COMMAND TABLE: what can be done, by key or through the control socket. A row whose handler
 * (fz_command_<function> in app/) is missing does not link. */
#ifndef FZ_CTL_COMMAND_H
#define FZ_CTL_COMMAND_H

#include "base/error.h"
#include "ctl/key.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* X(ID, function, ONCE or REPEAT while its key is held, keys on the wall, keys in the picture view, keys there while a
 * show runs, argument, help). Keys are separated by spaces; an upper-case argument is required, one in [] is not; NULL:
 * takes none. */
#define FZ_COMMAND_TABLE(X)                                                                             \
    X(QUIT, quit, ONCE, "q", "q", "", NULL, "end the program")                                          \
    X(BACK, back, ONCE, "Esc", "Esc", "", NULL, "one level up: picture, wall, end")                     \
    X(OPEN, open, ONCE, "Return", "", "", NULL, "open the selected picture")                            \
    X(CLOSE, close, ONCE, "", "Return t", "", NULL, "back to the wall")                                 \
    X(NEXT, next, REPEAT, "n", "n Space PgDn", "", NULL, "next picture")                                \
    X(PREVIOUS, previous, REPEAT, "p", "p BackSpace PgUp", "", NULL, "previous picture")                \
    X(LEFT, left, REPEAT, "h Left", "h Left", "", NULL,                                                 \
      "to the left; previous picture where all of it is in view")                                       \
    X(RIGHT, right, REPEAT, "l Right", "l Right", "", NULL,                                             \
      "to the right; next picture where all of it is in view")                                          \
    X(UP, up, REPEAT, "k Up", "k Up", "", NULL, "upwards; previous picture where all of it is in view") \
    X(DOWN, down, REPEAT, "j Down", "j Down", "", NULL,                                                 \
      "downwards; next picture where all of it is in view")                                             \
    X(PAGE_DOWN, page_down, REPEAT, "Space PgDn ^f", "", "", NULL, "one window down")                   \
    X(PAGE_UP, page_up, REPEAT, "S-Space PgUp ^b", "", "", NULL, "one window up")                       \
    X(HALF_DOWN, half_down, REPEAT, "^d", "", "", NULL, "half a window down")                           \
    X(HALF_UP, half_up, REPEAT, "^u", "", "", NULL, "half a window up")                                 \
    X(FORWARD, forward, REPEAT, "]", "]", "", NULL, "ten pictures on")                                  \
    X(BACKWARD, backward, REPEAT, "[", "[", "", NULL, "ten pictures back")                              \
    X(FIRST, first, ONCE, "Home", "Home", "", NULL, "first picture")                                    \
    X(LAST, last, ONCE, "End G", "End G", "", NULL, "last picture")                                     \
    X(ZOOM_IN, zoom_in, REPEAT, "+ =", "+ =", "", NULL, "larger tiles; closer")                         \
    X(ZOOM_OUT, zoom_out, REPEAT, "-", "-", "", NULL, "smaller tiles; further away")                    \
    X(ZOOM_ORIGINAL, zoom_original, ONCE, "", "a *", "", NULL, "100 %")                                 \
    X(ZOOM_FIT, zoom_fit, ONCE, "", "w", "", NULL, "all of the picture")                                \
    X(ZOOM_FILL, zoom_fill, ONCE, "", "W", "", NULL, "fill the window")                                 \
    X(ZOOM_RESET, zoom_reset, ONCE, "0", "0", "", NULL, "the zoom of the start")                        \
    X(ZOOM_KEEP, zoom_keep, ONCE, "", "L", "", NULL, "keep zoom and place from picture to picture")     \
    X(ROTATE_RIGHT, rotate_right, ONCE, ">", ">", "", NULL, "turn clockwise")                           \
    X(ROTATE_LEFT, rotate_left, ONCE, "<", "<", "", NULL, "turn counter-clockwise")                     \
    X(FLIP_H, flip_h, ONCE, "", "|", "", NULL, "mirror left and right")                                 \
    X(FLIP_V, flip_v, ONCE, "", "_", "", NULL, "mirror top and bottom")                                 \
    X(SLIDESHOW, slideshow, ONCE, "s", "s", "", NULL, "start or end the slideshow")                     \
    X(PAUSE_SHOW, pause_show, ONCE, "", "", "Space", NULL, "pause or resume the slideshow")             \
    X(SLOWER, slower, REPEAT, ",", ",", "", NULL, "slower slideshow")                                   \
    X(FASTER, faster, REPEAT, ".", ".", "", NULL, "faster slideshow")                                   \
    X(NAMES, names, ONCE, "V", "V", "", NULL, "file names under the tiles")                             \
    X(LOADING, loading, ONCE, "P", "P", "", "[pause|resume]", "pause or resume loading")                \
    X(RELOAD, reload, ONCE, "r", "r", "", NULL, "read the selected picture again")                      \
    X(FULLSCREEN, fullscreen, ONCE, "f F11", "f F11", "", NULL, "fullscreen or window")                 \
    X(COPY_PATH, copy_path, ONCE, "y", "y", "", NULL, "copy the picture's path")                        \
    X(KEY, key, ONCE, "", "", "", "KEY...", "press keys")                                               \
    X(STATUS, status, ONCE, "", "", "", NULL, "what is shown")                                          \
    X(STATISTICS, stats, ONCE, "", "", "", NULL, "the statistics so far")                               \
    X(WAIT, wait, ONCE, "", "", "", "idle|screenful|loaded [SECONDS]", "wait for a state")              \
    X(SCREENSHOT, screenshot, ONCE, "", "", "", "FILE", "write the frame as PNG")                       \
    X(GET, get, ONCE, "", "", "", "[OPTION]", "an option's value and who set it, or those of all")      \
    X(SET, set, ONCE, "", "", "", "OPTION [VALUE]", "set an option for this run")                       \
    X(RESET, reset, ONCE, "", "", "", "OPTION", "undo set: what files and command line say")

enum fz_command_id {
#define X(id, ...) FZ_COMMAND_##id,
    FZ_COMMAND_TABLE(X) FZ_COMMANDS
#undef X
};

enum fz_command_view { FZ_VIEW_WALL, FZ_VIEW_PICTURE, FZ_VIEW_SHOW, FZ_VIEWS };

struct fz_request;

/* One call. Its result is NULL where there is nothing to say. A handler that answers later takes `request` (NULL for a
 * key) and sets `deferred`. */
struct fz_command_call {
    enum fz_command_id id;
    size_t argc;
    const char *const *argv;
    struct fz_request *request;
    bool deferred;
    json_t *result; /* owned by the caller afterwards */
};

/* Any thread, all of these. */
const char *fz_command_name(enum fz_command_id id);
const char *fz_command_help(enum fz_command_id id);
const char *fz_command_argument(enum fz_command_id id); /* NULL: takes none */
const char *fz_command_keys(enum fz_command_id id, enum fz_command_view view);
/* Whether it runs again and again while its key is held. */
bool fz_command_repeats(enum fz_command_id id);
bool fz_command_find(const char *name, enum fz_command_id *id);

/* The command of a key in a view; a running show's own keys come before those of the picture view. */
bool fz_command_of_key(struct fz_key key, enum fz_command_view view, enum fz_command_id *id);

#endif
