/* What the tile cache holds: looking up, writing, and going without what was used least recently. */
#include "decode/cache_db.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum {
    ROW_PAGES = 2,                  /* what a row takes beside its tile, at most */
    DROP_AT_ONCE = 4,               /* rows, when room is made */
    FOUND_AT_ONCE = 32,             /* rows: each may lie in a page of its own */
    CLOCK_MS = 24 * 60 * 60 * 1000, /* so much later than now was noted by a clock that was ahead */
};

/* The columns of entry, in the order of its schema; what is looked up has the tile too. */
enum {
    ID,
    PATH,
    BYTES,
    MTIME,
    CTIME,
    BOX_W,
    BOX_H,
    BACKGROUND,
    FORMAT,
    WIDTH,
    HEIGHT,
    ORIENTATION,
    FRAMES,
    PROFILE,
    WHOLE_W,
    WHOLE_H,
    CHECKSUM,
    USED,
    TILE
};

/* ---- Hashes ------------------------------------------------------------------------------------------------------ */

/* FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

static uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++)
        seed = (seed ^ at[i]) * FNV_PRIME;
    return seed;
}

static uint64_t hash_numbers(uint64_t seed, const int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (int shift = 0; shift < 64; shift += 8)
            seed = (seed ^ ((uint64_t)numbers[i] >> shift & 0xff)) * FNV_PRIME;
    return seed;
}

static uint64_t hash_key(const struct fz_cache_key *key)
{
    const int64_t numbers[] = {(int64_t)key->bytes, key->mtime_ns, key->box_w, key->box_h};
    uint64_t hash = hash_bytes(FNV_BASIS, key->path, strlen(key->path));
    return hash_numbers(hash, numbers, sizeof numbers / sizeof *numbers);
}

int64_t fz_cache_db_id(const struct fz_cache_key *key)
{
    return (int64_t)hash_key(key);
}

int64_t fz_cache_db_told_id(const struct fz_cache_key *key)
{
    struct fz_cache_key told = *key;
    told.box_w = told.box_h = 0;
    return fz_cache_db_id(&told);
}

static int64_t checksum(const struct fz_cache_key *key, const struct fz_cache_facts *facts, const void *tile,
                        size_t len)
{
    const int64_t numbers[] = {facts->width,       facts->height,     facts->orientation, facts->frames,
                               facts->has_profile, facts->background, facts->whole_w,     facts->whole_h};
    uint64_t hash = hash_bytes(hash_key(key), facts->format, strlen(facts->format));
    hash = hash_numbers(hash, numbers, sizeof numbers / sizeof *numbers);
    return (int64_t)hash_bytes(hash, tile, len);
}

/* ---- Looking up -------------------------------------------------------------------------------------------------- */

/* Whether the entry is the one of that key: two keys may have one hash. */
static bool is_of_key(sqlite3_stmt *s, const struct fz_cache_key *key)
{
    size_t len = strlen(key->path);
    return (size_t)sqlite3_column_bytes(s, PATH) == len &&
           memcmp(sqlite3_column_blob(s, PATH), key->path, len) == 0 &&
           sqlite3_column_int64(s, BYTES) == (int64_t)key->bytes &&
           sqlite3_column_int64(s, MTIME) == key->mtime_ns && sqlite3_column_int64(s, BOX_W) == key->box_w &&
           sqlite3_column_int64(s, BOX_H) == key->box_h;
}

static void take_facts(sqlite3_stmt *s, struct fz_cache_facts *facts)
{
    *facts = (struct fz_cache_facts){
        .width = sqlite3_column_int(s, WIDTH),
        .height = sqlite3_column_int(s, HEIGHT),
        .orientation = sqlite3_column_int(s, ORIENTATION),
        .frames = sqlite3_column_int(s, FRAMES),
        .has_profile = sqlite3_column_int(s, PROFILE) != 0,
        .background = sqlite3_column_int64(s, BACKGROUND),
        .whole_w = sqlite3_column_int(s, WHOLE_W),
        .whole_h = sqlite3_column_int(s, WHOLE_H),
    };
    const unsigned char *format = sqlite3_column_text(s, FORMAT);
    snprintf(facts->format, sizeof facts->format, "%s", format ? (const char *)format : "");
}

