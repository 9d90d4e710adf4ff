/* Formats that are known by their bytes but have no decoder here: their files say so instead of vanishing. And those of which
 * only who names a file is told: in folders they are no pictures. */
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

/* Text: "#define name_width 16". */
static bool is_xbm(const struct fz_bytes *head)
{
    const uint8_t *line_end = head->len > 0 ? memchr(head->at, '\n', head->len) : NULL;
    return fz_bytes_match(head, 0, "#define ", 8) && line_end &&
           memmem(head->at, (size_t)(line_end - head->at), "_width ", 7);
}

static bool is_sgi(const struct fz_bytes *head)
{
    const uint32_t packed = fz_bytes_be(head, 2, 1), sample_bytes = fz_bytes_be(head, 3, 1);
    return fz_bytes_match(head, 0, "\x01\xda", 2) && packed <= 1 && (sample_bytes == 1 || sample_bytes == 2);
}

static const char *find_title(const struct fz_bytes *head)
{
    static const struct {
        const char *title, *magic;
    } formats[] = {
        {"DDS", "DDS "},
        {"ICNS", "icns"},
        {"MNG", "\x8aMNG\r\n\x1a\n"},
        {"JNG", "\x8bJNG\r\n\x1a\n"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (fz_bytes_match(head, 0, formats[i].magic, strlen(formats[i].magic)))
            return formats[i].title;
    return is_xbm(head) ? "XBM" : is_sgi(head) ? "SGI" : NULL;
}

enum fz_err fz_format_fail_unknown(const struct fz_bytes *head, struct fz_error *err)
{
    const char *title = find_title(head);
    if (title)
        return fz_fail(err, FZ_E_NOT_PICTURE, 0, "%s: a format that frieze does not read", title);
    return fz_fail(err, FZ_E_NOT_PICTURE, 0, "no picture of a known format");
}
