#include "image/jpeg/band.h"

#include "image/jpeg/tables.h"

enum {
    MAX_DC = 1 << 14,
    MAX_BLOCKS = 10, /* of an MCU (T.81, B.2.3) */
    OUT_BYTES = 64 << 10,
    OUT_SPARE = 2 * FZ_BITS_MCU_BYTES + 64, /* what is written between two looks */
    MARGIN_ROWS = 2, /* of MCUs above the part: what libjpeg does at an edge stays out of it */
};

/* ---- The scan ------------------------------------------------------------------------------------------------------- */

static bool is_known_scan(const struct jpeg_decompress_struct *c)
{
    int blocks = 0;
    if (c->arith_code || c->progressive_mode || c->data_precision != 8 ||
        c->comps_in_scan != c->num_components || c->num_components > FZ_JPEG_COMPONENTS)
        return false;
    for (int i = 0; i < c->num_components; i++) {
        if (c->cur_comp_info[i] != &c->comp_info[i])
            return false;
        blocks += c->comp_info[i].h_samp_factor * c->comp_info[i].v_samp_factor;
    }
    return c->num_components == 1 || blocks <= MAX_BLOCKS;
}

struct mcus {
    unsigned w, h, across, down; /* px of one, how many */
};

static struct mcus mcus_of(const struct jpeg_decompress_struct *c)
{
    bool single = c->num_components == 1; /* its MCU is one block, whatever its factors say */
    struct mcus mcus = {.w = 8 * (single ? 1 : (unsigned)c->max_h_samp_factor),
                        .h = 8 * (single ? 1 : (unsigned)c->max_v_samp_factor)};
    mcus.across = (c->image_width + mcus.w - 1) / mcus.w;
    mcus.down = (c->image_height + mcus.h - 1) / mcus.h;
    return mcus;
}

/* Rows of MCUs from place to place, each of which begins an interval where there are restarts. 0: there are none such. */
static unsigned rows_between(const struct mcus *mcus, unsigned restart_interval)
{
    for (unsigned step = mcus->down / (FZ_INDEX_PLACES + 1) + 1; step < mcus->down; step++)
        if (restart_interval == 0 || (uint64_t)step * mcus->across % restart_interval == 0)
            return step;
    return 0;
}

/* What the rows above a place take of the time of all: their pixels as much as their bytes, of which there are more where there
 * is more to see. */
static double share_above(const struct fz_image_index *index, unsigned place, unsigned step,
                          unsigned mcus_down)
{
    const double bytes = place > 0 ? (double)index->places[place - 1].offset / (double)index->file_bytes : 0;
    return (bytes + (double)(place * step) / mcus_down) / 2;
}

int fz_jpeg_band_half(const struct jpeg_decompress_struct *c, const struct fz_image_index *index, int done_px)
{
    const struct mcus mcus = mcus_of(c);
    const unsigned step = rows_between(&mcus, c->restart_interval);
    const unsigned count = index->count < FZ_INDEX_PLACES ? index->count : FZ_INDEX_PLACES;
    const unsigned passed = step > 0 && done_px > 0 ? (unsigned)done_px / (step * mcus.h) : 0;
    if (step == 0 || index->file_bytes == 0 || passed >= count)
        return 0;
    const double half = (share_above(index, passed, step, mcus.down) + 1) / 2;
    unsigned place = passed + 1; /* below what is done, whatever the index says */
    while (place < count && share_above(index, place, step, mcus.down) < half)
        place++;
    return (int)((place * step + MARGIN_ROWS + 1) * mcus.h); /* a row more: filters reach up */
}

static bool set_up(struct fz_jpeg_band *band, const struct jpeg_decompress_struct *c)
{
    struct fz_jpeg_tables *tables = fz_jpeg_tables_get(band->d->scratch);
    bool single = c->num_components == 1;
    if (!tables || !fz_buffer_need(&band->d->scratch->planes, OUT_BYTES + OUT_SPARE))
        return false;
    band->out = band->out_end = band->d->scratch->planes.data;
    band->count = c->num_components;
    const struct mcus mcus = mcus_of(c);
    band->mcu_h_px = mcus.h;
    band->mcus_across = mcus.across;
    band->mcus_down = mcus.down;
    band->restart_interval = c->restart_interval;
    band->step = rows_between(&mcus, c->restart_interval);
    band->scan_at = band->d->file.len - c->src->bytes_in_buffer;
    for (int i = 0; i < band->count; i++) {
        const jpeg_component_info *info = &c->comp_info[i];
        struct fz_jpeg_component *component = &band->components[i];
        component->blocks = single ? 1 : info->h_samp_factor * info->v_samp_factor;
        if (!fz_jpeg_tables_make(tables, c, info, &component->dc, &component->ac))
            return false;
    }
    return true;
}

