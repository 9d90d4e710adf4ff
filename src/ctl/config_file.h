/* Small text files, read in a bounded way. */
#ifndef FZ_CTL_CONFIG_FILE_H
#define FZ_CTL_CONFIG_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Any thread but a running render thread. The bytes of a regular file, at most `limit`; the caller frees. Of a larger file the
 * whole lines among them, *cut set; LIMIT where `cut` is NULL. Never waits for a pipe or a device; links are followed.
 * NOT_FOUND where there is nothing of that name. The message tells no path. */
enum fz_err fz_config_slurp(const char *path, size_t limit, char **bytes, size_t *len, bool *cut,
                            struct fz_error *err);

#endif
