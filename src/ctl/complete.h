/* Completion of a command line from the tables. */
#ifndef FZ_CTL_COMPLETE_H
#define FZ_CTL_COMPLETE_H

#include <stddef.h>

struct fz_completion {
    size_t count;   /* words that the last word of the line may become */
    char added[64]; /* what all of them add to it; with a space where there is but one */
    char list[240]; /* the words, cut to what fits */
};

/* Any thread. `before`: the line up to the cursor. The first word is a command; then what the command takes. */
void fz_complete(const char *before, struct fz_completion *completion);

#endif
