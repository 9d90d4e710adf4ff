/* TIFF 6.0 structures, wherever they stand: out of the directories what is wanted is copied into a small structure of its
 * own. libexif reads 64 KB at most, and of a TIFF or RAW file these need not hold the directories; nor does it get to see
 * notes of makers, which are most of the bytes and of the risk. */
#include "base/mem.h"
#include "image/metadata/parts.h"

enum {
    TAG_XMP = 700,
    TAG_IPTC = 33723,
    TAG_EXPOSURE = 0x8769,
    TAG_POSITION = 0x8825,
    TYPE_LONG = 4,
    HEAD = 8,
    ENTRY = 12,
    MOST_ENTRIES = 512, /* of a directory that is looked at */
    MOST_WANTED = 16,
    VALUE_MOST = 4096,
};

/* Camera: what and who; exposure: how and when; position: GPS (Exif 2.32, 4.6). 0x4746 is Microsoft's rating, 0x9c9b its
 * title. */
static const uint16_t camera_tags[] = {0x010e, 0x010f, 0x0110, 0x0132, 0x4746, 0x9c9b};
static const uint16_t exposure_tags[] = {0x829a, 0x829d, 0x8827, 0x9003, 0x9004,
                                         0x9010, 0x9011, 0x9012, 0x920a, 0xa434};
static const uint16_t position_tags[] = {1, 2, 3, 4};

struct entry {
    uint16_t tag, type;
    uint32_t count;
    uint64_t at; /* of the value */
    size_t bytes;
};

struct directory {
    struct entry entries[MOST_WANTED + 2];
    size_t count;
};

/* A structure to be read: where its offsets count from, and in which order its bytes stand. */
struct tiff {
    struct fz_excerpt *file;
    uint64_t base;
    bool little;
};

static uint64_t number(const struct tiff *tiff, const uint8_t *at, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value |= (uint64_t)at[i] << 8 * (tiff->little ? i : count - 1 - i);
    return value;
}

static size_t bytes_of(unsigned type, uint64_t count)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    uint64_t bytes = type < sizeof sizes ? sizes[type] * count : 0;
    return bytes <= SIZE_MAX ? (size_t)bytes : 0;
}

static bool is_wanted(const uint16_t *tags, size_t count, uint16_t tag)
{
    for (size_t i = 0; i < count; i++)
        if (tags[i] == tag)
            return true;
    return false;
}

/* The entries as they stand; their number, 0 where there are none. The caller frees. */
static uint8_t *read_entries(const struct tiff *tiff, uint64_t at, size_t *count)
{
    uint8_t head[2];
    *count = 0;
    if (at == 0 || !fz_excerpt_get(tiff->file, tiff->base + at, head, sizeof head))
        return NULL;
    uint64_t n = number(tiff, head, 2);
    n = n < MOST_ENTRIES ? n : MOST_ENTRIES;
    uint8_t *entries =
        fz_excerpt_copy(tiff->file, tiff->base + at + 2, n * ENTRY, (size_t)MOST_ENTRIES * ENTRY);
    *count = entries ? (size_t)n : 0;
    return entries;
}

static struct entry read_entry(const struct tiff *tiff, const uint8_t *bytes, uint64_t at)
{
    struct entry entry = {.tag = (uint16_t)number(tiff, bytes, 2),
                          .type = (uint16_t)number(tiff, bytes + 2, 2),
                          .count = (uint32_t)number(tiff, bytes + 4, 4)};
    entry.bytes = bytes_of(entry.type, entry.count);
    entry.at = entry.bytes <= 4 ? at + 8 : tiff->base + number(tiff, bytes + 8, 4);
    return entry;
}

/* Of the first directory alone: where the others are, and the blocks that stand in it. */
struct leads {
    uint64_t exposure, position;
    struct fz_blocks *blocks;
};

static void follow(const struct tiff *tiff, const struct entry *entry, struct leads *leads)
{
    uint8_t bytes[4];
    if (entry->tag == TAG_XMP)
        fz_block_take(&leads->blocks->xmp, tiff->file, entry->at, entry->bytes, FZ_XMP_MOST);
    if (entry->tag == TAG_IPTC)
        fz_block_take(&leads->blocks->iptc, tiff->file, entry->at, entry->bytes, FZ_IPTC_MOST);
    bool is_lead = entry->tag == TAG_EXPOSURE || entry->tag == TAG_POSITION;
    if (!is_lead || entry->bytes != 4 || !fz_excerpt_get(tiff->file, entry->at, bytes, 4))
        return;
    *(entry->tag == TAG_EXPOSURE ? &leads->exposure : &leads->position) = number(tiff, bytes, 4);
}

static void read_directory(const struct tiff *tiff, uint64_t at, const uint16_t *tags, size_t tag_count,
                           struct directory *out, struct leads *leads)
{
    size_t count;
    uint8_t *entries = read_entries(tiff, at, &count);
    for (size_t i = 0; i < count; i++) {
        struct entry entry = read_entry(tiff, entries + i * ENTRY, tiff->base + at + 2 + i * ENTRY);
        if (leads)
            follow(tiff, &entry, leads);
        bool fits = entry.bytes > 0 && entry.bytes <= VALUE_MOST && out->count < MOST_WANTED;
        if (fits && is_wanted(tags, tag_count, entry.tag))
            out->entries[out->count++] = entry;
    }
    free(entries);
}

