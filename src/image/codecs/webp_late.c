/* A WebP tells behind its pixels how it lies, where a decoder that reads piece by piece comes too late. */
#include "image/format.h"

#include "image/metadata/excerpt.h"
#include "image/metadata/exif_pixels.h"

enum { READ_BYTES = 4 << 10, FILE_HEAD = 12, CHUNK_HEAD = 8, FLAGS_AT = 20 };

static int find_in_file(int fd)
{
    struct fz_excerpt file;
    char name[4];
    int orientation = 1;
    uint8_t *exif = NULL;
    if (!fz_excerpt_open(&file, fd, NULL, READ_BYTES))
        return orientation;
    bool goes_on = fz_excerpt_match(&file, FILE_HEAD, "VP8X", 4) &&
                   fz_webp_tells_of((unsigned)fz_excerpt_le(&file, FLAGS_AT, 1), "EXIF");
    for (uint64_t pos = FILE_HEAD; goes_on && !exif && fz_excerpt_get(&file, pos, name, sizeof name);) {
        const uint64_t len = fz_excerpt_le(&file, pos + 4, 4);
        if (memcmp(name, "EXIF", 4) == 0) {
            const uint64_t read = len < FZ_EXIF_PIXELS_BYTES ? len : FZ_EXIF_PIXELS_BYTES;
            exif = fz_excerpt_copy(&file, pos + CHUNK_HEAD, read, FZ_EXIF_PIXELS_BYTES);
            orientation = exif ? fz_exif_orientation(exif, (size_t)read) : 1;
            goes_on = false;
        }
        pos += CHUNK_HEAD + len + (len & 1);
    }
    free(exif);
    fz_excerpt_close(&file);
    return orientation;
}

int fz_webp_late_orientation(const struct fz_image_request *request)
{
    int turn;
    const struct fz_bytes all = {.at = request->bytes, .len = request->len, .whole = true};
    return request->bytes ? fz_webp_orientation(&all, &turn) : find_in_file(request->fd);
}
