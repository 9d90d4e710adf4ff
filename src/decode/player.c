/* One frame of an animation, or a page, on a worker's thread. */
#include "base/clock.h"
#include "decode/cached.h"
#include "decode/decoder.h"
#include "decode/files.h"

#include <sys/stat.h>
#include <unistd.h>

/* Frames whose time is over are composed and not rendered, for as long at most: then one is shown, however late. */
enum { SKIP_US = 250000 };
static const int64_t PAGE_US = INT64_C(24) * 3600 * 1000000; /* until another is asked for */

struct play_call {
    struct fz_decoder *decoder;
    struct fz_job *job;
    uint64_t reserved_bytes;
    int64_t cpu_end_us; /* of this thread */
};

static bool host_cancelled(void *ctx)
{
    struct play_call *call = ctx;
    return fz_cancel_is_set(&call->job->cancel) || fz_thread_cpu_us() > call->cpu_end_us;
}

/* The ledger knows of it until the job is done; then the render thread does. Whoever opens the stream asks, once: of several
 * questions to a decoder each might. */
static bool host_reserve(void *ctx, uint64_t bytes)
{
    struct play_call *call = ctx;
    if (call->reserved_bytes > 0 || bytes > call->job->play.max_held_bytes ||
        !fz_decoder_reserve(call->decoder, call->job, bytes))
        return false;
    call->reserved_bytes = bytes;
    return true;
}

/* What could not be read to its end is read again next time. */
static bool is_whole_copy(int fd, const struct fz_look *look, unsigned most_mib)
{
    struct stat st;
    return look->bytes <= (uint64_t)most_mib << 20 && fstat(fd, &st) == 0 &&
           (st.st_dev != look->device || st.st_ino != look->inode) && (uint64_t)st.st_size == look->bytes;
}

/* *fd is the file, or its copy, which stays. False: the job is parked. */
static bool open_file(struct fz_decoder *decoder, struct fz_job *job, int *fd)
{
    struct fz_play *play = &job->play;
    *fd = job->kept_fd;
    if (*fd >= 0)
        return true;
    struct fz_parcel request = fz_files_open_request(job->path, job->limits.max_file_bytes);
    request.flags = FZ_OPEN_WHOLE | FZ_OPEN_COPY(play->copy_most_mib);
    if (!fz_decoder_open(decoder, job, &request, fd))
        return false;
    job->file = fz_file_facts_of(&job->look);
    if (*fd >= 0 && is_whole_copy(*fd, &job->look, play->copy_most_mib))
        job->kept_fd = *fd;
    return true;
}

static enum fz_err open_stream(struct fz_decoder *decoder, struct fz_job *job,
                               struct fz_image_request *request)
{
    if (request->fd < 0)
        return job->error.code;
    enum fz_err code = fz_stream_open(decoder->engine, request, &job->play.stream, &job->error);
    if (request->fd != job->kept_fd)
        close(request->fd);
    return code;
}

static bool is_over(const struct fz_play *play)
{
    return play->base_us > 0 && play->base_us + play->at_us + play->frame.delay_us <= fz_now_us();
}

static enum fz_err compose(struct fz_job *job, const struct fz_image_host *host)
{
    struct fz_play *play = &job->play;
    int64_t patience_end_us = fz_now_us() + SKIP_US;
    enum fz_err code = fz_stream_compose(play->stream, play->index, host, &play->frame, &job->error);
    while (code == FZ_OK && !play->frame.last && is_over(play) && fz_now_us() < patience_end_us) {
        play->at_us += play->frame.delay_us;
        code = fz_stream_compose(play->stream, FZ_ANIM_NEXT, host, &play->frame, &job->error);
    }
    return code;
}

/* Like any picture, with the limits and the memory of one. */
static void turn_page(struct fz_decoder *decoder, struct fz_job *job)
{
    if (!fz_decoder_load(decoder, job))
        return;
    fz_job_close(job);
    job->play.frame = (struct fz_anim_frame){.index = job->play.index, .delay_us = PAGE_US};
}

void fz_decoder_play(struct fz_decoder *decoder, struct fz_job *job)
{
    if (job->want.sheet_w > 0) {
        turn_page(decoder, job);
        return;
    }
    int64_t most_us = job->limits.max_cpu_us > 0 ? job->limits.max_cpu_us : INT64_MAX / 2;
    struct play_call call = {.decoder = decoder, .job = job, .cpu_end_us = fz_thread_cpu_us() + most_us};
    struct fz_image_request request = {
        .want = job->want,
        .limits = job->limits,
        .host = {.ctx = &call, .cancelled = host_cancelled, .reserve = host_reserve},
    };
    request.fd = -1;
    if (!job->play.stream && !open_file(decoder, job, &request.fd))
        return;
    enum fz_err code = job->play.stream ? FZ_OK : open_stream(decoder, job, &request);
    if (code == FZ_OK)
        code = compose(job, &request.host);
    if (code == FZ_OK)
        code = fz_stream_render(job->play.stream, decoder->engine, &request, &job->image, &job->surface,
                                &job->error);
    if (code == FZ_E_CANCELLED && !fz_cancel_is_set(&job->cancel))
        code = fz_fail(&job->error, FZ_E_TIMEOUT, 0, "takes longer than %.3g s", (double)most_us / 1e6);
    job->error.code = code;
    if (call.reserved_bytes > 0)
        fz_ledger_release(decoder->ledger, call.reserved_bytes);
    if (code != FZ_OK) {
        fz_surface_free(job->surface);
        job->surface = NULL;
    }
}
