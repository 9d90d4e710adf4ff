/* The way of every picture: read the head, know the format, judge the header, reserve, read on, decode. */
#include "image/image.h"

#include "image/format.h"
#include "image/heavy.h"
#include "image/limits.h"
#include "image/reader.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

enum { MAX_WEIGHED_BYTES = 64 << 20 }; /* of what is drawn: read before memory for it is asked for */

static enum fz_kernel kernel_of(const struct fz_decode *d)
{
    return d->request->want.smooth ? FZ_KERNEL_LANCZOS : FZ_KERNEL_CUBIC;
}

static struct fz_reduce_beyond beyond_of(const struct fz_decode *d, int width, int height, int in_w, int in_h)
{
    if (d->reduced_by == 0)
        return (struct fz_reduce_beyond){0};
    return (struct fz_reduce_beyond){in_w - (double)width / d->reduced_by,
                                     in_h - (double)height / d->reduced_by};
}

/* `rows` is what of the in_w x in_h that come shows the part. */
static enum fz_err begin(struct fz_decode *d, int width, int height, const struct fz_part *part, int in_w,
                         int in_h, const struct fz_image_region *rows)
{
    struct fz_image *out = d->out;
    int target_w = part->out_w, target_h = part->out_h;
    if (rows->w < target_w ||
        rows->h < target_h) /* what a library found inside is not what the header said */
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: %dx%d holds but %dx%d pixels", d->format->name, width,
                       height, in_w, in_h);
    bool swaps = fz_orient_swaps(d->turn);
    out->width = swaps ? height : width;
    out->height = swaps ? width : height;
    uint8_t *to;
    enum fz_err code = fz_decode_alloc(d, swaps ? target_h : target_w, swaps ? target_w : target_h, &to);
    if (code != FZ_OK)
        return code;
    struct fz_orient orient;
    fz_orient_init(&orient, d->turn, to, out->pitch_bytes, target_w, target_h);
    const struct fz_reduce_beyond beyond = beyond_of(d, width, height, in_w, in_h);
    if (!fz_reduce_init_part(&d->reduce, d->scratch, kernel_of(d), in_w, in_h, rows, &beyond, target_w,
                             target_h, &orient))
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a row of %d pixels", in_w);
    fz_reduce_begin_at(&d->reduce, d->from_row);
    fz_color_begin(d);
    d->begun = true;
    return FZ_OK;
}

enum fz_err fz_decode_begin(struct fz_decode *d, int width, int height, int in_w, int in_h)
{
    struct fz_part part = fz_decode_part(d, width, height);
    struct fz_image_region rows = fz_region_scaled(&part.of, width, height, in_w, in_h);
    return begin(d, width, height, &part, in_w, in_h, &rows);
}

enum fz_err fz_decode_begin_part(struct fz_decode *d, int width, int height, const struct fz_part *part)
{
    struct fz_image_region all = {0, 0, part->out_w, part->out_h};
    return begin(d, width, height, part, part->out_w, part->out_h, &all);
}

/* Fills what is missing of the result with the background. */
static void fill_rest(struct fz_decode *d)
{
    fz_reduce_end(&d->reduce, d->request->want.background);
}

void fz_decode_set_profile(struct fz_decode *d, const void *icc, size_t len)
{
    if (!icc || len == 0 || len > FZ_MAX_PROFILE_BYTES || !fz_buffer_need(&d->scratch->profile, len))
        return;
    memcpy(d->scratch->profile.data, icc, len);
    d->profile = (struct fz_bytes){.at = d->scratch->profile.data, .len = len, .whole = true};
    d->out->has_profile = true;
}

bool fz_decode_more(struct fz_decode *d, struct fz_bytes *next)
{
    if (!d->pieces || d->read_error.code != FZ_OK)
        return false;
    return fz_reader_next(d->pieces, next, &d->read_error) == FZ_OK && next->len > 0;
}

void fz_decode_seek(struct fz_decode *d, uint64_t offset)
{
    fz_reader_seek(d->pieces, offset);
}

const uint8_t *fz_decode_bytes(struct fz_decode *d, uint64_t at, uint64_t count, uint8_t *copy)
{
    bool there;
    if (fz_bytes_has(&d->file, at, count))
        return d->file.at + at;
    if (!d->pieces || d->read_error.code != FZ_OK || at > INT64_MAX || count > SIZE_MAX ||
        fz_reader_copy(d->pieces, at, (size_t)count, copy, &there, &d->read_error) != FZ_OK)
        return NULL;
    return there ? copy : NULL;
}

