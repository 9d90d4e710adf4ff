/* JPEG XL (ISO/IEC 18181-1): size and orientation, bit by bit, from the start of the codestream. */
#include "image/format.h"

#include "frieze_config.h"

/* A bare codestream, or one in boxes. */
bool fz_jxl_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "\xff\x0a", 2) ||
           fz_bytes_match(head, 0, "\0\0\0\x0cJXL \x0d\x0a\x87\x0a", 12);
}

#if FRIEZE_WITH_JXL

enum {
    MAX_BOXES = 1000,
    /* Whatever the size, at least and at most: of groups that are decoded together. 2.5 to 3.2 MB of the least picture. */
    GROUP_SIDE = 256,
    LEAST_BYTES = 4 << 20,
    MOST_BYTES = 16 << 20,
    /* Of lossy ones with more than colours; 46 MB of it seen with 6 megapixels: what is freed below 32 MB stays with malloc. */
    EXTRA_LEAST_BYTES = 8 << 20,
    EXTRA_MOST_BYTES = 64 << 20,
    FIXED_PER_PX = 16, /* of all groups, between the two */
    /* Of a pixel, measured of libjxl 0.7 with 1 to 40 megapixels of each kind. Squeeze (progressive lossless, lossy Modular), which
     * hardly anybody writes and nothing in the header tells, takes 32 and 26 of 8 bits. */
    USUAL_BYTES = 9,             /* lossy, or out of a JPEG: 8.4 */
    WHOLE_BYTES = 20,            /* lossless: 7.4, with alpha too */
    WHOLE_DEEP_BYTES = 24,       /* more than 8 bits: 23.2 */
    WHOLE_DEEP_ALPHA_BYTES = 29, /* the same with alpha: 27.6 */
    EXTRA_BYTES = 36,            /* lossy with alpha: 35.7 */
    /* The same in 16 bits, which are asked for where 8 would not do: */
    USUAL_16_BYTES = 26,      /* 24.4 */
    WHOLE_DEEP_16_BYTES = 40, /* 39.6 */
    EXTRA_16_BYTES = 52,      /* 51.8 */
    /* Lossless with black beside the colours, for whose sake libjxl holds all channels until the end; and of each channel more. Lossy
     * ones, which nothing in the header tells either, take 54, with alpha 70. */
    BLACK_BYTES = 23,            /* 21.5 */
    BLACK_CHANNEL_BYTES = 5,     /* 4.1 */
    BLACK_DEEP_BYTES = 40,       /* 37.6 */
    BLACK_DEEP_CHANNEL_BYTES = 9 /* 8.1 */
};

/* Bits, least significant first; zeros behind the end. */
struct bits {
    const struct fz_bytes *b;
    uint64_t pos; /* bits */
    bool past_end;
};

static uint32_t take(struct bits *bits, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++, bits->pos++) {
        bits->past_end = bits->past_end || !fz_bytes_has(bits->b, bits->pos / 8, 1);
        value |= (fz_bytes_le(bits->b, bits->pos / 8, 1) >> (bits->pos % 8) & 1) << i;
    }
    return value;
}

static uint32_t take_side(struct bits *bits)
{
    static const unsigned lengths[] = {9, 13, 18, 30};
    return take(bits, lengths[take(bits, 2)]) + 1;
}

/* SizeHeader. */
static void take_size(struct bits *bits, uint32_t *width, uint32_t *height)
{
    static const uint32_t ratios[8][2] = {{0, 1}, {1, 1}, {12, 10}, {4, 3}, {3, 2}, {16, 9}, {5, 4}, {2, 1}};
    bool small = take(bits, 1);
    *height = small ? (take(bits, 5) + 1) * 8 : take_side(bits);
    uint32_t ratio = take(bits, 3);
    if (ratio)
        *width = (uint32_t)((uint64_t)*height * ratios[ratio][0] / ratios[ratio][1]);
    else
        *width = small ? (take(bits, 5) + 1) * 8 : take_side(bits);
}

