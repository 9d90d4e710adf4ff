/* Whether a file that has just been made is still being written. inotify tells when a writer closes it;
 * but a file that was linked into the folder, or made by somebody who never wrote, is closed by nobody. */
#ifndef FZ_SOURCE_WRITER_H
#define FZ_SOURCE_WRITER_H

#include <stdint.h>

enum fz_writer {
    FZ_WRITER_NONE, /* it is as it will be */
    FZ_WRITER_SOME, /* somebody has it open for writing, or may have */
    FZ_WRITER_GONE, /* the file is not there any more, or no file */
};

/* A scanner's thread. `waited_us`: since the file came. */
enum fz_writer fz_writer_of(const char *path, int64_t waited_us);

#endif
