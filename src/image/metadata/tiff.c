/* TIFF 6.0 structures, wherever they stand: out of the directories what is wanted is copied into a small structure of its
 * own. libexif reads 64 KB at most, and of a TIFF or RAW file these need not hold the directories; nor does it get to see
 * notes of makers, which are most of the bytes and of the risk. */
#include "base/mem.h"
#include "image/metadata/directory.h"
#include "image/metadata/parts.h"

enum {
    MOST_ENTRIES = 512, /* of a directory that is looked at */
    MOST_WANTED = 24,
    VALUE_MOST = 4096, /* bytes; even, so that no unit of UTF-16 is cut */
};

/* Camera: what and who; exposure: how and when, which TIFF/EP has beside the former; position: GPS (Exif 2.32, 4.6). 0x4746 and
 * 0x4749 are Microsoft's rating, 0x9c9b and 0x9c9c its title and its comment. */
static const uint16_t camera_tags[] = {0x010e, 0x010f, 0x0110, 0x0132, 0x4746, 0x4749, 0x829a, 0x829d,
                                       0x8827, 0x9003, 0x9004, 0x9201, 0x9202, 0x920a, 0x9c9b, 0x9c9c};
static const uint16_t exposure_tags[] = {0x829a, 0x829d, 0x8827, 0x8831, 0x8832, 0x8833, 0x9003,
                                         0x9004, 0x9010, 0x9011, 0x9012, 0x9201, 0x9202, 0x920a,
                                         0x9290, 0x9291, 0x9292, 0xa434, 0xa436};
static const uint16_t position_tags[] = {1, 2, 3, 4};

struct directory {
    struct fz_tiff_entry entries[MOST_WANTED + 2];
    size_t count;
};

/* A number in the structure's order of bytes. */
static uint64_t read_number(bool little, const uint8_t *at, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value |= (uint64_t)at[i] << 8 * (little ? i : count - 1 - i);
    return value;
}

void fz_tiff_put(bool little, uint8_t *at, uint64_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        at[little ? i : count - 1 - i] = (uint8_t)(value >> 8 * i);
}

static size_t bytes_of(unsigned type, uint64_t count)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
    const unsigned size = type == FZ_TIFF_UTF8 ? 1 : type < sizeof sizes ? sizes[type] : 0;
    const uint64_t bytes = size * count;
    return bytes <= SIZE_MAX ? (size_t)bytes : 0;
}

static bool is_wanted(const uint16_t *tags, size_t count, uint16_t tag)
{
    for (size_t i = 0; i < count; i++)
        if (tags[i] == tag)
            return true;
    return false;
}

/* Bytes: of the number of entries, of an entry, and in it of the number of values and of where they stand. */
struct widths {
    unsigned head, entry, number;
};

static struct widths widths_of(const struct fz_tiff_structure *tiff)
{
    return tiff->is_big ? (struct widths){8, 20, 8} : (struct widths){2, FZ_TIFF_ENTRY, 4};
}

uint8_t *fz_tiff_entries_read(const struct fz_tiff_structure *tiff, uint64_t at, size_t *count)
{
    const struct widths w = widths_of(tiff);
    uint8_t head[8];
    *count = 0;
    if (at == 0 || !fz_excerpt_get(tiff->file, tiff->base + at, head, w.head))
        return NULL;
    uint64_t n = read_number(tiff->little, head, w.head);
    n = n < MOST_ENTRIES ? n : MOST_ENTRIES;
    uint8_t *entries =
        fz_excerpt_copy(tiff->file, tiff->base + at + w.head, n * w.entry, (size_t)MOST_ENTRIES * w.entry);
    *count = entries ? (size_t)n : 0;
    return entries;
}

