/* What is asked of the files of a source: by a worker of the reader of that source (decode/files.h), or in place. Requests and
 * answers are parcels; the paths of a request are absolute, each ended by its NUL. */
#ifndef FZ_DECODE_ASK_H
#define FZ_DECODE_ASK_H

#include "base/error.h"
#include "process/parcel.h"

enum fz_ask_kind {
    FZ_ASK_LOOK, /* `count` paths -> as many struct fz_look; `flags`: see below */
    FZ_ASK_OPEN, /* `count` paths -> as many struct fz_look, and the first file, open for reading, in `fd`; see below */
    FZ_ASK_SIDECARS, /* a path, or two -> the bytes of the XMP files beside the second and the first; `value`: where the
                        latter begin */
    FZ_ASK_FIND, /* a folder, and behind it the numbers of `count` inodes (uint64_t, not aligned) -> its entries that have one of them:
                    the number and the name of each (fz_answer_found) */
    FZ_ASK_RATE, /* see decode/rating.h -> the struct fz_error */
    FZ_ASK_TARGET,
    FZ_ASK_PUT,     /* see decode/target.h */
    FZ_ASK_GOES_ON, /* no request: an answer is still to come */
    FZ_ASK_SPOILT,  /* no request: the reader lacks the descriptors to send its answer */
    /* No request: `fd` would be a copy of `value` bytes (0: of nobody knows how many); the file stays open until FZ_ASK_ROOM is said. */
    FZ_ASK_WANTS_ROOM,
    FZ_ASK_ROOM, /* to that, at once: `number` 1: go on; 0: there is none, and no answer comes any more */
    FZ_ASK_RANK, /* beside a request, without an answer: how urgent that has become (`number`), or FZ_FETCH_NOT */
};

/* Of LOOK: at a link itself, not at what it leads to. FZ_LOOK_ALONG: those behind the first as long as that takes no time,
 * and no links (EAGAIN in the looks of the others). FZ_LOOK_MAY_OPEN: what may not be read has the reason in its look. */
enum { FZ_LOOK_AT_LINKS = 1, FZ_LOOK_ALONG = 2, FZ_LOOK_MAY_OPEN = 4 };

/* Of paths in one request: a reader answers between two of them whoever is more urgent. */
enum { FZ_LOOK_BYTES_AT_ONCE = 16384 };

/* Of several files, those behind the first are in `more`, in their order: of those that could be opened on a disk as long as that
 * took no time, and that are no links, which may lead to a share that hangs. Each of the others has EAGAIN in its look, and is to be asked for by itself.
 *
 * Nobody but a reader's process, where there is one, ever reads from a share, which may hang any time: of a file that another machine has, or a FUSE file system,
 * `fd` is a copy in memory, of as many bytes as `value` of the request says, with nothing but zeros behind them. With
 * FZ_OPEN_WHOLE a longer file is not copied at all. With FZ_OPEN_COPY a file on a disk that takes no more than so
 * many MiB is copied as well, if it can be: `fd` is the file itself else, as its inode tells. With FZ_OPEN_HEAD the file's beginning stands behind the look, and of a file
 * on a share there is nothing else. With FZ_OPEN_ASKS nothing is copied that takes more than a little, or than the `number` KiB for which there is
 * room, before FZ_ASK_WANTS_ROOM was answered; who has no room says so, and asks again without once there is some. Of several copies the one of the lowest rank
 * is made first.
 *
 * Of a file on a disk that is slow a reader's process brings what a decoder will read into the page cache, before it answers; without FZ_OPEN_WHOLE
 * no more than its head. With FZ_OPEN_HEAD it brings nothing: `fd` is -1 there, as on a share, and `flags` of the answer are FZ_OPEN_WAITS. */
enum { FZ_OPEN_WHOLE = 1, FZ_OPEN_HEAD = 2, FZ_OPEN_ASKS = 4, FZ_OPEN_WAITS = 8 };
#define FZ_OPEN_RANK(rank) ((uint32_t)(rank) << 8) /* 0 to 255 */
#define FZ_OPEN_RANK_OF(flags) ((flags) >> 8 & 255)
#define FZ_OPEN_COPY(mib) ((uint32_t)(mib) << 16) /* up to 65535 */
#define FZ_OPEN_COPY_OF(flags) ((flags) >> 16)

/* What stat(2) says of a file, or why it says nothing. */
struct fz_look {
    int32_t sys; /* an errno; 0: the rest is known */
    uint32_t mode;
    uint64_t bytes;
    int64_t mtime_ns, ctime_ns; /* since 1970 */
    uint64_t device, inode;
};

/* An entry of a folder. */
struct fz_found {
    uint64_t inode;
    const char *name; /* borrowed from the answer */
};

enum {
    FZ_ASK_MOST_BYTES = 1 << 20,   /* of a request */
    FZ_ANSWER_MOST_BYTES = 4 << 20 /* of an answer */
};

struct stat;

/* Any thread. */
struct fz_look fz_look_of(const struct stat *st);

/* Any thread but the render thread; waits for the disk, however long that takes. The caller frees the answer. Over `socket`
 * (-1: this is no reader's process) it tells meanwhile that it goes on (FZ_ASK_GOES_ON, base/pulse.h). */
void fz_ask_answer(const struct fz_parcel *request, int socket, struct fz_parcel *answer);

/* A thread of a reader. Answers the next request that comes over the socket within `timeout_ms` (-1: for ever);
 * FZ_PARCEL_CAME where it did. */
enum fz_parcel_end fz_ask_serve_one(int socket, int timeout_ms);

/* Any thread. Whether a file system of that type (statfs(2)) is changed by other machines, or by processes that may hang. */
bool fz_is_share(long type);

/* Any thread. The looks of an answer to `count` paths; NULL where it is none. */
const struct fz_look *fz_answer_looks(const struct fz_parcel *answer, size_t count);

/* Any thread. The next entry of an answer to FIND; `at` begins at 0. False after the last. */
bool fz_answer_found(const struct fz_parcel *answer, size_t *at, struct fz_found *found);

/* Any thread. What an answer to RATE says. */
enum fz_err fz_answer_rated(const struct fz_parcel *answer, struct fz_error *err);

/* What a copy of a file of unknown length is taken to need: a photograph. */
enum { FZ_ASK_PRESUMED_BYTES = 8 << 20 };

/* Any thread. What the copy takes for which FZ_OPEN_ASKS would ask, of a file on a share that looks so; 0: it is copied without asking. */
uint64_t fz_ask_room(const struct fz_look *look, const struct fz_parcel *request);

/* Any thread. The look of an answer to OPEN; `sys` is EIO where it is none. */
struct fz_look fz_answer_look(const struct fz_parcel *answer);

#endif
