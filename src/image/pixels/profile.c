#include "image/pixels/profile.h"

#include "base/mem.h"

#include <lcms2.h>
#include <lcms2_plugin.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEPT = 4, /* transforms; a folder seldom has pictures of more than two or three cameras */
    LCMS_MAX_BYTES = 48 << 20, /* of all that lcms holds in one worker: a CMYK profile of 4 MB takes 30 */
    SAME_LEVELS = 2,           /* by which sRGB profiles of other makers differ from lcms's */
    STEEP_LEVELS = 4,
    BLOCK_PREFIX = 16
};

/* Grey is the first of the four bytes; R G B A of 16 bits keep it first too. */
#define TYPE_GREY_XXX_8 (COLORSPACE_SH(PT_GRAY) | EXTRA_SH(3) | CHANNELS_SH(1) | BYTES_SH(1))
#define TYPE_GREY_XXX_16 (COLORSPACE_SH(PT_GRAY) | EXTRA_SH(3) | CHANNELS_SH(1) | BYTES_SH(2))

struct fz_profile {
    uint8_t *key; /* owned: the bytes that it was made of; NULL = this place is free */
    size_t key_len;
    enum fz_color_model color;
    cmsHTRANSFORM transform; /* NULL: nothing to do */
    cmsHTRANSFORM deep;      /* of a steep one */
    uint8_t greys[256][4];   /* of grey: what its levels become */
    uint64_t used;           /* when, by the clock of profiles */
};

struct fz_profiles {
    cmsContext lcms; /* NULL until the first profile */
    size_t bytes;    /* that lcms and the keys hold */
    uint64_t clock;
    struct fz_profile kept[KEPT];
};

/* --- memory of lcms: counted, and bounded -------------------------------------------------------- */

/* A block begins with its size. While lcms makes or frees the context itself, it has no user data: not counted. */
static void *block_resize(cmsContext lcms, void *old, size_t size)
{
    struct fz_profiles *p = cmsGetContextUserData(lcms);
    char *block = old ? (char *)old - BLOCK_PREFIX : NULL;
    size_t old_size = 0, held = p ? p->bytes : 0;
    if (block)
        memcpy(&old_size, block, sizeof old_size);
    if (size > LCMS_MAX_BYTES || held + size > LCMS_MAX_BYTES)
        return NULL;
    block = realloc(block, size + BLOCK_PREFIX);
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    if (p)
        p->bytes = held + size - old_size;
    return block + BLOCK_PREFIX;
}

static void *on_malloc(cmsContext lcms, cmsUInt32Number size)
{
    return block_resize(lcms, NULL, size);
}

static void *on_realloc(cmsContext lcms, void *old, cmsUInt32Number size)
{
    return block_resize(lcms, old, size);
}

static void on_free(cmsContext lcms, void *at)
{
    if (!at)
        return;
    struct fz_profiles *p = cmsGetContextUserData(lcms);
    char *block = (char *)at - BLOCK_PREFIX;
    size_t size;
    memcpy(&size, block, sizeof size);
    if (p)
        p->bytes -= size;
    free(block);
}

static void on_error(cmsContext lcms, cmsUInt32Number code, const char *text)
{
    (void)lcms; /* the picture is shown without */
    (void)code;
    (void)text;
}

static bool start_lcms(struct fz_profiles *p)
{
    if (p->lcms)
        return true;
    cmsPluginMemHandler memory = {
        .base = {.Magic = cmsPluginMagicNumber, .ExpectedVersion = 2000, .Type = cmsPluginMemHandlerSig},
        .MallocPtr = on_malloc,
        .FreePtr = on_free,
        .ReallocPtr = on_realloc};
    p->lcms = cmsCreateContext(&memory, p);
    if (p->lcms)
        cmsSetLogErrorHandlerTHR(p->lcms, on_error);
    return p->lcms != NULL;
}

/* --- one transform ------------------------------------------------------------------------------- */

static bool fits(cmsHPROFILE profile, enum fz_color_model color)
{
    switch (cmsGetDeviceClass(profile)) {
    case cmsSigInputClass:
    case cmsSigDisplayClass:
    case cmsSigOutputClass:
    case cmsSigColorSpaceClass:
        break;
    default:
        return false;
    }
    cmsColorSpaceSignature space = cmsGetColorSpace(profile);
    switch (color) {
    case FZ_COLOR_RGB:
        return space == cmsSigRgbData;
    case FZ_COLOR_GREY:
        return space == cmsSigGrayData || space == cmsSigRgbData;
    default:
        return space == cmsSigCmykData;
    }
}