/* U32 of four ways to write it: so many bits, beyond that. */
static uint32_t take_u32(struct bits *bits, const uint8_t lengths[4], const uint16_t from[4])
{
    uint32_t way = take(bits, 2);
    return take(bits, lengths[way]) + from[way];
}

static void pass_animation(struct bits *bits)
{
    take_u32(bits, (uint8_t[]){0, 0, 10, 30}, (uint16_t[]){100, 1000, 1, 1});
    take_u32(bits, (uint8_t[]){0, 0, 8, 10}, (uint16_t[]){1, 1001, 1, 1});
    take_u32(bits, (uint8_t[]){0, 3, 16, 32}, (uint16_t[]){0, 0, 0, 0});
    take(bits, 1);
}

/* Says whether a channel has more than 8 bits. */
static bool take_depth(struct bits *bits)
{
    bool is_float = take(bits, 1);
    uint32_t count = is_float ? take_u32(bits, (uint8_t[]){0, 0, 0, 6}, (uint16_t[]){32, 16, 24, 1})
                              : take_u32(bits, (uint8_t[]){0, 0, 0, 6}, (uint16_t[]){8, 10, 12, 1});
    if (is_float)
        take(bits, 4);
    return count > 8;
}

/* ExtraChannelInfo. */
struct extra {
    bool deep, black;
};

static struct extra take_extra(struct bits *bits)
{
    enum { ALPHA = 0, SPOT_COLOR = 2, BLACK = 4, CFA = 5 };
    if (take(bits, 1))
        return (struct extra){0};
    uint32_t type = take_u32(bits, (uint8_t[]){0, 0, 4, 6}, (uint16_t[]){0, 1, 2, 18});
    bool deep = take_depth(bits);
    take_u32(bits, (uint8_t[]){0, 0, 0, 3}, (uint16_t[]){0, 3, 4, 1});
    uint32_t name = take_u32(bits, (uint8_t[]){0, 4, 5, 10}, (uint16_t[]){0, 0, 16, 48});
    bits->pos += (uint64_t)name * 8;
    if (type == ALPHA)
        take(bits, 1);
    else if (type == SPOT_COLOR)
        bits->pos += UINT64_C(4) * 16;
    else if (type == CFA)
        take_u32(bits, (uint8_t[]){0, 2, 4, 8}, (uint16_t[]){1, 0, 3, 19});
    return (struct extra){deep, type == BLACK};
}

/* What the samples mean, as far as it tells how many bits are asked of libjxl. */
enum encoding { ENCODING_SRGB, ENCODING_OTHER, ENCODING_HDR };

static uint32_t take_enum(struct bits *bits)
{
    return take_u32(bits, (uint8_t[]){0, 0, 4, 6}, (uint16_t[]){0, 1, 2, 18});
}

static void pass_xy(struct bits *bits)
{
    static const uint8_t lengths[4] = {19, 19, 20, 21};
    for (int i = 0; i < 2; i++)
        take_u32(bits, lengths, (uint16_t[]){0, 0, 0, 0});
}

/* ColorEncoding. */
static enum encoding take_encoding(struct bits *bits)
{
    enum { GREY = 1, XYB = 2, D65 = 1, SRGB = 1, CUSTOM = 2, SRGB_CURVE = 13, PQ_CURVE = 16, HLG_CURVE = 18 };
    bool all_default = take(bits, 1);
    if (all_default)
        return ENCODING_SRGB;
    bool has_icc = take(bits, 1);
    uint32_t space = take_enum(bits);
    if (has_icc || space >= XYB)
        return ENCODING_OTHER;
    uint32_t white = take_enum(bits);
    if (white == CUSTOM)
        pass_xy(bits);
    uint32_t primaries = space == GREY ? SRGB : take_enum(bits);
    for (int i = 0; i < 3 && primaries == CUSTOM && space != GREY; i++)
        pass_xy(bits);
    bool has_gamma = take(bits, 1);
    uint32_t curve = has_gamma ? 0 : take_enum(bits);
    if (!has_gamma && (curve == PQ_CURVE || curve == HLG_CURVE))
        return ENCODING_HDR;
    return white == D65 && primaries == SRGB && curve == SRGB_CURVE ? ENCODING_SRGB : ENCODING_OTHER;
}

