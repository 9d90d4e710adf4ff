/* WebP (https://developers.google.com/speed/webp/docs/riff_container): size and orientation by its chunks. */
#include "image/exif.h"
#include "image/format.h"

bool fz_webp_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "RIFF", 4) && fz_bytes_match(head, 8, "WEBPVP8", 7);
}

enum { FILE_HEAD = 12, CHUNK_HEAD = 8, ANMF_HEAD = 16, FLAG_ANIMATION = 2, FLAG_EXIF = 8, FLAG_ALPHA = 16 };

/* The place of the first chunk with this name, or where the bytes end; *len is that of its data. */
static uint64_t find_chunk(const struct fz_bytes *b, const char *name, uint64_t *len)
{
    uint64_t pos = FILE_HEAD;
    *len = 0;
    while (fz_bytes_has(b, pos, CHUNK_HEAD)) {
        *len = fz_bytes_le(b, pos + 4, 4);
        if (fz_bytes_match(b, pos, name, 4))
            break;
        pos += CHUNK_HEAD + *len + (*len & 1);
    }
    return pos;
}

/* An animation's first frame stands for it. */
static enum fz_head first_frame(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint64_t len;
    uint64_t pos = find_chunk(bytes, "ANMF", &len) + CHUNK_HEAD;
    if (!fz_bytes_has(bytes, pos, ANMF_HEAD))
        return FZ_HEAD_MORE;
    if (len < ANMF_HEAD)
        return FZ_HEAD_BAD;
    header->frame_x = fz_bytes_le(bytes, pos, 3) * 2;
    header->frame_y = fz_bytes_le(bytes, pos + 3, 3) * 2;
    header->frame_w = fz_bytes_le(bytes, pos + 6, 3) + 1;
    header->frame_h = fz_bytes_le(bytes, pos + 9, 3) + 1;
    header->inner_at = pos + ANMF_HEAD;
    header->inner_len = len - ANMF_HEAD;
    return FZ_HEAD_OK;
}

enum fz_head fz_webp_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, 30))
        return FZ_HEAD_MORE;
    if (fz_bytes_match(bytes, 12, "VP8 ", 4)) {
        header->width = fz_bytes_le(bytes, 26, 2) & 0x3fff;
        header->height = fz_bytes_le(bytes, 28, 2) & 0x3fff;
    } else if (fz_bytes_match(bytes, 12, "VP8L", 4)) {
        uint32_t bits = fz_bytes_le(bytes, 21, 4);
        header->width = (bits & 0x3fff) + 1;
        header->height = (bits >> 14 & 0x3fff) + 1;
    } else if (fz_bytes_match(bytes, 12, "VP8X", 4)) {
        header->width = fz_bytes_le(bytes, 24, 3) + 1;
        header->height = fz_bytes_le(bytes, 27, 3) + 1;
        if (fz_bytes_be(bytes, 20, 1) & FLAG_ANIMATION)
            return first_frame(bytes, header);
    } else {
        return FZ_HEAD_BAD;
    }
    return FZ_HEAD_OK;
}

static void put_le(uint8_t *to, uint64_t value, int count)
{
    for (int i = 0; i < count; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

/* SDL2_image reads no frame of an animation by itself: gives the first one a file header of its own, written
 * over the bytes before it, which nobody needs any more. */
struct fz_bytes fz_webp_payload(struct fz_decode *d)
{
    enum { HEAD = 30 };
    struct fz_header *h = &d->header;
    if (!h->inner_at || h->inner_at < HEAD || !fz_bytes_has(&d->file, h->inner_at, h->inner_len))
        return d->file;
    uint8_t *head = d->scratch->file.data + h->inner_at - HEAD;
    uint8_t alpha = d->file.at[20] & FLAG_ALPHA;
    memcpy(head, "RIFF....WEBPVP8X", 16);
    put_le(head + 4, HEAD - CHUNK_HEAD + h->inner_len, 4);
    put_le(head + 16, 10, 4);
    put_le(head + 20, alpha, 4);
    put_le(head + 24, h->frame_w - 1, 3);
    put_le(head + 27, h->frame_h - 1, 3);
    return (struct fz_bytes){.at = head, .len = (size_t)(HEAD + h->inner_len), .whole = true};
}

int fz_webp_orientation(const struct fz_bytes *file, int *turn)
{
    *turn = 1;
    if (!fz_bytes_match(file, 12, "VP8X", 4) || !(fz_bytes_be(file, 20, 1) & FLAG_EXIF))
        return 1;
    uint64_t len;
    uint64_t pos = find_chunk(file, "EXIF", &len) + CHUNK_HEAD;
    /* Some writers keep the prefix that only JPEG has. */
    uint64_t skip = fz_bytes_match(file, pos, "Exif\0\0", 6) && len > 6 ? 6 : 0;
    if (len > skip && fz_bytes_has(file, pos, len))
        *turn = fz_exif_orientation(file->at + pos + skip, (size_t)(len - skip));
    return *turn;
}
