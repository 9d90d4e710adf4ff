/* HEIC and AVIF: pixels, orientation by irot and imir alone, thumbnails where they are large enough, what cannot be decoded. */
#include "test_image_left.h"
#include "test_image_support.h"

#include "frieze_config.h"

#if FRIEZE_WITH_HEIF

#include "image/codecs/heif_boxes.h"

#include <libheif/heif.h>

struct options {
    enum heif_compression_format format;
    int bits; /* 0 = 8 */
    bool alpha;
    int orientation; /* 0 = 1 */
    int thumbnail;   /* the longer side; 0 = none */
    uint32_t thumbnail_color;
    bool cropped; /* by a property, where its sides are odd; else by a grid of one */
};

static struct heif_error append(struct heif_context *context, const void *data, size_t len, void *to)
{
    (void)context;
    bytes_put(to, data, len);
    return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

/* Takes pixels of 3 or 4 bytes. */
static struct heif_image *image_of(const uint8_t *pixels, int width, int height, const struct options *o)
{
    struct heif_image *image;
    const int channels = o->alpha ? 4 : 3, bits = o->bits ? o->bits : 8;
    enum heif_chroma chroma = bits > 8   ? heif_chroma_interleaved_RRGGBB_LE
                              : o->alpha ? heif_chroma_interleaved_RGBA
                                         : heif_chroma_interleaved_RGB;
    assert_int_equal(heif_image_create(width, height, heif_colorspace_RGB, chroma, &image).code,
                     heif_error_Ok);
    heif_image_add_plane(image, heif_channel_interleaved, width, height, bits);
    int stride;
    uint8_t *plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    for (int y = 0; y < height; y++)
        for (int i = 0; i < width * channels; i++) {
            unsigned v = pixels[y * width * channels + i];
            if (bits == 8) {
                plane[y * stride + i] = (uint8_t)v;
            } else {
                v = (v * ((1u << bits) - 1) + 127) / 255;
                plane[y * stride + i * 2] = (uint8_t)v;
                plane[y * stride + i * 2 + 1] = (uint8_t)(v >> 8);
            }
        }
    return image;
}

static struct bytes encode(const uint8_t *pixels, int width, int height, struct options o)
{
    struct bytes b = {0};
    struct heif_context *context = heif_context_alloc();
    struct heif_encoder *encoder = NULL;
    if (heif_context_get_encoder_for_format(context, o.format, &encoder).code != heif_error_Ok)
        skip();
    heif_encoder_set_lossy_quality(encoder, 95);
    heif_encoder_set_parameter_string(encoder, "chroma", o.bits ? "420" : "444");
    struct heif_encoding_options *options = heif_encoding_options_alloc();
    if (o.orientation)
        options->image_orientation = (enum heif_orientation)o.orientation;
    options->macOS_compatibility_workaround = !o.cropped;
    struct heif_image *image = image_of(pixels, width, height, &o);
    struct heif_image_handle *handle = NULL;
    assert_int_equal(heif_context_encode_image(context, image, encoder, options, &handle).code,
                     heif_error_Ok);
    if (o.thumbnail) {
        uint8_t *plain = malloc((size_t)width * (size_t)height * 3);
        for (int i = 0; i < width * height * 3; i++)
            plain[i] = (uint8_t)(o.thumbnail_color >> (16 - 8 * (i % 3)));
        struct heif_image *small = image_of(plain, width, height, &o);
        struct heif_image_handle *thumbnail = NULL;
        assert_int_equal(
            heif_context_encode_thumbnail(context, small, handle, encoder, options, o.thumbnail, &thumbnail)
                .code,
            heif_error_Ok);
        heif_image_handle_release(thumbnail);
        heif_image_release(small);
        free(plain);
    }
    struct heif_writer writer = {1, append};
    assert_int_equal(heif_context_write(context, &writer, &b).code, heif_error_Ok);
    heif_image_handle_release(handle);
    heif_image_release(image);
    heif_encoding_options_free(options);
    heif_encoder_release(encoder);
    heif_context_free(context);
    return b;
}

static struct bytes fields(struct options o)
{
    uint8_t *pixels = make_fields(64, o.alpha ? 4 : 3);
    for (int i = 0; o.alpha && i < 128 * 192; i++)
        pixels[i * 4 + 3] = i % 128 < 64 ? 255 : 0;
    struct bytes b = encode(pixels, 128, 192, o);
    free(pixels);
    return b;
}

static void test_heic_and_avif(void **state)
{
    (void)state;
    static const struct options kinds[] = {
        {.format = heif_compression_HEVC},
        {.format = heif_compression_AV1},

        {.format = heif_compression_AV1, .bits = 12},
        {.format = heif_compression_HEVC, .bits = 10},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = fields(kinds[i]);
        for (int box = 0; box <= 60; box += 60) {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            if (load(b.data, b.len, box, box, &host, &image, &err) != FZ_OK)
                fail_msg("kind %zu: %s", i, err.msg);
            assert_string_equal(image.format, kinds[i].format == heif_compression_HEVC ? "heic" : "avif");
            assert_int_equal(image.width, 128);
            assert_int_equal(image.height, 192);
            assert_int_equal(image.out_h, box ? 60 : 192);
            assert_fields(&image, 1, 6);
            host_fini(&host);
        }
        free(b.data);
    }
}

static void test_alpha(void **state)
{
    (void)state;
    struct bytes b = fields((struct options){.format = heif_compression_AV1, .alpha = true});
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_near(pixel(&image, 20, 20), field_colors[0], 6);
    assert_near(pixel(&image, 100, 20), 0x204060, 2);
    host_fini(&host);
    free(b.data);
}

/* libheif writes irot and imir for it; the header must say the same before anything is decoded. */
static void test_orientations(void **state)
{
    (void)state;
    for (int o = 1; o <= 8; o++) {
        struct bytes b = fields((struct options){.format = heif_compression_AV1, .orientation = o});
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.orientation, o);
        assert_int_equal(image.width, o >= 5 ? 192 : 128);
        assert_int_equal(image.height, o >= 5 ? 128 : 192);
        assert_fields(&image, o, 6);
        host_fini(&host);
        free(b.data);
    }
}

