#include "fuzz.h"

#include "image/anim/anim.h"
#include "image/metadata/exif_pixels.h"
#include "image/format.h"
#include "image/metadata/carry.h"
#include "image/metadata/metadata.h"
#include "image/metadata/parts.h"
#include "image/probe.h"
#include "image/pixels/profile.h"
#include "image/webp/vp8l.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <webp/decode.h>

enum { KEEP_BYTES = 1 << 20, RESERVE_BYTES = 256 << 20, ROW_PX = 64 };

#define PROMISE(that) ((that) ? (void)0 : broken(#that, __LINE__))

static _Noreturn void broken(const char *what, int line)
{
    fprintf(stderr, "line %d: a promise is broken: %s\n", line, what);
    abort();
}

/* --- pictures --------------------------------------------------------------------------------------- */

static bool reserve(void *ctx, uint64_t bytes)
{
    (void)ctx;
    return bytes <= RESERVE_BYTES;
}

static uint8_t *alloc(void *ctx, int width, int height, int *pitch_bytes)
{
    uint8_t **pixels = ctx;
    PROMISE(width > 0 && height > 0 && !*pixels);
    *pitch_bytes = width * 4;
    *pixels = malloc((size_t)width * 4 * (size_t)height);
    return *pixels;
}

static int open_bytes(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    PROMISE(fd >= 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    return fd;
}

static struct fz_image_request make_request(int fd, uint8_t **pixels)
{
    struct fz_image_request request = {
        .fd = fd,
        .want.background = 0x204060,
        .limits = fz_image_default_limits,
        .host = {.ctx = pixels, .reserve = reserve, .alloc = alloc},
    };
    request.limits.max_output_px = request.limits.max_whole_px = 4000000;
    request.limits.max_rows_px = 16000000;
    request.limits.max_file_bytes = 16 << 20;
    request.limits.max_frames = 100;
    return request;
}

/* One set for all, as a worker has. */
static struct fz_image_scratch *scratch(void)
{
    static struct fz_image_scratch *only;
    if (!only) {
        fz_image_init();
        only = fz_image_scratch_new(KEEP_BYTES);
    }
    return only;
}

static void check_error(enum fz_err code, const struct fz_error *err)
{
    PROMISE(err->code == code && err->msg[0]);
    PROMISE(code == FZ_E_NOT_PICTURE || code == FZ_E_UNSUPPORTED || code == FZ_E_DAMAGED ||
            code == FZ_E_LIMIT || code == FZ_E_MEMORY || code == FZ_E_TIMEOUT);
}

/* Shown, at least in part, or a reason. */
static void load(struct fz_image_request *request, uint8_t **pixels)
{
    struct fz_image image;
    struct fz_error err = {0};
    PROMISE(lseek(request->fd, 0, SEEK_SET) == 0);
    enum fz_err code = fz_image_load(request, scratch(), &image, &err);
    if (code == FZ_OK) {
        PROMISE(image.pixels && image.pixels == *pixels && image.format);
        PROMISE(!image.damaged || err.msg[0]);
        for (int y = 0; y < image.out_h; y++)
            for (int x = 0; x < image.out_w; x++)
                PROMISE(image.pixels[(size_t)y * (size_t)image.pitch_bytes + (size_t)x * 4 + 3] == 255);
    } else {
        check_error(code, &err);
        PROMISE(!image.pixels);
    }
    free(*pixels);
    *pixels = NULL;
}

static void probe(struct fz_image_request *request)
{
    struct fz_probe found;
    struct fz_error err = {0};
    PROMISE(lseek(request->fd, 0, SEEK_SET) == 0);
    enum fz_err code = fz_image_probe(request, scratch(), &found, &err);
    if (code != FZ_OK)
        check_error(code, &err);
    PROMISE(found.image.orientation >= 1 && found.image.orientation <= 8 && found.image.frames >= 1);
}

static void load_first(struct fz_image_request *request, uint8_t **pixels)
{
    struct fz_image image;
    struct fz_error err = {0};
    PROMISE(lseek(request->fd, 0, SEEK_SET) == 0);
    if (fz_image_read_head(request->fd, &request->head, &err) == FZ_OK &&
        fz_image_load_first(request, scratch(), &image))
        PROMISE(image.pixels == *pixels && image.format);
    fz_image_head_fini(&request->head);
    request->head = (struct fz_image_head){0};
    free(*pixels);
    *pixels = NULL;
}

/* Whole, as a tile and what comes before it, smooth, and a part of it; both also where it is not held. */
static void decode(const uint8_t *data, size_t size)
{
    int fd = open_bytes(data, size);
    uint8_t *pixels = NULL;
    struct fz_image_request request = make_request(fd, &pixels);
    probe(&request);
    load(&request, &pixels);
    request.want.box_w = request.want.box_h = 12;
    load_first(&request, &pixels);
    load(&request, &pixels);
    request.want.smooth = true;
    request.want.box_w = request.want.box_h = 2;
    load(&request, &pixels);
    request.want.smooth = false;
    request.want.box_w = request.want.box_h = 12;
    struct fz_image_index index = {0};
    request.index = &index;
    request.want.page = 1;
    request.want.sheet_w = 9;
    request.want.sheet_h = 31;
    load(&request, &pixels);
    request.want.sheet_w = 0;
    request.want.region = (struct fz_image_region){.x = 3, .y = 2, .w = 7, .h = 9};
    load(&request, &pixels);
    request.limits.max_whole_px = 1; /* what is not decoded as a whole may do without it */
    load(&request, &pixels);
    request.want.region = (struct fz_image_region){0};
    load(&request, &pixels);
    close(fd);
}

/* Two rounds of an animation, of which it is enough to see some frames. */
static void play(const uint8_t *data, size_t size)
{
    enum { MOST = 12 };
    int fd = open_bytes(data, size);
    uint8_t *pixels = NULL;
    struct fz_image_request request = make_request(fd, &pixels);
    request.want.box_w = request.want.box_h = 12;
    struct fz_anim *anim = NULL;
    struct fz_error err = {0};
    if (fz_anim_open(&request, &anim, &err) == FZ_OK) {
        int frames = fz_anim_get_facts(anim)->frames;
        PROMISE(frames >= 1 && frames <= request.limits.max_frames);
        for (int i = 0; i < MOST && i < frames * 2; i++) {
            struct fz_anim_frame frame;
            struct fz_image image;
            if (fz_anim_compose(anim, i == 5 ? 1 : FZ_ANIM_NEXT, &request.host, &frame, &err) != FZ_OK)
                continue;
            PROMISE(frame.index >= 0 && frame.index < frames && frame.delay_us > 0);
            if (fz_anim_render(anim, &request, scratch(), &image, &err) == FZ_OK)
                PROMISE(image.pixels == pixels);
            free(pixels);
            pixels = NULL;
        }
        fz_anim_free(anim);
    }
    close(fd);
}

static bool run_anim(const struct target *target, const uint8_t *data, size_t size)
{
    (void)target;
    play(data, size);
    return true;
}

static bool run_format(const struct target *target, const uint8_t *data, size_t size)
{
    struct fz_bytes head = {.at = data, .len = size, .whole = true};
    if (size > FZ_FORMAT_HEAD_BYTES)
        head = (struct fz_bytes){.at = data, .len = FZ_FORMAT_HEAD_BYTES};
    const struct fz_format *format = fz_format_find(&head);
    if (!format || strcmp(format->name, target->name) != 0)
        return false;
    decode(data, size);
    return true;
}

static bool run_any(const struct target *target, const uint8_t *data, size_t size)
{
    (void)target;
    decode(data, size);
    return true;
}

struct wanted {
    const uint8_t *rows; /* B G R A; NULL: not known */
    int width, came;
};

static bool take_row(void *ctx, uint32_t *row)
{
    struct wanted *wanted = ctx;
    const size_t bytes = (size_t)wanted->width * 4;
    PROMISE(!wanted->rows || memcmp(row, wanted->rows + (size_t)wanted->came * bytes, bytes) == 0);
    wanted->came++;
    return true;
}

/* The stream of a lossless WebP, row by row: what libwebp decodes is the same. */
static bool run_vp8l(const struct target *target, const uint8_t *data, size_t size)
{
    (void)target;
    enum { CHUNK_AT = 12, STREAM_AT = 20, PX_MOST = 4000000, TABLES_MOST = 1 << 20 };
    const size_t at = size > STREAM_AT && memcmp(data + CHUNK_AT, "VP8L", 4) == 0 ? STREAM_AT : 0;
    struct fz_vp8l_bits bits = {.at = data + at, .end = data + size};
    struct fz_vp8l_head head;
    struct fz_error err = {0};
    if (!fz_vp8l_read_head(&bits, &head) || (int64_t)head.width * head.height > PX_MOST)
        return false;
    uint8_t *library = WebPDecodeBGRA(data + at, size - at, NULL, NULL);
    struct wanted wanted = {.rows = library, .width = head.width};
    const struct fz_vp8l_rows rows = {head.width, head.height, TABLES_MOST, take_row, &wanted};
    const enum fz_err code = fz_vp8l_decode(&bits, &rows, &err);
    PROMISE(code == FZ_OK ? wanted.came == head.height : err.code == code && err.msg[0]);
    WebPFree(library);
    return true;
}

/* --- what stands beside the pixels ------------------------------------------------------------------ */

static bool run_exif(const struct target *target, const uint8_t *data, size_t size)
{
    (void)target;
    int orientation = fz_exif_orientation(data, size);
    PROMISE(orientation >= 1 && orientation <= 8);
    return true;
}

static bool run_metadata(const struct target *target, const uint8_t *data, size_t size)
{
    (void)target;
    int fd = open_bytes(data, size);
    struct fz_metadata metadata;
    fz_metadata_read(fd, NULL, &metadata);
    close(fd);
    PROMISE(metadata.rating >= FZ_RATING_REJECTED && metadata.rating <= FZ_RATING_MOST);
    PROMISE(memchr(metadata.title, 0, sizeof metadata.title));
    PROMISE(memchr(metadata.description, 0, sizeof metadata.description));
    return true;
}

static bool run_carry(const struct target *target, const uint8_t *data, size_t size)
{
    (void)target;
    static struct fz_carried carried;
    int fd = open_bytes(data, size);
    fz_metadata_carry(fd, NULL, &(struct fz_smaller_copy){.width = 320, .height = 200, .turned = size % 2},
                      &carried);
    close(fd);
    for (int kind = 0; kind < FZ_CARRIED_KINDS; kind++)
        PROMISE(carried.len[kind] <= FZ_CARRIED_MOST);
    uint32_t len;
    const uint8_t *exif = fz_carried_get(&carried, FZ_CARRIED_EXIF, &len);
    PROMISE(!exif || fz_exif_orientation(exif, len) == 1);
    struct fz_metadata metadata;
    const uint8_t *xmp = fz_carried_get(&carried, FZ_CARRIED_XMP, &len);
    PROMISE(!xmp || fz_xmp_read(xmp, len, &metadata));
    return true;
}

static bool run_xmp(const struct target *target, const uint8_t *data, size_t size)
{
    (void)target;
    struct fz_metadata before, after;
    struct fz_error err = {0};
    char *out = NULL, *again = NULL;
    size_t len = 0, again_len = 0;
    fz_metadata_read_xmp(data, size, &before);
    if (fz_metadata_set_rating(data, size, 3, &out, &len, &err) == FZ_OK) {
        fz_metadata_read_xmp(out, len, &after);
        PROMISE(strcmp(before.title, after.title) == 0 && strcmp(before.place, after.place) == 0);
        PROMISE(strcmp(before.description, after.description) == 0);
        PROMISE(before.date.known == after.date.known && before.date.clock_s == after.date.clock_s);
        PROMISE(before.has_position == after.has_position);
        PROMISE(fz_metadata_set_rating(out, len, 3, &again, &again_len, &err) == FZ_OK);
        PROMISE(again_len == len && memcmp(again, out, len) == 0);
    }
    free(again);
    free(out);
    return true;
}

static bool run_icc(const struct target *target, const uint8_t *data, size_t size)
{
    (void)target;
    static const enum fz_color_model colors[] = {FZ_COLOR_RGB, FZ_COLOR_GREY, FZ_COLOR_CMYK,
                                                 FZ_COLOR_CMYK_INVERTED};
    struct fz_profiles *profiles = fz_profiles_new();
    for (size_t i = 0; i < sizeof colors / sizeof *colors; i++) {
        uint8_t row[ROW_PX * 4];
        uint16_t deep[ROW_PX * 4];
        const struct fz_profile *profile = fz_profile_find(profiles, data, size, colors[i]);
        for (int x = 0; x < ROW_PX * 4; x++)
            deep[x] = (uint16_t)((row[x] = (uint8_t)(x * 5)) * 257);
        if (profile && fz_profile_is_steep(profile))
            fz_profile_row_16(profile, deep, row, ROW_PX);
        else if (profile)
            fz_profile_row(profile, row, ROW_PX);
    }
    fz_profiles_free(profiles);
    return true;
}

#define FORMAT(format)                    \
    {                                     \
        .name = format, .run = run_format \
    }

const struct target targets[] = {
    FORMAT("jpeg"),       FORMAT("png"),      FORMAT("webp"),     FORMAT("gif"),
    FORMAT("tiff"),       FORMAT("bmp"),      FORMAT("qoi"),      FORMAT("ico"),
    FORMAT("cur"),        FORMAT("pnm"),      FORMAT("xcf"),      FORMAT("pam"),
    FORMAT("pfm"),        FORMAT("ilbm"),     FORMAT("xv"),       FORMAT("xpm"),
    FORMAT("svg"),        FORMAT("heic"),     FORMAT("avif"),     FORMAT("jxl"),
    FORMAT("raw"),        FORMAT("pcx"),      FORMAT("psd"),      FORMAT("tga"),
    {"any", run_any},     {"anim", run_anim}, {"exif", run_exif}, {"metadata", run_metadata},
    {"carry", run_carry}, {"xmp", run_xmp},   {"icc", run_icc},   {"vp8l", run_vp8l},
};
const size_t target_count = sizeof targets / sizeof *targets;
