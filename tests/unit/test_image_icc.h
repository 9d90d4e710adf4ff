/* ICC profiles and files that hold them. */
#ifndef FZ_TEST_IMAGE_ICC_H
#define FZ_TEST_IMAGE_ICC_H

#include "test_image_support.h"

#include "image/probe.h"

#include <lcms2.h>
#include <math.h>

/* --- profiles ----------------------------------------------------------------------------------- */

static inline struct bytes saved(cmsHPROFILE profile)
{
    cmsUInt32Number len = 0;
    assert_true(cmsSaveProfileToMem(profile, NULL, &len));
    struct bytes b = {.data = malloc(len), .len = len};
    assert_true(cmsSaveProfileToMem(profile, b.data, &len));
    cmsCloseProfile(profile);
    return b;
}

static const cmsCIExyY d65 = {0.3127, 0.3290, 1};
static const cmsCIExyYTRIPLE p3 = {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
static const cmsCIExyYTRIPLE adobe = {{0.640, 0.330, 1}, {0.210, 0.710, 1}, {0.150, 0.060, 1}};
static const cmsCIExyYTRIPLE bt709 = {{0.640, 0.330, 1}, {0.300, 0.600, 1}, {0.150, 0.060, 1}};

static inline struct bytes rgb_profile(const cmsCIExyYTRIPLE *corners, double gamma)
{
    cmsToneCurve *curve = cmsBuildGamma(NULL, gamma);
    cmsToneCurve *const curves[3] = {curve, curve, curve};
    struct bytes b = saved(cmsCreateRGBProfile(&d65, corners, curves));
    cmsFreeToneCurve(curve);
    return b;
}

static inline struct bytes grey_profile(double gamma)
{
    cmsToneCurve *curve = cmsBuildGamma(NULL, gamma);
    struct bytes b = saved(cmsCreateGrayProfile(cmsD50_xyY(), curve));
    cmsFreeToneCurve(curve);
    return b;
}

/* Cyan, magenta and yellow each take light away from another axis of Lab; no printer does so, but no formula without the
 * profile would either. */
static inline cmsInt32Number ink_to_lab(const cmsUInt16Number in[], cmsUInt16Number out[], void *ctx)
{
    (void)ctx;
    double c = in[0] / 65535.0, m = in[1] / 65535.0, y = in[2] / 65535.0, k = in[3] / 65535.0;
    cmsCIELab lab = {.L = 100 * (1 - k) * (1 - 0.2 * c - 0.3 * m - 0.1 * y),
                     .a = (1 - k) * (40 * m - 30 * c),
                     .b = (1 - k) * (50 * y - 40 * c)};
    cmsFloat2LabEncoded(out, &lab);
    return 1;
}

static inline struct bytes cmyk_profile(unsigned grid)
{
    cmsHPROFILE profile = cmsCreateProfilePlaceholder(NULL);
    cmsSetProfileVersion(profile, 4.3);
    cmsSetDeviceClass(profile, cmsSigOutputClass);
    cmsSetColorSpace(profile, cmsSigCmykData);
    cmsSetPCS(profile, cmsSigLabData);
    cmsPipeline *lut = cmsPipelineAlloc(NULL, 4, 3);
    cmsStage *table = cmsStageAllocCLut16bit(NULL, grid, 4, 3, NULL);
    cmsToneCurve *curve = cmsBuildGamma(NULL, 1);
    cmsToneCurve *const curves[4] = {curve, curve, curve, curve};
    assert_true(cmsStageSampleCLut16bit(table, ink_to_lab, NULL, 0));
    cmsPipelineInsertStage(lut, cmsAT_BEGIN, cmsStageAllocToneCurves(NULL, 4, curves));
    cmsPipelineInsertStage(lut, cmsAT_END, table);
    cmsPipelineInsertStage(lut, cmsAT_END, cmsStageAllocToneCurves(NULL, 3, curves));
    assert_true(cmsWriteTag(profile, cmsSigAToB0Tag, lut));
    cmsPipelineFree(lut);
    cmsFreeToneCurve(curve);
    return saved(profile);
}

/* What a color of the profile is in sRGB; channels 0..1, of CMYK 0..100. */
static inline uint32_t expected(const struct bytes *icc, cmsUInt32Number type, const double *color)
{
    cmsHPROFILE from = cmsOpenProfileFromMem(icc->data, (cmsUInt32Number)icc->len);
    cmsHPROFILE to = cmsCreate_sRGBProfile();
    cmsHTRANSFORM transform = cmsCreateTransform(from, type, to, TYPE_RGB_DBL, INTENT_PERCEPTUAL,
                                                 cmsFLAGS_NOOPTIMIZE | cmsFLAGS_BLACKPOINTCOMPENSATION);
    assert_non_null(transform);
    double rgb[3];
    cmsDoTransform(transform, color, rgb, 1);
    uint32_t result = 0;
    for (int c = 0; c < 3; c++)
        result = result << 8 | (uint32_t)lround(fmin(fmax(rgb[c], 0), 1) * 255);
    cmsDeleteTransform(transform);
    cmsCloseProfile(from);
    cmsCloseProfile(to);
    return result;
}

static inline uint32_t expected_rgb(const struct bytes *icc, uint32_t rgb)
{
    const double color[3] = {(rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0};
    return expected(icc, TYPE_RGB_DBL, color);
}

/* --- files -------------------------------------------------------------------------------------- */

/* Rows of `depth` bits a channel, most significant byte first; `icc` may be NULL. */
static inline struct bytes make_png(const void *rows, int width, int height, int type, int depth,
                                    const struct bytes *icc, const double *gamma)
{
    struct bytes file = {0};
    const int channels[] = {[PNG_COLOR_TYPE_GRAY] = 1, [PNG_COLOR_TYPE_RGB] = 3, [PNG_COLOR_TYPE_RGBA] = 4};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, png_append, png_flush_nothing);
    png_set_option(png, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
    png_set_benign_errors(png, 1);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, depth, type, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (icc)
        png_set_iCCP(png, info, "icc", 0, icc->data, (png_uint_32)icc->len);
    if (gamma) {
        png_set_gAMA(png, info, *gamma);
        png_set_cHRM(png, info, d65.x, d65.y, p3.Red.x, p3.Red.y, p3.Green.x, p3.Green.y, p3.Blue.x,
                     p3.Blue.y);
    }
    png_write_info(png, info);
    for (int y = 0; y < height; y++)
        png_write_row(png, (const png_byte *)rows + (size_t)(y * width * channels[type] * depth / 8));
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return file;
}

/* A chunk sRGB behind the header of a PNG, before all else. */
static inline void add_srgb_chunk(struct bytes *png)
{
    static const uint8_t chunk[] = {0, 0, 0, 1, 's', 'R', 'G', 'B', 0, 0xae, 0xce, 0x1c, 0xe9};
    enum { AT = 8 + 25 };
    bytes_add(png, sizeof chunk);
    memmove(png->data + AT + sizeof chunk, png->data + AT, png->len - sizeof chunk - AT);
    memcpy(png->data + AT, chunk, sizeof chunk);
}

/* Puts APP2 segments of at most `part` bytes behind SOI. */
static inline struct bytes with_profile(const struct bytes *jpeg, const struct bytes *icc, size_t part)
{
    struct bytes file = {0};
    unsigned count = (unsigned)((icc->len + part - 1) / part);
    bytes_put(&file, jpeg->data, 2);
    for (unsigned i = count; i > 0; i--) { /* out of order */
        size_t at = (i - 1) * part, len = icc->len - at < part ? icc->len - at : part;
        bytes_put(&file, "\xff\xe2", 2);
        bytes_put_be(&file, (uint32_t)len + 16, 2);
        bytes_put(&file, "ICC_PROFILE", 12);
        bytes_put_be(&file, i, 1);
        bytes_put_be(&file, count, 1);
        bytes_put(&file, icc->data + at, len);
    }
    bytes_put(&file, jpeg->data + 2, jpeg->len - 2);
    return file;
}

static inline void load_ok(const struct bytes *file, int box, struct host *host, struct fz_image *image)
{
    struct fz_error err;
    *host = (struct host){0};
    assert_int_equal(load(file->data, file->len, box, box, host, image, &err), FZ_OK);
    assert_false(image->damaged);
}

/* By a probe. */
static inline bool is_profile_told(const struct bytes *b)
{
    struct fz_probe probe;
    struct fz_error err;
    struct host host = {0};
    int fd = open_bytes(b->data, b->len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    assert_int_equal(fz_image_probe(&request, scratch, &probe, &err), FZ_OK);
    fz_image_scratch_free(scratch);
    close(fd);
    return probe.image.has_profile;
}

#endif
