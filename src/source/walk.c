#include "source/walk.h"

#include "base/mem.h"
#include "base/path.h"
#include "source/entries.h"
#include "source/news.h"
#include "source/scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_LIMIT = 512,
    FIRST_RETRY_MS = 500,
    OPEN_RETRIES = 3, /* each waits twice as long */
};

static size_t drop_unlisted(const struct fz_scanner *scanner, struct fz_walk_job *jobs, size_t first,
                            size_t count)
{
    size_t kept = first;
    for (size_t i = first; i < count; i++) {
        if (!jobs[i].name || fz_scanner_root(scanner, jobs[i].root)->listed) /* what was read is followed */
            jobs[kept++] = jobs[i];
        else
            free(jobs[i].name);
    }
    return kept;
}

void fz_walk_drop_unlisted(struct fz_scanner *scanner)
{
    struct fz_walk *walk = &scanner->walk;
    walk->count = drop_unlisted(scanner, walk->stack, 0, walk->count);
    walk->link_count = drop_unlisted(scanner, walk->links, walk->link_first, walk->link_count);
}

void fz_walk_fini(struct fz_walk *walk)
{
    for (size_t i = 0; i < walk->count; i++)
        free(walk->stack[i].name);
    for (size_t i = walk->link_first; i < walk->link_count; i++)
        free(walk->links[i].name);
    free(walk->stack);
    free(walk->links);
    fz_batch_fini(&walk->batch);
    memset(walk, 0, sizeof *walk);
}

static void push(struct fz_walk *walk, const struct fz_walk_job *job)
{
    if (job->link) {
        walk->links = fz_grow(walk->links, &walk->link_capacity, walk->link_count + 1, sizeof *walk->links);
        walk->links[walk->link_count++] = *job;
    } else {
        walk->stack = fz_grow(walk->stack, &walk->capacity, walk->count + 1, sizeof *walk->stack);
        walk->stack[walk->count++] = *job;
    }
}

void fz_walk_push(struct fz_scanner *scanner, uint32_t root, uint32_t parent, const char *name, bool link)
{
    push(&scanner->walk, &(struct fz_walk_job){.root = root,
                                               .parent = fz_tree_refer(&scanner->tree, parent),
                                               .name = fz_strdup(name),
                                               .link = link});
}

void fz_walk_again(struct fz_scanner *scanner, uint32_t folder)
{
    struct fz_tree_folder *row = &scanner->tree.folders[folder];
    if (row->queued)
        return;
    row->queued = true;
    push(&scanner->walk,
         &(struct fz_walk_job){.root = row->root, .parent = fz_tree_refer(&scanner->tree, folder)});
}

bool fz_walk_is_idle(const struct fz_walk *walk)
{
    return walk->count == 0 && walk->link_first == walk->link_count;
}

static struct fz_walk_job next_job(struct fz_walk *walk)
{
    if (walk->count > 0)
        return walk->stack[--walk->count];
    struct fz_walk_job job = walk->links[walk->link_first++];
    if (walk->link_first == walk->link_count)
        walk->link_first = walk->link_count = 0;
    return job;
}

/* A folder that cannot be opened, or not be read to its end. */
static void refuse(struct fz_scanner *scanner, uint32_t root, const char *path, int why)
{
    fz_scanner_root(scanner, root)->yielded = true;
    fz_scanner_complain(scanner, root, fz_err_from_errno(why), why, path, NULL);
}

static int open_folder(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, st) < 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

/* Where descriptors or memory are missing they may come back a moment later: nothing is given up for that at once. */
static int open_patiently(const struct fz_scanner *scanner, const char *path, struct stat *st)
{
    for (int tries = 0;; tries++) {
        int fd = open_folder(path, st), why = fd < 0 ? errno : 0;
        struct pollfd stop = {.fd = scanner->sources->stop_fd, .events = POLLIN};
        if (fd >= 0 || !fz_err_is_transient(fz_err_from_errno(why)) || tries == OPEN_RETRIES ||
            poll(&stop, 1, FIRST_RETRY_MS << tries) != 0) {
            errno = why;
            return fd;
        }
    }
}

/* True when the folder is known already by another path, which stays. */
static bool is_known(struct fz_scanner *scanner, const struct fz_walk_job *job, const struct stat *st)
{
    struct fz_tree *tree = &scanner->tree;
    uint32_t same = fz_tree_same(tree, job->root, st);
    if (same == FZ_TREE_NONE)
        return false;
    if (fz_tree_child(tree, job->parent.row, job->name) == same)
        return true;                                      /* found twice: by reading, and by news */
    bool yields = tree->folders[same].link && !job->link; /* a link gives way to the folder itself */
    uint32_t left_out = yields ? tree->folders[same].parent : fz_tree_resolve(tree, job->parent);
    if (left_out != FZ_TREE_NONE)
        fz_tree_set_skipped(tree, left_out, true);
    if (yields)
        fz_news_gone(scanner, same);
    return !yields;
}

