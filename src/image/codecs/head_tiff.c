/* TIFF 6.0 and BigTIFF: pages, size and orientation by the directories. */
#include "image/format.h"
#include "image/codecs/tiff.h"

enum {
    TAG_SUBFILE = 254,
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_BITS = 258,
    TAG_COMPRESSION = 259,
    TAG_PHOTOMETRIC = 262,
    TAG_FILL_ORDER = 266,
    TAG_STRIP_OFFSETS = 273,
    TAG_ORIENTATION = 274,
    TAG_SAMPLES = 277,
    TAG_STRIP_ROWS = 278,
    TAG_STRIP_BYTES = 279,
    TAG_PLANAR = 284,
    TAG_TILE_WIDTH = 322,
    TAG_TILE_HEIGHT = 323,
    TAG_TILE_OFFSETS = 324,
    TAG_TILE_BYTES = 325,
    TAG_SUBDIRECTORIES = 330,
    TAG_PROFILE = 34675,
    SUBFILE_REDUCED = 1,
    SUBFILE_MASK = 4,
    TYPE_SHORT = 3,
    TYPE_LONG = 4,
    TYPE_IFD = 13,
    TYPE_LONG8 = 16,
    TYPE_IFD8 = 18,
    MOST_LEVELS = 64,
    FIXED_BYTES = 512 << 10,
    PLANE_BYTES = 256 << 10, /* of one more reading of the file */
    STRIP_BYTES = 16,        /* what libtiff knows of a strip, of which a row may be one */
    MAX_PROFILE_BYTES = 4 << 20,
    BY_ROWS_PX = 8 << 20, /* rows that libtiff decodes together, at most, of what counts as decoded by rows */
};

bool fz_tiff_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "II*\0", 4) || fz_bytes_match(head, 0, "MM\0*", 4) ||
           fz_bytes_match(head, 0, "II+\0\10\0\0\0", 8) || fz_bytes_match(head, 0, "MM\0+\0\10\0\0", 8);
}

static bool is_big(const struct fz_bytes *b)
{
    return b->at[2] == '+' || b->at[3] == '+';
}

static uint64_t number(const struct fz_bytes *b, uint64_t pos, unsigned count)
{
    bool little = b->at[0] == 'I';
    if (count < 8)
        return little ? fz_bytes_le(b, pos, count) : fz_bytes_be(b, pos, count);
    uint64_t first = number(b, pos, 4), second = number(b, pos + 4, 4);
    return little ? second << 32 | first : first << 32 | second;
}

/* A directory: `count` entries from `entries` on, then the offset of the next one. */
struct directory {
    uint64_t at, entries, count, entry_bytes, next;
};

/* False where not all of it is there. */
static bool read_directory(const struct fz_bytes *b, uint64_t at, struct directory *out)
{
    bool big = is_big(b);
    unsigned count_bytes = big ? 8 : 2, offset_bytes = big ? 8 : 4;
    *out = (struct directory){.at = at, .entries = at + count_bytes, .entry_bytes = big ? 20 : 12};
    out->count = number(b, at, count_bytes);
    uint64_t len = out->count * out->entry_bytes;
    if (!fz_bytes_has(b, at, count_bytes) || out->count > UINT16_MAX || !fz_bytes_has(b, out->entries, len))
        return false;
    out->next = number(b, out->entries + len, offset_bytes); /* 0 where the file ends before it */
    return true;
}

static uint64_t first_directory(const struct fz_bytes *b)
{
    return is_big(b) ? number(b, 8, 8) : number(b, 4, 4);
}

/* A tag and where its values lie. */
struct values {
    uint64_t pos, count;
    unsigned bytes; /* of each: 2, 4 or 8 */
};

