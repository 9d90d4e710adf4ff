/* ISO base media files (ISO/IEC 14496-12; items: 8.11; JPEG XL: 18181-2; CR3: https://github.com/lclevy/canon_cr3). */
#include "base/mem.h"
#include "image/inflate.h"
#include "image/metadata/parts.h"

enum {
    MOST_BOXES = 128,
    MOST_ITEMS = 1024,
    MOST_DESCRIBED = 64,
    MOST_REFERENCES = 1 << 20, /* bytes: a picture may be made of 65,536 others */
    UUID_BYTES = 16
};

/* A box, or one that boxes stand in; `at` and `end` of what it holds. */
struct box {
    char type[4];
    uint64_t at, end, next;
};

static bool read_box(struct fz_excerpt *file, uint64_t pos, uint64_t end, struct box *box)
{
    uint64_t size = fz_excerpt_be(file, pos, 4);
    if (pos + 8 > end || !fz_excerpt_get(file, pos + 4, box->type, 4))
        return false;
    box->at = pos + 8;
    if (size == 1) {
        size = fz_excerpt_be(file, pos + 8, 8);
        box->at += 8;
    } else if (size == 0) {
        size = end - pos;
    }
    if (size < box->at - pos || size > end - pos)
        return false;
    box->end = box->next = pos + size;
    return true;
}

static bool is(const struct box *box, const char *type)
{
    return memcmp(box->type, type, 4) == 0;
}

/* ---- Items: HEIF ------------------------------------------------------------------------------------------------- */

struct items {
    uint32_t exif, xmp; /* their numbers; 0: none */
    bool is_xmp_deflated;
    uint32_t others[MOST_DESCRIBED]; /* those that describe another picture than the primary one */
    size_t other_count;
};

/* Whether a reference (8.11.12) leads to items, but not to that one. */
static bool leads_elsewhere(struct fz_excerpt *refs, const struct box *from, unsigned id_bytes, uint32_t item)
{
    uint64_t pos = from->at + id_bytes + 2, left = pos <= from->end ? fz_excerpt_be(refs, pos - 2, 2) : 0;
    bool leads = false;
    for (; left > 0 && id_bytes <= from->end - pos; left--, pos += id_bytes) {
        leads = true;
        if (fz_excerpt_be(refs, pos, id_bytes) == item)
            return false;
    }
    return leads;
}

/* "cdsc" leads from an item to what it describes: maps of gain and of depth have such items of their own. `refs`: what "iref" holds. */
static void note_others(struct fz_excerpt *refs, uint32_t primary, struct items *items)
{
    const unsigned id_bytes = fz_excerpt_be(refs, 0, 1) == 0 ? 2 : 4;
    uint64_t pos = 4;
    struct box from;
    for (int i = 0; i < MOST_ITEMS && read_box(refs, pos, refs->bytes, &from); i++, pos = from.next) {
        const bool is_other = is(&from, "cdsc") && leads_elsewhere(refs, &from, id_bytes, primary);
        if (is_other && items->other_count < MOST_DESCRIBED)
            items->others[items->other_count++] = (uint32_t)fz_excerpt_be(refs, from.at, id_bytes);
    }
}

/* All of the references at once, since there may be many; where they are too many, every item counts. */
static void read_references(struct fz_excerpt *file, const struct box *references, const struct box *primary,
                            struct items *items)
{
    const uint64_t len = references->end - references->at;
    const unsigned id_bytes = fz_excerpt_be(file, primary->at, 1) == 0 ? 2 : 4;
    const bool is_told = primary->end - primary->at >= 4 + id_bytes;
    const uint32_t id = is_told ? (uint32_t)fz_excerpt_be(file, primary->at + 4, id_bytes) : 0;
    uint8_t *copy = id > 0 ? fz_excerpt_copy(file, references->at, len, MOST_REFERENCES) : NULL;
    struct fz_excerpt refs;
    if (!copy)
        return;
    fz_excerpt_own(&refs, copy, (size_t)len);
    note_others(&refs, id, items);
    fz_excerpt_close(&refs);
}

static bool is_of_another(const struct items *items, uint32_t id)
{
    for (size_t i = 0; i < items->other_count; i++)
        if (items->others[i] == id)
            return true;
    return false;
}

static const char *next_text(const char *text, const char *end)
{
    text += strlen(text);
    return text < end ? text + 1 : end;
}

