#include "image/jpeg/dc.h"

#include "image/jpeg/band.h"
#include "image/jpeg/bits.h"
#include "image/jpeg/huffman.h"
#include "image/jpeg/tables.h"

#include <endian.h>
#include <string.h>

enum {
    COMPONENTS = 3,
    MAX_QUANT = 255,
    MAX_DC = 1 << 14,
    MAX_MEAN = 8 * 511, /* libjpeg's samples wrap around beyond that */
};

/* One component as samples, in whole MCUs. */
struct plane {
    uint8_t *at;
    size_t pitch;
    int h, v;               /* samples of an MCU */
    int side;               /* samples of a block, each way: 1, 2 or 4; */
    unsigned count;         /* the coefficients that these take */
    int blocks_h, blocks_v; /* of an MCU */
    int quant[FZ_HUFFMAN_VALUES];
    const struct fz_huffman *dc, *ac;
    int last; /* DC coefficient of the block before */
};

struct dc {
    struct fz_decode *d;
    const struct jpeg_decompress_struct *cinfo;
    struct fz_bits bits;
    struct plane planes[COMPONENTS];
    int count;                                /* of the planes: 1 or 3 */
    size_t mcus_across, mcus_down, mcus_read; /* the last one downwards: whole rows of them */
    size_t scale;                             /* eighths: 1 or 2 */
    size_t width, height;                     /* at that */
    int shift;                                /* progressive: the bits of a DC value that later scans bring */
    unsigned restart_interval;
    struct fz_jpeg_notes notes;
    uint8_t *wide; /* two rows of chroma */
};

/* --- which files ------------------------------------------------------------------------------- */

/* One scan that has all components and, of each block, all coefficients or (the first of a progressive file) the DC
 * value to within its last bit. */
static bool is_known_scan(const struct jpeg_decompress_struct *c)
{
    if (c->arith_code || c->data_precision != 8 || c->comps_in_scan != c->num_components || c->Ss != 0 ||
        c->Ah != 0)
        return false;
    for (int i = 0; i < c->num_components; i++)
        if (c->cur_comp_info[i] != &c->comp_info[i])
            return false;
    return c->progressive_mode ? c->Se == 0 && c->Al <= 1 : c->Se == 63 && c->Al == 0;
}

bool fz_jpeg_dc_takes(unsigned h, unsigned v)
{
    return (h == 1 || h == 2 || (h == 4 && v == 1)) && (v == 1 || v == 2);
}

/* Grey, or luma with chroma of one block an MCU, or three colours. */
static bool is_known_layout(const struct jpeg_decompress_struct *c)
{
    if (c->jpeg_color_space == JCS_GRAYSCALE)
        return c->num_components == 1;
    bool known = c->jpeg_color_space == JCS_YCbCr || c->jpeg_color_space == JCS_RGB;
    if (!known || c->num_components != COMPONENTS)
        return false;
    const jpeg_component_info *luma = c->comp_info;
    for (int i = 1; i < COMPONENTS; i++)
        if (luma[i].h_samp_factor != 1 || luma[i].v_samp_factor != 1)
            return false;
    return fz_jpeg_dc_takes((unsigned)luma->h_samp_factor, (unsigned)luma->v_samp_factor);
}

/* At 1/4 four samples of each block are known: of all components, where these go together without guessing. */
static bool is_quarter_layout(const struct jpeg_decompress_struct *c)
{
    const jpeg_component_info *luma = c->comp_info;
    return !c->progressive_mode && (c->num_components == 1 || luma->h_samp_factor == luma->v_samp_factor);
}

uint64_t fz_jpeg_dc_bytes(const struct fz_header *header, unsigned scale)
{
    uint64_t across = ((uint64_t)header->width + 31) / 8, down = ((uint64_t)header->height + 15) / 8;
    return across * (down + 1) * COMPONENTS * scale * scale + sizeof(struct fz_jpeg_tables);
}

/* Of the first coefficients, in zigzag order: where libjpeg keeps their quantizers. */
static const int natural[FZ_HUFFMAN_VALUES] = {0,  1, 8, 16, 9,  2,  3,  10, 17, 24, 32, 25, 18,
                                               11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27};
