#include "image/webp/prefix.h"

#include <stdlib.h>

enum {
    LENGTHS = FZ_PREFIX_LENGTH_MOST + 1,
    LENGTH_CODES = 19, /* of the code of lengths: each length, and three kinds of runs */
    REPEAT = 16,
    ROOT_SIZE = 1 << FZ_PREFIX_ROOT_BITS,
    GROW_ENTRIES = 8 << 10,
    ENTRIES_MOST = 2704, /* of one code */
};

static enum fz_err fail_damaged(struct fz_error *err)
{
    return fz_fail(err, FZ_E_DAMAGED, 0, "webp: a prefix code is damaged");
}

/* --- tables --------------------------------------------------------------------------------------- */

/* Room for one more code, however large. */
static enum fz_err make_room(struct fz_prefix_tables *t, struct fz_error *err)
{
    if (t->count + ENTRIES_MOST <= t->room)
        return FZ_OK;
    const size_t room = t->room + GROW_ENTRIES;
    if (room > t->most)
        return fz_fail(err, FZ_E_LIMIT, 0, "webp: its prefix codes take more than %zu KB",
                       t->most * sizeof *t->entries >> 10);
    uint16_t *entries = realloc(t->entries, room * sizeof *entries);
    if (!entries)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for prefix codes");
    t->entries = entries;
    t->room = room;
    return FZ_OK;
}

static unsigned reverse(unsigned code, unsigned length)
{
    unsigned reversed = 0;
    for (; length > 0; length--, code >>= 1)
        reversed = reversed << 1 | (code & 1);
    return reversed;
}

/* All that end with the code's `length` bits. */
static void fill(uint16_t *table, unsigned size, unsigned code, unsigned length, unsigned symbol)
{
    const uint16_t entry = (uint16_t)(symbol << FZ_PREFIX_ENTRY_BITS | length);
    for (unsigned i = code; i < size; i += 1U << length)
        table[i] = entry;
}

/* A code under way. */
struct canon {
    const uint8_t *lengths;       /* of each symbol; 0: it is not used */
    unsigned symbols, used, only; /* the last one that is used */
    unsigned counts[LENGTHS], longest;
    unsigned next[LENGTHS]; /* code of each length */
};

/* False: there are too many of them, or too few. */
static bool is_complete(struct canon *c)
{
    unsigned left = 1U << FZ_PREFIX_LENGTH_MOST;
    for (unsigned s = 0; s < c->symbols; s++) {
        c->counts[c->lengths[s]]++;
        c->used += c->lengths[s] > 0;
        c->only = c->lengths[s] > 0 ? s : c->only;
    }
    if (c->used == 1)
        return true;
    for (unsigned length = 1, code = 0; length < LENGTHS; length++) {
        const unsigned taken = c->counts[length] << (FZ_PREFIX_LENGTH_MOST - length);
        if (taken > left)
            return false;
        left -= taken;
        c->next[length] = code;
        code = (code + c->counts[length]) << 1;
        c->longest = c->counts[length] > 0 ? length : c->longest;
    }
    return left == 0;
}

/* The code of a symbol as its bits come. To be asked once for each, in their order. */
static unsigned next_code(struct canon *c, unsigned length)
{
    return reverse(c->next[length]++, length);
}

/* Makes the roots of second tables, which follow: each as large as the longest code needs. Gives the number of entries. */
static unsigned place_seconds(struct canon c, uint16_t *root)
{
    unsigned size = ROOT_SIZE;
    uint8_t bits[ROOT_SIZE] = {0};
    for (unsigned s = 0; s < c.symbols; s++) {
        const unsigned length = c.lengths[s], over = length - FZ_PREFIX_ROOT_BITS;
        const unsigned code = length > 0 ? next_code(&c, length) % ROOT_SIZE : 0;
        if (length > FZ_PREFIX_ROOT_BITS && over > bits[code])
            bits[code] = (uint8_t)over;
    }
    for (unsigned i = 0; i < ROOT_SIZE; i++)
        if (bits[i] > 0) {
            root[i] = (uint16_t)(size << FZ_PREFIX_ENTRY_BITS | (bits[i] + (unsigned)FZ_PREFIX_ROOT_BITS));
            size += 1U << bits[i];
        }
    return size;
}

static void fill_tables(struct canon *c, uint16_t *root, unsigned root_bits)
{
    for (unsigned s = 0; s < c->symbols; s++) {
        const unsigned length = c->lengths[s];
        if (length == 0)
            continue;
        const unsigned code = next_code(c, length);
        if (length <= root_bits) {
            fill(root, 1U << root_bits, code, length, s);
            continue;
        }
        const unsigned second = root[code % ROOT_SIZE];
        const unsigned bits = second % (1U << FZ_PREFIX_ENTRY_BITS) - FZ_PREFIX_ROOT_BITS;
        fill(root + (second >> FZ_PREFIX_ENTRY_BITS), 1U << bits, code >> FZ_PREFIX_ROOT_BITS,
             length - FZ_PREFIX_ROOT_BITS, s);
    }
}

