#include "test_image_anim.h"
#include "test_image_samples.h"
#include "test_image_webp.h"

/* ---- Small GIFs: a digit is a colour, '.' is clear ----------------------------------------------------------------- */

struct gif_frame {
    int x, y, w, h;
    const char *pixels;
    int dispose, delay_cs;
    bool interlaced;
};

static void put_codes(struct bytes *b, const char *pixels, int count)
{
    struct bytes codes = {0};
    uint32_t bits = 0;
    int have = 0;
    /* 3 bits a code, as long as the table is cleared before it would need more. */
    for (int i = 0; i <= count; i++)
        for (int clear = i % 2 == 0 && i < count; clear >= 0; clear--) {
            uint32_t code = clear ? 4 : i == count ? 5 : pixels[i] == '.' ? 3 : (uint32_t)(pixels[i] - '0');
            bits |= code << have;
            for (have += 3; have >= 8; have -= 8, bits >>= 8)
                bytes_put_le(&codes, bits & 255, 1);
        }
    bytes_put_le(&codes, bits & 255, 1);
    bytes_put(b, "\2", 1);
    for (size_t i = 0; i < codes.len; i += 255) {
        size_t n = codes.len - i < 255 ? codes.len - i : 255;
        bytes_put_le(b, (uint32_t)n, 1);
        bytes_put(b, codes.data + i, n);
    }
    bytes_put(b, "", 1);
    free(codes.data);
}

static void put_gif_head(struct bytes *b, int w, int h, int repeats)
{
    bytes_put(b, "GIF89a", 6);
    bytes_put_le(b, (uint32_t)w, 2);
    bytes_put_le(b, (uint32_t)h, 2);
    bytes_put(b, "\xf1\0\0", 3);
    for (int i = 0; i < 4; i++)
        bytes_put_be(b, anim_colors[i], 3);
    if (repeats < 0)
        return;
    bytes_put(b, "!\xff\13NETSCAPE2.0\3\1", 16);
    bytes_put_le(b, (uint32_t)repeats, 2);
    bytes_put(b, "", 1);
}

static void put_gif_frame(struct bytes *b, const struct gif_frame *f)
{
    bytes_put(b, "!\xf9\4", 3);
    bytes_put_le(b, (uint32_t)f->dispose << 2 | 1, 1);
    bytes_put_le(b, (uint32_t)f->delay_cs, 2);
    bytes_put(b, "\3\0,", 3);
    bytes_put_le(b, (uint32_t)f->x, 2);
    bytes_put_le(b, (uint32_t)f->y, 2);
    bytes_put_le(b, (uint32_t)f->w, 2);
    bytes_put_le(b, (uint32_t)f->h, 2);
    bytes_put_le(b, f->interlaced ? 0x40 : 0, 1);
    put_codes(b, f->pixels, f->w * f->h);
}

static struct bytes make_animation(int w, int h, int repeats, const struct gif_frame *frames, size_t count)
{
    struct bytes b = {0};
    put_gif_head(&b, w, h, repeats);
    for (size_t i = 0; i < count; i++)
        put_gif_frame(&b, &frames[i]);
    bytes_put(&b, ";", 1);
    return b;
}

#define ANIMATION(w, h, repeats, frames) \
    make_animation(w, h, repeats, frames, sizeof(frames) / sizeof *(frames))

/* Red, green, blue, red, ... */
static struct bytes make_flat(size_t count, int repeats, int delay_cs)
{
    static const char *const pixels[] = {"0000", "1111", "2222"};
    struct bytes b = {0};
    put_gif_head(&b, 2, 2, repeats);
    for (size_t i = 0; i < count; i++)
        put_gif_frame(&b, &(struct gif_frame){0, 0, 2, 2, pixels[i % 3], 1, delay_cs, false});
    bytes_put(&b, ";", 1);
    return b;
}

/* ---- Tests --------------------------------------------------------------------------------------------------------- */

enum { NONE, KEEP, CLEAR, PREVIOUS };

static void test_what_becomes_of_a_frame(void **state)
{
    (void)state;
    const struct gif_frame frames[] = {
        {0, 0, 4, 1, "0000", KEEP, 5, false},  {1, 0, 2, 1, "11", CLEAR, 5, false},
        {3, 0, 1, 1, "2", PREVIOUS, 5, false}, {0, 0, 1, 1, "1", NONE, 5, false},
        {0, 0, 4, 1, ".2..", 4, 5, false},     {3, 0, 1, 1, "1", KEEP, 5, false},
    };
    struct bytes b = ANIMATION(4, 1, 0, frames);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    for (int round = 0; round < 2; round++) {
        assert_next(&p, 0, "0000");
        assert_next(&p, 1, "0110");
        assert_next(&p, 2, "0..2");
        assert_next(&p, 3, "1..0");
        assert_next(&p, 4, "12.0"); /* 4 is what some writers say for 3 */
        assert_next(&p, 5, "1..1");
    }
    close_play(&p);
    free(b.data);
}

