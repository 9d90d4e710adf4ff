/* Bytes -> pixels. No SDL video, no state of the application, no thread but that of image/jpeg/lower.h; global is only what is loaded
 * once for good (image/heavy.c, image/svg/fonts.c): the same functions run in a worker thread or, on the other side of a fork, in a
 * decoder process. What they need of their caller is a struct fz_image_host. */
#ifndef FZ_IMAGE_IMAGE_H
#define FZ_IMAGE_IMAGE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Checked between header and pixels, once, for all formats. */
struct fz_image_limits {
    uint64_t max_file_bytes;
    uint64_t max_output_px;   /* pixels of a result */
    uint64_t max_rows_px;     /* by the header, for what decodes by rows or at reduced scale (JPEG) */
    uint64_t max_whole_px;    /* by the header, for what must be decoded as a whole */
    int max_side_px;          /* by the header */
    uint64_t max_whole_bytes; /* a larger file is read piece by piece, where its format allows that, */
    /* and of what can be decoded by rows, and is larger than this, no more is held */
    uint64_t max_held_bytes;
    int max_frames;     /* of an animation, or pages: more are not counted and not shown */
    int max_nesting;    /* of elements inside elements (SVG) */
    int64_t max_cpu_us; /* of the decoder's thread, from the first byte on that is read; 0 = no limit */
};
extern const struct fz_image_limits fz_image_default_limits;

/* Where some rows of a picture begin in its file, as far as what was decoded of it found out; of a JPEG. Zeroed: nothing
 * is known. Plain data, which may come from anywhere: what is wrong with it costs the right pixels and nothing else. */
enum { FZ_INDEX_PLACES = 32 };
struct fz_image_place {
    uint64_t offset;
    int16_t last[3]; /* DC values before it */
    uint8_t bits, bit_count, restart;
};
struct fz_image_index {
    uint64_t file_bytes; /* of the file that it is of */
    uint32_t count;
    struct fz_image_place places[FZ_INDEX_PLACES]; /* at equal distances from the top */
};

/* What the caller provides. All run on the thread of fz_image_load. */
struct fz_image_host {
    void *ctx;
    /* Asked between blocks of rows. */
    bool (*cancelled)(void *ctx);
    /* After the header, until it is granted once: the working memory of the decode, the file's bytes included; false = refused. */
    bool (*reserve)(void *ctx, uint64_t bytes);
    /* Once: the pixels of the result; NULL = out of memory. */
    uint8_t *(*alloc)(void *ctx, int width, int height, int *pitch_bytes);
    /* Called at most once, where `reserve` refused even the least: as that, but something else gives up memory for it. NULL: nothing
     * can. */
    bool (*claim)(void *ctx, uint64_t bytes);
    /* Called at most once, before a library call that cannot be interrupted: the host ends this decoder once it has taken `cpu_us` more
     * CPU time (INT64_MAX: what the limits allow), or `bytes` more memory. NULL: no host does. */
    void (*bound)(void *ctx, int64_t cpu_us, uint64_t bytes);
    /* Asked between blocks of rows of a picture that somebody waits for: copies what another decode of the same file, under way at the
     * same time, has found out by now. False: that has not ended yet. NULL: there is no such decode. */
    bool (*index)(void *ctx, struct fz_image_index *index);
    bool comes_again; /* for what takes long to begin: it is hardly waited for (NOT_YET) */
};

/* A part of the upright picture, px; w = 0: the whole. */
struct fz_image_region {
    int x, y, w, h;
};

/* The first bytes of a file, so that what is read for one purpose serves the next. */
struct fz_image_head {
    uint8_t *bytes; /* owned; NULL: nothing was read */
    size_t len;
};

/* What is wanted of a picture, wherever its bytes are and whatever it may cost. Plain data: the same in a job, in a request and
 * in a call of a decoder process, which pass it on as a whole. */
