/* Which library reads which formats in this build, for --version. */
#ifndef FZ_IMAGE_LIBRARIES_H
#define FZ_IMAGE_LIBRARIES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { FZ_LIBRARY_VERSION = 32 };

struct fz_library {
    const char *formats;              /* as people call them, static */
    const char *name;                 /* static */
    bool missing;                     /* this build was made without it */
    char version[FZ_LIBRARY_VERSION]; /* empty: missing, or it cannot be loaded, */
    struct fz_error why;              /* for this reason */
};

/* Any thread but the render thread: loads the heavy codecs. The row of that number; false behind the last. */
bool fz_library_at(size_t index, struct fz_library *out);

#endif
