#include "decode/scaled.h"

#include "base/log.h"
#include "base/mem.h"
#include "decode/files.h"
#include "image/metadata/carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void fz_scaling_free(void *scaling)
{
    struct fz_scaling *s = scaling;
    free(s->out);
    free(s->copy);
    free(s);
}

bool fz_image_stays(const struct fz_image *image, const struct fz_file_kind *kind)
{
    return image->format && strcmp(image->format, kind->format) == 0 && image->orientation == 1 &&
           !image->damaged && image->out_w == image->width && image->out_h == image->height;
}

/* --- what stands there ---------------------------------------------------------------------------------------------- */

/* No result is empty, but for one whose name outlived a power cut without its bytes. */
static bool is_newer(const struct fz_look *there, const struct fz_look *picture)
{
    return S_ISREG(there->mode) && there->bytes > 0 && there->mtime_ns >= picture->mtime_ns;
}

/* Whether something may be put there; else the job is done. */
static bool may_write(struct fz_job *job, const char *path, const struct fz_look *there)
{
    struct fz_scaling *s = job->load;
    if (there->sys == ENOENT || there->sys == ENOTDIR)
        return true;
    if (there->sys != 0) {
        fz_fail(&job->error, fz_err_from_errno(there->sys), there->sys, "%s", path);
    } else if (S_ISLNK(there->mode)) {
        fz_fail(&job->error, FZ_E_IO, 0, "%s is a link, which might lead to an original", path);
    } else if (there->device == job->look.device && there->inode == job->look.inode) {
        fz_fail(&job->error, FZ_E_IO, 0, "%s is the same file", path);
    } else if (!s->anew && is_newer(there, &job->look)) {
        s->outcome = FZ_SCALED_SKIPPED;
        s->copy_stands = path == s->copy;
    } else if (s->keeps) {
        fz_fail(&job->error, FZ_E_IO, 0, "%s is there already, and might be an original", path);
    } else {
        return true;
    }
    return false;
}

/* Asks whoever reaches the target. False: the job is parked. */
static bool ask_target(struct fz_decoder *decoder, struct fz_job *job, struct fz_parcel *request,
                       struct fz_parcel *answer)
{
    const struct fz_scaling *s = job->load;
    job->root = s->to;
    bool answered = fz_files_ask(decoder->files, job, request, answer);
    if (answered)
        job->root = s->from;
    return answered;
}

/* At `out`, and at `copy` where that is another. */
static struct fz_parcel look_request(const struct fz_scaling *s)
{
    struct fz_parcel request = fz_files_request(FZ_ASK_LOOK, s->out);
    request.flags = FZ_LOOK_AT_LINKS;
    if (!s->copy)
        return request;
    size_t more = strlen(s->copy) + 1;
    request.bytes = fz_realloc(request.bytes, request.len + more);
    memcpy(request.bytes + request.len, s->copy, more);
    request.len += more;
    request.count = 2;
    return request;
}

