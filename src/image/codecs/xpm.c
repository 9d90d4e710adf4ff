/* XPM 3: C source text, read by its quoted strings. SDL2_image's reader keeps state in static variables and
 * trusts the text, so this one is our own. */
#include "image/codecs/xpm_colors.h"
#include "image/format.h"
#include "image/pixels/alpha.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_CHARS = 4, MAX_COLORS = 1 << 20, CANCEL_ROWS = 64, UNKNOWN_RGB = 0x808080 };

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

/* Where the next quoted string begins that stands in no comment; NULL: nowhere. */
static const uint8_t *find_quote(const struct fz_bytes *b, size_t pos)
{
    while (pos < b->len && b->at[pos] != '"') {
        const bool is_comment = fz_bytes_match(b, pos, "/*", 2);
        const uint8_t *end = is_comment ? memmem(b->at + pos + 2, b->len - pos - 2, "*/", 2) : NULL;
        if (is_comment && !end)
            return NULL;
        pos = is_comment ? (size_t)(end - b->at) + 2 : pos + 1;
    }
    return pos < b->len ? b->at + pos : NULL;
}

/* Goes on from *pos behind the next quoted string; false where there is none. */
static bool next_line(const struct fz_bytes *b, size_t *pos, struct line *line)
{
    const uint8_t *start = find_quote(b, *pos);
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

enum fz_head_status fz_xpm_header(const struct fz_bytes *bytes, struct fz_header *header)
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

/* #rgb, #rrggbb, #rrrgggbbb, #rrrrggggbbbb */
static bool hex_color(const struct line *word, uint32_t *rgb)
{
    size_t digits = (word->len - 1) / 3;
    if (word->len != 1 + 3 * digits || digits < 1 || digits > 4)
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

static bool is_called(const struct line *text, const char *name)
{
    return text->len == strlen(name) && strncasecmp(text->text, name, text->len) == 0;
}

/* B G R A; false: no colour that is known, shown as grey. */
static bool color_of(struct line value, uint32_t *bgra)
{
    struct line word, rest = value;
    bool clear = is_called(&value, "none") || is_called(&value, "transparent"), known = clear;
    uint32_t rgb = 0;
    if (value.len > 0 && *value.text == '#')
        known = next_word(&rest, &word) && hex_color(&word, &rgb);
    else if (!clear)
        known = fz_xpm_color(value.text, value.len, &rgb);
    rgb = known ? rgb : UNKNOWN_RGB;
    uint8_t px[4] = {(uint8_t)rgb, (uint8_t)(rgb >> 8), (uint8_t)(rgb >> 16), clear ? 0 : 255};
    memcpy(bgra, px, 4);
    return known;
}

static uint32_t key_of(const char *text, uint32_t chars)
{
    uint32_t key = 0;
    for (uint32_t i = 0; i < chars; i++)
        key = key << 8 | (uint8_t)text[i];
    return key;
}

/* Which display the colour behind such a word is for, the best one first, and last its symbol; KEYS: it is none of them. */
enum { KEYS = 5, SYMBOL = KEYS - 1 };
static size_t find_key(const struct line *word)
{
    static const char *const keys[KEYS] = {"c", "g", "g4", "m", "s"};
    size_t key = 0;
    while (key < KEYS && (word->len != strlen(keys[key]) || memcmp(word->text, keys[key], word->len) != 0))
        key++;
    return key;
}

/* Of "c light blue m white" that of the best display. A word behind a key is none itself. */
static struct line best_value(struct line line)
{
    struct line values[KEYS] = {{0}}, word;
    size_t key = SYMBOL, best = 0;
    for (bool behind_key = false; next_word(&line, &word);) {
        size_t next = behind_key ? KEYS : find_key(&word);
        behind_key = next < KEYS;
        if (behind_key)
            values[key = next].len = 0;
        else if (values[key].len == 0)
            values[key] = word;
        else
            values[key].len = (size_t)(word.text + word.len - values[key].text);
    }
    while (best < SYMBOL && values[best].len == 0)
        best++;
    return best < SYMBOL ? values[best] : (struct line){0};
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

static enum fz_err read_colors(struct fz_decode *d, size_t *pos, struct color *colors, uint32_t count,
                               uint32_t chars)
{
    for (uint32_t i = 0; i < count; i++) {
        struct line line;
        if (!next_line(&d->file, pos, &line) || line.len < chars)
            return fz_fail(d->err, FZ_E_DAMAGED, 0, "ends in colour %u", i);
        colors[i].key = key_of(line.text, chars);
        line.text += chars;
        line.len -= chars;
        if (color_of(best_value(line), &colors[i].bgra) || d->out->damaged)
            continue;
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "colour %u is none that is known", i);
    }
    qsort(colors, count, sizeof *colors, compare_keys);
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
    enum fz_err code = read_colors(d, &pos, colors, count, chars);
    if (code == FZ_OK)
        code = fz_decode_begin(d, (int)h->width, (int)h->height, (int)h->width, (int)h->height);
    if (code == FZ_OK)
        code = read_rows(d, pos, colors, count, chars);
    free(colors);
    return code;
}
