/* What the tile cache's thread, which writes, shares with those that look up and store. Within decode/cache*.c alone. */
#ifndef FZ_DECODE_CACHE_WRITER_H
#define FZ_DECODE_CACHE_WRITER_H

#include "decode/cache_db.h"
#include "decode/cache_queue.h"
#include "sync/monitor.h"

#include <SDL_thread.h>
#include <stdatomic.h>

enum fz_cache_state { FZ_CACHE_OPENING, FZ_CACHE_ON, FZ_CACHE_OFF };

struct fz_cache {
    /* immutable */
    char *path;
    uint64_t limit_bytes;
    bool patient;
    int64_t wait_until_us; /* for the file to be opened */
    SDL_Thread *thread;
    struct fz_monitor changed;
    /* immutable from ON on */
    bool still; /* nobody can write to the file: it is but read */
    /* under its lock */
    struct fz_cache_queue queue; /* what waits to be written */
    enum fz_cache_state state;
    bool closing, writing;   /* a batch, which is in the queue no more */
    bool flushing;           /* somebody waits for all of it */
    struct fz_cache_run own; /* of one that fills it: what it found since the last batch */
    /* atomic */
    atomic_bool writes;            /* what is stored will be written */
    atomic_bool spoilt;            /* an entry was, and that was said */
    atomic_uint generation;        /* counts the files that readers may have open */
    atomic_uint damaged;           /* the generation that a reader found so; 0: none */
    atomic_size_t left_out;        /* tiles that found no room, */
    atomic_bool full;              /* because all that is kept is its own */
    atomic_size_t stored, written; /* tiles: all that were to be kept, and those in the file */
    atomic_bool ended;
};

/* The thread's: opens the file, and writes to it what is stored, until the end. `cache` is a struct fz_cache. */
int fz_cache_writer_main(void *cache);

#endif
