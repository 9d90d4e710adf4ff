/* JPEG XL of inks: three colours, a channel of black and a CMYK profile, against lcms's own arithmetic in floating point. */
#include "test_image_anim.h"

#include "frieze_config.h"
#include "image/probe.h"
#include "test_image_icc.h"

#if FRIEZE_WITH_JXL

#include <jxl/decode.h>
#include <jxl/encode.h>

enum { FIELD = 64, FIELDS = 8, WIDTH = FIELD * FIELDS, HEIGHT = 24 };

/* C M Y K and alpha; 255 = all ink, which is 0 in the file. */
static const uint8_t inks[FIELDS][5] = {
    {0, 0, 0, 0, 255},   {0, 0, 0, 255, 255},    {255, 0, 0, 0, 255},     {0, 255, 0, 0, 255},
    {0, 0, 255, 0, 255}, {40, 200, 10, 20, 255}, {90, 80, 180, 128, 128}, {255, 255, 255, 255, 0},
};

struct options {
    const struct bytes *icc; /* NULL: sRGB */
    unsigned bits;           /* 8 or 16 */
    bool no_black, alpha, premultiplied, lossy;
    bool layers; /* its frames are: blended, and one picture */
    int frames;  /* 0 = 1; in each a field has the inks of the one that stood beside it */
};

static const uint8_t *inks_at(int x, int frame)
{
    return inks[(x / FIELD + frame) % FIELDS];
}

/* 0..255 as the file has it. */
static unsigned stored(const uint8_t ink[5], int c, const struct options *o)
{
    unsigned sample = c < 4 ? 255U - ink[c] : ink[4];
    return c < 4 && o->premultiplied ? (sample * ink[4] + 127) / 255 : sample;
}

static void put_sample(uint8_t **to, unsigned sample, unsigned bits)
{
    const uint16_t deep = (uint16_t)(sample * 257);
    memcpy(*to, &deep, bits / 8); /* both bytes are the same */
    *to += bits / 8;
}

static void set_frame(JxlEncoderFrameSettings *settings, const struct options *o, int frame)
{
    JxlFrameHeader header;
    JxlEncoderInitFrameHeader(&header);
    header.duration = !o->layers;
    const JxlBlendInfo *blend = &header.layer_info.blend_info;
    if (o->layers && frame > 0)
        header.layer_info.blend_info.blendmode = JXL_BLEND_BLEND;
    assert_int_equal(JxlEncoderSetFrameHeader(settings, &header), JXL_ENC_SUCCESS);
    for (size_t i = 0; o->layers && i < 2; i++)
        assert_int_equal(JxlEncoderSetExtraChannelBlendInfo(settings, i, blend), JXL_ENC_SUCCESS);
}

static void add_frame(JxlEncoderFrameSettings *settings, const struct options *o, int frame)
{
    const size_t px = (size_t)WIDTH * HEIGHT, bytes = o->bits / 8;
    const uint32_t channels = o->alpha ? 4 : 3;
    const JxlPixelFormat format = {channels, o->bits == 8 ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16,
                                   JXL_NATIVE_ENDIAN, 0};
    uint8_t *colors = malloc(px * channels * bytes), *black = malloc(px * bytes), *c = colors, *k = black;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        const uint8_t *ink = inks_at(i % WIDTH, frame);
        for (int s = 0; s < 3; s++)
            put_sample(&c, stored(ink, s, o), o->bits);
        if (o->alpha)
            put_sample(&c, stored(ink, 4, o), o->bits);
        put_sample(&k, stored(ink, 3, o), o->bits);
    }
    if (o->frames > 1)
        set_frame(settings, o, frame);
    assert_int_equal(JxlEncoderAddImageFrame(settings, &format, colors, px * channels * bytes),
                     JXL_ENC_SUCCESS);
    if (!o->no_black)
        assert_int_equal(
            JxlEncoderSetExtraChannelBuffer(settings, &format, black, px * bytes, o->alpha ? 1 : 0),
            JXL_ENC_SUCCESS);
    free(colors);
    free(black);
}

