#include "image/anim/anim.h"

#include "base/mem.h"
#include "frieze_config.h"
#include "image/anim/format.h"
#include "image/heavy.h"
#include "image/limits.h"
#include "image/reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CANCEL_ROWS = 64, LEAST_DELAY_MS = 10, USUAL_DELAY_MS = 100 };

/* Heavy: what can be known before their codecs are loaded. */
#if FRIEZE_WITH_JXL
static const struct fz_anim_format jxl = {.name = "jxl", .px_bytes = FZ_ANIM_JXL_PX_BYTES};
#endif
#if FRIEZE_WITH_AVIF
static const struct fz_anim_format avif = {.name = "avif", .px_bytes = FZ_ANIM_AVIF_PX_BYTES};
#endif

static const struct fz_anim_format *const formats[] = {
    &fz_anim_gif, &fz_anim_png, &fz_anim_webp,
#if FRIEZE_WITH_JXL
    &jxl,
#endif
#if FRIEZE_WITH_AVIF
    &avif,
#endif
};

static const struct fz_anim_format *find_format(const char *name)
{
    for (size_t i = 0; name && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

bool fz_anim_is_played(const char *format)
{
    return find_format(format) != NULL;
}

uint64_t fz_anim_held_bytes(const char *format, int width, int height, uint64_t file_bytes)
{
    const struct fz_anim_format *row = find_format(format);
    return row ? file_bytes + (uint64_t)width * (uint64_t)height * row->px_bytes : 0;
}

/* How long a frame stays: like browsers, which give those of 10 ms or less 100 ms. */
static int64_t delay_us_of(int64_t stored_ms)
{
    return (stored_ms > LEAST_DELAY_MS ? stored_ms : USUAL_DELAY_MS) * 1000;
}

bool fz_anim_cancelled(const struct fz_anim *anim)
{
    return anim->host->cancelled && anim->host->cancelled(anim->host->ctx);
}

enum fz_err fz_anim_fail_cancelled(struct fz_error *err)
{
    return fz_fail(err, FZ_E_CANCELLED, 0, "cancelled");
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

static enum fz_err fail_still(struct fz_error *err)
{
    return fz_fail(err, FZ_E_UNSUPPORTED, 0, "no animation");
}

/* Between header and frames, as for any picture. */
static enum fz_err check_header(struct fz_anim *anim, const struct fz_decode *d, uint64_t file_bytes)
{
    const struct fz_image_request *request = d->request;
    const struct fz_header *h = &d->header;
    const struct fz_anim_format *row = find_format(d->format->name);
    anim->format = row ? fz_heavy_anim(row) : NULL;
    if (!anim->format)
        return fail_still(d->err);
    const uint32_t wide = h->coded_w ? h->coded_w : h->width, high = h->coded_w ? h->coded_h : h->height;
    enum fz_err code = fz_limits_check(&request->limits, wide, high, false, d->err);
    if (code != FZ_OK)
        return code;
    anim->width = h->width;
    anim->height = h->height;
    anim->max_px = request->limits.max_whole_px;
    anim->facts.held_bytes = fz_anim_held_bytes(d->format->name, (int)wide, (int)high, file_bytes);
    if (fz_image_reserve(&request->host, anim->facts.held_bytes))
        return FZ_OK;
    if (fz_anim_cancelled(anim))
        return fz_anim_fail_cancelled(d->err);
    return fz_fail(d->err, FZ_E_LIMIT, 0, "%ux%u needs %llu MB to play, more than --memory leaves", h->width,
                   h->height, (unsigned long long)(anim->facts.held_bytes >> 20) + 1);
}

/* Of high dynamic range, where it is; false: no memory. */
static bool make_hdr(struct fz_anim *anim)
{
    if (anim->curve == FZ_HDR_NONE)
        return true;
    anim->hdr = fz_hdr_new(anim->curve, anim->peak_nits);
    anim->deep = fz_try_malloc((size_t)anim->width * 8);
    return anim->hdr && anim->deep;
}

static enum fz_err open_anim(struct fz_anim *anim, const struct fz_image_request *request,
                             struct fz_error *err)
{
    struct fz_image still = {0};
    struct fz_decode d = {.request = request, .out = &still, .err = err};
    struct fz_reader reader;
    enum fz_err code = fz_reader_open(&reader, request, &anim->file, err);
    if (code == FZ_OK)
        code = fz_decode_read_header(&d, &reader);
    if (code == FZ_OK)
        code = check_header(anim, &d, reader.file_bytes > reader.len ? reader.file_bytes : reader.len);
    if (code == FZ_OK)
        code = fz_reader_finish(&reader, err);
    if (code != FZ_OK)
        return code;
    anim->bytes = fz_reader_bytes(&reader);
    anim->turn = 1;
    if (d.format->orientation)
        d.format->orientation(&anim->bytes, &anim->turn);
    anim->facts.format = d.format->name;
    anim->facts.frames = anim->facts.plays = 1;
    assert(anim->format);
    code = anim->format->open(anim, err);
    if (anim->facts.frames > request->limits.max_frames)
        anim->facts.frames = request->limits.max_frames;
    if (code == FZ_OK && anim->facts.frames < 2)
        return fail_still(err);
    if (code == FZ_OK && !make_hdr(anim))
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for tables");
    return code;
}

enum fz_err fz_anim_open(const struct fz_image_request *request, struct fz_anim **anim, struct fz_error *err)
{
    struct fz_anim *a = fz_calloc(1, sizeof *a);
    a->host = &request->host;
    enum fz_err code = open_anim(a, request, err);
    a->host = NULL;
    if (code != FZ_OK) {
        fz_anim_free(a);
        a = NULL;
    }
    *anim = a;
    return code;
}

void fz_anim_free(struct fz_anim *anim)
{
    if (!anim)
        return;
    if (anim->format && anim->state)
        anim->format->close(anim);
    fz_hdr_free(anim->hdr);
    free(anim->deep);
    fz_block_free(anim->file.data);
    free(anim);
}

const struct fz_anim_facts *fz_anim_get_facts(const struct fz_anim *anim)
{
    return &anim->facts;
}

/* ---- Frames ------------------------------------------------------------------------------------------------------ */

static void go_to_start(struct fz_anim *anim)
{
    if (anim->begun)
        anim->format->rewind(anim);
    anim->begun = false;
    anim->next = 0;
}

/* Puts frame `index` on the canvas, where it may stand already. */
static enum fz_err go_to(struct fz_anim *anim, int index, struct fz_error *err)
{
    if (index < anim->next - 1)
        go_to_start(anim);
    while (anim->next <= index) {
        if (fz_anim_cancelled(anim))
            return fz_anim_fail_cancelled(err);
        anim->begun = true;
        enum fz_err code = anim->format->next(anim, err);
        if (code == FZ_E_DAMAGED && anim->next > 0) {
            anim->facts.frames = anim->next;
            anim->facts.damage = *err;
        }
        if (code != FZ_OK) {
            go_to_start(anim); /* what a frame that was begun left is no canvas of any frame */
            return code;
        }
        anim->next++;
    }
    return FZ_OK;
}

static enum fz_err go_on(struct fz_anim *anim, struct fz_error *err)
{
    bool again = anim->next >= anim->facts.frames;
    int frames = anim->facts.frames;
    enum fz_err code = go_to(anim, again ? 0 : anim->next, err);
    bool ended = code == FZ_E_DAMAGED && anim->facts.frames < frames;
    bool is_over = ended && anim->facts.plays > 0 && anim->played + 1 >= anim->facts.plays;
    if (ended)
        code = go_to(anim, is_over ? anim->facts.frames - 1 : 0, err);
    anim->played += again || (ended && !is_over);
    return code;
}

static enum fz_err seek(struct fz_anim *anim, int index, struct fz_error *err)
{
    enum fz_err code;
    int frames;
    anim->played = 0;
    do {
        frames = anim->facts.frames;
        code = go_to(anim, index < frames ? index : frames - 1, err);
    } while (code == FZ_E_DAMAGED && anim->facts.frames < frames);
    return code;
}

enum fz_err fz_anim_compose(struct fz_anim *anim, int index, const struct fz_image_host *host,
                            struct fz_anim_frame *frame, struct fz_error *err)
{
    struct fz_error why = {.code = FZ_OK};
    anim->host = host;
    enum fz_err code = index == FZ_ANIM_NEXT ? go_on(anim, &why) : seek(anim, index, &why);
    anim->host = NULL;
    if (code != FZ_OK) {
        if (err)
            *err = why;
        return code;
    }
    const struct fz_anim_facts *facts = &anim->facts;
    bool at_end = anim->next == facts->frames;
    *frame = (struct fz_anim_frame){
        .index = anim->next - 1,
        .delay_us = delay_us_of(anim->delay_ms),
        .last = at_end && (facts->frames == 1 || (facts->plays > 0 && anim->played + 1 >= facts->plays)),
    };
    return FZ_OK;
}

/* A row of the canvas, whose 8 bits are of another curve. */
static void push_deep(const struct fz_anim *anim, struct fz_decode *d, const uint8_t *row)
{
    for (size_t x = 0; x < (size_t)anim->width * 4; x += 4)
        for (size_t c = 0; c < 4; c++)
            anim->deep[x + c] = (uint16_t)(row[x + (c < 3 ? 2 - c : 3)] * 257);
    fz_hdr_row(anim->hdr, anim->deep, (int)anim->width);
    fz_decode_push_deep(d, anim->deep);
}

static enum fz_err push_canvas(const struct fz_anim *anim, struct fz_decode *d)
{
    size_t pitch = (size_t)anim->width * 4;
    for (uint32_t y = 0; y < anim->height; y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        if (anim->hdr) {
            push_deep(anim, d, anim->canvas + y * pitch);
            continue;
        }
        uint8_t *row = fz_reduce_input(&d->reduce);
        memcpy(row, anim->canvas + y * pitch, pitch);
        if (anim->alphas)
            fz_decode_push_inks(d, row, anim->alphas + (size_t)y * anim->width, FZ_ALPHA_STRAIGHT);
        else
            fz_decode_push(d, row, fz_color_is_cmyk(anim->color) ? FZ_ALPHA_OPAQUE : FZ_ALPHA_STRAIGHT);
    }
    return FZ_OK;
}

static enum fz_err push_picture(const struct fz_anim *anim, struct fz_decode *d)
{
    d->color = anim->color;
    d->has_primaries = anim->has_primaries;
    d->primaries = anim->primaries;
    fz_decode_set_profile(d, anim->icc.at, anim->icc.len);
    int w = (int)anim->width, h = (int)anim->height;
    enum fz_err code = fz_decode_begin(d, w, h, w, h);
    return code == FZ_OK ? push_canvas(anim, d) : code;
}

enum fz_err fz_anim_render(const struct fz_anim *anim, const struct fz_image_request *request,
                           struct fz_image_scratch *scratch, struct fz_image *out, struct fz_error *err)
{
    *out = (struct fz_image){
        .format = anim->facts.format, .orientation = anim->turn, .frames = anim->facts.frames};
    struct fz_decode d = {.request = request, .scratch = scratch, .out = out, .err = err, .turn = anim->turn};
    enum fz_err code = push_picture(anim, &d);
    if (code != FZ_OK)
        out->pixels = NULL;
    fz_image_scratch_trim(scratch);
    return code;
}

enum fz_err fz_anim_load_first(const struct fz_anim_format *format, struct fz_decode *d)
{
    struct fz_anim *anim = fz_calloc(1, sizeof *anim);
    anim->format = format;
    anim->host = &d->request->host;
    anim->bytes = d->file;
    anim->width = d->header.width;
    anim->height = d->header.height;
    anim->max_px = d->request->limits.max_whole_px;
    enum fz_err code = format->open(anim, d->err);
    if (code == FZ_OK && !anim->canvas)
        code = fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: it has no frames", format->name);
    if (code == FZ_OK && !make_hdr(anim))
        code = fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for tables");
    if (code == FZ_OK)
        code = format->next(anim, d->err);
    if (code == FZ_OK && anim->facts.damage.code != FZ_OK) {
        d->out->damaged = true;
        fz_fail(d->err, anim->facts.damage.code, 0, "%s", anim->facts.damage.msg);
        code = anim->blank ? FZ_E_DAMAGED : FZ_OK;
    }
    if (code == FZ_OK)
        code = push_picture(anim, d);
    fz_anim_free(anim);
    return code;
}
