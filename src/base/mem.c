#include "base/mem.h"

#include "base/leftover.h"
#include "base/sanitized.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    HUGE_PAGE_BYTES = 2 << 20, /* where pages have 4 KB, on x86 and on ARM */
    ROUNDED_PART = 32,         /* of a block, at most so much more than was asked for */
};

/* Allocates nothing: there is nothing left to allocate from. */
void *fz_out_of_memory(void)
{
    static const char line[] = "frieze: out of memory\n";
    ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
    (void)written;
    fz_leftovers_end(FZ_LEFTOVERS_MS);
    _exit(1);
}

void *fz_malloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    return p ? p : fz_out_of_memory();
}

void *fz_calloc(size_t count, size_t bytes)
{
    void *p = calloc(count ? count : 1, bytes ? bytes : 1);
    return p ? p : fz_out_of_memory();
}

void *fz_realloc(void *old, size_t bytes)
{
    void *p = realloc(old, bytes ? bytes : 1);
    return p ? p : fz_out_of_memory();
}

char *fz_strdup(const char *s)
{
    return fz_strndup(s, strlen(s));
}

char *fz_strndup(const char *s, size_t len)
{
    char *copy = fz_malloc(len + 1);
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *fz_asprintf(const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    int len = vasprintf(&text, fmt, args);
    va_end(args);
    return len >= 0 ? text : fz_out_of_memory();
}

void *fz_try_malloc(size_t bytes)
{
    return malloc(bytes ? bytes : 1);
}

void *fz_try_block(size_t bytes)
{
    size_t most = bytes + bytes / ROUNDED_PART, whole = most / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    if (whole == 0)
        return fz_try_malloc(bytes);
    void *block;
    if (posix_memalign(&block, HUGE_PAGE_BYTES, whole > bytes ? whole : bytes) != 0)
        return NULL;
    (void)!madvise(block, whole, MADV_HUGEPAGE);
    return block;
}

/* Where the C library keeps its addresses, small objects would each bring a page of 2 MB. */
static void leave_huge_pages(void *block)
{
    size_t bytes = (uintptr_t)block % HUGE_PAGE_BYTES == 0 ? malloc_usable_size(block) : 0;
    if (bytes >= HUGE_PAGE_BYTES)
        (void)!madvise(block, bytes / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES, MADV_NOHUGEPAGE);
}

void fz_block_free(void *block)
{
    if (block)
        leave_huge_pages(block);
    free(block);
}

void *fz_block_resize(void *block, size_t bytes)
{
    if (block)
        leave_huge_pages(block);
    return realloc(block, bytes);
}

void fz_mem_set_retention(size_t bytes)
{
#ifdef __GLIBC__
    enum { LEAST = 64 << 10, MOST = 32 << 20 }; /* half of its own default, and the most that it takes */
    int kept = (int)(bytes < LEAST ? LEAST : bytes > MOST ? MOST : bytes);
    mallopt(M_MMAP_THRESHOLD, kept);
    mallopt(M_TRIM_THRESHOLD, kept);
#else
    (void)bytes;
#endif
}

/* Where a sanitizer allocates, two threads that call it first would set up the C library's own heap at once. */
void fz_mem_trim(void)
{
#if defined(__GLIBC__) && !FZ_SANITIZED
    malloc_trim(0);
#endif
}

void fz_mem_populate(void *block, size_t bytes)
{
    enum { POPULATE_WRITE = 23, LEAST = 64 << 10 }; /* of Linux 5.14; not in all headers */
    if (!block || bytes < LEAST)
        return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)block & ~(page - 1);
    (void)!madvise((void *)from, (uintptr_t)block + bytes - from, POPULATE_WRITE);
}

static size_t grown(size_t capacity, size_t need)
{
    size_t bigger = capacity ? capacity + capacity / 2 : 16;
    return bigger < need ? need : bigger;
}

void *fz_grow(void *array, size_t *capacity, size_t need, size_t element_bytes)
{
    if (need <= *capacity)
        return array;
    *capacity = grown(*capacity, need);
    return fz_realloc(array, *capacity * element_bytes);
}

/* Zeroes are left out: what is only read takes no memory, in the old block nor in the new one. */
static void copy_written(char *to, const char *from, size_t bytes)
{
    static const char zeroes[4096];
    for (size_t at = 0, len; at < bytes; at += len) {
        len = bytes - at < sizeof zeroes ? bytes - at : sizeof zeroes;
        if (memcmp(from + at, zeroes, len) != 0)
            memcpy(to + at, from + at, len);
    }
}

void *fz_grow_zeroed(void *array, size_t *capacity, size_t need, size_t element_bytes)
{
    if (need <= *capacity)
        return array;
    size_t old_bytes = *capacity * element_bytes;
    *capacity = grown(*capacity, need);
    void *bigger = fz_calloc(*capacity, element_bytes);
    copy_written(bigger, array, old_bytes);
    free(array);
    return bigger;
}

void *fz_shrink(void *array, size_t *capacity, size_t count, size_t element_bytes)
{
    size_t kept = count + count / 16;
    if (kept == 0 || *capacity - count < count / 8)
        return array;
    *capacity = kept;
    return fz_realloc(array, kept * element_bytes);
}
