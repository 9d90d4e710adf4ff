/* Thumbnails that file managers leave in the user's cache folder (Thumbnail Managing Standard 0.9): read, never written. */
#ifndef FZ_DECODE_THUMBNAILS_H
#define FZ_DECODE_THUMBNAILS_H

#include "image/scratch.h"

#include <stddef.h>

/* Main thread. Where they are; NULL: there are none. Caller frees. */
char *fz_thumbnails_folder(void);

/* A worker. The URI of an open file without the symbolic links that `path` leads over; NULL: there are none, or nobody knows. Waits for
 * no disk. Caller frees. */
char *fz_thumbnails_real_uri(int fd, const char *path);

/* A worker. Reads the next one of the file with this URI, those first that best suit a box of `side_px`: the smallest that
 * covers it and those above, then the others from the largest down. *rank is 0 before the first. Its length in `bytes`; 0: there
 * is no more of at most 1 MB. */
size_t fz_thumbnails_read(const char *folder, const char *uri, int side_px, int *rank,
                          struct fz_buffer *bytes);

#endif
