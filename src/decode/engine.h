/* Whoever makes pixels of bytes, one for each worker. Two back ends behind one interface: the functions of image/ called on the
 * worker's own thread, or called by a decoder process in its sandbox, which dies of what is wrong with a picture instead of
 * us. The same functions, so the same pixels.
 *
 * All of it belongs to one thread, which is not a running render thread. What a request's host says is asked on that thread;
 * host.alloc is not used: a surface comes back, which is the caller's. */
#ifndef FZ_DECODE_ENGINE_H
#define FZ_DECODE_ENGINE_H

#include "image/anim/anim.h"
#include "image/image.h"
#include "image/metadata/metadata.h"
#include "image/probe.h"
#include "process/sandbox.h"
#include "process/zygote.h"

#include <SDL_surface.h>
#include <stdatomic.h>

struct fz_engine;
struct fz_carried;
struct fz_smaller_copy;
struct fz_quarantine;
struct fz_decoder_watch;

/* Counted by all engines together. */
struct fz_engine_counts {
    atomic_int respawned;                /* decoder processes that died and were replaced */
    atomic_uint_fast64_t back_cpu_us;    /* CPU time of decoder processes */
    atomic_uint_fast64_t kept_bytes;     /* between two pictures: buffers, input and slots */
    atomic_uint_fast64_t pss_peak_bytes; /* of all processes, whenever somebody looked; 0: nobody has yet */
    atomic_int_fast64_t look_us;         /* when that is due again; FZ_NEVER: somebody is about to */
    _Atomic uint32_t layers;             /* of the sandbox around the last decoder that was started */
    atomic_bool noted;                   /* what they were at first */
    bool is_trial;                       /* immutable: who tries a decoder tells of its layers himself */
};

struct fz_engine_options {
    struct fz_zygote *decoders;       /* borrowed; NULL: on this thread */
    struct fz_zygote *heavy_decoders; /* borrowed: of those with heavy codecs; NULL: what needs them fails */
    struct fz_zygote *svg_decoders;   /* borrowed: of those with fonts besides; NULL: the same */
    bool unforked;                    /* a decoder process that is but a thread, for tests */
    bool requires_all;                /* of the sandbox's layers, or no picture is decoded */
    int number;                       /* of the worker, from 1 */
    size_t keep_bytes;                /* that it keeps between two pictures, with all its processes */
    uint64_t working_bytes;           /* no decode takes more */
    int64_t max_cpu_us;               /* of what has no request; 0: the usual bound */
    int life_cpu_s;                   /* of CPU time, that a decoder process has for its life; 0: as usual */
    struct fz_quarantine *quarantine; /* borrowed; NULL: none */
    struct fz_decoder_watch *watch;   /* borrowed; NULL: nobody tells when to call fz_engine_revive */
    struct fz_engine_counts *counts;  /* borrowed */
};

/* Never fails: a decoder that cannot be started is tried again with each picture, which has the reason. */
struct fz_engine *fz_engine_new(const struct fz_engine_options *options);
void fz_engine_free(struct fz_engine *engine);

/* Waits until its decoder has begun, as the first picture would: what holds around it is known then without one. */
void fz_engine_await(struct fz_engine *engine);

/* Gives back what is kept between two pictures, decoders with fonts among it; with `process` the decoder process too. Another
 * begins with the next picture. */
void fz_engine_shrink(struct fz_engine *engine, bool process);

/* Between two calls. What the decoder of drawings has by now that it had not when it began, bytes: fonts and glyphs that it has drawn,
 * 30 MB of many of them, from which the next drawing is five times as fast. And: gives that up, unless that decoder is what asks for memory now. */
uint64_t fz_engine_drawn_bytes(const struct fz_engine *engine);
void fz_engine_drop_drawn(struct fz_engine *engine);

/* Between two calls. Replaces decoders that died, unless they do so in a row: the next picture waits for none, then. */
void fz_engine_revive(struct fz_engine *engine);

/* As fz_image_load; the pixels are those of *surface. CRASHED: the decoder died of it. BUSY: there was none, or it was lost
 * through no fault of the picture; the same may succeed at once. */
enum fz_err fz_engine_load(struct fz_engine *engine, const struct fz_image_request *request,
                           struct fz_image *out, SDL_Surface **surface, struct fz_error *err);

