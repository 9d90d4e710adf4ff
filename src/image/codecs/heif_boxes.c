#include "image/codecs/heif_boxes.h"

#include "frieze_config.h"

#if FRIEZE_WITH_HEIF

enum {
    NAL_SPS = 33,
    OBU_SEQUENCE = 1,
    MOST_OBUS = 16,
};

bool fz_heif_next_box(const struct fz_bytes *b, uint64_t *pos, uint64_t end, struct fz_heif_box *box)
{
    uint64_t len = fz_bytes_be(b, *pos, 4), head = 8;
    if (*pos > end || end - *pos < 8 || !fz_bytes_has(b, *pos, 8))
        return false;
    if (len == 1) {
        len = (uint64_t)fz_bytes_be(b, *pos + 8, 4) << 32 | fz_bytes_be(b, *pos + 12, 4);
        head = 16;
    } else if (len == 0) {
        len = end - *pos;
    }
    if (len < head || len > end - *pos)
        return false;
    *box = (struct fz_heif_box){*pos + head, *pos + len};
    *pos += len;
    return true;
}

bool fz_heif_find_box(const struct fz_bytes *b, struct fz_heif_box in, const char *type,
                      struct fz_heif_box *box)
{
    uint64_t pos = in.body, at = pos;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && fz_heif_next_box(b, &pos, in.end, box); i++, at = pos)
        if (fz_bytes_match(b, at + 4, type, 4))
            return true;
    return false;
}

enum fz_head_status fz_heif_find_meta(const struct fz_bytes *b, struct fz_heif_box *meta)
{
    uint64_t pos = 0, at = 0;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST; i++, at = pos) {
        if (!fz_heif_next_box(b, &pos, UINT64_MAX, meta))
            return FZ_HEAD_MORE;
        if (fz_bytes_match(b, at + 4, "meta", 4))
            break;
    }
    if (!fz_bytes_has(b, meta->body, meta->end - meta->body))
        return FZ_HEAD_MORE;
    meta->body += 4;
    return FZ_HEAD_OK;
}

static bool is_of_pictures(const struct fz_bytes *b, struct fz_heif_box media)
{
    enum { HANDLER = 8 };
    struct fz_heif_box box;
    return fz_heif_find_box(b, media, "hdlr", &box) && fz_bytes_match(b, box.body + HANDLER, "pict", 4);
}

bool fz_heif_find_entry(const struct fz_bytes *b, const char *codec, struct fz_heif_box *entry)
{
    enum { ENTRIES = 8 };
    const struct fz_heif_box file = {0, UINT64_MAX};
    struct fz_heif_box movie, track, media, info, samples, table;
    if (!fz_heif_find_box(b, file, "moov", &movie))
        return false;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && fz_heif_find_box(b, movie, "trak", &track); i++) {
        movie.body = track.end;
        if (!fz_heif_find_box(b, track, "mdia", &media) || !is_of_pictures(b, media) ||
            !fz_heif_find_box(b, media, "minf", &info) || !fz_heif_find_box(b, info, "stbl", &samples) ||
            !fz_heif_find_box(b, samples, "stsd", &table))
            continue;
        uint64_t pos = table.body + ENTRIES;
        const uint64_t at = pos;
        return fz_heif_next_box(b, &pos, table.end, entry) && (!codec || fz_bytes_match(b, at + 4, codec, 4));
    }
    return false;
}

/* --- bits ----------------------------------------------------------------------------------------- */

/* Beyond the end all are 0. */
struct bits {
    const struct fz_bytes *b;
    uint64_t pos, end; /* bytes */
    unsigned used;     /* bits of the byte at pos */
    unsigned zeros;    /* bytes before it */
    bool has_escapes;  /* HEVC: 3 after two zeros is none of the data */
};

static unsigned read_bit(struct bits *bits)
{
    if (bits->pos >= bits->end)
        return 0;
    const unsigned byte = fz_bytes_be(bits->b, bits->pos, 1), bit = byte >> (7 - bits->used) & 1;
    if (++bits->used < 8)
        return bit;
    bits->used = 0;
    bits->pos++;
    bits->zeros = byte == 0 ? bits->zeros + 1 : 0;
    if (bits->has_escapes && bits->zeros >= 2 && fz_bytes_be(bits->b, bits->pos, 1) == 3) {
        bits->pos++;
        bits->zeros = 0;
    }
    return bit;
}

static uint32_t read_bits(struct bits *bits, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 1 | read_bit(bits);
    return value;
}

static void skip_bits(struct bits *bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        read_bit(bits);
}

