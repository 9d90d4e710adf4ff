#include "decode/sidecar.h"

#include "base/file_version.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "base/pulse.h"
#include "decode/cached.h"
#include "decode/files.h"
#include "image/suffix.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_BYTES = 2 << 20,
    TOLD_BYTES = 16 << 20, /* of a picture on a share: what stands behind is not found */
    RATE_TRIES = 3,        /* while other programs save theirs */
};

/* O_NONBLOCK: a FIFO must not hold the worker; whoever reads refuses it by its type. */
static int open_file(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* The name of the file with its suffix replaced, or followed, by ".xmp". */
static char *name_beside(const char *path, bool whole)
{
    size_t len = whole ? strlen(path) : (size_t)(fz_path_suffix(path) - path);
    return fz_asprintf("%.*s.xmp", (int)len, path);
}

char *fz_sidecar_path(const char *path)
{
    char *whole = name_beside(path, true);
    bool found = access(whole, F_OK) == 0;
    fz_pulse_beat();
    if (found)
        return whole;
    free(whole);
    return name_beside(path, false);
}

/* The whole of it; the caller frees. NOT_FOUND where there is none; one clear message for all else. */
static enum fz_err read_sidecar(const char *place, char **bytes, size_t *len, struct fz_file_version *version,
                                struct fz_error *err)
{
    struct stat st;
    int fd = open_file(place), sys = errno;
    fz_pulse_beat();
    *bytes = NULL;
    *len = 0;
    *version = (struct fz_file_version){0};
    if (fd < 0)
        return fz_fail(err, fz_err_from_errno(sys), sys, "%s", place);
    bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    fz_pulse_beat();
    if (is_file)
        *version = fz_file_version_of(&st);
    bool fits = is_file && st.st_size <= MOST_BYTES;
    *bytes = fits ? fz_try_malloc((size_t)st.st_size + 1) : NULL;
    bool failed = *bytes && !fz_read_full(fd, *bytes, (size_t)st.st_size, len);
    sys = errno;
    close(fd);
    fz_pulse_beat();
    if (*bytes && !failed)
        return FZ_OK;
    free(*bytes);
    *bytes = NULL;
    if (failed)
        return fz_fail(err, FZ_E_IO, sys, "%s", place);
    return fz_fail(err, FZ_E_LIMIT, 0, "%s: %s", place,
                   is_file ? "too large for a sidecar" : "it is not a regular file");
}

/* Behind what stands there. */
static char *append_sidecar(char *bytes, size_t *len, const char *place)
{
    char *more;
    size_t more_len;
    struct fz_file_version version;
    read_sidecar(place, &more, &more_len, &version, NULL);
    if (!more) /* there is none, or not one that can be read */
        return bytes;
    bytes = fz_realloc(bytes, *len + more_len + 1);
    memcpy(bytes + *len, more, more_len);
    *len += more_len;
    free(more);
    return bytes;
}

char *fz_sidecar_read(const char *path, const char *beneath, size_t *len, size_t *own)
{
    FZ_NOT_MAIN();
    char *place = fz_sidecar_path(path), *other = beneath ? fz_sidecar_path(beneath) : NULL, *bytes = NULL;
    *len = 0;
    if (other && strcmp(other, place) != 0)
        bytes = append_sidecar(NULL, len, other);
    *own = *len;
    bytes = append_sidecar(bytes, len, place);
    free(place);
    free(other);
    return bytes;
}

enum step { LOOK, OPEN, SIDECARS };

void fz_sidecar_begin(struct fz_sidecar_reading *reading, const struct fz_metadata *told)
{
    *reading = (struct fz_sidecar_reading){.step = SIDECARS, .out = *told};
}

static void take_look(const struct fz_job *job, const char *path, struct fz_sidecar_reading *reading,
                      const struct fz_parcel *answer)
{
    reading->look = fz_answer_look(answer);
    struct fz_file_facts file = fz_file_facts_of(&reading->look);
    bool found =
        file.known && !job->told_anew && fz_cached_metadata(job->decoder->cache, path, &file, &reading->out);
    if (!found)
        reading->out = (struct fz_metadata){0};
    reading->step = found || !file.known ? SIDECARS : OPEN;
}

/* What is known of the file can be kept: all of it was there. Of a copy that ends before, what is missing may tell more; so may what
 * was not copied, where no date was found. */
static bool is_whole(int fd, const struct fz_look *look, const struct fz_metadata *told)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || (uint64_t)st.st_size < look->bytes)
        return false;
    bool is_copy = st.st_dev != look->device || st.st_ino != look->inode;
    return !is_copy || look->bytes <= TOLD_BYTES || told->date.known;
}

