/* A screenshot may go to a share that hangs: a reader writes it there then. Elsewhere the worker does, because what a path leads to
 * (/dev/stdout) may be its own process's. */
#include "base/mounts.h"
#include "base/path.h"
#include "decode/decoder.h"
#include "decode/files.h"
#include "decode/target.h"
#include "image/encode.h"

#include <errno.h>
#include <stdlib.h>

static bool may_hang(const char *path)
{
    struct fz_mounts *mounts = fz_mounts_read("/proc/self/mountinfo");
    bool may = fz_mounts_may_hang(mounts, path);
    fz_mounts_free(mounts);
    return may;
}

/* `fd` of it is -1 where there is none, with the job's error. */
static struct fz_parcel request_for(struct fz_job *job)
{
    const struct fz_pixels pixels = {job->surface->pixels, job->surface->w, job->surface->h,
                                     job->surface->pitch};
    struct fz_parcel request = {.fd = -1};
    struct fz_encoded png = {0};
    if (fz_image_encode(&pixels, &(struct fz_encode){.encoding = FZ_ENCODING_PNG}, &png, &job->error) ==
        FZ_OK) {
        char *path = fz_path_absolute(job->path); /* the reader may stand elsewhere */
        const struct fz_placing placing = {.path = path, .synced = true};
        request = fz_target_put_request(&placing, &(struct fz_placed){png.bytes, png.len, -1});
        if (request.fd < 0)
            fz_fail(&job->error, fz_err_from_errno(errno), errno, "%s: cannot be written", job->path);
        free(path);
    }
    free(png.bytes);
    return request;
}

/* The job is parked, and run again for the answer. */
static void ask_to_save(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_parcel answer, request = {.kind = FZ_ASK_PUT, .fd = -1};
    if (!job->ask.answered)
        request = request_for(job);
    if (job->error.code != FZ_OK) {
        fz_parcel_fini(&request);
    } else if (fz_files_ask(decoder->files, job, &request, &answer)) {
        fz_target_take(&answer, NULL, &job->error);
        fz_parcel_fini(&answer);
    }
}

void fz_decoder_save(struct fz_decoder *decoder, struct fz_job *job)
{
    if (fz_files_answer_for(decoder->files, job->root))
        ask_to_save(decoder, job);
    else if (job->wants_reader && may_hang(job->path))
        fz_fail(&job->error, FZ_E_NOT_YET, 0, "%s: may hang", job->path);
    else
        fz_image_save_png(job->path, job->surface->pixels, job->surface->w, job->surface->h,
                          job->surface->pitch, &job->error);
}
