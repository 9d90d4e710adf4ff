/* Slots that lie one behind the other hold what is larger than one of them. */
#include "decode/job.h"
#include "decode/ring.h"
#include "fixture.h"

enum { SLOTS = 8 };
static const uint64_t SLOT = FZ_RING_SLOT_BYTES;

static struct fz_ring *new_ring(void)
{
    struct fz_ring *ring = fz_ring_new(SLOTS);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_as_many_as_hold_it), cmocka_unit_test(refused_room_stays_free),
        cmocka_unit_test(goes_past_what_is_taken),  cmocka_unit_test(surface_over_several),
        cmocka_unit_test(part_of_a_surface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
