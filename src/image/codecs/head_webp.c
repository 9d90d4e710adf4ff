/* WebP (https://developers.google.com/speed/webp/docs/riff_container): size and orientation by its chunks. */
#include "image/metadata/exif_pixels.h"
#include "image/format.h"

bool fz_webp_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "RIFF", 4) && fz_bytes_match(head, 8, "WEBPVP8", 7);
}

enum {
    FILE_HEAD = 12,
    CHUNK_HEAD = 8,
    FLAGS_AT = 20, /* of VP8X */
    ANMF_HEAD = 16,
    FLAG_ANIMATION = 2,
    FLAG_ALPHA = 16,
    BEFORE_MOST = 5 << 20 /* bytes before the pixels: a profile */
};

/* The place of the first chunk with this name, or behind all whose heads are there; *len is that of its data. */
uint64_t fz_webp_find(const struct fz_bytes *b, const char *name, uint64_t *len)
{
    uint64_t pos = FILE_HEAD;
    *len = 0;
    while (fz_bytes_has(b, pos, CHUNK_HEAD)) {
        *len = fz_bytes_le(b, pos + 4, 4);
        if (fz_bytes_match(b, pos, name, 4))
            break;
        pos += CHUNK_HEAD + *len + (*len & 1);
    }
    return pos;
}

/* An animation's first frame stands for it. */
static enum fz_head_status first_frame(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint64_t len;
    uint64_t pos = fz_webp_find(bytes, "ANMF", &len) + CHUNK_HEAD;
    if (!fz_bytes_has(bytes, pos, ANMF_HEAD))
        return FZ_HEAD_MORE;
    if (len < ANMF_HEAD)
        return FZ_HEAD_BAD;
    header->frame_x = fz_bytes_le(bytes, pos, 3) * 2;
    header->frame_y = fz_bytes_le(bytes, pos + 3, 3) * 2;
    header->frame_w = fz_bytes_le(bytes, pos + 6, 3) + 1;
    header->frame_h = fz_bytes_le(bytes, pos + 9, 3) + 1;
    header->inner_at = pos + ANMF_HEAD;
    header->inner_len = len - ANMF_HEAD;
    header->file_held = true; /* how many follow stands nowhere, and whoever plays them holds it too */
    return FZ_HEAD_OK;
}

/* EXIF data and a profile count where the file's flags tell of them, as for browsers and for all that asks libwebpdemux. */
bool fz_webp_tells_of(unsigned flags, const char *name)
{
    enum { FLAG_EXIF = 8, FLAG_PROFILE = 32 };
    return (memcmp(name, "EXIF", 4) != 0 || flags & FLAG_EXIF) &&
           (memcmp(name, "ICCP", 4) != 0 || flags & FLAG_PROFILE);
}

/* The data of the first chunk with this name; empty where there is none that counts, or where it is cut. */
struct fz_bytes fz_webp_chunk(const struct fz_bytes *file, const char *name)
{
    uint64_t len, pos;
    if (!fz_bytes_match(file, FILE_HEAD, "VP8X", 4) ||
        !fz_webp_tells_of(fz_bytes_be(file, FLAGS_AT, 1), name))
        return (struct fz_bytes){0};
    pos = fz_webp_find(file, name, &len) + CHUNK_HEAD;
    if (!fz_bytes_has(file, pos, len))
        return (struct fz_bytes){0};
    return (struct fz_bytes){.at = file->at + pos, .len = (size_t)len, .whole = true};
}

/* The same of one that may be cut: as far as it goes. */
struct fz_bytes fz_webp_chunk_begun(const struct fz_bytes *file, const char *name)
{
    uint64_t len;
    const uint64_t pos = fz_webp_find(file, name, &len) + CHUNK_HEAD;
    if (pos >= file->len)
        return (struct fz_bytes){0};
    const uint64_t left = file->len - pos;
    return (struct fz_bytes){.at = file->at + pos, .len = (size_t)(len < left ? len : left)};
}

/* Whether it begins in these bytes. */
static bool has_chunk(const struct fz_bytes *file, const char *name)
{
    uint64_t len;
    return fz_bytes_match(file, fz_webp_find(file, name, &len), name, 4);
}

/* Before the colours of a lossy picture. */
bool fz_webp_has_alpha_chunk(const struct fz_bytes *file)
{
    return has_chunk(file, "ALPH");
}

bool fz_webp_has_alpha(const struct fz_bytes *file)
{
    return fz_bytes_match(file, FILE_HEAD, "VP8X", 4) && (fz_bytes_be(file, FLAGS_AT, 1) & FLAG_ALPHA);
}

/* What cannot be told from these bytes counts as one. */
bool fz_webp_is_lossless(const struct fz_bytes *file, const struct fz_header *header)
{
    if (header->inner_at)
        return fz_bytes_match(file, header->inner_at, "VP8L", 4);
    return !has_chunk(file, "VP8 ") && (!has_chunk(file, "ALPH") || has_chunk(file, "VP8L"));
}

/* Which kind they are, behind a profile. */
static enum fz_head_status find_pixels(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint64_t len;
    const bool is_lossless = has_chunk(bytes, "VP8L"), is_alpha = has_chunk(bytes, "ALPH");
    if (!is_lossless && !is_alpha && !has_chunk(bytes, "VP8 ") && !bytes->whole &&
        fz_webp_find(bytes, "VP8 ", &len) < BEFORE_MOST)
        return FZ_HEAD_MORE;
    header->by_rows = is_lossless || is_alpha || !fz_webp_has_alpha(bytes);
    header->file_held = !is_lossless;
    return FZ_HEAD_OK;
}

enum fz_head_status fz_webp_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    const bool is_lossless = fz_bytes_match(bytes, 12, "VP8L", 4);
    if (!fz_bytes_has(bytes, 0, is_lossless ? 25 : 30))
        return FZ_HEAD_MORE;
    if (fz_bytes_match(bytes, 12, "VP8 ", 4)) {
        header->width = fz_bytes_le(bytes, 26, 2) & 0x3fff;
        header->height = fz_bytes_le(bytes, 28, 2) & 0x3fff;
    } else if (is_lossless) {
        uint32_t bits = fz_bytes_le(bytes, 21, 4);
        header->width = (bits & 0x3fff) + 1;
        header->height = (bits >> 14 & 0x3fff) + 1;
    } else if (fz_bytes_match(bytes, 12, "VP8X", 4)) {
        header->width = fz_bytes_le(bytes, 24, 3) + 1;
        header->height = fz_bytes_le(bytes, 27, 3) + 1;
        if (fz_bytes_be(bytes, FLAGS_AT, 1) & FLAG_ANIMATION)
            return first_frame(bytes, header);
    } else {
        return FZ_HEAD_BAD;
    }
    return find_pixels(bytes, header);
}

int fz_webp_orientation(const struct fz_bytes *file, int *turn)
{
    struct fz_bytes exif = fz_webp_chunk(file, "EXIF");
    return *turn = fz_exif_orientation(exif.at, exif.len);
}
