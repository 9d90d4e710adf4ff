/* The FORMAT TABLE: one row makes a format known. Every picture takes the same way:
 * is_a -> header -> limits -> reserve -> load; the magic bytes decide, never the name. */
#ifndef FZ_IMAGE_FORMAT_H
#define FZ_IMAGE_FORMAT_H

#include "image/pixels/alpha.h"
#include "image/bytes.h"
#include "image/facts.h"
#include "image/image.h"
#include "image/pixels/profile.h"
#include "image/reader.h"
#include "image/pixels/reduce.h"
#include "image/pixels/region.h"
#include "image/scratch.h"

enum {
    FZ_FORMAT_HEAD_BYTES = 64 << 10, /* what is read before the format is known */
    FZ_SNIFF_BYTES = 32 << 10, /* or as far as that goes: a prologue of comments may stand before <svg> */
    FZ_MAX_PROFILE_BYTES = 4 << 20, /* ICC: those of printers reach 2 MB */
};

/* What the header says, before anything is allocated. Sizes as stored, px. */
struct fz_header {
    uint32_t width, height;
    uint32_t frame_x, frame_y, frame_w, frame_h; /* what the decoder yields of it; all 0 = the whole */
    uint64_t inner_at, inner_len; /* a picture inside the file; 0, 0 = none. Packed: how long it is */
    uint64_t coefficient_bytes;   /* JPEG with several scans: held until the last one */
    bool coarse_first;            /* the same: its first scan is all that 1/8 needs */
    bool interlaced;              /* GIF */
    bool still_apart;             /* PNG: an animation, of which the picture before its frames is none */
    uint32_t coded_side;          /* HEIF: of what is decoded, before it is cropped; the longer one */
    uint32_t coded_w, coded_h;    /* the same: the largest that is decoded for it; 0, 0 = the size itself */
    uint32_t whole_w, whole_h;    /* RAW: of what its sensor saw, where less of it is shown */
    bool has_profile;             /* RAW: the picture inside has one */
    int orientation;              /* RAW: EXIF, 1..8; 0 = the format's own function tells it */
    int page;                     /* set before: which one of several, from 0 */
    int pages;                    /* how many there are; 0 = one */
    bool by_rows;                 /* never held as a whole at full size */
    bool file_held;               /* of a format that streams: but such a file does not */
    const char *reason;           /* of FZ_HEAD_BAD, where it is a special one; static */
    bool is_unread;               /* the same: nothing is wrong with the file */
};

/* Of the largest that is decoded for it. */
static inline uint64_t fz_header_coded_px(const struct fz_header *h)
{
    return h->coded_w ? (uint64_t)h->coded_w * h->coded_h : (uint64_t)h->width * h->height;
}

/* One decode under way. On the stack of fz_image_load. */
struct fz_decode {
    const struct fz_image_request *request;
    struct fz_image_request smaller; /* what `request` points to where no more than that finds memory */
    struct fz_image_scratch *scratch;
    const struct fz_format *format;
    struct fz_bytes file; /* whole when load runs, but for one that is read piece by piece: its head then */
    struct fz_reader *pieces; /* the rest of such a file; NULL: there is none */
    bool frugal; /* of pictures in pieces: what can be decoded row by row is, even if it takes longer */
    struct fz_error read_error; /* why no more pieces came, where that was not the end */
    uint64_t working_bytes;
    struct fz_header header;
    int turn; /* orientation to apply to the rows that the decoder gives, 1..8 */
    int from_row; /* JPEG: of the result as stored; what lies above it is made by another decode of the same picture */
    int from_px; /* the same: the row of the picture that it begins with */
    /* What the rows are: set by the decoder before fz_decode_begin. */
    enum fz_color_model color;
    struct fz_bytes profile; /* ICC, in the scratch, by fz_decode_set_profile; empty = sRGB */
    bool has_primaries;      /* where there is no ICC profile: */
    struct fz_primaries primaries;
    int reduced_by; /* set before fz_decode_begin: px of the picture for each that comes, the last ones in part; 0: as many as come */
    /* Set by fz_decode_begin. */
    struct fz_reduce reduce;
    bool begun;
    int64_t deadline_us;                /* CPU time of this thread; 0 = none */
    int64_t soonest_us;                 /* by the clock: that cannot have come before */
    const struct fz_profile *transform; /* to sRGB; NULL = none */
    struct fz_image *out;
    struct fz_error *err;
};

