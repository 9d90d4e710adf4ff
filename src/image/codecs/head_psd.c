/* PSD and PSB (Adobe, "Photoshop File Formats Specification"): what stands before the pixels. */
#include "image/codecs/psd.h"

#include "image/metadata/exif_pixels.h"

enum {
    HEAD_BYTES = 26,
    MAX_CHANNELS = 57,        /* one more than is documented, and written by Photoshop */
    MAX_HEAD_BYTES = 8 << 20, /* a profile of 2 MB, and as much again of XMP, are usual */
    RESOURCE_BYTES = 12,      /* the least that one takes */
    THUMBNAIL_HEAD_BYTES = 28,
    THUMBNAIL_JPEG = 1,
};

bool fz_psd_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "8BPS\0\1", 6) || fz_bytes_match(head, 0, "8BPS\0\2", 6);
}

unsigned fz_psd_colors(const struct fz_psd_head *head)
{
    switch (head->mode) {
    case FZ_PSD_RGB:
    case FZ_PSD_LAB:
        return 3;
    case FZ_PSD_CMYK:
        return 4;
    case FZ_PSD_CHANNELS: /* inks without names: those of print, where there are as many */
        return head->channels >= 4 ? 4 : head->channels == 3 ? 3 : 1;
    default:
        return 1;
    }
}

static bool is_sound(const struct fz_psd_head *h)
{
    const uint32_t known = 1U << FZ_PSD_BITMAP | 1U << FZ_PSD_GREY | 1U << FZ_PSD_INDEXED | 1U << FZ_PSD_RGB |
                           1U << FZ_PSD_CMYK | 1U << FZ_PSD_CHANNELS | 1U << FZ_PSD_DUOTONE |
                           1U << FZ_PSD_LAB;
    bool depth = h->mode == FZ_PSD_BITMAP    ? h->depth == 1
                 : h->mode == FZ_PSD_INDEXED ? h->depth == 8
                                             : h->depth == 8 || h->depth == 16 || h->depth == 32;
    return h->mode <= FZ_PSD_LAB && (known >> h->mode & 1) && depth && h->channels <= MAX_CHANNELS &&
           h->channels >= fz_psd_colors(h);
}

enum fz_head_status fz_psd_read_head(const struct fz_bytes *bytes, struct fz_psd_head *head)
{
    const struct fz_bytes *b = bytes;
    if (!fz_bytes_has(b, 0, HEAD_BYTES))
        return FZ_HEAD_MORE;
    *head = (struct fz_psd_head){
        .large = fz_bytes_be(b, 4, 2) == 2,
        .channels = fz_bytes_be(b, 12, 2),
        .height = fz_bytes_be(b, 14, 4),
        .width = fz_bytes_be(b, 18, 4),
        .depth = fz_bytes_be(b, 22, 2),
        .mode = (enum fz_psd_mode)fz_bytes_be(b, 24, 2),
        .colors_at = HEAD_BYTES + 4,
        .colors_len = fz_bytes_be(b, HEAD_BYTES, 4),
    };
    if (!is_sound(head))
        return FZ_HEAD_BAD;
    head->resources_at = head->colors_at + head->colors_len + 4;
    head->resources_end = head->resources_at + fz_bytes_be(b, head->resources_at - 4, 4);
    head->layers_at = head->resources_end;
    bool there = fz_bytes_has(b, head->resources_at - 4, 4) &&
                 fz_bytes_has(b, head->resources_end, FZ_PSD_LAYER_HEAD_BYTES);
    return there || b->whole || head->resources_end > MAX_HEAD_BYTES ? FZ_HEAD_OK : FZ_HEAD_MORE;
}

