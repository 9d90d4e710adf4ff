/* Items of HEIF that are made of each other (iref, ISO/IEC 14496-12, 8.11.12): libheif follows them without end. */
#include "image/codecs/heif_boxes.h"

#include "frieze_config.h"

#if FRIEZE_WITH_HEIF

#include "base/mem.h"

#include <stdlib.h>

enum {
    MOST_NESTING = 8,
    MOST_LINKS = 1 << 18, /* a grid has up to 2^16 */
    HEADER_BYTES = 8,     /* of a box: less is none */
};

/* To decode `from` takes `to`. Ordered by `from`. */
struct link {
    uint32_t from, to;
    uint32_t open; /* of the first one of `from`: how many of its links are not done */
    enum { OPEN, CLOSING, DONE } state;
};

static int compare(const void *a, const void *b)
{
    const struct link *one = a, *other = b;
    return (one->from > other->from) - (one->from < other->from);
}

/* Adds those of one box; returns how many there are then. */
static size_t add_links(const struct fz_bytes *b, uint64_t at, struct fz_heif_box box, unsigned id_bytes,
                        struct link *links, size_t count)
{
    const bool is_part = fz_bytes_match(b, at + 4, "dimg", 4),
               is_beside = fz_bytes_match(b, at + 4, "auxl", 4);
    const uint32_t from = fz_bytes_be(b, box.body, id_bytes), more = fz_bytes_be(b, box.body + id_bytes, 2);
    uint64_t pos = box.body + id_bytes + 2;
    for (uint32_t i = 0; i < more && pos + id_bytes <= box.end && (is_part || is_beside);
         i++, pos += id_bytes) {
        const uint32_t to = fz_bytes_be(b, pos, id_bytes);
        links[count++] =
            is_part ? (struct link){.from = from, .to = to} : (struct link){.from = to, .to = from};
    }
    return count;
}

/* The first link of an item; NULL: it takes nothing. */
static struct link *first_of(struct link *links, size_t count, uint32_t item)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (links[middle].from < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && links[low].from == item ? &links[low] : NULL;
}

/* Whether no item is nested in itself, or too deep: each round those of one level more are done. */
static bool ends(struct link *links, size_t count)
{
    size_t left = count;
    qsort(links, count, sizeof *links, compare);
    for (size_t i = 0; i < count; i++)
        first_of(links, count, links[i].from)->open++;
    for (int round = 0; round < MOST_NESTING && left > 0; round++) {
        for (size_t i = 0; i < count; i++) {
            const struct link *inner = first_of(links, count, links[i].to);
            if (links[i].state == OPEN && (!inner || inner->open == 0))
                links[i].state = CLOSING;
        }
        for (size_t i = 0; i < count; i++)
            if (links[i].state == CLOSING) {
                links[i].state = DONE;
                first_of(links, count, links[i].from)->open--;
                left--;
            }
    }
    return left == 0;
}

enum fz_err fz_heif_check(struct fz_decode *d)
{
    const struct fz_bytes *b = &d->file;
    struct fz_heif_box meta, iref, box;
    const enum fz_err code = fz_heif_check_sizes(d);
    if (code != FZ_OK)
        return code;
    if (fz_heif_find_meta(b, &meta) != FZ_HEAD_OK || !fz_heif_find_box(b, meta, "iref", &iref))
        return FZ_OK;
    const unsigned id_bytes = fz_bytes_be(b, iref.body, 1) == 0 ? 2 : 4;
    const uint64_t most = (iref.end - iref.body) / id_bytes;
    if (most > MOST_LINKS)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "%s: it is made of too many items", d->format->name);
    struct link *links = fz_try_malloc((size_t)most * sizeof *links);
    if (!links)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "%s: no memory for its items", d->format->name);
    uint64_t pos = iref.body + 4, at = pos;
    size_t count = 0;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && fz_heif_next_box(b, &pos, iref.end, &box); i++, at = pos)
        count = add_links(b, at, box, id_bytes, links, count);
    const bool is_tree = ends(links, count);
    free(links);
    if (iref.end - pos >= HEADER_BYTES) /* libheif reads on, whatever the size of a box */
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: what its items are made of is damaged", d->format->name);
    return is_tree
               ? FZ_OK
               : fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: its items are made of each other", d->format->name);
}

#endif
