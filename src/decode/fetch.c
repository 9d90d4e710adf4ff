#include "decode/fetch.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/pulse.h"
#include "decode/congestion.h"
#include "decode/pages.h"
#include "sync/monitor.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    IDLE_MS = 200, /* after which a fetcher ends */
    HEAR_MS = 500,
    BIN_BYTES = 4096,
};

/* Who waits for a file. */
struct user {
    unsigned rank;
    struct user *following;
};

/* A file that is being read, once for all who want the same. Under the lock, but for what is immutable. */
struct fetch {
    struct link *link;     /* immutable */
    int from, to;          /* immutable, owned; to -1: there is no copy, */
    bool pages;            /* immutable: because it goes to the page cache, */
    bool judged, is_quick; /* whose disk has shown how quick it is */
    struct stat of;        /* immutable */
    uint64_t asked, block; /* immutable: bytes */
    struct user *users;    /* none: it is given up */
    uint64_t next, bytes;  /* the next block to read; where they end: sooner, once the file turns out to */
    unsigned reading, arrived; /* blocks */
    int sys;                   /* why a block could not be read */
    struct fetch *following;
};

/* Those that are read for the same: copies, mostly of a share, or the page cache of disks. What one of the two is like says nothing of the other,
 * and neither waits for the other. Of the process, as the share is one. */
static struct link {
    struct fz_monitor monitor; /* the lock */
    struct fetch *first;       /* under the lock, as what follows */
    int threads, idle;
    int reading; /* blocks, of all files */
    struct fz_congestion congestion;
    unsigned arrived; /* blocks, of all files */
} copies = {.congestion = {.window = 1, .block = FZ_BLOCK_LEAST_BYTES}},
  disks = {.congestion = {.window = 1, .block = FZ_BLOCK_LEAST_BYTES}};
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_links(void)
{
    fz_monitor_init(&copies.monitor);
    fz_monitor_init(&disks.monitor);
}

/* ---- Under the lock ---------------------------------------------------------------------------------------------- */

static unsigned rank_of(const struct fetch *fetch)
{
    unsigned rank = FZ_FETCH_NOT;
    for (const struct user *user = fetch->users; user; user = user->following)
        rank = user->rank < rank ? user->rank : rank;
    return rank;
}

/* The most urgent one that has blocks left; of equals the one that began first. */
static struct fetch *next_fetch(const struct link *link)
{
    struct fetch *best = NULL;
    for (struct fetch *fetch = link->first; fetch; fetch = fetch->following)
        if (fetch->next < fetch->bytes && (!best || rank_of(fetch) < rank_of(best)))
            best = fetch;
    return best;
}

static uint64_t block_now(const struct fetch *fetch)
{
    return fetch->block < fetch->link->congestion.block ? fetch->block : fetch->link->congestion.block;
}

/* Straight into the memory of the copy, for which there is room. Gives how many came; `sys`: why not all of them, or 0. */
static uint64_t read_into(const struct fetch *fetch, uint64_t at, size_t wanted, int *sys)
{
    size_t got = 0;
    ssize_t n = 1;
    char *copy = mmap(NULL, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, fetch->to, (off_t)at);
    *sys = copy == MAP_FAILED ? ENOMEM : 0;
    if (copy == MAP_FAILED)
        return 0;
    while (got < wanted && n != 0 && *sys == 0) {
        n = pread(fetch->from, copy + got, wanted - got, (off_t)(at + got));
        got += n > 0 ? (size_t)n : 0;
        if (n < 0 && errno != EINTR)
            *sys = errno == EFAULT ? ENOMEM : errno; /* EFAULT: no memory behind the address */
    }
    munmap(copy, wanted);
    return got;
}

/* The page cache takes all of it, and the same few bytes here. */
static uint64_t read_through(const struct fetch *fetch, uint64_t at, size_t wanted, int *sys)
{
    char bin[BIN_BYTES];
    struct iovec parts[FZ_BLOCK_LEAST_BYTES / BIN_BYTES];
    size_t got = 0;
    ssize_t n = 1;
    *sys = 0;
    while (got < wanted && n != 0 && *sys == 0) {
        int count = 0;
        for (size_t rest = wanted - got; rest > 0; rest -= parts[count++].iov_len)
            parts[count] = (struct iovec){bin, rest < BIN_BYTES ? rest : BIN_BYTES};
        n = preadv(fetch->from, parts, count, (off_t)(at + got));
        got += n > 0 ? (size_t)n : 0;
        if (n < 0 && errno != EINTR)
            *sys = errno;
    }
    return got;
}

static void end_at(struct fetch *fetch, uint64_t bytes)
{
    if (bytes < fetch->bytes)
        fetch->bytes = bytes > fetch->next ? bytes : fetch->next;
}

/* By the first block that the disk was asked for, `at` there. Where that is quick the decoder reads the rest. */
static void judge_disk(struct fetch *fetch, uint64_t at, int64_t took_us)
{
    if (fetch->judged)
        return;
    fetch->judged = true;
    fetch->is_quick = fz_pages_judge_disk(took_us, at == 0);
    if (fetch->is_quick)
        end_at(fetch, 0);
}

