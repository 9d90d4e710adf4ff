/* What the items of HEIF are (iinf, ISO/IEC 14496-12, 8.11.6), where they lie (iloc, 8.11.3), and how large what lies there says that
 * they are. */
#include "image/codecs/heif_boxes.h"

#include "frieze_config.h"

#if FRIEZE_WITH_HEIF

#include "base/mem.h"

#include <stdlib.h>

enum {
    DATA_BYTES = 512, /* of an item: its sequence header lies within these */
    GRID_SIDES = 4,   /* where the sides stand in ImageGrid and ImageOverlay (ISO/IEC 23008-12, 6.6.2) */
    OVERLAY_SIDES = 10,
};

/* An item that is coded by AV1, or made of others. */
struct item {
    uint32_t id;
    unsigned sides_at; /* in its data; 0: AV1 */
};

/* The items that are such, one after another. */
struct items {
    const struct fz_bytes *b;
    uint64_t pos, end;
    int left;
};

static struct items items_of(const struct fz_bytes *b, struct fz_heif_box meta)
{
    struct fz_heif_box info;
    if (!fz_heif_find_box(b, meta, "iinf", &info))
        return (struct items){0};
    const uint64_t pos = info.body + (fz_bytes_be(b, info.body, 1) == 0 ? 6 : 8);
    return (struct items){b, pos, info.end, FZ_HEIF_BOXES_MOST};
}

static bool next_item(struct items *items, struct item *item)
{
    const struct fz_bytes *b = items->b;
    struct fz_heif_box entry;
    while (items->left-- > 0 && fz_heif_next_box(b, &items->pos, items->end, &entry)) {
        const unsigned id_bytes = fz_bytes_be(b, entry.body, 1) >= 3 ? 4 : 2;
        const uint64_t type = entry.body + 4 + id_bytes + 2;
        item->id = fz_bytes_be(b, entry.body + 4, id_bytes);
        item->sides_at = fz_bytes_match(b, type, "grid", 4)   ? GRID_SIDES
                         : fz_bytes_match(b, type, "iovl", 4) ? OVERLAY_SIDES
                                                              : 0;
        if (item->sides_at > 0 || fz_bytes_match(b, type, "av01", 4))
            return true;
    }
    return false;
}

/* Where items lie, one after another. */
struct places {
    const struct fz_bytes *b;
    struct fz_heif_box idat; /* end = 0: there is none */
    uint64_t pos, end;
    uint32_t left;
    unsigned version, id, base, index, offset, length; /* of all but the first: bytes */
};

static bool open_places(const struct fz_bytes *b, struct fz_heif_box meta, struct places *p)
{
    struct fz_heif_box iloc, idat = {0, 0};
    if (!fz_heif_find_box(b, meta, "iloc", &iloc))
        return false;
    if (!fz_heif_find_box(b, meta, "idat", &idat))
        idat.end = 0;
    const unsigned version = fz_bytes_be(b, iloc.body, 1), sizes = fz_bytes_be(b, iloc.body + 4, 2);
    *p = (struct places){.b = b, .idat = idat, .end = iloc.end, .version = version};
    p->offset = sizes >> 12;
    p->length = sizes >> 8 & 15;
    p->base = sizes >> 4 & 15;
    p->index = version > 0 ? sizes & 15 : 0;
    p->id = version < 2 ? 2 : 4;
    p->left = fz_bytes_be(b, iloc.body + 6, p->id);
    p->pos = iloc.body + 6 + p->id;
    return true;
}

/* A number of 0, 4 or 8 bytes at *pos, which moves behind it. */
static uint64_t take(const struct fz_bytes *b, uint64_t *pos, unsigned bytes)
{
    const uint64_t high = bytes == 8 ? fz_bytes_be(b, *pos, 4) : 0,
                   low = bytes >= 4 ? fz_bytes_be(b, *pos + bytes - 4, 4) : 0;
    *pos += bytes;
    return high << 32 | low;
}

/* The first extent; empty where an item has none, or lies elsewhere. */
static bool next_place(struct places *p, uint32_t *item, struct fz_heif_box *data)
{
    enum { IN_FILE, IN_BOX };
    if (p->left == 0 || p->pos >= p->end)
        return false;
    p->left--;
    *item = fz_bytes_be(p->b, p->pos, p->id);
    p->pos += p->id;
    const uint32_t method = p->version > 0 ? fz_bytes_be(p->b, p->pos, 2) & 15 : IN_FILE;
    p->pos += p->version > 0 ? 4 : 2;
    const uint64_t base = take(p->b, &p->pos, p->base);
    const uint32_t extents = fz_bytes_be(p->b, p->pos, 2);
    p->pos += 2;
    uint64_t at = p->pos + p->index;
    const uint64_t from = (method == IN_BOX ? p->idat.body : 0) + base + take(p->b, &at, p->offset),
                   len = take(p->b, &at, p->length);
    p->pos += (uint64_t)extents * (p->index + p->offset + p->length);
    const bool is_there = extents > 0 && (method == IN_FILE || (method == IN_BOX && p->idat.end > 0)) &&
                          len <= UINT64_MAX - from;
    *data = is_there ? (struct fz_heif_box){from, from + len} : (struct fz_heif_box){0, 0};
    return true;
}

