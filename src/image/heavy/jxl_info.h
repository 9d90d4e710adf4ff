/* What libjxl tells before the pixels of a JPEG XL, still or animated. */
#ifndef FZ_IMAGE_HEAVY_JXL_INFO_H
#define FZ_IMAGE_HEAVY_JXL_INFO_H

#include "frieze_config.h"

#if FRIEZE_WITH_JXL

#include "image/pixels/hdr.h"
#include "image/pixels/profile.h"

#include <jxl/decode.h>

struct fz_jxl_colors {
    enum fz_color color;
    uint8_t *icc; /* the caller frees; NULL: the pixels come in sRGB */
    size_t icc_len;
    bool brought; /* the file brings a profile, and not only a colour space in numbers */
};

/* The decoder's thread, at JXL_DEC_COLOR_ENCODING. Asks for sRGB where libjxl can convert by itself. */
void fz_jxl_colors_read(JxlDecoder *decoder, const JxlBasicInfo *info, struct fz_jxl_colors *out);

/* The decoder's thread, at JXL_DEC_COLOR_ENCODING, instead of the above. The curve of a picture of high dynamic range, in
 * which its pixels then come, and its primaries, which mean nothing of grey; FZ_HDR_NONE: it is none, nothing was asked for. */
enum fz_hdr_curve fz_jxl_hdr_read(JxlDecoder *decoder, const JxlBasicInfo *info,
                                  struct fz_primaries *primaries);

#endif

#endif