struct fz_image_want {
    int box_w, box_h; /* the result fits inside this box, px, never enlarged; 0 x 0 = full size */
    /* it is as large as fills the box instead, up to FZ_IMAGE_COVER boxes long; not of a region */
    bool covers;
    bool smooth;     /* by a finer filter, out of more than the least that covers the result */
    bool exact;      /* out of the pixels of the picture itself: of none that its file holds of it in small */
    bool alone;      /* somebody waits for this one: it may take a second core */
    bool may_shrink; /* where the memory holds no more it is smaller than that; not of a region or a sheet */
    /* Of a region (brought inside the picture where it is not) the result is exactly the box, at most the region's own
     * size. Parts of one picture that share an edge fit there to the pixel when that edge lies on a whole pixel of the
     * result's scale, which is 1 by a power of two. */
    struct fz_image_region region;
    /* What is drawn (fz_image_most_times) counts as so many times as large as it says, each way. Region is of that; without one the result
     * is exactly the box. 0 and 1: as it says; of no use for all else. */
    int times;
    int page; /* of a file of several (fz_image_has_pages), from 0 */
    /* Of such a page the result is as large as a picture of sheet_w x sheet_h px would be, with the page in its middle, at the same
     * scale, reduced where it is larger: so pages of several sizes are turned over in one place. Not of a region; 0: the page alone. */
    int sheet_w, sheet_h;
    uint32_t background; /* 0xRRGGBB under transparent pixels */
};

struct fz_image_request {
    int fd;                    /* open for reading; borrowed; read once, sequentially, wherever it stands */
    struct fz_image_head head; /* borrowed: what was read of it already */
    const uint8_t *bytes;      /* borrowed: what stands in the file, instead of fd; NULL: fd is read */
    size_t len;
    struct fz_image_want want;
    /* borrowed; of a region used and added to, of all else added to; NULL: none */
    struct fz_image_index *index;
    bool without_files; /* libraries can open none here: see fz_image.needs_files */
    bool without_heavy; /* nor can the heavy codecs be loaded: see fz_image.needs_heavy */
    struct fz_image_limits limits;
    struct fz_image_host host;
};

/* What became of it. Pixels are upright (EXIF orientation applied), opaque, 4 bytes a pixel, B G R 255 in
 * memory (SDL_PIXELFORMAT_ARGB8888 on little-endian machines), in the memory that host.alloc gave. */
struct fz_image {
    const char *format;    /* "jpeg", "png", ... static */
    int width, height;     /* of the whole picture, upright, px */
    int orientation;       /* EXIF, 1..8 */
    bool has_profile;      /* an ICC profile came with it */
    bool shows_background; /* through some of its pixels */
    int frames;            /* of an animation, or pages; 1 for all else */
    int whole_w, whole_h;  /* RAW: upright, px, of what its sensor saw; 0 for all else */
    int out_w, out_h;      /* of the result, px */
    int pitch_bytes;
    uint8_t *pixels;  /* what host.alloc returned; NULL on error */
    bool damaged;     /* shown in part: *err then holds the reason although fz_image_load returned FZ_OK */
    bool needs_files; /* UNSUPPORTED, because without_files: it takes fonts or the like */
    bool needs_heavy; /* UNSUPPORTED, because without_heavy: it takes one of those (image/heavy.h) */
};

/* Once, before the first worker starts: the libraries prepare what they would otherwise prepare lazily in each thread,
 * and keep their warnings to themselves. */
void fz_image_init(void);
void fz_image_fini(void);

/* Buffers kept from picture to picture, one set per worker: fresh memory costs more than a small decode. Between two
 * decodes they hold at most `keep_bytes` together. */
struct fz_image_scratch;
struct fz_image_scratch *fz_image_scratch_new(size_t keep_bytes);
void fz_image_scratch_free(struct fz_image_scratch *scratch);

