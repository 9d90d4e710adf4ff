/* RAW files of cameras by LibRaw: by the largest preview in them, or developed at half size where that is a small one. */
#include "image/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_RAW

#include "image/codecs/raw_previews.h"

#include <dlfcn.h>
#include <libraw/libraw.h>

enum {
    SMALL_PREVIEW_PX = 1600, /* a preview whose longer side is less stands for no picture of full size */
    BYTES_PER_SENSOR_PX = 8, /* unpacked, then at half size with four channels of 16 bits, then as R G B */
    FIXED_BYTES = 8 << 20,
    CANCEL_ROWS = 64,
};

/* How previews are coded. */
static const struct fz_format codecs[] = {
    {.is_a = fz_jpeg_is_a,
     .header = fz_jpeg_header,
     .working_bytes = fz_jpeg_working_bytes,
     .facts = fz_jpeg_facts,
     .load = fz_jpeg_load},
#if FRIEZE_WITH_JXL
    {.is_a = fz_jxl_is_a,
     .header = fz_jxl_header,
     .working_bytes = fz_jxl_working_bytes,
     .facts = fz_jxl_facts,
     .load = fz_jxl_load},
#endif
};

/* A file that was opened. Sizes as stored, px. */
struct raw {
    libraw_data_t *lib;            /* owned */
    struct fz_bytes coded;         /* the preview, of lib or of the file; empty: pixels of lib, or none */
    const struct fz_format *codec; /* its own */
    uint32_t preview_w, preview_h; /* 0: there is none */
    uint32_t whole_w, whole_h;     /* 0: not known */
    int orientation;               /* EXIF, 1..8 */
    bool in_adobe_rgb;             /* so is the preview, if it does not say otherwise */
    bool is_unread;                /* LibRaw cannot tell what the sensor saw: the preview is all there is */
};

static void close_file(struct raw *r)
{
    if (r->lib)
        libraw_close(r->lib);
}

static const struct fz_format *codec_of(const struct fz_bytes *coded)
{
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (codecs[i].is_a(coded))
            return &codecs[i];
    return NULL;
}

/* False: these bytes are none, or none larger than the one that there is. */
static bool take_preview(struct raw *r, const struct fz_bytes *coded)
{
    struct fz_header header = {0};
    const struct fz_format *codec = codec_of(coded);
    if (!codec || codec->header(coded, &header) != FZ_HEAD_OK ||
        (uint64_t)header.width * header.height <= (uint64_t)r->preview_w * r->preview_h)
        return false;
    r->coded = *coded;
    r->codec = codec;
    r->preview_w = header.width;
    r->preview_h = header.height;
    return true;
}

/* What LibRaw says of it. */
static int look_at_preview(struct raw *r)
{
    const libraw_thumbnail_t *t = &r->lib->thumbnail;
    int status = libraw_unpack_thumb(r->lib);
    if (status != LIBRAW_SUCCESS || !t->thumb)
        return status;
    if (t->tformat == LIBRAW_THUMBNAIL_JPEG) {
        struct fz_bytes jpeg = {.at = (const uint8_t *)t->thumb, .len = t->tlength, .whole = true};
        if (fz_jpeg_is_a(&jpeg))
            take_preview(r, &jpeg);
    } else if (t->tformat == LIBRAW_THUMBNAIL_BITMAP && t->tcolors == 3 &&
               (uint64_t)t->twidth * t->theight * 3 <= t->tlength) {
        r->preview_w = t->twidth;
        r->preview_h = t->theight;
    }
    return status;
}

/* Without LibRaw. */
static void look_for_previews(struct raw *r, const struct fz_bytes *file)
{
    struct fz_raw_preview found[FZ_RAW_PREVIEWS];
    const unsigned count = fz_raw_previews(file, found);
    for (unsigned i = 0; i < count; i++) {
        struct fz_bytes coded = {.at = file->at + found[i].at, .len = (size_t)found[i].len, .whole = true};
        if (take_preview(r, &coded))
            r->in_adobe_rgb = found[i].in_adobe_rgb;
    }
}

