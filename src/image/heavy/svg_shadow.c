/* A shadow as the primitives that the specification says it is short for: Filter Effects Module Level 1, section 9.14. */
#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#include "image/heavy/svg_shadow.h"

#include <librsvg/rsvg.h>

#include <string.h>

enum {
    MOST_TAG_BYTES = 1024, /* most of it is copied into each primitive */
};

static const char shadow[] = FZ_SVG_SHADOW_NAME;
/* Results with these names may be there before: each shadow is done with them before the next one begins. */
#define CAST_BY "'frieze-shadow-of'"
#define BLURRED "'frieze-shadow'"

/* OF_ALL has what style sheets ask for, too: the id is there more than once, which librsvg does not mind. */
enum part { OF_ALL, OF_INPUT, OF_BLUR, OF_OFFSET, OF_RESULT, OF_NONE };

struct tag {
    const char *prefix, *attributes, *end; /* before the "/" or ">" */
    int prefix_len;
};

struct attribute {
    const char *at, *end;
    size_t name_len;
};

static bool is_space(char byte)
{
    return memchr(" \t\r\n", byte, 4) != NULL;
}

static bool is_named(const struct attribute *attribute, const char *name)
{
    return attribute->name_len == strlen(name) && memcmp(attribute->at, name, attribute->name_len) == 0;
}

/* Where no more than one may have what it says, the primitive that it is for. */
static enum part part_of(const struct attribute *attribute)
{
    static const struct {
        const char *name;
        enum part part;
    } parts[] = {
        {"in", OF_INPUT},      {"stdDeviation", OF_BLUR}, {"dx", OF_OFFSET},     {"dy", OF_OFFSET},
        {"x", OF_RESULT},      {"y", OF_RESULT},          {"width", OF_RESULT},  {"height", OF_RESULT},
        {"result", OF_RESULT}, {"in2", OF_NONE},          {"operator", OF_NONE}, {"xml:id", OF_NONE},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (is_named(attribute, parts[i].name))
            return parts[i].part;
    return OF_ALL;
}

/* The first from `at` on; false: there are no more. */
static bool next_attribute(const struct tag *tag, const char *at, struct attribute *out)
{
    while (at < tag->end && is_space(*at))
        at++;
    const char *name_end = at;
    while (name_end < tag->end && *name_end != '=' && !is_space(*name_end))
        name_end++;
    const char *value = name_end;
    while (value < tag->end && (*value == '=' || is_space(*value)))
        value++;
    if (value == tag->end || (*value != '"' && *value != '\''))
        return false;
    const char *closing = memchr(value + 1, *value, (size_t)(tag->end - value - 1));
    *out = (struct attribute){at, closing ? closing + 1 : tag->end, (size_t)(name_end - at)};
    return closing != NULL;
}

static bool has(const struct tag *tag, const char *name)
{
    for (struct attribute a = {.end = tag->attributes}; next_attribute(tag, a.end, &a);)
        if (is_named(&a, name))
            return true;
    return false;
}

static void name(GString *out, const struct tag *tag, const char *opening, const char *element)
{
    g_string_append(out, opening);
    g_string_append_len(out, tag->prefix, tag->prefix_len);
    g_string_append(out, element);
}

/* A primitive's tag, up to what ends it. */
static void begin(GString *out, const struct tag *tag, const char *element, enum part part)
{
    name(out, tag, "<", element);
    g_string_append(out, " frieze-shadow=''");
    for (struct attribute a = {.end = tag->attributes}; next_attribute(tag, a.end, &a);) {
        const enum part is_for = part_of(&a);
        if (is_for == OF_ALL || is_for == part) {
            g_string_append_c(out, ' ');
            g_string_append_len(out, a.at, a.end - a.at);
        }
    }
}

static void give(GString *out, const struct tag *tag, const char *attribute)
{
    if (!has(tag, attribute))
        g_string_append_printf(out, " %s='2'", attribute);
}

static char *expand(const struct tag *tag)
{
    GString *out = g_string_new(NULL);
    begin(out, tag, "feOffset", OF_INPUT);
    g_string_append(out, " result=" CAST_BY "/>");
    begin(out, tag, "feGaussianBlur", OF_BLUR);
    give(out, tag, "stdDeviation");
    g_string_append(out, "/>");
    begin(out, tag, "feOffset", OF_OFFSET);
    give(out, tag, "dx");
    give(out, tag, "dy");
    g_string_append(out, " result=" BLURRED "/>");
    begin(out, tag, "feFlood", OF_ALL);
    g_string_append(out, "/>");
    begin(out, tag, "feComposite", OF_ALL);
    g_string_append(out, " operator='in' in2=" BLURRED "/>");
    begin(out, tag, "feMerge", OF_RESULT);
    g_string_append_c(out, '>');
    name(out, tag, "<", "feMergeNode");
    g_string_append(out, "/>");
    name(out, tag, "<", "feMergeNode");
    g_string_append(out, " in=" CAST_BY "/>");
    name(out, tag, "</", "feMerge");
    g_string_append_c(out, '>');
    return g_string_free(out, FALSE);
}

/* The place of the tag's ">", before `last`. NULL: it is further, and *is_long is set, or this is no tag. */
static const uint8_t *tag_end(const uint8_t *at, const uint8_t *last, bool *is_long)
{
    for (uint8_t quote = 0; at < last; at++) {
        if (*at == '<')
            return NULL;
        if (!quote && *at == '>')
            return at;
        if (quote ? *at == quote : *at == '"' || *at == '\'')
            quote = quote ? 0 : *at;
    }
    *is_long = true;
    return NULL;
}

static bool leaves_something(const char *drawing)
{
    RsvgHandle *handle = rsvg_handle_new_from_data((const guint8 *)drawing, strlen(drawing), NULL);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 4, 4);
    cairo_t *cairo = cairo_create(surface);
    const RsvgRectangle page = {0, 0, 4, 4};
    bool drawn = handle && rsvg_handle_render_document(handle, cairo, &page, NULL);
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    drawn = drawn && pixels && (pixels[0] | pixels[1] | pixels[2] | pixels[3]) != 0;
    cairo_surface_destroy(surface);
    g_clear_object(&handle);
    return drawn;
}

