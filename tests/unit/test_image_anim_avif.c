/* Animated AVIF: its frames, their times, cut short and damaged. */
#include "test_image_anim.h"
#include "test_image_icc.h"

#include "frieze_config.h"
#include "image/anim/format.h"

#if FRIEZE_WITH_AVIF

#include <avif/avif.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { W = 32, H = 16, COUNT = 3 };

/* Of one colour each, lossless, for so many 1/100 s. */
static const uint32_t colors[COUNT] = {0xa04020, 0x00ff00, 0x3070f0};
static const uint64_t ticks[COUNT] = {50, 5, 20};

static avifImage *make_frame(uint32_t color, bool alpha, int primaries, int curve)
{
    avifImage *image = avifImageCreate(W, H, 8, AVIF_PIXEL_FORMAT_YUV444);
    image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_IDENTITY;
    image->colorPrimaries = (avifColorPrimaries)primaries;
    image->transferCharacteristics = (avifTransferCharacteristics)curve;
    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, image);
    rgb.format = AVIF_RGB_FORMAT_RGBA;
    uint8_t *pixels = malloc(W * H * 4);
    for (int i = 0; i < W * H; i++) {
        const uint8_t px[] = {(uint8_t)(color >> 16), (uint8_t)(color >> 8), (uint8_t)color,
                              alpha && i % W >= W / 2 ? 0 : 255};
        memcpy(pixels + (size_t)i * 4, px, 4);
    }
    rgb.pixels = pixels;
    rgb.rowBytes = W * 4;
    rgb.ignoreAlpha = !alpha;
    assert_int_equal(avifImageRGBToYUV(image, &rgb), AVIF_RESULT_OK);
    free(pixels);
    return image;
}

static struct bytes make_avif_of(size_t count, bool alpha, int primaries, int curve)
{
    avifEncoder *encoder = avifEncoderCreate();
    avifRWData data = AVIF_DATA_EMPTY;
    struct bytes b = {0};
    encoder->speed = 10;
    encoder->timescale = 100;
    encoder->minQuantizer = encoder->maxQuantizer = AVIF_QUANTIZER_LOSSLESS;
    encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = AVIF_QUANTIZER_LOSSLESS;
    for (size_t i = 0; i < count; i++) {
        avifImage *image = make_frame(colors[i], alpha, primaries, curve);
        assert_int_equal(
            avifEncoderAddImage(encoder, image, ticks[i],
                                count == 1 ? AVIF_ADD_IMAGE_FLAG_SINGLE : AVIF_ADD_IMAGE_FLAG_NONE),
            AVIF_RESULT_OK);
        avifImageDestroy(image);
    }
    assert_int_equal(avifEncoderFinish(encoder, &data), AVIF_RESULT_OK);
    bytes_put(&b, data.data, data.size);
    avifRWDataFree(&data);
    avifEncoderDestroy(encoder);
    return b;
}

static struct bytes make_avif(size_t count, bool alpha)
{
    return make_avif_of(count, alpha, AVIF_COLOR_PRIMARIES_BT709, AVIF_TRANSFER_CHARACTERISTICS_SRGB);
}

/* No brand tells of a still picture: libheif refuses it then. */
static void take_brands(struct bytes *b)
{
    for (size_t at = 16; at < b->data[3]; at += 4)
        memcpy(b->data + at, "avis", 4);
}

/* Nor is its box one any more. */
static void take_still(struct bytes *b)
{
    take_brands(b);
    uint8_t *meta = memmem(b->data, b->len, "meta", 4);
    assert_non_null(meta);
    memcpy(meta, "free", 4);
}

static enum fz_err code_of(const struct bytes *b, size_t len, struct fz_error *err)
{
    struct host host = {0};
    struct fz_image image;
    enum fz_err code = load(b->data, len, 0, 0, &host, &image, err);
    host_fini(&host);
    return code;
}

static void assert_frame(struct play *p, int index, bool alpha)
{
    assert_int_equal(p->frame.index, index);
    render(p, 0, 0);
    assert_int_equal(p->image.out_w, W);
    assert_near(pixel(&p->image, 2, H - 1), colors[index], 1);
    assert_near(pixel(&p->image, W - 2, 0), alpha ? (uint32_t)BACKGROUND : colors[index], 1);
}

