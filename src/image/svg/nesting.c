/* How deep the elements of an SVG lie in one another: renderers go down into them by recursion. */
#include "image/format.h"

#include <string.h>

static uint64_t skip_past(const struct fz_bytes *b, uint64_t pos, const char *what)
{
    const void *at = pos < b->len ? memmem(b->at + pos, b->len - (size_t)pos, what, strlen(what)) : NULL;
    return at ? (uint64_t)((const uint8_t *)at - b->at) + strlen(what) : b->len;
}

/* The place of the tag's '>', past what stands in quotes. */
static uint64_t tag_end(const struct fz_bytes *b, uint64_t pos)
{
    uint8_t quote = 0;
    for (; pos < b->len && (quote || b->at[pos] != '>'); pos++) {
        if (quote ? b->at[pos] == quote : b->at[pos] == '"' || b->at[pos] == '\'')
            quote = quote ? 0 : b->at[pos];
    }
    return pos;
}

enum fz_err fz_svg_check(struct fz_decode *d)
{
    const struct fz_bytes *b = &d->file;
    int depth = 0, most = d->request->limits.max_nesting;
    for (uint64_t pos = skip_past(b, 0, "<"); pos < b->len; pos = skip_past(b, pos, "<")) {
        if (fz_bytes_match(b, pos, "!--", 3)) {
            pos = skip_past(b, pos + 3, "-->");
        } else if (fz_bytes_match(b, pos, "![CDATA[", 8)) {
            pos = skip_past(b, pos + 8, "]]>");
        } else if (b->at[pos] == '?' || b->at[pos] == '!') {
            pos = tag_end(b, pos);
        } else if (b->at[pos] == '/') {
            depth -= depth > 0;
        } else {
            pos = tag_end(b, pos);
            depth += pos >= b->len || b->at[pos - 1] != '/';
        }
        if (depth > most)
            return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: more than %d elements inside one another", most);
    }
    return FZ_OK;
}
