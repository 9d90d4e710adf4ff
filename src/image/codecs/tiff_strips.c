#include "image/codecs/tiff_strips.h"

#include "base/mem.h"
#include "image/codecs/tiff_window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fz_tiff_is_read_here(unsigned compression)
{
    return compression == COMPRESSION_NONE || compression == COMPRESSION_PACKBITS;
}

/* Another view of the same file, which goes through another plane. */
static bool open_plane(struct fz_tiff *t, TIFF **tif)
{
    *tif = fz_tiff_open(t);
    return *tif && TIFFSetSubDirectory(*tif, t->directory);
}

bool fz_tiff_strips_open(struct fz_tiff_strips *s, struct fz_tiff *t, unsigned planes)
{
    uint16_t order = FILLORDER_MSB2LSB;
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_FILLORDER, &order);
    *s = (struct fz_tiff_strips){.t = t,
                                 .planes = planes,
                                 .turns_bits = order == FILLORDER_LSB2MSB,
                                 .bits = TIFFGetBitRevTable(order == FILLORDER_LSB2MSB),
                                 .tifs = {t->tif}};
    s->has_window = fz_tiff_has_window(t->compression);
    s->window_most = s->has_window ? fz_tiff_window_most(t) : 0;
    for (unsigned i = 1; i < planes; i++)
        if (!fz_tiff_is_read_here(t->compression) && !open_plane(t, &s->tifs[i]))
            return false;
    return true;
}

void fz_tiff_strips_close(struct fz_tiff_strips *s)
{
    for (unsigned i = 0; i < FZ_TIFF_MAX_CHANNELS; i++) {
        if (i > 0 && s->tifs[i])
            TIFFClose(s->tifs[i]);
        free(s->stored[i].window);
    }
}

/* --- strips that are read here --------------------------------------------------------------------------- */

static void begin_strip(struct fz_tiff_strips *s, unsigned plane, uint32_t y)
{
    const uint32_t strip = TIFFComputeStrip(s->t->tif, y, (uint16_t)plane);
    s->stored[plane] = (struct fz_tiff_stored){.pos = TIFFGetStrileOffset(s->t->tif, strip),
                                               .rest = TIFFGetStrileByteCount(s->t->tif, strip),
                                               .window = s->stored[plane].window};
}

/* Makes that some of the rest stands in memory; false where nothing is left. */
static bool has_more(struct fz_tiff_strips *s, struct fz_tiff_stored *p)
{
    const struct fz_bytes *file = &s->t->d->file;
    if (p->at < p->end)
        return true;
    size_t n = 0;
    if (p->pos < file->len) {
        n = p->rest < file->len - p->pos ? (size_t)p->rest : file->len - (size_t)p->pos;
        p->at = file->at + p->pos;
    } else if (file->beyond) {
        if (!p->window)
            p->window = fz_try_malloc(FZ_TIFF_WINDOW_BYTES);
        n = p->rest < FZ_TIFF_WINDOW_BYTES ? (size_t)p->rest : FZ_TIFF_WINDOW_BYTES;
        n = p->window ? fz_reader_copy_of(file, p->pos, n, p->window) : 0;
        p->at = p->window;
    }
    p->end = n > 0 ? p->at + n : p->at;
    p->pos += n;
    p->rest -= n;
    return n > 0;
}

/* As many as stand side by side, up to `bytes`. */
static size_t copy_some(struct fz_tiff_strips *s, struct fz_tiff_stored *p, uint8_t *to, size_t bytes)
{
    if (!has_more(s, p))
        return 0;
    const size_t there = (size_t)(p->end - p->at), n = there < bytes ? there : bytes;
    for (size_t i = 0; i < n; i++)
        to[i] = s->bits[p->at[i]];
    p->at += n;
    return n;
}

/* PackBits (TIFF 6.0, section 9): libtiff drops what of a run lies in the next row. */
static bool begin_run(struct fz_tiff_strips *s, struct fz_tiff_stored *p)
{
    enum { NOTHING = 128 };
    uint8_t head = NOTHING;
    while (head == NOTHING)
        if (copy_some(s, p, &head, 1) == 0)
            return false;
    p->repeats = head > NOTHING;
    p->left = p->repeats ? 2 * NOTHING + 1u - head : head + 1u;
    return !p->repeats || copy_some(s, p, &p->value, 1) == 1;
}

