/* The fonts of the text in an SVG: those that fontconfig knows, up to a number that can all be held open, and the same
 * whether or not a sandbox stands around the decoder. */
#ifndef FZ_IMAGE_SVG_FONTS_H
#define FZ_IMAGE_SVG_FONTS_H

/* Any thread but the render thread; the first call takes 10 to 20 ms, the others nothing. Makes them those that librsvg
 * finds in this process. */
void fz_svg_fonts_init(void);

/* Zygote, before its sandbox closes. Opens all of them and offers them to its decoders (process/sandbox.h). */
void fz_svg_fonts_offer(void);

#endif
