#include "image/metadata/metadata.h"

#include "base/str.h"
#include "image/metadata/parts.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <strings.h>

enum { HEAD_BYTES = 32 << 10 };
/* 55 m: programs write a position in whole seconds, or with few digits. */
#define ROUNDED_DEGREES 0.0005

/* ---- Texts --------------------------------------------------------------------------------------------------------- */

static bool is_cut_character(const char *bytes, size_t len)
{
    unsigned char lead = (unsigned char)bytes[0];
    size_t whole = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < len; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
    return len < whole;
}

/* Writers that count bytes, and bounds of ours, cut the last character: *len is without it. What is ASCII but for its last
 * byte may as well be Windows-1252, and end in a letter with an accent. */
static bool is_utf8(const char *bytes, size_t *len)
{
    bool has_sequences = false;
    uint32_t code;
    size_t at = 0;
    for (size_t n = 1; at < *len && n > 0; at += n) {
        n = fz_utf8_decode(bytes + at, *len - at, &code);
        has_sequences = has_sequences || n > 1;
    }
    size_t rest = *len - at;
    if (rest > 0 && !((has_sequences || rest > 1) && is_cut_character(bytes + at, rest)))
        return false;
    *len = at;
    return true;
}

static bool is_blank(uint32_t code)
{
    return code <= ' ' || (code >= 0x7f && code <= 0xa0);
}

/* Windows-1252 (as WHATWG's encodings have it), which is what writers mean by Latin-1: the two differ where the latter has control
 * characters. 0: that is one here, too. */
