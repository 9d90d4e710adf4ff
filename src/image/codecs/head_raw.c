/* RAW files of cameras: known by their magic bytes, or as a TIFF that holds the values of a sensor, wherever its directories lie. */
#include "image/codecs/raw_previews.h"
#include "image/codecs/tiff_directory.h"
#include "image/format.h"

enum {
    TAG_SUBFILE = 254,
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_COMPRESSION = 259,
    TAG_PHOTOMETRIC = 262,
    TAG_STRIP_OFFSETS = 273,
    TAG_ORIENTATION = 274,
    TAG_STRIP_BYTES = 279,
    TAG_SUBIFDS = 330,
    TAG_JPEG_AT = 513,
    TAG_JPEG_BYTES = 514,
    TAG_DNG_VERSION = 50706,
    TAG_PREVIEW_COLORS = 50970,
    CFA = 32803,
    LINEAR_RAW = 34892,
    MAX_ENTRIES = 512,
};

static uint32_t number(const struct fz_bytes *b, uint64_t pos, unsigned count)
{
    return (uint32_t)fz_ifd_number(b, pos, count);
}

/* The place of that tag's entry in the directory at `at`, or 0. */
static uint64_t find_entry(const struct fz_bytes *b, uint64_t at, uint32_t tag)
{
    uint32_t count = number(b, at, 2);
    for (uint32_t i = 0; i < count && i < MAX_ENTRIES; i++)
        if (number(b, at + 2 + (uint64_t)i * 12, 2) == tag)
            return at + 2 + (uint64_t)i * 12;
    return 0;
}

static bool is_of_sensor(const struct fz_bytes *b, uint64_t directory)
{
    uint64_t entry = find_entry(b, directory, TAG_PHOTOMETRIC);
    uint32_t kind = entry ? number(b, entry + 8, 2) : 0;
    return kind == CFA || kind == LINEAR_RAW;
}

/* The offsets of the directories below one, 4 bytes each. */
struct links {
    uint64_t at;
    uint32_t count;
};

static struct links find_links(const struct fz_bytes *b, uint64_t directory)
{
    uint64_t entry = find_entry(b, directory, TAG_SUBIFDS);
    uint32_t count = entry ? number(b, entry + 4, 4) : 0;
    return (struct links){.at = count > 1 ? number(b, entry + 8, 4) : entry + 8,
                          .count = count < FZ_RAW_SUBDIRECTORIES ? count : FZ_RAW_SUBDIRECTORIES};
}

/* The directory that holds them: the first one, or one below it; 0: neither. */
static uint64_t find_sensor(const struct fz_bytes *b, uint64_t first)
{
    if (is_of_sensor(b, first))
        return first;
    const struct links links = find_links(b, first);
    for (uint32_t i = 0; i < links.count; i++) {
        uint64_t below = number(b, links.at + (uint64_t)i * 4, 4);
        if (is_of_sensor(b, below))
            return below;
    }
    return 0;
}

/* DNG, NEF, ARW, PEF, SRW and their like. */
static bool is_raw_tiff(const struct fz_bytes *b)
{
    if (!fz_bytes_match(b, 0, "II*\0", 4) && !fz_bytes_match(b, 0, "MM\0*", 4))
        return false;
    uint64_t first = number(b, 4, 4);
    return find_entry(b, first, TAG_DNG_VERSION) || find_sensor(b, first) > 0;
}

/* A SHORT or a LONG; 0 where there is none. */
static uint32_t value_of(const struct fz_bytes *b, uint64_t directory, uint32_t tag)
{
    enum { SHORT = 3 };
    uint64_t entry = find_entry(b, directory, tag);
    return entry ? number(b, entry + 8, number(b, entry + 2, 2) == SHORT ? 2 : 4) : 0;
}

/* But for the magic number, which Olympus has its own for. */
static bool is_built_as_tiff(const struct fz_bytes *b)
{
    static const char *const tiffs[] = {"II*\0", "MM\0*", "IIRO", "IIRS", "MMOR"};
    for (size_t i = 0; i < sizeof tiffs / sizeof *tiffs; i++)
        if (fz_bytes_match(b, 0, tiffs[i], 4))
            return true;
    return false;
}

/* Where no directory is the sensor's (CR2, ORF) the first is of the whole picture, if it is not said to be of a smaller one. */
bool fz_raw_sensor(const struct fz_bytes *head, struct fz_header *header)
{
    if (!is_built_as_tiff(head) || !fz_raw_is_a(head))
        return false;
    uint64_t first = number(head, 4, 4), sensor = find_sensor(head, first);
    if (sensor == 0 && value_of(head, first, TAG_SUBFILE) == 0)
        sensor = first;
    uint32_t turn = value_of(head, first, TAG_ORIENTATION);
    header->width = sensor ? value_of(head, sensor, TAG_WIDTH) : 0;
    header->height = sensor ? value_of(head, sensor, TAG_HEIGHT) : 0;
    header->orientation = turn >= 1 && turn <= 8 ? (int)turn : 1;
    header->by_rows = true;
    return header->width > 0 && header->height > 0;
}

/* A strip, or as old ones have it. The sensor's own values may be coded as JPEG too. */
static bool read_preview(const struct fz_bytes *b, uint64_t directory, struct fz_raw_preview *out)
{
    enum { REDUCED = 1, OLD_JPEG = 6, JPEG = 7, JPEG_XL = 52546, ADOBE_RGB = 3 };
    uint32_t coding = value_of(b, directory, TAG_COMPRESSION);
    if (!(value_of(b, directory, TAG_SUBFILE) & REDUCED) ||
        (coding != OLD_JPEG && coding != JPEG && coding != JPEG_XL))
        return false;
    uint64_t strips = find_entry(b, directory, TAG_STRIP_OFFSETS);
    bool in_one = strips && number(b, strips + 4, 4) == 1;
    *out = (struct fz_raw_preview){
        .at = value_of(b, directory, in_one ? TAG_STRIP_OFFSETS : TAG_JPEG_AT),
        .len = value_of(b, directory, in_one ? TAG_STRIP_BYTES : TAG_JPEG_BYTES),
        .in_adobe_rgb = value_of(b, directory, TAG_PREVIEW_COLORS) == ADOBE_RGB,
    };
    return out->len > 0 && fz_bytes_has(b, out->at, out->len);
}

unsigned fz_raw_previews(const struct fz_bytes *file, struct fz_raw_preview out[FZ_RAW_PREVIEWS])
{
    if (!is_built_as_tiff(file))
        return 0;
    const uint64_t first = number(file, 4, 4);
    const struct links links = find_links(file, first);
    unsigned count = read_preview(file, first, out);
    for (uint32_t i = 0; i < links.count; i++)
        count += read_preview(file, number(file, links.at + (uint64_t)i * 4, 4), &out[count]);
    return count;
}

bool fz_raw_is_a(const struct fz_bytes *head)
{
    static const struct {
        const char *bytes;
        uint8_t len, at;
    } magic[] = {
        {"FUJIFILMCCD-RAW", 15, 0},
        {"IIU\0", 4, 0},
        {"IIRO", 4, 0},
        {"IIRS", 4, 0},
        {"MMOR", 4, 0},
        {"FOVb", 4, 0},
        {"HEAPCCDR", 8, 6},
        {"\0MRM", 4, 0},
        {"CR\2\0", 4, 8},
        {"ftypcrx ", 8, 4},
    };
    for (size_t i = 0; i < sizeof magic / sizeof *magic; i++)
        if (fz_bytes_match(head, magic[i].at, magic[i].bytes, magic[i].len))
            return true;
    return is_raw_tiff(head);
}