/* Upright, as irot makes the picture. */
static void test_thumbnails_of_others(void **state)
{
    (void)state;
    static const struct {
        int orientation, width, height;
        bool found;
    } cases[] = {{1, 64, 96, true},  {1, 96, 64, false}, {6, 96, 64, true},
                 {6, 64, 96, false}, {3, 64, 96, true},  {7, 96, 64, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b =
            fields((struct options){.format = heif_compression_AV1, .orientation = cases[i].orientation});
        struct bytes png =
            make_left_thumbnail(LEFT_TEXT, "file:///a.heic", "7", cases[i].width, cases[i].height);
        const struct fz_image_thumbnail thumbnail = {png.data, png.len, "file:///a.heic", 7};
        struct host host = {0};
        struct fz_image_request request = make_request(-1, 128, 128, &host);
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_image image;
        request.head = (struct fz_image_head){.bytes = b.data, .len = b.len};
        if (fz_image_load_thumbnail(&request, &thumbnail, scratch, &image) != cases[i].found)
            fail_msg("case %zu", i);
        if (cases[i].found) {
            const bool turned = cases[i].orientation >= 5;
            assert_int_equal(image.orientation, cases[i].orientation);
            assert_int_equal(image.width, turned ? 192 : 128);
            assert_int_equal(image.height, turned ? 128 : 192);
            assert_int_equal(image.out_w, cases[i].width);
        }
        host_fini(&host);
        fz_image_scratch_free(scratch);
        free(png.data);
        free(b.data);
    }
}

/* `ispe` becomes a property that nobody knows. */
static void hide_extents(struct bytes *b)
{
    int hidden = 0;
    for (uint8_t *at; (at = memmem(b->data, b->len, "ispe", 4)); hidden++)
        memcpy(at, "free", 4);
    assert_true(hidden > 0);
}

static void assert_same(const struct fz_image *one, const struct fz_image *other)
{
    assert_int_equal(one->width, other->width);
    assert_int_equal(one->height, other->height);
    assert_int_equal(one->orientation, other->orientation);
    assert_int_equal(one->out_w, other->out_w);
    assert_int_equal(one->out_h, other->out_h);
    assert_memory_equal(one->pixels, other->pixels, (size_t)other->out_h * (size_t)other->pitch_bytes);
}

/* As the standard lets it, and libheif since 1.19 does: for good, and with the reason. */
static bool is_refused(enum fz_err code, const struct fz_error *err)
{
    const bool refuses = heif_get_version_number() >= 0x01130000;
    return refuses && code == FZ_E_DAMAGED &&
           (strstr(err->msg, "ispe") || strstr(err->msg, "Invalid image size"));
}

/* Then the size is that which is coded, and what is done to it the same. */
static void test_without_extents(void **state)
{
    (void)state;
    static const int sizes[][2] = {{128, 192}, {66, 50}, {64, 64}};
    for (int o = 1; o <= 16; o++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            const int width = sizes[i][0], height = sizes[i][1];
            uint8_t *pixels = make_photo(width, height, 3);
            struct bytes b =
                encode(pixels, width, height,
                       (struct options){.format = o > 8 ? heif_compression_HEVC : heif_compression_AV1,
                                        .orientation = (o - 1) % 8 + 1});
            struct host host = {0}, hidden_host = {0};
            struct fz_image image, hidden;
            struct fz_error err;
            assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
            hide_extents(&b);
            enum fz_err code = load(b.data, b.len, 0, 0, &hidden_host, &hidden, &err);
            if (code != FZ_OK && !is_refused(code, &err))
                fail_msg("%dx%d, %d: %d, %s", width, height, o, code, err.msg);
            if (code == FZ_OK)
                assert_same(&hidden, &image);
            host_fini(&host);
            host_fini(&hidden_host);
            free(b.data);
            free(pixels);
        }
}

/* It may be refused there, too, but not for want of memory: that would be asked for again and again. */
static void test_a_grid_without_extents(void **state)
{
    (void)state;
    struct host host = {0};
    const int fd = open(FZ_TEST_CORPUS "/no-extent.heic", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct fz_image_request request = make_request(fd, 64, 64, &host);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image image;
    struct fz_error err;
    enum fz_err code = fz_image_load(&request, scratch, &image, &err);
    assert_true(code == FZ_OK || is_refused(code, &err));
    host_fini(&host);
    fz_image_scratch_free(scratch);
    close(fd);
}

/* Bits behind one another, the highest of a byte first. */
struct writer {
    uint8_t bytes[256];
    size_t bits;
};

static void put_bits(struct writer *w, uint32_t value, unsigned count)
{
    for (; count > 0; count--, w->bits++)
        w->bytes[w->bits / 8] |= (uint8_t)((value >> (count - 1) & 1) << (7 - w->bits % 8));
}

/* A sequence header of 641 x 361 (AV1 specification, 5.5), with all that may tell of time before the size: each bit of `parts` is one
 * thing more. */
static void put_sequence(struct writer *w, unsigned parts)
{
    const bool timing = parts & 1, equal = parts & 2, model = timing && parts & 4, delays = parts & 8,
               high = parts & 16, endless = parts & 32;
    const unsigned points = parts & 64 ? 3 : 1, delay_bits = 23;
    put_bits(w, 0, 3 + 1 + 1);
    put_bits(w, timing, 1);
    if (timing) {
        put_bits(w, 0xdeadbeef, 32);
        put_bits(w, 0xcafef00d, 32);
        put_bits(w, equal, 1);
        if (equal && endless)
            put_bits(w, 0, 32);
        if (equal)
            put_bits(w, endless ? 1 : 0x35, endless ? 1 : 11); /* 00000110101: 5 zeros, 5 bits behind the 1 */
        put_bits(w, model, 1);
        if (model) {
            put_bits(w, delay_bits - 1, 5);
            put_bits(w, 0xffffffff, 32);
            put_bits(w, 0x2a5, 10);
        }
    }
    put_bits(w, delays, 1);
    put_bits(w, points - 1, 5);
    for (unsigned i = 0; i < points; i++) {
        put_bits(w, 0xabc, 12);
        put_bits(w, high ? 9 : 5, 5);
        put_bits(w, 1, high);
        if (model) {
            put_bits(w, i != 1, 1);
            put_bits(w, 0x5a5a5a, i != 1 ? delay_bits : 0);
            put_bits(w, 0x696969, i != 1 ? delay_bits : 0);
            put_bits(w, 1, i != 1);
        }
        if (delays)
            put_bits(w, 0x1d, 5);
    }
    put_bits(w, 9, 4);
    put_bits(w, 8, 4);
    put_bits(w, 640, 10);
    put_bits(w, 360, 9);
    put_bits(w, 0, 16);
}

static void test_sizes_behind_times(void **state)
{
    (void)state;
    enum { CONFIGURATION = 4, OBU = 2, COMBINATIONS = 128 };
    for (unsigned parts = 0; parts < COMBINATIONS; parts++) {
        struct writer w = {.bits = (CONFIGURATION + OBU) * 8};
        put_sequence(&w, parts);
        const size_t len = (w.bits + 7) / 8;
        w.bytes[CONFIGURATION] = 0x0a; /* a sequence header that says how long it is */
        w.bytes[CONFIGURATION + 1] = (uint8_t)(len - CONFIGURATION - OBU);
        const struct fz_bytes file = {.at = w.bytes, .len = len, .whole = true};
        const struct fz_heif_coding coding = {.av1 = {0, len}};
        struct fz_heif_size size = {0};
        assert_int_equal(fz_heif_coded_size(&file, &coding, &size), FZ_HEAD_OK);
        if (size.width != 641 || size.height != 361)
            fail_msg("%x: %ux%u", parts, size.width, size.height);
    }
}

/* The thumbnail is of another colour than the picture, to be told from it. */
static void test_thumbnail_where_it_covers(void **state)
{
    (void)state;
    struct bytes b = fields((struct options){
        .format = heif_compression_AV1, .orientation = 6, .thumbnail = 96, .thumbnail_color = 0x806040});
    static const struct {
        int box;
        bool small;
    } cases[] = {{0, false}, {97, false}, {96, true}, {40, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, cases[i].box, cases[i].box, &host, &image, &err), FZ_OK);
        assert_int_equal(image.width, 192);
        assert_int_equal(image.height, 128);
        if (cases[i].small)
            assert_near(pixel(&image, 10, 10), 0x806040, 4);
        else
            assert_fields(&image, 6, 8);
        host_fini(&host);
    }
    free(b.data);
}

/* As `frieze scale` asks, and a part of it: libheif makes thumbnails out of every so manyth pixel, to any size. */
static void test_no_thumbnail_where_it_is_to_be_exact(void **state)
{
    (void)state;
    struct bytes b = fields(
        (struct options){.format = heif_compression_AV1, .thumbnail = 96, .thumbnail_color = 0x806040});
    const struct fz_image_want wants[] = {{.box_w = 40, .box_h = 40, .exact = true},
                                          {.box_w = 32, .box_h = 48, .region = {0, 0, 128, 192}}};
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
        struct host host = {0};
        int fd = open_bytes(b.data, b.len);
        struct fz_image_request request = make_request(fd, 0, 0, &host);
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_image image;
        struct fz_error err;
        request.want = wants[i];
        assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
        assert_fields(&image, 1, 8);
        host_fini(&host);
        fz_image_scratch_free(scratch);
        close(fd);
    }
    free(b.data);
}

