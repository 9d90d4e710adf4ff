#include "sync/wake.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

enum { TRIES = 3 }; /* a wake-up that is lost may be the last one */

bool fz_wake(int fd)
{
    for (int i = 0; i < TRIES; i++)
        if (write(fd, &(uint64_t){1}, sizeof(uint64_t)) >= 0 ||
            errno == EAGAIN) /* which is readable already */
            return true;
    return false;
}

void fz_wake_drain(int fd)
{
    uint64_t rings;
    ssize_t n = read(fd, &rings, sizeof rings);
    (void)n; /* it says only that there may be something */
}
