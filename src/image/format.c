#include "image/format.h"

#define BY_SDL(id, type, px, copies)                                                                     \
    .name = #id, .is_a = fz_##id##_is_a, .header = fz_##id##_header, .load = fz_sdl_load,                \
    .working_bytes = fz_sdl_working_bytes, .sdl_type = type, .bytes_per_px = px, .file_copies = copies

/* In the order in which they are asked: the common ones first, the one without magic bytes (TGA) last. */
static const struct fz_format formats[] = {
    {.name = "jpeg",
     .is_a = fz_jpeg_is_a,
     .header = fz_jpeg_header,
     .working_bytes = fz_jpeg_working_bytes,
     .orientation = fz_jpeg_orientation,
     .load = fz_jpeg_load},
    {BY_SDL(png, "PNG", 4, 0), .orientation = fz_png_orientation},
    {BY_SDL(webp, "WEBP", 8, 1), .orientation = fz_webp_orientation, .payload = fz_webp_payload},
    {BY_SDL(gif, "GIF", 2, 0)},
    {BY_SDL(tiff, "TIF", 8, 0), .orientation = fz_tiff_orientation, .premultiplied = true},
    {BY_SDL(bmp, "BMP", 6, 0)},
    {BY_SDL(qoi, "QOI", 4, 1)},
    {BY_SDL(ico, "ICO", 4, 0), .payload = fz_icon_payload},
    {BY_SDL(cur, "CUR", 4, 0), .payload = fz_icon_payload},
    {BY_SDL(pnm, "PNM", 4, 0)},
    {BY_SDL(xpm, "XPM", 4, 1)},
    {BY_SDL(svg, "SVG", 4, 8)}, /* its shapes, as a multiple of their text */
    {BY_SDL(pcx, "PCX", 4, 0)},
    {BY_SDL(tga, "TGA", 6, 0)},
};

const struct fz_format *fz_format_find(const struct fz_bytes *head)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].is_a(head))
            return &formats[i];
    return NULL;
}
