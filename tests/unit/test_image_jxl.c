/* JPEG XL: as it was encoded, turned as its codestream says, by its DC where that is enough, cut short in part. */
#include "test_image_support.h"

#include "frieze_config.h"
#include "image/probe.h"
#include "test_image_icc.h"

#if FRIEZE_WITH_JXL

#include <jxl/encode.h>

struct options {
    int channels; /* 1 to 4 */
    int bits;     /* 8 or 16 */
    bool lossless, in_boxes;
    int orientation; /* 0 = 1 */
    int frames;      /* 0 = 1 */
    const struct bytes *icc;
    const JxlColorEncoding *color; /* NULL = sRGB */
};

/* Takes pixels of 8 bits. */
static struct bytes encode(const uint8_t *pixels, int width, int height, struct options o)
{
    JxlEncoder *encoder = JxlEncoderCreate(NULL);
    JxlBasicInfo info;
    JxlColorEncoding color;
    const size_t count = (size_t)width * (size_t)height * (size_t)o.channels;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = (uint32_t)width;
    info.ysize = (uint32_t)height;
    info.bits_per_sample = (uint32_t)o.bits;
    info.num_color_channels = o.channels < 3 ? 1 : 3;
    info.num_extra_channels = info.alpha_bits = 0;
    if (o.channels % 2 == 0) {
        info.num_extra_channels = 1;
        info.alpha_bits = (uint32_t)o.bits;
    }
    info.uses_original_profile = o.lossless;
    info.orientation = (JxlOrientation)(o.orientation ? o.orientation : 1);
    info.have_animation = o.frames > 1;
    info.animation.tps_numerator = info.animation.tps_denominator = 10;
    JxlEncoderUseContainer(encoder, o.in_boxes);
    assert_int_equal(JxlEncoderSetBasicInfo(encoder, &info), JXL_ENC_SUCCESS);
    JxlColorEncodingSetToSRGB(&color, o.channels < 3);
    if (o.icc)
        assert_int_equal(JxlEncoderSetICCProfile(encoder, o.icc->data, o.icc->len), JXL_ENC_SUCCESS);
    else
        assert_int_equal(JxlEncoderSetColorEncoding(encoder, o.color ? o.color : &color), JXL_ENC_SUCCESS);
    JxlEncoderFrameSettings *settings = JxlEncoderFrameSettingsCreate(encoder, NULL);
    JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, 3);
    if (o.lossless)
        JxlEncoderSetFrameLossless(settings, JXL_TRUE);
    const JxlPixelFormat format = {(uint32_t)o.channels, o.bits == 8 ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16,
                                   JXL_NATIVE_ENDIAN, 0};
    JxlFrameHeader header;
    JxlEncoderInitFrameHeader(&header);
    header.duration = o.frames > 1; /* those of no duration are but layers of the next */
    if (o.frames > 1)
        assert_int_equal(JxlEncoderSetFrameHeader(settings, &header), JXL_ENC_SUCCESS);
    uint16_t *deep = malloc(count * 2);
    for (size_t i = 0; i < count; i++)
        deep[i] = (uint16_t)(pixels[i] * 257);
    for (int i = 0; i < (o.frames ? o.frames : 1); i++)
        assert_int_equal(JxlEncoderAddImageFrame(settings, &format, o.bits == 8 ? (const void *)pixels : deep,
                                                 count * (size_t)o.bits / 8),
                         JXL_ENC_SUCCESS);
    free(deep);
    JxlEncoderCloseInput(encoder);
    struct bytes b = {0};
    JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT;
    while (status == JXL_ENC_NEED_MORE_OUTPUT) {
        uint8_t chunk[4096], *next = chunk;
        size_t room = sizeof chunk;
        status = JxlEncoderProcessOutput(encoder, &next, &room);
        bytes_put(&b, chunk, sizeof chunk - room);
    }
    assert_int_equal(status, JXL_ENC_SUCCESS);
    JxlEncoderDestroy(encoder);
    return b;
}

