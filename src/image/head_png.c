/* PNG (W3C, PNG specification, third edition): size and orientation by its chunks. */
#include "image/exif.h"
#include "image/format.h"

bool fz_png_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "\x89PNG\r\n\x1a\n", 8);
}

enum fz_head fz_png_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, 29))
        return FZ_HEAD_MORE;
    if (!fz_bytes_match(bytes, 12, "IHDR", 4))
        return FZ_HEAD_BAD;
    header->width = fz_bytes_be(bytes, 16, 4);
    header->height = fz_bytes_be(bytes, 20, 4);
    return FZ_HEAD_OK;
}

int fz_png_orientation(const struct fz_bytes *file, int *turn)
{
    *turn = 1;
    for (uint64_t pos = 8; fz_bytes_has(file, pos, 12);) {
        uint64_t len = fz_bytes_be(file, pos, 4);
        if (fz_bytes_match(file, pos + 4, "eXIf", 4) && fz_bytes_has(file, pos + 8, len)) {
            *turn = fz_exif_orientation(file->at + pos + 8, (size_t)len);
            break;
        }
        pos += 12 + len;
    }
    return *turn;
}
