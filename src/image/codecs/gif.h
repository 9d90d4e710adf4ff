/* What the first frame of a GIF and its animation share. */
#ifndef FZ_IMAGE_CODECS_GIF_H
#define FZ_IMAGE_CODECS_GIF_H

#include <gif_lib.h>
#include <stdint.h>

/* Any thread. The colour of an index (below the count of `colors`) as B G R; a file that brings no colours at all (NULL) is
 * shown in greys, as the specification leaves open (GIF89a, 18 and 21). */
void fz_gif_color(const ColorMapObject *colors, int index, uint8_t *px);

#endif
