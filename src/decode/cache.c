#include "decode/cache.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "decode/cache_writer.h"
#include "decode/ring.h"
#include "sync/thread.h"

#include <stdlib.h>

enum {
    OPENING_US = 1000000,           /* then pictures do not wait for it */
    TOUCH_MS = 24 * 60 * 60 * 1000, /* so exactly is known when an entry was used */
    LARGEST_PART = 16,              /* of the bound: a larger tile is not kept */
    AGAIN_US = 1000000,             /* then a file that could not be opened is tried again */
};

struct fz_cache_reader {
    struct fz_cache *cache; /* borrowed */
    struct fz_cache_db db;
    unsigned generation; /* of what was opened last; 0: nothing yet */
    int64_t again_us;    /* where that failed */
};

char *fz_cache_folder(void)
{
    return fz_path_of_user("XDG_CACHE_HOME", ".cache", "frieze");
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
    cache->state = FZ_CACHE_OPENING;
    cache->patient = options->patient;
    cache->wait_until_us = fz_now_us() + OPENING_US;
    fz_monitor_init(&cache->changed);
    atomic_store(&cache->writes, true);
    atomic_store(&cache->generation, 1);
    enum fz_err code = fz_thread_start(&cache->thread, "frieze:cache", fz_cache_writer_main, cache, err);
    if (code == FZ_OK)
        *out = cache;
    else
        free_cache(cache);
    return code;
}

bool fz_cache_is_kept(struct fz_cache *cache)
{
    return atomic_load(&cache->writes);
}

bool fz_cache_flush(struct fz_cache *cache)
{
    fz_monitor_enter(&cache->changed);
    cache->flushing = true;
    fz_monitor_wake_all(&cache->changed);
    while (atomic_load(&cache->writes) &&
           (cache->state == FZ_CACHE_OPENING || cache->queue.first || cache->writing))
        fz_monitor_wait(&cache->changed);
    cache->flushing = false;
    fz_monitor_leave(&cache->changed);
    return fz_cache_is_kept(cache);
}

size_t fz_cache_left_out(struct fz_cache *cache, bool *is_full)
{
    *is_full = atomic_load(&cache->full);
    return atomic_load(&cache->left_out);
}

size_t fz_cache_unwritten(struct fz_cache *cache)
{
    return atomic_load(&cache->stored) - atomic_load(&cache->written) - atomic_load(&cache->left_out);
}

void fz_cache_close(struct fz_cache *cache)
{
    FZ_MAIN_ONLY();
    if (!cache)
        return;
    fz_monitor_enter(&cache->changed);
    cache->closing = true;
    fz_monitor_wake_all(&cache->changed);
    fz_monitor_leave(&cache->changed);
}

bool fz_cache_stop(struct fz_cache *cache, int patience_ms)
{
    FZ_MAIN_ONLY();
    if (!cache)
        return true;
    fz_cache_close(cache);
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
    for (int64_t left_us;
         cache->state == FZ_CACHE_OPENING && (left_us = cache->wait_until_us - fz_now_us()) > 0;)
        fz_monitor_wait_ms(&cache->changed, (int)(left_us / 1000 + 1));
    bool on = cache->state == FZ_CACHE_ON;
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

/* Opens what is there now. What fails is tried again only now and then: each try may take long. */
static int connect(struct fz_cache_reader *reader)
{
    const struct fz_cache *cache = reader->cache;
    unsigned generation = atomic_load(&cache->generation);
    if (reader->generation == generation && reader->db.db)
        return SQLITE_OK;
    if (reader->generation == generation && fz_now_us() < reader->again_us)
        return SQLITE_CANTOPEN;
    fz_cache_db_close(&reader->db);
    reader->generation = generation;
    int code = cache->still ? fz_cache_db_open_still(&reader->db, cache->path)
                            : fz_cache_db_open_reader(&reader->db, cache->path, cache->limit_bytes);
    if (code != SQLITE_OK) {
        fz_cache_db_close(&reader->db);
        reader->again_us = fz_now_us() + AGAIN_US;
    }
    return code;
}

/* False: there is no room. */
static bool enqueue(struct fz_cache *cache, struct fz_cache_row *row)
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
    return fits;
}

/* A day is exact enough, and costs one write a day; none where nothing goes for want of room, for a row here and there is a page each,
 * and a memory card does not last. Asked anew each time: another frieze may have filled it. */
static void note_use(struct fz_cache_reader *reader, const struct fz_cache_key *key, int64_t used_ms)
{
    struct fz_cache *cache = reader->cache;
    int64_t now = fz_date_ms();
    bool is_scarce;
    if ((now >= used_ms && now - used_ms < TOUCH_MS) || !atomic_load(&cache->writes) ||
        fz_cache_db_is_scarce(&reader->db, &is_scarce) != SQLITE_OK || !is_scarce)
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
        note_use(reader, key, used_ms);
    return found == FZ_CACHE_HIT;
}

bool fz_cache_is_patient(const struct fz_cache_reader *reader)
{
    return reader->cache->patient;
}

void fz_cache_go_without(struct fz_cache_reader *reader)
{
    atomic_fetch_add(&reader->cache->stored, 1);
}

bool fz_cache_store(struct fz_cache_reader *reader, const struct fz_cache_key *key,
                    const struct fz_cache_facts *facts, uint8_t *tile, size_t len)
{
    FZ_NOT_MAIN();
    struct fz_cache *cache = reader->cache;
    bool fits =
        len <= cache->limit_bytes / LARGEST_PART && len <= FZ_RING_INPUT_BYTES; /* or none could read it */
    if (key->box_w > 0) {
        atomic_fetch_add(&cache->stored, 1);
        atomic_fetch_add(&cache->left_out, !fits);
    }
    if (!fits || !atomic_load(&cache->writes)) {
        free(tile);
        return true;
    }
    struct fz_cache_row *row = fz_cache_row_new(key);
    row->facts = *facts;
    row->tile = tile;
    row->len = len;
    return enqueue(cache, row);
}