static void set_info(JxlEncoder *encoder, const struct options *o)
{
    JxlBasicInfo info;
    JxlExtraChannelInfo black;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = WIDTH;
    info.ysize = HEIGHT;
    info.bits_per_sample = o->bits;
    info.alpha_bits = o->alpha ? o->bits : 0;
    info.num_extra_channels = (uint32_t)o->alpha + !o->no_black;
    info.uses_original_profile = JXL_TRUE;
    info.have_animation = o->frames > 1 && !o->layers;
    info.animation.tps_numerator = info.animation.tps_denominator = 10;
    assert_int_equal(JxlEncoderSetCodestreamLevel(encoder, 10), JXL_ENC_SUCCESS);
    assert_int_equal(JxlEncoderSetBasicInfo(encoder, &info), JXL_ENC_SUCCESS);
    JxlEncoderInitExtraChannelInfo(JXL_CHANNEL_BLACK, &black);
    black.bits_per_sample = o->bits;
    JxlExtraChannelInfo alpha;
    JxlEncoderInitExtraChannelInfo(JXL_CHANNEL_ALPHA, &alpha);
    alpha.bits_per_sample = o->bits;
    if (o->alpha)
        assert_int_equal(JxlEncoderSetExtraChannelInfo(encoder, 0, &alpha), JXL_ENC_SUCCESS);
    if (!o->no_black)
        assert_int_equal(JxlEncoderSetExtraChannelInfo(encoder, o->alpha ? 1 : 0, &black), JXL_ENC_SUCCESS);
}

static void read_info(const struct bytes *b, JxlBasicInfo *info)
{
    JxlDecoder *decoder = JxlDecoderCreate(NULL);
    memset(info, 0, sizeof *info);
    JxlDecoderSubscribeEvents(decoder, JXL_DEC_BASIC_INFO);
    JxlDecoderSetInput(decoder, b->data, b->len);
    if (JxlDecoderProcessInput(decoder) == JXL_DEC_BASIC_INFO)
        JxlDecoderGetBasicInfo(decoder, info);
    JxlDecoderDestroy(decoder);
}

/* libjxl 0.7 encodes none: the bit that makes a file one, whose alpha stands with all that says what it is. */
static void set_premultiplied(struct bytes *b)
{
    enum { HEAD_AT = 51, HEAD_BYTES = 32 }; /* behind the boxes that level 10 takes */
    JxlBasicInfo before, after;
    read_info(b, &before);
    before.alpha_premultiplied = JXL_TRUE;
    for (size_t bit = (size_t)HEAD_AT * 8; bit < (size_t)(HEAD_AT + HEAD_BYTES) * 8; bit++) {
        b->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        read_info(b, &after);
        if (memcmp(&before, &after, sizeof before) == 0)
            return;
        b->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    fail_msg("no such bit");
}

static struct bytes encode(const struct options *o)
{
    JxlEncoder *encoder = JxlEncoderCreate(NULL);
    JxlColorEncoding color;
    struct bytes b = {0};
    set_info(encoder, o);
    JxlColorEncodingSetToSRGB(&color, JXL_FALSE);
    if (o->icc)
        assert_int_equal(JxlEncoderSetICCProfile(encoder, o->icc->data, o->icc->len), JXL_ENC_SUCCESS);
    else
        assert_int_equal(JxlEncoderSetColorEncoding(encoder, &color), JXL_ENC_SUCCESS);
    JxlEncoderFrameSettings *settings = JxlEncoderFrameSettingsCreate(encoder, NULL);
    JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, 3);
    if (!o->lossy)
        JxlEncoderSetFrameLossless(settings, JXL_TRUE);
    for (int i = 0; i < (o->frames ? o->frames : 1); i++)
        add_frame(settings, o, i);
    JxlEncoderCloseInput(encoder);
    JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT;
    while (status == JXL_ENC_NEED_MORE_OUTPUT) {
        uint8_t chunk[4096], *next = chunk;
        size_t room = sizeof chunk;
        status = JxlEncoderProcessOutput(encoder, &next, &room);
        bytes_put(&b, chunk, sizeof chunk - room);
    }
    assert_int_equal(status, JXL_ENC_SUCCESS);
    JxlEncoderDestroy(encoder);
    if (o->premultiplied)
        set_premultiplied(&b);
    return b;
}

/* --- what they become ----------------------------------------------------------------------------- */

static uint32_t over_background(uint32_t color, unsigned alpha)
{
    uint32_t mix = 0;
    for (int shift = 16; shift >= 0; shift -= 8)
        mix = mix << 8 |
              ((color >> shift & 255) * alpha + (BACKGROUND >> shift & 255) * (255 - alpha) + 127) / 255;
    return mix;
}

/* Of light: the colours as they are stored, without black. */
static uint32_t expected_field(const struct options *o, bool is_ink, int field)
{
    const uint8_t *ink = inks[field];
    const double percent[4] = {ink[0] / 2.55, ink[1] / 2.55, ink[2] / 2.55, o->no_black ? 0 : ink[3] / 2.55};
    const uint32_t light = (uint32_t)(255 - ink[0]) << 16 | (uint32_t)(255 - ink[1]) << 8 | (255U - ink[2]);
    uint32_t color = is_ink   ? expected(o->icc, TYPE_CMYK_DBL, percent)
                     : o->icc ? expected_rgb(o->icc, light)
                              : light;
    return over_background(color, o->alpha ? ink[4] : 255);
}

