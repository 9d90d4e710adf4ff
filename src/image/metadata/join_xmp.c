/* XMP that was too long for one segment of a JPEG (XMP specification, part 3, 1.1.3.1), as one packet again. */
#include "base/mem.h"
#include "image/metadata/parts.h"
#include "image/metadata/xmp_parser.h"

#define RDF_URI "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

/* Where in a packet the resources stand. */
struct body {
    struct fz_xmp_parser parser;
    const char *packet;
    unsigned depth, rdf;   /* elements; the depth of rdf:RDF, 0: not inside */
    size_t at, end;        /* what stands in it */
    size_t name, name_end; /* as it is written there */
    bool has_spaces;       /* names are declared before it that nothing in it says again */
};

static void XMLCALL declare(void *ctx, const char *prefix, const char *uri)
{
    struct body *body = ctx;
    (void)prefix;
    bool usual = uri && (strcmp(uri, RDF_URI) == 0 || strcmp(uri, "adobe:ns:meta/") == 0);
    body->has_spaces = body->has_spaces || (body->at == 0 && !usual);
}

static void XMLCALL begin_element(void *ctx, const char *name, const char **attributes)
{
    struct body *body = ctx;
    (void)attributes;
    body->depth++;
    if (body->at > 0 || strcmp(name, RDF_URI " RDF") != 0)
        return;
    size_t begin = fz_xmp_event_begin(&body->parser);
    body->rdf = body->depth;
    body->at = begin + fz_xmp_event_len(&body->parser);
    body->name = begin + 1;
    body->name_end = fz_xmp_name_end(body->packet, body->name, body->at);
}

static void XMLCALL end_element(void *ctx, const char *name)
{
    struct body *body = ctx;
    (void)name;
    if (body->depth == body->rdf && fz_xmp_event_len(&body->parser) > 0) { /* else it is <a/> */
        body->end = fz_xmp_event_begin(&body->parser);
        body->rdf = 0;
    }
    body->depth--;
}

static bool find_body(const struct fz_block *xmp, struct body *body)
{
    *body = (struct body){.packet = (const char *)xmp->data,
                          .parser = {.begin = begin_element, .end = end_element, .declare = declare}};
    return fz_xmp_parse(&body->parser, "UTF-8", body->packet, xmp->len) && body->end > 0;
}

void fz_xmp_join(const struct fz_block *xmp, const struct fz_block *more, struct fz_block *out)
{
    struct body to, from;
    if (!xmp->data || !more->data || !find_body(xmp, &to) || !find_body(more, &from) || from.has_spaces)
        return;
    size_t name = to.name_end - to.name, len = from.end - from.at;
    if (name != from.name_end - from.name || memcmp(to.packet + to.name, from.packet + from.name, name) != 0)
        return; /* what stands in it means something else there */
    uint8_t *data = fz_try_malloc(xmp->len + len);
    if (!data)
        return;
    memcpy(data, to.packet, to.end);
    memcpy(data + to.end, from.packet + from.at, len);
    memcpy(data + to.end + len, to.packet + to.end, xmp->len - to.end);
    *out = (struct fz_block){data, xmp->len + len};
}