static enum fz_head_status read_sides(const struct fz_bytes *b, struct fz_heif_box data, unsigned at,
                                      struct fz_heif_size *size)
{
    const unsigned side_bytes = fz_bytes_be(b, data.body + 1, 1) & 1 ? 4 : 2;
    if (data.end - data.body < at + 2 * side_bytes)
        return FZ_HEAD_BAD;
    size->width = size->coded_w = fz_bytes_be(b, data.body + at, side_bytes);
    size->height = size->coded_h = fz_bytes_be(b, data.body + at + side_bytes, side_bytes);
    return FZ_HEAD_OK;
}

static enum fz_head_status read_data(const struct fz_bytes *b, struct fz_heif_box data, unsigned at,
                                     struct fz_heif_size *size)
{
    if (data.end <= data.body)
        return FZ_HEAD_BAD;
    if (data.end - data.body > DATA_BYTES)
        data.end = data.body + DATA_BYTES;
    if (!fz_bytes_has(b, data.body, data.end - data.body))
        return FZ_HEAD_MORE;
    return at > 0 ? read_sides(b, data, at, size) : fz_heif_av1_size(b, data.body, data.end, size);
}

enum fz_head_status fz_heif_coded_size(const struct fz_bytes *b, const struct fz_heif_coding *coding,
                                       struct fz_heif_size *size)
{
    struct items items = items_of(b, coding->meta);
    struct places places;
    struct fz_heif_box data;
    struct item item = {0};
    uint32_t id;
    bool is_found = false;
    while (!is_found && next_item(&items, &item))
        is_found = item.id == coding->item;
    const unsigned at = is_found ? item.sides_at : 0;
    size->is_made_of_others = at > 0;
    if (at == 0 && coding->hevc.end > 0)
        return fz_heif_hevc_size(b, coding->hevc, size);
    if (at == 0 && coding->av1.end > 0 &&
        fz_heif_av1_size(b, coding->av1.body + 4, coding->av1.end, size) == FZ_HEAD_OK)
        return FZ_HEAD_OK;
    if ((at == 0 && coding->av1.end == 0) || !open_places(b, coding->meta, &places))
        return FZ_HEAD_BAD;
    while (next_place(&places, &id, &data))
        if (id == coding->item)
            return read_data(b, data, at, size);
    return FZ_HEAD_BAD;
}

/* --- all of them ---------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct item *one = a, *other = b;
    return (one->id > other->id) - (one->id < other->id);
}

/* Ordered by id; the caller frees. */
static struct item *list_items(const struct fz_bytes *b, struct fz_heif_box meta, size_t *count)
{
    struct items items = items_of(b, meta), again = items;
    struct item item;
    size_t most = 0;
    while (next_item(&items, &item))
        most++;
    struct item *list = fz_try_malloc((most + 1) * sizeof *list);
    *count = 0;
    while (list && *count < most && next_item(&again, &item))
        list[(*count)++] = item;
    if (list)
        qsort(list, *count, sizeof *list, compare);
    return list;
}

static bool fits(const struct fz_bytes *b, const struct item *item, struct fz_heif_box data, uint64_t most_px)
{
    struct fz_heif_size size = {0};
    const enum fz_head_status head = read_data(b, data, item->sides_at, &size);
    return (head != FZ_HEAD_BAD || item->sides_at == 0) && (uint64_t)size.coded_w * size.coded_h <= most_px;
}

enum fz_err fz_heif_check_sizes(struct fz_decode *d)
{
    const uint64_t most_px = (uint64_t)d->header.coded_w * d->header.coded_h;
    struct fz_heif_box meta, data;
    struct places places;
    struct item wanted = {0};
    size_t count;
    bool fit = true;
    if (fz_heif_find_meta(&d->file, &meta) != FZ_HEAD_OK || !open_places(&d->file, meta, &places))
        return FZ_OK;
    struct item *list = list_items(&d->file, meta, &count);
    if (!list)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "%s: no memory for its items", d->format->name);
    while (fit && next_place(&places, &wanted.id, &data)) {
        const struct item *item = bsearch(&wanted, list, count, sizeof *list, compare);
        fit = !item || fits(&d->file, item, data, most_px);
    }
    free(list);
    return fit ? FZ_OK
               : fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: the file contradicts itself about its size",
                         d->format->name);
}

#endif
