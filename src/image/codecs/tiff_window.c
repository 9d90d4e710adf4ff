#include "image/codecs/tiff_window.h"

#include "image/reader.h"

#include <tiffio.h>

/* Where a strip is read. */
struct cursor {
    const struct fz_bytes *file;
    uint64_t at, end;
    bool bad; /* it ended too early, or is damaged, or of another kind */
};

static void skip(struct cursor *c, uint64_t bytes)
{
    c->bad = c->bad || bytes > c->end - c->at;
    c->at += c->bad ? 0 : bytes;
}

/* A number of at most 8 bytes, least significant byte first. */
static uint64_t take(struct cursor *c, unsigned bytes)
{
    uint8_t copy[8] = {0};
    uint64_t value = 0, from = c->at;
    skip(c, bytes);
    c->bad = c->bad || fz_reader_copy_of(c->file, from, bytes, copy) < bytes;
    for (unsigned i = bytes; i > 0; i--)
        value = value << 8 | copy[i - 1];
    return c->bad ? 0 : value;
}

static void keep_most(uint64_t value, uint64_t *most)
{
    *most = value > *most ? value : *most;
}

static void expect(struct cursor *c, unsigned bytes, uint64_t magic, uint64_t *window)
{
    if (take(c, bytes) == magic || c->bad)
        return;
    *window = UINT64_MAX;
    c->bad = true;
}

/* --- Zstandard (RFC 8878, 3.1.1): frames, each with a window of its own -------------------------------- */

static void zstd_head(struct cursor *c, bool *has_checksum, uint64_t *window)
{
    static const unsigned id_bytes[] = {0, 1, 2, 4}, size_bytes[] = {0, 2, 4, 8};
    const unsigned flags = (unsigned)take(c, 1);
    const bool is_single = flags >> 5 & 1;
    *has_checksum = flags >> 2 & 1;
    if (!is_single) {
        const unsigned size = (unsigned)take(c, 1);
        const uint64_t base = UINT64_C(1) << (10 + (size >> 3));
        keep_most(base + base / 8 * (size & 7), window);
    }
    skip(c, id_bytes[flags & 3]);
    const unsigned bytes = flags >> 6 == 0 ? is_single : size_bytes[flags >> 6];
    const uint64_t content = take(c, bytes) + (bytes == 2 ? 256 : 0);
    if (is_single)
        keep_most(content, window);
}

static void zstd_blocks(struct cursor *c, bool has_checksum)
{
    enum { RAW, SAME, PACKED };
    bool is_last = false;
    while (!is_last && !c->bad) {
        const uint64_t head = take(c, 3);
        const unsigned kind = head >> 1 & 3;
        is_last = head & 1;
        c->bad = c->bad || kind > PACKED;
        skip(c, kind == SAME ? 1 : head >> 3);
    }
    skip(c, has_checksum ? 4 : 0);
}

static void zstd(struct cursor *c, bool all, uint64_t *window)
{
    enum { MAGIC_BYTES = 4 };
    do {
        bool has_checksum;
        expect(c, MAGIC_BYTES, 0xfd2fb528, window);
        zstd_head(c, &has_checksum, window);
        if (all)
            zstd_blocks(c, has_checksum);
    } while (all && !c->bad && c->end - c->at >= MAGIC_BYTES);
}

/* --- LZMA ("The .xz File Format", 1.1.0): blocks, each with a dictionary of its own -------------------- */

/* Its numbers of as many bytes as they need. */
static uint64_t take_number(struct cursor *c)
{
    uint64_t value = 0, byte = 0x80;
    for (unsigned shift = 0; shift < 63 && byte & 0x80; shift += 7) {
        byte = take(c, 1);
        value |= (byte & 0x7f) << shift;
    }
    return value;
}

static void lzma_head(struct cursor *c, uint64_t *window)
{
    enum { LZMA2 = 0x21, MOST = 40 };
    const unsigned flags = (unsigned)take(c, 1);
    for (unsigned sizes = (flags >> 6 & 1) + (flags >> 7 & 1); sizes > 0; sizes--)
        take_number(c);
    for (unsigned filters = (flags & 3) + 1; filters > 0 && !c->bad; filters--) {
        const uint64_t id = take_number(c), bytes = take_number(c);
        if (id != LZMA2) {
            skip(c, bytes);
            continue;
        }
        const uint64_t size = take(c, 1);
        c->bad = c->bad || bytes != 1 || size > MOST;
        if (!c->bad)
            keep_most(size == MOST ? UINT32_MAX : (2 | (size & 1)) << (size / 2 + 11), window);
    }
}

static uint64_t take_length(struct cursor *c)
{
    const uint64_t high = take(c, 1);
    return (high << 8 | take(c, 1)) + 1;
}

static void lzma_chunks(struct cursor *c)
{
    enum { END = 0, RAW_MOST = 2, PACKED = 0x80, WITH_PROPERTIES = 0xc0 };
    uint64_t head = RAW_MOST;
    while (head != END && !c->bad) {
        head = take(c, 1);
        c->bad = c->bad || (head > RAW_MOST && head < PACKED);
        if (head >= PACKED) {
            skip(c, 2);
            skip(c, take_length(c) + (head >= WITH_PROPERTIES ? 1 : 0));
        } else if (head != END) {
            skip(c, take_length(c));
        }
    }
}

static void lzma(struct cursor *c, bool all, uint64_t *window)
{
    static const unsigned check_bytes[] = {0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64};
    const uint64_t begin = c->at;
    expect(c, 6, 0x005a587a37fd, window);
    const unsigned check = (unsigned)(take(c, 2) >> 8) & 15;
    skip(c, 4);
    do {
        const uint64_t at = c->at, head_bytes = (take(c, 1) + 1) * 4;
        if (head_bytes == 4) /* the index, which stands behind all blocks */
            break;
        lzma_head(c, window);
        if (!all || c->bad)
            break;
        c->at = at;
        skip(c, head_bytes);
        lzma_chunks(c);
        skip(c, (4 - (c->at - begin) % 4) % 4);
        skip(c, check_bytes[check]);
    } while (!c->bad);
}

bool fz_tiff_has_window(unsigned compression)
{
    return compression == COMPRESSION_ZSTD || compression == COMPRESSION_LZMA;
}

uint64_t fz_tiff_find_window(const struct fz_bytes *file, uint64_t at, uint64_t len, unsigned compression,
                             bool all)
{
    struct cursor c = {.file = file, .at = at, .end = at + len, .bad = at > INT64_MAX || len > INT64_MAX};
    uint64_t window = 0;
    if (compression == COMPRESSION_ZSTD)
        zstd(&c, all, &window);
    else
        lzma(&c, all, &window);
    return window;
}
