/* The colours of a BMP: by a profile in the file, by numbers in its header, or by nothing that can be meant. */
#include "test_image_icc.h"

enum { DIB = 14, SPACE_AT = DIB + 56, ENDPOINTS_AT = DIB + 60, GAMMA_AT = DIB + 96, PROFILE_AT = DIB + 112 };
enum { CALIBRATED = 0, EMBEDDED = 0x4d424544, LINKED = 0x4c494e4b, SRGB = 0x73524742 };
enum { RGB, RLE8, BITFIELDS = 3, COLORS = 6 };

/* One row of the fields' colours. */
static struct bytes make_bmp(int dib, int bits, int packed)
{
    static const uint32_t masks[4] = {0xff0000, 0xff00, 0xff, 0xff000000};
    struct bytes b = {0};
    bytes_put(&b, "BM\0\0\0\0\0\0\0\0", 10);
    bytes_put_le(&b, (uint32_t)(DIB + dib + (bits == 8 ? COLORS * 4 : 0)), 4);
    const uint32_t head[] = {(uint32_t)dib,          COLORS, 1, 1 | (uint32_t)bits << 16,
                             (uint32_t)packed,       0,      0, 0,
                             bits == 8 ? COLORS : 0, 0};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        bytes_put_le(&b, head[i], 4);
    for (int i = 0; i < 4; i++)
        bytes_put_le(&b, masks[i], 4);
    while ((int)b.len < DIB + dib)
        bytes_put_le(&b, 0, 1);
    for (int i = 0; i < COLORS && bits == 8; i++)
        bytes_put_le(&b, field_colors[i], 4);
    for (int i = 0; i < COLORS; i++)
        if (packed == RLE8)
            bytes_put_le(&b, 1 | (uint32_t)i << 8, 2);
        else
            bytes_put_le(&b, bits == 8 ? (uint32_t)i : field_colors[i] | 0xff000000, bits / 8);
    while (b.len % 4 != 2)
        bytes_put_le(&b, 0, 1);
    return b;
}

static void set_le(struct bytes *b, size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        b->data[at + i] = (uint8_t)(value >> (8 * i));
}

/* Appends the profile and says where it stands, counted from the header behind that of the file. */
static void add_profile(struct bytes *b, const struct bytes *icc)
{
    set_le(b, SPACE_AT, EMBEDDED);
    set_le(b, PROFILE_AT, (uint32_t)b->len - DIB);
    set_le(b, PROFILE_AT + 4, (uint32_t)icc->len);
    bytes_put(b, icc->data, icc->len);
}

/* `scale` is by how much an endpoint is brighter than its chromaticity. */
static void set_numbers(struct bytes *b, const cmsCIExyYTRIPLE *corners, double scale, double gamma)
{
    const cmsCIExyY *const each[3] = {&corners->Red, &corners->Green, &corners->Blue};
    set_le(b, SPACE_AT, CALIBRATED);
    for (size_t i = 0; i < 3; i++) {
        const double xyz[3] = {each[i]->x, each[i]->y, 1 - each[i]->x - each[i]->y};
        for (size_t k = 0; k < 3; k++)
            set_le(b, ENDPOINTS_AT + i * 12 + k * 4, (uint32_t)(int32_t)lround(xyz[k] * scale * (1 << 30)));
        set_le(b, GAMMA_AT + i * 4, (uint32_t)lround(gamma * 65536));
    }
}

/* They are what the profile makes of them; NULL: as they are. */
static void assert_colors(const struct bytes *b, const struct bytes *icc, bool has_profile)
{
    struct host host;
    struct fz_image image;
    load_ok(b, 0, &host, &image);
    assert_int_equal(image.has_profile, has_profile);
    assert_int_equal(is_profile_told(b), has_profile);
    for (int i = 0; i < COLORS; i++)
        assert_near(pixel(&image, i, 0), icc ? expected_rgb(icc, field_colors[i]) : field_colors[i],
                    icc ? 1 : 0);
    host_fini(&host);
}

