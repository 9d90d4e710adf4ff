#include "base/slab.h"

#include "base/mem.h"
#include "base/sanitized.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 4096, ALIGNMENT = 16 }; /* a page, whose address is that of the block */

struct fz_slab_block {
    struct fz_slab_block *next, *before; /* in with_room */
    void *spare;                         /* given back; each begins with the next one */
    size_t taken, untouched;             /* objects; places behind all that were ever taken */
};

enum { HEAD_BYTES = (sizeof(struct fz_slab_block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT };

static size_t stride(const struct fz_slab *slab)
{
    return (slab->bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t places(const struct fz_slab *slab)
{
    return (BLOCK_BYTES - HEAD_BYTES) / stride(slab);
}

static void link_first(struct fz_slab *slab, struct fz_slab_block *block)
{
    block->before = NULL;
    block->next = slab->with_room;
    if (block->next)
        block->next->before = block;
    slab->with_room = block;
}

static void unlink_block(struct fz_slab *slab, struct fz_slab_block *block)
{
    *(block->before ? &block->before->next : &slab->with_room) = block->next;
    if (block->next)
        block->next->before = block->before;
}

static struct fz_slab_block *make_block(struct fz_slab *slab)
{
    struct fz_slab_block *block = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);
    if (!block)
        fz_out_of_memory();
    *block = (struct fz_slab_block){.untouched = places(slab)};
    slab->block_count++;
    link_first(slab, block);
    return block;
}

static void *place_in(const struct fz_slab *slab, struct fz_slab_block *block)
{
    void *object = block->spare;
    if (object)
        memcpy(&block->spare, object, sizeof block->spare);
    else
        object = (char *)block + HEAD_BYTES + (places(slab) - block->untouched--) * stride(slab);
    return memset(object, 0, slab->bytes);
}

void *fz_slab_take(struct fz_slab *slab)
{
    if (FZ_SANITIZED) /* which tells of what is used once it was given back */
        return fz_calloc(1, slab->bytes);
    struct fz_slab_block *block = slab->with_room ? slab->with_room : make_block(slab);
    void *object = place_in(slab, block);
    if (++block->taken == places(slab))
        unlink_block(slab, block);
    return object;
}

void fz_slab_give(struct fz_slab *slab, void *object)
{
    if (FZ_SANITIZED || !object) {
        free(object);
        return;
    }
    struct fz_slab_block *block = (struct fz_slab_block *)((char *)object - (uintptr_t)object % BLOCK_BYTES);
    memcpy(object, &block->spare, sizeof block->spare);
    block->spare = object;
    if (block->taken-- == places(slab))
        link_first(slab, block);
    if (block->taken > 0 || (slab->with_room == block && !block->next))
        return;
    unlink_block(slab, block);
    slab->block_count--;
    free(block);
}

void fz_slab_fini(struct fz_slab *slab)
{
    free(slab->with_room);
    slab->with_room = NULL;
    slab->block_count = 0;
}
