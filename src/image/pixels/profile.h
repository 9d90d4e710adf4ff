/* The colours of a picture to sRGB, from its ICC profile, by Little CMS. */
#ifndef FZ_IMAGE_PIXELS_PROFILE_H
#define FZ_IMAGE_PIXELS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the four bytes of a pixel mean. */
enum fz_color_model {
    FZ_COLOR_RGB,          /* B G R x */
    FZ_COLOR_GREY,         /* the same, with B = G = R */
    FZ_COLOR_CMYK,         /* C M Y K, 255 = all ink */
    FZ_COLOR_CMYK_INVERTED /* C M Y K, 0 = all ink, as Adobe stores it */
};

static inline bool fz_color_is_cmyk(enum fz_color_model color)
{
    return color == FZ_COLOR_CMYK || color == FZ_COLOR_CMYK_INVERTED;
}

/* A colour space in numbers, where a file gives no profile: chromaticities (CIE xy) and the exponent of its curve, or 0
 * for the curve of sRGB. */
struct fz_primaries {
    double white[2], red[2], green[2], blue[2];
    double gamma;
};

/* What one worker keeps of lcms: a context of its own, and the transforms that it used last. Not thread-safe; nothing
 * of it is global. */
struct fz_profiles;

/* A way from one profile to sRGB. */
struct fz_profile;

/* Any thread. No lcms until the first profile. */
struct fz_profiles *fz_profiles_new(void);
void fz_profiles_free(struct fz_profiles *profiles);

/* Owner's thread. Forgets the transforms used least recently until the rest holds at most `keep_bytes`, and gives what it
 * holds; lcms itself takes a few KB of it. */
size_t fz_profiles_trim(struct fz_profiles *profiles, size_t keep_bytes);

/* Owner's thread. The transform of pictures of this kind and profile, made anew (some ms) where it is not among the last
 * few; borrowed until the next call with the same `profiles`. NULL where there is nothing to do or to be done: the
 * profile is sRGB to within what can be seen, or is damaged, or is none of pictures of this kind.
 *
 * The intent is perceptual, with black point compensation, which lcms always adds on the way to its own sRGB: what browsers
 * take of a profile with several tables, and what Pillow, libvips and Eye of GNOME do. For RGB profiles of three curves
 * and a matrix all intents are the same. */
const struct fz_profile *fz_profile_find(struct fz_profiles *profiles, const void *icc, size_t len,
                                         enum fz_color_model color);

/* Owner's thread. The same for a colour space in numbers. */
const struct fz_profile *fz_profile_of_primaries(struct fz_profiles *profiles,
                                                 const struct fz_primaries *primaries,
                                                 enum fz_color_model color);

/* Owner's thread. Converts `width` pixels in place, to B G R x; x stays, of CMYK it becomes 255. */
void fz_profile_row(const struct fz_profile *profile, uint8_t *row, int width);

/* Any thread. True where neighbours among 256 levels lie so far apart in sRGB that 16 bits must be converted before they
 * are rounded to 8: linear light. */
bool fz_profile_is_steep(const struct fz_profile *profile);

/* Owner's thread. Converts `width` pixels R G B A of 16 bits in native byte order to B G R A of 8; only of a steep
 * profile. */
void fz_profile_row_16(const struct fz_profile *profile, const uint16_t *rgba, uint8_t *row, int width);

#endif
