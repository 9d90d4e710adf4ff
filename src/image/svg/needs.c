#include "image/svg/needs.h"

#include <string.h>

static const char *const names[] = {"text", "image", "feImage"};

static bool ends_name(uint8_t byte)
{
    return memchr(" \t\r\n/>", byte, 6) != NULL;
}

/* Whether a tag begins before `at`, with nothing between but a prefix of the name, in which there is no other colon. */
static bool begins_tag(const uint8_t *start, const uint8_t *at)
{
    if (at > start && at[-1] == ':')
        for (at--; at > start && !ends_name(at[-1]) && at[-1] != '<' && at[-1] != ':';)
            at--;
    return at > start && at[-1] == '<';
}

static bool has_element(const struct fz_bytes *file, const char *name)
{
    const size_t len = strlen(name);
    const uint8_t *end = file->at + file->len, *at = file->at;
    while ((at = memmem(at, (size_t)(end - at), name, len)) != NULL) {
        if (begins_tag(file->at, at) && (at + len == end || ends_name(at[len])))
            return true;
        at += len;
    }
    return false;
}

bool fz_svg_needs_files(const struct fz_bytes *file)
{
    static const char entity[] = "<!ENTITY";
    bool needs = memmem(file->at, file->len, entity, sizeof entity - 1) != NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !needs; i++)
        needs = has_element(file, names[i]);
    return needs;
}

static const uint8_t *find(const uint8_t *at, const uint8_t *end, const char *what)
{
    const uint8_t *found = at < end ? memmem(at, (size_t)(end - at), what, strlen(what)) : NULL;
    return found ? found : end;
}

static bool begins(const uint8_t *at, const uint8_t *end, const char *what)
{
    const size_t len = strlen(what);
    return (size_t)(end - at) >= len && memcmp(at, what, len) == 0;
}

static bool names_variable(const uint8_t *at, const uint8_t *end)
{
    while (at < end && memchr(" \t\r\n", *at, 4))
        at++;
    return end - at > 2 && memcmp(at, "--", 2) == 0;
}

/* Whether the value of a property at..end takes one of a variable. draw.io has them in what is for dark windows. */
static bool takes_variable(const uint8_t *at, const uint8_t *end)
{
    for (bool is_themed = false; at < end; at++) {
        if (memchr(";{\"'", *at, 4))
            is_themed = false;
        else if (*at == 'l' && begins(at, end, "light-dark("))
            is_themed = true;
        else if (*at == 'v' && !is_themed && begins(at, end, "var(") && names_variable(at + 4, end))
            return true;
    }
    return false;
}

static bool sheet_takes_variable(const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        const uint8_t *comment = find(at, end, "/*");
        if (takes_variable(at, comment))
            return true;
        at = comment < end ? find(comment + 2, end, "*/") : end;
        if (at < end)
            at += 2;
    }
    return false;
}

/* Of the element whose tag is at..closing, whatever the prefix. */
static bool is_called(const uint8_t *at, const uint8_t *closing, const char *name)
{
    const uint8_t *start = at + 1, *end = start;
    for (; end < closing && !ends_name(*end); end++)
        if (*end == ':')
            start = end + 1;
    return (size_t)(end - start) == strlen(name) && memcmp(start, name, strlen(name)) == 0;
}

/* In a tag or a style sheet: what is read, or run, does not count, nor does HTML, which is told of by itself or has something that
 * stands for it. In comments no "--" may stand. */
/* Its closing tag behind `at`, or `end`. */
static const uint8_t *find_closing(const uint8_t *at, const uint8_t *end, const char *name)
{
    const size_t len = strlen(name);
    while ((at = find(at, end, name)) < end && (at + len == end || at[len] == '/' || !ends_name(at[len])))
        at += len;
    return at;
}

static bool has_variables(const struct fz_bytes *file)
{
    const uint8_t *end = file->at + file->len, *at = find(file->at, end, "var(") < end ? file->at : end;
    while ((at = find(at, end, "<")) < end) {
        const uint8_t *tag = at, *closing = find(at, end, ">");
        const bool is_empty = closing[-1] == '/';
        at = closing;
        if (is_called(tag, closing, "foreignObject")) {
            at = is_empty ? closing : find_closing(closing, end, "foreignObject");
            continue;
        }
        if (takes_variable(tag, closing))
            return true;
        if (!is_empty && is_called(tag, closing, "style")) {
            at = find(closing, end, "</");
            if (sheet_takes_variable(closing, at))
                return true;
        }
    }
    return false;
}

const char *fz_svg_left_out(const struct fz_bytes *file)
{
    if (has_element(file, "foreignObject") && !has_element(file, "switch"))
        return "what only a browser draws (foreignObject) is left out";
    if (has_element(file, "textPath") && !has_element(file, "switch"))
        return "text along a path (textPath) is left out";
    return has_variables(file) ? "what CSS variables (var) say is left out" : NULL;
}
