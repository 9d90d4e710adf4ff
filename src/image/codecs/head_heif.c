/* HEIF (ISO/IEC 23008-12): HEIC and AVIF, known by their brands; size and orientation by the properties of the primary
 * item. */
#include "image/format.h"

#include "frieze_config.h"
#include "image/codecs/heif_boxes.h"

#include <math.h>

enum {
    FTYP_MAJOR = 8,
    FTYP_COMPATIBLE = 16,
    FTYP_MAX_BYTES = 256,
    BRAND_BYTES = 4,
    /* Planes, those turned, R G B A; of HEVC with 8 bits and half the colours 6.7 were measured. */
    BYTES_PER_PX = 14,
    BYTES_PER_USUAL_PX = 8,
    FIXED_BYTES = 8 << 20,
};

static bool brand_is(const struct fz_bytes *head, uint64_t pos, const char *const *brands, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fz_bytes_match(head, pos, brands[i], BRAND_BYTES))
            return true;
    return false;
}

static bool is_image_container(const struct fz_bytes *head)
{
    static const char *const brands[] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"};
    return fz_bytes_match(head, 4, "ftyp", 4) &&
           brand_is(head, FTYP_MAJOR, brands, sizeof brands / sizeof *brands);
}

bool fz_avif_is_a(const struct fz_bytes *head)
{
    static const char *const brands[] = {"avif", "avis"};
    if (!fz_bytes_match(head, 4, "ftyp", 4))
        return false;
    if (brand_is(head, FTYP_MAJOR, brands, 2))
        return true;
    /* The general brand of the container: what is in it is told by the others. */
    uint64_t end = fz_bytes_be(head, 0, 4);
    end = end < FTYP_MAX_BYTES ? end : FTYP_MAX_BYTES;
    for (uint64_t pos = FTYP_COMPATIBLE; is_image_container(head) && pos + BRAND_BYTES <= end;
         pos += BRAND_BYTES)
        if (brand_is(head, pos, brands, 2))
            return true;
    return false;
}

bool fz_heic_is_a(const struct fz_bytes *head)
{
    return is_image_container(head) && !fz_avif_is_a(head);
}

#if FRIEZE_WITH_HEIF

bool fz_avif_is_sequence(const struct fz_bytes *head)
{
    static const char *const brands[] = {"avis"};
    uint64_t end = fz_bytes_be(head, 0, 4);
    end = end < FTYP_MAX_BYTES ? end : FTYP_MAX_BYTES;
    bool found = fz_bytes_match(head, 4, "ftyp", 4) && brand_is(head, FTYP_MAJOR, brands, 1);
    for (uint64_t pos = FTYP_COMPATIBLE; !found && pos + BRAND_BYTES <= end; pos += BRAND_BYTES)
        found = brand_is(head, pos, brands, 1);
    return found;
}

/* Property number `index`, from 1. *at is where its box begins. */
static bool find_property(const struct fz_bytes *b, struct fz_heif_box container, uint32_t index,
                          uint64_t *at, struct fz_heif_box *box)
{
    uint64_t pos = container.body;
    for (uint32_t i = 1; i <= index; i++) {
        *at = pos;
        if (!fz_heif_next_box(b, &pos, container.end, box))
            return false;
    }
    return index > 0;
}

/* Orientations as EXIF counts them, and what becomes of them when the picture is then mirrored left to right, or turned
 * anticlockwise by a quarter. */
static const int mirrored[9] = {0, 2, 1, 4, 3, 6, 5, 8, 7};
static const int turned[9] = {0, 8, 5, 6, 7, 4, 1, 2, 3};

struct shape {
    uint32_t width, height;    /* after what was done to it so far */
    uint32_t coded;            /* the longer side before */
    uint32_t coded_w, coded_h; /* of the largest picture in the file, by what it says of them */
    int orientation;
    struct fz_heif_part part; /* of what is coded */
    bool is_cropped, is_cropped_late;
    bool is_alone;    /* fz_heif_is_left_alone */
    bool has_profile; /* ICC */
    uint64_t nclx;    /* where its colours stand in numbers; 0: nowhere */
    struct fz_heif_coding coding;
};

