/* The bits of an entropy-coded segment of JPEG, without its byte stuffing, through a window of the file. Every read is
 * bounded: within an MCU by what the window holds behind the data (zeros at its end), between two by the checks. */
#ifndef FZ_IMAGE_JPEG_BITS_H
#define FZ_IMAGE_JPEG_BITS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    /* An MCU has at most 10 blocks of 64 symbols of 16 bits and 15 more for a value; and a whole refill behind it. */
    FZ_BITS_MCU_BYTES = 10 * 64 * 31 / 8 + 16,
    FZ_BITS_WINDOW_BYTES = 32 << 10,
};

/* One thread. */
struct fz_bits {
    uint64_t acc;              /* the next bits, first in the highest */
    unsigned count;            /* of them that are there for sure */
    const uint8_t *next, *end; /* in the window: to be taken, end of the data */
    const uint8_t *from, *file_end;
    uint8_t *window;
    bool ended; /* the segment: a marker or the end of the file follows what the window holds */
};

/* `from` is borrowed; `window` too, FZ_BITS_WINDOW_BYTES. */
void fz_bits_init(struct fz_bits *bits, const uint8_t *from, size_t len, uint8_t *window);

/* Takes more of the file into the window. Private to fz_bits_feed. */
void fz_bits_fill(struct fz_bits *bits);

/* After the last MCU before a restart: goes to marker RST `number`. False where it does not follow at once. */
bool fz_bits_restart(struct fz_bits *bits, unsigned number);

/* Before each MCU: its bits lie in the window, or the rest of the segment and then zeros. */
static inline void fz_bits_feed(struct fz_bits *bits)
{
    if (!bits->ended && bits->end - bits->next < FZ_BITS_MCU_BYTES)
        fz_bits_fill(bits);
}

/* After each MCU. True: it took bits that are not in the file. */
static inline bool fz_bits_overrun(const struct fz_bits *bits)
{
    return (bits->next - bits->end) * 8 > (ptrdiff_t)bits->count;
}

/* At least 56 bits are there afterwards. */
static inline void fz_bits_refill(struct fz_bits *bits)
{
    uint64_t more;
    memcpy(&more, bits->next, sizeof more);
    bits->acc |= be64toh(more) >> bits->count;
    bits->next += (63 - bits->count) >> 3;
    bits->count |= 56;
}

/* At most as many as are there. */
static inline void fz_bits_drop(struct fz_bits *bits, unsigned count)
{
    bits->acc <<= count;
    bits->count -= count;
}

#endif