static void test_frames_and_times(void **state)
{
    (void)state;
    for (int alpha = 0; alpha < 2; alpha++) {
        struct bytes b = make_avif(COUNT, alpha);
        struct play p;
        assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
        assert_int_equal(fz_anim_get_facts(p.anim)->frames, COUNT);
        for (int i = 0; i < 2 * COUNT; i++) {
            assert_int_equal(compose(&p, FZ_ANIM_NEXT), FZ_OK);
            assert_frame(&p, i % COUNT, alpha);
            assert_int_equal(p.frame.delay_us, ticks[i % COUNT] * 10000);
            assert_false(p.frame.last);
        }
        assert_int_equal(compose(&p, 1), FZ_OK); /* back */
        assert_frame(&p, 1, alpha);
        close_play(&p);
        free(b.data);
    }
}

/* Wide primaries, other curves, and high dynamic range: the first frame looks as the still picture does. */
static void test_colors_are_those_of_the_still(void **state)
{
    (void)state;
    static const int kinds[][2] = {{12, 13}, {9, 16}, {9, 18}, {1, 5}, {1, 8}, {9, 8}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = make_avif_of(COUNT, false, kinds[i][0], kinds[i][1]);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        struct play p;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
        assert_int_equal(compose(&p, 2), FZ_OK);
        render(&p, 0, 0);
        assert_true(channel_distance(pixel(&p.image, 2, 2), colors[2]) > 5);
        assert_int_equal(compose(&p, 0), FZ_OK);
        render(&p, 0, 0);
        assert_near(pixel(&p.image, 2, 2), pixel(&image, 2, 2), 2);
        close_play(&p);
        host_fini(&host);
        free(b.data);
    }
}

/* A picture that has no colours has a profile without any: of light as it is measured here, so that 64 is far from sRGB's. */
static void test_grey(void **state)
{
    (void)state;
    enum { GREY = 64 };
    struct bytes icc = grey_profile(1), b = {0};
    avifEncoder *encoder = avifEncoderCreate();
    avifRWData data = AVIF_DATA_EMPTY;
    encoder->minQuantizer = encoder->maxQuantizer = AVIF_QUANTIZER_LOSSLESS;
    for (int i = 0; i < 2; i++) {
        avifImage *image = avifImageCreate(W, H, 8, AVIF_PIXEL_FORMAT_YUV400);
        avifImageAllocatePlanes(image, AVIF_PLANES_YUV);
        for (int y = 0; y < H; y++)
            memset(image->yuvPlanes[AVIF_CHAN_Y] + (size_t)y * image->yuvRowBytes[AVIF_CHAN_Y], GREY, W);
        avifImageSetProfileICC(image, icc.data, icc.len);
        assert_int_equal(avifEncoderAddImage(encoder, image, 1, AVIF_ADD_IMAGE_FLAG_NONE), AVIF_RESULT_OK);
        avifImageDestroy(image);
    }
    assert_int_equal(avifEncoderFinish(encoder, &data), AVIF_RESULT_OK);
    bytes_put(&b, data.data, data.size);
    const double light = GREY / 255.0;
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_near(pixel(&image, 2, 2), expected(&icc, TYPE_GRAY_DBL, &light), 2);
    assert_lies_as_still(&b, 1, 2);
    host_fini(&host);
    avifRWDataFree(&data);
    avifEncoderDestroy(encoder);
    free(b.data);
    free(icc.data);
}

/* Which part of the fields: sides and how far its middle is off theirs, as fractions; 0: all of them. */
struct aperture {
    uint32_t w, h, right[2], down[2];
};

