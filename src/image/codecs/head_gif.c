/* GIF (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): the screen, and the first frame's place on it. */
#include "image/format.h"

#include <string.h>

bool fz_gif_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "GIF87a", 6) || fz_bytes_match(head, 0, "GIF89a", 6);
}

uint64_t fz_gif_table_bytes(uint32_t flags)
{
    return flags & 0x80 ? UINT64_C(3) << ((flags & 7) + 1) : 0;
}

uint64_t fz_gif_skip_blocks(const struct fz_bytes *bytes, uint64_t pos)
{
    while (fz_bytes_has(bytes, pos, 1) && bytes->at[pos] != 0)
        pos += 1 + (uint64_t)bytes->at[pos];
    return pos + 1;
}

/* Where the first frame begins, or what stands there instead. */
static uint64_t find_frame(const struct fz_bytes *bytes)
{
    uint64_t pos = 13 + fz_gif_table_bytes(fz_bytes_le(bytes, 10, 1));
    while (fz_bytes_match(bytes, pos, "!", 1)) /* extensions: label, then blocks */
        pos = fz_gif_skip_blocks(bytes, pos + 2);
    return pos;
}

/* The screen is widened to hold the first frame, as Chromium and Pillow do: many writers leave it 0x0, or smaller. */
static uint32_t widened(uint32_t screen, uint32_t frame_at, uint32_t frame)
{
    return frame_at + frame > screen ? frame_at + frame : screen;
}

enum fz_head_status fz_gif_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint64_t pos = find_frame(bytes);
    if (!fz_bytes_has(bytes, pos, 10))
        return FZ_HEAD_MORE;
    if (!fz_bytes_match(bytes, pos, ",", 1))
        return FZ_HEAD_BAD;
    header->frame_x = fz_bytes_le(bytes, pos + 1, 2);
    header->frame_y = fz_bytes_le(bytes, pos + 3, 2);
    header->frame_w = fz_bytes_le(bytes, pos + 5, 2);
    header->frame_h = fz_bytes_le(bytes, pos + 7, 2);
    header->interlaced = (fz_bytes_le(bytes, pos + 9, 1) & 0x40) != 0;
    header->by_rows = true;
    header->width = widened(fz_bytes_le(bytes, 6, 2), header->frame_x, header->frame_w);
    header->height = widened(fz_bytes_le(bytes, 8, 2), header->frame_y, header->frame_h);
    return FZ_HEAD_OK;
}

/* The data blocks of the first profile before the first frame; 0: there is none. */
static uint64_t find_profile(const struct fz_bytes *bytes)
{
    enum { INTRODUCED = 14 }; /* bytes: what an application extension is, and whose */
    uint64_t pos = 13 + fz_gif_table_bytes(fz_bytes_le(bytes, 10, 1));
    while (fz_bytes_match(bytes, pos, "!", 1)) {
        if (fz_bytes_match(bytes, pos + 1, "\xff\013ICCRGBG1012", INTRODUCED - 1))
            return pos + INTRODUCED;
        pos = fz_gif_skip_blocks(bytes, pos + 2);
    }
    return 0;
}

size_t fz_gif_profile(const struct fz_bytes *file, uint8_t *to)
{
    uint64_t pos = find_profile(file);
    size_t len = 0;
    while (pos > 0 && fz_bytes_has(file, pos, 1) && file->at[pos] > 0) {
        const size_t n = file->at[pos];
        if (!fz_bytes_has(file, pos + 1, n) || len + n > FZ_MAX_PROFILE_BYTES)
            return 0;
        if (to)
            memcpy(to + len, file->at + pos + 1, n);
        len += n;
        pos += 1 + n;
    }
    return len;
}
