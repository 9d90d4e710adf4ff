#include "source/recheck.h"

#include "base/mem.h"
#include "base/path.h"
#include "decode/decoder.h"
#include "decode/files.h"
#include "source/batch.h"
#include "sync/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { INODES_AT_ONCE = 100000 }; /* that it looks for in a folder: what a request holds */

enum stage { BEFORE, AFTER, STAGES };

struct file {
    char *dir, *name; /* owned */
    uint32_t root;
    struct fz_look looks[STAGES];
    bool found; /* under another name */
};

struct fz_recheck {
    struct file *files;
    size_t count, capacity;
    enum stage stage;
    /* to be looked at in this stage; behind the last one: those of its folder are reported from `reported` on */
    size_t next;
    size_t reported;
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
        free(recheck->files[i].dir);
        free(recheck->files[i].name);
    }
    free(recheck->files);
    free(recheck);
}

void fz_recheck_add(struct fz_recheck *recheck, uint32_t root, const char *path)
{
    recheck->files = fz_grow(recheck->files, &recheck->capacity, recheck->count + 1, sizeof *recheck->files);
    recheck->files[recheck->count++] =
        (struct file){.dir = fz_path_dir(path), .name = fz_strdup(fz_path_name(path)), .root = root};
}

/* ---- Looking ------------------------------------------------------------------------------------------------------- */

/* The next ones that lie in one root. */
static struct fz_parcel next_request(const struct fz_recheck *recheck)
{
    const struct file *first = &recheck->files[recheck->next], *end = recheck->files + recheck->count;
    struct fz_parcel request = {.kind = FZ_ASK_LOOK, .fd = -1};
    size_t capacity = 0;
    for (const struct file *file = first;
         file < end && file->root == first->root && request.len < FZ_LOOK_BYTES_AT_ONCE; file++) {
        char *path = fz_path_join(file->dir, file->name);
        fz_parcel_add_text(&request, &capacity, path);
        request.count++;
        free(path);
    }
    return request;
}

/* False: the job waits. */
static bool look(struct fz_recheck *recheck, struct fz_job *job)
{
    while (recheck->next < recheck->count) {
        struct fz_parcel request = next_request(recheck), answer;
        uint32_t count = request.count;
        job->root = recheck->files[recheck->next].root;
        if (!fz_files_ask(job->decoder->files, job, &request, &answer))
            return false;
        const struct fz_look *said = fz_answer_looks(&answer, count);
        for (uint32_t i = 0; i < count; i++)
            recheck->files[recheck->next++].looks[recheck->stage] =
                said ? said[i] : (struct fz_look){.sys = EIO};
        fz_parcel_fini(&answer);
    }
    return true;
}

void fz_recheck_look(struct fz_recheck *recheck, struct fz_job *job)
{
    FZ_NOT_MAIN();
    if (look(recheck, job)) {
        recheck->stage = AFTER;
        recheck->next = 0;
    }
}

/* ---- What became of them ------------------------------------------------------------------------------------------- */

static bool has_changed(const struct file *file)
{
    const struct fz_look *a = &file->looks[BEFORE], *b = &file->looks[AFTER];
    return a->sys == 0 && b->sys == 0 &&
           (a->device != b->device || a->inode != b->inode || a->bytes != b->bytes ||
            a->mtime_ns != b->mtime_ns);
}

static bool is_gone(const struct file *file)
{
    int sys = file->looks[AFTER].sys;
    return file->looks[BEFORE].sys == 0 && (sys == ENOENT || sys == ENOTDIR);
}

/* One folder's, of one root. */
struct group {
    struct file *first, *end;
};

static struct group group_at(const struct fz_recheck *recheck, size_t at)
{
    struct file *first = &recheck->files[at], *end = first, *last = recheck->files + recheck->count;
    while (end < last && end->root == first->root && strcmp(end->dir, first->dir) == 0)
        end++;
    return (struct group){first, end};
}

static int compare(const void *a, const void *b)
{
    uint64_t x = (*(struct file *const *)a)->looks[BEFORE].inode,
             y = (*(struct file *const *)b)->looks[BEFORE].inode;
    return x < y ? -1 : x > y;
}

