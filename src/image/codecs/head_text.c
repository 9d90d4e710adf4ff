/* Formats whose header is text: PNM, XV thumbnails, SVG. */
#include "image/format.h"

#include <ctype.h>
#include <math.h>

enum {
    MAX_NUMBER = 100000000,
    MAX_SIDE = 30000, /* of drawings that give coordinates instead of a size: cairo has no larger ones */
};

static int byte_at(const struct fz_bytes *b, uint64_t pos)
{
    return fz_bytes_has(b, pos, 1) ? b->at[pos] : -1;
}

static uint64_t skip_space(const struct fz_bytes *b, uint64_t pos)
{
    while (byte_at(b, pos) >= 0 && isspace(byte_at(b, pos)))
        pos++;
    return pos;
}

/* A decimal number without sign; more than MAX_NUMBER reads as that. */
static bool read_number(const struct fz_bytes *b, uint64_t *pos, uint32_t *value)
{
    uint64_t start = *pos, n = 0;
    while (byte_at(b, *pos) >= '0' && byte_at(b, *pos) <= '9') {
        n = n * 10 + (uint64_t)(byte_at(b, (*pos)++) - '0');
        n = n > MAX_NUMBER ? MAX_NUMBER : n;
    }
    *value = (uint32_t)n;
    return *pos > start;
}

/* --- PNM (netpbm) ------------------------------------------------------------------------------ */

bool fz_pnm_is_a(const struct fz_bytes *head)
{
    int kind = byte_at(head, 1), after = byte_at(head, 2);
    return byte_at(head, 0) == 'P' && kind >= '1' && kind <= '6' && after >= 0 &&
           (isspace(after) || after == '#');
}

static uint64_t skip_space_and_comments(const struct fz_bytes *b, uint64_t pos)
{
    for (;;) {
        pos = skip_space(b, pos);
        if (byte_at(b, pos) != '#')
            return pos;
        while (byte_at(b, pos) >= 0 && byte_at(b, pos) != '\n' && byte_at(b, pos) != '\r')
            pos++;
    }
}

enum fz_head_status fz_pnm_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint64_t pos = skip_space_and_comments(bytes, 2);
    bool wide = read_number(bytes, &pos, &header->width);
    pos = skip_space_and_comments(bytes, pos);
    bool high = read_number(bytes, &pos, &header->height);
    if (byte_at(bytes, pos) < 0)
        return FZ_HEAD_MORE;
    header->by_rows = true;
    header->file_held = byte_at(bytes, 1) <= '3'; /* plain: rows are of any length */
    return wide && high ? FZ_HEAD_OK : FZ_HEAD_BAD;
}

/* --- XV's thumbnails ----------------------------------------------------------------------------- */

bool fz_xv_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "P7 332", 6);
}

enum fz_head_status fz_xv_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint64_t pos = skip_space_and_comments(bytes, 6);
    bool wide = read_number(bytes, &pos, &header->width);
    pos = skip_space(bytes, pos);
    bool high = read_number(bytes, &pos, &header->height);
    if (byte_at(bytes, pos) < 0)
        return FZ_HEAD_MORE;
    return wide && high ? FZ_HEAD_OK : FZ_HEAD_BAD;
}

/* --- SVG --------------------------------------------------------------------------------------- */

static uint64_t find(const struct fz_bytes *b, uint64_t pos, const char *what)
{
    size_t len = strlen(what);
    while (fz_bytes_has(b, pos, len) && memcmp(b->at + pos, what, len) != 0)
        pos++;
    return pos;
}

/* Past the name of an element that is `svg`, whatever the prefix of its namespace is; 0 where another name stands. */
static uint64_t past_name(const struct fz_bytes *b, uint64_t pos)
{
    uint64_t end = pos;
    while (isalnum(byte_at(b, end)) || (byte_at(b, end) > 0 && strchr("_-.", byte_at(b, end))))
        end++;
    pos = byte_at(b, end) == ':' ? end + 1 : pos;
    return fz_bytes_match(b, pos, "svg", 3) && !isalnum(byte_at(b, pos + 3)) ? pos + 3 : 0;
}

/* Behind the document type that begins there, or the end of the bytes. In its brackets are entities, whose values may hold anything, and
 * comments, in which a quote is none. */
static uint64_t past_type(const struct fz_bytes *b, uint64_t pos)
{
    bool in_brackets = false;
    int quote = 0;
    for (int c; (c = byte_at(b, pos)) >= 0; pos++) {
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (fz_bytes_match(b, pos, "<!--", 4))
            pos = find(b, pos + 4, "-->") + 2;
        else if (fz_bytes_match(b, pos, "<?", 2))
            pos = find(b, pos, "?>") + 1;
        else if (c == '[' || c == ']')
            in_brackets = c == '[';
        else if (c == '>' && !in_brackets)
            return pos + 1;
    }
    return b->len;
}

/* The place of the root element, past prologue and comments, and the document type among them; false when something else stands
 * there. */
