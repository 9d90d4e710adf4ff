#include "image/svg/embedded.h"

#include "base/mem.h"
#include "image/format.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 1 << 20 }; /* a header may stand behind as much metadata */

static int value_of(uint8_t letter)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = letter ? strchr(letters, letter) : NULL;
    return at ? (int)(at - letters) : -1;
}

/* RFC 4648, with white space among it, up to whatever ends it. */
static size_t read_base64(const uint8_t *at, const uint8_t *end, uint8_t *to, size_t room)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t len = 0;
    for (; at < end && len < room; at++) {
        const int value = value_of(*at);
        if (value < 0 && !strchr(" \t\r\n", *at))
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

void fz_svg_largest_embedded(const struct fz_bytes *file, uint32_t *width, uint32_t *height)
{
    static const char scheme[] = "data:", coding[] = ";base64,";
    enum { TYPE_BYTES = 256 };
    const uint8_t *at = file->at, *end = at + file->len;
    uint8_t *head = NULL;
    *width = *height = 0;
    while ((at = memmem(at, (size_t)(end - at), scheme, sizeof scheme - 1)) != NULL) {
        at += sizeof scheme - 1;
        const size_t near = end - at < TYPE_BYTES ? (size_t)(end - at) : TYPE_BYTES;
        const uint8_t *data = memmem(at, near, coding, sizeof coding - 1);
        if (!data || (!head && !(head = fz_try_malloc(HEAD_BYTES))))
            continue;
        data += sizeof coding - 1;
        struct fz_bytes bytes = {.at = head, .len = read_base64(data, end, head, HEAD_BYTES)};
        uint32_t w, h;
        if (bytes.len > 0 && read_size(&bytes, &w, &h) && (uint64_t)w * h > (uint64_t)*width * *height) {
            *width = w;
            *height = h;
        }
        at = data;
    }
    free(head);
}