static uint32_t clean_side(const struct fz_bytes *b, uint64_t pos, uint32_t most)
{
    uint64_t over = fz_bytes_be(b, pos, 4), under = fz_bytes_be(b, pos + 4, 4);
    uint64_t side = under ? (over + under / 2) / under : 0;
    return side > 0 && side < most ? (uint32_t)side : most;
}

/* Where that begins, rounded as libheif does: it is told from the middle. */
static uint32_t clean_start(const struct fz_bytes *b, uint64_t side_at, uint64_t offset_at, uint32_t whole,
                            uint32_t side)
{
    const uint32_t over = fz_bytes_be(b, offset_at, 4), under = fz_bytes_be(b, offset_at + 4, 4);
    const uint32_t side_under = fz_bytes_be(b, side_at + 4, 4);
    const double exact = side_under ? (double)fz_bytes_be(b, side_at, 4) / side_under : side;
    const double at = floor((under ? (double)(int32_t)over / under : 0) + (whole - exact) / 2 + 1e-6);
    return (uint32_t)fmin(fmax(at, 0), whole - side);
}

static void crop(const struct fz_bytes *b, uint64_t pos, struct shape *s)
{
    uint32_t width = clean_side(b, pos, s->width), height = clean_side(b, pos + 8, s->height);
    s->part = (struct fz_heif_part){clean_start(b, pos, pos + 16, s->width, width),
                                    clean_start(b, pos + 8, pos + 24, s->height, height), width, height};
    s->is_cropped = true;
    s->is_cropped_late = s->orientation != 1;
    s->width = width;
    s->height = height;
}

static void apply_property(const struct fz_bytes *b, uint64_t at, struct fz_heif_box box, struct shape *s)
{
    uint32_t value = fz_bytes_be(b, box.body, 1);
    if (fz_bytes_match(b, at + 4, "ispe", 4)) {
        s->width = fz_bytes_be(b, box.body + 4, 4);
        s->height = fz_bytes_be(b, box.body + 8, 4);
        s->coded = s->width > s->height ? s->width : s->height;
        s->part = (struct fz_heif_part){0, 0, s->width, s->height};
    } else if (fz_bytes_match(b, at + 4, "hvcC", 4)) {
        s->coding.hevc = box;
    } else if (fz_bytes_match(b, at + 4, "av1C", 4)) {
        s->coding.av1 = box;
    } else if (fz_bytes_match(b, at + 4, "colr", 4)) {
        s->has_profile = s->has_profile || fz_bytes_match(b, box.body, "prof", 4) ||
                         fz_bytes_match(b, box.body, "rICC", 4);
        s->nclx = fz_bytes_match(b, box.body, "nclx", 4) ? box.body : s->nclx;
    } else if (fz_bytes_match(b, at + 4, "clap", 4)) {
        crop(b, box.body, s);
    } else if (fz_bytes_match(b, at + 4, "irot", 4)) {
        for (uint32_t i = 0; i < (value & 3); i++) {
            uint32_t width = s->width;
            s->width = s->height;
            s->height = width;
            s->orientation = turned[s->orientation];
        }
    } else if (fz_bytes_match(b, at + 4, "imir", 4)) {
        s->orientation = mirrored[s->orientation];
        if (!(value & 1)) /* top and bottom */
            s->orientation = turned[turned[s->orientation]];
    }
}

static bool is_alpha(const struct fz_bytes *b, uint64_t at, struct fz_heif_box box)
{
    enum { AUX = 4 };
    static const char of_hevc[] = "urn:mpeg:hevc:2015:auxid:1",
                      of_all[] = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha";
    return fz_bytes_match(b, at + 4, "auxC", 4) &&
           (fz_bytes_match(b, box.body + AUX, of_hevc, sizeof of_hevc) ||
            fz_bytes_match(b, box.body + AUX, of_all, sizeof of_all));
}

