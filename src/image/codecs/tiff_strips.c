#include "image/codecs/tiff_strips.h"

#include <stdio.h>
#include <string.h>

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
    *s = (struct fz_tiff_strips){
        .t = t, .planes = planes, .bits = TIFFGetBitRevTable(order == FILLORDER_LSB2MSB), .tifs = {t->tif}};
    for (unsigned i = 1; i < planes; i++)
        if (t->compression != COMPRESSION_PACKBITS && !open_plane(t, &s->tifs[i]))
            return false;
    return true;
}

void fz_tiff_strips_close(struct fz_tiff_strips *s)
{
    for (unsigned i = 1; i < FZ_TIFF_MAX_CHANNELS; i++)
        if (s->tifs[i])
            TIFFClose(s->tifs[i]);
}

/* --- PackBits (TIFF 6.0, section 9): libtiff drops what of a run lies in the next row ----------------- */

static void begin_strip(struct fz_tiff_strips *s, unsigned plane, uint32_t y)
{
    const struct fz_bytes *file = &s->t->d->file;
    const uint32_t strip = TIFFComputeStrip(s->t->tif, y, (uint16_t)plane);
    const uint64_t at = TIFFGetStrileOffset(s->t->tif, strip);
    const uint64_t bytes = TIFFGetStrileByteCount(s->t->tif, strip);
    const uint64_t rest = at < file->len ? file->len - at : 0;
    s->packed[plane] = (struct fz_tiff_packed){.at = file->at + (rest > 0 ? at : 0)};
    s->packed[plane].end = s->packed[plane].at + (bytes < rest ? bytes : rest);
}

static bool begin_run(struct fz_tiff_packed *p, const uint8_t *bits)
{
    enum { NOTHING = 128 };
    unsigned head = NOTHING;
    while (head == NOTHING && p->at < p->end)
        head = bits[*p->at++];
    if (p->at == p->end)
        return false;
    p->repeats = head > NOTHING;
    p->left = p->repeats ? 2 * NOTHING + 1 - head : head + 1;
    p->value = bits[*p->at];
    p->at += p->repeats;
    return true;
}

static bool unpack(struct fz_tiff_packed *p, const uint8_t *bits, uint8_t *to, size_t bytes)
{
    while (bytes > 0) {
        if (p->left == 0 && !begin_run(p, bits))
            return false;
        size_t n = p->left < bytes ? p->left : bytes, there = (size_t)(p->end - p->at);
        if (p->repeats) {
            memset(to, p->value, n);
        } else {
            n = n < there ? n : there;
            for (size_t i = 0; i < n; i++)
                to[i] = bits[p->at[i]];
            p->at += n;
        }
        if (n == 0)
            return false;
        p->left -= (unsigned)n;
        to += n;
        bytes -= n;
    }
    return true;
}

/* --- rows --------------------------------------------------------------------------------------------- */

static bool read_row(struct fz_tiff_strips *s, unsigned plane, uint32_t y, uint8_t *to, tmsize_t row_bytes)
{
    if (s->t->compression != COMPRESSION_PACKBITS)
        return TIFFReadScanline(s->tifs[plane], to, y, (uint16_t)plane) >= 0;
    if (y % s->t->strip_rows == 0)
        begin_strip(s, plane, y);
    if (unpack(&s->packed[plane], s->bits, to, (size_t)row_bytes))
        return true;
    snprintf(s->t->message, sizeof s->t->message, "a strip ends early");
    return false;
}

uint32_t fz_tiff_strips_read(struct fz_tiff_strips *s, uint8_t *to, tmsize_t plane_bytes, tmsize_t row_bytes,
                             uint32_t y, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++)
        for (unsigned plane = 0; plane < s->planes; plane++)
            if (!read_row(s, plane, y + i, to + plane * plane_bytes + i * row_bytes, row_bytes))
                return i;
    return rows;
}
