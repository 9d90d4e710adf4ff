#include "image/svg/cost.h"

#include "image/svg/selectors.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_DEPTH = 500,      /* of elements in one another, and of references to references */
    MOST_NAME_BYTES = 256 /* of a name that others begin in */
};

/* Passes that the primitives of filters take, measured with librsvg 2.54 as multiples of what a mask does. */
enum {
    MADE = 2, /* of each, for the page: the surface that it gives */
    BLUR = 20,
    LIGHT = 20,
    OCTAVE = 8,
    MATRIX = 10,
    OTHER = 4,
    SHADOW = BLUR + 7 * OTHER, /* which stands for so many (heavy/svg_shadow.c) */
    MOST_RADIUS = 10,
    MOST_NUMBER = 100000000
};
/* Each octave is half as large as the one before: more than these are smaller than any px, and nobody's wish. */
enum { MOST_OCTAVES = 32 };
/* Pango lays a text out in the square of its length: 100 bytes of it in 100 us. */
enum { TEXT_SQUARES_PER_US = 100 };
/* librsvg holds each selector of a style sheet against each element, and those that tell of ancestors or siblings against each of
 * these as well, measured. */
enum { MATCHES_PER_US = 20, RELATIVES_PER_US = 50 };

/* What stands between the start of an element that has an id and its end: ranges in document order. */
struct target {
    uint64_t hash; /* of the id */
    uint32_t first_element, end_element, first_reference, end_reference;
    uint64_t first_layer, first_text_us;
    enum { UNKNOWN, UNDER_WAY, KNOWN } state;
    struct fz_svg_cost cost;
};

struct reference {
    uint64_t hash;
    bool layer, use;
};

struct document {
    const struct fz_bytes *file;
    struct target *targets;       /* owned, sorted by hash when they are looked for */
    struct reference *references; /* owned */
    uint32_t target_count, target_room, reference_count, reference_room, elements;
    uint64_t layers, text_us; /* of the primitives and texts so far */
    double page,
        filter; /* areas in units of the drawing: of the page, or 0; of the filter last begun, or 0 */
    struct fz_svg_selectors selectors;
    uint32_t deepest, most_siblings;
    bool loops;
};

static uint64_t add(uint64_t a, uint64_t b)
{
    return a + b < UINT32_MAX ? a + b : UINT32_MAX;
}

static bool has_room(void **array, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return true;
    uint32_t more = *room ? *room * 2 : 64;
    void *grown = more > *room ? reallocarray(*array, more, size) : NULL;
    if (!grown)
        return false;
    *array = grown;
    *room = more;
    return true;
}

/* FNV-1a of a name up to one of `ends`, or to `end`: of as much of it as tells names apart. */
static uint64_t hash_name(const uint8_t *at, const uint8_t *end, const char *ends)
{
    uint64_t hash = 14695981039346656037u;
    end = end - at > MOST_NAME_BYTES ? at + MOST_NAME_BYTES : end;
    for (; at < end && !strchr(ends, *at); at++)
        hash = (hash ^ *at) * 1099511628211u;
    return hash;
}

static const uint8_t *find(const uint8_t *at, const uint8_t *end, const char *what)
{
    const uint8_t *found = at < end ? memmem(at, (size_t)(end - at), what, strlen(what)) : NULL;
    return found ? found : end;
}

static bool ends_with(const uint8_t *start, const uint8_t *at, const char *what)
{
    size_t len = strlen(what);
    return (size_t)(at - start) >= len && memcmp(at - len, what, len) == 0;
}

/* What stands between a tag's "<" and its attributes, without a prefix. */
static size_t name_of(const uint8_t *tag, const uint8_t *end, const uint8_t **name)
{
    const uint8_t *at = *name = tag;
    for (; at < end && !strchr(" \t\r\n/>", *at); at++)
        if (*at == ':')
            *name = at + 1;
    return (size_t)(at - *name);
}

static bool is_named(const uint8_t *tag, const uint8_t *end, const char *what)
{
    const uint8_t *name;
    size_t len = name_of(tag, end, &name);
    return len == strlen(what) && memcmp(name, what, len) == 0;
}

static bool add_reference(struct document *doc, struct reference reference)
{
    if (!has_room((void **)&doc->references, doc->reference_count, &doc->reference_room,
                  sizeof *doc->references))
        return false;
    doc->references[doc->reference_count++] = reference;
    return true;
}

