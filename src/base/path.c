#include "base/path.h"

#include "base/mem.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *fz_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *fz_path_suffix(const char *path)
{
    const char *name = fz_path_name(path), *dot = strrchr(name, '.');
    return dot && dot > name ? dot : name + strlen(name);
}

char *fz_path_join(const char *dir, const char *name)
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    const char *slash = n > 0 && dir[n - 1] == '/' ? "" : "/";
    return fz_asprintf("%.*s%s%s", (int)n, dir, slash, name);
}

static char *clean_join(const char *dir, const char *path)
{
    char *full = fz_path_join(dir, path);
    size_t o = 0;
    for (const char *p = full; *p;) {
        while (*p == '/')
            p++;
        const char *end = strchr(p, '/');
        size_t n = end ? (size_t)(end - p) : strlen(p);
        if (n == 2 && p[0] == '.' && p[1] == '.') {
            while (o > 0 && full[--o] != '/') {
            }
        } else if (n > 0 && !(n == 1 && p[0] == '.')) {
            full[o++] = '/';
            memmove(full + o, p, n);
            o += n;
        }
        p += n;
    }
    if (o == 0)
        full[o++] = '/';
    full[o] = '\0';
    return full;
}

char *fz_path_find_absolute(const char *path)
{
    if (path[0] == '/')
        return clean_join("/", path + 1);
    char *here = getcwd(NULL, 0), *absolute = here ? clean_join(here, path) : NULL;
    free(here);
    return absolute;
}

/* By the name that the kernel has for it, which nothing else has. */
static char *gone_folder(void)
{
    static const char mark[] = " (deleted)";
    char name[PATH_MAX];
    ssize_t n = readlink("/proc/self/cwd", name, sizeof name);
    size_t len = n > 0 ? (size_t)n : 0, mark_len = strlen(mark);
    bool tells = len > mark_len && memcmp(name + len - mark_len, mark, mark_len) == 0;
    return tells ? fz_strndup(name, len) : fz_strdup("/ (deleted)");
}

char *fz_path_absolute(const char *path)
{
    char *absolute = fz_path_find_absolute(path);
    if (absolute)
        return absolute;
    char *gone = gone_folder();
    absolute = clean_join(gone, path);
    free(gone);
    return absolute;
}

char *fz_path_typed(const char *text)
{
    const char *home = text[0] == '~' && (text[1] == '/' || text[1] == '\0') ? getenv("HOME") : NULL;
    if (!home || home[0] == '\0')
        return fz_path_absolute(text);
    char *joined = fz_path_join(home, text + 1), *path = fz_path_absolute(joined);
    free(joined);
    return path;
}

static bool leads_up(const char *path)
{
    size_t len = strlen(path);
    return strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 || strstr(path, "/../") ||
           (len >= 3 && strcmp(path + len - 3, "/..") == 0);
}

char *fz_path_locate(const char *path)
{
    char *by_text = fz_path_absolute(path);
    struct stat there, here;
    if (!leads_up(path) || stat(path, &there) != 0)
        return by_text;
    if (stat(by_text, &here) == 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino)
        return by_text;
    /* The name itself stays: a link to a picture stands among the pictures of its own folder. */
    const char *name = fz_path_name(path);
    bool is_name = *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    char *dir = is_name ? fz_path_dir(path) : fz_strdup(path);
    char *real = realpath(dir, NULL);
    free(dir);
    if (!real)
        return by_text;
    free(by_text);
    char *located = is_name ? fz_path_join(real, name) : fz_strdup(real);
    free(real);
    return located;
}

char *fz_path_dir(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return fz_strdup(".");
    return slash == path ? fz_strdup("/") : fz_strndup(path, (size_t)(slash - path));
}

bool fz_path_make_folder(const char *dir)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return true;
    if (errno != ENOENT)
        return false;
    char *above = fz_path_dir(dir);
    bool made =
        strcmp(above, dir) != 0 && fz_path_make_folder(above) && (mkdir(dir, 0700) == 0 || errno == EEXIST);
    int sys = errno;
    free(above);
    errno = sys;
    return made;
}

bool fz_path_is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

char *fz_path_of_user(const char *variable, const char *fallback, const char *name)
{
    const char *folder = getenv(variable), *home = getenv("HOME");
    if (folder && *folder == '/')
        return fz_path_join(folder, name);
    if (!home || *home != '/')
        return NULL;
    char *under = fz_path_join(home, fallback), *path = fz_path_join(under, name);
    free(under);
    return path;
}

bool fz_path_is_within(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0' || len == 1);
}
