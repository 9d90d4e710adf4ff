/* Where files have their blocks of metadata: PNG, WebP and PSD; others have a file of their own. */
#include "base/mem.h"
#include "image/metadata/parts.h"

enum {
    PNG_TEXT_MOST = 64 << 10,
    WEBP_HEAD = 12,
    PNG_HEAD = 8,
    RAF_JPEG_AT = 84, /* where the offset of its JPEG stands */
};

void fz_block_take(struct fz_block *block, struct fz_excerpt *file, uint64_t pos, uint64_t len, size_t most)
{
    if (block->data)
        return;
    block->data = fz_excerpt_copy(file, pos, len, most);
    block->len = block->data ? (size_t)len : 0;
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

/* ---- PNG (W3C, Portable Network Graphics, third edition, 11.3) ----------------------------------------------------- */

static void take_png_text(const char *text, size_t len, struct fz_metadata *out)
{
    size_t key = strnlen(text, len);
    if (key == len)
        return;
    const char *value = text + key + 1;
    size_t value_len = len - key - 1;
    if (strcmp(text, "Title") == 0)
        fz_metadata_text(out->title, sizeof out->title, value, value_len);
    else if (strcmp(text, "Description") == 0)
        fz_metadata_text(out->description, sizeof out->description, value, value_len);
    else if (strcmp(text, "Creation Time") == 0) {
        char date[64];
        fz_metadata_text(date, sizeof date, value, value_len);
        fz_metadata_date_parse(date, &out->date);
    }
}

/* Keyword NUL, compressed?, method, language NUL, keyword NUL, text: the last part's place in it, 0 where it is
 * compressed. */
static size_t international_text(const char *text, size_t len)
{
    size_t at = strnlen(text, len) + 1;
    if (at + 2 > len || text[at] != 0)
        return 0;
    at += 2;
    for (int i = 0; i < 2 && at < len; i++)
        at += strnlen(text + at, len - at) + 1;
    return at < len ? at : 0;
}

static void take_png_chunk(struct fz_excerpt *file, const char *name, uint64_t pos, uint64_t len,
                           struct fz_blocks *blocks)
{
    if (memcmp(name, "eXIf", 4) == 0)
        fz_blocks_find_in_exif(file, pos, blocks);
    bool international = memcmp(name, "iTXt", 4) == 0;
    if (!international && memcmp(name, "tEXt", 4) != 0)
        return;
    size_t most = international ? FZ_XMP_MOST : PNG_TEXT_MOST;
    char *text = (char *)fz_excerpt_copy(file, pos, len, most);
    if (!text)
        return;
    size_t at = international ? international_text(text, (size_t)len) : 0;
    if (international && at > 0 && strcmp(text, "XML:com.adobe.xmp") == 0)
        fz_block_take(&blocks->xmp, file, pos + at, len - at, FZ_XMP_MOST);
    else if (international && at > 0) {
        size_t key = strlen(text) + 1;
        memmove(text + key, text + at, (size_t)len - at);
        take_png_text(text, key + (size_t)len - at, &blocks->text);
    } else if (!international)
        take_png_text(text, (size_t)len, &blocks->text);
    free(text);
}

static void find_in_png(struct fz_excerpt *file, struct fz_blocks *blocks)
{
    uint64_t pos = PNG_HEAD;
    char name[4];
    while (file->reads_left > 0 && fz_excerpt_get(file, pos + 4, name, 4) && memcmp(name, "IEND", 4) != 0) {
        uint64_t len = fz_excerpt_be(file, pos, 4);
        take_png_chunk(file, name, pos + 8, len, blocks);
        pos += 12 + len;
    }
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
        find_in_png(file, blocks);
    else if (fz_excerpt_match(file, 0, "RIFF", 4) && fz_excerpt_match(file, 8, "WEBP", 4))
        find_in_webp(file, blocks);
    else if (fz_excerpt_match(file, 0, "8BPS", 4))
        find_in_psd(file, blocks);
    else if (fz_excerpt_match(file, 0, "FUJIFILMCCD-RAW", 15))
        fz_blocks_find_in_jpeg(file, fz_excerpt_be(file, RAF_JPEG_AT, 4), blocks);
    else if (fz_excerpt_match(file, 4, "ftyp", 4) || fz_excerpt_match(file, 4, "JXL ", 4))
        fz_blocks_find_in_boxes(file, blocks);
    else
        fz_blocks_find_in_tiff(file, 0, blocks);
}
