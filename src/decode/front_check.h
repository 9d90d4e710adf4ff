/* What a decoder says is believed after this. */
#ifndef FZ_DECODE_FRONT_CHECK_H
#define FZ_DECODE_FRONT_CHECK_H

#include "decode/call.h"

#include <SDL_surface.h>

/* A worker. Whether a result of this size can be one of that call. */
bool fz_front_size_is_right(const struct fz_call *call, int width, int height);

/* A worker. NULL, or what is wrong with an answer. Texts in it end then, numbers are in their ranges, and the pixels, where some
 * are wanted and found, fit into `room_bytes` of slots or into what stands `alone`; done->found says whether there are any. */
const char *fz_front_check(const struct fz_call *call, bool wants_pixels, uint64_t room_bytes,
                           const SDL_Surface *alone, struct fz_call_done *done);

/* A worker. Makes of what a decoder left of these kinds what their types promise: texts end, are UTF-8 and have no control
 * characters, numbers are in their ranges or 0. */
void fz_front_check_text(char *text, size_t size);
void fz_front_check_metadata(struct fz_metadata *metadata);

/* A worker. The format of that name, as the table has it; NULL: none. */
const char *fz_front_format(char name[16]);

#endif
