/* What a tile costs, against the library's own fastest way to that size: CPU time of this thread, both in turn, file
 * read from memory each time.
 *
 *   bench_tile [-n ROUNDS=7] PICTURE
 *
 * PICTURE is a large JPEG, 4:2:0, with an embedded thumbnail. All other files are made of it, in memory. Prints one line of
 * JSON: the medians, in milliseconds. */
#include "base/clock.h"
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>
#include <webp/encode.h>

enum { TILE_W = 256, TILE_H = 192, MAX_ROUNDS = 99, KEEP_BYTES = 64 << 20 };

struct block {
    uint8_t *at; /* owned */
    size_t len, size;
};

struct pixels {
    uint8_t *rgb; /* owned */
    int w, h;
};

/* The library's side: decodes `file` for w x h px, into a buffer that stays. */
struct sample;
typedef void decode_by_library(const struct sample *sample);

struct sample {
    const char *name;
    int fd; /* the file, in memory */
    int w, h;
    decode_by_library *library;
    unsigned eighths; /* JPEG: the scale that the library is asked for */
};

static struct block file, rows, tile;

static void die(const char *what, const char *name)
{
    fprintf(stderr, "bench_tile: %s: %s\n", what, name);
    exit(1);
}

static uint8_t *room(struct block *b, size_t bytes)
{
    if (bytes > b->size) {
        free(b->at);
        b->at = malloc(bytes);
        b->size = bytes;
    }
    if (!b->at)
        die("no memory", "buffer");
    return b->at;
}

static void read_file(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        die("cannot read", strerror(errno));
    room(&file, (size_t)st.st_size + 1);
    file.len = 0;
    for (ssize_t n = 1; n > 0; file.len += (size_t)n)
        if ((n = pread(fd, file.at + file.len, file.size - file.len, (off_t)file.len)) < 0)
            die("cannot read", strerror(errno));
}

static int in_memory(const char *name, const void *bytes, size_t len)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, (const uint8_t *)bytes + done, len - done);
        if (n <= 0)
            die("cannot write", name);
        done += (size_t)n;
    }
    return fd;
}

/* --- the libraries' side ----------------------------------------------------------------------------- */

static void by_libjpeg(const struct sample *s)
{
    struct jpeg_decompress_struct c;
    struct jpeg_error_mgr errors;
    c.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&c);
    jpeg_mem_src(&c, file.at, (unsigned long)file.len);
    jpeg_read_header(&c, TRUE);
    c.scale_num = s->eighths;
    c.scale_denom = 8;
    if (c.jpeg_color_space != JCS_GRAYSCALE)
        c.out_color_space = JCS_EXT_BGRX;
    jpeg_start_decompress(&c);
    size_t pitch = (size_t)c.output_width * (size_t)c.output_components;
    room(&rows, pitch * c.output_height);
    while (c.output_scanline < c.output_height) {
        JSAMPROW row = rows.at + pitch * c.output_scanline;
        jpeg_read_scanlines(&c, &row, 1);
    }
    jpeg_finish_decompress(&c);
    jpeg_destroy_decompress(&c);
}

static void by_libwebp(const struct sample *s)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        die("another version of", "libwebp");
    config.options.use_scaling = 1;
    config.options.scaled_width = s->w;
    config.options.scaled_height = s->h;
    config.output.colorspace = MODE_BGRA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.size = (size_t)s->w * (size_t)s->h * 4;
    config.output.u.RGBA.rgba = room(&rows, config.output.u.RGBA.size);
    config.output.u.RGBA.stride = s->w * 4;
    if (WebPDecode(file.at, file.len, &config) != VP8_STATUS_OK)
        die("cannot decode", s->name);
}

struct png_source {
    size_t at;
};

static void png_take(png_structp png, png_bytep to, size_t len)
{
    struct png_source *source = png_get_io_ptr(png);
    if (len > file.len - source->at)
        png_error(png, "cut");
    memcpy(to, file.at + source->at, len);
    source->at += len;
}

static void by_libpng(const struct sample *s)
{
    (void)s;
    struct png_source source = {0};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_read_fn(png, &source, png_take);
    png_read_info(png, info);
    png_uint_32 height = png_get_image_height(png, info);
    room(&rows, png_get_rowbytes(png, info));
    for (png_uint_32 y = 0; y < height; y++)
        png_read_row(png, rows.at, NULL);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
}

/* --- frieze's side ----------------------------------------------------------------------------------- */

