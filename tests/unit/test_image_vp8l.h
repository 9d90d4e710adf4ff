/* Writes VP8L streams that no encoder makes: of each thing that the format allows something, by chance, so that the pixels are noise. */
#ifndef FZ_TEST_IMAGE_VP8L_H
#define FZ_TEST_IMAGE_VP8L_H

#include "test_image_support.h"

enum {
    VP8L_SYMBOLS_MOST = 256 + 24 + 2048,
    VP8L_LENGTH_MOST = 15,
    VP8L_CODES = 5,
    VP8L_GROUPS_MOST = 40,
};

struct vp8l_writer {
    struct bytes bytes;
    uint64_t acc;
    int count;
    uint32_t seed;
};

/* Of each symbol; length 0: it is not used. */
struct vp8l_code {
    int symbols, used;
    uint16_t list[VP8L_SYMBOLS_MOST]; /* those that are used */
    uint8_t lengths[VP8L_SYMBOLS_MOST];
    uint16_t codes[VP8L_SYMBOLS_MOST];
};

static inline unsigned vp8l_below(struct vp8l_writer *w, unsigned limit)
{
    return next_random(&w->seed) % limit;
}

static inline int vp8l_blocks(int length, int bits)
{
    return (length + (1 << bits) - 1) >> bits;
}

static inline void vp8l_put(struct vp8l_writer *w, unsigned value, int bits)
{
    w->acc |= (uint64_t)value << w->count;
    for (w->count += bits; w->count >= 8; w->count -= 8, w->acc >>= 8)
        bytes_put(&w->bytes, &(uint8_t){(uint8_t)w->acc}, 1);
}

/* Canonical, first bit lowest. */
static inline void vp8l_assign(struct vp8l_code *code)
{
    unsigned next = 0;
    code->used = 0;
    for (int length = 1; length <= VP8L_LENGTH_MOST; length++, next <<= 1)
        for (int s = 0; s < code->symbols; s++) {
            if (code->lengths[s] != length)
                continue;
            code->codes[s] = 0;
            for (int i = 0; i < length; i++)
                code->codes[s] = (uint16_t)(code->codes[s] | (next >> i & 1) << (length - 1 - i));
            code->list[code->used++] = (uint16_t)s;
            next++;
        }
    if (code->used == 1)
        code->lengths[code->list[0]] = 0;
}

static inline void vp8l_put_symbol(struct vp8l_writer *w, const struct vp8l_code *code, int symbol)
{
    vp8l_put(w, code->codes[symbol], code->lengths[symbol]);
}

/* The lengths of a tree of `used` leaves, split by chance, of which symbol `sure` has one. */
static inline void vp8l_grow(struct vp8l_writer *w, struct vp8l_code *code, int used, int sure)
{
    uint8_t leaves[VP8L_SYMBOLS_MOST] = {0};
    int count = 1;
    const bool is_deep = vp8l_below(w, 2);
    while (count < used) {
        const unsigned at =
            is_deep && vp8l_below(w, 3) ? (unsigned)count - 1 : vp8l_below(w, (unsigned)count);
        if (leaves[at] < VP8L_LENGTH_MOST)
            leaves[count++] = ++leaves[at];
    }
    code->lengths[sure] = leaves[0];
    for (int i = 1; i < used; i++) {
        unsigned s = vp8l_below(w, (unsigned)code->symbols);
        while (code->lengths[s] > 0)
            s = (s + 1) % (unsigned)code->symbols;
        code->lengths[s] = leaves[i];
    }
}

/* By a code of lengths that has all of its symbols: 13 of 4 bits and 6 of 5. */
static inline void vp8l_put_lengths(struct vp8l_writer *w, const struct vp8l_code *code)
{
    static const uint8_t order[] = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    struct vp8l_code of = {.symbols = 19};
    uint8_t tokens[VP8L_SYMBOLS_MOST], extra[VP8L_SYMBOLS_MOST];
    int count = 0, last = 8, end = code->symbols;
    for (int s = 0; s < 19; s++)
        of.lengths[s] = s < 13 ? 4 : 5;
    vp8l_assign(&of);
    vp8l_put(w, 15, 4);
    for (int i = 0; i < 19; i++)
        vp8l_put(w, of.lengths[order[i]], 3);
    while (end > 2 && code->lengths[end - 1] == 0)
        end--;
    for (int s = 0, run; s < end; s += run, count++) {
        const int length = code->lengths[s], kind = length == 0 ? 17 + (int)vp8l_below(w, 2) : 16,
                  least = kind == 18 ? 11 : 3,
                  most = kind == 16   ? 6
                         : kind == 17 ? 10
                                      : 138;
        for (run = 1; s + run < end && code->lengths[s + run] == length && run < most; run++)
            ;
        const bool runs = run >= least && (length == 0 || length == last);
        run = runs ? run : 1;
        last = length > 0 ? length : last;
        tokens[count] = (uint8_t)(runs ? kind : length);
        extra[count] = (uint8_t)(run - least);
    }
    vp8l_put(w, 1, 1);
    vp8l_put(w, 5, 3);
    vp8l_put(w, (unsigned)(count < 2 ? 0 : count - 2), 12);
    for (int i = 0; i < count; i++) {
        vp8l_put_symbol(w, &of, tokens[i]);
        if (tokens[i] > 15)
            vp8l_put(w, extra[i], tokens[i] == 16 ? 2 : tokens[i] == 17 ? 3 : 7);
    }
}

