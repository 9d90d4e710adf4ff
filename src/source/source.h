/* What there is to show. Each root (a SOURCE of the command line) belongs to a reader, which may have others (source/reader_groups.h), lists and
 * watches it, and hands over what it found as events on a ready list: readers never see the list of items, the
 * render thread never sees a folder. A reader is a process (source/reader.h), or, in thread mode, a
 * thread, with the same events. */
#ifndef FZ_SOURCE_SOURCE_H
#define FZ_SOURCE_SOURCE_H

#include "base/error.h"
#include "sync/cancel.h"
#include "sync/doorbell.h"
#include "sync/ready.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fz_source_event_kind {
    FZ_SOURCE_ADDED,   /* names[] came in `dir` */
    FZ_SOURCE_REMOVED, /* names[] went from `dir`; with count 0 the folder `dir` and all below it went */
    FZ_SOURCE_CHANGED, /* names[] of `dir` have new bytes */
    FZ_SOURCE_RENAMED, /* names[] are pairs in `dir`: what each was called, and is called now */
    FZ_SOURCE_LISTED,  /* the first reading of this root is complete */
    FZ_SOURCE_ERROR,   /* one line for the user, in `error`; the reader goes on */
    FZ_SOURCE_BESIDE,  /* names[] of `dir` are sidecars (sidecars.h) that came, changed or went */
    FZ_SOURCE_WHOLE,   /* `dir` was read again: names[] is all that it has, itself and not below it */
    FZ_SOURCE_FOLDERS, /* the root was read again: names[] are all folders that it has, absolute, in no order */
    FZ_SOURCE_AWAY, /* `dir`, which is the root or holds its file, is gone as a whole: its items may come back */
    FZ_SOURCE_BACK, /* the root was read again, and what had become of it was told */
    FZ_SOURCE_POLLED, /* of bytes that change within a file of this root, nothing is told: who shows it is to look; said once */
    FZ_SOURCE_ACCESS, /* who may read names[] of `dir` has changed; with count 0, what is in it and below */
    FZ_SOURCE_STUCK, /* its LISTED may take for ever: a call that its reader made does not come back; until LISTED, or */
    FZ_SOURCE_FREED, /* its reader goes on */
    FZ_SOURCE_LAST = FZ_SOURCE_FREED,
};

/* How sure the reader is, from the name alone. */
enum fz_source_doubt {
    FZ_SOURCE_PICTURE,  /* a known picture suffix: a tile at once */
    FZ_SOURCE_UNKNOWN,  /* no or an unknown suffix: looked into later, at the lowest priority */
    FZ_SOURCE_EXPLICIT, /* named by the user: always a tile, a failed one if need be */
};

/* One allocation; the consumer frees it with fz_source_event_free. */
struct fz_source_event {
    struct fz_ready_node node;
    enum fz_source_event_kind kind;
    uint32_t root;     /* index of the SOURCE on the command line */
    uint32_t count;    /* of names */
    uint32_t taken;    /* how far the list has taken it in; 0 in a new one */
    uint32_t left_out; /* LISTED: files with a known suffix of something else */
    bool
        perhaps; /* CHANGED: nobody can say, as their folder was away; the tile cache knows by size and time */
    struct fz_error error;
    char *dir; /* absolute, owned */
    /* entries of `dir`, owned, in natural order (of a list of paths: in order of arrival; RENAMED: in pairs, as it happened) */
    char **names;
    uint8_t *doubts; /* enum fz_source_doubt, one a name; ADDED, WHOLE, RENAMED only; owned */
};
void fz_source_event_free(struct fz_source_event *event);

/* Any thread. Of an ERROR: nothing is lost by it, as where a reader hangs or is replaced. What the system refused is not read again
 * by itself. */
bool fz_source_error_passes(const struct fz_error *error);

struct fz_files;
struct fz_zygote;

struct fz_source_options {
    bool hidden; /* enter hidden entries too */
    bool watch;  /* follow changes after the listing */
    bool wait;   /* a path that does not exist yet is waited for */
    bool recursive;
    bool nul_separated; /* "-": paths end with NUL instead of a newline */
    /* results, for whoever asks for it (decode/target.h): leaves nothing half written when the program ends */
    bool writes;
    const char *named; /* an entry of the folder that the user named: EXPLICIT; borrowed; NULL: none */
    bool awaits_named; /* with `wait`: the folder is read once that file is there, and written */
    /* where processes for readers come from; borrowed; NULL: readers are threads */
    struct fz_zygote *readers;
    struct fz_files *files; /* whose lanes lead to these processes; borrowed; NULL: none do */
};

/* How the items of a root are ordered. */
enum fz_source_order {
    FZ_SOURCE_NATURAL,  /* by folder, then name */
    FZ_SOURCE_AS_GIVEN, /* in order of arrival */
};

struct fz_sources;

/* Main thread, before any reader exists. Finds the row of the SOURCE TABLE for one argument by its text
 * alone (no file is opened); USAGE for a scheme that this build lacks, with one clear line. */
enum fz_err fz_source_check(const char *argument, struct fz_error *err);

/* Main thread. Starts the readers of all arguments (borrowed until stop). Events go to `ready`, followed by a
 * ring. */
enum fz_err fz_sources_start(struct fz_sources **sources, const char *const *arguments, size_t count,
                             const struct fz_source_options *options, struct fz_ready *ready,
                             struct fz_doorbell *bell, const struct fz_cancel *quit, struct fz_error *err);

/* Main thread, also while the loop runs. Readers of one root more, numbered `root`, for what is given from now on; its items
 * are ordered as given. */
enum fz_err fz_sources_start_given(struct fz_sources **sources, uint32_t root,
                                   const struct fz_source_options *options, struct fz_ready *ready,
                                   struct fz_doorbell *bell, const struct fz_cancel *quit,
                                   struct fz_error *err);

/* Main thread. Gives them paths of files and folders, each ended by NUL; takes `bytes`. Whatever becomes of them, one LISTED
 * follows when all were read. */
void fz_sources_give(struct fz_sources *sources, char *bytes, size_t len);

/* Main thread. Cancels and joins all readers (promptly, whatever they wait for but a hung disk); NULL-safe.
 * Events not yet taken stay on the ready list and belong to the caller. */
void fz_sources_stop(struct fz_sources *sources);

/* Main thread. The order that items of this root keep. */
enum fz_source_order fz_sources_order(const struct fz_sources *sources, uint32_t root);

/* Main thread. How many there are; what the argument of one names, absolute, borrowed; NULL where it names no path. */
size_t fz_sources_count(const struct fz_sources *sources);
const char *fz_sources_path(const struct fz_sources *sources, uint32_t root);

/* Main thread. As it was given, borrowed; NULL where it is none of these. NULL-safe. */
const char *fz_sources_argument(const struct fz_sources *sources, uint32_t root);

/* Any thread. By the suffix alone: a picture, unknown, or known as something else (then false). */
bool fz_suffix_classify(const char *name, enum fz_source_doubt *doubt);

/* Any thread. Entries that are not entered or shown without --hidden: dot files, @eaDir, .@__thumb, ._*,
 * Thumbs.db. */
bool fz_name_is_hidden(const char *name);

#endif