/* As fz_image_load_first, and fz_image_load_thumbnail. */
bool fz_engine_load_first(struct fz_engine *engine, const struct fz_image_request *request,
                          struct fz_image *out, SDL_Surface **surface);
bool fz_engine_load_thumbnail(struct fz_engine *engine, const struct fz_image_request *request,
                              const struct fz_image_thumbnail *thumbnail, struct fz_image *out,
                              SDL_Surface **surface);

/* As fz_image_sniff, fz_image_probe, fz_metadata_read and fz_metadata_read_xmp. `host` (may be NULL) is asked while a decoder process
 * is waited for: CANCELLED. On this thread what they do is short, and it is not. */
const char *fz_engine_sniff(struct fz_engine *engine, int fd, const struct fz_image_host *host,
                            struct fz_error *err);
enum fz_err fz_engine_probe(struct fz_engine *engine, const struct fz_image_request *request,
                            struct fz_probe *out, struct fz_error *err);
/* False: cancelled, or the decoder was lost by chance. Nothing is known then, which is not to say that there is nothing. */
bool fz_engine_read_metadata(struct fz_engine *engine, int fd, const struct fz_image_host *host,
                             struct fz_metadata *out);
bool fz_engine_read_xmp(struct fz_engine *engine, const void *bytes, size_t len,
                        const struct fz_image_host *host, struct fz_metadata *out);

/* As fz_metadata_carry, with `host` as above; BUSY: the decoder was lost by chance, and may be asked again. */
enum fz_err fz_engine_carry(struct fz_engine *engine, int fd, const struct fz_smaller_copy *copy,
                            const struct fz_image_host *host, struct fz_carried *out, struct fz_error *err);

/* Any thread but a running render thread. Starts a decoder process to see which layers of the sandbox hold, and why others do
 * not. */
enum fz_err fz_engine_try(struct fz_zygote *decoders, uint32_t *layers, char missing[FZ_SANDBOX_MISSING],
                          struct fz_error *err);

/* Any thread. What a decoder said of its sandbox (0: decoding is done on threads): kept in the counts, and told when it changes: at
 * the start too, but where all of it holds, or nothing was asked for, only to somebody at a terminal. */
void fz_engine_note_layers(struct fz_engine_counts *counts, uint32_t layers, const char *missing);

/* Any thread but a running render thread: takes some ms. Looks at what all processes use together, for the peak. */
void fz_engine_note_memory(struct fz_engine_counts *counts);
/* Any thread. Whether it is time for that: the kernel walks every page of all processes. And: does it if it is, not on the render thread. */
bool fz_engine_wants_look(const struct fz_engine_counts *counts);
void fz_engine_look_now_and_then(struct fz_engine_counts *counts);
void fz_engine_measure(struct fz_engine *engine);

/* Any thread. What somebody keeps by now, of which *noted (his) is in the counts already. */
void fz_engine_note_kept(struct fz_engine_counts *counts, size_t *noted, size_t kept_bytes);

/* --- animations: a stream may go from one thread to another between two calls ----------------------------------- */

struct fz_stream;

/* As fz_anim_open. In a decoder process of its own, where there are any. */
enum fz_err fz_stream_open(struct fz_engine *engine, const struct fz_image_request *request,
                           struct fz_stream **stream, struct fz_error *err);
void fz_stream_free(struct fz_stream *stream); /* NULL-safe */
/* Any thread, between two calls. Its decoder is gone: it can but be freed, and opened anew. */
bool fz_stream_is_lost(const struct fz_stream *stream);
/* The same. Its decoder comes to the end of the CPU time that it has for its life: it is to be freed and opened anew, soon, or, where the
 * next frame is the first, which costs nothing to go to, already a while before. */
bool fz_stream_is_worn(const struct fz_stream *stream, bool begins_anew);

/* As fz_anim_get_facts, fz_anim_compose and fz_anim_render. */
const struct fz_anim_facts *fz_stream_facts(const struct fz_stream *stream);
enum fz_err fz_stream_compose(struct fz_stream *stream, int index, const struct fz_image_host *host,
                              struct fz_anim_frame *frame, struct fz_error *err);
enum fz_err fz_stream_render(struct fz_stream *stream, struct fz_engine *engine,
                             const struct fz_image_request *request, struct fz_image *out,
                             SDL_Surface **surface, struct fz_error *err);

#endif
