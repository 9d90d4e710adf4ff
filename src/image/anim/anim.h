/* Animations: frames composed one after the other on the canvas of the whole picture, as browsers do it; never all in
 * memory. No threads, no globals: a stream belongs to one thread at a time, and may go from one to another between two
 * calls. */
#ifndef FZ_IMAGE_ANIM_ANIM_H
#define FZ_IMAGE_ANIM_ANIM_H

#include "image/image.h"

/* A file that is being played. */
struct fz_anim;

struct fz_anim_facts {
    const char *format;  /* static */
    int frames;          /* whole ones that the file holds, no more than the limit */
    int plays;           /* how often it is played; 0: for ever */
    uint64_t held_bytes; /* what it holds until it is freed, the file's bytes included */
    /* why it is played in part, as far as that is known by now; code FZ_OK: it is not */
    struct fz_error damage;
};

/* The frame that stands on the canvas. */
struct fz_anim_frame {
    int index; /* 0 is the first */
    int64_t delay_us;
    bool last; /* none follows by itself: it was played as often as the file says */
};

/* Any thread. Whether the frames of this format (struct fz_image.format) are an animation: else they are pages. */
bool fz_anim_is_played(const char *format);

/* Any thread. What playing such a picture holds at most: the file and the canvas. */
uint64_t fz_anim_held_bytes(const char *format, int width, int height, uint64_t file_bytes);

/* Any thread but the render thread. Reads the whole of request->fd. host.reserve is asked once, for held_bytes; what it
 * granted is the caller's again after fz_anim_free. The caller owns *anim. UNSUPPORTED where it is no animation, else as
 * fz_image_load. */
enum fz_err fz_anim_open(const struct fz_image_request *request, struct fz_anim **anim, struct fz_error *err);
void fz_anim_free(struct fz_anim *anim); /* NULL-safe */

/* Any thread that holds it. */
const struct fz_anim_facts *fz_anim_get_facts(const struct fz_anim *anim);

enum { FZ_ANIM_NEXT = -1 }; /* after the last frame comes the first */

/* Any thread but the render thread. Puts the next frame on the canvas, or frame `index` (or the last there is), with which
 * the plays are counted anew. Of the host only `cancelled` is asked. A damaged frame ends the animation before it. DAMAGED
 * (the first frame is), MEMORY, CANCELLED, which leave *frame alone; the stream can be used again after each. */
enum fz_err fz_anim_compose(struct fz_anim *anim, int index, const struct fz_image_host *host,
                            struct fz_anim_frame *frame, struct fz_error *err);

/* Any thread but the render thread. The canvas in the size and over the background of the request, whose fd is not looked
 * at. LIMIT, MEMORY, CANCELLED. */
enum fz_err fz_anim_render(const struct fz_anim *anim, const struct fz_image_request *request,
                           struct fz_image_scratch *scratch, struct fz_image *out, struct fz_error *err);

#endif
