#include "image/codecs/xcf.h"

#include "image/pixels/deep.h"
#include "image/pixels/light.h"

#include <math.h>

/* The modes of GIMP before 2.10, in the curve of sRGB, and those since then, which mix in linear light. Not among them are
 * those that draw at random (dissolve), or that only tools have. */
struct mode {
    uint32_t number;
    enum fz_xcf_blend blend;
    bool linear_blend, linear_mix;
};

static const struct mode modes[] = {
    {0, FZ_XCF_NORMAL, false, false},
    {3, FZ_XCF_MULTIPLY, false, false},
    {4, FZ_XCF_SCREEN, false, false},
    {5, FZ_XCF_SOFT_LIGHT, false, false}, /* though its name was overlay */
    {6, FZ_XCF_DIFFERENCE, false, false},
    {7, FZ_XCF_ADDITION, false, false},
    {8, FZ_XCF_SUBTRACT, false, false},
    {9, FZ_XCF_DARKEN, false, false},
    {10, FZ_XCF_LIGHTEN, false, false},
    {11, FZ_XCF_HUE, false, false},
    {12, FZ_XCF_SATURATION, false, false},
    {13, FZ_XCF_COLOR, false, false},
    {14, FZ_XCF_VALUE, false, false},
    {15, FZ_XCF_DIVIDE, false, false},
    {16, FZ_XCF_DODGE, false, false},
    {17, FZ_XCF_BURN, false, false},
    {18, FZ_XCF_HARD_LIGHT, false, false},
    {19, FZ_XCF_SOFT_LIGHT, false, false},
    {20, FZ_XCF_GRAIN_EXTRACT, false, false},
    {21, FZ_XCF_GRAIN_MERGE, false, false},
    {23, FZ_XCF_OVERLAY, false, true},
    {24, FZ_XCF_LCH_HUE, true, true},
    {25, FZ_XCF_LCH_CHROMA, true, true},
    {26, FZ_XCF_LCH_COLOR, true, true},
    {27, FZ_XCF_LCH_LIGHTNESS, true, true},
    {28, FZ_XCF_NORMAL, true, true},
    {30, FZ_XCF_MULTIPLY, true, true},
    {31, FZ_XCF_SCREEN, false, true},
    {32, FZ_XCF_DIFFERENCE, false, true},
    {33, FZ_XCF_ADDITION, true, true},
    {34, FZ_XCF_SUBTRACT, true, true},
    {35, FZ_XCF_DARKEN, false, true},
    {36, FZ_XCF_LIGHTEN, false, true},
    {37, FZ_XCF_HUE, false, true},
    {38, FZ_XCF_SATURATION, false, true},
    {39, FZ_XCF_COLOR, false, true},
    {40, FZ_XCF_VALUE, false, true},
    {41, FZ_XCF_DIVIDE, true, true},
    {42, FZ_XCF_DODGE, false, true},
    {43, FZ_XCF_BURN, false, true},
    {44, FZ_XCF_HARD_LIGHT, false, true},
    {45, FZ_XCF_SOFT_LIGHT, false, true},
    {46, FZ_XCF_GRAIN_EXTRACT, false, true},
    {47, FZ_XCF_GRAIN_MERGE, false, true},
    {48, FZ_XCF_VIVID_LIGHT, false, true},
    {49, FZ_XCF_PIN_LIGHT, false, true},
    {50, FZ_XCF_LINEAR_LIGHT, false, true},
    {51, FZ_XCF_HARD_MIX, false, true},
    {52, FZ_XCF_EXCLUSION, false, true},
    {53, FZ_XCF_LINEAR_BURN, false, true},
    {54, FZ_XCF_LUMA_DARKEN, false, true},
    {55, FZ_XCF_LUMA_LIGHTEN, false, true},
    {56, FZ_XCF_LUMINANCE, true, true},
    {58, FZ_XCF_ERASE, true, true},
    {61, FZ_XCF_NORMAL, true, true}, /* of groups that let through what is below: the same */
};

static const struct mode *find_mode(uint32_t number)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (modes[i].number == number)
            return &modes[i];
    return NULL;
}

/* Into *linear, where it is a space that is known; 0: it stays. */
static bool choose_space(int32_t stored, bool is_lab, bool *linear)
{
    enum {
        LIGHT = 1,
        CURVE = 2,
        LAB = 3,
        EYE = 4
    }; /* the third is of the modes that work in it, from linear light */
    const int64_t space = stored < 0 ? -(int64_t)stored : stored;
    if (space == 0 || (space == LAB && is_lab))
        return true;
    if (space == LIGHT)
        *linear = true;
    if (space == CURVE || space == EYE)
        *linear = false;
    return space == LIGHT || space == CURVE || space == EYE;
}