uint64_t fz_decode_tell(const struct fz_decode *d)
{
    return d->pieces->len + d->pieces->piece_bytes;
}

uint64_t fz_decode_file_bytes(const struct fz_decode *d)
{
    return d->pieces ? d->pieces->file_bytes : d->file.len;
}

/* Takes the codec of a heavy format in place of its row. */
static enum fz_err find_codec(struct fz_decode *d)
{
    struct fz_error why = {.code = FZ_E_UNSUPPORTED, .msg = "is not in this build"};
    if (!d->format->is_heavy)
        return FZ_OK;
    if (d->request->without_heavy) {
        d->out->needs_heavy = true;
        return fz_fail(d->err, FZ_E_UNSUPPORTED, 0, "%s: its codec is not loaded here", d->format->name);
    }
    const struct fz_format *codec = fz_heavy_load(&why) ? fz_heavy_codec(d->format) : NULL;
    if (!codec)
        return fz_fail(d->err, why.code, 0, "%s: its codec %s", d->format->name, why.msg);
    d->format = codec;
    return FZ_OK;
}

enum fz_err fz_decode_read_header(struct fz_decode *d, struct fz_reader *reader)
{
    enum fz_err code = fz_reader_fill(reader, FZ_FORMAT_HEAD_BYTES, d->err);
    if (code != FZ_OK)
        return code;
    reader->scattered = true; /* what tells a RAW file from a TIFF may stand at its end */
    d->file = fz_reader_bytes(reader);
    if (d->file.len == 0)
        return fz_fail(d->err, FZ_E_NOT_PICTURE, 0, "the file is empty");
    d->format = fz_format_find(&d->file);
    if (!d->format)
        return fz_format_fail_unknown(&d->file, d->err);
    d->out->format = d->format->name;
    if (d->format->needs)
        return fz_fail(d->err, FZ_E_UNSUPPORTED, 0, "%s: this build has no %s", d->format->unread,
                       d->format->needs);
    if (d->format->unread)
        return fz_fail(d->err, FZ_E_UNSUPPORTED, 0, "%s: this build cannot read it", d->format->unread);
    code = find_codec(d);
    if (code != FZ_OK)
        return code;

    reader->scattered = d->format->scattered;
    d->file = fz_reader_bytes(reader);
    d->header = (struct fz_header){.page = d->request->want.page};
    enum fz_head_status head = d->format->header(&d->file, &d->header);
    while (head == FZ_HEAD_MORE && !d->file.whole) {
        code = fz_reader_fill(reader, (uint64_t)d->file.len * 4, d->err);
        if (code != FZ_OK)
            return code;
        d->file = fz_reader_bytes(reader);
        d->header = (struct fz_header){.page = d->request->want.page};
        head = d->format->header(&d->file, &d->header);
    }
    code = fz_reader_failed(reader, d->err);
    if (code != FZ_OK)
        return code;
    if (head != FZ_HEAD_OK || d->header.width == 0 || d->header.height == 0)
        return fz_fail(d->err, d->header.is_unread ? FZ_E_UNSUPPORTED : FZ_E_DAMAGED, 0, "%s: %s",
                       d->format->name, d->header.reason ? d->header.reason : "its header is damaged");
    return FZ_OK;
}

/* A side of a box that asks for an eighth of the picture at most. */
static int within_eighth(const struct fz_decode *d, int side)
{
    const uint32_t longer = d->header.width > d->header.height ? d->header.width : d->header.height;
    return side > 0 && side < (int)(longer / 8) ? side : (int)(longer / 8);
}

/* All that there may be of a picture in several scans that is too large as a whole. */
static void take_eighth(struct fz_decode *d)
{
    d->smaller = *d->request;
    d->smaller.want.box_w = within_eighth(d, d->request->want.box_w);
    d->smaller.want.box_h = within_eighth(d, d->request->want.box_h);
    d->request = &d->smaller;
}

enum fz_err fz_decode_check_size(struct fz_decode *d)
{
    struct fz_header *h = &d->header;
    if (d->format->draws)
        fz_limits_fit(&d->request->limits, &h->width, &h->height);
    uint32_t wide = h->coded_w ? h->coded_w : h->frame_w > h->width ? h->frame_w : h->width;
    uint32_t high = h->coded_h ? h->coded_h : h->frame_h > h->height ? h->frame_h : h->height;
    d->out->width = h->width <= INT_MAX ? (int)h->width : INT_MAX;
    d->out->height = h->height <= INT_MAX ? (int)h->height : INT_MAX;
    const struct fz_image_limits *limits = &d->request->limits;
    bool by_rows = h->by_rows || fz_decode_is_coarse(d);
    if (!by_rows && h->coarse_first && d->request->want.may_shrink && d->request->want.region.w == 0 &&
        fz_limits_check(limits, wide, high, false, NULL) != FZ_OK) {
        take_eighth(d);
        by_rows = true;
    }
    return fz_limits_check(limits, wide, high, by_rows, d->err);
}

