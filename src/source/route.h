/* Whether the paths of the roots still lead to the folders that are shown: a link on the way may be pointed elsewhere, a folder above
 * may be renamed and another one take its place, a file system may be mounted over any of them, and what was shown lives on and has no
 * news of it. So each folder and link on the way is watched, for news of itself alone and not of what is in it, and so is the
 * kernel's table of mounts (proc(5)); until one of them changes, nothing is looked at. */
#ifndef FZ_SOURCE_ROUTE_H
#define FZ_SOURCE_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

/* The scanner's thread. */
struct fz_route {
    int mounts_fd; /* the table of mounts, or -1 */
    bool mounted;  /* that has changed since the last look: any folder may lie under another one now */
    int64_t due_us, not_before_us;
};

struct fz_scanner;

/* The scanner's thread, all of these. */
void fz_route_init(struct fz_route *route);
void fz_route_fini(struct fz_route *route);

/* A root begins, whose path is to be followed; does nothing with --no-watch. */
void fz_route_begin(struct fz_scanner *scanner);

/* The table of mounts has changed, or a folder or link that is watched has itself gone or moved. Until the look that follows,
 * more of that need not be heard. */
void fz_route_take(struct fz_scanner *scanner, bool mounted);

/* When to look next (INT64_MAX: never), and doing it. */
int64_t fz_route_due_us(const struct fz_route *route);
void fz_route_look(struct fz_scanner *scanner);

#endif
