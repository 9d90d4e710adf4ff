#include "test_image_anim.h"

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
    uint32_t seed = 5;
    for (size_t at = 8; at < b.len; at++) {
        uint8_t before = b.data[at];
        b.data[at] = (uint8_t)next_random(&seed);
        struct play p;
        int count = open_play(&p, b.data, b.len, 0) == FZ_OK ? 4 : 0;
        for (int i = 0; i < count; i++)
            if (compose(&p, FZ_ANIM_NEXT) == FZ_OK)
                render(&p, 8, 8);
        close_play(&p);
        b.data[at] = before;
    }
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_are_disposed_of_and_blended),
        cmocka_unit_test(test_alpha_is_blended),
        cmocka_unit_test(test_delays_and_plays),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
