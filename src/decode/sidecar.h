/* What is known of a picture beside its pixels: by its own file, and by the XMP file that other programs keep beside it. That
 * sidecar is NAME.ext.xmp (darktable, digiKam), else NAME.xmp (XMP specification, part 3; Adobe and most others). */
#ifndef FZ_DECODE_SIDECAR_H
#define FZ_DECODE_SIDECAR_H

#include "decode/ask.h"
#include "image/metadata/metadata.h"

struct fz_job;

/* How far the reading of one has come; zeroed: it begins. */
struct fz_sidecar_reading {
    int step;
    struct fz_look look;
    bool opened;            /* the picture was opened for it */
    struct fz_metadata out; /* the result */
};

/* Any thread. What the picture's own file says is known already: it is not opened. */
void fz_sidecar_begin(struct fz_sidecar_reading *reading, const struct fz_metadata *told);

/* Worker, inside the `work` of a job. What the file says, what its sidecar does, and what that of the RAW file which lies
 * beneath it does (source/stacks.h; NULL: none does). Of title, description, place and rating its own sidecar counts first, then
 * the other one, then the file; of date and position too, but that the file counts where a sidecar says nothing else
 * (fz_metadata_correct). All unknown where nothing can be read. What the file says is taken from the tile cache, but where
 * job->told_anew is set, or kept there.
 * False: the job has to wait, and to go on here when it runs again, or was cancelled. */
bool fz_sidecar_metadata(struct fz_job *job, const char *path, const char *beneath,
                         struct fz_sidecar_reading *reading);

/* A thread that may block. The bytes of the sidecar of `beneath` (may be NULL), and behind them those of `path`; *own is where
 * the latter begin. The caller frees; NULL where there is nothing that can be read. */
char *fz_sidecar_read(const char *path, const char *beneath, size_t *len, size_t *own);

/* One thread at a time, not a running render thread. Puts a rating (-1 to 5) into the sidecar of `path`, and into no other
 * file: written beside it, on the disk, then put in its place, unless another program saved something there meanwhile, which is
 * read then (BUSY: it kept doing so); all else that it holds stays. `alone`: that is NAME.ext.xmp, with
 * what NAME.xmp holds where it is new. The message names the file. */
enum fz_err fz_sidecar_rate(const char *path, int rating, bool alone, struct fz_error *err);

/* Worker. The path of the sidecar of `path`: the one that is there, else where one would be made. Caller frees. */
char *fz_sidecar_path(const char *path);

#endif
