#include "source/watch.h"

#include "base/clock.h"
#include "base/mem.h"
#include "decode/ask.h"
#include "source/batch.h"
#include "source/news.h"
#include "source/scanner.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
    POLL_US = 3000000,
    POLL_SHARE = 20,    /* polling takes at most this part of the time */
    MOST_DOUBLINGS = 3, /* of the time between two looks at what fails */
    READS_AT_ONCE = 16, /* then what was collected may be due */
    EVENT_BYTES = 65536,
    HALF_MS =
        10, /* for the second half of a rename, which follows at once unless its writer had to wait for a core */
};

/* IN_EXCL_UNLINK: who still writes a deleted file is of no interest. */
static const uint32_t mask = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR | IN_EXCL_UNLINK;

void fz_watch_init(struct fz_watch *watch)
{
    *watch = (struct fz_watch){.fd = -1, .poll_due_us = INT64_MAX};
}

void fz_watch_fini(struct fz_watch *watch)
{
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch->told);
    fz_watch_init(watch);
}

/* File systems that change without this kernel: it has no events for them. */
static bool is_remote(struct fz_watch *watch, const char *path)
{
    struct stat st;
    struct statfs fs;
    if (stat(path, &st) < 0 || (uint64_t)st.st_dev == watch->device)
        return watch->device_is_remote;
    watch->device = (uint64_t)st.st_dev;
    watch->device_is_remote = statfs(path, &fs) == 0 && fz_is_share(fs.f_type);
    return watch->device_is_remote;
}

/* True when events will come. */
static bool add_watch(struct fz_scanner *scanner, uint32_t folder, const char *path)
{
    struct fz_watch *watch = &scanner->watch;
    if (watch->fd < 0 && !watch->refused)
        watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int descriptor = watch->fd < 0 ? -1 : inotify_add_watch(watch->fd, path, mask);
    if (descriptor >= 0) {
        if (scanner->tree.folders[folder].watch < 0)
            watch->watched++;
        fz_tree_set_watch(&scanner->tree, folder, descriptor);
        return true;
    }
    watch->refused = watch->fd < 0;
    if (!watch->complained && (watch->refused || errno == ENOSPC)) {
        watch->complained = true;
        fz_scanner_complain(scanner, scanner->tree.folders[folder].root, FZ_E_LIMIT, 0, path,
                            watch->refused
                                ? "inotify is not to be had (fs.inotify.max_user_instances); looking for "
                                  "changes every few seconds"
                                : "no inotify watches are left (fs.inotify.max_user_watches); looking for "
                                  "changes every few seconds");
    }
    return false;
}

void fz_watch_say_polled(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    struct fz_batch none = {0};
    if (!row->polled)
        fz_scanner_push(scanner, fz_batch_event(&none, FZ_SOURCE_POLLED, root, "/"));
    row->polled = true;
}

void fz_watch_folder(struct fz_scanner *scanner, uint32_t folder, const char *path)
{
    FZ_NOT_MAIN();
    if (!scanner->sources->options.watch)
        return;
    struct fz_watch *watch = &scanner->watch;
    struct fz_tree_folder *row = &scanner->tree.folders[folder];
    bool is_unread = row->role == FZ_TREE_LISTED && row->inode == 0; /* nothing may come in it before that */
    bool watched = row->watch >= 0 || (!is_unread && add_watch(scanner, folder, path));
    row->remote = is_remote(watch, path);
    bool must_poll = !watched || row->remote || row->failures > 0, polls = row->polled;
    row->polled = must_poll;
    if (must_poll && !polls && watch->polled++ == 0)
        watch->poll_due_us = fz_now_us() + POLL_US;
    if (must_poll && (row->role == FZ_TREE_LISTED || row->role == FZ_TREE_GIVEN))
        fz_watch_say_polled(scanner, row->root);
    if (!must_poll && polls && --watch->polled == 0)
        watch->poll_due_us = INT64_MAX;
}

void fz_watch_drop(struct fz_scanner *scanner, uint32_t folder)
{
    struct fz_watch *watch = &scanner->watch;
    struct fz_tree_folder *row = &scanner->tree.folders[folder];
    if (row->polled) {
        row->polled = false;
        if (--watch->polled == 0)
            watch->poll_due_us = INT64_MAX;
    }
    if (row->watch < 0)
        return;
    int descriptor = row->watch;
    uint32_t at;
    fz_tree_set_watch(&scanner->tree, folder, -1);
    watch->watched--;
    /* Roots that overlap share a watch. One that went with its folder gives EINVAL, which is as well. */
    if (fz_tree_watched_first(&scanner->tree, descriptor, &at) == FZ_TREE_NONE)
        inotify_rm_watch(watch->fd, descriptor);
}

static void lose_watch(struct fz_scanner *scanner, uint32_t folder)
{
    fz_tree_set_watch(&scanner->tree, folder, -1);
    scanner->watch.watched--;
}

