#include "decode/decoder.h"

#include "base/memory_use.h"
#include "base/uri.h"
#include "decode/cached.h"
#include "decode/thumbnails.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the host callbacks of one decode share. */
struct decode_call {
    struct fz_decoder *decoder;
    struct fz_job *job;
    uint64_t reserved_bytes;
};

void fz_decoder_init(struct fz_decoder *decoder, struct fz_ledger *ledger, struct fz_cache *cache,
                     const char *thumbnails, size_t keep_bytes, atomic_uint_fast64_t *opens)
{
    *decoder = (struct fz_decoder){.scratch = fz_image_scratch_new(keep_bytes),
                                   .cache = fz_cache_reader_new(cache),
                                   .thumbnails = thumbnails,
                                   .ledger = ledger,
                                   .opens = opens};
}

void fz_decoder_fini(struct fz_decoder *decoder)
{
    fz_image_scratch_free(decoder->scratch);
    fz_cache_reader_free(decoder->cache);
    free(decoder->tile.data);
    *decoder = (struct fz_decoder){0};
}

static bool host_cancelled(void *ctx)
{
    struct decode_call *call = ctx;
    return fz_cancel_is_set(&call->job->cancel);
}

static bool host_reserve(void *ctx, uint64_t bytes)
{
    struct decode_call *call = ctx;
    if (!fz_ledger_reserve(call->decoder->ledger, bytes, &call->job->cancel))
        return false;
    call->reserved_bytes = bytes;
    return true;
}

static uint8_t *host_alloc(void *ctx, int width, int height, int *pitch_bytes)
{
    struct decode_call *call = ctx;
    return fz_job_alloc(call->job, width, height, pitch_bytes);
}

