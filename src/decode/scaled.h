/* A picture made smaller, from file to file: the jobs of frieze scale. */
#ifndef FZ_DECODE_SCALED_H
#define FZ_DECODE_SCALED_H

#include "decode/decoder.h"
#include "decode/target.h"
#include "image/kind.h"

enum fz_scaled { FZ_SCALED_FAILED, FZ_SCALED_MADE, FZ_SCALED_COPIED, FZ_SCALED_SKIPPED };

/* What a SCALE job carries as its load: what to do, then what came of it. */
struct fz_scaling {
    char *out; /* owned; absolute; its folder is made where it is missing */
    const struct fz_file_kind *kind;
    char *copy; /* owned; in place of `out` where the bytes can stay as they are; NULL: the same */
    uint32_t from,
        to; /* roots: whose readers reach the picture, and the target; FZ_FILES_NO_ROOT: nobody's */
    struct fz_originals originals;
    int quality; /* as fz_image_encode has it */
    bool strips; /* nothing goes with the pixels */
    bool keeps;  /* what stands there may be an original, and is never replaced */
    bool anew;   /* even where a result stands there that is newer than the picture */
    bool synced; /* on the disk before it gets its name */
    enum fz_scaled outcome;
    bool copy_stands; /* SKIPPED: because of what is at `copy` */
    /* the worker's, as far as it has come where it had to wait for a reader */
    bool may_write;         /* nothing stands in the way */
    bool is_put;            /* that has been asked for; */
    struct fz_error damage; /* what the job's error had to say by then of a picture that is damaged */
};
void fz_scaling_free(void *scaling);

/* The worker's thread. Fills in the job's result, or the job is to be run again (fz_decoder_run); CANCELLED also where too many
 * results wait to be written (fz_files_take_results). What stands at `out` is
 * replaced when the new file is whole, and never where that is the picture itself, or a link. */
void fz_decoder_scale(struct fz_decoder *decoder, struct fz_job *job);

/* Any thread but a running render thread. Whether the file itself is what would be written: nothing to turn, to make smaller or to
 * mend. Its colour profile stays in it. */
bool fz_image_stays(const struct fz_image *image, const struct fz_file_kind *kind);

/* Where pixels come from; borrowed. */
struct fz_original {
    const char *name;
    int fd;
    const struct fz_image *image; /* as it was decoded */
    /* asked while a decoder reads what goes with it; NULL: nobody cancels that */
    const struct fz_image_host *host;
};

/* The engine's thread. As fz_image_encode, with what the original tells beside its pixels unless `strips`; or CANCELLED. */
enum fz_err fz_scaled_encode(struct fz_engine *engine, const struct fz_original *original,
                             const struct fz_pixels *pixels, bool strips, const struct fz_file_kind *kind,
                             int quality, struct fz_encoded *out, struct fz_error *err);

#endif
