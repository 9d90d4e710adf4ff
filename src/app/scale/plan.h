/* Which file each picture of a folder is written to. Pure. */
#ifndef FZ_APP_SCALE_PLAN_H
#define FZ_APP_SCALE_PLAN_H

#include "image/kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fz_scale_state {
    FZ_SCALE_WAITS,
    FZ_SCALE_WORKS,
    FZ_SCALE_MADE,
    FZ_SCALE_COPIED,
    FZ_SCALE_SKIPPED, /* its result was there already */
    FZ_SCALE_FAILED,
    FZ_SCALE_LEFT_OUT /* no picture */
};

struct fz_scale_item {
    char *name; /* owned; of the picture, within its folder: "2024/a.heic" */
    char *out;  /* owned; of the result, within its own */
    const struct fz_file_kind *kind;
    bool keeps;       /* its own name where its bytes can stay, which could not be written: a small GIF */
    bool is_doubtful; /* it may be no picture */
    bool renamed;     /* another picture has the name that it would have */
    /* the batch's */
    enum fz_scale_state state;
    bool has_own_name; /* its result, which was there already: `name`, where it `keeps` that */
    uint32_t root, id; /* the source's, and the list's; 0: none */
};

/* Any thread, all of these. Orders the items by name and gives each its `out` and `kind`: its own name where it keeps its format,
 * or is of `kind` anyway; else "a.jpg", and where that is taken "a-heic.jpg", "a-heic-2.jpg", ... So the same pictures get the
 * same names, in whatever order they came; upper and lower case are no difference, as they are none to many file systems. Names that
 * came twice stay once: how many there are then. */
size_t fz_scale_plan(struct fz_scale_item *items, size_t count, const struct fz_file_kind *kind);

/* Whether a picture belongs to part `shard` of `shards`, from 1: by its name alone. */
bool fz_scale_is_in_shard(const char *name, unsigned shard, unsigned shards);

void fz_scale_item_fini(struct fz_scale_item *item);

#endif
