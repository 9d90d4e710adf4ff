/* The OPTION TABLE: the command line, --help, the config files, get and set at run time, the manual and the completions
 * all come from it. Each value remembers who set it. */
#ifndef FZ_CTL_OPTION_H
#define FZ_CTL_OPTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* X(ID, title): the paragraphs of --help and of the manual. */
#define FZ_OPTION_GROUP_TABLE(X) \
    X(SHOW, "Show")              \
    X(SOURCES, "Sources")        \
    X(WINDOW, "Window")          \
    X(LIMITS, "Limits")          \
    X(AUTOMATION, "Automation")  \
    X(INFORMATION, "Information")

/* X(ID, type, name, short, default, min, max, metavar, group, reach, help); bounds are in the unit of the value: a
 * count, bytes, px, seconds. A FLAG takes no value on the command line. A CHOICE lists its values in the metavar,
 * separated by '|'. Reach: LINE is the command line alone, FILE the config files too, LIVE also while frieze runs (it
 * is applied in app/options.c). */
#define FZ_OPTION_TABLE(X)                                                                             \
    X(SLIDESHOW, FLAG, "slideshow", 's', NULL, 0, 1, NULL, SHOW, FILE, "start as a slideshow")         \
    X(DELAY, DURATION, "delay", 'd', "5", 0.1, 86400, "SECONDS", SHOW, LIVE,                           \
      "how long the slideshow shows a picture (less counts as 0.34: nothing flashes)")                 \
    X(TILE, SIZE, "tile", 't', "256x192", 16, 4096, "WxH", SHOW, LIVE,                                 \
      "size of the box of a picture on the wall")                                                      \
    X(LAYOUT, CHOICE, "layout", 0, "grid", 0, 0, "grid|justified|masonry|strip", SHOW, LIVE,           \
      "how pictures hang: in boxes, or whole in rows, in columns; in one row")                         \
    X(FIT, CHOICE, "fit", 0, "contain", 0, 0, "contain|cover", SHOW, LIVE,                             \
      "in a grid or strip: all of a picture in its box, or the box filled")                            \
    X(NAMES, FLAG, "names", 'n', NULL, 0, 1, NULL, SHOW, LIVE, "show file names under the tiles")      \
    X(TEXT_SCALE, FACTOR, "text-scale", 0, "1", 0.5, 4, "FACTOR", SHOW, LIVE, "enlarge texts")         \
    X(BACKGROUND, COLOR, "background", 'b', "0c0c0e", 0, 0xffffff, "RRGGBB", SHOW, LIVE,               \
      "colour behind the pictures")                                                                    \
    X(MOTION, CHOICE, "motion", 0, "full", 0, 0, "full|reduced|off", SHOW, LIVE,                       \
      "what may move: reduced only fades, and plays on request; off does neither")                     \
    X(HIDDEN, FLAG, "hidden", 0, NULL, 0, 1, NULL, SOURCES, FILE, "hidden files and folders too")      \
    X(SORT, CHOICE, "sort", 0, NULL, 0, 0, "name|date|modified|size|rating|random", SOURCES, LIVE,     \
      "order of the pictures (default: by name, lists as they are)")                                   \
    X(REVERSE, FLAG, "reverse", 0, NULL, 0, 1, NULL, SOURCES, LIVE, "the other way round")             \
    X(NO_SIBLINGS, FLAG, "no-siblings", 0, NULL, 0, 1, NULL, SOURCES, FILE,                            \
      "a single file is shown alone, without its folder")                                              \
    X(NO_STACK, FLAG, "no-stack", 0, NULL, 0, 1, NULL, SOURCES, FILE,                                  \
      "RAW files have tiles of their own beside their JPEG or HEIC")                                   \
    X(NUL, FLAG, "null", '0', NULL, 0, 1, NULL, SOURCES, LINE,                                         \
      "paths that are read or printed end with NUL")                                                   \
    X(RESUME, FLAG, "resume", 0, NULL, 0, 1, NULL, SOURCES, FILE,                                      \
      "open where it was closed with these sources")                                                   \
    X(WATCH, FLAG, "watch", 0, NULL, 0, 1, NULL, SOURCES, FILE,                                        \
      "keep running although nothing is there yet")                                                    \
    X(NO_WATCH, FLAG, "no-watch", 0, NULL, 0, 1, NULL, SOURCES, FILE,                                  \
      "do not follow changes of the folders")                                                          \
    X(WAIT, FLAG, "wait", 0, NULL, 0, 1, NULL, SOURCES, FILE,                                          \
      "wait for paths that do not exist or may not be read yet")                                       \
    X(SIZE, SIZE, "size", 0, NULL, 64, 16384, "WxH", WINDOW, FILE,                                     \
      "open a window of this size instead of fullscreen (headless: 1920x1080)")                        \
    X(HEADLESS, FLAG, "headless", 0, NULL, 0, 1, NULL, WINDOW, LINE, "no display is needed")           \
    X(MEMORY, BYTES, "memory", 'm', NULL, 33554432, 1099511627776, "BYTES", LIMITS, FILE,              \
      "bound on pictures in memory (32M or more, for 4K 64M; default a quarter, 64M to 1G)")           \
    X(HISTORY, INT, "history", 0, "10", 0, 1000, "N", LIMITS, LIVE,                                    \
      "pictures shown last that --memory keeps: going back opens no file")                             \
    X(CACHE_SIZE, BYTES, "cache-size", 0, "512M", 0, 1099511627776, "BYTES", LIMITS, FILE,             \
      "bound on tiles kept on disk (0: none are kept)")                                                \
    X(JOBS, INT, "jobs", 'j', NULL, 1, 256, "N", LIMITS, FILE,                                         \
      "decoding workers (default: the processor's cores)")                                             \
    X(RUN_TIMEOUT, DURATION, "run-timeout", 0, "60", 0.1, 86400, "SECONDS", LIMITS, LIVE,              \
      "how long a program of [run] may take")                                                          \
    X(LIMIT_PIXELS, INT, "limit-pixels", 0, "1000", 1, 4290, "MEGAPIXELS", LIMITS, FILE,               \
      "largest picture; a tenth of it for one that has to be decoded as a whole")                      \
    X(LIMIT_BYTES, BYTES, "limit-bytes", 0, "512M", 1024, 17179869184, "BYTES", LIMITS, FILE,          \
      "largest file of a picture")                                                                     \
    X(LIMIT_FRAMES, INT, "limit-frames", 0, "10000", 1, 1000000, "N", LIMITS, FILE,                    \
      "frames of an animation, or pages: more are left out")                                           \
    X(LIMIT_NESTING, INT, "limit-nesting", 0, "200", 1, 10000, "N", LIMITS, FILE,                      \
      "elements inside elements of an SVG")                                                            \
    X(LIMIT_SECONDS, DURATION, "limit-seconds", 0, "30", 0.1, 86400, "SECONDS", LIMITS, FILE,          \
      "computing time that decoding a picture may take; a drawing, a part of it")                      \
    X(ISOLATION, CHOICE, "isolation", 0, "process", 0, 0, "process|thread", LIMITS, LINE,              \
      "where pictures are decoded: in processes of their own, or on threads")                          \
    X(SANDBOX, CHOICE, "sandbox", 0, "auto", 0, 0, "require|auto|off", LIMITS, LINE,                   \
      "around these processes: all layers or no start, what the system permits, none")                 \
    X(KEYS, CHOICE, "keys", 0, NULL, 0, 0, "feh|nsxiv|imv|swayimg|cull", WINDOW, FILE,                 \
      "keys like those of another viewer; cull: digits rate, x rejects")                               \
    X(PRINT_MARKS, FLAG, "print-marks", 0, NULL, 0, 1, NULL, AUTOMATION, LINE,                         \
      "print the marked paths at the end")                                                             \
    X(MARKS, TEXT, "marks", 0, NULL, 1, 4096, "FILE", AUTOMATION, LINE, "keep the marks in this file") \
    X(PICK, FLAG, "pick", 0, NULL, 0, 1, NULL, AUTOMATION, LINE,                                       \
      "print the picture that is opened, and end")                                                     \
    X(NAME, TEXT, "name", 0, "default", 1, 64, "NAME", AUTOMATION, LINE,                               \
      "name of this instance for frieze ctl")                                                          \
    X(SCREENSHOT, TEXT, "screenshot", 0, NULL, 1, 4096, "FILE.png", AUTOMATION, LINE,                  \
      "write the last frame at the end")                                                               \
    X(QUIT_WHEN, CHOICE, "quit-when", 0, NULL, 0, 0, "screenful|loaded", AUTOMATION, LINE,             \
      "end when what is in view, or all of it, is there")                                              \
    X(STATS, TEXT, "stats", 0, NULL, 1, 4096, "FILE", AUTOMATION, LINE,                                \
      "write statistics as JSON at the end, - to standard output")                                     \
    X(SHOWN, TEXT, "shown", 0, NULL, 1, 4096, "FILE", AUTOMATION, LINE,                                \
      "append a JSON line for each picture shown")                                                     \
    X(CONFIG, TEXT, "config", 0, NULL, 1, 4096, "FILE", INFORMATION, LINE,                             \
      "read this config file, and not those of the system and the user")                               \
    X(NO_CONFIG, FLAG, "no-config", 0, NULL, 0, 1, NULL, INFORMATION, LINE,                            \
      "read no config file but that of --config")                                                      \
    X(HELP, FLAG, "help", 'h', NULL, 0, 1, NULL, INFORMATION, LINE, "print this and end")              \
    X(VERSION, FLAG, "version", 'V', NULL, 0, 1, NULL, INFORMATION, LINE,                              \
      "print version and features and end")

