#include "image/metadata/png_text.h"

#include "base/mem.h"
#include "image/inflate.h"
#include "image/metadata/exif_pixels.h"

#include <ctype.h>
#include <stdlib.h>

enum { ORIENTATION_TEXT_MOST = 192 << 10 }; /* it stands near the start */

/* Where the text begins: behind its keyword, how it is packed, and, where it is international, its language and its keyword in
 * that; 0: nowhere. */
static size_t find_text(const char *name, const struct fz_bytes *chunk, bool *packed)
{
    bool international = memcmp(name, "iTXt", 4) == 0;
    size_t at = strnlen((const char *)chunk->at, chunk->len) + 1;
    *packed = memcmp(name, "zTXt", 4) == 0 || (international && at < chunk->len && chunk->at[at] != 0);
    at += international ? 2 : *packed ? 1 : 0;
    for (int i = 0; international && i < 2 && at < chunk->len; i++)
        at += strnlen((const char *)chunk->at + at, chunk->len - at) + 1;
    return at < chunk->len ? at : 0;
}

uint8_t *fz_png_text_read(const char *name, const struct fz_bytes *chunk, size_t most, size_t *len)
{
    bool packed;
    size_t at = find_text(name, chunk, &packed);
    const struct fz_bytes value = {.at = chunk->at + at, .len = chunk->len - at};
    *len = packed ? most : value.len < most ? value.len : most;
    uint8_t *text = at > 0 ? fz_try_malloc(*len) : NULL;
    if (text && packed)
        *len = fz_inflate(&value, text, most, NULL);
    else if (text)
        memcpy(text, value.at, *len);
    return text;
}

static int digit(uint8_t c)
{
    return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static size_t skip_blanks(const uint8_t *text, size_t at, size_t len)
{
    while (at < len && isspace(text[at]))
        at++;
    return at;
}

/* A line that names it, "\nexif\n" or "\nIPTC profile\n", how many bytes there are, and these in hexadecimal, lines between them
 * (exiftool, "PNG Tags"). */
size_t fz_png_profile_read(uint8_t *text, size_t len)
{
    size_t count = 0, half = 0, at = skip_blanks(text, 0, len);
    while (at < len && text[at] != '\n')
        at++;
    at = skip_blanks(text, at, len);
    while (at < len && !isspace(text[at]))
        at++;
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

bool fz_png_text_is_exif(const char *name, const struct fz_bytes *chunk)
{
    static const char *const keys[] = {"Raw profile type exif", "Raw profile type APP1"};
    bool known = false;
    for (size_t i = 0; i < 2; i++)
        known = known || fz_bytes_match(chunk, 0, keys[i], strlen(keys[i]) + 1);
    return known && (memcmp(name, "tEXt", 4) == 0 || memcmp(name, "zTXt", 4) == 0);
}

void fz_png_text_orientation(const char *name, const struct fz_bytes *chunk, int *orientation)
{
    size_t len;
    bool is_exif = fz_png_text_is_exif(name, chunk);
    uint8_t *text = is_exif ? fz_png_text_read(name, chunk, ORIENTATION_TEXT_MOST, &len) : NULL;
    if (!text)
        return;
    len = fz_png_profile_read(text, len);
    int found = fz_exif_orientation(text, len);
    if (found > 1) /* the other of the two may be something else */
        *orientation = found;
    free(text);
}
