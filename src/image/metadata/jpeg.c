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

static const char resources_name[] = "Photoshop 3.0";

/* A segment with a piece of what is too long for one. */
struct piece {
    uint64_t at, len; /* behind the signature */
};

struct pieces {
    struct piece at[MOST_SEGMENTS];
    size_t count;
};

struct found {
    struct pieces xmp; /* of what the packet in one segment names */
    struct pieces resources;
};

static void add_piece(struct pieces *pieces, uint64_t pos, uint64_t len, size_t signature)
{
    pieces->at[pieces->count++] = (struct piece){pos + signature, len - signature};
}

static void take_segment(struct fz_excerpt *file, unsigned marker, uint64_t pos, uint64_t len,
                         struct found *found, struct fz_blocks *blocks)
{
    /* But for "http": agencies have "XMP\0" there. */
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
    /* As long as fz_excerpt_match can compare, and then the rest. */
    static const char more[] = "http://ns.adobe.com/xmp/extension/";
    enum { HALF = 20, SCHEME = 4 };
    if (marker == APP1 && fz_excerpt_match(file, pos, "Exif\0\0", 6))
        fz_blocks_find_in_exif(file, pos, blocks);
    else if (marker == APP1 && len > sizeof xmp &&
             fz_excerpt_match(file, pos + SCHEME, xmp + SCHEME, sizeof xmp - SCHEME))
        fz_block_take(&blocks->xmp, file, pos + sizeof xmp, len - sizeof xmp, FZ_XMP_MOST);
    else if (marker == APP1 && len > sizeof more + PIECE_HEAD && fz_excerpt_match(file, pos, more, HALF) &&
             fz_excerpt_match(file, pos + HALF, more + HALF, sizeof more - HALF))
        add_piece(&found->xmp, pos, len, sizeof more);
    else if (marker == APP13 && len > sizeof resources_name &&
             fz_excerpt_match(file, pos, resources_name, sizeof resources_name))
        add_piece(&found->resources, pos, len, sizeof resources_name);
}

/* The XMP names what continues it by its digest, a text that stands nowhere else: what an editor left behind is not read. */
static bool is_named(const struct fz_block *xmp, const char *guid)
{
    return xmp->data && memmem(xmp->data, xmp->len, guid, GUID);
}

/* The pieces may stand in any order. Where one is missing there are zeros, and what stood before them counts. */
static void join_xmp(struct fz_excerpt *file, const struct pieces *pieces, struct fz_blocks *blocks)
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

/* A resource may go on in the next segment, or each segment has some of its own. */
static void join_resources(struct fz_excerpt *file, const struct pieces *pieces, struct fz_block *whole)
{
    uint64_t total = sizeof resources_name;
    size_t count = 0;
    while (count < pieces->count && total + pieces->at[count].len <= FZ_IPTC_MOST)
        total += pieces->at[count++].len;
    if (whole->data || count == 0 || !(whole->data = fz_try_malloc((size_t)total)))
        return;
    memcpy(whole->data, resources_name, sizeof resources_name);
    whole->len = sizeof resources_name;
    for (size_t i = 0; i < count; i++) {
        size_t len = (size_t)pieces->at[i].len;
        if (!fz_excerpt_get(file, pieces->at[i].at, whole->data + whole->len, len))
            break;
        whole->len += len;
    }
}

void fz_blocks_find_in_jpeg(struct fz_excerpt *file, uint64_t start, struct fz_blocks *blocks)
{
    struct found found = {.xmp = {.count = 0}};
    uint64_t pos = start + 2;
    for (int i = 0; i < MOST_SEGMENTS; i++) {
        while (fz_excerpt_be(file, pos, 2) == 0xffff)
            pos++;
        unsigned marker = (unsigned)fz_excerpt_be(file, pos + 1, 1);
        uint64_t len = fz_excerpt_be(file, pos + 2, 2);
        if (fz_excerpt_be(file, pos, 1) != 0xff || marker == SOS || marker == EOI || len < 2)
            break;
        take_segment(file, marker, pos + 4, len - 2, &found, blocks);
        pos += 2 + len;
    }
    join_xmp(file, &found.xmp, blocks);
    join_resources(file, &found.resources, &blocks->resources);
}