/* Judged is what the file says. */
static void enlarge(struct fz_decode *d)
{
    if (!d->format->draws || d->request->want.times <= 1)
        return;
    d->header.width *= (uint32_t)d->request->want.times;
    d->header.height *= (uint32_t)d->request->want.times;
}

/* All that it takes to decode; which way the picture lies may not be known yet. */
static uint64_t needed_bytes(struct fz_decode *d, const struct fz_reader *reader, uint64_t file_bytes)
{
    const struct fz_image_request *request = d->request;
    const struct fz_image_region *region = &request->want.region;
    int width = (int)d->header.width, part = width, out = width;
    int region_side = region->w > region->h ? region->w : region->h;
    int box_side = request->want.box_w > request->want.box_h ? request->want.box_w : request->want.box_h;
    if (request->want.covers && box_side < INT_MAX / FZ_IMAGE_COVER)
        box_side *= FZ_IMAGE_COVER;
    if (region->w > 0 && region_side < part)
        part = region_side;
    if (box_side > 0 && box_side < out)
        out = box_side;
    if (d->format->draws) /* no rows but those of the result */
        width = part = out;
    d->working_bytes = d->format->working_bytes(d, file_bytes);
    uint64_t held = d->pieces ? reader->len + FZ_READER_PIECE_BYTES : file_bytes;
    return held + d->working_bytes +
           fz_reduce_bytes(kernel_of(d), (uint64_t)width, (uint64_t)part, (uint64_t)out);
}

bool fz_image_reserve(const struct fz_image_host *host, uint64_t bytes)
{
    return bytes <= SIZE_MAX && (!host->reserve || host->reserve(host->ctx, bytes));
}

static bool fits_in(struct fz_decode *d, const struct fz_reader *reader, uint64_t file_bytes, int box_w,
                    int box_h, uint64_t *refused_bytes)
{
    if (box_w < 1 || box_h < 1 || fz_decode_cancelled(d))
        return false;
    d->smaller.want.box_w = box_w;
    d->smaller.want.box_h = box_h;
    uint64_t bytes = needed_bytes(d, reader, file_bytes);
    if (bytes >= *refused_bytes) /* the size of the result is not what takes it */
        return false;
    *refused_bytes = bytes;
    return fz_image_reserve(&d->request->host, bytes);
}

/* What libraries hold may go by the size of the result (WebP), or vanish at an eighth of the picture (JPEG in several scans). */
static bool shrink(struct fz_decode *d, const struct fz_reader *reader, uint64_t file_bytes,
                   uint64_t refused_bytes)
{
    const int box_w = d->request->want.box_w, box_h = d->request->want.box_h;
    d->smaller = *d->request;
    d->request = &d->smaller;
    for (int quarters = 3; quarters >= 2; quarters--)
        if (fits_in(d, reader, file_bytes, box_w * quarters / 4, box_h * quarters / 4, &refused_bytes))
            return true;
    return fits_in(d, reader, file_bytes, within_eighth(d, box_w), within_eighth(d, box_h), &refused_bytes);
}

/* Between header and pixels, once for all formats. A file that is too large to be held is read piece by piece, where its
 * format can be; so is one of which little is looked at. */