/* Out of any place to any other: the same canvas as in order. */
static void test_frames_are_sought(void **state)
{
    (void)state;
    const struct gif_frame frames[] = {{0, 0, 3, 1, "000", KEEP, 5, false},
                                       {0, 0, 2, 1, "1.", PREVIOUS, 5, false},
                                       {2, 0, 1, 1, "2", CLEAR, 5, false},
                                       {1, 0, 1, 1, "1", KEEP, 5, false}};
    static const char *const canvas[] = {"000", "100", "002", "01."};
    struct bytes b = ANIMATION(3, 1, 0, frames);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    for (int from = 0; from < 4; from++)
        for (int to = 0; to < 4; to++) {
            assert_int_equal(compose(&p, from), FZ_OK);
            assert_int_equal(compose(&p, to), FZ_OK);
            assert_int_equal(p.frame.index, to);
            assert_canvas(&p, canvas[to]);
        }
    assert_int_equal(compose(&p, 99), FZ_OK);
    assert_int_equal(p.frame.index, 3);
    close_play(&p);
    free(b.data);
}

static void test_rows_come_interlaced(void **state)
{
    (void)state;
    const struct gif_frame frames[] = {{0, 0, 1, 5, "00000", KEEP, 5, false},
                                       {0, 0, 1, 5, "01212", KEEP, 5, true}};
    struct bytes b = ANIMATION(1, 5, 0, frames);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_int_equal(compose(&p, 1), FZ_OK);
    assert_canvas(&p, "01221"); /* rows 0, 4, 2, 1, 3 */
    close_play(&p);
    free(b.data);
}

static void test_frames_beyond_the_canvas_are_cut(void **state)
{
    (void)state;
    const struct gif_frame frames[] = {{0, 0, 2, 2, "0000", KEEP, 5, false},
                                       {1, 1, 3, 3, "111222111", CLEAR, 5, false},
                                       {9, 9, 2, 1, "11", CLEAR, 5, false}};
    struct bytes b = ANIMATION(2, 2, 0, frames);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_next(&p, 0, "0000");
    assert_next(&p, 1, "0001");
    assert_next(&p, 2, "000.");
    assert_next(&p, 0, "0000");
    close_play(&p);
    free(b.data);
}

static void test_the_first_frame_widens_the_canvas(void **state)
{
    (void)state;
    const struct gif_frame frames[] = {{1, 0, 2, 1, "00", KEEP, 5, false},
                                       {2, 0, 2, 1, "12", KEEP, 5, false}};
    struct bytes b = ANIMATION(1, 0, 0, frames);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_next(&p, 0, ".00");
    assert_next(&p, 1, ".01");
    close_play(&p);
    free(b.data);
}

