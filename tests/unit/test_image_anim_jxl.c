/* Animated JPEG XL: its frames, their times, cut short and damaged. */
#include "test_image_anim.h"

#include "frieze_config.h"

#if FRIEZE_WITH_JXL

#include <jxl/encode.h>

enum { W = 4, H = 2 };

struct jxl_frame {
    const char *pixels;
    uint32_t ticks;  /* of 1/100 s */
    unsigned halved; /* its colours, so often */
};

static void put_output(JxlEncoder *encoder, struct bytes *b)
{
    JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT;
    while (status == JXL_ENC_NEED_MORE_OUTPUT) {
        uint8_t chunk[4096], *next = chunk;
        size_t room = sizeof chunk;
        status = JxlEncoderProcessOutput(encoder, &next, &room);
        bytes_put(b, chunk, sizeof chunk - room);
    }
    assert_int_equal(status, JXL_ENC_SUCCESS);
}

static void add_frame(JxlEncoderFrameSettings *settings, const struct jxl_frame *frame)
{
    const JxlPixelFormat format = {4, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    uint8_t pixels[W * H * 4] = {0};
    JxlFrameHeader header;
    JxlEncoderInitFrameHeader(&header);
    header.duration = frame->ticks;
    assert_int_equal(JxlEncoderSetFrameHeader(settings, &header), JXL_ENC_SUCCESS);
    for (int i = 0; i < W * H; i++) {
        char c = frame->pixels[i];
        uint32_t rgb = c == '.' ? 0 : anim_colors[c - '0'];
        const uint8_t rgba[] = {(uint8_t)((rgb >> 16 & 0xff) >> frame->halved),
                                (uint8_t)((rgb >> 8 & 0xff) >> frame->halved),
                                (uint8_t)((rgb & 0xff) >> frame->halved), c == '.' ? 0 : 255};
        memcpy(pixels + (size_t)i * 4, rgba, 4);
    }
    assert_int_equal(JxlEncoderAddImageFrame(settings, &format, pixels, sizeof pixels), JXL_ENC_SUCCESS);
}

/* Lossless; `ends` are the bytes that each frame ends at. */
static struct bytes make_jxl_of(const JxlColorEncoding *color, uint32_t plays, const struct jxl_frame *frames,
                                size_t count, size_t *ends)
{
    JxlEncoder *encoder = JxlEncoderCreate(NULL);
    JxlBasicInfo info;
    struct bytes b = {0};
    JxlEncoderInitBasicInfo(&info);
    info.xsize = W;
    info.ysize = H;
    info.num_extra_channels = 1;
    info.alpha_bits = 8;
    info.uses_original_profile = JXL_TRUE;
    info.have_animation = JXL_TRUE;
    info.animation = (JxlAnimationHeader){100, 1, plays, JXL_FALSE};
    assert_int_equal(JxlEncoderSetBasicInfo(encoder, &info), JXL_ENC_SUCCESS);
    assert_int_equal(JxlEncoderSetColorEncoding(encoder, color), JXL_ENC_SUCCESS);
    JxlEncoderFrameSettings *settings = JxlEncoderFrameSettingsCreate(encoder, NULL);
    JxlEncoderSetFrameLossless(settings, JXL_TRUE);
    for (size_t i = 0; i < count; i++) {
        add_frame(settings, &frames[i]);
        if (i + 1 == count)
            JxlEncoderCloseInput(encoder);
        put_output(encoder, &b);
        ends[i] = b.len;
    }
    JxlEncoderDestroy(encoder);
    return b;
}

static struct bytes make_jxl(uint32_t plays, const struct jxl_frame *frames, size_t count, size_t *ends)
{
    JxlColorEncoding color;
    JxlColorEncodingSetToSRGB(&color, JXL_FALSE);
    return make_jxl_of(&color, plays, frames, count, ends);
}

static const struct jxl_frame three[] = {{"00000000", 50, 0}, {"01.00.22", 5, 0}, {"....1111", 0, 0}};
enum { COUNT = 3 };

static void test_frames_and_times(void **state)
{
    (void)state;
    static const int64_t delays_us[] = {500000, 50000, 100000};
    size_t ends[COUNT];
    struct bytes b = make_jxl(2, three, COUNT, ends);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_int_equal(fz_anim_get_facts(p.anim)->frames, COUNT);
    assert_int_equal(fz_anim_get_facts(p.anim)->plays, 2);
    for (int i = 0; i < 2 * COUNT; i++) {
        assert_next(&p, i % COUNT, three[i % COUNT].pixels);
        assert_int_equal(p.frame.delay_us, delays_us[i % COUNT]);
        assert_int_equal(p.frame.last, i == 2 * COUNT - 1);
    }
    assert_int_equal(compose(&p, 1), FZ_OK); /* back */
    assert_canvas(&p, three[1].pixels);
    close_play(&p);

    assert_int_equal(open_play(&p, b.data, b.len, 2), FZ_OK);
    assert_int_equal(fz_anim_get_facts(p.anim)->frames, 2);
    close_play(&p);
    free(b.data);
}

/* High dynamic range: the first frame looks as the still picture does, which is not as its numbers would in sRGB. */
static void test_colors_are_those_of_the_still(void **state)
{
    (void)state;
    static const JxlTransferFunction curves[] = {JXL_TRANSFER_FUNCTION_PQ, JXL_TRANSFER_FUNCTION_HLG};
    static const struct jxl_frame halves[] = {{"33333333", 50, 1}, {"01230123", 5, 1}};
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        JxlColorEncoding color;
        size_t ends[2];
        struct play p;
        JxlColorEncodingSetToSRGB(&color, JXL_FALSE);
        color.primaries = JXL_PRIMARIES_2100;
        color.transfer_function = curves[i];
        struct bytes b = make_jxl_of(&color, 0, halves, 2, ends);
        assert_lies_as_still(&b, 1, 2);
        assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
        assert_int_equal(compose(&p, 0), FZ_OK);
        render(&p, 0, 0);
        assert_true(channel_distance(pixel(&p.image, 0, 0), 0x7f7f7f) > 5);
        close_play(&p);
        free(b.data);
    }
}

