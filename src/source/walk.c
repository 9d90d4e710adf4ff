#include "source/walk.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "source/news.h"
#include "source/scanner.h"
#include "source/sidecars.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_LIMIT = 512,
    LAST_LIMIT = 8192,   /* the list takes them in in parts: what is sorted together is merged sooner */
    ENTRIES_A_LOOK = 64, /* between two looks at the stop token and the clock */
    FLUSH_US = 50000,    /* on a slow share fewer names are handed over */
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

/* One folder while it is read. */
struct listing {
    struct fz_scanner *scanner;
    struct fz_root *root;
    uint32_t root_index;
    uint32_t folder; /* in the tree */
    const char *path;
    int fd;
    int64_t flushed_us;
    struct fz_batch below; /* its folders; `doubt` is 1 for a link */
    bool again;
    int64_t since_ns;        /* again: of the folder, see tree.h; 0: everything in it has changed */
    struct fz_batch changed; /* again: files that changed since, */
    struct fz_batch beside;  /* and sidecars */
};

/* A folder that cannot be opened, or not be read to its end. */
static void refuse(struct fz_scanner *scanner, uint32_t root, const char *path, int why)
{
    fz_scanner_root(scanner, root)->yielded = true;
    fz_scanner_complain(scanner, root, fz_err_from_errno(why), why, path, NULL);
}

static void flush(struct listing *l)
{
    struct fz_walk *walk = &l->scanner->walk;
    l->flushed_us = fz_now_us();
    if (walk->batch.count == 0)
        return;
    l->root->yielded = true;
    if (walk->batch.count >= walk->limit && walk->limit < LAST_LIMIT)
        walk->limit *= 2;
    fz_batch_sort(&walk->batch);
    fz_scanner_push(l->scanner, fz_batch_event(&walk->batch, FZ_SOURCE_ADDED, l->root_index, l->path));
}

static unsigned char type_of(mode_t mode)
{
    return S_ISDIR(mode) ? DT_DIR : S_ISREG(mode) ? DT_REG : S_ISLNK(mode) ? DT_LNK : DT_FIFO;
}

/* Follows a link; one that leads nowhere is a file, so that a picture's name gives a tile which says why. */
static unsigned char type_behind(struct listing *l, const char *name)
{
    struct stat st;
    if (fstatat(l->fd, name, &st, 0) == 0)
        return type_of(st.st_mode);
    int why = errno;
    enum fz_source_doubt doubt;
    if (fz_suffix_classify(name, &doubt) && doubt == FZ_SOURCE_PICTURE)
        return DT_REG;
    if (why != ENOENT && !l->again) {
        char *path = fz_path_join(l->path, name);
        fz_scanner_complain(l->scanner, l->root_index, fz_err_from_errno(why), why, path, NULL);
        free(path);
    }
    return DT_FIFO;
}

static void take_file(struct listing *l, const char *name)
{
    enum fz_source_doubt doubt = FZ_SOURCE_PICTURE;
    struct stat st;
    bool is_listed = fz_scanner_classify(l->scanner, name, &doubt);
    bool is_sidecar = !is_listed && fz_is_sidecar(name);
    l->root->left_out += !is_listed && !l->again;
    if (is_listed)
        fz_batch_add(&l->scanner->walk.batch, name, doubt);
    if (l->again && (is_listed || is_sidecar) &&
        (l->since_ns == 0 || (fstatat(l->fd, name, &st, 0) == 0 && fz_tree_is_newer(&st, l->since_ns))))
        fz_batch_add(is_sidecar ? &l->beside : &l->changed, name, doubt);
}

