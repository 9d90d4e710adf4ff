#include "image/codecs/psd_rows.h"

#include "image/pixels/deep.h"

enum { FULL = 65535, COLORS = 256 };

static bool is_ink(const struct fz_psd_rows *r)
{
    return r->mode == FZ_PSD_CMYK || (r->mode == FZ_PSD_CHANNELS && r->colors >= 3);
}

void fz_psd_rows_init(struct fz_psd_rows *rows, const struct fz_psd_head *head, struct fz_decode *d)
{
    struct fz_bytes profile = fz_psd_resource(&d->file, head, FZ_PSD_PROFILE);
    struct fz_bytes clear = fz_psd_resource(&d->file, head, FZ_PSD_CLEAR_INDEX);
    rows->mode = head->mode;
    rows->width = head->width;
    rows->depth = head->depth;
    rows->row_bytes = ((size_t)head->width * head->depth + 7) / 8;
    rows->colors = fz_psd_colors(head);
    rows->alpha =
        rows->alpha && head->channels > rows->colors && head->mode != FZ_PSD_CHANNELS && head->depth >= 8;
    rows->count = rows->colors + rows->alpha;
    rows->clear_index = clear.len >= 2 ? fz_bytes_be(&clear, 0, 2) : COLORS;
    if (fz_bytes_has(&d->file, head->colors_at, head->colors_len))
        rows->palette = (struct fz_bytes){.at = d->file.at + head->colors_at, .len = head->colors_len};
    d->color = is_ink(rows)                                        ? FZ_COLOR_CMYK_INVERTED
               : rows->colors == 1 && head->mode != FZ_PSD_INDEXED ? FZ_COLOR_GREY
                                                                   : FZ_COLOR_RGB;
    if (head->mode == FZ_PSD_LAB)
        fz_light_white_init(&rows->white, NULL);
    else
        fz_decode_set_profile(d, profile.at, profile.len);
    rows->light = head->depth == 32 && d->profile.len == 0;
}

bool fz_psd_rows_are_deep(const struct fz_psd_rows *rows)
{
    return rows->mode == FZ_PSD_LAB || (rows->depth > 8 && !is_ink(rows));
}

void fz_psd_rows_lack(struct fz_psd_rows *rows, unsigned plane)
{
    if (rows->mode == FZ_PSD_RGB && plane < rows->colors)
        memcpy(rows->planes[plane], rows->planes[0], rows->row_bytes);
    else if (rows->mode == FZ_PSD_LAB && plane < rows->colors)
        memset(rows->planes[plane], 0x80, rows->row_bytes);
    else
        memset(rows->planes[plane], 0xff, rows->row_bytes);
}

