/* What libjxl tells before the pixels of a JPEG XL, still or animated. */
#ifndef FZ_IMAGE_HEAVY_JXL_INFO_H
#define FZ_IMAGE_HEAVY_JXL_INFO_H

#include "frieze_config.h"

#if FRIEZE_WITH_JXL

#include "image/heavy/jxl_black.h"
#include "image/pixels/hdr.h"
#include "image/pixels/profile.h"

#include <jxl/decode.h>

struct fz_jxl_colors {
    enum fz_color_model color;
    int black;    /* of inks: which extra channel that is, or FZ_JXL_NO_BLACK */
    uint8_t *icc; /* the caller frees; NULL: the pixels come in sRGB */
    size_t icc_len;
    bool brought;            /* the file brings a profile, and not only a colour space in numbers */
    enum fz_hdr_curve curve; /* in which the pixels come, with these primaries and no profile */
    bool has_primaries;      /* grey has none */
    struct fz_primaries primaries;
};

/* The decoder's thread, at JXL_DEC_COLOR_ENCODING. Asks for sRGB where libjxl can convert by itself, but for pictures of high dynamic
 * range, which come as they are. */
void fz_jxl_colors_read(JxlDecoder *decoder, const JxlBasicInfo *info, struct fz_jxl_colors *out);

#endif

#endif