static bool find_root(const struct fz_bytes *b, uint64_t *pos, struct fz_bytes *type)
{
    uint64_t p = fz_bytes_match(b, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
    for (;;) {
        p = skip_space(b, p);
        if (fz_bytes_match(b, p, "<", 1) && past_name(b, p + 1)) {
            *pos = past_name(b, p + 1);
            return true;
        }
        if (fz_bytes_match(b, p, "<?", 2))
            p = find(b, p, "?>") + 2;
        else if (fz_bytes_match(b, p, "<!--", 4))
            p = find(b, p + 4, "-->") + 3;
        else if (fz_bytes_match(b, p, "<!DOCTYPE", 9) && past_name(b, skip_space(b, p + 9))) {
            const uint64_t end = past_type(b, p);
            *type = (struct fz_bytes){.at = b->at + p, .len = (size_t)(end - p)};
            p = end;
        } else
            return false;
    }
}

static bool find_svg(const struct fz_bytes *b, uint64_t *pos)
{
    struct fz_bytes type;
    return find_root(b, pos, &type);
}

struct fz_bytes fz_svg_document_type(const struct fz_bytes *file)
{
    struct fz_bytes type = {0};
    uint64_t pos;
    find_root(file, &pos, &type);
    return type;
}

bool fz_svg_is_a(const struct fz_bytes *head)
{
    uint64_t pos;
    return find_svg(head, &pos);
}

/* By how much an exponent multiplies, if there is one. */
static double read_exponent(const struct fz_bytes *b, uint64_t *pos)
{
    int sign = byte_at(b, *pos + 1);
    uint64_t digits = *pos + (sign == '+' || sign == '-' ? 2 : 1);
    uint32_t power = 0;
    if ((byte_at(b, *pos) != 'e' && byte_at(b, *pos) != 'E') || !read_number(b, &digits, &power))
        return 1; /* which may be the e of a unit */
    *pos = digits;
    return pow(10, sign == '-' ? -(double)power : (double)power);
}

/* A length in px at 96 a inch, of letters of 12 px, as librsvg has them; 0 where it is a part of the page or missing. */
static double read_length(const struct fz_bytes *b, uint64_t pos)
{
    static const struct {
        const char *unit;
        double px;
    } units[] = {{"pt", 96.0 / 72}, {"pc", 16}, {"mm", 96 / 25.4}, {"cm", 96 / 2.54},
                 {"in", 96},        {"%", 0},   {"em", 12},        {"ex", 6}};
    uint32_t whole = 0;
    pos += byte_at(b, pos) == '+' ? 1 : 0;
    bool found = read_number(b, &pos, &whole);
    double value = whole;
    if (byte_at(b, pos) == '.') {
        uint64_t digits = ++pos;
        uint32_t fraction = 0;
        bool more = read_number(b, &pos, &fraction);
        found = found || more;
        double part = fraction;
        for (; digits < pos; digits++)
            part /= 10;
        value += part;
    }
    value *= read_exponent(b, &pos);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (fz_bytes_match(b, pos, units[i].unit, strlen(units[i].unit)))
            value *= units[i].px;
    return found ? value : 0;
}

/* The start of an attribute's value within the tag pos..end, or 0. */
static uint64_t find_attribute(const struct fz_bytes *b, uint64_t pos, uint64_t end, const char *name)
{
    struct fz_bytes tag = {.at = b->at, .len = (size_t)end};
    while ((pos = find(&tag, pos, name)) < end && fz_bytes_has(&tag, pos, strlen(name))) {
        bool starts = isspace(byte_at(&tag, pos - 1)) != 0;
        pos += strlen(name);
        uint64_t equals = skip_space(&tag, pos);
        uint64_t quote = skip_space(&tag, equals + 1);
        if (starts && byte_at(&tag, equals) == '=' &&
            (byte_at(&tag, quote) == '"' || byte_at(&tag, quote) == '\''))
            return skip_space(&tag, quote + 1);
    }
    return 0;
}

/* The start of a property's value within the style at pos, or 0. */
static uint64_t find_property(const struct fz_bytes *b, uint64_t pos, const char *name)
{
    uint64_t end = pos;
    while (byte_at(b, end) >= 0 && !strchr("\"'>", byte_at(b, end)))
        end++;
    const struct fz_bytes style = {.at = b->at, .len = (size_t)end};
    for (; (pos = find(&style, pos, name)) + strlen(name) < end; pos++) {
        int before = byte_at(b, pos - 1);
        uint64_t colon = skip_space(&style, pos + strlen(name));
        if ((isspace(before) || strchr(";\"'", before)) && byte_at(&style, colon) == ':')
            return skip_space(&style, colon + 1);
    }
    return 0;
}

/* A side of the root as its style says, or else its attribute. */
static double read_side(const struct fz_bytes *b, uint64_t start, uint64_t end, const char *name)
{
    uint64_t style = find_attribute(b, start, end, "style");
    uint64_t pos = style ? find_property(b, style, name) : 0;
    pos = pos ? pos : find_attribute(b, start, end, name);
    return pos ? read_length(b, pos) : 0;
}

/* Whether `what` stands between two places. */
static bool stands_in(const struct fz_bytes *b, uint64_t from, uint64_t to, const char *what)
{
    struct fz_bytes part = {.at = b->at, .len = to < b->len ? (size_t)to : b->len};
    return fz_bytes_has(&part, find(&part, from, what), strlen(what));
}

/* Where a tag ends: a value may hold what closes one. */
static uint64_t end_of_tag(const struct fz_bytes *b, uint64_t pos)
{
    int quote = 0;
    for (int c = byte_at(b, pos); c >= 0 && (quote || c != '>'); c = byte_at(b, ++pos))
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
    return pos;
}

static bool has_any(const struct fz_bytes *b, uint64_t from, uint64_t to, const char *const *words,
                    size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (stands_in(b, from, to, words[i]))
            return true;
    return false;
}

bool fz_svg_root_is_plain(const struct fz_bytes *file)
{
    static const char *const placed[] = {"transform", "clip-path", "mask", "\\", "filter"};
    static const char *const hidden[] = {"<!ENTITY", "<!ATTLIST", ":style", "@import", "<?xml-stylesheet"};
    enum { PLACED = sizeof placed / sizeof *placed, HIDDEN = sizeof hidden / sizeof *hidden };
    uint64_t pos;
    if (!find_svg(file, &pos) || has_any(file, pos, end_of_tag(file, pos), placed, PLACED) ||
        has_any(file, 0, file->len, hidden, HIDDEN))
        return false;
    while (stands_in(file, pos, file->len, "<style")) {
        uint64_t start = find(file, pos, "<style") + 1;
        pos = find(file, start, "</style");
        if (has_any(file, start, pos, placed, PLACED - 1)) /* a filter there is hardly that of the root */
            return false;
    }
    return true;
}

struct fz_bytes fz_svg_root_attribute(const struct fz_bytes *file, const char *name)
{
    uint64_t start = 0;
    const bool found = find_svg(file, &start);
    const uint64_t end = end_of_tag(file, start), pos = found ? find_attribute(file, start, end, name) : 0;
    if (!pos)
        return (struct fz_bytes){0};
    uint64_t quote = pos - 1, past = pos;
    while (isspace(byte_at(file, quote)))
        quote--;
    while (past < end && file->at[past] != file->at[quote])
        past++;
    return (struct fz_bytes){.at = file->at + pos, .len = (size_t)(past - pos)};
}

static void read_view_box(const struct fz_bytes *b, uint64_t pos, double *width, double *height)
{
    double values[4] = {0};
    for (int i = 0; i < 4; i++) {
        while (byte_at(b, pos) >= 0 && (isspace(byte_at(b, pos)) || byte_at(b, pos) == ','))
            pos++;
        bool minus = byte_at(b, pos) == '-';
        values[i] = minus ? 0 : read_length(b, pos);
        while (byte_at(b, pos) >= 0 && strchr("0123456789.-+eE", byte_at(b, pos)))
            pos++;
    }
    *width = values[2];
    *height = values[3];
}

/* Whole where it is but for the rounding of a conversion. */
static double exact(double length)
{
    double whole = fmax(round(length), 1);
    return length <= 0 ? 512 : fmin(fabs(length - whole) < 1e-6 ? whole : length, MAX_NUMBER);
}

bool fz_svg_size(const struct fz_bytes *file, double *width, double *height)
{
    uint64_t start = 0;
    bool found = find_svg(file, &start);
    uint64_t end = found ? end_of_tag(file, start) : start;
    double w = read_side(file, start, end, "width"), h = read_side(file, start, end, "height");
    double box_w = 0, box_h = 0;
    uint64_t pos = find_attribute(file, start, end, "viewBox");
    if (pos)
        read_view_box(file, pos, &box_w, &box_h);
    const bool grows = (w > 0 && h > 0) || (box_w > 0 && box_h > 0);
    if (w <= 0 && h <= 0) {
        const double times = fmin(MAX_SIDE / fmax(box_w, box_h), 1);
        box_w *= times;
        box_h *= times;
    }
    if (w <= 0)
        w = h > 0 && box_h > 0 ? h * box_w / box_h : box_w;
    if (h <= 0)
        h = box_w > 0 ? w * box_h / box_w : box_h;
    *width = exact(w);
    *height = exact(h);
    return grows;
}

enum fz_head_status fz_svg_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint64_t start = 0;
    if (!find_svg(bytes, &start))
        return bytes->whole ? FZ_HEAD_BAD : FZ_HEAD_MORE;
    if (!fz_bytes_has(bytes, end_of_tag(bytes, start), 1))
        return FZ_HEAD_MORE;
    double width, height;
    fz_svg_size(bytes, &width, &height);
    header->by_rows = true; /* drawn at the size of the result */
    header->width = (uint32_t)ceil(width);
    header->height = (uint32_t)ceil(height);
    return FZ_HEAD_OK;
}
