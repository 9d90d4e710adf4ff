#include "decode/thumbnails.h"

#include "base/io.h"
#include "base/path.h"
#include "base/uri.h"

#include <fcntl.h>
#include <limits.h>
#include <md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 20 };

/* Larger ones are no quick first picture. */
static const struct {
    const char *folder;
    int side_px;
} sizes[] = {{"normal", 128}, {"large", 256}, {"x-large", 512}};
enum { SIZES = sizeof sizes / sizeof *sizes };

char *fz_thumbnails_folder(void)
{
    char *folder = fz_path_of_user("XDG_CACHE_HOME", ".cache", "thumbnails");
    if (folder && access(folder, X_OK) != 0) {
        free(folder);
        folder = NULL;
    }
    return folder;
}

char *fz_thumbnails_real_uri(int fd, const char *path)
{
    char link[32], real[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, real, sizeof real);
    if (len <= 0 || (size_t)len == sizeof real || real[0] != '/')
        return NULL;
    real[len] = '\0';
    return strcmp(real, path) != 0 ? fz_uri_from_path(real) : NULL;
}

static size_t read_whole(int fd, struct fz_buffer *bytes)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > MAX_BYTES ||
        !fz_buffer_need(bytes, (size_t)st.st_size))
        return 0;
    size_t len;
    bool whole = fz_read_full(fd, bytes->data, (size_t)st.st_size, &len) && len == (size_t)st.st_size;
    return whole ? len : 0;
}

size_t fz_thumbnails_read(const char *folder, const char *uri, int side_px, int *rank,
                          struct fz_buffer *bytes)
{
    char digest[MD5_DIGEST_STRING_LENGTH], name[64];
    MD5Data((const uint8_t *)uri, strlen(uri), digest);
    int first = 0;
    while (first < SIZES - 1 && sizes[first].side_px < side_px)
        first++;
    size_t len = 0;
    for (; *rank < SIZES && len == 0; ++*rank) {
        int at = first + *rank < SIZES ? first + *rank : SIZES - 1 - *rank;
        snprintf(name, sizeof name, "%s/%s.png", sizes[at].folder, digest);
        char *path = fz_path_join(folder, name);
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        free(path);
        if (fd >= 0) {
            len = read_whole(fd, bytes);
            close(fd);
        }
    }
    return len;
}