enum fz_option_id {
#define X(id, ...) FZ_OPTION_##id,
    FZ_OPTION_TABLE(X) FZ_OPTIONS
#undef X
};

/* What the rows of a CHOICE list, in their order: .number of its value. SORT and LAYOUT have tables of their own, by name. */
enum fz_fit { FZ_FIT_CONTAIN, FZ_FIT_COVER };
/* What may move by itself: each allows less than the one before it. */
enum fz_motion {
    FZ_MOTION_FULL,
    FZ_MOTION_REDUCED, /* pictures fade, but nothing travels, grows or glides on */
    FZ_MOTION_OFF,     /* nothing: every change is a cut */
};
enum fz_isolation { FZ_ISOLATION_PROCESS, FZ_ISOLATION_THREAD };
enum fz_sandbox_mode { FZ_SANDBOX_MODE_REQUIRE, FZ_SANDBOX_MODE_AUTO, FZ_SANDBOX_MODE_OFF };
enum fz_key_preset {
    FZ_KEY_PRESET_FEH,
    FZ_KEY_PRESET_NSXIV,
    FZ_KEY_PRESET_IMV,
    FZ_KEY_PRESET_SWAYIMG,
    FZ_KEY_PRESET_CULL,
};
enum fz_quit_when { FZ_QUIT_WHEN_SCREENFUL, FZ_QUIT_WHEN_LOADED };

