/* Watching folders: inotify, one instance for a scanner. Where it cannot (no watches left, a file system
 * that other machines change) the time of modification of the folder is looked at every few seconds. What changes within a file
 * does not change that: it is left to who shows the file (FZ_SOURCE_POLLED). */
#ifndef FZ_SOURCE_WATCH_H
#define FZ_SOURCE_WATCH_H

#include "source/tree.h"

/* The scanner's thread. */
struct fz_watch {
    int fd;           /* inotify, or -1 */
    bool refused;     /* there is no inotify instance to be had */
    bool complained;  /* said once that watches ran out */
    uint32_t watched; /* folders with a watch */
    uint32_t polled;  /* folders that are polled */
    int64_t poll_due_us;
    unsigned polls;  /* that were made */
    uint64_t device; /* of the last folder that was added, and whether other machines change it */
    bool device_is_remote;
    struct fz_tree_ref *told; /* the folders that share the watch of the event in hand */
    size_t told_count, told_capacity;
};

struct fz_scanner;

/* The scanner's thread, all of these. */
void fz_watch_init(struct fz_watch *watch);
void fz_watch_fini(struct fz_watch *watch);

/* Follows a folder of the tree from now on, before it is read; does nothing with --no-watch. */
void fz_watch_folder(struct fz_scanner *scanner, uint32_t folder, const char *path);

/* Says of a root, once, that its files are in folders which are polled. */
void fz_watch_say_polled(struct fz_scanner *scanner, uint32_t root);

/* Ends that. */
void fz_watch_drop(struct fz_scanner *scanner, uint32_t folder);

/* Takes what inotify has; never waits. */
void fz_watch_take(struct fz_scanner *scanner);

/* When to poll next (INT64_MAX: never), and doing it. */
int64_t fz_watch_due_us(const struct fz_watch *watch);
void fz_watch_poll(struct fz_scanner *scanner);

#endif
