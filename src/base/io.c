#include "base/io.h"

#include "base/pulse.h"

#include <errno.h>
#include <unistd.h>

enum { AT_ITS_PLACE = -1 };

static ssize_t read_full(int fd, char *to, size_t len, off_t at)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = at == AT_ITS_PLACE ? read(fd, to + got, len - got)
                                       : pread(fd, to + got, len - got, at + (off_t)got);
        fz_pulse_beat();
        if (n == 0)
            break;
        if (n > 0)
            got += (size_t)n;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)got;
}

ssize_t fz_read_full(int fd, void *to, size_t len)
{
    return read_full(fd, to, len, AT_ITS_PLACE);
}

ssize_t fz_pread_full(int fd, void *to, size_t len, off_t at)
{
    return read_full(fd, to, len, at);
}

bool fz_write_full(int fd, const void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, (const char *)bytes + done, len - done);
        fz_pulse_beat();
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return false;
    }
    return true;
}
