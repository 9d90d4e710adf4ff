/* The tile cache: what is stored is found again, byte by byte or not at all; the file stays within its bound; whatever is
 * wrong with the file, frieze goes on. */
#include "fixture.h"

#include "decode/cache_db.h"
#include "decode/cached.h"
#include "decode/ring.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { PATIENCE_MS = 60000, TILE_BYTES = 20000 };
#define MB ((uint64_t)1 << 20)

/* One cache in a folder of its own. */
struct place {
    char *folder, *file;
    struct fz_cache *cache;
};

static struct place place;

static int make_place(void **state)
{
    (void)state;
    place.folder = make_folder();
    place.file = path_in(place.folder, "tiles.db");
    return 0;
}

static int remove_place(void **state)
{
    (void)state;
    free(place.file);
    remove_folder(place.folder);
    return 0;
}

static void begin_to_open(uint64_t limit_bytes, bool patient)
{
    struct fz_cache_options options = {
        .folder = place.folder, .limit_bytes = limit_bytes, .queue_bytes = 16 * MB, .patient = patient};
    struct fz_error err = {0};
    assert_int_equal(fz_cache_start(&place.cache, &options, &err), FZ_OK);
}

/* Who looks up waits for that but a second, which a busy machine may need. */
static void start_with(uint64_t limit_bytes)
{
    begin_to_open(limit_bytes, false);
    fz_cache_flush(place.cache);
}

static void start_patiently(uint64_t limit_bytes)
{
    begin_to_open(limit_bytes, true);
    fz_cache_flush(place.cache);
}

static void start(void)
{
    start_with(64 * MB);
}

static void stop(void)
{
    assert_true(fz_cache_stop(place.cache, PATIENCE_MS));
}

/* ---- What workers do, on a thread that is none of main's ------------------------------------------------------- */

struct work {
    int first, count; /* numbers of pictures */
    size_t tile_bytes;
    int found, wrong, refused;
};

static struct fz_cache_key key_of(int number, char path[64])
{
    snprintf(path, 64, "/pictures/%d.jpg", number);
    return (struct fz_cache_key){
        .path = path, .bytes = 1000, .mtime_ns = 1234567890123456789, .box_w = 256, .box_h = 192};
}

static uint8_t tile_byte(int number, size_t i)
{
    return (uint8_t)((size_t)number * 31 + i * 7 + i / 256);
}

static bool store(struct fz_cache_reader *reader, int number, size_t len)
{
    char path[64];
    struct fz_cache_key key = key_of(number, path);
    struct fz_cache_facts facts = {.format = "jpeg",
                                   .width = 4000 + number,
                                   .height = 3000,
                                   .orientation = 6,
                                   .frames = 1,
                                   .background = FZ_CACHE_ANY_BACKGROUND,
                                   .whole_w = 6000 + number,
                                   .whole_h = 4500};
    uint8_t *tile = malloc(len);
    for (size_t i = 0; i < len; i++)
        tile[i] = tile_byte(number, i);
    return fz_cache_store(reader, &key, &facts, tile, len);
}

static int store_on_worker(void *ctx)
{
    struct work *work = ctx;
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    for (int i = 0; i < work->count; i++)
        work->refused += !store(reader, work->first + i, work->tile_bytes);
    fz_cache_reader_free(reader);
    return 0;
}

static bool is_as_stored(int number, const struct fz_cache_facts *facts, const struct fz_buffer *tile,
                         size_t len, size_t wanted)
{
    if (len != wanted || strcmp(facts->format, "jpeg") != 0 || facts->width != 4000 + number ||
        facts->height != 3000 || facts->orientation != 6 || facts->frames != 1 || facts->has_profile ||
        facts->background != FZ_CACHE_ANY_BACKGROUND || facts->whole_w != 6000 + number ||
        facts->whole_h != 4500)
        return false;
    for (size_t i = 0; i < len; i++)
        if (tile->data[i] != tile_byte(number, i))
            return false;
    return true;
}

static int find_on_worker(void *ctx)
{
    struct work *work = ctx;
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    struct fz_buffer tile = {0};
    for (int i = 0; i < work->count; i++) {
        char path[64];
        int number = work->first + i;
        struct fz_cache_key key = key_of(number, path);
        struct fz_cache_facts facts;
        size_t len;
        if (!fz_cache_find(reader, &key, &facts, &tile, &len))
            continue;
        work->found++;
        work->wrong += !is_as_stored(number, &facts, &tile, len, work->tile_bytes);
    }
    free(tile.data);
    fz_cache_reader_free(reader);
    return 0;
}

