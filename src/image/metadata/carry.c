#include "image/metadata/carry.h"

#include "image/metadata/parts.h"

enum { HEAD_BYTES = 64 << 10 };

/* Of Photoshop's resources (Adobe Photoshop File Formats Specification, Image Resource Blocks), the one that is IPTC. */
static struct fz_block find_iptc(const struct fz_blocks *blocks)
{
    enum { SIGNATURE = 14, IPTC = 1028 };
    const uint8_t *data = blocks->resources.data;
    size_t len = blocks->resources.len, at = SIGNATURE;
    if (blocks->iptc.data)
        return blocks->iptc;
    while (data && at + 12 <= len && memcmp(data + at, "8BIM", 4) == 0) {
        size_t name = (data[at + 6] + (size_t)2) & ~(size_t)1, size_at = at + 6 + name;
        if (size_at + 4 > len)
            break;
        size_t size = (size_t)data[size_at] << 24 | (size_t)data[size_at + 1] << 16 |
                      (size_t)data[size_at + 2] << 8 | data[size_at + 3];
        if (size > len - size_at - 4)
            break;
        if (data[at + 4] == IPTC >> 8 && data[at + 5] == (IPTC & 255))
            return (struct fz_block){blocks->resources.data + size_at + 4, size};
        at = size_at + 4 + ((size + 1) & ~(size_t)1);
    }
    return (struct fz_block){0};
}

/* Datasets 2:200 to 2:202 (IPTC-IIM 4.2, ObjectData Preview) hold a smaller picture of what was there before; whoever has them, or
 * datasets that are not read here, begins again without. */
static void drop_preview(struct fz_block *iptc)
{
    size_t at = 0, kept = 0;
    while (at + 5 <= iptc->len && iptc->data[at] == 0x1c) {
        size_t size = fz_load_be16(iptc->data + at + 3);
        bool is_preview = iptc->data[at + 1] == 2 && iptc->data[at + 2] >= 200 && iptc->data[at + 2] <= 202;
        if (size > 0x7fff || size > iptc->len - at - 5) /* an extended one, or damaged: the rest goes */
            break;
        if (!is_preview)
            memmove(iptc->data + kept, iptc->data + at, size + 5);
        kept += is_preview ? 0 : size + 5;
        at += size + 5;
    }
    iptc->len = kept;
}

static void take(struct fz_carried *out, enum fz_carried_kind kind, const struct fz_block *block)
{
    if (!block->data || block->len == 0 || block->len > FZ_CARRIED_MOST)
        return;
    memcpy(out->bytes[kind], block->data, block->len);
    out->len[kind] = (uint32_t)block->len;
}

/* All of it where that fits, else what a reader finds first. */
static void settle_xmp(struct fz_blocks *blocks)
{
    struct fz_block all = {0};
    fz_xmp_join(&blocks->xmp, &blocks->more_xmp, &all);
    fz_xmp_settle(&all, blocks->copy);
    if (!all.data) {
        fz_xmp_settle(&blocks->xmp, blocks->copy);
        return;
    }
    free(blocks->xmp.data);
    blocks->xmp = all;
}

void fz_metadata_carry(int fd, const struct fz_image_scratch *scratch, const struct fz_smaller_copy *copy,
                       struct fz_carried *out)
{
    struct fz_excerpt file;
    struct fz_blocks blocks = {.copy = copy};
    memset(out->len, 0, sizeof out->len);
    if (fz_excerpt_open(&file, fd, scratch, HEAD_BYTES)) {
        fz_blocks_find(&file, &blocks);
        settle_xmp(&blocks);
        struct fz_block iptc = find_iptc(&blocks);
        drop_preview(&iptc);
        take(out, FZ_CARRIED_EXIF, &blocks.exif);
        take(out, FZ_CARRIED_XMP, &blocks.xmp);
        take(out, FZ_CARRIED_IPTC, &iptc);
    }
    fz_blocks_fini(&blocks);
    fz_excerpt_close(&file);
}

const uint8_t *fz_carried_get(const struct fz_carried *carried, enum fz_carried_kind kind, uint32_t *len)
{
    *len = carried && carried->len[kind] <= FZ_CARRIED_MOST ? carried->len[kind] : 0;
    return *len > 0 ? carried->bytes[kind] : NULL;
}

void fz_iptc_head(uint32_t len, uint8_t head[FZ_IPTC_HEAD])
{
    const uint8_t size[] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
    memcpy(head, "8BIM\4\4\0\0", FZ_IPTC_HEAD - sizeof size);
    memcpy(head + FZ_IPTC_HEAD - sizeof size, size, sizeof size);
}
