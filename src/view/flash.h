/* What flashes, and when the next change would not: WCAG 2.3.1, three flashes in any one second. A flash is a pair of opposing
 * changes of a tenth of the full luminance or more, where the darker state is below 0.8 of it, or of a saturated red by 20
 * (of 320). A small area may flash: less than a quarter of ten degrees of the eye, 0.006 sr. At 61 cm, the middle of the
 * distances that WCAG counts with, that is 22 cm²: 0.8 % of a screen of 32 inches, and more of smaller ones.
 *
 * The window is looked at in cells. Each remembers its last changes, as they were presented. */
#ifndef FZ_VIEW_FLASH_H
#define FZ_VIEW_FLASH_H

#include "image/pixels/luma.h"
#include "view/geometry.h"

#include <stdbool.h>

enum {
    FZ_FLASH_COLUMNS = 32,
    FZ_FLASH_ROWS = 18,
    FZ_FLASH_CELLS = FZ_FLASH_COLUMNS * FZ_FLASH_ROWS,
    FZ_FLASH_AREA = 5,    /* cells, 0.87 %: as many as this must not flash */
    FZ_FLASH_CHANGES = 6, /* in a second: three flashes */
    /* A second, and a frame on either side: what was presented is seen a little later, not always by as much. */
    FZ_FLASH_SECOND_US = 1034000,
    FZ_FLASH_GAP_US = 173000, /* a sixth of it: changes that are spread evenly */
};

enum fz_flash_kind { FZ_FLASH_LIGHT, FZ_FLASH_RED, FZ_FLASH_KINDS };

/* What the window shows, or would. */
struct fz_flash_scene {
    uint8_t levels[FZ_FLASH_KINDS][FZ_FLASH_CELLS];
};

struct fz_flash_cell {
    uint8_t extreme;  /* the furthest it came since its last change, in the direction of that */
    int8_t direction; /* 1, -1: of the last change; 0: either way would be one */
    uint8_t oldest;   /* of `changed_us`, a ring */
    int64_t changed_us[FZ_FLASH_CHANGES];
};

struct fz_flash {
    struct fz_flash_cell cells[FZ_FLASH_KINDS][FZ_FLASH_CELLS];
    bool blind; /* what is shown is not known */
};

/* One owner's thread, all of these. */
void fz_flash_init(struct fz_flash *flash);

/* Whether going from one to the other is half a flash. */
bool fz_flash_differs(struct fz_shade a, struct fz_shade b);

/* A plain scene; then a picture of `luma` in it, at `rect` of a window of view_w x view_h px. The picture is turned clockwise
 * by quarters first, then mirrored. */
void fz_flash_fill(struct fz_flash_scene *scene, struct fz_shade shade);
void fz_flash_place(struct fz_flash_scene *scene, const struct fz_luma *luma, struct fz_rect rect,
                    double view_w, double view_h, int quarters, bool flip_h, bool flip_v);

/* This is what was presented now. */
void fz_flash_show(struct fz_flash *flash, const struct fz_flash_scene *scene, int64_t now_us);
/* All of it became something else, nobody knows how bright: one change. */
void fz_flash_cut(struct fz_flash *flash, int64_t now_us);

/* When `scene` (NULL: not known) may be shown: `now_us`, or later, to be asked again then. No two opposing changes come within
 * `gap_us`, and no more than six within a second. */
int64_t fz_flash_due_us(const struct fz_flash *flash, const struct fz_flash_scene *scene, int64_t gap_us,
                        int64_t now_us);
/* When all of it may change `changes` times, of six. */
int64_t fz_flash_cut_due_us(const struct fz_flash *flash, int changes);

#endif
