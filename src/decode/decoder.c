#include "decode/decoder.h"

#include "base/mem.h"
#include "base/uri.h"
#include "decode/along.h"
#include "decode/cached.h"
#include "decode/files.h"
#include "decode/scaled.h"
#include "decode/thumbnails.h"
#include "image/pixels/bilinear.h"
#include "sync/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the host callbacks of one decode share. */
struct decode_call {
    struct fz_decoder *decoder;
    struct fz_job *job;
    uint64_t reserved_bytes;
};

void fz_decoder_init(struct fz_decoder *decoder, struct fz_engine *engine, struct fz_ledger *ledger,
                     struct fz_cache *cache, const char *thumbnails, atomic_uint_fast64_t *opens)
{
    *decoder = (struct fz_decoder){.engine = engine,
                                   .cache = fz_cache_reader_new(cache),
                                   .thumbnails = thumbnails,
                                   .ledger = ledger,
                                   .opens = opens};
}

void fz_decoder_fini(struct fz_decoder *decoder)
{
    fz_engine_free(decoder->engine);
    fz_cache_reader_free(decoder->cache);
    fz_block_free(decoder->tile.data);
    *decoder = (struct fz_decoder){0};
}

static void return_drawn(struct fz_decoder *decoder)
{
    fz_engine_drop_drawn(decoder->engine);
    if (decoder->lent_bytes > 0)
        fz_ledger_return(decoder->ledger, decoder->lent_bytes);
    decoder->lent_bytes = 0;
}

/* What fonts and glyphs take counts as working memory, and goes where that is short. */
static void keep_drawn(struct fz_decoder *decoder)
{
    uint64_t bytes = fz_engine_drawn_bytes(decoder->engine), lent = decoder->lent_bytes;
    if (bytes == lent && !(lent > 0 && fz_ledger_is_short(decoder->ledger)))
        return;
    if (lent > 0)
        fz_ledger_return(decoder->ledger, lent);
    decoder->lent_bytes = fz_ledger_lend(decoder->ledger, bytes) ? bytes : 0;
    if (decoder->lent_bytes == 0)
        fz_engine_drop_drawn(decoder->engine);
}

/* What is lent goes first, or who waits might wait for himself, and two for each other. */
bool fz_decoder_reserve(struct fz_decoder *decoder, struct fz_job *job, uint64_t bytes)
{
    if (decoder->lent_bytes > 0) {
        if (fz_ledger_try(decoder->ledger, bytes, &job->priority))
            return true;
        return_drawn(decoder);
    }
    return fz_ledger_reserve(decoder->ledger, bytes, &job->cancel, &job->priority);
}

void fz_decoder_shrink(struct fz_decoder *decoder, bool process)
{
    return_drawn(decoder);
    fz_engine_shrink(decoder->engine, process);
    fz_cache_reader_shrink(decoder->cache);
    fz_block_free(decoder->tile.data);
    decoder->tile = (struct fz_buffer){0};
}

static bool host_cancelled(void *ctx)
{
    struct decode_call *call = ctx;
    return fz_cancel_is_set(&call->job->cancel);
}

static bool host_index(void *ctx, struct fz_image_index *index)
{
    return fz_job_rows(((const struct decode_call *)ctx)->job, index);
}

static bool host_reserve(void *ctx, uint64_t bytes)
{
    struct decode_call *call = ctx;
    if (!fz_decoder_reserve(call->decoder, call->job, bytes))
        return false;
    call->reserved_bytes = bytes;
    return true;
}

static bool host_claim(void *ctx, uint64_t bytes)
{
    struct decode_call *call = ctx;
    if (call->decoder->lent_bytes > 0)
        return_drawn(call->decoder);
    if (!fz_ledger_claim(call->decoder->ledger, bytes, &call->job->cancel, &call->job->priority))
        return false;
    call->reserved_bytes = bytes;
    return true;
}

/* What stands behind the look. */
static void take_head(struct fz_job *job, const struct fz_parcel *answer)
{
    size_t at = sizeof(struct fz_look), len = answer->len > at ? answer->len - at : 0;
    job->head.bytes = fz_try_malloc(len + 1);
    job->head.len = job->head.bytes ? len : 0;
    job->is_on_disk = answer->flags & FZ_OPEN_WAITS;
    if (job->head.bytes)
        memcpy(job->head.bytes, answer->bytes + at, job->head.len);
}

