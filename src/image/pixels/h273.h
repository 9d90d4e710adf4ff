/* Colours by number (ITU-T H.273, ISO/IEC 23091-2): what AVIF, HEIC and PNG tell of them instead of a profile. */
#ifndef FZ_IMAGE_PIXELS_H273_H
#define FZ_IMAGE_PIXELS_H273_H

#include "image/pixels/hdr.h"
#include "image/pixels/profile.h"

/* Any thread. Whether both say something, and something that is known here. */
bool fz_h273_is_known(unsigned primaries, unsigned transfer);

/* Any thread. The curve of these transfer characteristics, if it is one of high dynamic range. */
enum fz_hdr_curve fz_h273_curve(unsigned transfer);

/* Any thread. The colour space of these primaries; after fz_hdr_row, where the curve is one of high dynamic range. The curves of
 * television are taken for that of sRGB, as by browsers. False where it is sRGB, or not known. */
bool fz_h273_primaries(unsigned primaries, unsigned transfer, struct fz_primaries *out);

#endif