static struct bytes fields(int field_px, struct options o)
{
    uint8_t *pixels = make_fields(field_px, o.channels);
    struct bytes b = encode(pixels, field_px * 2, field_px * 3, o);
    free(pixels);
    return b;
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct options kinds[] = {
        {3, 8, .lossless = true},  {4, 8, .lossless = true}, {3, 16, .lossless = true},
        {4, 16, .lossless = true}, {3, 8, .in_boxes = true}, {3, 16, .lossless = false},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = fields(40, kinds[i]);
        for (int box = 0; box <= 60; box += 60) {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            if (load(b.data, b.len, box, box, &host, &image, &err) != FZ_OK)
                fail_msg("kind %zu: %s", i, err.msg);
            assert_string_equal(image.format, "jxl");
            assert_int_equal(image.width, 80);
            assert_false(image.damaged);
            assert_fields(&image, 1, kinds[i].lossless ? 0 : 6);
            host_fini(&host);
        }
        free(b.data);
    }
}

static void test_orientations(void **state)
{
    (void)state;
    for (int o = 1; o <= 8; o++) {
        struct bytes b = fields(16, (struct options){3, 8, true, o % 2 == 0, .orientation = o});
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.orientation, o);
        assert_int_equal(image.width, o >= 5 ? 48 : 32);
        assert_fields(&image, o, 0);
        host_fini(&host);
        free(b.data);
    }
}

/* The sizes of a header: small ones, ratios, and such as need many bits. */
static void test_sizes(void **state)
{
    (void)state;
    static const int sizes[][2] = {{8, 8},   {256, 256}, {7, 5},    {1, 1},    {640, 480},
                                   {30, 20}, {64, 36},   {700, 20}, {20, 700}, {5000, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t *pixels = make_photo(sizes[i][0], sizes[i][1], 3);
        struct bytes b = encode(pixels, sizes[i][0], sizes[i][1], (struct options){3, 8, .lossless = true});
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.width, sizes[i][0]);
        assert_int_equal(image.height, sizes[i][1]);
        const uint8_t *last = pixels + (sizes[i][0] * sizes[i][1] - 1) * 3;
        assert_int_equal(pixel(&image, sizes[i][0] - 1, sizes[i][1] - 1),
                         (uint32_t)last[0] << 16 | (uint32_t)last[1] << 8 | last[2]);
        host_fini(&host);
        free(b.data);
        free(pixels);
    }
}

/* 16 bits take much, and are asked for only where the header says that they are needed. */
static void test_what_colours_take(void **state)
{
    (void)state;
    enum { WIDTH = 64, HEIGHT = 48, USUAL = 9 };
    const JxlColorEncoding display = {.white_point = JXL_WHITE_POINT_D65,
                                      .primaries = JXL_PRIMARIES_P3,
                                      .transfer_function = JXL_TRANSFER_FUNCTION_SRGB},
                           own = {.white_point = JXL_WHITE_POINT_CUSTOM,
                                  .white_point_xy = {0.3457, 0.3585},
                                  .primaries = JXL_PRIMARIES_CUSTOM,
                                  .primaries_red_xy = {0.7347, 0.2653},
                                  .primaries_green_xy = {0.1596, 0.8404},
                                  .primaries_blue_xy = {0.0366, 0.0001},
                                  .transfer_function = JXL_TRANSFER_FUNCTION_GAMMA,
                                  .gamma = 1 / 1.8};
    JxlColorEncoding own_pq = own, grey_hlg = display;
    own_pq.transfer_function = JXL_TRANSFER_FUNCTION_PQ;
    grey_hlg.color_space = JXL_COLOR_SPACE_GRAY;
    grey_hlg.transfer_function = JXL_TRANSFER_FUNCTION_HLG;
    struct bytes icc = rgb_profile(&p3, 2.2);
    const struct {
        struct options options;
        uint64_t px_bytes;
    } kinds[] = {
        {{3, 8, .lossless = false}, USUAL},     {{3, 16, .lossless = false}, USUAL},
        {{3, 16, .color = &display}, USUAL},    {{3, 16, .color = &own}, USUAL},
        {{3, 16, .icc = &icc}, USUAL},          {{3, 16, .color = &own_pq}, 26},
        {{1, 16, .color = &grey_hlg}, 26},      {{3, 8, .lossless = true}, 20},
        {{3, 16, .lossless = true}, 24},        {{4, 16, .lossless = true}, 29},
        {{3, 16, true, .color = &display}, 40}, {{3, 16, true, .color = &own}, 40},
        {{3, 16, true, .icc = &icc}, 40},       {{3, 16, true, .color = &own_pq}, 40},
    };
    uint8_t *pixels = make_photo(WIDTH, HEIGHT, 4);
    uint64_t besides = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = encode(pixels, WIDTH, HEIGHT, kinds[i].options);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        if (i == 0)
            besides = host.reserved - b.len - (uint64_t)WIDTH * HEIGHT * USUAL;
        uint64_t px_bytes = (host.reserved - b.len - besides) / (WIDTH * HEIGHT);
        if (px_bytes != kinds[i].px_bytes)
            fail_msg("kind %zu: %llu bytes a pixel", i, (unsigned long long)px_bytes);
        host_fini(&host);
        free(b.data);
    }
    free(pixels);
    free(icc.data);
}

