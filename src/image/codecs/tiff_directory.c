#include "image/codecs/tiff_directory.h"

#include "image/reader.h"

enum {
    TYPE_SHORT = 3,
    TYPE_LONG = 4,
    TYPE_IFD = 13,
    TYPE_LONG8 = 16,
    TYPE_IFD8 = 18,
};

bool fz_ifd_is_big(const struct fz_bytes *file)
{
    return file->at[2] == '+' || file->at[3] == '+';
}

uint64_t fz_ifd_number(const struct fz_bytes *file, uint64_t pos, unsigned bytes)
{
    const bool is_little = file->at[0] == 'I';
    const uint8_t *from;
    uint8_t copy[8];
    uint64_t value = 0;
    if (fz_bytes_has(file, pos, bytes))
        from = file->at + pos;
    else if (fz_reader_copy_of(file, pos, bytes, copy) == bytes)
        from = copy;
    else
        return 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | from[is_little ? bytes - 1 - i : i];
    return value;
}

uint64_t fz_ifd_first(const struct fz_bytes *file)
{
    return fz_ifd_is_big(file) ? fz_ifd_number(file, 8, 8) : fz_ifd_number(file, 4, 4);
}

bool fz_ifd_read(const struct fz_bytes *file, uint64_t at, struct fz_ifd *out)
{
    const bool is_big = fz_ifd_is_big(file);
    const unsigned count_bytes = is_big ? 8 : 2, offset_bytes = is_big ? 8 : 4;
    *out = (struct fz_ifd){.at = at, .entries = at + count_bytes, .entry_bytes = is_big ? 20 : 12};
    out->count = fz_ifd_number(file, at, count_bytes);
    const uint64_t len = out->count * out->entry_bytes;
    if (!fz_reader_has(file, at, count_bytes) || out->count > UINT16_MAX ||
        !fz_reader_has(file, out->entries, len)) {
        out->count = 0;
        return false;
    }
    out->next = fz_ifd_number(file, out->entries + len, offset_bytes); /* 0 where the file ends before it */
    return true;
}

bool fz_ifd_find_values(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t tag,
                        struct fz_ifd_values *values)
{
    const unsigned offset_bytes = fz_ifd_is_big(file) ? 8 : 4;
    for (uint64_t i = 0; i < dir->count; i++) {
        uint64_t entry = dir->entries + i * dir->entry_bytes;
        if (fz_ifd_number(file, entry, 2) != tag)
            continue;
        uint64_t type = fz_ifd_number(file, entry + 2, 2);
        values->bytes = type == TYPE_SHORT ? 2 : type == TYPE_LONG || type == TYPE_IFD ? 4 : 8;
        values->count = fz_ifd_number(file, entry + 4, offset_bytes);
        uint64_t inside = entry + 4 + offset_bytes;
        bool fits = values->count <= offset_bytes / values->bytes;
        values->pos = fits ? inside : fz_ifd_number(file, inside, offset_bytes);
        bool is_whole = type == TYPE_SHORT || type == TYPE_LONG || type == TYPE_LONG8;
        return (is_whole || type == TYPE_IFD || type == TYPE_IFD8) && values->count > 0;
    }
    return false;
}

uint64_t fz_ifd_find(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t tag, uint64_t missing)
{
    struct fz_ifd_values values;
    return fz_ifd_find_values(file, dir, tag, &values) ? fz_ifd_number(file, values.pos, values.bytes)
                                                       : missing;
}

uint64_t fz_ifd_count_bytes(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t tag)
{
    struct fz_ifd_values values = {0};
    fz_ifd_find_values(file, dir, tag, &values);
    return values.count;
}

unsigned fz_ifd_get(const struct fz_bytes *file, const struct fz_ifd_values *values, uint64_t first,
                    uint64_t to[FZ_IFD_AT_ONCE])
{
    unsigned n = 0;
    for (; n < FZ_IFD_AT_ONCE && first + n < values->count; n++) {
        const uint64_t pos = values->pos + (first + n) * values->bytes;
        if (!fz_reader_has(file, pos, values->bytes))
            break;
        to[n] = fz_ifd_number(file, pos, values->bytes);
    }
    return n;
}
