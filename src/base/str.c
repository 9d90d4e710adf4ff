#include "base/str.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

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