bool fz_xcf_choose_way(const struct fz_xcf_choice *choice, struct fz_xcf_way *way)
{
    enum { FIRST_NEW = 23, COVERS = 1, CLIPPED = 2 };
    const struct mode *known = find_mode(choice->mode), *mode = known ? known : find_mode(28);
    const int64_t cover = choice->cover < 0 ? -(int64_t)choice->cover : choice->cover;
    *way = (struct fz_xcf_way){.blend = mode->blend,
                               .linear_blend = mode->linear_blend,
                               .linear_mix = mode->linear_mix,
                               .covers = mode->blend == FZ_XCF_NORMAL,
                               .old = mode->number < FIRST_NEW};
    if (!known || mode->number < FIRST_NEW || mode->blend == FZ_XCF_ERASE) /* which leave no choice */
        return known;
    const bool is_lab = mode->blend >= FZ_XCF_LCH_HUE && mode->blend <= FZ_XCF_LCH_LIGHTNESS;
    bool blend = is_lab || choose_space(choice->blend_space, false, &way->linear_blend);
    bool mix = choose_space(choice->mix_space, is_lab, &way->linear_mix);
    if (cover == COVERS || cover == CLIPPED)
        way->covers = cover == COVERS;
    return blend && mix && cover <= CLIPPED;
}

static float to_curve(float v)
{
    return v <= 0.0031308F ? v * 12.92F : 1.055F * powf(v, 1 / 2.4F) - 0.055F;
}

static void convert(const float *from, bool from_linear, bool linear, float *to)
{
    for (int i = 0; i < 3; i++)
        to[i] = from_linear == linear ? from[i] : linear ? fz_light_decode(from[i]) : to_curve(from[i]);
}

/* What `above` makes of `below`, both in the curve of sRGB, in the light that all is mixed in afterwards. */
static void combine(const struct fz_xcf_way *way, const float *below, const float *above, float *made)
{
    float b[3], a[3], c[3];
    convert(below, false, way->linear_blend, b);
    convert(above, false, way->linear_blend, a);
    fz_xcf_combine(way->blend, b, a, c);
    convert(c, way->linear_blend, way->linear_mix, made);
    for (int i = 0; i < 3 && way->old && way->blend != FZ_XCF_DIVIDE; i++)
        made[i] = fminf(fmaxf(made[i], 0), 1);
}

/* Parts of what is there afterwards: of what both make, and of each where the other is clear. */
struct parts {
    float made, above, below, all;
};

static struct parts find_parts(const struct fz_xcf_way *way, float below, float above)
{
    const float all = way->covers ? above + below * (1 - above) : below;
    if (all <= 0)
        return (struct parts){0};
    if (!way->covers)
        return (struct parts){.made = above, .below = 1 - above, .all = all};
    return (struct parts){above * below / all, above * (1 - below) / all, below * (1 - above) / all, all};
}

void fz_xcf_blend(const struct fz_xcf_way *way, const uint16_t *from, float alpha, uint16_t *onto)
{
    if (alpha <= 0)
        return;
    if (way->blend == FZ_XCF_ERASE) {
        onto[3] = fz_deep_float((float)onto[3] / 65535 * (1 - alpha));
        return;
    }
    if (way->covers && alpha >= 1 && (way->blend == FZ_XCF_NORMAL || onto[3] == 0)) {
        memcpy(onto, from, 3 * sizeof *onto);
        onto[3] = UINT16_MAX;
        return;
    }
    const struct parts parts = find_parts(way, (float)onto[3] / 65535, alpha);
    float below[3], above[3], b[3], a[3], made[3];
    for (int i = 0; i < 3; i++) {
        below[i] = (float)onto[i] / 65535;
        above[i] = (float)from[i] / 65535;
    }
    convert(below, false, way->linear_mix, b);
    convert(above, false, way->linear_mix, a);
    if (way->blend == FZ_XCF_NORMAL)
        memcpy(made, a, sizeof made);
    else
        combine(way, below, above, made);
    for (int i = 0; i < 3 && parts.all > 0; i++) {
        float mixed = made[i] * parts.made + a[i] * parts.above + b[i] * parts.below;
        onto[i] = way->linear_mix ? fz_light_encode(mixed) : fz_deep_float(mixed);
    }
    onto[3] = fz_deep_float(parts.all);
}
