/* The younger formats of netpbm: PAM (pam(5)), grey or RGB, or inks as Ghostscript and ImageMagick write them, with alpha or without, of
 * up to 16 bits; and PFM (pfm(5)), floating point from the bottom up. The samples of PFM are taken for linear light, 1 for white, as GIMP and most
 * renderers have it; what is brighter is clipped. */
#include "image/format.h"

#include "base/mem.h"
#include "image/pixels/deep.h"
#include "image/pixels/light.h"
#include "image/pixels/rows.h"

#include <ctype.h>
#include <stdlib.h>

enum {
    MAX_NUMBER = 100000000,
    MAX_VALUE = 65535,
    MAX_HEAD_BYTES = 16 << 10,
    CANCEL_ROWS = 64,
    MAX_PX_BYTES = 16,
    INKS = 4
};

struct pam {
    uint64_t at; /* of the first row */
    uint32_t width, height, channels, max;
    bool floats, little, is_ink;
};

bool fz_pam_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "P7\n", 3);
}

bool fz_pfm_is_a(const struct fz_bytes *head)
{
    return (fz_bytes_match(head, 0, "PF", 2) || fz_bytes_match(head, 0, "Pf", 2)) &&
           fz_bytes_has(head, 2, 2) && isspace(head->at[2]) && isdigit(head->at[3]);
}

static bool is_digit_at(const struct fz_bytes *b, uint64_t pos)
{
    return fz_bytes_has(b, pos, 1) && isdigit(b->at[pos]);
}

/* Spaces and a number behind them; 0 where there is none. */
static uint32_t read_number(const struct fz_bytes *b, uint64_t *pos)
{
    uint32_t n = 0;
    while (fz_bytes_has(b, *pos, 1) && isspace(b->at[*pos]))
        ++*pos;
    for (; is_digit_at(b, *pos); ++*pos)
        n = n < MAX_NUMBER ? n * 10 + (uint32_t)(b->at[*pos] - '0') : n;
    return n;
}

/* A line for each: a word and a number, a comment, or how people call it. */
static enum fz_head_status read_pam(const struct fz_bytes *b, struct pam *p)
{
    *p = (struct pam){.at = 3};
    while (p->at < MAX_HEAD_BYTES) {
        const uint8_t *line = b->at + p->at,
                      *end = p->at < b->len ? memchr(line, '\n', b->len - (size_t)p->at) : NULL;
        if (!end)
            return FZ_HEAD_MORE;
        const struct {
            const char *word;
            uint32_t *value;
        } words[] = {
            {"WIDTH ", &p->width}, {"HEIGHT ", &p->height}, {"DEPTH ", &p->channels}, {"MAXVAL ", &p->max}};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            uint64_t number = p->at + strlen(words[i].word);
            if (fz_bytes_match(b, p->at, words[i].word, strlen(words[i].word)))
                *words[i].value = read_number(b, &number);
        }
        p->is_ink |= fz_bytes_match(b, p->at, "TUPLTYPE CMYK", 13);
        bool last = fz_bytes_match(b, p->at, "ENDHDR", 6);
        p->at += (uint64_t)(end - line) + 1;
        if (last)
            return FZ_HEAD_OK;
    }
    return FZ_HEAD_BAD;
}

static enum fz_head_status read_pfm(const struct fz_bytes *b, struct pam *p)
{
    *p = (struct pam){.at = 2, .channels = b->at[1] == 'F' ? 3 : 1, .max = 1, .floats = true};
    p->width = read_number(b, &p->at);
    p->height = read_number(b, &p->at);
    while (fz_bytes_has(b, p->at, 1) && isspace(b->at[p->at]))
        p->at++;
    p->little = fz_bytes_match(b, p->at, "-", 1); /* the sign of a scale that nobody uses */
    while (fz_bytes_has(b, p->at, 1) && !isspace(b->at[p->at]))
        p->at++;
    bool there = fz_bytes_has(b, p->at++, 1);
    return there ? FZ_HEAD_OK : p->at < MAX_HEAD_BYTES ? FZ_HEAD_MORE : FZ_HEAD_BAD;
}

static enum fz_head_status read_head(const struct fz_bytes *b, struct pam *p)
{
    enum fz_head_status head = b->at[1] == '7' ? read_pam(b, p) : read_pfm(b, p);
    unsigned least = p->is_ink ? INKS : 1, most = p->is_ink ? INKS + 1 : 4;
    bool sound = p->channels >= least && p->channels <= most && p->max >= 1 && p->max <= MAX_VALUE;
    return head == FZ_HEAD_OK && !sound ? FZ_HEAD_BAD : head;
}

