/* What main has to know of a path before it starts readers, or instead of starting any. A reader's process that lives for these
 * questions looks, so that a share that hangs does not hold main; or, where readers are threads, main itself does. */
#ifndef FZ_SOURCE_LOOKUP_H
#define FZ_SOURCE_LOOKUP_H

#include "decode/ask.h"
#include "process/zygote.h"

#include <stdbool.h>

/* Main thread, before the loop, all of these; `readers` NULL: looks itself. Without an answer in time the path counts as no
 * file, as leading where its text does, and as no folder of pictures. */

/* As fz_path_locate; *is_file (may be NULL): a regular file. The caller frees. */
char *fz_lookup_locate(struct fz_zygote *readers, const char *path, bool *is_file);

/* Whether a folder is there, and, unless it `may_be_empty`, a picture lies somewhere below it. */
bool fz_lookup_is_worth_opening(struct fz_zygote *readers, const char *folder, bool may_be_empty);

/* Opens a file for reading, as FZ_ASK_OPEN with FZ_OPEN_WHOLE: what lies on a share is a copy of `most_bytes` at most. Waits for as
 * long as that takes: only a signal ends it. Begins *reader where there is none, which stays for the next file. The caller closes
 * *fd; -1: the look says why (EIO: the reader died of it). */
struct fz_look fz_lookup_open(struct fz_zygote *readers, struct fz_child *reader, const char *path,
                              uint64_t most_bytes, int *fd);

/* Main thread. The reader ends, or, where it is stuck, once it is let go. */
void fz_lookup_end(struct fz_child *reader);

/* The process: answers a question (FZ_READER_LOOKUP), and those that follow until the socket ends. Takes it. */
void fz_lookup_answer(int socket, struct fz_parcel *question);

#endif
