/* Formats that are known by their bytes but have no decoder here: their files say so instead of vanishing. */
#include "image/format.h"

/* ISO 14496-12: a file starts with its major brand, a version, and the brands that it is compatible with. */
enum { FTYP_MAJOR = 8, FTYP_COMPATIBLE = 16, FTYP_MAX_BYTES = 256, BRAND_BYTES = 4 };

static bool brand_is(const struct fz_bytes *head, uint64_t pos, const char *const *brands, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fz_bytes_match(head, pos, brands[i], BRAND_BYTES))
            return true;
    return false;
}

static bool is_image_container(const struct fz_bytes *head)
{
    static const char *const brands[] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"};
    return fz_bytes_match(head, 4, "ftyp", 4) &&
           brand_is(head, FTYP_MAJOR, brands, sizeof brands / sizeof *brands);
}

bool fz_avif_is_a(const struct fz_bytes *head)
{
    static const char *const brands[] = {"avif", "avis"};
    if (!fz_bytes_match(head, 4, "ftyp", 4))
        return false;
    if (brand_is(head, FTYP_MAJOR, brands, 2))
        return true;
    /* The general brand of the container: what is in it is told by the others. */
    uint64_t end = fz_bytes_be(head, 0, 4);
    end = end < FTYP_MAX_BYTES ? end : FTYP_MAX_BYTES;
    for (uint64_t pos = FTYP_COMPATIBLE; is_image_container(head) && pos + BRAND_BYTES <= end;
         pos += BRAND_BYTES)
        if (brand_is(head, pos, brands, 2))
            return true;
    return false;
}

bool fz_heic_is_a(const struct fz_bytes *head)
{
    return is_image_container(head) && !fz_avif_is_a(head);
}

/* A bare codestream, or one in boxes. */
bool fz_jxl_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "\xff\x0a", 2) ||
           fz_bytes_match(head, 0, "\0\0\0\x0cJXL \x0d\x0a\x87\x0a", 12);
}

/* Versions 1 (PSD) and 2 (PSB). */
bool fz_psd_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "8BPS\0\1", 6) || fz_bytes_match(head, 0, "8BPS\0\2", 6);
}

bool fz_xcf_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "gimp xcf ", 9);
}

/* Interleaved or chunky planes of an IFF file. */
bool fz_ilbm_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "FORM", 4) &&
           (fz_bytes_match(head, 8, "ILBM", 4) || fz_bytes_match(head, 8, "PBM ", 4));
}

bool fz_xv_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "P7 332", 6);
}

bool fz_pam_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "P7\n", 3);
}