static void test_cut_and_changed(void **state)
{
    (void)state;
    struct bytes b = fields((struct options){.format = heif_compression_AV1});
    struct fz_image image;
    struct fz_error err;
    for (size_t percent = 0; percent < 100; percent += 7) {
        struct host host = {0};
        enum fz_err code = load(b.data, b.len * percent / 100, 64, 64, &host, &image, &err);
        if (code == FZ_OK)
            fail_msg("cut at %zu %%: shown as if it were whole", percent);
        host_fini(&host);
    }
    uint32_t seed = 11;
    for (int i = 0; i < 200; i++) {
        struct bytes changed = {0};
        struct host host = {0};
        bytes_put(&changed, b.data, b.len);
        changed.data[next_random(&seed) % b.len] = (uint8_t)next_random(&seed);
        load(changed.data, changed.len, 64, 64, &host, &image, &err);
        host_fini(&host);
        free(changed.data);
    }
    free(b.data);
}

/* The size in `ispe` is raised to 65,535 on both sides. */
static void test_huge_by_the_header(void **state)
{
    (void)state;
    struct bytes b = fields((struct options){.format = heif_compression_AV1});
    uint8_t *ispe = memmem(b.data, b.len, "ispe", 4);
    assert_non_null(ispe);
    memcpy(ispe + 8, "\0\0\xff\xff\0\0\xff\xff", 8);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 64, 64, &host, &image, &err), FZ_E_LIMIT);
    assert_int_equal(host.reserves, 0);
    free(b.data);
}