struct fz_format {
    const char *name;
    const char *unread; /* of a format without a decoder: how people call it; only is_a follows then, */
    const char *needs;  /* and the library that it takes, where this build only lacks that */
    /* Any thread: true when these first bytes are of the format. */
    bool (*is_a)(const struct fz_bytes *head);
    /* Fills *header from the bytes; MORE asks for more bytes of the file. Allocates nothing, but for RAW. */
    enum fz_head_status (*header)(const struct fz_bytes *bytes, struct fz_header *header);
    /* What `load` will allocate at most, the file's own bytes and the reducer not counted. */
    uint64_t (*working_bytes)(const struct fz_decode *d, uint64_t file_bytes);
    /* EXIF orientation, 1..8; NULL = always 1. *turn is what is left to do with the rows. */
    int (*orientation)(const struct fz_bytes *file, int *turn);
    /* The same, of what is left to do too, where that may stand behind all that was read; NULL = it never does. */
    int (*late_orientation)(const struct fz_image_request *request);
    /* What a probe tells beyond the header; NULL = one frame, no profile, no EXIF data. MORE asks for more bytes. */
    enum fz_head_status (*facts)(const struct fz_bytes *bytes, struct fz_facts *facts);
    /* Judges what only the whole file tells, before it is decoded; may be NULL. */
    enum fz_err (*check)(struct fz_decode *d);
    /* Whether these first bytes tell already that it takes fonts or the like; NULL = they never do. */
    bool (*needs_files)(const struct fz_bytes *head);
    /* Decodes: fz_decode_begin, then all rows to d->reduce. */
    enum fz_err (*load)(struct fz_decode *d);
    /* For sdl_image.c: what SDL2_image calls it; the bytes a pixel at the peak of its decode, the finished
     * surface included (measured, rounded up), and how often it copies the file. */
    const char *sdl_type;
    unsigned bytes_per_px;
    unsigned file_copies;
    bool streams; /* `load` takes what follows d->file from fz_decode_more */
    /* its directories lie anywhere: all of these functions read what they need through file.beyond */
    bool scattered;
    bool parts; /* decoding a part of the picture takes less than all of it */
    bool skips; /* the same of every file, because it looks at little of what is in it */
    bool pages; /* request->want.page chooses */
    bool
        partly; /* of most files a tile takes but a part: a preview, the first of many frames, what its directory names */
    bool draws; /* `load` has no pixels to begin with: it draws any part at any scale */
    /* its codec is another row, see image/heavy.h; this one has neither `load` nor what goes with it */
    bool is_heavy;
};

/* Any thread. The row that knows these bytes, or NULL. */
const struct fz_format *fz_format_find(const struct fz_bytes *head);

/* Any thread. The row of that name, or NULL. */
const struct fz_format *fz_format_named(const char *name);

/* The decoder's thread. Knows the format by the first bytes, then reads as far as its header reaches. The errors of
 * fz_image_load. */
enum fz_err fz_decode_read_header(struct fz_decode *d, struct fz_reader *reader);

/* The decoder's thread, after the header. Orientation, and what of it is left to do with the rows. */
int fz_decode_orient(struct fz_decode *d);

/* The decoder's thread. Judges the size in the header, and puts it into d->out as it stands there. */
enum fz_err fz_decode_check_size(struct fz_decode *d);

