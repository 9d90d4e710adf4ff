#include "decode/engine.h"

#include "base/mem.h"
#include "decode/front.h"
#include "decode/job.h"
#include "image/reader.h"
#include "image/scratch.h"

#include <stdlib.h>

/* Of the life of a decoder: a stream is opened anew then, whatever it costs to get to its next frame. */
static const double NEARLY_SPENT_PART = 0.75;

struct fz_engine {
    struct fz_image_scratch *scratch; /* owned; NULL: by a process */
    size_t noted;                     /* of what that keeps, in bytes */
    struct fz_front front;            /* where it is, */
    struct fz_front heavy;            /* of what a heavy codec decodes, */
    struct fz_front svg;              /* and of an SVG that needs files */
    bool draws;                       /* the latter has been asked to */
    struct fz_front *holder;          /* of these, who decoded the last picture; NULL: none */
    struct fz_held held;              /* and which file that was */
    struct fz_engine_options options;
};

struct fz_stream {
    struct fz_anim *anim;       /* owned; NULL: in a process */
    struct fz_front front;      /* where it is */
    struct fz_anim_facts facts; /* what is known by now then */
};

static bool is_remote(const struct fz_engine_options *options)
{
    return options->decoders || options->unforked;
}

struct fz_engine *fz_engine_new(const struct fz_engine_options *options)
{
    struct fz_engine *engine = fz_calloc(1, sizeof *engine);
    engine->options = *options;
    if (is_remote(options)) {
        struct fz_engine_options own = *options;
        size_t rare_bytes = fz_keep_rare_bytes(options->keep_bytes);
        own.decoders = options->heavy_decoders;
        own.keep_bytes = rare_bytes;
        fz_front_init(&engine->heavy, &own);
        own.decoders = options->svg_decoders;
        fz_front_init(&engine->svg, &own);
        own = *options;
        own.keep_bytes -= 2 * rare_bytes < own.keep_bytes ? 2 * rare_bytes : own.keep_bytes;
        fz_front_init(&engine->front, &own);
        fz_front_start(&engine->front, NULL, NULL);
    } else {
        engine->scratch = fz_image_scratch_new(options->keep_bytes);
        fz_engine_note_layers(options->counts, 0, "");
    }
    return engine;
}

void fz_engine_await(struct fz_engine *engine)
{
    struct fz_error err; /* said by the first picture */
    if (is_remote(&engine->options))
        fz_front_await(&engine->front, NULL, NULL, &err);
}

void fz_engine_free(struct fz_engine *engine)
{
    if (!engine)
        return;
    if (is_remote(&engine->options)) {
        fz_front_fini(&engine->front);
        fz_front_fini(&engine->heavy);
        fz_front_fini(&engine->svg);
    }
    fz_image_scratch_free(engine->scratch);
    free(engine);
}

void fz_engine_shrink(struct fz_engine *engine, bool process)
{
    if (engine->scratch) {
        fz_image_scratch_empty(engine->scratch);
        fz_engine_note_kept(engine->options.counts, &engine->noted, 0);
        return;
    }
    engine->holder = NULL;
    fz_front_shrink(&engine->front, process);
    fz_front_shrink(&engine->heavy, true); /* few folders need it twice */
    fz_front_shrink(&engine->svg, true);
}

uint64_t fz_engine_drawn_bytes(const struct fz_engine *engine)
{
    return is_remote(&engine->options) ? fz_front_grown_bytes(&engine->svg) : 0;
}

void fz_engine_drop_drawn(struct fz_engine *engine)
{
    if (is_remote(&engine->options) && !engine->draws)
        fz_front_shrink(&engine->svg, true);
    if (engine->holder == &engine->svg)
        engine->holder = NULL;
}

void fz_engine_revive(struct fz_engine *engine)
{
    if (!is_remote(&engine->options))
        return;
    fz_front_revive(&engine->front, false);
    fz_front_revive(&engine->heavy, true);
    fz_front_revive(&engine->svg, true);
}

void fz_engine_measure(struct fz_engine *engine)
{
    fz_engine_note_memory(engine->options.counts);
}

