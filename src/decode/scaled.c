#include "decode/scaled.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
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

/* --- where to -------------------------------------------------------------------------------------------------------- */

enum fz_err fz_originals_check(const struct fz_originals *originals, const char *folder, struct fz_error *err)
{
    if (strcmp(folder, originals->folder) == 0)
        return fz_fail(err, FZ_E_USAGE, 0, "%s: the pictures themselves lie there", folder);
    if (originals->and_below && fz_path_is_within(folder, originals->folder))
        return fz_fail(err, FZ_E_USAGE, 0, "%s: lies in %s, of which all folders are read", folder,
                       originals->folder);
    return FZ_OK;
}

enum fz_err fz_originals_make_folder(const struct fz_originals *originals, const char *folder,
                                     struct fz_error *err)
{
    bool made = mkdir(folder, 0777) == 0;
    if (!made && errno == ENOENT) {
        char *above = fz_path_dir(folder);
        enum fz_err code = fz_originals_make_folder(originals, above, err);
        free(above);
        if (code != FZ_OK)
            return code;
        made = mkdir(folder, 0777) == 0;
    }
    if (!made && errno != EEXIST)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", folder);
    char *real = realpath(folder, NULL); /* what was there may be a link */
    if (!real)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", folder);
    enum fz_err code = fz_originals_check(originals, real, err);
    free(real);
    return code;
}

/* --- what stands there ---------------------------------------------------------------------------------------------- */

static bool is_newer(const struct stat *st, const struct fz_look *look)
{
    int64_t mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
    return look->sys == 0 && S_ISREG(st->st_mode) && mtime_ns >= look->mtime_ns;
}

/* Whether something may be put there; else the job is done. */
static bool may_write(struct fz_job *job, const char *path)
{
    struct fz_scaling *s = job->load;
    struct stat st;
    if (!path || lstat(path, &st) != 0)
        return true;
    if (S_ISLNK(st.st_mode))
        fz_fail(&job->error, FZ_E_IO, 0, "%s is a link, which might lead to an original", path);
    else if (job->look.sys == 0 && st.st_dev == job->look.device && st.st_ino == job->look.inode)
        fz_fail(&job->error, FZ_E_IO, 0, "%s is the same file", path);
    else if (!s->anew && is_newer(&st, &job->look)) {
        s->outcome = FZ_SCALED_SKIPPED;
        s->copy_stands = path == s->copy;
    } else if (s->keeps)
        fz_fail(&job->error, FZ_E_IO, 0, "%s is there already, and might be an original", path);
    else
        return true;
    return false;
}

/* Whether there is something to do; else the job is done, or parked. */
static bool begin(struct fz_decoder *decoder, struct fz_job *job)
{
    const struct fz_scaling *s = job->load;
    return fz_decoder_look(decoder, job) && may_write(job, s->out) && may_write(job, s->copy);
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

static bool is_cancelled(void *job)
{
    return fz_cancel_is_set(&((struct fz_job *)job)->cancel);
}

/* NULL: the picture's own bytes. */
static void put_in_place(struct fz_job *job, const char *path, const struct fz_encoded *encoded)
{
    struct fz_scaling *s = job->load;
    struct fz_new_file file;
    char *folder = fz_path_dir(path);
    enum fz_err code = fz_originals_make_folder(&s->originals, folder, &job->error);
    free(folder);
    if (code != FZ_OK || fz_new_file_open(&file, path, &job->error) != FZ_OK)
        return;
    file.synced = s->synced;
    file.never_replaces = s->keeps;
    bool whole = encoded ? fz_new_file_write(&file, encoded->bytes, encoded->len, is_cancelled, job)
                         : fz_new_file_copy(&file, job->fd, is_cancelled, job);
    if (fz_new_file_close(&file, whole))
        s->outcome = encoded ? FZ_SCALED_MADE : FZ_SCALED_COPIED;
    else if (errno == ECANCELED)
        fz_fail(&job->error, FZ_E_CANCELLED, 0, "cancelled");
    else
        fz_fail(&job->error, fz_err_from_errno(errno), errno, "%s: cannot be written", path);
}

/* What goes with the pixels. A file that brings its decoder down loses that and nothing else, and it is said. */
static void carry(struct fz_engine *engine, const struct fz_original *original,
                  const struct fz_pixels *pixels, struct fz_carried *out)
{
    const struct fz_rendition copy = {pixels->width, pixels->height, original->image->orientation != 1};
    struct fz_error err = {0};
    enum fz_err code = fz_engine_carry(engine, original->fd, &copy, out, &err);
    if (code == FZ_E_BUSY) /* the decoder was lost, and the picture is not to blame */
        code = fz_engine_carry(engine, original->fd, &copy, out, &err);
    if (code != FZ_OK)
        fz_log("%s: without its EXIF, XMP and IPTC: %s", original->name, err.msg);
}

enum fz_err fz_scaled_encode(struct fz_engine *engine, const struct fz_original *original,
                             const struct fz_pixels *pixels, bool strips, const struct fz_file_kind *kind,
                             int quality, struct fz_encoded *out, struct fz_error *err)
{
    bool carries = !strips && kind->encoding != FZ_ENCODING_PPM && kind->encoding != FZ_ENCODING_BMP;
    struct fz_carried *carried = carries ? fz_try_malloc(sizeof *carried) : NULL;
    if (carried)
        carry(engine, original, pixels, carried);
    const struct fz_encode how = {.encoding = kind->encoding, .quality = quality, .carried = carried};
    enum fz_err code = fz_image_encode(pixels, &how, out, err);
    free(carried);
    return code;
}

/* What the result and its encoder hold, to be given back; 0: cancelled. What needs more than there is has all of it for itself. */
static uint64_t reserve(struct fz_decoder *decoder, struct fz_job *job, const struct fz_pixels *pixels,
                        enum fz_encoding encoding)
{
    uint64_t bytes = (uint64_t)pixels->height * (uint64_t)pixels->pitch_bytes +
                     fz_image_encode_bytes(encoding, pixels->width, pixels->height);
    bytes = bytes < decoder->ledger->capacity ? bytes : decoder->ledger->capacity;
    if (fz_ledger_reserve(decoder->ledger, bytes, &job->cancel))
        return bytes;
    fz_fail(&job->error, FZ_E_CANCELLED, 0, "cancelled");
    return 0;
}

static void write_out(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_scaling *s = job->load;
    const char *copy = s->copy ? s->copy : s->out;
    if (!s->strips && fz_image_stays(&job->image, fz_file_kind_of(copy))) {
        put_in_place(job, copy, NULL);
        return;
    }
    const struct fz_pixels pixels = {job->surface->pixels, job->surface->w, job->surface->h,
                                     job->surface->pitch};
    struct fz_encoded encoded = {0};
    uint64_t reserved = reserve(decoder, job, &pixels, s->kind->encoding);
    if (reserved == 0)
        return;
    const struct fz_original original = {job->path, job->fd, &job->image};
    if (fz_scaled_encode(decoder->engine, &original, &pixels, s->strips, s->kind, s->quality, &encoded,
                         &job->error) == FZ_OK)
        put_in_place(job, s->out, &encoded);
    free(encoded.bytes);
    fz_ledger_release(decoder->ledger, reserved);
}

void fz_decoder_scale(struct fz_decoder *decoder, struct fz_job *job)
{
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
