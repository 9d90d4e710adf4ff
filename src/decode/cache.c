#include "decode/cache.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "decode/cache_db.h"
#include "decode/cache_queue.h"
#include "sync/monitor.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    BATCH_MS = 5000,    /* written at once is what comes in it, or a batch */
    BUSY_US = 30000000, /* a nice thread of another may hold it for long */
    BUSY_PAUSE_MS = 20,
    OPENING_US = 1000000, /* then pictures do not wait for it */
    MAX_RESETS = 3,       /* in one run: a disk that damages whatever is written is not written to for ever */
    TOUCH_MS = 24 * 60 * 60 * 1000, /* so exactly is known when an entry was used */
    LARGEST_PART = 16,              /* of the bound: a larger tile is not kept */
    CACHE_NICE = 10,                /* as workers */
};

enum state { OPENING, ON, OFF };

struct fz_cache {
    /* immutable */
    char *path;
    uint64_t limit_bytes;
    bool patient;
    int64_t wait_until_us; /* for the file to be opened */
    SDL_Thread *thread;
    struct fz_monitor changed;
    /* under its lock */
    struct fz_cache_queue queue; /* what waits to be written */
    enum state state;
    bool closing, writing;   /* a batch, which is in the queue no more */
    bool flushing;           /* somebody waits for all of it */
    struct fz_cache_run own; /* of one that fills it: what it found since the last batch */
    /* atomic */
    atomic_bool writes;     /* what is stored will be written */
    atomic_bool spoilt;     /* an entry was, and that was said */
    atomic_uint generation; /* counts the files that readers may have open */
    atomic_uint damaged;    /* the generation that a reader found so; 0: none */
    atomic_size_t left_out; /* tiles that were not kept, */
    atomic_bool full;       /* because all that is kept is its own */
    atomic_bool ended;
};

struct fz_cache_reader {
    struct fz_cache *cache; /* borrowed */
    struct fz_cache_db db;
    unsigned generation; /* of what is open; 0: nothing */
};

char *fz_cache_folder(void)
{
    return fz_path_of_user("XDG_CACHE_HOME", ".cache", "frieze");
}

/* ---- The thread that writes -------------------------------------------------------------------------------------- */

static void set_state(struct fz_cache *cache, enum state state)
{
    fz_monitor_enter(&cache->changed);
    cache->state = state;
    fz_monitor_wake_all(&cache->changed);
    fz_monitor_leave(&cache->changed);
}

/* Begins anew where the file cannot be relied on. */
static int mend(struct fz_cache *cache, struct fz_cache_db *db, int code, int *resets)
{
    if (!fz_cache_db_is_damage(db, code) || (*resets)++ >= MAX_RESETS)
        return code;
    code = fz_cache_db_reset(db, code, cache->path, cache->limit_bytes);
    if (code == SQLITE_IOERR) /* each read may take seconds */
        set_state(cache, OFF);
    if (code != SQLITE_OK)
        return code;
    fz_log("%s: damaged, or of another version: begun anew", cache->path);
    atomic_fetch_add(&cache->generation, 1);
    return code;
}

/* Waits until there is something to write, or to mend, or the end has come. */
static struct fz_cache_row *take_batch(struct fz_cache *cache, bool *last)
{
    int64_t until_us = 0;
    fz_monitor_enter(&cache->changed);
    cache->writing = false;
    fz_monitor_wake_all(&cache->changed); /* to whoever waits for room, or for all of it */
    while (!cache->closing && !(cache->flushing && cache->queue.first) &&
           !fz_cache_queue_has_batch(&cache->queue) && !atomic_load(&cache->damaged)) {
        if (cache->queue.row_count == 0) {
            fz_monitor_wait(&cache->changed);
            continue;
        }
        if (until_us == 0)
            until_us = fz_now_us() + (int64_t)BATCH_MS * 1000;
        int64_t left_us = until_us - fz_now_us();
        if (left_us <= 0)
            break;
        fz_monitor_wait_ms(&cache->changed, (int)(left_us / 1000 + 1));
    }
    struct fz_cache_row *rows = fz_cache_queue_cut(&cache->queue);
    cache->writing = rows != NULL;
    *last = cache->closing && !cache->queue.first;
    fz_monitor_leave(&cache->changed);
    return rows;
}

