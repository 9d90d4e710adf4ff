#include "decode/cache_db.h"

#include "base/mem.h"
#include "base/uri.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    APPLICATION_ID = 0x46725a43, /* "FrZC" */
    VERSION = 13,                /* another one where pictures become other pixels than before */
    MAX_VALUE_BYTES = 64 << 20,  /* no tile is larger */
    BUSY_MS = 1000,              /* another frieze writes */
    JOURNAL_PART = 4,            /* of the bound on all bytes */
    MAX_JOURNAL_BYTES = 8 << 20,
};

/* An entry is known by a hash of its key. Its tile lies in a table of its own, so that noting a use writes one short
 * row. */
static const char SCHEMA[] =
    "CREATE TABLE entry(id INTEGER PRIMARY KEY, path BLOB, bytes INTEGER, mtime INTEGER, ctime INTEGER,"
    " box_w INTEGER, box_h INTEGER, background INTEGER, format TEXT, width INTEGER, height INTEGER, "
    "orientation INTEGER,"
    " frames INTEGER, profile INTEGER, whole_w INTEGER, whole_h INTEGER, checksum INTEGER, used INTEGER);"
    "CREATE INDEX entry_used ON entry(used);"
    "CREATE TABLE pixels(id INTEGER PRIMARY KEY, tile BLOB);";

/* What was noted while the clock was ahead goes first: it would stay until that time comes. */
static const char OLDEST[] =
    "SELECT id FROM (SELECT id FROM entry WHERE used > ?3 ORDER BY used LIMIT ?1) UNION ALL "
    "SELECT id FROM (SELECT id FROM entry WHERE used < ?2 ORDER BY used LIMIT ?1) LIMIT ?1";

/* What a file is made with. */
#define NUMBER(n) #n
#define TEXT_OF(n) NUMBER(n)
#define FRESH "PRAGMA page_size = " TEXT_OF(FZ_CACHE_PAGE_BYTES) "; PRAGMA auto_vacuum = INCREMENTAL;"

static const char *const SQL[] = {
    [FZ_CACHE_BEGIN] = "BEGIN IMMEDIATE",
    [FZ_CACHE_COMMIT] = "COMMIT",
    [FZ_CACHE_FIND] = "SELECT entry.*, tile FROM entry LEFT JOIN pixels USING (id) WHERE id = ?1",
    [FZ_CACHE_PUT_ENTRY] = "INSERT OR REPLACE INTO entry VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [FZ_CACHE_PUT_PIXELS] = "INSERT OR REPLACE INTO pixels VALUES(?1, ?2)",
    [FZ_CACHE_TOUCH] = "UPDATE entry SET used = ?2 WHERE id = ?1",
    [FZ_CACHE_OLDEST] = OLDEST,
    [FZ_CACHE_DROP_ENTRY] = "DELETE FROM entry WHERE id = ?1",
    [FZ_CACHE_DROP_PIXELS] = "DELETE FROM pixels WHERE id = ?1",
    [FZ_CACHE_VERSION] = "SELECT user_version FROM pragma_user_version",
    [FZ_CACHE_FILE_PAGES] = "SELECT page_count FROM pragma_page_count",
    [FZ_CACHE_USED_PAGES] =
        "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count",
};

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

static int exec(struct fz_cache_db *db, const char *sql)
{
    return sqlite3_exec(db->db, sql, NULL, NULL, NULL);
}

