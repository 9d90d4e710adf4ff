/* Where frieze was closed, for each set of sources: the file that --resume reads, $XDG_STATE_HOME/frieze/resume.json. It is
 * never larger than what FZ_PLACES_MAX places need; the oldest go. */
#ifndef FZ_CTL_PLACE_H
#define FZ_CTL_PLACE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FZ_PLACES_MAX = 100 };

struct fz_place {
    uint64_t sources;   /* which set: fz_place_key */
    char *path;         /* of the selected picture, absolute; owned; NULL: no place */
    bool is_open;       /* in the picture view */
    int tile_w, tile_h; /* px, as of --tile */
    double y;           /* of the selected tile's row in the window, px; it may be out of view */
    double window_h;    /* px */
};

void fz_place_fini(struct fz_place *place);

/* Any thread. The file's path, NULL where neither XDG_STATE_HOME nor HOME says where; the caller frees. */
char *fz_place_file(void);

/* Main thread, before the loop (paths are made absolute). The same for the same sources in any order. */
uint64_t fz_place_key(const char *const *sources, size_t count);

/* Any thread but a running render thread, both. */

/* Reads the place of a set of sources; its path is NULL where none is kept. Fails with one line that names the file where it
 * cannot be read or is damaged. */
enum fz_err fz_place_load(const char *file, uint64_t sources, struct fz_place *place, struct fz_error *err);

/* Writes it into the file, in front of those of other sources, whole or not at all. What cannot be read there goes. */
enum fz_err fz_place_save(const char *file, const struct fz_place *place, struct fz_error *err);

#endif