static enum fz_err check_header(struct fz_decode *d, struct fz_reader *reader)
{
    const struct fz_image_request *request = d->request;
    const struct fz_header *h = &d->header;
    assert(d->format);
    enum fz_err code = fz_decode_check_size(d);
    if (code == FZ_OK && d->format->draws && reader->file_bytes <= MAX_WEIGHED_BYTES) {
        code = fz_reader_finish(reader, d->err); /* anywhere in it may stand what takes much */
        d->file = fz_reader_bytes(reader);
    }
    if (code != FZ_OK)
        return code;
    enlarge(d);
    if (h->pages > 1)
        d->out->frames = h->pages;
    uint64_t file_bytes = reader->file_bytes > reader->len ? reader->file_bytes : reader->len;
    bool streams = d->format->streams && !h->file_held;
    bool is_large = streams && file_bytes > request->limits.max_held_bytes;
    /* Of what is decoded in parts (JPEG) all that counts stands before the pixels; a PNG may tell behind them how it lies. */
    bool in_parts = streams && d->format->parts && file_bytes > request->limits.max_whole_bytes;
    d->frugal = is_large && !d->format->parts; /* what is in parts holds no more for a longer file */
    if (d->format->skips || is_large || in_parts)
        d->pieces = reader;
    uint64_t bytes = needed_bytes(d, reader, file_bytes);
    if (fz_image_reserve(&request->host, bytes))
        return FZ_OK;
    if (fz_decode_cancelled(d))
        return fz_decode_fail_cancelled(d);
    if (d->format->streams && !d->frugal) {
        d->pieces = streams ? reader : NULL;
        d->frugal = true;
        uint64_t as_whole = bytes;
        bytes = needed_bytes(d, reader, file_bytes);
        if (bytes < as_whole && fz_image_reserve(&request->host, bytes))
            return FZ_OK;
    }
    if (bytes <= SIZE_MAX && request->host.claim && request->host.claim(request->host.ctx, bytes))
        return FZ_OK;
    if (request->want.may_shrink && shrink(d, reader, file_bytes, bytes))
        return FZ_OK;
    if (fz_decode_cancelled(d))
        return fz_decode_fail_cancelled(d);
    unsigned long long mb = (bytes >> 20) + 1;
    return fz_fail(d->err, FZ_E_LIMIT, 0, "%dx%d needs %llu MB to decode, more than --memory leaves",
                   d->out->width, d->out->height, mb);
}

int fz_decode_orient(struct fz_decode *d)
{
    const struct fz_header *h = &d->header;
    struct fz_image *out = d->out;
    int turn = h->orientation ? h->orientation : 1;
    out->orientation = d->format->orientation ? d->format->orientation(&d->file, &turn) : turn;
    if (d->format->late_orientation && turn == 1 && !d->file.whole)
        out->orientation = turn = d->format->late_orientation(d->request);
    bool swaps = fz_orient_swaps(out->orientation);
    out->whole_w = (int)(swaps ? h->whole_h : h->whole_w);
    out->whole_h = (int)(swaps ? h->whole_w : h->whole_h);
    return turn;
}

static int count_frames(const struct fz_decode *d)
{
    struct fz_facts facts = {.max_frames = d->request->limits.max_frames, .frames = 1};
    if (d->format->facts)
        d->format->facts(&d->file, &facts);
    return facts.frames;
}

static enum fz_err load(struct fz_decode *d)
{
    struct fz_reader reader;
    fz_decode_set_deadline(d);
    d->scratch->held.len = 0;
    enum fz_err code = fz_reader_open(&reader, d->request, &d->scratch->file, d->err);
    if (code == FZ_OK)
        code = fz_decode_read_header(d, &reader);
    if (d->out->needs_heavy && d->format->needs_files && d->format->needs_files(&d->file)) {
        d->out->needs_heavy = false; /* who has that has the codec too */
        d->out->needs_files = true;
    }
    if (code == FZ_OK)
        code = check_header(d, &reader);
    if (code == FZ_OK)
        code = d->pieces ? fz_reader_begin_pieces(&reader, d->err) : fz_reader_finish(&reader, d->err);
    if (code != FZ_OK)
        return code;
    d->file = fz_reader_bytes(&reader);
    if (d->request->want.region.w == 0) /* of a part the header may be rewritten: jpeg/jpeg.c */
        fz_reader_hold(&reader, d->scratch);
    d->turn = fz_decode_orient(d);
    d->out->frames = count_frames(d);
    if (fz_orient_swaps(d->turn)) {
        d->out->width = (int)d->header.height;
        d->out->height = (int)d->header.width;
    }
    int width = d->out->width, height = d->out->height;
    code = d->format->check ? d->format->check(d) : FZ_OK;
    if (code == FZ_OK)
        code = d->format->load(d);
    if (d->format->draws) { /* however large it is drawn */
        d->out->width = width;
        d->out->height = height;
    }
    if (d->read_error.code == FZ_OK)
        d->read_error = reader.error;
    if (d->read_error.code != FZ_OK) {
        code = d->read_error.code;
        if (d->err)
            *d->err = d->read_error;
    }
    if (code == FZ_OK)
        fill_rest(d);
    return code;
}

enum fz_err fz_image_load(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                          struct fz_image *out, struct fz_error *err)
{
    *out = (struct fz_image){.orientation = 1, .frames = 1};
    if (err)
        *err = (struct fz_error){.code = FZ_OK};
    struct fz_decode d = {.request = request, .scratch = scratch, .out = out, .err = err};
    enum fz_err code = load(&d);
    if (code != FZ_OK)
        out->pixels = NULL;
    fz_image_scratch_trim(scratch);
    return code;
}