static void assert_inks(const struct fz_image *image, const uint32_t want[FIELDS], int frame)
{
    for (int f = 0; f < FIELDS; f++)
        assert_near(pixel(image, (f * 2 + 1) * image->out_w / (2 * FIELDS), image->out_h / 2),
                    want[(f + frame) % FIELDS], 4);
}

static void assert_stills(const struct options *o, bool is_ink)
{
    struct bytes b = encode(o);
    uint32_t want[FIELDS];
    for (int f = 0; f < FIELDS; f++)
        want[f] = expected_field(o, is_ink, f);
    for (int box = 0; box <= WIDTH / 2; box = box ? box * 4 : WIDTH / 8) {
        struct host host;
        struct fz_image image;
        load_ok(&b, box, &host, &image);
        assert_int_equal(image.out_w, box ? box : WIDTH);
        assert_int_equal(image.has_profile, o->icc != NULL);
        assert_int_equal(image.frames, o->frames ? o->frames : 1);
        assert_inks(&image, want, 0);
        host_fini(&host);
    }
    free(b.data);
}

static void test_stills(void **state)
{
    (void)state;
    struct bytes icc = cmyk_profile(9);
    const struct options kinds[] = {
        {.icc = &icc, .bits = 8},
        {.icc = &icc, .bits = 16},
        {.icc = &icc, .bits = 8, .lossy = true},
        {.icc = &icc, .bits = 8, .alpha = true},
        {.icc = &icc, .bits = 16, .alpha = true},
        {.icc = &icc, .bits = 16, .alpha = true, .premultiplied = true},
        {.icc = &icc, .bits = 8, .frames = 2},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_stills(&kinds[i], true);
    free(icc.data);
}

/* A profile of inks without black has none of it, black without such a profile is no ink. */
static void test_one_without_the_other(void **state)
{
    (void)state;
    struct bytes icc = cmyk_profile(9), wide = rgb_profile(&p3, 2.2);
    for (int alpha = 0; alpha <= 1; alpha++) {
        assert_stills(&(struct options){.icc = &icc, .bits = 8, .no_black = true, .alpha = alpha}, true);
        assert_stills(&(struct options){.icc = &wide, .bits = 8, .alpha = alpha}, false);
        assert_stills(&(struct options){.icc = &wide, .bits = 16, .alpha = alpha}, false);
        assert_stills(&(struct options){.bits = 8, .alpha = alpha}, false);
    }
    free(icc.data);
    free(wide.data);
}

static void test_frames(void **state)
{
    (void)state;
    struct bytes icc = cmyk_profile(9);
    const struct options kinds[] = {
        {.icc = &icc, .bits = 8, .frames = 3},
        {.icc = &icc, .bits = 8, .frames = 3, .alpha = true},
        {.icc = &icc, .bits = 16, .frames = 3, .alpha = true, .premultiplied = true},
        {.icc = &icc, .bits = 8, .frames = 3, .no_black = true},
        {.icc = &icc, .bits = 8, .frames = 3, .no_black = true, .alpha = true},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = encode(&kinds[i]);
        struct play p;
        uint32_t want[FIELDS];
        for (int f = 0; f < FIELDS; f++)
            want[f] = expected_field(&kinds[i], true, f);
        assert_lies_as_still(&b, 1, 2);
        assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
        for (int round = 0; round < 2 * kinds[i].frames; round++) {
            assert_int_equal(compose(&p, FZ_ANIM_NEXT), FZ_OK);
            for (int again = 0; again < 2; again++) {
                render(&p, again ? WIDTH / 2 : 0, 0);
                assert_inks(&p.image, want, p.frame.index);
            }
        }
        close_play(&p);
        free(b.data);
    }
    free(icc.data);
}

/* As the conformance files have them: the second one stands on the first. */
static void test_layers(void **state)
{
    (void)state;
    struct bytes icc = cmyk_profile(9);
    struct bytes b =
        encode(&(struct options){.icc = &icc, .bits = 8, .alpha = true, .frames = 2, .layers = true});
    struct host host;
    struct fz_image image;
    load_ok(&b, 0, &host, &image);
    for (int f = 0; f < FIELDS - 1; f++) {
        const uint8_t *below = inks[f], *above = inks[f + 1];
        const double alpha = above[4] / 255.0;
        double percent[4];
        for (int c = 0; c < 4; c++)
            percent[c] = (above[c] * alpha + below[c] * (1 - alpha)) / 2.55;
        assert_near(pixel(&image, f * FIELD + FIELD / 2, HEIGHT / 2),
                    over_background(expected(&icc, TYPE_CMYK_DBL, percent), alpha > 0 ? 255 : below[4]), 4);
    }
    host_fini(&host);
    free(b.data);
    free(icc.data);
}

static void test_facts(void **state)
{
    (void)state;
    struct bytes icc = cmyk_profile(5);
    for (int frames = 1; frames <= 3; frames += 2) {
        struct bytes b = encode(&(struct options){.icc = &icc, .bits = 8, .alpha = true, .frames = frames});
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct host host = {0};
        struct fz_probe probe;
        struct fz_error err;
        int fd = open_bytes(b.data, b.len);
        struct fz_image_request request = make_request(fd, 0, 0, &host);
        assert_int_equal(fz_image_probe(&request, scratch, &probe, &err), FZ_OK);
        assert_string_equal(probe.image.format, "jxl");
        assert_int_equal(probe.image.width, WIDTH);
        assert_int_equal(probe.image.height, HEIGHT);
        assert_int_equal(probe.image.frames, frames);
        assert_true(probe.image.has_profile);
        close(fd);
        fz_image_scratch_free(scratch);
        free(b.data);
    }
    free(icc.data);
}

/* Black makes libjxl hold every channel; what it takes is asked for. */
static void test_what_black_takes(void **state)
{
    (void)state;
    enum { WHOLE = 20 };
    struct bytes icc = cmyk_profile(5);
    const struct {
        struct options options;
        uint64_t px_bytes;
    } kinds[] = {
        {{.icc = &icc, .bits = 8, .no_black = true}, WHOLE}, {{.icc = &icc, .bits = 8}, 23},
        {{.icc = &icc, .bits = 8, .alpha = true}, 28},       {{.icc = &icc, .bits = 16}, 40},
        {{.icc = &icc, .bits = 16, .alpha = true}, 49},      {{.bits = 8}, WHOLE}, /* not asked for */
    };
    uint64_t besides = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = encode(&kinds[i].options);
        struct host host;
        struct fz_image image;
        load_ok(&b, 0, &host, &image);
        if (i == 0)
            besides = host.reserved - b.len - (uint64_t)WIDTH * HEIGHT * WHOLE;
        uint64_t px_bytes = (host.reserved - b.len - besides) / (WIDTH * HEIGHT);
        if (px_bytes != kinds[i].px_bytes)
            fail_msg("kind %zu: %llu bytes a pixel", i, (unsigned long long)px_bytes);
        host_fini(&host);
        free(b.data);
    }
    free(icc.data);
}

