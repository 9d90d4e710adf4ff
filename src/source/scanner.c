#include "source/scanner.h"

#include "base/clock.h"
#include "source/listing.h"
#include "base/mem.h"
#include "base/path.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_IN_MESSAGE = 150 };

bool fz_scanner_stops(struct fz_scanner *scanner)
{
    atomic_fetch_add_explicit(&scanner->progress, 1, memory_order_relaxed);
    return fz_cancel_is_set(&scanner->sources->stop);
}

struct fz_root *fz_scanner_root(const struct fz_scanner *scanner, uint32_t root)
{
    return &scanner->sources->roots[root];
}

bool fz_scanner_is_root(const struct fz_scanner *scanner, uint32_t folder)
{
    const struct fz_tree_folder *row = &scanner->tree.folders[folder];
    return row->role == FZ_TREE_LISTED && row->parent == FZ_TREE_NONE &&
           fz_scanner_root(scanner, row->root)->is_path;
}

void fz_scanner_turn_to(struct fz_scanner *scanner, uint32_t root)
{
    atomic_store_explicit(&scanner->busy_with, root, memory_order_relaxed);
}

void fz_scanner_turn_to_folder(struct fz_scanner *scanner, uint32_t folder)
{
    const struct fz_tree_folder *row = &scanner->tree.folders[folder];
    uint32_t root = row->role == FZ_TREE_NAMED ? scanner->first : row->root;
    if (row->role == FZ_TREE_NAMED) /* it is of several, for one of which it is told */
        while (root + 1 < scanner->end && fz_scanner_root(scanner, root)->folder != folder)
            root++;
    fz_scanner_turn_to(scanner, root);
}

/* --- Handing over --- */

/* What is gathered is the scanner's thread's alone. */
static bool is_said_by_others(enum fz_source_event_kind kind)
{
    return kind == FZ_SOURCE_ERROR || kind == FZ_SOURCE_STUCK || kind == FZ_SOURCE_FREED;
}

void fz_scanner_push(struct fz_scanner *scanner, struct fz_source_event *event)
{
    const struct fz_sources *sources = scanner->sources;
    if (event->kind != FZ_SOURCE_RENAMED && !is_said_by_others(event->kind))
        fz_renames_send(scanner);
    event->root += sources->first_root;
    if (sources->deliver) {
        sources->deliver(sources->deliver_ctx, event);
        return;
    }
    fz_ready_push(sources->ready, &event->node);
    fz_doorbell_ring(sources->bell);
}

void fz_scanner_complain(struct fz_scanner *scanner, uint32_t root, enum fz_err code, int sys,
                         const char *path, const char *reason)
{
    struct fz_source_event *event = fz_calloc(1, sizeof *event);
    event->kind = FZ_SOURCE_ERROR;
    event->root = root;
    size_t len = strlen(path), half = PATH_IN_MESSAGE / 2;
    const char *tail = len > PATH_IN_MESSAGE ? path + len - half : path;
    while (((unsigned char)*tail & 0xc0) == 0x80)
        tail++; /* not from the middle of a character on */
    int head = len > PATH_IN_MESSAGE ? (int)half : 0;
    fz_fail(&event->error, code, sys, "%.*s%s%s%s%s", head, path, head ? "..." : "", tail, reason ? ": " : "",
            reason ? reason : "");
    fz_scanner_push(scanner, event);
}

/* Those that the reader before knew, and that are not among these, went without anybody seeing it; what is in those that could not be
 * read to their end is not known yet. */
static void send_folders(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_batch batch = {0};
    struct fz_root *row = fz_scanner_root(scanner, root);
    row->in_doubt = false;
    for (uint32_t i = 0; i < scanner->tree.used; i++) {
        const struct fz_tree_folder *folder = &scanner->tree.folders[i];
        if (folder->name == FZ_TREE_FREE || folder->role != FZ_TREE_LISTED || folder->root != root)
            continue;
        char *path = fz_tree_path(&scanner->tree, i);
        fz_batch_add(&batch, path, folder->failures > 0 ? FZ_SOURCE_UNKNOWN : FZ_SOURCE_PICTURE);
        row->in_doubt |= folder->failures > 0;
        free(path);
    }
    if (batch.count > 0)
        fz_scanner_push(scanner, fz_batch_event(&batch, FZ_SOURCE_FOLDERS, root, "/"));
    fz_batch_fini(&batch);
}

static void send_back(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    struct fz_batch none = {0};
    char *dir = row->is_folder ? fz_strdup(row->path) : fz_path_dir(row->path);
    if (row->rereads)
        send_folders(scanner, root);
    row->rereads = row->away = false;
    fz_scanner_push(scanner, fz_batch_event(&none, FZ_SOURCE_BACK, root, dir));
    free(dir);
}

