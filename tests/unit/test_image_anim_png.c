#include "test_image_anim.h"
#include "test_image_icc.h"

#include <zlib.h>

/* ---- Small APNGs --------------------------------------------------------------------------------------------------- */

enum { KEEP, CLEAR, PREVIOUS };
enum { SOURCE, OVER };

struct apng_frame {
    int x, y, w, h;
    const char *pixels; /* 'g': half-transparent green */
    int dispose, blend, delay, per_s;
};

static void put_chunk(struct bytes *b, const char *type, const struct bytes *data)
{
    bytes_put_be(b, (uint32_t)data->len, 4);
    bytes_put(b, type, 4);
    bytes_put(b, data->data, data->len);
    bytes_put_be(b, 0, 4); /* nobody looks at the CRC of these */
}

static struct bytes encode_frame(const struct apng_frame *f, int interlace)
{
    uint8_t *pixels = calloc((size_t)f->w * (size_t)f->h, 4);
    for (int i = 0; i < f->w * f->h; i++) {
        char c = f->pixels[i];
        uint32_t rgb = c == '.' ? 0 : c == 'g' ? 0x00ff00 : anim_colors[c - '0'];
        const uint8_t rgba[] = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb,
                                c == '.'   ? 0
                                : c == 'g' ? 128
                                           : 255};
        memcpy(pixels + (size_t)i * 4, rgba, 4);
    }
    struct bytes png = encode_png(pixels, f->w, f->h, PNG_COLOR_TYPE_RGB_ALPHA, interlace, NULL);
    free(pixels);
    return png;
}

/* Each chunk of pixels in two. */
static void put_pixel_chunks(struct bytes *b, const struct bytes *png, bool first, uint32_t *number)
{
    for (size_t pos = 8; pos + 12 <= png->len;) {
        const uint8_t *p = png->data + pos;
        size_t len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        pos += 12 + len;
        if (memcmp(p + 4, "IDAT", 4) != 0)
            continue;
        for (size_t from = 0, part = len / 2; from < len; from += part, part = len - part) {
            struct bytes data = {0};
            if (!first)
                bytes_put_be(&data, (*number)++, 4);
            bytes_put(&data, p + 8 + from, part);
            put_chunk(b, first ? "IDAT" : "fdAT", &data);
            free(data.data);
        }
    }
}

static void put_control(struct bytes *b, const struct apng_frame *f, uint32_t *number)
{
    struct bytes data = {0};
    const int fields[] = {f->w, f->h, f->x, f->y};
    bytes_put_be(&data, (*number)++, 4);
    for (int i = 0; i < 4; i++)
        bytes_put_be(&data, (uint32_t)fields[i], 4);
    bytes_put_be(&data, (uint32_t)f->delay, 2);
    bytes_put_be(&data, (uint32_t)f->per_s, 2);
    bytes_put_be(&data, (uint32_t)f->dispose, 1);
    bytes_put_be(&data, (uint32_t)f->blend, 1);
    put_chunk(b, "fcTL", &data);
    free(data.data);
}

/* The first frame is the still picture too, unless `apart`: then another one is. */
static struct bytes make_apng(int plays, const struct apng_frame *frames, size_t count, int interlace,
                              bool apart)
{
    struct bytes b = {0}, actl = {0}, none = {0};
    uint32_t number = 0;
    bytes_put_be(&actl, (uint32_t)count, 4);
    bytes_put_be(&actl, (uint32_t)plays, 4);
    for (size_t i = 0; i < count; i++) {
        struct bytes png = encode_frame(&frames[i], interlace);
        if (i == 0) {
            bytes_put(&b, png.data, 33);
            put_chunk(&b, "acTL", &actl);
            if (apart)
                put_pixel_chunks(&b, &png, true, &number);
        }
        put_control(&b, &frames[i], &number);
        put_pixel_chunks(&b, &png, i == 0 && !apart, &number);
        free(png.data);
    }
    put_chunk(&b, "IEND", &none);
    free(actl.data);
    return b;
}

#define APNG(plays, frames, interlace, apart) \
    make_apng(plays, frames, sizeof(frames) / sizeof *(frames), interlace, apart)

/* ---- Tests --------------------------------------------------------------------------------------------------------- */

