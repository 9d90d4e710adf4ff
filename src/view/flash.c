#include "view/flash.h"

#include <string.h>

/* Of 255: a tenth of the luminance, and 20 / 320 of R - G - B; rounded down. */
static const int least_change[FZ_FLASH_KINDS] = {[FZ_FLASH_LIGHT] = 25, [FZ_FLASH_RED] = 15};
/* Where both states are as bright as this, nothing flashes. */
static const int bright[FZ_FLASH_KINDS] = {[FZ_FLASH_LIGHT] = 204, [FZ_FLASH_RED] = 256};

static const int64_t LONG_AGO_US = INT64_MIN / 4;

void fz_flash_init(struct fz_flash *flash)
{
    memset(flash, 0, sizeof *flash);
    flash->blind = true;
    for (int kind = 0; kind < FZ_FLASH_KINDS; kind++)
        for (int i = 0; i < FZ_FLASH_CELLS; i++)
            for (int n = 0; n < FZ_FLASH_CHANGES; n++)
                flash->cells[kind][i].changed_us[n] = LONG_AGO_US;
}

/* ---- Scenes ------------------------------------------------------------------------------------------------------ */

static void set(struct fz_flash_scene *scene, int cell, struct fz_shade shade)
{
    scene->levels[FZ_FLASH_LIGHT][cell] = shade.light;
    scene->levels[FZ_FLASH_RED][cell] = shade.red;
}

void fz_flash_fill(struct fz_flash_scene *scene, struct fz_shade shade)
{
    for (int i = 0; i < FZ_FLASH_CELLS; i++)
        set(scene, i, shade);
}

/* (u, v) of what is seen to the same place of the picture before it was turned. */
static void turn_back(double *u, double *v, int quarters, bool flip_h, bool flip_v)
{
    *u = flip_h ? 1 - *u : *u;
    *v = flip_v ? 1 - *v : *v;
    for (int i = 0; i < quarters; i++) {
        double x = *v;
        *v = 1 - *u;
        *u = x;
    }
}

static int place_of(double part)
{
    int place = (int)(part * FZ_LUMA_SIDE);
    return place < 0 ? 0 : place < FZ_LUMA_SIDE ? place : FZ_LUMA_SIDE - 1;
}

void fz_flash_place(struct fz_flash_scene *scene, const struct fz_luma *luma, struct fz_rect rect,
                    double view_w, double view_h, int quarters, bool flip_h, bool flip_v)
{
    if (rect.w <= 0 || rect.h <= 0)
        return;
    for (int i = 0; i < FZ_FLASH_CELLS; i++) {
        int column = i % FZ_FLASH_COLUMNS, row = i / FZ_FLASH_COLUMNS;
        double x = (column + 0.5) * view_w / FZ_FLASH_COLUMNS;
        double y = (row + 0.5) * view_h / FZ_FLASH_ROWS;
        double u = (x - rect.x) / rect.w, v = (y - rect.y) / rect.h;
        if (u < 0 || u >= 1 || v < 0 || v >= 1)
            continue;
        turn_back(&u, &v, quarters, flip_h, flip_v);
        set(scene, i, luma->places[place_of(v) * FZ_LUMA_SIDE + place_of(u)]);
    }
}

/* ---- Changes ----------------------------------------------------------------------------------------------------- */

static void note_change(struct fz_flash_cell *cell, int direction, int64_t now_us)
{
    cell->direction = (int8_t)direction;
    cell->changed_us[cell->oldest] = now_us;
    cell->oldest = (uint8_t)((cell->oldest + 1) % FZ_FLASH_CHANGES);
}

static bool differ(enum fz_flash_kind kind, int a, int b)
{
    int darker = a < b ? a : b, brighter = a < b ? b : a;
    return brighter - darker >= least_change[kind] && darker < bright[kind];
}

bool fz_flash_differs(struct fz_shade a, struct fz_shade b)
{
    return differ(FZ_FLASH_LIGHT, a.light, b.light) || differ(FZ_FLASH_RED, a.red, b.red);
}

static bool opposes(const struct fz_flash_cell *cell, enum fz_flash_kind kind, int level)
{
    int direction = level < cell->extreme ? -1 : 1;
    return differ(kind, level, cell->extreme) && direction != cell->direction;
}

void fz_flash_show(struct fz_flash *flash, const struct fz_flash_scene *scene, int64_t now_us)
{
    for (int kind = 0; kind < FZ_FLASH_KINDS; kind++) {
        for (int i = 0; i < FZ_FLASH_CELLS; i++) {
            struct fz_flash_cell *cell = &flash->cells[kind][i];
            int level = scene->levels[kind][i];
            bool opposing = !flash->blind && opposes(cell, (enum fz_flash_kind)kind, level);
            bool further = (level - cell->extreme) * cell->direction > 0;
            if (opposing)
                note_change(cell, level < cell->extreme ? -1 : 1, now_us);
            if (flash->blind || opposing || further)
                cell->extreme = (uint8_t)level;
        }
    }
    flash->blind = false;
}

void fz_flash_cut(struct fz_flash *flash, int64_t now_us)
{
    for (int kind = 0; kind < FZ_FLASH_KINDS; kind++)
        for (int i = 0; i < FZ_FLASH_CELLS; i++)
            note_change(&flash->cells[kind][i], 0, now_us);
    flash->blind = true;
}

/* When its next change is due. */
static int64_t cell_due_us(const struct fz_flash_cell *cell, int64_t gap_us)
{
    int newest = (cell->oldest + FZ_FLASH_CHANGES - 1) % FZ_FLASH_CHANGES;
    int64_t by_gap = cell->changed_us[newest] + gap_us;
    int64_t by_count = cell->changed_us[cell->oldest] + FZ_FLASH_SECOND_US;
    return by_gap > by_count ? by_gap : by_count;
}

int64_t fz_flash_due_us(const struct fz_flash *flash, const struct fz_flash_scene *scene, int64_t gap_us,
                        int64_t now_us)
{
    for (int kind = 0; kind < FZ_FLASH_KINDS; kind++) {
        int64_t first_us = INT64_MAX;
        int early = 0;
        for (int i = 0; i < FZ_FLASH_CELLS; i++) {
            const struct fz_flash_cell *cell = &flash->cells[kind][i];
            int64_t due_us = cell_due_us(cell, gap_us);
            bool changes =
                !scene || flash->blind || opposes(cell, (enum fz_flash_kind)kind, scene->levels[kind][i]);
            if (!changes || due_us <= now_us)
                continue;
            early++;
            first_us = due_us < first_us ? due_us : first_us;
        }
        if (early >= FZ_FLASH_AREA)
            return first_us;
    }
    return now_us;
}

int64_t fz_flash_cut_due_us(const struct fz_flash *flash, int changes)
{
    int64_t due_us = LONG_AGO_US;
    for (int kind = 0; kind < FZ_FLASH_KINDS; kind++) {
        for (int i = 0; i < FZ_FLASH_CELLS; i++) {
            const struct fz_flash_cell *cell = &flash->cells[kind][i];
            int last =
                (cell->oldest + changes - 1) % FZ_FLASH_CHANGES; /* of those that have to be a second old */
            int64_t cell_us = cell->changed_us[last] + FZ_FLASH_SECOND_US;
            due_us = cell_us > due_us ? cell_us : due_us;
        }
    }
    return due_us;
}
