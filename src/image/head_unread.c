/* Formats that are known by their bytes but have no decoder here: their files say so instead of vanishing. */
#include "image/format.h"

/* Versions 1 (PSD) and 2 (PSB). */
bool fz_psd_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "8BPS\0\1", 6) || fz_bytes_match(head, 0, "8BPS\0\2", 6);
}

bool fz_xcf_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "gimp xcf ", 9);
}

bool fz_pam_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "P7\n", 3);
}