static struct bytes make_turned_avif(int quarters, int mirror, const struct aperture *part)
{
    enum { FIELD = 16 };
    avifEncoder *encoder = avifEncoderCreate();
    avifRWData data = AVIF_DATA_EMPTY;
    struct bytes b = {0};
    encoder->speed = 10;
    encoder->minQuantizer = encoder->maxQuantizer = AVIF_QUANTIZER_LOSSLESS;
    for (int i = 0; i < COUNT; i++) {
        avifImage *image = avifImageCreate(2 * FIELD, 3 * FIELD, 8, AVIF_PIXEL_FORMAT_YUV444);
        image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_IDENTITY;
        if (quarters > 0)
            image->transformFlags |= AVIF_TRANSFORM_IROT;
        image->irot.angle = (uint8_t)quarters;
        if (mirror >= 0) {
            image->transformFlags |= AVIF_TRANSFORM_IMIR;
#if AVIF_VERSION >= 1000000
            image->imir.axis = (uint8_t)mirror;
#else
            image->imir.mode = (uint8_t)mirror;
#endif
        }
        if (part->w > 0) {
            image->transformFlags |= AVIF_TRANSFORM_CLAP;
            image->clap.widthN = part->w;
            image->clap.heightN = part->h;
            image->clap.widthD = image->clap.heightD = 1;
            image->clap.horizOffN = part->right[0];
            image->clap.horizOffD = part->right[1];
            image->clap.vertOffN = part->down[0];
            image->clap.vertOffD = part->down[1];
        }
        avifRGBImage rgb;
        avifRGBImageSetDefaults(&rgb, image);
        rgb.format = AVIF_RGB_FORMAT_RGB;
        rgb.pixels = make_fields(FIELD, 3);
        rgb.rowBytes = 2 * FIELD * 3;
        assert_int_equal(avifImageRGBToYUV(image, &rgb), AVIF_RESULT_OK);
        assert_int_equal(avifEncoderAddImage(encoder, image, 1, AVIF_ADD_IMAGE_FLAG_NONE), AVIF_RESULT_OK);
        free(rgb.pixels);
        avifImageDestroy(image);
    }
    assert_int_equal(avifEncoderFinish(encoder, &data), AVIF_RESULT_OK);
    bytes_put(&b, data.data, data.size);
    avifRWDataFree(&data);
    avifEncoderDestroy(encoder);
    return b;
}

/* libavif 1.2.1 does not survive writing a sequence that is turned or cropped. */
static void skip_where_none_is_turned(void)
{
    int status;
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL); /* cmocka's goes on */
        free(make_turned_avif(1, -1, &(struct aperture){0}).data);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        skip();
    assert_int_equal(status, 0);
}

/* Turned, mirrored (0: top and bottom, 1: left and right), and both: each of the eight ways in which a picture can lie. */
static void test_it_lies_as_the_still(void **state)
{
    (void)state;
    skip_where_none_is_turned();
    static const int kinds[8][3] = {{0, -1, 1}, {0, 1, 2},  {2, -1, 3}, {0, 0, 4},
                                    {1, 0, 5},  {3, -1, 6}, {3, 0, 7},  {1, -1, 8}};
    for (int i = 0; i < 8; i++) {
        struct bytes b = make_turned_avif(kinds[i][0], kinds[i][1], &(struct aperture){0});
        assert_lies_as_still(&b, kinds[i][2], 2);
        free(b.data);
    }
}

/* Cropped in the middle, off it to either side, by halves of a pixel, and then turned. */
static void test_it_is_cropped_as_the_still(void **state)
{
    (void)state;
    skip_where_none_is_turned();
    static const struct aperture parts[] = {{20, 30, {0, 1}, {0, 1}},
                                            {20, 20, {2, 1}, {(uint32_t)-5, 1}},
                                            {21, 31, {1, 2}, {(uint32_t)-3, 2}},
                                            {32, 9, {0, 1}, {39, 2}},
                                            {5, 48, {(uint32_t)-27, 2}, {0, 1}}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct bytes b = make_turned_avif(i % 2 ? 1 : 0, -1, &parts[i]);
        assert_lies_as_still(&b, i % 2 ? 8 : 1, 2);
        free(b.data);
    }
}

static void assert_shows_the_first(void (*take)(struct bytes *b))
{
    static const struct aperture part = {20, 30, {2, 1}, {3, 1}};
    static const int kinds[][2] = {{1, 13}, {12, 13}, {9, 16}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = make_avif_of(COUNT, i == 1, kinds[i][0], kinds[i][1]);
        struct host hosts[2] = {0};
        struct fz_image with, image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &hosts[0], &with, &err), FZ_OK);
        take(&b);
        assert_int_equal(load(b.data, b.len, 0, 0, &hosts[1], &image, &err), FZ_OK);
        assert_true(image.width == W && image.height == H && image.frames == COUNT);
        for (int x = 2; x < W; x += W - 4)
            assert_near(pixel(&image, x, 2), pixel(&with, x, 2), 2);
        assert_lies_as_still(&b, 1, 0);
        host_fini(&hosts[0]);
        host_fini(&hosts[1]);
        free(b.data);
    }
    skip_where_none_is_turned();
    for (int quarters = 0; quarters < 2; quarters++) {
        struct bytes b = make_turned_avif(quarters, -1, &part);
        take(&b);
        assert_lies_as_still(&b, quarters ? 8 : 1, 0);
        free(b.data);
    }
}