enum fz_err fz_engine_try(struct fz_zygote *decoders, uint32_t *layers, char missing[FZ_SANDBOX_MISSING],
                          struct fz_error *err)
{
    struct fz_engine_counts counts = {.is_trial = true};
    struct fz_engine_options options = {.decoders = decoders, .number = 1, .counts = &counts};
    struct fz_front front;
    fz_front_init(&front, &options);
    enum fz_err code = fz_front_await(&front, NULL, missing, err);
    fz_front_fini(&front);
    *layers = atomic_load(&counts.layers);
    return code;
}

/* --- the caller's host ------------------------------------------------------------------------------------------------------ */

struct host {
    const struct fz_image_host *asked;
    uint64_t reserved_bytes; /* in processes: what was reserved for one holds for the next */
    SDL_Surface *surface;    /* on this thread: what was allocated */
};

static bool host_cancelled(void *ctx)
{
    const struct fz_image_host *asked = ((struct host *)ctx)->asked;
    return asked->cancelled && asked->cancelled(asked->ctx);
}

static bool host_index(void *ctx, struct fz_image_index *index)
{
    const struct fz_image_host *asked = ((struct host *)ctx)->asked;
    return asked->index(asked->ctx, index);
}

static bool host_reserve(void *ctx, uint64_t bytes)
{
    const struct fz_image_host *asked = ((struct host *)ctx)->asked;
    return !asked->reserve || asked->reserve(asked->ctx, bytes);
}

static bool host_claim(void *ctx, uint64_t bytes)
{
    const struct fz_image_host *asked = ((struct host *)ctx)->asked;
    return asked->claim && asked->claim(asked->ctx, bytes);
}

/* The same request, with a host that asks the caller's. */
static struct fz_image_request with_host(const struct fz_image_request *request, struct host *host)
{
    struct fz_image_request own = *request;
    *host = (struct host){.asked = &request->host};
    own.host = (struct fz_image_host){.ctx = host,
                                      .cancelled = host_cancelled,
                                      .reserve = host_reserve,
                                      .claim = host_claim,
                                      .index = request->host.index ? host_index : NULL,
                                      .comes_again = request->host.comes_again};
    return own;
}

/* --- in a process, or in several ------------------------------------------------------------------------------------------ */

static bool reserve_once(void *ctx, uint64_t bytes)
{
    struct host *host = ctx;
    if (host->reserved_bytes > 0)
        return bytes <= host->reserved_bytes;
    if (!host_reserve(host, bytes))
        return false;
    host->reserved_bytes = bytes;
    return true;
}

static bool claim_once(void *ctx, uint64_t bytes)
{
    struct host *host = ctx;
    if (host->reserved_bytes > 0 || !host_claim(host, bytes))
        return false;
    host->reserved_bytes = bytes;
    return true;
}

/* Who can what another process could not; NULL: nobody. */
static struct fz_front *needed(struct fz_engine *engine, enum fz_err code, const struct fz_image *image)
{
    if (code != FZ_E_UNSUPPORTED)
        return NULL;
    return image->needs_heavy && engine->options.heavy_decoders ? &engine->heavy
           : image->needs_files && engine->options.svg_decoders ? &engine->svg
                                                                : NULL;
}

static enum fz_err load_in_process(struct fz_engine *engine, const struct fz_image_request *request,
                                   struct fz_image *out, SDL_Surface **surface, struct fz_error *err)
{
    struct host host;
    struct fz_image_request own = with_host(request, &host);
    own.host.reserve = reserve_once;
    own.host.claim = claim_once;
    enum fz_err code = fz_front_load(&engine->front, &own, out, surface, err);
    struct fz_front *last = &engine->front, *next = needed(engine, code, out);
    while (next) {
        bool was_heavy = next == &engine->heavy;
        last = next;
        engine->draws = next == &engine->svg;
        code = fz_front_load(next, &own, out, surface, err);
        engine->draws = false;
        out->needs_heavy = false; /* it was asked: who says so again lies */
        next = was_heavy ? needed(engine, code, out) : NULL;
    }
    engine->holder = code == FZ_OK && !request->bytes ? last : NULL;
    if (engine->holder)
        fz_reader_check(request->fd, &engine->held, NULL);
    return code;
}

