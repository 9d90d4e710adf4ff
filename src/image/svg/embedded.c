#include "image/svg/embedded.h"

#include "base/mem.h"
#include "image/format.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 1 << 20 }; /* a header may stand behind as much metadata */

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

static bool read_size(const struct fz_bytes *head, uint32_t *width, uint32_t *height)
{
    const struct fz_format *format = fz_format_find(head);
    struct fz_header header = {0};
    if (!format || format->is_heavy || !format->header || format->header(head, &header) != FZ_HEAD_OK)
        return false;
    *width = header.width;
    *height = header.height;
    return true;
}

void fz_svg_find_embedded(const struct fz_bytes *file, struct fz_svg_embedded *embedded)
{
    static const char scheme[] = "data:", coding[] = ";base64,";
    enum { TYPE_BYTES = 256 };
    const uint8_t *at = file->at, *end = at + file->len;
    uint8_t *head = NULL;
    *embedded = (struct fz_svg_embedded){0};
    while ((at = memmem(at, (size_t)(end - at), scheme, sizeof scheme - 1)) != NULL) {
        at += sizeof scheme - 1;
        const size_t near = end - at < TYPE_BYTES ? (size_t)(end - at) : TYPE_BYTES;
        const uint8_t *data = memmem(at, near, coding, sizeof coding - 1);
        if (!data || (!head && !(head = fz_try_malloc(HEAD_BYTES))))
            continue;
        data += sizeof coding - 1;
        at = end_of_base64(data, end);
        const uint64_t coded = (uint64_t)(at - data), largest = (uint64_t)embedded->width * embedded->height;
        embedded->coded_bytes += coded;
        embedded->longest = coded > embedded->longest ? coded : embedded->longest;
        struct fz_bytes bytes = {.at = head, .len = read_base64(data, at, head, HEAD_BYTES)};
        uint32_t w, h;
        if (bytes.len > 0 && read_size(&bytes, &w, &h) && (uint64_t)w * h > largest) {
            embedded->width = w;
            embedded->height = h;
        }
    }
    free(head);
}
