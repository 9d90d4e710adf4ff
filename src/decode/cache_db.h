/* The SQL of the tile cache. A connection belongs to one thread. Functions return a result code of SQLite. */
#ifndef FZ_DECODE_CACHE_DB_H
#define FZ_DECODE_CACHE_DB_H

#include "decode/cache.h"

#include <sqlite3.h>

/* Something to be written. */
struct fz_cache_row {
    struct fz_cache_row *next;
    struct fz_cache_key key; /* its path is owned, too */
    struct fz_cache_facts facts;
    uint8_t *tile; /* owned; NULL: none */
    size_t len;
    bool touch; /* nothing but that it was used */
};

#define FZ_CACHE_PAGE_BYTES 8192 /* also within SQL */

enum fz_cache_statement {
    FZ_CACHE_BEGIN,
    FZ_CACHE_COMMIT,
    FZ_CACHE_FIND,
    FZ_CACHE_PUT_ENTRY,
    FZ_CACHE_PUT_PIXELS,
    FZ_CACHE_TOUCH,
    FZ_CACHE_OLDEST,
    FZ_CACHE_DROP_ENTRY,
    FZ_CACHE_DROP_PIXELS,
    FZ_CACHE_VERSION,
    FZ_CACHE_FILE_PAGES,
    FZ_CACHE_USED_PAGES,
    FZ_CACHE_STATEMENTS,
};

struct fz_cache_db {
    sqlite3 *db;
    sqlite3_stmt *statements[FZ_CACHE_STATEMENTS];
    uint64_t limit_pages;                  /* 0: of one that reads what nobody can write to */
    int journal_pages, most_journal_pages; /* the writer's */
    bool made_room;                        /* while it wrote last: what it wrote may be gone again */
    int sys;                               /* the errno of what could not be opened, or 0 */
};

/* What a run that fills the cache has used itself: for what finds no room beside that, nothing of it goes. */
struct fz_cache_run {
    int64_t since_ms; /* what is noted to be used from then on is among it, */
    int64_t *found;   /* owned; and these entries, of which it is not noted yet */
    size_t found_count, found_capacity;
    size_t left_out; /* tiles that found none */
};

/* Whoever has it. One more that was found. */
void fz_cache_run_add(struct fz_cache_run *run, int64_t id);

/* What became of a look-up. */
enum fz_cache_found { FZ_CACHE_MISS, FZ_CACHE_HIT, FZ_CACHE_SPOILT /* an entry whose checksum is wrong */ };

/* Before any connection. */
void fz_cache_db_begin(void);

/* The one that writes: makes the file where it is not there, and replaces what is no file of this user's own. What is
 * damaged is SQLITE_CORRUPT or SQLITE_NOTADB, of another version SQLITE_MISMATCH. */
int fz_cache_db_open(struct fz_cache_db *db, const char *path, uint64_t limit_bytes);
int fz_cache_db_open_reader(struct fz_cache_db *db, const char *path, uint64_t limit_bytes);

/* Whether this code, the answer of an attempt to open it for writing, says that its disk is full or read-only. */
bool fz_cache_db_is_still(struct fz_cache_db *db, int code);

/* One that reads then. SQLITE_MISMATCH, SQLITE_CANTOPEN: of another version, no file of this user's own. */
int fz_cache_db_open_still(struct fz_cache_db *db, const char *path);
void fz_cache_db_close(struct fz_cache_db *db); /* also what was not opened */

/* Whether its file was deleted since it was opened, or another one is in its place. */
bool fz_cache_db_is_deleted(struct fz_cache_db *db);

/* Whether this code, the last answer, says that the file cannot be relied on. */
bool fz_cache_db_is_damage(struct fz_cache_db *db, int code);

/* The one that writes. Empties the file, whatever it holds, and opens it anew. Who else has it open goes on with the empty
 * one, or, where not even its first page could be read, with the old one until it is closed. `code` says what is wrong. SQLITE_IOERR,
 * and nothing is touched, where it is the disk that cannot be read, which SQLite calls SQLITE_CORRUPT, too: the whole file is read then. */
int fz_cache_db_reset(struct fz_cache_db *db, int code, const char *path, uint64_t limit_bytes);

/* The one that writes. One transaction: all rows or none. Makes room; without rows it does nothing else. SQLITE_BUSY, and nothing is
 * written, where another one writes, or is in the way of emptying the journal. With a run (NULL: none) rows are left out that find no
 * room beside what it used. */
int fz_cache_db_write(struct fz_cache_db *db, const struct fz_cache_row *rows, int64_t now_ms,
                      struct fz_cache_run *run);

/* The one that writes, within a transaction. SQLITE_SCHEMA: a frieze of another version has made the file its own since it was opened. */
int fz_cache_db_check_version(struct fz_cache_db *db);

/* The one that writes. Brings what stands in the journal into the file, once it is as long as it may become. Left to itself SQLite does
 * so too, but where the file is too damaged for it, it says nothing, and the journal grows for ever. SQLITE_BUSY: others use it. */
int fz_cache_db_empty_journal(struct fz_cache_db *db);

/* The one that writes, before it is closed. The same without waiting for others, however short the journal is: closing does so too, but
 * where the file is too damaged for it, it says nothing, and the journal remains. */
int fz_cache_db_settle(struct fz_cache_db *db);

/* The one that writes. Brings a file that is over its bound (made with a larger one) under it. */
int fz_cache_db_trim(struct fz_cache_db *db);

/* Any thread. What an entry is known by. */
int64_t fz_cache_db_id(const struct fz_cache_key *key);

/* Any thread. What the entry of what that file tells of itself is known by, which stays as long as a tile of it does. */
int64_t fz_cache_db_told_id(const struct fz_cache_key *key);

/* Whether it is so full that something may have to go before long: what is used is to be noted then. */
int fz_cache_db_is_scarce(struct fz_cache_db *db, bool *is_scarce);

/* *used_ms: when it was last noted to be used, or made. */
int fz_cache_db_find(struct fz_cache_db *db, const struct fz_cache_key *key, enum fz_cache_found *found,
                     struct fz_cache_facts *facts, struct fz_buffer *tile, size_t *len, int64_t *used_ms);

#endif