static void test_frames_are_disposed_of_and_blended(void **state)
{
    (void)state;
    const struct apng_frame frames[] = {
        {0, 0, 4, 2, "00000000", KEEP, SOURCE, 5, 100}, {1, 0, 2, 1, "1.", CLEAR, SOURCE, 5, 100},
        {3, 1, 1, 1, "2", PREVIOUS, OVER, 5, 100},      {0, 1, 2, 1, ".1", KEEP, OVER, 5, 100},
        {0, 1, 2, 1, ".2", KEEP, SOURCE, 5, 100},
    };
    for (int interlace = 0; interlace < 2; interlace++)
        for (int apart = 0; apart < 2; apart++) {
            struct bytes b = APNG(0, frames, interlace, apart);
            struct play p;
            assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
            assert_int_equal(fz_anim_get_facts(p.anim)->frames, 5);
            for (int round = 0; round < 2; round++) {
                assert_next(&p, 0, "00000000");
                assert_next(&p, 1, "01.00000");
                assert_next(&p, 2, "0..00002");
                assert_next(&p, 3, "0..00100");
                assert_next(&p, 4, "0..0.200");
            }
            assert_int_equal(fz_anim_get_facts(p.anim)->damage.code, FZ_OK);
            close_play(&p);
            free(b.data);
        }
}

/* What is half-transparent mixes with what is below, and with the background where nothing is. */
static void test_alpha_is_blended(void **state)
{
    (void)state;
    const struct apng_frame frames[] = {{0, 0, 4, 1, "00..", KEEP, SOURCE, 5, 100},
                                        {0, 0, 4, 1, "g.g.", KEEP, OVER, 5, 100},
                                        {2, 0, 1, 1, "g", KEEP, OVER, 5, 100}};
    struct bytes b = APNG(0, frames, 0, false);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_int_equal(compose(&p, 1), FZ_OK);
    render(&p, 0, 0);
    assert_near(pixel(&p.image, 0, 0), 0x7f8000u, 1);
    assert_near(pixel(&p.image, 1, 0), 0xff0000u, 0);
    assert_near(pixel(&p.image, 2, 0), 0x10a030u, 1);
    assert_near(pixel(&p.image, 3, 0), (uint32_t)BACKGROUND, 0);
    assert_int_equal(compose(&p, 2), FZ_OK);
    render(&p, 0, 0);
    assert_near(pixel(&p.image, 2, 0), 0x08cf18u, 1); /* a quarter of the background is left */
    close_play(&p);
    free(b.data);
}

static void test_delays_and_plays(void **state)
{
    (void)state;
    const struct apng_frame frames[] = {{0, 0, 1, 1, "0", KEEP, SOURCE, 1, 2},
                                        {0, 0, 1, 1, "1", KEEP, SOURCE, 5, 0},
                                        {0, 0, 1, 1, "2", KEEP, SOURCE, 0, 100},
                                        {0, 0, 1, 1, "0", KEEP, SOURCE, 1, 60}};
    static const int64_t delays_us[] = {500000, 50000, 100000, 16000};
    struct bytes b = APNG(2, frames, 0, false);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_int_equal(fz_anim_get_facts(p.anim)->plays, 2);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(compose(&p, FZ_ANIM_NEXT), FZ_OK);
        assert_int_equal(p.frame.delay_us, delays_us[i % 4]);
        assert_int_equal(p.frame.last, i == 7);
    }
    close_play(&p);
    free(b.data);
}

/* Cut anywhere it plays what is whole, or is no animation; a frame that lies beside the picture ends it. */
static void test_damage(void **state)
{
    (void)state;
    struct apng_frame frames[] = {{0, 0, 2, 1, "00", KEEP, SOURCE, 5, 100},
                                  {0, 0, 2, 1, "11", KEEP, SOURCE, 5, 100},
                                  {0, 0, 2, 1, "22", KEEP, SOURCE, 5, 100}};
    struct bytes b = APNG(0, frames, 0, false);
    int frames_before = 0;
    for (size_t len = 0; len <= b.len; len++) {
        struct play p;
        enum fz_err code = open_play(&p, b.data, len, 0);
        int count = code == FZ_OK ? fz_anim_get_facts(p.anim)->frames : 0;
        assert_true(count >= frames_before);
        frames_before = count;
        for (int i = 0; i < count; i++)
            assert_next(&p, i, i == 0 ? "00" : i == 1 ? "11" : "22");
        close_play(&p);
    }
    assert_int_equal(frames_before, 3);
    free(b.data);

    frames[2].x = 1;
    b = APNG(0, frames, 0, false);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_next(&p, 0, "00");
    assert_next(&p, 1, "11");
    assert_next(&p, 0, "00");
    assert_int_equal(fz_anim_get_facts(p.anim)->frames, 2);
    assert_int_equal(fz_anim_get_facts(p.anim)->damage.code, FZ_E_DAMAGED);
    close_play(&p);
    free(b.data);
}

/* Whatever the bytes become: an error, or frames of the size that was said. */
static void test_changed_bytes(void **state)
{
    (void)state;
    const struct apng_frame frames[] = {{0, 0, 3, 2, "012210", KEEP, SOURCE, 5, 100},
                                        {1, 0, 2, 2, "1g.2", PREVIOUS, OVER, 5, 100}};
    struct bytes b = APNG(0, frames, 1, false);
    play_changed(&b, 8, 0);
    free(b.data);
}

