#include "decode/sidecar.h"

#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "decode/cached.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 2 << 20 };

/* O_NONBLOCK: a FIFO must not hold the worker; whoever reads refuses it by its type. */
static int open_file(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* The name of the file with its suffix replaced, or followed, by ".xmp". */
static char *name_beside(const char *path, bool whole)
{
    const char *dot = strrchr(fz_path_name(path), '.');
    bool has_suffix = dot && dot > fz_path_name(path);
    int len = has_suffix && !whole ? (int)(dot - path) : (int)strlen(path);
    return fz_asprintf("%.*s.xmp", len, path);
}

char *fz_sidecar_path(const char *path)
{
    char *whole = name_beside(path, true);
    if (access(whole, F_OK) == 0)
        return whole;
    free(whole);
    return name_beside(path, false);
}

/* The whole of it; the caller frees. NOT_FOUND where there is none; one clear message for all else. */
static enum fz_err read_sidecar(const char *place, char **bytes, size_t *len, struct fz_error *err)
{
    struct stat st;
    int fd = open_file(place), sys = errno;
    *bytes = NULL;
    *len = 0;
    if (fd < 0)
        return fz_fail(err, fz_err_from_errno(sys), sys, "%s", place);
    bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    bool fits = is_file && st.st_size <= MOST_BYTES;
    *bytes = fits ? fz_try_malloc((size_t)st.st_size + 1) : NULL;
    ssize_t n = *bytes ? 1 : 0;
    for (; n > 0 && *len<(size_t)st.st_size; *len += n> 0 ? (size_t)n : 0)
        n = read(fd, *bytes + *len, (size_t)st.st_size - *len);
    sys = errno;
    close(fd);
    if (*bytes && n >= 0)
        return FZ_OK;
    free(*bytes);
    *bytes = NULL;
    if (n < 0)
        return fz_fail(err, FZ_E_IO, sys, "%s", place);
    return fz_fail(err, FZ_E_LIMIT, 0, "%s: %s", place, is_file ? "too large for a sidecar" : "no file");
}

/* True where it was opened. */
static bool read_picture(struct fz_cache_reader *cache, const char *path, struct fz_metadata *out)
{
    struct stat st;
    *out = (struct fz_metadata){0};
    if (stat(path, &st) != 0)
        return false;
    struct fz_file_facts file = fz_file_facts_of(&st);
    if (fz_cached_metadata(cache, path, &file, out))
        return false;
    *out = (struct fz_metadata){0};
    int fd = open_file(path);
    if (fd < 0)
        return false;
    fz_metadata_read(fd, out);
    fz_cached_keep_metadata(cache, path, fd, &file, out);
    close(fd);
    return true;
}

bool fz_sidecar_metadata(struct fz_cache_reader *cache, const char *path, struct fz_metadata *out)
{
    FZ_NOT_MAIN();
    struct fz_metadata beside;
    size_t len;
    char *bytes, *place;
    bool opened = read_picture(cache, path, out);
    place = fz_sidecar_path(path);
    read_sidecar(place, &bytes, &len, NULL);
    fz_metadata_read_xmp(bytes, len, &beside);
    fz_metadata_add(out, &beside);
    free(bytes);
    free(place);
    return opened;
}

static enum fz_err write_sidecar(const char *place, const char *bytes, size_t len, struct fz_error *err)
{
    struct fz_new_file file;
    enum fz_err code = fz_new_file_open(&file, place, err);
    if (code != FZ_OK)
        return code;
    bool whole = fwrite(bytes, 1, len, file.stream) == len && fflush(file.stream) == 0 &&
                 fsync(fileno(file.stream)) == 0;
    return fz_new_file_close(&file, whole) ? FZ_OK : fz_fail(err, FZ_E_IO, errno, "%s", place);
}

enum fz_err fz_sidecar_rate(const char *path, int rating, struct fz_error *err)
{
    char *place = fz_sidecar_path(path), *before, *after = NULL;
    size_t len, after_len = 0;
    enum fz_err code = read_sidecar(place, &before, &len, err);
    if (code == FZ_E_NOT_FOUND)
        *err = (struct fz_error){.code = code = FZ_OK};
    if (code == FZ_OK)
        code = fz_metadata_set_rating(before, len, rating, &after, &after_len, err);
    if (code == FZ_E_DAMAGED)
        fz_fail(err, code, 0, "%s: it is no XMP, and is left as it is", place);
    if (code == FZ_OK)
        code = write_sidecar(place, after, after_len, err);
    free(before);
    free(after);
    free(place);
    return code;
}
