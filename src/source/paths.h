/* The source "-": paths on standard input, one per line or, with -0, ended by NUL; and what reads those that are given
 * otherwise (source/given.h). They are shown in the order in which they come; a folder among them is read in its place. */
#ifndef FZ_SOURCE_PATHS_H
#define FZ_SOURCE_PATHS_H

#include "source/batch.h"
#include "source/given.h"

#include <limits.h>

/* Zeroed = not begun. The scanner's thread. */
struct fz_paths {
    bool open;                   /* more may come */
    bool is_given;               /* not by standard input: an empty path ends a listing */
    int fd;                      /* readable when there is more */
    struct fz_ready_node *given; /* struct fz_given, not read yet; owned */
    bool leaves_out;             /* in the middle of a path that is left out */
    bool nul_told;               /* that there are lines with a NUL in them */
    bool has_returns;            /* its lines end with CR LF */
    uint32_t root;
    char bytes[16 * PATH_MAX]; /* read, not taken yet */
    size_t first, end;
    char *dir; /* of the names in the batch */
    struct fz_batch batch;
};

struct fz_scanner;

/* The scanner's thread, all of these. */

/* Begins to read; a row of the SOURCE TABLE. */
void fz_paths_begin(struct fz_scanner *scanner, uint32_t root);

void fz_paths_fini(struct fz_paths *paths);

/* True while more may come: once all that was read is taken, `fd` is to be polled. */
bool fz_paths_wants_more(const struct fz_paths *paths);

/* Reads once; `fd` is readable, or at its end. */
void fz_paths_read(struct fz_scanner *scanner);

/* Nothing more is read or taken. */
void fz_paths_drop(struct fz_scanner *scanner);

/* Takes what was read, up to a folder, which is walked first. False when there was nothing to do. */
bool fz_paths_take(struct fz_scanner *scanner);

#endif
