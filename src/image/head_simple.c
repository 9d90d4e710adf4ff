/* Formats whose size is easily found: BMP, QOI, PCX, TGA, ILBM. */
#include "image/format.h"

static uint32_t magnitude(uint32_t value) /* of a two's complement number */
{
    return value & 0x80000000u ? 0u - value : value;
}

void fz_dib_read_size(const struct fz_bytes *b, uint64_t pos, uint32_t *width, uint32_t *height)
{
    bool core = fz_bytes_le(b, pos, 4) == 12;
    *width = core ? fz_bytes_le(b, pos + 4, 2) : magnitude(fz_bytes_le(b, pos + 4, 4));
    *height = core ? fz_bytes_le(b, pos + 6, 2) : magnitude(fz_bytes_le(b, pos + 8, 4));
}

bool fz_bmp_is_a(const struct fz_bytes *head)
{
    uint32_t dib = fz_bytes_le(head, 14, 4);
    return fz_bytes_match(head, 0, "BM", 2) && (dib == 12 || (dib >= 16 && dib <= 256));
}

enum fz_head fz_bmp_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 14, 12))
        return FZ_HEAD_MORE;
    fz_dib_read_size(bytes, 14, &header->width, &header->height);
    return FZ_HEAD_OK;
}

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

bool fz_pcx_is_a(const struct fz_bytes *head)
{
    uint32_t version = fz_bytes_le(head, 1, 1), bits = fz_bytes_le(head, 3, 1);
    return fz_bytes_match(head, 0, "\x0a", 1) && fz_bytes_has(head, 0, 128) && version <= 5 &&
           fz_bytes_le(head, 2, 1) == 1 && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
}

enum fz_head fz_pcx_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint32_t left = fz_bytes_le(bytes, 4, 2), top = fz_bytes_le(bytes, 6, 2);
    uint32_t right = fz_bytes_le(bytes, 8, 2), bottom = fz_bytes_le(bytes, 10, 2);
    if (right < left || bottom < top)
        return FZ_HEAD_BAD;
    header->width = right - left + 1;
    header->height = bottom - top + 1;
    return FZ_HEAD_OK;
}

/* There are no magic bytes: all fields have to make sense together. */
bool fz_tga_is_a(const struct fz_bytes *head)
{
    uint32_t map = fz_bytes_le(head, 1, 1), type = fz_bytes_le(head, 2, 1), depth = fz_bytes_le(head, 16, 1);
    uint32_t map_len = fz_bytes_le(head, 5, 2), map_depth = fz_bytes_le(head, 7, 1);
    bool mapped = map == 1 && (type == 1 || type == 9) && depth == 8 && map_len > 0 && map_len <= 256 &&
                  (map_depth == 24 || map_depth == 32);
    bool direct = map == 0 && fz_bytes_le(head, 3, 4) == 0 && map_depth == 0 &&
                  (((type == 2 || type == 10) && (depth == 16 || depth == 24 || depth == 32)) ||
                   ((type == 3 || type == 11) && depth == 8));
    return fz_bytes_has(head, 0, 19) && (mapped || direct) && fz_bytes_le(head, 12, 2) > 0 &&
           fz_bytes_le(head, 14, 2) > 0 && (fz_bytes_le(head, 17, 1) & 0xc0) == 0;
}

enum fz_head fz_tga_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    header->width = fz_bytes_le(bytes, 12, 2);
    header->height = fz_bytes_le(bytes, 14, 2);
    return FZ_HEAD_OK;
}

/* Interleaved or chunky planes of an IFF file. */
bool fz_ilbm_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "FORM", 4) &&
           (fz_bytes_match(head, 8, "ILBM", 4) || fz_bytes_match(head, 8, "PBM ", 4));
}

enum fz_head fz_ilbm_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    enum { FIRST_CHUNK = 12, CHUNK_HEAD = 8, MAX_CHUNKS = 100 };
    uint64_t pos = FIRST_CHUNK;
    for (int i = 0; i < MAX_CHUNKS && fz_bytes_has(bytes, pos, CHUNK_HEAD + 4); i++) {
        uint64_t len = fz_bytes_be(bytes, pos + 4, 4);
        if (fz_bytes_match(bytes, pos, "BMHD", 4)) {
            header->width = fz_bytes_be(bytes, pos + CHUNK_HEAD, 2);
            header->height = fz_bytes_be(bytes, pos + CHUNK_HEAD + 2, 2);
            return FZ_HEAD_OK;
        }
        pos += CHUNK_HEAD + len + (len & 1);
    }
    return FZ_HEAD_MORE;
}