/* The references in a tag: href="#name", unless it is a link for who reads it, and url(#name) of any property. */
static bool read_references(struct document *doc, const uint8_t *tag, const uint8_t *end)
{
    bool link = is_named(tag, end, "a"), use = is_named(tag, end, "use");
    for (const uint8_t *at = find(tag, end, "#"); at < end; at = find(at + 1, end, "#")) {
        bool quoted = ends_with(tag, at, "href=\"") || ends_with(tag, at, "href='");
        bool url = ends_with(tag, at, "url(") || ends_with(tag, at, "url('") || ends_with(tag, at, "url(\"");
        if (!url && (!quoted || link))
            continue;
        const uint8_t *name = at;
        while (name > tag && !strchr(" ;#\t\n", name[-1]))
            name--;
        /* A clip is no layer: cairo clips what is drawn, in about the time that drawing takes. */
        bool layer = url && (memcmp(name, "mask", 4) == 0 || memcmp(name, "filt", 4) == 0);
        uint64_t hash = hash_name(at + 1, end, quoted ? "\"'" : "\"')");
        if (!add_reference(doc, (struct reference){.hash = hash, .layer = layer, .use = use && quoted}))
            return false;
    }
    return true;
}

/* Whether the tag has an id; *target is then begun. */
static bool read_id(struct document *doc, const uint8_t *tag, const uint8_t *end, uint32_t *target,
                    bool *full)
{
    for (const uint8_t *at = find(tag, end, "id="); at < end; at = find(at + 3, end, "id=")) {
        if (at == tag || !strchr(" \t\r\n", at[-1]) || end - at < 4 || (at[3] != '"' && at[3] != '\''))
            continue;
        *full = !has_room((void **)&doc->targets, doc->target_count, &doc->target_room, sizeof *doc->targets);
        if (*full)
            return false;
        *target = doc->target_count++;
        doc->targets[*target] = (struct target){
            .hash = hash_name(at + 4, end, "\"'"),
            .first_element = doc->elements,
            .first_reference = doc->reference_count,
            .first_layer = doc->layers,
            .first_text_us = doc->text_us,
        };
        return true;
    }
    return false;
}

static const uint8_t *tag_end(const uint8_t *at, const uint8_t *end)
{
    for (uint8_t quote = 0; at < end && (quote || *at != '>'); at++) {
        if (quote ? *at == quote : *at == '"' || *at == '\'')
            quote = quote ? 0 : *at;
    }
    return at;
}

static void end_target(struct document *doc, uint32_t target)
{
    struct target *t = &doc->targets[target];
    t->end_element = doc->elements;
    t->end_reference = doc->reference_count;
    t->cost.layers = doc->layers - t->first_layer;
    t->cost.text_us = doc->text_us - t->first_text_us;
}

/* The number that an attribute begins with, 0 to MOST_NUMBER; `otherwise` where it is not there. */
static uint64_t number(const uint8_t *tag, const uint8_t *end, const char *attribute, uint64_t otherwise)
{
    char text[32] = "";
    const uint8_t *at = find(tag, end, attribute);
    size_t len = strlen(attribute);
    if (at == end || end - at < (ptrdiff_t)len + 2)
        return otherwise;
    at += len + 1; /* the quote */
    memcpy(text, at, (size_t)(end - at) < sizeof text ? (size_t)(end - at) : sizeof text - 1);
    double value = strtod(text, NULL);
    return value >= MOST_NUMBER ? MOST_NUMBER : value > 0 ? (uint64_t)value : 0;
}

static uint64_t passes_of(const uint8_t *tag, const uint8_t *end)
{
    const uint8_t *name;
    size_t len = name_of(tag, end, &name);
    uint64_t size;
    if (len < 3 || memcmp(name, "fe", 2) != 0)
        return 0;
    if (len == 14 && memcmp(name, "feGaussianBlur", len) == 0)
        return BLUR;
    if (len == 12 && memcmp(name, "feDropShadow", len) == 0)
        return SHADOW;
    if (len == 12 && memcmp(name, "feTurbulence", len) == 0) {
        size = number(name, end, "numOctaves=", 1);
        return size > MOST_OCTAVES ? UINT32_MAX : OCTAVE * (size + 1);
    }
    if (len == 12 && memcmp(name, "feMorphology", len) == 0) {
        size = number(name, end, "radius=", 0);
        size = 2 * (size < MOST_RADIUS ? size : MOST_RADIUS) + 1;
        return size * size;
    }
    if (len == 16 && memcmp(name, "feConvolveMatrix", len) == 0) {
        size = number(name, end, "order=", 3);
        return MATRIX + size * size;
    }
    return len > 8 && memcmp(name + len - 8, "Lighting", 8) == 0 ? LIGHT : OTHER;
}