static uint32_t add_folder(struct fz_scanner *scanner, const struct fz_walk_job *job, const char *path,
                           const struct stat *st)
{
    uint32_t folder = fz_tree_add(&scanner->tree, job->root, job->parent.row, job->name, FZ_TREE_LISTED, st);
    scanner->tree.folders[folder].link = job->link;
    fz_watch_folder(scanner, folder, path);
    return folder;
}

/* It is read again until that does not fail. */
static void note_failure(struct fz_scanner *scanner, uint32_t folder, const char *path)
{
    struct fz_tree_folder *row = &scanner->tree.folders[folder];
    if (row->failures < FZ_TREE_MOST_FAILURES)
        row->failures++;
    fz_watch_folder(scanner, folder, path);
}

/* What vanished since its name was read is no fault. */
static void refuse_new(struct fz_scanner *scanner, const struct fz_walk_job *job, const char *path, int why)
{
    const bool is_top = job->parent.row == FZ_TREE_NONE;
    if (is_top || (why != ENOENT && why != ENOTDIR))
        refuse(scanner, job->root, path, why);
    if (!is_top && fz_err_may_pass(fz_err_from_errno(why)) &&
        fz_tree_resolve(&scanner->tree, job->parent) != FZ_TREE_NONE &&
        fz_tree_child(&scanner->tree, job->parent.row, job->name) == FZ_TREE_NONE)
        note_failure(scanner, add_folder(scanner, job, path, NULL), path);
}

/* Of a folder that could never be opened there is no more than its row: it has no watch, and nothing below it. */
static void forget_unread(struct fz_scanner *scanner, uint32_t folder)
{
    fz_watch_drop(scanner, folder);
    fz_tree_remove(&scanner->tree, folder);
    scanner->doubt_passes = true;
}

/* An error ends it before its end. */
static void read_entries(struct fz_entries *entries)
{
    struct fz_scanner *scanner = entries->scanner;
    struct fz_tree_folder *row = &scanner->tree.folders[entries->folder];
    const bool failed_before = row->failures > 0;
    const int why = fz_entries_read(entries);
    row = &scanner->tree.folders[entries->folder];
    if (why == ECANCELED)
        return;
    if (why != 0) {
        if (!failed_before)
            refuse(scanner, entries->root_index, entries->path, why);
        if (entries->again) /* what has changed since is not known yet */
            row->since_ns = entries->since_ns;
        note_failure(scanner, entries->folder, entries->path);
    } else if (failed_before) {
        row->failures = 0;
        fz_watch_folder(scanner, entries->folder, entries->path);
        scanner->doubt_passes = true;
    }
}

static void read_new(struct fz_scanner *scanner, const struct fz_walk_job *job, const char *path)
{
    struct stat st;
    int fd = open_patiently(scanner, path, &st), why = fd < 0 ? errno : 0;
    if (job->parent.row == FZ_TREE_NONE)
        fz_scanner_root(scanner, job->root)->refused = fd < 0;
    if (fd < 0) {
        refuse_new(scanner, job, path, why);
        return;
    }
    if (is_known(scanner, job, &st) ||
        (job->parent.row != FZ_TREE_NONE && fz_tree_resolve(&scanner->tree, job->parent) == FZ_TREE_NONE)) {
        close(fd);
        return;
    }
    const uint32_t old = job->parent.row == FZ_TREE_NONE
                             ? FZ_TREE_NONE
                             : fz_tree_child(&scanner->tree, job->parent.row, job->name);
    if (old != FZ_TREE_NONE && scanner->tree.folders[old].inode == 0)
        forget_unread(scanner, old);
    struct fz_entries entries = {.scanner = scanner, .root_index = job->root, .path = path, .fd = fd};
    entries.root = fz_scanner_root(scanner, job->root);
    entries.folder = add_folder(scanner, job, path, &st);
    fstat(fd, &st); /* what changes from now on is news */
    fz_tree_note_mtime(&scanner->tree.folders[entries.folder], &st);
    entries.again = entries.root->rereads || entries.root->in_doubt;
    entries.since_ns = entries.root->in_doubt ? 0 : entries.root->since_ns;
    read_entries(&entries);
}

