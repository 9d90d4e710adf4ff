/* The prefix codes of VP8L (RFC 9649, section 3.7.2), as tables of two levels that are no larger than the code needs. */
#ifndef FZ_IMAGE_WEBP_PREFIX_H
#define FZ_IMAGE_WEBP_PREFIX_H

#include "image/webp/bits.h"

#include "base/error.h"

enum {
    FZ_PREFIX_LENGTH_MOST = 15,
    FZ_PREFIX_SYMBOLS_MOST = 256 + 24 + (1 << 11), /* of the code of green, lengths and the largest cache */
    FZ_PREFIX_ROOT_BITS = 8,
    FZ_PREFIX_ENTRY_BITS = 4, /* of an entry, the lowest: a length */
};

/* Tables one after the other. An entry has a symbol and the length of its code; one of the root whose length is over
 * FZ_PREFIX_ROOT_BITS has the place of a second table, counted from the root, which the bits in excess of that number tell apart:
 * its entries have the lengths of what is left. At most 2704 entries are of one code (by zlib's enough.c, of 2328 symbols). */
struct fz_prefix_tables {
    uint16_t *entries; /* owned */
    size_t count, room, most;
};

struct fz_prefix_code {
    uint32_t at;   /* of its root in the entries */
    uint32_t bits; /* of the root; 0: there is one symbol, and it takes no bits */
};

/* One thread. Reads a code of so many symbols and appends its tables. DAMAGED, LIMIT (over tables->most), MEMORY. */
enum fz_err fz_prefix_read(struct fz_prefix_tables *tables, struct fz_vp8l_bits *bits, unsigned symbols,
                           struct fz_prefix_code *code, struct fz_error *err);

/* One thread. The next symbol of the code whose root that is; at most FZ_PREFIX_LENGTH_MOST bits, which must be there. */
static inline unsigned fz_prefix_take(struct fz_vp8l_bits *bits, const uint16_t *root, unsigned root_bits)
{
    const unsigned mask = (1U << FZ_PREFIX_ENTRY_BITS) - 1;
    unsigned entry = root[bits->acc & ((UINT64_C(1) << root_bits) - 1)], length = entry & mask;
    if (length > FZ_PREFIX_ROOT_BITS) {
        const uint16_t *table = root + (entry >> FZ_PREFIX_ENTRY_BITS);
        fz_vp8l_drop(bits, FZ_PREFIX_ROOT_BITS);
        entry = table[bits->acc & ((UINT64_C(1) << (length - FZ_PREFIX_ROOT_BITS)) - 1)];
        length = entry & mask;
    }
    fz_vp8l_drop(bits, length);
    return entry >> FZ_PREFIX_ENTRY_BITS;
}

#endif
