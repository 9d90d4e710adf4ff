/* Huffman tables of JPEG for a reader who wants DC values only: an AC look-up skips several symbols at once. */
#ifndef FZ_IMAGE_JPEG_HUFFMAN_H
#define FZ_IMAGE_JPEG_HUFFMAN_H

#include "image/jpeg_bits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

enum {
    FZ_HUFFMAN_LOOK_BITS = 12, /* 11, 13 and 14 measured no faster */
    FZ_HUFFMAN_NEAR_BITS = 10, /* so that what a picture needs of all tables fits into 32 KB of cache */
    FZ_HUFFMAN_END = 128,      /* of the coefficients of an entry: the end of the block follows them */
    FZ_HUFFMAN_BAD = -1,
    FZ_HUFFMAN_VALUES = 5, /* coefficients of a block that fz_huffman_values reads */
};

/* `bits`: to drop, those of values included; 0 = the first code is longer than the index. AC, by the next 12 bits: `skip` is how
 * many coefficients all symbols of them stand for, END added if the last is the end of a block. DC, by the next 10: the size of
 * the value. */
struct fz_huffman_look {
    uint8_t bits, skip;
};

/* By the next 10 bits, AC: one coefficient, if it lies within them and in -127..127; `bits` 0 = it does not. With a value
 * of 0: 16 coefficients that are 0 (run 15), or the end of the block. */
struct fz_huffman_value {
    uint8_t value; /* + 128 */
    uint8_t run : 4, bits : 4;
};

struct fz_huffman {
    bool made, is_dc;
    UINT8 counts[17], symbols[256]; /* as the file gives them: what the rest was made from */
    struct fz_huffman_look look[1 << FZ_HUFFMAN_LOOK_BITS];
    struct fz_huffman_value values[1 << FZ_HUFFMAN_NEAR_BITS]; /* AC */
    int32_t ends[17];    /* by the length of a code: one past the last of it, left-aligned to 16 bits, */
    int32_t offsets[17]; /* and what to add to a code for the place of its symbol */
};

/* One thread. Makes the tables unless they were made from the same; *h is all 0 before the first time. False: these are
 * no Huffman codes. */
bool fz_huffman_make(struct fz_huffman *h, const JHUFF_TBL *from, bool is_dc);

/* Any thread. The symbol that the next 16 bits begin with, and the length of its code; BAD if none. */
int fz_huffman_symbol(const struct fz_huffman *h, unsigned next16, unsigned *code_bits);

/* One symbol of fz_huffman_skip and fz_huffman_values, where no look-up holds it. *k is END after the end of the block. */
bool fz_huffman_skip_one(struct fz_bits *bits, const struct fz_huffman *ac, unsigned *k);
bool fz_huffman_value_slowly(struct fz_bits *bits, const struct fz_huffman *ac, unsigned *run, int *value);

/* A value of `size` bits, 1 to 15, as T.81 extends its sign (F.2.2.1); taken from `bits`. */
static inline int fz_huffman_extend(struct fz_bits *bits, unsigned size)
{
    int value = (int)(bits->acc >> (64 - size));
    fz_bits_drop(bits, size);
    return value >> (size - 1) ? value : value - (1 << size) + 1;
}

/* One thread. The next DC difference; false: no such code. */
static inline bool fz_huffman_difference(struct fz_bits *bits, const struct fz_huffman *dc, int *difference)
{
    fz_bits_refill(bits);
    struct fz_huffman_look look = dc->look[bits->acc >> (64 - FZ_HUFFMAN_NEAR_BITS)];
    unsigned size = look.skip, length = (unsigned)look.bits - size;
    if (look.bits == 0) {
        int symbol = fz_huffman_symbol(dc, (unsigned)(bits->acc >> 48), &length);
        if (symbol == FZ_HUFFMAN_BAD)
            return false;
        size = (unsigned)symbol;
    }
    fz_bits_drop(bits, length);
    *difference = size > 0 ? fz_huffman_extend(bits, size) : 0;
    return true;
}

/* One thread. Skips the coefficients of a block from `k`, 1 to 64, on. An entry that is unknown, or that goes on into the
 * next block, is taken back. */
static inline bool fz_huffman_skip(struct fz_bits *bits, const struct fz_huffman *ac, unsigned k)
{
    while (k < 64) {
        fz_bits_refill(bits); /* enough for two entries */
        for (int i = 0; i < 2; i++) {
            struct fz_huffman_look look = ac->look[bits->acc >> (64 - FZ_HUFFMAN_LOOK_BITS)];
            unsigned next = k + look.skip;
            if (next < 64 && look.bits > 0) {
                fz_bits_drop(bits, look.bits);
                k = next;
                continue;
            }
            if (look.bits == 0 || (next > 64 && next < FZ_HUFFMAN_END) || next > FZ_HUFFMAN_END + 63) {
                if (!fz_huffman_skip_one(bits, ac, &k))
                    return false;
                break;
            }
            fz_bits_drop(bits, look.bits);
            return true;
        }
    }
    return k == 64 || k == FZ_HUFFMAN_END;
}

/* One thread. The first coefficients of a block after the DC one, in zigzag order (`values` is all 0 before; [0] is left alone); skips
 * the others. */
static inline bool fz_huffman_values(struct fz_bits *bits, const struct fz_huffman *ac, int *values)
{
    unsigned k = 1;
    while (k < FZ_HUFFMAN_VALUES) {
        fz_bits_refill(bits);
        struct fz_huffman_value look = ac->values[bits->acc >> (64 - FZ_HUFFMAN_NEAR_BITS)];
        unsigned run = look.run;
        int value = look.value - 128;
        fz_bits_drop(bits, look.bits);
        if (look.bits == 0 && !fz_huffman_value_slowly(bits, ac, &run, &value))
            return false;
        if (value == 0 && run != 15)
            return true;
        k += run;
        if (k < FZ_HUFFMAN_VALUES)
            values[k] = value;
        k++;
    }
    return fz_huffman_skip(bits, ac, k);
}

#endif
