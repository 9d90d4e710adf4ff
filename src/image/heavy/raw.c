/* RAW files of cameras by LibRaw: by the largest preview in them, or developed at half size where that is a small one. */
#include "image/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_RAW

#include "image/pixels/rows.h"

#include <dlfcn.h>
#include <libraw/libraw.h>

enum {
    SMALL_PREVIEW_PX = 1600, /* a preview whose longer side is less stands for no picture of full size */
    BYTES_PER_SENSOR_PX = 8, /* unpacked, then at half size with four channels of 16 bits, then as R G B */
    FIXED_BYTES = 8 << 20,
    CANCEL_ROWS = 64,
};

/* A file that LibRaw has opened. Sizes as stored, px. */
struct raw {
    libraw_data_t *lib;            /* owned */
    struct fz_bytes jpeg;          /* the preview, of lib; empty: it is none */
    uint32_t preview_w, preview_h; /* 0: there is none */
    uint32_t whole_w, whole_h;
    int orientation; /* EXIF, 1..8 */
};

static void close_file(struct raw *r)
{
    if (r->lib)
        libraw_close(r->lib);
}

/* What LibRaw says of it. */
static int look_at_preview(struct raw *r)
{
    const libraw_thumbnail_t *t = &r->lib->thumbnail;
    int status = libraw_unpack_thumb(r->lib);
    if (status != LIBRAW_SUCCESS || !t->thumb)
        return status;
    if (t->tformat == LIBRAW_THUMBNAIL_JPEG) {
        struct fz_header header = {0};
        struct fz_bytes jpeg = {.at = (const uint8_t *)t->thumb, .len = t->tlength, .whole = true};
        if (!fz_jpeg_is_a(&jpeg) || fz_jpeg_header(&jpeg, &header) != FZ_HEAD_OK)
            return status;
        r->jpeg = jpeg;
        r->preview_w = header.width;
        r->preview_h = header.height;
    } else if (t->tformat == LIBRAW_THUMBNAIL_BITMAP && t->tcolors == 3 &&
               (uint64_t)t->twidth * t->theight * 3 <= t->tlength) {
        r->preview_w = t->twidth;
        r->preview_h = t->theight;
    }
    return status;
}

/* What LibRaw says, LIBRAW_SUCCESS if all is well. */
static int open_file(struct raw *r, const struct fz_bytes *file)
{
    /* The flips of dcraw: bits for mirroring across, mirroring down, exchanging both. */
    static const int orientations[8] = {1, 2, 4, 3, 5, 8, 6, 7};
    r->lib = libraw_init(LIBRAW_OPIONS_NO_DATAERR_CALLBACK);
    if (!r->lib)
        return LIBRAW_UNSUFFICIENT_MEMORY;
    libraw_output_params_t *params = &r->lib->params;
    params->half_size = 1;
    params->use_camera_wb = 1;
    params->output_bps = 8;
    int status = libraw_open_buffer(r->lib, (void *)(uintptr_t)file->at, file->len);
    if (status != LIBRAW_SUCCESS)
        return status;
    libraw_image_sizes_t *sizes = &r->lib->sizes;
    r->orientation = orientations[sizes->flip & 7];
    r->whole_w = sizes->width;
    r->whole_h = sizes->height;
    /* At a preview that cannot be one it forgets the whole file. */
    if (LIBRAW_FATAL_ERROR(look_at_preview(r)))
        status = libraw_open_buffer(r->lib, (void *)(uintptr_t)file->at, file->len);
    params->user_flip = sizes->flip = 0; /* it is turned where all pictures are */
    return status;
}

static bool is_large(const struct raw *r)
{
    return (r->preview_w > r->preview_h ? r->preview_w : r->preview_h) >= SMALL_PREVIEW_PX;
}

enum fz_head_status fz_raw_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    struct raw r = {0};
    if (!bytes->whole)
        return FZ_HEAD_MORE;
    int status = open_file(&r, bytes);
    if (status != LIBRAW_SUCCESS) {
        header->reason = libraw_strerror(status); /* static */
    } else if (is_large(&r)) {
        struct fz_facts facts = {.max_frames = 1};
        fz_jpeg_header(&r.jpeg, header);
        fz_jpeg_facts(&r.jpeg, &facts);
        header->has_profile = facts.has_profile;
        header->width = r.preview_w;
        header->height = r.preview_h;
        header->by_rows = true;
    } else {
        status = libraw_adjust_sizes_info_only(r.lib); /* nothing can be unpacked after that */
        header->width = r.lib->sizes.iwidth;
        header->height = r.lib->sizes.iheight;
    }
    header->whole_w = r.whole_w;
    header->whole_h = r.whole_h;
    header->orientation = r.orientation;
    close_file(&r);
    return status == LIBRAW_SUCCESS ? FZ_HEAD_OK : FZ_HEAD_BAD;
}

uint64_t fz_raw_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    const struct fz_header *h = &d->header;
    if (h->by_rows)
        return fz_jpeg_working_bytes(d, file_bytes) + file_bytes + FIXED_BYTES;
    return (uint64_t)h->whole_w * h->whole_h * BYTES_PER_SENSOR_PX + file_bytes + FIXED_BYTES;
}

