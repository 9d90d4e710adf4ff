#include "view/veil.h"

#include "view/flash.h"
#include "view/geometry.h"

#include <math.h>

static const double LATE_ROWS = 1, PACE_TAU_S = 0.1, TURN_ROWS = 0.1, REST_ROWS = 0.05;
static const double ROW_CHANGES = 3; /* a tile, the gap, its name */
enum {
    FRAME_US = 16667,  /* where there are more frames, the eye is no quicker */
    SWEEP_US = 250000, /* of a hand that shakes it, or less */
    STAYS_US = 500000, /* so that it comes and goes less than twice a second */
    GOES_US = 300000,
    OPAQUE = 255,
    ROUNDED = 4, /* by the renderer, and what it blends by the meter */
};

static bool is_shaken(const struct fz_veil *veil, int64_t now_us)
{
    return veil->shaken_us > 0 && now_us - veil->shaken_us < SWEEP_US;
}

static void begin_sweep(struct fz_veil *veil, double rows, int64_t now_us)
{
    veil->sweep = rows;
    veil->back = 0;
    veil->turned_us = now_us;
    if (!is_shaken(veil, now_us))
        veil->drifts = 0;
}

static void follow_sweep(struct fz_veil *veil, double rows, int64_t now_us)
{
    if (veil->pace < REST_ROWS)
        begin_sweep(veil, 0, now_us);
    veil->back += rows;
    if (veil->back * veil->sweep >= 0) {
        veil->sweep += veil->back;
        veil->back = 0;
    } else if (fabs(veil->back) >= TURN_ROWS) {
        if (fabs(veil->sweep) >= TURN_ROWS && now_us - veil->turned_us < SWEEP_US) {
            veil->shaken_us = now_us;
            veil->drifts = ceil(veil->drifts); /* for the places at a border */
        }
        begin_sweep(veil, veil->back, now_us);
    }
}

/* At the pace of sixty frames a second. */
static double pace_of(struct fz_veil *veil, double rows, int64_t now_us)
{
    int64_t since_us = now_us - veil->frame_us;
    double frame_s = FRAME_US / 1e6;
    if (since_us > 0 && since_us < FRAME_US) {
        rows *= (double)FRAME_US / (double)since_us;
        frame_s = (double)since_us / 1e6;
    }
    veil->frame_us = now_us;
    veil->pace *= 1 - fz_approach((double)since_us / 1e6, PACE_TAU_S);
    veil->pace += rows * fz_approach(frame_s, PACE_TAU_S);
    return rows;
}

static void count_change(struct fz_veil *veil, bool just_late, int64_t now_us)
{
    int64_t *oldest = &veil->changed_us[veil->oldest];
    bool many = *oldest > 0 && now_us - *oldest < FZ_FLASH_SECOND_US;
    if ((many && !just_late) || fz_veil_thickness(veil, now_us) > 0)
        veil->thick_us = now_us;
    *oldest = now_us;
    veil->oldest = (veil->oldest + 1) % FZ_VEIL_FREE;
}

void fz_veil_note(struct fz_veil *veil, double rows, int64_t now_us)
{
    follow_sweep(veil, rows, now_us);
    rows = fabs(rows);
    double pace = pace_of(veil, rows, now_us);
    bool shaken = is_shaken(veil, now_us);
    bool just_late = !shaken && veil->pace < FZ_RUSH_ROWS && pace < LATE_ROWS;
    if (pace >= FZ_RUSH_ROWS)
        count_change(veil, just_late, now_us);
    else
        veil->drifts += rows * ROW_CHANGES;
    while (shaken && veil->drifts >= 1) {
        count_change(veil, false, now_us);
        veil->drifts -= 1;
    }
}

double fz_veil_thickness(const struct fz_veil *veil, int64_t now_us)
{
    int64_t over_us = now_us - veil->thick_us - STAYS_US;
    if (veil->thick_us == 0 || over_us >= GOES_US)
        return 0;
    return over_us <= 0 ? 1 : 1 - (double)over_us / GOES_US;
}

static struct fz_shade under(int alpha, uint32_t veil, uint32_t rgb)
{
    uint32_t blended = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int over = (int)(veil >> shift & 255), below = (int)(rgb >> shift & 255);
        blended |= (uint32_t)((over * alpha + below * (OPAQUE - alpha) + OPAQUE / 2) / OPAQUE) << shift;
    }
    return fz_shade_of(blended);
}

/* Of all colours black and white are farthest apart in light, red and cyan in red. */
static bool flashes_under(int alpha, uint32_t rgb)
{
    static const uint32_t black = 0, white = 0xffffff, red = 0xff0000, cyan = 0x00ffff;
    return fz_flash_differs(under(alpha, rgb, black), under(alpha, rgb, white)) ||
           fz_flash_differs(under(alpha, rgb, cyan), under(alpha, rgb, red));
}

int fz_veil_alpha(uint32_t rgb)
{
    int alpha = OPAQUE;
    while (alpha > 0 && !flashes_under(alpha - 1, rgb))
        alpha--;
    return alpha + ROUNDED < OPAQUE ? alpha + ROUNDED : OPAQUE;
}