enum { FEW_VALUES = 5, LUMA_VALUES = 10 };

/* The tables as the file defines them; false where it does not. */
static bool set_plane(struct dc *s, struct fz_jpeg_tables *tables, int i)
{
    const struct jpeg_decompress_struct *c = s->cinfo;
    const jpeg_component_info *info = &c->comp_info[i];
    struct plane *p = &s->planes[i];
    if (info->quant_tbl_no < 0 || info->quant_tbl_no >= NUM_QUANT_TBLS)
        return false;
    const JQUANT_TBL *quant = c->quant_tbl_ptrs[info->quant_tbl_no];
    bool with_ac = !c->progressive_mode;
    if (!quant)
        return false;
    const jpeg_component_info *luma = &c->comp_info[0];
    bool is_halved = i > 0 && luma->h_samp_factor == 2 && luma->v_samp_factor == 2;
    p->side = with_ac ? (int)s->scale * (is_halved ? 2 : 1) : 1;
    p->count = p->side == 4 ? FZ_HUFFMAN_VALUES : s->scale == 2 ? LUMA_VALUES : FEW_VALUES;
    for (unsigned k = 0; k < p->count; k++) {
        p->quant[k] = quant->quantval[natural[k]];
        if (with_ac && (p->quant[k] == 0 || p->quant[k] > MAX_QUANT))
            return false;
    }
    p->blocks_h = s->count == 1 ? 1 : info->h_samp_factor;
    p->blocks_v = s->count == 1 ? 1 : info->v_samp_factor;
    p->h = p->blocks_h * p->side;
    p->v = p->blocks_v * p->side;
    p->pitch = s->mcus_across * (size_t)p->h;
    return fz_jpeg_tables_make(tables, c, info, &p->dc, with_ac ? &p->ac : NULL);
}

/* Allocates; false where the file is of another kind. */
static bool set_up(struct dc *s, enum fz_err *code)
{
    const struct jpeg_decompress_struct *c = s->cinfo;
    struct fz_image_scratch *scratch = s->d->scratch;
    *code = FZ_OK;
    if (!fz_jpeg_dc_pays(s->d) || !is_known_scan(c) || !is_known_layout(c) ||
        (s->scale == 2 && !is_quarter_layout(c)))
        return false;
    s->count = c->num_components;
    size_t mcu_w = s->count == 1 ? 8 : 8 * (size_t)c->comp_info[0].h_samp_factor;
    size_t mcu_h = s->count == 1 ? 8 : 8 * (size_t)c->comp_info[0].v_samp_factor;
    s->mcus_across = (c->image_width + mcu_w - 1) / mcu_w;
    s->mcus_down = (c->image_height + mcu_h - 1) / mcu_h;
    s->width = (c->image_width * s->scale + 7) / 8;
    s->height = (c->image_height * s->scale + 7) / 8;
    s->shift = c->Al;
    s->restart_interval = c->restart_interval;
    struct fz_jpeg_tables *tables = fz_jpeg_tables_get(scratch);
    if (!tables) {
        *code = fz_fail(s->d->err, FZ_E_MEMORY, 0, "no memory for tables");
        return false;
    }
    size_t sizes[COMPONENTS], total = 0;
    for (int i = 0; i < s->count; i++) {
        if (!set_plane(s, tables, i))
            return false;
        sizes[i] = s->planes[i].pitch * s->mcus_down * (size_t)s->planes[i].v;
        total += sizes[i];
    }
    if (!fz_buffer_need(&scratch->planes, total + 2 * s->planes[0].pitch)) {
        *code = fz_fail(s->d->err, FZ_E_MEMORY, 0, "no memory for %zu samples", total);
        return false;
    }
    uint8_t *at = scratch->planes.data;
    for (int i = 0; i < s->count; at += sizes[i++])
        s->planes[i].at = at;
    s->wide = at;
    const uint64_t begun = s->d->pieces ? fz_decode_tell(s->d) : s->d->file.len;
    const struct fz_bits_source source = {
        .bytes = {.at = c->src->next_input_byte, .len = c->src->bytes_in_buffer},
        .pos = begun - c->src->bytes_in_buffer,
        .more = s->d->pieces ? fz_jpeg_more_pieces : NULL,
        .ctx = s->d};
    fz_bits_init(&s->bits, &source, NULL, tables->window);
    s->notes = fz_jpeg_notes_begin(s->d, c);
    return true;
}

