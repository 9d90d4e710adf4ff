#include "decode/ring.h"

#include "base/io.h"
#include "base/mem.h"
#include "decode/job.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct fz_ring_header) <= FZ_RING_HEADER_BYTES, "the input stands behind it");

struct fz_ring {
    uint32_t slots;      /* immutable */
    uint32_t kept_slots; /* immutable: the first ones, whose pages stay */
    size_t kept_input;   /* immutable, bytes: the same of the input */
    int fd;              /* immutable */
    uint8_t *memory;     /* immutable */
    uint32_t used_slots; /* the worker's: of those that are kept, how many have pages, */
    size_t used_input;   /* and how many bytes of the input */
    atomic_bool rests;   /* nothing is kept, until slots are taken again */
    atomic_int owners;   /* the worker, and each surface */
    atomic_bool taken[FZ_RING_MOST_SLOTS];
};

/* What a surface lies over: slots of a ring, or memory of its own. */
struct owner {
    struct fz_surface_owner of;
    struct fz_ring *ring; /* NULL: its own */
    struct fz_ring_room room;
    void *pixels;
    size_t bytes;
};

uint64_t fz_ring_slot_at(uint32_t slot)
{
    return FZ_RING_HEADER_BYTES + FZ_RING_INPUT_BYTES + (uint64_t)slot * FZ_RING_SLOT_BYTES;
}

uint64_t fz_ring_bytes(uint32_t slots)
{
    return fz_ring_slot_at(slots);
}

