#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#include "image/heavy/svg_stream.h"

#include "image/svg/embedded.h"

#include <stdbool.h>
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
};

static void add(struct pieces *pieces, const void *at, size_t len)
{
    if (len > 0)
        g_memory_input_stream_add_data(G_MEMORY_INPUT_STREAM(pieces->stream), at, (gssize)len, NULL);
}

static void apply(struct pieces *pieces, const struct change *change)
{
    add(pieces, pieces->from, (size_t)(change->at - pieces->from));
    add(pieces, change->by, strlen(change->by));
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
            return (struct change){uri->type, uri->type_end, type};
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
    return at ? (struct change){at, at + len, "<g"} : (struct change){0};
}

GInputStream *fz_svg_stream(const struct fz_bytes *file)
{
    struct pieces pieces = {g_memory_input_stream_new(), file->at};
    struct fz_svg_uri uri = {0};
    struct change type = next_type(file, &uri), question = next_question(file, file->at);
    for (int i = 0; i < MOST_CHANGES && (type.at || question.at); i++) {
        if (type.at && (!question.at || type.at < question.at)) {
            apply(&pieces, &type);
            type = next_type(file, &uri);
        } else {
            apply(&pieces, &question);
            question = next_question(file, question.end);
        }
    }
    add(&pieces, pieces.from, (size_t)(file->at + file->len - pieces.from));
    return pieces.stream;
}

#endif
