/* A scanner: the thread that lists its roots, and then follows what becomes of them.
 *
 * It does one small step at a time (one folder listed, one round of news taken) and looks at the stop token in between,
 * so that it can list, watch, read paths and wait at the same time without a second thread. A few roots
 * have a scanner each; many share eight, in ranges: `frieze *.jpg` is thousands of roots. */
#ifndef FZ_SOURCE_SCANNER_H
#define FZ_SOURCE_SCANNER_H

#include "source/batch.h"
#include "source/source.h"
#include "source/tree.h"
#include "source/walk.h"
#include "sync/thread.h"

struct fz_scanner;

/* A row of the SOURCE TABLE. */
struct fz_source_row {
    const char *name;
    bool (*matches)(const char *argument);
    /* The scanner's thread: begins to read `root`. NULL = this build lacks it. */
    void (*begin)(struct fz_scanner *scanner, uint32_t root);
    enum fz_source_order order;
    bool own_scanner; /* never shares one: it may take for ever to read */
};

struct fz_root {
    /* immutable after start */
    const char *argument; /* borrowed */
    const struct fz_source_row *row;
    /* its scanner's thread */
    char *path;        /* absolute, NULL until begun; owned */
    bool listed;       /* LISTED was sent */
    bool yielded;      /* at least one name was handed over, or an error */
    uint32_t left_out;
};

struct fz_scanner {
    /* immutable after start */
    struct fz_sources *sources;
    uint32_t first, end; /* its roots */
    SDL_Thread *thread;  /* main thread */
    /* its own thread */
    uint32_t next;       /* the next root to begin */
    uint32_t reading;    /* the root whose first reading is under way, or FZ_TREE_NONE */
    struct fz_tree tree;
    struct fz_walk walk;
};

/* What all scanners share. */
struct fz_sources {
    /* immutable after start */
    struct fz_source_options options;
    struct fz_ready *ready;
    struct fz_doorbell *bell;
    struct fz_cancel stop;
    int stop_fd; /* an eventfd that becomes readable at stop */
    struct fz_root *roots;
    uint32_t root_count;
    struct fz_scanner *scanners;
    uint32_t scanner_count;
};

/* The thread's main. */
int fz_scanner_main(void *scanner);

/* The scanner's thread, all of these. */
bool fz_scanner_stops(const struct fz_scanner *scanner);
struct fz_root *fz_scanner_root(const struct fz_scanner *scanner, uint32_t root);

/* Hands over an event, which is taken. */
void fz_scanner_push(struct fz_scanner *scanner, struct fz_source_event *event);

/* Hands over one line about a path: "PATH: REASON", with the text of `sys` where it is not 0. A long path is shortened
 * in its middle, so that the reason is never cut off. */
void fz_scanner_complain(struct fz_scanner *scanner, uint32_t root, enum fz_err code, int sys, const char *path,
                        const char *reason);

/* The first reading of this root is complete. */
void fz_scanner_listed(struct fz_scanner *scanner, uint32_t root);

#endif
