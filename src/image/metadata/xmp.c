/* XMP (ISO 16684-1), read by expat: whatever else a packet holds is passed over, nothing recurses and nothing is kept. */
#include "image/metadata/parts.h"
#include "image/metadata/xmp_parser.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

enum {
    DEPTH_MOST = 64,
    NODES_MOST =
        200000, /* cameras write some hundred; a mask that was painted is a list of tens of thousands */
};

enum property {
    TITLE,
    DESCRIPTION,
    LOCATION,
    CITY,
    STATE,
    COUNTRY,
    RATING,
    RATING_PERCENT,
    TAKEN,
    CREATED,
    MADE,
    DIGITIZED,
    LATITUDE,
    LONGITUDE,
    MAKE,
    MODEL,
    LENS_MODEL,
    LENS,
    EXPOSURE_TIME,
    F_NUMBER,
    FOCAL_LENGTH,
    SENSITIVITY,
    SPEED_RATINGS,
    PROPERTIES
};

#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
#define DC "http://purl.org/dc/elements/1.1/ "
#define PHOTOSHOP "http://ns.adobe.com/photoshop/1.0/ "
#define EXIF "http://ns.adobe.com/exif/1.0/ "
#define EXIF_EX "http://cipa.jp/exif/1.0/ "
#define TIFF "http://ns.adobe.com/tiff/1.0/ "
#define XMP "http://ns.adobe.com/xap/1.0/ "

static const char *const names[PROPERTIES] = {
    [TITLE] = DC "title",
    [DESCRIPTION] = DC "description",
    [LOCATION] = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/ Location",
    [CITY] = PHOTOSHOP "City",
    [STATE] = PHOTOSHOP "State",
    [COUNTRY] = PHOTOSHOP "Country",
    [RATING] = XMP "Rating",
    [RATING_PERCENT] = "http://ns.microsoft.com/photo/1.0/ Rating",
    [TAKEN] = EXIF "DateTimeOriginal",
    [CREATED] = PHOTOSHOP "DateCreated",
    [MADE] = XMP "CreateDate",
    [DIGITIZED] = EXIF "DateTimeDigitized",
    [LATITUDE] = EXIF "GPSLatitude",
    [LONGITUDE] = EXIF "GPSLongitude",
    [MAKE] = TIFF "Make",
    [MODEL] = TIFF "Model",
    [LENS_MODEL] = EXIF_EX "LensModel",
    [LENS] = "http://ns.adobe.com/exif/1.0/aux/ Lens",
    [EXPOSURE_TIME] = EXIF "ExposureTime",
    [F_NUMBER] = EXIF "FNumber",
    [FOCAL_LENGTH] = EXIF "FocalLength",
    [SENSITIVITY] = EXIF_EX "PhotographicSensitivity",
    [SPEED_RATINGS] = EXIF "ISOSpeedRatings",
};

struct reader {
    struct fz_xmp_parser parser;
    unsigned depth, nodes;  /* elements; elements and attributes */
    unsigned rdf, resource; /* the depth of rdf:RDF, and of the rdf:Description in it; 0: not inside */
    enum property property; /* whose value is being read; PROPERTIES: none of ours */
    bool has_items;         /* which is a list */
    bool collects;
    char text[FZ_METADATA_TEXT]; /* so far */
    size_t len;
    char values[PROPERTIES][FZ_METADATA_TEXT];
};

static enum property find(const char *name)
{
    enum property i = 0;
    while (i < PROPERTIES && strcmp(names[i], name) != 0)
        i++;
    return i;
}

static void store(struct reader *reader, enum property property, const char *text, size_t len)
{
    char *value = reader->values[property], stored[FZ_METADATA_TEXT];
    fz_metadata_text(stored, sizeof stored, text, len);
    if (*stored) /* else what another language says stays */
        memcpy(value, stored, sizeof stored);
}

static void take_attributes(struct reader *reader, const char **attributes)
{
    for (; attributes[0]; attributes += 2) {
        enum property property = find(attributes[0]);
        if (property < PROPERTIES && !reader->values[property][0])
            store(reader, property, attributes[1], strlen(attributes[1]));
    }
}

/* Of a text in several languages the one that is marked as the default counts, else the first. */
static bool is_wanted_item(const struct reader *reader, const char **attributes)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], "http://www.w3.org/XML/1998/namespace lang") == 0 &&
            strcmp(attributes[1], "x-default") == 0)
            return true;
    return !reader->values[reader->property][0];
}

static bool is_too_much(struct reader *reader, const char **attributes)
{
    reader->nodes++;
    for (; attributes[0]; attributes += 2)
        reader->nodes++;
    return reader->depth > DEPTH_MOST || reader->nodes > NODES_MOST;
}

static void XMLCALL begin_element(void *ctx, const char *name, const char **attributes)
{
    struct reader *reader = ctx;
    reader->depth++;
    if (is_too_much(reader, attributes)) {
        XML_StopParser(reader->parser.expat, XML_FALSE);
        return;
    }
    if (strcmp(name, RDF "RDF") == 0) {
        reader->rdf = reader->depth;
    } else if (reader->rdf > 0 && reader->depth == reader->rdf + 1) {
        reader->resource = reader->depth;
        take_attributes(reader, attributes);
    } else if (reader->resource > 0 && reader->depth == reader->resource + 1) {
        reader->property = find(name);
        reader->collects = reader->property < PROPERTIES;
        reader->has_items = false;
        reader->len = 0;
    } else if (reader->property < PROPERTIES && strcmp(name, RDF "li") == 0) {
        reader->collects = is_wanted_item(reader, attributes);
        reader->has_items = true;
        reader->len = 0;
    }
}

