/* What is known of a picture beside its pixels: by its own file, and by the XMP file that other programs keep beside it. That
 * sidecar is NAME.ext.xmp (darktable, digiKam), else NAME.xmp (XMP specification, part 3; Adobe and most others). */
#ifndef FZ_DECODE_SIDECAR_H
#define FZ_DECODE_SIDECAR_H

#include "image/metadata.h"

/* Worker, both. What the file says and what its sidecar does; of title, description, place and rating the sidecar counts
 * first. All unknown where neither can be read. Opens the picture once. */
void fz_sidecar_metadata(const char *path, struct fz_metadata *out);

/* The path of the sidecar of `path`: the one that is there, else where one would be made. Caller frees. */
char *fz_sidecar_path(const char *path);

#endif