enum fz_head_status fz_pam_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    struct pam p;
    enum fz_head_status head = read_head(bytes, &p);
    header->width = p.width;
    header->height = p.height;
    header->by_rows = true;
    return head;
}

/* A row of R G B A of 16 bits, and as it is stored. */
uint64_t fz_pam_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    return (uint64_t)d->header.width * (8 + MAX_PX_BYTES);
}

static uint16_t read_sample(const struct pam *p, const uint8_t *from, uint64_t i)
{
    if (p->floats) {
        struct fz_bytes four = {.at = from + i * 4, .len = 4};
        uint32_t bits = p->little ? fz_bytes_le(&four, 0, 4) : fz_bytes_be(&four, 0, 4);
        float v;
        memcpy(&v, &bits, 4);
        return fz_light_encode(v);
    }
    unsigned v = p->max < 256 ? from[i] : fz_load_be16(from + i * 2);
    return fz_deep_scale(v, p->max);
}

/* As in all pictures of inks that say no more of them. */
static void read_inks(const struct pam *p, const uint8_t *from, uint16_t *to)
{
    for (uint64_t x = 0, at = 0; x < p->width; x++, at += p->channels, to += 4) {
        unsigned paper = 65535u - read_sample(p, from, at + 3);
        for (unsigned c = 0; c < 3; c++)
            to[c] = (uint16_t)(((65535u - read_sample(p, from, at + c)) * paper + 32767) / 65535);
        to[3] = p->channels > INKS ? read_sample(p, from, at + INKS) : 65535;
    }
}

static void read_row(const struct pam *p, const uint8_t *from, uint16_t *to)
{
    if (p->is_ink) {
        read_inks(p, from, to);
        return;
    }
    const bool grey = p->channels < 3, alpha = p->channels % 2 == 0;
    for (uint64_t x = 0; x < p->width; x++, to += 4) {
        for (unsigned c = 0; c < 3; c++)
            to[c] = grey && c > 0 ? to[0] : read_sample(p, from, x * p->channels + c);
        to[3] = alpha ? read_sample(p, from, x * p->channels + p->channels - 1) : 65535;
    }
}

/* How many of the upper rows, of so many that are left, the file ends before: 1 at least. */
static int count_missing(const struct pam *p, uint64_t row_bytes, int left, uint64_t file_bytes)
{
    uint64_t there = row_bytes > 0 && file_bytes > p->at ? (file_bytes - p->at) / row_bytes : 0;
    return there < (uint64_t)left ? left - (int)there : 1;
}

static enum fz_err push_rows(struct fz_decode *d, const struct pam *p, uint16_t *row, uint8_t *stored)
{
    const int width = (int)p->width, height = (int)p->height;
    const uint64_t bytes = (uint64_t)p->width * p->channels * (p->floats ? 4 : p->max < 256 ? 1 : 2);
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    bool complete = true;
    for (int y = 0; y < height && code == FZ_OK && !fz_reduce_is_done(&d->reduce); y++) {
        uint64_t at = p->at + bytes * (uint64_t)(p->floats ? height - 1 - y : y);
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        if (fz_reduce_passes_over(&d->reduce, 1))
            continue;
        const uint8_t *from = fz_decode_bytes(d, at, bytes, stored);
        complete = complete && from;
        if (!from && !p->floats)
            break;
        if (!from) { /* of what is stored bottom up, the top is missing */
            const int missing = count_missing(p, bytes, height - y, fz_decode_file_bytes(d));
            code = fz_rows_push_background(d, missing);
            y += missing - 1;
            continue;
        }
        read_row(p, from, row);
        fz_decode_push_deep(d, row);
    }
    if (code == FZ_OK && !complete) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
    }
    return code;
}

enum fz_err fz_pam_load(struct fz_decode *d)
{
    struct pam p;
    if (read_head(&d->file, &p) != FZ_HEAD_OK || p.width != d->header.width || p.height != d->header.height)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: its header is damaged", d->format->name);
    uint16_t *row = fz_try_malloc((size_t)p.width * (8 + MAX_PX_BYTES));
    if (!row)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a row of %u pixels", p.width);
    enum fz_err code = push_rows(d, &p, row, (uint8_t *)(row + (size_t)p.width * 4));
    free(row);
    return code;
}