#define FILTERED(primitives)                                                                  \
    "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'><filter id='f'>" primitives \
    "</filter><rect width='4' height='4' filter='url(#f)'/></svg>"

/* By drawings: a filter without any primitive that it knows leaves nothing, nor does one that ends with a name that it does not know. */
enum fz_svg_shadows fz_svg_shadows_known(void)
{
    if (!leaves_something(FILTERED("<feDropShadow stdDeviation='0'/>")))
        return FZ_SVG_SHADOWS_NONE;
    return leaves_something(FILTERED("<feDropShadow stdDeviation='0' result='a'/><feFlood flood-opacity='0'/>"
                                     "<feMerge><feMergeNode in='a'/></feMerge>"))
               ? FZ_SVG_SHADOWS_ALL
               : FZ_SVG_SHADOWS_UNNAMED;
}

/* Behind the element whose tag ends before `end_of_tag`; NULL: it does not end. Of its children, none may be another. */
static const uint8_t *element_end(const struct tag *tag, const uint8_t *end_of_tag, const uint8_t *end)
{
    if (end_of_tag[-2] == '/')
        return end_of_tag;
    char *closing = g_strdup_printf("</%.*s%s", tag->prefix_len, tag->prefix, shadow);
    const uint8_t *at = memmem(end_of_tag, (size_t)(end - end_of_tag), closing, strlen(closing));
    g_free(closing);
    at = at ? memchr(at, '>', (size_t)(end - at)) : NULL;
    return at ? at + 1 : NULL;
}

/* One that changes nothing. */
static char *give_name(const struct tag *tag)
{
    GString *out = g_string_new(NULL);
    name(out, tag, "<", "feOffset");
    for (struct attribute a = {.end = tag->attributes}; next_attribute(tag, a.end, &a);)
        if (is_named(&a, "result")) {
            g_string_append_c(out, ' ');
            g_string_append_len(out, a.at, a.end - a.at);
        }
    g_string_append(out, "/>");
    return g_string_free(out, FALSE);
}

struct fz_svg_shadow fz_svg_next_shadow(enum fz_svg_shadows known, const uint8_t *from, const uint8_t *end,
                                        bool *lacks)
{
    for (struct fz_svg_tag found; fz_svg_next_tag(from, end, shadow, &found); from = found.name_end) {
        const uint8_t *at = found.name_end;
        const uint8_t *close = tag_end(at, end - at > MOST_TAG_BYTES ? at + MOST_TAG_BYTES : end, lacks);
        if (!close)
            continue;
        const struct tag tag = {(const char *)found.prefix, (const char *)at,
                                (const char *)close - (close[-1] == '/'), (int)(found.name - found.prefix)};
        if (known == FZ_SVG_SHADOWS_NONE)
            return (struct fz_svg_shadow){found.prefix - 1, close + 1, expand(&tag)};
        const uint8_t *behind = has(&tag, "result") ? element_end(&tag, close + 1, end) : NULL;
        if (behind)
            return (struct fz_svg_shadow){behind, behind, give_name(&tag)};
    }
    return (struct fz_svg_shadow){0};
}

static bool is_in_name(uint8_t byte)
{
    return g_ascii_isalnum(byte) || byte == '-' || byte == '_' || byte >= 0x80;
}

/* Of an element, without a prefix. */
static bool is_selector(const uint8_t *at, const uint8_t *past, const uint8_t *end)
{
    return !is_in_name(at[-1]) && !strchr(".#:|\\&/<\"'=", at[-1]) && (past == end || !is_in_name(*past));
}

const uint8_t *fz_svg_next_shadow_selector(struct fz_svg_sheet *sheet, const uint8_t *end)
{
    const size_t len = sizeof shadow - 1;
    do {
        for (const uint8_t *at;
             (at = memmem(sheet->at, (size_t)(sheet->end - sheet->at), shadow, len)) != NULL;) {
            sheet->at = at + len;
            if (is_selector(at, at + len, sheet->end))
                return at;
        }
    } while (fz_svg_next_sheet(sheet->end, end, sheet));
    sheet->at = sheet->end = end;
    return NULL;
}

#endif
