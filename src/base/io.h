/* Whole reads and writes: all that was asked for, however the kernel parts it and whatever signal comes between. Each call of the
 * system that came back is a beat (base/pulse.h). */
#ifndef FZ_BASE_IO_H
#define FZ_BASE_IO_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Any thread. *got bytes came: fewer than `len` where the file ends, or, false with errno, where it cannot be read on. */
bool fz_read_full(int fd, void *to, size_t len, size_t *got);
/* The same from `at` on, in bytes; leaves the place of fd as it is. */
bool fz_pread_full(int fd, void *to, size_t len, off_t at, size_t *got);

/* Any thread. False with errno: not all of it. */
bool fz_write_full(int fd, const void *bytes, size_t len);
bool fz_pwrite_full(int fd, const void *bytes, size_t len, off_t at);

/* Main thread. IO where not all that was printed has come to standard output. */
enum fz_err fz_flush_output(struct fz_error *err);

#endif
