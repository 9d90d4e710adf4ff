#include "source/entries.h"

#include "base/clock.h"
#include "base/path.h"
#include "source/news.h"
#include "source/sidecars.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LAST_LIMIT = 8192,   /* the list takes them in in parts: what is sorted together is merged sooner */
    ENTRIES_A_LOOK = 64, /* between two looks at the stop token and the clock */
    FLUSH_US = 50000,    /* on a slow share fewer names are handed over */
};

static void flush(struct fz_entries *l)
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
static unsigned char type_behind(struct fz_entries *l, const char *name)
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

static void take_file(struct fz_entries *l, const char *name)
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

static void take_entry(struct fz_entries *l, const struct dirent *entry)
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
static void queue_below(struct fz_entries *l)
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
static void forget_missing(struct fz_entries *l)
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

static void send_news(struct fz_entries *l, struct fz_batch *batch, enum fz_source_event_kind kind)
{
    if (batch->count == 0)
        return;
    fz_batch_sort(batch);
    struct fz_source_event *event = fz_batch_event(batch, kind, l->root_index, l->path);
    event->perhaps = l->since_ns == 0;
    fz_scanner_push(l->scanner, event);
}

static void send_whole(struct fz_entries *l)
{
    struct fz_walk *walk = &l->scanner->walk;
    fz_batch_sort(&walk->batch);
    fz_scanner_push(l->scanner, fz_batch_event(&walk->batch, FZ_SOURCE_WHOLE, l->root_index, l->path));
    send_news(l, &l->changed, FZ_SOURCE_CHANGED);
    send_news(l, &l->beside, FZ_SOURCE_BESIDE);
}

static int read_entries(struct fz_entries *l)
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

int fz_entries_read(struct fz_entries *l)
{
    FZ_NOT_MAIN();
    int why = read_entries(l);
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
    return why;
}