static void XMLCALL take_text(void *ctx, const char *text, int len)
{
    struct reader *reader = ctx;
    if (!reader->collects)
        return;
    size_t room = sizeof reader->text - reader->len, count = (size_t)len < room ? (size_t)len : room;
    memcpy(reader->text + reader->len, text, count);
    reader->len += count;
}

static void XMLCALL end_element(void *ctx, const char *name)
{
    struct reader *reader = ctx;
    bool is_property = reader->resource > 0 && reader->depth == reader->resource + 1;
    bool is_item = strcmp(name, RDF "li") == 0;
    if (reader->collects && (is_item || (is_property && !reader->has_items)))
        store(reader, reader->property, reader->text, reader->len);
    if (is_item || is_property)
        reader->collects = false;
    if (is_property)
        reader->property = PROPERTIES;
    if (reader->depth == reader->resource)
        reader->resource = 0;
    if (reader->depth == reader->rdf)
        reader->rdf = 0;
    reader->depth--;
}

static bool parse(struct reader *reader, const char *bytes, size_t len)
{
    len = fz_xmp_len(bytes, len);
    reader->parser = (struct fz_xmp_parser){.begin = begin_element, .end = end_element, .text = take_text};
    return len > 0 && len <= FZ_XMP_MOST && fz_xmp_parse(&reader->parser, NULL, bytes, len);
}

static void take_rating(const char *text, struct fz_metadata *out)
{
    char *end;
    double rating = strtod(text, &end);
    if (end == text || !(rating >= FZ_RATING_REJECTED && rating <= FZ_RATING_MOST))
        return;
    out->has_rating = true;
    out->rating = (int)floor(rating);
}

static void take_rating_percent(const char *text, struct fz_metadata *out)
{
    char *end;
    double stars = fz_metadata_stars(strtod(text, &end));
    out->has_rating = end != text && !isnan(stars);
    out->rating = out->has_rating ? (int)stars : 0;
}

/* "52,30,30N" or "52,30.5N"; NAN where it makes no sense (XMP specification, part 2, GPSCoordinate). */
static double degrees(const char *text, char positive, char negative, double most)
{
    static const double units[] = {1, 60, 3600};
    double value = 0;
    const char *at = text;
    for (size_t i = 0; i == 0 || (i < 3 && *at == ','); i++) {
        char *end = NULL;
        at += i > 0;
        double part = isdigit((unsigned char)*at) ? strtod(at, &end) : NAN;
        if (!end || !(part <= most))
            return NAN;
        value += part / units[i];
        at = end;
    }
    bool known = value <= most && (*at == positive || *at == negative) && at[1] == '\0';
    return !known ? NAN : *at == negative ? -value : value;
}

/* "1/250" or "5.6"; 0 where it makes no sense. */
static double number(const char *text)
{
    double parts[2] = {0, 1};
    char *end = NULL;
    for (size_t i = 0; i == 0 || (i == 1 && *end == '/'); i++) {
        const char *at = i == 0 ? text : end + 1;
        if (!isdigit((unsigned char)*at))
            return 0;
        parts[i] = strtod(at, &end);
    }
    bool known = *end == '\0' && parts[1] > 0 && parts[0] / parts[1] <= UINT32_MAX;
    return known ? parts[0] / parts[1] : 0;
}

static void copy(const struct reader *reader, enum property property, char *out, size_t size)
{
    fz_metadata_text(out, size, reader->values[property], strlen(reader->values[property]));
}

static void take_measured(const struct reader *reader, struct fz_metadata *out)
{
    char make[FZ_METADATA_NAME / 2], model[FZ_METADATA_NAME / 2];
    copy(reader, MAKE, make, sizeof make);
    copy(reader, MODEL, model, sizeof model);
    fz_metadata_name_camera(out, make, model);
    copy(reader, reader->values[LENS_MODEL][0] ? LENS_MODEL : LENS, out->lens, sizeof out->lens);
    out->exposure_s = number(reader->values[EXPOSURE_TIME]);
    out->f_number = number(reader->values[F_NUMBER]);
    out->focal_mm = number(reader->values[FOCAL_LENGTH]);
    double iso = number(reader->values[SENSITIVITY]);
    out->iso = (uint32_t)(iso > 0 ? iso : number(reader->values[SPEED_RATINGS]));
    fz_metadata_place_at(out, degrees(reader->values[LATITUDE], 'N', 'S', 90),
                         degrees(reader->values[LONGITUDE], 'E', 'W', 180));
}

bool fz_xmp_read(const void *bytes, size_t len, struct fz_metadata *out)
{
    struct reader reader = {.property = PROPERTIES};
    bool is_whole = parse(&reader, bytes, len);
    *out = (struct fz_metadata){0};
    snprintf(out->title, sizeof out->title, "%s", reader.values[TITLE]);
    snprintf(out->description, sizeof out->description, "%s", reader.values[DESCRIPTION]);
    for (enum property i = LOCATION; i <= COUNTRY; i++)
        fz_metadata_join(out->place, sizeof out->place, reader.values[i]);
    for (enum property i = TAKEN; i <= DIGITIZED && !out->date.known; i++) {
        fz_metadata_date_parse(reader.values[i], &out->date);
        out->date.of = i < MADE ? FZ_METADATA_TAKEN : FZ_METADATA_DIGITIZED;
    }
    take_rating(reader.values[RATING], out);
    if (!out->has_rating)
        take_rating_percent(reader.values[RATING_PERCENT], out);
    take_measured(&reader, out);
    return is_whole;
}

void fz_metadata_read_xmp(const void *bytes, size_t len, struct fz_metadata *out)
{
    fz_xmp_read(bytes, len, out);
}
