/* How workers reach the files of sources. In place, in thread mode; else each root's reader opens and looks for them, and no
 * thread of the program ever waits for a disk.
 *
 * To a reader go some channels, each a socket with a thread of the reader at its other end. A worker asks over a free one and
 * waits a moment. Where no answer comes, or no channel is free, the job is parked: the worker goes on with others, a thread
 * ("frieze:files") takes the answer, and the job returns to the heap with it, and with the priority that it had. It runs again from its
 * beginning then, and what it asks first is what it was parked for. What is parked counts for no credit, so that a share that
 * hangs does not use up what others could be loaded with.
 *
 * A quarter of the channels is kept for the picture view. What is parked goes by the priority that the render thread gave it last: the most
 * urgent is asked for first, copied first, and what nobody wants any more is not copied to its end.
 *
 * Of a file on a share comes a copy (decode/ask.h), for which there has to be room. A reader says how much it takes; the job is parked
 * then until others have done with theirs. */
#ifndef FZ_DECODE_FILES_H
#define FZ_DECODE_FILES_H

#include "base/error.h"
#include "decode/ask.h"
#include "sync/doorbell.h"
#include "sync/heap.h"

enum {
    FZ_FILES_CHANNELS = 12, /* of one reader at most: what it is asked at once */
    FZ_READERS_MOST = 256,  /* of ranges of roots (source/reader_groups.c) */
};
#define FZ_FILES_NO_ROOT UINT32_MAX /* what is asked there is answered in place */

struct fz_files;
struct fz_lane; /* the channels of one reader */
struct fz_job;

/* Main thread. Parked jobs return to `heap`; `bell` is rung when a reader hangs, and when it does no more. `room_bytes`: what copies
 * of files on shares take together; one that takes more is made alone. As much is for results that wait to be written. */
enum fz_err fz_files_start(struct fz_files **files, struct fz_heap *heap, struct fz_doorbell *bell,
                           uint64_t room_bytes, struct fz_error *err);

/* Main thread, when no worker runs any more and no reader's front: frees what is parked. Then, when all jobs that were parked once
 * are freed, the rest. NULL-safe. */
void fz_files_stop(struct fz_files *files);
void fz_files_free(struct fz_files *files);

/* --- A reader's front ----------------------------------------------------------------------------------------------- */

/* A thread at a time. A lane for `count` roots from `first` on; it stays as long as `files`, or NULL where there are too many. */
struct fz_lane *fz_files_add_lane(struct fz_files *files, uint32_t first, uint32_t count);

/* The same. Takes the sockets of a reader that was begun, or `more` of one that goes on. Those of one that has ended are noticed, and
 * what was asked of it is asked of this one. With none, for want of descriptors, whatever is asked fails for that, until there are some. Where all have ended
 * and none came for three seconds, it fails too: whoever wants to try again asks again. */
void fz_files_connect(struct fz_lane *lane, const int *sockets, int count, bool more);

/* --- A worker ------------------------------------------------------------------------------------------------------------ */

/* Asks the reader of the job's root what is in `request` (whose bytes are taken). False: the job is to be parked, and to
 * be run again later. The caller frees the answer; `files` NULL: answered in place. */
bool fz_files_ask(struct fz_files *files, struct fz_job *job, struct fz_parcel *request,
                  struct fz_parcel *answer);

/* Whether somebody else answers for the files of a root; NULL: nobody does. */
bool fz_files_answer_for(const struct fz_files *files, uint32_t root);

/* The first of the roots whose files the same reader answers for; the root itself where nobody does. */
uint32_t fz_files_first_root(const struct fz_files *files, uint32_t root);

/* Whether it seems that its reader answers at once, from a disk: it hangs over nothing, nobody waits for it, and it copies nothing. */
bool fz_files_are_quick(const struct fz_files *files, uint32_t root);

/* What to ask of one path. */
struct fz_parcel fz_files_request(enum fz_ask_kind kind, const char *path);

/* To open it: a file on a share is copied as far as its first `bytes`, behind which are but zeros. */
struct fz_parcel fz_files_open_request(const char *path, uint64_t bytes);

/* The same for a look at one path by somebody who can do without: false where no answer comes within `patience_ms`; 0: in a moment, or less
 * where others wait. */
bool fz_files_look_now(struct fz_files *files, struct fz_job *job, const char *path, int patience_ms,
                       struct fz_look *look);

/* The job is done, and its file is closed: an answer that it did not take after all is dropped. */
void fz_files_forget(struct fz_job *job);

/* Whether the job waits for an answer; parks it then: it is not the worker's any more. */
bool fz_files_park(struct fz_files *files, struct fz_job *job);

/* Any thread; NULL-safe. Whether results may be made for a reader to write: those that wait for that, in memory, take no more than
 * there is room for. One that takes more by itself is the last for then. */
bool fz_files_take_results(const struct fz_files *files);

/* --- Render thread; NULL-safe ------------------------------------------------------------------------------------------- */

/* Jobs that are parked, and the credit that they hold. */
size_t fz_files_parked(const struct fz_files *files, uint64_t *credit_bytes);

/* The priorities of jobs have changed: readers are told, of what they are about. */
void fz_files_rank(const struct fz_files *files);

/* Whether the reader of a root has given no sign for so long (fz_lane_patience_us, 3 to 30 s): a call that it made does not come back. */
bool fz_files_hangs(const struct fz_files *files, uint32_t root);

/* Whether files of a root come as copies, because a share is slow: each that is opened costs its way there and back. */
bool fz_files_copies(const struct fz_files *files, uint32_t root);

/* The next reader that hangs, or does no more, since the last time; false when there is none. `root`: of those that share it, the one
 * over which it hung. */
bool fz_files_news(struct fz_files *files, uint32_t *root, bool *hangs);

#endif