/* --- the scan ---------------------------------------------------------------------------------- */

static inline uint8_t shown(int sample)
{
    return (uint8_t)(sample < 0 ? 0 : sample > 255 ? 255 : sample);
}

/* The DC coefficient of the next block, times 8 of its mean; false: no such code, or none that an encoder makes. */
static inline bool read_dc(const struct dc *s, struct fz_bits_buffer *bits, struct plane *p, int *value)
{
    int difference;
    if (!fz_huffman_difference(bits, p->dc, &difference))
        return false;
    p->last += difference;
    if (p->last < -MAX_DC || p->last > MAX_DC)
        return false;
    /* Half of what is not known yet. */
    int64_t exact =
        s->shift > 0 ? ((int64_t)p->last * 4 + 1) * p->quant[0] / 2 : (int64_t)p->last * p->quant[0];
    *value = (int)exact;
    return exact >= -MAX_MEAN && exact <= MAX_MEAN;
}

/* One block as libjpeg's 1x1 inverse DCT shows it. */
static inline bool read_one(const struct dc *s, struct fz_bits_buffer *bits, struct plane *p, uint8_t *to)
{
    int value;
    if (!read_dc(s, bits, p, &value))
        return false;
    *to = shown(((value + 4) >> 3) + 128);
    return !p->ac || fz_huffman_skip(bits, p->ac, 1);
}

/* One block as the means of its quarters: libjpeg's 2x2 inverse DCT (jidctred.c) with the coefficients that weigh most, the
 * first of each row and column and the one of both. The others change chroma by less than 1/255 on average. */
static inline bool read_four(const struct dc *s, struct fz_bits_buffer *bits, struct plane *p, uint8_t *to)
{
    enum { BITS = 12, MEAN = 512, SIDE = 464, CORNER = 420 }; /* 1/8, 3.6245 / 32, 3.6245 squared / 128 */
    enum { THIRD = -163 };                                    /* -1.2728 / 32: of luma */
    int mean, c[LUMA_VALUES] = {0};
    if (!read_dc(s, bits, p, &mean) || !fz_huffman_values(bits, p->ac, c, p->count))
        return false;
    mean = mean * MEAN + (128 << BITS) + (1 << (BITS - 1));
    int across = c[1] * p->quant[1] * SIDE, down = c[2] * p->quant[2] * SIDE;
    if (p->count == LUMA_VALUES) {
        across += c[6] * p->quant[6] * THIRD;
        down += c[9] * p->quant[9] * THIRD;
    }
    int corner = c[4] * p->quant[4] * CORNER;
    to[0] = shown((mean + across + down + corner) >> BITS);
    to[1] = shown((mean - across + down - corner) >> BITS);
    to[p->pitch] = shown((mean + across - down - corner) >> BITS);
    to[p->pitch + 1] = shown((mean - across - down + corner) >> BITS);
    return true;
}

/* The inverse DCT of four values, orthonormal; `step` from one to the next. */
static inline void undo_four(float *v, ptrdiff_t step)
{
    static const float first = 0.65328148F,
                       third = 0.27059805F; /* cos(pi / 8) and cos(3 pi / 8), by root 2 */
    const float a = first * v[step] + third * v[3 * step];
    const float b = third * v[step] - first * v[3 * step];
    const float c = 0.5F * (v[0] + v[2 * step]), d = 0.5F * (v[0] - v[2 * step]);
    v[0] = c + a;
    v[step] = d + b;
    v[2 * step] = d - b;
    v[3 * step] = c - a;
}