static void take_picture(struct fz_job *job, const char *path, struct fz_sidecar_reading *reading,
                         const struct fz_parcel *answer)
{
    struct fz_file_facts file = fz_file_facts_of(&reading->look);
    reading->step = SIDECARS;
    reading->opened = answer->fd >= 0;
    if (answer->fd < 0)
        return;
    struct fz_image_host host = fz_job_host(job);
    struct fz_look after;
    if (fz_engine_read_metadata(job->decoder->engine, answer->fd, &host, &reading->out) &&
        is_whole(answer->fd, &reading->look, &reading->out) &&
        fz_files_look_now(job->decoder->files, job, path, 0, &after))
        fz_cached_keep_metadata(job->decoder->cache, path, &after, &file, &reading->out);
}

static struct fz_metadata read_xmp(struct fz_job *job, const char *bytes, size_t len)
{
    struct fz_image_host host = fz_job_host(job);
    struct fz_metadata xmp;
    bool is_read = len > 0 && fz_engine_read_xmp(job->decoder->engine, bytes, len, &host, &xmp);
    return is_read ? xmp : (struct fz_metadata){0};
}

static void take_sidecars(struct fz_job *job, struct fz_sidecar_reading *reading,
                          const struct fz_parcel *answer)
{
    size_t at = answer->value > 0 && (uint64_t)answer->value <= answer->len ? (size_t)answer->value : 0;
    const struct fz_metadata beneath = read_xmp(job, answer->bytes, at);
    const struct fz_metadata own = read_xmp(job, answer->bytes + at, answer->len - at);
    /* Of dates and what the camera measured the first one that is added counts, of all else the last. */
    struct fz_metadata beside = own;
    fz_metadata_add(&beside, &beneath);
    fz_metadata_add(&beside, &own);
    fz_metadata_correct(&reading->out, &beside);
}

/* What each step asks for: the path, for the sidecars also that of what lies beneath. */
static struct fz_parcel request_of(int step, const char *path, const char *beneath)
{
    static const enum fz_ask_kind kinds[] = {
        [LOOK] = FZ_ASK_LOOK, [OPEN] = FZ_ASK_OPEN, [SIDECARS] = FZ_ASK_SIDECARS};
    bool both = step == SIDECARS && beneath;
    struct fz_parcel request = {.kind = kinds[step], .count = both ? 2 : 1, .value = TOLD_BYTES, .fd = -1};
    size_t len = strlen(path) + 1, more = both ? strlen(beneath) + 1 : 0;
    request.bytes = fz_malloc(len + more);
    request.len = len + more;
    memcpy(request.bytes, path, len);
    if (both)
        memcpy(request.bytes + len, beneath, more);
    return request;
}

bool fz_sidecar_metadata(struct fz_job *job, const char *path, const char *beneath,
                         struct fz_sidecar_reading *reading)
{
    FZ_NOT_MAIN();
    for (bool done = false; !done;) {
        struct fz_parcel answer, request = request_of(reading->step, path, beneath);
        if (!fz_files_ask(job->decoder->files, job, &request, &answer))
            return false;
        done = reading->step == SIDECARS;
        if (reading->step == LOOK)
            take_look(job, path, reading, &answer);
        else if (reading->step == OPEN)
            take_picture(job, path, reading, &answer);
        else
            take_sidecars(job, reading, &answer);
        fz_parcel_fini(&answer);
        if (fz_cancel_is_set(&job->cancel)) /* what it asked may have gone without an answer */
            return false;
    }
    return true;
}

