/* Colours by their names, of which XPM files make use. */
#ifndef FZ_IMAGE_CODECS_XPM_COLORS_H
#define FZ_IMAGE_CODECS_XPM_COLORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any thread. 0xRRGGBB by a name of X11 or CSS, in any case, with spaces or without; false: nobody knows it. */
bool fz_xpm_color(const char *text, size_t len, uint32_t *rgb);

#endif
