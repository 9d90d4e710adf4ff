/* Which library reads which formats here. */
#include "image/libraries.h"

#include "frieze_config.h"

#include <SDL_image.h>
#include <gif_lib.h>
#include <lcms2.h>
#include <png.h>
#include <stdio.h>
#include <tiffio.h>
#include <webp/decode.h>

#include <jpeglib.h> /* wants stdio.h before */
#if FRIEZE_WITH_HEIF
#include <libheif/heif.h>
#endif
#if FRIEZE_WITH_AVIF
#include <avif/avif.h>
#endif
#if FRIEZE_WITH_JXL
#include <jxl/decode.h>
#endif
#if FRIEZE_WITH_RAW
#include <libraw/libraw.h>
#endif
#if FRIEZE_WITH_RSVG
#include <librsvg/rsvg.h>
#endif

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

#if FRIEZE_WITH_HEIF
static void heif_version(char *to)
{
    snprintf(to, FZ_LIBRARY_VERSION, "%s", heif_get_version());
}
#else
#define heif_version NULL
#endif

#if FRIEZE_WITH_AVIF
static void avif_version(char *to)
{
    snprintf(to, FZ_LIBRARY_VERSION, "%s", avifVersion());
}
#else
#define avif_version NULL
#endif

#if FRIEZE_WITH_JXL
static void jxl_version(char *to)
{
    unsigned v = JxlDecoderVersion();
    numbers(to, v / 1000000, v / 1000 % 1000, v % 1000);
}
#else
#define jxl_version NULL
#endif

#if FRIEZE_WITH_RAW
static void raw_version(char *to)
{
    snprintf(to, FZ_LIBRARY_VERSION, "%s", libraw_version());
}
#else
#define raw_version NULL
#endif

#if FRIEZE_WITH_RSVG
static void rsvg_version(char *to)
{
    numbers(to, rsvg_major_version, rsvg_minor_version, rsvg_micro_version);
}
#endif

static const struct {
    const char *formats, *library;
    void (*version)(char *to); /* NULL: this build has it not */
} rows[] = {
    {"JPEG", "libjpeg-turbo", jpeg_version},
    {"PNG", "libpng", png_version},
    {"WebP", "libwebp", webp_version},
    {"GIF", "giflib", gif_version},
    {"TIFF", "libtiff", tiff_version},
    {"HEIC, AVIF", "libheif", heif_version},
    {"AVIF written or animated", "libavif", avif_version},
    {"JPEG XL", "libjxl", jxl_version},
    {"RAW", "LibRaw", raw_version},
#if FRIEZE_WITH_RSVG
    {"SVG", "librsvg", rsvg_version},
#else
    {"SVG, shapes alone", "SDL2_image", sdl_version},
#endif
    {"QOI, XV", "SDL2_image", sdl_version},
    {"BMP, ICO, CUR, PNM, PAM, PFM, XPM, TGA, PCX, ILBM, XCF, PSD", "frieze", own_version},
    {"colour profiles", "Little CMS", lcms_version},
};

bool fz_library_at(size_t index, struct fz_library *out)
{
    if (index >= sizeof rows / sizeof *rows)
        return false;
    *out = (struct fz_library){.formats = rows[index].formats, .name = rows[index].library};
    out->missing = !rows[index].version;
    if (rows[index].version)
        rows[index].version(out->version);
    return true;
}