/* Exp-Golomb, ue(v) (ITU-T H.265, 9.2). */
static uint32_t read_golomb(struct bits *bits)
{
    unsigned zeros = 0;
    while (zeros < 31 && bits->pos < bits->end && read_bit(bits) == 0)
        zeros++;
    return (1U << zeros) - 1 + read_bits(bits, zeros);
}

/* --- HEVC ----------------------------------------------------------------------------------------- */

/* profile_tier_level (7.3.3). */
static void skip_profile(struct bits *bits, unsigned sub_layers)
{
    enum { PROFILE = 88, LEVEL = 8, MOST_SUB_LAYERS = 8 };
    unsigned skipped = 0;
    skip_bits(bits, PROFILE + LEVEL);
    for (unsigned i = 0; i < MOST_SUB_LAYERS && sub_layers > 0; i++) {
        const uint32_t flags = read_bits(bits, 2);
        if (i < sub_layers)
            skipped += (flags & 2 ? (unsigned)PROFILE : 0) + (flags & 1 ? (unsigned)LEVEL : 0);
    }
    skip_bits(bits, skipped);
}

/* seq_parameter_set_rbsp (7.3.2.2), up to the conformance window. */
static enum fz_head_status read_sps(struct bits *bits, struct fz_heif_size *size)
{
    skip_bits(bits, 16 + 4);
    const unsigned sub_layers = read_bits(bits, 3);
    skip_bits(bits, 1);
    skip_profile(bits, sub_layers);
    read_golomb(bits);
    const uint32_t chroma = read_golomb(bits);
    if (chroma == 3)
        skip_bits(bits, 1);
    size->width = size->coded_w = read_golomb(bits);
    size->height = size->coded_h = read_golomb(bits);
    if (read_bit(bits) == 0)
        return FZ_HEAD_OK;
    const uint64_t step_x = chroma == 1 || chroma == 2 ? 2 : 1, step_y = chroma == 1 ? 2 : 1;
    const uint64_t left = read_golomb(bits), right = read_golomb(bits), top = read_golomb(bits),
                   bottom = read_golomb(bits);
    if ((left + right) * step_x >= size->width || (top + bottom) * step_y >= size->height)
        return FZ_HEAD_BAD;
    size->width -= (uint32_t)((left + right) * step_x);
    size->height -= (uint32_t)((top + bottom) * step_y);
    return FZ_HEAD_OK;
}

/* hvcC (ISO/IEC 14496-15, 8.3.3.1). */
enum fz_head_status fz_heif_hevc_size(const struct fz_bytes *b, struct fz_heif_box box,
                                      struct fz_heif_size *size)
{
    const uint32_t arrays = fz_bytes_be(b, box.body + 22, 1);
    uint64_t pos = box.body + 23;
    for (uint32_t i = 0; i < arrays && pos + 3 < box.end; i++) {
        const uint32_t type = fz_bytes_be(b, pos, 1) & 0x3f, count = fz_bytes_be(b, pos + 1, 2);
        pos += 3;
        for (uint32_t k = 0; k < count && pos + 2 < box.end; k++) {
            const uint64_t end = pos + 2 + fz_bytes_be(b, pos, 2);
            struct bits bits = {
                .b = b, .pos = pos + 2, .end = end < box.end ? end : box.end, .has_escapes = true};
            if (type == NAL_SPS)
                return read_sps(&bits, size);
            pos = end;
        }
    }
    return FZ_HEAD_BAD;
}

/* --- AV1 ------------------------------------------------------------------------------------------ */

/* uvlc (AV1 specification, 4.10.3). */
static void skip_uvlc(struct bits *bits)
{
    enum { NO_VALUE = 32 };
    unsigned zeros = 0;
    while (bits->pos < bits->end && read_bit(bits) == 0)
        zeros++;
    if (zeros < NO_VALUE)
        skip_bits(bits, zeros);
}

/* timing_info (5.5.3) and, where it follows, decoder_model_info (5.5.4). Gives how long operating_parameters_info (5.5.5) of a point
 * is, in bits; 0: there is none. */
static unsigned skip_timing(struct bits *bits)
{
    skip_bits(bits, 32 + 32);
    if (read_bit(bits))
        skip_uvlc(bits);
    if (read_bit(bits) == 0)
        return 0;
    const unsigned delay_bits = read_bits(bits, 5) + 1;
    skip_bits(bits, 32 + 5 + 5);
    return 2 * delay_bits + 1;
}

