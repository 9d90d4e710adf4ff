#include "base/str.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

/* Compares two runs of digits by value, any length; moves both past them. */
static int digits_cmp(const unsigned char **a, const unsigned char **b)
{
    const unsigned char *p = *a, *q = *b;
    while (*p == '0')
        p++;
    while (*q == '0')
        q++;
    const unsigned char *pd = p, *qd = q;
    while (is_digit(*pd))
        pd++;
    while (is_digit(*qd))
        qd++;
    *a = pd;
    *b = qd;
    if (pd - p != qd - q)
        return pd - p < qd - q ? -1 : 1;
    return memcmp(p, q, (size_t)(pd - p));
}

/* Where both sides end at the separator (or the string), they are equal so far. */
static int natural_cmp_until(const char **a, const char **b, char separator)
{
    const unsigned char *p = (const unsigned char *)*a, *q = (const unsigned char *)*b;
    int order = 0;
    for (;;) {
        bool p_end = *p == '\0' || *p == (unsigned char)separator;
        bool q_end = *q == '\0' || *q == (unsigned char)separator;
        if (p_end || q_end) {
            order = (int)q_end - (int)p_end;
            break;
        }
        if (is_digit(*p) && is_digit(*q)) {
            if ((order = digits_cmp(&p, &q)) != 0)
                break;
            continue;
        }
        unsigned char x = lower(*p), y = lower(*q);
        if (x != y) {
            order = x < y ? -1 : 1;
            break;
        }
        p++;
        q++;
    }
    *a = (const char *)p;
    *b = (const char *)q;
    return order;
}

int fz_natural_cmp(const char *a, const char *b)
{
    const char *p = a, *q = b;
    int order = natural_cmp_until(&p, &q, '\0');
    return order ? order : strcmp(a, b);
}

/* Letters in lower case, a number as '0' plus its count of digits (leading zeros apart), then the digits. No other
 * byte lies between '0' and '9', so numbers and letters stay apart. A number of nine digits or more ends the key. */
uint64_t fz_natural_key(const char *name)
{
    unsigned char key[8] = {0};
    size_t len = 0;
    while (*name && len < sizeof key) {
        if (!is_digit((unsigned char)*name)) {
            key[len++] = lower((unsigned char)*name++);
            continue;
        }
        while (*name == '0')
            name++;
        size_t digits = 0;
        while (is_digit((unsigned char)name[digits]))
            digits++;
        key[len++] = digits < 9 ? (unsigned char)('0' + digits) : '9';
        if (digits >= 9)
            break;
        for (; digits > 0 && len < sizeof key; digits--)
            key[len++] = (unsigned char)*name++;
    }
    uint64_t packed = 0;
    for (size_t i = 0; i < sizeof key; i++)
        packed = packed << 8 | key[i];
    return packed;
}

size_t fz_natural_shared(const char *a, const char *b, size_t most)
{
    size_t shared = 0;
    while (shared < most && a[shared] && a[shared] == b[shared])
        shared++;
    while (shared > 0 && is_digit((unsigned char)a[shared - 1]))
        shared--;
    return shared;
}

int fz_natural_path_cmp(const char *a, const char *b)
{
    const char *p = a, *q = b;
    for (;;) {
        int order = natural_cmp_until(&p, &q, '/');
        if (order)
            return order;
        if (*p == '\0' || *q == '\0')
            break;
        p++;
        q++;
    }
    if (*p != *q)
        return *p == '\0' ? -1 : 1;
    return strcmp(a, b);
}

size_t fz_utf8_decode(const char *s, size_t len, uint32_t *code_point)
{
    const unsigned char *p = (const unsigned char *)s;
    if (len == 0)
        return 0;
    if (p[0] < 0x80) {
        *code_point = p[0];
        return 1;
    }
    size_t n = p[0] >= 0xf0 && p[0] < 0xf5   ? 4
               : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
               : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
                                             : 0;
    if (n == 0 || n > len)
        return 0;
    uint32_t c = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *code_point = c;
    return n;
}

