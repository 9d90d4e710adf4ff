/* The bits of an entropy-coded segment of JPEG, without its byte stuffing, through a window of the file. Every read is
 * bounded: within an MCU by what the window holds behind the data (zeros at its end), between two by the checks. */
#ifndef FZ_IMAGE_JPEG_BITS_H
#define FZ_IMAGE_JPEG_BITS_H

#include "image/bytes.h"

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

/* Where the file's bytes come from. */
struct fz_bits_source {
    struct fz_bytes bytes; /* borrowed: the first of them */
    uint64_t pos;          /* of these in the file */
    /* What follows them, in place of what came before, never empty; false: nothing. NULL: that is all. */
    bool (*more)(void *ctx, struct fz_bytes *next);
    void *ctx;
};

/* Between two MCUs: where the next byte of the file stands that no bit was taken of, and the bits before it. */
struct fz_bits_place {
    uint64_t offset;
    uint8_t bits, count; /* at most 7, in the lowest places */
};

/* What is being taken out of the window. A loop takes from a copy of its own, which the compiler keeps in registers. */
struct fz_bits_buffer {
    uint64_t acc;        /* the next bits, first in the highest */
    unsigned count;      /* of them that are there for sure */
    const uint8_t *next; /* in the window */
};

/* One thread. */
struct fz_bits {
    struct fz_bits_buffer buffer;
    const uint8_t *end;             /* in the window: of the data */
    const uint8_t *from, *file_end; /* of what lies in memory, not in the window yet */
    struct fz_bits_source source;   /* `bytes`: what comes after these; `pos`: where that begins */
    uint8_t joint[2];               /* a marker of which each piece holds half */
    uint8_t *window;
    bool ended; /* the segment: a marker or the end of the file follows what the window holds */
};

/* `window` is borrowed, FZ_BITS_WINDOW_BYTES. Begins at the start of the source, behind the bits of a place (NULL: none). */
void fz_bits_init(struct fz_bits *bits, const struct fz_bits_source *source,
                  const struct fz_bits_place *place, uint8_t *window);

/* Takes more of the file into the window. Private to fz_bits_feed. */
void fz_bits_fill(struct fz_bits *bits);

/* After the segment has ended: the marker that follows it, over fill bytes; -1: the file ends. */
int fz_bits_marker(struct fz_bits *bits);

/* After the last MCU before a restart: goes to marker RST `number`. False where it does not follow at once. */
bool fz_bits_restart(struct fz_bits *bits, unsigned number);

/* Between two MCUs. False where the bits go on behind the data. */
bool fz_bits_tell(const struct fz_bits *bits, struct fz_bits_place *place);

/* How many bits were taken between two looks at the same window. */
static inline ptrdiff_t fz_bits_taken(const struct fz_bits_buffer *bits, const struct fz_bits_buffer *since)
{
    return (bits->next - since->next) * 8 + (ptrdiff_t)since->count - (ptrdiff_t)bits->count;
}

/* Before each MCU: its bits lie in the window, or the rest of the segment and then zeros. */
static inline void fz_bits_feed(struct fz_bits *bits)
{
    if (!bits->ended && bits->end - bits->buffer.next < FZ_BITS_MCU_BYTES)
        fz_bits_fill(bits);
}

/* After each MCU. True: it took bits that are not in the file. */
static inline bool fz_bits_overrun(const struct fz_bits *bits)
{
    return (bits->buffer.next - bits->end) * 8 > (ptrdiff_t)bits->buffer.count;
}

/* At least 56 bits are there afterwards. */
static inline void fz_bits_refill(struct fz_bits_buffer *bits)
{
    uint64_t more;
    memcpy(&more, bits->next, sizeof more);
    bits->acc |= be64toh(more) >> bits->count;
    bits->next += (63 - bits->count) >> 3;
    bits->count |= 56;
}

/* At most as many as are there. */
static inline void fz_bits_drop(struct fz_bits_buffer *bits, unsigned count)
{
    bits->acc <<= count;
    bits->count -= count;
}

#endif
