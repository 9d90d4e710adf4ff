/* GIF (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): the screen, and the first frame's place on it. */
#include "image/format.h"

bool fz_gif_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "GIF87a", 6) || fz_bytes_match(head, 0, "GIF89a", 6);
}

static uint64_t color_table_bytes(uint32_t flags)
{
    return flags & 0x80 ? UINT64_C(3) << ((flags & 7) + 1) : 0;
}

/* Past blocks of data up to and with the empty one that ends them; *ended tells whether that one is there. */
static uint64_t skip_blocks(const struct fz_bytes *bytes, uint64_t pos, bool *ended)
{
    *ended = false;
    while (!*ended && fz_bytes_has(bytes, pos, 1)) {
        uint32_t len = fz_bytes_le(bytes, pos, 1);
        *ended = len == 0;
        pos += 1 + (uint64_t)len;
    }
    return pos;
}

/* Where the first frame begins, or what stands there instead. */
static uint64_t find_frame(const struct fz_bytes *bytes)
{
    bool ended;
    uint64_t pos = 13 + color_table_bytes(fz_bytes_le(bytes, 10, 1));
    while (fz_bytes_match(bytes, pos, "!", 1)) /* extensions: a label, then blocks */
        pos = skip_blocks(bytes, pos + 2, &ended);
    return pos;
}

bool fz_gif_is_cut(const struct fz_bytes *file)
{
    enum { DESCRIPTOR_BYTES = 10, CODE_SIZE_BYTES = 1 };
    bool ended;
    uint64_t frame = find_frame(file);
    uint64_t data =
        frame + DESCRIPTOR_BYTES + color_table_bytes(fz_bytes_le(file, frame + 9, 1)) + CODE_SIZE_BYTES;
    skip_blocks(file, data, &ended);
    return !ended;
}

enum fz_head fz_gif_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    header->width = fz_bytes_le(bytes, 6, 2);
    header->height = fz_bytes_le(bytes, 8, 2);
    uint64_t pos = find_frame(bytes);
    if (!fz_bytes_has(bytes, pos, 10))
        return FZ_HEAD_MORE;
    if (!fz_bytes_match(bytes, pos, ",", 1))
        return FZ_HEAD_BAD;
    header->frame_x = fz_bytes_le(bytes, pos + 1, 2);
    header->frame_y = fz_bytes_le(bytes, pos + 3, 2);
    header->frame_w = fz_bytes_le(bytes, pos + 5, 2);
    header->frame_h = fz_bytes_le(bytes, pos + 7, 2);
    return FZ_HEAD_OK;
}
