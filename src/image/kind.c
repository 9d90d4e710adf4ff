#include "image/kind.h"

#include "base/str.h"
#include "frieze_config.h"

#include <string.h>
#include <strings.h>

/* The first row of each encoding is what it is called. A PPM is one kind of PNM only, and always written. */
static const struct fz_file_kind kinds[] = {
    {".jpg", "jpeg", true, FZ_ENCODING_JPEG},
    {".jpeg", "jpeg", true, FZ_ENCODING_JPEG},
    {".jpe", "jpeg", true, FZ_ENCODING_JPEG},
    {".jfif", "jpeg", true, FZ_ENCODING_JPEG},
    {".jif", "jpeg", true, FZ_ENCODING_JPEG},
    {".png", "png", true, FZ_ENCODING_PNG},
    {".apng", "png", true, FZ_ENCODING_PNG},
    {".webp", "webp", true, FZ_ENCODING_WEBP},
    {".gif", "gif", false, FZ_ENCODING_PNG},
    {".tif", "tiff", false, FZ_ENCODING_PNG},
    {".tiff", "tiff", false, FZ_ENCODING_PNG},
    {".bmp", "bmp", true, FZ_ENCODING_BMP},
    {".dib", "bmp", true, FZ_ENCODING_BMP},
    {".qoi", "qoi", false, FZ_ENCODING_PNG},
    {".ico", "ico", false, FZ_ENCODING_PNG},
    {".cur", "cur", false, FZ_ENCODING_PNG},
    {".pnm", "pnm", true, FZ_ENCODING_PPM},
    {".ppm", "ppm", true, FZ_ENCODING_PPM},
    {".pgm", "pnm", false, FZ_ENCODING_PNG},
    {".pbm", "pnm", false, FZ_ENCODING_PNG},
    {".tga", "tga", false, FZ_ENCODING_PNG},
    {".heic", "heic", false, FZ_ENCODING_JPEG},
    {".heif", "heic", false, FZ_ENCODING_JPEG},
    {".avif", "avif", FRIEZE_WITH_AVIF, FZ_ENCODING_AVIF},
    {".jxl", "jxl", FRIEZE_WITH_JXL, FZ_ENCODING_JXL},
    {".svg", "svg", false, FZ_ENCODING_PNG},
    {".xcf", "xcf", false, FZ_ENCODING_PNG},
    {".psd", "psd", false, FZ_ENCODING_PNG},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const struct fz_file_kind *fz_file_kind_of(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (fz_str_has_suffix(name, kinds[i].suffix))
            return &kinds[i];
    return NULL;
}

const char *fz_file_kind_needs(const struct fz_file_kind *kind)
{
    bool is_missing = kind && !kind->is_written;
    if (is_missing && kind->encoding == FZ_ENCODING_AVIF)
        return "libavif";
    return is_missing && kind->encoding == FZ_ENCODING_JXL ? "libjxl" : NULL;
}

const struct fz_file_kind *fz_file_kind_named(const char *format)
{
    for (size_t i = 0; i < KINDS; i++)
        if ((kinds[i].is_written || fz_file_kind_needs(&kinds[i])) &&
            strcasecmp(kinds[i].suffix + 1, format) == 0)
            return &kinds[i];
    return NULL;
}

const struct fz_file_kind *fz_file_kind_instead(const char *name)
{
    const struct fz_file_kind *kind = fz_file_kind_of(name);
    bool is_graphic = kind && kind->encoding == FZ_ENCODING_PNG;
    return fz_file_kind_named(is_graphic ? "png" : "jpg");
}