struct fz_bytes fz_psd_resource(const struct fz_bytes *bytes, const struct fz_psd_head *head,
                                enum fz_psd_resource wanted)
{
    uint64_t pos = head->resources_at;
    while (pos + RESOURCE_BYTES <= head->resources_end && fz_bytes_has(bytes, pos, RESOURCE_BYTES)) {
        uint64_t name = fz_bytes_be(bytes, pos + 6, 1), at = pos + 6 + ((1 + name + 1) & ~UINT64_C(1)) + 4;
        uint64_t len = fz_bytes_be(bytes, at - 4, 4);
        if (fz_bytes_be(bytes, pos + 4, 2) == wanted && fz_bytes_has(bytes, at, len))
            return (struct fz_bytes){.at = bytes->at + at, .len = (size_t)len, .whole = true};
        pos = at + ((len + 1) & ~UINT64_C(1));
    }
    return (struct fz_bytes){0};
}

bool fz_psd_is_clear(const struct fz_bytes *layers, const struct fz_psd_head *head)
{
    return (int16_t)fz_bytes_be(layers, head->large ? 16 : 8, 2) < 0;
}

/* The picture in small: a JPEG. */
static struct fz_bytes find_thumbnail(const struct fz_bytes *bytes, const struct fz_psd_head *head)
{
    struct fz_bytes found = fz_psd_resource(bytes, head, FZ_PSD_THUMBNAIL);
    if (found.len <= THUMBNAIL_HEAD_BYTES || fz_bytes_be(&found, 0, 4) != THUMBNAIL_JPEG)
        return (struct fz_bytes){0};
    found.at += THUMBNAIL_HEAD_BYTES;
    found.len -= THUMBNAIL_HEAD_BYTES;
    return fz_jpeg_is_a(&found) ? found : (struct fz_bytes){0};
}

/* Whether the pixels are those of the picture, and not just white: they are unless the file says otherwise, which counts where
 * it has layers. */
static bool has_pixels(const struct fz_bytes *bytes, const struct fz_psd_head *head)
{
    struct fz_bytes version = fz_psd_resource(bytes, head, FZ_PSD_VERSION);
    bool layers = fz_bytes_be(bytes, head->layers_at, 4) != 0 ||
                  (head->large && fz_bytes_be(bytes, head->layers_at + 4, 4) != 0);
    return version.len < 5 || version.at[4] != 0 || !layers;
}

enum fz_head_status fz_psd_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    struct fz_psd_head h;
    enum fz_head_status found = fz_psd_read_head(bytes, &h);
    if (found != FZ_HEAD_OK)
        return found;
    header->width = h.width;
    header->height = h.height;
    header->by_rows = true;
    if (has_pixels(bytes, &h))
        return FZ_HEAD_OK;
    struct fz_bytes small = find_thumbnail(bytes, &h);
    if (small.len == 0 || fz_jpeg_header(&small, header) != FZ_HEAD_OK) {
        header->reason = "it was saved without the picture that its layers make";
        return FZ_HEAD_BAD;
    }
    header->inner_at = (uint64_t)(small.at - bytes->at);
    header->inner_len = small.len;
    return FZ_HEAD_OK;
}

int fz_psd_orientation(const struct fz_bytes *file, int *turn)
{
    struct fz_facts facts = {.max_frames = 1};
    fz_psd_facts(file, &facts);
    *turn = facts.exif.len > 0 ? fz_exif_orientation(facts.exif.at, facts.exif.len) : 1;
    return *turn;
}

enum fz_head_status fz_psd_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    struct fz_psd_head h;
    facts->frames = 1;
    enum fz_head_status found = fz_psd_read_head(bytes, &h);
    if (found != FZ_HEAD_OK)
        return found;
    facts->has_profile = fz_psd_resource(bytes, &h, FZ_PSD_PROFILE).len > 0;
    facts->exif = fz_psd_resource(bytes, &h, FZ_PSD_EXIF);
    struct fz_bytes layers = {.at = bytes->at + h.layers_at};
    if (fz_bytes_has(bytes, h.layers_at, FZ_PSD_LAYER_HEAD_BYTES))
        layers.len = FZ_PSD_LAYER_HEAD_BYTES;
    if (!fz_psd_is_clear(&layers, &h)) /* there is white below it */
        facts->thumbnail = find_thumbnail(bytes, &h);
    return FZ_HEAD_OK;
}
