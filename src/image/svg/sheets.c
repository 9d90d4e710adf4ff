#include "image/svg/sheets.h"

#include "image/format.h"
#include "image/svg/markup.h"

#include <ctype.h>
#include <string.h>

enum { ID = 100, CLASS = 10, TYPE = 1, MOST_OF_ID = 3 };

static bool starts_with(const char *at, const char *end, const char *what)
{
    const size_t len = strlen(what);
    return (size_t)(end - at) >= len && memcmp(at, what, len) == 0;
}

static const char *find(const char *at, const char *end, const char *what)
{
    const char *found = at < end ? memmem(at, (size_t)(end - at), what, strlen(what)) : NULL;
    return found ? found : end;
}

/* Behind what begins and ends so, or `at`. */
static const char *past(const char *at, const char *end, const char *opening, const char *closing)
{
    if (!starts_with(at, end, opening))
        return at;
    const char *found = find(at + strlen(opening), end, closing);
    return found < end ? found + strlen(closing) : end;
}

/* A sheet may be in CDATA, or in HTML's comment, which CSS passes over. */
const char *fz_svg_past_blank(const char *at, const char *end)
{
    static const char *const alone[] = {"<![CDATA[", "]]>", "<!--", "-->"};
    for (const char *from = NULL; from != at && at < end;) {
        from = at;
        while (at < end && isspace((unsigned char)*at))
            at++;
        at = past(at, end, "/*", "*/");
        for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
            at += starts_with(at, end, alone[i]) ? strlen(alone[i]) : 0;
    }
    return at;
}

/* Behind the block whose bracket, or the rule without one whose semicolon, is the first from `at` on. */
static const char *past_block(const char *at, const char *end)
{
    for (int depth = 0; at < end; at++) {
        at = past(at, end, "/*", "*/");
        if (at == end)
            break;
        depth += (*at == '{') - (*at == '}');
        if (depth <= 0 && (*at == '}' || *at == ';'))
            return at + 1;
    }
    return end;
}

/* Goes to the next style sheet that is for screens; false where there is none. */
static bool find_sheet(struct fz_svg_rule *rule, const uint8_t *end)
{
    struct fz_svg_sheet sheet;
    for (const uint8_t *from = (const uint8_t *)rule->next; fz_svg_next_sheet(from, end, &sheet);
         from = sheet.end) {
        if (memmem(sheet.tag, (size_t)(sheet.at - sheet.tag), "media", 5))
            continue;
        rule->next = (const char *)sheet.at;
        rule->sheet_end = (const char *)sheet.end;
        return true;
    }
    return false;
}

static const char *past_name(const char *at, const char *end)
{
    while (at < end && (isalnum((unsigned char)*at) || *at == '-' || *at == '_' || (*at & 0x80)))
        at++;
    return at;
}

static bool is_among(const struct fz_bytes *words, const char *word, size_t len)
{
    const char *at = (const char *)words->at, *end = at + words->len;
    while (at < end) {
        const char *from = at;
        while (at < end && !isspace((unsigned char)*at))
            at++;
        if (at > from && (size_t)(at - from) == len && memcmp(from, word, len) == 0)
            return true;
        at++;
    }
    return false;
}

/* The weight of one that is of the root and nothing else; -1: it is not. */
static int weigh(const struct fz_svg_rule *rule, const char *at, const char *end)
{
    int ids = 0, classes = 0, types = 0;
    at = fz_svg_past_blank(at, end);
    while (end > at && isspace((unsigned char)end[-1]))
        end--;
    if (at == end)
        return -1;
    if (*at == '*') {
        at++;
    } else if (isalpha((unsigned char)*at)) {
        if (past_name(at, end) != at + 3 || !starts_with(at, end, "svg"))
            return -1;
        at += 3;
        types = TYPE;
    }
    while (at < end) {
        const char kind = *at++, *name = at;
        at = past_name(at, end);
        const size_t len = (size_t)(at - name);
        if (kind == ':' && len == 4 && memcmp(name, "root", len) == 0)
            classes++;
        else if (kind == '.' && len > 0 && is_among(&rule->classes, name, len))
            classes++;
        else if (kind == '#' && len > 0 && is_among(&rule->id, name, len))
            ids++;
        else
            return -1;
    }
    ids = ids < MOST_OF_ID ? ids : MOST_OF_ID;
    return ids * ID + (classes < CLASS ? classes : CLASS - 1) * CLASS + types;
}

/* The greatest of a list. */
static int weigh_all(const struct fz_svg_rule *rule, const char *at, const char *end)
{
    int most = -1;
    for (const char *next; at < end; at = next + 1) {
        next = find(at, end, ",");
        const int weight = weigh(rule, at, next);
        most = weight > most ? weight : most;
    }
    return most;
}

/* The next rule of the sheet, whoever it is for. */
static bool next_rule(struct fz_svg_rule *rule, const char **selectors)
{
    const char *end = rule->sheet_end, *at = fz_svg_past_blank(rule->next, end);
    for (; at < end && *at == '@'; at = fz_svg_past_blank(past_block(at, end), end))
        ;
    const char *open = find(at, end, "{");
    *selectors = at;
    rule->at = open + 1;
    rule->next = open < end ? past_block(open, end) : end;
    rule->end = rule->next > rule->at && rule->next[-1] == '}' ? rule->next - 1 : rule->next;
    return open < end;
}

bool fz_svg_next_root_rule(const struct fz_bytes *file, struct fz_svg_rule *rule)
{
    if (!rule->next) {
        rule->next = rule->sheet_end = (const char *)file->at;
        rule->id = fz_svg_root_attribute(file, "id");
        rule->classes = fz_svg_root_attribute(file, "class");
    }
    do {
        for (const char *selectors; rule->next < rule->sheet_end && next_rule(rule, &selectors);) {
            rule->weight = weigh_all(rule, selectors, rule->at - 1);
            if (rule->weight >= 0)
                return true;
        }
        rule->next = rule->sheet_end;
    } while (find_sheet(rule, file->at + file->len));
    return false;
}
