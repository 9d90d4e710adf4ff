/* What the tests of image/ share: a host that counts, pictures made in memory, and their encoders. */
#ifndef FZ_TEST_IMAGE_SUPPORT_H
#define FZ_TEST_IMAGE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image/image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>
#include <sanitizer/asan_interface.h>

/* Absurd sizes must fail as they do without a sanitizer. Read by AddressSanitizer where it is built in. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

enum { GUARD_BYTES = 12, GUARD = 0xa5 };

/* A host for fz_image_load: remembers what it was asked for, and sees writes beside the rows. */
struct host {
    int allocs, reserves, asked;
    int cancel_after;      /* the asking that is answered with yes; 0 = never */
    bool refuse;           /* the reservation */
    uint64_t reserve_most; /* that it grants; 0 = any */
    bool no_memory;
    uint64_t reserved;
    uint8_t *pixels; /* owned */
    int width, height, pitch;
};

static inline bool host_cancelled(void *ctx)
{
    struct host *host = ctx;
    host->asked++;
    return host->cancel_after > 0 && host->asked >= host->cancel_after;
}

static inline bool host_reserve(void *ctx, uint64_t bytes)
{
    struct host *host = ctx;
    host->reserves++;
    host->reserved = bytes;
    return !host->refuse && (host->reserve_most == 0 || bytes <= host->reserve_most);
}

static inline uint8_t *host_alloc(void *ctx, int width, int height, int *pitch_bytes)
{
    struct host *host = ctx;
    host->allocs++;
    host->width = width;
    host->height = height;
    host->pitch = *pitch_bytes = width * 4 + GUARD_BYTES;
    if (host->no_memory)
        return NULL;
    size_t bytes = (size_t)host->pitch * (size_t)height;
    host->pixels = malloc(bytes);
    assert_non_null(host->pixels);
    memset(host->pixels, GUARD, bytes);
    return host->pixels;
}

static inline void host_fini(struct host *host)
{
    for (int y = 0; host->pixels && y < host->height; y++)
        for (int i = 0; i < GUARD_BYTES; i++)
            assert_int_equal(
                host->pixels[(size_t)y * (size_t)host->pitch + (size_t)host->width * 4 + (size_t)i], GUARD);
    free(host->pixels);
    host->pixels = NULL;
}

static inline int open_bytes(const void *bytes, size_t len)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, (const uint8_t *)bytes + done, len - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static inline struct fz_image_request make_request(int fd, int box_w, int box_h, struct host *host)
{
    return (struct fz_image_request){
        .fd = fd,
        .want = {.box_w = box_w, .box_h = box_h, .background = 0x204060},
        .limits = fz_image_default_limits,
        .host = {.ctx = host, .cancelled = host_cancelled, .reserve = host_reserve, .alloc = host_alloc},
    };
}

/* Loads with default limits and checks what always holds. */
static inline enum fz_err load(const void *bytes, size_t len, int box_w, int box_h, struct host *host,
                               struct fz_image *image, struct fz_error *err)
{
    int fd = open_bytes(bytes, len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, box_w, box_h, host);
    enum fz_err code = fz_image_load(&request, scratch, image, err);
    fz_image_scratch_free(scratch);
    close(fd);
    assert_true(host->allocs <= 1 && host->reserves <= 2);
    if (code == FZ_OK) {
        assert_ptr_equal(image->pixels, host->pixels);
        assert_int_equal(image->out_w, host->width);
        assert_int_equal(image->out_h, host->height);
        assert_int_equal(image->pitch_bytes, host->pitch);
        assert_int_equal(err->code, image->damaged ? FZ_E_DAMAGED : FZ_OK);
        assert_true(!image->damaged || err->msg[0]);
        for (int y = 0; y < image->out_h; y++)
            for (int x = 0; x < image->out_w; x++)
                assert_int_equal(image->pixels[(size_t)y * (size_t)image->pitch_bytes + (size_t)x * 4 + 3],
                                 255);
    } else {
        assert_null(image->pixels);
        assert_int_equal(err->code, code);
        assert_true(err->msg[0]);
    }
    return code;
}

/* The same where a smaller result will do. */
static inline enum fz_err load_perhaps_smaller(const void *bytes, size_t len, int box_w, int box_h,
                                               struct host *host, struct fz_image *image,
                                               struct fz_error *err)
{
    int fd = open_bytes(bytes, len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, box_w, box_h, host);
    request.want.may_shrink = true;
    enum fz_err code = fz_image_load(&request, scratch, image, err);
    fz_image_scratch_free(scratch);
    close(fd);
    return code;
}