static bool unpack(struct fz_tiff_strips *s, struct fz_tiff_stored *p, uint8_t *to, size_t bytes)
{
    while (bytes > 0) {
        if (p->left == 0 && !begin_run(s, p))
            return false;
        size_t n = p->left < bytes ? p->left : bytes;
        if (p->repeats)
            memset(to, p->value, n);
        else
            n = copy_some(s, p, to, n);
        if (n == 0)
            return false;
        p->left -= (unsigned)n;
        to += n;
        bytes -= n;
    }
    return true;
}

/* Rows that are not compressed lie where they are looked for. */
static bool copy_row(struct fz_tiff_strips *s, unsigned plane, uint32_t y, uint8_t *to, size_t bytes)
{
    const uint32_t strip = TIFFComputeStrip(s->t->tif, y, (uint16_t)plane);
    const uint64_t from = (uint64_t)(y % s->t->strip_rows) * bytes;
    if (from + bytes > TIFFGetStrileByteCount(s->t->tif, strip) ||
        fz_reader_copy_of(&s->t->d->file, TIFFGetStrileOffset(s->t->tif, strip) + from, bytes, to) < bytes)
        return false;
    for (size_t i = 0; s->turns_bits && i < bytes; i++)
        to[i] = s->bits[to[i]];
    return true;
}

/* As libtiff leaves samples behind. */
static void swap_bytes(const struct fz_tiff *t, uint8_t *row, tmsize_t bytes)
{
    if (!TIFFIsByteSwapped(t->tif))
        return;
    if (t->bits == 16)
        TIFFSwabArrayOfShort((uint16_t *)(void *)row, bytes / 2);
    else if (t->bits == 24)
        TIFFSwabArrayOfTriples(row, bytes / 3);
    else if (t->bits == 32)
        TIFFSwabArrayOfLong((uint32_t *)(void *)row, bytes / 4);
    else if (t->bits == 64)
        TIFFSwabArrayOfDouble((double *)(void *)row, bytes / 8);
}

static bool read_here(struct fz_tiff_strips *s, unsigned plane, uint32_t y, uint8_t *to, size_t bytes)
{
    if (s->t->compression == COMPRESSION_NONE)
        return copy_row(s, plane, y, to, bytes);
    if (y % s->t->strip_rows == 0)
        begin_strip(s, plane, y);
    return unpack(s, &s->stored[plane], to, bytes);
}

/* --- rows --------------------------------------------------------------------------------------------- */

/* What was reserved for a strip is what it says first; libtiff would take whatever it says later. */
static bool keeps_to_window(struct fz_tiff_strips *s, unsigned plane, uint32_t y)
{
    TIFF *tif = s->t->tif;
    const uint32_t strip = TIFFComputeStrip(tif, y, (uint16_t)plane);
    if (fz_tiff_find_window(&s->t->d->file, TIFFGetStrileOffset(tif, strip),
                            TIFFGetStrileByteCount(tif, strip), s->t->compression, true) <= s->window_most)
        return true;
    snprintf(s->t->message, sizeof s->t->message, "a strip takes more memory than it says");
    return false;
}

static bool read_row(struct fz_tiff_strips *s, unsigned plane, uint32_t y, uint8_t *to, size_t row_bytes)
{
    if (s->has_window && y % s->t->strip_rows == 0 && !keeps_to_window(s, plane, y))
        return false;
    bool was_right = s->t->message[0] == '\0';
    if (!fz_tiff_is_read_here(s->t->compression)) {
        bool came = TIFFReadScanline(s->tifs[plane], to, y, (uint16_t)plane) >= 0;
        bool is_lost = s->t->compression == COMPRESSION_CCITTFAX4 && was_right && s->t->message[0];
        if (came && s->t->has_ended && s->t->is_cut) {
            snprintf(s->t->message, sizeof s->t->message, "a strip ends early");
            return false;
        }
        return came && !is_lost; /* each row of Group 4 is told by the one above it */
    }
    if (read_here(s, plane, y, to, row_bytes)) {
        swap_bytes(s->t, to, (tmsize_t)row_bytes);
        return true;
    }
    snprintf(s->t->message, sizeof s->t->message, "a strip ends early");
    return false;
}

uint32_t fz_tiff_strips_read(struct fz_tiff_strips *s, uint8_t *to, size_t plane_bytes, size_t row_bytes,
                             uint32_t y, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++)
        for (unsigned plane = 0; plane < s->planes; plane++)
            if (!read_row(s, plane, y + i, to + plane * plane_bytes + i * row_bytes, row_bytes))
                return i;
    return rows;
}
