/* Whole reads and writes: all that was asked for, however the kernel parts it and whatever signal comes between. Each call of the
 * system that came back is a beat (base/pulse.h). */
#ifndef FZ_BASE_IO_H
#define FZ_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Any thread. How many bytes came: fewer than `len` where the file ends; -1 with errno. */
ssize_t fz_read_full(int fd, void *to, size_t len);
/* The same from `at` on, in bytes; leaves the place of fd as it is. */
ssize_t fz_pread_full(int fd, void *to, size_t len, off_t at);

/* Any thread. False with errno: not all of it. */
bool fz_write_full(int fd, const void *bytes, size_t len);

#endif