/* Nobody can make it smaller, which would be a SIGBUS for whoever reads it, nor write more into it than it has room for. */
static int sealed_file(uint64_t bytes)
{
    int fd = memfd_create("frieze pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && ftruncate(fd, (off_t)bytes) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static uint8_t *map(int fd, uint64_t bytes)
{
    void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

struct fz_ring *fz_ring_new(uint32_t slots, const struct fz_keep *keep)
{
    int fd = sealed_file(fz_ring_bytes(slots));
    uint8_t *memory = fd >= 0 ? map(fd, fz_ring_bytes(slots)) : NULL;
    if (!memory) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct fz_ring *ring = fz_calloc(1, sizeof *ring);
    ring->slots = slots;
    ring->kept_slots = keep->slots < slots ? keep->slots : slots;
    ring->kept_input = keep->input_bytes < FZ_RING_INPUT_BYTES ? keep->input_bytes : FZ_RING_INPUT_BYTES;
    ring->fd = fd;
    ring->memory = memory;
    atomic_store(&ring->owners, 1);
    return ring;
}

void fz_ring_free(struct fz_ring *ring)
{
    if (!ring || atomic_fetch_sub(&ring->owners, 1) > 1)
        return;
    munmap(ring->memory, (size_t)fz_ring_bytes(ring->slots));
    close(ring->fd);
    free(ring);
}

int fz_ring_fd(const struct fz_ring *ring)
{
    return ring->fd;
}

struct fz_ring_header *fz_ring_header(struct fz_ring *ring)
{
    return (struct fz_ring_header *)(void *)ring->memory;
}

uint8_t *fz_ring_input(struct fz_ring *ring)
{
    return ring->memory + FZ_RING_HEADER_BYTES;
}

/* Any thread. Where the system refuses, the pages stay until the ring goes. */
static void punch(const struct fz_ring *ring, uint64_t from, uint64_t to)
{
    if (to > from)
        fallocate(ring->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)(to - from));
}

void fz_ring_leave_input(struct fz_ring *ring, size_t bytes)
{
    punch(ring, FZ_RING_HEADER_BYTES + ring->kept_input, FZ_RING_HEADER_BYTES + (uint64_t)bytes);
    size_t pages = bytes > 0 ? (bytes + FZ_KEEP_PAGE_BYTES - 1) / FZ_KEEP_PAGE_BYTES
                             : 1; /* an answer stands in the first */
    size_t used =
        pages * FZ_KEEP_PAGE_BYTES < ring->kept_input ? pages * FZ_KEEP_PAGE_BYTES : ring->kept_input;
    ring->used_input = used > ring->used_input ? used : ring->used_input;
}

/* Any thread. Pages go before their slots are free: whoever takes these next writes to them. */
static void give_back(struct fz_ring *ring, const struct fz_ring_room *room)
{
    uint32_t end = room->slot + room->count, kept = atomic_load(&ring->rests) ? 0 : ring->kept_slots;
    punch(ring, fz_ring_slot_at(room->slot > kept ? room->slot : kept), fz_ring_slot_at(end));
    for (uint32_t i = room->slot; i < end; i++)
        atomic_store(&ring->taken[i], false);
}

static void note_used(struct fz_ring *ring, const struct fz_ring_room *room)
{
    uint32_t end = room->slot + room->count, used = end < ring->kept_slots ? end : ring->kept_slots;
    ring->used_slots = used > ring->used_slots ? used : ring->used_slots;
}

void fz_ring_put_back(struct fz_ring *ring, const struct fz_ring_room *room)
{
    note_used(ring, room);
    give_back(ring, room);
}

void fz_ring_put_back_unused(struct fz_ring *ring, const struct fz_ring_room *room)
{
    for (uint32_t i = 0; i < room->count; i++)
        atomic_store(&ring->taken[room->slot + i], false);
}

/* The lowest free ones: what was written to before has its pages. */
struct fz_ring_room fz_ring_take(struct fz_ring *ring, uint64_t bytes)
{
    uint64_t count = (bytes + FZ_RING_SLOT_BYTES - 1) / FZ_RING_SLOT_BYTES;
    struct fz_ring_room room = {0};
    atomic_store(&ring->rests, false);
    for (uint32_t i = 0; i < ring->slots && room.count < count; i++) {
        if (!atomic_exchange(&ring->taken[i], true)) {
            room.count++;
        } else {
            fz_ring_put_back_unused(ring, &room);
            room = (struct fz_ring_room){.slot = i + 1};
        }
    }
    if (room.count < count) {
        fz_ring_put_back_unused(ring, &room);
        room.count = 0;
    }
    return room;
}

static void release(struct fz_surface_owner *of)
{
    struct owner *owner = FZ_CONTAINER(of, struct owner, of);
    if (owner->ring) {
        give_back(owner->ring, &owner->room);
        fz_ring_free(owner->ring);
    } else {
        munmap(owner->pixels, owner->bytes);
    }
    free(owner);
}

static SDL_Surface *surface_over(int width, int height, const struct owner *of)
{
    SDL_Surface *surface = fz_surface_over(of->pixels, width, height);
    if (!surface)
        return NULL;
    struct owner *owner = fz_malloc(sizeof *owner);
    *owner = *of;
    owner->of.release = release;
    surface->userdata = &owner->of;
    return surface;
}

/* Reads it, and what is not kept of it goes back before more takes memory. */
static bool move_out(const struct fz_ring *ring, uint64_t from, uint8_t *pixels, size_t bytes)
{
    uint64_t kept = fz_ring_slot_at(ring->kept_slots), end = from + bytes;
    for (uint64_t at = from; at < end;) {
        size_t step = end - at < FZ_RING_MOVED_BYTES ? (size_t)(end - at) : FZ_RING_MOVED_BYTES, got;
        fz_mem_populate(pixels, step);
        if (!fz_pread_full(ring->fd, pixels, step, (off_t)at, &got) || got < step)
            return false;
        punch(ring, at > kept ? at : kept, at + step);
        at += step;
        pixels += step;
    }
    return true;
}

static SDL_Surface *moved(const struct fz_ring *ring, const struct fz_ring_room *room, int width, int height)
{
    size_t bytes = (size_t)width * (size_t)height * 4;
    uint8_t *pixels = fz_try_block(bytes);
    bool whole = pixels && move_out(ring, fz_ring_slot_at(room->slot), pixels, bytes);
    SDL_Surface *surface = whole ? fz_surface_over(pixels, width, height) : NULL;
    if (!surface)
        fz_block_free(pixels);
    return surface;
}

SDL_Surface *fz_ring_surface(struct fz_ring *ring, const struct fz_ring_room *room, int width, int height)
{
    struct owner owner = {.ring = ring, .room = *room, .pixels = ring->memory + fz_ring_slot_at(room->slot)};
    bool is_shared = (uint64_t)width * (uint64_t)height * 4 <= FZ_RING_SHARED_BYTES;
    SDL_Surface *surface = is_shared ? surface_over(width, height, &owner) : moved(ring, room, width, height);
    note_used(ring, room);
    if (is_shared && surface)
        atomic_fetch_add(&ring->owners, 1);
    else
        give_back(ring, room);
    return surface;
}

SDL_Surface *fz_ring_surface_alone(int width, int height, int *fd)
{
    size_t bytes = (size_t)width * (size_t)height * 4;
    *fd = sealed_file(bytes);
    uint8_t *pixels = *fd >= 0 ? map(*fd, bytes) : NULL;
    SDL_Surface *surface =
        pixels ? surface_over(width, height, &(struct owner){.pixels = pixels, .bytes = bytes}) : NULL;
    if (surface)
        return surface;
    if (pixels)
        munmap(pixels, bytes);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return NULL;
}

/* All that is free, not only what was noted: a decoder that was taken over writes where it likes. */
void fz_ring_trim(struct fz_ring *ring)
{
    atomic_store(&ring->rests, true); /* before: what comes back meanwhile goes, too */
    punch(ring, FZ_RING_HEADER_BYTES, FZ_RING_HEADER_BYTES + FZ_RING_INPUT_BYTES);
    ring->used_input = ring->used_slots = 0;
    for (uint32_t i = 0; i < ring->slots; i++) {
        struct fz_ring_room room = {.slot = i};
        while (i < ring->slots && !atomic_exchange(&ring->taken[i], true)) {
            room.count++;
            i++;
        }
        punch(ring, fz_ring_slot_at(room.slot), fz_ring_slot_at(room.slot + room.count));
        fz_ring_put_back_unused(ring, &room);
        if (i < ring->kept_slots)
            ring->used_slots = i + 1; /* of which this one may be kept again */
    }
}

size_t fz_ring_kept(const struct fz_ring *ring)
{
    size_t slots = atomic_load(&ring->rests) ? 0 : ring->used_slots;
    return FZ_RING_HEADER_BYTES + ring->used_input + slots * FZ_RING_SLOT_BYTES;
}

uint8_t *fz_ring_back_map(int fd, uint32_t slots)
{
    struct stat st;
    uint64_t bytes = fz_ring_bytes(slots);
    if (fstat(fd, &st) != 0 || (uint64_t)st.st_size != bytes)
        return NULL;
    return map(fd, bytes);
}

bool fz_ring_back_move(int fd, uint64_t at, uint8_t *pixels, size_t bytes)
{
    for (size_t from = 0, step; from < bytes; from += step) {
        step = bytes - from < FZ_RING_MOVED_BYTES ? bytes - from : FZ_RING_MOVED_BYTES;
        if (!fz_pwrite_full(fd, pixels + from, step, (off_t)(at + from)))
            return false;
        if (step == FZ_RING_MOVED_BYTES)
            (void)!madvise(pixels + from, step, MADV_DONTNEED);
    }
    return true;
}
