#include "decode/pages.h"

#include "base/clock.h"
#include "image/format.h"
#include "sync/thread.h"

#include <sys/mman.h>
#include <unistd.h>

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* mincore(2), because preadv2(2) can ask for what is in memory alone in some file systems only, none of those of cards and sticks, and
 * begins to read what is not. */
bool fz_pages_are_there(int fd, uint64_t at, uint64_t bytes)
{
    FZ_NOT_MAIN();
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (bytes == 0)
        return true;
    uint64_t last = at + bytes - 1;
    unsigned char state = 0;
    void *map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, (off_t)(last - last % page));
    bool known = map != MAP_FAILED && mincore(map, page, &state) == 0;
    if (map != MAP_FAILED)
        munmap(map, page);
    return !known || state & 1;
}

uint64_t fz_pages_worth(int fd, uint64_t bytes)
{
    struct fz_image_head head = {0};
    if (bytes > FZ_IMAGE_PART_AHEAD_BYTES && fz_image_read_head(fd, &head, NULL) == FZ_OK)
        bytes = least(bytes, fz_image_bytes_ahead(&head));
    fz_image_head_fini(&head);
    return fz_pages_are_there(fd, 0, bytes) ? 0 : bytes;
}

bool fz_pages_read_head(int fd, uint64_t bytes, struct fz_image_head *head)
{
    uint64_t ahead = least(bytes, FZ_IMAGE_AHEAD_BYTES);
    bool has_all = fz_pages_are_there(fd, 0, ahead);
    bool has_head = has_all || fz_pages_are_there(fd, 0, least(bytes, FZ_FORMAT_HEAD_BYTES));
    int64_t began_us = fz_now_us();
    fz_image_read_head(fd, head, NULL);
    bool is_quick = !has_head && fz_now_us() - began_us < FZ_PAGES_QUICK_US;
    return has_all || is_quick || fz_pages_are_there(fd, 0, least(ahead, fz_image_bytes_ahead(head)));
}