int fz_cache_db_find(struct fz_cache_db *db, const struct fz_cache_key *key, enum fz_cache_found *found,
                     struct fz_cache_facts *facts, struct fz_buffer *tile, size_t *len, int64_t *used_ms)
{
    sqlite3_stmt *s = db->statements[FZ_CACHE_FIND];
    *found = FZ_CACHE_MISS;
    sqlite3_bind_int64(s, 1, fz_cache_db_id(key));
    int code = sqlite3_step(s);
    if (code == SQLITE_ROW && is_of_key(s, key) && sqlite3_column_int64(s, CTIME) == key->ctime_ns) {
        take_facts(s, facts);
        *len = (size_t)sqlite3_column_bytes(s, TILE);
        *used_ms = sqlite3_column_int64(s, USED);
        const void *bytes = sqlite3_column_blob(s, TILE);
        bool whole = sqlite3_column_int64(s, CHECKSUM) == checksum(key, facts, bytes, *len);
        *found = whole ? FZ_CACHE_HIT : FZ_CACHE_SPOILT;
        if (*found == FZ_CACHE_HIT && *len > 0) {
            if (fz_buffer_need(tile, *len))
                memcpy(tile->data, bytes, *len);
            else
                *found = FZ_CACHE_MISS;
        }
    }
    int reset = sqlite3_reset(s);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : reset != SQLITE_OK ? reset : code;
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

/* Runs a statement that yields no row. */
static int run(struct fz_cache_db *db, enum fz_cache_statement which)
{
    sqlite3_stmt *s = db->statements[which];
    int code = sqlite3_step(s);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int run_on(struct fz_cache_db *db, enum fz_cache_statement which, int64_t id)
{
    sqlite3_bind_int64(db->statements[which], 1, id);
    return run(db, which);
}

static int put(struct fz_cache_db *db, const struct fz_cache_row *row, int64_t now_ms)
{
    const struct fz_cache_key *key = &row->key;
    const struct fz_cache_facts *facts = &row->facts;
    sqlite3_stmt *s = db->statements[FZ_CACHE_PUT_ENTRY];
    const int64_t id = fz_cache_db_id(key);
    const int64_t numbers[USED + 1] = {
        [ID] = id,
        [BYTES] = (int64_t)key->bytes,
        [MTIME] = key->mtime_ns,
        [CTIME] = key->ctime_ns,
        [BOX_W] = key->box_w,
        [BOX_H] = key->box_h,
        [BACKGROUND] = facts->background,
        [WIDTH] = facts->width,
        [HEIGHT] = facts->height,
        [ORIENTATION] = facts->orientation,
        [FRAMES] = facts->frames,
        [PROFILE] = facts->has_profile,
        [WHOLE_W] = facts->whole_w,
        [WHOLE_H] = facts->whole_h,
        [CHECKSUM] = checksum(key, facts, row->tile, row->len),
        [USED] = now_ms,
    };
    for (int i = 0; i <= USED; i++)
        sqlite3_bind_int64(s, i + 1, numbers[i]);
    sqlite3_bind_blob(s, PATH + 1, key->path, (int)strlen(key->path), SQLITE_STATIC);
    sqlite3_bind_text(s, FORMAT + 1, facts->format, -1, SQLITE_STATIC);
    int code = run(db, FZ_CACHE_PUT_ENTRY);
    if (code != SQLITE_OK || !row->tile)
        return code;
    sqlite3_bind_int64(db->statements[FZ_CACHE_PUT_PIXELS], 1, id);
    sqlite3_bind_blob64(db->statements[FZ_CACHE_PUT_PIXELS], 2, row->tile, row->len, SQLITE_STATIC);
    return run(db, FZ_CACHE_PUT_PIXELS);
}

static int touch(struct fz_cache_db *db, int64_t id, int64_t now_ms)
{
    sqlite3_bind_int64(db->statements[FZ_CACHE_TOUCH], 2, now_ms);
    return run_on(db, FZ_CACHE_TOUCH, id);
}

/* What a file tells is asked for seldom, and would go before a tile that is shown every day. */
static int touch_with_told(struct fz_cache_db *db, const struct fz_cache_key *key, int64_t now_ms)
{
    int code = touch(db, fz_cache_db_id(key), now_ms);
    return code == SQLITE_OK && key->box_w > 0 ? touch(db, fz_cache_db_told_id(key), now_ms) : code;
}

static int ask_pages(struct fz_cache_db *db, enum fz_cache_statement which, uint64_t *pages)
{
    sqlite3_stmt *s = db->statements[which];
    int code = sqlite3_step(s);
    *pages = code == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

void fz_cache_run_add(struct fz_cache_run *run, int64_t id)
{
    run->found = fz_grow(run->found, &run->found_capacity, run->found_count + 1, sizeof *run->found);
    run->found[run->found_count++] = id;
}

static int drop_oldest(struct fz_cache_db *db, int64_t now_ms, int64_t before_ms, int *dropped)
{
    int64_t ids[DROP_AT_ONCE];
    sqlite3_stmt *s = db->statements[FZ_CACHE_OLDEST];
    int code;
    *dropped = 0;
    sqlite3_bind_int(s, 1, DROP_AT_ONCE);
    sqlite3_bind_int64(s, 2, before_ms);
    sqlite3_bind_int64(s, 3, now_ms + CLOCK_MS);
    while ((code = sqlite3_step(s)) == SQLITE_ROW && *dropped < DROP_AT_ONCE)
        ids[(*dropped)++] = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        code = SQLITE_OK;
    for (int i = 0; i < *dropped && code == SQLITE_OK; i++) {
        code = run_on(db, FZ_CACHE_DROP_ENTRY, ids[i]);
        if (code == SQLITE_OK)
            code = run_on(db, FZ_CACHE_DROP_PIXELS, ids[i]);
    }
    return code;
}

/* The file never grows over its bound: least recently used go first, and their pages are used again. *has_room: false where all is
 * the run's own. */
static int make_room(struct fz_cache_db *db, uint64_t need_pages, int64_t now_ms,
                     const struct fz_cache_run *own, bool *has_room)
{
    *has_room = true;
    for (int dropped = 1;;) {
        uint64_t used;
        int code = ask_pages(db, FZ_CACHE_USED_PAGES, &used);
        if (code != SQLITE_OK || used + need_pages <= db->limit_pages)
            return code;
        *has_room = dropped > 0 || !own;
        if (dropped == 0)
            return code;
        db->made_room = true;
        code = drop_oldest(db, now_ms, own ? own->since_ms : INT64_MAX, &dropped);
        if (code != SQLITE_OK)
            return code;
    }
}

static int write_row(struct fz_cache_db *db, const struct fz_cache_row *row, int64_t now_ms,
                     struct fz_cache_run *own)
{
    if (row->touch)
        return touch_with_told(db, &row->key, now_ms);
    bool has_room;
    int code = make_room(db, row->len / FZ_CACHE_PAGE_BYTES + ROW_PAGES, now_ms, own, &has_room);
    if (code != SQLITE_OK || has_room)
        return code == SQLITE_OK ? put(db, row, now_ms) : code;
    own->left_out += row->key.box_w > 0;
    return SQLITE_OK;
}

static int check_is_found(struct fz_cache_db *db, const struct fz_cache_row *row)
{
    sqlite3_stmt *s = db->statements[FZ_CACHE_FIND];
    sqlite3_bind_int64(s, 1, fz_cache_db_id(&row->key));
    int code = sqlite3_step(s);
    bool found = code == SQLITE_ROW && is_of_key(s, &row->key) &&
                 (!row->tile || sqlite3_column_type(s, TILE) != SQLITE_NULL);
    sqlite3_reset(s);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return code;
    return found ? SQLITE_OK : SQLITE_CORRUPT;
}

/* Rows that are not in the order of their ids lead astray who looks for one: SQLite does not notice, and what is stored is not found. */
static int check_are_found(struct fz_cache_db *db, const struct fz_cache_row *rows)
{
    int code = SQLITE_OK;
    for (const struct fz_cache_row *row = rows; row && code == SQLITE_OK && !db->made_room; row = row->next)
        code = row->touch ? SQLITE_OK : check_is_found(db, row);
    return code;
}

static int end_transaction(struct fz_cache_db *db, int code)
{
    if (code == SQLITE_OK)
        code = run(db, FZ_CACHE_COMMIT);
    if (code != SQLITE_OK)
        sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

int fz_cache_db_is_scarce(struct fz_cache_db *db, bool *is_scarce)
{
    uint64_t used;
    int code = ask_pages(db, FZ_CACHE_USED_PAGES, &used);
    *is_scarce = code == SQLITE_OK && used > db->limit_pages / 4 * 3;
    return code;
}

static int begin_transaction(struct fz_cache_db *db)
{
    int code = run(db, FZ_CACHE_BEGIN);
    if (code != SQLITE_OK)
        return code;
    code = fz_cache_db_check_version(db);
    return code == SQLITE_OK ? code : end_transaction(db, code);
}

/* Not before something may have to go: a run that finds nearly all of it writes next to nothing. */
static int note_found(struct fz_cache_db *db, int64_t now_ms, struct fz_cache_run *own)
{
    bool is_scarce;
    int code = fz_cache_db_is_scarce(db, &is_scarce);
    while (is_scarce && own->found_count > 0 && code == SQLITE_OK) {
        size_t count = own->found_count < FOUND_AT_ONCE ? own->found_count : FOUND_AT_ONCE;
        code = begin_transaction(db);
        if (code != SQLITE_OK)
            return code;
        for (size_t i = 1; i <= count && code == SQLITE_OK; i++)
            code = touch(db, own->found[own->found_count - i], now_ms);
        code = end_transaction(db, code);
        if (code == SQLITE_OK) {
            own->found_count -= count;
            code = fz_cache_db_empty_journal(db);
        }
    }
    return code;
}

static int write_rows(struct fz_cache_db *db, const struct fz_cache_row *rows, int64_t now_ms,
                      struct fz_cache_run *own)
{
    bool has_room;
    int code = begin_transaction(db);
    if (code != SQLITE_OK)
        return code;
    db->made_room = false;
    code = make_room(db, 0, now_ms, own, &has_room);
    for (const struct fz_cache_row *row = rows; row && code == SQLITE_OK; row = row->next)
        code = write_row(db, row, now_ms, own);
    if (code == SQLITE_OK)
        code = check_are_found(db, rows);
    return end_transaction(db, code);
}

int fz_cache_db_write(struct fz_cache_db *db, const struct fz_cache_row *rows, int64_t now_ms,
                      struct fz_cache_run *own)
{
    int code = fz_cache_db_empty_journal(db); /* where something was in its way */
    if (code == SQLITE_OK && own)
        code = note_found(db, now_ms, own);
    if (code == SQLITE_OK)
        code = write_rows(db, rows, now_ms, own);
    if (code != SQLITE_OK)
        return code;
    code = fz_cache_db_empty_journal(db);
    return code == SQLITE_BUSY ? SQLITE_OK : code; /* these rows are written */
}

int fz_cache_db_trim(struct fz_cache_db *db)
{
    uint64_t pages;
    int code = ask_pages(db, FZ_CACHE_FILE_PAGES, &pages);
    if (code != SQLITE_OK || pages <= db->limit_pages)
        return code;
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%llu)",
             (unsigned long long)(pages - db->limit_pages));
    code = fz_cache_db_write(db, NULL, 0, NULL);
    return code == SQLITE_OK ? sqlite3_exec(db->db, sql, NULL, NULL, NULL) : code;
}
