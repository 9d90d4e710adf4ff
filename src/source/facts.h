/* What the file system says of the files: modification time and size. The listing does not ask (a stat of each of
 * 100,000 files takes longer than reading their names); it is asked for in batches by workers, once an order needs
 * it, and again for what changed. Until the answer is there the old facts count, or the item stands last. Which of both an order
 * goes by is kept, and no more: once another goes by the other one, all are asked again. */
#ifndef FZ_SOURCE_FACTS_H
#define FZ_SOURCE_FACTS_H

#include "source/list.h"
#include "source/sort.h"

struct fz_facts_batch;

/* Render thread. The next items, at most `most`, whose facts nobody has asked for since their bytes changed, or since `sort` goes by
 * others than orders before it; NULL when there are none. O(most), and O(items) once after a change. */
struct fz_facts_batch *fz_list_facts_begin(struct fz_list *list, const struct fz_sort *sort, size_t most);

/* A worker: looks at the files. Stops early when the job is cancelled; or where it has to wait, and goes on there when it runs
 * again. */
struct fz_job;
void fz_facts_look(struct fz_facts_batch *facts, struct fz_job *job);

/* Render thread. Takes in what was found; true when it is news. What was not looked at will be given again. The order
 * stays as it is until it is sorted anew (sorter.h). */
bool fz_list_facts_apply(struct fz_list *list, const struct fz_facts_batch *facts);

/* Any thread. NULL-safe. */
void fz_facts_free(struct fz_facts_batch *facts);

#endif
