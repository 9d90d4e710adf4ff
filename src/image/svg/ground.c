#include "image/svg/ground.h"

#include "image/format.h"
#include "image/svg/sheets.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { VALUE_BYTES = 100 }; /* no colour is longer */

static const char *past_space(const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    return at;
}

static bool starts_with(const char *at, const char *end, const char *what)
{
    const size_t len = strlen(what);
    return (size_t)(end - at) >= len && strncasecmp(at, what, len) == 0;
}

/* Where the value of a declaration begins that is of the ground; NULL: it is of something else. */
static const char *value_of(const char *at, const char *end)
{
    static const char *const names[] = {"background-color", "background"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *colon = starts_with(at, end, names[i]) ? past_space(at + strlen(names[i]), end) : end;
        if (colon < end && *colon == ':')
            return past_space(colon + 1, end);
    }
    return NULL;
}

/* Of light-dark() its first argument, which may have commas in parentheses of its own. */
static const char *end_of_light(const char *at, const char *end)
{
    for (int depth = 0; at < end && (depth > 0 || (*at != ',' && *at != ')')); at++)
        depth += (*at == '(') - (*at == ')');
    return at;
}

static bool is_harmless(const char *at, const char *end)
{
    for (; at < end; at++)
        if (!isalnum((unsigned char)*at) && (!*at || !strchr(" \t\r\n#(),.%/+-!", *at)))
            return false;
    return true;
}

/* What does not fit in takes the place of those before it, which count less. */
static void add(char *css, size_t *len, const char *at, const char *end)
{
    static const char light_dark[] = "light-dark(";
    if (starts_with(at, end, light_dark)) {
        at += sizeof light_dark - 1;
        end = end_of_light(at, end);
    }
    if (end - at > VALUE_BYTES || !is_harmless(at, end))
        return;
    if (*len + VALUE_BYTES + sizeof "fill:;" > FZ_SVG_GROUND_BYTES)
        *len = 0;
    *len += (size_t)sprintf(css + *len, "fill:%.*s;", (int)(end - at), at);
}

static const char *end_of_declaration(const char *at, const char *end)
{
    while (at < end && *at != ';')
        at = *at == '/' && fz_svg_past_blank(at, end) > at ? fz_svg_past_blank(at, end) : at + 1;
    return at;
}

/* Of the declarations at..end. */
static void add_all(const char *at, const char *end, char *css, size_t *len)
{
    while (at < end) {
        const char *next = end_of_declaration(at, end), *name = fz_svg_past_blank(at, next),
                   *value = value_of(name, next);
        if (value)
            add(css, len, value, next);
        at = next < end ? next + 1 : end;
    }
}

/* In the order in which they count: less specific rules first, and of equal ones the earlier first. */
bool fz_svg_ground(const struct fz_bytes *file, char *css)
{
    const struct fz_bytes style = fz_svg_root_attribute(file, "style");
    size_t len = 0;
    for (int weight = 0; weight >= 0;) {
        struct fz_svg_rule rule = {0};
        int next = -1;
        while (fz_svg_next_root_rule(file, &rule)) {
            if (rule.weight == weight)
                add_all(rule.at, rule.end, css, &len);
            else if (rule.weight > weight && (next < 0 || rule.weight < next))
                next = rule.weight;
        }
        weight = next;
    }
    add_all((const char *)style.at, (const char *)style.at + style.len, css, &len);
    return len > 0;
}