/* The decoder's thread, after the header. A result of 1/8 or less is wanted, for which nothing has to be held at full size. */
bool fz_decode_is_coarse(const struct fz_decode *d);

/* The decoder's thread, of a file that is read piece by piece. The next piece begins there. */
void fz_decode_seek(struct fz_decode *d, uint64_t offset);

/* Same. Bytes of the file at any place, in order or against it: where they stand, or copied into `copy`, which has room for them;
 * NULL: the file ends before, or cannot be read. */
const uint8_t *fz_decode_bytes(struct fz_decode *d, uint64_t at, uint64_t count, uint8_t *copy);
/* The decoder's thread, of such a file. Where the next piece will begin. */
uint64_t fz_decode_tell(const struct fz_decode *d);

/* The decoder's thread. The size of the file. */
uint64_t fz_decode_file_bytes(const struct fz_decode *d);

/* The decoder's thread. What is wanted of a picture of width x height px: all as stored, before it is turned. */
struct fz_part fz_decode_part(const struct fz_decode *d, int width, int height);

/* The decoder's thread. The size of the result for a picture of width x height px as stored, before it is turned; where
 * a part of it is wanted, that of the whole at the same scale. */
void fz_decode_target(const struct fz_decode *d, int width, int height, int *out_w, int *out_h);

/* The decoder's thread. Both for decoders that scale: the least size in which they may give it. That of the result, or more where
 * it is to be smooth. */
struct fz_part fz_decode_least_part(const struct fz_decode *d, int width, int height);
void fz_decode_least(const struct fz_decode *d, int width, int height, int *least_w, int *least_h);

/* The decoder's thread, for fz_decode_begin: allocates the result for a picture that becomes width x height px, upright. *to is
 * its first pixel, which on a sheet is not the result's. LIMIT, MEMORY. */
enum fz_err fz_decode_alloc(struct fz_decode *d, int width, int height, uint8_t **to);

/* The decoder's thread. `width x height` is the picture as stored, `in_w x in_h` the size in which its rows
 * will come (at least the target's). Allocates the result. LIMIT, MEMORY. */
enum fz_err fz_decode_begin(struct fz_decode *d, int width, int height, int in_w, int in_h);

/* The decoder's thread. The same for who draws nothing but what is wanted, in the size of the result: the rows that come are of that
 * part alone. */
enum fz_err fz_decode_begin_part(struct fz_decode *d, int width, int height, const struct fz_part *part);

/* The decoder's thread, before fz_decode_begin. The picture's ICC profile, copied; what is too large to be one is
 * left aside, and what is damaged or does not fit d->color later. */
void fz_decode_set_profile(struct fz_decode *d, const void *icc, size_t len);

/* The decoder's thread. What follows in a file that is read piece by piece, in place of the piece before; false at its end,
 * or where it cannot be read (d->read_error). */
bool fz_decode_more(struct fz_decode *d, struct fz_bytes *next);

/* ROWS. A decoder says what colours they are of (color, profile) before fz_decode_begin, then hands all of them over, from
 * the top, by the functions below or those of rows.h; opaque ones may go to fz_reduce_push as they are. It neither
 * converts colours nor lays anything over the background itself. What has a profile is reduced premultiplied, as four
 * channels, then converted and laid over the background row by row of the result: each pixel of the result is converted
 * once, and none of the file. Without a profile it is laid over the background before it is reduced, which is the same for
 * a background of one colour. */

/* The decoder's thread. The next row: in_w pixels of 4 bytes, B G R A or C M Y K; of opaque B G R the fourth byte is 255.
 * Best written to fz_reduce_input(&d->reduce); used up by the call. */
void fz_decode_push(struct fz_decode *d, uint8_t *row, enum fz_alpha alpha);

/* The decoder's thread. The same of C M Y K, and a row of an alpha of that kind which goes with it. Converted before it is
 * reduced. */
void fz_decode_push_inks(struct fz_decode *d, uint8_t *row, const uint8_t *alpha, enum fz_alpha kind);