/* Leaves the lock while it reads. */
static void read_block(struct fetch *fetch)
{
    struct link *link = fetch->link;
    const uint64_t block = block_now(fetch), at = fetch->next;
    const size_t wanted = (size_t)(fetch->bytes - at < block ? fetch->bytes - at : block);
    int sys = 0;
    fetch->next += wanted;
    fetch->reading++;
    link->reading++;
    fz_monitor_leave(&link->monitor);
    const bool there = fetch->pages && fz_pages_are_there(fetch->from, at, wanted);
    int64_t began_us = fz_now_us();
    uint64_t got = there          ? wanted
                   : fetch->pages ? read_through(fetch, at, wanted, &sys)
                                  : read_into(fetch, at, wanted, &sys);
    int64_t took_us = fz_now_us() - began_us;
    bool tells = fetch->pages && at == 0 && got == wanted;
    uint64_t worth = tells ? fz_pages_worth(fetch->from, fetch->asked) : fetch->asked;
    fz_monitor_enter(&link->monitor);
    link->reading--;
    fetch->reading--;
    fetch->arrived++;
    link->arrived++;
    end_at(fetch, worth);
    if (fetch->pages && !there)
        judge_disk(fetch, at, took_us);
    if (got == block && !there)
        fz_congestion_learn(&link->congestion, block, fetch->block, took_us);
    if (got < wanted && at + got < fetch->bytes) {
        fetch->bytes = at + got;
        fetch->sys = sys;
    }
    fz_monitor_wake_all(&link->monitor);
}

static int fetcher_main(void *ctx)
{
    struct link *link = ctx;
    fz_monitor_enter(&link->monitor);
    for (int64_t idle_us = fz_now_us(); fz_now_us() - idle_us < IDLE_MS * INT64_C(1000);) {
        struct fetch *fetch = link->reading < link->congestion.window ? next_fetch(link) : NULL;
        if (fetch) {
            read_block(fetch);
            idle_us = fz_now_us();
            continue;
        }
        link->idle++;
        fz_monitor_wait_ms(&link->monitor, IDLE_MS);
        link->idle--;
    }
    link->threads--;
    fz_monitor_leave(&link->monitor);
    return 0;
}

/* As many as there is something to read for. Where no thread can be had, those that are there do it. */
static void call_fetchers(struct link *link)
{
    struct fz_error err;
    SDL_Thread *thread;
    uint64_t blocks = 0;
    for (const struct fetch *fetch = link->first; fetch; fetch = fetch->following)
        blocks += fetch->next < fetch->bytes ? (fetch->bytes - fetch->next) / block_now(fetch) + 1 : 0;
    while (link->threads < FZ_READS_MOST && link->threads + 1 < link->congestion.window &&
           (uint64_t)link->idle < blocks) {
        if (fz_thread_start(&thread, "frieze:fetcher", fetcher_main, link, &err) != FZ_OK)
            return;
        SDL_DetachThread(thread);
        link->threads++;
        blocks -= blocks > 0;
    }
}

static bool is_same(const struct fetch *fetch, const struct stat *of, uint64_t bytes)
{
    return fetch->of.st_dev == of->st_dev && fetch->of.st_ino == of->st_ino &&
           fetch->of.st_size == of->st_size && fetch->of.st_mtim.tv_sec == of->st_mtim.tv_sec &&
           fetch->of.st_mtim.tv_nsec == of->st_mtim.tv_nsec && fetch->asked == bytes;
}

static uint64_t block_of(const struct stat *of)
{
    uint64_t block = of->st_blksize > 0 ? (uint64_t)of->st_blksize : 0;
    block -= block % FZ_BLOCK_LEAST_BYTES; /* so all blocks begin with a page */
    return block < FZ_BLOCK_LEAST_BYTES  ? FZ_BLOCK_LEAST_BYTES
           : block > FZ_BLOCK_MOST_BYTES ? FZ_BLOCK_MOST_BYTES
                                         : block;
}

/* One that is under way, or a new one. `of`: what the share says of the file; NULL: nothing. */
static struct fetch *find_fetch(struct link *link, int file, const struct stat *of,
                                const struct fz_fetch_wish *wish)
{
    bool pages = link == &disks;
    struct fetch **end = &link->first;
    for (; *end; end = &(*end)->following)
        if (of && (*end)->users && is_same(*end, of, wish->bytes))
            return *end;
    struct fetch *fetch = fz_calloc(1, sizeof *fetch);
    *fetch = (struct fetch){.link = link,
                            .from = fcntl(file, F_DUPFD_CLOEXEC, 3),
                            .to = pages ? -1 : memfd_create("frieze-file", MFD_CLOEXEC),
                            .pages = pages,
                            .of = of ? *of : (struct stat){0},
                            .asked = wish->bytes,
                            .bytes = wish->bytes,
                            .block = of && !pages ? block_of(of) : FZ_BLOCK_LEAST_BYTES};
    if (fetch->to >= 0 && ftruncate(fetch->to, (off_t)fetch->bytes) != 0) {
        close(fetch->to);
        fetch->to = -1;
    }
    *end = fetch;
    fz_monitor_wake_all(&link->monitor);
    return fetch;
}