/* A sidecar that is read, and written anew. */
struct renewal {
    char *from,
        *place; /* owned; where it is read, and where it goes to: another, which is not there then, or the same */
    struct fz_file_version read; /* what was in `from` */
    bool is_late;                /* somebody else has saved something there meanwhile */
};

static bool may_be_put(void *ctx)
{
    struct renewal *renewal = ctx;
    const struct fz_file_version now = fz_file_version_at(renewal->from);
    bool moves = strcmp(renewal->from, renewal->place) != 0;
    renewal->is_late =
        !fz_file_version_is(&renewal->read, &now) || (moves && fz_file_version_at(renewal->place).is_there);
    errno = ESTALE;
    return !renewal->is_late;
}

static enum fz_err write_sidecar(struct renewal *renewal, const char *bytes, size_t len, struct fz_error *err)
{
    struct fz_new_file file;
    enum fz_err code = fz_new_file_open(&file, renewal->place, err);
    if (code != FZ_OK)
        return code;
    file.may_be_put = may_be_put;
    file.ctx = renewal;
    bool whole = fwrite(bytes, 1, len, file.stream) == len;
    return fz_new_file_close(&file, whole) ? FZ_OK : fz_fail(err, FZ_E_IO, errno, "%s", renewal->place);
}

static enum fz_err renew(struct renewal *renewal, int rating, struct fz_error *err)
{
    char *before, *after = NULL;
    size_t len, after_len = 0;
    struct fz_error why;
    *err = (struct fz_error){0};
    enum fz_err code = read_sidecar(renewal->from, &before, &len, &renewal->read, err);
    if (code == FZ_E_NOT_FOUND)
        *err = (struct fz_error){.code = code = FZ_OK};
    if (code == FZ_OK)
        code = fz_metadata_set_rating(before, len, rating, &after, &after_len, &why);
    if (code == FZ_E_DAMAGED)
        fz_fail(err, code, 0, "%s: %s, and is left as it is", renewal->from, why.msg);
    if (code == FZ_OK)
        code = write_sidecar(renewal, after, after_len, err);
    free(before);
    free(after);
    return code;
}

/* A link of that name whose file is away, with a drive perhaps: what took its place would hide that when it is back. */
static bool leads_nowhere(const char *place)
{
    struct stat st;
    bool is_link = lstat(place, &st) == 0 && S_ISLNK(st.st_mode);
    bool leads = !is_link || stat(place, &st) == 0 || errno != ENOENT;
    fz_pulse_beat();
    return !leads;
}

/* Of the names that a sidecar may have, the first that is such a link. */
static enum fz_err check_links(const char *path, struct fz_error *err)
{
    char *whole = name_beside(path, true), *place = fz_sidecar_path(path);
    const char *link = leads_nowhere(whole) ? whole : leads_nowhere(place) ? place : NULL;
    enum fz_err code = FZ_OK;
    if (link)
        code = fz_fail(err, FZ_E_NOT_FOUND, 0, "%s: a link that leads nowhere, and is left as it is", link);
    free(whole);
    free(place);
    return code;
}

/* NAME.xmp is a RAW file's own, once it is there: its developers write that. */
static bool owns_shared(const char *path)
{
    char *shared = name_beside(path, false);
    bool owns = fz_suffix_is_raw(path) && access(shared, F_OK) == 0;
    fz_pulse_beat();
    free(shared);
    return owns;
}

enum fz_err fz_sidecar_rate(const char *path, int rating, bool alone, struct fz_error *err)
{
    enum fz_err code = check_links(path, err);
    if (code != FZ_OK)
        return code;
    bool is_late = true;
    alone = alone && !owns_shared(path);
    for (int i = 0; i < RATE_TRIES && is_late; i++) {
        struct renewal renewal = {.from = fz_sidecar_path(path)};
        renewal.place = alone ? name_beside(path, true) : fz_strdup(renewal.from);
        code = renew(&renewal, rating, err);
        is_late = renewal.is_late;
        if (is_late)
            code = fz_fail(err, FZ_E_BUSY, 0, "%s: another program keeps saving it", renewal.place);
        free(renewal.from);
        free(renewal.place);
    }
    return code;
}
