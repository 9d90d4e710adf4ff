/* What the files tell of themselves: when they were taken, and how they are rated. That costs a read of each file's head,
 * so it is asked for once an order or a filter needs it, in batches by workers, and again for what changed. Until the
 * answer is there the old one counts, or none. */
#ifndef FZ_SOURCE_TOLD_H
#define FZ_SOURCE_TOLD_H

#include "source/list.h"

struct fz_told;

/* Render thread. The next items, at most `most`, that nobody has asked since their bytes changed; NULL when there are
 * none. O(most), and O(items) once after a change. */
struct fz_told *fz_list_told_begin(struct fz_list *list, size_t most);

/* A worker: reads the files' heads and their sidecars (decode/sidecar.h), the heads only where the tile cache does not know what
 * they say. Stops early when the job is cancelled; or where it has to wait, and goes on there when it runs again. */
struct fz_job;
void fz_told_read(struct fz_told *told, struct fz_job *job);

/* Render thread. The item is to be asked again: its file itself, whatever the tile cache says. */
void fz_list_tell_anew(struct fz_list *list, fz_item_id id);

/* Render thread. Takes in what was told; true when it is news. What was not read will be given again, and so was what has changed, or
 * was rated, since it was asked: what is told of that counts for nothing. The order stays as
 * it is until it is sorted anew (sorter.h). */
bool fz_list_told_apply(struct fz_list *list, const struct fz_told *told);

/* Any thread. NULL-safe. */
void fz_told_free(struct fz_told *told);

/* Any thread. How many files were opened for it. */
size_t fz_told_opens(const struct fz_told *told);

/* Render thread. Items that have answered. */
size_t fz_list_told_count(const struct fz_list *list);

/* Render thread. Whether all that are shown from the one index to the other have answered, or were rated here. O(those). */
bool fz_list_is_told(const struct fz_list *list, size_t a, size_t b);

/* Render thread. How it is rated, -1 (rejected) to 5; false, and 0, where it is not, or nobody asked. */
bool fz_list_rating(const struct fz_list *list, fz_item_id id, int *rating);
/* It was rated just now; true when that is news. */
bool fz_list_rate(struct fz_list *list, fz_item_id id, int rating);

/* Render thread. Shows only what is rated from `least` to `most` (not rated: 0), beside what a search lets through; -1 to
 * 5 shows all again. Positions are other ones then, also whenever told_apply or rate have news. */
void fz_list_show_rated(struct fz_list *list, int least, int most);
bool fz_list_shows_rated(const struct fz_list *list);
/* The same with the range. */
bool fz_list_rated_range(const struct fz_list *list, int *least, int *most);

#endif
