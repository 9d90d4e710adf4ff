/* Memory that a worker shares with its decoder process: what goes in (bytes that were read already), and slots that pixels come
 * back in, used again and again because fresh memory costs more than a small decode. A file in memory whose size is sealed: the
 * decoder can write nonsense into it, and nothing worse. Its pages come into being when they are written to first. Of what is not in
 * use those stay that are set aside for it (keep.h), the beginning of the input and the first slots; the others go back to
 * the system at once. What is in use is a surface on its way, which has its place in the account.
 *
 * Pixels that take more than a few slots find no pages there, and both sides would have to map new ones, which costs 15 us for each
 * where pages of a guest are shadowed. They are moved: the decoder writes them to the file that the memory is, the worker reads
 * them into memory of its own, for 3 us a page. */
#ifndef FZ_DECODE_RING_H
#define FZ_DECODE_RING_H

#include "decode/keep.h"
#include "image/image.h"
#include "process/sandbox.h"

#include <SDL_surface.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FZ_RING_HEADER_BYTES = 4096,
    FZ_RING_INPUT_BYTES = 2 << 20, /* the head of a file and a tile of the cache */
    FZ_RING_SLOT_BYTES = 64 << 10, /* a thumbnail takes one or two, a tile of a dense display sixteen */
    FZ_RING_MOST_SLOTS = 128,
    FZ_RING_SHARED_BYTES = 1 << 20, /* pixels that take more are moved, */
    FZ_RING_MOVED_BYTES = 2 << 20,  /* so much at a time: what was moved goes back before more is */
};

/* At the start of the memory; both sides. */
struct fz_ring_header {
    atomic_uint_least32_t cancelled; /* the call that nobody wants any more; written by the worker */
    atomic_uint_least32_t rows_of;   /* the call whose `rows` these are; by the worker, after them */
    struct fz_image_index rows;
    struct fz_sandbox_told told; /* written by the decoder */
};

struct fz_ring;

/* A worker. NULL where the system gives no such memory. Of `keep` its part is copied. */
struct fz_ring *fz_ring_new(uint32_t slots, const struct fz_keep *keep);

/* A worker. The worker's share; the memory goes with the last surface over it. NULL-safe. */
void fz_ring_free(struct fz_ring *ring);

/* A worker. The descriptor that the decoder is given; the ring's. */
int fz_ring_fd(const struct fz_ring *ring);
struct fz_ring_header *fz_ring_header(struct fz_ring *ring);
uint8_t *fz_ring_input(struct fz_ring *ring);

/* A worker. Nobody reads the first `bytes` of the input any more, and behind them nothing was written. */
void fz_ring_leave_input(struct fz_ring *ring, size_t bytes);

/* Slots that lie one behind the other; none: count 0. */
struct fz_ring_room {
    uint32_t slot, count;
};

/* A worker. Takes free slots that hold so many bytes together, or none. They are the caller's until they become a surface or are
 * put back; `unused`: nothing was written to them. */
struct fz_ring_room fz_ring_take(struct fz_ring *ring, uint64_t bytes);
void fz_ring_put_back(struct fz_ring *ring, const struct fz_ring_room *room);
void fz_ring_put_back_unused(struct fz_ring *ring, const struct fz_ring_room *room);

/* A worker. A surface of what stands in slots that were taken, ARGB8888, which fits into them. It lies over them, and fz_surface_free
 * gives them back, on any thread; or it was moved, and they are back. NULL: no memory, and they are back. */
SDL_Surface *fz_ring_surface(struct fz_ring *ring, const struct fz_ring_room *room, int width, int height);

/* A worker. Gives the pages of all that is not in use back to the system, and of what comes back before slots are taken again. */
void fz_ring_trim(struct fz_ring *ring);

/* A worker. What it keeps, in bytes: pages that were written to and stay when nobody uses them. */
size_t fz_ring_kept(const struct fz_ring *ring);

/* --- a picture that no slots hold ------------------------------------------------------------------------------- */

/* A worker. A sealed memory file for one picture, and the surface over it (NULL: no memory); *fd is the caller's to close. */
SDL_Surface *fz_ring_surface_alone(int width, int height, int *fd);

/* --- the decoder's side ------------------------------------------------------------------------------------------- */

/* The decoder process. All of the memory behind fd, mapped; NULL where it is not a ring of so many slots. */
uint8_t *fz_ring_back_map(int fd, uint32_t slots);

/* The decoder process. Moves pixels to their slots, from `at` on; from then on `pixels`, a block, holds nothing. False: no memory. */
bool fz_ring_back_move(int fd, uint64_t at, uint8_t *pixels, size_t bytes);

/* Both sides. Where a slot begins, and the bytes of all. */
uint64_t fz_ring_slot_at(uint32_t slot);
uint64_t fz_ring_bytes(uint32_t slots);

#endif