/* The decoder's thread. The same of 16 bits a channel, R G B A in native byte order, straight alpha, borrowed; see
 * image/pixels/deep.h for what has other depths. Rounded to 8 bits, after its profile where that is of linear light. */
void fz_decode_push_deep(struct fz_decode *d, const uint16_t *rgba);

/* color.c, for fz_decode_begin. */
void fz_color_begin(struct fz_decode *d);

/* The decoder's thread, where its work begins: how much of its time that may take, by the limits of the request. */
void fz_decode_set_deadline(struct fz_decode *d);

/* The decoder's thread. Asked between blocks of rows: whether to stop, because nobody wants the picture any more or
 * because its time is over; then the error that says which. */
bool fz_decode_cancelled(const struct fz_decode *d);
enum fz_err fz_decode_fail_cancelled(struct fz_decode *d);

/* jpeg/head.c, jpeg/jpeg.c */
bool fz_jpeg_is_a(const struct fz_bytes *head);
enum fz_head_status fz_jpeg_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_jpeg_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
int fz_jpeg_orientation(const struct fz_bytes *file, int *turn);
/* Where the height stands in the file, which fz_jpeg_header has read; 0: nowhere. */
uint64_t fz_jpeg_height_at(const struct fz_bytes *file);
void fz_jpeg_set_profile(struct fz_decode *d, const struct fz_bytes *file);
/* Before it is loaded: of Adobe RGB, unless its EXIF or, then, its profile says otherwise. */
void fz_jpeg_assume_adobe_rgb(struct fz_decode *d, const struct fz_bytes *file);
enum fz_err fz_jpeg_load(struct fz_decode *d);

/* png.c */
bool fz_png_is_a(const struct fz_bytes *head);
enum fz_head_status fz_png_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_png_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
int fz_png_orientation(const struct fz_bytes *file, int *turn);
int fz_png_late_orientation(const struct fz_image_request *request); /* png_late.c */
enum fz_err fz_png_load(struct fz_decode *d);

/* head_webp.c, webp_late.c, webp.c */
bool fz_webp_is_a(const struct fz_bytes *head);
enum fz_head_status fz_webp_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_webp_find(const struct fz_bytes *file, const char *name, uint64_t *len);
bool fz_webp_tells_of(unsigned flags, const char *name); /* of VP8X */
struct fz_bytes fz_webp_chunk(const struct fz_bytes *file, const char *name);
struct fz_bytes fz_webp_chunk_begun(const struct fz_bytes *file, const char *name);
bool fz_webp_has_alpha(const struct fz_bytes *file);
bool fz_webp_has_alpha_chunk(const struct fz_bytes *file);
bool fz_webp_is_lossless(const struct fz_bytes *file, const struct fz_header *header);
uint64_t fz_webp_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
int fz_webp_orientation(const struct fz_bytes *file, int *turn);
int fz_webp_late_orientation(const struct fz_image_request *request);
enum fz_err fz_webp_load(struct fz_decode *d);

/* head_tiff.c, tiff.c */
bool fz_tiff_is_a(const struct fz_bytes *head);
enum fz_head_status fz_tiff_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_tiff_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
int fz_tiff_orientation(const struct fz_bytes *file, int *turn);
enum fz_err fz_tiff_load(struct fz_decode *d);

/* gif.c and head_gif.c, by giflib; what is read here without a library: qoi.c, pnm.c (and head_text.c), pam.c, xpm.c, pcx.c, tga.c, ilbm.c, xcf.c, psd.c (and head_psd.c), bmp.c */
#define FZ_OWN_FUNCTIONS(name)                                                                      \
    bool fz_##name##_is_a(const struct fz_bytes *head);                                             \
    enum fz_head_status fz_##name##_header(const struct fz_bytes *bytes, struct fz_header *header); \
    uint64_t fz_##name##_working_bytes(const struct fz_decode *d, uint64_t file_bytes);             \
    enum fz_err fz_##name##_load(struct fz_decode *d);