/* A code of which `sure` is a symbol. */
static inline void vp8l_put_code(struct vp8l_writer *w, struct vp8l_code *code, int symbols, int sure)
{
    const int kind = (int)vp8l_below(w, 4);
    *code = (struct vp8l_code){.symbols = symbols};
    if (kind > 1 || sure > 255) {
        const int most = kind == 2 ? 12 : symbols;
        vp8l_grow(w, code, 2 + (int)vp8l_below(w, (unsigned)(most < symbols ? most : symbols) - 1), sure);
        vp8l_put(w, 0, 1);
        vp8l_put_lengths(w, code);
    } else {
        const unsigned other = vp8l_below(w, symbols < 256 ? (unsigned)symbols : 256);
        const int wide = sure > 1 || vp8l_below(w, 2);
        vp8l_put(w, 1, 1);
        vp8l_put(w, (unsigned)kind, 1);
        vp8l_put(w, (unsigned)wide, 1);
        vp8l_put(w, (unsigned)sure, wide ? 8 : 1);
        code->lengths[sure] = 1;
        if (kind == 1) {
            vp8l_put(w, other, 8);
            code->lengths[other] = 1;
        }
    }
    vp8l_assign(code);
}

static inline int vp8l_any(struct vp8l_writer *w, const struct vp8l_code *code)
{
    return code->list[vp8l_below(w, (unsigned)code->used)];
}

/* What a symbol of a length or distance and bits behind it mean; those bits in *extra. */
static inline unsigned vp8l_count(struct vp8l_writer *w, int symbol, unsigned *extra, int *bits)
{
    *bits = symbol < 4 ? 0 : (symbol - 2) >> 1;
    *extra = *bits > 0 ? vp8l_below(w, 1U << *bits) : 0;
    return symbol < 4 ? (unsigned)symbol + 1 : ((2U + (symbol & 1)) << *bits) + *extra + 1;
}

/* A repetition, if there is so much to be repeated; gives how many pixels. `near_y`, `near_x` are the first codes' meaning. */
static inline unsigned vp8l_put_copy(struct vp8l_writer *w, struct vp8l_code *codes, int symbol,
                                     unsigned before, unsigned after)
{
    unsigned extra, far;
    int bits, far_bits;
    const unsigned length = vp8l_count(w, symbol - 256, &extra, &bits);
    const int to = vp8l_any(w, &codes[4]);
    const unsigned distance = vp8l_count(w, to, &far, &far_bits);
    /* What is near is at most 8 rows away: far enough from the top it is there. */
    if (length > after || (distance > 120 ? distance - 120 > before : before < 8 * 300 + 8))
        return 0;
    vp8l_put_symbol(w, &codes[0], symbol);
    vp8l_put(w, extra, bits);
    vp8l_put_symbol(w, &codes[4], to);
    vp8l_put(w, far, far_bits);
    return length;
}

static inline void vp8l_put_pixels(struct vp8l_writer *w, struct vp8l_code (*groups)[VP8L_CODES], int width,
                                   int height, const uint8_t *group_of, int group_bits)
{
    const unsigned all = (unsigned)width * (unsigned)height,
                   across = (unsigned)vp8l_blocks(width, group_bits);
    for (unsigned at = 0; at < all;) {
        const unsigned x = at % (unsigned)width >> group_bits, y = at / (unsigned)width >> group_bits;
        struct vp8l_code *codes = groups[group_of ? group_of[y * across + x] : 0];
        int symbol = vp8l_any(w, &codes[0]);
        const bool copies = symbol >= 256 && symbol < 280;
        const unsigned copied = copies ? vp8l_put_copy(w, codes, symbol, at, all - at) : 0;
        at += copied;
        if (copied > 0)
            continue;
        while (symbol >= 256 && symbol < 280)
            symbol = vp8l_any(w, &codes[0]);
        vp8l_put_symbol(w, &codes[0], symbol);
        for (int i = 1; i < 4 && symbol < 256; i++)
            vp8l_put_symbol(w, &codes[i], vp8l_any(w, &codes[i]));
        at++;
    }
}

