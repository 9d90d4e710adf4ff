#include "image/codecs/png_text.h"

#include "base/mem.h"
#include "image/inflate.h"
#include "image/metadata/orientation.h"

#include <ctype.h>
#include <stdlib.h>

enum { EXIF_MAX_BYTES = 64 << 10, TEXT_MAX_BYTES = 3 * EXIF_MAX_BYTES };

static int digit(uint8_t c)
{
    return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* "\nexif\n", how many bytes there are, and these in hexadecimal, lines between them (exiftool, "PNG Tags"). Gives how many
 * came, in place of the text. */
static size_t read_hex(uint8_t *text, size_t len)
{
    size_t at = 0, count = 0, half = 0;
    for (int words = 0; words < 2; words++) { /* its name, and the number */
        while (at < len && isspace(text[at]))
            at++;
        while (at < len && !isspace(text[at]))
            at++;
    }
    for (unsigned byte = 0; at < len; at++) {
        int value = digit(text[at]);
        if (value < 0)
            continue;
        byte = byte << 4 | (unsigned)value;
        if (half++ % 2 == 1)
            text[count++] = (uint8_t)byte;
    }
    return count;
}

void fz_png_text_orientation(const struct fz_bytes *chunk, bool packed, int *orientation)
{
    static const char *const keys[] = {"Raw profile type exif", "Raw profile type APP1"};
    size_t at = strnlen((const char *)chunk->at, chunk->len) + 1 + packed; /* zTXt: and how it is packed */
    bool known = false;
    for (size_t i = 0; i < 2; i++)
        known = known || fz_bytes_match(chunk, 0, keys[i], strlen(keys[i]) + 1);
    if (!known || at >= chunk->len)
        return;
    struct fz_bytes value = {.at = chunk->at + at, .len = chunk->len - at};
    uint8_t *text = fz_try_malloc(TEXT_MAX_BYTES);
    if (!text)
        return;
    size_t len = value.len < TEXT_MAX_BYTES ? value.len : TEXT_MAX_BYTES;
    if (packed)
        len = fz_inflate(&value, text, TEXT_MAX_BYTES, NULL);
    else
        memcpy(text, value.at, len);
    len = read_hex(text, len);
    size_t prefix = len > 6 && memcmp(text, "Exif\0", 6) == 0 ? 6 : 0;
    *orientation = fz_exif_orientation(text + prefix, len - prefix);
    free(text);
}