static cmsUInt32Number pixel_type(cmsHPROFILE profile, enum fz_color_model color)
{
    if (color == FZ_COLOR_CMYK)
        return TYPE_CMYK_8;
    if (color == FZ_COLOR_CMYK_INVERTED)
        return TYPE_CMYK_8_REV;
    return cmsGetColorSpace(profile) == cmsSigGrayData ? TYPE_GREY_XXX_8 : TYPE_BGRA_8;
}

/* Whether a lattice of colours, and all greys, stay what they are. */
static bool changes_nothing(cmsHTRANSFORM transform, enum fz_color_model color)
{
    enum { STEP = 17, SIDE = 16, COUNT = SIDE * SIDE * SIDE + 256 };
    uint8_t(*in)[4] = fz_malloc(COUNT * sizeof *in), (*out)[4] = fz_malloc(COUNT * sizeof *out);
    int count = 0, worst = 0;
    for (int i = 0; i < 256; i++)
        memset(in[count++], i, 4);
    for (int i = 0; i < SIDE * SIDE * SIDE && color == FZ_COLOR_RGB; i++, count++) {
        in[count][0] = (uint8_t)(i % SIDE * STEP);
        in[count][1] = (uint8_t)(i / SIDE % SIDE * STEP);
        in[count][2] = (uint8_t)(i / SIDE / SIDE * STEP);
    }
    cmsDoTransform(transform, in, out, (cmsUInt32Number)count);
    for (int i = 0; i < count; i++)
        for (int c = 0; c < 3; c++) {
            int d = abs(in[i][c] - out[i][c]);
            worst = d > worst ? d : worst;
        }
    free(in);
    free(out);
    return worst <= SAME_LEVELS;
}

static bool is_steep(cmsHTRANSFORM transform)
{
    uint8_t ramp[256][4];
    for (int i = 0; i < 256; i++)
        memset(ramp[i], i, 4);
    cmsDoTransform(transform, ramp, ramp, 256);
    for (int i = 1; i < 256; i++)
        if (abs(ramp[i][1] - ramp[i - 1][1]) > STEEP_LEVELS)
            return true;
    return false;
}

static void make_transforms(struct fz_profiles *p, struct fz_profile *to, cmsHPROFILE from)
{
    cmsHPROFILE srgb = cmsCreate_sRGBProfileTHR(p->lcms);
    if (!srgb)
        return;
    cmsUInt32Number type = pixel_type(from, to->color);
    /* What lcms makes to be faster has 33 points for grey: too few where it is dark. */
    cmsUInt32Number flags = to->color == FZ_COLOR_GREY ? cmsFLAGS_NOOPTIMIZE : 0;
    to->transform = cmsCreateTransformTHR(p->lcms, from, type, srgb, TYPE_BGRA_8, INTENT_PERCEPTUAL, flags);
    bool cmyk = fz_color_is_cmyk(to->color);
    if (to->transform && !cmyk && changes_nothing(to->transform, to->color)) {
        cmsDeleteTransform(to->transform);
        to->transform = NULL;
    }
    for (int i = 0; to->transform && i < 256; i++)
        memset(to->greys[i], i, 4);
    if (to->transform && to->color == FZ_COLOR_GREY)
        cmsDoTransform(to->transform, to->greys, to->greys, 256);
    if (to->transform && !cmyk && is_steep(to->transform))
        to->deep = cmsCreateTransformTHR(p->lcms, from, type == TYPE_BGRA_8 ? TYPE_RGBA_16 : TYPE_GREY_XXX_16,
                                         srgb, TYPE_BGRA_8, INTENT_PERCEPTUAL, flags);
    cmsCloseProfile(srgb);
}

/* --- the last few ----------------------------------------------------------------------------------- */

static void forget(struct fz_profiles *p, struct fz_profile *profile)
{
    if (profile->transform)
        cmsDeleteTransform(profile->transform);
    if (profile->deep)
        cmsDeleteTransform(profile->deep);
    p->bytes -= profile->key_len;
    free(profile->key);
    *profile = (struct fz_profile){0};
}

static struct fz_profile *find_kept(struct fz_profiles *p, const void *key, size_t len,
                                    enum fz_color_model color)
{
    for (int i = 0; i < KEPT; i++) {
        struct fz_profile *kept = &p->kept[i];
        if (kept->key && kept->color == color && kept->key_len == len && memcmp(kept->key, key, len) == 0)
            return kept;
    }
    return NULL;
}

/* The one used least recently; free places count as never used. */
static struct fz_profile *oldest(struct fz_profiles *p)
{
    struct fz_profile *oldest = &p->kept[0];
    for (int i = 1; i < KEPT; i++)
        if (p->kept[i].used < oldest->used)
            oldest = &p->kept[i];
    return oldest;
}