/* Of a compression that LibRaw does not know. */
static bool open_unread(struct raw *r, const struct fz_bytes *file)
{
    struct fz_header sensor = {.orientation = 1};
    if (fz_raw_sensor(file, &sensor) && sensor.width <= UINT16_MAX && sensor.height <= UINT16_MAX) {
        r->whole_w = sensor.width;
        r->whole_h = sensor.height;
    }
    r->orientation = sensor.orientation;
    r->is_unread = true;
    look_for_previews(r, file);
    return r->preview_w > 0;
}

/* As the camera was set. Programs that make DNG write their previews as they like, and say how (PreviewColorSpace, DNG 1.6). */
static bool is_in_adobe_rgb(const libraw_data_t *lib)
{
    enum { PREVIEW_ADOBE_RGB = 3 };
    return lib->idata.dng_version == 0 ? lib->color.ExifColorSpace == LIBRAW_COLORSPACE_AdobeRGB
                                       : lib->color.dng_levels.preview_colorspace == PREVIEW_ADOBE_RGB;
}

/* What LibRaw says, LIBRAW_SUCCESS if all is well, or well enough. */
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
        return !LIBRAW_FATAL_ERROR(status) && open_unread(r, file) ? LIBRAW_SUCCESS : status;
    libraw_image_sizes_t *sizes = &r->lib->sizes;
    r->orientation = orientations[sizes->flip & 7];
    r->whole_w = sizes->width;
    r->whole_h = sizes->height;
    r->in_adobe_rgb = is_in_adobe_rgb(r->lib);
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

/* JPEG comes by rows, and so counts what has several scans, for its coefficients are reserved. */
static void tell_preview(const struct raw *r, const struct fz_bytes *file, struct fz_header *header)
{
    struct fz_facts facts = {.max_frames = 1};
    if (r->codec) {
        r->codec->header(&r->coded, header);
        r->codec->facts(&r->coded, &facts);
    }
    header->has_profile = facts.has_profile;
    header->width = r->preview_w;
    header->height = r->preview_h;
    header->by_rows = !r->codec || r->codec->load == fz_jpeg_load;
    if (r->is_unread) {
        header->inner_at = (uint64_t)(r->coded.at - file->at);
        header->inner_len = r->coded.len;
    }
}

/* libraw's own are those of a disk that cannot be read. */
static const char *reason(int status)
{
    return status == LIBRAW_IO_ERROR ? "the file ends early" : libraw_strerror(status); /* static */
}

enum fz_head_status fz_raw_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    struct raw r = {0};
    if (!bytes->whole)
        return FZ_HEAD_MORE;
    int status = open_file(&r, bytes);
    if (status != LIBRAW_SUCCESS) {
        header->reason = reason(status);
    } else if (r.is_unread || is_large(&r)) {
        tell_preview(&r, bytes, header);
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

/* To decode a preview whose header is d's. */
static uint64_t preview_bytes(const struct fz_decode *d, const struct fz_bytes *coded)
{
    struct fz_decode inner = *d;
    inner.file = *coded;
    return codec_of(coded)->working_bytes(&inner, coded->len);
}

uint64_t fz_raw_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    const struct fz_header *h = &d->header;
    if (h->inner_len > 0) {
        const struct fz_bytes coded = {
            .at = d->file.at + h->inner_at, .len = (size_t)h->inner_len, .whole = true};
        return preview_bytes(d, &coded) + file_bytes + FIXED_BYTES;
    }
    if (h->by_rows)
        return fz_jpeg_working_bytes(d, file_bytes) + file_bytes + FIXED_BYTES;
    return (uint64_t)h->whole_w * h->whole_h * BYTES_PER_SENSOR_PX + file_bytes + FIXED_BYTES;
}

