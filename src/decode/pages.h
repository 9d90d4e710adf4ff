/* What the kernel has of a file in its page cache. A decoder that reads what is not there waits for the disk, and its worker with it;
 * so of a slow disk a reader brings it there first (fz_fetch_pages). */
#ifndef FZ_DECODE_PAGES_H
#define FZ_DECODE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

struct fz_image_head;

enum {
    FZ_PAGES_QUICK_US = 3000
}; /* what comes so soon waits for nobody: a disk that has to seek takes longer */

/* Any thread but the render thread, as the next. Whether the kernel has all of these bytes; no disk is asked. Of a file that
 * belongs to somebody else and may not be written it tells nobody, which counts as there. */
bool fz_pages_are_there(int fd, uint64_t at, uint64_t bytes);

/* How far a file, of which `bytes` may be wanted, is worth being brought, as its head tells, if that is there; 0: so much of it is there, too. */
uint64_t fz_pages_worth(int fd, uint64_t bytes);

/* Any thread. After `took_us` came the first that the disk was asked for of a file; `begins`: the file's beginning, for a disk that has to
 * seek gives at once what follows. Whether it counts as quick: once it was slow, four files in a row have to begin quickly. */
bool fz_pages_judge_disk(int64_t took_us, bool begins);
bool fz_pages_disk_is_slow(void);

/* As fz_pages_worth; waits for the disk. Reads the head of a file of `bytes` as fz_image_read_head does, of whose errors the decoder tells.
 * False: what a decoder reads behind it is not there, and the disk may be slow. */
bool fz_pages_read_head(int fd, uint64_t bytes, struct fz_image_head *head);

#endif
