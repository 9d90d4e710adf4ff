#include "image/format.h"

#include "frieze_config.h"
#include "image/heavy_rows.h"
#include "image/svg/needs.h"

#include <string.h>

enum {
    MAX_DRAWN_SIDE_PX = 1 << 22, /* cairo's places end at 2^23 */
    MAX_TIMES = 1024
};

#define BY_SDL(id, type, px, copies)                                                   \
    .name = #id, .is_a = fz_##id##_is_a, .header = fz_##id##_header, .sdl_type = type, \
    .working_bytes = fz_sdl_working_bytes, .bytes_per_px = px, .file_copies = copies

#define OWN(id)                                                      \
    .name = #id, .is_a = fz_##id##_is_a, .header = fz_##id##_header, \
    .working_bytes = fz_##id##_working_bytes, .load = fz_##id##_load

#define UNREAD(id, title) .name = #id, .unread = title, .is_a = fz_##id##_is_a

#define LACKING(id, title, library) UNREAD(id, title), .needs = library

/* In the order in which they are asked: the common ones first, the one without magic bytes (TGA) last. Of heavy ones only what can be
 * read without their libraries; the whole rows are those of image/heavy/codecs.c. */
static const struct fz_format formats[] = {
    {.name = "jpeg",
     .is_a = fz_jpeg_is_a,
     .header = fz_jpeg_header,
     .working_bytes = fz_jpeg_working_bytes,
     .orientation = fz_jpeg_orientation,
     .facts = fz_jpeg_facts,
     .load = fz_jpeg_load,
     .streams = true,
     .parts = true},
    {.name = "png",
     .is_a = fz_png_is_a,
     .header = fz_png_header,
     .working_bytes = fz_png_working_bytes,
     .orientation = fz_png_orientation,
     .late_orientation = fz_png_late_orientation,
     .facts = fz_png_facts,
     .load = fz_png_load,
     .streams = true},
    {.name = "webp",
     .is_a = fz_webp_is_a,
     .header = fz_webp_header,
     .working_bytes = fz_webp_working_bytes,
     .orientation = fz_webp_orientation,
     .late_orientation = fz_webp_late_orientation,
     .facts = fz_webp_facts,
     .load = fz_webp_load,
     .streams = true},
    {OWN(gif), .facts = fz_gif_facts, .streams = true, .partly = true},
#if FRIEZE_WITH_RAW
    {FZ_HEAVY_RAW, .partly = true, .is_heavy = true},
#else
    {LACKING(raw, "RAW", "LibRaw")},
#endif
    {.name = "tiff",
     .is_a = fz_tiff_is_a,
     .header = fz_tiff_header,
     .working_bytes = fz_tiff_working_bytes,
     .orientation = fz_tiff_orientation,
     .facts = fz_tiff_facts,
     .load = fz_tiff_load,
     .streams = true,
     .scattered = true,
     .parts = true,
     .pages = true,
     .partly = true},
    {OWN(bmp), .facts = fz_bmp_facts, .streams = true},
    {OWN(qoi), .streams = true},
    {OWN(pam), .streams = true},
    {.name = "pfm",
     .is_a = fz_pfm_is_a,
     .header = fz_pam_header,
     .working_bytes = fz_pam_working_bytes,
     .load = fz_pam_load,
     .streams = true},
    {.name = "ico",
     .is_a = fz_ico_is_a,
     .header = fz_ico_header,
     .working_bytes = fz_icon_working_bytes,
     .load = fz_icon_load},
    {.name = "cur",
     .is_a = fz_cur_is_a,
     .header = fz_cur_header,
     .working_bytes = fz_icon_working_bytes,
     .load = fz_icon_load},
    {OWN(pnm), .streams = true},
    {OWN(xpm)},
#if FRIEZE_WITH_RSVG
    {FZ_HEAVY_SVG, .needs_files = fz_svg_needs_files, .is_heavy = true},
    {FZ_HEAVY_SVGZ, .is_heavy = true},
    {FZ_HEAVY_SVG16, .is_heavy = true},
#else
    {BY_SDL(svg, "SVG", 4, 8), .load = fz_sdl_load,
     .check = fz_svg_check}, /* its shapes, as a multiple of their text */
    {.name = "svg",
     .is_a = fz_svgz_is_a,
     .header = fz_svgz_header,
     .working_bytes = fz_svgz_working_bytes,
     .load = fz_svgz_load},
    {.name = "svg",
     .is_a = fz_svg16_is_a,
     .header = fz_svg16_header,
     .working_bytes = fz_svg16_working_bytes,
     .load = fz_svg16_load},
#endif
#if FRIEZE_WITH_HEIF
    {FZ_HEAVY_HEIC, .is_heavy = true},
    {FZ_HEAVY_AVIF, .is_heavy = true},
#else
    {LACKING(heic, "HEIC", "libheif")},
    {LACKING(avif, "AVIF", "libheif")},
#endif
#if FRIEZE_WITH_JXL
    {FZ_HEAVY_JXL, .is_heavy = true},
#else
    {LACKING(jxl, "JPEG XL", "libjxl")},
#endif
    {OWN(psd), .orientation = fz_psd_orientation, .facts = fz_psd_facts, .streams = true, .skips = true,
     .partly = true},
    {OWN(xcf)},
    {OWN(ilbm)},
    {BY_SDL(xv, "XV", 6, 0), .load = fz_sdl_load},
    {OWN(pcx)},
    {UNREAD(jp2, "JPEG 2000")},
    {UNREAD(exr, "OpenEXR")},
    {OWN(tga), .orientation = fz_tga_orientation, .streams = true},
};

const struct fz_format *fz_format_named(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

const struct fz_format *fz_format_find(const struct fz_bytes *head)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].is_a(head))
            return &formats[i];
    return NULL;
}

uint64_t fz_image_bytes_ahead(const struct fz_image_head *head)
{
    const struct fz_bytes bytes = {.at = head->bytes, .len = head->len};
    const struct fz_format *row = head->len > 0 ? fz_format_find(&bytes) : NULL;
    return row && row->partly ? FZ_IMAGE_PART_AHEAD_BYTES : FZ_IMAGE_AHEAD_BYTES;
}

bool fz_image_has_parts(const char *format)
{
    const struct fz_format *row = format ? fz_format_named(format) : NULL;
    return row && row->parts;
}

bool fz_image_has_pages(const char *format)
{
    const struct fz_format *row = format ? fz_format_named(format) : NULL;
    return row && row->pages;
}

int fz_image_most_times(const char *format, int width, int height)
{
    const struct fz_format *row = format ? fz_format_named(format) : NULL;
    int64_t side_px = width > height ? width : height, times = 1;
    while (row && row->draws && side_px * times * 2 <= MAX_DRAWN_SIDE_PX && times < MAX_TIMES)
        times *= 2;
    return (int)times;
}
