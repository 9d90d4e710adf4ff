#include "process/parcel.h"

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

struct message {
    struct head head;
    char bytes[INLINE_BYTES];
};

static bool write_all(int fd, const char *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, bytes + done, len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool read_all(int fd, char *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pread(fd, bytes + done, len - done, (off_t)done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

bool fz_parcel_send(int socket, const struct fz_parcel *parcel)
{
    struct message message;
    int fds[FZ_WIRE_MOST_FDS], count = 0, file = -1;
    message.head = (struct head){.kind = parcel->kind,
                                 .number = parcel->number,
                                 .count = parcel->count,
                                 .flags = parcel->flags,
                                 .value = parcel->value,
                                 .len = parcel->len,
                                 .in_file = parcel->len > INLINE_BYTES,
                                 .has_fd = parcel->fd >= 0,
                                 .more_count = parcel->more_count};
    size_t size = sizeof message.head;
    if (message.head.in_file) {
        file = memfd_create("frieze-parcel", MFD_CLOEXEC);
        if (file < 0 || !write_all(file, parcel->bytes, parcel->len)) {
            if (file >= 0)
                close(file);
            return false;
        }
        fds[count++] = file;
    } else if (parcel->len > 0) {
        memcpy(message.bytes, parcel->bytes, parcel->len);
        size += parcel->len;
    }
    if (parcel->fd >= 0)
        fds[count++] = parcel->fd;
    for (uint32_t i = 0; i < parcel->more_count; i++)
        fds[count++] = parcel->more[i];
    bool sent = fz_wire_send(socket, &message, size, fds, count);
    if (file >= 0)
        close(file);
    return sent;
}

static bool open_parcel(struct fz_parcel *parcel, const struct message *message, size_t size, int *fds,
                        size_t most_bytes)
{
    const struct head *head = &message->head;
    if (size < sizeof *head || head->len > most_bytes)
        return false;
    int file = head->in_file ? fds[0] : -1;
    int *fd = &fds[head->in_file ? 1 : 0], *more = &fds[(head->in_file ? 1 : 0) + (head->has_fd ? 1 : 0)];
    struct stat st;
    bool whole = head->in_file ? file >= 0 && fstat(file, &st) == 0 && (uint64_t)st.st_size == head->len
                               : size == sizeof *head + head->len;
    if (!whole || head->more_count > FZ_PARCEL_MORE || (head->has_fd && *fd < 0))
        return false;
    for (uint32_t i = 0; i < head->more_count; i++)
        whole = whole && more[i] >= 0;
    if (!whole)
        return false;
    char *bytes = fz_try_malloc((size_t)head->len + 1);
    if (bytes && head->in_file)
        whole = read_all(file, bytes, (size_t)head->len);
    else if (bytes)
        memcpy(bytes, message->bytes, (size_t)head->len);
    if (!bytes || !whole) {
        free(bytes);
        return false;
    }
    bytes[head->len] = '\0';
    *parcel = (struct fz_parcel){.kind = head->kind,
                                 .number = head->number,
                                 .count = head->count,
                                 .flags = head->flags,
                                 .value = head->value,
                                 .bytes = bytes,
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

enum fz_parcel_end fz_parcel_receive(int socket, struct fz_parcel *parcel, size_t most_bytes, int timeout_ms)
{
    struct message message;
    int fds[FZ_WIRE_MOST_FDS];
    *parcel = (struct fz_parcel){.fd = -1};
    ssize_t n = fz_wire_receive(socket, &message, sizeof message, fds, FZ_WIRE_MOST_FDS, timeout_ms);
    if (n < 0 && errno == EAGAIN)
        return FZ_PARCEL_LATE;
    bool came = n > 0 && open_parcel(parcel, &message, (size_t)n, fds, most_bytes);
    for (int i = 0; i < FZ_WIRE_MOST_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    bool spoilt = n > 0 || (n < 0 && errno == EBADMSG);
    return came ? FZ_PARCEL_CAME : spoilt ? FZ_PARCEL_SPOILT : FZ_PARCEL_ENDED;
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
