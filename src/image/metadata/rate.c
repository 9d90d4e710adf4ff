/* Ratings are put into XMP by its bytes: what others wrote there means something to them alone, so nothing but the value changes. expat
 * tells where that stands. */
#include "base/mem.h"
#include "image/metadata/parts.h"
#include "image/metadata/xmp_parser.h"

#include <stdio.h>

#define RDF_URI "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define RDF RDF_URI " "
#define XMP_URI "http://ns.adobe.com/xap/1.0/"
#define RATING XMP_URI " Rating"
#define XML_LANG "http://www.w3.org/XML/1998/namespace lang"

enum {
    RATINGS_MOST = 8, /* one in each rdf:Description, though there should be one in all */
    PREFIXES = 32,    /* xmp, xmp1, xmp2... */
    TEXT_MOST = 320,  /* characters that are written at one place */
};

static const char no_xmp[] = "it is no XMP", several[] = "it has several ratings",
                  no_number[] = "its rating is no plain number",
                  no_prefix[] = "it leaves no name to a rating";

static const char empty_sidecar[] = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                                    " <rdf:RDF xmlns:rdf=\"" RDF_URI "\">\n"
                                    "  <rdf:Description rdf:about=\"\"\n"
                                    "    xmlns:xmp=\"" XMP_URI "\"\n"
                                    "   xmp:Rating=\"\"/>\n"
                                    " </rdf:RDF>\n"
                                    "</x:xmpmeta>\n";

/* Where a rating can be added. */
enum level { NOWHERE, IN_XMPMETA, IN_RDF, IN_DESCRIPTION };

static const struct {
    const char *before, *after;
} around[] = {
    [IN_XMPMETA] = {"<rdf:RDF xmlns:rdf=\"" RDF_URI "\"><rdf:Description rdf:about=\"\"", "/></rdf:RDF>"},
    [IN_RDF] = {"<rdf:Description xmlns:rdf=\"" RDF_URI "\" rdf:about=\"\"", "/>"},
    [IN_DESCRIPTION] = {"", ""},
};

/* What is replaced; all places are in characters of the text. */
struct place {
    size_t at, end;
    size_t name, name_end; /* of the element that "/>" ends there, which it is to end no more; else 0 */
};

struct search {
    struct fz_xmp_parser parser;
    const char *text; /* the packet; of UTF-16 a copy, a byte for each unit, 7f for one outside of Latin-1 */
    size_t width;     /* bytes of a character in the packet */
    unsigned depth, rdf; /* elements; the depth of rdf:RDF, 0: not inside */
    unsigned resource;   /* the depth of the resource in it */
    unsigned rating;     /* of the element with the rating */
    struct place place;  /* of its value, so far */
    char value[16];      /* so far */
    size_t value_len;
    struct place ratings[RATINGS_MOST];
    size_t count;
    char first[16]; /* the value of the first one, without blanks */
    enum level level;
    struct place addition;    /* there, if there is none */
    uint32_t foreign;         /* prefixes that stand for something else somewhere */
    uint32_t declared, known; /* which stand for XMP in the tag to come, and in that rdf:Description */
    const char *trouble;
};

static void refuse(struct search *s, const char *trouble)
{
    s->trouble = trouble;
    XML_StopParser(s->parser.expat, XML_FALSE);
}

/* --- finding -------------------------------------------------------------------------------------------------------- */

static size_t event_begin(const struct search *s)
{
    return fz_xmp_event_begin(&s->parser) / s->width;
}

static size_t event_end(const struct search *s)
{
    return event_begin(s) + fz_xmp_event_len(&s->parser) / s->width;
}

/* What stands in an element from its first tag on. */
static struct place begin_of_body(const struct search *s, size_t tag, size_t tag_end)
{
    if (s->text[tag_end - 2] != '/')
        return (struct place){.at = tag_end, .end = tag_end};
    return (struct place){.at = tag_end - 2,
                          .end = tag_end,
                          .name = tag + 1,
                          .name_end = fz_xmp_name_end(s->text, tag + 1, tag_end)};
}

static void add_rating(struct search *s, struct place place, const char *value, size_t len)
{
    char clean[sizeof s->first];
    fz_metadata_text(clean, sizeof clean, value, len);
    if (s->count == 0)
        memcpy(s->first, clean, sizeof clean);
    while (place.end > place.at && fz_xmp_is_blank(s->text[place.end - 1]))
        place.end--;
    while (place.end > place.at && fz_xmp_is_blank(s->text[place.at]))
        place.at++;
    if (s->count == RATINGS_MOST || strcmp(s->first, clean) != 0)
        refuse(s, several);
    else
        s->ratings[s->count++] = place;
}

