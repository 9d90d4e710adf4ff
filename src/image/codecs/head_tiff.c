/* TIFF 6.0 and BigTIFF: size and orientation by the directories, and what it takes to decode a page. */
#include "image/codecs/tiff_cut.h"
#include "image/codecs/tiff_pages.h"
#include "image/codecs/tiff_window.h"

enum {
    FIXED_BYTES = 512 << 10,
    UNPACKER_BYTES = 512 << 10, /* of Zstandard and LZMA, beside their windows */
    PLANE_BYTES = 256 << 10,    /* of one more reading of the file */
    BLOCK_BYTES = 16,           /* what libtiff knows of a strip, of which a row may be one, or a tile */
    BY_ROWS_PX = 8 << 20, /* rows that libtiff decodes together, at most, of what counts as decoded by rows */
};

bool fz_tiff_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "II*\0", 4) || fz_bytes_match(head, 0, "MM\0*", 4) ||
           fz_bytes_match(head, 0, "II+\0\10\0\0\0", 8) || fz_bytes_match(head, 0, "MM\0+\0\10\0\0", 8);
}

static bool is_one_of(unsigned what, const unsigned *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (what == all[i])
            return true;
    return false;
}

static bool is_fax(const struct fz_tiff_kind *kind)
{
    static const unsigned fax[] = {COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4};
    return is_one_of(kind->compression, fax, sizeof fax / sizeof *fax);
}

/* What tiff_samples.c makes of them. */
static bool has_known_colors(const struct fz_tiff_kind *kind)
{
    switch (kind->photometric) {
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
        return kind->samples >= 3 && kind->format == SAMPLEFORMAT_UINT &&
               (kind->bits == 8 || kind->bits == 16);
    case PHOTOMETRIC_YCBCR: /* libtiff converts it for JPEG alone */
        return kind->compression == COMPRESSION_JPEG && kind->planar == PLANARCONFIG_CONTIG &&
               kind->samples == 3;
    default:
        return kind->photometric <= PHOTOMETRIC_PALETTE || kind->photometric == PHOTOMETRIC_SEPARATED;
    }
}

bool fz_tiff_is_by_rows(const struct fz_tiff_kind *kind)
{
    static const unsigned plain[] = {COMPRESSION_NONE, COMPRESSION_PACKBITS, COMPRESSION_LZW,
                                     COMPRESSION_DEFLATE, COMPRESSION_ADOBE_DEFLATE};
    if (!has_known_colors(kind))
        return false;
    if (kind->compression == COMPRESSION_JPEG)
        return kind->bits == 8;
    if (fz_tiff_has_window(kind->compression)) /* which is looked for in the bytes as they stand */
        return kind->fill_order == FILLORDER_MSB2LSB;
    return is_fax(kind) || is_one_of(kind->compression, plain, sizeof plain / sizeof *plain);
}

static struct fz_tiff_kind kind_of(const struct fz_bytes *b, const struct fz_ifd *dir)
{
    return (struct fz_tiff_kind){
        .compression = (unsigned)fz_ifd_find(b, dir, FZ_IFD_COMPRESSION, COMPRESSION_NONE),
        .photometric = (unsigned)fz_ifd_find(b, dir, FZ_IFD_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK),
        .planar = (unsigned)fz_ifd_find(b, dir, FZ_IFD_PLANAR, PLANARCONFIG_CONTIG),
        .fill_order = (unsigned)fz_ifd_find(b, dir, FZ_IFD_FILL_ORDER, FILLORDER_MSB2LSB),
        .bits = (unsigned)fz_ifd_find(b, dir, FZ_IFD_BITS, 1),
        .samples = (unsigned)fz_ifd_find(b, dir, FZ_IFD_SAMPLES, 1),
        .format = (unsigned)fz_ifd_find(b, dir, FZ_IFD_SAMPLE_FORMAT, SAMPLEFORMAT_UINT),
    };
}

static uint64_t max_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The longest strip or tile, and how many there are; all of the file where it does not say, because libtiff guesses then. */
static uint64_t find_longest(const struct fz_bytes *file, const struct fz_ifd *dir, uint64_t *blocks)
{
    struct fz_ifd_values lens;
    uint64_t len[FZ_IFD_AT_ONCE], longest = 0;
    unsigned n = 1;
    *blocks = 0;
    if (fz_ifd_find_values(file, dir, FZ_IFD_TILE_BYTES, &lens) ||
        fz_ifd_find_values(file, dir, FZ_IFD_STRIP_BYTES, &lens))
        for (; n > 0 && *blocks < lens.count; *blocks += n) {
            n = fz_ifd_get(file, &lens, *blocks, len);
            for (unsigned i = 0; i < n; i++)
                longest = max_of(longest, len[i]);
        }
    const uint64_t most = fz_reader_length(file);
    return longest > 0 && longest < most ? longest : most;
}