void fz_scanner_listed(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    if ((row->rereads || row->away) && !row->awaited)
        send_back(scanner, root);
    if (row->listed)
        return;
    row->listed = true;
    fz_tree_trim(&scanner->tree);
    struct fz_source_event *event = fz_calloc(1, sizeof *event);
    event->kind = FZ_SOURCE_LISTED;
    event->root = root;
    event->left_out = row->left_out;
    fz_scanner_push(scanner, event);
}

/* --- Roots that are one file --- */

static uint32_t named_hash(uint32_t folder, const char *name)
{
    return fz_index_mix_text(fz_index_mix(0, folder), name, strlen(name));
}

void fz_scanner_name(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    char *dir = fz_path_dir(row->path);
    struct stat st;
    if (scanner->sources->options.watch && row->folder == FZ_TREE_NONE && stat(dir, &st) == 0 &&
        S_ISDIR(st.st_mode)) {
        /* The roots of a scanner share the folder: its own root does not matter. */
        row->folder = fz_tree_top(&scanner->tree, dir, scanner->first, FZ_TREE_NAMED);
        if (row->folder == FZ_TREE_NONE) {
            row->folder = fz_tree_add(&scanner->tree, scanner->first, FZ_TREE_NONE, dir, FZ_TREE_NAMED, &st);
            fz_tree_note_mtime(&scanner->tree.folders[row->folder], &st);
            fz_watch_folder(scanner, row->folder, dir);
        }
        fz_index_add(&scanner->named, named_hash(row->folder, fz_path_name(row->path)), root);
        if (scanner->tree.folders[row->folder].polled)
            fz_watch_say_polled(scanner, root);
    }
    free(dir);
}

void fz_scanner_unname(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    fz_index_remove(&scanner->named, named_hash(row->folder, fz_path_name(row->path)), root);
    row->folder = FZ_TREE_NONE;
}

static uint32_t same_named(const struct fz_scanner *scanner, uint32_t root, uint32_t folder, const char *name,
                           uint32_t *at)
{
    for (; root != FZ_INDEX_NONE; root = fz_index_next(&scanner->named, named_hash(folder, name), at)) {
        const struct fz_root *row = fz_scanner_root(scanner, root);
        if (row->folder == folder && strcmp(fz_path_name(row->path), name) == 0)
            break;
    }
    return root;
}

uint32_t fz_scanner_named_first(const struct fz_scanner *scanner, uint32_t folder, const char *name,
                                uint32_t *at)
{
    return same_named(scanner, fz_index_first(&scanner->named, named_hash(folder, name), at), folder, name,
                      at);
}

uint32_t fz_scanner_named_next(const struct fz_scanner *scanner, uint32_t folder, const char *name,
                               uint32_t *at)
{
    return same_named(scanner, fz_index_next(&scanner->named, named_hash(folder, name), at), folder, name,
                      at);
}

/* --- The thread --- */

void fz_scanner_queue_root(struct fz_scanner *scanner, uint32_t root)
{
    scanner->again =
        fz_grow(scanner->again, &scanner->again_capacity, scanner->again_count + 1, sizeof *scanner->again);
    scanner->again[scanner->again_count++] = root;
}

static bool next_root(struct fz_scanner *scanner, uint32_t *root)
{
    if (scanner->next < scanner->end) {
        *root = scanner->next++;
        return true;
    }
    if (scanner->again_first == scanner->again_count)
        return false;
    *root = scanner->again[scanner->again_first++];
    if (scanner->again_first == scanner->again_count)
        scanner->again_first = scanner->again_count = 0;
    return true;
}

/* The last folder of a root was read. */
static void finish_reading(struct fz_scanner *scanner)
{
    uint32_t root = scanner->reading;
    if (root == FZ_TREE_NONE)
        return;
    scanner->reading = FZ_TREE_NONE;
    struct fz_root *row = fz_scanner_root(scanner, root);
    if (row->refused && !row->awaited)
        fz_await_root(scanner, root); /* that was told; it may be opened to us */
    if (!row->yielded && !row->listed)
        fz_scanner_complain(scanner, root, FZ_E_EMPTY, 0, row->argument, "no pictures in this folder");
    if (!row->awaited || !scanner->sources->options.wait)
        fz_scanner_listed(scanner, root);
}

static void end_doubts(struct fz_scanner *scanner)
{
    if (!scanner->doubt_passes)
        return;
    scanner->doubt_passes = false;
    for (uint32_t root = scanner->first; root < scanner->end; root++) {
        const struct fz_root *row = fz_scanner_root(scanner, root);
        if (row->in_doubt && !row->rereads && !row->awaited)
            send_folders(scanner, root);
    }
}

