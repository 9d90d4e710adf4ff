/* Canonical Huffman codes as ITU-T T.81, annexes C and F, builds them. */
#include "image/jpeg_huffman.h"

#include <string.h>

enum {
    LOOKS = 1 << FZ_HUFFMAN_LOOK_BITS,
    NEAR_LOOKS = 1 << FZ_HUFFMAN_NEAR_BITS,
    LAST = 63,
    MAX_VALUE_BITS = 10 /* of 8-bit samples */
};

/* One symbol of the first bits of an index; `bits` 0: its code is longer than the index. */
struct single {
    uint8_t bits; /* of the code */
    uint8_t symbol;
};

static bool make_codes(struct fz_huffman *h)
{
    int32_t code = 0, place = 0;
    for (int length = 1; length <= 16; length++) {
        h->offsets[length] = place - code;
        code += h->counts[length];
        place += h->counts[length];
        if (place > 256 || code >= 1 << length) /* all ones is no code */
            return false;
        h->ends[length] = code << (16 - length);
        code <<= 1;
    }
    for (int i = 0; h->is_dc && i < place; i++)
        if (h->symbols[i] > 15)
            return false;
    return true;
}

static void make_singles(const struct fz_huffman *h, struct single *singles)
{
    memset(singles, 0, LOOKS * sizeof *singles);
    unsigned at = 0, place = 0;
    for (unsigned length = 1; length <= FZ_HUFFMAN_LOOK_BITS; length++)
        for (unsigned i = 0; i < h->counts[length]; i++, place++)
            for (unsigned n = 0; n < 1u << (FZ_HUFFMAN_LOOK_BITS - length); n++)
                singles[at++] = (struct single){(uint8_t)length, h->symbols[place]};
}

/* All symbols whose codes are known by these 12 bits, up to the end of a block. Bits of the last value may lie behind. */
static struct fz_huffman_look look_far(const struct single *singles, unsigned index)
{
    unsigned bits = 0, skip = 0;
    while (bits < FZ_HUFFMAN_LOOK_BITS) {
        struct single s = singles[index << bits & (LOOKS - 1)];
        unsigned run = s.symbol >> 4, size = s.symbol & 15u;
        bool is_end = size == 0 && run != 15;
        if (s.bits == 0 || s.bits + bits > FZ_HUFFMAN_LOOK_BITS || (!is_end && skip + run + 1 > LAST))
            break;
        bits += s.bits + size;
        if (is_end) {
            skip += FZ_HUFFMAN_END;
            break;
        }
        skip += run + 1;
    }
    return (struct fz_huffman_look){(uint8_t)bits, (uint8_t)skip};
}

static struct fz_huffman_value look_at_value(const struct single *singles, unsigned index)
{
    struct single s = singles[index << (FZ_HUFFMAN_LOOK_BITS - FZ_HUFFMAN_NEAR_BITS)];
    unsigned run = s.symbol >> 4, size = s.symbol & 15u, bits = s.bits + size;
    if (s.bits == 0 || bits > FZ_HUFFMAN_NEAR_BITS || size > 7)
        return (struct fz_huffman_value){0};
    int value = (int)(index >> (FZ_HUFFMAN_NEAR_BITS - bits) & ((1u << size) - 1));
    if (size > 0 && !(value >> (size - 1)))
        value -= (1 << size) - 1;
    return (struct fz_huffman_value){.value = (uint8_t)(value + 128), .run = run & 15u, .bits = bits & 15u};
}

static struct fz_huffman_look look_near(const struct single *singles, unsigned index)
{
    struct single s = singles[index << (FZ_HUFFMAN_LOOK_BITS - FZ_HUFFMAN_NEAR_BITS)];
    bool known = s.bits > 0 && s.bits <= FZ_HUFFMAN_NEAR_BITS;
    return (struct fz_huffman_look){known ? (uint8_t)(s.bits + s.symbol) : 0, s.symbol};
}

bool fz_huffman_make(struct fz_huffman *h, const JHUFF_TBL *from, bool is_dc)
{
    if (h->made && h->is_dc == is_dc && memcmp(h->counts, from->bits, sizeof h->counts) == 0 &&
        memcmp(h->symbols, from->huffval, sizeof h->symbols) == 0)
        return true;
    struct single singles[LOOKS];
    h->made = false;
    h->is_dc = is_dc;
    memcpy(h->counts, from->bits, sizeof h->counts);
    memcpy(h->symbols, from->huffval, sizeof h->symbols);
    if (!make_codes(h))
        return false;
    make_singles(h, singles);
    for (unsigned i = 0; i < NEAR_LOOKS && is_dc; i++)
        h->look[i] = look_near(singles, i);
    for (unsigned i = 0; i < LOOKS && !is_dc; i++)
        h->look[i] = look_far(singles, i);
    for (unsigned i = 0; i < NEAR_LOOKS && !is_dc; i++)
        h->values[i] = look_at_value(singles, i);
    h->made = true;
    return true;
}

int fz_huffman_symbol(const struct fz_huffman *h, unsigned next16, unsigned *code_bits)
{
    for (unsigned length = 1; length <= 16; length++)
        if ((int32_t)next16 < h->ends[length]) {
            *code_bits = length;
            return h->symbols[(int32_t)(next16 >> (16 - length)) + h->offsets[length]];
        }
    return FZ_HUFFMAN_BAD;
}

bool fz_huffman_skip_one(struct fz_bits *bits, const struct fz_huffman *ac, unsigned *k)
{
    unsigned length;
    fz_bits_refill(bits);
    int symbol = fz_huffman_symbol(ac, (unsigned)(bits->acc >> 48), &length);
    if (symbol == FZ_HUFFMAN_BAD)
        return false;
    unsigned run = (unsigned)symbol >> 4, size = (unsigned)symbol & 15;
    fz_bits_drop(bits, length + size);
    *k = size == 0 && run != 15 ? FZ_HUFFMAN_END : *k + run + 1;
    return true;
}

bool fz_huffman_value_slowly(struct fz_bits *bits, const struct fz_huffman *ac, unsigned *run, int *value)
{
    unsigned length;
    int symbol = fz_huffman_symbol(ac, (unsigned)(bits->acc >> 48), &length);
    unsigned size = (unsigned)symbol & 15;
    if (symbol == FZ_HUFFMAN_BAD || size > MAX_VALUE_BITS)
        return false;
    fz_bits_drop(bits, length);
    *run = (unsigned)symbol >> 4;
    *value = size > 0 ? fz_huffman_extend(bits, size) : 0;
    return true;
}
