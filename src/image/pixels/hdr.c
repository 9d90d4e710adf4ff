#include "image/pixels/hdr.h"

#include "base/mem.h"
#include "image/pixels/light.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { LEVELS = 4096, DEFAULT_PEAK_NITS = 1000, WHITE_NITS = 203, MOST_NITS = 10000 };

struct fz_hdr {
    enum fz_hdr_curve curve;
    float peak;            /* nits */
    float light[LEVELS];   /* of the upper 12 bits of a code: nits of PQ, the scene's light 0..1 of HLG */
    float gain[LEVELS];    /* of the square root of light, peak = LEVELS - 1: what it is dimmed by */
    uint16_t srgb[LEVELS]; /* of the square root of light, white = LEVELS - 1 */
};

/* SMPTE ST 2084: nits of 0..1, and back. */
static double pq_light(double code)
{
    const double m1 = 2610 / 16384.0, m2 = 2523 / 32.0, c1 = 3424 / 4096.0, c2 = 2413 / 128.0,
                 c3 = 2392 / 128.0;
    double p = pow(code, 1 / m2);
    return 10000 * pow(fmax(p - c1, 0) / (c2 - c3 * p), 1 / m1);
}

static double pq_code(double nits)
{
    const double m1 = 2610 / 16384.0, m2 = 2523 / 32.0, c1 = 3424 / 4096.0, c2 = 2413 / 128.0,
                 c3 = 2392 / 128.0;
    double y = pow(nits / 10000, m1);
    return pow((c1 + c2 * y) / (1 + c3 * y), m2);
}

/* ITU-R BT.2100-2, table 5: the scene's light of 0..1. */
static double hlg_light(double code)
{
    const double a = 0.17883277, b = 0.28466892, c = 0.55991073;
    return code <= 0.5 ? code * code / 3 : (exp((code - c) / a) + b) / 12;
}

/* ITU-R BT.2390-10, 5.4.1, without a lift of black: nits on a screen of WHITE_NITS for those of a picture of `peak`. */
static double roll_off(double nits, double peak)
{
    double source = pq_code(peak), most = pq_code(WHITE_NITS) / source, knee = 1.5 * most - 0.5;
    double e = fmin(pq_code(nits) / source, 1);
    if (most >= 1 || e <= knee)
        return nits;
    double t = (e - knee) / (1 - knee), t2 = t * t, t3 = t2 * t;
    double p = (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * most;
    return pq_light(p * source);
}

struct fz_hdr *fz_hdr_new(enum fz_hdr_curve curve, unsigned peak_nits)
{
    struct fz_hdr *hdr = fz_try_malloc(sizeof *hdr);
    if (!hdr)
        return NULL;
    bool known = curve == FZ_HDR_PQ && peak_nits >= WHITE_NITS && peak_nits <= MOST_NITS;
    hdr->curve = curve;
    hdr->peak = known ? (float)peak_nits : DEFAULT_PEAK_NITS;
    for (int i = 0; i < LEVELS; i++) {
        double part = (double)i / (LEVELS - 1), nits = fmax(part * part * hdr->peak, 1e-6);
        hdr->light[i] = (float)(curve == FZ_HDR_PQ ? pq_light(part) : hlg_light(part));
        hdr->gain[i] = (float)(roll_off(nits, hdr->peak) / nits);
        hdr->srgb[i] = fz_light_encode((float)(part * part));
    }
    return hdr;
}

void fz_hdr_free(struct fz_hdr *hdr)
{
    free(hdr);
}

static int place(float part)
{
    float at = sqrtf(part) * (LEVELS - 1) + 0.5F;
    return at < LEVELS - 1 ? (int)at : LEVELS - 1;
}

/* Between two of the table, or brighter could become darker. */
static float gain_of(const struct fz_hdr *hdr, float part)
{
    float at = sqrtf(part) * (LEVELS - 1);
    int i = at < LEVELS - 2 ? (int)at : LEVELS - 2;
    return hdr->gain[i] + (hdr->gain[i + 1] - hdr->gain[i]) * (at - (float)i);
}

void fz_hdr_row(const struct fz_hdr *hdr, uint16_t *rgba, int width)
{
    for (uint16_t *end = rgba + (intptr_t)width * 4; rgba < end; rgba += 4) {
        float c[3], most = 0, scale = 1;
        for (int i = 0; i < 3; i++) {
            c[i] = hdr->light[rgba[i] >> 4];
            most = c[i] > most ? c[i] : most;
        }
        if (hdr->curve == FZ_HDR_HLG) { /* BT.2100-2, table 5: what a screen of that peak makes of it */
            float y = 0.2627F * c[0] + 0.6780F * c[1] + 0.0593F * c[2];
            scale = hdr->peak * powf(y, 0.2F);
        }
        float nits = most * scale, to_white = gain_of(hdr, nits / hdr->peak) * scale / WHITE_NITS;
        if (nits > hdr->peak)
            to_white = 1 / most;
        for (int i = 0; i < 3; i++)
            rgba[i] = hdr->srgb[place(c[i] * to_white)];
    }
}
