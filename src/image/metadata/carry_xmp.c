/* XMP for a copy of the picture: what it says of the pixels is made to be so, as text. All else stays as its writer wrote
 * it, whatever it means. */
#include "base/mem.h"
#include "base/str.h"
#include "image/metadata/carry.h"
#include "image/metadata/parts.h"

#include <stdio.h>

/* A property that stands as NAME="..." or <NAME>...</NAME>. */
struct fact {
    const char *name;
    const char *value;
};
enum { FACTS = 13 };

struct settling {
    const char *at, *end; /* what is left to read */
    char *out;            /* owned */
    size_t len, room;
    bool failed;
};

static void put(struct settling *s, const char *text, size_t len)
{
    if (s->failed || len > s->room - s->len) {
        s->failed = true;
        return;
    }
    memcpy(s->out + s->len, text, len);
    s->len += len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* An element's name ends with `at`: where what it holds begins, whatever attributes it has; NULL: it holds nothing. */
static const char *skip_attributes(const char *at, const char *end)
{
    const char *close = memchr(at, '>', (size_t)(end - at));
    return close && close[-1] != '/' && (at == close || is_blank(*at)) ? close : NULL;
}

/* Where the value begins that belongs to a name which ends at `at`, and what ends it; NULL: that is no property. */
static const char *find_value(const char *at, const char *end, bool is_element, char *ending)
{
    if (is_element) {
        at = skip_attributes(at, end);
        *ending = '<';
        return at ? at + 1 : NULL;
    }
    at = skip_blanks(at, end);
    if (at == end || *at != '=')
        return NULL;
    at = skip_blanks(at + 1, end);
    if (at == end || (*at != '"' && *at != '\''))
        return NULL;
    *ending = *at;
    return at + 1;
}

/* Whether a property of that name begins here; what it says is replaced then. */
static bool settle_one(struct settling *s, const struct fact *fact)
{
    size_t len = strlen(fact->name);
    char ending;
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, fact->name, len) != 0)
        return false;
    bool is_element = s->at[-1] == '<';
    const char *value = find_value(s->at + len, s->end, is_element, &ending);
    const char *after = value ? memchr(value, ending, (size_t)(s->end - value)) : NULL;
    if (!after)
        return false;
    if (is_element &&
        (after + 1 == s->end || after[1] != '/')) { /* it holds elements, of which nothing is known */
        s->failed = true;
        return true;
    }
    put(s, s->at, (size_t)(value - s->at));
    put(s, fact->value, strlen(fact->value));
    s->at = after;
    return true;
}

static void settle(struct settling *s, const struct fact *facts)
{
    const char *begin = s->at;
    while (s->at < s->end && !s->failed) {
        bool is_start = s->at > begin && (is_blank(s->at[-1]) || s->at[-1] == '<'), found = false;
        for (int i = 0; i < FACTS && is_start && !found; i++)
            found = settle_one(s, &facts[i]);
        if (!found)
            put(s, s->at++, 1);
    }
}

/* Names are known by their prefixes, which others may be given to the same: nothing is known of such a packet. */
static bool has_usual_prefixes(const struct fz_block *xmp)
{
    static const char uri[] = "http://ns.adobe.com/tiff/1.0/", usual[] = "xmlns:tiff=";
    const char *begin = (const char *)xmp->data, *end = begin + xmp->len, *at = begin;
    while ((at = memmem(at, (size_t)(end - at), uri, sizeof uri - 1))) {
        size_t before = sizeof usual; /* and a quotation mark */
        if ((size_t)(at - begin) < before || memcmp(at - before, usual, sizeof usual - 1) != 0)
            return false;
        at += sizeof uri - 1;
    }
    return true;
}

static bool is_text(const struct fz_block *xmp)
{
    uint32_t code;
    for (size_t at = 0, n; at < xmp->len; at += n) {
        n = fz_utf8_decode((const char *)xmp->data + at, xmp->len - at, &code);
        if (n == 0 || code == 0)
            return false;
    }
    return true;
}

void fz_xmp_settle(struct fz_block *xmp, int width, int height)
{
    char w[16], h[16];
    snprintf(w, sizeof w, "%d", width);
    snprintf(h, sizeof h, "%d", height);
    const struct fact facts[FACTS] = {
        {"tiff:Orientation", "1"},
        {"tiff:ImageWidth", w},
        {"tiff:ImageLength", h},
        {"exif:PixelXDimension", w},
        {"exif:PixelYDimension", h},
        {"exif:ColorSpace", "1"},
        {"photoshop:ICCProfile", "sRGB IEC61966-2.1"},
        /* what stands behind the pixels of the file: nothing */
        {"GCamera:MicroVideo", "0"},
        {"GCamera:MotionPhoto", "0"},
        {"hdrgm:Version", ""},
        /* smaller pictures of what was there before */
        {"xmpGImg:image", ""},
        {"xapGImg:image", ""},
        /* what stood in other segments */
        {"xmpNote:HasExtendedXMP", ""},
    };
    while (xmp->len > 0 && xmp->data[xmp->len - 1] == '\0') /* padding */
        xmp->len--;
    struct settling s = {.at = (const char *)xmp->data, .room = FZ_CARRIED_MOST};
    s.failed = xmp->len == 0 || !is_text(xmp) || !has_usual_prefixes(xmp) || !(s.out = fz_try_malloc(s.room));
    if (!s.failed) {
        s.end = s.at + xmp->len;
        settle(&s, facts);
    }
    free(xmp->data);
    *xmp = (struct fz_block){0};
    if (s.failed)
        free(s.out);
    else
        *xmp = (struct fz_block){(uint8_t *)s.out, s.len};
}
