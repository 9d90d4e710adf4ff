#include "image/svg/selectors.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const uint8_t *past_space(const uint8_t *at, const uint8_t *end)
{
    while (at < end && strchr(" \t\r\n\f", *at))
        at++;
    return at;
}

/* `at` stands behind a comment's first two characters. */
static const uint8_t *past_comment(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *closing = memmem(at, (size_t)(end - at), "*/", 2);
    return closing ? closing + 2 : end;
}

static bool starts_with(const uint8_t *at, const uint8_t *end, const char *what)
{
    size_t len = strlen(what);
    return (size_t)(end - at) >= len && memcmp(at, what, len) == 0;
}

static bool is_combinator(uint8_t c)
{
    return c == '>' || c == '+' || c == '~';
}

static void count(const uint8_t *at, const uint8_t *end, struct fz_svg_selectors *selectors)
{
    bool ancestors = false, siblings = false;
    for (at = past_space(at, end); at < end; at++) {
        const uint8_t *next = past_space(at + 1, end);
        ancestors |= next > at + 1 && next < end && !is_combinator(*at) && !is_combinator(*next);
        siblings |= *at == '~' || starts_with(at, end, ":nth") || starts_with(at, end, ":only") ||
                    starts_with(at, end, ":last");
        at = next - 1;
    }
    selectors->all++;
    selectors->of_ancestors += ancestors;
    selectors->of_siblings += siblings;
}

void fz_svg_count_selectors(const uint8_t *at, const uint8_t *end, struct fz_svg_selectors *selectors)
{
    const uint8_t *start = at;
    for (bool inside = false /* of a rule */; at < end; at++) {
        if (starts_with(at, end, "/*")) {
            at = past_comment(at + 2, end) - 1;
            continue;
        }
        if (*at == '{' || (*at == ',' && !inside))
            count(start, at, selectors);
        if (*at == '{' || *at == '}' || *at == ',')
            start = at + 1;
        inside = *at == '{' || (inside && *at != '}');
    }
}