enum fz_option_group {
#define X(id, title) FZ_GROUP_##id,
    FZ_OPTION_GROUP_TABLE(X) FZ_OPTION_GROUPS
#undef X
};

enum fz_option_reach { FZ_REACH_LINE, FZ_REACH_FILE, FZ_REACH_LIVE };

enum fz_option_type {
    FZ_TYPE_FLAG,     /* .number 0 or 1 */
    FZ_TYPE_INT,      /* .number */
    FZ_TYPE_BYTES,    /* .number */
    FZ_TYPE_COLOR,    /* .number 0xRRGGBB */
    FZ_TYPE_DURATION, /* .seconds */
    FZ_TYPE_FACTOR,   /* .factor */
    FZ_TYPE_SIZE,     /* .w, .h */
    FZ_TYPE_TEXT,     /* .text */
    FZ_TYPE_CHOICE,   /* .text, one of the metavar, and .number, which one of them, from 0 */
};

/* Later ones win. */
enum fz_option_origin {
    FZ_ORIGIN_UNSET, /* neither a default nor anybody: the program decides */
    FZ_ORIGIN_DEFAULT,
    FZ_ORIGIN_SYSTEM_FILE,
    FZ_ORIGIN_USER_FILE,
    FZ_ORIGIN_COMMAND_LINE,
    FZ_ORIGIN_RUN_TIME,
    FZ_ORIGINS,
};

