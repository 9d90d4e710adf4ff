/* The colours of a PNG, still or animated. */
#ifndef FZ_IMAGE_CODECS_PNG_COLORS_H
#define FZ_IMAGE_CODECS_PNG_COLORS_H

#include "image/bytes.h"
#include "image/pixels/hdr.h"
#include "image/pixels/profile.h"

#include <png.h>

struct fz_png_colors {
    enum fz_color_model color;
    const uint8_t *icc; /* borrowed from `info`; NULL: none */
    size_t icc_len;
    bool has_primaries; /* counts where there is no profile */
    struct fz_primaries primaries;
    enum fz_hdr_curve curve; /* NONE: it has no high dynamic range */
    unsigned peak_nits;      /* of the brightest; 0 = not known */
};

/* The decoder's thread. What cICP says, or else iCCP, sRGB, or gAMA and cHRM. cICP and sRGB are found among the first bytes of the file,
 * and libpng has read the others: sRGB is kept from it, as behind that it would not take iCCP. */
void fz_png_colors_read(png_structp png, png_infop info, const struct fz_bytes *file,
                        struct fz_png_colors *out);

/* Any thread. Whether its curve is one of high dynamic range. */
bool fz_png_is_hdr(const struct fz_bytes *file);

#endif
