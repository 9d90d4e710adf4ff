/* What lies in a folder beside a picture and has its name but for the suffix, listed or not: NAME.xmp speaks of all of them. */
#ifndef FZ_DECODE_NAMESAKES_H
#define FZ_DECODE_NAMESAKES_H

#include <stdbool.h>

struct fz_namesakes {
    char *beneath;   /* the path of the RAW file that lies beneath it, the first by name; owned; NULL: none */
    bool has_others; /* pictures that are none of its stack; of a RAW file, any but RAW files */
};

/* A thread that may block. Reads the folder of `path`, whose own name settles most. `stacks`: a RAW file lies beneath its cover. Nothing where
 * the folder cannot be read. */
struct fz_namesakes fz_namesakes_find(const char *path, bool stacks);

#endif
