#include "view/rush.h"

#include "view/flash.h"
#include "view/veil.h"

#include <math.h>

enum {
    SECOND_US = FZ_FLASH_SECOND_US + 130000, /* the end of a glide is noted when it begins */
    GAP_US = SECOND_US / FZ_RUSH_MOST,
};

static void add(struct fz_rush *rush, int64_t now_us)
{
    rush->at_us[rush->oldest] = now_us;
    rush->oldest = (rush->oldest + 1) % FZ_RUSH_MOST;
}

bool fz_rush_glides(struct fz_rush *rush, int64_t now_us)
{
    int64_t last_us =
        rush->at_us[(rush->oldest + FZ_RUSH_GLIDE - 1) % FZ_RUSH_MOST]; /* whose place it takes */
    bool may = last_us == 0 || now_us - last_us >= SECOND_US;
    if (may)
        add(rush, now_us);
    return may;
}

void fz_rush_note(struct fz_rush *rush, double rows, int64_t now_us)
{
    if (fabs(rows) >= FZ_RUSH_ROWS)
        add(rush, now_us);
}

int64_t fz_rush_jump_due_us(const struct fz_rush *rush)
{
    int64_t newest_us = rush->at_us[(rush->oldest + FZ_RUSH_MOST - 1) % FZ_RUSH_MOST];
    int64_t oldest_us = rush->at_us[rush->oldest];
    int64_t gap_end_us = newest_us > 0 ? newest_us + GAP_US : 0;
    int64_t second_end_us = oldest_us > 0 ? oldest_us + SECOND_US : 0;
    return gap_end_us > second_end_us ? gap_end_us : second_end_us;
}
