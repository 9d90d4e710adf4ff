/* Copies of files into memory: a reader's, of what lies on shares, and of what plays (in thread mode a worker's). A share answers each read after its latency, and many at once: so the blocks of a file are
 * read by several threads ("frieze:fetcher", 32 at most), which serve all copies of the process, the most urgent first. How many
 * reads are under way at once follows what they bring, as in TCP Vegas (Brakmo and Peterson, 1995): one more for each block that
 * came about as fast as the fastest, one less for each that took twice as long, for then they only wait for each other. Blocks
 * begin small, and grow to what the file system asks for while they come in less than a second: over a narrow link ten of a megabyte would look
 * like a share that hangs. A share that answers quickly is read by one thread. */
#ifndef FZ_DECODE_FETCH_H
#define FZ_DECODE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

enum { FZ_FETCH_NOT = 255 }; /* a rank: not wanted any more */

struct fz_fetch_wish {
    uint64_t bytes;                             /* to copy at most; the copy is shorter where the file is */
    unsigned rank;                              /* less is more urgent */
    unsigned (*hear)(void *ctx, unsigned rank); /* called after each block: the rank from now on */
    void *ctx;
};

/* A thread of a reader, or a worker; waits for the share or the disk. The copy of a file (borrowed), open for reading, owned by the caller: of `bytes`
 * from its beginning, with nothing but zeros behind them where it is longer. Who asks for what is being copied already waits
 * for that. -1 with errno where there is no memory for it, where nothing could be read, or where it was not wanted any more. `hear`
 * is called on this thread, which also shows that blocks come (base/pulse.h). */
int fz_fetch(int file, const struct fz_fetch_wish *wish);

#endif
