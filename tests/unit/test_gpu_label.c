/* Labels in the fonts of this system, whichever they are: their bounds, for any bytes. What they look like is for the
 * golden images. */
#include "fixture.h"

#include "decode/job.h"
#include "gpu/font.h"
#include "gpu/label.h"
#include "gpu/line.h"

static struct fz_fonts *fonts;

static int start(void **state)
{
    (void)state;
    fonts = fz_fonts_new();
    return fonts ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    fz_fonts_free(fonts);
    return 0;
}

static struct fz_label label_of(const char *text, int px, int max_w)
{
    struct fz_label label;
    if (!fz_label_draw(fonts, text, px, max_w, false, &label))
        fail_msg("\"%s\" is not drawn", text);
    return label;
}

static int width_of(const char *text, int px)
{
    struct fz_label label = label_of(text, px, 100000);
    fz_surface_free(label.surface);
    return label.w;
}

/* Strokes of small letters are thinner than a pixel. */
static bool has_ink(const struct fz_label *label)
{
    const uint32_t *pixels = label->surface->pixels;
    for (int i = 0; i < label->surface->w * label->surface->h; i++)
        if (pixels[i] >> 24 > 48)
            return true;
    return false;
}

static void assert_bounded(const struct fz_label *label, int max_w)
{
    int layers = label->has_colors ? 2 : 1;
    assert_true(label->w >= 1 && label->w <= max_w);
    assert_int_equal(label->surface->w, label->w);
    assert_int_equal(label->surface->h % layers, 0);
    assert_true(label->over >= 0 && label->over <= label->h / 2);
    assert_true(label->surface->h / layers >= label->over + label->h);
    assert_true(label->surface->h / layers <= 2 * label->h);
}

static void a_label_is_ink_on_nothing(void **state)
{
    (void)state;
    struct fz_label label = label_of("IMG_0001.jpg", 13, 300);
    assert_bounded(&label, 300);
    assert_true(has_ink(&label));
    assert_true(label.h >= 13 && label.h <= 26);
    assert_false(label.has_colors);
    fz_surface_free(label.surface);
    struct fz_label none;
    assert_false(fz_label_draw(fonts, "", 13, 300, false, &none));
}

static void sizes_follow_the_font(void **state)
{
    (void)state;
    int at_20 = width_of("A name of some length.jpg", 20), at_40 = width_of("A name of some length.jpg", 40);
    assert_near(at_40, 2 * at_20, 0.1 * at_40);
    struct fz_label one = label_of("x", 13, 300),
                    other = label_of("\xe0\xb8\x97\xe0\xb8\xb5\xe0\xb9\x88", 13, 300);
    assert_int_equal(one.h, other.h); /* the line is the same, whatever stands in it */
    fz_surface_free(one.surface);
    fz_surface_free(other.surface);
}

static void a_wide_one_is_shortened_as_little_as_possible(void **state)
{
    (void)state;
    static const char name[] = "A very long name of a picture from a far country IMG_20230401_123456.jpeg";
    int whole = width_of(name, 13), letter = width_of("m", 13);
    for (int max_w = 80; max_w < whole; max_w += 37) {
        struct fz_label label = label_of(name, 13, max_w);
        assert_bounded(&label, max_w);
        assert_true(label.w + 2 * letter >= max_w);
        fz_surface_free(label.surface);
    }
    assert_int_equal(width_of(name, 13), whole);
}

/* A mark that must not act is as wide as what stands for it, and nothing is turned round. */
static void overrides_do_not_act(void **state)
{
    (void)state;
    struct fz_label shown = label_of("photo\xe2\x80\xaegpj.exe", 20, 1000);
    struct fz_label meant = label_of("photo\xe2\x9f\xa6RLO\xe2\x9f\xa7gpj.exe", 20, 1000);
    assert_int_equal(shown.w, meant.w);
    assert_int_equal(shown.surface->h, meant.surface->h);
    assert_memory_equal(shown.surface->pixels, meant.surface->pixels,
                        (size_t)(shown.w * shown.surface->h * 4));
    fz_surface_free(shown.surface);
    fz_surface_free(meant.surface);
}

static void towers_of_marks_are_bounded(void **state)
{
    (void)state;
    char name[256] = "z";
    for (size_t i = 1; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "\xcc\x81", 3);
    double start_s = now_s();
    struct fz_label label = label_of(name, 26, 300);
    assert_bounded(&label, 300);
    fz_surface_free(label.surface);
    assert_true(now_s() - start_s < SOON_S);
}

/* A name that holds a letter of each of 84 scripts and blocks, again and again. */
static void many_scripts_are_bounded(void **state)
{
    (void)state;
    double start_s = now_s();
    int descriptors = open_descriptors();
    for (unsigned round = 0; round < 30; round++) {
        char name[256];
        size_t n = 0;
        for (unsigned i = 0; i < 84; i++, n += 3) {
            unsigned c = 0x0900 + (i * 30 + round) * 16 % 0xa000;
            c = c >= 0xd800 ? 0x3042 : c;
            name[n] = (char)(0xe0 | c >> 12);
            name[n + 1] = (char)(0x80 | (c >> 6 & 63));
            name[n + 2] = (char)(0x80 | (c & 63));
        }
        name[n] = '\0';
        struct fz_label label;
        if (fz_label_draw(fonts, name, 13, 2000, false, &label)) {
            assert_bounded(&label, 2000);
            fz_surface_free(label.surface);
        }
    }
    assert_true(now_s() - start_s < 3 * SOON_S);
    assert_true(open_descriptors() - descriptors <= 32);
}

static void any_bytes_are_drawn(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 600; round++) {
        char name[256];
        int len = random_int(&random, 1, 255), low = random_int(&random, 0, 1) ? 1 : 0x80;
        for (int i = 0; i < len; i++)
            name[i] = (char)random_int(&random, low, 255);
        name[len] = '\0';
        int px = random_int(&random, 6, 60), max_w = random_int(&random, 100, 900);
        struct fz_label label = label_of(name, px, max_w);
        assert_bounded(&label, max_w);
        bool is_blank = name[strspn(name, " ")] == '\0';
        assert_int_equal(has_ink(&label), !is_blank);
        fz_surface_free(label.surface);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_is_ink_on_nothing),
        cmocka_unit_test(sizes_follow_the_font),
        cmocka_unit_test(a_wide_one_is_shortened_as_little_as_possible),
        cmocka_unit_test(overrides_do_not_act),
        cmocka_unit_test(towers_of_marks_are_bounded),
        cmocka_unit_test(many_scripts_are_bounded),
        cmocka_unit_test(any_bytes_are_drawn),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
