#include "image/pixels/h273.h"

enum { BT709 = 1, GAMMA_22 = 4, GAMMA_28 = 5, LINEAR = 8, PQ = 16, HLG = 18 };

/* Table 3: those of television, sRGB and the above; neither the logarithmic ones nor that of cinemas. */
static bool is_known_transfer(unsigned transfer)
{
    return transfer == BT709 || (transfer >= GAMMA_22 && transfer <= LINEAR) ||
           (transfer >= 11 && transfer <= PQ) || transfer == HLG;
}

enum fz_hdr_curve fz_h273_curve(unsigned transfer)
{
    return transfer == PQ ? FZ_HDR_PQ : transfer == HLG ? FZ_HDR_HLG : FZ_HDR_NONE;
}

#define D65            \
    {                  \
        0.3127, 0.3290 \
    }

/* Table 2. */
static const struct {
    unsigned number;
    struct fz_primaries of;
} known[] = {
    {BT709, {D65, {0.640, 0.330}, {0.300, 0.600}, {0.150, 0.060}, 0}},
    {4, {{0.310, 0.316}, {0.670, 0.330}, {0.210, 0.710}, {0.140, 0.080}, 0}},
    {5, {D65, {0.640, 0.330}, {0.290, 0.600}, {0.150, 0.060}, 0}},
    {6, {D65, {0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}, 0}},
    {7, {D65, {0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}, 0}},
    {8, {{0.310, 0.316}, {0.681, 0.319}, {0.243, 0.692}, {0.145, 0.049}, 0}},
    {9, {D65, {0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}, 0}},
    {11, {{0.314, 0.351}, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}, 0}},
    {12, {D65, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}, 0}},
    {22, {D65, {0.630, 0.340}, {0.295, 0.605}, {0.155, 0.077}, 0}},
};

static const struct fz_primaries *find_primaries(unsigned number)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == number)
            return &known[i].of;
    return NULL;
}

bool fz_h273_is_known(unsigned primaries, unsigned transfer)
{
    return find_primaries(primaries) && is_known_transfer(transfer);
}

bool fz_h273_primaries(unsigned primaries, unsigned transfer, struct fz_primaries *out)
{
    const double gamma = transfer == GAMMA_22 ? 2.2 : transfer == GAMMA_28 ? 2.8 : transfer == LINEAR ? 1 : 0;
    const struct fz_primaries *found = find_primaries(primaries);
    if (!found || (primaries == BT709 && gamma == 0))
        return false;
    *out = *found;
    out->gamma = gamma;
    return true;
}