struct fz_tiff_entry fz_tiff_entry_of(const struct fz_tiff_structure *tiff, const uint8_t *entries,
                                      uint64_t at, size_t i)
{
    const struct widths w = widths_of(tiff);
    const uint8_t *bytes = entries + i * w.entry;
    const uint64_t count = read_number(tiff->little, bytes + 4, w.number);
    const unsigned value_at = 4 + w.number;
    struct fz_tiff_entry entry = {.tag = (uint16_t)read_number(tiff->little, bytes, 2),
                                  .type = (uint16_t)read_number(tiff->little, bytes + 2, 2),
                                  .count = (uint32_t)count};
    entry.bytes = count <= UINT32_MAX ? bytes_of(entry.type, count) : 0;
    entry.at = tiff->base + (entry.bytes <= w.number ? at + w.head + i * w.entry + value_at
                                                     : read_number(tiff->little, bytes + value_at, w.number));
    return entry;
}

uint64_t fz_tiff_lead(const struct fz_tiff_structure *tiff, const struct fz_tiff_entry *entry)
{
    enum { LONG8 = 16, IFD8 = 18 };
    const bool is_wide = tiff->is_big && entry->count == 1 && (entry->type == LONG8 || entry->type == IFD8);
    const unsigned width = is_wide ? 8 : entry->bytes == 4 ? 4 : 0;
    uint8_t bytes[8];
    if (width == 0 || !fz_excerpt_get(tiff->file, entry->at, bytes, width))
        return 0;
    return read_number(tiff->little, bytes, width);
}

/* Of the first directory alone: where the others are, and the blocks that stand in it. */
struct leads {
    uint64_t exposure, position;
    struct fz_blocks *blocks;
};

/* It is said to be numbers of 32 bits, and some writers turn the bytes of each (LibTIFF's manual, TIFFTAG_RICHTIFFIPTC). */
static void settle_iptc(const struct fz_block *iptc)
{
    enum { MARKER = 0x1c, WORD = 4 };
    if (iptc->len < WORD || iptc->data[0] == MARKER || iptc->data[WORD - 1] != MARKER)
        return;
    for (size_t at = 0; at + WORD <= iptc->len; at += WORD) {
        const uint64_t word = read_number(true, iptc->data + at, WORD);
        fz_tiff_put(false, iptc->data + at, word, WORD);
    }
}

static void follow(const struct fz_tiff_structure *tiff, const struct fz_tiff_entry *entry,
                   struct leads *leads)
{
    if (entry->tag == FZ_TAG_XMP)
        fz_block_take(&leads->blocks->xmp, tiff->file, entry->at, entry->bytes, FZ_XMP_MOST);
    if (entry->tag == FZ_TAG_RESOURCES)
        fz_block_take_resources(&leads->blocks->resources, tiff->file, entry->at, entry->bytes);
    if (entry->tag == FZ_TAG_IPTC) {
        fz_block_take(&leads->blocks->iptc, tiff->file, entry->at, entry->bytes, FZ_IPTC_MOST);
        settle_iptc(&leads->blocks->iptc);
    }
    uint64_t *lead = entry->tag == FZ_TAG_EXPOSURE   ? &leads->exposure
                     : entry->tag == FZ_TAG_POSITION ? &leads->position
                                                     : NULL;
    const uint64_t to = lead ? fz_tiff_lead(tiff, entry) : 0;
    if (to > 0)
        *lead = to;
}

/* Of a text, which Microsoft's tags have as bytes, far less is shown. */
static void cut_text(struct fz_tiff_entry *entry)
{
    const bool is_text =
        entry->type == FZ_TIFF_BYTE || entry->type == FZ_TIFF_ASCII || entry->type == FZ_TIFF_UTF8;
    if (is_text && entry->bytes > VALUE_MOST)
        entry->bytes = entry->count = VALUE_MOST;
}

