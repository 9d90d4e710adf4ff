/* XPM 3: C source text, read by its quoted strings. SDL2_image's reader keeps state in static variables and
 * trusts the text, so this one is our own. */
#include "image/format.h"

#include "image/pixels/alpha.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_CHARS = 4, MAX_COLORS = 1 << 20, CANCEL_ROWS = 64 };

struct color {
    uint32_t key;  /* its 1 to 4 characters */
    uint32_t bgra; /* as in memory */
};

/* A quoted string inside the file. */
struct line {
    const char *text;
    size_t len;
};

bool fz_xpm_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "/* XPM */", 9);
}

/* Goes on from *pos behind the next quoted string; false where there is none. */
static bool next_line(const struct fz_bytes *b, size_t *pos, struct line *line)
{
    const uint8_t *start = *pos < b->len ? memchr(b->at + *pos, '"', b->len - *pos) : NULL;
    const uint8_t *end = start ? memchr(start + 1, '"', b->len - (size_t)(start + 1 - b->at)) : NULL;
    if (!end)
        return false;
    *line = (struct line){.text = (const char *)start + 1, .len = (size_t)(end - start - 1)};
    *pos = (size_t)(end - b->at) + 1;
    return true;
}

/* Cuts the next word off the front of a line. */
static bool next_word(struct line *line, struct line *word)
{
    while (line->len > 0 && isspace((unsigned char)*line->text)) {
        line->text++;
        line->len--;
    }
    *word = (struct line){.text = line->text};
    while (line->len > 0 && !isspace((unsigned char)*line->text)) {
        line->text++;
        line->len--;
        word->len++;
    }
    return word->len > 0;
}

static bool next_number(struct line *line, uint32_t *value)
{
    struct line word;
    *value = 0;
    if (!next_word(line, &word))
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (!isdigit((unsigned char)word.text[i]))
            return false;
        *value = *value < 100000000 ? *value * 10 + (uint32_t)(word.text[i] - '0') : *value;
    }
    return true;
}

/* "width height colours characters-a-pixel" */
static bool read_size(const struct fz_bytes *b, size_t *pos, struct fz_header *header, uint32_t *colors,
                      uint32_t *chars)
{
    struct line line;
    return next_line(b, pos, &line) && next_number(&line, &header->width) &&
           next_number(&line, &header->height) && next_number(&line, colors) && next_number(&line, chars);
}

enum fz_head fz_xpm_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    size_t pos = 0;
    uint32_t colors, chars;
    header->by_rows = true;
    if (read_size(bytes, &pos, header, &colors, &chars))
        return FZ_HEAD_OK;
    return bytes->whole ? FZ_HEAD_BAD : FZ_HEAD_MORE;
}

/* A colour takes more room in the file than here. */
uint64_t fz_xpm_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)d;
    return file_bytes;
}

