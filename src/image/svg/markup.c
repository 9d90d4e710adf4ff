#include "image/svg/markup.h"

#include <stddef.h>
#include <string.h>

enum { MOST_PREFIX_BYTES = 64 };

/* Where what stands there ends that is no markup inside; `at` itself: it is nothing of the kind. */
static const uint8_t *past_text(const uint8_t *at, const uint8_t *end)
{
    static const char *const kinds[][2] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t len = strlen(kinds[i][0]), closing_len = strlen(kinds[i][1]);
        if ((size_t)(end - at) < len || memcmp(at, kinds[i][0], len) != 0)
            continue;
        const uint8_t *closing = memmem(at + len, (size_t)(end - at) - len, kinds[i][1], closing_len);
        return closing ? closing + closing_len : end;
    }
    return at;
}

/* The first place from `at` on, no sooner than `wanted`, that is not inside of one of these. */
static const uint8_t *find_markup(const uint8_t *at, const uint8_t *wanted, const uint8_t *end)
{
    while (at < wanted) {
        const uint8_t *opening = memchr(at, '<', (size_t)(wanted - at));
        const uint8_t *past = opening ? past_text(opening, end) : wanted;
        at = past == opening ? past + 1 : past;
    }
    return at;
}

/* Behind the "<" of the element called so at `at`; NULL: this is something else. */
static const uint8_t *tag_start(const uint8_t *from, const uint8_t *at)
{
    const uint8_t *start = at;
    if (start > from && start[-1] == ':')
        for (start--; start > from && at - start < MOST_PREFIX_BYTES && !memchr(" </!?", start[-1], 5);)
            start--;
    return start > from && start[-1] == '<' ? start : NULL;
}

bool fz_svg_next_tag(const uint8_t *from, const uint8_t *end, const char *name, struct fz_svg_tag *out)
{
    const size_t len = strlen(name);
    const uint8_t *at = from, *markup = from;
    for (; (at = memmem(at, (size_t)(end - at), name, len)) != NULL; at += len) {
        markup = find_markup(markup, at, end);
        if (markup > at) {
            at = markup > at + len ? markup - len : at;
            continue;
        }
        const uint8_t *start = tag_start(from, at);
        if (start && (size_t)(end - at) > len && memchr(" \t\r\n/>", at[len], 6)) {
            *out = (struct fz_svg_tag){start, at, at + len};
            return true;
        }
    }
    return false;
}

bool fz_svg_next_sheet(const uint8_t *from, const uint8_t *end, struct fz_svg_sheet *out)
{
    for (struct fz_svg_tag tag; fz_svg_next_tag(from, end, "style", &tag); from = tag.name_end) {
        const uint8_t *close = memchr(tag.name_end, '>', (size_t)(end - tag.name_end));
        if (!close || close[-1] == '/')
            continue;
        const uint8_t *ends = memmem(close, (size_t)(end - close), "</", 2);
        *out = (struct fz_svg_sheet){tag.prefix, close + 1, ends ? ends : end};
        return true;
    }
    return false;
}
