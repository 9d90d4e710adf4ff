/* What lies all over memory is fetched at once before it is read one after the other. */
#ifndef FZ_BASE_PREFETCH_H
#define FZ_BASE_PREFETCH_H

#include <stddef.h>
#include <stdint.h>

/* Of x86 and most ARM; where lines are longer some are asked for twice. */
enum { FZ_CACHE_LINE_BYTES = 64 };

/* Any thread. Begins to bring `bytes` from `at` on into the cache. */
static inline void fz_prefetch(const void *at, size_t bytes)
{
    const size_t begun = (uintptr_t)at % FZ_CACHE_LINE_BYTES; /* of its first line */
    const char *line = (const char *)at - begun;
    for (size_t done = 0; done < begun + bytes; done += FZ_CACHE_LINE_BYTES) {
        __builtin_prefetch(line + done);
        __asm__ volatile(""); /* GCC 12 leaves out a loop that does nothing else */
    }
}

#endif