FZ_OWN_FUNCTIONS(gif)
/* Any thread. How long the colour table is that a screen or a frame with these flags brings (GIF89a, 18 and 20), bytes. */
uint64_t fz_gif_table_bytes(uint32_t flags);
/* Any thread. The place behind a chain of blocks (GIF89a, appendix A); where the bytes end before, beyond them. */
uint64_t fz_gif_skip_blocks(const struct fz_bytes *bytes, uint64_t pos);
/* Any thread. The length of the ICC profile (ICC.1:2001-04, annex B) before the first frame, whose blocks are put together in `to`;
 * NULL: it is but measured. 0: there is none, or too much of it. */
size_t fz_gif_profile(const struct fz_bytes *file, uint8_t *to);
FZ_OWN_FUNCTIONS(qoi)
FZ_OWN_FUNCTIONS(pnm)
FZ_OWN_FUNCTIONS(pam)
FZ_OWN_FUNCTIONS(xpm)
FZ_OWN_FUNCTIONS(pcx)
FZ_OWN_FUNCTIONS(tga)
FZ_OWN_FUNCTIONS(ilbm)
FZ_OWN_FUNCTIONS(xcf)
FZ_OWN_FUNCTIONS(psd)
FZ_OWN_FUNCTIONS(bmp)
#undef FZ_OWN_FUNCTIONS
enum fz_head_status fz_bmp_facts(const struct fz_bytes *bytes, struct fz_facts *facts);
bool fz_pfm_is_a(const struct fz_bytes *head);
int fz_tga_orientation(const struct fz_bytes *file, int *turn);
int fz_psd_orientation(const struct fz_bytes *file, int *turn);
enum fz_head_status fz_psd_facts(const struct fz_bytes *bytes, struct fz_facts *facts);

/* heavy/svg.c: only with librsvg */
uint64_t fz_svg_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
enum fz_err fz_svg_load(struct fz_decode *d);

/* sdl_image.c */
uint64_t fz_sdl_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
enum fz_err fz_sdl_load(struct fz_decode *d);

/* head_*.c: what is known of a format by the bytes alone */
#define FZ_HEAD_FUNCTIONS(name)                         \
    bool fz_##name##_is_a(const struct fz_bytes *head); \
    enum fz_head_status fz_##name##_header(const struct fz_bytes *bytes, struct fz_header *header);
FZ_HEAD_FUNCTIONS(ico)
FZ_HEAD_FUNCTIONS(cur)
FZ_HEAD_FUNCTIONS(svg)
FZ_HEAD_FUNCTIONS(xv)
#undef FZ_HEAD_FUNCTIONS

/* head_heif.c, heavy/heif.c; but for is_a only with libheif */
bool fz_heic_is_a(const struct fz_bytes *head);
bool fz_avif_is_a(const struct fz_bytes *head);
enum fz_head_status fz_heif_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_heif_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
enum fz_head_status fz_heif_facts(const struct fz_bytes *bytes, struct fz_facts *facts);
bool fz_avif_is_sequence(const struct fz_bytes *head);
enum fz_head_status fz_avif_facts(const struct fz_bytes *bytes,
                                  struct fz_facts *facts); /* heavy/anim_avif.c: only with libavif */
uint64_t fz_avif_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
enum fz_err fz_avif_load(struct fz_decode *d);
int fz_heif_orientation(const struct fz_bytes *file, int *turn);
/* In the bytes at hand; a file without is a sequence alone. */
bool fz_heif_has_still(const struct fz_bytes *file);
/* The same, of what libavif decodes too: that is left to be turned. */
int fz_avif_orientation(const struct fz_bytes *file, int *turn);
enum fz_err fz_heif_check(struct fz_decode *d); /* heif_links.c */
enum fz_err fz_heif_load(struct fz_decode *d);