/* O_NONBLOCK: a FIFO among the files must not hold the worker; the reader refuses it by its type. */
int fz_decoder_open(struct fz_decoder *decoder, struct fz_job *job)
{
    int fd = open(job->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    atomic_fetch_add_explicit(decoder->opens, 1, memory_order_relaxed);
    if (fd < 0)
        fz_fail(&job->error, fz_err_from_errno(errno), errno, "cannot open");
    return fd;
}

static bool open_file(struct fz_decoder *decoder, struct fz_job *job)
{
    if (job->fd >= 0)
        return true;
    job->fd = fz_decoder_open(decoder, job);
    struct stat st;
    if (job->fd >= 0 && fstat(job->fd, &st) == 0)
        job->file = fz_file_facts_of(&st);
    return job->fd >= 0;
}

/* What the request names beside its bytes is the job's. */
static void decode(struct fz_decoder *decoder, struct fz_job *job, struct fz_image_request *request)
{
    struct decode_call call = {.decoder = decoder, .job = job};
    request->box_w = job->box_w;
    request->box_h = job->box_h;
    request->region = job->region;
    request->background = job->background;
    request->limits = job->limits;
    request->host = (struct fz_image_host){&call, host_cancelled, host_reserve, host_alloc};
    enum fz_err code = fz_image_load(request, decoder->scratch, &job->image, &job->error);
    job->error.code = code;
    if (call.reserved_bytes > 0)
        fz_ledger_release(decoder->ledger, call.reserved_bytes);
    if (code != FZ_OK) {
        fz_surface_free(job->surface);
        job->surface = NULL;
    }
}

/* False where its file must be read. */
static bool decode_cached(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_file_facts file;
    struct fz_cache_facts facts;
    struct fz_image_request request = {.fd = -1};
    if (!fz_cached_find(decoder->cache, job, &file, &facts, &decoder->tile, &request.len))
        return false;
    request.bytes = decoder->tile.data;
    decode(decoder, job, &request);
    if (job->error.code == FZ_E_CANCELLED)
        return true;
    job->from_cache = job->error.code == FZ_OK && !job->image.damaged && fz_cached_take_facts(job, &facts);
    if (!job->from_cache) {
        fz_surface_free(job->surface);
        job->surface = NULL;
        return false;
    }
    job->file = file;
    return true;
}

static void run_decode(struct fz_decoder *decoder, struct fz_job *job)
{
    if (job->fd < 0 && decode_cached(decoder, job))
        return;
    if (!open_file(decoder, job))
        return;
    decode(decoder, job, &(struct fz_image_request){.fd = job->fd, .head = job->head});
    if (job->error.code == FZ_OK)
        fz_cached_keep(decoder->cache, job);
    fz_job_close(job);
}

/* What another program left of the file. */
static bool load_thumbnail(struct fz_decoder *decoder, const struct fz_job *job,
                           const struct fz_image_request *request, struct fz_image *out)
{
    if (!decoder->thumbnails)
        return false;
    int side_px = job->box_w > job->box_h ? job->box_w : job->box_h;
    char *uri = fz_uri_from_path(job->path);
    struct fz_image_thumbnail thumbnail = {.uri = uri, .mtime_s = job->file.mtime_ns / 1000000000};
    thumbnail.len = fz_thumbnails_read(decoder->thumbnails, uri, side_px, &decoder->tile);
    thumbnail.png = decoder->tile.data;
    bool found = thumbnail.len > 0 && fz_image_load_thumbnail(request, &thumbnail, decoder->scratch, out);
    free(uri);
    return found;
}

struct fz_job *fz_decoder_run_first(struct fz_decoder *decoder, struct fz_job *job)
{
    FZ_NOT_MAIN();
    memset(&job->error, 0, sizeof job->error);
    job->wants_first = false;
    if (fz_cancel_is_set(&job->cancel))
        return NULL;
    if (decode_cached(decoder, job))
        return job;
    if (!open_file(decoder, job) || fz_image_read_head(job->fd, &job->head, &job->error) != FZ_OK) {
        fz_job_close(job);
        return job;
    }
    struct fz_job *first = fz_job_new(FZ_JOB_DECODE, job->item, NULL, NULL);
    first->first_of = job;
    first->purpose = job->purpose;
    first->box_w = job->box_w;
    first->box_h = job->box_h;
    first->file = job->file;
    struct decode_call call = {.decoder = decoder, .job = first};
    struct fz_image_request request = {
        .fd = -1,
        .head = job->head,
        .box_w = job->box_w,
        .box_h = job->box_h,
        .background = job->background,
        .limits = job->limits,
        .host = {&call, host_cancelled, NULL, host_alloc},
    };
    if (fz_image_load_first(&request, decoder->scratch, &first->image) ||
        load_thumbnail(decoder, job, &request, &first->image))
        return first;
    fz_job_free(first);
    return NULL;
}

static void run_sniff(struct fz_decoder *decoder, struct fz_job *job)
{
    int fd = fz_decoder_open(decoder, job);
    if (fd < 0)
        return;
    job->image.format = fz_image_sniff(fd, &job->error);
    if (!job->image.format && job->error.code == FZ_OK)
        fz_fail(&job->error, FZ_E_NOT_PICTURE, 0, "no picture");
    close(fd);
}

void fz_decoder_run(struct fz_decoder *decoder, struct fz_job *job)
{
    FZ_NOT_MAIN();
    memset(&job->error, 0, sizeof job->error);
    if (fz_cancel_is_set(&job->cancel)) {
        fz_fail(&job->error, FZ_E_CANCELLED, 0, "cancelled");
        return;
    }
    switch (job->kind) {
    case FZ_JOB_DECODE:
    case FZ_JOB_DETAIL:
        run_decode(decoder, job);
        break;
    case FZ_JOB_SNIFF:
        run_sniff(decoder, job);
        break;
    case FZ_JOB_SAVE:
        fz_image_save_png(job->path, job->surface->pixels, job->surface->w, job->surface->h,
                          job->surface->pitch, &job->error);
        break;
    case FZ_JOB_WORK:
        job->cache = decoder->cache;
        job->work(job);
        break;
    case FZ_JOB_FRAME:
        fz_decoder_play(decoder, job);
        break;
    case FZ_JOB_MEASURE:
        job->pss_bytes = fz_memory_pss_bytes();
        break;
    }
}
