/* Between anim.c and the formats that it plays, one row and one file each. */
#ifndef FZ_IMAGE_ANIM_FORMAT_H
#define FZ_IMAGE_ANIM_FORMAT_H

#include "image/anim/anim.h"
#include "image/format.h"
#include "image/pixels/hdr.h"

/* What becomes of a frame's place before the next frame is drawn. */
enum fz_dispose { FZ_DISPOSE_KEEP, FZ_DISPOSE_CLEAR, FZ_DISPOSE_RESTORE };

/* A part of the canvas, px. */
struct fz_area {
    uint32_t x, y, w, h;
};

/* The whole picture, straight alpha, B G R A, rows without gaps; clear at first. */
struct fz_canvas {
    uint32_t w, h;
    uint8_t *pixels, *saved; /* owned */
    struct fz_area area;     /* of the last frame, */
    enum fz_dispose dispose; /* and what becomes of it */
};

/* One thread, all of these. False: out of memory. */
bool fz_canvas_init(struct fz_canvas *canvas, uint32_t w, uint32_t h);
void fz_canvas_fini(struct fz_canvas *canvas);
/* As before the first frame. */
void fz_canvas_reset(struct fz_canvas *canvas);
/* Disposes of the frame before, and gets ready for one at `area`, which is cut to the canvas. */
void fz_canvas_begin(struct fz_canvas *canvas, struct fz_area area, enum fz_dispose dispose);
static inline uint8_t *fz_canvas_at(const struct fz_canvas *canvas, uint32_t x, uint32_t y)
{
    return canvas->pixels + ((size_t)y * canvas->w + x) * 4;
}

struct fz_anim {
    const struct fz_anim_format *format;
    struct fz_buffer file;  /* owned */
    struct fz_bytes bytes;  /* of it */
    uint32_t width, height; /* as stored, px */
    int turn;               /* EXIF orientation of the rows, 1..8 */
    struct fz_anim_facts facts;
    int next;                  /* frame that comes next; the canvas holds the one before */
    bool begun;                /* the format has to rewind before frame 0 */
    int played;                /* how often all frames were */
    uint64_t max_px;           /* of one frame */
    void *state;               /* owned by the format */
    struct fz_bytes icc;       /* borrowed from the file or from the state; empty = none */
    enum fz_color_model color; /* of which it is, and the primaries are */
    bool has_primaries;        /* counts where there is no profile */
    struct fz_primaries primaries;
    enum fz_hdr_curve curve; /* set by `open`; the rest is made of it */
    unsigned peak_nits;
    struct fz_hdr *hdr;               /* owned; NULL: it has no such curve */
    uint16_t *deep;                   /* owned: a row, R G B A, for it */
    const struct fz_image_host *host; /* of the call under way */

    /* what the format's `next` leaves: the canvas, B G R A or C M Y K without gaps, borrowed until it is called again */
    const uint8_t *canvas;
    const uint8_t *alphas; /* the same of inks, a byte a pixel; NULL: they are opaque */
    int64_t delay_ms;      /* as stored */
    bool blank;            /* nothing of that frame could be read */
};

/* All run on the thread that holds the stream. */
struct fz_anim_format {
    const char *name;  /* as in the format table */
    unsigned px_bytes; /* that it holds for each pixel of the canvas */
    /* Sets facts.plays, and facts.frames: those that the file holds as a whole; 1: it is no animation. */
    enum fz_err (*open)(struct fz_anim *anim, struct fz_error *err);
    /* Composes frame anim->next, which there is. A frame that can be shown in part is no error, but facts.damage. */
    enum fz_err (*next)(struct fz_anim *anim, struct fz_error *err);
    void (*rewind)(struct fz_anim *anim);
    void (*close)(struct fz_anim *anim);
};

extern const struct fz_anim_format fz_anim_gif, fz_anim_png, fz_anim_webp;
extern const struct fz_anim_format fz_anim_jxl, fz_anim_avif; /* image/heavy/: only with libjxl, libavif */

/* px_bytes of these. libjxl: measured with lossy and lossless frames that are blended, and the canvas. libavif: the canvas, and what
 * dav1d keeps to predict from: measured 30 with 8 bits a sample, which may have 12. */
enum { FZ_ANIM_JXL_PX_BYTES = 96, FZ_ANIM_AVIF_PX_BYTES = 56 };

/* Any thread. How often the sequence in an AVIF file is to be played; 0: for ever, or it does not say. */
int fz_avif_plays(const struct fz_bytes *file);

/* The decoder's thread. Loads the first frame for a still picture, of a file that has none beside its frames: what is left to do with
 * its rows is d->turn. */
enum fz_err fz_anim_load_first(const struct fz_anim_format *format, struct fz_decode *d);

/* Asked between blocks. */
bool fz_anim_cancelled(const struct fz_anim *anim);
enum fz_err fz_anim_fail_cancelled(struct fz_error *err);

#endif