bool fz_decoder_open(struct fz_decoder *decoder, struct fz_job *job, struct fz_parcel *request, int *fd)
{
    struct fz_parcel answer;
    bool head = request->flags & FZ_OPEN_HEAD;
    *fd = -1;
    if (!fz_along_ask(decoder, job, request, &answer))
        return false;
    atomic_fetch_add_explicit(decoder->opens, 1, memory_order_relaxed);
    job->look = fz_answer_look(&answer);
    if (job->look.sys == 0 && answer.fd < 0 && !head)
        job->look.sys = EIO; /* no answer to that question */
    if (job->look.sys != 0)
        fz_fail(&job->error, fz_err_from_errno(job->look.sys), job->look.sys, "cannot open");
    else if (head)
        take_head(job, &answer);
    *fd = answer.fd;
    answer.fd = -1;
    fz_parcel_fini(&answer);
    return true;
}

static bool open_whole(struct fz_decoder *decoder, struct fz_job *job, int *fd)
{
    struct fz_parcel request = fz_files_open_request(job->path, job->limits.max_file_bytes);
    request.flags = FZ_OPEN_WHOLE;
    return fz_decoder_open(decoder, job, &request, fd);
}

/* False where it cannot be opened, or not yet. */
static bool open_file(struct fz_decoder *decoder, struct fz_job *job)
{
    if (job->fd >= 0)
        return true;
    if (open_whole(decoder, job, &job->fd) && job->fd >= 0)
        job->file = fz_file_facts_of(&job->look);
    fz_image_head_fini(&job->head); /* all of it came once more, or will */
    return job->fd >= 0;
}

/* The same for its head: of a file on a share that is all. */
static bool open_head(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_parcel request = fz_files_open_request(job->path, 0); /* the head comes with the answer */
    request.flags = FZ_OPEN_HEAD;
    if (fz_decoder_open(decoder, job, &request, &job->fd) && job->look.sys == 0)
        job->file = fz_file_facts_of(&job->look);
    return job->file.known;
}

bool fz_decoder_look(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_parcel request, answer;
    if (job->looked)
        return true;
    request = fz_files_request(FZ_ASK_LOOK, job->path);
    if (!fz_along_ask(decoder, job, &request, &answer))
        return false;
    job->look = fz_answer_look(&answer);
    job->looked = true;
    fz_parcel_fini(&answer);
    return true;
}

/* What the tile cache knows a file by. False where that is not there yet. */
static bool look_at_file(struct fz_decoder *decoder, struct fz_job *job)
{
    return !decoder->cache || job->caching != FZ_CACHING_ON || fz_decoder_look(decoder, job);
}

/* What is beside the box goes. */
static void cut(struct fz_job *job)
{
    SDL_Surface *s = job->surface;
    const struct fz_image_want *want = &job->want;
    int w = s->w < want->box_w ? s->w : want->box_w, h = s->h < want->box_h ? s->h : want->box_h;
    if (w == s->w && h == s->h)
        return;
    fz_surface_crop(s, (s->w - w) / 2, (s->h - h) / 2, w, h);
    job->image.pixels = s->pixels;
    job->image.out_w = w;
    job->image.out_h = h;
}

static void load(struct fz_decoder *decoder, struct fz_job *job, const struct fz_image_request *asked)
{
    struct decode_call call = {.decoder = decoder, .job = job};
    struct fz_image_request request = *asked;
    request.host = (struct fz_image_host){.ctx = &call,
                                          .cancelled = host_cancelled,
                                          .reserve = host_reserve,
                                          .claim = host_claim,
                                          .index = job->rows_come ? host_index : NULL,
                                          .comes_again = job->comes_again};
    job->error.code = fz_engine_load(decoder->engine, &request, &job->image, &job->surface, &job->error);
    if (call.reserved_bytes > 0)
        fz_ledger_release(decoder->ledger, call.reserved_bytes);
    keep_drawn(decoder);
    if (job->want.covers && job->surface)
        cut(job);
}

