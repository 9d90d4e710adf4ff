/* Small objects of one kind, packed side by side in the order in which they are made: those that are looked at together share pages of
 * memory, where malloc would scatter them among all else. */
#ifndef FZ_BASE_SLAB_H
#define FZ_BASE_SLAB_H

#include <stddef.h>

struct fz_slab_block;

/* Zeroed but for the size of an object, 1 KB at most, at the start. One thread at a time, all of it. */
struct fz_slab {
    size_t bytes;
    struct fz_slab_block *with_room; /* blocks that have a place to give */
    size_t block_count;
};

/* Zeroed; never NULL (base/mem.h). It is the slab's until it is given back. */
void *fz_slab_take(struct fz_slab *slab);

/* Gives it back; a block goes with its last object, but for one. NULL-safe. */
void fz_slab_give(struct fz_slab *slab, void *object);

/* Once all are given back: the block that was kept goes as well. */
void fz_slab_fini(struct fz_slab *slab);

#endif
