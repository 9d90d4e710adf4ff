/* The tile cache: finished tiles and what is known of their pictures, in one SQLite file that outlives the program.
 *
 * One thread writes, in batches; every worker reads through a connection of its own. Nothing here ever fails a job: what
 * cannot be read is decoded from its file, what cannot be written is not kept. */
#ifndef FZ_DECODE_CACHE_H
#define FZ_DECODE_CACHE_H

#include "base/error.h"
#include "image/scratch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_cache;
struct fz_cache_reader;

/* What a tile is found by. A box of 0 x 0: no tile, but what its file tells of itself. */
struct fz_cache_key {
    const char *path; /* absolute; borrowed */
    uint64_t bytes;   /* of the file */
    int64_t mtime_ns; /* since 1970 */
    /* The same, when anything of it changed: what else is there is outdated, written over by a program that keeps sizes and times. */
    int64_t ctime_ns;
    int box_w, box_h; /* the latter below 0: of a tile that fills it */
};

enum { FZ_CACHE_ANY_BACKGROUND = -1 };

/* What is known of a picture. */
struct fz_cache_facts {
    char format[16];   /* as the format table calls it */
    int width, height; /* upright, px */
    int orientation;   /* EXIF, 1..8 */
    int frames;        /* of an animation, or pages */
    bool has_profile;
    int64_t background;   /* 0xRRGGBB where it is part of the tile's pixels */
    int whole_w, whole_h; /* RAW: upright, px, of what its sensor saw; 0 for all else */
};

struct fz_cache_options {
    const char *folder;   /* where its file lies, absolute; borrowed; made where it is not there */
    uint64_t limit_bytes; /* of the file and its journal together */
    uint64_t queue_bytes; /* of what waits to be written, in memory; what is more is not kept, */
    bool patient; /* but where this is set whoever stores it waits for room, and what this run used stays */
};

/* Main thread. $XDG_CACHE_HOME/frieze, else ~/.cache/frieze; NULL where neither is known. Caller frees. */
char *fz_cache_folder(void);

/* Main thread. Starts the thread that opens the file and writes to it. */
enum fz_err fz_cache_start(struct fz_cache **cache, const struct fz_cache_options *options,
                           struct fz_error *err);

/* Any thread. False once the file cannot be written, which has been said: what comes is kept no more. */
bool fz_cache_is_kept(struct fz_cache *cache);

/* Any thread but a running render thread. Waits until what was stored so far is written; false where the file cannot be
 * written (it has been said why). */
bool fz_cache_flush(struct fz_cache *cache);

/* Any thread. How many tiles found no room: they are too large, or *is_full: all that is kept was used by this (patient) run itself. */
size_t fz_cache_left_out(struct fz_cache *cache, bool *is_full);

/* Any thread, after a flush. How many more were not kept: the file could not be written, nobody said in time that what was decoded
 * is what lies there, or only a part of it could be decoded. */
size_t fz_cache_unwritten(struct fz_cache *cache);

/* Main thread, when every reader is closed. What waits is written from now on, and nothing comes any more; NULL-safe. */
void fz_cache_close(struct fz_cache *cache);

/* Main thread, when every reader is closed. Writes what waits; NULL-safe. False when that took longer than `patience_ms`:
 * nothing was freed then, and the end of the process ends it, without harm to the file. */
bool fz_cache_stop(struct fz_cache *cache, int patience_ms);

/* A worker. A connection of its own, opened when something is looked for first; NULL where there is no cache. */
struct fz_cache_reader *fz_cache_reader_new(struct fz_cache *cache);
void fz_cache_reader_free(struct fz_cache_reader *reader); /* NULL-safe */

/* A worker. Gives back what the connection keeps in memory; NULL-safe. */
void fz_cache_reader_shrink(struct fz_cache_reader *reader);

/* A worker; waits while the file is being opened. Looks a tile up: its bytes come into `tile`, *len of them. */
bool fz_cache_find(struct fz_cache_reader *reader, const struct fz_cache_key *key,
                   struct fz_cache_facts *facts, struct fz_buffer *tile, size_t *len);

/* A worker. Whether whoever fills it waits rather than goes without (struct fz_cache_options). */
bool fz_cache_is_patient(const struct fz_cache_reader *reader);
/* A worker. A tile that was to be kept is not. */
void fz_cache_go_without(struct fz_cache_reader *reader);

/* A worker. Keeps a tile; takes `tile` (from malloc). False: too many wait to be written; another time there is room. */
bool fz_cache_store(struct fz_cache_reader *reader, const struct fz_cache_key *key,
                    const struct fz_cache_facts *facts, uint8_t *tile, size_t len);

#endif
