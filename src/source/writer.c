#include "source/writer.h"

#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    QUIET_S = 10,           /* without a lease: so long without a change counts as done */
    PATIENCE_US = 60000000, /* then a quiet file is shown, whoever holds it */
};

/* A read lease is refused while anybody has the file open for writing (fcntl(2), F_SETLEASE). It is given
 * back at once; should a writer come in that instant, the kernel tells by a signal, which must be one that
 * is ignored by default. */
static int lease_error(int fd)
{
    if (fcntl(fd, F_SETSIG, SIGURG) < 0 || fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
        return errno;
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return 0;
}

/* A change in the future was made by another clock, or before this one was set back: it is not the latest one. */
static bool is_quiet(const struct stat *st)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return llabs((long long)now.tv_sec - st->st_mtim.tv_sec) >= QUIET_S;
}

enum fz_writer fz_writer_of(const char *path, int64_t waited_us)
{
    FZ_NOT_MAIN();
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;
    /* One that may not be read is shown: the tile says why. */
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? FZ_WRITER_GONE : FZ_WRITER_NONE;
    enum fz_writer writer = FZ_WRITER_GONE;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        int refused = lease_error(fd);
        bool done = refused == 0 || (refused != EAGAIN && is_quiet(&st)) ||
                    (waited_us > PATIENCE_US && is_quiet(&st));
        writer = done ? FZ_WRITER_NONE : FZ_WRITER_SOME;
    }
    close(fd);
    return writer;
}