/* 0xRRGGBB of a result. */
static inline uint32_t pixel(const struct fz_image *image, int x, int y)
{
    const uint8_t *p = image->pixels + (size_t)y * (size_t)image->pitch_bytes + (size_t)x * 4;
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline int channel_distance(uint32_t a, uint32_t b)
{
    int worst = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int d = abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
        worst = d > worst ? d : worst;
    }
    return worst;
}

#define assert_near(a, b, tolerance)                                                \
    do {                                                                            \
        uint32_t near_a = (a), near_b = (b);                                        \
        if (channel_distance(near_a, near_b) > (tolerance))                         \
            fail_msg("%06x is not within %d of %06x", near_a, (tolerance), near_b); \
    } while (0)

/* --- pictures: 3 or 4 bytes a pixel, rows without gaps -------------------------------------------- */

static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Smooth with some noise, as photographs are. Caller frees. */
static inline uint8_t *make_photo(int width, int height, int channels)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * (size_t)channels);
    uint32_t seed = 7;
    uint8_t *p = pixels;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++) {
                int v = (x * (3 + c) * 255 / (width * 4) + y * (2 + c) * 255 / (height * 5)) % 200 + 20;
                *p++ = (uint8_t)(v + (int)(next_random(&seed) % 16));
            }
    return pixels;
}

/* 2 x 3 fields of different colours, so that every orientation looks different: A B / C D / E F. */
static const uint32_t field_colors[6] = {0xc02020, 0x20c020, 0x2020c0, 0xc0c020, 0x20c0c0, 0xe0e0e0};

static inline uint8_t *make_fields(int field_px, int channels)
{
    int width = field_px * 2, height = field_px * 3;
    uint8_t *pixels = malloc((size_t)width * (size_t)height * (size_t)channels);
    uint8_t *p = pixels;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint32_t color = field_colors[y / field_px * 2 + x / field_px];
            const uint8_t rgba[4] = {(uint8_t)(color >> 16), (uint8_t)(color >> 8), (uint8_t)color, 255};
            memcpy(p, rgba, (size_t)channels);
            p += channels;
        }
    return pixels;
}

/* The fields as they must stand in the upright result, row by row, for orientations 1 to 8. */
static const char *const upright_fields[9] = {"",       "ABCDEF", "BADCFE", "FEDCBA", "EFCDAB",
                                              "ACEBDF", "ECAFDB", "FDBECA", "BDFACE"};

static inline void assert_fields(const struct fz_image *image, int orientation, int tolerance)
{
    int across = orientation >= 5 ? 3 : 2, down = orientation >= 5 ? 2 : 3;
    for (int i = 0; i < 6; i++) {
        int x = (i % across * 2 + 1) * image->out_w / (2 * across);
        int y = (i / across * 2 + 1) * image->out_h / (2 * down);
        assert_near(pixel(image, x, y), field_colors[upright_fields[orientation][i] - 'A'], tolerance);
    }
}

/* --- bytes ------------------------------------------------------------------------------------- */

struct bytes {
    uint8_t *data; /* owned */
    size_t len;
    size_t room; /* of data; 0 unless bytes_add() made it */
};

/* Returns the `len` bytes that are new at the end, to be written. Room grows by half, as AddressSanitizer copies all at each
 * realloc(); what is left of it is poisoned, so that reads of it are seen. */
static inline uint8_t *bytes_add(struct bytes *b, size_t len)
{
    const size_t needed = b->len + len + 1;
    if (b->room <= b->len + len) {
        b->room = needed + needed / 2;
        b->data = realloc(b->data, b->room);
        assert_non_null(b->data);
    }
    ASAN_UNPOISON_MEMORY_REGION(b->data, needed);
    ASAN_POISON_MEMORY_REGION(b->data + needed, b->room - needed);
    b->len += len;
    return b->data + b->len - len;
}

static inline void bytes_put(struct bytes *b, const void *data, size_t len)
{
    uint8_t *at = bytes_add(b, len);
    if (len > 0)
        memcpy(at, data, len);
}

static inline void bytes_put_times(struct bytes *b, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        bytes_put(b, text, strlen(text));
}

