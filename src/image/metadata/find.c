/* Where files have their blocks of metadata: WebP and PSD; others have a file of their own. */
#include "base/mem.h"
#include "image/metadata/parts.h"

enum {
    WEBP_HEAD = 12,
    RAF_JPEG_AT = 84, /* where the offset of its JPEG stands */
};

void fz_block_take(struct fz_block *block, struct fz_excerpt *file, uint64_t pos, uint64_t len, size_t most)
{
    if (block->data)
        return;
    block->data = fz_excerpt_copy(file, pos, len, most);
    block->len = block->data ? (size_t)len : 0;
}

void fz_block_take_resources(struct fz_block *block, struct fz_excerpt *file, uint64_t pos, uint64_t len)
{
    static const char name[] = "Photoshop 3.0";
    if (fz_excerpt_match(file, pos, name, sizeof name)) {
        fz_block_take(block, file, pos, len, FZ_IPTC_MOST);
        return;
    }
    struct fz_block bare = {0};
    if (!block->data)
        fz_block_take(&bare, file, pos, len, FZ_IPTC_MOST);
    uint8_t *named = bare.data ? fz_try_malloc(sizeof name + bare.len) : NULL;
    if (named) {
        memcpy(named, name, sizeof name);
        memcpy(named + sizeof name, bare.data, bare.len);
        *block = (struct fz_block){named, sizeof name + bare.len};
    }
    free(bare.data);
}

void fz_blocks_fini(struct fz_blocks *blocks)
{
    free(blocks->exif.data);
    free(blocks->xmp.data);
    free(blocks->more_xmp.data);
    free(blocks->iptc.data);
    free(blocks->resources.data);
    *blocks = (struct fz_blocks){0};
}

void fz_blocks_find_in_exif(struct fz_excerpt *file, uint64_t pos, struct fz_blocks *blocks)
{
    fz_blocks_find_in_tiff(file, fz_excerpt_match(file, pos, "Exif\0\0", 6) ? pos + 6 : pos, blocks);
}

/* ---- WebP ---------------------------------------------------------------------------------------------------------- */

static void find_in_webp(struct fz_excerpt *file, struct fz_blocks *blocks)
{
    uint64_t pos = WEBP_HEAD;
    char name[4];
    while (file->reads_left > 0 && fz_excerpt_get(file, pos, name, 4)) {
        uint64_t len = fz_excerpt_le(file, pos + 4, 4);
        if (memcmp(name, "EXIF", 4) == 0)
            fz_blocks_find_in_exif(file, pos + 8, blocks);
        else if (memcmp(name, "XMP ", 4) == 0)
            fz_block_take(&blocks->xmp, file, pos + 8, len, FZ_XMP_MOST);
        pos += 8 + len + (len & 1);
    }
}

/* ---- PSD ----------------------------------------------------------------------------------------------------------- */

static void find_in_psd(struct fz_excerpt *file, struct fz_blocks *blocks)
{
    enum { HEAD = 26, IPTC = 1028, EXIF = 1058, XMP = 1060 };
    uint64_t pos = HEAD + 4 + fz_excerpt_be(file, HEAD, 4) + 4, end = pos + fz_excerpt_be(file, pos - 4, 4);
    while (file->reads_left > 0 && pos < end && pos < file->bytes) {
        uint64_t name = fz_excerpt_be(file, pos + 6, 1), at = pos + 6 + ((name + 2) & ~UINT64_C(1)) + 4;
        uint64_t number = fz_excerpt_be(file, pos + 4, 2), len = fz_excerpt_be(file, at - 4, 4);
        if (number == IPTC)
            fz_block_take(&blocks->iptc, file, at, len, FZ_IPTC_MOST);
        else if (number == EXIF)
            fz_blocks_find_in_exif(file, at, blocks);
        else if (number == XMP)
            fz_block_take(&blocks->xmp, file, at, len, FZ_XMP_MOST);
        pos = at + ((len + 1) & ~UINT64_C(1));
    }
}

/* ---- Which it is --------------------------------------------------------------------------------------------------- */

void fz_blocks_find(struct fz_excerpt *file, struct fz_blocks *blocks)
{
    if (fz_excerpt_match(file, 0, "\xff\xd8\xff", 3))
        fz_blocks_find_in_jpeg(file, 0, blocks);
    else if (fz_excerpt_match(file, 0, "\x89PNG\r\n\x1a\n", 8))
        fz_blocks_find_in_png(file, blocks);
    else if (fz_excerpt_match(file, 0, "RIFF", 4) && fz_excerpt_match(file, 8, "WEBP", 4))
        find_in_webp(file, blocks);
    else if (fz_excerpt_match(file, 0, "GIF8", 4))
        fz_blocks_find_in_gif(file, blocks);
    else if (fz_excerpt_match(file, 0, "8BPS", 4))
        find_in_psd(file, blocks);
    else if (fz_excerpt_match(file, 0, "FUJIFILMCCD-RAW", 15))
        fz_blocks_find_in_jpeg(file, fz_excerpt_be(file, RAF_JPEG_AT, 4), blocks);
    else if (fz_excerpt_match(file, 4, "ftyp", 4) || fz_excerpt_match(file, 4, "JXL ", 4))
        fz_blocks_find_in_boxes(file, blocks);
    else
        fz_blocks_find_in_tiff(file, 0, blocks);
}