enum { CODED_W = 641, CODED_H = 481 };

static struct bytes large(struct options o)
{
    uint8_t *pixels = make_photo(CODED_W, CODED_H, 3);
    struct bytes b = encode(pixels, CODED_W, CODED_H, o);
    free(pixels);
    return b;
}

/* What is reserved for it, and whether it is refused where no more than `most_px` may be decoded. */
static uint64_t reserved_for(const struct bytes *b, uint64_t most_px, enum fz_err *code)
{
    struct host host = {0};
    const int fd = open_bytes(b->data, b->len);
    struct fz_image_request request = make_request(fd, 64, 64, &host);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image image;
    request.limits.max_whole_px = most_px;
    *code = fz_image_load(&request, scratch, &image, NULL);
    host_fini(&host);
    fz_image_scratch_free(scratch);
    close(fd);
    return host.reserved;
}

static void assert_counts_as_coded(const struct bytes *b, uint64_t reserved, const char *name)
{
    const uint64_t coded_px = (uint64_t)CODED_W * CODED_H;
    enum fz_err code;
    const uint64_t now = reserved_for(b, coded_px * 2, &code);
    if (now < reserved * 9 / 10)
        fail_msg("%s: %llu bytes reserved, of %llu", name, (unsigned long long)now,
                 (unsigned long long)reserved);
    reserved_for(b, coded_px - 1, &code);
    if (code != FZ_E_LIMIT)
        fail_msg("%s: not refused, %d", name, code);
}

