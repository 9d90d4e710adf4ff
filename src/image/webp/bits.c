#include "image/webp/bits.h"

void fz_vp8l_refill_slowly(struct fz_vp8l_bits *bits)
{
    while (bits->count < FZ_VP8L_BITS_MOST) {
        struct fz_bytes next;
        if (bits->at == bits->end && bits->more) {
            if (bits->more(bits->ctx, &next)) {
                bits->at = next.at;
                bits->end = next.at + next.len;
            } else {
                bits->more = NULL;
            }
        }
        if (bits->at < bits->end)
            bits->acc |= (uint64_t)*bits->at++ << bits->count;
        else
            bits->missing += 8;
        bits->count += 8;
    }
}
