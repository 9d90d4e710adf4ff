/* PNG by libpng. */
#include "image/encoders/encoders.h"

enum { LEVEL = 6 };

enum fz_err fz_encode_png(const struct fz_pixels *pixels, const struct fz_encode *how, struct fz_encoded *out,
                          struct fz_error *err)
{
    char *bytes = NULL, why[96] = "";
    FILE *stream = open_memstream(&bytes, &out->len);
    bool done = stream && fz_png_write(stream, pixels, LEVEL, how->carried, why, sizeof why);
    done = stream && fclose(stream) == 0 && done;
    out->bytes = bytes;
    if (done)
        return FZ_OK;
    return fz_fail(err, why[0] ? FZ_E_UNSUPPORTED : FZ_E_MEMORY, 0, "png: %s", why[0] ? why : "no memory");
}