static uint8_t *alloc(void *ctx, int width, int height, int *pitch_bytes)
{
    (void)ctx;
    *pitch_bytes = width * 4;
    return room(&tile, (size_t)width * (size_t)height * 4);
}

static struct fz_image_request request_for(int fd, int w, int h)
{
    return (struct fz_image_request){.fd = fd,
                                     .want = {.box_w = w, .box_h = h},
                                     .limits = fz_image_default_limits,
                                     .host = {.alloc = alloc}};
}

static void by_frieze(const struct sample *s, struct fz_image_scratch *scratch)
{
    struct fz_image_request request = request_for(s->fd, s->w, s->h);
    struct fz_image image;
    struct fz_error err;
    lseek(s->fd, 0, SEEK_SET);
    if (fz_image_load(&request, scratch, &image, &err) != FZ_OK || image.damaged)
        die(s->name, err.msg);
}

/* Opening included. */
static void first_by_frieze(const char *path, struct fz_image_scratch *scratch)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct fz_image_request request = request_for(fd, TILE_W, TILE_H);
    struct fz_image image;
    struct fz_error err;
    if (fd < 0 || fz_image_read_head(fd, &request.head, &err) != FZ_OK ||
        !fz_image_load_first(&request, scratch, &image))
        die("no first picture", path);
    fz_image_head_fini(&request.head);
    close(fd);
}

/* --- samples ------------------------------------------------------------------------------------------- */

static struct pixels decode_rgb(unsigned eighths)
{
    struct jpeg_decompress_struct c;
    struct jpeg_error_mgr errors;
    c.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&c);
    jpeg_mem_src(&c, file.at, (unsigned long)file.len);
    jpeg_read_header(&c, TRUE);
    c.scale_num = eighths;
    c.scale_denom = 8;
    jpeg_start_decompress(&c);
    struct pixels p = {malloc((size_t)c.output_width * c.output_height * 3), (int)c.output_width,
                       (int)c.output_height};
    while (p.rgb && c.output_scanline < c.output_height) {
        JSAMPROW row = p.rgb + (size_t)c.output_scanline * c.output_width * 3;
        jpeg_read_scanlines(&c, &row, 1);
    }
    jpeg_destroy_decompress(&c);
    if (!p.rgb)
        die("no memory", "pixels");
    return p;
}

struct kind {
    int across, down; /* sampling of luma */
    bool grey, progressive, restarts;
};

static int make_jpeg(const struct pixels *p, struct kind kind)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long len = 0;
    c.err = jpeg_std_error(&errors);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &out, &len);
    c.image_width = (JDIMENSION)p->w;
    c.image_height = (JDIMENSION)p->h;
    c.input_components = 3;
    c.in_color_space = JCS_RGB;
    jpeg_set_defaults(&c);
    if (kind.grey)
        jpeg_set_colorspace(&c, JCS_GRAYSCALE);
    jpeg_set_quality(&c, 90, TRUE);
    c.comp_info[0].h_samp_factor = kind.across;
    c.comp_info[0].v_samp_factor = kind.down;
    c.restart_in_rows = kind.restarts;
    if (kind.progressive)
        jpeg_simple_progression(&c);
    jpeg_start_compress(&c, TRUE);
    while (c.next_scanline < c.image_height) {
        JSAMPROW row = p->rgb + (size_t)c.next_scanline * (size_t)p->w * 3;
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    int fd = in_memory("jpeg", out, len);
    free(out);
    return fd;
}

static int make_webp(const struct pixels *p)
{
    WebPConfig config;
    WebPPicture picture;
    WebPMemoryWriter writer;
    if (!WebPConfigPreset(&config, WEBP_PRESET_PHOTO, 90) || !WebPPictureInit(&picture))
        die("another version of", "libwebp");
    config.method = 0; /* quick to make */
    WebPMemoryWriterInit(&writer);
    picture.width = p->w;
    picture.height = p->h;
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    if (!WebPPictureImportRGB(&picture, p->rgb, p->w * 3) || !WebPEncode(&config, &picture))
        die("cannot encode", "WebP");
    int fd = in_memory("webp", writer.mem, writer.size);
    WebPMemoryWriterClear(&writer);
    WebPPictureFree(&picture);
    return fd;
}

