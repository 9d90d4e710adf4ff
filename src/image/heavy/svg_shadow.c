/* A shadow as the primitives that the specification says it is short for: Filter Effects Module Level 1, section 9.14. */
#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#include "image/heavy/svg_shadow.h"

#include <glib.h>

#include <stdbool.h>
#include <string.h>

enum {
    MOST_PREFIX_BYTES = 64,
    MOST_TAG_BYTES = 4096, /* most of it is copied into each primitive */
};

static const char shadow[] = "feDropShadow";
static const char spaces[] = " \t\r\n";
/* Results with these names may be there before: each shadow is done with them before the next one begins. */
#define CAST_BY "'frieze-shadow-of'"
#define BLURRED "'frieze-shadow'"

enum part { OF_ALL, OF_INPUT, OF_BLUR, OF_OFFSET, OF_RESULT, OF_NONE };

struct tag {
    const uint8_t *prefix, *attributes, *end; /* before the "/" or ">" */
    int prefix_len;
};

/* Where no more than one may have what it says, the primitive that it is for. */
static enum part part_of(const char *name, size_t len)
{
    static const struct {
        const char *name;
        enum part part;
    } parts[] = {
        {"in", OF_INPUT}, {"stdDeviation", OF_BLUR}, {"dx", OF_OFFSET},     {"dy", OF_OFFSET},
        {"x", OF_RESULT}, {"y", OF_RESULT},          {"width", OF_RESULT},  {"height", OF_RESULT},
        {"id", OF_NONE},  {"xml:id", OF_NONE},       {"result", OF_RESULT},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strlen(parts[i].name) == len && memcmp(parts[i].name, name, len) == 0)
            return parts[i].part;
    return OF_ALL;
}

static const uint8_t *past(const uint8_t *at, const uint8_t *end, const char *bytes)
{
    while (at < end && *at && strchr(bytes, *at))
        at++;
    return at;
}

static const uint8_t *name_end(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at != '=' && !strchr(spaces, *at))
        at++;
    return at;
}

/* Appends the attributes of a part; returns how many. */
static int copy(GString *out, const struct tag *tag, enum part part)
{
    int count = 0;
    for (const uint8_t *at = past(tag->attributes, tag->end, spaces), *next; at < tag->end; at = next) {
        const uint8_t *name = name_end(at, tag->end), *value = past(name, tag->end, "= \t\r\n");
        const uint8_t *closing =
            value < tag->end ? memchr(value + 1, *value, (size_t)(tag->end - value - 1)) : NULL;
        if (!closing)
            break;
        next = past(closing + 1, tag->end, spaces);
        if (part_of((const char *)at, (size_t)(name - at)) == part) {
            g_string_append_printf(out, " %.*s", (int)(closing + 1 - at), (const char *)at);
            count++;
        }
    }
    return count;
}

static bool has(const struct tag *tag, const char *attribute)
{
    GString *all = g_string_new(NULL);
    copy(all, tag, part_of(attribute, strlen(attribute)));
    char *start = g_strdup_printf(" %s", attribute);
    const char *found = strstr(all->str, start);
    const bool is_there = found && strchr("= \t\r\n", found[strlen(start)]);
    g_free(start);
    g_string_free(all, TRUE);
    return is_there;
}

/* A primitive's tag, up to what ends it. */
static void begin(GString *out, const struct tag *tag, const char *name, enum part part)
{
    g_string_append_printf(out, "<%.*s%s", tag->prefix_len, (const char *)tag->prefix, name);
    copy(out, tag, OF_ALL);
    if (part != OF_ALL)
        copy(out, tag, part);
}

static void give(GString *out, const struct tag *tag, const char *attribute)
{
    if (!has(tag, attribute))
        g_string_append_printf(out, " %s='2'", attribute);
}

static char *expand(const struct tag *tag, bool is_empty)
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
    g_string_append_printf(out, "><%.*sfeMergeNode/><%.*sfeMergeNode in=" CAST_BY "/>", tag->prefix_len,
                           (const char *)tag->prefix, tag->prefix_len, (const char *)tag->prefix);
    if (is_empty)
        g_string_append_printf(out, "</%.*sfeMerge>", tag->prefix_len, (const char *)tag->prefix);
    return g_string_free(out, FALSE);
}

/* The place of the tag's ">"; `end`: it does not come, or too late, or this is no tag but stands in a comment. */
static const uint8_t *tag_end(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *last = end - at > MOST_TAG_BYTES ? at + MOST_TAG_BYTES : end;
    for (uint8_t quote = 0; at < last; at++) {
        if (!quote && *at == '>')
            return at[-1] == '-' ? end : at;
        if (*at == '<')
            return end;
        if (quote ? *at == quote : *at == '"' || *at == '\'')
            quote = quote ? 0 : *at;
    }
    return end;
}

struct fz_svg_shadow fz_svg_next_shadow(const uint8_t *from, const uint8_t *end)
{
    const size_t len = sizeof shadow - 1;
    for (const uint8_t *at = from; (at = memmem(at, (size_t)(end - at), shadow, len)) != NULL; at += len) {
        const uint8_t *prefix = at, *close = tag_end(at, end);
        if (at > from && at[-1] == ':')
            for (prefix--; prefix > from && at - prefix < MOST_PREFIX_BYTES && !strchr(" </", prefix[-1]);)
                prefix--;
        if (prefix == from || close == end || !strchr(" \t\r\n/>", at[len]))
            continue;
        if (prefix[-1] == '<') {
            const bool is_empty = close[-1] == '/';
            const struct tag tag = {prefix, at + len, close - is_empty, (int)(at - prefix)};
            return (struct fz_svg_shadow){prefix - 1, close + 1, expand(&tag, is_empty)};
        }
        if (prefix - from > 1 && memcmp(prefix - 2, "</", 2) == 0)
            return (struct fz_svg_shadow){at, at + len, g_strdup("feMerge")};
    }
    return (struct fz_svg_shadow){0};
}

#endif