/* A share that was disconnected has errors of its own, for its top and all below. */
static bool is_missing(const struct fz_scanner *scanner, uint32_t folder, const char *path, int why)
{
    struct stat st;
    return why == ENOENT || why == ENOTDIR ||
           (fz_scanner_is_root(scanner, folder) && !fz_err_is_transient(fz_err_from_errno(why)) &&
            stat(path, &st) < 0);
}

/* It is gone, or another one stands in its place, which is read in its turn; of a root, when it is back. */
static void begin_anew(struct fz_scanner *scanner, uint32_t folder, bool is_replaced)
{
    const struct fz_tree_folder *row = &scanner->tree.folders[folder];
    uint32_t root = row->root;
    struct fz_tree_ref parent = fz_tree_refer(&scanner->tree, row->parent);
    bool link = row->link, is_top = row->parent == FZ_TREE_NONE,
         is_root = fz_scanner_is_root(scanner, folder);
    char *name = fz_strdup(fz_tree_name(&scanner->tree, folder));
    fz_news_lost(scanner, folder);
    bool comes_back = is_root || (!is_top && fz_tree_resolve(&scanner->tree, parent) == FZ_TREE_NONE);
    if (is_replaced && !comes_back)
        fz_walk_push(scanner, root, parent.row, name, link);
    free(name);
}

/* Said once, until it changes. What is not allowed may be, which permissions tell, as of any other that cannot be read. */
static void refuse_again(struct fz_scanner *scanner, uint32_t folder, const char *path, int why)
{
    struct fz_tree_folder *row = &scanner->tree.folders[folder];
    const bool may_pass = fz_err_may_pass(fz_err_from_errno(why));
    if (row->failures == 0 || !may_pass)
        refuse(scanner, row->root, path, why);
    if (may_pass) {
        note_failure(scanner, folder, path);
    } else if (row->inode == 0) {
        forget_unread(scanner, folder);
    } else if (row->failures > 0) {
        row->failures = 0;
        fz_watch_folder(scanner, folder, path);
    }
}

static void read_again(struct fz_scanner *scanner, uint32_t folder, const char *path)
{
    struct fz_tree_folder *row = &scanner->tree.folders[folder];
    struct stat st = {0};
    int fd = open_patiently(scanner, path, &st), why = fd < 0 ? errno : 0;
    const bool is_here = fd >= 0 || stat(path, &st) == 0;
    row->queued = row->uncertain = false;
    row->refused = why == EACCES;
    if (fd < 0 && !is_missing(scanner, folder, path, why)) {
        row->mtime_ns = is_here ? fz_tree_mtime_ns(&st) : row->mtime_ns;
        refuse_again(scanner, folder, path, why);
        return;
    }
    if (fd < 0 || row->device != (uint64_t)st.st_dev || row->inode != (uint64_t)st.st_ino) {
        if (fd >= 0 && row->inode == 0) /* it begins as one that has just been found */
            fz_walk_push(scanner, row->root, row->parent, fz_tree_name(&scanner->tree, folder), row->link);
        else
            begin_anew(scanner, folder, fd >= 0);
        if (fd >= 0)
            close(fd);
        return;
    }
    struct fz_entries entries = {.scanner = scanner,
                                 .root_index = row->root,
                                 .folder = folder,
                                 .path = path,
                                 .fd = fd,
                                 .again = true,
                                 .since_ns = row->since_ns};
    entries.root = fz_scanner_root(scanner, row->root);
    fz_tree_set_skipped(&scanner->tree, folder, false);
    fz_watch_folder(scanner, folder, path); /* there may be a watch for it now */
    fz_tree_note_mtime(&scanner->tree.folders[folder], &st);
    read_entries(&entries);
}

void fz_walk_step(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    struct fz_walk *walk = &scanner->walk;
    if (walk->limit == 0)
        walk->limit = FIRST_LIMIT;
    struct fz_walk_job job = next_job(walk);
    fz_scanner_turn_to(scanner, job.root);
    bool is_top = job.parent.row == FZ_TREE_NONE;
    uint32_t parent = fz_tree_resolve(&scanner->tree, job.parent);
    char *above = parent == FZ_TREE_NONE ? NULL : fz_tree_path(&scanner->tree, parent);
    if (job.name && (above || is_top)) {
        char *path = is_top ? fz_strdup(job.name) : fz_path_join(above, job.name);
        read_new(scanner, &job, path);
        free(path);
    } else if (above) {
        read_again(scanner, parent, above);
    }
    free(above);
    free(job.name);
}