/* One block as 4x4 samples, by its first four frequencies each way. */
static inline bool read_sixteen(const struct dc *s, struct fz_bits_buffer *bits, struct plane *p, uint8_t *to)
{
    int mean, c[FZ_HUFFMAN_VALUES] = {0};
    float v[16] = {0};
    if (!read_dc(s, bits, p, &mean) || !fz_huffman_values(bits, p->ac, c, FZ_HUFFMAN_VALUES))
        return false;
    v[0] = (float)mean * 0.5F + 128 * 4; /* half of each: of 8 samples a side come 4 */
    for (int k = 1; k < FZ_HUFFMAN_VALUES; k++)
        if (natural[k] % 8 < 4 && natural[k] / 8 < 4)
            v[natural[k] / 8 * 4 + natural[k] % 8] = (float)(c[k] * p->quant[k]) * 0.5F;
    for (int i = 0; i < 4; i++)
        undo_four(v + (ptrdiff_t)i * 4, 1);
    for (int i = 0; i < 4; i++)
        undo_four(v + i, 4);
    for (int y = 0; y < 4; y++, to += p->pitch)
        for (int x = 0; x < 4; x++)
            to[x] = shown((int)(v[y * 4 + x] + 0.5F));
    return true;
}

static bool read_mcu(struct dc *s, size_t x, size_t y)
{
    struct fz_bits_buffer bits = s->bits.buffer;
    for (int i = 0; i < s->count; i++) {
        struct plane *p = &s->planes[i];
        uint8_t *row = p->at + y * (size_t)p->v * p->pitch + x * (size_t)p->h;
        for (int v = 0; v < p->blocks_v; v++, row += p->pitch * (size_t)p->side)
            for (int h = 0; h < p->blocks_h; h++) {
                uint8_t *to = row + (size_t)(h * p->side);
                if (!(p->side == 1   ? read_one(s, &bits, p, to)
                      : p->side == 2 ? read_four(s, &bits, p, to)
                                     : read_sixteen(s, &bits, p, to)))
                    return false;
            }
    }
    s->bits.buffer = bits;
    return true;
}

static bool restart(struct dc *s, unsigned number)
{
    for (int i = 0; i < s->count; i++)
        s->planes[i].last = 0;
    return fz_bits_restart(&s->bits, number);
}

static void note_place(struct dc *s, unsigned restart_number)
{
    struct fz_image_place *place = fz_jpeg_notes_add(&s->notes, &s->bits, restart_number);
    for (int i = 0; place && i < s->count; i++)
        place->last[i] = (int16_t)s->planes[i].last;
}

/* False: damage, or CANCELLED. */
static bool read_mcus(struct dc *s, enum fz_err *code)
{
    unsigned left = s->restart_interval, number = 0;
    for (size_t y = 0; y < s->mcus_down; s->mcus_read = ++y) {
        if (fz_decode_cancelled(s->d)) {
            *code = fz_decode_fail_cancelled(s->d);
            return false;
        }
        for (size_t x = 0; x < s->mcus_across; x++) {
            if (s->restart_interval > 0 && left-- == 0) {
                if (!restart(s, number))
                    return false;
                number = (number + 1) % 8;
                left = s->restart_interval - 1;
            }
            if (x == 0 && fz_jpeg_notes_want(&s->notes, y))
                note_place(s, number);
            fz_bits_feed(&s->bits);
            if (!read_mcu(s, x, y) || fz_bits_overrun(&s->bits))
                return false;
        }
    }
    return true;
}

#ifdef __x86_64__
/* Its shifts by as many bits as were just looked up take one step, others three. */
__attribute__((target("bmi2"), flatten)) static bool read_mcus_bmi2(struct dc *s, enum fz_err *code)
{
    return read_mcus(s, code);
}
#endif

static bool read_scan(struct dc *s, enum fz_err *code)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("bmi2"))
        return read_mcus_bmi2(s, code);
#endif
    return read_mcus(s, code);
}

/* --- rows -------------------------------------------------------------------------------------- */

static void store(uint8_t *to, int b, int g, int r)
{
    uint32_t px = (uint32_t)b | (uint32_t)g << 8 | (uint32_t)r << 16 | UINT32_C(0xff000000);
    px = htole32(px);
    memcpy(to, &px, sizeof px);
}

static void plain_row(const uint8_t *r, const uint8_t *g, const uint8_t *b, uint8_t *to, size_t width)
{
    for (size_t x = 0; x < width; x++)
        store(to + x * 4, b[x], g[x], r[x]);
}

static int clamp(int v)
{
    return v < 0 ? 0 : v > 255 ? 255 : v;
}

