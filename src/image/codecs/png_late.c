/* A PNG may tell behind its pixels how it lies, where a decoder that reads piece by piece comes too late. */
#include "image/format.h"

#include "image/metadata/exif_pixels.h"
#include "image/metadata/png_chunks.h"
#include "image/metadata/png_text.h"

enum { READ_BYTES = 64 << 10 };

/* *orientation becomes that of the chunk, *texts counts those of texts; true: nothing else counts. */
static bool take_chunk(struct fz_excerpt *file, const struct fz_png_chunk *chunk, int *texts,
                       int *orientation)
{
    uint8_t begin[FZ_PNG_KEYWORD_MOST];
    bool is_exif = memcmp(chunk->name, "eXIf", 4) == 0;
    const struct fz_bytes keyword = fz_png_keyword(file, chunk, begin);
    bool is_text = fz_png_text_is_exif(chunk->name, &keyword) && (*texts)++ < FZ_PNG_EXIF_TEXTS_MOST;
    const uint64_t len = is_exif && chunk->len > FZ_EXIF_PIXELS_BYTES ? FZ_EXIF_PIXELS_BYTES : chunk->len;
    uint8_t *data =
        is_exif || is_text ? fz_excerpt_copy(file, chunk->at, len, FZ_PNG_PROFILE_TEXT_MOST) : NULL;
    if (data && is_exif)
        *orientation = fz_exif_orientation(data, (size_t)len);
    else if (data)
        fz_png_text_orientation(chunk->name, &(struct fz_bytes){.at = data, .len = (size_t)len}, orientation);
    free(data);
    return is_exif;
}

static int find_in_file(int fd)
{
    struct fz_excerpt file;
    struct fz_png_chunk chunk = {.next = 0};
    int orientation = 1, texts = 0;
    bool done = !fz_excerpt_open(&file, fd, NULL, READ_BYTES);
    for (int i = 0; i < FZ_PNG_CHUNKS_MOST && !done && fz_png_next_chunk(&file, &chunk); i++)
        done = take_chunk(&file, &chunk, &texts, &orientation);
    fz_excerpt_close(&file);
    return orientation;
}

int fz_png_late_orientation(const struct fz_image_request *request)
{
    int turn;
    const struct fz_bytes all = {.at = request->bytes, .len = request->len, .whole = true};
    return request->bytes ? fz_png_orientation(&all, &turn) : find_in_file(request->fd);
}