bool fz_jpeg_more_pieces(void *decode, struct fz_bytes *next)
{
    return fz_decode_more(decode, next);
}

/* Goes to a place, or to the start of the scan (NULL). */
static bool go_to(struct fz_jpeg_band *band, const struct fz_image_place *place)
{
    struct fz_decode *d = band->d;
    const struct fz_image_place start = {.offset = band->scan_at};
    place = place ? place : &start;
    struct fz_bits_source source = {.pos = place->offset};
    uint64_t held = d->file.len; /* of the file, of one in pieces its head */
    if (place->offset < held)
        source.bytes =
            (struct fz_bytes){.at = d->file.at + place->offset, .len = (size_t)(held - place->offset)};
    if (d->pieces) {
        source.more = fz_jpeg_more_pieces;
        source.ctx = d;
        fz_decode_seek(d, place->offset > held ? place->offset : held);
    }
    const struct fz_bits_place bits = {.bits = place->bits, .count = place->bit_count & 7};
    fz_bits_init(&band->bits, &source, &bits, fz_jpeg_tables_get(d->scratch)->window);
    for (int i = 0; i < band->count; i++)
        band->components[i].last = place->last[i];
    band->restart_left = band->restart_interval;
    band->restart_number = place->restart & 7;
    return true;
}

/* Before each MCU; false where a marker is missing. */
static bool pass_restart(struct fz_jpeg_band *band)
{
    if (band->restart_interval == 0 || band->restart_left-- > 0)
        return true;
    for (int i = 0; i < band->count; i++)
        band->components[i].last = 0;
    bool found = fz_bits_restart(&band->bits, band->restart_number);
    band->restart_number = (band->restart_number + 1) % 8;
    band->restart_left = band->restart_interval - 1;
    return found;
}

static bool pass_mcu(struct fz_jpeg_band *band)
{
    fz_bits_feed(&band->bits);
    for (int i = 0; i < band->count; i++) {
        struct fz_jpeg_component *component = &band->components[i];
        for (int k = 0; k < component->blocks; k++) {
            int difference;
            if (!fz_huffman_difference(&band->bits.buffer, component->dc, &difference))
                return false;
            component->last += difference;
            if (component->last < -MAX_DC || component->last > MAX_DC ||
                !fz_huffman_skip(&band->bits.buffer, component->ac, 1))
                return false;
        }
    }
    return !fz_bits_overrun(&band->bits);
}

/* ---- The index ------------------------------------------------------------------------------------------------------ */

static bool tell_bits(const struct fz_bits *bits, unsigned restart_number, struct fz_image_place *place)
{
    struct fz_bits_place at;
    if (!fz_bits_tell(bits, &at))
        return false;
    *place = (struct fz_image_place){
        .offset = at.offset, .bits = at.bits, .bit_count = at.count, .restart = (uint8_t)restart_number};
    return true;
}

static bool tell(struct fz_jpeg_band *band, struct fz_image_place *place)
{
    if (!tell_bits(&band->bits, band->restart_number, place))
        return false;
    for (int i = 0; i < band->count; i++)
        place->last[i] = (int16_t)band->components[i].last;
    return true;
}

struct fz_jpeg_notes fz_jpeg_notes_begin(const struct fz_decode *d, const struct jpeg_decompress_struct *c)
{
    struct fz_image_index *index = d->request->index;
    const struct mcus mcus = mcus_of(c);
    if (!index || c->progressive_mode || d->format->load != fz_jpeg_load)
        return (struct fz_jpeg_notes){.step = 0};
    *index = (struct fz_image_index){.file_bytes = fz_decode_file_bytes(d)};
    return (struct fz_jpeg_notes){index, rows_between(&mcus, c->restart_interval)};
}