/* Little is asked of the rest of the file: its second half may be rubbish. */
static void test_dc_is_enough_for_small_ones(void **state)
{
    (void)state;
    uint8_t *pixels = make_photo(640, 640, 3);
    struct bytes b = encode(pixels, 640, 640, (struct options){3, 8, .lossless = false});
    free(pixels);
    struct host whole_host = {0}, host = {0};
    struct fz_image whole, image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 80, 80, &whole_host, &whole, &err), FZ_OK);
    memset(b.data + b.len * 3 / 4, 0x55, b.len / 4);
    assert_int_equal(load(b.data, b.len, 80, 80, &host, &image, &err), FZ_OK);
    assert_false(image.damaged);
    for (int i = 0; i < 80 * 80; i++)
        assert_int_equal(pixel(&image, i % 80, i / 80), pixel(&whole, i % 80, i / 80));
    host_fini(&whole_host);
    host_fini(&host);
    free(b.data);
}

static void test_cut_and_changed(void **state)
{
    (void)state;
    uint8_t *pixels = make_photo(600, 600, 3);
    struct bytes b = encode(pixels, 600, 600, (struct options){3, 8, .lossless = false});
    free(pixels);
    struct fz_image image;
    struct fz_error err;
    struct host host = {0};
    assert_int_equal(load(b.data, b.len * 9 / 10, 400, 400, &host, &image, &err), FZ_OK);
    assert_true(image.damaged);
    host_fini(&host);
    host = (struct host){0};
    assert_int_equal(load(b.data, 30, 400, 400, &host, &image, &err), FZ_E_DAMAGED);
    host_fini(&host);
    uint32_t seed = 11;
    for (int i = 0; i < 40; i++) {
        struct bytes changed = {0};
        host = (struct host){0};
        bytes_put(&changed, b.data, b.len);
        changed.data[next_random(&seed) % (i % 2 ? 40 : b.len)] = (uint8_t)next_random(&seed);
        load(changed.data, changed.len, i % 3 ? 64 : 0, 64, &host, &image, &err);
        host_fini(&host);
        free(changed.data);
    }
    free(b.data);
}

/* 65,535 x 65,535 in the bits of the header. */
static void test_huge_by_the_header(void **state)
{
    (void)state;
    uint64_t bits = 0, at = 0;
    bits |= UINT64_C(2) << 1 | UINT64_C(65534) << 3; /* not small; 18 bits */
    at = 21 + 3;                                     /* no ratio */
    bits |= UINT64_C(2) << at | UINT64_C(65534) << (at + 2);
    bits |= UINT64_C(1) << (at + 20);
    struct bytes b = {0};
    bytes_put(&b, "\xff\x0a", 2);
    bytes_put_le(&b, (uint32_t)bits, 4);
    bytes_put_le(&b, (uint32_t)(bits >> 32), 4);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 64, 64, &host, &image, &err), FZ_E_LIMIT);
    assert_int_equal(host.reserves, 0);
    free(b.data);
}

