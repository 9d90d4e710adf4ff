/* What the shared object of the heavy codecs hands out. */
#include "frieze_config.h"
#include "image/anim/format.h"
#include "image/codecs/heif_boxes.h"
#include "image/encoders/encoders.h"
#include "image/format.h"
#include "image/heavy.h"
#include "image/heavy/svg_modules.h"
#include "image/heavy_rows.h"
#include "image/libraries.h"
#include "image/pixels/rows.h"
#include "image/svg/cost.h"

#include <stdio.h>
#include <string.h>

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

#define BY_HEIF                                                                             \
    .working_bytes = fz_heif_working_bytes, .facts = fz_heif_facts, .check = fz_heif_check, \
    .load = fz_heif_load

static const struct fz_format formats[] = {
#if FRIEZE_WITH_RAW
    {FZ_HEAVY_RAW, .header = fz_raw_header, .working_bytes = fz_raw_working_bytes, .load = fz_raw_load},
#endif
#if FRIEZE_WITH_RSVG
    {FZ_HEAVY_SVG, .working_bytes = fz_svg_working_bytes, .check = fz_svg_check, .load = fz_svg_load},
    {FZ_HEAVY_SVGZ, .working_bytes = fz_svgz_working_bytes, .load = fz_svgz_load},
    {FZ_HEAVY_SVG16, .working_bytes = fz_svg16_working_bytes, .load = fz_svg16_load},
#endif
#if FRIEZE_WITH_HEIF
    {FZ_HEAVY_HEIC, BY_HEIF},
#if FRIEZE_WITH_AVIF
    {FZ_HEAVY_AVIF, .working_bytes = fz_avif_working_bytes, .facts = fz_avif_facts, .check = fz_heif_check,
     .load = fz_avif_load},
#else
    {FZ_HEAVY_AVIF, BY_HEIF},
#endif
#endif
#if FRIEZE_WITH_JXL
    {FZ_HEAVY_JXL, .working_bytes = fz_jxl_working_bytes, .facts = fz_jxl_facts, .load = fz_jxl_load},
#endif
    {.name = NULL},
};

static const struct fz_anim_format *const anims[] = {
#if FRIEZE_WITH_JXL
    &fz_anim_jxl,
#endif
#if FRIEZE_WITH_AVIF
    &fz_anim_avif,
#endif
    NULL,
};

#if FRIEZE_WITH_JXL || FRIEZE_WITH_RSVG
static void numbers(char *to, unsigned major, unsigned minor, unsigned patch)
{
    snprintf(to, FZ_LIBRARY_VERSION, "%u.%u.%u", major, minor, patch);
}
#endif

static bool library_version(const char *library, char *to)
{
    (void)library; /* in a build without any of them */
    to[0] = '\0';
#if FRIEZE_WITH_HEIF
    if (strcmp(library, "libheif") == 0)
        snprintf(to, FZ_LIBRARY_VERSION, "%s", heif_get_version());
#endif
#if FRIEZE_WITH_AVIF
    if (strcmp(library, "libavif") == 0)
        snprintf(to, FZ_LIBRARY_VERSION, "%s", avifVersion());
#endif
#if FRIEZE_WITH_JXL
    unsigned jxl = JxlDecoderVersion();
    if (strcmp(library, "libjxl") == 0)
        numbers(to, jxl / 1000000, jxl / 1000 % 1000, jxl % 1000);
#endif
#if FRIEZE_WITH_RAW
    if (strcmp(library, "LibRaw") == 0)
        snprintf(to, FZ_LIBRARY_VERSION, "%s", libraw_version());
#endif
#if FRIEZE_WITH_RSVG
    if (strcmp(library, "librsvg") == 0)
        numbers(to, rsvg_major_version, rsvg_minor_version, rsvg_micro_version);
#endif
    return to[0] != '\0';
}

static void init(void)
{
#if FRIEZE_WITH_HEIF
    heif_init(NULL); /* its plug-ins; without them it can do less */
#endif
#if FRIEZE_WITH_RSVG
    g_get_language_names(); /* reads a file once, which a sandbox refuses later */
#endif
}

static void fini(void)
{
#if FRIEZE_WITH_HEIF
    heif_deinit();
#endif
}

const struct fz_heavy fz_heavy_codecs = {.build = FZ_HEAVY_BUILD,
                                         .formats = formats,
                                         .anims = anims,
                                         .library_version = library_version,
                                         .encode_avif = fz_encode_avif,
                                         .encode_jxl = fz_encode_jxl,
                                         .load_svg_modules = fz_svg_modules_load,
                                         .init = init,
                                         .fini = fini};
