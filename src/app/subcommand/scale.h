/* frieze scale: what was asked for, and the two ways of doing it. */
#ifndef FZ_APP_SUBCOMMAND_SCALE_H
#define FZ_APP_SUBCOMMAND_SCALE_H

#include "app/subcommand/subcommand.h"
#include "image/kind.h"

struct fz_scale_settings {
    const struct fz_options *options; /* borrowed, as all texts */
    const char *in, *out;
    int box_w, box_h; /* px; 0: full size */
    int quality;
    const struct fz_file_kind *kind; /* what all are written as; NULL: as what they are */
    unsigned shard, shards;          /* the first of one: all */
    bool recursive, anew, synced, quiet, json, lists;
};

/* Main thread, before any other exists. The exit status; what was wrong has been said. `in` is a file. */
int fz_scale_one(const struct fz_scale_settings *settings);

/* The same; `in` is a folder, and so is `out`, or nothing yet. Signals are blocked. */
int fz_scale_folder(const struct fz_scale_settings *settings);

#endif