/* The value of an attribute that is a number and nothing else; 0 of others. `attribute` begins with the space before it. */
static double plain_number(const uint8_t *tag, const uint8_t *end, const char *attribute)
{
    char text[32] = "", *rest;
    const uint8_t *at = find(tag, end, attribute);
    const size_t len = strlen(attribute);
    if (end - at < (ptrdiff_t)len + 2)
        return 0;
    at += len;
    const uint8_t quote = *at++;
    memcpy(text, at, (size_t)(end - at) < sizeof text ? (size_t)(end - at) : sizeof text - 1);
    const double value = strtod(text, &rest);
    return (uint8_t)*rest == quote && value > 0 && value < MOST_NUMBER ? value : 0;
}

static double plain_area(const uint8_t *tag, const uint8_t *end)
{
    return plain_number(tag, end, " width=") * plain_number(tag, end, " height=");
}

/* Of the root's coordinates. */
static double whole_area(const uint8_t *tag, const uint8_t *end)
{
    static const char attribute[] = " viewBox=";
    char text[128] = "", *at = text + 1;
    double box[4] = {0};
    const uint8_t *value = find(tag, end, attribute);
    if (value == end)
        return plain_area(tag, end);
    value += sizeof attribute - 1;
    memcpy(text, value, (size_t)(end - value) < sizeof text ? (size_t)(end - value) : sizeof text - 1);
    for (int i = 0; i < 4; i++) {
        box[i] = strtod(at, &at);
        at += strspn(at, ", \t\r\n");
    }
    return box[2] > 0 && box[3] > 0 ? box[2] * box[3] : 0;
}

/* That the file tells of a filter in the units of what it is for. */
static double filter_area(const uint8_t *tag, const uint8_t *end)
{
    const bool is_told = find(tag, end, " filterUnits=\"userSpaceOnUse\"") < end ||
                         find(tag, end, " filterUnits='userSpaceOnUse'") < end;
    return is_told ? plain_area(tag, end) : 0;
}

/* librsvg makes a surface as large as the page for what each primitive gives, and works in the region of its filter. */
static uint64_t layers_of(const struct document *doc, uint64_t passes)
{
    const bool is_small = doc->filter > 0 && doc->filter < doc->page && passes < UINT32_MAX;
    return is_small && passes > MADE
               ? MADE + (uint64_t)ceil((double)(passes - MADE) * doc->filter / doc->page)
               : passes;
}

static void read_text(struct document *doc, const uint8_t *at, const uint8_t *end)
{
    uint64_t len = (uint64_t)(find(at, end, "<") - at);
    doc->text_us = add(doc->text_us, len * len / TEXT_SQUARES_PER_US);
}

static bool read_document(struct document *doc)
{
    struct {
        uint32_t target; /* UINT32_MAX for one without */
        uint32_t children;
    } open[MAX_DEPTH];                   /* elements that have not ended */
    int depth = 0, text_depth = INT_MAX; /* inside a text from there on */
    const uint8_t *at = doc->file->at, *end = at + doc->file->len;
    while ((at = find(at, end, "<")) < end && ++at < end) {
        if (*at == '?' || *at == '!') {
            const char *closing = end - at > 2 && memcmp(at, "!--", 3) == 0        ? "-->"
                                  : end - at > 7 && memcmp(at, "![CDATA[", 8) == 0 ? "]]>"
                                                                                   : ">";
            at = find(at, end, closing);
            continue;
        }
        if (*at == '/') {
            if (depth > 0 && --depth < MAX_DEPTH && open[depth].target != UINT32_MAX)
                end_target(doc, open[depth].target);
            text_depth = depth < text_depth ? INT_MAX : text_depth;
            if (depth >= text_depth)
                read_text(doc, tag_end(at, end), end);
            continue;
        }
        const uint8_t *tag = at;
        uint32_t target = UINT32_MAX;
        bool full = false;
        at = tag_end(at, end);
        read_id(doc, tag, at, &target, &full);
        doc->elements += doc->elements < UINT32_MAX;
        if (depth > 0 && depth <= MAX_DEPTH && ++open[depth - 1].children > doc->most_siblings)
            doc->most_siblings = open[depth - 1].children;
        if (doc->elements == 1)
            doc->page *= whole_area(tag, at);
        if (is_named(tag, at, "filter"))
            doc->filter = filter_area(tag, at);
        doc->layers = add(doc->layers, layers_of(doc, passes_of(tag, at)));
        if (is_named(tag, at, "style") && at[-1] != '/')
            fz_svg_count_selectors(at, find(at, end, "</"), &doc->selectors);
        if (full || !read_references(doc, tag, at))
            return false;
        if (at > tag && at[-1] == '/') {
            if (target != UINT32_MAX)
                end_target(doc, target);
        } else if (depth++ < MAX_DEPTH) {
            open[depth - 1].target = target;
            open[depth - 1].children = 0;
            doc->deepest = (uint32_t)depth > doc->deepest ? (uint32_t)depth : doc->deepest;
            if (text_depth == INT_MAX && is_named(tag, at, "text"))
                text_depth = depth;
        }
        if (depth >= text_depth)
            read_text(doc, at, end);
    }
    while (depth-- > 0)
        if (depth < MAX_DEPTH && open[depth].target != UINT32_MAX)
            end_target(doc, open[depth].target);
    return true;
}

