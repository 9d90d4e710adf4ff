/* The bits of a scan that comes in pieces, each in place of the one before. */
#include "fixture.h"

#include "image/jpeg/bits.h"

struct pieces {
    const uint8_t *at;
    size_t len, piece, taken;
    uint8_t buffer[64];
};

static bool next_piece(void *ctx, struct fz_bytes *next)
{
    struct pieces *p = ctx;
    size_t left = p->len - p->taken, count = left < p->piece ? left : p->piece;
    memset(p->buffer, 0xaa, sizeof p->buffer); /* what stood there is gone */
    memcpy(p->buffer, p->at + p->taken, count);
    p->taken += count;
    *next = (struct fz_bytes){.at = p->buffer, .len = count};
    return count > 0;
}

/* Wherever they are cut: stuffed bytes, a restart marker with fill bytes before it, the end. */
static void cuts_make_no_difference(void **state)
{
    (void)state;
    static const uint8_t scan[] = {0x12, 0xff, 0x00, 0x34, 0xff, 0xff, 0xd0, 0x56, 0xff, 0x00, 0xff, 0xd9};
    static uint8_t window[FZ_BITS_WINDOW_BYTES];
    for (size_t piece = 1; piece <= sizeof scan; piece++) {
        struct pieces pieces = {.at = scan, .len = sizeof scan, .piece = piece};
        struct fz_bits_source source = {.more = next_piece, .ctx = &pieces};
        struct fz_bits bits;
        fz_bits_init(&bits, &source, NULL, window);
        fz_bits_refill(&bits.buffer);
        assert_int_equal(bits.buffer.acc >> 40, 0x12ff34);
        fz_bits_drop(&bits.buffer, 24);
        assert_true(fz_bits_restart(&bits, 0));
        fz_bits_refill(&bits.buffer);
        assert_int_equal(bits.buffer.acc >> 48, 0x56ff);
        fz_bits_drop(&bits.buffer, 16);
        assert_int_equal(fz_bits_marker(&bits), 0xd9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cuts_make_no_difference)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