/* A still PNG as an animation of two frames that look like it. */
static struct bytes animate(const struct bytes *still, int width, int height)
{
    struct bytes b = {0}, actl = {0}, none = {0};
    const struct apng_frame frame = {0, 0, width, height, NULL, KEEP, SOURCE, 5, 100};
    uint32_t number = 0;
    bytes_put_be(&actl, 2, 4);
    bytes_put_be(&actl, 0, 4);
    bytes_put(&b, still->data, 33);
    put_chunk(&b, "acTL", &actl);
    put_control(&b, &frame, &number);
    bytes_put(&b, still->data + 33, still->len - 33 - 12); /* colours and pixels */
    put_control(&b, &frame, &number);
    put_pixel_chunks(&b, still, false, &number);
    put_chunk(&b, "IEND", &none);
    free(actl.data);
    return b;
}

/* A chunk cICP behind IHDR, in place; nobody looks at its CRC either. */
static void put_numbers(struct bytes *png, const char *numbers)
{
    struct bytes b = {0}, data = {0};
    bytes_put(&data, numbers, 4);
    bytes_put(&b, png->data, 33);
    put_chunk(&b, "cICP", &data);
    bytes_put(&b, png->data + 33, png->len - 33);
    free(data.data);
    free(png->data);
    *png = b;
}

/* Profiles, numbers, gAMA and cHRM, of colour and of grey: a frame looks as the still picture does. */
static void test_colors_are_those_of_the_still(void **state)
{
    (void)state;
    enum { SIDE = 16 };
    uint8_t rows[SIDE * SIDE * 4];
    for (int i = 0; i < SIDE * SIDE * 4; i++)
        rows[i] = (uint8_t)(i * 37);
    struct bytes wide = rgb_profile(&p3, 1.8), grey = grey_profile(1.4);
    const double gammas[] = {1 / 1.8, 1.0};
    const struct {
        int type, depth;
        const struct bytes *icc;
        const double *gamma;
        bool converted;
        const char *numbers; /* cICP */
        bool says_srgb;
    } cases[] = {
        {PNG_COLOR_TYPE_RGB, 8, &wide, NULL, true, NULL, false},
        {PNG_COLOR_TYPE_RGB, 8, NULL, &gammas[0], true, NULL, false},
        {PNG_COLOR_TYPE_RGB, 8, NULL, &gammas[1], false, NULL, false},
        {PNG_COLOR_TYPE_RGB, 8, NULL, NULL, false, NULL, false},
        {PNG_COLOR_TYPE_RGBA, 8, NULL, &gammas[0], true, NULL, false},
        {PNG_COLOR_TYPE_GRAY, 8, &grey, NULL, true, NULL, false},
        {PNG_COLOR_TYPE_RGB, 8, NULL, NULL, true, "\x0c\x0d\0\1", false},
        {PNG_COLOR_TYPE_RGBA, 8, NULL, NULL, true, "\x09\x10\0\1", false},
        {PNG_COLOR_TYPE_RGB, 8, &wide, NULL, true, "\x09\x12\0\1", false},
        {PNG_COLOR_TYPE_RGB, 8, &wide, NULL, true, NULL, true},
        {PNG_COLOR_TYPE_RGB, 8, NULL, &gammas[0], false, NULL, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes still =
            make_png(rows, SIDE, SIDE, cases[i].type, cases[i].depth, cases[i].icc, cases[i].gamma);
        if (cases[i].numbers)
            put_numbers(&still, cases[i].numbers);
        if (cases[i].says_srgb)
            add_srgb_chunk(&still);
        struct bytes moving = animate(&still, SIDE, SIDE);
        struct bytes plain = make_png(rows, SIDE, SIDE, cases[i].type, cases[i].depth, NULL, NULL);
        struct host host, plain_host;
        struct fz_image image, plain_image;
        struct play p;
        load_ok(&still, 0, &host, &image);
        load_ok(&plain, 0, &plain_host, &plain_image);
        assert_int_equal(open_play(&p, moving.data, moving.len, 0), FZ_OK);
        bool converted = false;
        for (int frame = 0; frame < 2; frame++) {
            assert_int_equal(compose(&p, frame), FZ_OK);
            render(&p, 0, 0);
            for (int k = 0; k < SIDE * SIDE; k++) {
                assert_int_equal(pixel(&p.image, k % SIDE, k / SIDE), pixel(&image, k % SIDE, k / SIDE));
                converted |= pixel(&image, k % SIDE, k / SIDE) != pixel(&plain_image, k % SIDE, k / SIDE);
            }
        }
        assert_int_equal(converted, cases[i].converted);
        close_play(&p);
        host_fini(&host);
        host_fini(&plain_host);
        free(still.data);
        free(moving.data);
        free(plain.data);
    }
    free(wide.data);
    free(grey.data);
}

/* EXIF data stand before the pixels, or behind all of them; with the prefix of JPEG, and more of them than JPEG has room for. */
static void test_it_lies_as_its_exif_says(void **state)
{
    (void)state;
    enum { HEAD = 33, END = 12, PREVIEW = 70000 };
    static const char stored[] = "0123.0";
    const struct apng_frame frames[] = {{0, 0, 2, 3, stored, KEEP, SOURCE, 5, 100},
                                        {0, 1, 2, 1, "33", KEEP, SOURCE, 5, 100}};
    struct bytes plain = APNG(0, frames, 0, false);
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int late = 0; late < 2; late++) {
            struct bytes b = {0}, exif = {0}, plain_exif = make_exif(orientation, true);
            uint8_t *preview = calloc(PREVIEW, 1);
            bytes_put(&exif, "Exif\0\0", orientation % 2 ? 6 : 0);
            bytes_put(&exif, plain_exif.data, plain_exif.len);
            bytes_put(&exif, preview, orientation > 4 ? PREVIEW : 0);
            size_t at = late ? plain.len - END : HEAD;
            char upright[7] = "";
            struct play p;
            for (int i = 0; i < 6; i++)
                upright[i] = stored[upright_fields[orientation][i] - 'A'];
            bytes_put(&b, plain.data, at);
            put_chunk(&b, "eXIf", &exif);
            bytes_put(&b, plain.data + at, plain.len - at);
            assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
            assert_next(&p, 0, upright);
            assert_int_equal(p.image.orientation, orientation);
            close_play(&p);
            free(preview);
            free(plain_exif.data);
            free(exif.data);
            free(b.data);
        }
    free(plain.data);
}

