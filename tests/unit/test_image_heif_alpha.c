/* Transparent pictures that are cropped, turned and mirrored by properties which only their colours have, as libavif writes them. */
#include "test_image_support.h"

#include "frieze_config.h"

#if FRIEZE_WITH_HEIF && FRIEZE_WITH_AVIF

#include "test_image_avif.h"

enum { FIELD = 32, BACKGROUND = 0x204060 };

static const int alphas[6] = {255, 0, 128, 200, 60, 90};

struct changes {
    int angle;   /* anticlockwise, in quarters; then */
    int mirror;  /* 1: top and bottom, 2: left and right; 0: neither */
    int crop[4]; /* x, y, w, h, before; none of no width */
    int bits;    /* 0: 8 */
    bool premultiplied, pq;
    int orientation;    /* what that comes to */
    const char *fields; /* that are left; NULL: all */
};

static const struct changes all[] = {
    {.orientation = 1},
    {.angle = 1, .orientation = 8},
    {.angle = 2, .orientation = 3},
    {.angle = 3, .orientation = 6},
    {.mirror = 1, .orientation = 4},
    {.mirror = 2, .orientation = 2},
    {.angle = 1, .mirror = 2, .orientation = 7},
    {.angle = 1, .premultiplied = true, .orientation = 8},
    {.angle = 3, .bits = 10, .orientation = 6},
    {.crop = {0, FIELD, 2 * FIELD, 2 * FIELD}, .orientation = 1, .fields = "CDEF"},
    {.crop = {FIELD, 0, FIELD, 3 * FIELD}, .angle = 2, .orientation = 3, .fields = "FDB"},
    {.crop = {0, 0, 2 * FIELD, FIELD}, .angle = 1, .bits = 10, .orientation = 8, .fields = "BA"},
};

static avifImage *picture_of(const struct changes *c)
{
    avifImage *image =
        avifImageCreate(2 * FIELD, 3 * FIELD, (uint32_t)(c->bits ? c->bits : 8), AVIF_PIXEL_FORMAT_YUV444);
    uint8_t *pixels = make_fields(FIELD, 4);
    avifRGBImage rgb;
    image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_IDENTITY;
    image->alphaPremultiplied = c->premultiplied;
    if (c->pq)
        image->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SMPTE2084;
    for (int i = 0; i < 6 * FIELD * FIELD; i++)
        pixels[i * 4 + 3] = (uint8_t)alphas[i / (2 * FIELD) / FIELD * 2 + i % (2 * FIELD) / FIELD];
    avifRGBImageSetDefaults(&rgb, image);
    rgb.depth = 8;
    rgb.format = AVIF_RGB_FORMAT_RGBA;
    rgb.pixels = pixels;
    rgb.rowBytes = 2 * FIELD * 4;
    assert_int_equal(avifImageRGBToYUV(image, &rgb), AVIF_RESULT_OK);
    free(pixels);
    return image;
}

static void change(avifImage *image, const struct changes *c)
{
    image->transformFlags |= (avifTransformFlags)(c->angle ? AVIF_TRANSFORM_IROT : 0);
    image->transformFlags |= (avifTransformFlags)(c->mirror ? AVIF_TRANSFORM_IMIR : 0);
    image->transformFlags |= (avifTransformFlags)(c->crop[2] ? AVIF_TRANSFORM_CLAP : 0);
    image->irot.angle = (uint8_t)c->angle;
    memset(&image->imir, c->mirror == 2, 1); /* its one field has two names */
    const avifCropRect crop = {(uint32_t)c->crop[0], (uint32_t)c->crop[1], (uint32_t)c->crop[2],
                               (uint32_t)c->crop[3]};
    avifDiagnostics diagnostics;
    if (c->crop[2])
        assert_true(avifCleanApertureBoxConvertCropRect(&image->clap, &crop, image->width, image->height,
                                                        image->yuvFormat, &diagnostics));
}

static struct bytes make_avif(const struct changes *c)
{
    avifImage *image = picture_of(c);
    change(image, c);
    return encode_avif(image);
}

static uint32_t over_background(int field)
{
    uint32_t mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        const int color = field_colors[field] >> shift & 255, under = BACKGROUND >> shift & 255,
                  a = alphas[field];
        mixed |= (uint32_t)((color * a + under * (255 - a) + 127) / 255) << shift;
    }
    return mixed;
}

static void assert_shows(const struct fz_image *image, const struct changes *c)
{
    const char *fields = c->fields ? c->fields : upright_fields[c->orientation];
    const int shown_w = c->crop[2] ? c->crop[2] : 2 * FIELD, shown_h = c->crop[2] ? c->crop[3] : 3 * FIELD;
    assert_int_equal(image->orientation, c->orientation);
    assert_int_equal(image->out_w, c->orientation >= 5 ? shown_h : shown_w);
    assert_int_equal(image->out_h, c->orientation >= 5 ? shown_w : shown_h);
    assert_int_equal(image->width, image->out_w);
    assert_int_equal(image->height, image->out_h);
    const int across = image->out_w / FIELD;
    for (int i = 0; fields[i]; i++)
        assert_near(pixel(image, i % across * FIELD + FIELD / 2, i / across * FIELD + FIELD / 2),
                    over_background(fields[i] - 'A'), 3);
}

static void test_alpha_goes_with_the_colours(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct bytes b = make_avif(&all[i]);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        print_message("case %zu\n", i);
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_shows(&image, &all[i]);
        host_fini(&host);
        free(b.data);
    }
}

/* The light of what is multiplied by its alpha is that of what is not. */
static void test_wide_range(void **state)
{
    (void)state;
    uint32_t seen[2][6];
    for (int i = 0; i < 2; i++) {
        struct bytes b = make_avif(&(struct changes){.bits = 12, .pq = true, .premultiplied = i});
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        for (int k = 0; k < 6; k++)
            seen[i][k] = pixel(&image, k % 2 * FIELD + FIELD / 2, k / 2 * FIELD + FIELD / 2);
        host_fini(&host);
        free(b.data);
    }
    for (int k = 0; k < 6; k++)
        assert_near(seen[1][k], seen[0][k], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_alpha_goes_with_the_colours),
                                       cmocka_unit_test(test_wide_range)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77; /* skipped */
}

#endif
