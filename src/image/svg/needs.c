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

bool fz_svg_needs_browser(const struct fz_bytes *file)
{
    return has_element(file, "foreignObject") && !has_element(file, "switch");
}
