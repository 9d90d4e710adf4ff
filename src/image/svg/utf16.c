/* SVG in UTF-16, as some editors write it: made UTF-8 as a whole, then as any SVG. */
#include "base/mem.h"
#include "base/str.h"
#include "image/format.h"
#include "image/heavy.h"

#include <stdlib.h>

enum { MOST_UTF8 = 4, NOT_A_CHARACTER = 0xfffd };

/* By its byte order mark, or by what an XML declaration begins with (XML 1.0, appendix F). */
static bool is_wide(const struct fz_bytes *b, bool *big_endian)
{
    *big_endian = fz_bytes_match(b, 0, "\xfe\xff", 2) || fz_bytes_match(b, 0, "\0<\0?", 4);
    return *big_endian || fz_bytes_match(b, 0, "\xff\xfe", 2) || fz_bytes_match(b, 0, "<\0?\0", 4);
}

/* At most 3 bytes for 2. */
static uint64_t utf8_bytes(uint64_t utf16_bytes)
{
    return utf16_bytes + utf16_bytes / 2;
}

static uint32_t unit(const struct fz_bytes *b, uint64_t pos, bool big_endian)
{
    return big_endian ? fz_bytes_be(b, pos, 2) : fz_bytes_le(b, pos, 2);
}

/* The code point at *pos, past which it moves (RFC 2781). */
static uint32_t next(const struct fz_bytes *b, uint64_t *pos, bool big_endian)
{
    uint32_t high = unit(b, *pos, big_endian), low = unit(b, *pos + 2, big_endian);
    *pos += 2;
    if (high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return NOT_A_CHARACTER;
    *pos += 2;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* The declaration names the encoding that is no more. */
static void blank_declaration(uint8_t *text, size_t len)
{
    const struct fz_bytes b = {.at = text, .len = len};
    const uint8_t *end = fz_bytes_match(&b, 0, "<?xml ", 6) ? memmem(text, len, "?>", 2) : NULL;
    if (end)
        memset(text, ' ', (size_t)(end - text) + 2);
}

/* As much as there is room for; gives how many bytes. */
static size_t convert(const struct fz_bytes *from, uint8_t *to, size_t room)
{
    bool big_endian;
    is_wide(from, &big_endian);
    size_t len = 0;
    uint64_t pos = unit(from, 0, big_endian) == 0xfeff ? 2 : 0;
    while (fz_bytes_has(from, pos, 2) && room - len >= MOST_UTF8)
        len += fz_utf8_encode(next(from, &pos, big_endian), (char *)to + len);
    blank_declaration(to, len);
    return len;
}

/* The row of what stands in a file as it is. */
static const struct fz_format *plain(void)
{
    return fz_heavy_codec(fz_format_named("svg")); /* the first of that name */
}

uint64_t fz_svg_plain_working_bytes(const struct fz_decode *d, uint64_t len)
{
    struct fz_decode text = *d;
    text.format = plain();
    text.file.whole = false; /* not known before */
    return text.format->working_bytes(&text, len);
}

enum fz_err fz_svg_plain_load(struct fz_decode *d)
{
    d->format = plain();
    enum fz_err code = d->format->check(d);
    return code == FZ_OK ? d->format->load(d) : code;
}

bool fz_svg16_is_a(const struct fz_bytes *head)
{
    uint8_t text[FZ_SNIFF_BYTES];
    bool big_endian;
    if (!is_wide(head, &big_endian))
        return false;
    struct fz_bytes start = {.at = text, .len = convert(head, text, sizeof text)};
    return fz_svg_is_a(&start);
}

enum fz_head_status fz_svg16_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint8_t text[FZ_SNIFF_BYTES];
    struct fz_bytes start = {.at = text, .len = convert(bytes, text, sizeof text)};
    start.whole = bytes->whole || start.len > sizeof text - MOST_UTF8;
    return fz_svg_header(&start, header);
}

uint64_t fz_svg16_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    return utf8_bytes(file_bytes) + fz_svg_plain_working_bytes(d, utf8_bytes(file_bytes));
}

enum fz_err fz_svg16_load(struct fz_decode *d)
{
    const struct fz_bytes file = d->file;
    const size_t room = (size_t)utf8_bytes(file.len) + MOST_UTF8;
    uint8_t *text = fz_try_malloc(room);
    if (!text)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %zu bytes of SVG", room);
    d->file = (struct fz_bytes){.at = text, .len = convert(&file, text, room), .whole = true};
    enum fz_err code = fz_svg_plain_load(d);
    free(text);
    d->file = file;
    return code;
}