/* False where the tag is not there, or holds no whole numbers. */
static bool find_values(const struct fz_bytes *b, const struct directory *dir, uint32_t tag,
                        struct values *values)
{
    unsigned offset_bytes = is_big(b) ? 8 : 4;
    for (uint64_t i = 0; i < dir->count; i++) {
        uint64_t entry = dir->entries + i * dir->entry_bytes;
        if (number(b, entry, 2) != tag)
            continue;
        uint64_t type = number(b, entry + 2, 2);
        values->bytes = type == TYPE_SHORT ? 2 : type == TYPE_LONG || type == TYPE_IFD ? 4 : 8;
        values->count = number(b, entry + 4, offset_bytes);
        uint64_t inside = entry + 4 + offset_bytes;
        bool fits = values->count <= offset_bytes / values->bytes;
        values->pos = fits ? inside : number(b, inside, offset_bytes);
        bool is_whole = type == TYPE_SHORT || type == TYPE_LONG || type == TYPE_LONG8;
        return (is_whole || type == TYPE_IFD || type == TYPE_IFD8) && values->count > 0;
    }
    return false;
}

/* Of a value that is no number; 0 where the tag is not there. */
static uint64_t count_bytes(const struct fz_bytes *b, const struct directory *dir, uint32_t tag)
{
    struct values values = {0};
    find_values(b, dir, tag, &values);
    return values.count;
}

static uint64_t find_tag(const struct fz_bytes *b, const struct directory *dir, uint32_t tag,
                         uint64_t missing)
{
    struct values values;
    return find_values(b, dir, tag, &values) ? number(b, values.pos, values.bytes) : missing;
}

/* Pages; neither their smaller copies nor their masks. */
static bool is_page(const struct fz_bytes *b, const struct directory *dir)
{
    return (find_tag(b, dir, TAG_SUBFILE, 0) & (SUBFILE_REDUCED | SUBFILE_MASK)) == 0;
}

/* The directory after that one; 0: none, or not all of it is there. */
static uint64_t next_directory(const struct fz_bytes *b, uint64_t at)
{
    struct directory dir, next;
    return read_directory(b, at, &dir) && dir.next && read_directory(b, dir.next, &next) ? dir.next : 0;
}

/* How many directories there are, each counted once: one that leads back is known by its place having been seen
 * (R. P. Brent, "An improved Monte Carlo factorization algorithm", 1980). */
static uint64_t count_directories(const struct fz_bytes *b, uint64_t first, bool *circle)
{
    uint64_t slow = first, fast = next_directory(b, first), steps = 1, power = 1, lambda = 1;
    while (fast != 0 && fast != slow && steps < FZ_TIFF_MAX_DIRECTORIES) {
        if (lambda == power) {
            slow = fast;
            power *= 2;
            lambda = 0;
        }
        fast = next_directory(b, fast);
        lambda++;
        steps++;
    }
    *circle = fast != 0 && fast == slow;
    if (!*circle)
        return steps;
    uint64_t mu = 0, ahead = first;
    for (uint64_t i = 0; i < lambda; i++)
        ahead = next_directory(b, ahead);
    for (uint64_t behind = first; behind != ahead; mu++) {
        behind = next_directory(b, behind);
        ahead = next_directory(b, ahead);
    }
    return mu + lambda;
}

/* The directory of page number `page`; where there is no such page, the first directory and false. */
static bool find_page(const struct fz_bytes *b, int page, struct directory *out, struct fz_tiff_pages *pages)
{
    struct directory dir;
    uint64_t at = first_directory(b);
    *pages = (struct fz_tiff_pages){0};
    if (!read_directory(b, at, out)) {
        pages->cut = true;
        return false;
    }
    bool found = page == 0;
    uint64_t count = count_directories(b, at, &pages->circle);
    for (uint64_t i = 0; i < count && read_directory(b, at, &dir); i++, at = dir.next) {
        if (is_page(b, &dir) && pages->count++ == page) {
            *out = dir;
            found = true;
        }
        pages->cut = dir.next != 0 && i + 1 == count && count < FZ_TIFF_MAX_DIRECTORIES && !pages->circle;
    }
    pages->count = pages->count > 0 ? pages->count : 1;
    return found;
}

