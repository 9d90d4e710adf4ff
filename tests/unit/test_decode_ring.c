/* Slots that lie one behind the other hold what is larger than one of them; and what is kept of a ring that nobody uses is what was
 * set aside for it. */
#include "base/mem.h"
#include "decode/job.h"
#include "decode/ring.h"
#include "fixture.h"

#include <sys/stat.h>

enum { SLOTS = 8, KEPT = 3, PAGE = 4096 };
static const struct fz_keep keep = {.input_bytes = 2 * PAGE, .slots = KEPT};
static const uint64_t SLOT = FZ_RING_SLOT_BYTES;

static struct fz_ring *new_ring(void)
{
    struct fz_ring *ring = fz_ring_new(SLOTS, &keep);
    assert_non_null(ring);
    return ring;
}

static void assert_room(struct fz_ring *ring, uint64_t bytes, uint32_t slot, uint32_t count)
{
    struct fz_ring_room room = fz_ring_take(ring, bytes);
    assert_int_equal(room.count, count);
    if (count > 0)
        assert_int_equal(room.slot, slot);
}

static void takes_as_many_as_hold_it(void **state)
{
    (void)state;
    struct fz_ring *ring = new_ring();
    assert_room(ring, 1, 0, 1);
    assert_room(ring, SLOT, 1, 1);
    assert_room(ring, SLOT + 1, 2, 2);
    assert_room(ring, 5 * SLOT, 0, 0);
    assert_room(ring, 4 * SLOT, 4, 4);
    assert_room(ring, 1, 0, 0);
    fz_ring_free(ring);
}

static void refused_room_stays_free(void **state)
{
    (void)state;
    struct fz_ring *ring = new_ring();
    assert_room(ring, (SLOTS + 1) * SLOT, 0, 0);
    assert_room(ring, SLOTS * SLOT, 0, SLOTS);
    fz_ring_free(ring);
}

static void goes_past_what_is_taken(void **state)
{
    (void)state;
    struct fz_ring *ring = new_ring();
    struct fz_ring_room first = fz_ring_take(ring, 2 * SLOT);
    assert_room(ring, SLOT, 2, 1);
    fz_ring_put_back(ring, &first);
    assert_room(ring, 3 * SLOT, 3, 3);
    assert_room(ring, 2 * SLOT, 0, 2);
    fz_ring_free(ring);
}

/* All of it is there, and is free again with the surface. */
static void surface_over_several(void **state)
{
    (void)state;
    struct fz_ring *ring = new_ring();
    struct fz_ring_room one = fz_ring_take(ring, 1), room = fz_ring_take(ring, 3 * SLOT);
    SDL_Surface *surface = fz_ring_surface(ring, &room, 128, 384);
    assert_non_null(surface);
    memset(surface->pixels, 0xab, 3 * SLOT);
    assert_room(ring, 5 * SLOT, 0, 0);
    fz_surface_free(surface);
    assert_room(ring, 7 * SLOT, 1, 7);
    fz_ring_put_back(ring, &one);
    fz_ring_free(ring);
}

/* What the system says of it. */
static uint64_t pages_in(int fd)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    return (uint64_t)st.st_blocks * 512 / PAGE;
}

/* As much as no whole number of steps moves; what is moved is a pattern that repeats nowhere near a page. */
enum { MOVED_W = 1000, MOVED_H = 1201 };
static const size_t MOVED = (size_t)MOVED_W * (size_t)MOVED_H * 4;

static void move_to(int fd, uint64_t at)
{
    uint32_t *pixels = fz_try_block(MOVED);
    assert_non_null(pixels);
    for (uint32_t i = 0; i < MOVED_W * MOVED_H; i++)
        pixels[i] = i * 2654435761u;
    assert_true(fz_ring_back_move(fd, at, (uint8_t *)pixels, MOVED));
    fz_block_free(pixels);
}

static void assert_moved(SDL_Surface *surface)
{
    assert_non_null(surface);
    assert_int_equal(surface->w, MOVED_W);
    assert_int_equal(surface->h, MOVED_H);
    const uint32_t *pixels = surface->pixels;
    for (uint32_t i = 0; i < MOVED_W * MOVED_H; i++)
        if (pixels[i] != i * 2654435761u)
            fail_msg("pixel %u of %d", i, MOVED_W * MOVED_H);
    fz_surface_free(surface);
}

/* Its slots are free before it is, and what is not kept of them has gone back. */
static void what_is_large_is_moved(void **state)
{
    (void)state;
    struct fz_ring *ring = fz_ring_new(FZ_RING_MOST_SLOTS, &keep);
    struct fz_ring_room one = fz_ring_take(ring, 1), room = fz_ring_take(ring, MOVED);
    assert_int_equal(room.slot, 1);
    move_to(fz_ring_fd(ring), fz_ring_slot_at(room.slot));
    SDL_Surface *surface = fz_ring_surface(ring, &room, MOVED_W, MOVED_H);
    assert_int_equal(pages_in(fz_ring_fd(ring)), (KEPT - 1) * SLOT / PAGE);
    assert_room(ring, MOVED, 1, room.count);
    assert_moved(surface);
    fz_ring_put_back_unused(ring, &one);
    fz_ring_free(ring);
}