/* The kept one of this key, or a place for it: *fresh then. NULL: no memory. */
static struct fz_profile *keep(struct fz_profiles *p, const void *key, size_t len, enum fz_color_model color,
                               bool *fresh)
{
    if (!start_lcms(p))
        return NULL;
    struct fz_profile *kept = find_kept(p, key, len, color);
    *fresh = !kept;
    if (!kept) {
        kept = oldest(p);
        forget(p, kept);
        kept->key = fz_try_malloc(len);
        if (!kept->key)
            return NULL;
        memcpy(kept->key, key, len);
        kept->key_len = len;
        p->bytes += len;
        kept->color = color;
    }
    kept->used = ++p->clock;
    return kept;
}

const struct fz_profile *fz_profile_find(struct fz_profiles *profiles, const void *icc, size_t len,
                                         enum fz_color_model color)
{
    bool fresh;
    struct fz_profile *kept = keep(profiles, icc, len, color, &fresh);
    if (kept && fresh) {
        cmsHPROFILE from = cmsOpenProfileFromMemTHR(profiles->lcms, icc, (cmsUInt32Number)len);
        if (from && fits(from, color))
            make_transforms(profiles, kept, from);
        if (from)
            cmsCloseProfile(from);
    }
    return kept && kept->transform ? kept : NULL;
}

static cmsToneCurve *make_curve(struct fz_profiles *p, double gamma)
{
    /* IEC 61966-2-1 */
    static const double srgb[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    return gamma > 0 ? cmsBuildGamma(p->lcms, gamma) : cmsBuildParametricToneCurve(p->lcms, 4, srgb);
}

static cmsHPROFILE make_profile(struct fz_profiles *p, const struct fz_primaries *c)
{
    const cmsCIExyY white = {c->white[0], c->white[1], 1};
    const cmsCIExyYTRIPLE corners = {
        {c->red[0], c->red[1], 1}, {c->green[0], c->green[1], 1}, {c->blue[0], c->blue[1], 1}};
    cmsToneCurve *curve = make_curve(p, c->gamma);
    cmsToneCurve *const curves[3] = {curve, curve, curve};
    cmsHPROFILE profile = curve ? cmsCreateRGBProfileTHR(p->lcms, &white, &corners, curves) : NULL;
    if (curve)
        cmsFreeToneCurve(curve);
    return profile;
}

const struct fz_profile *fz_profile_of_primaries(struct fz_profiles *profiles,
                                                 const struct fz_primaries *primaries,
                                                 enum fz_color_model color)
{
    bool fresh;
    struct fz_profile *kept = keep(profiles, primaries, sizeof *primaries, color, &fresh);
    if (kept && fresh) {
        cmsHPROFILE from = make_profile(profiles, primaries);
        if (from && fits(from, color))
            make_transforms(profiles, kept, from);
        if (from)
            cmsCloseProfile(from);
    }
    return kept && kept->transform ? kept : NULL;
}

struct fz_profiles *fz_profiles_new(void)
{
    return fz_calloc(1, sizeof(struct fz_profiles));
}

size_t fz_profiles_trim(struct fz_profiles *profiles, size_t keep_bytes)
{
    while (profiles->bytes > keep_bytes) {
        struct fz_profile *last = NULL;
        for (int i = 0; i < KEPT; i++)
            if (profiles->kept[i].key && (!last || profiles->kept[i].used < last->used))
                last = &profiles->kept[i];
        if (!last)
            break;
        forget(profiles, last);
    }
    return profiles->bytes;
}

void fz_profiles_free(struct fz_profiles *profiles)
{
    if (!profiles)
        return;
    for (int i = 0; i < KEPT; i++)
        forget(profiles, &profiles->kept[i]);
    if (profiles->lcms)
        cmsDeleteContext(profiles->lcms);
    free(profiles);
}

/* --- rows ------------------------------------------------------------------------------------------- */

void fz_profile_row(const struct fz_profile *profile, uint8_t *row, int width)
{
    if (profile->color == FZ_COLOR_GREY)
        for (int x = 0; x < width; x++)
            memcpy(row + (size_t)x * 4, profile->greys[row[(size_t)x * 4]], 3);
    else
        cmsDoTransform(profile->transform, row, row, (cmsUInt32Number)width);
    if (fz_color_is_cmyk(profile->color))
        for (int x = 0; x < width; x++)
            row[(size_t)x * 4 + 3] = 255;
}

bool fz_profile_is_steep(const struct fz_profile *profile)
{
    return profile->deep != NULL;
}

void fz_profile_row_16(const struct fz_profile *profile, const uint16_t *rgba, uint8_t *row, int width)
{
    cmsDoTransform(profile->deep, rgba, row, (cmsUInt32Number)width);
}
