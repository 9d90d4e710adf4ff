/* Sorting, off the render thread: a sorter is a snapshot of the order (32 bytes an item, which are sorted in their
 * place, and as many for qsort; the names stay where they are, pinned), which a worker sorts and the render thread takes back by swapping the order. What came
 * meanwhile is merged in, what went is left out; what got another name is for the next one.
 *
 *     render thread           worker               render thread
 *     fz_list_sort_begin ->   fz_sorter_run   ->   fz_list_sort_apply
 *
 * Each begun sorter ends by one apply, on the render thread; only when the program ends may it be freed without. */
#ifndef FZ_SOURCE_SORTER_H
#define FZ_SOURCE_SORTER_H

#include "source/list.h"
#include "source/sort.h"
#include "sync/cancel.h"

struct fz_sorter;

/* Render thread. O(items): 1 ms for 100,000. */
struct fz_sorter *fz_list_sort_begin(struct fz_list *list, const struct fz_sort *sort);

/* Any thread. 100,000 names in 60 ms. Once; cancelled, there is no result. */
void fz_sorter_run(struct fz_sorter *sorter, const struct fz_cancel *cancel);

/* Render thread. The list has that order from now on. False when it was cancelled: nothing changed. O(items): 1 ms
 * for 100,000. */
bool fz_list_sort_apply(struct fz_list *list, struct fz_sorter *sorter);

/* Any thread, after apply; large, so better not on the render thread. NULL-safe. */
void fz_sorter_free(struct fz_sorter *sorter);

/* Render thread. The order that the list has: GIVEN before any other. */
struct fz_sort fz_list_sort(const struct fz_list *list);

/* Render thread. Something stands at the end of the order that belongs elsewhere: sort again by the same. */
bool fz_list_is_disordered(const struct fz_list *list);

#endif
