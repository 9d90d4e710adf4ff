/* Ratings are put into XMP by exempi, which keeps what others wrote there. */
#include "base/mem.h"
#include "frieze_config.h"
#include "image/metadata/parts.h"

#include <stdio.h>

#if FRIEZE_WITH_XMP

#include <exempi/xmp.h>
#include <exempi/xmpconsts.h>

bool fz_metadata_can_rate(void)
{
    return true;
}

static enum fz_err serialise(XmpPtr xmp, int rating, char **out, size_t *out_len, struct fz_error *err)
{
    enum fz_err code = FZ_OK;
    XmpStringPtr text = xmp_string_new();
    char value[16];
    snprintf(value, sizeof value, "%d", rating);
    if (xmp_set_property(xmp, NS_XAP, "Rating", value, 0) &&
        xmp_serialize_and_format(xmp, text, XMP_SERIAL_OMITPACKETWRAPPER | XMP_SERIAL_USECOMPACTFORMAT, 0,
                                 "\n", " ", 0)) {
        *out_len = strlen(xmp_string_cstr(text));
        *out = fz_strdup(xmp_string_cstr(text));
    } else {
        code = fz_fail(err, FZ_E_INTERNAL, 0, "XMP cannot be written (%d)", xmp_get_error());
    }
    xmp_string_free(text);
    return code;
}

/* exempi 2.6 recurses into elements (50,000 nested ones end it) and complains on standard error: it gets only what was
 * read without fault before. */
enum fz_err fz_metadata_set_rating(const void *bytes, size_t len, int rating, char **out, size_t *out_len,
                                   struct fz_error *err)
{
    struct fz_metadata before;
    if (len > 0 && !fz_xmp_read(bytes, len, &before))
        return fz_fail(err, FZ_E_DAMAGED, 0, "it is no XMP");
    xmp_init(); /* 0.4 ms, and it forgets the name spaces of one file before the next */
    XmpPtr xmp = len > 0 ? xmp_new(bytes, len) : xmp_new_empty();
    enum fz_err code =
        xmp ? serialise(xmp, rating, out, out_len, err) : fz_fail(err, FZ_E_DAMAGED, 0, "it is no XMP");
    if (xmp)
        xmp_free(xmp);
    xmp_terminate();
    return code;
}

#else

bool fz_metadata_can_rate(void)
{
    return false;
}

enum fz_err fz_metadata_set_rating(const void *bytes, size_t len, int rating, char **out, size_t *out_len,
                                   struct fz_error *err)
{
    (void)bytes;
    (void)len;
    (void)rating;
    (void)out;
    (void)out_len;
    return fz_fail(err, FZ_E_UNSUPPORTED, 0, "this frieze was built without exempi: it writes no ratings");
}

#endif