/* Any thread but the render thread. Decodes one picture at the least size that covers the box, then reduces
 * it to fit. Errors: NOT_PICTURE (no known format by its bytes), UNSUPPORTED (a known one without a decoder), DAMAGED, LIMIT, MEMORY, CANCELLED, IO. */
enum fz_err fz_image_load(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                          struct fz_image *out, struct fz_error *err);

/* Any thread but the render thread. Reads the head of a file; to be given back in every case. NOT_PICTURE (no regular
 * file), MEMORY, IO. */
enum fz_err fz_image_read_head(int fd, struct fz_image_head *head, struct fz_error *err);
void fz_image_head_fini(struct fz_image_head *head);

/* Any thread. As much of a file that begins so as is worth having in memory before it is decoded: all that the format takes of most files. */
enum { FZ_IMAGE_AHEAD_BYTES = 32 << 20, FZ_IMAGE_PART_AHEAD_BYTES = 1 << 20 };
uint64_t fz_image_bytes_ahead(const struct fz_image_head *head);

/* Any thread. Whether it is worth while to look for what the next function finds: JPEGs have it in EXIF alone. */
bool fz_image_may_have_first(const struct fz_image_head *head);

/* Any thread but the render thread. Decodes what request->head holds of the picture in small (an EXIF thumbnail of the same
 * shape that lies in the same way), fitted into the box like the picture itself, never enlarged. out->width and height are
 * those of the whole picture. False: there is no such thing, and host.alloc's memory is the caller's. Does not
 * ask host.reserve; takes about 0.1 ms. */
bool fz_image_load_first(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                         struct fz_image *out);

/* A thumbnail that another program left of a file: borrowed. */
struct fz_image_thumbnail {
    const uint8_t *png;
    size_t len;
    const char *uri; /* of the file, and */
    int64_t mtime_s; /* when it was modified: the thumbnail is of no use unless it says the same */
};

/* Any thread but the render thread. As fz_image_load_first, of a thumbnail beside the file, which is upright. */
bool fz_image_load_thumbnail(const struct fz_image_request *request,
                             const struct fz_image_thumbnail *thumbnail, struct fz_image_scratch *scratch,
                             struct fz_image *out);

/* Any thread but the render thread. Reads only the first bytes: the format's name (whether or not there is a decoder for
 * it), or NULL where it is no picture (*err then says why, IO included). Leaves fd at an unspecified place. */
const char *fz_image_sniff(int fd, struct fz_error *err);

/* The same. Whether it takes one of the heavy codecs (image/heavy.h), by its first bytes; the place of the descriptor stays. */
bool fz_image_is_heavy(const struct fz_image_request *request);

/* Any thread. Whether decoding a part of such a picture takes less than decoding all of it; by the format's name (NULL: not known). */
bool fz_image_has_parts(const char *format);

/* Any thread. Whether the frames of such a picture are pages, each asked for by its number: by the format's name (NULL: not known). */
bool fz_image_has_pages(const char *format);

/* Any thread. How many times as large as it says, each way, a picture of that format (NULL: not known) and size can be drawn; 1 for
 * all that has pixels of its own. */
int fz_image_most_times(const char *format, int width, int height);

/* Any thread. The size of width x height fitted inside box_w x box_h, aspect kept, at least 1 x 1, never
 * enlarged; a box of 0 x 0 leaves it as it is. */
void fz_image_fit(int width, int height, int box_w, int box_h, int *out_w, int *out_h);

/* Any thread. Makes a box larger, by the side that is not the tight one: what fits into it fills what it was. */
enum { FZ_IMAGE_COVER = 4 };
void fz_image_cover(int width, int height, int *box_w, int *box_h);

/* Any thread but the render thread. Writes pixels (as in struct fz_image, alpha ignored) as a PNG beside
 * `path`, then renames it there: the old file or the new one, never half. */
enum fz_err fz_image_save_png(const char *path, const uint8_t *pixels, int width, int height, int pitch_bytes,
                              struct fz_error *err);

#endif