static void test_profile(void **state)
{
    (void)state;
    static const int kinds[][2] = {{24, RGB}, {8, RGB}, {8, RLE8}, {32, BITFIELDS}};
    struct bytes icc = rgb_profile(&p3, 1.8);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = make_bmp(124, kinds[i][0], kinds[i][1]);
        set_numbers(&b, &adobe, 1, 3); /* of no account beside it */
        add_profile(&b, &icc);
        assert_colors(&b, &icc, true);
        free(b.data);
    }
    free(icc.data);
}

/* Behind the pixels of a file that is read in pieces. */
static void test_profile_in_pieces(void **state)
{
    (void)state;
    enum { SIDE = 2000, BYTES = SIDE * SIDE * 3 };
    struct bytes icc = rgb_profile(&p3, 1.8), b = make_bmp(124, 24, RGB);
    b.len = DIB + 124;
    memset(bytes_add(&b, BYTES), 0x93, BYTES);
    set_le(&b, DIB + 4, SIDE);
    set_le(&b, DIB + 8, SIDE);
    add_profile(&b, &icc);
    for (int cut = 0; cut < 2; cut++) {
        struct host host = {.reserve_most = 2 << 20};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len - (size_t)cut, 50, 50, &host, &image, &err), FZ_OK);
        assert_int_equal(host.reserves, 2);
        assert_int_equal(image.has_profile, !cut);
        assert_false(image.damaged);
        assert_near(pixel(&image, 9, 9), cut ? 0x939393 : expected_rgb(&icc, 0x939393), cut ? 0 : 1);
        host_fini(&host);
    }
    free(b.data);
    free(icc.data);
}

/* They show what is behind the picture, as in browsers. */
static void test_pixels_that_runs_leave_out(void **state)
{
    (void)state;
    static const uint8_t runs[] = {1, 0, 0, 2, 3,
                                   0, 1, 4, 0, 1}; /* a pixel, three to the right, a pixel, the end */
    struct bytes b = make_bmp(124, 8, RLE8);
    const uint32_t pixels_at = (uint32_t)(b.data[10] | b.data[11] << 8);
    memcpy(b.data + pixels_at, runs, sizeof runs);
    struct host host = {0};
    struct fz_image image;
    load_ok(&b, 0, &host, &image);
    for (int x = 0; x < COLORS; x++)
        assert_int_equal(pixel(&image, x, 0), x == 0 || x == 4 ? field_colors[x] : 0x204060);
    host_fini(&host);
    free(b.data);
}

/* Linked, of a header that has none, damaged, of other pictures. */
static void test_profile_that_is_ignored(void **state)
{
    (void)state;
    struct bytes wide = rgb_profile(&p3, 1.8), cut = {.data = wide.data, .len = wide.len / 3};
    struct bytes others[] = {cut, cmyk_profile(5), grey_profile(1)};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct bytes b = make_bmp(124, 24, RGB);
        add_profile(&b, &others[i]);
        assert_colors(&b, NULL, true);
        free(b.data);
        if (i > 0)
            free(others[i].data);
    }
    struct bytes linked = make_bmp(124, 24, RGB), older = {0};
    add_profile(&linked, &wide);
    set_le(&linked, SPACE_AT, LINKED);
    assert_colors(&linked, NULL, false);
    set_le(&linked, SPACE_AT, SRGB);
    assert_colors(&linked, NULL, false);
    bytes_put(&older, linked.data, linked.len);
    set_le(&older, DIB, 108); /* the pixels stand where they are said to */
    set_le(&older, SPACE_AT, EMBEDDED);
    assert_colors(&older, NULL, false);
    free(older.data);
    free(linked.data);
    free(wide.data);
}

