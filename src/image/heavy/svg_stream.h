/* An SVG as librsvg is to read it. */
#ifndef FZ_IMAGE_HEAVY_SVG_STREAM_H
#define FZ_IMAGE_HEAVY_SVG_STREAM_H

#include "image/bytes.h"

#include <gio/gio.h>

#include <stdbool.h>

/* The decoder's thread. The file's own bytes, which outlive the stream, but for what librsvg takes otherwise than browsers:
 * - MIME types of pictures in it: librsvg takes them at their word, and finds none by itself inside the sandbox, where browsers look
 *   at the picture;
 * - draw.io's question whether HTML is drawn, after which it says over the drawing that it is not;
 * - feDropShadow, but for what *lacks_shadows tells of: one in a long tag or in an entity, or behind too many. */
GInputStream *fz_svg_stream(const struct fz_bytes *file, bool *lacks_shadows);

#endif
