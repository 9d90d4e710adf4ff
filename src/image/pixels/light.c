#include "image/pixels/light.h"

#include "image/pixels/deep.h"

#include <math.h>

#include <lcms2.h>

uint16_t fz_light_encode(float v)
{
    return fz_deep_float(v <= 0.0031308F ? v * 12.92F : 1.055F * powf(v, 1 / 2.4F) - 0.055F);
}

float fz_light_decode(float v)
{
    return v <= 0.04045F ? v / 12.92F : powf((v + 0.055F) / 1.055F, 2.4F);
}

/* The white of ICC profiles, and linear sRGB to XYZ of it and back: Bradford's adaptation between D65 and D50 is in it. */
static const float d50[3] = {0.9642F, 1, 0.8249F};
static const float to_xyz[3][3] = {{0.4360747F, 0.3850649F, 0.1430804F},
                                   {0.2225045F, 0.7168786F, 0.0606169F},
                                   {0.0139322F, 0.0971045F, 0.7141733F}};
static const float from_xyz[3][3] = {{3.1338561F, -1.6168667F, -0.4906146F},
                                     {-0.9787684F, 1.9161415F, 0.0334540F},
                                     {0.0719453F, -0.2289914F, 1.4052427F}};

static void multiply(const float matrix[3][3], const float *from, float *to)
{
    for (int i = 0; i < 3; i++)
        to[i] = matrix[i][0] * from[0] + matrix[i][1] * from[1] + matrix[i][2] * from[2];
}

/* CIE 15:2004, 8.2.1, and the way back. */
static float cube_root(float t)
{
    const float corner = 6 / 29.0F;
    return t > corner * corner * corner ? cbrtf(t) : t / (3 * corner * corner) + 4 / 29.0F;
}

static float from_cube_root(float t)
{
    return t > 6 / 29.0F ? t * t * t : 3 * (6 / 29.0F) * (6 / 29.0F) * (t - 4 / 29.0F);
}

void fz_light_to_lab(const float rgb[3], float lab[3])
{
    float xyz[3];
    multiply(to_xyz, rgb, xyz);
    for (int i = 0; i < 3; i++)
        xyz[i] = cube_root(xyz[i] / d50[i]);
    lab[0] = 116 * xyz[1] - 16;
    lab[1] = 500 * (xyz[0] - xyz[1]);
    lab[2] = 200 * (xyz[1] - xyz[2]);
}

void fz_light_of_lab(const float lab[3], float rgb[3])
{
    float y = (lab[0] + 16) / 116;
    const float xyz[3] = {d50[0] * from_cube_root(y + lab[1] / 500), d50[1] * from_cube_root(y),
                          d50[2] * from_cube_root(y - lab[2] / 200)};
    multiply(from_xyz, xyz, rgb);
}

void fz_light_white_init(struct fz_light_white *white, const float *xy)
{
    const cmsCIExyY chromaticity = {xy ? xy[0] : 0, xy ? xy[1] : 0, 1};
    cmsCIEXYZ from = {d50[0], d50[1], d50[2]};
    const cmsCIEXYZ to = from;
    if (xy)
        cmsxyY2XYZ(&from, &chromaticity);
    const cmsCIEXYZ parts[3] = {{.X = from.X}, {.Y = from.Y}, {.Z = from.Z}};
    for (int i = 0; i < 3; i++) {
        cmsCIEXYZ seen = parts[i];
        float rgb[3];
        if (xy)
            cmsAdaptToIlluminant(&seen, &from, &to, &parts[i]);
        multiply(from_xyz, (const float[]){(float)seen.X, (float)seen.Y, (float)seen.Z}, rgb);
        for (int c = 0; c < 3; c++)
            white->to_rgb[c][i] = rgb[c];
    }
}

void fz_light_from_lab(const struct fz_light_white *white, float l, float a, float b, uint16_t rgb[3])
{
    const float y = (l + 16) / 116;
    const float parts[3] = {from_cube_root(y + a / 500), from_cube_root(y), from_cube_root(y - b / 200)};
    float linear[3];
    multiply(white->to_rgb, parts, linear);
    for (int i = 0; i < 3; i++)
        rgb[i] = fz_light_encode(linear[i]);
}
