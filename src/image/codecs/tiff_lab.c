#include "image/codecs/tiff_lab.h"

bool fz_tiff_is_lab(const struct fz_tiff *t)
{
    return t->photometric == PHOTOMETRIC_CIELAB || t->photometric == PHOTOMETRIC_ICCLAB;
}

/* Without the tag WhitePoint it is D50, as Photoshop writes it and libtiff has it too; ICCLAB is of that by its definition. Chromaticities
 * that no white has are not believed. */
static bool has_other_white(const struct fz_tiff *t)
{
    const float least = 0.1F, *xy = t->white;
    return t->photometric == PHOTOMETRIC_CIELAB && xy[0] > least && xy[1] > least &&
           xy[0] + xy[1] < 1 - least;
}

/* a* and b* are signed in CIELAB (TIFF 6.0, section 23) and have an offset in ICCLAB, whose 16 bits have a white of 0xff00
 * (ICC.1:2004-10, annex A). */
void fz_tiff_lab_init(struct fz_tiff_lab *lab, const struct fz_tiff *t)
{
    lab->is_signed = t->photometric == PHOTOMETRIC_CIELAB;
    lab->unit = t->bits == 8 ? 257 : 256;
    lab->middle = (int)lab->unit * 128;
    lab->full = t->bits == 16 && !lab->is_signed ? 0xff00 : 65535;
    fz_light_white_init(&lab->white, has_other_white(t) ? t->white : NULL);
}

void fz_tiff_lab_convert(const struct fz_tiff_lab *lab, uint32_t *c)
{
    float ab[2];
    for (int i = 0; i < 2; i++) {
        int v = (int)c[i + 1];
        ab[i] = (float)(!lab->is_signed   ? v - lab->middle
                        : v < lab->middle ? v
                                          : v - lab->middle * 2) /
                lab->unit;
    }
    uint16_t rgb[3];
    fz_light_from_lab(&lab->white, (float)c[0] * 100 / lab->full, ab[0], ab[1], rgb);
    for (int i = 0; i < 3; i++)
        c[i] = rgb[i];
}
