/* What is kept between two pictures, and how it divides: among workers, among the decoders of a worker, and within one of them. All of
 * it comes out of the workers' memory, and what nobody set aside is not kept: its pages go back to the system. Pure. */
#ifndef FZ_DECODE_KEEP_H
#define FZ_DECODE_KEEP_H

#include <stddef.h>
#include <stdint.h>

enum { FZ_KEEP_PAGE_BYTES = 4096 }; /* what memory is given back in; where pages are larger, less goes back */

/* Of a worker with decoder processes; with less they would do little but give memory back and fetch it again. */
enum { FZ_KEEP_LEAST_BYTES = 320 << 10 };

/* Any thread. For how many of `workers` (at least 1) there is room where each must have `least_bytes`, and what each keeps: together an
 * eighth of the working memory. */
int fz_keep_workers(uint64_t working_bytes, int workers, size_t least_bytes, size_t *each_bytes);

/* Any thread. What the decoder of heavy codecs may keep of what its worker keeps; that of SVG as much. The plain one has the rest. */
size_t fz_keep_rare_bytes(size_t worker_bytes);

/* What one decoder keeps, in bytes; with the header of the ring as much as it has, which is two pages at least. */
struct fz_keep {
    size_t input_bytes; /* of the ring's input, whole pages, */
    uint32_t slots; /* and of its slots, the first ones; the rest of the ring is given back after each use */
    size_t scratch_bytes; /* buffers of the process, */
    size_t heap_bytes;    /* and freed blocks that its C library holds back; 0: none after a call */
    size_t free_bytes;    /* working memory that it need not ask for */
};

/* Any thread. */
struct fz_keep fz_keep_divide(size_t bytes);

#endif