#define TAGS(tags) tags, sizeof(tags) / sizeof *(tags)

/* ---- The structure of our own ------------------------------------------------------------------------------------ */

struct build {
    const struct tiff *tiff; /* whose order of bytes it keeps */
    uint8_t *data;
    size_t len; /* so far */
};

static void put(const struct build *build, size_t at, uint64_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        build->data[at + (build->tiff->little ? i : count - 1 - i)] = (uint8_t)(value >> 8 * i);
}

static size_t directory_bytes(const struct directory *directory)
{
    return 2 + directory->count * ENTRY + 4;
}

/* At `at`, its values behind all that is there. */
static void put_directory(struct build *build, const struct directory *directory, size_t at)
{
    put(build, at, directory->count, 2);
    for (size_t i = 0; i < directory->count; i++) {
        const struct entry *entry = &directory->entries[i];
        size_t to = at + 2 + i * ENTRY, value = to + 8;
        put(build, to, entry->tag, 2);
        put(build, to + 2, entry->type, 2);
        put(build, to + 4, entry->count, 4);
        if (entry->tag == TAG_EXPOSURE || entry->tag == TAG_POSITION) {
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

static void build_block(const struct tiff *tiff, struct directory *camera, const struct directory *exposure,
                        const struct directory *position, struct fz_block *out)
{
    uint8_t *data = fz_try_malloc(FZ_EXIF_MOST);
    if (!data)
        return;
    memset(data, 0, FZ_EXIF_MOST);
    struct build build = {tiff, data, 0};
    size_t at = HEAD + directory_bytes(camera) + (size_t)2 * ENTRY, next = at + directory_bytes(exposure);
    camera->entries[camera->count++] =
        (struct entry){.tag = TAG_EXPOSURE, .type = TYPE_LONG, .count = 1, .at = at};
    camera->entries[camera->count++] =
        (struct entry){.tag = TAG_POSITION, .type = TYPE_LONG, .count = 1, .at = next};
    build.len = next + directory_bytes(position);
    memcpy(data, tiff->little ? "II" : "MM", 2);
    put(&build, 2, 42, 2);
    put(&build, 4, HEAD, 4);
    put_directory(&build, camera, HEAD);
    put_directory(&build, exposure, at);
    put_directory(&build, position, next);
    *out = (struct fz_block){data, build.len};
}

/* ---- Where it is read from --------------------------------------------------------------------------------------- */

/* The first directory's offset, 0 where no structure is at `base`. Olympus and Panasonic write other numbers than 42. */
static uint64_t open_tiff(struct fz_excerpt *file, uint64_t base, struct tiff *tiff)
{
    uint8_t head[HEAD];
    *tiff = (struct tiff){.file = file, .base = base};
    if (!fz_excerpt_get(file, base, head, sizeof head))
        return 0;
    tiff->little = head[0] == 'I';
    bool known = memcmp(head, "II*\0", 4) == 0 || memcmp(head, "MM\0*", 4) == 0 ||
                 memcmp(head, "IIU\0", 4) == 0 || memcmp(head, "IIRO", 4) == 0 ||
                 memcmp(head, "IIRS", 4) == 0 || memcmp(head, "MMOR", 4) == 0;
    return known ? number(tiff, head + 4, 4) : 0;
}

bool fz_blocks_find_in_tiff(struct fz_excerpt *file, uint64_t base, struct fz_blocks *blocks)
{
    struct tiff tiff;
    struct directory camera = {0}, exposure = {0}, position = {0};
    struct leads leads = {.blocks = blocks};
    uint64_t at = open_tiff(file, base, &tiff);
    if (at == 0)
        return false;
    read_directory(&tiff, at, TAGS(camera_tags), &camera, &leads);
    read_directory(&tiff, leads.exposure, TAGS(exposure_tags), &exposure, NULL);
    read_directory(&tiff, leads.position, TAGS(position_tags), &position, NULL);
    if (!blocks->exif.data)
        build_block(&tiff, &camera, &exposure, &position, &blocks->exif);
    return true;
}

void fz_blocks_join_tiff(struct fz_excerpt *file, const struct fz_directories *at, struct fz_blocks *blocks)
{
    struct tiff tiff, other;
    struct directory camera = {0}, exposure = {0}, position = {0};
    struct leads leads = {.blocks = blocks};
    uint64_t first = open_tiff(file, at->camera, &tiff), next;
    if (at->camera == 0 || first == 0)
        return;
    read_directory(&tiff, first, TAGS(camera_tags), &camera, &leads);
    next = open_tiff(file, at->exposure, &other);
    if (at->exposure > 0 && next > 0 && other.little == tiff.little)
        read_directory(&other, next, TAGS(exposure_tags), &exposure, NULL);
    next = open_tiff(file, at->position, &other);
    if (at->position > 0 && next > 0 && other.little == tiff.little)
        read_directory(&other, next, TAGS(position_tags), &position, NULL);
    if (!blocks->exif.data)
        build_block(&tiff, &camera, &exposure, &position, &blocks->exif);
}