static int compare_targets(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static void add_references(struct document *doc, uint32_t first, uint32_t end, int depth,
                           struct fz_svg_cost *cost);

/* NULL for one that is not there, or that leads back to itself. */
static const struct fz_svg_cost *cost_of(struct document *doc, const struct reference *to, int depth)
{
    static const struct fz_svg_cost too_deep = {
        .elements = UINT32_MAX, .layers = UINT32_MAX, .text_us = UINT32_MAX};
    const struct target wanted = {.hash = to->hash};
    struct target *t = doc->target_count ? bsearch(&wanted, doc->targets, doc->target_count,
                                                   sizeof *doc->targets, compare_targets)
                                         : NULL;
    doc->loops |= t && t->state == UNDER_WAY && to->use;
    if (!t || t->state == UNDER_WAY)
        return NULL;
    if (depth >= MAX_DEPTH)
        return &too_deep;
    if (t->state == UNKNOWN) {
        t->state = UNDER_WAY;
        t->cost.elements = t->end_element - t->first_element;
        add_references(doc, t->first_reference, t->end_reference, depth + 1, &t->cost);
        t->state = KNOWN;
    }
    return &t->cost;
}

static void add_references(struct document *doc, uint32_t first, uint32_t end, int depth,
                           struct fz_svg_cost *cost)
{
    for (uint32_t i = first; i < end; i++) {
        const struct fz_svg_cost *of = cost_of(doc, &doc->references[i], depth);
        if (!of)
            continue;
        cost->elements = add(cost->elements, of->elements);
        cost->layers = add(cost->layers, of->layers + doc->references[i].layer);
        cost->text_us = add(cost->text_us, of->text_us);
    }
}

/* Who asks for a surface does so by one of these words, wherever it stands. Opacity of a fill or a stroke is none. */
static uint32_t count_surfaces(const struct fz_bytes *file)
{
    static const char *const words[] = {"opacity", "mask", "filter", "pattern", "blend-mode", "isolation"};
    const uint8_t *end = file->at + file->len;
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const uint8_t *at = find(file->at, end, words[i]); at < end && count < FZ_SVG_MOST_SURFACES;
             at = find(at + 1, end, words[i]))
            count += i > 0 || !ends_with(file->at, at, "-");
    return count;
}

static uint64_t style_us(const struct document *doc)
{
    const struct fz_svg_selectors *s = &doc->selectors;
    const uint64_t relatives = add(s->of_ancestors * doc->deepest, s->of_siblings * doc->most_siblings / 2);
    return doc->elements * (s->all / MATCHES_PER_US + relatives / RELATIVES_PER_US);
}

bool fz_svg_cost(const struct fz_bytes *file, double page, struct fz_svg_cost *cost)
{
    struct document doc = {.file = file, .page = page};
    bool read = read_document(&doc);
    *cost = (struct fz_svg_cost){
        .elements = doc.elements,
        .own_elements = doc.elements,
        .text_us = doc.text_us,
        .style_us = style_us(&doc),
        .surfaces = count_surfaces(file),
    };
    if (read && doc.target_count > 0) {
        qsort(doc.targets, doc.target_count, sizeof *doc.targets, compare_targets);
        add_references(&doc, 0, doc.reference_count, 0, cost);
        cost->loops = doc.loops;
    }
    free(doc.targets);
    free(doc.references);
    return read;
}
