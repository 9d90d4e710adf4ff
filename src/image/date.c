#include "image/date.h"

#include "base/mem.h"

#include <ctype.h>
#include <libexif/exif-data.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIF_MAX_BYTES = 64 << 10 };

/* Newer than libexif 0.6.24, whose list ends before them. */
enum { TAG_OFFSET_ORIGINAL = 0x9011, TAG_OFFSET_DIGITIZED = 0x9012 };

static bool read_text(ExifData *exif, unsigned tag, char *out, size_t size)
{
    ExifEntry *entry = exif_content_get_entry(exif->ifd[EXIF_IFD_EXIF], (ExifTag)tag);
    if (!entry || entry->format != EXIF_FORMAT_ASCII || !entry->data)
        return false;
    size_t len = entry->size < size - 1 ? entry->size : size - 1;
    memcpy(out, entry->data, len);
    out[len] = '\0';
    return true;
}

/* As in a pattern whose zeros stand for digits. */
static bool looks_like(const char *text, const char *pattern)
{
    for (; *pattern; text++, pattern++)
        if (*pattern == '0' ? !isdigit((unsigned char)*text) : *text != *pattern)
            return false;
    return true;
}

static bool is_date(const char *text)
{
    int month, day;
    return looks_like(text, "0000:00:00 00:00:00") && strncmp(text, "0000", 4) != 0 &&
           sscanf(text + 5, "%2d:%2d", &month, &day) == 2 && month >= 1 && month <= 12 && day >= 1 &&
           day <= 31;
}

static bool read_date(ExifData *exif, unsigned tag, unsigned offset_tag, char out[FZ_DATE_BYTES])
{
    char date[20], offset[7] = "";
    if (!read_text(exif, tag, date, sizeof date) || !is_date(date))
        return false;
    bool known = read_text(exif, offset_tag, offset, sizeof offset) && (*offset == '+' || *offset == '-') &&
                 looks_like(offset + 1, "00:00");
    date[4] = date[7] = '-';
    date[10] = 'T';
    snprintf(out, FZ_DATE_BYTES, "%s%s", date, known ? offset : "");
    return true;
}

void fz_exif_date(const uint8_t *exif, size_t len, char out[FZ_DATE_BYTES])
{
    static const char prefix[6] = "Exif\0";
    out[0] = '\0';
    if (len < 8)
        return;
    len = len > EXIF_MAX_BYTES ? EXIF_MAX_BYTES : len; /* of a TIFF file, its beginning */
    uint8_t *copy = fz_try_malloc(sizeof prefix + len);
    if (!copy)
        return;
    memcpy(copy, prefix, sizeof prefix);
    memcpy(copy + sizeof prefix, exif, len);
    ExifData *data = exif_data_new_from_data(copy, (unsigned)(sizeof prefix + len));
    free(copy);
    if (!data)
        return;
    if (!read_date(data, EXIF_TAG_DATE_TIME_ORIGINAL, TAG_OFFSET_ORIGINAL, out))
        read_date(data, EXIF_TAG_DATE_TIME_DIGITIZED, TAG_OFFSET_DIGITIZED, out);
    exif_data_unref(data);
}