/* Its name, its type, and how it is encoded, if at all: between `at` and `end`. */
static void note_mime_item(struct fz_excerpt *file, uint64_t at, uint64_t end, uint32_t id,
                           struct items *items)
{
    char texts[64] = "";
    const char *last = texts + sizeof texts - 1;
    uint64_t len = end > at ? end - at : 0;
    fz_excerpt_get(file, at, texts, len < sizeof texts ? (size_t)len : sizeof texts - 1);
    const char *type = next_text(texts, last);
    if (items->xmp != 0 || strncmp(type, "application/rdf+xml", 19) != 0)
        return;
    items->xmp = id;
    items->is_xmp_deflated = strcmp(next_text(type, last), "deflate") == 0;
}

/* 8.11.6: "infe" of version 2 and 3. Of each kind the first counts. */
static void read_item_info(struct fz_excerpt *file, const struct box *info, struct items *items)
{
    unsigned version = (unsigned)fz_excerpt_be(file, info->at, 1);
    unsigned count_bytes = version == 0 ? 2 : 4;
    uint64_t pos = info->at + 4 + count_bytes;
    struct box entry;
    for (int i = 0; i < MOST_ITEMS && read_box(file, pos, info->end, &entry); i++, pos = entry.next) {
        unsigned entry_version = (unsigned)fz_excerpt_be(file, entry.at, 1);
        unsigned id_bytes = entry_version >= 3 ? 4 : 2;
        uint64_t type_at = entry.at + 4 + id_bytes + 2;
        if (!is(&entry, "infe") || entry_version < 2)
            continue;
        uint32_t id = (uint32_t)fz_excerpt_be(file, entry.at + 4, id_bytes);
        if (is_of_another(items, id))
            continue;
        if (fz_excerpt_match(file, type_at, "Exif", 4))
            items->exif = items->exif ? items->exif : id;
        else if (fz_excerpt_match(file, type_at, "mime", 4))
            note_mime_item(file, type_at + 4, entry.end, id, items);
    }
}

static void take_item(struct fz_excerpt *file, bool is_exif, uint64_t at, uint64_t len,
                      struct fz_blocks *blocks)
{
    if (!is_exif) {
        fz_block_take(&blocks->xmp, file, at, len, FZ_XMP_MOST);
        return;
    }
    uint64_t skip = fz_excerpt_be(file, at, 4); /* to the TIFF header */
    if (skip < len)
        fz_blocks_find_in_tiff(file, at + 4 + skip, blocks);
}

/* As HTTP has it (8.11.6, content_encoding): a stream of zlib; as far as it goes where it is damaged, and so only once. */
static void take_deflated(struct fz_excerpt *file, uint64_t at, uint64_t len, struct fz_block *xmp)
{
    uint8_t *packed = xmp->data ? NULL : fz_excerpt_copy(file, at, len, FZ_XMP_MOST);
    const struct fz_bytes from = {.at = packed, .len = (size_t)len};
    size_t room = packed ? fz_inflate(&from, NULL, FZ_XMP_MOST, NULL) : 0;
    uint8_t *data = room > 0 ? fz_try_malloc(room) : NULL;
    if (data)
        *xmp = (struct fz_block){data, fz_inflate(&from, data, room, NULL)};
    free(packed);
}

static void take_listed(struct fz_excerpt *file, const struct items *items, uint32_t id, uint64_t at,
                        uint64_t len, struct fz_blocks *blocks)
{
    if (id == items->xmp && items->is_xmp_deflated)
        take_deflated(file, at, len, &blocks->xmp);
    else
        take_item(file, id == items->exif, at, len, blocks);
}

/* 8.11.3: "iloc"; of items that lie in the file, or in "idat" (8.11.11), their first extent. */
static void read_locations(struct fz_excerpt *file, const struct box *places, const struct box *held,
                           const struct items *items, struct fz_blocks *blocks)
{
    enum { IN_FILE, IN_BOX };
    unsigned version = (unsigned)fz_excerpt_be(file, places->at, 1);
    unsigned sizes = (unsigned)fz_excerpt_be(file, places->at + 4, 2);
    unsigned offset_bytes = sizes >> 12, length_bytes = sizes >> 8 & 15, base_bytes = sizes >> 4 & 15;
    unsigned index_bytes = version > 0 ? sizes & 15 : 0, id_bytes = version < 2 ? 2 : 4;
    if (offset_bytes > 8 || length_bytes > 8 || base_bytes > 8 || index_bytes > 8)
        return;
    uint64_t count = fz_excerpt_be(file, places->at + 6, id_bytes), pos = places->at + 6 + id_bytes;
    for (uint64_t i = 0; i < count && i < MOST_ITEMS && pos < places->end; i++) {
        uint32_t id = (uint32_t)fz_excerpt_be(file, pos, id_bytes);
        pos += id_bytes;
        unsigned method = version > 0 ? (unsigned)fz_excerpt_be(file, pos, 2) & 15 : 0;
        pos += version > 0 ? 4 : 2;
        uint64_t base = fz_excerpt_be(file, pos, base_bytes);
        uint64_t extents = fz_excerpt_be(file, pos + base_bytes, 2);
        pos += base_bytes + 2;
        uint64_t at = base + fz_excerpt_be(file, pos + index_bytes, offset_bytes);
        uint64_t len = fz_excerpt_be(file, pos + index_bytes + offset_bytes, length_bytes);
        pos += extents * (index_bytes + offset_bytes + length_bytes);
        if (method == IN_BOX)
            at += held->at;
        const bool is_there =
            method == IN_FILE || (method == IN_BOX && at <= held->end && len <= held->end - at);
        if (is_there && extents > 0 && id != 0 && (id == items->exif || id == items->xmp))
            take_listed(file, items, id, at, len, blocks);
    }
}

