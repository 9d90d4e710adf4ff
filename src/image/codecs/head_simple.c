/* QOI (https://qoiformat.org/qoi-specification.pdf): its size. */
#include "image/format.h"

bool fz_qoi_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "qoif", 4);
}

enum fz_head fz_qoi_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, 14))
        return FZ_HEAD_MORE;
    header->width = fz_bytes_be(bytes, 4, 4);
    header->height = fz_bytes_be(bytes, 8, 4);
    return FZ_HEAD_OK;
}
