#include "decode/ring.h"

#include "base/mem.h"
#include "decode/job.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct fz_ring {
    uint32_t slots;    /* immutable */
    int fd;            /* immutable */
    uint8_t *memory;   /* immutable */
    atomic_int owners; /* the worker, and each surface */
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
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

struct fz_ring *fz_ring_new(uint32_t slots)
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
    ring->fd = fd;
    ring->memory = memory;
    atomic_store(&ring->owners, 1);
    return ring;
}

void fz_ring_free(struct fz_ring *ring)
{
    if (!ring || atomic_fetch_sub(&ring->owners, 1) > 1)
        return;
    munmap(ring->memory, fz_ring_bytes(ring->slots));
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

void fz_ring_put_back(struct fz_ring *ring, const struct fz_ring_room *room)
{
    for (uint32_t i = 0; i < room->count; i++)
        atomic_store(&ring->taken[room->slot + i], false);
}

/* The lowest free ones: what was written to before has its pages. */
struct fz_ring_room fz_ring_take(struct fz_ring *ring, uint64_t bytes)
{
    uint64_t count = (bytes + FZ_RING_SLOT_BYTES - 1) / FZ_RING_SLOT_BYTES;
    struct fz_ring_room room = {0};
    for (uint32_t i = 0; i < ring->slots && room.count < count; i++) {
        if (!atomic_exchange(&ring->taken[i], true)) {
            room.count++;
        } else {
            fz_ring_put_back(ring, &room);
            room = (struct fz_ring_room){.slot = i + 1};
        }
    }
    if (room.count < count) {
        fz_ring_put_back(ring, &room);
        room.count = 0;
    }
    return room;
}

static void release(struct fz_surface_owner *of)
{
    struct owner *owner = FZ_CONTAINER(of, struct owner, of);
    if (owner->ring) {
        fz_ring_put_back(owner->ring, &owner->room);
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

SDL_Surface *fz_ring_surface(struct fz_ring *ring, const struct fz_ring_room *room, int width, int height)
{
    struct owner owner = {.ring = ring, .room = *room, .pixels = ring->memory + fz_ring_slot_at(room->slot)};
    SDL_Surface *surface = surface_over(width, height, &owner);
    if (surface)
        atomic_fetch_add(&ring->owners, 1);
    else
        fz_ring_put_back(ring, room);
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

void fz_ring_trim(struct fz_ring *ring)
{
    fallocate(ring->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FZ_RING_HEADER_BYTES,
              FZ_RING_INPUT_BYTES);
    for (uint32_t i = 0; i < ring->slots; i++) {
        if (atomic_exchange(&ring->taken[i], true))
            continue;
        fallocate(ring->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)fz_ring_slot_at(i),
                  FZ_RING_SLOT_BYTES);
        atomic_store(&ring->taken[i], false);
    }
}

uint8_t *fz_ring_back_map(int fd, uint32_t slots)
{
    struct stat st;
    uint64_t bytes = fz_ring_bytes(slots);
    if (fstat(fd, &st) != 0 || (uint64_t)st.st_size != bytes)
        return NULL;
    return map(fd, bytes);
}
