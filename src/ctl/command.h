/* The COMMAND TABLE: what can be done, by key or through the control socket. A row whose handler
 * in app/ is missing does not compile. */
#ifndef FZ_CTL_COMMAND_H
#define FZ_CTL_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* What belongs together in the help: X(ID, title) */
#define FZ_TOPIC_TABLE(X)     \
    X(MOVE, "Move")           \
    X(VIEW, "Look")           \
    X(SHOW, "Show")           \
    X(FIND, "Find and order") \
    X(MARK, "Mark")           \
    X(WINDOW, "Window and program")

enum fz_topic {
#define X(id, title) FZ_TOPIC_##id,
    FZ_TOPIC_TABLE(X) FZ_TOPICS
#undef X
};

/* X(ID, function, topic, what its key does while it is held (ONCE; CUT: once, and much of the window becomes something else by that alone;
 * REPEAT), keys on the wall, keys in the picture view, keys there while a show runs, argument, help). Keys are separated by spaces; two characters are pressed one after the other.
 * An upper-case argument is required, one in [] is not; NULL: takes none. */
#define FZ_COMMAND_TABLE(X)                                                                                \
    X(QUIT, quit, WINDOW, ONCE, "q", "q", "", NULL, "end the program")                                     \
    X(BACK, back, WINDOW, ONCE, "Esc", "Esc", "", NULL, "one level up: search, zoom, picture, wall, end")  \
    X(OPEN, open, VIEW, ONCE, "Return", "", "", NULL, "open the selected picture")                         \
    X(CLOSE, close, VIEW, ONCE, "", "Return t", "", NULL, "back to the wall")                              \
    X(NEXT, next, MOVE, REPEAT, "n", "n Space PgDn", "", NULL, "next picture; next match of a search")     \
    X(PREVIOUS, previous, MOVE, REPEAT, "p N", "p N BackSpace PgUp", "", NULL,                             \
      "previous picture; previous match of a search")                                                      \
    X(LEFT, left, MOVE, REPEAT, "h Left", "h Left", "", NULL,                                              \
      "to the left; previous picture where all of it is in view")                                          \
    X(RIGHT, right, MOVE, REPEAT, "l Right", "l Right", "", NULL,                                          \
      "to the right; next picture where all of it is in view")                                             \
    X(UP, up, MOVE, REPEAT, "k Up", "k Up", "", NULL,                                                      \
      "upwards; previous picture where all of it is in view")                                              \
    X(DOWN, down, MOVE, REPEAT, "j Down", "j Down", "", NULL,                                              \
      "downwards; next picture where all of it is in view")                                                \
    X(PAGE_DOWN, page_down, MOVE, REPEAT, "Space PgDn ^f", "", "", NULL, "one window down")                \
    X(PAGE_UP, page_up, MOVE, REPEAT, "S-Space PgUp ^b", "", "", NULL, "one window up")                    \
    X(HALF_DOWN, half_down, MOVE, REPEAT, "^d", "", "", NULL, "half a window down")                        \
    X(HALF_UP, half_up, MOVE, REPEAT, "^u", "", "", NULL, "half a window up")                              \
    X(FORWARD, forward, MOVE, REPEAT, "]", "]", "", NULL, "ten pictures on")                               \
    X(BACKWARD, backward, MOVE, REPEAT, "[", "[", "", NULL, "ten pictures back")                           \
    X(FOLDER_NEXT, folder_next, MOVE, REPEAT, "}", "}", "", NULL, "first picture of the next folder")      \
    X(FOLDER_PREVIOUS, folder_previous, MOVE, REPEAT, "{", "{", "", NULL,                                  \
      "first picture of this folder; of the one before")                                                   \
    X(FIRST, first, MOVE, ONCE, "Home gg", "Home gg", "", NULL, "first picture; the nth after a number")   \
    X(LAST, last, MOVE, ONCE, "End G", "End G", "", NULL, "last picture; the nth after a number")          \
    X(ZOOM_IN, zoom_in, VIEW, REPEAT, "+ =", "+ =", "", NULL, "larger tiles; closer")                      \
    X(ZOOM_OUT, zoom_out, VIEW, REPEAT, "-", "-", "", NULL, "smaller tiles; further away")                 \
    X(ZOOM_ORIGINAL, zoom_original, VIEW, ONCE, "", "a *", "", NULL, "100 %")                              \
    X(ZOOM_FIT, zoom_fit, VIEW, ONCE, "", "w", "", NULL, "all of the picture")                             \
    X(ZOOM_FILL, zoom_fill, VIEW, ONCE, "", "W", "", NULL, "fill the window")                              \
    X(ZOOM_RESET, zoom_reset, VIEW, CUT, "0", "0", "", NULL, "the zoom of the start")                      \
    X(ZOOM_KEEP, zoom_keep, VIEW, ONCE, "", "L", "", NULL, "keep zoom and place from picture to picture")  \
    X(ROTATE_RIGHT, rotate_right, VIEW, CUT, ">", ">", "", NULL, "turn clockwise")                         \
    X(ROTATE_LEFT, rotate_left, VIEW, CUT, "<", "<", "", NULL, "turn counter-clockwise")                   \
    X(FLIP_H, flip_h, VIEW, CUT, "", "|", "", NULL, "mirror left and right")                               \
    X(FLIP_V, flip_v, VIEW, CUT, "", "_", "", NULL, "mirror top and bottom")                               \
    X(SLIDESHOW, slideshow, SHOW, ONCE, "s", "s", "", NULL,                                                \
      "start or end the slideshow; after a number with that many seconds")                                 \
    X(PAUSE_SHOW, pause_show, SHOW, ONCE, "", "", "Space", NULL, "pause or resume the slideshow")          \
    X(SLOWER, slower, SHOW, REPEAT, ",", ",", "", NULL, "slower slideshow")                                \
    X(FASTER, faster, SHOW, REPEAT, ".", ".", "", NULL, "faster slideshow")                                \
    X(ANIMATION, animation, SHOW, ONCE, "", "^Space", "", NULL, "stop or play an animation")               \
    X(FRAME_NEXT, frame_next, SHOW, REPEAT, "", "^n", "", NULL, "stop it, and go to its next frame")       \
    X(FRAME_PREVIOUS, frame_previous, SHOW, REPEAT, "", "^p", "", NULL, "its previous frame")              \
    X(HINTS, hints, MOVE, CUT, "'", "", "", NULL, "letters on the tiles: type them to select one")         \
    X(LAYOUT, layout, VIEW, CUT, "v", "", "", NULL, "the next layout: grid, rows, columns, strip")         \
    X(NAMES, names, VIEW, ONCE, "V", "V", "", NULL, "file names under the tiles")                          \
    X(INFO, info, VIEW, CUT, "i", "i", "", NULL, "name and position; all details; off")                    \
    X(PERFORMANCE, performance, WINDOW, CUT, "I", "I", "", NULL, "frame times and what the pipeline does") \
    X(SEARCH, search, FIND, ONCE, "/", "/", "", "[TEXT]", "show only names that contain a text")           \
    X(RANDOM, random_picture, FIND, CUT, "z", "z", "", NULL, "a picture at random")                        \
    X(SHUFFLE, shuffle, FIND, ONCE, "Z", "Z", "", NULL, "random order, and back")                          \
    X(SORT_NAME, sort_name, FIND, ONCE, "on", "on", "", NULL, "order by name; once more, backwards")       \
    X(SORT_DATE, sort_date, FIND, ONCE, "od", "od", "", NULL, "order by date taken, or else of the file")  \
    X(SORT_MODIFIED, sort_modified, FIND, ONCE, "om", "om", "", NULL, "order by when the file changed")    \
    X(SORT_SIZE, sort_size, FIND, ONCE, "os", "os", "", NULL, "order by size of the file")                 \
    X(SORT_RATING, sort_rating, FIND, ONCE, "o*", "o*", "", NULL, "order by rating, best first")           \
    X(SORT_RANDOM, sort_random, FIND, ONCE, "or", "or", "", NULL, "random order, a new one each time")     \
    X(DROP, drop, FIND, CUT, "D Del", "D Del", "", NULL, "drop from the list; the file stays")             \
    X(UNDROP, undrop, FIND, CUT, "U", "U", "", NULL, "bring back what was dropped last")                   \
    X(MARK, mark, MARK, ONCE, "m", "m", "", NULL, "mark, or take the mark away")                           \
    X(MARK_RANGE, mark_range, MARK, ONCE, "M", "M", "", NULL, "the same from the last mark to here")       \
    X(MARK_ALL, mark_all, MARK, CUT, "^a", "^a", "", NULL, "mark all that is shown")                       \
    X(MARK_NONE, mark_none, MARK, CUT, "u", "u", "", NULL, "take all marks away")                          \
    X(MARK_INVERT, mark_invert, MARK, CUT, "^i", "^i", "", NULL, "mark what is not marked, and only that") \
    X(MARK_NEXT, mark_next, MARK, REPEAT, ")", ")", "", NULL, "next mark")                                 \
    X(MARK_PREVIOUS, mark_previous, MARK, REPEAT, "(", "(", "", NULL, "previous mark")                     \
    X(MARKS, marks, MARK, ONCE, "", "", "", NULL, "the marked paths")                                      \
    X(SCALE, scale, MARK, ONCE, "S", "S", "", "[SIZE FOLDER]",                                             \
      "make the marked pictures smaller, or this one, into a folder")                                      \
    X(RATE, rate, MARK, ONCE, "", "", "", "N", "rate 0 to 5, or -1 to reject, in an XMP file beside it")   \
    X(SHOW_RATED, show_rated, MARK, CUT, "", "", "", "[N]",                                                \
      "show only what is rated N or more; -1: what is rejected; else all")                                 \
    X(HELP, help, WINDOW, ONCE, "? F1", "? F1", "", NULL, "the keys")                                      \
    X(MENU, menu, WINDOW, ONCE, "Menu", "Menu", "", NULL, "what can be done here, to choose from")         \
    X(COMMAND_LINE, command_line, WINDOW, ONCE, ":", ":", "", NULL, "type a command")                      \
    X(LOADING, loading, WINDOW, ONCE, "P", "P", "", "[pause|resume]", "pause or resume loading")           \
    X(RELOAD, reload, WINDOW, CUT, "r", "r", "", NULL, "read the selected picture again")                  \
    X(FULLSCREEN, fullscreen, WINDOW, CUT, "f F11", "f F11", "", NULL, "fullscreen or window")             \
    X(COPY_PATH, copy_path, WINDOW, ONCE, "y", "y", "", NULL, "copy the picture's path")                   \
    X(RUN, run, WINDOW, ONCE, "x", "x", "", "KEY", "run a program of yours, from [run] of frieze.conf")    \
    X(KEY, key, WINDOW, ONCE, "", "", "", "KEY...", "press keys")                                          \
    X(JOBS, jobs, WINDOW, ONCE, "", "", "", "[suspend|resume|cancel|wait [NAME] [SECONDS]]",               \
      "long work (scan, scale, prime): how far it is; pause it, end it, wait for it")                      \
    X(STATUS, status, WINDOW, ONCE, "", "", "", NULL, "what is shown")                                     \
    X(STATISTICS, stats, WINDOW, ONCE, "", "", "", NULL, "the statistics so far")                          \
    X(WAIT, wait, WINDOW, ONCE, "", "", "", "idle|screenful|loaded [SECONDS]", "wait for a state")         \
    X(SCREENSHOT, screenshot, WINDOW, ONCE, "", "", "", "FILE", "write the frame as PNG")                  \
    X(GET, get, WINDOW, ONCE, "", "", "", "[OPTION]", "an option's value and who set it, or those of all") \
    X(SET, set, WINDOW, ONCE, "", "", "", "OPTION [VALUE]", "set an option for this run")                  \
    X(RESET, reset, WINDOW, ONCE, "", "", "", "OPTION", "undo set: what files and command line say")

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
    unsigned count; /* the number typed before the key; 0: none */
    size_t argc;
    const char *const *argv;
    struct fz_request *request;
    bool deferred;
    json_t *result; /* owned by the caller afterwards */
};

/* Any thread, all of these. */
const char *fz_command_name(enum fz_command_id id);
const char *fz_command_help(enum fz_command_id id);
enum fz_topic fz_command_topic(enum fz_command_id id);
const char *fz_topic_title(enum fz_topic topic);
const char *fz_command_argument(enum fz_command_id id); /* NULL: takes none */
/* As in the table; what a key does now is the keymap's matter (ctl/keymap.h). */
const char *fz_command_keys(enum fz_command_id id, enum fz_command_view view);
/* Whether it runs again and again while its key is held. */
bool fz_command_repeats(enum fz_command_id id);
/* Whether much of the window may become something else at once. */
bool fz_command_cuts(enum fz_command_id id);
/* "in the picture view", for a sentence. */
const char *fz_command_view_name(enum fz_command_view view);
/* Whether it has a meaning in a view: where it has a key there, or none anywhere. Else `elsewhere` is where it has one. */
bool fz_command_belongs(enum fz_command_id id, enum fz_command_view view, enum fz_command_view *elsewhere);
bool fz_command_find(const char *name, enum fz_command_id *id);

#endif
