#include "decode/decoder.h"

#include "base/memory_use.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the host callbacks of one decode share. */
struct decode_call {
    struct fz_decoder *decoder;
    struct fz_job *job;
    uint64_t reserved_bytes;
};

void fz_decoder_init(struct fz_decoder *decoder, struct fz_ledger *ledger, size_t keep_bytes,
                     atomic_uint_fast64_t *opens)
{
    *decoder =
        (struct fz_decoder){.scratch = fz_image_scratch_new(keep_bytes), .ledger = ledger, .opens = opens};
}

void fz_decoder_fini(struct fz_decoder *decoder)
{
    fz_image_scratch_free(decoder->scratch);
    decoder->scratch = NULL;
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
    call->job->surface = fz_surface_new(width, height);
    if (!call->job->surface)
        return NULL;
    *pitch_bytes = call->job->surface->pitch;
    return call->job->surface->pixels;
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

static struct fz_file_facts look_at(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return (struct fz_file_facts){0};
    return (struct fz_file_facts){true, (uint64_t)st.st_size, st.st_mtime};
}

static bool open_file(struct fz_decoder *decoder, struct fz_job *job)
{
    if (job->fd < 0)
        job->fd = fz_decoder_open(decoder, job);
    if (job->fd < 0)
        return false;
    job->file = look_at(job->fd);
    return true;
}

static void run_decode(struct fz_decoder *decoder, struct fz_job *job)
{
    if (!open_file(decoder, job))
        return;
    struct decode_call call = {.decoder = decoder, .job = job};
    struct fz_image_request request = {
        .fd = job->fd,
        .head = job->head,
        .box_w = job->box_w,
        .box_h = job->box_h,
        .region = job->region,
        .background = job->background,
        .limits = job->limits,
        .host = {&call, host_cancelled, host_reserve, host_alloc},
    };
    enum fz_err code = fz_image_load(&request, decoder->scratch, &job->image, &job->error);
    job->error.code = code;
    fz_job_close(job);
    if (call.reserved_bytes > 0)
        fz_ledger_release(decoder->ledger, call.reserved_bytes);
    if (code != FZ_OK) {
        fz_surface_free(job->surface);
        job->surface = NULL;
    }
}

struct fz_job *fz_decoder_run_first(struct fz_decoder *decoder, struct fz_job *job)
{
    FZ_NOT_MAIN();
    memset(&job->error, 0, sizeof job->error);
    job->wants_first = false;
    if (fz_cancel_is_set(&job->cancel))
        return NULL;
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
    if (fz_image_load_first(&request, decoder->scratch, &first->image))
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