static void on_worker(SDL_ThreadFunction run, void *ctx)
{
    SDL_Thread *thread;
    assert_int_equal(fz_thread_start(&thread, "worker", run, ctx, NULL), FZ_OK);
    SDL_WaitThread(thread, NULL);
}

static void store_some(int first, int count)
{
    struct work work = {.first = first, .count = count, .tile_bytes = TILE_BYTES};
    on_worker(store_on_worker, &work);
}

/* How many of them are found, each of them as it was stored. */
static int find_some(int first, int count)
{
    struct work work = {.first = first, .count = count, .tile_bytes = TILE_BYTES};
    on_worker(find_on_worker, &work);
    assert_int_equal(work.wrong, 0);
    return work.found;
}

static int find_large(size_t bytes)
{
    struct work work = {.first = (int)(bytes % 2), .count = 1, .tile_bytes = bytes};
    on_worker(store_on_worker, &work);
    fz_cache_flush(place.cache);
    on_worker(find_on_worker, &work);
    assert_int_equal(work.wrong, 0);
    return work.found;
}

static int find_in_new_run(int first, int count)
{
    start();
    int found = find_some(first, count);
    stop();
    return found;
}

/* ---- The file, from outside -------------------------------------------------------------------------------------- */

static uint64_t size_of(const char *suffix)
{
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, "%s%s", place.file, suffix);
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static int64_t ask_sql(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(place.file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    int64_t number = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static void assert_file_is_sound(void)
{
    assert_int_equal(ask_sql("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------- */

static void what_is_stored_is_found_in_the_next_run(void **state)
{
    (void)state;
    start();
    assert_int_equal(find_some(0, 100), 0);
    store_some(0, 100);
    stop();
    assert_int_equal(find_in_new_run(0, 101), 100);
    assert_int_equal(size_of("-wal"), 0);
    assert_file_is_sound();
}

static void who_looks_up_waits_for_it_to_be_opened(void **state)
{
    (void)state;
    start();
    store_some(0, 10);
    stop();
    double begun = now_s();
    begin_to_open(64 * MB, false);
    assert_true(find_some(0, 10) == 10 || now_s() - begun >= 1);
    stop();
}

static bool looks_up(struct fz_cache_reader *reader)
{
    char path[64];
    struct fz_cache_key key = key_of(0, path);
    struct fz_cache_facts facts;
    struct fz_buffer tile = {0};
    size_t len;
    bool found = fz_cache_find(reader, &key, &facts, &tile, &len);
    free(tile.data);
    return found;
}

/* Whether one that finds no room for one more open file finds its tile later. */
static int look_without_and_with_files(void *ctx)
{
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    struct rlimit limit, none;
    getrlimit(RLIMIT_NOFILE, &limit);
    none = limit;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    bool found = looks_up(reader);
    setrlimit(RLIMIT_NOFILE, &limit);
    if (!found)
        for (double end = now_s() + SOON_S; !*(bool *)ctx && now_s() < end; SDL_Delay(20))
            *(bool *)ctx = looks_up(reader);
    fz_cache_reader_free(reader);
    return 0;
}

static void a_reader_that_could_not_open_it_tries_again(void **state)
{
    (void)state;
    bool found_later = false;
    start();
    store_some(0, 1);
    assert_true(fz_cache_flush(place.cache));
    on_worker(look_without_and_with_files, &found_later);
    stop();
    assert_true(found_later);
}

static int look_once(void *ctx)
{
    sqlite3_int64 *taken = ctx, before = sqlite3_memory_used();
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    assert_false(looks_up(reader));
    *taken = sqlite3_memory_used() - before;
    fz_cache_reader_free(reader);
    return 0;
}

/* Each worker has a connection: 165 KB more, where SQLite takes pages for it before any is read. */
static void who_looks_up_takes_little_memory(void **state)
{
    (void)state;
    sqlite3_int64 taken = 0;
    start();
    on_worker(look_once, &taken);
    stop();
    print_message("%lld bytes\n", taken);
    assert_true(taken > 0 && taken < 100 << 10);
}

static int find_others(void *ctx)
{
    struct work *work = ctx;
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    struct fz_buffer tile = {0};
    struct fz_cache_facts facts;
    char path[64];
    size_t len;
    struct fz_cache_key keys[4];
    for (size_t i = 0; i < COUNT(keys); i++)
        keys[i] = key_of(0, path);
    keys[0].bytes++;
    keys[1].mtime_ns++;
    keys[2].box_w++;
    keys[3].box_h++;
    for (size_t i = 0; i < COUNT(keys); i++)
        work->found += fz_cache_find(reader, &keys[i], &facts, &tile, &len);
    free(tile.data);
    fz_cache_reader_free(reader);
    return 0;
}

static void another_file_or_size_is_not_found(void **state)
{
    (void)state;
    start();
    store_some(0, 1);
    stop();
    start();
    struct work work = {0};
    on_worker(find_others, &work);
    assert_int_equal(work.found, 0);
    assert_int_equal(find_some(0, 1), 1);
    stop();
}

static void what_is_stored_again_takes_its_place(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        start();
        store_some(0, 50);
        stop();
    }
    assert_int_equal(ask_sql("SELECT count(*) FROM entry"), 50);
    assert_int_equal(ask_sql("SELECT count(*) FROM pixels"), 50);
}

/* Over another background its tile is of another length: what was written before in the same batch is found no more, and that is right. */
static void what_is_stored_twice_at_once_is_no_damage(void **state)
{
    (void)state;
    start();
    store_some(100, 5);
    assert_true(fz_cache_flush(place.cache));
    struct work shorter = {.count = 50, .tile_bytes = TILE_BYTES / 2};
    on_worker(store_on_worker, &shorter);
    store_some(0, 50);
    stop();
    assert_int_equal(find_in_new_run(0, 50), 50);
    assert_int_equal(find_in_new_run(100, 5), 5);
}

static int store_states_on_worker(void *ctx)
{
    (void)ctx;
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    struct fz_cache_facts facts = {.format = "jpeg", .width = 4000, .height = 3000, .frames = 1};
    char path[64];
    struct fz_cache_key key = key_of(0, path);
    for (key.ctime_ns = 1; key.ctime_ns <= 3; key.ctime_ns++)
        fz_cache_store(reader, &key, &facts, calloc(1, 4), 4);
    fz_cache_reader_free(reader);
    return 0;
}

static int find_states_on_worker(void *ctx)
{
    int *found = ctx;
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    struct fz_buffer tile = {0};
    char path[64];
    struct fz_cache_key key = key_of(0, path);
    for (key.ctime_ns = 1; key.ctime_ns <= 3; key.ctime_ns++) {
        struct fz_cache_facts facts;
        size_t len;
        *found += fz_cache_find(reader, &key, &facts, &tile, &len) ? 1 << key.ctime_ns : 0;
    }
    free(tile.data);
    fz_cache_reader_free(reader);
    return 0;
}

/* A file that changes but for its size and its time of change, as by a rename to and fro: its last state alone is found. */
static void states_of_a_file_at_once_are_no_damage(void **state)
{
    (void)state;
    int found = 0;
    start();
    store_some(100, 5);
    assert_true(fz_cache_flush(place.cache));
    on_worker(store_states_on_worker, NULL);
    stop();
    start();
    on_worker(find_states_on_worker, &found);
    stop();
    assert_int_equal(found, 1 << 3);
    assert_int_equal(find_in_new_run(100, 5), 5);
}

struct telling {
    char *path;
    struct fz_metadata given, found;
    bool is_found, is_found_changed;
};

static int keep_on_worker(void *ctx)
{
    struct telling *telling = ctx;
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    int fd = open(telling->path, O_RDONLY);
    struct stat st;
    fstat(fd, &st);
    struct fz_look look = fz_look_of(&st);
    struct fz_file_facts file = fz_file_facts_of(&look);
    fz_cached_keep_metadata(reader, telling->path, &look, &file, &telling->given);
    close(fd);
    fz_cache_reader_free(reader);
    return 0;
}

static int ask_on_worker(void *ctx)
{
    struct telling *telling = ctx;
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    struct fz_metadata other;
    struct stat st;
    stat(telling->path, &st);
    struct fz_look look = fz_look_of(&st);
    struct fz_file_facts file = fz_file_facts_of(&look);
    telling->is_found = fz_cached_metadata(reader, telling->path, &file, &telling->found);
    file.mtime_ns++;
    telling->is_found_changed = fz_cached_metadata(reader, telling->path, &file, &other);
    fz_cache_reader_free(reader);
    return 0;
}

static void what_a_file_tells_is_kept(void **state)
{
    (void)state;
    struct telling telling = {.path = path_in(place.folder, "a.jpg"),
                              .given = {.date = {.known = true,
                                                 .is_local = true,
                                                 .clock_s = 1600000000,
                                                 .clock_ms = 250,
                                                 .offset_minutes = -90,
                                                 .of = FZ_METADATA_DIGITIZED},
                                        .title = "A title",
                                        .place = "\xc3\x96rtchen",
                                        .camera = "Camera",
                                        .lens = "Lens",
                                        .exposure_s = 0.004,
                                        .f_number = 2.8,
                                        .focal_mm = 35,
                                        .iso = 200,
                                        .has_position = true,
                                        .has_rating = true,
                                        .latitude = -12.5,
                                        .longitude = 77.25,
                                        .rating = -1}};
    memset(telling.given.description, 'x', sizeof telling.given.description - 1);
    write_file(telling.path, "a", 1);
    struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    assert_int_equal(utimensat(AT_FDCWD, telling.path, old, 0), 0);
    start();
    on_worker(keep_on_worker, &telling);
    stop();
    start();
    on_worker(ask_on_worker, &telling);
    stop();
    assert_true(telling.is_found);
    assert_false(telling.is_found_changed);
    const struct fz_metadata *a = &telling.given, *b = &telling.found;
    assert_true(b->date.known && b->date.is_local && b->has_position && b->has_rating);
    assert_int_equal(b->date.clock_s, a->date.clock_s);
    assert_int_equal(b->date.clock_ms, 250);
    assert_int_equal(b->date.offset_minutes, -90);
    assert_int_equal(b->date.of, FZ_METADATA_DIGITIZED);
    assert_string_equal(b->title, a->title);
    assert_string_equal(b->description, a->description);
    assert_string_equal(b->place, a->place);
    assert_string_equal(b->camera, a->camera);
    assert_string_equal(b->lens, a->lens);
    assert_near(b->exposure_s, a->exposure_s, 0);
    assert_near(b->f_number, a->f_number, 0);
    assert_near(b->focal_mm, a->focal_mm, 0);
    assert_int_equal(b->iso, 200);
    assert_near(b->latitude, a->latitude, 0);
    assert_near(b->longitude, a->longitude, 0);
    assert_int_equal(b->rating, -1);
    free(telling.path);
}

static void the_file_stays_within_its_bound(void **state)
{
    (void)state;
    start_with(2 * MB);
    for (int i = 0; i < 500; i += 50) {
        store_some(i, 50);
        assert_true(size_of("") + size_of("-wal") <= 2 * MB);
    }
    stop();
    assert_true(size_of("") <= 2 * MB);
    assert_file_is_sound();
    start_with(2 * MB);
    assert_int_equal(find_some(0, 300), 0);
    assert_int_equal(find_some(470, 30), 30);
    stop();
}

static void what_was_used_stays(void **state)
{
    (void)state;
    start_with(2 * MB);
    store_some(0, 58);
    stop();
    /* All of them long ago; then ten are looked at. */
    ask_sql("UPDATE entry SET used = used - 1000000000");
    start_with(2 * MB);
    assert_int_equal(find_some(10, 10), 10);
    stop();
    start_with(2 * MB);
    store_some(100, 40);
    stop();
    start_with(2 * MB);
    assert_int_equal(find_some(10, 10), 10);
    assert_true(find_some(0, 10) + find_some(20, 38) < 48);
    stop();
}

static void store_what_is_told(struct fz_cache_reader *reader, int number)
{
    char path[64];
    struct fz_cache_key key = key_of(number, path);
    struct fz_cache_facts facts = {.background = FZ_CACHE_ANY_BACKGROUND};
    key.box_w = key.box_h = 0;
    fz_cache_store(reader, &key, &facts, calloc(1, 100), 100);
}

static int store_pictures_on_worker(void *ctx)
{
    const struct work *work = ctx;
    struct fz_cache_reader *reader = fz_cache_reader_new(place.cache);
    for (int i = work->first; i < work->first + work->count; i++) {
        store(reader, i, TILE_BYTES);
        store_what_is_told(reader, i);
    }
    fz_cache_reader_free(reader);
    return 0;
}

static void store_pictures(int first, int count)
{
    struct work work = {.first = first, .count = count};
    on_worker(store_pictures_on_worker, &work);
}

/* A row here and there is a page each: whoever looks at the same wall every day would write it anew every day. */
static void what_nothing_goes_for_is_not_noted_to_be_used(void **state)
{
    (void)state;
    start();
    store_pictures(0, 50);
    stop();
    ask_sql("UPDATE entry SET used = used - 1000000000");
    int64_t used = ask_sql("SELECT sum(used) FROM entry");
    for (int patient = 0; patient < 2; patient++) {
        (patient ? start_patiently : start_with)(64 * MB);
        const uint64_t opened = size_of("-wal");
        assert_int_equal(find_some(0, 50), 50);
        assert_true(fz_cache_flush(place.cache));
        assert_int_equal(size_of("-wal"), opened);
        stop();
    }
    assert_int_equal(ask_sql("SELECT sum(used) FROM entry"), used);
}

static int64_t count_told(int first, int count)
{
    char sql[160];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM entry WHERE box_w = 0 AND"
             " CAST(substr(CAST(path AS TEXT), 11) AS INTEGER) BETWEEN %d AND %d",
             first, first + count - 1);
    return ask_sql(sql);
}

/* Whoever sorts by date needs it only now and then, and opens every file where it is gone. */
static void what_a_file_tells_stays_with_its_tile(void **state)
{
    (void)state;
    start_with(2 * MB);
    store_pictures(0, 58);
    stop();
    ask_sql("UPDATE entry SET used = used - 1000000000");
    start_with(2 * MB);
    assert_int_equal(find_some(10, 10), 10);
    stop();
    start_with(2 * MB);
    store_pictures(100, 45);
    stop();
    assert_int_equal(count_told(10, 10), 10);
    assert_int_equal(count_told(0, 10), 0);
}

static void what_a_file_tells_is_of_the_run_that_found_its_tile(void **state)
{
    (void)state;
    start_with(2 * MB);
    store_pictures(0, 60);
    stop();
    ask_sql("UPDATE entry SET used = used - 10000");
    start_patiently(2 * MB);
    assert_int_equal(find_some(0, 20), 20);
    store_pictures(100, 100);
    stop();
    assert_int_equal(count_told(0, 20), 20);
    assert_int_equal(count_told(20, 40), 0);
}

/* As after a year that the clock was wrong. */
static void a_full_cache_of_the_future_makes_room(void **state)
{
    (void)state;
    for (int patient = 0; patient < 2; patient++) {
        start_with(2 * MB);
        store_some(0, 100);
        stop();
        ask_sql("UPDATE entry SET used = used + 31536000000");
        (patient ? start_patiently : start_with)(2 * MB);
        store_some(1000, 40);
        stop();
        start_with(2 * MB);
        assert_int_equal(find_some(1000, 40), 40);
        stop();
    }
}

static void remove_what_is_in(const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}

/* By whoever cleans up: with its folder, or another frieze has made a new one meanwhile. */
static void one_that_is_deleted_is_made_anew(void **state)
{
    (void)state;
    start();
    store_some(0, 10);
    assert_true(fz_cache_flush(place.cache));
    assert_int_equal(find_some(0, 10), 10);
    remove_what_is_in(place.folder);
    assert_int_equal(rmdir(place.folder), 0);
    store_some(20, 10);
    assert_true(fz_cache_flush(place.cache));
    assert_int_equal(find_some(0, 10), 0);
    assert_int_equal(find_some(20, 10), 10);
    remove_what_is_in(place.folder);
    struct fz_cache *old = place.cache;
    start();
    store_some(30, 10);
    assert_true(fz_cache_flush(place.cache));
    struct fz_cache *new = place.cache;
    place.cache = old;
    store_some(40, 10);
    stop();
    place.cache = new;
    stop();
    assert_int_equal(find_in_new_run(30, 20), 20);
    assert_file_is_sound();
}

static void a_lower_bound_shrinks_the_file(void **state)
{
    (void)state;
    start();
    store_some(0, 200);
    stop();
    assert_true(size_of("") > 4 * MB);
    start_with(2 * MB);
    assert_true(find_some(0, 1) <= 1);
    stop();
    assert_true(size_of("") <= 2 * MB);
    assert_file_is_sound();
}

static void a_spoilt_tile_is_not_found(void **state)
{
    (void)state;
    start();
    store_some(0, 10);
    stop();
    ask_sql("UPDATE pixels SET tile = zeroblob(20000) WHERE rowid = (SELECT min(rowid) FROM pixels)");
    ask_sql("UPDATE entry SET width = 1 WHERE id = (SELECT max(id) FROM entry)");
    assert_int_equal(find_in_new_run(0, 10), 8);
}

static void check_begun_anew(void)
{
    start();
    assert_int_equal(find_some(0, 10), 0);
    store_some(0, 10);
    stop();
    assert_int_equal(find_in_new_run(0, 10), 10);
    assert_file_is_sound();
}

static void a_damaged_file_is_begun_anew(void **state)
{
    (void)state;
    char text[40000];
    memset(text, 'x', sizeof text);
    write_file(place.file, text, sizeof text);
    check_begun_anew();
    assert_int_equal(truncate(place.file, 20000), 0);
    check_begun_anew();
}

static void another_version_is_begun_anew(void **state)
{
    (void)state;
    start();
    store_some(0, 10);
    stop();
    ask_sql("PRAGMA user_version = 77");
    check_begun_anew();
    ask_sql("PRAGMA application_id = 7");
    check_begun_anew();
    ask_sql("DROP TABLE pixels");
    check_begun_anew();
}

static void a_link_is_not_followed(void **state)
{
    (void)state;
    char *other = path_in(place.folder, "other");
    write_file(other, "mine", 4);
    assert_int_equal(symlink(other, place.file), 0);
    check_begun_anew();
    struct stat st;
    assert_int_equal(stat(other, &st), 0);
    assert_int_equal(st.st_size, 4);
    free(other);
}

static void without_a_folder_it_is_off(void **state)
{
    (void)state;
    char *folder = place.folder;
    char *in_a_file = path_in(place.folder, "tiles.db");
    write_file(in_a_file, "", 0);
    place.folder = path_in(in_a_file, "frieze");
    start();
    assert_int_equal(find_some(0, 10), 0);
    store_some(0, 10);
    assert_int_equal(find_some(0, 10), 0);
    stop();
    free(place.folder);
    free(in_a_file);
    place.folder = folder;
}

/* Whatever it spoils is dropped, and is there again once it was stored anew: where the file had to be begun anew for that, on
 * the second time. Returns what is wrong, or NULL. */
static const char *mend(void)
{
    const char *wrong = NULL;
    start();
    find_some(0, 10);
    store_some(0, 10);
    if (!fz_cache_flush(place.cache) || find_some(0, 10) < 10) {
        store_some(0, 10);
        if (!fz_cache_flush(place.cache))
            wrong = "nothing is kept any more";
        else if (find_some(0, 10) < 10)
            wrong = "not all is found";
    }
    stop();
    return wrong;
}

static char *read_all(size_t *len)
{
    *len = (size_t)size_of("");
    char *bytes = malloc(*len);
    int fd = open(place.file, O_RDONLY);
    assert_int_equal(read(fd, bytes, *len), *len);
    close(fd);
    return bytes;
}

static void check_mends_byte(char *bytes, size_t len, size_t at, char flip)
{
    bytes[at] ^= flip;
    write_file(place.file, bytes, len);
    bytes[at] ^= flip;
    const char *wrong = mend();
    if (wrong)
        fail_msg("byte %zu, bits %02x: %s", at, (unsigned char)flip, wrong);
    if (size_of("-wal") > 0)
        fail_msg("byte %zu, bits %02x: the journal remains", at, (unsigned char)flip);
}

/* Each of the header's, one bit and then all of them; of the rest half where there is more than tiles: in the first pages. */
static void any_byte_may_be_wrong(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__ /* slow, and these threads are always the same two */
    enum { FLIPS = 250, HEADER = 100 };
#else
    enum { FLIPS = 1000, HEADER = 100 };
#endif
    struct random random = random_start();
    start();
    store_some(0, 10);
    stop();
    size_t len;
    char *bytes = read_all(&len);
    check_mends_byte(bytes, len, 99211, (char)0xc8); /* which SQLite sees only as it closes the file */
    for (int i = 0; i < FLIPS; i++) {
        size_t at = (size_t)random_int(&random, 0, i % 2 ? (int)len - 1 : 5 * 8192);
        char flip = (char)random_int(&random, 1, 255);
        if (i < 2 * HEADER) {
            at = (size_t)i / 2;
            flip = (char)(i % 2 ? 0xff : 1);
        }
        check_mends_byte(bytes, len, at, flip);
    }
    free(bytes);
}

/* In each page of two rows, where the second begins: its id is another then, and out of order, which SQLite sees only when it is asked
 * to check all (https://www.sqlite.org/fileformat2.html#b_tree_pages). What is stored is found all the same, and no journal remains
 * that cannot be brought into the file. */
static void rows_may_be_out_of_order(void **state)
{
    (void)state;
    enum { PAGE = 8192, LEAF = 0x0d, ROWS = 4, SECOND = 11 };
    start();
    store_some(0, 10);
    stop();
    size_t len;
    char *bytes = read_all(&len);
    int pages = 0;
    for (size_t at = PAGE; at < len; at += PAGE) {
        if (bytes[at] != LEAF || bytes[at + ROWS] != 2)
            continue;
        pages++;
        for (int flip = 1; flip < 256; flip += 13)
            check_mends_byte(bytes, len, at + SECOND, (char)flip);
    }
    assert_true(pages > 2);
    free(bytes);
}

static int find_often_on_worker(void *ctx)
{
    for (int i = 0; i < 50; i++)
        find_on_worker(ctx);
    return 0;
}

/* While the file is begun anew, readers of what it was find more that is damaged: that is no reason to begin once more. */
static void many_may_find_the_same_damage(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        start();
        store_some(0, 10);
        stop();
        int fd = open(place.file, O_WRONLY);
        const char zeros[4 * 8192] = {0};
        assert_int_equal(pwrite(fd, zeros, sizeof zeros, 8192), sizeof zeros);
        close(fd);
        start();
        struct work work[4];
        SDL_Thread *threads[4];
        for (int i = 0; i < 4; i++) {
            work[i] = (struct work){.count = 10, .tile_bytes = TILE_BYTES};
            assert_int_equal(fz_thread_start(&threads[i], "worker", find_often_on_worker, &work[i], NULL),
                             FZ_OK);
        }
        for (int i = 0; i < 4; i++)
            SDL_WaitThread(threads[i], NULL);
        store_some(0, 10);
        assert_true(fz_cache_flush(place.cache));
        assert_int_equal(find_some(0, 10), 10);
        stop();
    }
}

static void two_write_at_once(void **state)
{
    (void)state;
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            start();
            store_some(i * 300, 300);
            bool written = fz_cache_flush(place.cache); /* an end waits for the other but a moment */
            _exit(written && fz_cache_stop(place.cache, PATIENCE_MS) ? 0 : 1);
        }
    }
    for (int i = 0; i < 2; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(find_in_new_run(0, 600), 600);
    assert_file_is_sound();
}

static uint64_t bytes_of_all_files(void)
{
    return size_of("") + size_of("-wal") + size_of("-shm");
}

static void two_that_write_at_once_stay_within_their_bound(void **state)
{
    (void)state;
    pid_t children[2];
    uint64_t most = 0;
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            bool kept = true;
            start_with(2 * MB);
            for (int n = 0; n < 1000; n += 100) {
                store_some(i * 1000 + n, 100);
                kept = fz_cache_flush(place.cache) && kept;
            }
            _exit(kept ? 0 : 1);
        }
    }
    for (int left = 2; left > 0; SDL_Delay(1)) {
        uint64_t bytes = bytes_of_all_files();
        int status = 0;
        pid_t ended = waitpid(-1, &status, WNOHANG);
        most = bytes > most ? bytes : most;
        assert_true(ended >= 0 && status == 0);
        left -= ended > 0;
    }
    assert_true(most > MB && most <= 2 * MB);
    assert_file_is_sound();
}