static void read_directory(const struct fz_tiff_structure *tiff, uint64_t at, const uint16_t *tags,
                           size_t tag_count, struct directory *out, struct leads *leads)
{
    size_t count;
    uint8_t *entries = fz_tiff_entries_read(tiff, at, &count);
    for (size_t i = 0; i < count; i++) {
        struct fz_tiff_entry entry = fz_tiff_entry_of(tiff, entries, at, i);
        if (leads)
            follow(tiff, &entry, leads);
        cut_text(&entry);
        bool fits = entry.bytes > 0 && entry.bytes <= VALUE_MOST && out->count < MOST_WANTED;
        if (fits && is_wanted(tags, tag_count, entry.tag))
            out->entries[out->count++] = entry;
    }
    free(entries);
}

#define TAGS(tags) tags, sizeof(tags) / sizeof *(tags)

/* ---- The structure of our own ------------------------------------------------------------------------------------ */

struct build {
    const struct fz_tiff_structure *tiff; /* whose order of bytes it keeps */
    uint8_t *data;
    size_t len; /* so far */
};

static void put(const struct build *build, size_t at, uint64_t value, unsigned count)
{
    fz_tiff_put(build->tiff->little, build->data + at, value, count);
}

static size_t directory_bytes(const struct directory *directory)
{
    return 2 + directory->count * FZ_TIFF_ENTRY + 4;
}

/* At `at`, its values behind all that is there. */
static void put_directory(struct build *build, const struct directory *directory, size_t at)
{
    put(build, at, directory->count, 2);
    for (size_t i = 0; i < directory->count; i++) {
        const struct fz_tiff_entry *entry = &directory->entries[i];
        size_t to = at + 2 + i * FZ_TIFF_ENTRY, value = to + 8;
        put(build, to, entry->tag, 2);
        /* libexif does not know the newer one */
        put(build, to + 2, entry->type == FZ_TIFF_UTF8 ? FZ_TIFF_ASCII : entry->type, 2);
        put(build, to + 4, entry->count, 4);
        if (entry->tag == FZ_TAG_EXPOSURE || entry->tag == FZ_TAG_POSITION) {
            put(build, value, entry->at, 4);
            continue;
        }
        if (entry->bytes > 4) {
            if (entry->bytes > FZ_EXIF_MOST - build->len)
                continue;
            put(build, value, build->len, 4);
            value = build->len;
            build->len += entry->bytes;
        }
        fz_excerpt_get(build->tiff->file, entry->at, build->data + value, entry->bytes);
    }
}

static void build_block(const struct fz_tiff_structure *tiff, struct directory *camera,
                        const struct directory *exposure, const struct directory *position,
                        struct fz_block *out)
{
    uint8_t *data = fz_try_malloc(FZ_EXIF_MOST);
    if (!data)
        return;
    memset(data, 0, FZ_EXIF_MOST);
    struct build build = {tiff, data, 0};
    size_t at = FZ_TIFF_HEAD + directory_bytes(camera) + (size_t)2 * FZ_TIFF_ENTRY,
           next = at + directory_bytes(exposure);
    camera->entries[camera->count++] =
        (struct fz_tiff_entry){.tag = FZ_TAG_EXPOSURE, .type = FZ_TIFF_LONG, .count = 1, .at = at};
    camera->entries[camera->count++] =
        (struct fz_tiff_entry){.tag = FZ_TAG_POSITION, .type = FZ_TIFF_LONG, .count = 1, .at = next};
    build.len = next + directory_bytes(position);
    memcpy(data, tiff->little ? "II" : "MM", 2);
    put(&build, 2, 42, 2);
    put(&build, 4, FZ_TIFF_HEAD, 4);
    put_directory(&build, camera, FZ_TIFF_HEAD);
    put_directory(&build, exposure, at);
    put_directory(&build, position, next);
    *out = (struct fz_block){data, build.len};
}

/* ---- Where it is read from --------------------------------------------------------------------------------------- */

