/* Memory for small objects: out of memory here ends the program with one line (exit 1).
 * Pixels and other large blocks come from fz_try_malloc, where it is an ordinary error. */
#ifndef FZ_BASE_MEM_H
#define FZ_BASE_MEM_H

#include <stddef.h>

/* Any thread. Says so and ends the program, and removes what must not outlive it; allocates nothing. */
void *fz_out_of_memory(void) __attribute__((noreturn));

/* Any thread. Never return NULL; the caller frees with free(). */
void *fz_malloc(size_t bytes);
void *fz_calloc(size_t count, size_t bytes);
void *fz_realloc(void *old, size_t bytes);
char *fz_strdup(const char *s);
char *fz_strndup(const char *s, size_t len);
char *fz_asprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Any thread. NULL when the memory is not there; the caller frees with free(). */
void *fz_try_malloc(size_t bytes);

/* Any thread. The same for pixels and other large memory that is written whole at once: where the system has pages of 2 MB for it
 * (transparent huge pages), it lies in those, of which one costs no more than two or three of the small ones. No page is there yet
 * (fz_mem_populate). The caller frees it with fz_block_free. */
void *fz_try_block(size_t bytes);

/* Any thread. Frees memory of fz_try_block, or of malloc. NULL-safe. */
void fz_block_free(void *block);

/* Any thread. More, or less, of a block: where it then lies, with what it held; NULL when the memory is not there, and it is as it was. */
void *fz_block_resize(void *block, size_t bytes);

/* Main thread, before any other starts. What the C library may keep of freed memory for each thread that allocates;
 * blocks of this size and more go back to the system at once. By itself it would keep tens of MB a thread. */
void fz_mem_set_retention(size_t bytes);

/* Any thread but a running render thread. Gives back to the system what the C library holds of freed memory; takes some ms, in
 * which others that allocate may wait. */
void fz_mem_trim(void);

/* Any thread. Asks the system at once for all pages of a block that is about to be written whole: fresh ones would each interrupt
 * the writing, for about 1 us, and 15 where pages of a guest are shadowed (madvise(2), MADV_POPULATE_WRITE). Pages that are there cost
 * next to nothing, few pages are left alone, and where the system cannot, nothing is lost. NULL-safe. */
void fz_mem_populate(void *block, size_t bytes);

/* Makes room for `need` elements in a growing array; *capacity counts elements. */
void *fz_grow(void *array, size_t *capacity, size_t need, size_t element_bytes);

/* The same, with zeroes in the new elements: of many, those that nobody writes to take no memory, however often it grows. */
void *fz_grow_zeroed(void *array, size_t *capacity, size_t need, size_t element_bytes);

/* Gives back what a growing array has over `count` and a sixteenth, where that is much. */
void *fz_shrink(void *array, size_t *capacity, size_t count, size_t element_bytes);

#endif