static uint32_t from_windows(unsigned char byte)
{
    static const uint16_t high[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                      0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                      0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
    return byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;
}

/* Blanks and control characters, however many, are one space; none stand at the ends. */
void fz_metadata_text(char *out, size_t size, const void *bytes, size_t len)
{
    const char *in = bytes;
    size_t used = 0;
    bool utf8 = is_utf8(in, &len), blank = false;
    for (size_t at = 0; at < len && in[at];) {
        uint32_t code = from_windows((unsigned char)in[at]);
        at += utf8 ? fz_utf8_decode(in + at, len - at, &code) : 1;
        if (is_blank(code)) {
            blank = used > 0;
            continue;
        }
        char encoded[4];
        size_t n = fz_utf8_encode(code, encoded);
        if (used + blank + n >= size)
            break;
        if (blank)
            out[used++] = ' ';
        blank = false;
        memcpy(out + used, encoded, n);
        used += n;
    }
    out[used] = '\0';
}

void fz_metadata_join(char *out, size_t size, const char *part)
{
    size_t used = strlen(out), len = strlen(part);
    const char *comma = used > 0 ? ", " : "";
    if (len > 0 && used + strlen(comma) + len < size)
        snprintf(out + used, size - used, "%s%s", comma, part);
}

static bool same_word(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t i = 0;
    while (i < a_len && i < b_len && tolower((unsigned char)a[i]) == tolower((unsigned char)b[i]))
        i++;
    return a_len > 0 && i == a_len && i == b_len;
}

/* "Canon" and "Canon EOS R5", "NIKON CORPORATION" and "NIKON D750": once is enough. */
void fz_metadata_name_camera(struct fz_metadata *out, const char *make, const char *model)
{
    bool told = false;
    for (const char *word = make; *word && !told; word += strspn(word, " ")) {
        size_t len = strcspn(word, " ");
        told = same_word(word, len, model, strcspn(model, " "));
        word += len;
    }
    bool both = *make && *model && !told;
    snprintf(out->camera, sizeof out->camera, "%s%s%s", both || !*model ? make : "", both ? " " : "", model);
}

/* As Windows has it: 1, 25, 50, 75, 99, and what is nearest to them (System.Rating of its property system). */
double fz_metadata_stars(double percent)
{
    if (!(percent >= 0 && percent <= 100))
        return NAN;
    return percent < 1 ? 0 : percent < 13 ? 1 : percent < 38 ? 2 : percent < 63 ? 3 : percent < 88 ? 4 : 5;
}

/* ---- All of it ----------------------------------------------------------------------------------------------------- */

static void prefer(char *out, size_t size, const char *text)
{
    if (*text)
        snprintf(out, size, "%s", text);
}

static void add_date(struct fz_metadata_date *out, const struct fz_metadata_date *beside)
{
    if (beside->known && (!out->known || beside->of < out->of))
        *out = *beside;
}

void fz_metadata_place_at(struct fz_metadata *out, double latitude, double longitude)
{
    bool nowhere = latitude == 0 && longitude == 0; /* what receivers without a fix write */
    out->has_position = !isnan(latitude) && !isnan(longitude) && !nowhere;
    out->latitude = out->has_position ? latitude : 0;
    out->longitude = out->has_position ? longitude : 0;
}

static void add_measured(struct fz_metadata *out, const struct fz_metadata *beside)
{
    if (!*out->camera)
        prefer(out->camera, sizeof out->camera, beside->camera);
    if (!*out->lens)
        prefer(out->lens, sizeof out->lens, beside->lens);
    if (!(out->exposure_s > 0))
        out->exposure_s = beside->exposure_s;
    if (!(out->f_number > 0))
        out->f_number = beside->f_number;
    if (!(out->focal_mm > 0))
        out->focal_mm = beside->focal_mm;
    if (out->iso == 0)
        out->iso = beside->iso;
    if (!out->has_position && beside->has_position)
        fz_metadata_place_at(out, beside->latitude, beside->longitude);
}

void fz_metadata_add(struct fz_metadata *out, const struct fz_metadata *beside)
{
    prefer(out->title, sizeof out->title, beside->title);
    prefer(out->description, sizeof out->description, beside->description);
    prefer(out->place, sizeof out->place, beside->place);
    add_date(&out->date, &beside->date);
    add_measured(out, beside);
    if (beside->has_rating) {
        out->has_rating = true;
        out->rating = beside->rating;
    }
}

static bool is_elsewhere(const struct fz_metadata *a, const struct fz_metadata *b)
{
    return fabs(a->latitude - b->latitude) > ROUNDED_DEGREES ||
           fabs(remainder(a->longitude - b->longitude, 360)) > ROUNDED_DEGREES;
}

void fz_metadata_correct(struct fz_metadata *out, const struct fz_metadata *sidecar)
{
    fz_metadata_add(out, sidecar);
    const struct fz_metadata_date *date = &sidecar->date;
    bool is_of_same = date->known && date->of == out->date.of && date->of != FZ_METADATA_CHANGED;
    if (is_of_same && !fz_metadata_date_is_within(&out->date, date))
        out->date = *date;
    if (sidecar->has_position && is_elsewhere(out, sidecar))
        fz_metadata_place_at(out, sidecar->latitude, sidecar->longitude);
}

/* What cameras write as the description of each picture: theirs, not the photographer's. */
static bool is_filler(const char *description)
{
    static const char *const fillers[] = {
        "OLYMPUS DIGITAL CAMERA",
        "MINOLTA DIGITAL CAMERA",
        "KONICA MINOLTA DIGITAL CAMERA",
        "SAMSUNG DIGITAL CAMERA",
        "DIGITAL CAMERA",
        "SONY DSC",
        "MINOLTA DSC",
        "Exif_JPEG_PICTURE",
    };
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        if (strcasecmp(fillers[i], description) == 0)
            return true;
    return false;
}

/* What stands in the open (PNG) counts as IPTC does. */
static void read_blocks(const struct fz_blocks *blocks, struct fz_metadata *out)
{
    struct fz_metadata iptc = blocks->text, xmp, more;
    fz_metadata_from_exif(&blocks->exif, out);
    fz_metadata_from_iptc(blocks, &iptc);
    fz_metadata_read_xmp(blocks->xmp.data, blocks->xmp.len, &xmp);
    fz_metadata_read_xmp(blocks->more_xmp.data, blocks->more_xmp.len, &more);
    fz_metadata_add(&xmp, &more); /* no property stands in both */
    add_date(&out->date, &xmp.date);
    fz_metadata_add(out, &iptc);
    fz_metadata_add(out, &xmp);
    if (is_filler(out->description))
        out->description[0] = '\0';
}

bool fz_metadata_read(int fd, const struct fz_image_scratch *scratch, struct fz_metadata *out)
{
    struct fz_excerpt file;
    struct fz_blocks blocks = {0};
    *out = (struct fz_metadata){0};
    if (fz_excerpt_open(&file, fd, scratch, HEAD_BYTES)) {
        fz_blocks_find(&file, &blocks);
        read_blocks(&blocks, out);
    }
    const bool whole = !file.failed;
    fz_blocks_fini(&blocks);
    fz_excerpt_close(&file);
    return whole;
}