struct box {
    uint64_t type, body, end; /* where they stand; end 0: with the file */
};

/* The one that stands there; false where that is not among these bytes, or no box. */
static bool read_box(const struct fz_bytes *b, uint64_t pos, struct box *box)
{
    if (!fz_bytes_has(b, pos, 8))
        return false;
    uint64_t len = fz_bytes_be(b, pos, 4), head = 8;
    if (len == 1) {
        len = (uint64_t)fz_bytes_be(b, pos + 8, 4) << 32 | fz_bytes_be(b, pos + 12, 4);
        head = 16;
    }
    *box = (struct box){pos + 4, pos + head, len == 0 ? 0 : pos + len};
    return len == 0 || (len >= head && len <= UINT64_MAX / 2);
}

/* Where the codestream begins, and how long it is: 0 where it is in parts, or the file does not say. False where that is not among
 * these bytes. */
static bool find_codestream(const struct fz_bytes *b, uint64_t *start, uint64_t *codes)
{
    struct box box = {0};
    *start = *codes = 0;
    if (fz_bytes_match(b, 0, "\xff\x0a", 2))
        return true;
    for (int i = 0; i < MAX_BOXES && (i == 0 || box.end > 0) && read_box(b, box.end, &box); i++) {
        *start = box.body;
        if (fz_bytes_match(b, box.type, "jxlc", 4)) {
            *codes = box.end > 0 ? box.end - box.body : 0;
            return true;
        }
        *start += 4; /* the number of the part */
        if (fz_bytes_match(b, box.type, "jxlp", 4))
            return true;
    }
    return false;
}

struct fz_bytes fz_jxl_codestream(const struct fz_bytes *file)
{
    uint64_t start, codes;
    if (!find_codestream(file, &start, &codes) || codes == 0 || start > file->len)
        return *file;
    size_t there = file->len - (size_t)start;
    bool all = codes <= there;
    return (struct fz_bytes){
        .at = file->at + start, .len = all ? (size_t)codes : there, .whole = all || file->whole};
}

/* What stands first in the codestream (SizeHeader, ImageMetadata). */
struct start {
    uint32_t width, height;
    int orientation; /* as EXIF counts it */
    bool deep;       /* a channel has more than 8 bits */
    uint32_t extras; /* channels, alpha among them, */
    bool has_black;  /* and black */
    bool is_xyb;     /* it is lossy */
    enum encoding encoding;
};

/* False: the bytes end before. */
static bool read_start(const struct fz_bytes *b, struct start *s)
{
    uint64_t start, codes;
    *s = (struct start){.orientation = 1, .is_xyb = true};
    if (!find_codestream(b, &start, &codes))
        return false;
    struct bits bits = {.b = b, .pos = start * 8 + 16};
    take_size(&bits, &s->width, &s->height);
    bool all_default = take(&bits, 1);
    if (all_default)
        return !bits.past_end;
    bool is_told = take(&bits, 1), has_preview = false;
    if (is_told) {
        uint32_t unused;
        s->orientation = (int)take(&bits, 3) + 1;
        if (take(&bits, 1))
            take_size(&bits, &unused, &unused);
        has_preview = take(&bits, 1);
        if (!has_preview && take(&bits, 1))
            pass_animation(&bits);
    }
    if (has_preview) { /* nobody writes any: what follows is not known, and may be the worst */
        s->deep = true;
        s->extras = 1;
        s->encoding = ENCODING_HDR;
        return !bits.past_end;
    }
    s->deep = take_depth(&bits);
    take(&bits, 1);
    s->extras = take_u32(&bits, (uint8_t[]){0, 0, 4, 12}, (uint16_t[]){0, 1, 2, 1});
    for (uint32_t i = 0; i < s->extras && !bits.past_end; i++) {
        struct extra extra = take_extra(&bits);
        s->deep = s->deep || extra.deep;
        s->has_black = s->has_black || extra.black;
    }
    s->is_xyb = take(&bits, 1);
    s->encoding = take_encoding(&bits);
    return !bits.past_end;
}