/* An error, or a picture in part, which may lack black. */
static void test_cut_and_changed(void **state)
{
    (void)state;
    struct bytes icc = cmyk_profile(3);
    for (int alpha = 0; alpha <= 1; alpha++) {
        struct bytes b =
            encode(&(struct options){.icc = &icc, .bits = 8, .alpha = alpha, .frames = 1 + alpha});
        struct fz_image image;
        struct fz_error err;
        uint32_t seed = 11;
        for (size_t cut = 1; cut < b.len; cut += 1 + b.len / 20) {
            struct host host = {0};
            if (load(b.data, b.len - cut, 0, 0, &host, &image, &err) == FZ_OK && !alpha)
                assert_true(image.damaged);
            host_fini(&host);
        }
        for (int i = 0; i < 40; i++) {
            struct bytes changed = {0};
            struct host host = {0};
            struct play p;
            bytes_put(&changed, b.data, b.len);
            changed.data[next_random(&seed) % (i % 2 ? 80 : b.len)] = (uint8_t)next_random(&seed);
            load(changed.data, changed.len, i % 3 ? 64 : 0, 64, &host, &image, &err);
            host_fini(&host);
            int count = open_play(&p, changed.data, changed.len, 0) == FZ_OK ? 3 : 0;
            for (int k = 0; k < count; k++)
                if (compose(&p, FZ_ANIM_NEXT) == FZ_OK)
                    render(&p, 8, 8);
            close_play(&p);
            free(changed.data);
        }
        free(b.data);
    }
    free(icc.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stills),          cmocka_unit_test(test_one_without_the_other),
        cmocka_unit_test(test_frames),          cmocka_unit_test(test_layers),
        cmocka_unit_test(test_facts),           cmocka_unit_test(test_what_black_takes),
        cmocka_unit_test(test_cut_and_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
