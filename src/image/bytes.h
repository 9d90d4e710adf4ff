/* Reading numbers out of bytes that nobody vouches for: every read is bounded, and what lies outside reads as
 * 0. */
#ifndef FZ_IMAGE_BYTES_H
#define FZ_IMAGE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct fz_reader;

/* Borrowed bytes of a file from its start. */
struct fz_bytes {
    const uint8_t *at;
    size_t len;
    bool whole; /* nothing follows in the file */
    /* borrowed: what follows can be had of it, by fz_reader_copy_of; NULL: it cannot */
    struct fz_reader *beyond;
};

/* Any thread. True when `count` bytes stand at `pos`. */
static inline bool fz_bytes_has(const struct fz_bytes *b, uint64_t pos, uint64_t count)
{
    return pos <= b->len && count <= b->len - pos;
}

/* Any thread. True when the `count` bytes at `pos` are those of `what`. */
static inline bool fz_bytes_match(const struct fz_bytes *b, uint64_t pos, const char *what, size_t count)
{
    return fz_bytes_has(b, pos, count) && memcmp(b->at + pos, what, count) == 0;
}

/* Any thread. The two bytes there, which somebody vouches for: most significant byte first, or least. */
static inline uint16_t fz_load_be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint16_t fz_load_le16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* Any thread. An unsigned number of 1 to 4 bytes, most significant byte first; 0 outside. */
static inline uint32_t fz_bytes_be(const struct fz_bytes *b, uint64_t pos, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; fz_bytes_has(b, pos, count) && i < count; i++)
        value = value << 8 | b->at[pos + i];
    return value;
}

/* Any thread. The same, least significant byte first. */
static inline uint32_t fz_bytes_le(const struct fz_bytes *b, uint64_t pos, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = count; fz_bytes_has(b, pos, count) && i > 0; i--)
        value = value << 8 | b->at[pos + i - 1];
    return value;
}

#endif
