/* SVG drawn larger than it says, and in parts: each part is what the whole shows there, at the cost of the part. */
#include "test_image_support.h"

#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

enum { W = 120, H = 90, TIMES = 64 };

#define HEAD "<svg xmlns='http://www.w3.org/2000/svg' "
#define SIZE "width='120' height='90' "
#define BOX "viewBox='10 5 60 45'"
#define SHAPES                                                                                               \
    "<defs><filter id='b'><feGaussianBlur stdDeviation='1'/></filter><mask id='m'><rect width='90' "         \
    "height='9' "                                                                                            \
    "fill='#fff'/></mask></defs><path d='M0 0L70 50M40 0V50M0 25H70' stroke='#fff' stroke-width='.2'/><g "   \
    "opacity='.5'><circle cx='30' cy='20' r='9' fill='red'/><circle cx='36' cy='20' r='9' fill='blue'/></g>" \
    "<rect x='50%' y='8' width='20' height='9' fill='lime' mask='url(#m)'/><circle cx='20' cy='40' r='5' "   \
    "filter='url(#b)'/><svg x='50' y='30' width='10' height='10' viewBox='0 0 2 2'><rect width='1' "         \
    "height='1'/></svg></svg>"

static const char *const drawings[] = {
    HEAD SIZE BOX ">" SHAPES,
    HEAD SIZE ">" SHAPES,
    HEAD SIZE BOX " style='background:#a40'>" SHAPES,
    "<?xml version='1.0'?>" HEAD SIZE "viewBox='0 0 60 60' preserveAspectRatio='xMinYMid slice'>" SHAPES,
    HEAD SIZE BOX " transform='rotate(9)'>" SHAPES,
    HEAD SIZE BOX "><style>:root{transform:scale(.7)}</style>" SHAPES,
    HEAD SIZE BOX " aria-label='1>0' transform='rotate(9)'>" SHAPES,
    HEAD SIZE BOX " clip-path='url(#c)'><clipPath id='c'><circle cx='40' cy='25' r='20'/></clipPath>" SHAPES,
    HEAD SIZE BOX " mask='url(#c)'><mask id='c'><circle cx='40' cy='25' r='20' fill='#fff'/></mask>" SHAPES,
    HEAD SIZE BOX "><style>svg{tr\\61nsform:scale(.7)}</style>" SHAPES,
};

static enum fz_err draw(const char *text, int times, struct fz_image_region region, int box_w, int box_h,
                        struct host *host, struct fz_image *image)
{
    struct fz_error err;
    int fd = open_bytes(text, strlen(text));
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, box_w, box_h, host);
    request.want.times = times;
    request.want.region = region;
    enum fz_err code = fz_image_load(&request, scratch, image, &err);
    fz_image_scratch_free(scratch);
    close(fd);
    return code;
}

/* Squares at eight times its size. */
static void a_part_is_what_the_whole_shows_there(void **state)
{
    (void)state;
    const int scale = 8, by = TIMES / scale;
    static const int parts[][4] = {{0, 0, 960, 720},   {0, 0, 257, 257},     {255, 255, 258, 258},
                                   {511, 0, 449, 257}, {703, 463, 257, 257}, {100, 37, 33, 500},
                                   {0, 300, 960, 60},  {400, 0, 9, 720}};
    for (size_t i = 0; i < sizeof drawings / sizeof *drawings; i++) {
        struct host whole_host = {0};
        struct fz_image whole;
        assert_int_equal(
            draw(drawings[i], TIMES, (struct fz_image_region){0}, W * scale, H * scale, &whole_host, &whole),
            FZ_OK);
        assert_int_equal(whole.width, W);
        assert_int_equal(whole.out_w, W * scale);
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            const int *r = parts[p];
            struct host host = {0};
            struct fz_image part;
            struct fz_image_region region = {r[0] * by, r[1] * by, r[2] * by, r[3] * by};
            assert_int_equal(draw(drawings[i], TIMES, region, r[2], r[3], &host, &part), FZ_OK);
            assert_int_equal(part.width, W);
            assert_int_equal(part.height, H);
            assert_int_equal(part.out_w, r[2]);
            assert_int_equal(part.out_h, r[3]);
            for (int y = 0; y < r[3]; y++)
                for (int x = 0; x < r[2]; x++) {
                    uint32_t is = pixel(&part, x, y), wanted = pixel(&whole, r[0] + x, r[1] + y);
                    if (channel_distance(is, wanted) > 8)
                        fail_msg("drawing %zu, part %zu at %d,%d: %06x, not %06x", i, p, x, y, is, wanted);
                }
            host_fini(&host);
        }
        host_fini(&whole_host);
    }
}

