/* A JPEG XL of inks: libjxl gives cyan, magenta and yellow as the colours, and black as a channel beside them. */
#ifndef FZ_IMAGE_HEAVY_JXL_BLACK_H
#define FZ_IMAGE_HEAVY_JXL_BLACK_H

#include "frieze_config.h"

#if FRIEZE_WITH_JXL

#include <jxl/decode.h>
#include <stdbool.h>
#include <stdint.h>

enum { FZ_JXL_NO_BLACK = -1 };

/* The decoder's thread, from JXL_DEC_BASIC_INFO on. Which extra channel is black, or FZ_JXL_NO_BLACK. */
int fz_jxl_black_find(const JxlDecoder *decoder, const JxlBasicInfo *info);

/* The decoder's thread, at JXL_DEC_NEED_IMAGE_OUT_BUFFER. Asks for that channel, a byte a pixel into `plane`, which is borrowed
 * until the picture is there, and which has no ink where none comes. */
bool fz_jxl_black_ask(JxlDecoder *decoder, const JxlBasicInfo *info, int channel, uint8_t *plane);

/* Any thread. C M Y alpha, and black beside them, to C M Y K, and alpha beside them: `count` pixels, in place; 0 = all ink. */
void fz_jxl_black_merge(uint8_t *pixels, uint8_t *plane, size_t count, bool premultiplied);

#endif

#endif
