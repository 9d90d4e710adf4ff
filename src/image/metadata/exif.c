/* EXIF (CIPA DC-008), read by libexif out of the structure that tiff.c made. */
#include "base/mem.h"
#include "base/str.h"
#include "image/metadata/parts.h"

#include <ctype.h>
#include <libexif/exif-data.h>
#include <math.h>

enum {
    TAG_DESCRIPTION = 0x010e,
    TAG_MAKE = 0x010f,
    TAG_MODEL = 0x0110,
    TAG_CHANGED = 0x0132,
    TAG_RATING = 0x4746,
    TAG_RATING_PERCENT = 0x4749,
    TAG_XP_TITLE = 0x9c9b,
    TAG_XP_COMMENT = 0x9c9c,
    TAG_EXPOSURE = 0x829a,
    TAG_F_NUMBER = 0x829d,
    TAG_ISO = 0x8827,
    TAG_OUTPUT_SENSITIVITY = 0x8831,
    TAG_EXPOSURE_INDEX = 0x8832,
    TAG_ISO_SPEED = 0x8833,
    TAG_TAKEN = 0x9003,
    TAG_DIGITIZED = 0x9004,
    TAG_OFFSET_CHANGED = 0x9010,
    TAG_OFFSET_TAKEN = 0x9011,
    TAG_OFFSET_DIGITIZED = 0x9012,
    TAG_SHUTTER_SPEED = 0x9201,
    TAG_APERTURE = 0x9202,
    TAG_FOCAL = 0x920a,
    TAG_PART_CHANGED = 0x9290,
    TAG_PART_TAKEN = 0x9291,
    TAG_PART_DIGITIZED = 0x9292,
    TAG_LENS = 0xa434,
    TAG_TITLE = 0xa436,
    GPS_LATITUDE_REF = 1,
    GPS_LATITUDE,
    GPS_LONGITUDE_REF,
    GPS_LONGITUDE,
};

#define APEX_MOST 30.0 /* either way: a year, or a nanosecond */

/* TIFF/EP has what belongs to the exposure in the first directory. */
static ExifEntry *find(const ExifData *exif, ExifIfd ifd, unsigned tag)
{
    ExifEntry *entry = exif_content_get_entry(exif->ifd[ifd], (ExifTag)tag);
    return entry || ifd != EXIF_IFD_EXIF ? entry
                                         : exif_content_get_entry(exif->ifd[EXIF_IFD_0], (ExifTag)tag);
}

static void text(const ExifData *exif, ExifIfd ifd, unsigned tag, char *out, size_t size)
{
    const ExifEntry *entry = find(exif, ifd, tag);
    out[0] = '\0';
    if (entry && entry->data && (entry->format == EXIF_FORMAT_ASCII || entry->format == EXIF_FORMAT_BYTE))
        fz_metadata_text(out, size, entry->data, strnlen((const char *)entry->data, entry->size));
}

/* NAN where the second is 0, as writers say that they do not know. */
static double ratio(double numerator, double denominator)
{
    return denominator != 0 ? numerator / denominator : NAN;
}

static double value_at(const unsigned char *at, ExifFormat format, ExifByteOrder order)
{
    switch (format) {
    case EXIF_FORMAT_BYTE:
        return *at;
    case EXIF_FORMAT_SHORT:
        return exif_get_short(at, order);
    case EXIF_FORMAT_SSHORT:
        return exif_get_sshort(at, order);
    case EXIF_FORMAT_LONG:
        return exif_get_long(at, order);
    case EXIF_FORMAT_SLONG:
        return exif_get_slong(at, order);
    case EXIF_FORMAT_RATIONAL: {
        ExifRational value = exif_get_rational(at, order);
        return ratio(value.numerator, value.denominator);
    }
    case EXIF_FORMAT_SRATIONAL: {
        ExifSRational value = exif_get_srational(at, order);
        return ratio(value.numerator, value.denominator);
    }
    default:
        return NAN;
    }
}

