#include "decode/along.h"

#include "base/mem.h"
#include "decode/cached.h"
#include "decode/lane.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* So many are left for the other workers. */
enum { LEAST_LEFT = FZ_PARCEL_MORE };

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

/* What a share takes its time for is asked for one by one. */
static bool is_quick(const struct fz_files *files, uint32_t root)
{
    return fz_files_answer_for(files, root) && !fz_files_copies(files, root) && !fz_files_hangs(files, root);
}

static void add_path(struct fz_parcel *request, const char *path)
{
    size_t len = strlen(path) + 1;
    request->bytes = fz_realloc(request->bytes, request->len + len);
    memcpy(request->bytes + request->len, path, len);
    request->len += len;
    request->count++;
}

void fz_along_begin(struct fz_along *along, const struct fz_decoder *decoder, const struct fz_job *job,
                    struct fz_parcel *request)
{
    along->count = 0;
    if (!asks(decoder, job, request) || !is_quick(decoder->files, job->root))
        return;
    struct fz_heap *heap = decoder->files->heap;
    while (along->count < FZ_PARCEL_MORE && fz_heap_count(heap) > LEAST_LEFT) {
        struct fz_heap_node *node = fz_heap_try_pop(heap);
        if (!node)
            break;
        struct fz_job *other = FZ_CONTAINER(node, struct fz_job, queued);
        if (other->root != job->root || !asks(decoder, other, request)) {
            fz_heap_push(heap, node);
            break;
        }
        along->jobs[along->count++] = other;
        add_path(request, other->path);
    }
    if (along->count > 0 && request->kind == FZ_ASK_LOOK)
        request->flags |= FZ_LOOK_ALONG;
}

size_t fz_along_end(struct fz_along *along, const struct fz_decoder *decoder, struct fz_parcel *answer)
{
    const struct fz_look *looks =
        answer && along->count > 0 ? fz_answer_looks(answer, along->count + 1) : NULL;
    uint32_t opened = 0;
    for (size_t i = 0; i < along->count; i++) {
        struct fz_job *job = along->jobs[i];
        const struct fz_look *look = looks ? &looks[i + 1] : NULL;
        if (look && answer->kind == FZ_ASK_LOOK && look->sys != EAGAIN) {
            job->look = *look;
            job->looked = true;
        } else if (look && answer->kind == FZ_ASK_OPEN && look->sys == 0 && opened < answer->more_count) {
            job->look = *look;
            job->file = fz_file_facts_of(look);
            job->fd = answer->more[opened++];
        }
        job->queued.priority = atomic_load(&job->priority);
        fz_heap_push(decoder->files->heap, &job->queued);
    }
    for (uint32_t i = opened; answer && i < answer->more_count; i++)
        close(answer->more[i]);
    if (answer)
        answer->more_count = 0;
    along->count = 0;
    return opened;
}