/* Whose curve is no power: from 0.9 on libjxl writes profiles that it has fields for as these. */
static struct bytes profile_of_a_table(void)
{
    static const cmsUInt16Number table[] = {0, 9000, 30000, 65535};
    cmsToneCurve *curve = cmsBuildTabulatedToneCurve16(NULL, sizeof table / sizeof *table, table);
    cmsToneCurve *const curves[3] = {curve, curve, curve};
    struct bytes icc = saved(cmsCreateRGBProfile(&d65, &p3, curves));
    cmsFreeToneCurve(curve);
    return icc;
}

/* Frames and profile, without the pixels; loading tells the same. */
static void test_facts(void **state)
{
    (void)state;
    struct bytes icc = profile_of_a_table();
    static const int most[] = {5, 3};
    for (int kind = 0; kind < 16; kind++) {
        bool many = kind & 1, profile = kind & 2, in_boxes = kind & 4;
        struct bytes b = fields(40, (struct options){.channels = 3,
                                                     .bits = 8,
                                                     .lossless = kind & 8,
                                                     .in_boxes = in_boxes,
                                                     .frames = many ? 5 : 1,
                                                     .icc = profile ? &icc : NULL});
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        for (int limit = 0; limit < 2; limit++) {
            struct host host = {0};
            int fd = open_bytes(b.data, b.len);
            struct fz_image_request request = make_request(fd, 0, 0, &host);
            request.limits.max_frames = most[limit];
            struct fz_probe probe;
            struct fz_error err;
            assert_int_equal(fz_image_probe(&request, scratch, &probe, &err), FZ_OK);
            assert_int_equal(probe.image.frames, many ? most[limit] : 1);
            assert_int_equal(probe.image.has_profile, profile);
            close(fd);
        }
        fz_image_scratch_free(scratch);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.frames, many ? 5 : 1);
        assert_int_equal(image.has_profile, profile);
        host_fini(&host);
        free(b.data);
    }
    free(icc.data);
}

static void put_long_box(struct bytes *b, const char *type, const void *data, size_t len)
{
    bytes_put_be(b, 1, 4);
    bytes_put(b, type, 4);
    bytes_put_be(b, 0, 4);
    bytes_put_be(b, (uint32_t)len + 16, 4);
    bytes_put(b, data, len);
}

/* Lengths of 64 bits (ISO/IEC 14496-12, 4.2.2), as files beyond 4 GB need them; libjxl 0.7 reads none. */
static void test_long_boxes(void **state)
{
    (void)state;
    for (int frames = 1; frames <= 5; frames += 4) {
        struct bytes codes = fields(40, (struct options){3, 8, .lossless = true, .frames = frames});
        struct bytes b = {0};
        bytes_put(&b, "\0\0\0\14JXL \r\n\x87\n\0\0\0\24ftypjxl \0\0\0\0jxl ", 32);
        put_long_box(&b, "xml ", "<x/>", 4);
        put_long_box(&b, "jxlc", codes.data, codes.len);
        put_long_box(&b, "xml ", "<y/>", 4);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        if (load(b.data, b.len, 0, 0, &host, &image, &err) != FZ_OK)
            fail_msg("%d frames: %s", frames, err.msg);
        assert_false(image.damaged);
        assert_int_equal(image.frames, frames);
        assert_fields(&image, 1, 0);
        host_fini(&host);
        free(codes.data);
        free(b.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_long_boxes),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_orientations),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_what_colours_take),
        cmocka_unit_test(test_dc_is_enough_for_small_ones),
        cmocka_unit_test(test_cut_and_changed),
        cmocka_unit_test(test_huge_by_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