/* The same with CRCs, which a still picture needs. */
static void put_crcs(struct bytes *png)
{
    for (size_t pos = 8, len; pos + 12 <= png->len; pos += 12 + len) {
        uint8_t *p = png->data + pos;
        len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        uint32_t crc = (uint32_t)crc32(0, p + 4, (unsigned)len + 4);
        for (int i = 0; i < 4; i++)
            p[8 + len + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
    }
}

/* Where the picture before the frames is none of them, the still picture is the first frame, as in browsers, and lies as that
 * does; the very picture of the file is the one before; so is what no frame has come of. */
static void test_still_is_the_first_frame(void **state)
{
    (void)state;
    enum { CONTROL_AT = 33 + 20, CONTROL_BYTES = 38 };
    static const uint32_t shown[][3] = {{0x00ff00, 0x0000ff, 0x204060}, {0xff0000, 0xff0000, 0xff0000}};
    const struct apng_frame frames[] = {{0, 0, 3, 1, "000", KEEP, SOURCE, 5, 100},
                                        {0, 0, 3, 1, "12.", KEEP, SOURCE, 5, 100},
                                        {0, 0, 3, 1, "333", KEEP, SOURCE, 5, 100}};
    for (int which = 0; which < 7; which++) {
        bool exact = which == 1, cut = which == 2, refused = which == 3, part = which == 4,
             spoilt = which == 6;
        struct bytes b = APNG(0, frames, which == 5, false);
        memmove(b.data + CONTROL_AT, b.data + CONTROL_AT + CONTROL_BYTES, b.len - CONTROL_AT - CONTROL_BYTES);
        b.len -= CONTROL_BYTES;
        put_crcs(&b);
        size_t still_end = CONTROL_AT;
        while (memcmp(b.data + still_end, "fcTL", 4) != 0)
            still_end++;
        if (spoilt)
            memset((uint8_t *)memmem(b.data, b.len, "fdAT", 4) + 8, 0xff, 8);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        int fd = open_bytes(b.data, cut ? still_end + 4 : b.len);
        struct fz_image_request request = make_request(fd, 0, 0, &host);
        request.want.exact = exact;
        if (refused)
            request.limits.max_whole_px = 2;
        if (part) {
            request.want.region = (struct fz_image_region){1, 0, 2, 1};
            request.want.box_w = 2;
            request.want.box_h = 1;
        }
        assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
        assert_int_equal(image.damaged, cut || spoilt);
        for (int x = 0; x < image.out_w; x++)
            assert_int_equal(pixel(&image, x, 0),
                             shown[exact || cut || refused || spoilt][x + (part ? 1 : 0)]);
        close(fd);
        fz_image_scratch_free(scratch);
        host_fini(&host);
        free(b.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_are_disposed_of_and_blended),
        cmocka_unit_test(test_alpha_is_blended),
        cmocka_unit_test(test_delays_and_plays),
        cmocka_unit_test(test_colors_are_those_of_the_still),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_it_lies_as_its_exif_says),
        cmocka_unit_test(test_still_is_the_first_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
