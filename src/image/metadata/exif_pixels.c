#include "image/metadata/exif_pixels.h"

#include "base/mem.h"

#include <libexif/exif-data.h>
#include <stdlib.h>
#include <string.h>

enum { COLOR_SPACE_SRGB = 1 };

/* NULL where it is none. */
static ExifData *read_exif(const uint8_t *data, size_t len)
{
    static const char prefix[6] = "Exif\0";
    if (len < sizeof prefix + 8)
        return NULL;
    const size_t begun = memcmp(data, prefix, sizeof prefix) == 0 ? sizeof prefix : 0; /* libexif wants it */
    data += begun;
    len = len - begun < FZ_EXIF_PIXELS_BYTES ? len - begun : FZ_EXIF_PIXELS_BYTES;
    uint8_t *copy = fz_try_malloc(sizeof prefix + len);
    if (!copy)
        return NULL;
    memcpy(copy, prefix, sizeof prefix);
    memcpy(copy + sizeof prefix, data, len);
    ExifData *exif = exif_data_new_from_data(copy, (unsigned)(sizeof prefix + len));
    free(copy);
    return exif;
}

static int get_short(const ExifData *exif, ExifIfd directory, ExifTag tag, int otherwise)
{
    ExifEntry *entry = exif_content_get_entry(exif->ifd[directory], tag);
    bool is_short = entry && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2;
    return is_short ? exif_get_short(entry->data, exif_data_get_byte_order((ExifData *)(uintptr_t)exif))
                    : otherwise;
}

int fz_exif_orientation(const uint8_t *data, size_t len)
{
    ExifData *exif = read_exif(data, len);
    if (!exif)
        return 1;
    int orientation = get_short(exif, EXIF_IFD_0, EXIF_TAG_ORIENTATION, 1);
    exif_data_unref(exif);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

bool fz_exif_is_srgb(const uint8_t *data, size_t len)
{
    ExifData *exif = read_exif(data, len);
    bool is_it = exif && get_short(exif, EXIF_IFD_EXIF, EXIF_TAG_COLOR_SPACE, 0) == COLOR_SPACE_SRGB;
    if (exif)
        exif_data_unref(exif);
    return is_it;
}

bool fz_exif_is_adobe_rgb(const uint8_t *data, size_t len)
{
    static const char index[4] = "R03";
    ExifData *exif = memmem(data, len, index, 3) ? read_exif(data, len) : NULL;
    if (!exif)
        return false;
    const ExifEntry *entry = exif_content_get_entry(exif->ifd[EXIF_IFD_INTEROPERABILITY],
                                                    (ExifTag)EXIF_TAG_INTEROPERABILITY_INDEX);
    bool is_it = entry && entry->size >= 3 && memcmp(entry->data, index, 3) == 0 &&
                 get_short(exif, EXIF_IFD_EXIF, EXIF_TAG_COLOR_SPACE, 0) != COLOR_SPACE_SRGB;
    exif_data_unref(exif);
    return is_it;
}