static enum fz_err fail(struct fz_decode *d, int status)
{
    enum fz_err code = status == LIBRAW_UNSUFFICIENT_MEMORY ? FZ_E_MEMORY
                       : status == LIBRAW_TOO_BIG           ? FZ_E_LIMIT
                                                            : FZ_E_DAMAGED;
    return fz_fail(d->err, code, 0, "raw: %s", reason(status));
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

static enum fz_err decode_preview(struct fz_decode *d, const struct raw *r)
{
    if (r->codec) {
        d->file = r->coded;
        d->header = (struct fz_header){0};
        r->codec->header(&d->file, &d->header);
        if (r->in_adobe_rgb && r->codec->load == fz_jpeg_load)
            fz_jpeg_assume_adobe_rgb(d, &d->file);
        return r->codec->load(d);
    }
    const int width = (int)r->preview_w, height = (int)r->preview_h;
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    return code == FZ_OK ? push_rgb(d, (const uint8_t *)r->lib->thumbnail.thumb, 3) : code;
}

/* For what the header tells the size of. */
static enum fz_err load_preview(struct fz_decode *d, const struct raw *r)
{
    const struct fz_header whole = d->header;
    enum fz_err code = decode_preview(d, r);
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

/* LibRaw 0.21 has moved it to the parameters of unpacking. */
static unsigned *memory_limit_mb(libraw_data_t *lib)
{
#if LIBRAW_COMPILE_CHECK_VERSION_NOTLESS(0, 21)
    return &lib->rawparams.max_raw_memory_mb;
#else
    return &lib->params.max_raw_memory_mb;
#endif
}

static enum fz_err develop(struct fz_decode *d, struct raw *r)
{
    keep_to_one_thread();
    libraw_set_progress_handler(r->lib, look_at_clock, d);
    *memory_limit_mb(r->lib) = (unsigned)((d->working_bytes >> 20) + 1);
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

/* What was reserved to develop it holds the preview too. */
static bool is_reserved(const struct fz_decode *d, const struct raw *r)
{
    struct fz_decode inner = *d;
    if (!r->codec)
        return true;
    inner.header = (struct fz_header){0};
    return r->codec->header(&r->coded, &inner.header) == FZ_HEAD_OK &&
           preview_bytes(&inner, &r->coded) <= d->working_bytes;
}

/* Where it could not be developed, for which d->err has the reason: the preview, however small, in its own size. LibRaw has
 * forgotten it with all else. */
static enum fz_err load_instead(struct fz_decode *d, struct raw *r, enum fz_err code)
{
    const struct fz_error why = d->err ? *d->err : (struct fz_error){.code = code};
    const bool is_part = d->request->want.region.w > 0; /* its place is told in pixels of what is developed */
    if (code == FZ_E_MEMORY || d->begun || is_part || fz_decode_cancelled(d))
        return code;
    close_file(r);
    *r = (struct raw){0};
    if (open_file(r, &d->file) == LIBRAW_SUCCESS && r->preview_w == 0)
        look_for_previews(r, &d->file);
    if (r->preview_w == 0 || !is_reserved(d, r))
        return code;
    code = decode_preview(d, r);
    if (code == FZ_OK) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "%s; this is its preview", why.msg);
    }
    return code;
}

/* A small preview is enough for what is no larger than it, if it shows the same: to within a hundredth. But not for a part, whose
 * place is told in pixels of what is developed. */
static bool covers(const struct fz_decode *d, const struct raw *r)
{
    int target_w, target_h;
    if (d->request->want.region.w > 0)
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
    bool by_preview = r.is_unread || is_large(&r) || covers(d, &r);
    enum fz_err code = status != LIBRAW_SUCCESS ? fail(d, status)
                       : by_preview             ? load_preview(d, &r)
                                                : develop(d, &r);
    if (status == LIBRAW_SUCCESS && !by_preview && code != FZ_OK)
        code = load_instead(d, &r, code);
    close_file(&r);
    return code;
}

#endif