/* What the request names beside its bytes is the job's. */
static void decode(struct fz_decoder *decoder, struct fz_job *job, struct fz_image_request *request)
{
    request->want = job->want;
    request->index = job->index;
    request->limits = job->limits;
    load(decoder, job, request);
    if (job->error.code == FZ_E_BUSY)
        load(decoder, job, request); /* the decoder was lost, and the picture is not to blame */
}

/* False where its file must be read. */
static bool decode_cached(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_file_facts file;
    struct fz_cache_facts facts;
    struct fz_image_request request = {.fd = -1};
    if (!fz_cached_find(decoder->cache, job, &file, &facts, &decoder->tile, &request.len))
        return false;
    job->from_cache = job->kind == FZ_JOB_KEEP;
    if (job->from_cache)
        return true;
    request.bytes = decoder->tile.data;
    decode(decoder, job, &request);
    if (job->error.code == FZ_E_CANCELLED)
        return true;
    job->from_cache = job->error.code == FZ_OK && !job->image.damaged && fz_cached_take_facts(job, &facts);
    if (!job->from_cache) {
        fz_surface_free(job->surface);
        job->surface = NULL;
        return false;
    }
    job->file = file;
    return true;
}

bool fz_decoder_load(struct fz_decoder *decoder, struct fz_job *job)
{
    if (!open_file(decoder, job))
        return false;
    decode(decoder, job, &(struct fz_image_request){.fd = job->fd, .head = job->head});
    const bool blames = job->error.code == FZ_E_DAMAGED || job->error.code == FZ_E_NOT_PICTURE;
    if (blames && fz_job_is_cut(job)) /* which is no fault of the file */
        fz_fail(&job->error, FZ_E_IO, EIO, "cannot read");
    return true;
}

static void run_decode(struct fz_decoder *decoder, struct fz_job *job)
{
    if (job->fd < 0 && (!look_at_file(decoder, job) || decode_cached(decoder, job)))
        return;
    if (!fz_decoder_load(decoder, job))
        return;
    if (job->error.code == FZ_OK)
        fz_cached_keep(decoder, job);
    if (job->error.code == FZ_OK && job->wants_told) {
        struct fz_metadata told;
        if (fz_cached_tell(decoder, job, &told)) {
            job->told = fz_malloc(sizeof *job->told);
            *job->told = told;
        }
    }
    if (job->error.code != FZ_E_NOT_YET) /* its file may be wanted once more */
        fz_job_close(job);
}

/* To the size that the picture will have, so that neither is scaled in each frame that is drawn meanwhile. Where there is no memory
 * for that it stays as it is. */
static void enlarge(struct fz_job *first)
{
    SDL_Surface *small = first->surface;
    int box_w = first->want.box_w, box_h = first->want.box_h, w, h;
    if (first->want.covers)
        fz_image_cover(first->image.width, first->image.height, &box_w, &box_h);
    fz_image_fit(first->image.width, first->image.height, box_w, box_h, &w, &h);
    if (w < small->w || h < small->h || (w == small->w && h == small->h))
        return;
    SDL_Surface *large = fz_surface_new(w, h);
    if (large && fz_bilinear_enlarge(small->pixels, small->pitch / 4, small->w, small->h, large->pixels,
                                     large->pitch / 4, w, h)) {
        first->surface = large;
        first->image.pixels = large->pixels;
        first->image.out_w = w;
        first->image.out_h = h;
        first->image.pitch_bytes = large->pitch;
        large = small;
    }
    fz_surface_free(large);
}

/* What another program left of the file by that URI: the first that is of it as it is now. */
static bool load_thumbnail_by(struct fz_decoder *decoder, const char *uri,
                              const struct fz_image_request *request, struct fz_job *first)
{
    int side_px = first->want.box_w > first->want.box_h ? first->want.box_w : first->want.box_h;
    struct fz_image_thumbnail thumbnail = {.uri = uri, .mtime_s = first->file.mtime_ns / 1000000000};
    int rank = 0;
    bool found;
    do {
        thumbnail.len = fz_thumbnails_read(decoder->thumbnails, uri, side_px, &rank, &decoder->tile);
        thumbnail.png = decoder->tile.data;
        found = thumbnail.len > 0 && fz_engine_load_thumbnail(decoder->engine, request, &thumbnail,
                                                              &first->image, &first->surface);
    } while (thumbnail.len > 0 && !found);
    return found;
}

