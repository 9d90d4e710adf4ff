/* A scanner: the thread ("frieze:reader"; of the program, or of a reader's process) that reads its roots, and then follows what becomes of them.
 *
 * It does one small step at a time (one folder read, one round of news taken) and looks at the stop token
 * in between, so that it can list, watch, read paths and wait at the same time without a second thread. Which
 * roots have a scanner of their own, and which share one, reader_groups.h says: `frieze *.jpg` is thousands of roots. */
#ifndef FZ_SOURCE_SCANNER_H
#define FZ_SOURCE_SCANNER_H

#include "source/await.h"
#include "source/burst.h"
#include "source/paths.h"
#include "source/renames.h"
#include "source/route.h"
#include "source/source.h"
#include "source/tree.h"
#include "source/walk.h"
#include "source/watch.h"
#include "sync/thread.h"

#include <stdatomic.h>

struct fz_scanner;

/* A row of the SOURCE TABLE. */
struct fz_source_row {
    const char *name;
    bool (*matches)(const char *argument);
    /* The scanner's thread: begins to read `root`. NULL = this build lacks it. */
    void (*begin)(struct fz_scanner *scanner, uint32_t root);
    enum fz_source_order order;
    bool is_path;     /* the argument is the path of a file or folder */
    bool own_scanner; /* never shares one: it may take for ever to read */
};

struct fz_root {
    /* immutable after start */
    const char *argument; /* borrowed */
    const struct fz_source_row *row;
    bool is_path;
    char *path; /* absolute; NULL where the argument is none; owned */
    /* its scanner's thread; in the front end of processes, which need only the first of these, its own */
    bool listed;      /* LISTED was sent */
    bool rereads;     /* a reader that died had read it, or it was away: folders come WHOLE, until BACK */
    int64_t since_ns; /* then: what did so after that has changed, on the clock of the system; 0: all has */
    bool yielded;     /* at least one name was handed over, or an error */
    bool awaited;     /* was not there, or no more, and will begin when it comes */
    int64_t came_us;  /* when the file that its folder awaits was seen first; 0: it is not there */
    bool away;        /* AWAY was sent, and BACK was not */
    bool refused;     /* its folder could not be opened when it was read last */
    bool
        in_doubt; /* it is back, but for folders that could not be read to their end: of what is in them, and below, some may have gone */
    bool is_folder;         /* when it was read last */
    bool stands_for_itself; /* it could not be looked at: a tile of its own says so */
    uint64_t device;        /* that its folder was on before it was away */
    bool polled;            /* POLLED was sent */
    bool is_here;           /* of one file: it exists, as far as was told */
    uint32_t folder;        /* of one file: the NAMED folder that it is followed in, or FZ_TREE_NONE */
    uint32_t left_out;
    struct fz_tree_ref awaited_in; /* the folder that is watched until it comes */
};

struct fz_scanner {
    /* immutable after start */
    struct fz_sources *sources;
    uint32_t first, end; /* its roots */
    SDL_Thread *thread;  /* main thread */
    int listing_fd; /* immutable after start: an eventfd; the listing was held, let go or ended; -1: none */
    /* its own thread */
    uint32_t next;   /* the next root that was never begun */
    unsigned ends;   /* of listings, that were heard of */
    uint32_t *again; /* roots to begin once more, oldest first */
    size_t again_first, again_count, again_capacity;
    uint32_t reading;  /* the folder root whose reading is under way, or FZ_TREE_NONE */
    bool doubt_passes; /* a folder that had failed does not any more */
    struct fz_tree tree;
    struct fz_walk walk;
    struct fz_watch watch;
    struct fz_burst burst;
    struct fz_renames renames;
    struct fz_await await;
    struct fz_route route;
    struct fz_index named;  /* roots that are one file, by folder and name */
    struct fz_paths *paths; /* NULL where no paths are read */
    /* atomic: whoever looks whether the thread is stuck */
    atomic_uint progress;   /* counts what it does */
    atomic_uint busy_with;  /* the root whose files it looks at, or looked at last */
    atomic_bool is_at_rest; /* it waits for news */
};