/* Of a size that it does not tell of, or tells as a part of the page: as large a part of the result is covered in any size, and by parts
 * of it. */
static void what_tells_no_size_is_scaled(void **state)
{
    (void)state;
    static const struct {
        const char *sides;
        int width, height;
    } cases[] = {{"", 512, 512},
                 {"width='100%' height='100%'", 512, 512},
                 {"width='256'", 256, 512},
                 {"height='128.5'", 512, 129}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int w = cases[i].width, h = cases[i].height;
        char text[600];
        snprintf(text, sizeof text,
                 HEAD "%s><defs><mask id='m'><rect width='100%%' height='100%%' "
                      "fill='#fff'/></mask></defs><rect width='50%%' "
                      "height='50%%' fill='red'/><rect x='%g' width='%g' height='%g' fill='lime' "
                      "mask='url(#m)'/></svg>",
                 cases[i].sides, w / 2.0, w / 4.0, h / 4.0);
        for (int times = 1; times <= 8; times *= 8)
            for (int box = 64; box <= 1024 && box <= 512 * times; box *= 4) {
                struct host host = {0};
                struct fz_image image;
                assert_int_equal(draw(text, times, (struct fz_image_region){0}, box * w / 512, box * h / 512,
                                      &host, &image),
                                 FZ_OK);
                assert_int_equal(image.width, w);
                assert_int_equal(image.height, h);
                const int out_w = image.out_w, out_h = image.out_h;
                assert_near(pixel(&image, out_w / 2 - 2, out_h / 2 - 2), 0xff0000, 8);
                assert_near(pixel(&image, out_w / 2 - 2, out_h / 2 + 2), 0x204060, 8);
                assert_near(pixel(&image, out_w / 2 + 2, out_h / 4 - 2), 0x00ff00, 8);
                assert_near(pixel(&image, out_w * 3 / 4 - 2, out_h / 4 - 2), 0x00ff00, 8);
                assert_near(pixel(&image, out_w * 3 / 4 + 2, out_h / 4 - 2), 0x204060, 8);
                assert_near(pixel(&image, out_w / 2 + 2, out_h / 4 + 2), 0x204060, 8);
                host_fini(&host);
            }
        struct host host = {0};
        struct fz_image image;
        struct fz_image_region region = {w * 2, 0, w * 2, h * 2};
        assert_int_equal(draw(text, 4, region, w * 2, h * 2, &host, &image), FZ_OK);
        assert_near(pixel(&image, w - 3, h - 3), 0x00ff00, 8);
        assert_near(pixel(&image, w + 3, h - 3), 0x204060, 8);
        assert_near(pixel(&image, w - 3, h + 3), 0x204060, 8);
        host_fini(&host);
    }
}

/* Enlarged, it is what a document that says so of itself looks like. */
static void larger_is_as_if_it_said_so(void **state)
{
    (void)state;
    struct host host = {0}, large_host = {0};
    struct fz_image image, large;
    struct fz_error err;
    static const char text[] = HEAD "width='960' height='720' " BOX ">" SHAPES;
    assert_int_equal(load(text, strlen(text), 0, 0, &large_host, &large, &err), FZ_OK);
    assert_int_equal(draw(drawings[0], TIMES, (struct fz_image_region){0}, 960, 720, &host, &image), FZ_OK);
    for (int y = 0; y < 720; y++)
        for (int x = 0; x < 960; x++)
            assert_int_equal(pixel(&image, x, y), pixel(&large, x, y));
    host_fini(&host);
    host_fini(&large_host);
}