static void give_up_writing(struct fz_cache *cache, const struct fz_cache_db *db, int code, const char *what)
{
    int sys = db->db ? sqlite3_system_errno(db->db) : db->sys;
    struct fz_error err;
    fz_fail(&err, FZ_E_IO, sys, "%s: %s: %s", cache->path, what, sqlite3_errstr(code));
    fz_monitor_enter(&cache->changed);
    bool told = atomic_exchange(&cache->writes, false) &&
                !(code == SQLITE_BUSY && cache->closing); /* whose turn did not come before the end */
    fz_monitor_wake_all(&cache->changed);
    fz_monitor_leave(&cache->changed);
    if (told)
        fz_log_error(&err);
}

static bool is_closing(struct fz_cache *cache)
{
    fz_monitor_enter(&cache->changed);
    bool closing = cache->closing;
    fz_monitor_leave(&cache->changed);
    return closing;
}

/* Two that make the file at once are in each other's way, and SQLite tells one of them so without waiting. */
static int open_patiently(struct fz_cache *cache, struct fz_cache_db *db)
{
    char *folder = fz_path_dir(cache->path);
    bool has_folder = fz_path_make_folder(folder);
    *db = (struct fz_cache_db){.sys = has_folder ? 0 : errno};
    free(folder);
    int code = SQLITE_CANTOPEN;
    for (int64_t until_us = fz_now_us() + BUSY_US; has_folder;) {
        code = fz_cache_db_open(db, cache->path, cache->limit_bytes);
        if (code != SQLITE_BUSY || fz_now_us() > until_us || is_closing(cache))
            break;
        fz_cache_db_close(db);
        SDL_Delay(BUSY_PAUSE_MS);
    }
    return code;
}

/* Who cleans up deletes it while it is open: what is written to that one nobody would find. */
static int open_anew_where_deleted(struct fz_cache *cache, struct fz_cache_db *db)
{
    if (!fz_cache_db_is_deleted(db))
        return SQLITE_OK;
    fz_cache_db_close(db);
    int code = open_patiently(cache, db);
    if (code == SQLITE_OK)
        atomic_fetch_add(&cache->generation, 1);
    return code;
}

/* What was found since then, too. */
static void take_found(struct fz_cache *cache, struct fz_cache_run *own)
{
    fz_monitor_enter(&cache->changed);
    for (size_t i = 0; i < cache->own.found_count; i++)
        fz_cache_run_add(own, cache->own.found[i]);
    cache->own.found_count = 0;
    fz_monitor_leave(&cache->changed);
}

/* Another frieze that writes lets this one in between two of its batches; one that is stuck does not: a batch is lost then, where
 * nobody counts on it. */
static int write_batch(struct fz_cache *cache, struct fz_cache_db *db, const struct fz_cache_row *rows,
                       struct fz_cache_run *own)
{
    if (own)
        take_found(cache, own);
    int code = open_anew_where_deleted(cache, db);
    if (code != SQLITE_OK)
        return code;
    const int64_t until_us = fz_now_us() + BUSY_US;
    while ((code = fz_cache_db_write(db, rows, fz_date_ms(), own)) == SQLITE_BUSY) {
        if (fz_now_us() > until_us || is_closing(cache))
            return own && !is_closing(cache) ? SQLITE_BUSY : SQLITE_OK;
        SDL_Delay(BUSY_PAUSE_MS);
    }
    return code;
}

static void write_all(struct fz_cache *cache, struct fz_cache_db *db)
{
    int resets = 0;
    struct fz_cache_run own = {.since_ms = fz_date_ms()};
    for (bool last = false; !last;) {
        struct fz_cache_row *rows = take_batch(cache, &last);
        int code = SQLITE_OK;
        if (atomic_exchange(&cache->damaged, 0) == atomic_load(&cache->generation) &&
            atomic_load(&cache->writes))
            code = mend(cache, db, SQLITE_CORRUPT, &resets);
        if (code == SQLITE_OK && rows && atomic_load(&cache->writes))
            code = mend(cache, db, write_batch(cache, db, rows, cache->patient ? &own : NULL), &resets);
        if (code != SQLITE_OK)
            give_up_writing(cache, db, code, "tiles are kept no more");
        fz_cache_rows_free(rows);
        if (own.left_out > 0)
            atomic_store(&cache->full, true);
        atomic_fetch_add(&cache->left_out, own.left_out);
        own.left_out = 0;
    }
    free(own.found);
}