/* libheif writes it before the size that it crops. Of the one picture in the file. */
static void crop_last(struct bytes *b)
{
    enum { COUNT_AT = 4 + 4 + 4 + 2 };
    uint8_t *ipco = memmem(b->data, b->len, "ipco", 4), *clap = memmem(b->data, b->len, "clap", 4),
            *ipma = memmem(b->data, b->len, "ipma", 4);
    assert_true(ipco && clap && ipma);
    uint8_t index = 1;
    for (uint8_t *at = ipco + 4; at + 4 < clap; at += at[2] << 8 | at[3], index++)
        ;
    uint8_t *of = ipma + COUNT_AT + 1, *end = of + ipma[COUNT_AT], *crops = of;
    while (crops < end && (*crops & 0x7f) != index)
        crops++;
    assert_true(crops < end);
    const uint8_t property = *crops;
    memmove(crops, crops + 1, (size_t)(end - crops - 1));
    end[-1] = property;
}

/* `clap` comes to cut out 16 x 16: all of it is decoded before. */
static void test_cropped_picture_counts_as_coded(void **state)
{
    (void)state;
    struct bytes b = large((struct options){.format = heif_compression_HEVC, .cropped = true});
    enum fz_err code;
    const uint64_t reserved = reserved_for(&b, (uint64_t)CODED_W * CODED_H * 2, &code);
    uint8_t *clap = memmem(b.data, b.len, "clap", 4);
    assert_int_equal(code, FZ_OK);
    assert_non_null(clap);
    crop_last(&b);
    memcpy(clap + 4, "\0\0\0\20\0\0\0\1\0\0\0\20\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1", 32);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(image.width, 16);
    assert_int_equal(image.height, 16);
    host_fini(&host);
    assert_counts_as_coded(&b, reserved, "clap");
    free(b.data);
}

/* Every `ispe` says that the picture is 16 px high. */
static void flatten(struct bytes *b)
{
    enum { HEIGHT_AT = 12 };
    for (uint8_t *at = b->data; (at = memmem(at, b->len - (size_t)(at - b->data), "ispe", 4)); at++)
        memcpy(at + HEIGHT_AT, "\0\0\0\20", 4);
}

