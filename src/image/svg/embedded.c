#include "image/svg/embedded.h"

#include "base/mem.h"
#include "image/format.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 1 << 20 }; /* a header may stand behind as much metadata */
enum { SNIFF_BYTES = 64 };

static int value_of(uint8_t letter)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = letter ? strchr(letters, letter) : NULL;
    return at ? (int)(at - letters) : -1;
}

/* How long the white space is that stands there, as itself or as Inkscape ends the lines of a picture: &#10; 0: none. */
static size_t space_at(const uint8_t *at, const uint8_t *end)
{
    enum { MOST_BYTES = 8 };
    const size_t near = end - at < MOST_BYTES ? (size_t)(end - at) : MOST_BYTES;
    if (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
        return 1;
    const uint8_t *last = near > 2 && memcmp(at, "&#", 2) == 0 ? memchr(at, ';', near) : NULL;
    return last ? (size_t)(last + 1 - at) : 0;
}

/* RFC 4648, with white space among it, up to whatever ends it. */
static size_t read_base64(const uint8_t *at, const uint8_t *end, uint8_t *to, size_t room)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t len = 0;
    for (size_t step; at < end && len < room; at += step) {
        const int value = value_of(*at);
        step = value < 0 ? space_at(at, end) : 1;
        if (step == 0)
            break;
        if (value < 0)
            continue;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            to[len++] = (uint8_t)(bits >> count);
        }
    }
    return len;
}

static const uint8_t *end_of_base64(const uint8_t *at, const uint8_t *end)
{
    for (size_t step = 1; at < end && step > 0; at += step) {
        const bool is_coded = isalnum(*at) || *at == '+' || *at == '/' || *at == '=';
        step = is_coded ? 1 : space_at(at, end);
    }
    return at;
}

static bool read_size(const struct fz_format *format, const struct fz_bytes *head, uint32_t *width,
                      uint32_t *height)
{
    struct fz_header header = {0};
    if (!format || format->is_heavy || !format->header || format->header(head, &header) != FZ_HEAD_OK)
        return false;
    *width = header.width;
    *height = header.height;
    return true;
}

bool fz_svg_next_uri(const struct fz_bytes *file, struct fz_svg_uri *uri)
{
    static const char scheme[] = "data:", coding[] = ";base64,";
    enum { TYPE_BYTES = 256 };
    const uint8_t *at = uri->end ? uri->end : file->at, *end = file->at + file->len, *nearer;
    while ((at = memmem(at, (size_t)(end - at), scheme, sizeof scheme - 1)) != NULL) {
        at += sizeof scheme - 1;
        const size_t near = end - at < TYPE_BYTES ? (size_t)(end - at) : TYPE_BYTES;
        const uint8_t *type_end = memmem(at, near, coding, sizeof coding - 1);
        if (!type_end)
            continue;
        while ((nearer = memmem(at, (size_t)(type_end - at), scheme, sizeof scheme - 1)) != NULL)
            at = nearer + sizeof scheme - 1; /* the one before was not in base64 */
        const uint8_t *data = type_end + sizeof coding - 1;
        *uri = (struct fz_svg_uri){at, type_end, data, end_of_base64(data, end)};
        return true;
    }
    return false;
}

/* Browsers take no other picture for an SVG, nor an SVG for another picture. */
static bool may_be_wrong(const struct fz_svg_uri *uri)
{
    static const char drawing[] = "svg";
    for (const uint8_t *at = uri->type; at < uri->type_end; at++)
        if (!isalnum(*at) && !strchr("/+-.;= ", *at))
            return false;
    return !memmem(uri->type, (size_t)(uri->type_end - uri->type), drawing, sizeof drawing - 1);
}

const char *fz_svg_type_by_bytes(const struct fz_svg_uri *uri)
{
    static const char *const types[][2] = {{"png", "image/png"},
                                           {"jpeg", "image/jpeg"},
                                           {"gif", "image/gif"},
                                           {"bmp", "image/bmp"},
                                           {"webp", "image/webp"}};
    uint8_t start[SNIFF_BYTES];
    const struct fz_bytes head = {.at = start, .len = read_base64(uri->data, uri->end, start, sizeof start)};
    const struct fz_format *format = may_be_wrong(uri) ? fz_format_find(&head) : NULL;
    for (size_t i = 0; format && i < sizeof types / sizeof *types; i++)
        if (strcmp(format->name, types[i][0]) == 0)
            return types[i][1];
    return NULL;
}

void fz_svg_find_embedded(const struct fz_bytes *file, struct fz_svg_embedded *embedded)
{
    struct fz_svg_uri uri = {0};
    uint8_t *head = fz_svg_next_uri(file, &uri) ? fz_try_malloc(HEAD_BYTES) : NULL;
    *embedded = (struct fz_svg_embedded){0};
    for (bool found = head != NULL; found; found = fz_svg_next_uri(file, &uri)) {
        const uint64_t coded = (uint64_t)(uri.end - uri.data),
                       largest = (uint64_t)embedded->width * embedded->height;
        embedded->coded_bytes += coded;
        embedded->longest = coded > embedded->longest ? coded : embedded->longest;
        struct fz_bytes bytes = {.at = head, .len = read_base64(uri.data, uri.end, head, HEAD_BYTES)};
        const struct fz_format *format = bytes.len > 0 ? fz_format_find(&bytes) : NULL;
        embedded->has_bmp |= format && strcmp(format->name, "bmp") == 0;
        embedded->has_webp |= format && strcmp(format->name, "webp") == 0;
        embedded->has_avif |= format && strcmp(format->name, "avif") == 0;
        uint32_t w, h;
        if (read_size(format, &bytes, &w, &h) && (uint64_t)w * h > largest) {
            embedded->width = w;
            embedded->height = h;
        }
    }
    free(head);
}