static inline void vp8l_put_image(struct vp8l_writer *w, int width, int height, bool of_pixels);

/* Blocks that name their group outright: 8 bits of green, 0 for all else. */
static inline int vp8l_put_groups(struct vp8l_writer *w, int width, int height, uint8_t *group_of, int bits)
{
    const int count = vp8l_blocks(width, bits) * vp8l_blocks(height, bits);
    struct vp8l_code green = {.symbols = 280};
    int most = 0;
    vp8l_put(w, 0, 1);
    memset(green.lengths, 8, 256);
    vp8l_assign(&green);
    vp8l_put(w, 0, 1);
    vp8l_put_lengths(w, &green);
    for (int i = 0; i < 4; i++)
        vp8l_put(w, 1, 4); /* one symbol, of one bit, 0 */
    for (int i = 0; i < count; i++) {
        group_of[i] = (uint8_t)vp8l_below(w, VP8L_GROUPS_MOST);
        most = group_of[i] > most ? group_of[i] : most;
        vp8l_put_symbol(w, &green, group_of[i]);
    }
    return most + 1;
}

static inline void vp8l_put_image(struct vp8l_writer *w, int width, int height, bool of_pixels)
{
    const int cache_bits = vp8l_below(w, 2) ? 1 + (int)vp8l_below(w, 11) : 0;
    const bool is_grouped = of_pixels && vp8l_below(w, 2);
    const int group_bits = 2 + (int)vp8l_below(w, 8);
    uint8_t *group_of = is_grouped ? malloc((size_t)width * (size_t)height) : NULL;
    struct vp8l_code(*groups)[VP8L_CODES] = malloc(VP8L_GROUPS_MOST * sizeof *groups);
    int count = 1;
    vp8l_put(w, cache_bits > 0, 1);
    if (cache_bits > 0)
        vp8l_put(w, (unsigned)cache_bits, 4);
    if (of_pixels)
        vp8l_put(w, is_grouped, 1);
    if (is_grouped) {
        vp8l_put(w, (unsigned)group_bits - 2, 3);
        count = vp8l_put_groups(w, width, height, group_of, group_bits);
    }
    for (int i = 0; i < count; i++) {
        const int green = 280 + (cache_bits > 0 ? 1 << cache_bits : 0);
        const int symbols[VP8L_CODES] = {green, 256, 256, 256, 40};
        for (int c = 0; c < VP8L_CODES; c++)
            vp8l_put_code(w, &groups[i][c], symbols[c], (int)vp8l_below(w, c == 4 ? 40 : 256));
    }
    vp8l_put_pixels(w, groups, width, height, group_of, is_grouped ? group_bits : 0);
    free(groups);
    free(group_of);
}

/* A stream with its head; caller frees. */
static inline struct bytes vp8l_make(uint32_t seed, int width, int height)
{
    struct vp8l_writer w = {.seed = seed};
    unsigned seen = 0;
    int coded = width;
    vp8l_put(&w, 0x2f, 8);
    vp8l_put(&w, (unsigned)width - 1, 14);
    vp8l_put(&w, (unsigned)height - 1, 14);
    vp8l_put(&w, 1, 1);
    vp8l_put(&w, 0, 3);
    for (unsigned kind = vp8l_below(&w, 4); vp8l_below(&w, 4); kind = vp8l_below(&w, 4)) {
        const int bits = 2 + (int)vp8l_below(&w, 8),
                  colors = 1 + (int)vp8l_below(&w, vp8l_below(&w, 2) ? 256 : 16);
        if (seen & 1U << kind)
            continue;
        seen |= 1U << kind;
        vp8l_put(&w, 1 | kind << 1, 3);
        if (kind < 2) {
            vp8l_put(&w, (unsigned)bits - 2, 3);
            vp8l_put_image(&w, vp8l_blocks(coded, bits), vp8l_blocks(height, bits), false);
        } else if (kind == 3) {
            const int packed = colors <= 2 ? 3 : colors <= 4 ? 2 : colors <= 16 ? 1 : 0;
            vp8l_put(&w, (unsigned)colors - 1, 8);
            vp8l_put_image(&w, colors, 1, false);
            coded = vp8l_blocks(coded, packed);
        }
    }
    vp8l_put(&w, 0, 1);
    vp8l_put_image(&w, coded, height, true);
    vp8l_put(&w, 0, 7);
    return w.bytes;
}

#endif