/* JFIF's conversion, rounded as libjpeg does, in 1/65536. */
static void color_row(const uint8_t *luma, const uint8_t *cb, const uint8_t *cr, uint8_t *to, size_t width)
{
    enum { HALF = 1 << 15, CR_R = 91881, CB_B = 116130, CR_G = 46802, CB_G = 22554 };
    for (size_t x = 0; x < width; x++) {
        int y = luma[x], u = cb[x] - 128, v = cr[x] - 128;
        store(to + x * 4, clamp(y + ((CB_B * u + HALF) >> 16)),
              clamp(y + ((HALF - CB_G * u - CR_G * v) >> 16)), clamp(y + ((CR_R * v + HALF) >> 16)));
    }
}

/* Chroma samples stand in the middle of those that they are for: 3/4 of the nearer and 1/4 of the further one, each way.
 * `to` has room for a whole number of MCUs. */
static void widen_twice(const struct plane *p, size_t y, size_t rows, uint8_t *to)
{
    size_t near = y / 2, far = y % 2 ? near + 1 : near - 1;
    if (far >= rows) /* also -1 */
        far = near;
    const uint8_t *a = p->at + near * p->pitch, *b = p->at + far * p->pitch;
    int before = 3 * a[0] + b[0], here = before;
    for (size_t x = 0; x < p->pitch; x++) {
        int after = x + 1 < p->pitch ? 3 * a[x + 1] + b[x + 1] : here;
        to[2 * x] = (uint8_t)((3 * here + before + 8) >> 4);
        to[2 * x + 1] = (uint8_t)((3 * here + after + 7) >> 4);
        before = here;
        here = after;
    }
}

/* Chroma at the width of luma; `to` is used where that is not how it is stored. */
static const uint8_t *chroma_row(const struct dc *s, const struct plane *p, size_t y, size_t rows,
                                 uint8_t *to)
{
    size_t across = (size_t)(s->planes[0].h / p->h), down = (size_t)(s->planes[0].v / p->v);
    if (across == 2 && down == 2) {
        widen_twice(p, y, (rows + 1) / 2, to);
        return to;
    }
    const uint8_t *row = p->at + y / down * p->pitch;
    if (across == 1)
        return row;
    for (size_t x = 0; x < p->pitch * across; x++)
        to[x] = row[x / across];
    return to;
}

static enum fz_err push_rows(struct dc *s)
{
    struct fz_reduce *reduce = &s->d->reduce;
    const struct plane *luma = &s->planes[0];
    size_t rows = s->mcus_read * (size_t)luma->v < s->height ? s->mcus_read * (size_t)luma->v : s->height;
    bool is_rgb = s->cinfo->jpeg_color_space == JCS_RGB;
    for (size_t y = 0; y < rows && !fz_reduce_is_done(reduce); y++) {
        uint8_t *row = fz_reduce_input(reduce);
        const uint8_t *from = luma->at + y * luma->pitch;
        if (s->count == 1) {
            plain_row(from, from, from, row, s->width);
        } else {
            const uint8_t *second = chroma_row(s, &s->planes[1], y, rows, s->wide);
            const uint8_t *third = chroma_row(s, &s->planes[2], y, rows, s->wide + luma->pitch);
            (is_rgb ? plain_row : color_row)(from, second, third, row, s->width);
        }
        fz_reduce_push(reduce, row);
    }
    return FZ_OK;
}

enum fz_err fz_jpeg_dc_load(struct fz_decode *d, const struct jpeg_decompress_struct *cinfo, bool *taken,
                            const char **damage)
{
    struct dc s = {.d = d, .cinfo = cinfo, .scale = cinfo->scale_num};
    enum fz_err code;
    *damage = NULL;
    *taken = set_up(&s, &code);
    if (!*taken)
        return code;
    if (!read_scan(&s, &code)) {
        *taken = cinfo->progressive_mode;
        if (!*taken || code != FZ_OK)
            return code;
        *damage = s.bits.from == s.bits.file_end ? "file ends early" : "its first scan is damaged";
        if (s.mcus_read == 0)
            return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s", *damage);
    }
    code = fz_decode_begin(d, (int)cinfo->image_width, (int)cinfo->image_height, (int)s.width, (int)s.height);
    return code == FZ_OK ? push_rows(&s) : code;
}