static int write_one(struct fz_cache_db *db, int number)
{
    static uint8_t tile[TILE_BYTES];
    char path[64];
    struct fz_cache_row row = {.key = key_of(number, path), .tile = tile, .len = sizeof tile};
    return fz_cache_db_write(db, &row, number, NULL);
}

/* Who is stopped in the midst of looking something up keeps the journal from beginning anew: nothing more is kept then. */
static void one_that_reads_for_ever_does_not_make_the_journal_grow(void **state)
{
    (void)state;
    struct fz_cache_db db;
    sqlite3 *other;
    assert_int_equal(fz_cache_db_open(&db, place.file, 2 * MB), SQLITE_OK);
    assert_int_equal(sqlite3_open(place.file, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN; SELECT count(*) FROM entry", NULL, NULL, NULL), SQLITE_OK);
    int code, count = 0;
    do
        code = write_one(&db, count++);
    while (code == SQLITE_OK && count < 1000);
    assert_int_equal(code, SQLITE_BUSY);
    assert_true(bytes_of_all_files() <= 2 * MB);
    sqlite3_close(other);
    for (; count < 1000; count++)
        assert_int_equal(write_one(&db, count), SQLITE_OK);
    assert_true(bytes_of_all_files() <= 2 * MB);
    fz_cache_db_close(&db);
    assert_file_is_sound();
}

/* Longer than SQLite waits by itself, and than a disk of which much is asked takes for what the other wrote. */
static void another_that_writes_is_awaited(void **state)
{
    (void)state;
    sqlite3 *other;
    start();
    stop();
    assert_int_equal(sqlite3_open(place.file, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    begin_to_open(64 * MB, false);
    usleep(6500000);
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    store_some(0, 10);
    assert_true(fz_cache_flush(place.cache));
    assert_int_equal(find_some(0, 10), 10);
    stop();
}

/* Who has it kept is told which are not, while the disk takes none. */
static void what_there_is_no_room_for_is_told(void **state)
{
    (void)state;
    sqlite3 *other;
    struct work work = {.count = 1200, .tile_bytes = TILE_BYTES};
    start();
    assert_int_equal(sqlite3_open(place.file, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    on_worker(store_on_worker, &work);
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_true(fz_cache_flush(place.cache));
    assert_true(work.refused > 0 && work.refused < work.count);
    assert_int_equal(find_some(0, work.count), work.count - work.refused);
    stop();
}

static id_t cache_thread(void)
{
    id_t found = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *entry; !found && (entry = readdir(tasks));) {
        char path[64], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%.20s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file && fgets(name, sizeof name, file) && strcmp(name, "frieze:cache\n") == 0)
            found = (id_t)atoi(entry->d_name);
        if (file)
            fclose(file);
    }
    closedir(tasks);
    return found;
}

/* What all pictures wait for does not wait for its turn behind other programs; what is written does. */
static void it_is_opened_before_it_is_nice(void **state)
{
    (void)state;
    const int own = getpriority(PRIO_PROCESS, 0);
    sqlite3 *other;
    start();
    stop();
    assert_int_equal(sqlite3_open(place.file, &other), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    begin_to_open(64 * MB, false);
    usleep(100000);
    id_t thread = 0; /* which would be ourselves */
    for (double end = now_s() + SOON_S; !(thread = cache_thread()) && now_s() < end;)
        sleep_us(1000);
    assert_true(thread != 0);
    assert_int_equal(getpriority(PRIO_PROCESS, thread), own);
    sqlite3_close(other);
    store_some(0, 1);
    assert_true(fz_cache_flush(place.cache));
    if (own < 10)
        assert_int_equal(getpriority(PRIO_PROCESS, thread), 10);
    stop();
}

/* Killed at any moment, it leaves a file that is sound, with what was written before. */
static void killed_while_it_writes(void **state)
{
    (void)state;
    struct random random = random_start();
    int found = 0;
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        if (child == 0) {
            start_with(2 * MB);
            for (int n = 0;; n = (n + 20) % 1000)
                store_some(n, 20);
        }
        /* The file itself grows with what was written for good; the journal also before that. */
        const char *which = i % 2 ? "" : "-wal";
        uint64_t written = (uint64_t)random_int(&random, i * 60000, 600000) / (i % 2 ? 1 : 6);
        for (double end = now_s() + SOON_S; size_of(which) < written && now_s() < end;)
            sleep_us(200);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        start_with(2 * MB);
        found = find_some(0, 1000);
        stop();
        assert_file_is_sound();
    }
    assert_true(found > 0);
}

/* It would be read, found too large, and made anew at each visit. */
static void what_a_decoder_has_no_room_for_is_not_kept(void **state)
{
    (void)state;
    bool is_full;
    start_with(512 * MB);
    assert_int_equal(find_large(FZ_RING_INPUT_BYTES), 1);
    assert_int_equal(find_large(FZ_RING_INPUT_BYTES + 1), 0);
    assert_int_equal(fz_cache_left_out(place.cache, &is_full), 1);
    stop();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
    fz_thread_claim_main();
    const struct CMUnitTest tests[] = {
        TEST(what_is_stored_is_found_in_the_next_run),
        TEST(who_looks_up_waits_for_it_to_be_opened),
        TEST(a_reader_that_could_not_open_it_tries_again),
        TEST(who_looks_up_takes_little_memory),
        TEST(another_file_or_size_is_not_found),
        TEST(what_is_stored_again_takes_its_place),
        TEST(what_is_stored_twice_at_once_is_no_damage),
        TEST(states_of_a_file_at_once_are_no_damage),
        TEST(what_a_file_tells_is_kept),
        TEST(what_a_decoder_has_no_room_for_is_not_kept),
        TEST(the_file_stays_within_its_bound),
        TEST(what_was_used_stays),
        TEST(what_nothing_goes_for_is_not_noted_to_be_used),
        TEST(what_a_file_tells_stays_with_its_tile),
        TEST(what_a_file_tells_is_of_the_run_that_found_its_tile),
        TEST(a_full_cache_of_the_future_makes_room),
        TEST(one_that_is_deleted_is_made_anew),
        TEST(a_lower_bound_shrinks_the_file),
        TEST(a_spoilt_tile_is_not_found),
        TEST(a_damaged_file_is_begun_anew),
        TEST(another_version_is_begun_anew),
        TEST(a_link_is_not_followed),
        TEST(without_a_folder_it_is_off),
        TEST(any_byte_may_be_wrong),
        TEST(rows_may_be_out_of_order),
        TEST(many_may_find_the_same_damage),
        TEST(two_write_at_once),
        TEST(two_that_write_at_once_stay_within_their_bound),
        TEST(one_that_reads_for_ever_does_not_make_the_journal_grow),
        TEST(another_that_writes_is_awaited),
        TEST(what_there_is_no_room_for_is_told),
        TEST(it_is_opened_before_it_is_nice),
        TEST(killed_while_it_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
