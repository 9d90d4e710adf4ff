/* The burst: news of files is gathered for a moment, so that a copied folder is one event and not
 * thousands, and so that a file which is deleted and made again in one go has only changed. A file that is
 * still being written waits here until its writer is done. */
#ifndef FZ_SOURCE_BURST_H
#define FZ_SOURCE_BURST_H

#include "source/index.h"
#include "source/names.h"
#include "source/tree.h"

enum { FZ_BURST_GATHER_US = 50000 }; /* from the first piece of news to the event */

enum fz_burst_kind {
    FZ_BURST_ADDED,
    FZ_BURST_REMOVED,
    FZ_BURST_CHANGED, /* its writer has closed it */
    FZ_BURST_BESIDE,  /* a sidecar, whatever became of it */
    FZ_BURST_ACCESS,  /* who may read it; of no interest beside any other news of it */
    FZ_BURST_WRITING, /* it was made just now */
};

struct fz_burst_entry {
    struct fz_tree_ref folder;
    uint32_t root;
    uint32_t name;    /* in the pool */
    uint8_t kind;     /* enum fz_burst_kind; WRITING stays until it is settled */
    int64_t due_us;   /* WRITING: when to look at it again */
    int64_t since_us; /* WRITING: when it came */
};

/* Zeroed = empty. The scanner's thread. */
struct fz_burst {
    struct fz_burst_entry *entries;
    size_t count, capacity;
    struct fz_names names;
    struct fz_index by_name; /* folder, root and name */
    int64_t due_us;          /* when what is ready goes out; 0 = nothing is ready */
    int64_t look_due_us;     /* when the first of the WRITING ones is due; 0 = none */
};

struct fz_scanner;

/* The scanner's thread, all of these. */
void fz_burst_fini(struct fz_burst *burst);

/* Takes in one piece of news. */
void fz_burst_note(struct fz_scanner *scanner, uint32_t folder, uint32_t root, const char *name,
                   enum fz_burst_kind kind);

/* When something is to be done next (INT64_MAX: never), and doing what is due. */
int64_t fz_burst_due_us(const struct fz_burst *burst);
void fz_burst_work(struct fz_scanner *scanner);

/* Something is ready to be told of what has, or had, this name in a LISTED folder, that matters to whom it is renamed. */
bool fz_burst_tells_of(struct fz_scanner *scanner, uint32_t folder, const char *name);

/* Sends what is ready without waiting for more, renames (renames.h) first. */
void fz_burst_flush(struct fz_scanner *scanner);

#endif
