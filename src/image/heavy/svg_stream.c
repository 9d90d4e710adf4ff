#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#include "image/heavy/svg_stream.h"

#include "image/format.h"
#include "image/heavy/svg_shadow.h"
#include "image/svg/embedded.h"

#include <string.h>

enum { MOST_CHANGES = 1000 }; /* GLib goes through all pieces for each that it adds or reads */

struct pieces {
    GInputStream *stream;
    const uint8_t *from; /* of the file, that is not in the stream yet */
};

/* What stands in the place of a part of the file; `at` is NULL where there is none. */
struct change {
    const uint8_t *at, *end;
    const char *by;
    GDestroyNotify free; /* NULL: nobody owns it */
};

static void add(struct pieces *pieces, const void *at, size_t len, GDestroyNotify free)
{
    if (len > 0)
        g_memory_input_stream_add_data(G_MEMORY_INPUT_STREAM(pieces->stream), at, (gssize)len, free);
}

/* What stands inside of what was changed already stays as that has it. */
static void apply(struct pieces *pieces, const struct change *change)
{
    if (change->at < pieces->from) {
        if (change->free)
            change->free((void *)change->by);
        return;
    }
    add(pieces, pieces->from, (size_t)(change->at - pieces->from), NULL);
    add(pieces, change->by, strlen(change->by), change->free);
    pieces->from = change->end;
}

static bool is_already(const struct fz_svg_uri *uri, const char *type)
{
    const size_t len = (size_t)(uri->type_end - uri->type);
    return len == strlen(type) && memcmp(uri->type, type, len) == 0;
}

static struct change next_type(const struct fz_bytes *file, struct fz_svg_uri *uri)
{
    while (fz_svg_next_uri(file, uri)) {
        const char *type = fz_svg_type_by_bytes(uri);
        if (type && !is_already(uri, type))
            return (struct change){uri->type, uri->type_end, type, NULL};
    }
    return (struct change){0};
}

/* draw.io asks so, in the first child of a `switch`, whether HTML is drawn, and has the second one say that it is not. Browsers
 * have dropped the question, so that they show neither; of a text it asks in another element, which librsvg is to pass over. */
static struct change next_question(const struct fz_bytes *file, const uint8_t *from)
{
    static const char question[] = "<g requiredFeatures=\"http://www.w3.org/TR/SVG11/feature#Extensibility\"";
    const size_t len = sizeof question - 1;
    const uint8_t *at = memmem(from, (size_t)(file->at + file->len - from), question, len);
    return at ? (struct change){at, at + len, "<g", NULL} : (struct change){0};
}

static bool contains(const struct fz_bytes *bytes, const char *what)
{
    return bytes->len > 0 && memmem(bytes->at, bytes->len, what, strlen(what)) != NULL;
}

/* What entities say is read in quotes, and put wherever they are used: empty where there are none. */
static struct fz_bytes find_entities(const struct fz_bytes *file)
{
    const struct fz_bytes type = fz_svg_document_type(file);
    return contains(&type, "<!ENTITY") ? type : (struct fz_bytes){0};
}

enum kind { TYPE, QUESTION, SHADOW, SELECTOR, KINDS };

/* Where each kind of change is looked for next. */
struct search {
    const struct fz_bytes *file;
    struct fz_svg_uri uri;
    const uint8_t *question;
    enum fz_svg_shadows known;
    struct fz_svg_sheet sheet;
    struct fz_svg_shadow shadow;
    bool lacks;
};

static struct change next_shadow(struct search *s)
{
    s->shadow = fz_svg_next_shadow(s->known, s->shadow.end, s->file->at + s->file->len, &s->lacks);
    return (struct change){s->shadow.at, s->shadow.at, s->shadow.primitives, g_free};
}

static struct change find_next(struct search *s, enum kind kind)
{
    const uint8_t *end = s->file->at + s->file->len;
    struct change change;
    switch (kind) {
    case TYPE:
        return next_type(s->file, &s->uri);
    case QUESTION:
        change = next_question(s->file, s->question);
        s->question = change.end;
        return change;
    case SHADOW:
        return next_shadow(s);
    default:
        change =
            (struct change){.at = fz_svg_next_shadow_selector(&s->sheet, end), .by = FZ_SVG_SHADOW_SELECTOR};
        change.end = s->sheet.at;
        return change;
    }
}

/* What is first in the file; KINDS: nothing is. */
static enum kind first_of(const struct change *changes)
{
    enum kind first = KINDS;
    for (enum kind kind = 0; kind < KINDS; kind++)
        if (changes[kind].at && (first == KINDS || changes[kind].at < changes[first].at))
            first = kind;
    return first;
}

GInputStream *fz_svg_stream(const struct fz_bytes *file, bool *lacks_shadows)
{
    const uint8_t *end = file->at + file->len;
    struct pieces pieces = {g_memory_input_stream_new(), file->at};
    struct change changes[KINDS];
    const enum fz_svg_shadows known =
        contains(file, FZ_SVG_SHADOW_NAME) ? fz_svg_shadows_known() : FZ_SVG_SHADOWS_ALL;
    const struct fz_bytes entities = find_entities(file);
    const uint8_t *first = entities.len > 0 ? entities.at + entities.len : file->at;
    const uint8_t *sheets = known == FZ_SVG_SHADOWS_NONE ? first : end;
    struct search search = {.file = file,
                            .question = file->at,
                            .known = known,
                            .sheet = {.at = sheets, .end = sheets},
                            .shadow = {.end = known == FZ_SVG_SHADOWS_ALL ? end : first}};
    search.lacks = contains(&entities, FZ_SVG_SHADOW_NAME);
    for (enum kind kind = 0; kind < KINDS; kind++)
        changes[kind] = find_next(&search, kind);
    enum kind next = first_of(changes);
    for (int i = 0; i < MOST_CHANGES && next < KINDS; i++, next = first_of(changes)) {
        apply(&pieces, &changes[next]);
        changes[next] = find_next(&search, next);
    }
    *lacks_shadows =
        known == FZ_SVG_SHADOWS_NONE && (search.lacks || changes[SHADOW].at || changes[SELECTOR].at);
    g_free((void *)(changes[SHADOW].at ? changes[SHADOW].by : NULL));
    add(&pieces, pieces.from, (size_t)(end - pieces.from), NULL);
    return pieces.stream;
}

#endif