/* Applies the properties of that item, in the order of its associations. */
static void apply_item(const struct fz_bytes *b, struct fz_heif_box properties, uint32_t wanted,
                       struct shape *s)
{
    struct fz_heif_box container, table, box;
    if (!fz_heif_find_box(b, properties, "ipco", &container) ||
        !fz_heif_find_box(b, properties, "ipma", &table))
        return;
    bool wide_ids = fz_bytes_be(b, table.body, 1) >= 1, wide_indices = fz_bytes_be(b, table.body + 3, 1) & 1;
    unsigned id_bytes = wide_ids ? 4 : 2, index_bytes = wide_indices ? 2 : 1;
    uint32_t entries = fz_bytes_be(b, table.body + 4, 4);
    uint64_t pos = table.body + 8;
    for (uint32_t i = 0; i < entries && pos < table.end; i++) {
        uint32_t item = fz_bytes_be(b, pos, id_bytes), count = fz_bytes_be(b, pos + id_bytes, 1);
        pos += id_bytes + 1;
        for (uint32_t k = 0; k < count; k++, pos += index_bytes) {
            uint32_t index = fz_bytes_be(b, pos, index_bytes) & (wide_indices ? 0x7fff : 0x7f);
            uint64_t at = 0;
            if (item == wanted && find_property(b, container, index, &at, &box))
                apply_property(b, at, box, s);
        }
        if (item == wanted)
            return;
    }
}

static void widen(struct shape *s, uint32_t width, uint32_t height)
{
    if ((uint64_t)width * height <= (uint64_t)s->coded_w * s->coded_h)
        return;
    s->coded_w = width;
    s->coded_h = height;
}

/* In the order of MIAF (ISO/IEC 23000-22, 7.3.6.7), in which a picture is cropped before it is turned. */
static void judge_alpha(const struct fz_bytes *b, struct fz_heif_box properties, struct shape *s)
{
    struct fz_heif_box container, box;
    const bool changes = s->is_cropped || s->orientation != 1;
    if (!changes || s->is_cropped_late || !fz_heif_find_box(b, properties, "ipco", &container))
        return;
    uint64_t pos = container.body, at = pos;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && fz_heif_next_box(b, &pos, container.end, &box); i++, at = pos)
        s->is_alone = s->is_alone || is_alpha(b, at, box);
}

/* All that a picture is made of is decoded as it is coded, and nothing binds one property to another. */
static void find_largest(const struct fz_bytes *b, struct fz_heif_box properties, struct shape *s)
{
    struct fz_heif_box container, box;
    if (!fz_heif_find_box(b, properties, "ipco", &container))
        return;
    uint64_t pos = container.body, at = pos;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && fz_heif_next_box(b, &pos, container.end, &box); i++, at = pos) {
        struct fz_heif_size size = {0};
        if (fz_bytes_match(b, at + 4, "ispe", 4))
            widen(s, fz_bytes_be(b, box.body + 4, 4), fz_bytes_be(b, box.body + 8, 4));
        else if (fz_bytes_match(b, at + 4, "hvcC", 4))
            fz_heif_hevc_size(b, box, &size);
        else if (fz_bytes_match(b, at + 4, "av1C", 4))
            fz_heif_av1_size(b, box.body + 4, box.end, &size);
        widen(s, size.coded_w, size.coded_h);
    }
}

/* MORE: the box that describes the items is not all there. */
static enum fz_head_status read_shape(const struct fz_bytes *b, struct shape *s)
{
    struct fz_heif_box meta, primary, properties;
    enum fz_head_status head = fz_heif_find_meta(b, &meta);
    if (head != FZ_HEAD_OK)
        return head;
    if (!fz_heif_find_box(b, meta, "pitm", &primary) || !fz_heif_find_box(b, meta, "iprp", &properties))
        return FZ_HEAD_BAD;
    uint32_t item = fz_bytes_be(b, primary.body + 4, fz_bytes_be(b, primary.body, 1) ? 4 : 2);
    *s = (struct shape){.orientation = 1};
    apply_item(b, properties, item, s);
    struct fz_heif_coding coding = s->coding;
    struct fz_heif_size size = {0};
    coding.item = item;
    coding.meta = meta;
    head = fz_heif_coded_size(b, &coding, &size);
    if (head == FZ_HEAD_BAD && size.is_made_of_others)
        return FZ_HEAD_BAD;
    if (s->coded == 0) { /* without ispe: as it is coded, and what is done to that */
        if (head != FZ_HEAD_OK)
            return head;
        *s = (struct shape){.orientation = 1, .width = size.width, .height = size.height};
        s->coded = size.width > size.height ? size.width : size.height;
        s->part = (struct fz_heif_part){0, 0, size.width, size.height};
        apply_item(b, properties, item, s);
    }
    widen(s, size.coded_w, size.coded_h);
    find_largest(b, properties, s);
    judge_alpha(b, properties, s);
    return s->width && s->height ? FZ_HEAD_OK : FZ_HEAD_BAD;
}

