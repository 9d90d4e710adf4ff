/* TIFF 6.0: size and orientation by the first directory. */
#include "image/format.h"

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_STRIP_OFFSETS = 273,
    TAG_ORIENTATION = 274,
    TAG_STRIP_BYTES = 279,
    TAG_TILE_OFFSETS = 324,
    TAG_TILE_BYTES = 325,
    TYPE_SHORT = 3,
    TYPE_LONG = 4,
};

bool fz_tiff_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "II*\0", 4) || fz_bytes_match(head, 0, "MM\0*", 4);
}

static uint32_t number(const struct fz_bytes *b, uint64_t pos, unsigned count)
{
    return b->at[0] == 'I' ? fz_bytes_le(b, pos, count) : fz_bytes_be(b, pos, count);
}

/* A tag of the first directory and where its values lie. */
struct values {
    uint64_t pos;
    unsigned bytes; /* of each: 2 or 4 */
    uint32_t count;
};

/* False where the tag is not there, or holds no whole numbers. */
static bool find_values(const struct fz_bytes *b, uint32_t tag, struct values *values)
{
    uint64_t directory = number(b, 4, 4);
    uint32_t count = number(b, directory, 2);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t entry = directory + 2 + (uint64_t)i * 12;
        if (!fz_bytes_has(b, entry, 12))
            return false;
        if (number(b, entry, 2) != tag)
            continue;
        uint32_t type = number(b, entry + 2, 2);
        values->bytes = type == TYPE_SHORT ? 2 : 4;
        values->count = number(b, entry + 4, 4);
        bool inside = (uint64_t)values->count * values->bytes <= 4;
        values->pos = inside ? entry + 8 : number(b, entry + 8, 4);
        return (type == TYPE_SHORT || type == TYPE_LONG) && values->count > 0;
    }
    return false;
}

static bool find_tag(const struct fz_bytes *b, uint32_t tag, uint32_t *value)
{
    struct values values;
    if (!find_values(b, tag, &values))
        return false;
    *value = number(b, values.pos, values.bytes);
    return true;
}

/* Whether a strip or tile ends beyond the file. */
static bool is_beyond(const struct fz_bytes *file, uint32_t offsets_tag, uint32_t bytes_tag)
{
    struct values offsets, bytes;
    if (!find_values(file, offsets_tag, &offsets) || !find_values(file, bytes_tag, &bytes))
        return false;
    for (uint32_t i = 0; i < offsets.count && i < bytes.count; i++) {
        uint64_t offset_at = offsets.pos + (uint64_t)i * offsets.bytes,
                 bytes_at = bytes.pos + (uint64_t)i * bytes.bytes;
        if (!fz_bytes_has(file, offset_at, offsets.bytes) || !fz_bytes_has(file, bytes_at, bytes.bytes))
            return true;
        if (!fz_bytes_has(file, number(file, offset_at, offsets.bytes), number(file, bytes_at, bytes.bytes)))
            return true;
    }
    return false;
}

bool fz_tiff_is_cut(const struct fz_bytes *file)
{
    return is_beyond(file, TAG_STRIP_OFFSETS, TAG_STRIP_BYTES) ||
           is_beyond(file, TAG_TILE_OFFSETS, TAG_TILE_BYTES);
}

enum fz_head fz_tiff_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, 8))
        return FZ_HEAD_MORE;
    uint64_t directory = number(bytes, 4, 4);
    uint64_t len = 2 + 12 * (uint64_t)number(bytes, directory, 2);
    if (!fz_bytes_has(bytes, directory, len > 2 ? len : 14))
        return FZ_HEAD_MORE;
    if (!find_tag(bytes, TAG_WIDTH, &header->width) || !find_tag(bytes, TAG_HEIGHT, &header->height))
        return FZ_HEAD_BAD;
    return FZ_HEAD_OK;
}

/* libtiff mirrors the rows itself, but exchanges no rows with columns: this is what it leaves to do. */
int fz_tiff_orientation(const struct fz_bytes *file, int *turn)
{
    static const int left[9] = {1, 1, 1, 1, 1, 5, 7, 5, 7};
    uint32_t orientation = 1;
    if (!find_tag(file, TAG_ORIENTATION, &orientation) || orientation < 1 || orientation > 8)
        orientation = 1;
    *turn = left[orientation];
    return (int)orientation;
}