static inline void bytes_put_le(struct bytes *b, uint32_t value, int count)
{
    for (int i = 0; i < count; i++)
        bytes_put(b, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

static inline void bytes_put_be(struct bytes *b, uint32_t value, int count)
{
    for (int i = count - 1; i >= 0; i--)
        bytes_put(b, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

/* A TIFF structure with one entry, as EXIF has it. */
static inline struct bytes make_exif(int orientation, bool big_endian)
{
    struct bytes b = {0};
    if (big_endian) {
        bytes_put(&b, "MM\0*\0\0\0\10\0\1", 10);
        bytes_put_be(&b, 0x112, 2);
        bytes_put_be(&b, 3, 2);
        bytes_put_be(&b, 1, 4);
        bytes_put_be(&b, (uint32_t)orientation, 2);
    } else {
        bytes_put(&b, "II*\0\10\0\0\0\1\0", 10);
        bytes_put_le(&b, 0x112, 2);
        bytes_put_le(&b, 3, 2);
        bytes_put_le(&b, 1, 4);
        bytes_put_le(&b, (uint32_t)orientation, 2);
    }
    bytes_put(&b, "\0\0\0\0\0\0", 6);
    return b;
}

/* --- encoders ---------------------------------------------------------------------------------- */

struct jpeg_options {
    J_COLOR_SPACE in, out;
    int channels;
    int quality;  /* 0 = 90 */
    int sampling; /* of luma, both ways: 0 = 1 */
    int down;     /* of luma, if it is another one downwards */
    bool progressive, arithmetic;
    bool several_scans; /* one for each component, not progressive */
    int restart_rows;
    int orientation; /* EXIF; 0 = none */
    bool big_endian;
    const UINT8
        *ac_counts; /* Huffman codes of AC symbols, of which there are 162, by length; NULL = those of T.81 */
};

static inline struct bytes encode_jpeg(const uint8_t *pixels, int width, int height, struct jpeg_options o)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    struct bytes file = {0};
    unsigned long len = 0;
    c.err = jpeg_std_error(&errors);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &file.data, &len);
    c.image_width = (JDIMENSION)width;
    c.image_height = (JDIMENSION)height;
    c.input_components = o.channels ? o.channels : 3;
    c.in_color_space = o.in ? o.in : JCS_RGB;
    jpeg_set_defaults(&c);
    if (o.out)
        jpeg_set_colorspace(&c, o.out);
    jpeg_set_quality(&c, o.quality ? o.quality : 90, TRUE);
    c.comp_info[0].h_samp_factor = c.comp_info[0].v_samp_factor = o.sampling ? o.sampling : 1;
    if (o.down)
        c.comp_info[0].v_samp_factor = o.down;
    c.restart_in_rows = o.restart_rows;
    for (int i = 0; i < 2 && o.ac_counts; i++)
        memcpy(c.ac_huff_tbl_ptrs[i]->bits, o.ac_counts, sizeof c.ac_huff_tbl_ptrs[i]->bits);
    c.arith_code = o.arithmetic;
    jpeg_scan_info scans[4];
    if (o.progressive)
        jpeg_simple_progression(&c);
    if (o.several_scans) {
        for (int i = 0; i < c.num_components; i++)
            scans[i] = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {i}, .Se = 63};
        c.scan_info = scans;
        c.num_scans = c.num_components;
    }
    jpeg_start_compress(&c, TRUE);
    if (o.orientation) {
        struct bytes exif = make_exif(o.orientation, o.big_endian), segment = {0};
        bytes_put(&segment, "Exif\0\0", 6);
        bytes_put(&segment, exif.data, exif.len);
        jpeg_write_marker(&c, JPEG_APP0 + 1, segment.data, (unsigned)segment.len);
        free(exif.data);
        free(segment.data);
    }
    while (c.next_scanline < c.image_height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + (size_t)c.next_scanline * (size_t)width *
                                                          (size_t)c.input_components);
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    file.len = len;
    return file;
}

static inline struct bytes photo_jpeg(int width, int height, struct jpeg_options options)
{
    uint8_t *pixels = make_photo(width, height, options.channels ? options.channels : 3);
    struct bytes file = encode_jpeg(pixels, width, height, options);
    free(pixels);
    return file;
}

static inline void png_append(png_structp png, png_bytep data, size_t len)
{
    bytes_put(png_get_io_ptr(png), data, len);
}

static inline void png_flush_nothing(png_structp png)
{
    (void)png;
}

/* `type` is a PNG_COLOR_TYPE; `exif` may be NULL. */
static inline struct bytes encode_png(const uint8_t *pixels, int width, int height, int type, int interlace,
                                      const struct bytes *exif)
{
    struct bytes file = {0};
    int channels = type == PNG_COLOR_TYPE_RGB         ? 3
                   : type == PNG_COLOR_TYPE_RGB_ALPHA ? 4
                   : type == PNG_COLOR_TYPE_GRAY      ? 1
                                                      : 2;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, png_append, png_flush_nothing);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8, type, interlace,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (exif)
        png_set_eXIf_1(png, info, (png_uint_32)exif->len, exif->data);
    png_write_info(png, info);
    png_bytep *rows = malloc((size_t)height * sizeof *rows);
    for (int y = 0; y < height; y++)
        rows[y] = (png_bytep)(uintptr_t)(pixels + (size_t)y * (size_t)width * (size_t)channels);
    png_write_image(png, rows);
    png_write_end(png, NULL);
    free(rows);
    png_destroy_write_struct(&png, &info);
    return file;
}

#endif
