/* The XMP of a GIF, an application extension before its first frame (GIF89a, 26; XMP specification part 3, 1.1.2): the packet stands there as it
 * is, and whoever takes its bytes for the lengths of blocks comes out of it by a trailer that leads to its end from each of its bytes. */
#include "image/metadata/parts.h"

enum {
    HEAD = 13,
    FLAGS_AT = 10, /* of the colours that stand behind the head */
    EXTENSION = 0x21,
    APPLICATION = 0xff,
    NAME_LEN = 11,
    TRAILER = 257, /* without the block that ends it */
    MOST_BLOCKS = 1 << 16,
};

/* Where the blocks end that begin at `pos`: the place of the empty one; 0: nowhere. */
static uint64_t end_of_blocks(struct fz_excerpt *file, uint64_t pos, int *blocks_left)
{
    uint8_t len;
    while ((*blocks_left)-- > 0 && fz_excerpt_skim(file, pos, &len, 1)) {
        if (len == 0)
            return pos;
        pos += 1u + len;
    }
    return 0;
}

void fz_blocks_find_in_gif(struct fz_excerpt *file, struct fz_blocks *blocks)
{
    uint64_t flags = fz_excerpt_be(file, FLAGS_AT, 1), pos = HEAD;
    int blocks_left = MOST_BLOCKS;
    uint8_t head[3];
    if (flags & 0x80)
        pos += UINT64_C(6) << (flags & 7);
    while (fz_excerpt_skim(file, pos, head, sizeof head) && head[0] == EXTENSION) {
        const bool is_xmp = head[1] == APPLICATION && head[2] == NAME_LEN &&
                            fz_excerpt_match(file, pos + sizeof head, "XMP DataXMP", NAME_LEN);
        const uint64_t data = pos + sizeof head + NAME_LEN;
        const uint64_t end = end_of_blocks(file, is_xmp ? data : pos + 2, &blocks_left);
        if (end == 0)
            return;
        if (is_xmp && end > data + TRAILER)
            fz_block_take(&blocks->xmp, file, data, end - TRAILER - data, FZ_XMP_MOST);
        pos = end + 1;
    }
}
