/* Huffman tables of JPEG for a reader who wants DC values only: an AC look-up skips several symbols at once. */
#ifndef FZ_IMAGE_JPEG_HUFFMAN_H
#define FZ_IMAGE_JPEG_HUFFMAN_H

#include "image/jpeg/bits.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

enum {
    FZ_HUFFMAN_LOOK_BITS = 12, /* 11, 13 and 14 measured no faster */
    FZ_HUFFMAN_NEAR_BITS = 10, /* so that what a picture needs of all tables fits into 32 KB of cache */
    FZ_HUFFMAN_ONES = 16 - FZ_HUFFMAN_LOOK_BITS,
    FZ_HUFFMAN_DROP = 63, /* of an entry: how many bits to drop, those of values included */
    FZ_HUFFMAN_SKIP = 8,  /* shifts an entry to the coefficients that it stands for */
    FZ_HUFFMAN_END = 128, /* of these: the end of the block follows them */
    FZ_HUFFMAN_NONE = 64, /* of these: none are known */
    FZ_HUFFMAN_VALUES =
        25, /* coefficients of a block that fz_huffman_values reads at most: the first four each way */
    FZ_HUFFMAN_VALUE_BITS = 10, /* at most, of 8-bit samples */
};

/* By the next 10 bits, AC: one coefficient, if it lies within them and in -127..127; `bits` 0 = it does not. With a value
 * of 0: 16 coefficients that are 0 (run 15), or the end of the block. */
struct fz_huffman_value {
    uint8_t value; /* + 128 */
    uint8_t run : 4, bits : 4;
};

/* One symbol, and the length of its code; 0: there is none. */
struct fz_huffman_code {
    uint8_t bits, symbol;
};

/* Look-ups have numbers for entries, not structs: one load brings all of it, and a shift takes it as it is. */
struct fz_huffman {
    /* DC, by the next 10 bits: the size of the value in place of coefficients; 0: the code is longer. AC, by the next 12: all
     * the symbols that they hold. Of codes that are longer, and begin with so many ones as nearly all of those do, the ones
     * are dropped and nothing is skipped: `longer` goes on from there, without a jump that nobody can foretell. */
    uint16_t look[1 << FZ_HUFFMAN_LOOK_BITS], longer[1 << FZ_HUFFMAN_LOOK_BITS];
    struct fz_huffman_value values[1 << FZ_HUFFMAN_NEAR_BITS]; /* AC */
    int32_t ends[17];    /* by the length of a code: one past the last of it, left-aligned to 16 bits, */
    int32_t offsets[17]; /* and what to add to a code for the place of its symbol */
    bool made, is_dc;
    UINT8 counts[17], symbols[256]; /* as the file gives them: what the rest was made from */
};

/* One thread. Makes the tables unless they were made from the same; *h is all 0 before the first time. False: these are
 * no Huffman codes. */
bool fz_huffman_make(struct fz_huffman *h, const JHUFF_TBL *from, bool is_dc);

/* Any thread. What the next 16 bits begin with. */
struct fz_huffman_code fz_huffman_code(const struct fz_huffman *h, unsigned next16);

/* Any thread. The same of AC codes, as an entry; 0: none. */
uint16_t fz_huffman_one(const struct fz_huffman *ac, unsigned next16);

/* A value of `size` bits, up to 15, as T.81 extends its sign (F.2.2.1); taken from `bits`. Nobody foretells a sign: no jump. */
static inline int fz_huffman_extend(struct fz_bits_buffer *bits, unsigned size)
{
    int value = (int)(bits->acc >> 1 >> (63 - size)), most = (1 << size) - 1;
    int if_negative = (int)(bits->acc >> 63) - 1; /* all ones where its first bit is 0 */
    fz_bits_drop(bits, size);
    return value - (most & if_negative);
}

/* One thread. The next DC difference; false: no such code. */
static inline bool fz_huffman_difference(struct fz_bits_buffer *bits, const struct fz_huffman *dc,
                                         int *difference)
{
    fz_bits_refill(bits);
    unsigned look = dc->look[bits->acc >> (64 - FZ_HUFFMAN_NEAR_BITS)];
    unsigned size = look >> FZ_HUFFMAN_SKIP, length = (look & FZ_HUFFMAN_DROP) - size;
    if (look == 0) {
        struct fz_huffman_code code = fz_huffman_code(dc, (unsigned)(bits->acc >> 48));
        if (code.bits == 0)
            return false;
        length = code.bits;
        size = code.symbol;
    }
    fz_bits_drop(bits, length);
    *difference = fz_huffman_extend(bits, size);
    return true;
}

/* One thread. Skips the coefficients of a block from `k`, 1 to 64, on. An entry of none, or one that goes on into the next
 * block, is replaced by its first symbol. */
static inline bool fz_huffman_skip(struct fz_bits_buffer *bits, const struct fz_huffman *ac, unsigned k)
{
    const uint16_t *looks = ac->look;
    while (k < 64) {
        fz_bits_refill(bits); /* enough for two entries */
        for (int i = 0; i < 2; i++) {
            unsigned look = looks[bits->acc >> (64 - FZ_HUFFMAN_LOOK_BITS)];
            unsigned next = k + (look >> FZ_HUFFMAN_SKIP);
            if (next < 64) {
                fz_bits_drop(bits, look & FZ_HUFFMAN_DROP);
                looks = look < 1 << FZ_HUFFMAN_SKIP ? ac->longer : ac->look;
                k = next;
                continue;
            }
            if (next == 64 || next - FZ_HUFFMAN_END < 64) {
                fz_bits_drop(bits, look & FZ_HUFFMAN_DROP);
                return true;
            }
            if (looks != ac->look)
                return false;
            fz_bits_refill(bits);
            look = fz_huffman_one(ac, (unsigned)(bits->acc >> 48));
            fz_bits_drop(bits, look & FZ_HUFFMAN_DROP);
            k += look >> FZ_HUFFMAN_SKIP;
            if (look == 0)
                return false;
            break;
        }
    }
    return k == 64 || k >= FZ_HUFFMAN_END;
}

/* One thread. The first `count` coefficients of a block with the DC one, in zigzag order (`values` is all 0 before; [0] is left
 * alone); skips the others. */
static inline bool fz_huffman_values(struct fz_bits_buffer *bits, const struct fz_huffman *ac, int *values,
                                     unsigned count)
{
    unsigned k = 1;
    while (k < count) {
        fz_bits_refill(bits);
        struct fz_huffman_value look = ac->values[bits->acc >> (64 - FZ_HUFFMAN_NEAR_BITS)];
        unsigned run = look.run;
        int value = look.value - 128;
        fz_bits_drop(bits, look.bits);
        if (look.bits == 0) {
            struct fz_huffman_code code = fz_huffman_code(ac, (unsigned)(bits->acc >> 48));
            unsigned size = code.symbol & 15u;
            if (code.bits == 0 || size > FZ_HUFFMAN_VALUE_BITS)
                return false;
            fz_bits_drop(bits, code.bits);
            run = code.symbol >> 4;
            value = fz_huffman_extend(bits, size);
        }
        if (value == 0 && run != 15)
            return true;
        k += run;
        if (k < count)
            values[k] = value;
        k++;
    }
    return fz_huffman_skip(bits, ac, k);
}

#endif
