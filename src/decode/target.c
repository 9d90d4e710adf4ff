#include "decode/target.h"

#include "base/io.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "base/pulse.h"
#include "decode/ask.h"
#include "image/kind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the folder ------------------------------------------------------------------------------------------------------ */

enum fz_err fz_originals_check(const struct fz_originals *originals, const char *folder, struct fz_error *err)
{
    if (strcmp(folder, originals->folder) == 0)
        return fz_fail(err, FZ_E_USAGE, 0, "%s: the pictures themselves lie there", folder);
    if (originals->and_below && fz_path_is_within(folder, originals->folder))
        return fz_fail(err, FZ_E_USAGE, 0, "%s: lies in %s, of which all folders are read", folder,
                       originals->folder);
    return FZ_OK;
}

static enum fz_err make_folder(const struct fz_originals *originals, const char *folder, struct fz_error *err)
{
    bool made = mkdir(folder, 0777) == 0;
    fz_pulse_beat();
    if (!made && errno == ENOENT) {
        char *above = fz_path_dir(folder);
        enum fz_err code = make_folder(originals, above, err);
        free(above);
        if (code != FZ_OK)
            return code;
        made = mkdir(folder, 0777) == 0;
        fz_pulse_beat();
    }
    if (!made && errno != EEXIST)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", folder);
    char *real = realpath(folder, NULL); /* what was there may be a link */
    fz_pulse_beat();
    if (!real)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", folder);
    enum fz_err code = fz_originals_check(originals, real, err);
    free(real);
    return code;
}

enum fz_err fz_target_find(const struct fz_originals *originals, const char *folder, char **real,
                           struct fz_error *err)
{
    struct stat st;
    *real = NULL;
    if (fz_file_kind_of(folder) && access(folder, F_OK) != 0)
        return fz_fail(err, FZ_E_USAGE, 0, "%s: the name of a picture, where a folder is wanted", folder);
    enum fz_err code = make_folder(originals, folder, err);
    if (code != FZ_OK)
        return code;
    fz_pulse_beat();
    if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        *real = realpath(folder, NULL);
    return *real ? FZ_OK
                 : fz_fail(err, FZ_E_USAGE, 0, "%s: no folder, but %s is one", folder, originals->folder);
}

/* --- a file in it ---------------------------------------------------------------------------------------------------- */

enum fz_err fz_target_put(const struct fz_placing *placing, const struct fz_placed *from,
                          bool (*stops)(void *ctx), void *ctx, struct fz_error *err)
{
    struct fz_new_file file;
    char *folder = fz_path_dir(placing->path);
    enum fz_err code = placing->originals.folder ? make_folder(&placing->originals, folder, err) : FZ_OK;
    free(folder);
    if (code != FZ_OK || (code = fz_new_file_open(&file, placing->path, err)) != FZ_OK)
        return code;
    file.synced = placing->synced;
    file.never_replaces = placing->never_replaces;
    bool whole = from->bytes ? fz_new_file_write(&file, from->bytes, (size_t)from->len, stops, ctx)
                             : fz_new_file_copy(&file, from->fd, stops, ctx);
    whole = whole && fflush(file.stream) == 0;
    if (whole && stops(ctx)) { /* it may have been held for long */
        errno = ECANCELED;
        whole = false;
    }
    if (fz_new_file_close(&file, whole))
        return FZ_OK;
    return errno == ECANCELED
               ? fz_fail(err, FZ_E_CANCELLED, 0, "cancelled")
               : fz_fail(err, fz_err_from_errno(errno), errno, "%s: cannot be written", placing->path);
}

/* --- asked for ------------------------------------------------------------------------------------------------------- */

enum { AND_BELOW = 1, NEVER_REPLACES = 2, SYNCED = 4 };

static struct fz_parcel request_of(const char *path, const struct fz_originals *originals)
{
    const char *folder = originals->folder ? originals->folder : "";
    size_t len = strlen(path) + 1, more = strlen(folder) + 1;
    struct fz_parcel request = {.flags = originals->and_below ? AND_BELOW : 0, .fd = -1};
    request.len = len + more;
    request.bytes = fz_malloc(request.len);
    memcpy(request.bytes, path, len);
    memcpy(request.bytes + len, folder, more);
    return request;
}

struct fz_parcel fz_target_find_request(const struct fz_originals *originals, const char *folder)
{
    struct fz_parcel request = request_of(folder, originals);
    request.kind = FZ_ASK_TARGET;
    return request;
}

static int file_of(const struct fz_placed *file)
{
    if (!file->bytes)
        return fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    int fd = memfd_create("result", MFD_CLOEXEC);
    if (fd >= 0 && !fz_write_full(fd, file->bytes, (size_t)file->len)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

struct fz_parcel fz_target_put_request(const struct fz_placing *placing, const struct fz_placed *file)
{
    struct fz_parcel request = request_of(placing->path, &placing->originals);
    request.kind = FZ_ASK_PUT;
    request.flags |= (placing->never_replaces ? NEVER_REPLACES : 0u) | (placing->synced ? SYNCED : 0u);
    request.value = (int64_t)file->len;
    request.fd = file_of(file);
    return request;
}

static bool read_request(const struct fz_parcel *request, struct fz_placing *placing)
{
    size_t at = 0;
    placing->path = fz_parcel_text(request, &at);
    const char *folder = fz_parcel_text(request, &at);
    placing->originals =
        (struct fz_originals){folder && folder[0] ? folder : NULL, request->flags & AND_BELOW};
    placing->never_replaces = request->flags & NEVER_REPLACES;
    placing->synced = request->flags & SYNCED;
    return placing->path && folder;
}

/* Takes `real`. */
static void tell(struct fz_parcel *answer, const struct fz_error *err, char *real)
{
    size_t more = real ? strlen(real) + 1 : 0;
    answer->len = sizeof *err + more;
    answer->bytes = fz_malloc(answer->len);
    memcpy(answer->bytes, err, sizeof *err);
    if (real)
        memcpy(answer->bytes + sizeof *err, real, more);
    free(real);
}

void fz_target_answer_find(const struct fz_parcel *request, struct fz_parcel *answer)
{
    struct fz_placing placing;
    struct fz_error err = {0};
    char *real = NULL;
    if (read_request(request, &placing) && placing.originals.folder)
        fz_target_find(&placing.originals, placing.path, &real, &err);
    tell(answer, &err, real);
}

void fz_target_answer_put(const struct fz_parcel *request, bool (*stops)(void *ctx), void *ctx,
                          struct fz_parcel *answer)
{
    struct fz_placing placing;
    struct fz_error err = {0};
    const struct fz_placed file = {.fd = request->fd};
    if (!read_request(request, &placing) || request->fd < 0)
        fz_fail(&err, FZ_E_IO, 0, "nothing to put there");
    else
        fz_target_put(&placing, &file, stops, ctx, &err);
    tell(answer, &err, NULL);
}

enum fz_err fz_target_take(const struct fz_parcel *answer, char **real, struct fz_error *err)
{
    bool is_whole = answer->bytes && answer->len >= sizeof *err;
    if (real)
        *real = is_whole && answer->len > sizeof *err ? fz_strdup(answer->bytes + sizeof *err) : NULL;
    if (!is_whole)
        return fz_fail(err, FZ_E_IO, 0, "the process that writes there has ended");
    memcpy(err, answer->bytes, sizeof *err);
    err->msg[sizeof err->msg - 1] = '\0';
    return err->code;
}