/* Nothing is copied, and nothing of it stays behind. */
static void part_of_a_surface(void **state)
{
    (void)state;
    struct fz_ring *ring = new_ring();
    struct fz_ring_room room = fz_ring_take(ring, 2 * SLOT);
    SDL_Surface *surfaces[] = {fz_ring_surface(ring, &room, 128, 256), fz_surface_new(128, 256)};
    for (int i = 0; i < 2; i++) {
        uint32_t *pixels = surfaces[i]->pixels;
        fz_surface_crop(surfaces[i], 10, 20, 100, 200);
        fz_surface_crop(surfaces[i], 1, 2, 50, 60);
        assert_ptr_equal(surfaces[i]->pixels, pixels + 22 * 128 + 11);
        assert_int_equal(surfaces[i]->w, 50);
        assert_int_equal(surfaces[i]->h, 60);
        assert_int_equal(surfaces[i]->pitch, 128 * 4);
        fz_surface_free(surfaces[i]);
    }
    assert_room(ring, 8 * SLOT, 0, 8);
    fz_ring_free(ring);
}

static uint64_t pages_of(const struct fz_ring *ring)
{
    return pages_in(fz_ring_fd(ring));
}

static void write_to(struct fz_ring *ring, const struct fz_ring_room *room)
{
    memset((uint8_t *)fz_ring_header(ring) + fz_ring_slot_at(room->slot), 1, room->count * SLOT);
}

/* Of what is free the first slots, whichever came back last and how. */
static void slots_that_are_not_kept_go_back(void **state)
{
    (void)state;
    struct fz_ring *ring = new_ring();
    struct fz_ring_room one = fz_ring_take(ring, 2 * SLOT), other = fz_ring_take(ring, 4 * SLOT);
    assert_int_equal(pages_of(ring), 0);
    write_to(ring, &one);
    write_to(ring, &other);
    assert_int_equal(pages_of(ring), 6 * SLOT / PAGE);
    SDL_Surface *surface = fz_ring_surface(ring, &other, 128, 512);
    fz_ring_put_back(ring, &one);
    assert_int_equal(pages_of(ring), 6 * SLOT / PAGE); /* a surface is another matter */
    fz_surface_free(surface);
    assert_int_equal(pages_of(ring), KEPT * SLOT / PAGE);
    assert_int_equal(fz_ring_kept(ring), FZ_RING_HEADER_BYTES + KEPT * SLOT);
    other = fz_ring_take(ring, SLOTS * SLOT);
    assert_int_equal(other.count, SLOTS);
    fz_ring_put_back_unused(ring, &other);
    fz_ring_free(ring);
}

static void input_that_is_not_kept_goes_back(void **state)
{
    (void)state;
    struct fz_ring *ring = new_ring();
    memset(fz_ring_input(ring), 1, FZ_RING_INPUT_BYTES);
    fz_ring_leave_input(ring, FZ_RING_INPUT_BYTES);
    assert_int_equal(pages_of(ring), 2);
    assert_int_equal(fz_ring_kept(ring), FZ_RING_HEADER_BYTES + 2 * PAGE);
    assert_int_equal(fz_ring_input(ring)[2 * PAGE - 1], 1); /* for who reads the answer */
    fz_ring_free(ring);
}

/* Also where a decoder wrote that had no business there; and not what a surface lies over. */
static void all_that_is_free_goes_when_it_rests(void **state)
{
    (void)state;
    struct fz_ring *ring = new_ring();
    const struct fz_ring_room all = {0, SLOTS};
    struct fz_ring_room one = fz_ring_take(ring, SLOT), other = fz_ring_take(ring, SLOT);
    write_to(ring, &all);
    memset(fz_ring_input(ring), 1, FZ_RING_INPUT_BYTES);
    fz_ring_header(ring)->cancelled = 1;
    SDL_Surface *surface = fz_ring_surface(ring, &other, 128, 128);
    fz_ring_put_back(ring, &one);
    fz_ring_trim(ring);
    assert_int_equal(pages_of(ring), 1 + SLOT / PAGE);
    assert_int_equal(((const uint8_t *)surface->pixels)[0], 1);
    assert_int_equal(fz_ring_kept(ring), FZ_RING_HEADER_BYTES);
    fz_surface_free(surface); /* after its worker came to rest */
    assert_int_equal(pages_of(ring), 1);
    one = fz_ring_take(ring, SLOT);
    write_to(ring, &one);
    fz_ring_put_back(ring, &one);
    assert_int_equal(pages_of(ring), 1 + SLOT / PAGE);
    fz_ring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_as_many_as_hold_it),
        cmocka_unit_test(refused_room_stays_free),
        cmocka_unit_test(goes_past_what_is_taken),
        cmocka_unit_test(surface_over_several),
        cmocka_unit_test(what_is_large_is_moved),
        cmocka_unit_test(part_of_a_surface),
        cmocka_unit_test(slots_that_are_not_kept_go_back),
        cmocka_unit_test(input_that_is_not_kept_goes_back),
        cmocka_unit_test(all_that_is_free_goes_when_it_rests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
