/* The file that --marks names. Others may write it too, another frieze or an editor: what they added and took away since it was read is
 * found before it is replaced. */
#ifndef FZ_APP_WALL_MARKS_FILE_H
#define FZ_APP_WALL_MARKS_FILE_H

#include "base/error.h"
#include "base/file_version.h"
#include "source/marks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Whoever reads or writes it has all of it meanwhile. */
struct fz_marks_file {
    char *path;                     /* owned */
    char end;                       /* of each line: a newline or NUL */
    struct fz_file_version version; /* of what was read or written last, */
    uint64_t *seen;                 /* owned; and the paths in it, as sorted hashes */
    size_t seen_count;
};

/* What others did, as absolute paths; owned. */
struct fz_marks_news {
    bool is_late; /* they have written it: it is to be written again, with what they did */
    char **added, **removed;
    size_t added_count, added_capacity, removed_count, removed_capacity;
};

/* Any thread but a running render thread. Reads all of it: *news is what is in it and was not seen before, and what of `own` (borrowed; NULL:
 * nothing) was seen and is not in it any more. Where there is no file, nothing is news. One clear message where it cannot be read. */
enum fz_err fz_marks_file_read(struct fz_marks_file *file, const struct fz_marked *own,
                               struct fz_marks_news *news, struct fz_error *err);

/* The same. Puts these in its place. FZ_E_BUSY with news->is_late, and it stays as it is, where somebody else has written it: the rest of *news
 * is as above. */
enum fz_err fz_marks_file_write(struct fz_marks_file *file, const struct fz_marked *marked,
                                struct fz_marks_news *news, struct fz_error *err);

void fz_marks_news_fini(struct fz_marks_news *news);
void fz_marks_file_fini(struct fz_marks_file *file);

/* Whoever holds `marked`. Its first `count` paths, each with its end; false where they could not be written. */
bool fz_marks_print_paths(FILE *out, const struct fz_marked *marked, size_t count, char end);

#endif