/* NAN where it is not there, or no number. */
static double number(const ExifData *exif, ExifIfd ifd, unsigned tag, unsigned index)
{
    ExifEntry *entry = find(exif, ifd, tag);
    ExifByteOrder order = exif_data_get_byte_order((ExifData *)(uintptr_t)exif);
    if (!entry || !entry->data || index >= entry->components ||
        (index + 1u) * exif_format_get_size(entry->format) > entry->size)
        return NAN;
    return value_at(entry->data + (size_t)index * exif_format_get_size(entry->format), entry->format, order);
}

/* The same; 0 where it is not known, or makes no sense. */
static double measure(const ExifData *exif, unsigned tag)
{
    const double value = number(exif, EXIF_IFD_EXIF, tag, 0);
    return value > 0 ? value : 0;
}

/* Degrees, or with minutes, or with seconds, which receivers write as 0/0 beside minutes with a fraction; NAN where they make no
 * sense. */
static double degrees(const ExifData *exif, unsigned tag, unsigned ref_tag, char negative, double most)
{
    char ref[8];
    ExifEntry *entry = find(exif, EXIF_IFD_GPS, tag);
    double value = number(exif, EXIF_IFD_GPS, tag, 0), seconds = number(exif, EXIF_IFD_GPS, tag, 2);
    if (!entry || entry->components > 3)
        return NAN;
    if (entry->components > 1)
        value += number(exif, EXIF_IFD_GPS, tag, 1) / 60;
    if (seconds > 0)
        value += seconds / 3600;
    text(exif, EXIF_IFD_GPS, ref_tag, ref, sizeof ref);
    return value >= 0 && value <= most ? toupper((unsigned char)ref[0]) == negative ? -value : value : NAN;
}

static void read_camera(const ExifData *exif, struct fz_metadata *out)
{
    char make[FZ_METADATA_NAME / 2], model[FZ_METADATA_NAME / 2];
    text(exif, EXIF_IFD_0, TAG_MAKE, make, sizeof make);
    text(exif, EXIF_IFD_0, TAG_MODEL, model, sizeof model);
    fz_metadata_name_camera(out, make, model);
}

/* By which tags a date is told. */
struct date_tags {
    unsigned when, offset, part;
};

static bool read_date(const ExifData *exif, ExifIfd ifd, struct date_tags tags, struct fz_metadata_date *date)
{
    char when[64], offset[16], part[16];
    text(exif, ifd, tags.when, when, sizeof when);
    if (!fz_metadata_date_parse(when, date))
        return false;
    text(exif, EXIF_IFD_EXIF, tags.offset, offset, sizeof offset);
    text(exif, EXIF_IFD_EXIF, tags.part, part, sizeof part);
    if (date->to == FZ_METADATA_SECOND && date->clock_ms == 0)
        date->clock_ms = fz_metadata_fraction_ms(part);
    if (date->is_local && fz_metadata_offset_parse(offset, &date->offset_minutes))
        date->is_local = false;
    return true;
}

static void read_dates(const ExifData *exif, struct fz_metadata_date *date)
{
    static const struct date_tags taken = {TAG_TAKEN, TAG_OFFSET_TAKEN, TAG_PART_TAKEN},
                                  digitized = {TAG_DIGITIZED, TAG_OFFSET_DIGITIZED, TAG_PART_DIGITIZED},
                                  changed = {TAG_CHANGED, TAG_OFFSET_CHANGED, TAG_PART_CHANGED};
    if (read_date(exif, EXIF_IFD_EXIF, taken, date))
        return;
    bool is_digitized = read_date(exif, EXIF_IFD_EXIF, digitized, date);
    if (!is_digitized)
        read_date(exif, EXIF_IFD_0, changed, date);
    date->of = is_digitized ? FZ_METADATA_DIGITIZED : FZ_METADATA_CHANGED;
}

static uint32_t utf16_unit(const ExifEntry *entry, unsigned at)
{
    return at + 1 < entry->size ? fz_load_le16(entry->data + at) : 0;
}

/* UTF-16, least significant byte first. */
static void read_windows_text(const ExifData *exif, unsigned tag, char *out)
{
    const ExifEntry *entry = find(exif, EXIF_IFD_0, tag);
    char utf8[FZ_METADATA_TEXT];
    size_t len = 0;
    for (unsigned i = 0; entry && entry->data && len + 4 < sizeof utf8; i += 2) {
        uint32_t code = utf16_unit(entry, i), next = utf16_unit(entry, i + 2);
        if (code == 0)
            break;
        if (code >> 10 == 0xd800 >> 10 && next >> 10 == 0xdc00 >> 10) {
            code = 0x10000 + ((code & 0x3ff) << 10 | (next & 0x3ff));
            i += 2;
        }
        len += fz_utf8_encode(code, utf8 + len);
    }
    fz_metadata_text(out, FZ_METADATA_TEXT, utf8, len);
}

