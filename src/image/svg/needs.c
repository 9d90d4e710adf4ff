#include "image/svg/needs.h"

#include <string.h>

static const char *const names[] = {"text", "image", "feImage"};

static bool ends_name(uint8_t byte)
{
    return memchr(" \t\r\n/>", byte, 6) != NULL;
}

/* Whether a tag begins before `at`, with nothing between but a prefix of the name. */
static bool begins_tag(const uint8_t *start, const uint8_t *at)
{
    if (at > start && at[-1] == ':')
        for (at--; at > start && !ends_name(at[-1]) && at[-1] != '<';)
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

/* Whether the value of a property at..end takes one of a variable. draw.io has them in what is for dark windows. */
static bool takes_variable(const uint8_t *at, const uint8_t *end)
{
    for (const uint8_t *start = at; (at = find(at, end, "var(")) < end; at += 4) {
        const uint8_t *name = at + 4, *property = at;
        while (name < end && strchr(" \t\r\n", *name))
            name++;
        while (property > start && !strchr(";{\"'", property[-1]))
            property--;
        if (end - name > 2 && memcmp(name, "--", 2) == 0 && find(property, at, "light-dark(") == at)
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
        at = find(comment, end, "*/");
    }
    return false;
}

/* In a tag or a style sheet: what is read, or run, does not count. In comments no "--" may stand. */
static bool has_variables(const struct fz_bytes *file)
{
    const uint8_t *end = file->at + file->len, *at = find(file->at, end, "var(") < end ? file->at : end;
    while ((at = find(at, end, "<")) < end) {
        const bool is_style = end - at > 7 && memcmp(at, "<style", 6) == 0 && ends_name(at[6]);
        const uint8_t *closing = find(at, end, ">");
        if (takes_variable(at, closing))
            return true;
        at = closing;
        if (is_style && closing[-1] != '/') {
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
