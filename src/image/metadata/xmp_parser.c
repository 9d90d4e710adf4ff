#include "image/metadata/xmp_parser.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Of one packet, what was freed included. One of FZ_XMP_MOST bytes takes up to 7 MB, whatever it is made of; but expat writes
     * the URI out for each attribute with its prefix and holds these until the tag ends: gigabytes, for a URI of 1 MB. */
    ALLOCATED_MOST = 16 << 20,
    /* Bytes. In tag after tag it takes that memory again, but also the time. Those in use have less than 100. */
    URI_MOST = 512,
};

/* expat's allocators are told nothing of whom they allocate for: that one packet which this thread reads. */
static _Thread_local size_t bytes_left;

static bool may_take(size_t bytes)
{
    bool may = bytes <= bytes_left;
    bytes_left -= may ? bytes : 0;
    return may;
}

static void *allocate(size_t bytes)
{
    return may_take(bytes) ? malloc(bytes) : NULL;
}

static void *reallocate(void *old, size_t bytes)
{
    return may_take(bytes) ? realloc(old, bytes) : NULL;
}

/* With document types come entities: XMP has neither. */
static void XMLCALL refuse_doctype(void *ctx, const char *name, const char *system, const char *public,
                                   int has_internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    XML_StopParser(((struct fz_xmp_parser *)ctx)->expat, XML_FALSE);
}

static void XMLCALL declare(void *ctx, const char *prefix, const char *uri)
{
    struct fz_xmp_parser *parser = ctx;
    if (uri && strlen(uri) > URI_MOST)
        XML_StopParser(parser->expat, XML_FALSE);
    else if (parser->declare)
        parser->declare(ctx, prefix, uri);
}

bool fz_xmp_parse(struct fz_xmp_parser *parser, const char *encoding, const char *packet, size_t len)
{
    static const XML_Memory_Handling_Suite memory = {allocate, reallocate, free};
    bytes_left = ALLOCATED_MOST;
    parser->expat = XML_ParserCreate_MM(encoding, &memory, " ");
    if (!parser->expat)
        return false;
    XML_SetUserData(parser->expat, parser);
    XML_SetElementHandler(parser->expat, parser->begin, parser->end);
    XML_SetCharacterDataHandler(parser->expat, parser->text);
    XML_SetStartNamespaceDeclHandler(parser->expat, declare);
    XML_SetStartDoctypeDeclHandler(parser->expat, refuse_doctype);
    bool is_whole = XML_Parse(parser->expat, packet, (int)len, XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(parser->expat);
    parser->expat = NULL;
    return is_whole;
}

/* Since 2.9 expat calls deprecated what counts in types whose size differs from machine to machine. */
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
size_t fz_xmp_event_begin(const struct fz_xmp_parser *parser)
{
    return (size_t)XML_GetCurrentByteIndex64(parser->expat);
}

size_t fz_xmp_event_len(const struct fz_xmp_parser *parser)
{
    return (size_t)XML_GetCurrentByteCount64(parser->expat);
}
#else
size_t fz_xmp_event_begin(const struct fz_xmp_parser *parser)
{
    return (size_t)XML_GetCurrentByteIndex(parser->expat);
}

size_t fz_xmp_event_len(const struct fz_xmp_parser *parser)
{
    return (size_t)XML_GetCurrentByteCount(parser->expat);
}
#endif

size_t fz_xmp_len(const char *packet, size_t len)
{
    size_t whole = len;
    while (len > 0 && packet[len - 1] == '\0')
        len--;
    return len + (len < whole && len % 2 == 1 && fz_xmp_is_wide(packet, whole, NULL));
}

bool fz_xmp_is_wide(const char *packet, size_t len, bool *big_endian)
{
    if (len < 2)
        return false;
    bool big = packet[0] == '\0' || memcmp(packet, "\xfe\xff", 2) == 0;
    bool little = packet[1] == '\0' || memcmp(packet, "\xff\xfe", 2) == 0;
    if (big_endian)
        *big_endian = big;
    return big || little;
}

bool fz_xmp_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t fz_xmp_name_end(const char *packet, size_t at, size_t tag_end)
{
    while (at < tag_end && !fz_xmp_is_blank(packet[at]) && packet[at] != '/' && packet[at] != '>')
        at++;
    return at;
}

static bool find_attribute(const char *packet, size_t at, size_t tag_end, struct fz_xmp_attribute *out)
{
    out->at = at;
    while (at < tag_end && fz_xmp_is_blank(packet[at]))
        at++;
    out->name = at;
    while (at < tag_end && packet[at] != '=' && !fz_xmp_is_blank(packet[at]))
        at++;
    out->name_end = at;
    while (at < tag_end && packet[at] != '"' && packet[at] != '\'')
        at++;
    out->value = at + 1;
    const char *close = at < tag_end ? memchr(packet + at + 1, packet[at], tag_end - at - 1) : NULL;
    out->end = close ? (size_t)(close - packet) : 0;
    return close != NULL;
}

static bool declares_namespace(const char *packet, const struct fz_xmp_attribute *a)
{
    return strncmp(packet + a->name, "xmlns", 5) == 0 &&
           (a->name_end == a->name + 5 || packet[a->name + 5] == ':');
}

bool fz_xmp_next_attribute(const char *packet, size_t at, size_t tag_end, struct fz_xmp_attribute *out)
{
    while (find_attribute(packet, at, tag_end, out)) {
        if (!declares_namespace(packet, out))
            return true;
        at = out->end + 1;
    }
    return false;
}