/* Places and lengths of a profile that the file has not. */
static void test_profile_elsewhere(void **state)
{
    (void)state;
    struct bytes icc = rgb_profile(&p3, 1.8), b = make_bmp(124, 24, RGB);
    const uint32_t at = (uint32_t)b.len - DIB, len = (uint32_t)icc.len;
    add_profile(&b, &icc);
    const uint32_t places[][2] = {{at, len + 1},
                                  {at + 1, len},
                                  {at, 0},
                                  {at, UINT32_MAX},
                                  {UINT32_MAX, len},
                                  {UINT32_MAX, 1},
                                  {UINT32_MAX - 9, 9},
                                  {at + len, 1},
                                  {UINT32_MAX, UINT32_MAX},
                                  {UINT32_MAX - DIB + 1, 1},
                                  {0, 4 << 20},
                                  {0, (4 << 20) + 1},
                                  {INT32_MAX, len}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        set_le(&b, PROFILE_AT, places[i][0]);
        set_le(&b, PROFILE_AT + 4, places[i][1]);
        assert_colors(&b, NULL, false);
    }
    free(b.data);
    free(icc.data);
}

static void test_calibrated(void **state)
{
    (void)state;
    static const double scales[] = {1, 0.5};
    struct bytes icc = rgb_profile(&p3, 1.8);
    for (int dib = 108; dib <= 124; dib += 16)
        for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
            struct bytes b = make_bmp(dib, 24, RGB);
            set_numbers(&b, &p3, scales[i], 1.8);
            assert_colors(&b, &icc, false);
            free(b.data);
        }
    free(icc.data);
}

/* Numbers that nobody means, and those of sRGB. */
static void test_not_calibrated(void **state)
{
    (void)state;
    static const cmsCIExyYTRIPLE backwards = {{0.15, 0.06, 1}, {0.265, 0.69, 1}, {0.68, 0.32, 1}},
                                 narrow = {{0.33, 0.33, 1}, {0.32, 0.34, 1}, {0.31, 0.32, 1}},
                                 line = {{0.6, 0.3, 1}, {0.4, 0.2, 1}, {0.2, 0.1, 1}},
                                 dark = {{0.64, 0, 1}, {0.3, 0.6, 1}, {0.15, 0.06, 1}},
                                 left = {{-0.2, 0.4, 1}, {0.3, 0.6, 1}, {0.15, 0.06, 1}},
                                 beyond = {{0.9, 0.5, 1}, {0.3, 0.6, 1}, {0.15, 0.06, 1}};
    static const struct {
        const cmsCIExyYTRIPLE *corners;
        double gamma;
    } cases[] = {{&bt709, 2.2}, {&p3, 0},   {&p3, 1},   {&p3, 1 / 2.2}, {&p3, 9},    {&backwards, 1.8},
                 {&narrow, 3},  {&line, 3}, {&dark, 3}, {&left, 3},     {&beyond, 3}};
    struct bytes b = make_bmp(108, 24, RGB);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_numbers(&b, cases[i].corners, 1, cases[i].gamma);
        assert_colors(&b, NULL, false);
    }
    set_numbers(&b, &p3, 1, 1.8);
    set_le(&b, GAMMA_AT + 4, 2 << 16); /* not that of the others */
    assert_colors(&b, NULL, false);
    set_numbers(&b, &p3, 1, 1.8);
    set_le(&b, SPACE_AT, SRGB);
    assert_colors(&b, NULL, false);
    memset(b.data + ENDPOINTS_AT, 0xff, 48);
    set_le(&b, SPACE_AT, CALIBRATED);
    assert_colors(&b, NULL, false);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pixels_that_runs_leave_out),
        cmocka_unit_test(test_profile),
        cmocka_unit_test(test_profile_in_pieces),
        cmocka_unit_test(test_profile_that_is_ignored),
        cmocka_unit_test(test_profile_elsewhere),
        cmocka_unit_test(test_calibrated),
        cmocka_unit_test(test_not_calibrated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
