/* frieze scale: what was asked for, and the two ways of doing it. */
#ifndef FZ_APP_SCALE_SCALE_H
#define FZ_APP_SCALE_SCALE_H

#include "image/kind.h"

struct fz_scale_settings {
    struct fz_options *options; /* borrowed, as all texts */
    const char *source;         /* as given */
    const char *in, *out;       /* `in` is NULL where the source is no folder or file: - */
    int box_w, box_h;           /* px; 0: full size */
    int quality;
    const struct fz_file_kind *kind; /* what all are written as; NULL: as what they are */
    unsigned shard, shards;          /* the first of one: all */
    bool smooth;                     /* by a finer filter, and slower */
    bool strips;                     /* without EXIF and the like */
    const char *of_folders; /* an option that was given, and means nothing to a single picture; NULL: none */
    bool recursive, anew, synced, quiet, json, lists;
    bool shows; /* in a window */
};

extern const struct fz_scale_settings fz_scale_usual_settings; /* 400 px, quality 90; no options yet */

/* Any thread. "400" or "640x480", px; "0": as large as they are. */
enum fz_err fz_scale_read_size(const char *text, int *w, int *h, struct fz_error *err);

/* Main thread, before any other exists. The exit status; what was wrong has been said. In a process of its own, which one that
 * waits for signals leaves behind where a share holds it. */
int fz_scale_supervised(const struct fz_scale_settings *settings);

/* That process. `in` is a folder or none, and `out` is a folder, or nothing yet. */
int fz_scale_folder(const struct fz_scale_settings *settings);
/* The same in a window. */
int fz_scale_show(const struct fz_scale_settings *settings);

#endif
