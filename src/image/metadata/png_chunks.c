#include "image/metadata/png_chunks.h"

#include <string.h>

enum { SIGNATURE = 8, HEAD = 8, CHECKSUM = 4 }; /* a head is a length and a name */

bool fz_png_next_chunk(struct fz_excerpt *file, struct fz_png_chunk *chunk)
{
    uint8_t head[HEAD];
    uint64_t pos = chunk->next > 0 ? chunk->next : SIGNATURE;
    if (!fz_excerpt_skim(file, pos, head, sizeof head) || memcmp(head + 4, "IEND", 4) == 0)
        return false;
    memcpy(chunk->name, head + 4, sizeof chunk->name);
    chunk->at = pos + HEAD;
    chunk->len = fz_bytes_be(&(struct fz_bytes){.at = head, .len = sizeof head}, 0, 4);
    chunk->next = chunk->at + chunk->len + CHECKSUM;
    return true;
}

static bool is_text(const char *name)
{
    return memcmp(name, "tEXt", 4) == 0 || memcmp(name, "zTXt", 4) == 0 || memcmp(name, "iTXt", 4) == 0;
}

struct fz_bytes fz_png_keyword(struct fz_excerpt *file, const struct fz_png_chunk *chunk,
                               uint8_t begin[FZ_PNG_KEYWORD_MOST])
{
    size_t len = chunk->len < FZ_PNG_KEYWORD_MOST ? (size_t)chunk->len : FZ_PNG_KEYWORD_MOST;
    bool there = is_text(chunk->name) && fz_excerpt_skim(file, chunk->at, begin, len);
    return (struct fz_bytes){.at = begin, .len = there ? len : 0};
}
