/* L*a*b* of a TIFF. */
#ifndef FZ_IMAGE_CODECS_TIFF_LAB_H
#define FZ_IMAGE_CODECS_TIFF_LAB_H

#include "image/codecs/tiff.h"
#include "image/pixels/light.h"

/* How that of one file is stored, and of which white it is. */
struct fz_tiff_lab {
    struct fz_light_white white;
    int middle; /* where a* and b* are 0, or begin to be negative */
    float unit, full;
    bool is_signed;
};

/* Any thread. */
bool fz_tiff_is_lab(const struct fz_tiff *t);
void fz_tiff_lab_init(struct fz_tiff_lab *lab, const struct fz_tiff *t);

/* Any thread. L*a*b* of 0..65535 each, in place, to R G B. */
void fz_tiff_lab_convert(const struct fz_tiff_lab *lab, uint32_t *c);

#endif