/* Those that are gone, by their inodes; the caller frees. */
static struct file **sort_gone(const struct group *group, size_t *count)
{
    struct file **gone = fz_malloc(((size_t)(group->end - group->first) + 1) * sizeof *gone);
    *count = 0;
    for (struct file *file = group->first; file < group->end; file++)
        if (is_gone(file))
            gone[(*count)++] = file;
    qsort(gone, *count, sizeof *gone, compare);
    return gone;
}

static struct fz_parcel find_request(const char *dir, struct file **gone, size_t count)
{
    size_t dir_size = strlen(dir) + 1, inode_size = sizeof(uint64_t);
    count = count < INODES_AT_ONCE ? count : INODES_AT_ONCE;
    struct fz_parcel request = {
        .kind = FZ_ASK_FIND, .count = (uint32_t)count, .len = dir_size + count * inode_size, .fd = -1};
    request.bytes = fz_malloc(request.len);
    memcpy(request.bytes, dir, dir_size);
    for (size_t i = 0; i < count; i++)
        memcpy(request.bytes + dir_size + i * inode_size, &gone[i]->looks[BEFORE].inode, inode_size);
    return request;
}

static void take_renamed(struct file **gone, size_t count, const struct fz_parcel *answer,
                         struct fz_batch *renamed)
{
    size_t at = 0;
    for (struct fz_found found; fz_answer_found(answer, &at, &found);) {
        struct file wanted = {.looks[BEFORE].inode = found.inode}, *key = &wanted;
        struct file **place = bsearch(&key, gone, count, sizeof *gone, compare);
        enum fz_source_doubt doubt;
        if (!place || (*place)->found || fz_name_is_hidden(found.name) ||
            !fz_suffix_classify(found.name, &doubt))
            continue;
        (*place)->found = true;
        fz_batch_add(renamed, (*place)->name, FZ_SOURCE_PICTURE);
        fz_batch_add(renamed, found.name, doubt);
    }
}

/* Files that went and stand in their folder under other names. False: the job waits. */
static bool find_renamed(const struct group *group, struct fz_job *job, struct fz_batch *renamed)
{
    size_t count;
    struct file **gone = sort_gone(group, &count);
    bool answered = true;
    if (count > 0) {
        struct fz_parcel request = find_request(group->first->dir, gone, count), answer;
        job->root = group->first->root;
        answered = fz_files_ask(job->decoder->files, job, &request, &answer);
        if (answered) {
            take_renamed(gone, count, &answer, renamed);
            fz_parcel_fini(&answer);
        }
    }
    free(gone);
    return answered;
}

static void send(const struct group *group, struct fz_batch *batch, enum fz_source_event_kind kind,
                 struct fz_ready *ready)
{
    if (batch->count == 0)
        return;
    if (kind != FZ_SOURCE_RENAMED)
        fz_batch_sort(batch);
    fz_ready_push(ready, &fz_batch_event(batch, kind, group->first->root, group->first->dir)->node);
    fz_batch_fini(batch);
}

/* False: the job waits. */
static bool report(const struct group *group, struct fz_job *job, struct fz_ready *ready)
{
    struct fz_batch removed = {0}, renamed = {0}, changed = {0};
    if (!find_renamed(group, job, &renamed))
        return false;
    for (const struct file *file = group->first; file < group->end; file++) {
        if (is_gone(file) && !file->found)
            fz_batch_add(&removed, file->name, FZ_SOURCE_PICTURE);
        if (has_changed(file))
            fz_batch_add(&changed, file->name, FZ_SOURCE_PICTURE);
    }
    send(group, &removed, FZ_SOURCE_REMOVED, ready);
    send(group, &renamed, FZ_SOURCE_RENAMED, ready);
    send(group, &changed, FZ_SOURCE_CHANGED, ready);
    return true;
}

void fz_recheck_report(struct fz_recheck *recheck, struct fz_job *job, struct fz_ready *ready)
{
    FZ_NOT_MAIN();
    if (!look(recheck, job))
        return;
    while (recheck->reported < recheck->count) {
        struct group group = group_at(recheck, recheck->reported);
        if (!report(&group, job, ready))
            return;
        recheck->reported = (size_t)(group.end - recheck->files);
    }
}