/* As it is stored, 0..1. */
static float sample(const struct fz_psd_rows *r, unsigned plane, uint32_t x)
{
    const struct fz_bytes row = {.at = r->planes[plane], .len = r->row_bytes};
    const unsigned bytes = r->depth / 8;
    uint32_t bits = fz_bytes_be(&row, (uint64_t)x * bytes, bytes);
    float value;
    if (bytes < 4)
        return (float)bits / (bytes == 1 ? 255 : FULL);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Photoshop stores what is clear as it looks on white; others leave it as it is, and what is darker than the white alone would
 * be tells it. What is not seen at all tells nothing: other writers that lay the rest on white leave it black. */
bool fz_psd_rows_are_off_white(const struct fz_psd_rows *r)
{
    const float tolerance = 8.0F / 255;
    const unsigned colors = r->mode == FZ_PSD_LAB ? 1 : r->colors;
    for (uint32_t x = 0; x < r->width; x++) {
        const uint8_t byte = r->planes[r->colors][x];
        if (r->depth == 8 && (byte == 0 || byte == 255))
            continue;
        const float alpha = sample(r, r->colors, x), white = 1 - alpha - tolerance;
        for (unsigned c = 0; alpha > 0 && white > 0 && c < colors; c++)
            if (sample(r, c, x) < white)
                return true;
    }
    return false;
}

static uint8_t sample_byte(const struct fz_psd_rows *r, unsigned plane, uint32_t x)
{
    return r->depth == 8 ? r->planes[plane][x] : fz_deep_byte(fz_deep_float(sample(r, plane, x)));
}

static enum fz_alpha read_indexed(const struct fz_psd_rows *r, uint8_t *to)
{
    for (uint32_t x = 0; x < r->width; x++, to += 4) {
        const uint32_t index = r->planes[0][x];
        for (uint32_t c = 0; c < 3; c++) /* all reds, all greens, all blues */
            to[2 - c] = (uint8_t)fz_bytes_be(&r->palette, c * COLORS + index, 1);
        to[3] = index == r->clear_index ? 0 : 255;
    }
    return FZ_ALPHA_STRAIGHT;
}

static void read_bitmap(const struct fz_psd_rows *r, uint8_t *to)
{
    for (uint32_t x = 0; x < r->width; x++, to += 4) {
        to[0] = to[1] = to[2] = r->planes[0][x / 8] >> (7 - x % 8) & 1 ? 0 : 255;
        to[3] = 255;
    }
}

static void push_inks(struct fz_psd_rows *r, struct fz_decode *d, uint8_t *row)
{
    uint8_t *to = row, *alpha = r->alpha ? r->planes[r->colors] : NULL;
    for (uint32_t x = 0; x < r->width; x++) {
        for (unsigned c = 0; c < 4; c++)
            *to++ = c < r->colors ? sample_byte(r, c, x) : 255;
        if (alpha)
            alpha[x] = sample_byte(r, r->colors, x);
    }
    if (alpha)
        fz_decode_push_inks(d, row, alpha, r->straight ? FZ_ALPHA_STRAIGHT : FZ_ALPHA_ON_WHITE);
    else
        fz_decode_push(d, row, FZ_ALPHA_OPAQUE);
}

static enum fz_alpha read_colors(const struct fz_psd_rows *r, uint8_t *to)
{
    const uint8_t *red = r->planes[0], *green = r->planes[r->colors == 3 ? 1 : 0],
                  *blue = r->planes[r->colors == 3 ? 2 : 0], *alpha = r->alpha ? r->planes[r->colors] : NULL;
    for (uint32_t x = 0; x < r->width; x++, to += 4) {
        to[0] = blue[x];
        to[1] = green[x];
        to[2] = red[x];
        to[3] = alpha ? alpha[x] : 255;
    }
    return !alpha ? FZ_ALPHA_OPAQUE : r->straight ? FZ_ALPHA_STRAIGHT : FZ_ALPHA_ON_WHITE;
}

/* What it was before it was laid on white. */
static float without_white(const struct fz_psd_rows *r, float value, float alpha, float white)
{
    return !r->straight && alpha > 0 && alpha < 1 ? (value - (1 - alpha) * white) / alpha : value;
}

static void read_lab(const struct fz_psd_rows *r, uint32_t x, float alpha, uint16_t *to)
{
    const float zero = r->depth == 8 ? 128.0F / 255 : 32768.0F / FULL,
                unit = r->depth == 8 ? 255 : FULL / 256.0F;
    float lab[3];
    for (unsigned c = 0; c < 3; c++)
        lab[c] = without_white(r, sample(r, c, x), alpha, c == 0 ? 1 : zero);
    fz_light_from_lab(&r->white, lab[0] * 100, (lab[1] - zero) * unit, (lab[2] - zero) * unit, to);
}

/* The usual kind of deep ones: there is nothing to reckon. */
static void read_opaque_16(const struct fz_psd_rows *r, uint16_t *to)
{
    for (unsigned c = 0; c < 4; c++) {
        const uint8_t *from = c < 3 ? r->planes[r->colors == 3 ? c : 0] : NULL;
        for (size_t x = 0; x < r->width; x++)
            to[x * 4 + c] = from ? fz_load_be16(from + x * 2) : FULL;
    }
}

static void read_deep(const struct fz_psd_rows *r, uint16_t *to)
{
    for (uint32_t x = 0; x < r->width; x++, to += 4) {
        const float alpha = r->alpha ? sample(r, r->colors, x) : 1;
        to[3] = fz_deep_float(alpha);
        if (r->mode == FZ_PSD_LAB) {
            read_lab(r, x, alpha, to);
            continue;
        }
        for (unsigned c = 0; c < 3; c++) {
            float value = without_white(r, sample(r, r->colors == 3 ? c : 0, x), alpha, 1);
            to[c] = r->light ? fz_light_encode(value) : fz_deep_float(value);
        }
    }
}

void fz_psd_rows_push(struct fz_psd_rows *r, struct fz_decode *d)
{
    uint8_t *row = fz_reduce_input(&d->reduce);
    enum fz_alpha alpha = FZ_ALPHA_OPAQUE;
    if (is_ink(r)) {
        push_inks(r, d, row);
        return;
    }
    if (r->deep) {
        if (r->depth == 16 && !r->alpha && r->mode != FZ_PSD_LAB)
            read_opaque_16(r, r->deep);
        else
            read_deep(r, r->deep);
        fz_decode_push_deep(d, r->deep);
        return;
    }
    if (r->mode == FZ_PSD_INDEXED)
        alpha = read_indexed(r, row);
    else if (r->mode == FZ_PSD_BITMAP)
        read_bitmap(r, row);
    else
        alpha = read_colors(r, row);
    fz_decode_push(d, row, alpha);
}