/* Programs of KDE go by what the links in a path lead to, those of GNOME by the path. */
static bool load_thumbnail(struct fz_decoder *decoder, const struct fz_job *job,
                           const struct fz_image_request *request, struct fz_job *first)
{
    if (!decoder->thumbnails)
        return false;
    char *uri = fz_uri_from_path(job->path);
    bool found = load_thumbnail_by(decoder, uri, request, first);
    free(uri);
    if (found || !(uri = fz_thumbnails_real_uri(job->fd, job->path)))
        return found;
    found = load_thumbnail_by(decoder, uri, request, first);
    free(uri);
    return found;
}

/* The rest is left out on purpose: a part and a page are of the picture itself, and what stands in for it for a moment is worth no finer
 * filter and no second core. */
static struct fz_image_want first_want(const struct fz_image_want *whole)
{
    return (struct fz_image_want){.box_w = whole->box_w,
                                  .box_h = whole->box_h,
                                  .covers = whole->covers,
                                  .background = whole->background};
}

struct fz_job *fz_decoder_run_first(struct fz_decoder *decoder, struct fz_job *job)
{
    FZ_NOT_MAIN();
    memset(&job->error, 0, sizeof job->error);
    job->wants_first = false;
    if (fz_cancel_is_set(&job->cancel))
        return NULL;
    if (look_at_file(decoder, job) && decode_cached(decoder, job))
        return job;
    bool opened = !job->ask.waits && open_head(decoder, job);
    if (job->ask.waits) {
        job->wants_first = true;
        return NULL;
    }
    if (!opened) {
        fz_job_close(job);
        return job;
    }
    struct fz_job *first = fz_job_new(FZ_JOB_DECODE, job->item, NULL, NULL);
    first->first_of = job;
    first->purpose = job->purpose;
    first->want = first_want(&job->want);
    first->file = job->file;
    struct fz_image_request request = {
        .fd = -1,
        .head = job->head,
        .want = first->want,
        .limits = job->limits,
        .host = fz_job_host(job),
    };
    bool found = (fz_image_may_have_first(&job->head) &&
                  fz_engine_load_first(decoder->engine, &request, &first->image, &first->surface)) ||
                 load_thumbnail(decoder, job, &request, first);
    if (found)
        enlarge(first);
    if (found && first->want.covers)
        cut(first);
    if (first->surface)
        return first;
    fz_job_free(first);
    return NULL;
}

static void measure(struct fz_job *job)
{
    const SDL_Surface *s = job->surface;
    job->luma = fz_malloc(sizeof *job->luma);
    fz_luma_measure(job->luma, s->pixels, s->w, s->h, s->pitch);
}

void fz_decoder_run(struct fz_decoder *decoder, struct fz_job *job)
{
    FZ_NOT_MAIN();
    memset(&job->error, 0, sizeof job->error);
    if (fz_cancel_is_set(&job->cancel) &&
        job->kind != FZ_JOB_SCALE) { /* which may have been done meanwhile */
        fz_fail(&job->error, FZ_E_CANCELLED, 0, "cancelled");
        return;
    }
    switch (job->kind) {
    case FZ_JOB_DECODE:
    case FZ_JOB_DETAIL:
        run_decode(decoder, job);
        break;
    case FZ_JOB_KEEP:
        run_decode(decoder, job);
        fz_surface_free(job->surface);
        job->surface = NULL;
        break;
    case FZ_JOB_SCALE:
        fz_decoder_scale(decoder, job);
        break;
    case FZ_JOB_SNIFF:
        fz_decoder_sniff(decoder, job);
        break;
    case FZ_JOB_SAVE:
        fz_decoder_save(decoder, job);
        break;
    case FZ_JOB_WORK:
        job->decoder = decoder;
        job->work->run(job);
        break;
    case FZ_JOB_FRAME:
        fz_decoder_play(decoder, job);
        break;
    case FZ_JOB_MEASURE:
        fz_engine_measure(decoder->engine);
        break;
    }
    if (job->wants_luma && job->surface)
        measure(job);
}