static enum fz_err build(struct fz_prefix_tables *t, const uint8_t *lengths, unsigned symbols,
                         struct fz_prefix_code *code, struct fz_error *err)
{
    struct canon c = {.lengths = lengths, .symbols = symbols};
    enum fz_err failed = make_room(t, err);
    if (failed != FZ_OK)
        return failed;
    if (!is_complete(&c))
        return fail_damaged(err);
    uint16_t *root = t->entries + t->count;
    *code = (struct fz_prefix_code){.at = (uint32_t)t->count};
    if (c.used == 1) {
        root[0] = (uint16_t)(c.only << FZ_PREFIX_ENTRY_BITS);
        t->count++;
        return FZ_OK;
    }
    code->bits = c.longest < FZ_PREFIX_ROOT_BITS ? c.longest : FZ_PREFIX_ROOT_BITS;
    t->count += c.longest > FZ_PREFIX_ROOT_BITS ? place_seconds(c, root) : 1U << code->bits;
    fill_tables(&c, root, code->bits);
    return FZ_OK;
}

/* --- lengths -------------------------------------------------------------------------------------- */

/* What is beyond the symbols there are counts for nothing. */
static void set_length(uint8_t *lengths, unsigned symbols, unsigned symbol, uint8_t length)
{
    if (symbol < symbols)
        lengths[symbol] = length;
}

/* One or two symbols (3.7.2.1.1). */
static void read_simple(struct fz_vp8l_bits *bits, uint8_t *lengths, unsigned symbols)
{
    const bool are_two = fz_vp8l_read(bits, 1);
    const unsigned first_bits = fz_vp8l_take(bits, 1) ? 8 : 1;
    set_length(lengths, symbols, fz_vp8l_take(bits, first_bits), 1);
    if (are_two)
        set_length(lengths, symbols, fz_vp8l_take(bits, 8), 1);
}

/* Those that the code of lengths says (3.7.2.1.2), in `lengths`, which is all 0. False: more than there are symbols. */
static bool read_runs(struct fz_vp8l_bits *bits, const uint16_t *root, unsigned root_bits, uint8_t *lengths,
                      unsigned symbols)
{
    static const struct {
        uint8_t bits, least;
    } runs[] = {{2, 3}, {3, 3}, {7, 11}};
    unsigned left = symbols;
    uint8_t last = 8; /* that was not 0 */
    if (fz_vp8l_read(bits, 1)) {
        const unsigned length_bits = 2 + 2 * fz_vp8l_take(bits, 3);
        left = 2 + fz_vp8l_take(bits, length_bits);
        if (left > symbols)
            return false;
    }
    for (unsigned s = 0; s < symbols && left > 0; left--) {
        fz_vp8l_refill(bits);
        const unsigned length = fz_prefix_take(bits, root, root_bits);
        if (length < REPEAT) {
            lengths[s++] = (uint8_t)length;
            last = length > 0 ? (uint8_t)length : last;
            continue;
        }
        const unsigned run = runs[length - REPEAT].least + fz_vp8l_take(bits, runs[length - REPEAT].bits);
        if (run > symbols - s)
            return false;
        memset(lengths + s, length == REPEAT ? last : 0, run);
        s += run;
    }
    return true;
}

static enum fz_err read_normal(struct fz_prefix_tables *t, struct fz_vp8l_bits *bits, uint8_t *lengths,
                               unsigned symbols, struct fz_error *err)
{
    static const uint8_t order[LENGTH_CODES] = {17, 18, 0, 1,  2,  3,  4,  5,  16, 6,
                                                7,  8,  9, 10, 11, 12, 13, 14, 15};
    uint8_t of_lengths[LENGTH_CODES] = {0};
    struct fz_prefix_code code;
    const unsigned count = 4 + fz_vp8l_read(bits, 4);
    const size_t before = t->count;
    if (count > LENGTH_CODES)
        return fail_damaged(err);
    for (unsigned i = 0; i < count; i++)
        of_lengths[order[i]] = (uint8_t)fz_vp8l_read(bits, 3);
    enum fz_err failed = build(t, of_lengths, LENGTH_CODES, &code, err);
    if (failed != FZ_OK)
        return failed;
    t->count = before; /* its table has served when the next one is made */
    return read_runs(bits, t->entries + code.at, code.bits, lengths, symbols) ? FZ_OK : fail_damaged(err);
}

enum fz_err fz_prefix_read(struct fz_prefix_tables *tables, struct fz_vp8l_bits *bits, unsigned symbols,
                           struct fz_prefix_code *code, struct fz_error *err)
{
    uint8_t lengths[FZ_PREFIX_SYMBOLS_MOST] = {0};
    enum fz_err failed = FZ_OK;
    if (fz_vp8l_read(bits, 1))
        read_simple(bits, lengths, symbols);
    else
        failed = read_normal(tables, bits, lengths, symbols, err);
    return failed == FZ_OK ? build(tables, lengths, symbols, code, err) : failed;
}