/* Of strips or tiles as they are stored libtiff holds one at a time, in each of its readings of the file. */
static uint64_t stored_bytes(const struct fz_tiff_kind *kind, bool by_rows, uint64_t longest)
{
    if (by_rows && fz_tiff_is_read_here(kind->compression))
        return 0;
    return by_rows && kind->planar == PLANARCONFIG_SEPARATE ? longest * FZ_TIFF_MAX_CHANNELS : longest;
}

/* The largest window of all strips, as each says in its beginning. */
static uint64_t find_windows(const struct fz_bytes *file, const struct fz_ifd *dir, unsigned compression)
{
    struct fz_ifd_values offsets, lens;
    uint64_t at[FZ_IFD_AT_ONCE], len[FZ_IFD_AT_ONCE], most = 0;
    if (!fz_ifd_find_values(file, dir, FZ_IFD_STRIP_OFFSETS, &offsets) ||
        !fz_ifd_find_values(file, dir, FZ_IFD_STRIP_BYTES, &lens))
        return 0;
    for (uint64_t first = 0, n; first < offsets.count; first += n) {
        n = fz_ifd_get(file, &offsets, first, at);
        if (n == 0 || fz_ifd_get(file, &lens, first, len) < n)
            break;
        for (uint64_t i = 0; i < n; i++)
            most = max_of(most, fz_tiff_find_window(file, at[i], len[i], compression, false));
    }
    return most;
}

/* What libtiff holds of a strip or tile of `block_bytes` while it decodes it row by row, or at once: of a window no more is written to
 * than has been decoded. */
static void find_window_bytes(const struct fz_bytes *file, const struct fz_ifd *dir,
                              const struct fz_tiff_kind *kind, bool by_rows, uint64_t block_bytes,
                              struct fz_tiff_band *band)
{
    band->window_bytes = 0;
    band->window_most = UINT64_MAX;
    if (!fz_tiff_has_window(kind->compression))
        return;
    const uint64_t said = by_rows ? find_windows(file, dir, kind->compression) : block_bytes;
    if (said < block_bytes)
        band->window_most = said;
    band->window_bytes = (said < block_bytes ? said : block_bytes) + UNPACKER_BYTES;
}

struct fz_tiff_band fz_tiff_read_band(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t width,
                                      uint32_t height)
{
    const struct fz_tiff_kind kind = kind_of(file, dir);
    const uint64_t tile_w = fz_ifd_find(file, dir, FZ_IFD_TILE_WIDTH, 0),
                   tile_h = fz_ifd_find(file, dir, FZ_IFD_TILE_HEIGHT, 0),
                   px_bits = (uint64_t)(kind.bits & UINT16_MAX) * (kind.samples & UINT16_MAX);
    const bool is_tiled = tile_w > 0 && tile_w <= UINT16_MAX,
               is_separate = kind.planar == PLANARCONFIG_SEPARATE;
    struct fz_tiff_band band;
    uint64_t rows = tile_h ? tile_h : fz_ifd_find(file, dir, FZ_IFD_STRIP_ROWS, UINT32_MAX);
    rows = rows < 1 ? 1 : rows > height && !tile_h ? height : rows;
    const uint64_t block_bytes = rows * (((is_tiled ? tile_w : width) * px_bits + 7) / 8);
    rows = rows > UINT16_MAX ? UINT16_MAX : rows;
    const bool by_rows = !tile_h && rows > FZ_TIFF_BAND_ROWS && fz_tiff_is_by_rows(&kind);
    band.rows = by_rows ? FZ_TIFF_BAND_ROWS : rows;
    const uint64_t gathered = band.rows > FZ_TIFF_BAND_ROWS ? band.rows : FZ_TIFF_BAND_ROWS + band.rows,
                   row_px = is_tiled ? (width + tile_w - 1) / tile_w * tile_w : width;
    find_window_bytes(file, dir, &kind, by_rows, block_bytes, &band);
    band.bytes = gathered * ((row_px * px_bits + 7) / 8 + (uint64_t)width * 4) +
                 band.window_bytes * (by_rows && is_separate ? FZ_TIFF_MAX_CHANNELS : 1);
    band.stored_bytes = stored_bytes(&kind, by_rows, find_longest(file, dir, &band.blocks));
    return band;
}

