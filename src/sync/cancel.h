/* Cancel tokens form a tree: quit -> source -> job. A token is cancelled when it or one above it is. */
#ifndef FZ_SYNC_CANCEL_H
#define FZ_SYNC_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

/* Lives inside what it cancels; the parent must outlive it. */
struct fz_cancel {
    const struct fz_cancel *parent; /* immutable */
    atomic_bool cancelled;          /* atomic, false -> true only */
};

/* The owner, before the token is shared. `parent` is borrowed, NULL at the root. */
void fz_cancel_init(struct fz_cancel *token, const struct fz_cancel *parent);

/* Any thread. */
void fz_cancel_set(struct fz_cancel *token);

/* Any thread; cheap enough for every block of rows. */
bool fz_cancel_is_set(const struct fz_cancel *token);

#endif