/* What all scanners share. */
struct fz_sources {
    /* immutable after start */
    struct fz_source_options options;
    struct fz_ready *ready;
    struct fz_doorbell *bell;
    void (*deliver)(void *ctx, struct fz_source_event *event); /* takes events instead; NULL: `ready` does */
    void *deliver_ctx;
    struct fz_cancel stop;
    int stop_fd;         /* an eventfd that becomes readable at stop */
    uint32_t first_root; /* the number by which others know roots[0] */
    int given_fd;        /* an eventfd that becomes readable when something is given; -1: nothing can be */
    struct fz_root *roots;
    uint32_t root_count;
    struct fz_scanner *scanners;
    uint32_t scanner_count;
    struct fz_reader_front *front; /* NULL: readers are threads; main thread */
    int listing_fd; /* an eventfd for the front end: what follows has changed; -1: there is none */
    /* lock-free */
    struct fz_ready given; /* struct fz_given */
    /* atomic */
    atomic_bool held; /* nothing is read on */
    atomic_uint ends; /* counts listings that were ended before their end */
};

/* Main thread of a reader's process, which has but one scanner: begins what the program asks for (FZ_READER_BEGIN, whose bytes
 * and descriptor are taken). Events go to `deliver`, on the scanner's thread. */
struct fz_parcel;
enum fz_err fz_sources_read_for(struct fz_sources **sources, struct fz_parcel *parcel,
                                void (*deliver)(void *ctx, struct fz_source_event *event), void *ctx);

/* The front end's thread. The parcel that asks for `scanner` in a process: its bytes are the caller's to free, its descriptor is
 * borrowed. `reread_since_ns`: what was read before by a reader that died by then is read again; 0: nothing was. */
struct fz_parcel fz_sources_ask_for(const struct fz_scanner *scanner, int64_t reread_since_ns);

/* The thread's main. */
int fz_scanner_main(void *scanner);

/* The scanner's thread, all of these. Also notes that it is not stuck. */
bool fz_scanner_stops(struct fz_scanner *scanner);
struct fz_root *fz_scanner_root(const struct fz_scanner *scanner, uint32_t root);
/* The folder of the tree is the one that a root's path leads to. */
bool fz_scanner_is_root(const struct fz_scanner *scanner, uint32_t folder);

/* What it does next may hang: then it is this root that does, or the one that a folder of the tree is of. */
void fz_scanner_turn_to(struct fz_scanner *scanner, uint32_t root);
void fz_scanner_turn_to_folder(struct fz_scanner *scanner, uint32_t folder);

/* Hands over an event, which is taken, behind the renames that came before it. */
void fz_scanner_push(struct fz_scanner *scanner, struct fz_source_event *event);

/* Hands over one line about a path: "PATH: REASON", with the text of `sys` where it is not 0. A long path
 * is shortened in its middle, so that the reason is never cut off. */
void fz_scanner_complain(struct fz_scanner *scanner, uint32_t root, enum fz_err code, int sys,
                         const char *path, const char *reason);

/* The first reading of this root is complete; says so once. */
void fz_scanner_listed(struct fz_scanner *scanner, uint32_t root);

/* Begins the root again, after what is being read. */
void fz_scanner_queue_root(struct fz_scanner *scanner, uint32_t root);

/* Follows the one file of a root in its folder, and ends that; and walks the roots of a file, like
 * fz_index_first. */
void fz_scanner_name(struct fz_scanner *scanner, uint32_t root);
void fz_scanner_unname(struct fz_scanner *scanner, uint32_t root);
uint32_t fz_scanner_named_first(const struct fz_scanner *scanner, uint32_t folder, const char *name,
                                uint32_t *at);
uint32_t fz_scanner_named_next(const struct fz_scanner *scanner, uint32_t folder, const char *name,
                               uint32_t *at);

/* Reader thread. As fz_suffix_classify; what the user named is always a tile. */
bool fz_scanner_classify(const struct fz_scanner *scanner, const char *name, enum fz_source_doubt *doubt);

#endif