/* Whoever decoded this very file last may not have to read it again. */
static struct fz_front *teller(struct fz_engine *engine, int fd)
{
    struct fz_held of;
    bool is_held = engine->holder && fz_reader_check(fd, &of, NULL) == FZ_OK &&
                   of.device == engine->held.device && of.inode == engine->held.inode;
    return is_held ? engine->holder : &engine->front;
}

static enum fz_err probe_in_process(struct fz_engine *engine, const struct fz_image_request *request,
                                    struct fz_probe *out, struct fz_error *err)
{
    enum fz_err code = fz_front_probe(&engine->front, request, out, err);
    struct fz_front *next = needed(engine, code, &out->image);
    if (next)
        code = fz_front_probe(next, request, out, err);
    return code;
}

/* --- on this thread ------------------------------------------------------------------------------------------------ */

static uint8_t *host_alloc(void *ctx, int width, int height, int *pitch_bytes)
{
    struct host *host = ctx;
    host->surface = fz_surface_new(width, height);
    if (!host->surface)
        return NULL;
    *pitch_bytes = host->surface->pitch;
    return host->surface->pixels;
}

static struct fz_image_request with_surface(const struct fz_image_request *request, struct host *host)
{
    struct fz_image_request own = with_host(request, host);
    own.host.alloc = host_alloc;
    return own;
}

/* What was allocated for what became of it. */
static void give(struct host *host, bool is_there, SDL_Surface **surface)
{
    *surface = is_there ? host->surface : NULL;
    if (!is_there)
        fz_surface_free(host->surface);
}

enum fz_err fz_engine_load(struct fz_engine *engine, const struct fz_image_request *request,
                           struct fz_image *out, SDL_Surface **surface, struct fz_error *err)
{
    struct host host;
    if (!engine->scratch)
        return load_in_process(engine, request, out, surface, err);
    struct fz_image_request own = with_surface(request, &host);
    enum fz_err code = fz_image_load(&own, engine->scratch, out, err);
    fz_engine_note_kept(engine->options.counts, &engine->noted, fz_image_scratch_trim(engine->scratch));
    give(&host, code == FZ_OK, surface);
    return code;
}

bool fz_engine_load_first(struct fz_engine *engine, const struct fz_image_request *request,
                          struct fz_image *out, SDL_Surface **surface)
{
    struct host host;
    if (!engine->scratch)
        return fz_front_load_first(&engine->front, request, out, surface);
    struct fz_image_request own = with_surface(request, &host);
    bool found = fz_image_load_first(&own, engine->scratch, out);
    give(&host, found, surface);
    return found;
}

bool fz_engine_load_thumbnail(struct fz_engine *engine, const struct fz_image_request *request,
                              const struct fz_image_thumbnail *thumbnail, struct fz_image *out,
                              SDL_Surface **surface)
{
    struct host host;
    if (!engine->scratch)
        return fz_front_load_thumbnail(&engine->front, request, thumbnail, out, surface);
    struct fz_image_request own = with_surface(request, &host);
    bool found = fz_image_load_thumbnail(&own, thumbnail, engine->scratch, out);
    give(&host, found, surface);
    return found;
}

const char *fz_engine_sniff(struct fz_engine *engine, int fd, const struct fz_image_host *host,
                            struct fz_error *err)
{
    return engine->scratch ? fz_image_sniff(fd, err) : fz_front_sniff(&engine->front, fd, host, err);
}

enum fz_err fz_engine_probe(struct fz_engine *engine, const struct fz_image_request *request,
                            struct fz_probe *out, struct fz_error *err)
{
    return engine->scratch ? fz_image_probe(request, engine->scratch, out, err)
                           : probe_in_process(engine, request, out, err);
}

static bool is_cancelled(const struct fz_image_host *host)
{
    return host->cancelled && host->cancelled(host->ctx);
}

/* Where a decoder was lost meanwhile, another one tells. */
bool fz_engine_read_metadata(struct fz_engine *engine, int fd, const struct fz_image_host *host,
                             struct fz_metadata *out)
{
    if (!engine->scratch)
        return fz_front_read_metadata(teller(engine, fd), fd, host, out) ||
               (!is_cancelled(host) && fz_front_read_metadata(teller(engine, fd), fd, host, out));
    return fz_metadata_read(fd, engine->scratch, out);
}

