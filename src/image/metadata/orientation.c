#include "image/metadata/orientation.h"

#include "base/mem.h"

#include <libexif/exif-data.h>
#include <stdlib.h>
#include <string.h>

enum { EXIF_MAX_BYTES = 64 << 10 }; /* a JPEG segment cannot be larger */

int fz_exif_orientation(const uint8_t *data, size_t len)
{
    static const char prefix[6] = "Exif\0";
    if (len < 8 || len > EXIF_MAX_BYTES)
        return 1;
    uint8_t *copy =
        fz_try_malloc(sizeof prefix + len); /* libexif wants its prefix, which PNG and WebP leave out */
    if (!copy)
        return 1;
    memcpy(copy, prefix, sizeof prefix);
    memcpy(copy + sizeof prefix, data, len);

    int orientation = 1;
    ExifData *exif = exif_data_new_from_data(copy, (unsigned)(sizeof prefix + len));
    free(copy);
    ExifEntry *entry = exif ? exif_content_get_entry(exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION) : NULL;
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2)
        orientation = exif_get_short(entry->data, exif_data_get_byte_order(exif));
    if (exif)
        exif_data_unref(exif);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}
