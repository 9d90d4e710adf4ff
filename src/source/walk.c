#include "source/walk.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "source/scanner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_LIMIT = 512,
    LAST_LIMIT = 8192, /* about 1 ms of the render thread */
    ENTRIES_A_LOOK = 64, /* between two looks at the stop token and the clock */
    FLUSH_US = 50000,    /* on a slow share fewer names are handed over */
};

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

void fz_walk_push(struct fz_walk *walk, uint32_t root, uint32_t parent, const char *name, bool link)
{
    struct fz_walk_job job = {.root = root, .parent = parent, .name = fz_strdup(name), .link = link};
    if (link) {
        walk->links = fz_grow(walk->links, &walk->link_capacity, walk->link_count + 1, sizeof *walk->links);
        walk->links[walk->link_count++] = job;
    } else {
        walk->stack = fz_grow(walk->stack, &walk->capacity, walk->count + 1, sizeof *walk->stack);
        walk->stack[walk->count++] = job;
    }
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
};

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
    enum fz_source_doubt doubt;
    if (fz_suffix_classify(name, &doubt) && doubt == FZ_SOURCE_PICTURE)
        return DT_REG;
    if (errno != ENOENT) {
        char *path = fz_path_join(l->path, name);
        fz_scanner_complain(l->scanner, l->root_index, fz_err_from_errno(errno), errno, path, NULL);
        free(path);
    }
    return DT_FIFO;
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
    enum fz_source_doubt doubt;
    if (type == DT_DIR) {
        if (options->recursive)
            fz_batch_add(&l->below, name, link);
    } else if (type == DT_REG) {
        if (fz_suffix_classify(name, &doubt))
            fz_batch_add(&l->scanner->walk.batch, name, doubt);
        else
            l->root->left_out++;
    }
}

static void queue_below(struct listing *l)
{
    fz_batch_sort(&l->below);
    /* The last pushed is read first; links wait in a queue of their own, in order. */
    for (size_t i = 0; i < l->below.count; i++)
        if (l->below.entries[i].doubt)
            fz_walk_push(&l->scanner->walk, l->root_index, l->folder, l->below.bytes + l->below.entries[i].offset, true);
    for (size_t i = l->below.count; i-- > 0;)
        if (!l->below.entries[i].doubt)
            fz_walk_push(&l->scanner->walk, l->root_index, l->folder, l->below.bytes + l->below.entries[i].offset, false);
}

/* Takes the descriptor. */
static void read_folder(struct listing *l)
{
    DIR *dir = fdopendir(l->fd);
    if (!dir) {
        fz_scanner_complain(l->scanner, l->root_index, fz_err_from_errno(errno), errno, l->path, NULL);
        close(l->fd);
        return;
    }
    struct fz_walk *walk = &l->scanner->walk;
    l->flushed_us = fz_now_us();
    const struct dirent *entry;
    for (size_t i = 1; (errno = 0, entry = readdir(dir)); i++) {
        take_entry(l, entry);
        if (i % ENTRIES_A_LOOK == 0 && fz_scanner_stops(l->scanner))
            break;
        if (walk->batch.count >= walk->limit || (i % ENTRIES_A_LOOK == 0 && fz_now_us() - l->flushed_us > FLUSH_US))
            flush(l);
    }
    if (!entry && errno != 0) {
        l->root->yielded = true;
        fz_scanner_complain(l->scanner, l->root_index, fz_err_from_errno(errno), errno, l->path, NULL);
    }
    closedir(dir);
    flush(l);
    queue_below(l);
}

static void read_job(struct fz_scanner *scanner, const struct fz_walk_job *job, const char *path)
{
    struct fz_root *root = fz_scanner_root(scanner, job->root);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        /* What vanished since its name was read is no fault. */
        if (job->parent != FZ_TREE_NONE && (why == ENOENT || why == ENOTDIR))
            return;
        root->yielded = true;
        fz_scanner_complain(scanner, job->root, fz_err_from_errno(why), why, path, NULL);
        return;
    }
    if (fz_tree_has(&scanner->tree, job->root, &st)) {
        close(fd);
        return;
    }
    struct listing l = {.scanner = scanner, .root = root, .root_index = job->root, .path = path, .fd = fd};
    l.folder = fz_tree_add(&scanner->tree, job->root, job->parent, job->name, FZ_TREE_LISTED, &st);
    scanner->tree.folders[l.folder].link = job->link;
    read_folder(&l);
    fz_batch_fini(&l.below);
}

void fz_walk_step(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    struct fz_walk *walk = &scanner->walk;
    if (walk->limit == 0)
        walk->limit = FIRST_LIMIT;
    struct fz_walk_job job = next_job(walk);
    char *path;
    if (job.parent == FZ_TREE_NONE) {
        path = fz_strdup(job.name);
    } else {
        char *above = fz_tree_path(&scanner->tree, job.parent);
        path = fz_path_join(above, job.name);
        free(above);
    }
    read_job(scanner, &job, path);
    free(path);
    free(job.name);
}