/* Whether a strip or tile ends beyond the file. */
static bool is_beyond(const struct fz_bytes *file, const struct directory *dir, uint32_t offsets_tag,
                      uint32_t bytes_tag)
{
    struct values offsets, bytes;
    if (!find_values(file, dir, offsets_tag, &offsets) || !find_values(file, dir, bytes_tag, &bytes))
        return false;
    for (uint64_t i = 0; i < offsets.count && i < bytes.count; i++) {
        uint64_t offset_at = offsets.pos + i * offsets.bytes, bytes_at = bytes.pos + i * bytes.bytes;
        if (!fz_bytes_has(file, offset_at, offsets.bytes) || !fz_bytes_has(file, bytes_at, bytes.bytes))
            return true;
        if (!fz_bytes_has(file, number(file, offset_at, offsets.bytes), number(file, bytes_at, bytes.bytes)))
            return true;
    }
    return false;
}

struct fz_tiff_pages fz_tiff_find_page(const struct fz_bytes *file, int page, uint64_t *at)
{
    struct directory dir = {0};
    struct fz_tiff_pages pages;
    find_page(file, page, &dir, &pages);
    pages.cut = pages.cut || is_beyond(file, &dir, TAG_STRIP_OFFSETS, TAG_STRIP_BYTES) ||
                is_beyond(file, &dir, TAG_TILE_OFFSETS, TAG_TILE_BYTES);
    *at = dir.at;
    return pages;
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

bool fz_tiff_is_by_rows(const struct fz_tiff_kind *kind)
{
    /* Not what has a dictionary of many megabytes: LZMA, Zstandard. */
    static const unsigned plain[] = {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_DEFLATE,
                                     COMPRESSION_ADOBE_DEFLATE};
    bool together = kind->planar == PLANARCONFIG_CONTIG, ycc = kind->photometric == PHOTOMETRIC_YCBCR;
    if (kind->photometric > PHOTOMETRIC_PALETTE && kind->photometric != PHOTOMETRIC_SEPARATED && !ycc)
        return false;
    if (kind->compression == COMPRESSION_JPEG)
        return kind->bits == 8 && kind->fill_order == FILLORDER_MSB2LSB &&
               (!ycc || (together && kind->samples == 3));
    if (ycc)
        return false;
    if (kind->compression == COMPRESSION_PACKBITS) /* libtiff turns longer samples, we do not */
        return kind->bits <= 8;
    return is_fax(kind) || is_one_of(kind->compression, plain, sizeof plain / sizeof *plain);
}

static struct fz_tiff_kind kind_of(const struct fz_bytes *b, const struct directory *dir)
{
    return (struct fz_tiff_kind){
        .compression = (unsigned)find_tag(b, dir, TAG_COMPRESSION, COMPRESSION_NONE),
        .photometric = (unsigned)find_tag(b, dir, TAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK),
        .planar = (unsigned)find_tag(b, dir, TAG_PLANAR, PLANARCONFIG_CONTIG),
        .fill_order = (unsigned)find_tag(b, dir, TAG_FILL_ORDER, FILLORDER_MSB2LSB),
        .bits = (unsigned)find_tag(b, dir, TAG_BITS, 1),
        .samples = (unsigned)find_tag(b, dir, TAG_SAMPLES, 1),
    };
}

/* What is decoded together: rows, and bytes of a row of them. */
static void read_band(const struct fz_bytes *b, const struct directory *dir, const struct fz_header *h,
                      uint64_t *rows, uint64_t *row_bytes)
{
    uint64_t tile_w = find_tag(b, dir, TAG_TILE_WIDTH, 0), tile_h = find_tag(b, dir, TAG_TILE_HEIGHT, 0);
    *rows = tile_h ? tile_h : find_tag(b, dir, TAG_STRIP_ROWS, UINT32_MAX);
    *rows = *rows < 1 ? 1 : *rows > h->height && !tile_h ? h->height : *rows;
    *rows = *rows > UINT16_MAX ? UINT16_MAX : *rows;
    const struct fz_tiff_kind kind = kind_of(b, dir);
    if (!tile_h && *rows > FZ_TIFF_BAND_ROWS && fz_tiff_is_by_rows(&kind))
        *rows = FZ_TIFF_BAND_ROWS;
    uint64_t width = tile_w && tile_w <= UINT16_MAX ? (h->width + tile_w - 1) / tile_w * tile_w : h->width;
    *row_bytes = (width * (kind.bits & UINT16_MAX) * (kind.samples & UINT16_MAX) + 7) / 8;
}

/* Of such a band, whatever libtiff holds of it: rows smaller than a band of ours are gathered into one. */
static uint64_t reserved_rows(uint64_t rows)
{
    return rows > FZ_TIFF_BAND_ROWS ? rows : FZ_TIFF_BAND_ROWS + rows;
}

enum fz_head fz_tiff_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, 16))
        return FZ_HEAD_MORE;
    struct directory dir = {0};
    struct fz_tiff_pages pages;
    bool found = find_page(bytes, header->page, &dir, &pages);
    if (!dir.at || (pages.cut && !bytes->whole)) /* a page that is to be counted lies behind */
        return FZ_HEAD_MORE;
    if (!found) {
        header->reason = header->page > 0 ? "it has no page of that number" : NULL;
        return FZ_HEAD_BAD;
    }
    uint64_t width = find_tag(bytes, &dir, TAG_WIDTH, 0), height = find_tag(bytes, &dir, TAG_HEIGHT, 0);
    header->width = width < UINT32_MAX ? (uint32_t)width : UINT32_MAX;
    header->height = height < UINT32_MAX ? (uint32_t)height : UINT32_MAX;
    header->pages = pages.count;
    uint64_t rows, row_bytes;
    read_band(bytes, &dir, header, &rows, &row_bytes);
    header->by_rows = rows <= FZ_TIFF_BAND_ROWS || rows * header->width <= BY_ROWS_PX;
    return FZ_HEAD_OK;
}