/* Coefficients of a JPEG, and not of its pixels: what it takes to make that JPEG again stands before them, the codestream's head
 * perhaps in a part of its own before that. */
static bool is_of_jpeg(const struct fz_bytes *b)
{
    struct box box = {0};
    for (int i = 0; i < MAX_BOXES && (i == 0 || box.end > 0) && read_box(b, box.end, &box); i++)
        if (fz_bytes_match(b, box.type, "jbrd", 4))
            return true;
    return false;
}

enum fz_head_status fz_jxl_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    struct start start;
    if (!read_start(bytes, &start))
        return FZ_HEAD_MORE;
    header->width = start.width;
    header->height = start.height;
    return FZ_HEAD_OK;
}

/* What heavy/jxl.c asks for: lossy pictures come in sRGB, unless they are HDR; lossless ones as they are. */
static bool wants_16_bits(const struct start *s)
{
    return s->encoding == ENCODING_HDR || (s->deep && !s->is_xyb && s->encoding == ENCODING_OTHER);
}

/* The same: where the profile is one of inks, which stands behind, packed. */
static bool asks_for_black(const struct start *s)
{
    return s->has_black && !s->is_xyb && s->encoding == ENCODING_OTHER;
}

static uint64_t fixed_bytes(const struct fz_header *header, uint64_t least, uint64_t most)
{
    uint64_t across = (header->width + GROUP_SIDE - UINT64_C(1)) / GROUP_SIDE,
             down = (header->height + GROUP_SIDE - UINT64_C(1)) / GROUP_SIDE,
             bytes = least + across * down * GROUP_SIDE * GROUP_SIDE * FIXED_PER_PX;
    return bytes < most ? bytes : most;
}

uint64_t fz_jxl_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    const uint64_t px = (uint64_t)d->header.width * d->header.height;
    const uint64_t fixed = fixed_bytes(&d->header, LEAST_BYTES, MOST_BYTES);
    struct start s;
    if (is_of_jpeg(&d->file))
        return px * USUAL_BYTES + fixed;
    bool is_known = read_start(&d->file, &s), in_16 = !is_known || wants_16_bits(&s);
    if (!is_known || (s.extras > 0 && s.is_xyb))
        return px * (in_16 ? EXTRA_16_BYTES : EXTRA_BYTES) +
               fixed_bytes(&d->header, EXTRA_LEAST_BYTES, EXTRA_MOST_BYTES);
    if (asks_for_black(&s))
        return px * (s.deep ? BLACK_DEEP_BYTES + (s.extras - 1) * BLACK_DEEP_CHANNEL_BYTES
                            : BLACK_BYTES + (s.extras - 1) * BLACK_CHANNEL_BYTES) +
               fixed;
    if (s.is_xyb)
        return px * (in_16 ? USUAL_16_BYTES : USUAL_BYTES) + fixed;
    if (in_16)
        return px * WHOLE_DEEP_16_BYTES + fixed;
    if (s.deep)
        return px * (s.extras > 0 ? WHOLE_DEEP_ALPHA_BYTES : WHOLE_DEEP_BYTES) + fixed;
    return px * WHOLE_BYTES + fixed;
}

int fz_jxl_orientation(const struct fz_bytes *file, int *turn)
{
    struct start start;
    *turn = read_start(file, &start) ? start.orientation : 1;
    return *turn;
}

#endif