static void find_in_attributes(struct search *s, const char **attributes, size_t tag, size_t tag_end)
{
    struct fz_xmp_attribute a;
    size_t at = fz_xmp_name_end(s->text, tag, tag_end);
    for (; attributes[0] && fz_xmp_next_attribute(s->text, at, tag_end, &a); at = a.end + 1) {
        if (strcmp(attributes[0], RATING) == 0)
            add_rating(s, (struct place){.at = a.value, .end = a.end}, attributes[1], strlen(attributes[1]));
        attributes += 2;
    }
}

/* The first and innermost of them takes it. */
static void offer(struct search *s, enum level level, size_t tag, size_t tag_end)
{
    if (level <= s->level)
        return;
    s->level = level;
    if (level < IN_DESCRIPTION) {
        s->addition = begin_of_body(s, tag, tag_end);
        return;
    }
    size_t end = tag_end - (s->text[tag_end - 2] == '/' ? 2 : 1); /* of its attributes */
    while (fz_xmp_is_blank(s->text[end - 1]))
        end--;
    s->addition = (struct place){.at = end, .end = end};
    s->known = s->declared;
}

static void begin_rating(struct search *s, const char **attributes, size_t tag, size_t tag_end)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], XML_LANG) != 0)
            refuse(s, no_number);
    s->rating = s->depth;
    s->place = begin_of_body(s, tag, tag_end);
    s->value_len = 0;
}

static void XMLCALL begin_element(void *ctx, const char *name, const char **attributes)
{
    struct search *s = ctx;
    size_t tag = event_begin(s), tag_end = event_end(s);
    s->depth++;
    if (s->rating > 0) {
        refuse(s, no_number);
    } else if (strcmp(name, RDF "RDF") == 0) {
        s->rdf = s->depth;
        offer(s, IN_RDF, tag, tag_end);
    } else if (s->rdf > 0 && s->depth == s->rdf + 1) {
        s->resource = s->depth;
        find_in_attributes(s, attributes, tag, tag_end);
        if (strcmp(name, RDF "Description") == 0)
            offer(s, IN_DESCRIPTION, tag, tag_end);
    } else if (s->resource > 0 && s->depth == s->resource + 1 && strcmp(name, RATING) == 0) {
        begin_rating(s, attributes, tag, tag_end);
    } else if (s->depth == 1 && strcmp(name, "adobe:ns:meta/ xmpmeta") == 0) {
        offer(s, IN_XMPMETA, tag, tag_end);
    }
    s->declared = 0;
}

/* It comes in pieces: lines, characters by their numbers. */
static void XMLCALL take_text(void *ctx, const char *text, int len)
{
    struct search *s = ctx;
    if (s->rating == 0)
        return;
    for (; len > 0 && fz_xmp_is_blank(*text); len--)
        text++;
    while (len > 0 && fz_xmp_is_blank(text[len - 1]))
        len--;
    if (len == 0)
        return;
    bool is_more = s->value_len > 0;
    if ((is_more && s->place.end != event_begin(s)) || (size_t)len > sizeof s->value - s->value_len) {
        refuse(s, no_number);
        return;
    }
    s->place = (struct place){.at = is_more ? s->place.at : event_begin(s), .end = event_end(s)};
    memcpy(s->value + s->value_len, text, (size_t)len);
    s->value_len += (size_t)len;
}

static void XMLCALL end_element(void *ctx, const char *name)
{
    struct search *s = ctx;
    (void)name;
    if (s->depth == s->rating) {
        add_rating(s, s->place, s->value, s->value_len);
        s->rating = 0;
    }
    if (s->depth == s->resource)
        s->resource = 0;
    if (s->depth == s->rdf)
        s->rdf = 0;
    s->depth--;
}

/* "xmp" is the first one, "xmp1" the second. */
static void prefix_name(char out[8], unsigned number)
{
    snprintf(out, 8, number > 0 ? "xmp%u" : "xmp", number);
}