/* Of 16 bits: a camera that is set to more tells the true value by one of three others, or the same by several (Exif 2.32, 4.6.5,
 * PhotographicSensitivity). Some tell nothing but one of those. */
static uint32_t read_iso(const ExifData *exif)
{
    static const unsigned more[] = {TAG_OUTPUT_SENSITIVITY, TAG_EXPOSURE_INDEX, TAG_ISO_SPEED};
    double iso = measure(exif, TAG_ISO);
    for (size_t i = 0; i < sizeof more / sizeof *more && (iso < 1 || iso >= UINT16_MAX); i++)
        iso = fmax(iso, measure(exif, more[i]));
    return (uint32_t)iso;
}

/* By itself, or by APEX: 2 to the power of this (Exif 2.32, annex C). */
static void read_exposure(const ExifData *exif, struct fz_metadata *out)
{
    const double speed = number(exif, EXIF_IFD_EXIF, TAG_SHUTTER_SPEED, 0),
                 aperture = number(exif, EXIF_IFD_EXIF, TAG_APERTURE, 0);
    out->exposure_s = measure(exif, TAG_EXPOSURE);
    out->f_number = measure(exif, TAG_F_NUMBER);
    if (out->exposure_s <= 0 && fabs(speed) < APEX_MOST)
        out->exposure_s = exp2(-speed);
    if (out->f_number <= 0 && fabs(aperture) < APEX_MOST)
        out->f_number = exp2(aperture / 2);
}

static void read_rating(const ExifData *exif, struct fz_metadata *out)
{
    double rating = number(exif, EXIF_IFD_0, TAG_RATING, 0);
    if (isnan(rating))
        rating = fz_metadata_stars(number(exif, EXIF_IFD_0, TAG_RATING_PERCENT, 0));
    out->has_rating = rating >= FZ_RATING_REJECTED && rating <= FZ_RATING_MOST;
    out->rating = out->has_rating ? (int)rating : 0;
}

static void read_all(const ExifData *exif, struct fz_metadata *out)
{
    text(exif, EXIF_IFD_0, TAG_DESCRIPTION, out->description, sizeof out->description);
    text(exif, EXIF_IFD_EXIF, TAG_LENS, out->lens, sizeof out->lens);
    if (!*out->description)
        read_windows_text(exif, TAG_XP_COMMENT, out->description);
    read_windows_text(exif, TAG_XP_TITLE, out->title);
    if (!*out->title)
        text(exif, EXIF_IFD_EXIF, TAG_TITLE, out->title, sizeof out->title);
    read_camera(exif, out);
    fz_metadata_place_at(out, degrees(exif, GPS_LATITUDE, GPS_LATITUDE_REF, 'S', 90),
                         degrees(exif, GPS_LONGITUDE, GPS_LONGITUDE_REF, 'W', 180));
    read_exposure(exif, out);
    out->focal_mm = measure(exif, TAG_FOCAL);
    out->iso = read_iso(exif);
    read_rating(exif, out);
    read_dates(exif, &out->date);
}

void fz_metadata_from_exif(const struct fz_block *block, struct fz_metadata *out)
{
    static const char prefix[6] = "Exif\0";
    if (!block->data)
        return;
    uint8_t *copy = fz_try_malloc(sizeof prefix + block->len); /* libexif wants it */
    ExifData *exif = copy ? exif_data_new() : NULL;
    if (exif) {
        exif_data_unset_option(exif, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS);
        exif_data_unset_option(exif, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
        memcpy(copy, prefix, sizeof prefix);
        memcpy(copy + sizeof prefix, block->data, block->len);
        exif_data_load_data(exif, copy, (unsigned)(sizeof prefix + block->len));
        read_all(exif, out);
        exif_data_unref(exif);
    }
    free(copy);
}
