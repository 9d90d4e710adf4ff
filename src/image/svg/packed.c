/* SVG packed by gzip (.svgz): unpacked as a whole, within bounds, then as any SVG. */
#include "base/mem.h"
#include "image/format.h"
#include "image/heavy.h"
#include "image/inflate.h"

#include <stdlib.h>

enum { SNIFF_BYTES = 4096, HEAD_BYTES = 32 << 10, MAX_BYTES = 64 << 20 };

static const struct fz_format *plain(void)
{
    return fz_heavy_codec(fz_format_named("svg")); /* the first of that name */
}

static bool is_packed(const struct fz_bytes *b)
{
    return fz_bytes_match(b, 0, "\x1f\x8b\x08", 3);
}

bool fz_svgz_is_a(const struct fz_bytes *head)
{
    uint8_t text[SNIFF_BYTES];
    if (!is_packed(head))
        return false;
    struct fz_bytes start = {.at = text, .len = fz_inflate(head, text, sizeof text, NULL)};
    return fz_svg_is_a(&start);
}

enum fz_head fz_svgz_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint8_t text[HEAD_BYTES];
    if (!bytes->whole) /* how much it unpacks to is not known before */
        return FZ_HEAD_MORE;
    struct fz_bytes start = {.at = text, .len = fz_inflate(bytes, text, sizeof text, NULL)};
    if (fz_svg_header(&start, header) != FZ_HEAD_OK)
        return FZ_HEAD_BAD;
    header->inner_len = fz_inflate(bytes, NULL, MAX_BYTES + 1, NULL);
    if (header->inner_len > MAX_BYTES)
        header->reason = "it unpacks to more than 64 MB";
    return header->reason ? FZ_HEAD_BAD : FZ_HEAD_OK;
}

uint64_t fz_svgz_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    struct fz_decode unpacked = *d;
    unpacked.format = plain();
    unpacked.file.whole = false; /* not known before */
    return d->header.inner_len + plain()->working_bytes(&unpacked, d->header.inner_len);
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
    d->format = plain();
    enum fz_err code = d->format->check(d);
    if (code == FZ_OK)
        code = d->format->load(d);
    if (code == FZ_OK && !whole) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
    }
    free(text);
    d->file = packed;
    return code;
}