/* operating_point_idc and what belongs to it (5.5.1). */
static void skip_point(struct bits *bits, unsigned parameter_bits, bool has_delay)
{
    skip_bits(bits, 12);
    if (read_bits(bits, 5) > 7)
        skip_bits(bits, 1);
    if (parameter_bits > 0 && read_bit(bits))
        skip_bits(bits, parameter_bits);
    if (has_delay && read_bit(bits))
        skip_bits(bits, 4);
}

/* sequence_header_obu (5.5.1), up to the size. */
static enum fz_head_status read_sequence(struct bits *bits, struct fz_heif_size *size)
{
    skip_bits(bits, 3 + 1);
    if (read_bit(bits)) { /* the reduced form */
        skip_bits(bits, 5);
    } else {
        const unsigned parameter_bits = read_bit(bits) ? skip_timing(bits) : 0;
        const bool has_delay = read_bit(bits);
        const uint32_t points = read_bits(bits, 5) + 1;
        for (uint32_t i = 0; i < points; i++)
            skip_point(bits, parameter_bits, has_delay);
    }
    const uint32_t width_bits = read_bits(bits, 4) + 1, height_bits = read_bits(bits, 4) + 1;
    size->width = size->coded_w = read_bits(bits, width_bits) + 1;
    size->height = size->coded_h = read_bits(bits, height_bits) + 1;
    return bits->pos < bits->end ? FZ_HEAD_OK : FZ_HEAD_BAD;
}

static uint64_t read_leb128(const struct fz_bytes *b, uint64_t *pos)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        const uint64_t byte = fz_bytes_be(b, (*pos)++, 1);
        value |= (byte & 0x7f) << (7 * i);
        if (!(byte & 0x80))
            break;
    }
    return value;
}

/* The sequence header among these OBUs (5.3). */
enum fz_head_status fz_heif_av1_size(const struct fz_bytes *b, uint64_t pos, uint64_t end,
                                     struct fz_heif_size *size)
{
    for (int i = 0; i < MOST_OBUS && pos < end; i++) {
        const uint32_t head = fz_bytes_be(b, pos, 1);
        pos += head & 4 ? 2 : 1;
        const uint64_t len = head & 2 ? read_leb128(b, &pos) : end > pos ? end - pos : 0;
        if (pos > end || len > end - pos)
            break;
        struct bits bits = {.b = b, .pos = pos, .end = pos + len};
        if ((head >> 3 & 15) == OBU_SEQUENCE)
            return read_sequence(&bits, size);
        pos += len;
    }
    return FZ_HEAD_BAD;
}

/* --- both ----------------------------------------------------------------------------------------- */

/* As the two boxes of codecs say (AV1-ISOBMFF, 2.3.3; ISO/IEC 14496-15, 8.3.3.1.2). */
static bool is_monochrome(const struct fz_bytes *b, const struct fz_heif_coding *coding)
{
    enum { AV1 = 2, AV1_BIT = 1 << 4, HEVC = 16, HEVC_CHROMA = 3 };
    return coding->av1.end > 0
               ? fz_bytes_be(b, coding->av1.body + AV1, 1) & AV1_BIT
               : coding->hevc.end > 0 && (fz_bytes_be(b, coding->hevc.body + HEVC, 1) & HEVC_CHROMA) == 0;
}

/* Of a grid, whose tiles are coded and not itself: alpha is grey in any case, and then the colours are. */
static bool are_all_monochrome(const struct fz_bytes *b)
{
    struct fz_heif_box meta, properties, container, box;
    if (fz_heif_find_meta(b, &meta) != FZ_HEAD_OK || !fz_heif_find_box(b, meta, "iprp", &properties) ||
        !fz_heif_find_box(b, properties, "ipco", &container))
        return false;
    bool is_coded = false, is_grey = true;
    uint64_t pos = container.body, at = pos;
    for (int i = 0; i < FZ_HEIF_BOXES_MOST && is_grey && fz_heif_next_box(b, &pos, container.end, &box);
         i++, at = pos) {
        const bool is_av1 = fz_bytes_match(b, at + 4, "av1C", 4),
                   is_hevc = fz_bytes_match(b, at + 4, "hvcC", 4);
        const struct fz_heif_coding coding = {.av1 = is_av1 ? box : (struct fz_heif_box){0, 0},
                                              .hevc = is_hevc ? box : (struct fz_heif_box){0, 0}};
        is_coded = is_coded || is_av1 || is_hevc;
        is_grey = !(is_av1 || is_hevc) || is_monochrome(b, &coding);
    }
    return is_coded && is_grey;
}

bool fz_heif_is_grey(const struct fz_bytes *b, const struct fz_heif_coding *coding)
{
    return coding->av1.end > 0 || coding->hevc.end > 0 ? is_monochrome(b, coding) : are_all_monochrome(b);
}

#endif
