/* Rows of three bytes a pixel, as files store them, become rows of four, as the reducer takes them. */
#ifndef FZ_IMAGE_PIXELS_EXPAND_H
#define FZ_IMAGE_PIXELS_EXPAND_H

#include <stdint.h>

/* Any thread. `width` pixels: red, green, blue become blue, green, red, 255. One byte beyond those of the row is read. In plain C, and
 * the fastest way that this machine can go. */
void fz_expand_rgb_plain(uint8_t *to, const uint8_t *from, int width);
void fz_expand_rgb(uint8_t *to, const uint8_t *from, int width);

#endif