struct fz_image_place *fz_jpeg_notes_add(struct fz_jpeg_notes *notes, const struct fz_bits *bits,
                                         unsigned restart_number)
{
    struct fz_image_place *place = &notes->index->places[notes->index->count];
    bool told = tell_bits(bits, restart_number, place);
    notes->index->count += told;
    return told ? place : NULL;
}

/* From the last place that is known to the next one. False: damage, or CANCELLED. */
static bool find_next(struct fz_jpeg_band *band, struct fz_image_index *index, enum fz_err *code)
{
    const unsigned step = band->step, first = index->count * step;
    unsigned row = first;
    for (; row <= first + step; row++) {
        if (fz_decode_cancelled(band->d)) {
            *code = fz_decode_fail_cancelled(band->d);
            return false;
        }
        for (unsigned x = 0; x < band->mcus_across; x++) {
            if (!pass_restart(band))
                return false;
            if (x == 0 && row == first + step)
                return tell(band, &index->places[index->count++]);
            if (!pass_mcu(band))
                return false;
        }
    }
    return false;
}

/* Until so many places are known, or nothing more can be. */
static bool extend(struct fz_jpeg_band *band, struct fz_image_index *index, unsigned wanted,
                   enum fz_err *code)
{
    if (index->count >= wanted)
        return true;
    if (!go_to(band, index->count > 0 ? &index->places[index->count - 1] : NULL))
        return false;
    while (index->count < wanted && find_next(band, index, code)) {
        if (index->count < wanted && !go_to(band, &index->places[index->count - 1]))
            return false;
    }
    return *code == FZ_OK;
}

/* ---- What libjpeg gets ------------------------------------------------------------------------------------------------ */

static void put_byte(struct fz_jpeg_band *band, uint8_t byte)
{
    *band->out_end++ = byte;
    if (byte == 0xff)
        *band->out_end++ = 0;
}

static bool has_marker_byte(uint32_t word)
{
    return ((~word - UINT32_C(0x01010101)) & word & UINT32_C(0x80808080)) != 0; /* some byte is 0xff */
}

/* At most 32 bits, the first in the highest of `count`. */
static void put(struct fz_jpeg_band *band, uint32_t bits, unsigned count)
{
    band->acc = band->acc << count | bits;
    band->acc_bits += count;
    uint32_t word = band->acc_bits >= 32 ? (uint32_t)(band->acc >> (band->acc_bits - 32)) : UINT32_MAX;
    if (!has_marker_byte(word)) {
        word = htobe32(word);
        memcpy(band->out_end, &word, sizeof word);
        band->out_end += sizeof word;
        band->acc_bits -= 32;
    }
    for (; band->acc_bits >= 8; band->acc_bits -= 8)
        put_byte(band, (uint8_t)(band->acc >> (band->acc_bits - 8)));
}

/* The code of a symbol (T.81, annex C); false where the table has none. */
static bool put_symbol(struct fz_jpeg_band *band, const struct fz_huffman *table, unsigned symbol)
{
    uint32_t code = 0;
    for (unsigned length = 1, place = 0; length <= 16; length++, code <<= 1)
        for (unsigned i = 0; i < table->counts[length]; i++, code++, place++)
            if (table->symbols[place] == symbol) {
                put(band, code, length);
                return true;
            }
    return false;
}

static bool put_difference(struct fz_jpeg_band *band, const struct fz_huffman *dc, int value)
{
    unsigned size = 0;
    for (unsigned rest = (unsigned)(value < 0 ? -value : value); rest > 0; rest >>= 1)
        size++;
    if (!put_symbol(band, dc, size))
        return false;
    if (size > 0)
        put(band, (uint32_t)(value < 0 ? value + (1 << size) - 1 : value), size);
    return true;
}

/* What was taken since. */
static void put_copy(struct fz_jpeg_band *band, struct fz_bits_buffer since)
{
    ptrdiff_t left = fz_bits_taken(&band->bits.buffer, &since);
    while (left > 0) {
        unsigned count = left < 32 ? (unsigned)left : 32;
        fz_bits_refill(&since);
        put(band, (uint32_t)(since.acc >> (64 - count)), count);
        fz_bits_drop(&since, count);
        left -= (ptrdiff_t)count;
    }
}