/* ---- Levels --------------------------------------------------------------------------------------------------------- */

struct level_search {
    const struct fz_bytes *file;
    const struct directory *page;
    struct fz_header whole;
    const struct fz_part *part;
    struct fz_tiff_level *best;
};

/* Large enough, and without half pixels at the edges of a part. */
static bool level_covers(const struct level_search *s, uint64_t w, uint64_t h)
{
    const struct fz_image_region *of = &s->part->of;
    uint64_t whole_w = s->whole.width, whole_h = s->whole.height, right = (uint64_t)of->x + (uint64_t)of->w,
             bottom = (uint64_t)of->y + (uint64_t)of->h;
    if (w * (uint64_t)of->w < (uint64_t)s->part->out_w * whole_w ||
        h * (uint64_t)of->h < (uint64_t)s->part->out_h * whole_h)
        return false;
    if ((uint64_t)of->w == whole_w && (uint64_t)of->h == whole_h)
        return true;
    for (uint64_t by = 2; by <= 8; by *= 2)
        if (w == (whole_w + by - 1) / by && h == (whole_h + by - 1) / by)
            return (uint64_t)of->x % by == 0 && (uint64_t)of->y % by == 0 &&
                   (right % by == 0 || right == whole_w) && (bottom % by == 0 || bottom == whole_h);
    return false;
}

/* The same picture, no larger than the best so far, and decoded in bands no larger than those of the page. */
static void consider_level(const struct level_search *s, uint64_t at)
{
    static const uint32_t same[] = {TAG_BITS, TAG_SAMPLES, TAG_PHOTOMETRIC, TAG_PLANAR, TAG_FILL_ORDER};
    struct directory dir;
    if (!read_directory(s->file, at, &dir) ||
        (find_tag(s->file, &dir, TAG_SUBFILE, 0) & (SUBFILE_REDUCED | SUBFILE_MASK)) != SUBFILE_REDUCED)
        return;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (find_tag(s->file, &dir, same[i], 1) != find_tag(s->file, s->page, same[i], 1))
            return;
    uint64_t w = find_tag(s->file, &dir, TAG_WIDTH, 0), h = find_tag(s->file, &dir, TAG_HEIGHT, 0);
    uint64_t whole_w = s->whole.width, whole_h = s->whole.height;
    if (w == 0 || h == 0 || w > s->best->width || h > s->best->height || (w == whole_w && h == whole_h))
        return;
    uint64_t a = w * whole_h, b = h * whole_w;
    if ((a > b ? a - b : b - a) > whole_w + whole_h || !level_covers(s, w, h))
        return;
    struct fz_header size = {.width = (uint32_t)w, .height = (uint32_t)h};
    uint64_t rows, row_bytes, page_rows, page_row_bytes;
    read_band(s->file, &dir, &size, &rows, &row_bytes);
    read_band(s->file, s->page, &s->whole, &page_rows, &page_row_bytes);
    if (reserved_rows(rows) * row_bytes > reserved_rows(page_rows) * page_row_bytes)
        return;
    *s->best = (struct fz_tiff_level){at, size.width, size.height};
}