bool fz_engine_read_xmp(struct fz_engine *engine, const void *bytes, size_t len,
                        const struct fz_image_host *host, struct fz_metadata *out)
{
    if (!engine->scratch)
        return fz_front_read_xmp(&engine->front, bytes, len, host, out) ||
               (!is_cancelled(host) && fz_front_read_xmp(&engine->front, bytes, len, host, out));
    fz_metadata_read_xmp(bytes, len, out);
    return true;
}

enum fz_err fz_engine_carry(struct fz_engine *engine, int fd, const struct fz_smaller_copy *copy,
                            const struct fz_image_host *host, struct fz_carried *out, struct fz_error *err)
{
    if (!engine->scratch)
        return fz_front_carry(teller(engine, fd), fd, copy, host, out, err);
    fz_metadata_carry(fd, engine->scratch, copy, out);
    return FZ_OK;
}

/* --- animations --------------------------------------------------------------------------------------------------- */

/* A decoder does not say of what it cannot open who can: a file that ends too soon is no animation for anybody. */
static enum fz_err open_in_process(struct fz_engine *engine, struct fz_stream *stream,
                                   const struct fz_image_request *request, struct fz_error *err)
{
    struct fz_engine_options options = engine->options;
    if (options.heavy_decoders && fz_image_is_heavy(request))
        options.decoders = options.heavy_decoders;
    options.watch = NULL; /* no worker replaces it, and a stream may be freed after that has ended */
    fz_front_init(&stream->front, &options);
    stream->front.is_counted_elsewhere = true;
    return fz_front_open(&stream->front, request, &stream->facts, err);
}

enum fz_err fz_stream_open(struct fz_engine *engine, const struct fz_image_request *request,
                           struct fz_stream **stream, struct fz_error *err)
{
    struct fz_stream *s = fz_calloc(1, sizeof *s);
    enum fz_err code;
    if (engine->scratch) {
        code = fz_anim_open(request, &s->anim, err);
    } else {
        code = open_in_process(engine, s, request, err);
    }
    *stream = code == FZ_OK ? s : NULL;
    if (code != FZ_OK)
        fz_stream_free(s);
    return code;
}

void fz_stream_free(struct fz_stream *stream)
{
    if (!stream)
        return;
    if (stream->front.options.counts) {
        fz_front_look_whether_it_died(&stream->front);
        fz_front_fini(&stream->front);
    }
    fz_anim_free(stream->anim);
    free(stream);
}

bool fz_stream_is_lost(const struct fz_stream *stream)
{
    return !stream->anim && fz_front_is_gone(&stream->front);
}

bool fz_stream_is_worn(const struct fz_stream *stream, bool begins_anew)
{
    return !stream->anim &&
           fz_front_life_spent(&stream->front) > (begins_anew ? FZ_FRONT_WORN_PART : NEARLY_SPENT_PART);
}

const struct fz_anim_facts *fz_stream_facts(const struct fz_stream *stream)
{
    return stream->anim ? fz_anim_get_facts(stream->anim) : &stream->facts;
}

enum fz_err fz_stream_compose(struct fz_stream *stream, int index, const struct fz_image_host *host,
                              struct fz_anim_frame *frame, struct fz_error *err)
{
    return stream->anim ? fz_anim_compose(stream->anim, index, host, frame, err)
                        : fz_front_compose(&stream->front, index, host, frame, &stream->facts, err);
}

enum fz_err fz_stream_render(struct fz_stream *stream, struct fz_engine *engine,
                             const struct fz_image_request *request, struct fz_image *out,
                             SDL_Surface **surface, struct fz_error *err)
{
    struct host host;
    if (!stream->anim)
        return fz_front_render(&stream->front, request, out, surface, err);
    struct fz_image_request own = with_surface(request, &host);
    enum fz_err code = fz_anim_render(stream->anim, &own, engine->scratch, out, err);
    give(&host, code == FZ_OK, surface);
    return code;
}
