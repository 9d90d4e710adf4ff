#include "decode/sidecar.h"

#include "base/mem.h"
#include "base/path.h"
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
    FZ_NOT_MAIN();
    char *whole = name_beside(path, true);
    if (access(whole, F_OK) == 0)
        return whole;
    free(whole);
    return name_beside(path, false);
}

/* The whole of it, NULL where there is none or it cannot be read; the caller frees. */
static char *read_sidecar(const char *path, size_t *len)
{
    char *place = fz_sidecar_path(path), *bytes = NULL;
    struct stat st;
    int fd = open_file(place);
    *len = 0;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= MOST_BYTES)
        bytes = fz_try_malloc((size_t)st.st_size);
    for (ssize_t n = 1; bytes && n > 0 && *len<(size_t)st.st_size; *len += n> 0 ? (size_t)n : 0)
        n = read(fd, bytes + *len, (size_t)st.st_size - *len);
    if (fd >= 0)
        close(fd);
    free(place);
    return bytes;
}

void fz_sidecar_metadata(const char *path, struct fz_metadata *out)
{
    FZ_NOT_MAIN();
    struct fz_metadata beside;
    size_t len;
    int fd = open_file(path);
    *out = (struct fz_metadata){0};
    if (fd >= 0) {
        fz_metadata_read(fd, out);
        close(fd);
    }
    char *bytes = read_sidecar(path, &len);
    fz_metadata_read_xmp(bytes, len, &beside);
    fz_metadata_add(out, &beside);
    free(bytes);
}
