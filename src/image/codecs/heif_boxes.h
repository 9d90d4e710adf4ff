/* The boxes of HEIF (ISO/IEC 14496-12), and how large an item is of which no property tells it. */
#ifndef FZ_IMAGE_CODECS_HEIF_BOXES_H
#define FZ_IMAGE_CODECS_HEIF_BOXES_H

#include "image/format.h"

enum { FZ_HEIF_BOXES_MOST = 100000 }; /* that are looked at */

/* A box between its header and `end`. */
struct fz_heif_box {
    uint64_t body, end;
};

/* Any thread. The box at *pos, which moves behind it; false where none begins before `end`, or it is none. */
bool fz_heif_next_box(const struct fz_bytes *b, uint64_t *pos, uint64_t end, struct fz_heif_box *box);

/* Any thread. The first box of that type in `in`. */
bool fz_heif_find_box(const struct fz_bytes *b, struct fz_heif_box in, const char *type,
                      struct fz_heif_box *box);

/* Any thread. The box that describes the items, without its version. MORE: it is not all there. */
enum fz_head_status fz_heif_find_meta(const struct fz_bytes *b, struct fz_heif_box *meta);

/* Of a picture as it is coded, px. */
struct fz_heif_part {
    uint32_t x, y, w, h;
};

/* Any thread. Whether the picture is to be decoded as it is coded, of which `part` is shown, and then to be turned: libheif crops and turns
 * colours and alpha apart, each by its own properties, and writers of AVIF give them to the colours alone. */
bool fz_heif_is_left_alone(const struct fz_bytes *file, struct fz_heif_part *part);

/* Any thread. Takes the properties that crop and turn out of a copy of that file. */
void fz_heif_leave_alone(const struct fz_bytes *file, uint8_t *copy);

/* Any thread. Of a picture of limited range that is grey, or whose planes are R G B (H.273, matrix 0): where the byte stands whose highest
 * bit makes it one of full range; else 0. libheif widens the former not at all, and the latter by what differs between its versions. */
uint64_t fz_heif_limited_range(const struct fz_bytes *file);

/* Any thread, of the whole file. The first entry of the table that says how the pictures of a sequence are coded (8.5.2), where that is
 * by such a codec (NULL: any). */
bool fz_heif_find_entry(const struct fz_bytes *b, const char *codec, struct fz_heif_box *entry);

/* How an item is coded. */
struct fz_heif_coding {
    uint32_t item;
    struct fz_heif_box meta;
    struct fz_heif_box hevc, av1; /* hvcC and av1C; end = 0: it has none */
};

/* Before it is cropped or turned by properties, px. */
struct fz_heif_size {
    uint32_t width, height;
    uint32_t coded_w, coded_h; /* of what is decoded for that: HEVC has a window of its own */
    bool is_made_of_others;    /* a grid or an overlay */
};

/* heif_items.c. Any thread. By the parameters of HEVC, the sequence header of AV1, or what a grid or an overlay says; what nothing
 * tells stays as it is. MORE: the item is not all there. */
enum fz_head_status fz_heif_coded_size(const struct fz_bytes *b, const struct fz_heif_coding *coding,
                                       struct fz_heif_size *size);

/* The same. The decoder's thread, of the whole file. DAMAGED: what an item holds is larger than all that the header told of, by which
 * memory was reserved; of HEVC it tells all. MEMORY. */
enum fz_err fz_heif_check_sizes(struct fz_decode *d);

/* Any thread. The size by hvcC, and by OBUs of AV1; BAD: they do not tell. */
enum fz_head_status fz_heif_hevc_size(const struct fz_bytes *b, struct fz_heif_box box,
                                      struct fz_heif_size *size);
enum fz_head_status fz_heif_av1_size(const struct fz_bytes *b, uint64_t pos, uint64_t end,
                                     struct fz_heif_size *size);

/* Any thread. Whether such a picture has but one channel, and perhaps alpha: by its codec's box, or, of one that is made of others, by all such
 * boxes. */
bool fz_heif_is_grey(const struct fz_bytes *b, const struct fz_heif_coding *coding);

#endif
