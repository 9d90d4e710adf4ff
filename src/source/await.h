/* Waiting for roots that are not there yet or may not be read yet (--wait), or not any more. The nearest folder that exists is
 * watched; and once a second each path is looked for all the same, because a mount makes no event.
 *
 * A root is *away* when its folder went as a whole (it was renamed, unmounted, disconnected): what was in it stays in the
 * list, and what has become of that is told once the folder is back. The empty folder in whose place a file system was mounted
 * is not yet what was there. */
#ifndef FZ_SOURCE_AWAIT_H
#define FZ_SOURCE_AWAIT_H

#include "source/tree.h"

/* Zeroed = empty. The scanner's thread. */
struct fz_await {
    uint32_t *roots;
    size_t count, capacity;
    int64_t due_us;
};

struct fz_scanner;

/* The scanner's thread, all of these. */
void fz_await_fini(struct fz_await *await);

/* Begins this root again when its path is there. Nothing happens where neither --wait nor watching is on. */
void fz_await_root(struct fz_scanner *scanner, uint32_t root);

/* The root is the folder of a file that is not there yet: it begins with that. False where it begins now. */
bool fz_await_named(struct fz_scanner *scanner, uint32_t root);

/* The folder that the root is, or that its file lies in, went as a whole: says AWAY, and waits for it. */
void fz_await_return(struct fz_scanner *scanner, uint32_t root, const char *dir, uint64_t device);

/* Something came where a root may come. */
void fz_await_soon(struct fz_scanner *scanner);

/* When to look next (INT64_MAX: never), and doing it. */
int64_t fz_await_due_us(const struct fz_await *await);
void fz_await_look(struct fz_scanner *scanner);

#endif