static void read_meta(struct fz_excerpt *file, const struct box *meta, struct fz_blocks *blocks)
{
    struct items items = {0};
    struct box box, places = {0}, held = {0}, info = {0}, references = {0}, primary = {0};
    uint64_t pos = meta->at + 4;
    for (int i = 0; i < MOST_BOXES && read_box(file, pos, meta->end, &box); i++, pos = box.next) {
        if (is(&box, "iinf"))
            info = box;
        else if (is(&box, "iref"))
            references = box;
        else if (is(&box, "pitm"))
            primary = box;
        else if (is(&box, "iloc"))
            places = box;
        else if (is(&box, "idat"))
            held = box;
    }
    if (references.end > 0)
        read_references(file, &references, &primary, &items);
    if (info.end > 0)
        read_item_info(file, &info, &items);
    if (places.end > 0)
        read_locations(file, &places, &held, &items, blocks);
}

/* ---- CR3: directories in a box of Canon's ------------------------------------------------------------------------- */

static void read_canon(struct fz_excerpt *file, const struct box *moov, struct fz_blocks *blocks)
{
    static const char canon[] = "\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
    struct fz_directories at = {0};
    struct box box, inner;
    uint64_t pos = moov->at;
    for (int i = 0; i < MOST_BOXES && read_box(file, pos, moov->end, &box); i++, pos = box.next) {
        if (!is(&box, "uuid") || !fz_excerpt_match(file, box.at, canon, UUID_BYTES))
            continue;
        uint64_t in = box.at + UUID_BYTES;
        for (int k = 0; k < MOST_BOXES && read_box(file, in, box.end, &inner); k++, in = inner.next) {
            if (is(&inner, "CMT1"))
                at.camera = inner.at;
            else if (is(&inner, "CMT2"))
                at.exposure = inner.at;
            else if (is(&inner, "CMT4"))
                at.position = inner.at;
        }
    }
    fz_blocks_join_tiff(file, &at, blocks);
}

/* ---- JPEG XL ----------------------------------------------------------------------------------------------------- */

static void take_packed(struct fz_excerpt *file, const struct box *box, struct fz_blocks *blocks)
{
    bool is_exif = fz_excerpt_match(file, box->at, "Exif", 4);
    struct fz_excerpt inner;
    if (!is_exif && !fz_excerpt_match(file, box->at, "xml ", 4))
        return;
    if (box->end - box->at > 4 && fz_excerpt_unpack(&inner, file, box->at + 4, box->end - box->at - 4)) {
        take_item(&inner, is_exif, 0, inner.bytes, blocks);
        fz_excerpt_close(&inner);
    }
}

void fz_blocks_find_in_boxes(struct fz_excerpt *file, struct fz_blocks *blocks)
{
    static const char xmp[] = "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
    struct box box;
    uint64_t pos = 0;
    for (int i = 0; i < MOST_BOXES && read_box(file, pos, file->bytes, &box); i++, pos = box.next) {
        if (is(&box, "meta"))
            read_meta(file, &box, blocks);
        else if (is(&box, "moov"))
            read_canon(file, &box, blocks);
        else if (is(&box, "Exif"))
            take_item(file, true, box.at, box.end - box.at, blocks);
        else if (is(&box, "xml "))
            fz_block_take(&blocks->xmp, file, box.at, box.end - box.at, FZ_XMP_MOST);
        else if (is(&box, "brob"))
            take_packed(file, &box, blocks);
        else if (is(&box, "uuid") && fz_excerpt_match(file, box.at, xmp, UUID_BYTES))
            fz_block_take(&blocks->xmp, file, box.at + UUID_BYTES, box.end - box.at - UUID_BYTES,
                          FZ_XMP_MOST);
    }
}
