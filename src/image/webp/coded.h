/* The entropy-coded images of VP8L (RFC 9649, section 3.6): that of the pixels, and the small ones that go with it. One is read whole
 * before the next one, so that they share the memory. */
#ifndef FZ_IMAGE_WEBP_CODED_H
#define FZ_IMAGE_WEBP_CODED_H

#include "image/webp/prefix.h"

enum {
    FZ_VP8L_WINDOW_PX = 1 << 20, /* the farthest distance there is a code for, 2^20 - 120, and more */
    FZ_VP8L_CACHE_BITS_MOST = 11,
    FZ_VP8L_CODES = 5,
};

/* The codes of a pixel; neighbours share them. */
struct fz_vp8l_group {
    struct fz_prefix_code codes[FZ_VP8L_CODES];
};

/* What the images of one stream share. One thread. */
struct fz_vp8l {
    struct fz_vp8l_bits *bits; /* borrowed */
    struct fz_error *err;
    uint64_t tables_most, tables_left;            /* bytes */
    uint32_t *window;                             /* owned: the pixels before the next one, round and round */
    uint32_t *row;                                /* owned: as wide as the widest image */
    uint32_t cache[1 << FZ_VP8L_CACHE_BITS_MOST]; /* of colours */
    struct fz_prefix_tables tables;
    struct fz_vp8l_group *groups; /* owned: of the image that is read */
};

struct fz_vp8l_image {
    struct fz_vp8l *v;
    int width, height;
    /* The next row, 0xAARRGGBB; what is there is used up. False: no more are wanted. */
    bool (*take)(struct fz_vp8l_image *image, uint32_t *row);
    void *to; /* for `take` */
    /* Zeroed first; `y` is the row that `take` gets. */
    int x, y;           /* the next pixel */
    uint32_t at;        /* how many came before */
    int cache_bits;     /* 0: there is none */
    int group_bits;     /* of the side of a block whose pixels share a group; 0: all do */
    int across;         /* blocks */
    uint16_t *group_of; /* owned: of each block */
    bool is_enough;
};

/* Reads it, cache and codes first. OK: to its end, or the last row that is wanted. DAMAGED, LIMIT, MEMORY. */
enum fz_err fz_vp8l_read_image(struct fz_vp8l_image *image, bool of_pixels);

/* Memory whose size the file says; NULL: *code is why (LIMIT, MEMORY). */
void *fz_vp8l_allocate(struct fz_vp8l *v, size_t count, size_t bytes, enum fz_err *code);

/* How many blocks of 1 << bits px a length has. */
int fz_vp8l_blocks(int length, int bits);

/* DAMAGED: the bits make no sense, or end early. */
enum fz_err fz_vp8l_fail(const struct fz_vp8l *v);

#endif
