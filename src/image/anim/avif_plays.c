/* How often an AVIF sequence is played: the edit list of its track of pictures (ISO/IEC 14496-12, 8.6.5 and 8.6.6; "repeat edits":
 * bit 0 of the flags of "elst"). libavif tells it from 1.0 on. */
#include "image/anim/format.h"

#include <limits.h>

enum { MOST_BOXES = 256, REPEATS = 1 };

/* What a box holds. */
struct span {
    uint64_t at, end;
};

static uint64_t number(const struct fz_bytes *file, uint64_t at, unsigned bytes)
{
    uint64_t high = bytes > 4 ? fz_bytes_be(file, at, 4) : 0;
    return high << 32 | fz_bytes_be(file, bytes > 4 ? at + 4 : at, 4);
}

/* The first box of a type from *at on, which goes behind it. */
static bool find(const struct fz_bytes *file, uint64_t *at, uint64_t end, const char *type,
                 struct span *found)
{
    for (int i = 0; i < MOST_BOXES && fz_bytes_has(file, *at, 8); i++) {
        uint64_t size = fz_bytes_be(file, *at, 4), head = 8, pos = *at;
        if (size == 1) {
            size = number(file, pos + 8, 8);
            head = 16;
        } else if (size == 0) {
            size = end - pos;
        }
        if (size < head || pos > end || size > end - pos)
            return false;
        *at = pos + size;
        *found = (struct span){pos + head, pos + size};
        if (fz_bytes_match(file, pos + 4, type, 4))
            return true;
    }
    return false;
}

static bool find_in(const struct fz_bytes *file, struct span in, const char *type, struct span *found)
{
    return find(file, &in.at, in.end, type, found);
}

static bool is_of_pictures(const struct fz_bytes *file, struct span track)
{
    struct span media, handler;
    return find_in(file, track, "mdia", &media) && find_in(file, media, "hdlr", &handler) &&
           fz_bytes_match(file, handler.at + 8, "pict", 4);
}

/* Version 1 has times of 64 bits. */
static bool is_long(const struct fz_bytes *file, struct span box)
{
    return fz_bytes_be(file, box.at, 1) == 1;
}

static int plays_of(const struct fz_bytes *file, struct span track)
{
    struct span header, edits, list;
    if (!find_in(file, track, "edts", &edits) || !find_in(file, edits, "elst", &list) ||
        !find_in(file, track, "tkhd", &header))
        return 0;
    if ((fz_bytes_be(file, list.at + 1, 3) & REPEATS) == 0)
        return 1;
    unsigned bytes = is_long(file, header) ? 8 : 4, segment_bytes = is_long(file, list) ? 8 : 4;
    uint64_t whole = number(file, header.at + (bytes == 8 ? 28 : 20), bytes);
    uint64_t segment = number(file, list.at + 8, segment_bytes);
    bool endless = whole == (bytes == 8 ? UINT64_MAX : UINT32_MAX);
    if (endless || segment == 0 || whole / segment >= INT_MAX)
        return 0;
    return (int)(whole / segment + (whole % segment > 0));
}

int fz_avif_plays(const struct fz_bytes *file)
{
    struct span movie, track, all = {0, file->len};
    if (!find_in(file, all, "moov", &movie))
        return 0;
    while (find(file, &movie.at, movie.end, "trak", &track))
        if (is_of_pictures(file, track))
            return plays_of(file, track);
    return 0;
}
