/* What head_psd.c and psd.c share: what stands in front of the pixels of a PSD. */
#ifndef FZ_IMAGE_CODECS_PSD_H
#define FZ_IMAGE_CODECS_PSD_H

#include "image/format.h"

enum {
    FZ_PSD_LAYER_HEAD_BYTES = 18
}; /* the lengths of the section and of its first part, how many layers there are */

enum fz_psd_mode {
    FZ_PSD_BITMAP = 0,
    FZ_PSD_GREY = 1,
    FZ_PSD_INDEXED = 2,
    FZ_PSD_RGB = 3,
    FZ_PSD_CMYK = 4,
    FZ_PSD_CHANNELS = 7,
    FZ_PSD_DUOTONE = 8,
    FZ_PSD_LAB = 9,
};

/* Resources of interest. */
enum fz_psd_resource {
    FZ_PSD_THUMBNAIL = 1036,
    FZ_PSD_PROFILE = 1039,
    FZ_PSD_CLEAR_INDEX = 1047,
    FZ_PSD_VERSION = 1057,
    FZ_PSD_EXIF = 1058,
};

struct fz_psd_head {
    uint32_t width, height, channels, depth;
    enum fz_psd_mode mode;
    bool large;         /* PSB: some lengths have 8 bytes, those of rows 4 */
    uint64_t colors_at; /* what goes with the mode: of indexed ones their colours */
    uint32_t colors_len;
    uint64_t resources_at, resources_end;
    uint64_t layers_at; /* their section, which begins with its length */
};

/* Any thread, all of these. MORE where the bytes end before, or among, the resources, unless these are larger than those of any
 * sound file. */
enum fz_head_status fz_psd_read_head(const struct fz_bytes *bytes, struct fz_psd_head *head);

/* What is stored under that number; empty where there is none. */
struct fz_bytes fz_psd_resource(const struct fz_bytes *bytes, const struct fz_psd_head *head,
                                enum fz_psd_resource wanted);

/* Whether the first channel behind the colours is what of the merged picture is clear, as far as the head of the layers tells;
 * `layers` are 18 bytes from head->layers_at on, or fewer. */
bool fz_psd_is_clear(const struct fz_bytes *layers, const struct fz_psd_head *head);

/* How many of the channels are colours. */
unsigned fz_psd_colors(const struct fz_psd_head *head);

#endif