/* What a filter puts 12 px of the picture away from where it was, at 32 times its size. */
static void a_shadow_falls_into_other_parts(void **state)
{
    (void)state;
    static const char text[] =
        HEAD SIZE BOX "><filter id='o' x='-9' y='-9' width='19' height='19'><feOffset dx='6'/></filter>"
                      "<rect x='12' y='9' width='9' height='9' fill='#0f0' filter='url(#o)'/></svg>";
    struct host host = {0};
    struct fz_image image;
    struct fz_image_region region = {30 * TIMES, 12 * TIMES, 4 * TIMES, 4 * TIMES};
    assert_int_equal(draw(text, TIMES, region, 128, 128, &host, &image), FZ_OK);
    assert_int_equal(pixel(&image, 64, 64) & 0xffffff, 0x00ff00);
    host_fini(&host);
}

/* Of a picture that would be 92160 px high. */
static void a_part_costs_what_it_shows(void **state)
{
    (void)state;
    struct host host = {0};
    struct fz_image image;
    struct fz_image_region region = {61440, 30720, 258, 258};
    assert_int_equal(draw(drawings[0], 1024, region, 258, 258, &host, &image), FZ_OK);
    assert_true(host.reserved < 20 << 20);
    host_fini(&host);
}

/* Red beside green, whatever it says of its size. */
static enum fz_err draw_halves(const char *sides, int times, struct fz_image_region region, int box,
                               struct host *host, struct fz_image *image)
{
    char text[400];
    snprintf(text, sizeof text,
             HEAD "%s viewBox='0 0 120 90'><rect width='60' height='90' fill='red'/><rect x='60' "
                  "width='60' height='90' fill='lime'/></svg>",
             sides);
    *host = (struct host){0};
    return draw(text, times, region, box, box, host, image);
}

/* Whole, and its middle, as it says and at eight times that. */
static void what_says_more_than_a_picture_may_have_is_brought_down(void **state)
{
    (void)state;
    static const struct {
        const char *sides;
        int width, height;
    } cases[] = {
        {"width='12000mm' height='9000mm'", 36514, 27386},
        {"width='200000' height='150'", 160000, 120},
        {"width='1e30' height='1e30'", 31622, 31622},
        {"width='1e6in' style='height:1e6in'", 31622, 31622},
    };
    struct host host;
    struct fz_image image;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int w = cases[i].width, h = cases[i].height;
        assert_int_equal(draw_halves(cases[i].sides, 0, (struct fz_image_region){0}, 400, &host, &image),
                         FZ_OK);
        assert_int_equal(image.width, w);
        assert_int_equal(image.height, h);
        assert_true(host.reserved < 20 << 20);
        host_fini(&host);
        for (int times = 1; times <= 8; times += 7) {
            const struct fz_image_region region = {w / 2 * times - 50, h / 2 * times - 50, 100, 100};
            assert_int_equal(draw_halves(cases[i].sides, times, region, 100, &host, &image), FZ_OK);
            assert_int_equal(pixel(&image, 40, 50), 0xff0000);
            assert_int_equal(pixel(&image, 60, 50), 0x00ff00);
            host_fini(&host);
        }
    }
    assert_int_equal(
        draw_halves("width='1e9' height='1'", 0, (struct fz_image_region){0}, 400, &host, &image), FZ_OK);
    host_fini(&host);
}

static void only_drawings_can_be_enlarged(void **state)
{
    (void)state;
    assert_int_equal(fz_image_most_times("svg", 16, 16), 1024);
    assert_int_equal(fz_image_most_times("svg", 65500, 3), 64);
    assert_int_equal(fz_image_most_times("png", 16, 16), 1);
    assert_int_equal(fz_image_most_times(NULL, 0, 0), 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_is_what_the_whole_shows_there),
        cmocka_unit_test(what_tells_no_size_is_scaled),
        cmocka_unit_test(larger_is_as_if_it_said_so),
        cmocka_unit_test(a_shadow_falls_into_other_parts),
        cmocka_unit_test(a_part_costs_what_it_shows),
        cmocka_unit_test(only_drawings_can_be_enlarged),
        cmocka_unit_test(what_says_more_than_a_picture_may_have_is_brought_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