/* The first MCU: its first DC values are differences to nothing. False where that cannot be written with these tables. */
static bool put_first(struct fz_jpeg_band *band)
{
    fz_bits_feed(&band->bits);
    for (int i = 0; i < band->count; i++) {
        struct fz_jpeg_component *component = &band->components[i];
        for (int k = 0; k < component->blocks; k++) {
            struct fz_bits_buffer since = band->bits.buffer;
            int difference;
            if (!fz_huffman_difference(&band->bits.buffer, component->dc, &difference))
                return false;
            if (k == 0 && !put_difference(band, component->dc, component->last + difference))
                return false;
            if (k == 0)
                since = band->bits.buffer;
            if (!fz_huffman_skip(&band->bits.buffer, component->ac, 1))
                return false;
            put_copy(band, since);
        }
    }
    return !fz_bits_overrun(&band->bits);
}

static bool start_at(struct fz_jpeg_band *band, const struct fz_image_place *place)
{
    band->out_end = band->out;
    band->acc_bits = 0;
    band->begun = true;
    if (!go_to(band, place))
        return false;
    band->restart_number = 0; /* as libjpeg counts from there on */
    return put_first(band);
}

/* The marker that the scan, or an interval of it, ends with. False: the file ends. */
static bool put_marker(struct fz_jpeg_band *band)
{
    int marker = fz_bits_marker(&band->bits);
    bool is_restart = marker >= 0xd0 && marker <= 0xd7 && band->restart_interval > 0;
    if (marker < 0 || (is_restart && !fz_bits_restart(&band->bits, (unsigned)marker - 0xd0)))
        return false;
    *band->out_end++ = 0xff;
    *band->out_end++ = (uint8_t)(is_restart ? 0xd0 + (int)(band->restart_number++ % 8) : marker);
    return is_restart;
}

bool fz_jpeg_band_more(struct fz_jpeg_band *band, struct fz_bytes *next)
{
    struct fz_bits *bits = &band->bits;
    if (!band->begun)
        band->out_end = band->out;
    band->begun = false;
    while (!band->done && band->out_end - band->out < OUT_BYTES) {
        fz_bits_feed(bits);
        fz_bits_refill(&bits->buffer);
        ptrdiff_t left = (bits->end - bits->buffer.next) * 8 + (ptrdiff_t)bits->buffer.count;
        unsigned count = left < 32 ? (unsigned)left : 32;
        if (left > 0) {
            put(band, (uint32_t)(bits->buffer.acc >> (64 - count)), count);
            fz_bits_drop(&bits->buffer, count);
            continue;
        }
        unsigned fill =
            (8 - band->acc_bits % 8) % 8; /* with ones before a marker, with nothing where the file ends */
        put(band, fz_bits_marker(bits) < 0 ? 0 : (1u << fill) - 1, fill);
        band->done = !put_marker(band);
    }
    *next = (struct fz_bytes){.at = band->out, .len = (size_t)(band->out_end - band->out)};
    return next->len > 0;
}

bool fz_jpeg_band_begin(struct fz_jpeg_band *band, struct fz_decode *d,
                        const struct jpeg_decompress_struct *cinfo, int top_px, int *row_px,
                        enum fz_err *code)
{
    struct fz_image_index *index = d->request->index;
    *band = (struct fz_jpeg_band){.d = d};
    *code = FZ_OK;
    if (!is_known_scan(cinfo) || !set_up(band, cinfo))
        return false;
    uint64_t bytes = fz_decode_file_bytes(d);
    if (index->file_bytes != bytes || index->count > FZ_INDEX_PLACES)
        *index = (struct fz_image_index){.file_bytes = bytes};
    unsigned top = (unsigned)top_px / band->mcu_h_px;
    unsigned wanted = top > MARGIN_ROWS && band->step > 0 ? (top - MARGIN_ROWS) / band->step : 0;
    if (wanted == 0)
        return false;
    extend(band, index, wanted < FZ_INDEX_PLACES ? wanted : FZ_INDEX_PLACES, code);
    unsigned from = wanted < index->count ? wanted : index->count;
    for (; *code == FZ_OK && from > 0; from--)
        if (start_at(band, &index->places[from - 1])) {
            *row_px = (int)(from * band->step * band->mcu_h_px);
            return true;
        }
    if (d->pieces)
        fz_decode_seek(d, d->file.len);
    return false;
}
