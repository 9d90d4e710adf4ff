/* What two colours make, as GIMP's documentation (Layer Modes) and the formulas of its operations have it. */
#include "image/codecs/xcf_modes.h"

#include "image/pixels/light.h"

#include <math.h>

static const float TINY = 1e-6F;
static const float GREY = 0.1F; /* chroma that is but rounding, and has no hue */

/* 0 over anything is 0, and anything over 0 is a lot. */
static float divide(float a, float b)
{
    return fabsf(a) > TINY ? fminf(fmaxf(a / b, -1 / TINY), 1 / TINY) : 0;
}

static float screen(float b, float a)
{
    return 1 - (1 - b) * (1 - a);
}

static float burn(float b, float a)
{
    return 1 - divide(1 - b, a);
}

static float dodge(float b, float a)
{
    return divide(b, 1 - a);
}

/* --- channel by channel ---------------------------------------------------------------------------- */

static float combine_light(enum fz_xcf_blend blend, float b, float a)
{
    switch (blend) {
    case FZ_XCF_OVERLAY:
        return b < 0.5F ? 2 * b * a : screen(2 * b - 1, a);
    case FZ_XCF_HARD_LIGHT:
        return a > 0.5F ? screen(b, 2 * a - 1) : 2 * b * a;
    case FZ_XCF_SOFT_LIGHT:
        return (1 - b) * b * a + b * screen(b, a);
    case FZ_XCF_VIVID_LIGHT:
        return a > 0.5F ? dodge(b, 2 * a - 1) : burn(b, 2 * a);
    case FZ_XCF_PIN_LIGHT:
        return a > 0.5F ? fmaxf(b, 2 * a - 1) : fminf(b, 2 * a);
    case FZ_XCF_LINEAR_LIGHT:
        return b + 2 * a - 1;
    case FZ_XCF_HARD_MIX:
        return b + a < 1 ? 0 : 1;
    default:
        return a;
    }
}

static float combine(enum fz_xcf_blend blend, float b, float a)
{
    switch (blend) {
    case FZ_XCF_MULTIPLY:
        return b * a;
    case FZ_XCF_SCREEN:
        return screen(b, a);
    case FZ_XCF_DIFFERENCE:
        return fabsf(b - a);
    case FZ_XCF_ADDITION:
        return b + a;
    case FZ_XCF_SUBTRACT:
        return b - a;
    case FZ_XCF_DARKEN:
        return fminf(b, a);
    case FZ_XCF_LIGHTEN:
        return fmaxf(b, a);
    case FZ_XCF_DIVIDE:
        return divide(b, a);
    case FZ_XCF_DODGE:
        return dodge(b, a);
    case FZ_XCF_BURN:
        return burn(b, a);
    case FZ_XCF_GRAIN_EXTRACT:
        return b - a + 0.5F;
    case FZ_XCF_GRAIN_MERGE:
        return b + a - 0.5F;
    case FZ_XCF_EXCLUSION:
        return b + a - 2 * b * a;
    case FZ_XCF_LINEAR_BURN:
        return b + a - 1;
    default:
        return combine_light(blend, b, a);
    }
}

/* --- colours as a whole ------------------------------------------------------------------------------ */

static float most(const float *c)
{
    return fmaxf(c[0], fmaxf(c[1], c[2]));
}

static float least(const float *c)
{
    return fminf(c[0], fminf(c[1], c[2]));
}

static float luminance(const float *c)
{
    return 0.2225F * c[0] + 0.7169F * c[1] + 0.0606F * c[2];
}

/* Each channel's distance from `of` becomes `ratio` times as large, and begins at `at`. */
static void place(const float *from, float of, float ratio, float at, float *out)
{
    for (int i = 0; i < 3; i++)
        out[i] = at + (from[i] - of) * ratio;
}

/* Hue and saturation of `above`, lightness of `below`: the distances from the middle shrink as there is less room for them. */
static void take_color(const float *below, const float *above, float *out)
{
    const float b = (most(below) + least(below)) / 2, a = (most(above) + least(above)) / 2;
    const float room = fminf(a, 1 - a);
    place(above, a, room > TINY ? fminf(b, 1 - b) / room : 0, b, out);
}

static void take_hue(const float *below, const float *above, float *out)
{
    const float spread = most(above) - least(above);
    if (spread > TINY)
        place(above, most(above), (most(below) - least(below)) / spread, most(below), out);
    else
        place(below, 0, 1, 0, out);
}

static void take_saturation(const float *below, const float *above, float *out)
{
    const float top = most(below), spread = top - least(below);
    const float saturation = most(above) > 0 ? (most(above) - least(above)) / most(above) : 0;
    place(below, top, spread > TINY ? saturation * top / spread : 0, top, out);
}

static void take_value(const float *below, const float *above, float *out)
{
    if (most(below) > TINY)
        place(below, 0, most(above) / most(below), 0, out);
    else
        place(below, 0, 0, most(above), out);
}

static void take_luminance(const float *below, const float *above, float *out)
{
    place(below, 0, divide(luminance(above), luminance(below)), 0, out);
}

static void take_all(const float *from, float *out)
{
    place(from, 0, 1, 0, out);
}

/* L, a and b. */
static void combine_lab(enum fz_xcf_blend blend, const float *below, const float *above, float *out)
{
    const float b = hypotf(below[1], below[2]), a = hypotf(above[1], above[2]);
    const float *colours = blend == FZ_XCF_LCH_COLOR || (blend == FZ_XCF_LCH_HUE && a > GREY) ? above : below;
    float ratio = 1;
    if (blend == FZ_XCF_LCH_HUE && a > GREY)
        ratio = b / a;
    if (blend == FZ_XCF_LCH_CHROMA && b > GREY)
        ratio = a / b;
    out[0] = blend == FZ_XCF_LCH_LIGHTNESS ? above[0] : below[0];
    out[1] = colours[1] * ratio;
    out[2] = colours[2] * ratio;
}

static void combine_lch(enum fz_xcf_blend blend, const float *below, const float *above, float *out)
{
    float b[3], a[3], lab[3];
    fz_light_to_lab(below, b);
    fz_light_to_lab(above, a);
    combine_lab(blend, b, a, lab);
    fz_light_of_lab(lab, out);
}

void fz_xcf_combine(enum fz_xcf_blend blend, const float *below, const float *above, float *out)
{
    switch (blend) {
    case FZ_XCF_HUE:
        take_hue(below, above, out);
        break;
    case FZ_XCF_SATURATION:
        take_saturation(below, above, out);
        break;
    case FZ_XCF_COLOR:
        take_color(below, above, out);
        break;
    case FZ_XCF_VALUE:
        take_value(below, above, out);
        break;
    case FZ_XCF_LUMINANCE:
        take_luminance(below, above, out);
        break;
    case FZ_XCF_LUMA_DARKEN:
        take_all(luminance(below) <= luminance(above) ? below : above, out);
        break;
    case FZ_XCF_LUMA_LIGHTEN:
        take_all(luminance(below) >= luminance(above) ? below : above, out);
        break;
    case FZ_XCF_LCH_HUE:
    case FZ_XCF_LCH_CHROMA:
    case FZ_XCF_LCH_COLOR:
    case FZ_XCF_LCH_LIGHTNESS:
        combine_lch(blend, below, above, out);
        break;
    default:
        for (int i = 0; i < 3; i++)
            out[i] = combine(blend, below[i], above[i]);
    }
}
