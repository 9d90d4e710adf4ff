/* A PNG may tell behind its pixels how it lies, where a decoder that reads piece by piece comes too late. */
#include "image/format.h"

#include "image/metadata/excerpt.h"
#include "image/metadata/orientation.h"
#include "image/metadata/png_text.h"

enum {
    SIGNATURE = 8,
    HEAD = 8,         /* of a chunk: its length and name; a checksum follows it */
    CHUNKS = 1 << 17, /* pixels of 1 GB, in pieces of 8 KB */
    TEXTS = 64,
    READ_BYTES = 64 << 10,
};

/* *orientation becomes that of the chunk; true: nothing else counts. */
static bool take_chunk(struct fz_excerpt *file, const char *name, uint64_t at, uint64_t len, int *texts,
                       int *orientation)
{
    bool is_exif = memcmp(name, "eXIf", 4) == 0;
    bool is_text = memcmp(name, "tEXt", 4) == 0 || memcmp(name, "zTXt", 4) == 0;
    uint8_t *data = is_exif || (is_text && ++*texts <= TEXTS)
                        ? fz_excerpt_copy(file, at, len, FZ_PNG_PROFILE_TEXT_MOST)
                        : NULL;
    if (data && is_exif)
        *orientation = fz_exif_orientation(data, (size_t)len);
    else if (data)
        fz_png_text_orientation(name, &(struct fz_bytes){.at = data, .len = (size_t)len}, orientation);
    free(data);
    return is_exif;
}

static int find_in_file(int fd)
{
    struct fz_excerpt file;
    uint8_t head[HEAD];
    int orientation = 1, texts = 0;
    uint64_t pos = SIGNATURE;
    bool done = !fz_excerpt_open(&file, fd, READ_BYTES);
    for (int i = 0; i < CHUNKS && !done && fz_excerpt_skim(&file, pos, head, sizeof head); i++) {
        const char *name = (const char *)head + 4;
        uint64_t len = fz_bytes_be(&(struct fz_bytes){.at = head, .len = sizeof head}, 0, 4);
        done = memcmp(name, "IEND", 4) == 0 || take_chunk(&file, name, pos + HEAD, len, &texts, &orientation);
        pos += HEAD + len + 4;
    }
    fz_excerpt_close(&file);
    return orientation;
}

int fz_png_late_orientation(const struct fz_image_request *request)
{
    int turn;
    const struct fz_bytes all = {.at = request->bytes, .len = request->len, .whole = true};
    return request->bytes ? fz_png_orientation(&all, &turn) : find_in_file(request->fd);
}
