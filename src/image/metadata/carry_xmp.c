/* XMP for a copy of the picture: what it says of the pixels is made to be so, or goes. All else stays as its writer wrote it, byte by
 * byte, whatever it means; expat only tells where things stand, whichever prefixes they have. */
#include "base/mem.h"
#include "base/str.h"
#include "image/metadata/carry.h"
#include "image/metadata/parts.h"
#include "image/metadata/xmp_parser.h"

#include <stdio.h>

#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
#define TIFF "http://ns.adobe.com/tiff/1.0/ "
#define EXIF "http://ns.adobe.com/exif/1.0/ "
#define REGIONS "http://www.metadataworkinggroup.com/schemas/regions/ "
#define DIMENSIONS "http://ns.adobe.com/xap/1.0/sType/Dimensions# "
#define CAMERA "http://ns.google.com/photos/1.0/camera/ "

enum { DEPTH_MOST = 64, NODES_MOST = 200000 }; /* as xmp.c reads */

enum what {
    SAYS,         /* its value is another one in the copy, */
    SAYS_OF_SIZE, /* inside of AppliedToDimensions alone, */
    GOES,         /* or it is not there, */
    GOES_TURNED,  /* where the copy was turned, */
    GOES_IN_PX,   /* or counts in pixels */
};
enum value { ONE, ZERO, SRGB, WIDTH, HEIGHT, VALUES };

/* Properties; a name that ends with a blank is all of a namespace. */
static const struct fact {
    const char *name;
    enum what what;
    enum value value;
} facts[] = {
    {TIFF "Orientation", SAYS, ONE},
    {TIFF "ImageWidth", SAYS, WIDTH},
    {TIFF "ImageLength", SAYS, HEIGHT},
    {EXIF "PixelXDimension", SAYS, WIDTH},
    {EXIF "PixelYDimension", SAYS, HEIGHT},
    {EXIF "ColorSpace", SAYS, ONE},
    {"http://ns.adobe.com/photoshop/1.0/ ICCProfile", SAYS, SRGB},
    {DIMENSIONS "w", SAYS_OF_SIZE, WIDTH},
    {DIMENSIONS "h", SAYS_OF_SIZE, HEIGHT},
    /* how the pixels lay in the file, and on the sensor: see carry_exif.c */
    {TIFF "BitsPerSample", GOES, 0},
    {TIFF "Compression", GOES, 0},
    {TIFF "PhotometricInterpretation", GOES, 0},
    {TIFF "SamplesPerPixel", GOES, 0},
    {TIFF "PlanarConfiguration", GOES, 0},
    {TIFF "YCbCrCoefficients", GOES, 0},
    {TIFF "YCbCrSubSampling", GOES, 0},
    {TIFF "YCbCrPositioning", GOES, 0},
    {TIFF "TransferFunction", GOES, 0},
    {TIFF "WhitePoint", GOES, 0},
    {TIFF "PrimaryChromaticities", GOES, 0},
    {TIFF "ReferenceBlackWhite", GOES, 0},
    {EXIF "CompressedBitsPerPixel", GOES, 0},
    {EXIF "FocalPlaneXResolution", GOES, 0},
    {EXIF "FocalPlaneYResolution", GOES, 0},
    {EXIF "FocalPlaneResolutionUnit", GOES, 0},
    /* places in the picture, in its own pixels */
    {EXIF "SubjectArea", GOES, 0},
    {EXIF "SubjectLocation", GOES, 0},
    /* and as parts of its sides: of a picture that was turned, or was yet to be, as its writer saw it */
    {REGIONS "Regions", GOES_TURNED, 0},
    {"http://ns.microsoft.com/photo/1.2/ RegionInfo", GOES_TURNED, 0},
    {"http://ns.acdsee.com/regions/ Regions", GOES_TURNED, 0},
    {"http://iptc.org/std/Iptc4xmpExt/2008-02-29/ ImageRegion", GOES_IN_PX, 0},
    /* what stands behind the pixels of the file: nothing */
    {CAMERA "MicroVideo", SAYS, ZERO},
    {CAMERA "MotionPhoto", SAYS, ZERO},
    {"http://ns.google.com/photos/1.0/container/ Directory", GOES, 0},
    {"http://ns.adobe.com/hdr-gain-map/1.0/ ", GOES, 0},
    /* other pictures, of what was there before */
    {"http://ns.adobe.com/xap/1.0/ Thumbnails", GOES, 0},
    {"http://ns.adobe.com/xap/1.0/g/img/ image", GOES, 0},
    {"http://ns.google.com/photos/1.0/image/ ", GOES, 0},
    {"http://ns.google.com/photos/1.0/depthmap/ ", GOES, 0},
    /* what stood in other segments */
    {"http://ns.adobe.com/xmp/note/ HasExtendedXMP", GOES, 0},
};

/* Of a packet that is read: what is written so far is all before `copied`. */
struct settling {
    struct fz_xmp_parser parser;
    const char *packet;
    const struct fz_smaller_copy *copy;
    char values[VALUES][32];
    char *out; /* owned; FZ_CARRIED_MOST bytes */
    size_t len, copied;
    unsigned depth, nodes;
    unsigned sized;          /* the depth of an AppliedToDimensions; 0: not inside */
    const struct fact *fact; /* of the element that is being read; what stands in it waits for its end */
    unsigned fact_depth;
    bool has_elements;
    size_t fact_at, fact_text; /* where its tag begins, and where that ends */
    bool failed;
};

/* --- writing -------------------------------------------------------------------------------------------------------- */