/* Whoever leaves last ends it, once nobody reads for it any more: true, and it is the caller's. */
static bool leave_fetch(struct fetch *fetch, const struct user *user)
{
    struct link *link = fetch->link;
    struct fetch **place = &link->first;
    struct user **at = &fetch->users;
    while (*at != user)
        at = &(*at)->following;
    *at = user->following;
    if (fetch->users)
        return false;
    fetch->bytes = 0;
    while (fetch->reading > 0)
        fz_monitor_wait(&link->monitor);
    while (*place != fetch)
        place = &(*place)->following;
    *place = fetch->following;
    return true;
}

/* What stands open for reading from the first byte on, for one user; -1 with errno. Where not all of the file was asked for,
 * there are but zeros behind. */
static int file_of(const struct fetch *fetch)
{
    char path[32];
    uint64_t whole = fetch->of.st_size > 0 ? (uint64_t)fetch->of.st_size : 0;
    uint64_t bytes = fetch->bytes == fetch->asked && whole > fetch->bytes ? whole : fetch->bytes;
    if (fetch->bytes == 0 && fetch->sys != 0) {
        errno = fetch->sys;
        return -1;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fetch->to);
    return ftruncate(fetch->to, (off_t)bytes) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

/* ---- The reader's thread ----------------------------------------------------------------------------------------- */

/* Whatever the window: so every file gets on. But for those of a disk that may have to seek between two, which come one after the other. */
static bool may_read(const struct fetch *fetch)
{
    const struct link *link = fetch->link;
    if (fetch->next >= fetch->bytes)
        return false;
    if (fetch->pages && fz_pages_disk_is_slow())
        return link->reading < link->congestion.window && next_fetch(link) == fetch;
    return fetch->reading == 0 || next_fetch(link) == fetch;
}

/* Reads with the others. False where it is not wanted any more. A disk that reads another file does not hang. */
static bool take_part(struct fetch *fetch, struct user *user, const struct fz_fetch_wish *wish)
{
    struct link *link = fetch->link;
    const unsigned *arrived = fetch->pages ? &link->arrived : &fetch->arrived;
    unsigned told = 0;
    while (user->rank != FZ_FETCH_NOT && (fetch->next < fetch->bytes || fetch->reading > 0)) {
        call_fetchers(link);
        if (may_read(fetch))
            read_block(fetch);
        else
            fz_monitor_wait_ms(&link->monitor, HEAR_MS);
        bool goes_on = *arrived != told;
        told = *arrived;
        fz_monitor_leave(&link->monitor);
        if (goes_on)
            fz_pulse_beat();
        unsigned rank = wish->hear(wish->ctx, user->rank);
        fz_monitor_enter(&link->monitor);
        user->rank = rank;
    }
    errno = ECANCELED;
    return user->rank != FZ_FETCH_NOT;
}

static void free_fetch(struct fetch *fetch)
{
    close(fetch->from);
    if (fetch->to >= 0)
        close(fetch->to);
    free(fetch);
}

/* Begins it, or joins one that is under way. What asks the share itself, which may hang, is done before the lock and after it. */
static struct fetch *join_fetch(struct link *link, int file, const struct fz_fetch_wish *wish,
                                struct user *user)
{
    FZ_NOT_MAIN();
    pthread_once(&once, init_links);
    struct stat of;
    bool known = fstat(file, &of) == 0;
    fz_pulse_beat();
    fz_monitor_enter(&link->monitor);
    struct fetch *fetch = find_fetch(link, file, known ? &of : NULL, wish);
    *user = (struct user){wish->rank, fetch->users};
    fetch->users = user;
    return fetch;
}

static void part_with(struct fetch *fetch, const struct user *user)
{
    struct link *link = fetch->link;
    bool is_last = leave_fetch(fetch, user);
    fz_monitor_leave(&link->monitor);
    if (is_last)
        free_fetch(fetch);
    fz_pulse_beat();
}

int fz_fetch(int file, const struct fz_fetch_wish *wish)
{
    struct user user;
    struct fetch *fetch = join_fetch(&copies, file, wish, &user);
    int fd = -1;
    if (fetch->from >= 0 && fetch->to >= 0 && take_part(fetch, &user, wish))
        fd = file_of(fetch);
    int sys = errno;
    part_with(fetch, &user);
    errno = sys;
    return fd;
}

enum fz_fetch_end fz_fetch_pages(int file, const struct fz_fetch_wish *wish)
{
    if (fz_pages_worth(file, wish->bytes) == 0)
        return FZ_FETCH_READ;
    struct user user;
    struct fetch *fetch = join_fetch(&disks, file, wish, &user);
    bool wanted = fetch->from < 0 || take_part(fetch, &user, wish);
    enum fz_fetch_end end = !wanted ? FZ_FETCH_UNWANTED : fetch->is_quick ? FZ_FETCH_QUICK : FZ_FETCH_READ;
    part_with(fetch, &user);
    return end;
}
