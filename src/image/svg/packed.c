/* SVG packed by gzip (.svgz): unpacked as a whole, within bounds, then as any SVG. */
#include "base/mem.h"
#include "image/format.h"
#include "image/heavy.h"
#include "image/inflate.h"

#include <stdlib.h>

enum { MAX_BYTES = 64 << 20 };

static bool is_packed(const struct fz_bytes *b)
{
    return fz_bytes_match(b, 0, "\x1f\x8b\x08", 3);
}

/* Whether what is packed begins as `is_a` knows it. */
static bool holds(const struct fz_bytes *packed, bool (*is_a)(const struct fz_bytes *head))
{
    uint8_t text[FZ_SNIFF_BYTES];
    struct fz_bytes start = {.at = text, .len = fz_inflate(packed, text, sizeof text, NULL)};
    return is_a(&start);
}

bool fz_svgz_is_a(const struct fz_bytes *head)
{
    return is_packed(head) && (holds(head, fz_svg_is_a) || holds(head, fz_svg16_is_a));
}

enum fz_head_status fz_svgz_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint8_t text[FZ_SNIFF_BYTES];
    if (!bytes->whole) /* how much it unpacks to is not known before */
        return FZ_HEAD_MORE;
    struct fz_bytes start = {.at = text, .len = fz_inflate(bytes, text, sizeof text, NULL)};
    bool wide = fz_svg16_is_a(&start);
    if ((wide ? fz_svg16_header(&start, header) : fz_svg_header(&start, header)) != FZ_HEAD_OK)
        return FZ_HEAD_BAD;
    header->inner_len = fz_inflate(bytes, NULL, MAX_BYTES + 1, NULL);
    if (header->inner_len > MAX_BYTES)
        header->reason = "it unpacks to more than 64 MB";
    return header->reason ? FZ_HEAD_BAD : FZ_HEAD_OK;
}

uint64_t fz_svgz_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    const uint64_t len = d->header.inner_len;
    bool wide = holds(&d->file, fz_svg16_is_a);
    uint8_t *text = fz_try_malloc((size_t)len);
    struct fz_decode inner = *d;
    if (text)
        inner.file = (struct fz_bytes){
            .at = text, .len = fz_inflate(&d->file, text, (size_t)len, NULL), .whole = true};
    uint64_t bytes = wide ? fz_svg16_working_bytes(&inner, len) : fz_svg_plain_working_bytes(&inner, len);
    free(text);
    return len + bytes;
}

enum fz_err fz_svgz_load(struct fz_decode *d)
{
    const struct fz_bytes packed = d->file;
    const size_t len = (size_t)d->header.inner_len;
    uint8_t *text = fz_try_malloc(len + 1); /* so that the end of the stream is seen */
    if (!text)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %zu bytes of SVG", len);
    bool whole;
    d->file = (struct fz_bytes){.at = text, .len = fz_inflate(&packed, text, len + 1, &whole), .whole = true};
    enum fz_err code = fz_svg16_is_a(&d->file) ? fz_svg16_load(d) : fz_svg_plain_load(d);
    if (code == FZ_OK && !whole) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
    }
    free(text);
    d->file = packed;
    return code;
}
