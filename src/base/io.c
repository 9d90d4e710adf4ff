#include "base/io.h"

#include "base/pulse.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Of `n`, as read(2) gave it. False: there is no more to read. */
static bool goes_on(ssize_t n, size_t *got, bool *failed)
{
    fz_pulse_beat();
    *got += n > 0 ? (size_t)n : 0;
    *failed = n < 0 && errno != EINTR;
    return n != 0 && !*failed;
}

bool fz_read_full(int fd, void *to, size_t len, size_t *got)
{
    bool failed = false;
    *got = 0;
    while (*got < len && goes_on(read(fd, (char *)to + *got, len - *got), got, &failed))
        ;
    return !failed;
}

bool fz_pread_full(int fd, void *to, size_t len, off_t at, size_t *got)
{
    bool failed = false;
    *got = 0;
    while (*got < len && goes_on(pread(fd, (char *)to + *got, len - *got, at + (off_t)*got), got, &failed))
        ;
    return !failed;
}

/* The same of write(2). */
static bool writes_on(ssize_t n, size_t *done)
{
    fz_pulse_beat();
    *done += n > 0 ? (size_t)n : 0;
    return n > 0 || (n < 0 && errno == EINTR);
}

bool fz_write_full(int fd, const void *bytes, size_t len)
{
    size_t done = 0;
    while (done < len && writes_on(write(fd, (const char *)bytes + done, len - done), &done))
        ;
    return done == len;
}

bool fz_pwrite_full(int fd, const void *bytes, size_t len, off_t at)
{
    size_t done = 0;
    while (done < len &&
           writes_on(pwrite(fd, (const char *)bytes + done, len - done, at + (off_t)done), &done))
        ;
    return done == len;
}

enum fz_err fz_flush_output(struct fz_error *err)
{
    bool whole = fflush(stdout) == 0 && !ferror(stdout);
    return whole ? FZ_OK : fz_fail(err, FZ_E_IO, errno, "cannot write to standard output");
}