enum fz_head_status fz_tiff_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, 16))
        return FZ_HEAD_MORE;
    struct fz_ifd dir = {0};
    struct fz_tiff_pages pages;
    bool found = fz_tiff_find_directory(bytes, header->page, &dir, &pages);
    if (!dir.at ||
        (pages.cut && !bytes->whole && !bytes->beyond)) /* a page that is to be counted lies behind */
        return FZ_HEAD_MORE;
    if (!found) {
        header->reason = header->page > 0 ? "it has no page of that number" : NULL;
        return FZ_HEAD_BAD;
    }
    uint64_t width = fz_ifd_find(bytes, &dir, FZ_IFD_WIDTH, 0),
             height = fz_ifd_find(bytes, &dir, FZ_IFD_HEIGHT, 0);
    header->width = width < UINT32_MAX ? (uint32_t)width : UINT32_MAX;
    header->height = height < UINT32_MAX ? (uint32_t)height : UINT32_MAX;
    header->pages = pages.count;
    const struct fz_tiff_band band = fz_tiff_read_band(bytes, &dir, header->width, header->height);
    header->by_rows = band.rows <= FZ_TIFF_BAND_ROWS || band.rows * header->width <= BY_ROWS_PX;
    header->file_held = band.stored_bytes > fz_reader_length(bytes) / 2;
    return FZ_HEAD_OK;
}

uint64_t fz_tiff_window_most(const struct fz_tiff *t)
{
    struct fz_ifd dir;
    fz_ifd_read(&t->d->file, t->directory, &dir);
    return fz_tiff_read_band(&t->d->file, &dir, t->width, t->height).window_most;
}

uint64_t fz_tiff_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    struct fz_ifd dir = {0};
    struct fz_tiff_pages pages;
    fz_tiff_find_directory(&d->file, d->request->want.page, &dir, &pages);
    const struct fz_tiff_kind kind = kind_of(&d->file, &dir);
    const struct fz_tiff_band band = fz_tiff_read_band(&d->file, &dir, d->header.width, d->header.height);
    uint64_t bytes = band.bytes + max_of(band.blocks, d->header.height) * BLOCK_BYTES;
    if (kind.planar == PLANARCONFIG_SEPARATE)
        bytes += (uint64_t)FZ_TIFF_MAX_CHANNELS * PLANE_BYTES;
    const bool is_cut = fz_tiff_is_cut(&d->file, &dir);
    if (is_cut &&
        kind.planar == PLANARCONFIG_SEPARATE) /* each plane by a reading of its own, as of high strips */
        bytes += FZ_TIFF_MAX_CHANNELS * (band.stored_bytes + band.window_bytes);
    if (d->pieces || is_cut)
        bytes += band.stored_bytes;
    else if (kind.fill_order == FILLORDER_LSB2MSB && !is_fax(&kind) &&
             kind.compression != COMPRESSION_JPEG) /* libtiff turns the bits in a copy */
        bytes += file_bytes;
    const uint64_t profile_bytes = fz_ifd_count_bytes(&d->file, &dir, FZ_IFD_PROFILE);
    bytes += profile_bytes < FZ_MAX_PROFILE_BYTES ? profile_bytes : FZ_MAX_PROFILE_BYTES;
    return bytes + (uint64_t)d->header.width * 16 + FIXED_BYTES;
}

int fz_tiff_orientation(const struct fz_bytes *file, int *turn)
{
    *turn = fz_tiff_page_orientation(file, 0);
    return *turn;
}

enum fz_head_status fz_tiff_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    facts->frames = 1;
    if (!fz_bytes_has(bytes, 0, 16))
        return bytes->whole ? FZ_HEAD_OK : FZ_HEAD_MORE;
    struct fz_ifd dir = {0};
    struct fz_tiff_pages pages;
    fz_tiff_find_directory(bytes, 0, &dir, &pages);
    facts->frames = pages.count < facts->max_frames ? pages.count : facts->max_frames;
    facts->frames = facts->frames > 0 ? facts->frames : 1;
    for (uint64_t i = 0; i < dir.count; i++)
        facts->has_profile = facts->has_profile ||
                             fz_ifd_number(bytes, dir.entries + i * dir.entry_bytes, 2) == FZ_IFD_PROFILE;
    if (!fz_ifd_is_big(bytes))
        facts->exif = *bytes;
    return bytes->whole || bytes->beyond ? FZ_HEAD_OK : FZ_HEAD_MORE; /* EXIF data may lie anywhere */
}
