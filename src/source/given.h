/* The source of what is handed over while the program runs: files and folders that were dropped on the window. Its paths are
 * read as those of standard input are (source/paths.h), but come in blocks, each of which is a listing of its own. */
#ifndef FZ_SOURCE_GIVEN_H
#define FZ_SOURCE_GIVEN_H

#include "sync/ready.h"

#include <stddef.h>
#include <stdint.h>

struct fz_paths;
struct fz_scanner;

/* Paths, each ended by NUL; an empty one ends the block. Moves from the render thread to the scanner's. */
struct fz_given {
    struct fz_ready_node node;
    size_t len, taken;
    char *bytes; /* owned */
};

/* Any thread. Frees a list of them, linked by `next`. */
void fz_given_free(struct fz_ready_node *list);

/* The scanner's thread. Begins to wait for paths; a row of the SOURCE TABLE. */
void fz_given_begin(struct fz_scanner *scanner, uint32_t root);

/* The scanner's thread. Takes what was given since the last time. */
void fz_given_take(struct fz_scanner *scanner);

/* The scanner's thread. Moves as many of its bytes as there is room for to where paths are read from. */
void fz_given_refill(struct fz_paths *paths);

#endif
