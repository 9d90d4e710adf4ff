/* What is known of a picture beside its pixels: by its own file, and by the XMP file that other programs keep beside it. That
 * sidecar is NAME.ext.xmp (darktable, digiKam), else NAME.xmp (XMP specification, part 3; Adobe and most others). */
#ifndef FZ_DECODE_SIDECAR_H
#define FZ_DECODE_SIDECAR_H

#include "decode/cache.h"
#include "image/metadata.h"

/* Worker. What the file says and what its sidecar does; of title, description, place and rating the sidecar counts
 * first. All unknown where neither can be read. What the file says is taken from `cache` (may be NULL), or kept there. True
 * where the picture was opened for it. */
bool fz_sidecar_metadata(struct fz_cache_reader *cache, const char *path, struct fz_metadata *out);

/* One thread at a time, not a running render thread. Puts a rating (-1 to 5) into the sidecar of `path`, and into no other
 * file: written beside it, on the disk, then put in its place; all else that it holds stays. The message names the file. */
enum fz_err fz_sidecar_rate(const char *path, int rating, struct fz_error *err);

/* Worker. The path of the sidecar of `path`: the one that is there, else where one would be made. Caller frees. */
char *fz_sidecar_path(const char *path);

#endif
