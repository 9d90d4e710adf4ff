#include "decode/keep.h"

#include "decode/ring.h"

enum {
    /* Of the working memory. A larger part would refuse larger pictures; a smaller one allocates the buffers of ordinary
     * photographs anew each time. */
    PART = 8,
    RARE_PART = 16, /* a decode by a heavy codec takes so long that fresh memory hardly counts */
    RARE_LEAST_BYTES = 16 << 10,
    HEAP_PART = 8,
    HEAP_LEAST_BYTES = 64 << 10, /* as fz_mem_set_retention has it */
    /* Half of the rest is the ring's. With few slots each small picture would fetch fresh memory; more than it takes pictures until
     * the render thread comes serve nobody. */
    RING_LEAST_BYTES = 640 << 10,
    RING_MOST_BYTES = 6 << 20,
    INPUT_PART = 8,               /* of the ring: */
    INPUT_BYTES = 256 << 10,      /* heads, tiles, thumbnails and what a copy carries are smaller */
    FREE_PART = 3,                /* of what the process has; */
    FREE_LEAST_BYTES = 128 << 10, /* less serves no picture, */
    FREE_MOST_BYTES = 5 << 18     /* and more than that no small one takes */
};

int fz_keep_workers(uint64_t working_bytes, int workers, size_t least_bytes, size_t *each_bytes)
{
    uint64_t all = working_bytes / PART, room = least_bytes > 0 ? all / least_bytes : (uint64_t)workers;
    uint64_t count = room < 1 ? 1 : room < (uint64_t)workers ? room : (uint64_t)workers;
    *each_bytes = (size_t)(all / count);
    return (int)count;
}

size_t fz_keep_rare_bytes(size_t worker_bytes)
{
    size_t bytes = worker_bytes / RARE_PART;
    return bytes > RARE_LEAST_BYTES ? bytes : RARE_LEAST_BYTES;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t heap_of(size_t bytes)
{
    size_t heap = bytes / HEAP_PART;
    if (bytes / 2 < HEAP_LEAST_BYTES)
        return 0;
    return heap > HEAP_LEAST_BYTES ? heap : HEAP_LEAST_BYTES;
}

static size_t ring_of(size_t rest)
{
    size_t ring = least(rest / 2, RING_MOST_BYTES);
    return ring < RING_LEAST_BYTES ? least(rest / 4 * 3, RING_LEAST_BYTES) : ring;
}

struct fz_keep fz_keep_divide(size_t bytes)
{
    struct fz_keep keep = {.heap_bytes = heap_of(bytes)};
    size_t rest = bytes - keep.heap_bytes, ring = ring_of(rest);
    keep.input_bytes = least(ring / INPUT_PART, INPUT_BYTES) / FZ_KEEP_PAGE_BYTES * FZ_KEEP_PAGE_BYTES;
    if (keep.input_bytes == 0)
        keep.input_bytes = FZ_KEEP_PAGE_BYTES; /* for what a decoder answers beside pixels */
    size_t shared = FZ_RING_HEADER_BYTES + keep.input_bytes;
    if (ring > shared)
        keep.slots = (uint32_t)((ring - shared) / FZ_RING_SLOT_BYTES);
    shared += keep.slots * (size_t)FZ_RING_SLOT_BYTES;
    size_t process = rest > shared ? rest - shared : 0;
    keep.free_bytes = least(process / FREE_PART, FREE_MOST_BYTES);
    if (keep.free_bytes < FREE_LEAST_BYTES)
        keep.free_bytes = 0;
    keep.scratch_bytes = process - keep.free_bytes;
    return keep;
}
