#include "source/recheck.h"

#include "base/mem.h"
#include "base/path.h"
#include "source/batch.h"
#include "sync/thread.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct look {
    char *dir, *name; /* owned */
    uint32_t root;
    bool was_there;
    struct stat before;
};

struct fz_recheck {
    struct look *looks;
    size_t count, capacity;
};

struct gone {
    uint64_t inode;
    const char *name; /* borrowed of its look */
    bool found;       /* under another name */
};

/* What became of files of one folder and one root, one after the other in the list. */
struct report {
    const struct look *first;
    struct fz_batch removed, changed, renamed;
    struct gone *gone; /* what went */
    size_t gone_count, gone_capacity;
};

struct fz_recheck *fz_recheck_new(void)
{
    return fz_calloc(1, sizeof(struct fz_recheck));
}

void fz_recheck_free(struct fz_recheck *recheck)
{
    if (!recheck)
        return;
    for (size_t i = 0; i < recheck->count; i++) {
        free(recheck->looks[i].dir);
        free(recheck->looks[i].name);
    }
    free(recheck->looks);
    free(recheck);
}

void fz_recheck_add(struct fz_recheck *recheck, uint32_t root, const char *path)
{
    FZ_NOT_MAIN();
    recheck->looks = fz_grow(recheck->looks, &recheck->capacity, recheck->count + 1, sizeof *recheck->looks);
    struct look *look = &recheck->looks[recheck->count++];
    *look = (struct look){.dir = fz_path_dir(path), .name = fz_strdup(fz_path_name(path)), .root = root};
    look->was_there = stat(path, &look->before) == 0;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void look_again(struct report *report, const struct look *look)
{
    struct stat now;
    char *path = fz_path_join(look->dir, look->name);
    int sys = stat(path, &now) == 0 ? 0 : errno;
    free(path);
    if (sys == 0 && look->was_there && !is_same(&look->before, &now))
        fz_batch_add(&report->changed, look->name, FZ_SOURCE_PICTURE);
    if ((sys != ENOENT && sys != ENOTDIR) || !look->was_there)
        return;
    report->gone =
        fz_grow(report->gone, &report->gone_capacity, report->gone_count + 1, sizeof *report->gone);
    report->gone[report->gone_count++] = (struct gone){look->before.st_ino, look->name, false};
}

static int compare(const void *a, const void *b)
{
    uint64_t x = ((const struct gone *)a)->inode, y = ((const struct gone *)b)->inode;
    return x < y ? -1 : x > y;
}

/* A file that went and stands in its folder under another name. */
static void find_renamed(struct report *report)
{
    DIR *dir = report->gone_count > 0 ? opendir(report->first->dir) : NULL;
    if (!dir)
        return;
    qsort(report->gone, report->gone_count, sizeof *report->gone, compare);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct gone key = {.inode = entry->d_ino}, *gone;
        enum fz_source_doubt doubt;
        gone = bsearch(&key, report->gone, report->gone_count, sizeof key, compare);
        if (!gone || gone->found || fz_name_is_hidden(entry->d_name) ||
            !fz_suffix_classify(entry->d_name, &doubt))
            continue;
        gone->found = true;
        fz_batch_add(&report->renamed, gone->name, FZ_SOURCE_PICTURE);
        fz_batch_add(&report->renamed, entry->d_name, doubt);
    }
    closedir(dir);
}

static void note_removed(struct report *report)
{
    for (size_t i = 0; i < report->gone_count; i++)
        if (!report->gone[i].found)
            fz_batch_add(&report->removed, report->gone[i].name, FZ_SOURCE_PICTURE);
}

static size_t send(struct report *report, struct fz_batch *batch, enum fz_source_event_kind kind,
                   struct fz_ready *ready)
{
    if (batch->count == 0)
        return 0;
    if (kind != FZ_SOURCE_RENAMED)
        fz_batch_sort(batch);
    fz_ready_push(ready, &fz_batch_event(batch, kind, report->first->root, report->first->dir)->node);
    fz_batch_fini(batch);
    return 1;
}

size_t fz_recheck_report(const struct fz_recheck *recheck, struct fz_ready *ready)
{
    FZ_NOT_MAIN();
    size_t sent = 0;
    const struct look *end = recheck->looks + recheck->count;
    for (const struct look *look = recheck->looks; look < end;) {
        struct report report = {.first = look};
        for (; look < end && look->root == report.first->root && strcmp(look->dir, report.first->dir) == 0;
             look++)
            look_again(&report, look);
        find_renamed(&report);
        note_removed(&report);
        sent += send(&report, &report.removed, FZ_SOURCE_REMOVED, ready);
        sent += send(&report, &report.renamed, FZ_SOURCE_RENAMED, ready);
        sent += send(&report, &report.changed, FZ_SOURCE_CHANGED, ready);
        free(report.gone);
    }
    return sent;
}