/* A sequence alone shows its first frame, and plays; and so does one whose still picture libheif refuses. */
static void test_without_a_still(void **state)
{
    (void)state;
    assert_shows_the_first(take_still);
    assert_shows_the_first(take_brands);
}

/* The whole file of another codec is not told to be damaged; what is cut or contradicts itself is. */
static void test_sequences_that_cannot_be_read(void **state)
{
    (void)state;
    struct bytes b = make_avif(COUNT, false);
    struct fz_error err;
    take_still(&b);
    for (size_t len = 100; len < b.len; len += 7)
        assert_true(code_of(&b, len, &err) != FZ_OK);
    uint8_t *movie = memmem(b.data, b.len, "moov", 4);
    uint8_t *entry = memmem(movie, b.len - (size_t)(movie - b.data), "av01", 4);
    const uint8_t width = entry[4 + 25];
    entry[4 + 25] = W - 1;
    assert_int_equal(code_of(&b, b.len, &err), FZ_E_DAMAGED);
    entry[4 + 25] = width;
    for (uint8_t *at = b.data; (at = memmem(at, b.len - (size_t)(at - b.data), "avi", 3)); at++)
        memcpy(at, at == b.data + 8 ? "hevc" : "msf1", 4);
    memcpy(entry, "hvc1", 4);
    assert_int_equal(code_of(&b, b.len, &err), FZ_E_UNSUPPORTED);
    assert_non_null(strstr(err.msg, "heic: this build cannot read a sequence without a still picture"));
    free(b.data);
}

/* Where nothing says what of a frame is the picture, it is a still for all. */
static void test_of_another_size_than_the_still(void **state)
{
    (void)state;
    skip_where_none_is_turned();
    struct bytes b = make_turned_avif(0, -1, &(struct aperture){20, 30, {0, 1}, {0, 1}});
    size_t last = 0;
    for (size_t at = 0; at + 4 <= b.len; at++)
        if (memcmp(b.data + at, "clap", 4) == 0)
            last = at;
    memcpy(b.data + last, "free", 4);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    struct play p;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(image.width, 20);
    assert_int_equal(image.frames, 1);
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_E_UNSUPPORTED);
    close_play(&p);
    host_fini(&host);
    free(b.data);
}

/* The still picture knows how many frames there are; a file of one is no animation. */
static void test_stills(void **state)
{
    (void)state;
    for (size_t count = 1; count <= COUNT; count += 2) {
        struct bytes b = make_avif(count, false);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        struct play p;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.frames, count);
        assert_near(pixel(&image, 0, 0), colors[0], 1);
        assert_int_equal(open_play(&p, b.data, b.len, 0), count > 1 ? FZ_OK : FZ_E_UNSUPPORTED);
        close_play(&p);
        host_fini(&host);
        free(b.data);
    }
}

/* A box, whose bytes end where `b` does, from `start` on. */
static void end_box(struct bytes *b, size_t start)
{
    size_t size = b->len - start;
    for (int i = 0; i < 4; i++)
        b->data[start + (size_t)i] = (uint8_t)(size >> (24 - 8 * i));
}

static size_t begin_box(struct bytes *b, const char *type)
{
    size_t start = b->len;
    bytes_put(b, "\0\0\0\0", 4);
    bytes_put(b, type, 4);
    return start;
}

static void put_be(struct bytes *b, uint64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--)
        bytes_put(b, &(uint8_t){(uint8_t)(value >> 8 * i)}, 1);
}

static void put_zeros(struct bytes *b, int count)
{
    for (int i = 0; i < count; i++)
        put_be(b, 0, 1);
}