bool fz_heif_has_still(const struct fz_bytes *file)
{
    struct fz_heif_box meta;
    return fz_heif_find_meta(file, &meta) == FZ_HEAD_OK;
}

/* Of a sequence without a still picture: its entry (ISO/IEC 14496-12, 12.1.3) holds what an item has for properties. */
static enum fz_head_status read_entry(const struct fz_bytes *b, struct shape *s)
{
    enum { SIDES = 24, PROPERTIES = 78 };
    struct fz_heif_box entry, box;
    struct fz_heif_size size = {0};
    if (!b->whole)
        return FZ_HEAD_MORE;
    if (!FRIEZE_WITH_AVIF || !fz_avif_is_a(b) || !fz_heif_find_entry(b, "av01", &entry))
        return FZ_HEAD_BAD;
    *s = (struct shape){.orientation = 1};
    s->width = fz_bytes_be(b, entry.body + SIDES, 2);
    s->height = fz_bytes_be(b, entry.body + SIDES + 2, 2);
    s->coded = s->width > s->height ? s->width : s->height;
    widen(s, s->width, s->height);
    uint64_t pos = entry.body + PROPERTIES, at = pos;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && fz_heif_next_box(b, &pos, entry.end, &box); i++, at = pos)
        apply_property(b, at, box, s);
    if (s->coding.av1.end > 0)
        fz_heif_av1_size(b, s->coding.av1.body + 4, s->coding.av1.end, &size);
    widen(s, size.coded_w, size.coded_h);
    return s->width && s->height ? FZ_HEAD_OK : FZ_HEAD_BAD;
}

static enum fz_head_status read_any(const struct fz_bytes *b, struct shape *s)
{
    return fz_heif_has_still(b) ? read_shape(b, s) : read_entry(b, s);
}

enum fz_head_status fz_heif_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    struct shape shape = {0};
    struct fz_heif_box entry;
    enum fz_head_status head = read_any(bytes, &shape);
    header->is_unread =
        head == FZ_HEAD_BAD && !fz_heif_has_still(bytes) && fz_heif_find_entry(bytes, NULL, &entry);
    if (header->is_unread)
        header->reason = "this build cannot read a sequence without a still picture";
    bool swaps = fz_orient_swaps(shape.orientation);
    header->width = swaps ? shape.height : shape.width;
    header->height = swaps ? shape.width : shape.height;
    header->coded_side = shape.coded;
    header->coded_w = shape.coded_w;
    header->coded_h = shape.coded_h;
    return head;
}

/* What there is beside HEVC of 8 bits and 4:2:0 that takes more (ISO/IEC 14496-15, 8.3.3.1.2; ISO/IEC 23008-12, 6.5.8; H.273). */
static bool takes_more(const struct fz_bytes *b, uint64_t at, struct fz_heif_box box)
{
    enum { CHROMA = 16, DEPTH = 17, CURVE = 6, PQ = 16, HLG = 18 };
    if (fz_bytes_match(b, at + 4, "hvcC", 4))
        return (fz_bytes_be(b, box.body + CHROMA, 1) & 3) > 1 ||
               (fz_bytes_be(b, box.body + DEPTH, 1) & 7) > 0;
    const uint32_t curve = fz_bytes_be(b, box.body + CURVE, 2);
    return is_alpha(b, at, box) || fz_bytes_match(b, at + 4, "av1C", 4) ||
           (fz_bytes_match(b, at + 4, "colr", 4) && fz_bytes_match(b, box.body, "nclx", 4) &&
            (curve == PQ || curve == HLG));
}

