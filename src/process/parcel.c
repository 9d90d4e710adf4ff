#include "process/parcel.h"

#include "base/io.h"
#include "base/mem.h"
#include "process/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INLINE_BYTES = 66 << 10
}; /* the head of a picture with a little more; what is longer goes by a memory file */

/* As it travels. */
struct head {
    uint32_t kind, number, count, flags;
    int64_t value;
    uint64_t len;
    uint32_t in_file, has_fd, more_count;
};

bool fz_parcel_send(int socket, const struct fz_parcel *parcel)
{
    int fds[FZ_WIRE_MOST_FDS], count = 0, file = -1;
    struct head head = {.kind = parcel->kind,
                        .number = parcel->number,
                        .count = parcel->count,
                        .flags = parcel->flags,
                        .value = parcel->value,
                        .len = parcel->len,
                        .in_file = parcel->len > INLINE_BYTES,
                        .has_fd = parcel->fd >= 0,
                        .more_count = parcel->more_count};
    struct fz_wire_parts parts = {.first = &head, .first_len = sizeof head};
    if (head.in_file) {
        file = memfd_create("frieze-parcel", MFD_CLOEXEC);
        if (file < 0 || !fz_write_full(file, parcel->bytes, parcel->len)) {
            if (file >= 0)
                close(file);
            return false;
        }
        fds[count++] = file;
    } else {
        parts.rest = parcel->bytes;
        parts.rest_len = parcel->len;
    }
    if (parcel->fd >= 0)
        fds[count++] = parcel->fd;
    for (uint32_t i = 0; i < parcel->more_count; i++)
        fds[count++] = parcel->more[i];
    bool sent = fz_wire_send_parts(socket, &parts, fds, count);
    if (file >= 0)
        close(file);
    return sent;
}

/* The bytes of a memory file, of which that is the length; NULL: they are not all there. */
static char *read_file(int file, size_t len)
{
    struct stat st;
    if (file < 0 || fstat(file, &st) != 0 || (uint64_t)st.st_size != len)
        return NULL;
    size_t got = 0;
    char *bytes = fz_try_malloc(len + 1);
    if (bytes && !(fz_pread_full(file, bytes, len, 0, &got) && got == len)) {
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

/* Takes *bytes, what came of a message behind its head, and of the descriptors what it tells. */
static bool open_parcel(struct fz_parcel *parcel, const struct head *head, char **bytes, size_t len, int *fds,
                        size_t most_bytes)
{
    if (head->len > most_bytes || head->more_count > FZ_PARCEL_MORE)
        return false;
    int *fd = &fds[head->in_file ? 1 : 0], *more = fd + (head->has_fd ? 1 : 0);
    bool whole = !head->has_fd || *fd >= 0;
    for (uint32_t i = 0; i < head->more_count; i++)
        whole = whole && more[i] >= 0;
    if (!whole || (!head->in_file && len != head->len))
        return false;
    char *all = head->in_file ? read_file(fds[0], (size_t)head->len) : *bytes;
    if (!all)
        return false;
    if (all == *bytes)
        *bytes = NULL;
    all[head->len] = '\0';
    *parcel = (struct fz_parcel){.kind = head->kind,
                                 .number = head->number,
                                 .count = head->count,
                                 .flags = head->flags,
                                 .value = head->value,
                                 .bytes = all,
                                 .len = (size_t)head->len,
                                 .fd = head->has_fd ? *fd : -1,
                                 .more_count = head->more_count};
    if (head->has_fd)
        *fd = -1;
    for (uint32_t i = 0; i < head->more_count; i++) {
        parcel->more[i] = more[i];
        more[i] = -1;
    }
    return true;
}

/* Into a block of its own length: one that is always there, on a stack, has pages for the longest that ever came. */
static enum fz_parcel_end receive(int socket, struct fz_parcel *parcel, size_t size, size_t most_bytes)
{
    struct head head;
    int fds[FZ_WIRE_MOST_FDS];
    size_t len = size > sizeof head ? size - sizeof head : 0;
    if (len > INLINE_BYTES)
        len = INLINE_BYTES; /* what is longer is no parcel */
    char *bytes = fz_try_malloc(len + 1);
    fz_mem_populate(bytes, len + 1);
    bool has_room =
        bytes != NULL; /* without, it is taken all the same: or it would answer what is asked next */
    struct fz_wire_parts parts = {&head, bytes, sizeof head, has_room ? len : 0};
    ssize_t n = fz_wire_receive_parts(socket, &parts, fds, FZ_WIRE_MOST_FDS, -1);
    bool came = has_room && n >= (ssize_t)sizeof head &&
                open_parcel(parcel, &head, &bytes, (size_t)n - sizeof head, fds, most_bytes);
    free(bytes);
    for (int i = 0; i < FZ_WIRE_MOST_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    bool spoilt = n > 0 || (n < 0 && (!has_room || errno == EBADMSG));
    return came ? FZ_PARCEL_CAME : spoilt ? FZ_PARCEL_SPOILT : FZ_PARCEL_ENDED;
}

enum fz_parcel_end fz_parcel_receive(int socket, struct fz_parcel *parcel, size_t most_bytes, int timeout_ms)
{
    *parcel = (struct fz_parcel){.fd = -1};
    ssize_t size = fz_wire_look(socket, timeout_ms);
    if (size < 0 && errno == EAGAIN)
        return FZ_PARCEL_LATE;
    return size > 0 ? receive(socket, parcel, (size_t)size, most_bytes) : FZ_PARCEL_ENDED;
}

void fz_parcel_close_more(struct fz_parcel *parcel)
{
    for (uint32_t i = 0; i < parcel->more_count; i++)
        if (parcel->more[i] >= 0)
            close(parcel->more[i]);
    parcel->more_count = 0;
}

void fz_parcel_fini(struct fz_parcel *parcel)
{
    free(parcel->bytes);
    if (parcel->fd >= 0)
        close(parcel->fd);
    fz_parcel_close_more(parcel);
    *parcel = (struct fz_parcel){.fd = -1};
}

const char *fz_parcel_text(const struct fz_parcel *parcel, size_t *at)
{
    if (*at >= parcel->len)
        return NULL;
    const char *text = parcel->bytes + *at;
    size_t len = strnlen(text, parcel->len - *at);
    *at += len + 1;
    return text;
}

void fz_parcel_add_text(struct fz_parcel *parcel, size_t *capacity, const char *text)
{
    size_t size = strlen(text) + 1;
    parcel->bytes = fz_grow(parcel->bytes, capacity, parcel->len + size, 1);
    memcpy(parcel->bytes + parcel->len, text, size);
    parcel->len += size;
}
