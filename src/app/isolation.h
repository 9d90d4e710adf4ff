/* The processes in which pictures are decoded, as the options want them. */
#ifndef FZ_APP_ISOLATION_H
#define FZ_APP_ISOLATION_H

#include "ctl/option.h"
#include "decode/ask.h"
#include "decode/back.h"
#include "decode/engine.h"
#include "process/sandbox.h"
#include "process/zygote.h"

#include <stdio.h>

/* What main may be started as instead of frieze: ends with NULL. */
extern const struct fz_role *const fz_roles[];

/* What readers and decoders are forked from; owned. With --isolation=thread all are NULL. Heavy decoders and those of SVG (decode/back.h)
 * begin with the first picture that needs them. */
struct fz_zygotes {
    struct fz_zygote *readers, *decoders, *heavy_decoders, *svg_decoders;
};

/* Main thread, before any other exists. Where --sandbox=require cannot be met the error says which layer is missing, and why; nothing is
 * left to be stopped then. */
enum fz_err fz_isolation_start(const struct fz_options *options, struct fz_zygotes *zygotes,
                               struct fz_error *err);
void fz_isolation_stop(struct fz_zygotes *zygotes);

/* Any thread. Whether decoders and readers are threads (--isolation=thread). */
bool fz_isolation_is_by_threads(const struct fz_options *options);

/* Any thread. Whether no picture is decoded where a layer of the sandbox is missing (--sandbox=require). */
bool fz_isolation_requires_all(const struct fz_options *options);

/* What a subcommand opens files and decodes with that has neither readers nor workers. */
struct fz_own_engine {
    struct fz_zygotes zygotes;
    struct fz_child reader; /* that opens files */
    struct fz_engine_counts counts;
    struct fz_engine *engine; /* owned */
};

/* Main thread, before any other exists. To be stopped in every case. */
enum fz_err fz_own_engine_start(struct fz_own_engine *own, const struct fz_options *options,
                                struct fz_error *err);
void fz_own_engine_stop(struct fz_own_engine *own);

/* Main thread. Opens a file for a request within these limits, as fz_lookup_open. */
struct fz_look fz_own_engine_open(struct fz_own_engine *own, const char *path,
                                  const struct fz_image_limits *limits, int *fd);

/* Main thread. Two lines, for --version: what decodes, and what holds around it on this machine. */
void fz_isolation_print(const struct fz_options *options, FILE *stream);

#endif