/* Of a grid each tile says so for itself. */
static bool is_usual(const struct fz_bytes *b)
{
    struct fz_heif_box meta, properties, container, box;
    if (fz_heif_find_meta(b, &meta) != FZ_HEAD_OK || !fz_heif_find_box(b, meta, "iprp", &properties) ||
        !fz_heif_find_box(b, properties, "ipco", &container))
        return false;
    bool is_hevc = false, is_more = false;
    uint64_t pos = container.body, at = pos;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && !is_more && fz_heif_next_box(b, &pos, container.end, &box);
         i++, at = pos) {
        is_hevc = is_hevc || fz_bytes_match(b, at + 4, "hvcC", 4);
        is_more = takes_more(b, at, box);
    }
    return is_hevc && !is_more;
}

uint64_t fz_heif_limited_range(const struct fz_bytes *file)
{
    enum { MATRIX = 8, RANGE = 10, FULL = 1 << 7, IDENTITY = 0 }; /* ISO/IEC 14496-12, 12.1.5 */
    struct shape s = {.orientation = 1};
    if (read_shape(file, &s) != FZ_HEAD_OK || s.nclx == 0 || !fz_bytes_has(file, s.nclx, RANGE + 1))
        return 0;
    const bool is_coded = s.coding.av1.end > 0 || s.coding.hevc.end > 0;
    const bool is_identity = is_coded && fz_bytes_be(file, s.nclx + MATRIX, 2) == IDENTITY;
    const bool is_limited = !(fz_bytes_be(file, s.nclx + RANGE, 1) & FULL);
    return is_limited && (is_identity || fz_heif_is_grey(file, &s.coding)) ? s.nclx + RANGE : 0;
}

uint64_t fz_heif_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    const struct fz_header *h = &d->header;
    const uint64_t each = is_usual(&d->file) ? BYTES_PER_USUAL_PX : BYTES_PER_PX;
    struct fz_heif_part part;
    const bool is_copied = fz_heif_is_left_alone(&d->file, &part) || fz_heif_limited_range(&d->file) > 0;
    const uint64_t copies = is_copied ? 2 : 1;
    return file_bytes * copies + (uint64_t)h->coded_w * h->coded_h * each + FIXED_BYTES;
}

/* libheif turns and mirrors: nothing is left to do, but for what it is to leave alone; and what EXIF data say has no say in it. */
int fz_heif_orientation(const struct fz_bytes *file, int *turn)
{
    struct shape shape = {.orientation = 1};
    const int orientation = read_shape(file, &shape) == FZ_HEAD_OK ? shape.orientation : 1;
    *turn = shape.is_alone ? orientation : 1;
    return orientation;
}

bool fz_heif_is_left_alone(const struct fz_bytes *file, struct fz_heif_part *part)
{
    struct shape shape = {.orientation = 1};
    const bool is_alone = read_shape(file, &shape) == FZ_HEAD_OK && shape.is_alone;
    *part = shape.part;
    return is_alone;
}

void fz_heif_leave_alone(const struct fz_bytes *file, uint8_t *copy)
{
    struct fz_heif_box meta, properties, container, box;
    if (fz_heif_find_meta(file, &meta) != FZ_HEAD_OK || !fz_heif_find_box(file, meta, "iprp", &properties) ||
        !fz_heif_find_box(file, properties, "ipco", &container))
        return;
    uint64_t pos = container.body, at = pos;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && fz_heif_next_box(file, &pos, container.end, &box);
         i++, at = pos)
        if (fz_bytes_match(file, at + 4, "irot", 4) || fz_bytes_match(file, at + 4, "imir", 4) ||
            fz_bytes_match(file, at + 4, "clap", 4))
            memcpy(copy + at + 4, "skip", 4); /* the associations count on: what none knows changes nothing */
}

int fz_avif_orientation(const struct fz_bytes *file, int *turn)
{
    struct shape shape = {.orientation = 1};
    if (fz_heif_has_still(file))
        return fz_heif_orientation(file, turn);
    *turn = read_entry(file, &shape) == FZ_HEAD_OK ? shape.orientation : 1;
    return *turn;
}

enum fz_head_status fz_heif_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    struct shape shape = {0};
    enum fz_head_status head = read_any(bytes, &shape);
    facts->frames = 1;
    facts->has_profile = shape.has_profile;
    return head;
}

#endif