void fz_tiff_find_level(const struct fz_bytes *file, int page, const struct fz_part *part,
                        struct fz_tiff_level *level)
{
    struct directory dir = {0}, next;
    struct fz_tiff_pages pages;
    struct values below;
    if (!find_page(file, page, &dir, &pages))
        return;
    const struct level_search s = {file, &dir, {.width = level->width, .height = level->height}, part, level};
    if (find_values(file, &dir, TAG_SUBDIRECTORIES, &below))
        for (uint64_t i = 0; i < below.count && i < MOST_LEVELS; i++)
            consider_level(&s, number(file, below.pos + i * below.bytes, below.bytes));
    uint64_t at = dir.next;
    for (int i = 0; i < MOST_LEVELS && at && read_directory(file, at, &next) && !is_page(file, &next); i++) {
        consider_level(&s, at);
        at = next.next;
    }
}

uint64_t fz_tiff_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    struct directory dir = {0};
    struct fz_tiff_pages pages;
    find_page(&d->file, d->request->page, &dir, &pages);
    const struct fz_tiff_kind kind = kind_of(&d->file, &dir);
    uint64_t rows, row_bytes, planes_bytes = 0;
    if (kind.planar == PLANARCONFIG_SEPARATE)
        planes_bytes = (uint64_t)FZ_TIFF_MAX_CHANNELS * PLANE_BYTES;
    if (kind.fill_order == FILLORDER_LSB2MSB && !is_fax(&kind)) /* libtiff turns the bits in a copy */
        planes_bytes += file_bytes;
    read_band(&d->file, &dir, &d->header, &rows, &row_bytes);
    rows = reserved_rows(rows);
    uint64_t profile_bytes = count_bytes(&d->file, &dir, TAG_PROFILE);
    profile_bytes = profile_bytes < MAX_PROFILE_BYTES ? profile_bytes : MAX_PROFILE_BYTES;
    return profile_bytes + planes_bytes + rows * (row_bytes + (uint64_t)d->header.width * 4) +
           (uint64_t)d->header.width * 16 + (uint64_t)d->header.height * STRIP_BYTES + FIXED_BYTES;
}

int fz_tiff_page_orientation(const struct fz_bytes *file, int page)
{
    struct directory dir = {0};
    struct fz_tiff_pages pages;
    find_page(file, page, &dir, &pages);
    uint64_t orientation = find_tag(file, &dir, TAG_ORIENTATION, 1);
    return orientation >= 1 && orientation <= 8 ? (int)orientation : 1;
}

int fz_tiff_orientation(const struct fz_bytes *file, int *turn)
{
    *turn = fz_tiff_page_orientation(file, 0);
    return *turn;
}

enum fz_head fz_tiff_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    facts->frames = 1;
    if (!fz_bytes_has(bytes, 0, 16))
        return bytes->whole ? FZ_HEAD_OK : FZ_HEAD_MORE;
    struct directory dir = {0};
    struct fz_tiff_pages pages;
    find_page(bytes, 0, &dir, &pages);
    facts->frames = pages.count < facts->max_frames ? pages.count : facts->max_frames;
    facts->frames = facts->frames > 0 ? facts->frames : 1;
    for (uint64_t i = 0; i < dir.count; i++)
        facts->has_profile =
            facts->has_profile || number(bytes, dir.entries + i * dir.entry_bytes, 2) == TAG_PROFILE;
    if (!is_big(bytes))
        facts->exif = *bytes;
    return bytes->whole ? FZ_HEAD_OK : FZ_HEAD_MORE; /* EXIF data may lie anywhere */
}