/* Which libheif does not look at: it decodes what the grid, HEVC or AV1 says. */
static void test_false_extents(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct options options;
    } kinds[] = {{"grid", {.format = heif_compression_HEVC}},
                 {"hevc", {.format = heif_compression_HEVC, .cropped = true}},
                 {"av1", {.format = heif_compression_AV1}}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = large(kinds[i].options);
        enum fz_err code;
        const uint64_t reserved = reserved_for(&b, (uint64_t)CODED_W * CODED_H * 2, &code);
        assert_int_equal(code, FZ_OK);
        flatten(&b);
        assert_counts_as_coded(&b, reserved, kinds[i].name);
        free(b.data);
    }
}

/* What the item holds comes to lie behind what is read before memory is reserved. */
static void move_item_behind(struct bytes *b, size_t far)
{
    uint8_t *mdat = memmem(b->data, b->len, "mdat", 4), *iloc = memmem(b->data, b->len, "iloc", 4);
    assert_true(mdat && iloc && iloc < mdat);
    const size_t at = (size_t)(mdat + 4 - b->data), len = b->len - at;
    struct bytes place = {0}, from = {0};
    bytes_put_be(&from, (uint32_t)at, 4);
    uint8_t *said = memmem(iloc, (size_t)(mdat - iloc), from.data, 4);
    assert_non_null(said);
    bytes_put_be(&place, (uint32_t)(at + len + 8 + far), 4);
    memcpy(said, place.data, 4);
    struct bytes item = {0};
    bytes_put(&item, b->data + at, len);
    bytes_put_be(b, (uint32_t)(8 + far + len), 4);
    bytes_put(b, "free", 4);
    for (size_t i = 0; i < far; i++)
        bytes_put(b, "", 1);
    bytes_put(b, item.data, len);
    free(item.data);
    free(place.data);
    free(from.data);
}

static void test_false_extents_found_out_late(void **state)
{
    (void)state;
    struct bytes b = large((struct options){.format = heif_compression_AV1});
    struct fz_image image;
    struct fz_error err;
    move_item_behind(&b, 64 << 10);
    for (int is_false = 0; is_false < 2; is_false++) {
        struct host host = {0};
        const enum fz_err code = load(b.data, b.len, 64, 64, &host, &image, &err);
        assert_int_equal(code, is_false ? FZ_E_DAMAGED : FZ_OK);
        if (is_false)
            assert_string_equal(err.msg, "avif: the file contradicts itself about its size");
        host_fini(&host);
        flatten(&b);
    }
    free(b.data);
}

/* The thumbnail becomes the primary picture, and tells the truth; what the other one tells is not its own size. */
static void test_false_extents_of_another_item(void **state)
{
    (void)state;
    struct bytes b = fields(
        (struct options){.format = heif_compression_AV1, .thumbnail = 96, .thumbnail_color = 0x806040});
    uint8_t *pitm = memmem(b.data, b.len, "pitm", 4), *ispe = memmem(b.data, b.len, "ispe", 4);
    assert_true(pitm && ispe);
    pitm[9] = 2;
    struct fz_image image;
    struct fz_error err;
    for (int is_false = 0; is_false < 2; is_false++) {
        struct host host = {0};
        const enum fz_err code = load(b.data, b.len, 0, 0, &host, &image, &err);
        assert_int_equal(code, is_false ? FZ_E_DAMAGED : FZ_OK);
        if (is_false) {
            assert_string_equal(err.msg, "avif: the file contradicts itself about its size");
        } else {
            assert_int_equal(image.width, 64);
            assert_int_equal(image.height, 96);
        }
        host_fini(&host);
        memcpy(ispe + 8, "\0\0\0\100\0\0\0\140", 8);
    }
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heic_and_avif),
        cmocka_unit_test(test_alpha),
        cmocka_unit_test(test_orientations),
        cmocka_unit_test(test_thumbnails_of_others),
        cmocka_unit_test(test_thumbnail_where_it_covers),
        cmocka_unit_test(test_no_thumbnail_where_it_is_to_be_exact),
        cmocka_unit_test(test_without_extents),
        cmocka_unit_test(test_a_grid_without_extents),
        cmocka_unit_test(test_cut_and_changed),
        cmocka_unit_test(test_huge_by_the_header),
        cmocka_unit_test(test_sizes_behind_times),
        cmocka_unit_test(test_cropped_picture_counts_as_coded),
        cmocka_unit_test(test_false_extents),
        cmocka_unit_test(test_false_extents_found_out_late),
        cmocka_unit_test(test_false_extents_of_another_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