/* The still picture knows how many frames there are; a file of one frame is no animation. */
static void test_stills(void **state)
{
    (void)state;
    size_t ends[COUNT];
    for (size_t count = 1; count <= COUNT; count += 2) {
        struct bytes b = make_jxl(0, three, count, ends);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        struct play p;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.frames, count);
        assert_int_equal(open_play(&p, b.data, b.len, 0), count > 1 ? FZ_OK : FZ_E_UNSUPPORTED);
        close_play(&p);
        host_fini(&host);
        free(b.data);
    }
}

/* Cut anywhere it plays what is whole; where the header of a second frame is missing too, it is no animation. */
static void test_cut(void **state)
{
    (void)state;
    size_t ends[COUNT];
    struct bytes b = make_jxl(0, three, COUNT, ends);
    for (size_t len = 0; len < b.len; len++) {
        struct play p;
        int whole = 0, count = open_play(&p, b.data, len, 0) == FZ_OK ? fz_anim_get_facts(p.anim)->frames : 0;
        while (len >= ends[whole])
            whole++;
        assert_true(count == whole || count == whole + 1 || (count == 0 && whole < 2));
        for (int i = 0; i < whole && count > 0; i++)
            assert_next(&p, i, three[i].pixels);
        if (count > whole) {
            assert_next(&p, 0, three[0].pixels);
            assert_int_equal(fz_anim_get_facts(p.anim)->frames, whole);
        }
        close_play(&p);
    }
    free(b.data);
}

/* Whatever the bytes become: an error, or frames of the size that was said. */
static void test_changed_bytes(void **state)
{
    (void)state;
    size_t ends[COUNT];
    struct bytes b = make_jxl(0, three, COUNT, ends);
    play_changed(&b, 2, 8);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_and_times), cmocka_unit_test(test_colors_are_those_of_the_still),
        cmocka_unit_test(test_stills),           cmocka_unit_test(test_cut),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
