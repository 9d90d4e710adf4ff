#include "source/route.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "source/news.h"
#include "source/scanner.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    GATHER_US = 100000, /* who mounts one mounts several; who points a link elsewhere may remove it first */
    LOOK_SHARE = 20,    /* looking takes at most this part of the time */
    LINKS_MOST = 40,    /* as the kernel follows (path_resolution(7)) */
};

void fz_route_init(struct fz_route *route)
{
    *route = (struct fz_route){.mounts_fd = -1, .due_us = INT64_MAX};
}

void fz_route_fini(struct fz_route *route)
{
    if (route->mounts_fd >= 0)
        close(route->mounts_fd);
    fz_route_init(route);
}

static void look_soon(struct fz_route *route)
{
    int64_t due = fz_now_us() + GATHER_US;
    if (route->due_us == INT64_MAX)
        route->due_us = due > route->not_before_us ? due : route->not_before_us;
}

void fz_route_begin(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    struct fz_route *route = &scanner->route;
    if (!scanner->sources->options.watch)
        return;
    if (route->mounts_fd < 0)
        route->mounts_fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    look_soon(route);
}

void fz_route_take(struct fz_scanner *scanner, bool mounted)
{
    FZ_NOT_MAIN();
    struct fz_route *route = &scanner->route;
    route->mounted |= mounted;
    look_soon(route);
}

int64_t fz_route_due_us(const struct fz_route *route)
{
    return route->due_us;
}

/* The path that leads on where a link does; NULL where there is none. */
static char *path_behind(const char *link, const char *rest)
{
    char target[PATH_MAX];
    ssize_t len = readlink(link, target, sizeof target - 1);
    if (len < 0)
        return NULL;
    target[len] = '\0';
    char *dir = fz_path_dir(link), *there = target[0] == '/' ? fz_strdup(target) : fz_path_join(dir, target),
         *path = fz_asprintf("%s%s", there, rest);
    free(there);
    free(dir);
    return path;
}

/* Each is watched before it is read where it leads. A folder of the tree keeps what it is watched for. */
static void watch_way(int fd, const char *path)
{
    char *way = fz_strdup(path);
    size_t end = 0;
    for (int links = 0; way[end] && links <= LINKS_MOST;) {
        end += 1 + strcspn(way + end + 1, "/");
        char *here = fz_strndup(way, end);
        inotify_add_watch(fd, here, IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW | IN_MASK_ADD);
        char *behind = path_behind(here, way + end);
        free(here);
        if (!behind)
            continue;
        free(way);
        way = behind;
        end = 0;
        links++;
    }
    free(way);
}

/* True where another folder, or none, is found by the path. */
static bool leads_elsewhere(const struct fz_tree_folder *folder, const char *path)
{
    struct stat st;
    return stat(path, &st) < 0 || folder->device != (uint64_t)st.st_dev ||
           folder->inode != (uint64_t)st.st_ino;
}

static void look_at(struct fz_scanner *scanner, uint32_t folder)
{
    const struct fz_tree_folder *row = &scanner->tree.folders[folder];
    bool is_top = row->parent == FZ_TREE_NONE;
    char *path = fz_tree_path(&scanner->tree, folder);
    fz_scanner_turn_to_folder(scanner, folder);
    if (is_top && scanner->watch.fd >= 0)
        watch_way(scanner->watch.fd, path);
    if (leads_elsewhere(row, path))
        fz_news_recheck(scanner, folder);
    free(path);
}

/* The ways are watched anew, then compared: what changes from then on is news. The table of mounts is never read: what has changed
 * in it, this finds out, and poll tells once a change. */
void fz_route_look(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    struct fz_route *route = &scanner->route;
    int64_t start = fz_now_us();
    bool mounted = route->mounted;
    route->mounted = false;
    route->due_us = INT64_MAX;
    for (uint32_t i = 0; i < scanner->tree.used && !fz_scanner_stops(scanner); i++) {
        const struct fz_tree_folder *folder = &scanner->tree.folders[i];
        bool may_have_gone = folder->parent == FZ_TREE_NONE || (mounted && !folder->polled);
        if (folder->name != FZ_TREE_FREE && may_have_gone &&
            (folder->role == FZ_TREE_LISTED || folder->role == FZ_TREE_NAMED))
            look_at(scanner, i);
    }
    route->not_before_us = fz_now_us() + (fz_now_us() - start) * LOOK_SHARE;
}
