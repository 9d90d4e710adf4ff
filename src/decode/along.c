#include "decode/along.h"

#include "base/mem.h"
#include "decode/cached.h"
#include "decode/lane.h"

#include <errno.h>
#include <string.h>

enum {
    LEAST_LEFT = FZ_PARCEL_MORE, /* for the other workers */
    MOST_OPEN = 64,              /* files of queued jobs: when the view moves, others come before these */
};

static bool needs_cache(const struct fz_decoder *decoder, const struct fz_job *job)
{
    return decoder->cache && job->caching == FZ_CACHING_ON;
}

/* Whether that is what it would ask next. Files that may be in the tile cache are not opened before that was looked up. */
static bool asks(const struct fz_decoder *decoder, const struct fz_job *job, const struct fz_parcel *request)
{
    if (job->kind != FZ_JOB_DECODE || job->foreground || job->fd >= 0 || job->ask.answered ||
        fz_cancel_is_set(&job->cancel))
        return false;
    return request->kind == FZ_ASK_LOOK
               ? needs_cache(decoder, job) && !job->looked
               : request->flags & FZ_OPEN_WHOLE && !needs_cache(decoder, job) && !job->wants_first;
}

/* Jobs that are out of the heap meanwhile, the worker's. */
struct along {
    struct fz_job *jobs[FZ_PARCEL_MORE];
    size_t count;
    uint32_t kind; /* of the question */
};

/* A folder of another file system may lie in that of the source, and hang. */
static bool are_neighbours(const struct fz_job *job, const struct fz_job *other)
{
    const char *end = strrchr(job->path, '/'), *other_end = strrchr(other->path, '/');
    return job->root == other->root && end && other_end && end - job->path == other_end - other->path &&
           memcmp(job->path, other->path, (size_t)(end - job->path)) == 0;
}

static void take_along(struct along *along, const struct fz_decoder *decoder, const struct fz_job *job,
                       struct fz_parcel *request)
{
    *along = (struct along){.kind = request->kind};
    if (!asks(decoder, job, request) || !fz_files_are_quick(decoder->files, job->root))
        return;
    struct fz_heap *heap = decoder->files->heap;
    if (request->kind == FZ_ASK_OPEN && atomic_load(&decoder->files->opened_along) >= MOST_OPEN)
        return;
    size_t capacity = request->len;
    while (along->count < FZ_PARCEL_MORE && fz_heap_count(heap) > LEAST_LEFT) {
        struct fz_heap_node *node = fz_heap_try_pop(heap);
        if (!node)
            break;
        struct fz_job *other = FZ_CONTAINER(node, struct fz_job, queued);
        if (!asks(decoder, other, request) || !are_neighbours(job, other)) {
            fz_heap_push(heap, node);
            break;
        }
        along->jobs[along->count++] = other;
        fz_parcel_add_text(request, &capacity, other->path);
        request->count++;
    }
    if (along->count > 0 && request->kind == FZ_ASK_LOOK)
        request->flags |= FZ_LOOK_ALONG;
}

static void give_file(struct fz_job *job, const struct fz_look *look, int *fd,
                      const struct fz_decoder *decoder)
{
    job->look = *look;
    job->file = fz_file_facts_of(look);
    job->fd = *fd;
    *fd = -1;
    fz_image_head_fini(&job->head); /* which may be another's by now */
    job->along = &decoder->files->opened_along;
    atomic_fetch_add(job->along, 1);
    atomic_fetch_add_explicit(decoder->opens, 1, memory_order_relaxed);
}

/* `answer` NULL: there is none yet. */
static void put_back(const struct along *along, const struct fz_decoder *decoder, struct fz_parcel *answer)
{
    bool is_answer = answer && answer->kind == along->kind;
    const struct fz_look *looks = is_answer ? fz_answer_looks(answer, along->count + 1) : NULL;
    uint32_t next = 0;
    for (size_t i = 0; i < along->count; i++) {
        struct fz_job *job = along->jobs[i];
        const struct fz_look *look = looks ? &looks[i + 1] : NULL;
        if (look && along->kind == FZ_ASK_LOOK && look->sys != EAGAIN && look->sys != EMFILE) {
            job->look = *look;
            job->looked = true;
        } else if (look && along->kind == FZ_ASK_OPEN && look->sys == 0 && next < answer->more_count) {
            give_file(job, look, &answer->more[next++], decoder);
        }
        if (!job->wants_first) /* whose place in the heap is another than its priority, until the next judgement */
            job->queued.priority = atomic_load(&job->priority);
        fz_heap_push(decoder->files->heap, &job->queued);
    }
}

/* Whoever has to wait asks for itself alone. */
static void forget_others(struct fz_job *job)
{
    struct fz_parcel *request = &job->ask.request;
    request->count = 1;
    request->len = strlen(job->path) + 1;
    request->flags &= request->kind == FZ_ASK_LOOK ? ~(uint32_t)FZ_LOOK_ALONG : ~(uint32_t)0;
}

bool fz_along_ask(const struct fz_decoder *decoder, struct fz_job *job, struct fz_parcel *request,
                  struct fz_parcel *answer)
{
    struct along along;
    struct fz_parcel alone = *request;
    alone.bytes = NULL;
    take_along(&along, decoder, job, request);
    bool answered = fz_files_ask(decoder->files, job, request, answer);
    put_back(&along, decoder, answered ? answer : NULL);
    if (along.count > 0 && !answered)
        forget_others(job);
    if (along.count > 0 && answered && fz_answer_look(answer).sys == EMFILE) { /* or there is room for one */
        fz_parcel_fini(answer);
        alone.bytes = fz_strdup(job->path);
        answered = fz_files_ask(decoder->files, job, &alone, answer);
    }
    if (answered)
        fz_parcel_close_more(answer);
    return answered;
}