static int cache_main(void *ctx)
{
    struct fz_cache *cache = ctx;
    struct fz_cache_db db;
    int resets = 0;
    int code = mend(cache, &db, open_patiently(cache, &db), &resets);
    if (code == SQLITE_OK) {
        set_state(cache, ON);
        setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), CACHE_NICE); /* not before: all wait for that */
        fz_cache_db_trim(&db);
        write_all(cache, &db);
    } else {
        give_up_writing(cache, &db, code, "going on without the tile cache");
        set_state(cache, OFF);
    }
    fz_cache_db_close(&db);
    atomic_store(&cache->ended, true);
    return 0;
}

/* ---- Start and stop ---------------------------------------------------------------------------------------------- */

static void free_cache(struct fz_cache *cache)
{
    fz_cache_queue_fini(&cache->queue);
    free(cache->own.found);
    fz_monitor_fini(&cache->changed);
    free(cache->path);
    free(cache);
}

enum fz_err fz_cache_start(struct fz_cache **out, const struct fz_cache_options *options,
                           struct fz_error *err)
{
    FZ_MAIN_ONLY();
    fz_cache_db_begin();
    struct fz_cache *cache = fz_calloc(1, sizeof *cache);
    cache->path = fz_path_join(options->folder, "tiles.db");
    cache->limit_bytes = options->limit_bytes;
    fz_cache_queue_init(&cache->queue, options->limit_bytes, options->queue_bytes);
    cache->state = OPENING;
    cache->patient = options->patient;
    cache->wait_until_us = fz_now_us() + OPENING_US;
    fz_monitor_init(&cache->changed);
    atomic_store(&cache->writes, true);
    atomic_store(&cache->generation, 1);
    enum fz_err code = fz_thread_start(&cache->thread, "frieze:cache", cache_main, cache, err);
    if (code == FZ_OK)
        *out = cache;
    else
        free_cache(cache);
    return code;
}

bool fz_cache_flush(struct fz_cache *cache)
{
    fz_monitor_enter(&cache->changed);
    cache->flushing = true;
    fz_monitor_wake_all(&cache->changed);
    while (atomic_load(&cache->writes) && (cache->state == OPENING || cache->queue.first || cache->writing))
        fz_monitor_wait(&cache->changed);
    cache->flushing = false;
    fz_monitor_leave(&cache->changed);
    return atomic_load(&cache->writes);
}

size_t fz_cache_left_out(struct fz_cache *cache, bool *is_full)
{
    *is_full = atomic_load(&cache->full);
    return atomic_load(&cache->left_out);
}

bool fz_cache_stop(struct fz_cache *cache, int patience_ms)
{
    FZ_MAIN_ONLY();
    if (!cache)
        return true;
    fz_monitor_enter(&cache->changed);
    cache->closing = true;
    fz_monitor_wake_all(&cache->changed);
    fz_monitor_leave(&cache->changed);
    if (!fz_thread_join_within(cache->thread, &cache->ended, patience_ms))
        return false;
    free_cache(cache);
    return true;
}

/* ---- Workers ----------------------------------------------------------------------------------------------------- */

struct fz_cache_reader *fz_cache_reader_new(struct fz_cache *cache)
{
    if (!cache)
        return NULL;
    struct fz_cache_reader *reader = fz_calloc(1, sizeof *reader);
    reader->cache = cache;
    return reader;
}

void fz_cache_reader_free(struct fz_cache_reader *reader)
{
    if (reader)
        fz_cache_db_close(&reader->db);
    free(reader);
}

/* The file may lie on a disk that does not answer: pictures do not wait for it for ever. */
static bool is_on(struct fz_cache *cache)
{
    fz_monitor_enter(&cache->changed);
    for (int64_t left_us; cache->state == OPENING && (left_us = cache->wait_until_us - fz_now_us()) > 0;)
        fz_monitor_wait_ms(&cache->changed, (int)(left_us / 1000 + 1));
    bool on = cache->state == ON;
    fz_monitor_leave(&cache->changed);
    return on;
}

/* What was begun anew since is not damaged. */
static void report_damage(struct fz_cache *cache, unsigned generation)
{
    fz_monitor_enter(&cache->changed);
    if (generation == atomic_load(&cache->generation))
        atomic_store(&cache->damaged, generation);
    fz_monitor_wake_all(&cache->changed);
    fz_monitor_leave(&cache->changed);
}