static enum fz_err fail(struct fz_decode *d, int status)
{
    enum fz_err code = status == LIBRAW_UNSUFFICIENT_MEMORY ? FZ_E_MEMORY
                       : status == LIBRAW_TOO_BIG           ? FZ_E_LIMIT
                                                            : FZ_E_DAMAGED;
    return fz_fail(d->err, code, 0, "raw: %s", libraw_strerror(status));
}

/* R G B, rows without gaps; grey where `colors` is 1. */
static enum fz_err push_rgb(struct fz_decode *d, const uint8_t *from, int colors)
{
    for (int y = 0; y < d->reduce.in_h; y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        uint8_t *row = fz_reduce_input(&d->reduce), *to = row;
        for (int x = 0; x < d->reduce.in_w; x++, from += colors, to += 4) {
            to[0] = from[colors == 3 ? 2 : 0];
            to[1] = from[colors == 3 ? 1 : 0];
            to[2] = from[0];
            to[3] = 255;
        }
        fz_decode_push(d, row, FZ_ALPHA_OPAQUE);
    }
    return FZ_OK;
}

/* As the camera was set. Programs that make DNG write their previews as they like, and say how (PreviewColorSpace, DNG 1.6). */
static bool is_in_adobe_rgb(const struct raw *r)
{
    enum { PREVIEW_ADOBE_RGB = 3 };
    const libraw_colordata_t *color = &r->lib->color;
    return r->lib->idata.dng_version == 0 ? color->ExifColorSpace == LIBRAW_COLORSPACE_AdobeRGB
                                          : color->dng_levels.preview_colorspace == PREVIEW_ADOBE_RGB;
}

static enum fz_err load_preview(struct fz_decode *d, const struct raw *r)
{
    const struct fz_header whole = d->header;
    enum fz_err code;
    if (r->jpeg.len > 0) {
        d->file = r->jpeg;
        d->header = (struct fz_header){0};
        fz_jpeg_header(&d->file, &d->header);
        if (is_in_adobe_rgb(r))
            fz_jpeg_assume_adobe_rgb(d, &d->file);
        code = fz_jpeg_load(d);
    } else {
        code = fz_decode_begin(d, (int)r->preview_w, (int)r->preview_h, (int)r->preview_w, (int)r->preview_h);
        if (code == FZ_OK)
            code = push_rgb(d, (const uint8_t *)r->lib->thumbnail.thumb, 3);
    }
    bool swaps = fz_orient_swaps(d->turn);
    d->out->width = (int)(swaps ? whole.height : whole.width);
    d->out->height = (int)(swaps ? whole.width : whole.height);
    return code;
}

static int look_at_clock(void *data, enum LibRaw_progress stage, int iteration, int expected)
{
    (void)stage;
    (void)iteration;
    (void)expected;
    return fz_decode_cancelled(data);
}

/* The workers are the threads. LibRaw's OpenMP has a number for each thread that calls it. */
static void keep_to_one_thread(void)
{
    void (*set_threads)(int);
    *(void **)&set_threads = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    if (set_threads)
        set_threads(1);
}

static enum fz_err develop(struct fz_decode *d, struct raw *r)
{
    keep_to_one_thread();
    libraw_set_progress_handler(r->lib, look_at_clock, d);
    r->lib->params.max_raw_memory_mb = (unsigned)((d->working_bytes >> 20) + 1);
    int status = libraw_unpack(r->lib);
    if (status == LIBRAW_SUCCESS)
        status = libraw_dcraw_process(r->lib);
    libraw_processed_image_t *image =
        status == LIBRAW_SUCCESS ? libraw_dcraw_make_mem_image(r->lib, &status) : NULL;
    if (fz_decode_cancelled(d) || !image) {
        libraw_dcraw_clear_mem(image);
        return fz_decode_cancelled(d) ? fz_decode_fail_cancelled(d) : fail(d, status);
    }
    bool usual = image->type == LIBRAW_IMAGE_BITMAP && image->bits == 8 &&
                 (image->colors == 3 || image->colors == 1) &&
                 (uint64_t)image->width * image->height * image->colors <= image->data_size;
    enum fz_err code = usual ? fz_decode_begin(d, image->width, image->height, image->width, image->height)
                             : fz_fail(d->err, FZ_E_UNSUPPORTED, 0, "raw: developed to something unusual");
    if (code == FZ_OK)
        code = push_rgb(d, image->data, image->colors);
    libraw_dcraw_clear_mem(image);
    return code;
}

/* A small preview is enough for what is no larger than it, if it shows the same: to within a hundredth. But not for a part, whose
 * place is told in pixels of what is developed. */
static bool covers(const struct fz_decode *d, const struct raw *r)
{
    int target_w, target_h;
    if (d->request->region.w > 0)
        return false;
    fz_decode_least(d, (int)d->header.width, (int)d->header.height, &target_w, &target_h);
    int64_t a = (int64_t)r->preview_w * d->header.height, b = (int64_t)r->preview_h * d->header.width;
    return (int)r->preview_w >= target_w && (int)r->preview_h >= target_h && r->preview_h > 0 &&
           a - b <= b / 100 && b - a <= b / 100;
}

enum fz_err fz_raw_load(struct fz_decode *d)
{
    struct raw r = {0};
    int status = open_file(&r, &d->file);
    enum fz_err code = status != LIBRAW_SUCCESS        ? fail(d, status)
                       : is_large(&r) || covers(d, &r) ? load_preview(d, &r)
                                                       : develop(d, &r);
    close_file(&r);
    return code;
}

#endif
