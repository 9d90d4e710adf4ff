/* Readers as processes ("frieze: reader N"): what a reader thread does otherwise, a process without a sandbox does here, so that
 * a share that hangs holds nothing but that process. It lists, watches, looks and opens; names and descriptors come over.
 *
 * The back end is the process: its main thread obeys, a scanner's thread reads (source/scanner.h), and others answer workers
 * (decode/ask.h), each at the other end of a channel. The front end is one thread of the program ("frieze:readers") for all
 * readers of a struct fz_sources. It begins them, makes events of what they say, and replaces one that died, which then reads
 * everything again: the list stays what it is, but for what has really changed. What passes by itself (a reader that hangs, or
 * was replaced) is told as an ERROR with the code BUSY. */
#ifndef FZ_SOURCE_READER_H
#define FZ_SOURCE_READER_H

#include "process/parcel.h"
#include "process/zygote.h"
#include "source/scanner.h"

/* Kinds of parcels. */
enum fz_reader_word {
    /* to the reader */
    FZ_READER_BEGIN, /* the first: `count` roots, the first of them is `number`; texts: the working folder, the entry that
                        is named, each argument */
    FZ_READER_CHANNEL, /* `fd`: a socket to answer at */
    FZ_READER_GIVE,    /* as fz_sources_give */
    FZ_READER_LISTING, /* fz_sources_hold with `number`; with `count`, fz_sources_end_listing */
    FZ_READER_LOOKUP,  /* instead of all these: a question (source/lookup.h); only such follow */
    /* from the reader */
    FZ_READER_EVENT, /* of `number`, with `count` names; `flags`: its kind */
};

enum { FZ_READER_MOST_BYTES = 1 << 29 }; /* of a parcel: 2 million names of the longest kind */

/* --- front end: in the program ---------------------------------------------------------------------------------- */

struct fz_reader_front;

/* Main thread. Starts the thread, which begins the readers: one for each of the scanners that the roots were dealt to. */
enum fz_err fz_reader_front_start(struct fz_sources *sources, struct fz_error *err);

/* Main thread. Ends thread and readers; waits for none that is stuck. NULL-safe. */
void fz_reader_front_stop(struct fz_reader_front *front);

/* --- back end: the process itself ----------------------------------------------------------------------------------- */

/* The row of the table of roles. */
extern const struct fz_role fz_reader_role;

/* A process of one thread. Is the reader that the other side of the socket asks for, until that ends. Gives the exit status, for
 * _exit(2), which waits for threads that are stuck in the kernel. */
int fz_reader_back_run(int socket, int number, struct fz_sandbox *sandbox);

/* --- both --- */

/* Any thread. Sends an event, which stays the caller's; false where the other side is gone. */
bool fz_reader_send_event(int socket, const struct fz_source_event *event);

/* Any thread. The event of a parcel, or NULL where that is not one of `roots` roots from `first` on. */
struct fz_source_event *fz_reader_event(const struct fz_parcel *parcel, uint32_t first, uint32_t roots);

#endif
