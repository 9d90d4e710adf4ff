#include "base/fold.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
    PAGE = 256,
    PAGES = 0x110000 / PAGE,
    MOST_PARTS = 32, /* U+FDFA, the longest, becomes 18 code points */
    PART_BYTES = 4,
    UTF8_MOST = 4,
};

/* What the code points of a page become: bytes [at[i], at[i + 1]). */
struct page {
    uint16_t at[PAGE + 1];
    char bytes[];
};

/* Made by whoever needs one first, and then as they are. */
static _Atomic(struct page *) pages[PAGES];

/* Letters with a stroke, and ligatures, have no decomposition in Unicode; whoever cannot type them types these. */
static const char *plain_letter(utf8proc_int32_t c)
{
    switch (c) {
    case 0xe6:
        return "ae";
    case 0xf0:
    case 0x111:
        return "d";
    case 0xf8:
        return "o";
    case 0x127:
        return "h";
    case 0x131:
        return "i";
    case 0x142:
        return "l";
    case 0x153:
        return "oe";
    case 0x167:
        return "t";
    case 0x237:
        return "j";
    default:
        return NULL;
    }
}

/* Accents are the marks above, below and beside (classes 200 to 240) and the points of Hebrew and Arabic (10 to 36).
 * The others are letters to those who write them: vowel signs, viramas, the voicing of kana. */
static bool is_accent(utf8proc_int32_t c)
{
    int class = utf8proc_get_property(c)->combining_class;
    return (class >= 200 && class <= 240) || (class >= 10 && class <= 36);
}

static size_t fold_one(uint32_t c, char *out)
{
    utf8proc_int32_t parts[MOST_PARTS];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    const utf8proc_option_t options =
        UTF8PROC_CASEFOLD | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_IGNORE;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, parts, MOST_PARTS, options, &boundary);
    size_t len = 0;
    if (n < 0 || n > MOST_PARTS)
        return (size_t)utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)out);
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        const char *plain = plain_letter(parts[i]);
        if (plain) {
            memcpy(out + len, plain, strlen(plain));
            len += strlen(plain);
        } else if (!is_accent(parts[i])) {
            len += (size_t)utf8proc_encode_char(parts[i], (utf8proc_uint8_t *)out + len);
        }
    }
    return len;
}

static struct page *make_page(uint32_t c)
{
    char *bytes = fz_malloc((size_t)PAGE * MOST_PARTS * PART_BYTES);
    uint16_t at[PAGE + 1] = {0};
    for (uint32_t i = 0; i < PAGE; i++)
        at[i + 1] = (uint16_t)(at[i] + fold_one(c / PAGE * PAGE + i, bytes + at[i]));
    struct page *page = fz_malloc(sizeof *page + at[PAGE]);
    memcpy(page->at, at, sizeof at);
    memcpy(page->bytes, bytes, at[PAGE]);
    free(bytes);
    return page;
}

static const struct page *page_of(uint32_t c)
{
    /* Acquire and release: who sees a page sees what is in it. */
    struct page *page = atomic_load_explicit(&pages[c / PAGE], memory_order_acquire), *made;
    if (page)
        return page;
    made = make_page(c);
    if (atomic_compare_exchange_strong_explicit(&pages[c / PAGE], &page, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return made;
    free(made); /* another thread was faster */
    return page;
}

#define EACH_BYTE(value) (0x0101010101010101u * (uint64_t)(value))

/* Eight bytes of ASCII in lower case at once; false where one of them is none. A byte is upper case when adding
 * 0x80 - 'A' sets its highest bit and adding 0x7f - 'Z' does not. */
static bool lower_word(uint64_t *word)
{
    if (*word & EACH_BYTE(0x80))
        return false;
    uint64_t from_a = *word + EACH_BYTE(0x80 - 'A'), past_z = *word + EACH_BYTE(0x7f - 'Z');
    *word |= ((from_a ^ past_z) & EACH_BYTE(0x80)) >> 2;
    return true;
}

static char lower_byte(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* As fz_utf8_decode, which it asks only about what is longer than the two bytes of most alphabets. */
static size_t decode(const char *text, size_t len, uint32_t *c)
{
    const unsigned char *p = (const unsigned char *)text;
    if (len < 2 || p[0] < 0xc2 || p[0] > 0xdf || (p[1] & 0xc0) != 0x80)
        return fz_utf8_decode(text, len, c);
    *c = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    return 2;
}

/* A position in what is read and in what is written. */
struct folding {
    const char *text;
    size_t read, len;
    char *out;
    size_t written, size;
};

static size_t fold_at(const char *text, size_t len, const char **bytes, size_t *count)
{
    uint32_t c = 0;
    size_t taken = decode(text, len, &c);
    *bytes = text;
    *count = 1;
    if (taken == 0)
        return 1;
    const struct page *page = page_of(c);
    *bytes = page->bytes + page->at[c % PAGE];
    *count = (size_t)(page->at[c % PAGE + 1] - page->at[c % PAGE]);
    return taken;
}

size_t fz_fold_next(const char *text, const char **bytes, size_t *count)
{
    return fold_at(text, strnlen(text, UTF8_MOST), bytes, count);
}

/* One character; false when there is no room for it. */
static bool fold_next(struct folding *at)
{
    const char *bytes;
    size_t count, taken = fold_at(at->text + at->read, at->len - at->read, &bytes, &count);
    if (at->written + count > at->size)
        return false;
    for (size_t i = 0; i < count; i++) /* one to three: no call */
        at->out[at->written + i] = bytes[i];
    at->written += count;
    at->read += taken;
    return true;
}

static void fold_ascii(struct folding *at)
{
    uint64_t word;
    while (at->read + sizeof word <= at->len && at->written + sizeof word <= at->size) {
        memcpy(&word, at->text + at->read, sizeof word);
        if (!lower_word(&word))
            break;
        memcpy(at->out + at->written, &word, sizeof word);
        at->read += sizeof word;
        at->written += sizeof word;
    }
    while (at->read < at->len && at->written < at->size && (unsigned char)at->text[at->read] < 0x80)
        at->out[at->written++] = lower_byte(at->text[at->read++]);
}

size_t fz_fold_text(const char *text, size_t len, char *out, size_t size)
{
    struct folding at = {.text = text, .len = len, .out = out, .size = size};
    for (;;) {
        fold_ascii(&at);
        do {
            if (at.read == at.len || !fold_next(&at))
                return at.written;
        } while (at.read < at.len && (unsigned char)at.text[at.read] >= 0x80);
    }
}

char *fz_fold_case(const char *name)
{
    utf8proc_uint8_t *folded = NULL;
    const utf8proc_option_t how = UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
    utf8proc_map((const utf8proc_uint8_t *)name, 0, &folded, how);
    if (folded)
        return (char *)folded;
    char *plain = fz_strdup(name); /* no UTF-8 */
    for (char *at = plain; *at; at++)
        *at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
    return plain;
}
