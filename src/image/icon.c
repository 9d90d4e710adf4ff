/* ICO and CUR: a folder of small bitmaps or PNG files, of which the largest is shown. */
#include "image/format.h"

static bool is_icon(const struct fz_bytes *head, uint32_t type)
{
    uint32_t count = fz_bytes_le(head, 4, 2);
    return fz_bytes_match(head, 0, "\0", 2) && fz_bytes_le(head, 2, 2) == type && count > 0 && count <= 256 &&
           fz_bytes_has(head, 6, 16) && fz_bytes_le(head, 9, 1) == 0 &&
           fz_bytes_le(head, 18, 4) >= 6 + 16 * count;
}

/* The largest of what the entries really hold: their own bytes for the size say nothing. */
static enum fz_head icon_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint32_t count = fz_bytes_le(bytes, 4, 2);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t pos = fz_bytes_le(bytes, 6 + 16 * (uint64_t)i + 12, 4);
        uint32_t width = 0, height = 0;
        if (!fz_bytes_has(bytes, pos, 26)) {
            if (!bytes->whole)
                return FZ_HEAD_MORE;
            continue;
        }
        if (fz_bytes_match(bytes, pos, "\x89PNG", 4)) {
            width = fz_bytes_be(bytes, pos + 16, 4);
            height = fz_bytes_be(bytes, pos + 20, 4);
        } else {
            fz_dib_read_size(bytes, pos, &width, &height);
            height = (height + 1) / 2; /* picture and mask, one above the other */
        }
        if ((uint64_t)width * height <= (uint64_t)header->width * header->height)
            continue;
        header->width = width;
        header->height = height;
        header->inner_at = pos;
        header->inner_len = fz_bytes_le(bytes, 6 + 16 * (uint64_t)i + 8, 4);
    }
    return FZ_HEAD_OK;
}

bool fz_ico_is_a(const struct fz_bytes *head)
{
    return is_icon(head, 1);
}

enum fz_head fz_ico_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    return icon_header(bytes, header);
}

bool fz_cur_is_a(const struct fz_bytes *head)
{
    return is_icon(head, 2);
}

enum fz_head fz_cur_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    return icon_header(bytes, header);
}

/* SDL2_image reads only the bitmaps; the large ones are PNG files of their own. */
enum fz_err fz_icon_load(struct fz_decode *d)
{
    struct fz_header *h = &d->header;
    if (!fz_bytes_has(&d->file, h->inner_at, h->inner_len))
        return fz_sdl_load(d);
    struct fz_bytes inner = {.at = d->file.at + h->inner_at, .len = (size_t)h->inner_len, .whole = true};
    if (!fz_png_is_a(&inner))
        return fz_sdl_load(d);
    d->file = inner;
    return fz_png_load(d);
}
