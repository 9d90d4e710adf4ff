/* What is shown when nothing is named. */
#ifndef FZ_APP_DEFAULT_SOURCE_H
#define FZ_APP_DEFAULT_SOURCE_H

#include <stdbool.h>

struct fz_zygote;

/* Main thread, before the loop (it looks at the disk, or `readers` do where it is not NULL). The user's pictures folder where it holds a picture, or with
 * `may_be_empty` (pictures are waited for) where it exists; else the demo pictures. Where these are not there either, the
 * pictures folder all the same; NULL where the user has none. Caller frees. */
char *fz_default_source(struct fz_zygote *readers, bool may_be_empty);

#endif
