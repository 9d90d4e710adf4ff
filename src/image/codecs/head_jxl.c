/* JPEG XL (ISO/IEC 18181-1): size and orientation, bit by bit, from the start of the codestream. */
#include "image/format.h"

#include "frieze_config.h"

/* A bare codestream, or one in boxes. */
bool fz_jxl_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "\xff\x0a", 2) ||
           fz_bytes_match(head, 0, "\0\0\0\x0cJXL \x0d\x0a\x87\x0a", 12);
}

#if FRIEZE_WITH_JXL

enum {
    MAX_BOXES = 1000,
    BYTES_PER_PX = 24, /* of a lossless picture, measured with the largest of its kind */
    FIXED_BYTES = 16 << 20,
};

/* Bits, least significant first; zeros behind the end. */
struct bits {
    const struct fz_bytes *b;
    uint64_t pos; /* bits */
    bool past_end;
};

static uint32_t take(struct bits *bits, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++, bits->pos++) {
        bits->past_end = bits->past_end || !fz_bytes_has(bits->b, bits->pos / 8, 1);
        value |= (fz_bytes_le(bits->b, bits->pos / 8, 1) >> (bits->pos % 8) & 1) << i;
    }
    return value;
}

static uint32_t take_side(struct bits *bits)
{
    static const unsigned lengths[] = {9, 13, 18, 30};
    return take(bits, lengths[take(bits, 2)]) + 1;
}

/* SizeHeader. */
static void take_size(struct bits *bits, uint32_t *width, uint32_t *height)
{
    static const uint32_t ratios[8][2] = {{0, 1}, {1, 1}, {12, 10}, {4, 3}, {3, 2}, {16, 9}, {5, 4}, {2, 1}};
    bool small = take(bits, 1);
    *height = small ? (take(bits, 5) + 1) * 8 : take_side(bits);
    uint32_t ratio = take(bits, 3);
    if (ratio)
        *width = (uint32_t)((uint64_t)*height * ratios[ratio][0] / ratios[ratio][1]);
    else
        *width = small ? (take(bits, 5) + 1) * 8 : take_side(bits);
}

/* Where the codestream begins, and how long it is: 0 where it is in parts, or the file does not say. False where that is not among
 * these bytes. */
static bool find_codestream(const struct fz_bytes *b, uint64_t *start, uint64_t *codes)
{
    *start = *codes = 0;
    if (fz_bytes_match(b, 0, "\xff\x0a", 2))
        return true;
    uint64_t pos = 0;
    for (int i = 0; i < MAX_BOXES && fz_bytes_has(b, pos, 8); i++) {
        uint64_t len = fz_bytes_be(b, pos, 4), head = 8;
        if (len == 1) {
            len = (uint64_t)fz_bytes_be(b, pos + 8, 4) << 32 | fz_bytes_be(b, pos + 12, 4);
            head = 16;
        }
        *start = pos + head;
        if (fz_bytes_match(b, pos + 4, "jxlc", 4)) {
            *codes = len > head ? len - head : 0;
            return true;
        }
        *start += 4; /* the number of the part */
        if (fz_bytes_match(b, pos + 4, "jxlp", 4))
            return true;
        if (len < head || len > UINT64_MAX / 2)
            return false;
        pos += len;
    }
    return false;
}

struct fz_bytes fz_jxl_codestream(const struct fz_bytes *file)
{
    uint64_t start, codes;
    if (!find_codestream(file, &start, &codes) || codes == 0 || start > file->len)
        return *file;
    size_t there = file->len - (size_t)start;
    bool all = codes <= there;
    return (struct fz_bytes){file->at + start, all ? (size_t)codes : there, all || file->whole};
}

/* Orientation as EXIF counts it; 0: the bytes end before. */
static int read_start(const struct fz_bytes *b, uint32_t *width, uint32_t *height)
{
    uint64_t start, codes;
    if (!find_codestream(b, &start, &codes))
        return 0;
    struct bits bits = {.b = b, .pos = start * 8 + 16};
    take_size(&bits, width, height);
    bool all_default = take(&bits, 1), extra = !all_default && take(&bits, 1);
    int orientation = extra ? (int)take(&bits, 3) + 1 : 1;
    return bits.past_end ? 0 : orientation;
}

enum fz_head fz_jxl_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    return read_start(bytes, &header->width, &header->height) ? FZ_HEAD_OK : FZ_HEAD_MORE;
}

uint64_t fz_jxl_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    return (uint64_t)d->header.width * d->header.height * BYTES_PER_PX + FIXED_BYTES;
}

int fz_jxl_orientation(const struct fz_bytes *file, int *turn)
{
    uint32_t width, height;
    int orientation = read_start(file, &width, &height);
    *turn = orientation ? orientation : 1;
    return *turn;
}

#endif
