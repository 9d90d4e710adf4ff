/* A line that is being typed: text and cursor, edited as in a shell. */
#ifndef FZ_CTL_LINE_H
#define FZ_CTL_LINE_H

#include "ctl/key.h"

#include <stdbool.h>
#include <stddef.h>

enum { FZ_LINE_BYTES = 1024 }; /* of a line at most, NUL included */

/* One owner's thread, like all functions on it. Valid UTF-8; `cursor` stands before a whole character. */
struct fz_line {
    char text[FZ_LINE_BYTES];
    size_t length, cursor; /* bytes */
};

/* Puts text in at the cursor: what is invalid, a control character, or without room is left out. */
void fz_line_insert(struct fz_line *line, const char *text);
void fz_line_set(struct fz_line *line, const char *text); /* the cursor goes to its end */

/* A key that edits (BackSpace, Del, Left, Right, Home, End, ^a ^e ^b ^f ^h ^d ^w ^u ^k) or is a character; false for
 * every other. */
bool fz_line_press(struct fz_line *line, struct fz_key key);

#endif