static void put(struct settling *s, const char *text, size_t len)
{
    if (len > FZ_CARRIED_MOST - s->len) {
        s->failed = true;
        return;
    }
    memcpy(s->out + s->len, text, len);
    s->len += len;
}

/* All up to there as it is, and then this instead of what ends at `end`. */
static void replace(struct settling *s, size_t at, size_t end, const char *text)
{
    if (s->failed)
        return;
    put(s, s->packet + s->copied, at - s->copied);
    if (!s->failed)
        put(s, text, strlen(text));
    s->copied = end;
}

/* --- which it is ---------------------------------------------------------------------------------------------------- */

static bool is_named(const struct fact *fact, const char *name)
{
    size_t len = strlen(fact->name);
    return strncmp(name, fact->name, len) == 0 && (fact->name[len - 1] == ' ' || name[len] == '\0');
}

static const struct fact *find(const struct settling *s, const char *name)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        bool holds = (facts[i].what != SAYS_OF_SIZE || s->sized > 0) &&
                     (facts[i].what != GOES_TURNED || s->copy->turned);
        if (holds && is_named(&facts[i], name))
            return &facts[i];
    }
    return NULL;
}

/* --- attributes ----------------------------------------------------------------------------------------------------- */

/* They stand in the tag as expat gives them. */
static void settle_attributes(struct settling *s, const char **attributes, size_t at, size_t tag_end)
{
    struct fz_xmp_attribute a;
    at = fz_xmp_name_end(s->packet, at, tag_end);
    for (; attributes[0] && fz_xmp_next_attribute(s->packet, at, tag_end, &a); at = a.end + 1) {
        const struct fact *fact = find(s, attributes[0]);
        attributes += 2;
        if (fact && fact->what <= SAYS_OF_SIZE)
            replace(s, a.value, a.end, s->values[fact->value]);
        else if (fact)
            replace(s, a.at, a.end + 1, "");
    }
}

/* --- elements ------------------------------------------------------------------------------------------------------- */

static void XMLCALL begin_element(void *ctx, const char *name, const char **attributes)
{
    struct settling *s = ctx;
    size_t at = fz_xmp_event_begin(&s->parser);
    size_t end = at + fz_xmp_event_len(&s->parser);
    s->depth++;
    s->nodes++;
    for (size_t i = 0; attributes[i]; i += 2)
        s->nodes++;
    if (s->depth > DEPTH_MOST || s->nodes > NODES_MOST) {
        s->failed = true;
        XML_StopParser(s->parser.expat, XML_FALSE);
        return;
    }
    s->has_elements = true;
    if (s->fact)
        return;
    if (strcmp(name, REGIONS "AppliedToDimensions") == 0 && s->sized == 0)
        s->sized = s->depth;
    s->fact = find(s, name);
    if (!s->fact) {
        settle_attributes(s, attributes, at, end);
        return;
    }
    s->fact_depth = s->depth;
    s->fact_at = at;
    s->fact_text = end;
    s->has_elements = false;
}

static void XMLCALL end_element(void *ctx, const char *name)
{
    struct settling *s = ctx;
    size_t at = fz_xmp_event_begin(&s->parser);
    size_t end = at + fz_xmp_event_len(&s->parser);
    (void)name;
    if (s->fact && s->depth == s->fact_depth) {
        bool says =
            s->fact->what <= SAYS_OF_SIZE && !s->has_elements && at < end; /* <a/> ends where it ends */
        bool in_px = memmem(s->packet + s->fact_at, at - s->fact_at, "pixel", 5);
        if (says)
            replace(s, s->fact_text, at, s->values[s->fact->value]);
        else if (s->fact->what != GOES_IN_PX || s->copy->turned || in_px)
            replace(s, s->fact_at, end, "");
        s->fact = NULL;
    }
    if (s->depth == s->sized)
        s->sized = 0;
    s->depth--;
}

/* --- the packet ----------------------------------------------------------------------------------------------------- */

static bool is_text(const struct fz_block *xmp)
{
    uint32_t code;
    for (size_t at = 0, n; at < xmp->len; at += n) {
        n = fz_utf8_decode((const char *)xmp->data + at, xmp->len - at, &code);
        if (n == 0 || code == 0)
            return false;
    }
    return true;
}

static bool settle(struct settling *s, const struct fz_block *xmp)
{
    s->parser = (struct fz_xmp_parser){.begin = begin_element, .end = end_element};
    if (xmp->len == 0 || xmp->len > FZ_XMP_MOST || !is_text(xmp) ||
        !fz_xmp_parse(&s->parser, "UTF-8", s->packet, xmp->len))
        return false;
    replace(s, xmp->len, xmp->len, "");
    return !s->failed;
}

void fz_xmp_settle(struct fz_block *xmp, const struct fz_smaller_copy *copy)
{
    struct settling s = {.packet = (const char *)xmp->data,
                         .copy = copy,
                         .values = {[ONE] = "1", [ZERO] = "0", [SRGB] = "sRGB IEC61966-2.1"},
                         .out = fz_try_malloc(FZ_CARRIED_MOST)};
    snprintf(s.values[WIDTH], sizeof s.values[WIDTH], "%d", copy->width);
    snprintf(s.values[HEIGHT], sizeof s.values[HEIGHT], "%d", copy->height);
    xmp->len = fz_xmp_len(s.packet, xmp->len);
    bool settled = s.out && settle(&s, xmp);
    free(xmp->data);
    *xmp = (struct fz_block){0};
    if (settled)
        *xmp = (struct fz_block){(uint8_t *)s.out, s.len};
    else
        free(s.out);
}
