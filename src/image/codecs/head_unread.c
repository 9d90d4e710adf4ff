/* Formats that are known by their bytes but have no decoder here: their files say so instead of vanishing. */
#include "image/format.h"

/* A box of its signature (ISO/IEC 15444-1, annex I), or the codestream alone (annex A). */
bool fz_jp2_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "\0\0\0\x0cjP  \r\n\x87\n", 12) ||
           fz_bytes_match(head, 0, "\xff\x4f\xff\x51", 4);
}

bool fz_exr_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "\x76\x2f\x31\x01", 4);
}
