/* Canonical Huffman codes as ITU-T T.81, annexes C and F, builds them. */
#include "image/jpeg/huffman.h"

#include <string.h>

enum {
    LOOKS = 1 << FZ_HUFFMAN_LOOK_BITS,
    NEAR_LOOKS = 1 << FZ_HUFFMAN_NEAR_BITS,
    LAST = 63,
    ONES = 0x10000 - (1 << (16 - FZ_HUFFMAN_ONES)), /* of 16 bits */
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

/* The first symbol of each index; `bits` 0: its code is longer. */
static void make_singles(const struct fz_huffman *h, struct fz_huffman_code *singles)
{
    memset(singles, 0, LOOKS * sizeof *singles);
    unsigned at = 0, place = 0;
    for (unsigned length = 1; length <= FZ_HUFFMAN_LOOK_BITS; length++)
        for (unsigned i = 0; i < h->counts[length]; i++, place++)
            for (unsigned n = 0; n < 1u << (FZ_HUFFMAN_LOOK_BITS - length); n++)
                singles[at++] = (struct fz_huffman_code){(uint8_t)length, h->symbols[place]};
}

static uint16_t entry(unsigned bits, unsigned skip)
{
    return (uint16_t)(bits | skip << FZ_HUFFMAN_SKIP);
}

/* All symbols whose codes are known by these 12 bits, up to the end of a block. Bits of the last value may lie behind. */
static uint16_t look_far(const struct fz_huffman_code *singles, unsigned index)
{
    unsigned bits = 0, skip = 0;
    while (bits < FZ_HUFFMAN_LOOK_BITS) {
        struct fz_huffman_code s = singles[index << bits & (LOOKS - 1)];
        unsigned run = s.symbol >> 4, size = s.symbol & 15u;
        bool is_end = size == 0 && run != 15;
        if (s.bits == 0 || s.bits + bits > FZ_HUFFMAN_LOOK_BITS || (!is_end && skip + run + 1 > LAST))
            break;
        bits += s.bits + size;
        skip += is_end ? FZ_HUFFMAN_END : run + 1;
        if (is_end)
            break;
    }
    if (bits > 0)
        return entry(bits, skip);
    bool has_ones = index << FZ_HUFFMAN_ONES >= ONES;
    return has_ones ? entry(FZ_HUFFMAN_ONES, 0) : entry(0, FZ_HUFFMAN_NONE);
}

/* The one symbol behind the ones. */
static uint16_t look_on(const struct fz_huffman *h, unsigned index)
{
    unsigned one = fz_huffman_one(h, ONES | index);
    return one > 0 ? (uint16_t)(one - FZ_HUFFMAN_ONES) : entry(0, FZ_HUFFMAN_NONE);
}

static struct fz_huffman_value look_at_value(const struct fz_huffman_code *singles, unsigned index)
{
    struct fz_huffman_code s = singles[index << (FZ_HUFFMAN_LOOK_BITS - FZ_HUFFMAN_NEAR_BITS)];
    unsigned run = s.symbol >> 4, size = s.symbol & 15u, bits = s.bits + size;
    if (s.bits == 0 || bits > FZ_HUFFMAN_NEAR_BITS || size > 7)
        return (struct fz_huffman_value){0};
    int value = (int)(index >> (FZ_HUFFMAN_NEAR_BITS - bits) & ((1u << size) - 1));
    if (size > 0 && !(value >> (size - 1)))
        value -= (1 << size) - 1;
    return (struct fz_huffman_value){.value = (uint8_t)(value + 128), .run = run & 15u, .bits = bits & 15u};
}

static uint16_t look_near(const struct fz_huffman_code *singles, unsigned index)
{
    struct fz_huffman_code s = singles[index << (FZ_HUFFMAN_LOOK_BITS - FZ_HUFFMAN_NEAR_BITS)];
    bool known = s.bits > 0 && s.bits <= FZ_HUFFMAN_NEAR_BITS;
    return known ? entry((unsigned)s.bits + s.symbol, s.symbol) : 0;
}

bool fz_huffman_make(struct fz_huffman *h, const JHUFF_TBL *from, bool is_dc)
{
    if (h->made && h->is_dc == is_dc && memcmp(h->counts, from->bits, sizeof h->counts) == 0 &&
        memcmp(h->symbols, from->huffval, sizeof h->symbols) == 0)
        return true;
    struct fz_huffman_code singles[LOOKS];
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
    for (unsigned i = 0; i < LOOKS && !is_dc; i++)
        h->longer[i] = look_on(h, i);
    for (unsigned i = 0; i < NEAR_LOOKS && !is_dc; i++)
        h->values[i] = look_at_value(singles, i);
    h->made = true;
    return true;
}

struct fz_huffman_code fz_huffman_code(const struct fz_huffman *h, unsigned next16)
{
    for (unsigned length = 1; length <= 16; length++)
        if ((int32_t)next16 < h->ends[length]) {
            int32_t place = (int32_t)(next16 >> (16 - length)) + h->offsets[length];
            return (struct fz_huffman_code){(uint8_t)length, h->symbols[place]};
        }
    return (struct fz_huffman_code){0};
}

uint16_t fz_huffman_one(const struct fz_huffman *ac, unsigned next16)
{
    struct fz_huffman_code code = fz_huffman_code(ac, next16);
    unsigned run = code.symbol >> 4, size = code.symbol & 15u;
    bool is_end = size == 0 && run != 15;
    return code.bits == 0 ? 0 : entry(code.bits + size, is_end ? FZ_HUFFMAN_END : run + 1);
}