/* Behind the head of a BigTIFF: how many bytes an offset takes, which is 8. */
static uint64_t open_big(struct fz_tiff_structure *tiff)
{
    uint8_t more[4], first[8];
    tiff->is_big = true;
    if (!fz_excerpt_get(tiff->file, tiff->base + 4, more, sizeof more) ||
        read_number(tiff->little, more, 2) != sizeof first ||
        !fz_excerpt_get(tiff->file, tiff->base + 8, first, sizeof first))
        return 0;
    return read_number(tiff->little, first, sizeof first);
}

/* The first directory's offset, 0 where no structure is at `base`. Olympus and Panasonic write other numbers than 42. */
static uint64_t open_structure(struct fz_excerpt *file, uint64_t base, struct fz_tiff_structure *tiff)
{
    uint8_t head[FZ_TIFF_HEAD];
    *tiff = (struct fz_tiff_structure){.file = file, .base = base};
    if (!fz_excerpt_get(file, base, head, sizeof head))
        return 0;
    tiff->little = head[0] == 'I';
    if (memcmp(head, "II+\0", 4) == 0 || memcmp(head, "MM\0+", 4) == 0)
        return open_big(tiff);
    bool known = memcmp(head, "II*\0", 4) == 0 || memcmp(head, "MM\0*", 4) == 0 ||
                 memcmp(head, "IIU\0", 4) == 0 || memcmp(head, "IIRO", 4) == 0 ||
                 memcmp(head, "IIRS", 4) == 0 || memcmp(head, "MMOR", 4) == 0;
    return known ? read_number(tiff->little, head + 4, 4) : 0;
}

bool fz_blocks_find_in_tiff(struct fz_excerpt *file, uint64_t base, struct fz_blocks *blocks)
{
    struct fz_tiff_structure tiff;
    struct directory camera = {0}, exposure = {0}, position = {0};
    struct leads leads = {.blocks = blocks};
    uint64_t at = open_structure(file, base, &tiff);
    if (at == 0)
        return false;
    read_directory(&tiff, at, TAGS(camera_tags), &camera, &leads);
    read_directory(&tiff, leads.exposure, TAGS(exposure_tags), &exposure, NULL);
    read_directory(&tiff, leads.position, TAGS(position_tags), &position, NULL);
    if (blocks->exif.data || (!blocks->copy && camera.count + exposure.count + position.count == 0))
        return true;
    const struct fz_exif_source from = {{&tiff, at}, {&tiff, leads.exposure}, {&tiff, leads.position}};
    if (blocks->copy)
        fz_exif_copy(&from, blocks->copy, &blocks->exif);
    else
        build_block(&tiff, &camera, &exposure, &position, &blocks->exif);
    return true;
}

/* Of a structure that has the same order of bytes as another one. */
static uint64_t find_apart(struct fz_excerpt *file, uint64_t base, const struct fz_tiff_structure *tiff,
                           struct fz_tiff_structure *out)
{
    uint64_t first = open_structure(file, base, out);
    return base > 0 && out->little == tiff->little ? first : 0;
}

void fz_blocks_join_tiff(struct fz_excerpt *file, const struct fz_directories *at, struct fz_blocks *blocks)
{
    struct fz_tiff_structure tiff, second, third;
    struct directory camera = {0}, exposure = {0}, position = {0};
    struct leads leads = {.blocks = blocks};
    uint64_t first = open_structure(file, at->camera, &tiff);
    if (at->camera == 0 || first == 0)
        return;
    read_directory(&tiff, first, TAGS(camera_tags), &camera, &leads);
    const struct fz_exif_source from = {{&tiff, first},
                                        {&second, find_apart(file, at->exposure, &tiff, &second)},
                                        {&third, find_apart(file, at->position, &tiff, &third)}};
    read_directory(&second, from.exposure.at, TAGS(exposure_tags), &exposure, NULL);
    read_directory(&third, from.position.at, TAGS(position_tags), &position, NULL);
    if (blocks->exif.data)
        return;
    if (blocks->copy)
        fz_exif_copy(&from, blocks->copy, &blocks->exif);
    else
        build_block(&tiff, &camera, &exposure, &position, &blocks->exif);
}