/* A track of `bytes` a time, whose edit list has these flags (-1: there is none). */
static void put_track(struct bytes *b, const char *handler, int bytes, uint64_t whole, int flags,
                      uint64_t segment)
{
    size_t track = begin_box(b, "trak"), box = begin_box(b, "tkhd");
    put_be(b, bytes == 8, 1);
    put_zeros(b, 3 + 2 * bytes + 8);
    put_be(b, whole, bytes);
    put_zeros(b, 60);
    end_box(b, box);
    if (flags >= 0) {
        size_t edits = begin_box(b, "edts"), list = begin_box(b, "elst");
        put_be(b, bytes == 8, 1);
        put_be(b, (uint64_t)flags, 3);
        put_be(b, 1, 4);
        put_be(b, segment, bytes);
        put_zeros(b, bytes + 4);
        end_box(b, list);
        end_box(b, edits);
    }
    size_t media = begin_box(b, "mdia"), is = begin_box(b, "hdlr");
    put_zeros(b, 8);
    bytes_put(b, handler, 4);
    put_zeros(b, 13);
    end_box(b, is);
    end_box(b, media);
    end_box(b, track);
}

static int plays(int bytes, uint64_t whole, int flags, uint64_t segment, size_t cut)
{
    struct bytes b = {0};
    size_t box = begin_box(&b, "ftyp");
    bytes_put(&b, "avis\0\0\0\0", 8);
    end_box(&b, box);
    box = begin_box(&b, "moov");
    put_track(&b, "auxv", 4, 1, 0, 1);
    put_track(&b, "pict", bytes, whole, flags, segment);
    end_box(&b, box);
    int result = fz_avif_plays(&(struct fz_bytes){.at = b.data, .len = b.len - cut, .whole = true});
    free(b.data);
    return result;
}

static void test_how_often(void **state)
{
    (void)state;
    for (int bytes = 4; bytes <= 8; bytes += 4) {
        assert_int_equal(plays(bytes, 300, 1, 100, 0), 3);
        assert_int_equal(plays(bytes, 301, 1, 100, 0), 4);
        assert_int_equal(plays(bytes, 300, 0, 100, 0), 1);
        assert_int_equal(plays(bytes, 300, -1, 100, 0), 0);
        assert_int_equal(plays(bytes, 300, 1, 0, 0), 0);
        assert_int_equal(plays(bytes, bytes == 8 ? UINT64_MAX : UINT32_MAX, 1, 100, 0), 0);
        for (size_t cut = 1; cut < 200; cut += 7)
            plays(bytes, 300, 1, 100, cut);
    }
    assert_int_equal(plays(8, UINT64_MAX - 1, 1, 1, 0), 0);
}

/* Whatever is cut off, and whatever the bytes become, with a still picture or without: an error, or frames of the size that was said. */
static void test_damage(void **state)
{
    (void)state;
    struct bytes b = make_avif(COUNT, false);
    struct fz_error err;
    uint32_t seed = 5;
    for (size_t round = 0; round < 600; round++) {
        struct bytes damaged = {0};
        if (round == 300)
            take_still(&b);
        bytes_put(&damaged, b.data, round % 3 ? b.len : next_random(&seed) % b.len);
        for (int i = 0; i < 3 && round % 3; i++)
            damaged.data[16 + next_random(&seed) % (damaged.len - 16)] = (uint8_t)next_random(&seed);
        struct play p;
        int count = open_play(&p, damaged.data, damaged.len, 8) == FZ_OK ? 4 : 0;
        for (int i = 0; i < count; i++)
            if (compose(&p, FZ_ANIM_NEXT) == FZ_OK)
                render(&p, 8, 8);
        close_play(&p);
        if (round >= 300)
            code_of(&damaged, damaged.len, &err);
        free(damaged.data);
    }
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_and_times),
        cmocka_unit_test(test_stills),
        cmocka_unit_test(test_how_often),
        cmocka_unit_test(test_colors_are_those_of_the_still),
        cmocka_unit_test(test_grey),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_it_lies_as_the_still),
        cmocka_unit_test(test_it_is_cropped_as_the_still),
        cmocka_unit_test(test_of_another_size_than_the_still),
        cmocka_unit_test(test_without_a_still),
        cmocka_unit_test(test_sequences_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
