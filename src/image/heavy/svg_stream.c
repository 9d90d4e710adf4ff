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
    int changes;
};

static void add(struct pieces *pieces, const void *at, size_t len)
{
    if (len > 0)
        g_memory_input_stream_add_data(G_MEMORY_INPUT_STREAM(pieces->stream), at, (gssize)len, NULL);
}

static void replace(struct pieces *pieces, const uint8_t *at, const uint8_t *end, const char *by)
{
    add(pieces, pieces->from, (size_t)(at - pieces->from));
    add(pieces, by, strlen(by));
    pieces->from = end;
    pieces->changes++;
}

static bool is_already(const struct fz_svg_uri *uri, const char *type)
{
    const size_t len = (size_t)(uri->type_end - uri->type);
    return len == strlen(type) && memcmp(uri->type, type, len) == 0;
}

GInputStream *fz_svg_stream(const struct fz_bytes *file)
{
    struct pieces pieces = {g_memory_input_stream_new(), file->at, 0};
    struct fz_svg_uri uri = {0};
    while (pieces.changes < MOST_CHANGES && fz_svg_next_uri(file, &uri)) {
        const char *type = fz_svg_type_by_bytes(&uri);
        if (type && !is_already(&uri, type))
            replace(&pieces, uri.type, uri.type_end, type);
    }
    add(&pieces, pieces.from, (size_t)(file->at + file->len - pieces.from));
    return pieces.stream;
}

#endif