/* The second half of a rename within one folder; they follow one another (inotify(7)). */
static const struct inotify_event *other_half(const struct inotify_event *event, const char *end)
{
    const struct inotify_event *next =
        (const struct inotify_event *)(const void *)((const char *)(event + 1) + event->len);
    bool is_half = (event->mask & (IN_MOVED_FROM | IN_ISDIR)) == IN_MOVED_FROM && (const char *)next < end &&
                   next->mask & IN_MOVED_TO && next->cookie == event->cookie && next->wd == event->wd;
    return is_half ? next : NULL;
}

static void tell(struct fz_scanner *scanner, const struct inotify_event *event,
                 const struct inotify_event *renamed)
{
    struct fz_watch *watch = &scanner->watch;
    uint32_t at, folder = fz_tree_watched_first(&scanner->tree, event->wd, &at);
    watch->told_count = 0;
    for (; folder != FZ_TREE_NONE; folder = fz_tree_watched_next(&scanner->tree, event->wd, &at)) {
        watch->told = fz_grow(watch->told, &watch->told_capacity, watch->told_count + 1, sizeof *watch->told);
        watch->told[watch->told_count++] = fz_tree_refer(&scanner->tree, folder);
    }
    for (size_t i = 0; i < watch->told_count; i++) {
        folder = fz_tree_resolve(&scanner->tree, watch->told[i]);
        if (folder == FZ_TREE_NONE)
            continue;
        fz_scanner_turn_to_folder(scanner, folder);
        if (event->mask & IN_IGNORED)
            lose_watch(scanner, folder);
        else if (renamed)
            fz_news_renamed(scanner, folder, event->name, renamed->name);
        else
            fz_news_take(scanner, folder, event->mask, event->len > 0 ? event->name : "");
    }
}

/* The last one read, of which the second half may be yet to come: nothing says that both are there at once. */
static bool may_follow(const struct inotify_event *event, const char *end)
{
    return (event->mask & (IN_MOVED_FROM | IN_ISDIR)) == IN_MOVED_FROM &&
           (const char *)(event + 1) + event->len == end;
}

/* Takes the events between; returns the first that it left. */
static char *take_events(struct fz_scanner *scanner, char *p, const char *end, bool patient)
{
    while (p < end) {
        const struct inotify_event *event = (const struct inotify_event *)(void *)p;
        const struct inotify_event *renamed = other_half(event, end);
        if (patient && !renamed && may_follow(event, end))
            break;
        p += sizeof *event + event->len + (renamed ? sizeof *renamed + renamed->len : 0);
        if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_Q_OVERFLOW))
            fz_route_take(scanner, false); /* the way to a root may have led through it */
        if (event->mask & IN_Q_OVERFLOW)
            fz_news_missed(scanner);
        else
            tell(scanner, event, renamed);
    }
    return p;
}

void fz_watch_take(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    char buffer[EVENT_BYTES] __attribute__((aligned(__alignof__(struct inotify_event))));
    struct pollfd more = {.fd = scanner->watch.fd, .events = POLLIN};
    size_t left = 0;
    for (int i = 0; (i < READS_AT_ONCE || left > 0) && !fz_scanner_stops(scanner); i++) {
        ssize_t n = read(more.fd, buffer + left, sizeof buffer - left);
        if (n <= 0 && left == 0)
            return;
        char *end = buffer + left + (n > 0 ? n : 0);
        char *next = take_events(scanner, buffer, end, n > 0);
        left = (size_t)(end - next);
        memmove(buffer, next, left);
        if (left > 0)
            poll(&more, 1, HALF_MS);
    }
}

int64_t fz_watch_due_us(const struct fz_watch *watch)
{
    return watch->poll_due_us;
}

/* What fails again and again, less and less often. */
static bool is_tried_again(const struct fz_watch *watch, const struct fz_tree_folder *folder)
{
    const unsigned doublings = folder->failures < MOST_DOUBLINGS ? folder->failures : MOST_DOUBLINGS;
    return folder->failures > 0 && watch->polls % (1U << doublings) == 0;
}

void fz_watch_poll(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    int64_t start = fz_now_us();
    scanner->watch.polls++;
    for (uint32_t row = 0; row < scanner->tree.used && !fz_scanner_stops(scanner); row++) {
        const struct fz_tree_folder *folder = &scanner->tree.folders[row];
        if (folder->name == FZ_TREE_FREE || !folder->polled)
            continue;
        char *path = fz_tree_path(&scanner->tree, row);
        struct stat st;
        fz_scanner_turn_to_folder(scanner, row);
        bool here = stat(path, &st) == 0;
        free(path);
        if (is_tried_again(&scanner->watch, folder) ||
            (folder->failures == 0 &&
             (!here || folder->uncertain || folder->mtime_ns != fz_tree_mtime_ns(&st))))
            fz_news_recheck(scanner, row);
    }
    int64_t took = (fz_now_us() - start) * POLL_SHARE;
    scanner->watch.poll_due_us =
        scanner->watch.polled ? fz_now_us() + (took > POLL_US ? took : POLL_US) : INT64_MAX;
}