static void test_delays_are_those_of_browsers(void **state)
{
    (void)state;
    static const struct {
        int delay_cs;
        int64_t us;
    } cases[] = {{0, 100000}, {1, 100000}, {2, 20000}, {3, 30000}, {10, 100000}, {65535, 655350000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = make_flat(2, 0, cases[i].delay_cs);
        struct play p;
        assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
        assert_int_equal(compose(&p, FZ_ANIM_NEXT), FZ_OK);
        assert_int_equal(p.frame.delay_us, cases[i].us);
        close_play(&p);
        free(b.data);
    }
}

/* The file says how often it is repeated after the first time; without that word it plays once. */
static void test_plays_are_counted(void **state)
{
    (void)state;
    static const struct {
        int repeats, plays;
    } cases[] = {{-1, 1}, {0, 0}, {1, 2}, {3, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = make_flat(3, cases[i].repeats, 5);
        struct play p;
        assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
        assert_int_equal(fz_anim_get_facts(p.anim)->plays, cases[i].plays);
        for (int k = 0; k < 15; k++) {
            assert_int_equal(compose(&p, FZ_ANIM_NEXT), FZ_OK);
            assert_int_equal(p.frame.index, k % 3);
            bool over = cases[i].plays > 0 && k + 1 >= 3 * cases[i].plays && k % 3 == 2;
            assert_int_equal(p.frame.last, over);
        }
        assert_int_equal(compose(&p, 0), FZ_OK); /* from here on again */
        assert_false(p.frame.last);
        close_play(&p);
        free(b.data);
    }
}

static void test_still_pictures_are_none(void **state)
{
    (void)state;
    struct bytes pictures[] = {make_flat(1, 0, 5), make_plain_gif(), make_plain_png(), make_bmp()};
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        struct play p;
        assert_int_equal(open_play(&p, pictures[i].data, pictures[i].len, 0), FZ_E_UNSUPPORTED);
        close_play(&p);
        free(pictures[i].data);
    }
    struct play p;
    assert_int_equal(open_play(&p, webp_lossless, sizeof webp_lossless, 0), FZ_E_UNSUPPORTED);
    close_play(&p);
    assert_int_equal(open_play(&p, "GIF89a", 6, 0), FZ_E_DAMAGED);
    close_play(&p);
}

/* What is cut off is left out; what is damaged shows as far as it goes, and the next frame does too. */
static void test_damage_costs_its_own_frame(void **state)
{
    (void)state;
    struct bytes b = make_flat(4, 0, 5);
    struct play p;
    for (size_t cut = 1; cut < 24; cut++) {
        assert_int_equal(open_play(&p, b.data, b.len - cut, 0), FZ_OK);
        assert_int_equal(fz_anim_get_facts(p.anim)->frames, cut < 2 ? 4 : 3);
        assert_next(&p, 0, "0000");
        assert_next(&p, 1, "1111");
        close_play(&p);
    }
    uint8_t *codes = NULL; /* of the second frame */
    for (size_t i = 0, seen = 0; i < b.len - 10 && !codes; i++)
        if (b.data[i] == ',' && ++seen == 2)
            codes = b.data + i + 12;
    memset(codes, 0xff, 3);
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_next(&p, 0, "0000");
    assert_int_equal(fz_anim_get_facts(p.anim)->damage.code, FZ_OK);
    assert_int_equal(compose(&p, FZ_ANIM_NEXT), FZ_OK);
    assert_int_equal(fz_anim_get_facts(p.anim)->damage.code, FZ_E_DAMAGED);
    assert_next(&p, 2, "2222");
    close_play(&p);
    free(b.data);
}

/* Whatever the bytes become: an error, or frames of the size that was said. */
static void test_changed_bytes(void **state)
{
    (void)state;
    const struct gif_frame frames[] = {{0, 0, 3, 2, "012210", PREVIOUS, 5, true},
                                       {1, 0, 2, 2, "1..2", CLEAR, 5, false}};
    struct bytes gif = ANIMATION(3, 2, 1, frames), webp = {0};
    bytes_put(&webp, webp_animated, sizeof webp_animated);
    struct bytes *files[] = {&gif, &webp};
    uint32_t seed = 5;
    for (size_t k = 0; k < 2; k++)
        for (size_t at = 6; at < files[k]->len; at++) {
            uint8_t before = files[k]->data[at];
            files[k]->data[at] = (uint8_t)next_random(&seed);
            struct play p;
            int count = open_play(&p, files[k]->data, files[k]->len, 0) == FZ_OK ? 4 : 0;
            for (int i = 0; i < count; i++)
                if (compose(&p, FZ_ANIM_NEXT) == FZ_OK)
                    render(&p, 8, 8);
            close_play(&p);
            files[k]->data[at] = before;
        }
    free(gif.data);
    free(webp.data);
}

static void test_cancelled_stream_goes_on(void **state)
{
    (void)state;
    struct bytes b = make_flat(5, 0, 5);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_int_equal(compose(&p, 1), FZ_OK);
    p.host.cancel_after = p.host.asked + 2;
    assert_int_equal(compose(&p, 4), FZ_E_CANCELLED);
    p.host.cancel_after = 0;
    assert_int_equal(compose(&p, 4), FZ_OK);
    assert_canvas(&p, "1111");
    p.host.cancel_after = p.host.asked + 1; /* before the first frame is there again */
    assert_int_equal(compose(&p, 2), FZ_E_CANCELLED);
    assert_int_equal(p.frame.index, 4);
    close_play(&p);
    free(b.data);
}

static void test_refused_memory_is_a_limit(void **state)
{
    (void)state;
    struct bytes b = make_flat(2, 0, 5);
    int fd = open_bytes(b.data, b.len);
    struct host host = {.refuse = true};
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    struct fz_anim *anim;
    struct fz_error err = {0};
    assert_int_equal(fz_anim_open(&request, &anim, &err), FZ_E_LIMIT);
    assert_null(anim);
    assert_int_equal(host.reserved, fz_anim_held_bytes("gif", 2, 2, b.len));
    close(fd);
    free(b.data);
}

/* A flat one whose frames are there as many times over. */
static struct bytes repeat_frames(size_t times)
{
    struct bytes one = make_flat(2, 0, 2), head = {0}, b = {0};
    put_gif_head(&head, 2, 2, 0);
    size_t body = one.len - head.len - 1;
    b.len = head.len + body * times;
    b.data = malloc(b.len);
    memcpy(b.data, head.data, head.len);
    for (size_t i = 0; i < times; i++)
        memcpy(b.data + head.len + i * body, one.data + head.len, body);
    free(one.data);
    free(head.data);
    return b;
}

/* However many there are, they are counted and not kept. */
static void test_many_frames_are_capped(void **state)
{
    (void)state;
    struct bytes b = repeat_frames(50000);
    struct play p;
    assert_int_equal(open_play(&p, b.data, b.len, 0), FZ_OK);
    assert_int_equal(fz_anim_get_facts(p.anim)->frames, fz_image_default_limits.max_frames);
    assert_true(fz_anim_get_facts(p.anim)->held_bytes < b.len + 1024);
    assert_next(&p, 0, "0000");
    close_play(&p);
    assert_int_equal(open_play(&p, b.data, b.len, 3), FZ_OK);
    assert_int_equal(compose(&p, 2), FZ_OK);
    assert_next(&p, 0, "0000");
    close_play(&p);
    free(b.data);
}

static void test_webp_is_played(void **state)
{
    (void)state;
    struct play p;
    assert_int_equal(open_play(&p, webp_animated, sizeof webp_animated, 0), FZ_OK);
    const struct fz_anim_facts *facts = fz_anim_get_facts(p.anim);
    assert_int_equal(facts->frames, 3);
    assert_int_equal(facts->plays, 0);
    uint32_t fields = 0;
    for (int i = 0; i < 6; i++) {
        assert_int_equal(compose(&p, FZ_ANIM_NEXT), FZ_OK);
        assert_int_equal(p.frame.index, i % 3);
        assert_int_equal(p.frame.delay_us, 50000);
        render(&p, 0, 0);
        uint32_t color = pixel(&p.image, 8, 8);
        if (i == 0)
            fields = color;
        assert_true(channel_distance(color, i % 3 == 1 ? 0 : fields) < 12);
    }
    assert_true(channel_distance(fields, 0) > 100);
    render(&p, 8, 12);
    assert_int_equal(p.image.out_w, 8);
    assert_int_equal(p.image.out_h, 12);
    close_play(&p);
    /* what ends early plays as far as it is whole */
    assert_int_equal(open_play(&p, webp_animated, sizeof webp_animated - 7, 0), FZ_OK);
    assert_int_equal(fz_anim_get_facts(p.anim)->frames, 2);
    close_play(&p);
}

/* EXIF data stand behind the frames. */
static void test_webp_lies_as_its_exif_says(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct bytes b = {0}, exif = make_exif(orientation, false);
        bytes_put(&b, webp_animated, sizeof webp_animated);
        bytes_put(&b, "EXIF", 4);
        bytes_put_le(&b, (uint32_t)exif.len, 4);
        bytes_put(&b, exif.data, exif.len);
        b.data[20] |= 8; /* there are such data */
        for (int i = 0; i < 4; i++)
            b.data[4 + i] = (uint8_t)((b.len - 8) >> 8 * i);
        assert_lies_as_still(&b, orientation, 2);
        free(exif.data);
        free(b.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_becomes_of_a_frame),
        cmocka_unit_test(test_frames_are_sought),
        cmocka_unit_test(test_rows_come_interlaced),
        cmocka_unit_test(test_frames_beyond_the_canvas_are_cut),
        cmocka_unit_test(test_the_first_frame_widens_the_canvas),
        cmocka_unit_test(test_delays_are_those_of_browsers),
        cmocka_unit_test(test_plays_are_counted),
        cmocka_unit_test(test_still_pictures_are_none),
        cmocka_unit_test(test_damage_costs_its_own_frame),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_cancelled_stream_goes_on),
        cmocka_unit_test(test_refused_memory_is_a_limit),
        cmocka_unit_test(test_many_frames_are_capped),
        cmocka_unit_test(test_webp_is_played),
        cmocka_unit_test(test_webp_lies_as_its_exif_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
