#include "image/jpeg/lower.h"

#include "base/mem.h"
#include "image/jpeg/band.h"
#include "sync/thread.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    LEAST_ROWS = 512, /* px of the file: less is there before another thread runs */
    OWN_BYTES = 1 << 20,
};

struct fz_jpeg_lower {
    SDL_Thread *thread;
    struct fz_image_request request;
    struct fz_image_index index;
    struct fz_image_scratch *scratch; /* owned */
    struct fz_decode d;
    struct fz_image out; /* the picture's own, whose pixels are filled */
    struct fz_error err;
    const struct fz_image_host *host; /* of the picture */
    enum fz_err code;                 /* once the thread has ended */
    atomic_bool unwanted;
};

uint64_t fz_jpeg_lower_bytes(uint64_t width)
{
    return OWN_BYTES + width * 192 + fz_reduce_bytes(FZ_KERNEL_CUBIC, width, width, width);
}

bool fz_jpeg_lower_pays(const struct fz_decode *d)
{
    const struct fz_image_request *request = d->request;
    bool is_file =
        d->format->load == fz_jpeg_load; /* not a preview in one, which would be unpacked once more */
    bool plain = is_file && request->want.alone && d->from_row == 0 && request->want.region.w == 0 &&
                 !request->bytes && !d->frugal;
    bool large = d->header.height >= LEAST_ROWS && !d->reduce.sums && d->header.coefficient_bytes == 0;
    return plain && large;
}

/* Until there the upper part takes as long as the lower one, with what has to be passed over where no index leads past it. */
int fz_jpeg_lower_row(const struct fz_decode *d, const struct jpeg_decompress_struct *cinfo,
                      const struct fz_image_index *index)
{
    const int h = (int)cinfo->image_height;
    const int done_px = (int)((int64_t)cinfo->output_scanline * h / cinfo->output_height);
    const int row_px =
        index ? fz_jpeg_band_half(cinfo, index, done_px) : (int)((int64_t)(h + done_px) * 4 / 7);
    return h - row_px >= LEAST_ROWS / 4 ? (int)((int64_t)d->reduce.out_h * row_px / h) : 0;
}

static bool is_cancelled(void *ctx)
{
    const struct fz_jpeg_lower *lower = ctx;
    return atomic_load_explicit(&lower->unwanted, memory_order_relaxed) ||
           (lower->host->cancelled && lower->host->cancelled(lower->host->ctx));
}

static uint8_t *give_pixels(void *ctx, int width, int height, int *pitch_bytes)
{
    const struct fz_jpeg_lower *lower = ctx;
    *pitch_bytes = lower->out.pitch_bytes;
    return width == lower->out.out_w && height == lower->out.out_h ? lower->out.pixels : NULL;
}

static enum fz_err load(struct fz_jpeg_lower *lower)
{
    struct fz_decode *d = &lower->d;
    struct fz_reader reader;
    fz_decode_set_deadline(d);
    enum fz_err code = fz_reader_open(&reader, &lower->request, &lower->scratch->file, &lower->err);
    if (code == FZ_OK)
        code = fz_decode_read_header(d, &reader);
    if (code == FZ_OK)
        code = fz_reader_begin_pieces(&reader, &lower->err);
    if (code != FZ_OK)
        return code;
    d->pieces = &reader;
    d->file = fz_reader_bytes(&reader);
    code = d->format->load == fz_jpeg_load ? fz_jpeg_load(d) : FZ_E_DAMAGED;
    return code == FZ_OK ? lower->err.code : code;
}

static int run(void *ctx)
{
    struct fz_jpeg_lower *lower = ctx;
    enum fz_err code = load(lower);
    bool all = code == FZ_OK && fz_reduce_is_done(&lower->d.reduce);
    lower->code = all ? FZ_OK : FZ_E_DAMAGED;
    return 0;
}

struct fz_jpeg_lower *fz_jpeg_lower_begin(const struct fz_decode *d, int out_y,
                                          const struct fz_image_index *index)
{
    struct fz_jpeg_lower *lower = fz_calloc(1, sizeof *lower);
    lower->request = *d->request;
    lower->host = &d->request->host;
    lower->request.want.alone = false;
    if (index)
        lower->index = *index;
    lower->request.index = &lower->index;
    lower->request.host =
        (struct fz_image_host){.ctx = lower, .cancelled = is_cancelled, .alloc = give_pixels};
    lower->out = *d->out;
    lower->scratch = fz_image_scratch_new(0);
    int64_t first_y = fz_reduce_first_y(&d->reduce, out_y);
    lower->d = (struct fz_decode){.request = &lower->request,
                                  .scratch = lower->scratch,
                                  .working_bytes = d->working_bytes,
                                  .turn = d->turn,
                                  .from_row = out_y,
                                  .from_px = (int)(first_y * d->header.height / d->reduce.in_h),
                                  .out = &lower->out,
                                  .err = &lower->err};
    if (fz_thread_start(&lower->thread, "frieze:lower", run, lower, NULL) == FZ_OK)
        return lower;
    fz_jpeg_lower_free(lower);
    return NULL;
}

bool fz_jpeg_lower_wait(struct fz_jpeg_lower *lower)
{
    SDL_WaitThread(lower->thread, NULL);
    lower->thread = NULL;
    return lower->code == FZ_OK;
}

void fz_jpeg_lower_free(struct fz_jpeg_lower *lower)
{
    if (!lower)
        return;
    atomic_store_explicit(&lower->unwanted, true, memory_order_relaxed);
    if (lower->thread)
        fz_jpeg_lower_wait(lower);
    fz_image_scratch_free(lower->scratch);
    free(lower);
}
