/* The thread of the tile cache: it opens the file, writes to it in batches, and mends it. */
#include "decode/cache_writer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/path.h"

#include <SDL_timer.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    BATCH_MS = 5000,    /* written at once is what comes in it, or a batch */
    BUSY_US = 30000000, /* a nice thread of another may hold it for long */
    BUSY_PAUSE_MS = 20,
    MAX_RESETS = 3,  /* in one run: a disk that damages whatever is written is not written to for ever */
    CACHE_NICE = 10, /* as workers */
};

static void set_state(struct fz_cache *cache, enum fz_cache_state state)
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
        set_state(cache, FZ_CACHE_OFF);
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

static int write_counted(struct fz_cache *cache, struct fz_cache_db *db, const struct fz_cache_row *rows,
                         struct fz_cache_run *own)
{
    int code = write_batch(cache, db, rows, cache->patient ? own : NULL);
    if (code == SQLITE_OK)
        atomic_fetch_add(&cache->written, fz_cache_rows_tiles(rows) - own->left_out);
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
            code = mend(cache, db, write_counted(cache, db, rows, &own), &resets);
        if (code != SQLITE_OK)
            give_up_writing(cache, db, code, "tiles are kept no more");
        fz_cache_rows_free(rows);
        if (own.left_out > 0)
            atomic_store(&cache->full, true);
        atomic_fetch_add(&cache->left_out, own.left_out);
        own.left_out = 0;
    }
    free(own.found);
    /* Whatever else there is, such as a full disk, is no reason to begin anew now. */
    const int settled = atomic_load(&cache->writes) ? fz_cache_db_settle(db) : SQLITE_OK;
    if (settled == SQLITE_CORRUPT)
        mend(cache, db, settled, &resets);
}

static bool can_be_read(struct fz_cache *cache)
{
    struct fz_cache_db db;
    int code = fz_cache_db_open_still(&db, cache->path);
    fz_cache_db_close(&db);
    return code == SQLITE_OK;
}

int fz_cache_writer_main(void *ctx)
{
    struct fz_cache *cache = ctx;
    struct fz_cache_db db;
    int resets = 0;
    int code = mend(cache, &db, open_patiently(cache, &db), &resets);
    if (code == SQLITE_OK) {
        set_state(cache, FZ_CACHE_ON);
        setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), CACHE_NICE); /* not before: all wait for that */
        fz_cache_db_trim(&db);
        write_all(cache, &db);
    } else {
        cache->still = fz_cache_db_is_still(&db, code) && can_be_read(cache);
        give_up_writing(cache, &db, code,
                        cache->still ? "tiles are kept no more" : "going on without the tile cache");
        set_state(cache, cache->still ? FZ_CACHE_ON : FZ_CACHE_OFF);
    }
    fz_cache_db_close(&db);
    atomic_store(&cache->ended, true);
    return 0;
}
