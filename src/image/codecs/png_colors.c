#include "image/codecs/png_colors.h"

#include "image/pixels/h273.h"

/* By gAMA: the exponents of encoding that are believed, and from which on light is nearly linear. */
#define LEAST_GAMMA 0.2
#define MOST_GAMMA 0.8

/* A colour space without a profile, where both chunks are there: gAMA alone is wrong more often than right. Nor is light linear in
 * a file of 8 bits, whatever its gAMA says. */
static void read_primaries(png_structp png, png_infop info, struct fz_png_colors *out)
{
    struct fz_primaries *c = &out->primaries;
    double encoding;
    if (!png_get_gAMA(png, info, &encoding) ||
        !png_get_cHRM(png, info, &c->white[0], &c->white[1], &c->red[0], &c->red[1], &c->green[0],
                      &c->green[1], &c->blue[0], &c->blue[1]))
        return;
    bool linear = encoding > MOST_GAMMA, deep = png_get_bit_depth(png, info) == 16;
    out->has_primaries = encoding > LEAST_GAMMA && encoding < 1 / LEAST_GAMMA && (!linear || deep);
    /* 1 / 2.2 is how the curve of sRGB is written there. */
    c->gamma = encoding > 0.4543 && encoding < 0.4548 ? 0 : 1 / encoding;
}

/* The data of a chunk before the pixels, at least `least` bytes of it; 0: it is not there. libpng knows those of
 * HDR since 1.6.45. */
static uint64_t find_chunk(const struct fz_bytes *file, const char *name, uint64_t least)
{
    for (uint64_t pos = 8; fz_bytes_has(file, pos, 8) && !fz_bytes_match(file, pos + 4, "IDAT", 4);) {
        uint64_t len = fz_bytes_be(file, pos, 4);
        if (fz_bytes_match(file, pos + 4, name, 4) && len >= least && fz_bytes_has(file, pos + 8, len))
            return pos + 8;
        pos += 12 + len;
    }
    return 0;
}

/* Primaries, curve, matrix, which has to be that of R G B, and whether black is 0 (PNG, third edition, 11.3.2.6). False: there
 * is none, or none that can be followed: then it does not stand above the other chunks. */
static bool read_numbers(const struct fz_bytes *file, struct fz_png_colors *out)
{
    enum { NITS = 10000 }; /* of cLLI, 11.3.2.8 */
    uint64_t at = find_chunk(file, "cICP", 4), level = find_chunk(file, "cLLI", 8);
    if (at == 0 || fz_bytes_be(file, at + 2, 1) != 0)
        return false;
    const unsigned primaries = fz_bytes_be(file, at, 1), transfer = fz_bytes_be(file, at + 1, 1);
    if (!fz_h273_is_known(primaries, transfer))
        return false;
    out->has_primaries = fz_h273_primaries(primaries, transfer, &out->primaries);
    out->curve = fz_h273_curve(transfer);
    out->peak_nits = level > 0 ? fz_bytes_be(file, level, 4) / NITS : 0;
    return true;
}

bool fz_png_is_hdr(const struct fz_bytes *file)
{
    struct fz_png_colors colors = {.curve = FZ_HDR_NONE};
    return read_numbers(file, &colors) && colors.curve != FZ_HDR_NONE;
}

void fz_png_colors_read(png_structp png, png_infop info, const struct fz_bytes *file,
                        struct fz_png_colors *out)
{
    png_charp name;
    png_bytep icc;
    png_uint_32 len;
    int compression;
    *out = (struct fz_png_colors){.color = FZ_COLOR_GREY};
    if (png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR)
        out->color = FZ_COLOR_RGB;
    if (read_numbers(file, out))
        return;
    if (png_get_iCCP(png, info, &name, &compression, &icc, &len)) {
        out->icc = icc;
        out->icc_len = len;
    } else if (find_chunk(file, "sRGB", 1) == 0) {
        read_primaries(png, info, out);
    }
}
