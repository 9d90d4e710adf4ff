/* A line of words: as typed after ":", as written in the config file. */
#ifndef FZ_CTL_WORDS_H
#define FZ_CTL_WORDS_H

#include "base/error.h"

#include <stddef.h>

/* One owner's thread. */
struct fz_words {
    char **list; /* owned, as are its words */
    size_t count, capacity;
};

/* Any thread. Splits at spaces; quotes of either kind keep them, a backslash keeps the next character except between
 * single quotes. Nothing else is special: no shell ever sees it. Overwrites *words; USAGE where a quote is not closed
 * (*words is empty then). */
enum fz_err fz_words_split(struct fz_words *words, const char *text, struct fz_error *err);
/* Any thread. The same without quotes and backslashes: every character but a space is itself. Returns the number. */
size_t fz_words_split_plain(struct fz_words *words, const char *text);
void fz_words_fini(struct fz_words *words);

#endif
