/* The decoder process: takes a call, does it by the functions of image/, tells what became of it, until its socket ends. */
#ifndef FZ_DECODE_BACK_H
#define FZ_DECODE_BACK_H

#include "process/zygote.h"

/* Rows of the table of roles. The second has the heavy codecs loaded (image/heavy.h), the third besides the fonts open that text in
 * an SVG may use, which takes time and memory; the others do without, and say of which pictures they cannot. */
extern const struct fz_role fz_decoder_role;
extern const struct fz_role fz_heavy_decoder_role;
extern const struct fz_role fz_svg_decoder_role;

/* A process of one thread, in its sandbox from the second message on; or a thread, for tests. Gives the exit status. */
int fz_back_run(int socket, int number, struct fz_sandbox *sandbox);

#endif
