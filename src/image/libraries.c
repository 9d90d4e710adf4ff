/* Which library reads which formats here. */
#include "image/libraries.h"

#include "frieze_config.h"
#include "image/heavy.h"

#include <SDL_image.h>
#include <gif_lib.h>
#include <lcms2.h>
#include <png.h>
#include <stdio.h>
#include <tiffio.h>
#include <webp/decode.h>

#include <jpeglib.h> /* wants stdio.h before */

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

static void numbers(char *to, unsigned major, unsigned minor, unsigned patch)
{
    snprintf(to, FZ_LIBRARY_VERSION, "%u.%u.%u", major, minor, patch);
}

static void jpeg_version(char *to)
{
    snprintf(to, FZ_LIBRARY_VERSION, "%s", TEXT(LIBJPEG_TURBO_VERSION));
}

static void png_version(char *to)
{
    snprintf(to, FZ_LIBRARY_VERSION, "%s", png_get_libpng_ver(NULL));
}

static void webp_version(char *to)
{
    unsigned v = (unsigned)WebPGetDecoderVersion();
    numbers(to, v >> 16, v >> 8 & 255, v & 255);
}

static void gif_version(char *to)
{
    numbers(to, GIFLIB_MAJOR, GIFLIB_MINOR, GIFLIB_RELEASE);
}

/* "LIBTIFF, Version 4.5.0", then who wrote it. */
static void tiff_version(char *to)
{
    unsigned v[3] = {0};
    sscanf(TIFFGetVersion(), "LIBTIFF, Version %u.%u.%u", &v[0], &v[1], &v[2]);
    numbers(to, v[0], v[1], v[2]);
}

static void sdl_version(char *to)
{
    const SDL_version *v = IMG_Linked_Version();
    numbers(to, v->major, v->minor, v->patch);
}

static void own_version(char *to)
{
    snprintf(to, FZ_LIBRARY_VERSION, "%s", FRIEZE_VERSION);
}

static void lcms_version(char *to)
{
    int v = cmsGetEncodedCMMversion();
    snprintf(to, FZ_LIBRARY_VERSION, "%d.%d", v / 1000, v % 1000 / 10);
}

/* Stands for what only the heavy codecs know. */
static void told_by_codecs(char *to)
{
    to[0] = '\0';
}

#define HEAVY(is_there) ((is_there) ? told_by_codecs : NULL)

static const struct {
    const char *formats, *library;
    void (*version)(char *to); /* NULL: this build has it not */
} rows[] = {
    {"JPEG", "libjpeg-turbo", jpeg_version},
    {"PNG", "libpng", png_version},
    {"WebP", "libwebp", webp_version},
    {"GIF", "giflib", gif_version},
    {"TIFF", "libtiff", tiff_version},
    {"HEIC, AVIF", "libheif", HEAVY(FRIEZE_WITH_HEIF)},
    {"AVIF written or animated", "libavif", HEAVY(FRIEZE_WITH_AVIF)},
    {"JPEG XL", "libjxl", HEAVY(FRIEZE_WITH_JXL)},
    {"RAW", "LibRaw", HEAVY(FRIEZE_WITH_RAW)},
#if FRIEZE_WITH_RSVG
    {"SVG", "librsvg", HEAVY(1)},
#else
    {"SVG, shapes alone", "SDL2_image", sdl_version},
#endif
    {"XV", "SDL2_image", sdl_version},
    {"BMP, QOI, ICO, CUR, PNM, PAM, PFM, XPM, TGA, PCX, ILBM, XCF, PSD", "frieze", own_version},
    {"colour profiles", "Little CMS", lcms_version},
};

bool fz_library_at(size_t index, struct fz_library *out)
{
    if (index >= sizeof rows / sizeof *rows)
        return false;
    *out = (struct fz_library){.formats = rows[index].formats, .name = rows[index].library};
    out->missing = !rows[index].version;
    const struct fz_heavy *heavy = rows[index].version == told_by_codecs ? fz_heavy_load(&out->why) : NULL;
    if (heavy)
        heavy->library_version(out->name, out->version);
    else if (!out->missing)
        rows[index].version(out->version);
    return true;
}