/* One small step; false when there is nothing left to read. */
static bool step(struct fz_scanner *scanner)
{
    if (!fz_listing_may_go_on(scanner))
        return true;
    if (!fz_walk_is_idle(&scanner->walk)) {
        fz_walk_step(scanner);
        return true;
    }
    finish_reading(scanner);
    end_doubts(scanner);
    if (fz_paths_take(scanner))
        return true;
    uint32_t root;
    if (!next_root(scanner, &root))
        return false;
    fz_scanner_turn_to(scanner, root);
    fz_scanner_root(scanner, root)->row->begin(scanner, root);
    return true;
}

static int64_t due_us(const struct fz_scanner *scanner)
{
    int64_t due = fz_burst_due_us(&scanner->burst), poll_due = fz_watch_due_us(&scanner->watch),
            await_due = fz_await_due_us(&scanner->await), route_due = fz_route_due_us(&scanner->route),
            renames_due = fz_renames_due_us(&scanner->renames);
    due = renames_due < due ? renames_due : due;
    due = poll_due < due ? poll_due : due;
    due = route_due < due ? route_due : due;
    return await_due < due ? await_due : due;
}

static int timeout_ms(int64_t due)
{
    if (due == INT64_MAX)
        return -1;
    int64_t left_us = due - fz_now_us();
    return left_us <= 0 ? 0 : left_us > INT_MAX ? INT_MAX : (int)((left_us + 999) / 1000);
}

/* Waits until there is something to do, or not at all when there is something to read. */
static void take_news(struct fz_scanner *scanner, bool busy)
{
    bool input = !busy && fz_paths_wants_more(scanner->paths);
    bool mounts = fz_route_due_us(&scanner->route) == INT64_MAX; /* or it looks soon, whatever else comes */
    struct pollfd fds[] = {
        {.fd = scanner->sources->stop_fd, .events = POLLIN},
        {.fd = scanner->watch.fd, .events = POLLIN},
        {.fd = input ? scanner->paths->fd : -1, .events = POLLIN},
        {.fd = scanner->listing_fd, .events = POLLIN},
        {.fd = mounts ? scanner->route.mounts_fd : -1, .events = POLLPRI},
    };
    atomic_store_explicit(&scanner->is_at_rest, !busy, memory_order_relaxed);
    int ready = poll(fds, sizeof fds / sizeof *fds, busy ? 0 : timeout_ms(due_us(scanner)));
    atomic_store_explicit(&scanner->is_at_rest, false, memory_order_relaxed);
    if (ready > 0 && !fds[0].revents) {
        if (fds[1].revents)
            fz_watch_take(scanner);
        if (fds[2].revents)
            fz_paths_read(scanner);
        if (fds[4].revents)
            fz_route_take(scanner, true);
    }
    fz_renames_work(scanner);
    fz_burst_work(scanner);
    int64_t now = fz_now_us();
    if (fz_watch_due_us(&scanner->watch) <= now)
        fz_watch_poll(scanner);
    if (fz_await_due_us(&scanner->await) <= now)
        fz_await_look(scanner);
    if (!busy && fz_route_due_us(&scanner->route) <= now)
        fz_route_look(scanner);
}

static bool has_future(const struct fz_scanner *scanner)
{
    return scanner->watch.watched > 0 || scanner->watch.polled > 0 || scanner->await.count > 0 ||
           fz_paths_wants_more(scanner->paths) || due_us(scanner) != INT64_MAX;
}

int fz_scanner_main(void *ctx)
{
    FZ_NOT_MAIN();
    struct fz_scanner *scanner = ctx;
    fz_watch_init(&scanner->watch);
    fz_route_init(&scanner->route);
    while (!fz_scanner_stops(scanner)) {
        bool busy = step(scanner);
        if (!busy && !has_future(scanner))
            break;
        take_news(scanner, busy);
    }
    atomic_store_explicit(&scanner->is_at_rest, true, memory_order_relaxed);
    fz_walk_fini(&scanner->walk);
    fz_watch_fini(&scanner->watch);
    fz_burst_fini(&scanner->burst);
    fz_renames_fini(&scanner->renames);
    fz_await_fini(&scanner->await);
    fz_route_fini(&scanner->route);
    fz_paths_fini(scanner->paths);
    fz_index_fini(&scanner->named);
    fz_tree_fini(&scanner->tree);
    free(scanner->again);
    return 0;
}

bool fz_scanner_classify(const struct fz_scanner *scanner, const char *name, enum fz_source_doubt *doubt)
{
    const char *named = scanner->sources->options.named;
    if (!named || strcmp(named, name) != 0)
        return fz_suffix_classify(name, doubt);
    *doubt = FZ_SOURCE_EXPLICIT;
    return true;
}
