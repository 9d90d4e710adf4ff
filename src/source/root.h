/* The source that is a path: a folder, or one file. Which of them, only the file system knows. */
#ifndef FZ_SOURCE_ROOT_H
#define FZ_SOURCE_ROOT_H

#include "source/scanner.h"

/* The scanner's thread: begins to read `root`; a row of the SOURCE TABLE. */
void fz_root_begin(struct fz_scanner *scanner, uint32_t root);

#endif