struct fz_option_row {
    enum fz_option_type type;
    const char *name;
    char letter;
    const char *fallback;
    double min, max;
    const char *metavar;
    enum fz_option_group group;
    enum fz_option_reach reach;
    const char *help;
};

struct fz_option_value {
    enum fz_option_origin origin;
    const char *file; /* where it was set; borrowed from who read it; NULL: in no file */
    int line;
    int64_t number;
    double seconds, factor;
    int w, h;
    char *text;
};

/* One owner's thread. */
struct fz_options {
    /* those that hold: of each the highest layer, its text borrowed */
    struct fz_option_value values[FZ_OPTIONS];
    struct fz_option_value layers[FZ_ORIGINS][FZ_OPTIONS]; /* what each has set; texts are owned */
};

void fz_options_init(struct fz_options *options);
void fz_options_fini(struct fz_options *options);

/* Any thread, all of these. */
const struct fz_option_row *fz_option_row(enum fz_option_id id);
const char *fz_option_group_title(enum fz_option_group group);
bool fz_option_find(const char *name, enum fz_option_id *id);
const char *fz_option_origin_name(enum fz_option_origin origin);

/* Any thread. Reads `text` (NULL: a FLAG that is on) as a value of that row, a text only borrowed; false where it does
 * not fit. */
bool fz_option_parse(const struct fz_option_row *row, const char *text, struct fz_option_value *value);
/* Any thread. What a row wants, in words: "SECONDS, 0.1 to 86400". */
void fz_option_wants(const struct fz_option_row *row, char *out, size_t size);

/* Sets one layer from text; USAGE with one clear line where the value does not fit. `text` is NULL for a FLAG that is
 * on. */
enum fz_err fz_option_set(struct fz_options *options, enum fz_option_id id, const char *text,
                          enum fz_option_origin origin, struct fz_error *err);
/* The same by a line of a file, whose name is borrowed as long as the options live. */
enum fz_err fz_option_set_in_file(struct fz_options *options, enum fz_option_id id, const char *text,
                                  enum fz_option_origin origin, const char *file, int line,
                                  struct fz_error *err);
/* Takes one layer away: the next lower one holds again. */
void fz_option_reset(struct fz_options *options, enum fz_option_id id, enum fz_option_origin origin);

/* Parses argv[1..]; what is no option is moved to the front of `operands` (room for argc), counted in *operand_count,
 * borrowed. "--" ends the options; "-" is an operand. */
enum fz_err fz_options_parse(struct fz_options *options, int argc, char **argv, const char **operands,
                             size_t *operand_count, struct fz_error *err);

/* Any thread. The lines of --help for all options, group by group. */
void fz_options_print_help(FILE *out);

static inline bool fz_option_is_on(const struct fz_options *options, enum fz_option_id id)
{
    return options->values[id].number != 0;
}
static inline bool fz_option_is_set(const struct fz_options *options, enum fz_option_id id)
{
    return options->values[id].origin != FZ_ORIGIN_UNSET;
}
/* The number of a CHOICE; -1 while it is unset. */
static inline int fz_option_choice(const struct fz_options *options, enum fz_option_id id)
{
    return fz_option_is_set(options, id) ? (int)options->values[id].number : -1;
}

#endif