static int make_png(const struct pixels *p)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)p->w,
                       .height = (png_uint_32)p->h,
                       .format = PNG_FORMAT_RGB};
    png_alloc_size_t len = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *out = malloc(len);
    if (!out || !png_image_write_to_memory(&image, out, &len, 0, p->rgb, 0, NULL))
        die("cannot encode", "PNG");
    int fd = in_memory("png", out, len);
    free(out);
    return fd;
}

/* --- measuring ------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static double median_ms(int64_t *us, int count)
{
    qsort(us, (size_t)count, sizeof *us, by_size);
    return (double)us[count / 2] / 1e3;
}

static void measure(const struct sample *s, struct fz_image_scratch *scratch, int rounds)
{
    int64_t ours[MAX_ROUNDS], theirs[MAX_ROUNDS];
    for (int i = 0; i < rounds; i++) {
        int64_t start = fz_thread_cpu_us();
        by_frieze(s, scratch);
        int64_t between = fz_thread_cpu_us();
        read_file(s->fd);
        s->library(s);
        ours[i] = between - start;
        theirs[i] = fz_thread_cpu_us() - between;
    }
    printf("{\"name\":\"%s\",\"ours_ms\":%.3f,\"theirs_ms\":%.3f},", s->name, median_ms(ours, rounds),
           median_ms(theirs, rounds));
}

static void measure_first(const char *path, struct fz_image_scratch *scratch, int rounds)
{
    int64_t us[MAX_ROUNDS];
    for (int i = 0; i < rounds; i++) {
        int64_t start = fz_thread_cpu_us();
        first_by_frieze(path, scratch);
        us[i] = fz_thread_cpu_us() - start;
    }
    printf("{\"name\":\"embedded thumbnail\",\"ours_ms\":%.3f}", median_ms(us, rounds));
}

int main(int argc, char **argv)
{
    int rounds = 7, option;
    while ((option = getopt(argc, argv, "n:")) != -1)
        rounds = option == 'n' ? atoi(optarg) : 0;
    if (optind + 1 != argc || rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: bench_tile [-n ROUNDS] PICTURE\n");
        return 2;
    }
    const char *path = argv[optind];
    int base = open(path, O_RDONLY | O_CLOEXEC);
    if (base < 0)
        die(path, strerror(errno));
    read_file(base);
    struct pixels whole = decode_rgb(8), half = decode_rgb(4);
    int w = whole.w, h = whole.h,
        prog = make_jpeg(&whole, (struct kind){.across = 2, .down = 2, .progressive = true});
    const struct sample samples[] = {
        {"JPEG 4:2:0", base, TILE_W, TILE_H, by_libjpeg, 1},
        {"JPEG 4:2:0, restarts", make_jpeg(&whole, (struct kind){.across = 2, .down = 2, .restarts = true}),
         TILE_W, TILE_H, by_libjpeg, 1},
        {"JPEG 4:2:2", make_jpeg(&whole, (struct kind){.across = 2, .down = 1}), TILE_W, TILE_H, by_libjpeg,
         1},
        {"JPEG 4:4:4", make_jpeg(&whole, (struct kind){.across = 1, .down = 1}), TILE_W, TILE_H, by_libjpeg,
         1},
        {"JPEG grey", make_jpeg(&whole, (struct kind){.across = 1, .down = 1, .grey = true}), TILE_W, TILE_H,
         by_libjpeg, 1},
        {"JPEG progressive", prog, TILE_W, TILE_H, by_libjpeg, 1},
        {"JPEG at 1/4", base, (w + 3) / 4, (h + 3) / 4, by_libjpeg, 2},
        {"JPEG at 1/2", base, (w + 1) / 2, (h + 1) / 2, by_libjpeg, 4},
        {"JPEG in full", base, w, h, by_libjpeg, 8},
        {"JPEG progressive, at 1/2", prog, (w + 1) / 2, (h + 1) / 2, by_libjpeg, 4},
        {"WebP", make_webp(&whole), TILE_W, TILE_H, by_libwebp, 0},
        {"PNG", make_png(&half), TILE_W, TILE_H, by_libpng, 0},
    };
    free(whole.rgb);
    free(half.rgb);
    fz_image_init();
    struct fz_image_scratch *scratch = fz_image_scratch_new(KEEP_BYTES);
    printf("{\"rounds\":%d,\"tiles\":[", rounds);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        measure(&samples[i], scratch, rounds);
    measure_first(path, scratch, rounds);
    printf("]}\n");
    fz_image_scratch_free(scratch);
    fz_image_fini();
    free(file.at);
    free(rows.at);
    free(tile.at);
    return 0;
}
