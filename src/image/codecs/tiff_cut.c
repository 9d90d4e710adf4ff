#include "image/codecs/tiff_cut.h"

#include "image/reader.h"

static bool find(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t offsets_tag,
                 uint32_t lengths_tag, struct fz_tiff_lengths *out)
{
    return fz_ifd_find_values(file, dir, offsets_tag, &out->offsets) &&
           fz_ifd_find_values(file, dir, lengths_tag, &out->lengths);
}

struct fz_tiff_lengths fz_tiff_find_lengths(const struct fz_bytes *file, const struct fz_ifd *dir)
{
    struct fz_tiff_lengths of = {0};
    if (find(file, dir, FZ_IFD_STRIP_OFFSETS, FZ_IFD_STRIP_BYTES, &of) ||
        find(file, dir, FZ_IFD_TILE_OFFSETS, FZ_IFD_TILE_BYTES, &of))
        return of;
    return (struct fz_tiff_lengths){0};
}

static uint64_t count_of(const struct fz_tiff_lengths *of)
{
    return of->offsets.count < of->lengths.count ? of->offsets.count : of->lengths.count;
}

bool fz_tiff_is_cut(const struct fz_bytes *file, const struct fz_ifd *dir)
{
    const struct fz_tiff_lengths of = fz_tiff_find_lengths(file, dir);
    uint64_t at[FZ_IFD_AT_ONCE], len[FZ_IFD_AT_ONCE];
    for (uint64_t first = 0, n; first < count_of(&of); first += n) {
        const unsigned ats = fz_ifd_get(file, &of.offsets, first, at),
                       lens = fz_ifd_get(file, &of.lengths, first, len);
        n = ats < lens ? ats : lens;
        for (uint64_t i = 0; i < n; i++)
            if (!fz_reader_has(file, at[i], len[i]))
                return true;
        if (n == 0)
            return true;
    }
    return false;
}

static void write_number(const struct fz_bytes *file, uint64_t value, unsigned bytes, uint8_t *to)
{
    const bool is_little = file->at[0] == 'I';
    for (unsigned i = 0; i < bytes; i++)
        to[is_little ? i : bytes - 1 - i] = (uint8_t)(value >> (8 * i));
}

void fz_tiff_shorten(const struct fz_bytes *file, const struct fz_tiff_lengths *of, uint64_t pos,
                     uint64_t count, uint8_t *bytes)
{
    const uint64_t begin = of->lengths.pos, end = fz_reader_length(file);
    const unsigned size = of->lengths.bytes, at_size = of->offsets.bytes;
    if (size == 0 || begin >= pos + count)
        return;
    for (uint64_t i = pos > begin ? (pos - begin) / size : 0;
         i < count_of(of) && begin + i * size < pos + count; i++) {
        const uint64_t place = begin + i * size,
                       at = fz_ifd_number(file, of->offsets.pos + i * at_size, at_size);
        uint8_t number[8];
        if (fz_reader_has(file, at, fz_ifd_number(file, place, size)))
            continue;
        write_number(file, at < end ? end - at : 0, size, number);
        for (unsigned k = 0; k < size; k++)
            if (place + k >= pos && place + k < pos + count)
                bytes[place + k - pos] = number[k];
    }
}
