/* The segments of a JPEG that hold metadata (ITU-T T.81, annex B; XMP specification part 3, 1.1.3). */
#include "base/mem.h"
#include "image/metadata/parts.h"

enum {
    SOS = 0xda,
    EOI = 0xd9,
    APP1 = 0xe1,
    APP13 = 0xed,
    MOST_SEGMENTS = 256,
    GUID = 32,             /* digits */
    PIECE_HEAD = GUID + 8, /* then the length of the whole, and where in it the piece stands */
};

/* An APP1 with a piece of what the XMP was too long for. */
struct piece {
    uint64_t at, len; /* behind the signature */
};

struct pieces {
    struct piece at[MOST_SEGMENTS];
    size_t count;
};

static void take_segment(struct fz_excerpt *file, unsigned marker, uint64_t pos, uint64_t len,
                         struct pieces *pieces, struct fz_blocks *blocks)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/", resources[] = "Photoshop 3.0";
    /* As long as fz_excerpt_match can compare, and then the rest. */
    static const char more[] = "http://ns.adobe.com/xmp/extension/";
    enum { HALF = 20 };
    if (marker == APP1 && fz_excerpt_match(file, pos, "Exif\0\0", 6))
        fz_blocks_find_in_exif(file, pos, blocks);
    else if (marker == APP1 && len > sizeof xmp && fz_excerpt_match(file, pos, xmp, sizeof xmp))
        fz_block_take(&blocks->xmp, file, pos + sizeof xmp, len - sizeof xmp, FZ_XMP_MOST);
    else if (marker == APP1 && len > sizeof more + PIECE_HEAD && fz_excerpt_match(file, pos, more, HALF) &&
             fz_excerpt_match(file, pos + HALF, more + HALF, sizeof more - HALF))
        pieces->at[pieces->count++] = (struct piece){pos + sizeof more, len - sizeof more};
    else if (marker == APP13 && fz_excerpt_match(file, pos, resources, sizeof resources))
        fz_block_take(&blocks->resources, file, pos, len, FZ_IPTC_MOST);
}

/* The XMP names what continues it by its digest, a text that stands nowhere else: what an editor left behind is not read. */
static bool is_named(const struct fz_block *xmp, const char *guid)
{
    return xmp->data && memmem(xmp->data, xmp->len, guid, GUID);
}

/* The pieces may stand in any order. Where one is missing there are zeros, and what stood before them counts. */
static void join_pieces(struct fz_excerpt *file, const struct pieces *pieces, struct fz_blocks *blocks)
{
    struct fz_block *whole = &blocks->more_xmp;
    for (size_t i = 0; i < pieces->count; i++) {
        const struct piece *piece = &pieces->at[i];
        char guid[GUID];
        uint64_t total = fz_excerpt_be(file, piece->at + GUID, 4);
        uint64_t offset = fz_excerpt_be(file, piece->at + GUID + 4, 4), len = piece->len - PIECE_HEAD;
        if (!fz_excerpt_get(file, piece->at, guid, GUID) || !is_named(&blocks->xmp, guid) || total == 0 ||
            total > FZ_XMP_MOST || (whole->data && whole->len != total))
            continue;
        if (!whole->data && (whole->data = fz_try_malloc((size_t)total))) {
            whole->len = (size_t)total;
            memset(whole->data, 0, whole->len);
        }
        if (whole->data && offset <= total && len <= total - offset)
            fz_excerpt_get(file, piece->at + PIECE_HEAD, whole->data + offset, (size_t)len);
    }
}

void fz_blocks_find_in_jpeg(struct fz_excerpt *file, uint64_t start, struct fz_blocks *blocks)
{
    struct pieces pieces = {.count = 0};
    uint64_t pos = start + 2;
    for (int i = 0; i < MOST_SEGMENTS; i++) {
        while (fz_excerpt_be(file, pos, 2) == 0xffff)
            pos++;
        unsigned marker = (unsigned)fz_excerpt_be(file, pos + 1, 1);
        uint64_t len = fz_excerpt_be(file, pos + 2, 2);
        if (fz_excerpt_be(file, pos, 1) != 0xff || marker == SOS || marker == EOI || len < 2)
            break;
        take_segment(file, marker, pos + 4, len - 2, &pieces, blocks);
        pos += 2 + len;
    }
    join_pieces(file, &pieces, blocks);
}
