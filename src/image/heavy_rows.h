/* What both rows of a heavy format have: that of the program (image/format.c), which knows it without its library, and that of its codec
 * (image/heavy/codecs.c). */
#ifndef FZ_IMAGE_HEAVY_ROWS_H
#define FZ_IMAGE_HEAVY_ROWS_H

#define FZ_HEAVY_RAW .name = "raw", .is_a = fz_raw_is_a
#define FZ_HEAVY_DRAWN .parts = true, .draws = true
#define FZ_HEAVY_SVG .name = "svg", .is_a = fz_svg_is_a, .header = fz_svg_header, FZ_HEAVY_DRAWN
#define FZ_HEAVY_SVGZ .name = "svg", .is_a = fz_svgz_is_a, .header = fz_svgz_header, FZ_HEAVY_DRAWN
#define FZ_HEAVY_SVG16 .name = "svg", .is_a = fz_svg16_is_a, .header = fz_svg16_header, FZ_HEAVY_DRAWN
#define FZ_HEAVY_HEIC \
    .name = "heic", .is_a = fz_heic_is_a, .header = fz_heif_header, .orientation = fz_heif_orientation
#define FZ_HEAVY_AVIF \
    .name = "avif", .is_a = fz_avif_is_a, .header = fz_heif_header, .orientation = fz_avif_orientation
#define FZ_HEAVY_JXL \
    .name = "jxl", .is_a = fz_jxl_is_a, .header = fz_jxl_header, .orientation = fz_jxl_orientation

#endif
