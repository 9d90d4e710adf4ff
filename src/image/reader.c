#include "image/reader.h"

#include "base/human.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 512 << 10 };

enum fz_err fz_reader_check(int fd, struct fz_held *of, struct fz_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fz_fail(err, fz_err_from_errno(errno), errno, "cannot read");
    if (S_ISDIR(st.st_mode))
        return fz_fail(err, FZ_E_NOT_PICTURE, 0, "a folder, not a picture");
    if (!S_ISREG(st.st_mode))
        return fz_fail(err, FZ_E_NOT_PICTURE, 0, "not a regular file");
    if (of)
        *of = fz_held_of(&st);
    return FZ_OK;
}

static enum fz_err fail_large(const struct fz_reader *reader, struct fz_error *err)
{
    char most[32];
    fz_human_bytes(most, sizeof most, reader->request->limits.max_file_bytes);
    return fz_fail(err, FZ_E_LIMIT, 0, "file is over %s", most);
}

enum fz_err fz_reader_open(struct fz_reader *reader, const struct fz_image_request *request,
                           struct fz_buffer *buffer, struct fz_error *err)
{
    *reader = (struct fz_reader){.request = request, .buffer = buffer, .file_bytes = request->len};
    reader->look = reader->first_look;
    reader->look_most = sizeof reader->first_look;
    enum fz_err code = request->bytes ? FZ_OK : fz_reader_check(request->fd, &reader->of, err);
    if (code != FZ_OK)
        return code;
    if (!request->bytes)
        reader->file_bytes = reader->of.bytes;
    if (reader->file_bytes > request->limits.max_file_bytes)
        return fail_large(reader, err);
    if (!request->bytes)
        posix_fadvise(request->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice only: may fail */
    if (request->head.len == 0)
        return FZ_OK;
    if (!fz_buffer_grow(buffer, request->head.len))
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for the file");
    memcpy(buffer->data, request->head.bytes, request->head.len);
    reader->len = request->head.len;
    return FZ_OK;
}

/* Room for one more block, or for all that fstat promised, so that only a growing file moves. */
static bool make_room(struct fz_reader *reader, uint64_t bytes)
{
    uint64_t need = bytes;
    if (need > reader->file_bytes && need > reader->len + BLOCK_BYTES)
        need = reader->file_bytes > reader->len ? reader->file_bytes + 1 : reader->len + BLOCK_BYTES;
    return need <= SIZE_MAX && fz_buffer_grow(reader->buffer, (size_t)need);
}

/* As pread(2) does, of bytes in memory too. */
static ssize_t read_from(const struct fz_image_request *request, uint64_t at, uint8_t *to, size_t count)
{
    if (!request->bytes)
        return pread(request->fd, to, count, (off_t)at);
    size_t rest = at < request->len ? request->len - (size_t)at : 0;
    count = count < rest ? count : rest;
    memcpy(to, request->bytes + (request->len - rest), count);
    return (ssize_t)count;
}

/* Reads once, as much as comes. */
static enum fz_err read_once(const struct fz_reader *reader, uint64_t at, uint8_t *to, size_t count,
                             size_t *got, struct fz_error *err)
{
    const struct fz_image_request *request = reader->request;
    ssize_t n;
    do {
        if (request->host.cancelled && request->host.cancelled(request->host.ctx))
            return fz_fail(err, FZ_E_CANCELLED, 0, "cancelled");
        n = read_from(request, at, to, count);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return fz_fail(err, fz_err_from_errno(errno), errno, "cannot read");
    *got = (size_t)n;
    return FZ_OK;
}

/* The same of what comes next, behind what stands in the buffer. */
static enum fz_err read_some(const struct fz_reader *reader, size_t count, size_t *got, struct fz_error *err)
{
    return read_once(reader, reader->len + reader->piece_bytes, reader->buffer->data + reader->len, count,
                     got, err);
}

enum fz_err fz_reader_fill(struct fz_reader *reader, uint64_t bytes, struct fz_error *err)
{
    const struct fz_image_request *request = reader->request;
    while (!reader->whole && reader->len < bytes) {
        if (!make_room(reader, bytes))
            return fz_fail(err, FZ_E_MEMORY, 0, "no memory for the file");
        size_t room = reader->buffer->size - reader->len, got;
        uint64_t wanted = bytes - reader->len;
        size_t count = room < BLOCK_BYTES ? room : BLOCK_BYTES;
        if (count > wanted)
            count = (size_t)wanted;
        enum fz_err code = read_some(reader, count, &got, err);
        if (code != FZ_OK)
            return code;
        reader->whole = got == 0;
        reader->len += got;
        if (reader->len > request->limits.max_file_bytes)
            return fail_large(reader, err);
    }
    return FZ_OK;
}

enum fz_err fz_reader_finish(struct fz_reader *reader, struct fz_error *err)
{
    return fz_reader_fill(reader, UINT64_MAX, err);
}

enum fz_err fz_reader_begin_pieces(struct fz_reader *reader, struct fz_error *err)
{
    if (!fz_buffer_grow(reader->buffer, reader->len + FZ_READER_PIECE_BYTES))
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for the file");
    if (reader->scattered) {
        reader->look = reader->buffer->data + reader->len;
        reader->look_most = FZ_READER_AHEAD_BYTES;
        reader->look_bytes = 0;
    }
    return FZ_OK;
}

enum fz_err fz_reader_next(struct fz_reader *reader, struct fz_bytes *piece, struct fz_error *err)
{
    *piece = (struct fz_bytes){.at = reader->buffer->data + reader->len};
    enum fz_err code = read_some(reader, FZ_READER_PIECE_BYTES, &piece->len, err);
    reader->piece_bytes += piece->len;
    reader->last_bytes = piece->len;
    if (code == FZ_OK && piece->len > 0 && /* behind the file's end there is nothing that is large */
        reader->len + reader->piece_bytes > reader->request->limits.max_file_bytes)
        return fail_large(reader, err);
    return code;
}

void fz_reader_seek(struct fz_reader *reader, uint64_t offset)
{
    const struct fz_image_request *request = reader->request;
    uint64_t end = request->bytes ? request->len : INT64_MAX - FZ_READER_PIECE_BYTES;
    offset = offset < reader->len ? reader->len : offset < end ? offset : end;
    reader->piece_bytes = offset - reader->len;
    reader->last_bytes = 0;
}

/* Where to begin, so that it serves what is copied next as well. */
static uint64_t next_piece_at(const struct fz_reader *reader, uint64_t at, size_t count)
{
    bool upwards = reader->last_bytes > 0 && at < reader->len + reader->piece_bytes - reader->last_bytes;
    uint64_t end = at + count;
    return !upwards || count > FZ_READER_PIECE_BYTES ? at
           : end > FZ_READER_PIECE_BYTES             ? end - FZ_READER_PIECE_BYTES
                                                     : 0;
}

enum fz_err fz_reader_copy(struct fz_reader *reader, uint64_t at, size_t count, uint8_t *to, bool *there,
                           struct fz_error *err)
{
    const uint8_t *data = reader->buffer->data;
    enum fz_err code = FZ_OK;
    *there = true;
    while (count > 0 && *there && code == FZ_OK) {
        uint64_t end = reader->len + reader->piece_bytes, start = end - reader->last_bytes;
        size_t got = 0;
        if (at < reader->len) {
            got = reader->len - (size_t)at < count ? reader->len - (size_t)at : count;
            memcpy(to, data + at, got);
        } else if (at >= start && at < end) {
            got = (size_t)(end - at) < count ? (size_t)(end - at) : count;
            memcpy(to, data + reader->len + (at - start), got);
        } else {
            struct fz_bytes piece;
            fz_reader_seek(reader, next_piece_at(reader, at, count));
            code = fz_reader_next(reader, &piece, err);
            *there = at < reader->len + reader->piece_bytes;
        }
        at += got;
        to += got;
        count -= got;
    }
    return code;
}

struct fz_bytes fz_reader_bytes(struct fz_reader *reader)
{
    return (struct fz_bytes){.at = reader->buffer->data,
                             .len = reader->len,
                             .whole = reader->whole,
                             .beyond = reader->scattered && !reader->whole ? reader : NULL};
}

/* What lies there side by side, up to `count` bytes: of a window, in which what is asked for next may lie. That is long only where
 * askings follow each other in the file, as for low strips. */
static size_t look(struct fz_reader *reader, uint64_t at, size_t count, uint8_t *to)
{
    size_t got = 0;
    if (reader->error.code != FZ_OK)
        return 0;
    if (at < reader->look_at || at - reader->look_at >= reader->look_bytes) {
        const size_t most = at == reader->next_at ? reader->look_most : FZ_READER_LOOK_BYTES;
        if (count >= most) {
            read_once(reader, at, to, count < BLOCK_BYTES ? count : BLOCK_BYTES, &got, &reader->error);
            reader->next_at = at + got;
            return got;
        }
        reader->look_at = at;
        reader->look_bytes = 0;
        read_once(reader, at, reader->look, most, &reader->look_bytes, &reader->error);
    }
    const size_t from = (size_t)(at - reader->look_at), there = reader->look_bytes - from;
    got = there < count ? there : count;
    memcpy(to, reader->look + from, got);
    reader->next_at = at + got;
    return got;
}

size_t fz_reader_copy_of(const struct fz_bytes *file, uint64_t at, size_t count, uint8_t *to)
{
    size_t done = 0, got = 1;
    if (at > INT64_MAX || count > INT64_MAX - at)
        return 0;
    while (done < count && got > 0) {
        const uint64_t pos = at + done;
        const size_t here = pos < file->len ? file->len - (size_t)pos : 0, rest = count - done;
        got = here < rest ? here : rest;
        if (here > 0)
            memcpy(to + done, file->at + pos, got);
        else
            got = file->beyond ? look(file->beyond, pos, rest, to + done) : 0;
        done += got;
    }
    return done;
}

uint64_t fz_reader_length(const struct fz_bytes *file)
{
    return file->beyond && file->beyond->file_bytes > file->len ? file->beyond->file_bytes : file->len;
}

bool fz_reader_has(const struct fz_bytes *file, uint64_t at, uint64_t count)
{
    const uint64_t len = fz_reader_length(file);
    return at <= len && count <= len - at;
}

enum fz_err fz_reader_failed(const struct fz_reader *reader, struct fz_error *err)
{
    if (reader->error.code != FZ_OK && err)
        *err = reader->error;
    return reader->error.code;
}

void fz_reader_hold(const struct fz_reader *reader, struct fz_image_scratch *scratch)
{
    scratch->held = reader->of;
    scratch->held.len = reader->request->bytes ? 0 : reader->len;
}