/* C0, C1, and the marks that reorder the text around them. */
static bool must_escape(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

size_t fz_str_escape(char *out, size_t size, const char *s)
{
    size_t len = strlen(s), o = 0;
    for (size_t i = 0; i < len;) {
        uint32_t c = 0;
        size_t n = fz_utf8_decode(s + i, len - i, &c);
        char piece[16];
        size_t piece_len;
        if (n == 0) {
            piece_len = (size_t)snprintf(piece, sizeof piece, "\\x%02x", (unsigned char)s[i]);
            n = 1;
        } else if (c == '\n') {
            piece_len = (size_t)snprintf(piece, sizeof piece, "\\n");
        } else if (must_escape(c)) {
            piece_len = (size_t)snprintf(piece, sizeof piece, c < 0x100 ? "\\x%02x" : "\\u{%04x}", c);
        } else {
            memcpy(piece, s + i, n);
            piece_len = n;
        }
        if (o + piece_len + 1 > size)
            break;
        memcpy(out + o, piece, piece_len);
        o += piece_len;
        i += n;
    }
    if (size > 0)
        out[o] = '\0';
    return o;
}

size_t fz_utf8_encode(uint32_t code_point, char *out)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
        return 0;
    size_t n = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, code_point >>= 6)
        out[i] = (char)(0x80 | (code_point & 0x3f));
    out[0] = (char)(n == 1 ? code_point : lead[n] | code_point);
    return n;
}

char *fz_str_to_utf8(const char *s)
{
    size_t len = strlen(s), o = 0;
    char *out = fz_malloc(len * 3 + 1);
    for (size_t i = 0; i < len;) {
        uint32_t c;
        size_t n = fz_utf8_decode(s + i, len - i, &c);
        memcpy(out + o, n ? s + i : "\xef\xbf\xbd", n ? n : 3);
        o += n ? n : 3;
        i += n ? n : 1;
    }
    out[o] = '\0';
    return out;
}

/* The names that Unicode's charts print for what has no shape; NULL for the rest of C1. */
static const char *mark_name(uint32_t c)
{
    static const char *const c0[] = {"NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL",
                                     "BS",  "HT",  "LF",  "VT",  "FF",  "CR",  "SO",  "SI",
                                     "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB",
                                     "CAN", "EM",  "SUB", "ESC", "FS",  "GS",  "RS",  "US"};
    static const char *const separators_and_overrides[] = {"LS", "PS", "LRE", "RLE", "PDF", "LRO", "RLO"};
    static const char *const isolates[] = {"LRI", "RLI", "FSI", "PDI"};
    if (c < 0x20)
        return c0[c];
    if (c >= 0x2028 && c <= 0x202e)
        return separators_and_overrides[c - 0x2028];
    if (c >= 0x2066 && c <= 0x2069)
        return isolates[c - 0x2066];
    return c == 0x7f ? "DEL" : c == 0x61c ? "ALM" : c == 0x200e ? "LRM" : c == 0x200f ? "RLM" : NULL;
}

/* In double brackets, which few names hold and most fonts have, unlike the control pictures of U+2400; at most 9 bytes. */
static size_t put_mark(char *out, uint32_t c)
{
    char mark[16];
    const char *name = mark_name(c);
    int n = name ? snprintf(mark, sizeof mark, "\xe2\x9f\xa6%s\xe2\x9f\xa7", name)
                 : snprintf(mark, sizeof mark, "\xe2\x9f\xa6%02X\xe2\x9f\xa7", c);
    memcpy(out, mark, (size_t)n);
    return (size_t)n;
}

char *fz_str_to_display(const char *s)
{
    size_t len = strlen(s), o = 0;
    char *out = fz_malloc(len * 9 + 1);
    for (size_t i = 0; i < len;) {
        uint32_t c = 0;
        size_t n = fz_utf8_decode(s + i, len - i, &c);
        if (n > 0 && must_escape(c)) {
            o += put_mark(out + o, c);
        } else {
            memcpy(out + o, n ? s + i : "\xef\xbf\xbd", n ? n : 3);
            o += n ? n : 3;
        }
        i += n ? n : 1;
    }
    out[o] = '\0';
    return out;
}

bool fz_str_has_suffix(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && strcasecmp(s + n - m, suffix) == 0;
}

uint32_t fz_str_hash(uint32_t seed, const char *s)
{
    for (; *s; s++)
        seed = (seed ^ (unsigned char)*s) * 16777619u;
    return seed;
}
