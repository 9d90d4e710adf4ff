/* Copies of files on a share that is slow, gives less than it is asked for, is interrupted and fails in the middle: eight threads want
 * random ones of the same few files, change their minds, and are given what stands there, once read. pread(2) is the share. */
#include "stress.h"

#include "base/pulse.h"
#include "decode/fetch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 128 << 10, FILES = 5, OPENERS = 8, ALIKE_BLOCKS = 20 };

struct source {
    int fd;
    uint64_t bytes;
    uint64_t fails_at; /* with EIO; UINT64_MAX: nowhere */
};

static struct source sources[FILES];
static atomic_int reading, reading_most, reads;
static atomic_bool is_rough;
static long delay_us = 8000; /* more than what counts as quick */

ssize_t __real_pread(int fd, void *buffer, size_t bytes, off_t at);
ssize_t __wrap_pread(int fd, void *buffer, size_t bytes, off_t at);

static const struct source *find_source(int fd)
{
    struct stat a, b;
    for (int i = 0; i < FILES; i++)
        if (sources[i].bytes > 0 && fstat(fd, &a) == 0 && fstat(sources[i].fd, &b) == 0 &&
            a.st_ino == b.st_ino && a.st_dev == b.st_dev)
            return &sources[i];
    return NULL;
}

ssize_t __wrap_pread(int fd, void *buffer, size_t bytes, off_t at)
{
    static _Thread_local uint64_t random = 1;
    const struct source *source = find_source(fd);
    if (!source)
        return __real_pread(fd, buffer, bytes, at);
    int now = atomic_fetch_add(&reading, 1) + 1, most = atomic_load(&reading_most);
    while (now > most && !atomic_compare_exchange_weak(&reading_most, &most, now))
        ;
    atomic_fetch_add(&reads, 1);
    nap_us(delay_us);
    atomic_fetch_sub(&reading, 1);
    if (atomic_load(&is_rough)) {
        random ^= (uint64_t)at * 31 + (uint64_t)fd;
        if (one_in(&random, 9)) {
            errno = EINTR;
            return -1;
        }
        if (one_in(&random, 5))
            bytes = bytes / 3 + 1;
    }
    if ((uint64_t)at >= source->fails_at) {
        errno = EIO;
        return -1;
    }
    if ((uint64_t)at + bytes > source->fails_at)
        bytes = (size_t)(source->fails_at - (uint64_t)at);
    return __real_pread(fd, buffer, bytes, at);
}

static uint8_t byte_at(int number, uint64_t at)
{
    return (uint8_t)mix((uint64_t)number << 40 | at >> 3);
}

static void make_source(int number, uint64_t bytes, uint64_t fails_at)
{
    uint8_t *all = malloc((size_t)bytes);
    for (uint64_t i = 0; i < bytes; i++)
        all[i] = byte_at(number, i);
    int fd = memfd_create("source", MFD_CLOEXEC);
    if (fd < 0 || write(fd, all, (size_t)bytes) != (ssize_t)bytes)
        stress_fail("no file to copy: %s", strerror(errno));
    sources[number] = (struct source){fd, bytes, fails_at};
    free(all);
}

static void check(int number, int copy, uint64_t wanted)
{
    const struct source *source = &sources[number];
    uint64_t asked = wanted < source->bytes ? wanted : source->bytes;
    uint64_t there = asked < source->fails_at ? asked : source->fails_at;
    uint64_t length = there == asked ? source->bytes : there; /* zeros behind what was not asked for */
    struct stat st;
    if (fstat(copy, &st) != 0 || (uint64_t)st.st_size != length) {
        stress_fail("file %d: a copy of %lld bytes, %llu wanted", number, (long long)st.st_size,
                    (unsigned long long)length);
        return;
    }
    uint8_t *all = malloc((size_t)length + 1);
    bool whole = __real_pread(copy, all, (size_t)length, 0) == (ssize_t)length;
    for (uint64_t i = 0; whole && i < length; i++)
        whole = all[i] == (i < there ? byte_at(number, i) : 0);
    if (!whole)
        stress_fail("file %d: its copy of %llu bytes is another", number, (unsigned long long)wanted);
    free(all);
}

