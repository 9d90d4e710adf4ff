/* The orders that the list can have, and how two items compare in them. Every order is total: what its key leaves
 * open is decided by root, folder and natural name (by name: folder, name and root), so that sorting is stable and the same names give the same
 * order whatever came first. */
#ifndef FZ_SOURCE_SORT_H
#define FZ_SOURCE_SORT_H

#include <stdbool.h>
#include <stdint.h>

struct fz_items;

enum fz_sort_key {
    FZ_SORT_GIVEN, /* as each source says: a folder's items by name, those of a list as they came */
    FZ_SORT_NAME,  /* folder, natural name, whatever the source says, and whichever it is */
    FZ_SORT_DATE, /* when it was taken, where the file tells that, else modified; unknown ones last, as below */
    FZ_SORT_MODIFIED, /* the file's modification time */
    FZ_SORT_SIZE,     /* of the file */
    FZ_SORT_RATING,   /* the best first, what is rejected last; not rated: 0 */
    FZ_SORT_RANDOM,   /* by a hash of seed and path: a new shuffle is a new seed */
};

struct fz_sort {
    enum fz_sort_key key;
    bool descending; /* by name: everything the other way round; else the key alone, ties stay by name */
    uint32_t seed;   /* RANDOM */
};

/* Any thread. By what the files are called alone, of whichever root? Else the roots keep the order that they were named in. */
bool fz_sort_joins_roots(const struct fz_sort *sort);

/* Any thread. By folders, which then have headings, rather than all folders together? */
bool fz_sort_is_by_folder(const struct fz_sort *sort);

/* Any thread. Needs what the file system says of the files? */
bool fz_sort_needs_facts(const struct fz_sort *sort);

/* Any thread. Needs what the files tell of themselves (told.h)? */
bool fz_sort_needs_told(const struct fz_sort *sort);

/* Any thread. One of both: the order follows as the answers come. */
bool fz_sort_needs_answers(const struct fz_sort *sort);

/* Any thread. */
bool fz_sort_equals(const struct fz_sort *a, const struct fz_sort *b);

/* Render thread. The number that the item is ordered by, before its name; the same for all by name, and 0 of RANDOM
 * (fz_sort_shuffle_key is too dear to ask for all of them). */
#define FZ_SORT_UNKNOWN UINT64_MAX
uint64_t fz_sort_key_of(const struct fz_items *items, const struct fz_sort *sort, uint32_t slot);

/* Any thread. The same of RANDOM. */
uint64_t fz_sort_shuffle_key(const struct fz_sort *sort, const char *folder, const char *name);

/* Render thread. Orders two slots. */
int fz_sort_cmp(const struct fz_items *items, const struct fz_sort *sort, uint32_t a, uint32_t b);

#endif