static unsigned hex(char c)
{
    return isdigit((unsigned char)c) ? (unsigned)(c - '0') : (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

/* #rgb, #rrggbb, #rrrrggggbbbb */
static bool hex_color(const struct line *word, uint32_t *rgb)
{
    size_t digits = (word->len - 1) / 3;
    if (word->len != 1 + 3 * digits || (digits != 1 && digits != 2 && digits != 4))
        return false;
    *rgb = 0;
    for (size_t i = 0; i < 3; i++) {
        const char *part = word->text + 1 + i * digits;
        if (!isxdigit((unsigned char)part[0]) || (digits > 1 && !isxdigit((unsigned char)part[1])))
            return false;
        *rgb = *rgb << 8 | hex(part[0]) << 4 | hex(part[digits > 1]);
    }
    return true;
}

/* The names of X11 that icons use; all others are shown as grey. */
static void named_color(const struct line *word, uint32_t *rgb, uint32_t *alpha)
{
    static const struct {
        const char *name;
        uint32_t rgb, alpha;
    } names[] = {
        {"none", 0, 0},
        {"transparent", 0, 0},
        {"black", 0x000000, 255},
        {"white", 0xffffff, 255},
        {"red", 0xff0000, 255},
        {"green", 0x00ff00, 255},
        {"blue", 0x0000ff, 255},
        {"yellow", 0xffff00, 255},
        {"cyan", 0x00ffff, 255},
        {"magenta", 0xff00ff, 255},
        {"gray", 0xbebebe, 255},
        {"grey", 0xbebebe, 255},
        {"orange", 0xffa500, 255},
        {"brown", 0xa52a2a, 255},
        {"navy", 0x000080, 255},
        {"darkgreen", 0x006400, 255},
        {"darkblue", 0x00008b, 255},
        {"darkred", 0x8b0000, 255},
        {"lightgray", 0xd3d3d3, 255},
        {"lightgrey", 0xd3d3d3, 255},
    };
    *rgb = 0x808080;
    *alpha = 255;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == word->len && strncasecmp(names[i].name, word->text, word->len) == 0) {
            *rgb = names[i].rgb;
            *alpha = names[i].alpha;
        }
}

static uint32_t key_of(const char *text, uint32_t chars)
{
    uint32_t key = 0;
    for (uint32_t i = 0; i < chars; i++)
        key = key << 8 | (uint8_t)text[i];
    return key;
}

/* "xx c #rrggbb", with other words (s, m, g, g4: symbolic, mono, grey) before or after. */
static bool read_color(struct line line, uint32_t chars, struct color *color)
{
    if (line.len < chars)
        return false;
    color->key = key_of(line.text, chars);
    line.text += chars;
    line.len -= chars;
    struct line word, value = {0};
    for (bool wanted = false; next_word(&line, &word); wanted = word.len == 1 && *word.text == 'c')
        if (wanted)
            value = word;
    uint32_t rgb = 0, alpha = 255;
    if (!value.len || *value.text != '#' || !hex_color(&value, &rgb))
        named_color(&value, &rgb, &alpha);
    uint8_t px[4] = {(uint8_t)rgb, (uint8_t)(rgb >> 8), (uint8_t)(rgb >> 16), (uint8_t)alpha};
    memcpy(&color->bgra, px, 4);
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct color *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static enum fz_err read_rows(struct fz_decode *d, size_t pos, const struct color *colors, size_t count,
                             uint32_t chars)
{
    for (uint32_t y = 0; y < d->header.height; y++) {
        struct line line;
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        if (!next_line(&d->file, &pos, &line) || line.len < (uint64_t)d->header.width * chars) {
            d->out->damaged = true;
            fz_fail(d->err, FZ_E_DAMAGED, 0, "ends in row %u", y);
            return FZ_OK;
        }
        uint8_t *row = fz_reduce_input(&d->reduce);
        const struct color *last = colors;
        for (uint32_t x = 0; x < d->header.width; x++) {
            struct color wanted = {.key = key_of(line.text + (size_t)x * chars, chars)};
            if (last->key != wanted.key) {
                const struct color *found = bsearch(&wanted, colors, count, sizeof *colors, compare_keys);
                last = found ? found : colors;
            }
            memcpy(row + (size_t)x * 4, &last->bgra, 4);
        }
        fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
    }
    return FZ_OK;
}

enum fz_err fz_xpm_load(struct fz_decode *d)
{
    struct fz_header *h = &d->header;
    size_t pos = 0;
    uint32_t count = 0, chars = 0;
    /* A colour is at least a quoted string of its characters. */
    if (!read_size(&d->file, &pos, h, &count, &chars) || chars < 1 || chars > MAX_CHARS || count < 1 ||
        count > MAX_COLORS || count > d->file.len / (chars + 2))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "its header makes no sense");
    struct color *colors = calloc(count, sizeof *colors);
    if (!colors)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %u colours", count);
    enum fz_err code = FZ_OK;
    for (uint32_t i = 0; i < count && code == FZ_OK; i++) {
        struct line line;
        if (!next_line(&d->file, &pos, &line) || !read_color(line, chars, &colors[i]))
            code = fz_fail(d->err, FZ_E_DAMAGED, 0, "ends in colour %u", i);
    }
    qsort(colors, count, sizeof *colors, compare_keys);
    if (code == FZ_OK)
        code = fz_decode_begin(d, (int)h->width, (int)h->height, (int)h->width, (int)h->height);
    if (code == FZ_OK)
        code = read_rows(d, pos, colors, count, chars);
    free(colors);
    return code;
}
