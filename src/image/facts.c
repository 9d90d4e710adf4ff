#include "image/facts.h"

#include "image/format.h"

static struct fz_bytes part(const struct fz_bytes *bytes, uint64_t pos, uint64_t len)
{
    if (!fz_bytes_has(bytes, pos, len))
        return (struct fz_bytes){0};
    return (struct fz_bytes){.at = bytes->at + pos, .len = (size_t)len, .whole = true};
}

/* EXIF data with the prefix that JPEG gives it, and that some writers of WebP keep. */
static struct fz_bytes exif_part(const struct fz_bytes *bytes, uint64_t pos, uint64_t len)
{
    uint64_t prefix = len > 6 && fz_bytes_match(bytes, pos, "Exif\0", 5) ? 6 : 0;
    return part(bytes, pos + prefix, len - prefix);
}

static enum fz_head_status more(const struct fz_bytes *bytes)
{
    return bytes->whole ? FZ_HEAD_OK : FZ_HEAD_MORE;
}

static int capped(const struct fz_facts *facts, uint64_t frames)
{
    return frames < 1 ? 1 : frames > (uint64_t)facts->max_frames ? facts->max_frames : (int)frames;
}

/* The segments before the first scan (ITU-T T.81, annex B). */
enum fz_head_status fz_jpeg_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, APP2 = 0xe2, TEM = 0x01 };
    facts->frames = 1;
    for (uint64_t pos = 2; fz_bytes_has(bytes, pos, 2);) {
        uint8_t marker = bytes->at[pos + 1];
        if (bytes->at[pos] != 0xff || marker == 0xff || marker == 0 || marker == TEM ||
            (marker >= 0xd0 && marker <= SOI)) { /* fill bytes, rubbish */
            pos++;
            continue;
        }
        uint64_t len = fz_bytes_be(bytes, pos + 2, 2), data = pos + 4;
        if (marker == SOS || marker == EOI || (fz_bytes_has(bytes, pos, 4) && len < 2))
            return FZ_HEAD_OK;
        if (marker == APP1 && !facts->exif.len && fz_bytes_match(bytes, data, "Exif\0", 5))
            facts->exif = exif_part(bytes, data, len - 2);
        if (marker == APP2 && fz_bytes_match(bytes, data, "ICC_PROFILE", 12))
            facts->has_profile = true;
        pos += 2 + len;
    }
    return more(bytes);
}

/* Its EXIF data may stand behind the pixels. */
enum fz_head_status fz_png_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    facts->frames = 1;
    for (uint64_t pos = 8; fz_bytes_has(bytes, pos, 8);) {
        uint64_t len = fz_bytes_be(bytes, pos, 4), data = pos + 8;
        if (fz_bytes_match(bytes, pos + 4, "IEND", 4))
            return FZ_HEAD_OK;
        if (fz_bytes_match(bytes, pos + 4, "acTL", 4))
            facts->frames = capped(facts, fz_bytes_be(bytes, data, 4));
        if (fz_bytes_match(bytes, pos + 4, "iCCP", 4))
            facts->has_profile = true;
        if (fz_bytes_match(bytes, pos + 4, "eXIf", 4))
            facts->exif = exif_part(bytes, data, len);
        pos = data + len + 4;
    }
    return more(bytes);
}

/* https://developers.google.com/speed/webp/docs/riff_container */
enum fz_head_status fz_webp_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    enum { ANIMATION = 0x02, EXIF = 0x08, PROFILE = 0x20 };
    facts->frames = 1;
    if (!fz_bytes_match(bytes, 12, "VP8X", 4))
        return FZ_HEAD_OK;
    uint32_t flags = fz_bytes_be(bytes, 20, 1);
    uint64_t frames = 0;
    if (!(flags & (ANIMATION | EXIF | PROFILE)))
        return FZ_HEAD_OK;
    for (uint64_t pos = 12; fz_bytes_has(bytes, pos, 8);) {
        uint64_t len = fz_bytes_le(bytes, pos + 4, 4), data = pos + 8;
        if (fz_bytes_match(bytes, pos, "ANMF", 4))
            facts->frames = capped(facts, ++frames);
        if (fz_bytes_match(bytes, pos, "ICCP", 4) && flags & PROFILE)
            facts->has_profile = true;
        if (fz_bytes_match(bytes, pos, "EXIF", 4) && flags & EXIF && !facts->exif.len)
            facts->exif = exif_part(bytes, data, len);
        pos = data + len + (len & 1);
    }
    return more(bytes);
}

enum fz_head_status fz_gif_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    uint64_t pos = 13 + fz_gif_table_bytes(fz_bytes_be(bytes, 10, 1)), frames = 0;
    facts->frames = 1;
    facts->has_profile = fz_gif_profile(bytes, NULL) > 0;
    while (fz_bytes_has(bytes, pos, 11)) {
        uint8_t kind = bytes->at[pos];
        if (kind == ',') {
            facts->frames = capped(facts, ++frames);
            if (frames >= (uint64_t)facts->max_frames)
                return FZ_HEAD_OK;
            pos = fz_gif_skip_blocks(bytes, pos + 11 + fz_gif_table_bytes(bytes->at[pos + 9]));
        } else if (kind == '!') {
            pos = fz_gif_skip_blocks(bytes, pos + 2);
        } else {
            return FZ_HEAD_OK;
        }
    }
    return more(bytes);
}
