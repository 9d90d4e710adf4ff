/* How much a share or a disk is asked for at once, as what came tells: the congestion window of TCP Vegas (decode/fetch.h). */
#ifndef FZ_DECODE_CONGESTION_H
#define FZ_DECODE_CONGESTION_H

#include <stdint.h>

enum {
    FZ_BLOCK_LEAST_BYTES =
        128 << 10, /* what the kernel asks a FUSE file system for at once, if it comes to whole pages, */
    FZ_BLOCK_MOST_BYTES = 1 << 20, /* and NFS and SMB, which say so */
    FZ_READS_MOST = 32,
};

/* Of its owner, who has a lock for it. At first: a window of 1, and the least block. */
struct fz_congestion {
    int window;       /* reads at once */
    int64_t least_us; /* what a block takes when it waits for no other; 0: none came yet */
    uint64_t block;   /* bytes: as many as may be asked for by one read */
};

/* A block of so many bytes came after `took_us`; its file system asks for `most_bytes` at once. */
void fz_congestion_learn(struct fz_congestion *congestion, uint64_t block, uint64_t most_bytes,
                         int64_t took_us);

#endif