struct opener {
    uint64_t random, copies, dropped, failed;
};

static void ignore(void *ctx)
{
    (void)ctx;
}

static unsigned hear(void *ctx, unsigned rank)
{
    struct opener *opener = ctx;
    if (one_in(&opener->random, 40))
        return FZ_FETCH_NOT;
    return one_in(&opener->random, 10) ? (unsigned)(random_next(&opener->random) % 7) : rank;
}

static unsigned keep(void *ctx, unsigned rank)
{
    (void)ctx;
    return rank;
}

static int keep_copying(void *ctx)
{
    struct opener *opener = ctx;
    uint64_t wanted = opener->copies;
    struct fz_pulse pulse;
    fz_pulse_begin(&pulse, ignore, NULL);
    for (opener->copies = 0; opener->copies < wanted && !atomic_load(&stress_failed); opener->copies++) {
        int number = (int)(random_next(&opener->random) % FILES);
        uint64_t bytes = sources[number].bytes;
        if (one_in(&opener->random, 4))
            bytes = bytes / 2;
        struct fz_fetch_wish wish = {bytes, (unsigned)(random_next(&opener->random) % 7), hear, opener};
        int copy = fz_fetch(sources[number].fd, &wish);
        if (copy >= 0) {
            check(number, copy, bytes);
            close(copy);
        } else if (errno == ECANCELED) {
            opener->dropped++;
        } else if (errno == EIO && sources[number].fails_at == 0) {
            opener->failed++;
        } else {
            stress_fail("file %d: %s", number, strerror(errno));
        }
    }
    fz_pulse_end();
    return 0;
}

static int copy_alike(void *ctx)
{
    struct fz_fetch_wish wish = {sources[0].bytes, 1, keep, ctx};
    int copy = fz_fetch(sources[0].fd, &wish);
    check(0, copy, sources[0].bytes);
    close(copy);
    return 0;
}

/* Two want the same at once: each block is read once, and several at a time. */
static void run_alike(void)
{
    SDL_Thread *threads[2];
    for (int i = 0; i < 2; i++)
        threads[i] = stress_thread("opener", copy_alike, NULL);
    for (int i = 0; i < 2; i++)
        SDL_WaitThread(threads[i], NULL);
    if (atomic_load(&reads) != ALIKE_BLOCKS)
        stress_fail("%d blocks read, of %d", atomic_load(&reads), ALIKE_BLOCKS);
    if (atomic_load(&reading_most) < 4)
        stress_fail("only %d reads at once", atomic_load(&reading_most));
}

static int open_count(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    uint64_t each = stress_items(argc, argv, 1600, 400) / OPENERS + 1, seed = stress_seed();
    double start_s = now_s();
    struct opener openers[OPENERS];
    SDL_Thread *threads[OPENERS];
    uint64_t copies = 0, dropped = 0, failed = 0;
    make_source(0, ALIKE_BLOCKS * BLOCK - 17, UINT64_MAX);
    run_alike();
    make_source(1, 1, UINT64_MAX);
    make_source(2, 3 * BLOCK, UINT64_MAX);
    make_source(3, 9 * BLOCK + 1, 5 * BLOCK + 77);
    make_source(4, 4 * BLOCK, 0);
    int before = open_count();
    atomic_store(&is_rough, true);
    for (uint64_t i = 0; i < OPENERS; i++) {
        openers[i] = (struct opener){.random = seed + i * 7919, .copies = each};
        threads[i] = stress_thread("opener", keep_copying, &openers[i]);
    }
    for (int i = 0; i < OPENERS; i++) {
        SDL_WaitThread(threads[i], NULL);
        copies += openers[i].copies;
        dropped += openers[i].dropped;
        failed += openers[i].failed;
    }
    if (open_count() != before)
        stress_fail("%d descriptors before, %d after", before, open_count());
    printf("%llu copies, %llu of them dropped, %llu failed; %d reads at once\n", (unsigned long long)copies,
           (unsigned long long)dropped, (unsigned long long)failed, atomic_load(&reading_most));
    if (dropped == 0 || failed == 0)
        stress_fail("nothing was dropped, or nothing failed");
    return stress_end("fetch", copies, start_s);
}