static void take_entry(struct listing *l, const struct dirent *entry)
{
    const struct fz_source_options *options = &l->scanner->sources->options;
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || (!options->hidden && fz_name_is_hidden(name)))
        return;
    unsigned char type = entry->d_type;
    struct stat st;
    if (type == DT_UNKNOWN && fstatat(l->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        type = type_of(st.st_mode);
    bool link = type == DT_LNK;
    if (link)
        type = type_behind(l, name);
    if (type == DT_REG)
        take_file(l, name);
    else if (type == DT_DIR && options->recursive)
        fz_batch_add(&l->below, name, link);
}

/* Queues the folders in it that are not known yet. */
static void queue_below(struct listing *l)
{
    fz_batch_sort(&l->below);
    const struct fz_tree *tree = &l->scanner->tree;
    size_t count = l->below.count;
    /* The last that is pushed is read first; links wait in a queue of their own, in order. */
    for (size_t i = 0; i < 2 * count; i++) {
        const struct fz_batch_entry *entry = &l->below.entries[i < count ? i : 2 * count - 1 - i];
        const char *name = l->below.bytes + entry->offset;
        bool link = entry->doubt;
        if (link != (i < count))
            continue;
        uint32_t known = l->again ? fz_tree_child(tree, l->folder, name) : FZ_TREE_NONE;
        if (known != FZ_TREE_NONE)
            tree->folders[known].seen = true;
        else
            fz_walk_push(l->scanner, l->root_index, l->folder, name, link);
    }
}

/* What was known in it, and is not there any more. */
static void forget_missing(struct listing *l)
{
    struct fz_tree_folder *rows = l->scanner->tree.folders;
    uint32_t child = rows[l->folder].child;
    while (child != FZ_TREE_NONE) {
        uint32_t next = rows[child].next;
        bool seen = rows[child].seen;
        rows[child].seen = false;
        if (!seen)
            fz_news_gone(l->scanner, child);
        rows = l->scanner->tree.folders;
        child = next;
    }
}

static void send_news(struct listing *l, struct fz_batch *batch, enum fz_source_event_kind kind)
{
    if (batch->count == 0)
        return;
    fz_batch_sort(batch);
    struct fz_source_event *event = fz_batch_event(batch, kind, l->root_index, l->path);
    event->perhaps = l->since_ns == 0;
    fz_scanner_push(l->scanner, event);
}

static void send_whole(struct listing *l)
{
    struct fz_walk *walk = &l->scanner->walk;
    fz_batch_sort(&walk->batch);
    fz_scanner_push(l->scanner, fz_batch_event(&walk->batch, FZ_SOURCE_WHOLE, l->root_index, l->path));
    send_news(l, &l->changed, FZ_SOURCE_CHANGED);
    send_news(l, &l->beside, FZ_SOURCE_BESIDE);
}

/* Takes the descriptor. Returns 0 where it was read to its end, else an errno; ECANCELED when it is to
 * stop. */
static int read_entries(struct listing *l)
{
    DIR *dir = fdopendir(l->fd);
    if (!dir) {
        int why = errno;
        close(l->fd);
        return why;
    }
    const struct fz_walk *walk = &l->scanner->walk;
    l->flushed_us = fz_now_us();
    const struct dirent *entry;
    for (size_t i = 1; (errno = 0, entry = readdir(dir)); i++) {
        take_entry(l, entry);
        bool look = i % ENTRIES_A_LOOK == 0;
        if (look && fz_scanner_stops(l->scanner))
            break;
        if (!l->again &&
            (walk->batch.count >= walk->limit || (look && fz_now_us() - l->flushed_us > FLUSH_US)))
            flush(l);
    }
    int why = entry ? ECANCELED : errno;
    closedir(dir);
    return why;
}

static void read_folder(struct listing *l)
{
    int why = read_entries(l);
    if (why != 0 && why != ECANCELED)
        refuse(l->scanner, l->root_index, l->path, why);
    if (!l->again) {
        flush(l);
        queue_below(l);
    } else if (why == 0) {
        queue_below(l);
        send_whole(l);
        forget_missing(l);
    }
    l->scanner->walk.batch.count = l->scanner->walk.batch.used = 0;
    fz_batch_fini(&l->below);
    fz_batch_fini(&l->changed);
    fz_batch_fini(&l->beside);
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

static void read_new(struct fz_scanner *scanner, const struct fz_walk_job *job, const char *path)
{
    struct stat st;
    int fd = open_patiently(scanner, path, &st);
    if (job->parent.row == FZ_TREE_NONE)
        fz_scanner_root(scanner, job->root)->refused = fd < 0;
    if (fd < 0) {
        /* What vanished since its name was read is no fault. */
        if (job->parent.row == FZ_TREE_NONE || (errno != ENOENT && errno != ENOTDIR))
            refuse(scanner, job->root, path, errno);
        return;
    }
    if (is_known(scanner, job, &st) ||
        (job->parent.row != FZ_TREE_NONE && fz_tree_resolve(&scanner->tree, job->parent) == FZ_TREE_NONE)) {
        close(fd);
        return;
    }
    struct listing l = {.scanner = scanner, .root_index = job->root, .path = path, .fd = fd};
    l.root = fz_scanner_root(scanner, job->root);
    l.folder = fz_tree_add(&scanner->tree, job->root, job->parent.row, job->name, FZ_TREE_LISTED, &st);
    scanner->tree.folders[l.folder].link = job->link;
    fz_watch_folder(scanner, l.folder, path);
    fstat(fd, &st); /* what changes from now on is news */
    fz_tree_note_mtime(&scanner->tree.folders[l.folder], &st);
    l.again = l.root->rereads;
    l.since_ns = l.root->since_ns;
    read_folder(&l);
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

static void read_again(struct fz_scanner *scanner, uint32_t folder, const char *path)
{
    struct fz_tree_folder *row = &scanner->tree.folders[folder];
    struct stat st;
    int fd = open_patiently(scanner, path, &st), why = fd < 0 ? errno : 0;
    const bool was_lost = row->lost;
    row->queued = row->uncertain = false;
    row->refused = why == EACCES;
    row->lost = fd < 0 && stat(path, &st) < 0;
    if (fd < 0 && !is_missing(scanner, folder, path, why)) { /* said once, until it changes */
        if (!was_lost || !row->lost)
            refuse(scanner, row->root, path, why);
        row->mtime_ns = row->lost ? row->mtime_ns : fz_tree_mtime_ns(&st);
        return;
    }
    if (fd < 0 || row->device != (uint64_t)st.st_dev || row->inode != (uint64_t)st.st_ino) {
        begin_anew(scanner, folder, fd >= 0);
        if (fd >= 0)
            close(fd);
        return;
    }
    struct listing l = {.scanner = scanner,
                        .root_index = row->root,
                        .folder = folder,
                        .path = path,
                        .fd = fd,
                        .again = true,
                        .since_ns = row->since_ns};
    l.root = fz_scanner_root(scanner, row->root);
    fz_tree_set_skipped(&scanner->tree, folder, false);
    fz_watch_folder(scanner, folder, path); /* there may be a watch for it now */
    fz_tree_note_mtime(&scanner->tree.folders[folder], &st);
    read_folder(&l);
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
