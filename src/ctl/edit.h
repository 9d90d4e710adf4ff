/* A line that is being typed: text and cursor, edited as in a shell. */
#ifndef FZ_CTL_EDIT_H
#define FZ_CTL_EDIT_H

#include "ctl/key.h"

#include <stdbool.h>
#include <stddef.h>

enum { FZ_EDIT_BYTES = 1024 }; /* of a line at most, NUL included */

/* One owner's thread, like all functions on it. Valid UTF-8; `cursor` stands before a whole character. */
struct fz_edit {
    char text[FZ_EDIT_BYTES];
    size_t length, cursor; /* bytes */
};

/* Puts text in at the cursor: what is invalid, a control character, or without room is left out. */
void fz_edit_insert(struct fz_edit *line, const char *text);
void fz_edit_set(struct fz_edit *line, const char *text); /* the cursor goes to its end */

/* A key that edits (BackSpace, Del, Left, Right, Home, End, ^a ^e ^b ^f ^h ^d ^w ^u ^k) or is a character; false for
 * every other. */
bool fz_edit_press(struct fz_edit *line, struct fz_key key);

#endif
