#include "view/veil.h"

#include "view/flash.h"
#include "view/geometry.h"

#include <math.h>

static const double LATE_ROWS = 1, PACE_TAU_S = 0.1;
enum {
    FRAME_US = 16667,  /* where there are more frames, the eye is no quicker */
    STAYS_US = 500000, /* so that it comes and goes less than twice a second */
    GOES_US = 300000,
    OPAQUE = 255,
    ROUNDED = 4, /* by the renderer, and what it blends by the meter */
};

void fz_veil_note(struct fz_veil *veil, double rows, int64_t now_us)
{
    int64_t since_us = now_us - veil->frame_us;
    double frame_s = FRAME_US / 1e6;
    rows = fabs(rows);
    if (since_us > 0 && since_us < FRAME_US) {
        rows *= (double)FRAME_US / (double)since_us;
        frame_s = (double)since_us / 1e6;
    }
    veil->frame_us = now_us;
    veil->pace *= 1 - fz_approach((double)since_us / 1e6, PACE_TAU_S);
    veil->pace += rows * fz_approach(frame_s, PACE_TAU_S);
    if (rows < FZ_RUSH_ROWS)
        return;
    int64_t *oldest = &veil->rushed_us[veil->oldest];
    bool many = *oldest > 0 && now_us - *oldest < FZ_FLASH_SECOND_US;
    bool just_late = veil->pace < FZ_RUSH_ROWS && rows < LATE_ROWS;
    if ((many && !just_late) || fz_veil_thickness(veil, now_us) > 0)
        veil->thick_us = now_us;
    *oldest = now_us;
    veil->oldest = (veil->oldest + 1) % FZ_VEIL_FREE;
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
