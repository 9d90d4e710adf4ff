/* XCF, what xcf.c (the file), xcf_bands.c (a band of rows), xcf_tiles.c (its pixels) and xcf_blend.c (layers on one another)
 * share. */
#ifndef FZ_IMAGE_CODECS_XCF_H
#define FZ_IMAGE_CODECS_XCF_H

#include "image/codecs/xcf_modes.h"
#include "image/format.h"

enum {
    FZ_XCF_TILE = 64,         /* px */
    FZ_XCF_MAX_LAYERS = 4096, /* that are looked at */
    FZ_XCF_DEPTH = 6,         /* bands: the picture's, and those of groups in groups */
    FZ_XCF_TILE_BYTES = FZ_XCF_TILE * FZ_XCF_TILE * 4 * 8,
};

enum fz_xcf_pack { FZ_XCF_PLAIN, FZ_XCF_RLE, FZ_XCF_ZLIB };

/* How samples are stored in the whole file. */
struct fz_xcf_samples {
    unsigned bytes; /* of each: 1, 2, 4 or 8 */
    bool floats, linear, little;
    enum fz_xcf_pack pack;
    unsigned pointer_bytes; /* 4 or 8 */
    const uint8_t *colors;  /* of indexed pictures, R G B */
    uint32_t color_count;
};

/* Pixels in tiles: of a layer or a mask. */
struct fz_xcf_plane {
    uint64_t tiles_at; /* where the places of its tiles stand; 0: there is none */
    uint32_t width, height, pixel_bytes;
};

/* How a layer blends, as it is stored. Of those after the mode 0 is what belongs to it; a negative one was left to GIMP, and is
 * what it was then. */
struct fz_xcf_choice {
    uint32_t mode;
    int32_t blend_space, mix_space, cover;
};

struct fz_xcf_way {
    enum fz_xcf_blend blend;
    bool linear_blend, linear_mix; /* in linear light: what two colours make, and how much of it shows */
    bool covers;                   /* what is clear below it; else only what is there is changed */
    bool old;                      /* of before 2.10: what they make ends at black and white */
};

struct fz_xcf_layer {
    struct fz_xcf_plane plane, mask;
    int32_t x, y;
    uint32_t type, depth; /* of groups that it lies in */
    uint32_t band;        /* that it is drawn on */
    struct fz_xcf_way way;
    float opacity;
    bool visible, group, masked;
    bool through; /* a group whose layers are drawn on what is below it */
    bool plain;   /* it would be the same if they were */
    bool odd;     /* not drawn as GIMP draws it */
};

struct fz_xcf {
    struct fz_decode *d;
    const struct fz_bytes *file;
    struct fz_xcf_samples samples;
    uint32_t width, height, base, version;
    struct fz_bytes profile;
    struct fz_xcf_layer *layers; /* owned; from the top */
    uint32_t count;
    uint16_t *bands[FZ_XCF_DEPTH]; /* owned: rows of R G B A, straight; of the picture, and of groups */
    uint8_t *tile, *mask;          /* owned */
    uint16_t *to_light;            /* owned: from the curve of sRGB, for a profile of linear light; or NULL */
    bool incomplete, odd;          /* not all of it is there; not all is drawn as GIMP draws it */
};

/* The decoder's thread. Draws all layers and hands their rows over; the bands are made by the one and freed by the other. The
 * errors of fz_decode_begin; MEMORY, CANCELLED. */
enum fz_err fz_xcf_push_bands(struct fz_xcf *x);
void fz_xcf_bands_fini(struct fz_xcf *x);

/* Any thread. A tile, unpacked into `to` (FZ_XCF_TILE_BYTES), *width x *height px of it. False: it is not there as a
 * whole. */
bool fz_xcf_read_tile(const struct fz_bytes *file, const struct fz_xcf_samples *s,
                      const struct fz_xcf_plane *plane, uint32_t column, uint32_t row, uint8_t *to,
                      uint32_t *width, uint32_t *height);

/* Any thread. Pixel `i` of an unpacked tile of a layer of that type: R G B A of 16 bits in the curve of sRGB, straight. */
void fz_xcf_read_pixel(const struct fz_xcf_samples *s, uint32_t type, const uint8_t *tile, uint32_t i,
                       uint16_t *rgba);

/* Any thread. The same of a mask. */
uint16_t fz_xcf_read_mask(const struct fz_xcf_samples *s, const uint8_t *tile, uint32_t i);

/* Any thread. What the file says of how a layer blends. False where GIMP draws it otherwise: a mode that is not known counts as
 * the usual one, what is not known of the rest as what belongs to the mode. */
bool fz_xcf_choose_way(const struct fz_xcf_choice *choice, struct fz_xcf_way *way);

/* Any thread. One pixel over another, R G B A of 16 bits, straight; `alpha` 0..1 takes the place of from[3]. */
void fz_xcf_blend(const struct fz_xcf_way *way, const uint16_t *from, float alpha, uint16_t *onto);

#endif