/* Whether there is something to do; else the job is done, or parked. */
static bool begin(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_scaling *s = job->load;
    struct fz_parcel request, answer;
    if (s->may_write || !fz_decoder_look(decoder, job))
        return s->may_write;
    if (job->look.sys != 0) { /* else what is put there might be the picture itself, or older than it */
        fz_fail(&job->error, fz_err_from_errno(job->look.sys), job->look.sys, "cannot open");
        return false;
    }
    request = look_request(s);
    if (!ask_target(decoder, job, &request, &answer))
        return false;
    const struct fz_look *there = fz_answer_looks(&answer, s->copy ? 2 : 1);
    if (!there)
        fz_fail(&job->error, FZ_E_IO, 0, "%s: the process that looks there has ended", s->out);
    s->may_write =
        there && may_write(job, s->out, &there[0]) && (!s->copy || may_write(job, s->copy, &there[1]));
    fz_parcel_fini(&answer);
    return s->may_write;
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

static bool is_cancelled(void *job)
{
    return fz_cancel_is_set(&((struct fz_job *)job)->cancel);
}

/* The reader of the target has done it, or could not. */
static void take_put(struct fz_job *job, struct fz_parcel *answer)
{
    const struct fz_scaling *s = job->load;
    struct fz_error err;
    job->error = fz_target_take(answer, NULL, &err) == FZ_OK ? s->damage : err;
    fz_parcel_fini(answer);
}

static void ask_to_put(struct fz_decoder *decoder, struct fz_job *job, const struct fz_placing *placing,
                       const struct fz_placed *file)
{
    struct fz_scaling *s = job->load;
    struct fz_parcel answer, request = fz_target_put_request(placing, file);
    if (request.fd < 0) {
        fz_fail(&job->error, fz_err_from_errno(errno), errno, "%s: cannot be written", placing->path);
        fz_parcel_fini(&request);
        return;
    }
    s->is_put = true;
    s->damage = job->error;
    if (ask_target(decoder, job, &request, &answer))
        take_put(job, &answer);
}

/* NULL: the picture's own bytes. */
static void put_in_place(struct fz_decoder *decoder, struct fz_job *job, const char *path,
                         const struct fz_encoded *encoded)
{
    struct fz_scaling *s = job->load;
    const struct fz_placing placing = {path, s->originals, .never_replaces = s->keeps, .synced = s->synced};
    const struct fz_placed file = {encoded ? encoded->bytes : NULL, encoded ? encoded->len : job->copy.bytes,
                                   job->fd};
    s->outcome = encoded ? FZ_SCALED_MADE : FZ_SCALED_COPIED;
    if (fz_files_answer_for(decoder->files, s->to))
        ask_to_put(decoder, job, &placing, &file);
    else
        fz_target_put(&placing, &file, is_cancelled, job, &job->error);
}

/* What goes with the pixels. A file that brings its decoder down loses that and nothing else, and it is said. Else CANCELLED. */
static enum fz_err carry(struct fz_engine *engine, const struct fz_original *original,
                         const struct fz_pixels *pixels, struct fz_carried *out, struct fz_error *why)
{
    const struct fz_smaller_copy copy = {pixels->width, pixels->height, original->image->orientation != 1};
    struct fz_error err = {0};
    enum fz_err code = fz_engine_carry(engine, original->fd, &copy, original->host, out, &err);
    if (code == FZ_E_BUSY) /* the decoder was lost, and the picture is not to blame */
        code = fz_engine_carry(engine, original->fd, &copy, original->host, out, &err);
    if (code == FZ_E_CANCELLED)
        return fz_fail(why, code, 0, "cancelled");
    if (code != FZ_OK)
        fz_log("%s: without its EXIF, XMP and IPTC: %s", original->name, err.msg);
    return FZ_OK;
}

enum fz_err fz_scaled_encode(struct fz_engine *engine, const struct fz_original *original,
                             const struct fz_pixels *pixels, bool strips, const struct fz_file_kind *kind,
                             int quality, struct fz_encoded *out, struct fz_error *err)
{
    bool carries = !strips && kind->encoding != FZ_ENCODING_PPM && kind->encoding != FZ_ENCODING_BMP;
    struct fz_carried *carried = carries ? fz_try_malloc(sizeof *carried) : NULL;
    const struct fz_encode how = {.encoding = kind->encoding, .quality = quality, .carried = carried};
    enum fz_err code = carried ? carry(engine, original, pixels, carried, err) : FZ_OK;
    if (code == FZ_OK)
        code = fz_image_encode(pixels, &how, out, err);
    free(carried);
    return code;
}

/* What the result and its encoder hold, to be given back; 0: cancelled. What needs more than there is has all of it for itself. */
static uint64_t reserve(struct fz_decoder *decoder, struct fz_job *job, const struct fz_pixels *pixels,
                        enum fz_encoding encoding)
{
    uint64_t bytes = (uint64_t)pixels->height * (uint64_t)pixels->pitch_bytes +
                     fz_image_encode_bytes(encoding, pixels->width, pixels->height);
    uint64_t capacity = fz_ledger_capacity(decoder->ledger);
    bytes = bytes < capacity ? bytes : capacity;
    if (fz_decoder_reserve(decoder, job, bytes))
        return bytes;
    fz_fail(&job->error, FZ_E_CANCELLED, 0, "cancelled");
    return 0;
}

static void write_out(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_scaling *s = job->load;
    const char *copy = s->copy ? s->copy : s->out;
    if (!s->strips && fz_image_stays(&job->image, fz_file_kind_of(copy))) {
        put_in_place(decoder, job, copy, NULL);
        return;
    }
    const struct fz_pixels pixels = {job->surface->pixels, job->surface->w, job->surface->h,
                                     job->surface->pitch};
    struct fz_encoded encoded = {0};
    uint64_t reserved = reserve(decoder, job, &pixels, s->kind->encoding);
    if (reserved == 0)
        return;
    const struct fz_image_host host = fz_job_host(job);
    const struct fz_original original = {job->path, job->fd, &job->image, &host};
    if (fz_scaled_encode(decoder->engine, &original, &pixels, s->strips, s->kind, s->quality, &encoded,
                         &job->error) == FZ_OK)
        put_in_place(decoder, job, s->out, &encoded);
    free(encoded.bytes);
    fz_ledger_release(decoder->ledger, reserved);
}

/* Its answer has come, or nobody waits for that any more. */
static void end_put(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_parcel answer, request = {.kind = FZ_ASK_PUT, .fd = -1};
    if (job->ask.answered && ask_target(decoder, job, &request, &answer))
        take_put(job, &answer);
    else
        fz_fail(&job->error, FZ_E_CANCELLED, 0, "cancelled");
}

static void scale(struct fz_decoder *decoder, struct fz_job *job)
{
    job->root = ((const struct fz_scaling *)job->load)->from;
    if (job->fd < 0 && !begin(decoder, job))
        return;
    if (!fz_decoder_load(decoder, job))
        return;
    if (job->error.code == FZ_OK)
        write_out(decoder, job);
    fz_surface_free(job->surface);
    job->surface = NULL;
    fz_job_close(job);
}

void fz_decoder_scale(struct fz_decoder *decoder, struct fz_job *job)
{
    const struct fz_scaling *s = job->load;
    if (s->is_put)
        end_put(decoder, job);
    else if (fz_cancel_is_set(&job->cancel))
        fz_fail(&job->error, FZ_E_CANCELLED, 0, "cancelled");
    else if (!fz_files_take_results(decoder->files)) /* nobody waits here: whoever sent it sends it again */
        fz_fail(&job->error, FZ_E_CANCELLED, 0, "put off");
    else
        scale(decoder, job);
}