/* head_jxl.c, heavy/jxl_info.c, heavy/jxl.c; but for is_a only with libjxl */
bool fz_jxl_is_a(const struct fz_bytes *head);
enum fz_head_status fz_jxl_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_jxl_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
int fz_jxl_orientation(const struct fz_bytes *file, int *turn);
/* What libjxl is given of a file: the codestream alone where one box holds it, for libjxl 0.7 misreads boxes whose length is of
 * 64 bits; else all of it. Borrowed from `file`. */
struct fz_bytes fz_jxl_codestream(const struct fz_bytes *file);
enum fz_head_status fz_jxl_facts(const struct fz_bytes *bytes, struct fz_facts *facts);
enum fz_err fz_jxl_load(struct fz_decode *d);

/* head_raw.c, heavy/raw.c; but for is_a only with LibRaw */
bool fz_raw_is_a(const struct fz_bytes *head);
/* What such a file says of its sensor without LibRaw, edges included: size and orientation. False where it does not in these bytes,
 * as most of those do that are no TIFF. */
bool fz_raw_sensor(const struct fz_bytes *head, struct fz_header *header);
enum fz_head_status fz_raw_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_raw_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
enum fz_err fz_raw_load(struct fz_decode *d);

/* head_unread.c */
bool fz_jp2_is_a(const struct fz_bytes *head);
bool fz_exr_is_a(const struct fz_bytes *head);

/* image.c: whether the host grants so much. What does not fit into a pointer nobody has: so what was granted can be counted in size_t. */
bool fz_image_reserve(const struct fz_image_host *host, uint64_t bytes);

/* head_unread.c: what is no format of the table, by its name where that is known. NOT_PICTURE. */
enum fz_err fz_format_fail_unknown(const struct fz_bytes *head, struct fz_error *err);

/* head_text.c: the size in px, with what there is of a last one: the header's is that rounded up, as rsvg-convert's is;
 * 512 where there is none; coordinates that are taken for it are brought down to what can be drawn. False: its coordinates are px of a
 * page of that size, and are no larger on a larger one. */
bool fz_svg_size(const struct fz_bytes *file, double *width, double *height);

/* head_text.c: whether a style sheet may move the root element: nothing in the file may move it too, or is said of the root that
 * librsvg would then look for in other places. */
bool fz_svg_root_is_plain(const struct fz_bytes *file);

/* head_text.c: the document type with all that it holds, borrowed; empty where there is none. */
struct fz_bytes fz_svg_document_type(const struct fz_bytes *file);

/* head_text.c: an attribute of the root element, borrowed; empty where it has none. */
struct fz_bytes fz_svg_root_attribute(const struct fz_bytes *file, const char *name);

/* svg/nesting.c, svg/packed.c, svg/utf16.c */
enum fz_err fz_svg_check(struct fz_decode *d);
bool fz_svgz_is_a(const struct fz_bytes *head);
enum fz_head_status fz_svgz_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_svgz_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
enum fz_err fz_svgz_load(struct fz_decode *d);
bool fz_svg16_is_a(const struct fz_bytes *head);
enum fz_head_status fz_svg16_header(const struct fz_bytes *bytes, struct fz_header *header);
uint64_t fz_svg16_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
enum fz_err fz_svg16_load(struct fz_decode *d);
/* The same of d->file where it is UTF-8 made of another: what `len` bytes of that will need, and its load. */
uint64_t fz_svg_plain_working_bytes(const struct fz_decode *d, uint64_t len);
enum fz_err fz_svg_plain_load(struct fz_decode *d);

uint64_t fz_icon_working_bytes(const struct fz_decode *d, uint64_t file_bytes);
enum fz_err fz_icon_load(struct fz_decode *d);
/* bmp.c: the size in a BITMAPINFOHEADER or BITMAPCOREHEADER at `pos`. */
void fz_dib_read_size(const struct fz_bytes *b, uint64_t pos, uint32_t *width, uint32_t *height);

#endif
