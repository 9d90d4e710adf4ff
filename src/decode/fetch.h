/* Files brought into memory: as copies, a reader's, of what lies on shares, and of what plays (in thread mode a worker's); into the
 * kernel's page cache, a reader's, of what lies on slow disks. A share answers each read after its latency, and many at once: so the blocks of a file are
 * read by several threads ("frieze:fetcher", 32 at most for copies, and as many for the page cache), which serve all of the process, the most urgent first. How many
 * reads are under way at once follows what they bring, as in TCP Vegas (Brakmo and Peterson, 1995): one more for each block that
 * came about as fast as the fastest, one less for each that took twice as long, for then they only wait for each other. Blocks
 * begin small, and grow to what the file system asks for while they come in less than a second: over a narrow link ten of a megabyte would look
 * like a share that hangs. What answers quickly is read by one thread. Shares
 * and disks are judged apart, and wait for each other nowhere. */
#ifndef FZ_DECODE_FETCH_H
#define FZ_DECODE_FETCH_H

#include <stdint.h>

enum { FZ_FETCH_NOT = 255 }; /* a rank: not wanted any more */

struct fz_fetch_wish {
    uint64_t bytes;                             /* to copy at most; the copy is shorter where the file is */
    unsigned rank;                              /* less is more urgent */
    unsigned (*hear)(void *ctx, unsigned rank); /* called after each block: the rank from now on */
    void *ctx;
};

enum fz_fetch_end {
    FZ_FETCH_READ,     /* all of it, or as much as can be */
    FZ_FETCH_QUICK,    /* the disk gave the first of it at once: the rest comes as it is read */
    FZ_FETCH_UNWANTED, /* any more */
};

/* A thread of a reader, or a worker; waits for the share or the disk. The copy of a file (borrowed), open for reading, owned by the caller: of `bytes`
 * from its beginning, with nothing but zeros behind them where it is longer. Who asks for what is being copied already waits
 * for that. -1 with errno where there is no memory for it, where nothing could be read, or where it was not wanted any more. `hear`
 * is called on this thread, which also shows that blocks come (base/pulse.h). */
int fz_fetch(int file, const struct fz_fetch_wish *wish);

/* A thread of a reader. The same into the kernel's page cache (decode/pages.h): of a file on a disk as much of what is not there yet as its format
 * takes of it. One that turns out to be slow is asked for one file
 * after another, for it may have to seek between two. Errors are told to whoever reads the file then. */
enum fz_fetch_end fz_fetch_pages(int file, const struct fz_fetch_wish *wish);

#endif
