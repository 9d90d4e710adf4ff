#include "decode/pages.h"

#include "base/clock.h"
#include "image/format.h"
#include "sync/thread.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    STATES = 4096,            /* of pages, looked at by one call */
    MAPPED_BYTES = 256 << 20, /* at once: a program of 32 bits has no room for all of a long file */
    SLOW_FILES =
        4, /* have to begin quickly before a disk that was slow counts as quick: some lie next to the one before */
};

static atomic_int slow; /* the disk is, for so many files more that begin quickly */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Whether all of these pages are in memory, of a file mapped from there on. */
static bool are_resident(char *map, size_t pages, size_t page)
{
    unsigned char states[STATES];
    size_t count;
    for (size_t from = 0; from < pages; from += count) {
        count = pages - from < STATES ? pages - from : STATES;
        if (mincore(map + from * page, count * page, states) != 0)
            return true;
        for (size_t i = 0; i < count; i++)
            if (!(states[i] & 1))
                return false;
    }
    return true;
}

/* mincore(2), because preadv2(2) can ask for what is in memory alone in some file systems only, none of those of cards and sticks, and
 * begins to read what is not. All of it, for some programs read but the end of a file. */
bool fz_pages_are_there(int fd, uint64_t at, uint64_t bytes)
{
    FZ_NOT_MAIN();
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const uint64_t end = at + bytes;
    bool there = true;
    for (uint64_t from = at - at % page; there && from < end; from += MAPPED_BYTES) {
        const size_t pages = (size_t)(least(end - from, MAPPED_BYTES) + page - 1) / page;
        char *map = mmap(NULL, pages * page, PROT_READ, MAP_SHARED, fd, (off_t)from);
        if (map == MAP_FAILED)
            return true;
        there = are_resident(map, pages, page);
        munmap(map, pages * page);
    }
    return there;
}

static bool has_head(int fd, uint64_t bytes)
{
    return fz_pages_are_there(fd, 0, least(bytes, FZ_FORMAT_HEAD_BYTES));
}

uint64_t fz_pages_worth(int fd, uint64_t bytes)
{
    if (fz_pages_are_there(fd, 0, bytes))
        return 0;
    struct fz_image_head head = {0};
    uint64_t worth = bytes;
    if (bytes > FZ_IMAGE_PART_AHEAD_BYTES && has_head(fd, bytes) &&
        fz_image_read_head(fd, &head, NULL) == FZ_OK)
        worth = least(bytes, fz_image_bytes_ahead(&head));
    fz_image_head_fini(&head);
    return worth < bytes && fz_pages_are_there(fd, 0, worth) ? 0 : worth;
}

bool fz_pages_disk_is_slow(void)
{
    return atomic_load(&slow) > 0;
}

bool fz_pages_judge_disk(int64_t took_us, bool begins)
{
    int before = atomic_load(&slow);
    if (took_us >= FZ_PAGES_QUICK_US)
        atomic_store(&slow, SLOW_FILES);
    else if (begins && before > 0)
        atomic_compare_exchange_strong(&slow, &before, before - 1); /* or another file shows it */
    return !fz_pages_disk_is_slow();
}

bool fz_pages_read_head(int fd, uint64_t bytes, struct fz_image_head *head)
{
    uint64_t ahead = least(bytes, FZ_IMAGE_AHEAD_BYTES);
    bool has_all = fz_pages_are_there(fd, 0, ahead), had_head = has_all || has_head(fd, bytes);
    int64_t began_us = fz_now_us();
    fz_image_read_head(fd, head, NULL);
    bool is_quick = !had_head && fz_pages_judge_disk(fz_now_us() - began_us, true);
    return has_all || is_quick || fz_pages_are_there(fd, 0, least(ahead, fz_image_bytes_ahead(head)));
}