void fz_cache_reader_shrink(struct fz_cache_reader *reader)
{
    if (reader && reader->db.db)
        sqlite3_db_release_memory(reader->db.db);
}

/* Opens what is there now. What fails is not tried again until there is another file. */
static int connect(struct fz_cache_reader *reader)
{
    unsigned generation = atomic_load(&reader->cache->generation);
    if (reader->generation == generation)
        return reader->db.db ? SQLITE_OK : SQLITE_CANTOPEN;
    fz_cache_db_close(&reader->db);
    reader->generation = generation;
    int code = fz_cache_db_open_reader(&reader->db, reader->cache->path);
    if (code != SQLITE_OK)
        fz_cache_db_close(&reader->db);
    return code;
}

static void enqueue(struct fz_cache *cache, struct fz_cache_row *row)
{
    uint64_t bytes = fz_cache_queue_bytes_of(row);
    fz_monitor_enter(&cache->changed);
    while (cache->patient && !cache->closing && !fz_cache_queue_has_room(&cache->queue, bytes) &&
           atomic_load(&cache->writes))
        fz_monitor_wait(&cache->changed);
    bool fits = !cache->closing && fz_cache_queue_has_room(&cache->queue, bytes);
    if (fits) {
        fz_cache_queue_add(&cache->queue, row);
        if (cache->queue.row_count == 1 || fz_cache_queue_has_batch(&cache->queue))
            fz_monitor_wake_all(&cache->changed);
    }
    fz_monitor_leave(&cache->changed);
    if (!fits)
        fz_cache_rows_free(row);
}

/* A day is exact enough, and costs one write a day. */
static void note_use(struct fz_cache *cache, const struct fz_cache_key *key, int64_t used_ms)
{
    int64_t now = fz_date_ms();
    if ((now >= used_ms && now - used_ms < TOUCH_MS) || !atomic_load(&cache->writes))
        return;
    struct fz_cache_row *row = fz_cache_row_new(key);
    row->touch = true;
    enqueue(cache, row);
}

static void note_found(struct fz_cache *cache, const struct fz_cache_key *key)
{
    fz_monitor_enter(&cache->changed);
    fz_cache_run_add(&cache->own, fz_cache_db_id(key));
    if (key->box_w > 0)
        fz_cache_run_add(&cache->own, fz_cache_db_told_id(key));
    fz_monitor_leave(&cache->changed);
}

bool fz_cache_find(struct fz_cache_reader *reader, const struct fz_cache_key *key,
                   struct fz_cache_facts *facts, struct fz_buffer *tile, size_t *len)
{
    FZ_NOT_MAIN();
    struct fz_cache *cache = reader->cache;
    if (!is_on(cache))
        return false;
    enum fz_cache_found found = FZ_CACHE_MISS;
    int64_t used_ms = 0;
    int code = connect(reader);
    if (code == SQLITE_OK)
        code = fz_cache_db_find(&reader->db, key, &found, facts, tile, len, &used_ms);
    if (fz_cache_db_is_damage(&reader->db, code))
        report_damage(cache, reader->generation);
    if (found == FZ_CACHE_SPOILT && !atomic_exchange(&cache->spoilt, true))
        fz_log("%s: what it holds of some pictures is damaged: they are read anew", cache->path);
    if (found == FZ_CACHE_HIT && cache->patient)
        note_found(cache, key);
    if (found == FZ_CACHE_HIT)
        note_use(cache, key, used_ms);
    return found == FZ_CACHE_HIT;
}

void fz_cache_store(struct fz_cache_reader *reader, const struct fz_cache_key *key,
                    const struct fz_cache_facts *facts, uint8_t *tile, size_t len)
{
    FZ_NOT_MAIN();
    struct fz_cache *cache = reader->cache;
    bool fits = len <= cache->limit_bytes / LARGEST_PART;
    if (!fits && key->box_w > 0)
        atomic_fetch_add(&cache->left_out, 1);
    if (!fits || !atomic_load(&cache->writes)) {
        free(tile);
        return;
    }
    struct fz_cache_row *row = fz_cache_row_new(key);
    row->facts = *facts;
    row->tile = tile;
    row->len = len;
    enqueue(cache, row);
}
