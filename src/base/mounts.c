#include "base/mounts.h"

#include "base/mem.h"
#include "base/path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { LINKS_MOST = 40 }; /* as the kernel has it (path_resolution(7)) */

struct mount {
    int id, parent;
    struct fz_file_system on;
    char *point; /* owned */
};

struct fz_mounts {
    struct mount *rows;
    size_t count, capacity;
    const struct mount *root; /* NULL: nothing is known */
    /* What was found out about the folder of the path before: files come by the hundreds from the same. */
    char folder[PATH_MAX], real[PATH_MAX];
    const struct mount *within; /* NULL: nothing */
};

/* A path on its way: what is left of it, what the rest has led to, and where that lies. */
struct way {
    char left[PATH_MAX], real[PATH_MAX];
    const struct mount *within;
    int links;
};

/* --- The table ------------------------------------------------------------------------------------------------------- */

/* No other machine and no other process is asked for what lies there. */
static bool is_of_this_machine(const char *type)
{
    static const char *const types[] = {
        "ext2",    "ext3",     "ext4",      "btrfs",      "xfs",         "f2fs",    "jfs",
        "zfs",     "vfat",     "exfat",     "ntfs3",      "hfsplus",     "iso9660", "udf",
        "erofs",   "squashfs", "overlay",   "bcachefs",   "reiserfs",    "proc",    "tmpfs",
        "ramfs",   "rootfs",   "sysfs",     "devtmpfs",   "nilfs2",      "devpts",  "cgroup",
        "cgroup2", "mqueue",   "hugetlbfs", "securityfs", "debugfs",     "tracefs", "bpf",
        "pstore",  "configfs", "efivarfs",  "fusectl",    "binfmt_misc", "nsfs"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

static char octal(const char *digits)
{
    int byte = (digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0');
    return (char)byte;
}

/* In place: blanks and the like are written as three octal digits. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        bool is_escape = from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3];
        *to = is_escape ? octal(from + 1) : *from;
        from += is_escape ? 4 : 1;
    }
    *to = '\0';
}

static void add_line(struct fz_mounts *mounts, const char *line)
{
    struct mount row = {0};
    unsigned major, minor;
    char point[PATH_MAX], type[64];
    const char *behind = strstr(line, " - "); /* a variable number of fields stands before it */
    if (!behind || sscanf(behind, " - %63s", type) != 1 ||
        sscanf(line, "%d %d %u:%u %*s %4095s", &row.id, &row.parent, &major, &minor, point) != 5)
        return;
    unescape(point);
    row.on = (struct fz_file_system){.device = makedev(major, minor), .may_hang = !is_of_this_machine(type)};
    row.point = fz_strdup(point);
    mounts->rows = fz_grow(mounts->rows, &mounts->capacity, mounts->count + 1, sizeof *mounts->rows);
    mounts->rows[mounts->count++] = row;
}

/* What is mounted over `point`, which lies on `below`, by the last that was; NULL: nothing. */
static const struct mount *mounted_at(const struct fz_mounts *mounts, const struct mount *below,
                                      const char *point)
{
    const struct mount *top = NULL;
    for (bool more = true; more; below = top) {
        more = false;
        for (size_t i = 0; i < mounts->count; i++) {
            const struct mount *row = &mounts->rows[i];
            if (row->parent == below->id && row != below && strcmp(row->point, point) == 0) {
                top = row;
                more = true;
            }
        }
    }
    return top;
}

static bool is_listed(const struct fz_mounts *mounts, int id)
{
    for (size_t i = 0; i < mounts->count; i++)
        if (mounts->rows[i].id == id)
            return true;
    return false;
}

/* The lowest one, whose own parent is not seen from here, with what lies over it. */
static const struct mount *find_root(const struct fz_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        const struct mount *row = &mounts->rows[i];
        if (strcmp(row->point, "/") != 0 || (row->parent != row->id && is_listed(mounts, row->parent)))
            continue;
        const struct mount *top = mounted_at(mounts, row, "/");
        return top ? top : row;
    }
    return NULL;
}

struct fz_mounts *fz_mounts_read(const char *file)
{
    struct fz_mounts *mounts = fz_calloc(1, sizeof *mounts);
    FILE *table = fopen(file, "re");
    char *line = NULL;
    size_t size = 0;
    while (table && getline(&line, &size, table) > 0)
        add_line(mounts, line);
    free(line);
    if (table)
        fclose(table);
    mounts->root = find_root(mounts);
    return mounts;
}

void fz_mounts_free(struct fz_mounts *mounts)
{
    if (!mounts)
        return;
    for (size_t i = 0; i < mounts->count; i++)
        free(mounts->rows[i].point);
    free(mounts->rows);
    free(mounts);
}

/* --- A path --------------------------------------------------------------------------------------------------------------- */

/* False where it does not fit. `out` may be `behind`. */
static bool join(char out[PATH_MAX], const char *before, const char *behind)
{
    char joined[PATH_MAX];
    int n = snprintf(joined, sizeof joined, "%s/%s", before, behind);
    if (n < 0 || n >= PATH_MAX)
        return false;
    memcpy(out, joined, (size_t)n + 1);
    return true;
}

/* Begins at the top with what is left. */
static void begin_anew(const struct fz_mounts *mounts, struct way *way)
{
    way->real[0] = '\0';
    way->within = mounts->root;
}

/* Goes through the link at `at`; false where there is none, or too many were followed. */
static bool follow(const struct fz_mounts *mounts, struct way *way, const char *at)
{
    char target[PATH_MAX];
    ssize_t n = readlink(at, target, sizeof target - 1);
    if (n <= 0 || ++way->links > LINKS_MOST)
        return false;
    target[n] = '\0';
    if (target[0] == '/')
        begin_anew(mounts, way);
    return join(way->left, target, way->left);
}

/* "..", where no link is in the way any more. */
static bool climb(const struct fz_mounts *mounts, struct way *way)
{
    char *slash = strrchr(way->real, '/');
    if (slash)
        *slash = '\0';
    bool fits = join(way->left, way->real, way->left);
    begin_anew(mounts, way);
    return fits;
}

/* One component; false where there is none, or nothing more can be told without touching a share. */
static bool step(const struct fz_mounts *mounts, struct way *way)
{
    char name[NAME_MAX + 1], at[PATH_MAX];
    const char *from = way->left + strspn(way->left, "/");
    size_t n = strcspn(from, "/");
    if (n == 0 || n > NAME_MAX)
        return false;
    memcpy(name, from, n);
    name[n] = '\0';
    memmove(way->left, from + n, strlen(from + n) + 1);
    if (strcmp(name, ".") == 0)
        return true;
    if (strcmp(name, "..") == 0)
        return climb(mounts, way);
    if (!join(at, way->real, name))
        return false;
    const struct mount *top = mounted_at(mounts, way->within, at);
    if (!top && !way->within->on.may_hang && follow(mounts, way, at))
        return true;
    if (way->links > LINKS_MOST)
        return false;
    way->within = top ? top : way->within;
    memcpy(way->real, at, sizeof at);
    return true;
}

/* A share may have others mounted on it, but is asked nothing: links on it are not followed. */
static void go(const struct fz_mounts *mounts, struct way *way)
{
    while (step(mounts, way))
        ;
}

/* Whole, with no link in it any more, or as far as that can be told; NULL: of such a path nothing is known. */
static const struct mount *resolve(struct fz_mounts *mounts, const char *path, struct way *way)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (!mounts->root || !slash || strlen(path) >= PATH_MAX)
        return NULL;
    way->links = 0;
    if (!mounts->within || strncmp(mounts->folder, path, len) != 0 || mounts->folder[len] != '\0') {
        memcpy(way->left, path, len);
        way->left[len] = '\0';
        begin_anew(mounts, way);
        go(mounts, way);
        memcpy(mounts->folder, path, len);
        mounts->folder[len] = '\0';
        memcpy(mounts->real, way->real, sizeof way->real);
        mounts->within = way->within;
    }
    memcpy(way->left, slash + 1, strlen(slash)); /* with its end */
    memcpy(way->real, mounts->real, sizeof way->real);
    way->within = mounts->within;
    go(mounts, way);
    return way->within;
}

struct fz_file_system fz_mounts_find(struct fz_mounts *mounts, const char *path)
{
    struct way way;
    const struct mount *within = resolve(mounts, path, &way);
    return within ? within->on : (struct fz_file_system){0};
}

bool fz_mounts_may_hang_within(struct fz_mounts *mounts, const char *path)
{
    struct way way;
    const struct mount *within = resolve(mounts, path, &way);
    bool may = within && within->on.may_hang;
    size_t len = within ? strlen(way.real) : 0;
    for (size_t i = 0; within && i < mounts->count && !may; i++)
        may = mounts->rows[i].on.may_hang && strncmp(mounts->rows[i].point, way.real, len) == 0 &&
              mounts->rows[i].point[len] == '/';
    return may;
}

bool fz_mounts_may_hang(struct fz_mounts *mounts, const char *path)
{
    char *absolute = path ? fz_path_absolute(path) : NULL;
    bool may = absolute && fz_mounts_find(mounts, absolute).may_hang;
    free(absolute);
    return may;
}