/* Comes before the tag's own element. */
static void XMLCALL declare(void *ctx, const char *prefix, const char *uri)
{
    struct search *s = ctx;
    char name[8];
    if (!prefix || strncmp(prefix, "xmp", 3) != 0)
        return;
    for (unsigned i = 0; i < PREFIXES; i++) {
        prefix_name(name, i);
        if (strcmp(prefix, name) == 0 && uri && strcmp(uri, XMP_URI) == 0)
            s->declared |= UINT32_C(1) << i;
        else if (strcmp(prefix, name) == 0)
            s->foreign |= UINT32_C(1) << i;
    }
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

struct packet {
    const char *bytes;
    size_t len;
    size_t width; /* bytes of a character */
    bool big_endian;
    char *out; /* owned */
    size_t out_len, copied;
};

static void put(struct packet *packet, const char *bytes, size_t len)
{
    memcpy(packet->out + packet->out_len, bytes, len);
    packet->out_len += len;
}

/* ASCII, as the packet's characters. */
static void put_text(struct packet *packet, const char *text)
{
    for (; *text; text++) {
        const char wide[] = {packet->big_endian ? '\0' : *text, packet->big_endian ? *text : '\0'};
        put(packet, packet->width == 2 ? wide : text, packet->width);
    }
}

static void write_at(struct packet *packet, const struct place *place, const char *text)
{
    size_t width = packet->width;
    put(packet, packet->bytes + packet->copied, place->at * width - packet->copied);
    packet->copied = place->end * width;
    if (place->name > 0)
        put_text(packet, ">");
    put_text(packet, text);
    if (place->name > 0) {
        put_text(packet, "</");
        put(packet, packet->bytes + place->name * width, (place->name_end - place->name) * width);
        put_text(packet, ">");
    }
}

static void add_attribute(struct packet *packet, const struct search *s, int rating)
{
    char prefix[8], name_space[96] = "", text[TEXT_MOST];
    unsigned number = 0;
    uint32_t may = s->known ? s->known : ~s->foreign;
    while (number < PREFIXES - 1 && !(may >> number & 1))
        number++;
    prefix_name(prefix, number);
    if (!s->known)
        snprintf(name_space, sizeof name_space, " xmlns:%s=\"" XMP_URI "\"", prefix);
    snprintf(text, sizeof text, "%s%s %s:Rating=\"%d\"%s", around[s->level].before, name_space, prefix,
             rating, around[s->level].after);
    write_at(packet, &s->addition, text);
}

static void rewrite(struct packet *packet, const struct search *s, int rating)
{
    char value[16];
    snprintf(value, sizeof value, "%d", rating);
    for (size_t i = 0; i < s->count; i++)
        write_at(packet, &s->ratings[i], value);
    if (s->count == 0)
        add_attribute(packet, s, rating);
    put(packet, packet->bytes + packet->copied, packet->len - packet->copied);
}

/* --- the packet ----------------------------------------------------------------------------------------------------- */

static char *narrow(const struct packet *packet)
{
    char *text = fz_malloc(packet->len / 2 + 1);
    for (size_t i = 0; i < packet->len / 2; i++) {
        char high = packet->bytes[2 * i + !packet->big_endian];
        text[i] = high ? '\x7f' : packet->bytes[2 * i + packet->big_endian];
    }
    return text;
}

static const char *find_places(const struct packet *packet, struct search *s)
{
    char *text = packet->width == 2 ? narrow(packet) : NULL;
    *s = (struct search){
        .parser = {.begin = begin_element, .end = end_element, .text = take_text, .declare = declare},
        .text = text ? text : packet->bytes,
        .width = packet->width,
    };
    bool is_whole = fz_xmp_parse(&s->parser, NULL, packet->bytes, fz_xmp_len(packet->bytes, packet->len));
    free(text);
    s->text = NULL;
    if (!s->trouble && s->count == 0 && !s->known && s->foreign == UINT32_MAX)
        s->trouble = no_prefix;
    if (s->trouble)
        return s->trouble;
    return is_whole && s->level > NOWHERE ? NULL : no_xmp;
}

/* DAMAGED with the reason why it is not `packet` with that rating. */
static enum fz_err rate(struct packet *packet, int rating, struct fz_error *err)
{
    struct search s;
    struct fz_metadata before, after;
    /* a name that is written again stands in the packet */
    const size_t room = 2 * packet->len + (size_t)2 * RATINGS_MOST * TEXT_MOST;
    if (!fz_xmp_read(packet->bytes, packet->len, &before))
        return fz_fail(err, FZ_E_DAMAGED, 0, "%s", no_xmp);
    const char *trouble = find_places(packet, &s);
    if (trouble)
        return fz_fail(err, FZ_E_DAMAGED, 0, "%s", trouble);
    packet->out = fz_malloc(room);
    rewrite(packet, &s, rating);
    if (fz_xmp_read(packet->out, packet->out_len, &after) && after.has_rating && after.rating == rating)
        return FZ_OK;
    free(packet->out);
    return fz_fail(err, FZ_E_DAMAGED, 0, "a rating in it would not be read");
}

enum fz_err fz_metadata_set_rating(const void *bytes, size_t len, int rating, char **out, size_t *out_len,
                                   struct fz_error *err)
{
    struct packet packet = {.bytes = len > 0 ? bytes : empty_sidecar,
                            .len = len > 0 ? len : sizeof empty_sidecar - 1,
                            .width = 1};
    if (fz_xmp_is_wide(packet.bytes, packet.len, &packet.big_endian))
        packet.width = 2;
    enum fz_err code = rate(&packet, rating, err);
    if (code == FZ_OK) {
        *out = packet.out;
        *out_len = packet.out_len;
    }
    return code;
}
