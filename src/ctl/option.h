/* The OPTION TABLE: the command line, --help and (later) the config file, get and set at run time all come from it.
 * Each value remembers who set it. */
#ifndef FZ_CTL_OPTION_H
#define FZ_CTL_OPTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* X(ID, type, name, short, default, min, max, metavar, help); bounds are in the unit of the value: a count, bytes, px,
 * seconds. A FLAG takes no value. A CHOICE lists its values in the metavar, separated by '|'. */
#define FZ_OPTION_TABLE(X)                                                                                 \
    X(SLIDESHOW, FLAG, "slideshow", 's', NULL, 0, 1, NULL, "start as a slideshow")                         \
    X(DELAY, DURATION, "delay", 'd', "5", 0.1, 86400, "SECONDS", "how long the slideshow shows a picture") \
    X(SIZE, SIZE, "size", 0, NULL, 64, 16384, "WxH",                                                       \
      "open a window of this size instead of fullscreen (headless: 1920x1080)")                            \
    X(TILE, SIZE, "tile", 't', "256x192", 16, 4096, "WxH", "size of the box of a picture on the wall")     \
    X(NAMES, FLAG, "names", 'n', NULL, 0, 1, NULL, "show file names under the tiles")                      \
    X(TEXT_SCALE, FACTOR, "text-scale", 0, "1", 0.5, 4, "FACTOR", "enlarge texts")                         \
    X(BACKGROUND, COLOR, "background", 'b', "0c0c0e", 0, 0xffffff, "RRGGBB", "colour behind the pictures") \
    X(HIDDEN, FLAG, "hidden", 0, NULL, 0, 1, NULL, "hidden files and folders too")                         \
    X(NO_SIBLINGS, FLAG, "no-siblings", 0, NULL, 0, 1, NULL,                                               \
      "a single file is shown alone, without its folder")                                                  \
    X(NUL, FLAG, "null", '0', NULL, 0, 1, NULL, "paths on standard input end with NUL")                    \
    X(WATCH, FLAG, "watch", 0, NULL, 0, 1, NULL, "keep running although nothing is there yet")             \
    X(NO_WATCH, FLAG, "no-watch", 0, NULL, 0, 1, NULL, "do not follow changes of the folders")             \
    X(WAIT, FLAG, "wait", 0, NULL, 0, 1, NULL, "wait for paths that do not exist yet")                     \
    X(MEMORY, BYTES, "memory", 'm', NULL, 33554432, 1099511627776, "BYTES",                                \
      "bound on pictures in memory (32M or more; default a quarter, 64M to 1G)")                           \
    X(JOBS, INT, "jobs", 'j', NULL, 1, 256, "N", "decoding workers (default: the processor's cores)")      \
    X(ISOLATION, CHOICE, "isolation", 0, "thread", 0, 0, "thread", "where pictures are decoded")           \
    X(NAME, TEXT, "name", 0, "default", 1, 64, "NAME", "name of this instance for frieze ctl")             \
    X(HEADLESS, FLAG, "headless", 0, NULL, 0, 1, NULL, "no display is needed")                             \
    X(SCREENSHOT, TEXT, "screenshot", 0, NULL, 1, 4096, "FILE.png", "write the last frame at the end")     \
    X(QUIT_WHEN, CHOICE, "quit-when", 0, NULL, 0, 0, "screenful|loaded",                                   \
      "end when what is in view, or all of it, is there")                                                  \
    X(STATS, TEXT, "stats", 0, NULL, 1, 4096, "FILE", "write statistics as JSON at the end")               \
    X(SHOWN, TEXT, "shown", 0, NULL, 1, 4096, "FILE", "append a JSON line for each picture shown")         \
    X(HELP, FLAG, "help", 'h', NULL, 0, 1, NULL, "print this and end")                                     \
    X(VERSION, FLAG, "version", 'V', NULL, 0, 1, NULL, "print version and features and end")

enum fz_option_id {
#define X(id, ...) FZ_OPTION_##id,
    FZ_OPTION_TABLE(X) FZ_OPTIONS
#undef X
};

enum fz_option_type {
    FZ_TYPE_FLAG,     /* .number 0 or 1 */
    FZ_TYPE_INT,      /* .number */
    FZ_TYPE_BYTES,    /* .number */
    FZ_TYPE_COLOR,    /* .number 0xRRGGBB */
    FZ_TYPE_DURATION, /* .seconds */
    FZ_TYPE_FACTOR,   /* .factor */
    FZ_TYPE_SIZE,     /* .w, .h */
    FZ_TYPE_TEXT,     /* .text */
    FZ_TYPE_CHOICE,   /* .text, one of the metavar */
};

/* Later ones win. */
enum fz_option_origin {
    FZ_ORIGIN_UNSET, /* neither a default nor anybody: the program decides */
    FZ_ORIGIN_DEFAULT,
    FZ_ORIGIN_COMMAND_LINE,
    FZ_ORIGIN_RUN_TIME,
};

struct fz_option_value {
    enum fz_option_origin origin;
    int64_t number;
    double seconds, factor;
    int w, h;
    char *text; /* owned */
};

/* One owner's thread. */
struct fz_options {
    struct fz_option_value values[FZ_OPTIONS];
};

void fz_options_init(struct fz_options *options);
void fz_options_fini(struct fz_options *options);

/* Sets one from text; USAGE with one clear line where the value does not fit. `text` is NULL for a FLAG that is on. */
enum fz_err fz_option_set(struct fz_options *options, enum fz_option_id id, const char *text,
                          enum fz_option_origin origin, struct fz_error *err);

/* Parses argv[1..]; what is no option is moved to the front of `operands` (room for argc), counted in *operand_count,
 * borrowed. "--" ends the options; "-" is an operand. */
enum fz_err fz_options_parse(struct fz_options *options, int argc, char **argv, const char **operands,
                             size_t *operand_count, struct fz_error *err);

/* Any thread. The lines of --help for all options. */
void fz_options_print_help(FILE *out);

static inline bool fz_option_is_on(const struct fz_options *options, enum fz_option_id id)
{
    return options->values[id].number != 0;
}
static inline bool fz_option_is_set(const struct fz_options *options, enum fz_option_id id)
{
    return options->values[id].origin != FZ_ORIGIN_UNSET;
}

#endif
