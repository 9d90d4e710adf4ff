#include "base/io.h"
#include "image/format.h"
#include "image/reader.h"

#include <errno.h>
#include <unistd.h>

const char *fz_image_sniff(int fd, struct fz_error *err)
{
    uint8_t head[FZ_SNIFF_BYTES];
    if (fz_reader_check(fd, NULL, err) != FZ_OK)
        return NULL;
    size_t len;
    if (!fz_read_full(fd, head, sizeof head, &len)) {
        fz_fail(err, fz_err_from_errno(errno), errno, "cannot read");
        return NULL;
    }
    struct fz_bytes bytes = {.at = head, .len = len};
    const struct fz_format *format = fz_format_find(&bytes);
    if (len == 0)
        fz_fail(err, FZ_E_NOT_PICTURE, 0, "the file is empty");
    else if (!format)
        fz_format_fail_unknown(&bytes, err);
    return format ? format->name : NULL;
}

bool fz_image_is_heavy(const struct fz_image_request *request)
{
    uint8_t head[FZ_SNIFF_BYTES];
    ssize_t got = request->bytes ? 0 : pread(request->fd, head, sizeof head, 0);
    struct fz_bytes bytes = {.at = head, .len = got > 0 ? (size_t)got : 0};
    if (request->bytes)
        bytes = (struct fz_bytes){.at = request->bytes, .len = request->len};
    const struct fz_format *format = fz_format_find(&bytes);
    return format && format->is_heavy;
}
