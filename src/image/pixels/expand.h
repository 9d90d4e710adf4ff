/* Rows of three bytes a pixel, as files store them, become rows of four, as the reducer takes them. */
#ifndef FZ_IMAGE_PIXELS_EXPAND_H
#define FZ_IMAGE_PIXELS_EXPAND_H

#include <stdint.h>

/* One way to do it; all give the same. */
struct fz_expand {
    const char *name;
    /* Any thread. `width` pixels: red, green, blue become blue, green, red, 255. One byte beyond those of the row is read. */
    void (*rgb)(uint8_t *to, const uint8_t *from, int width);
};

/* Any thread. The ways that this machine can go, the fastest first, plain C last; static. */
const struct fz_expand *fz_expand_ways(int *count);

#endif