static int ask_number(struct fz_cache_db *db, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        *number = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

/* By itself each connection takes memory for twenty pages when it is opened, and writes to all of it; one that only looks up has use for
 * half a dozen. Once SQLite has begun this is refused, and was said before. */
void fz_cache_db_begin(void)
{
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

/* Of this user alone, and neither a link nor a device. A symbolic link in its place is taken away, not followed. */
static int claim_file(struct fz_cache_db *db, const char *path)
{
    for (int tries = 0; tries < 2; tries++) {
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
        struct stat st;
        bool ours = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
        if (fd >= 0)
            close(fd);
        if (ours)
            return SQLITE_OK;
        db->sys = fd < 0 ? errno : EPERM;
        bool is_other = fd >= 0 || db->sys == ELOOP || db->sys == EACCES || db->sys == ENXIO;
        if (!is_other || unlink(path) != 0)
            break;
    }
    return SQLITE_CANTOPEN;
}

static int connect(struct fz_cache_db *db, const char *path, int flags)
{
    *db = (struct fz_cache_db){0};
    int code = sqlite3_open_v2(path, &db->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
    if (code != SQLITE_OK)
        return code;
    sqlite3_extended_result_codes(db->db, 0);
    sqlite3_busy_timeout(db->db, BUSY_MS);
    sqlite3_limit(db->db, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* No mapping: a file that is cut short under one ends the program. */
    return exec(db, "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY");
}

static int prepare_all(struct fz_cache_db *db, bool writes)
{
    for (int i = 0; i < FZ_CACHE_STATEMENTS; i++) {
        if (!writes && i != FZ_CACHE_FIND && i != FZ_CACHE_USED_PAGES)
            continue;
        int code =
            sqlite3_prepare_v3(db->db, SQL[i], -1, SQLITE_PREPARE_PERSISTENT, &db->statements[i], NULL);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

/* What a fresh file is made as; what has another mark is not ours. */
static int check_schema(struct fz_cache_db *db)
{
    int64_t id = 0, version = 0, objects = 0;
    int code = ask_number(db, "PRAGMA application_id", &id);
    if (code == SQLITE_OK)
        code = ask_number(db, "PRAGMA user_version", &version);
    if (code == SQLITE_OK)
        code = ask_number(db, "SELECT count(*) FROM sqlite_schema", &objects);
    if (code != SQLITE_OK || (id == APPLICATION_ID && version == VERSION))
        return code;
    if (id != 0 || version != 0 || objects != 0)
        return SQLITE_MISMATCH;
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
             VERSION);
    code = exec(db, SCHEMA);
    return code == SQLITE_OK ? exec(db, marks) : code;
}

int fz_cache_db_check_version(struct fz_cache_db *db)
{
    sqlite3_stmt *s = db->statements[FZ_CACHE_VERSION];
    int code = sqlite3_step(s);
    const int version = code == SQLITE_ROW ? sqlite3_column_int(s, 0) : 0;
    sqlite3_reset(s);
    if (code != SQLITE_ROW)
        return code;
    return version == VERSION || version == 0 ? SQLITE_OK : SQLITE_SCHEMA;
}

static int note_journal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    struct fz_cache_db *of = ctx;
    of->journal_pages = pages;
    return SQLITE_OK;
}

static uint64_t journal_bytes(uint64_t limit_bytes)
{
    uint64_t part = limit_bytes / JOURNAL_PART;
    return part < MAX_JOURNAL_BYTES ? part : MAX_JOURNAL_BYTES;
}

static uint64_t limit_pages(uint64_t limit_bytes)
{
    return (limit_bytes - journal_bytes(limit_bytes)) / FZ_CACHE_PAGE_BYTES;
}

/* A journal that is written ahead: readers never wait for the writer, and a power cut costs the last batches, not the
 * file (https://www.sqlite.org/wal.html). */
static int prepare_writer(struct fz_cache_db *db, uint64_t limit_bytes)
{
    const uint64_t journal = journal_bytes(limit_bytes);
    db->limit_pages = limit_pages(limit_bytes);
    char sql[320];
    snprintf(sql, sizeof sql,
             FRESH "PRAGMA journal_mode = WAL;"
                   "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = %d;"
                   "PRAGMA cache_size = -1024; PRAGMA secure_delete = OFF", /* it writes whatever goes */
             (int)journal);
    int code = exec(db, sql);
    db->most_journal_pages = (int)(journal / FZ_CACHE_PAGE_BYTES / 4) + 1;
    sqlite3_wal_hook(db->db, note_journal,
                     db); /* in place of SQLite's own, which keeps to itself what fails */
    if (code == SQLITE_OK)
        code = exec(db, SQL[FZ_CACHE_BEGIN]);
    if (code == SQLITE_OK)
        code = check_schema(db);
    if (code == SQLITE_OK)
        code = exec(db, SQL[FZ_CACHE_COMMIT]);
    return code == SQLITE_OK ? prepare_all(db, true) : code;
}

/* While others go on writing, all of it would never be in the file at once, and it would never begin anew: they wait. */
int fz_cache_db_empty_journal(struct fz_cache_db *db)
{
    if (db->journal_pages < db->most_journal_pages)
        return SQLITE_OK;
    int code = sqlite3_wal_checkpoint_v2(db->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    if (code == SQLITE_OK)
        db->journal_pages = 0;
    return code;
}

int fz_cache_db_settle(struct fz_cache_db *db)
{
    return sqlite3_wal_checkpoint_v2(db->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

int fz_cache_db_open(struct fz_cache_db *db, const char *path, uint64_t limit_bytes)
{
    *db = (struct fz_cache_db){0};
    int code = claim_file(db, path);
    if (code == SQLITE_OK)
        code = connect(db, path, SQLITE_OPEN_READWRITE);
    return code == SQLITE_OK ? prepare_writer(db, limit_bytes) : code;
}

static int open_reader(struct fz_cache_db *db, const char *path, int flags)
{
    int code = connect(db, path, SQLITE_OPEN_READONLY | flags);
    if (code == SQLITE_OK)
        code = exec(db, "PRAGMA cache_size = -128");
    return code == SQLITE_OK ? prepare_all(db, false) : code;
}

int fz_cache_db_open_reader(struct fz_cache_db *db, const char *path, uint64_t limit_bytes)
{
    int code = open_reader(db, path, 0);
    db->limit_pages = limit_pages(limit_bytes);
    return code;
}

bool fz_cache_db_is_still(struct fz_cache_db *db, int code)
{
    int sys = db->db ? sqlite3_system_errno(db->db) : db->sys;
    return code == SQLITE_FULL || sys == ENOSPC || sys == EDQUOT || sys == EROFS;
}

/* Without an index of the journal, which cannot be made there (https://www.sqlite.org/uri.html#uriimmutable). */
static int open_immutable(struct fz_cache_db *db, const char *path)
{
    char *uri = fz_uri_from_path(path), *immutable = fz_asprintf("%s?immutable=1", uri);
    int code = open_reader(db, immutable, SQLITE_OPEN_URI);
    free(immutable);
    free(uri);
    return code;
}

/* A file without what its journal holds may be half of the old and half of the new. */
static bool has_journal(const char *path)
{
    char *name = fz_asprintf("%s-wal", path);
    struct stat st;
    bool has = stat(name, &st) == 0 && st.st_size > 0;
    free(name);
    return has;
}

static int check_is_ours(struct fz_cache_db *db, const char *path)
{
    struct stat st;
    int64_t id = 0, version = 0;
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
        return SQLITE_CANTOPEN;
    int code = ask_number(db, "PRAGMA application_id", &id);
    if (code == SQLITE_OK)
        code = ask_number(db, "PRAGMA user_version", &version);
    return code != SQLITE_OK || (id == APPLICATION_ID && version == VERSION) ? code : SQLITE_MISMATCH;
}

int fz_cache_db_open_still(struct fz_cache_db *db, const char *path)
{
    int code = open_reader(db, path, 0);
    if (code != SQLITE_OK && !has_journal(path)) {
        fz_cache_db_close(db);
        code = open_immutable(db, path);
    }
    return code == SQLITE_OK ? check_is_ours(db, path) : code;
}

void fz_cache_db_close(struct fz_cache_db *db)
{
    for (int i = 0; i < FZ_CACHE_STATEMENTS; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->db);
    *db = (struct fz_cache_db){0};
}

bool fz_cache_db_is_deleted(struct fz_cache_db *db)
{
    int moved = 0;
    return sqlite3_file_control(db->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
}

/* Reads the whole file for it. */
static bool is_sound(struct fz_cache_db *db)
{
    sqlite3_stmt *statement = NULL;
    const char *found = NULL;
    if (sqlite3_prepare_v2(db->db, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        found = (const char *)sqlite3_column_text(statement, 0);
    bool sound = found && strcmp(found, "ok") == 0;
    sqlite3_finalize(statement);
    return sound;
}

bool fz_cache_db_is_damage(struct fz_cache_db *db, int code)
{
    switch (code) {
    case SQLITE_FULL: /* said also of a pointer to a page far behind the end */
        return !is_sound(db);
    case SQLITE_READONLY: /* its header asks for a later SQLite; folders and files that cannot be written have codes of their own */
        return sqlite3_extended_errcode(db->db) == SQLITE_READONLY;
    case SQLITE_ERROR: /* our statements are sound, so it has another schema, or a format that SQLite does not know */
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
        return true;
    default:
        return false;
    }
}

/* https://www.sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigresetdatabase */
static int empty_in_place(const char *path)
{
    struct fz_cache_db db;
    int code = connect(&db, path, SQLITE_OPEN_READWRITE);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(db.db, SQLITE_DBCONFIG_RESET_DATABASE, 1, NULL);
    if (code == SQLITE_OK) /* of the header that is lost there may be nothing left to go by */
        code = exec(&db, FRESH "VACUUM");
    fz_cache_db_close(&db);
    return code;
}

static void remove_files(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    char name[4096];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (snprintf(name, sizeof name, "%s%s", path, suffixes[i]) < (int)sizeof name)
            unlink(name);
}

static bool can_be_read(struct fz_cache_db *db, int which)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 len = 0;
    char page[FZ_CACHE_PAGE_BYTES];
    if (sqlite3_file_control(db->db, "main", which, &file) != SQLITE_OK || !file || !file->pMethods)
        return true; /* there is none */
    if (file->pMethods->xFileSize(file, &len) != SQLITE_OK)
        return false;
    for (sqlite3_int64 at = 0; at < len; at += FZ_CACHE_PAGE_BYTES) {
        int code = file->pMethods->xRead(file, page, FZ_CACHE_PAGE_BYTES, at);
        if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
            return false;
    }
    return true;
}

int fz_cache_db_reset(struct fz_cache_db *db, int code, const char *path, uint64_t limit_bytes)
{
    if (!sqlite3_get_autocommit(db->db))
        exec(db, "ROLLBACK");
    if (code == SQLITE_CORRUPT &&
        (!can_be_read(db, SQLITE_FCNTL_FILE_POINTER) || !can_be_read(db, SQLITE_FCNTL_JOURNAL_POINTER)))
        return SQLITE_IOERR;
    fz_cache_db_close(db);
    code = empty_in_place(path);
    if (code == SQLITE_OK)
        code = fz_cache_db_open(db, path, limit_bytes);
    if (code == SQLITE_OK || code == SQLITE_BUSY)
        return code;
    fz_cache_db_close(db);
    remove_files(path);
    return fz_cache_db_open(db, path, limit_bytes);
}
