/* Pictures of limited range that are grey, or whose planes are R G B: black is 16 and white 235 in what is coded. */
#include "test_image_support.h"

#include "frieze_config.h"

#if FRIEZE_WITH_HEIF && FRIEZE_WITH_AVIF

#include "test_image_avif.h"

#include <libheif/heif.h>

enum { SIDE = 64, FIELDS = 4, FIELD_W = SIDE / FIELDS, BACKGROUND = 0x204060 };

/* As limited range codes them with 8 bits, and what they are: black, white, what lies beyond both, and a colour of the middle. */
static const struct {
    uint8_t coded[3]; /* R G B, of which the second is that of grey pictures */
    uint32_t color, grey;
} fields[FIELDS] = {
    {{16, 16, 16}, 0x000000, 0x000000},
    {{235, 235, 235}, 0xffffff, 0xffffff},
    {{4, 250, 16}, 0x00ff00, 0xffffff},
    {{60, 125, 200}, 0x337fd6, 0x7f7f7f},
};

struct kind {
    int bits;
    bool grey, full, alpha, premultiplied;
};

static const struct kind kinds[] = {
    {.bits = 8, .grey = true},
    {.bits = 10, .grey = true},
    {.bits = 12, .grey = true},
    {.bits = 8, .grey = true, .alpha = true},
    {.bits = 10, .grey = true, .alpha = true},
    {.bits = 8, .grey = true, .alpha = true, .premultiplied = true},
    {.bits = 10, .grey = true, .alpha = true, .premultiplied = true},
    {.bits = 8, .grey = true, .full = true},
    {.bits = 10, .grey = true, .full = true},
    {.bits = 8},
    {.bits = 10},
    {.bits = 8, .alpha = true},
    {.bits = 8, .full = true},
};

/* The upper half of what is transparent is half so, and the lower one opaque. */
static int alpha_at(const struct kind *k, int y)
{
    return k->alpha && y < SIDE / 2 ? 128 : 255;
}

static int coded_at(const struct kind *k, int x, int y, int channel)
{
    const int v = fields[x / FIELD_W].coded[channel];
    return k->premultiplied ? 16 + ((v < 16 ? 16 : v > 235 ? 235 : v) - 16) * alpha_at(k, y) / 255 : v;
}

static void put_sample(uint8_t *row, int x, int bits, unsigned v)
{
    const uint16_t deep = (uint16_t)v;
    if (bits == 8)
        row[x] = (uint8_t)v;
    else
        memcpy(row + (size_t)x * 2, &deep, 2);
}

static avifImage *picture_of(const struct kind *k)
{
    static const int order[] = {1, 2, 0}; /* the planes are G B R */
    avifImage *image = avifImageCreate(SIDE, SIDE, (uint32_t)k->bits,
                                       k->grey ? AVIF_PIXEL_FORMAT_YUV400 : AVIF_PIXEL_FORMAT_YUV444);
    image->yuvRange = k->full ? AVIF_RANGE_FULL : AVIF_RANGE_LIMITED;
    image->matrixCoefficients = k->grey ? AVIF_MATRIX_COEFFICIENTS_BT601 : AVIF_MATRIX_COEFFICIENTS_IDENTITY;
    image->colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
    image->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
    image->alphaPremultiplied = k->premultiplied;
    avifImageAllocatePlanes(image, k->alpha ? AVIF_PLANES_ALL : AVIF_PLANES_YUV);
    const unsigned full = (1u << k->bits) - 1;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            for (int i = 0; i < (k->grey ? 1 : 3); i++)
                put_sample(image->yuvPlanes[i] + (size_t)y * image->yuvRowBytes[i], x, k->bits,
                           (unsigned)coded_at(k, x, y, order[i]) << (k->bits - 8));
            if (k->alpha)
                put_sample(image->alphaPlane + (size_t)y * image->alphaRowBytes, x, k->bits,
                           (unsigned)alpha_at(k, y) * full / 255);
        }
    return image;
}

static uint32_t over_background(uint32_t color, int alpha)
{
    uint32_t mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        const int over = color >> shift & 255, under = BACKGROUND >> shift & 255;
        mixed |= (uint32_t)((over * alpha + under * (255 - alpha) + 127) / 255) << shift;
    }
    return mixed;
}

static uint32_t wanted(const struct kind *k, int field)
{
    const uint8_t *coded = fields[field].coded;
    if (k->full)
        return k->grey ? coded[1] * 0x010101u : (uint32_t)coded[0] << 16 | (uint32_t)coded[1] << 8 | coded[2];
    return k->grey ? fields[field].grey : fields[field].color;
}

/* Of so many tiles beside each other. */
static void assert_shows(const struct bytes *b, const struct kind *k, int tiles, int most)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    if (load(b->data, b->len, 0, 0, &host, &image, &err) != FZ_OK)
        fail_msg("%s", err.msg);
    for (int y = SIDE / 4; y < SIDE; y += SIDE / 2)
        for (int i = 0; i < FIELDS * tiles; i++)
            assert_near(pixel(&image, i * FIELD_W + FIELD_W / 2, y),
                        over_background(wanted(k, i % FIELDS), alpha_at(k, y)), most);
    host_fini(&host);
}

static void test_avif(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = encode_avif(picture_of(&kinds[i]));
        print_message("kind %zu\n", i);
        assert_shows(&b, &kinds[i], 1, kinds[i].premultiplied ? 4 : 1);
        free(b.data);
    }
}

static struct bytes encode_grid(const struct kind *k)
{
    struct bytes b = {0};
    avifRWData data = AVIF_DATA_EMPTY;
    avifImage *tiles[] = {picture_of(k), picture_of(k)};
    avifEncoder *encoder = avifEncoderCreate();
    encoder->speed = 10;
    encoder->minQuantizer = encoder->maxQuantizer = AVIF_QUANTIZER_LOSSLESS;
    encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = AVIF_QUANTIZER_LOSSLESS;
    assert_int_equal(
        avifEncoderAddImageGrid(encoder, 2, 1, (const avifImage *const *)tiles, AVIF_ADD_IMAGE_FLAG_SINGLE),
        AVIF_RESULT_OK);
    assert_int_equal(avifEncoderFinish(encoder, &data), AVIF_RESULT_OK);
    bytes_put(&b, data.data, data.size);
    avifRWDataFree(&data);
    avifImageDestroy(tiles[0]);
    avifImageDestroy(tiles[1]);
    avifEncoderDestroy(encoder);
    return b;
}

/* Which is coded by its tiles alone: no property of its own says that it is grey. */
static void test_grid(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!kinds[i].grey || kinds[i].premultiplied)
            continue;
        struct bytes b = encode_grid(&kinds[i]);
        print_message("kind %zu\n", i);
        assert_shows(&b, &kinds[i], 2, 1);
        free(b.data);
    }
}

static struct heif_error append(struct heif_context *context, const void *data, size_t len, void *to)
{
    (void)context;
    bytes_put(to, data, len);
    return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

static struct heif_image *grey_of(const struct kind *k)
{
    struct heif_image *image;
    struct heif_color_profile_nclx *nclx = heif_nclx_color_profile_alloc();
    assert_int_equal(
        heif_image_create(SIDE, SIDE, heif_colorspace_monochrome, heif_chroma_monochrome, &image).code,
        heif_error_Ok);
    heif_image_add_plane(image, heif_channel_Y, SIDE, SIDE, k->bits);
    int stride;
    uint8_t *plane = heif_image_get_plane(image, heif_channel_Y, &stride);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            put_sample(plane + (ptrdiff_t)y * stride, x, k->bits,
                       (unsigned)coded_at(k, x, y, 1) << (k->bits - 8));
    nclx->matrix_coefficients = heif_matrix_coefficients_ITU_R_BT_601_6;
    nclx->full_range_flag = k->full;
    heif_image_set_nclx_color_profile(image, nclx);
    heif_nclx_color_profile_free(nclx);
    return image;
}

static struct bytes make_heic(const struct kind *k)
{
    struct bytes b = {0};
    struct heif_context *context = heif_context_alloc();
    struct heif_encoder *encoder = NULL;
    if (heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder).code != heif_error_Ok) {
        heif_context_free(context);
        skip();
    }
    heif_encoder_set_lossless(encoder, true);
    struct heif_encoding_options *options = heif_encoding_options_alloc();
    struct heif_color_profile_nclx *nclx = heif_nclx_color_profile_alloc();
    nclx->matrix_coefficients = heif_matrix_coefficients_ITU_R_BT_601_6;
    nclx->full_range_flag = k->full;
    options->macOS_compatibility_workaround_no_nclx_profile = false;
    options->output_nclx_profile = nclx;
    struct heif_image *image = grey_of(k);
    struct heif_image_handle *handle = NULL;
    assert_int_equal(heif_context_encode_image(context, image, encoder, options, &handle).code,
                     heif_error_Ok);
    struct heif_writer writer = {1, append};
    assert_int_equal(heif_context_write(context, &writer, &b).code, heif_error_Ok);
    heif_image_handle_release(handle);
    heif_image_release(image);
    heif_nclx_color_profile_free(nclx);
    heif_encoding_options_free(options);
    heif_encoder_release(encoder);
    heif_context_free(context);
    return b;
}

static void test_heic(void **state)
{
    (void)state;
    enum { RANGE = 10 };
    for (int full = 0; full < 2; full++) {
        const struct kind k = {.bits = 8, .grey = true, .full = full};
        struct bytes b = make_heic(&k);
        const uint8_t *nclx = memmem(b.data, b.len, "nclx", 4);
        assert_non_null(nclx);
        assert_int_equal(nclx[RANGE], full ? 0x80 : 0);
        assert_shows(&b, &k, 1, 2);
        free(b.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_avif), cmocka_unit_test(test_grid),
                                       cmocka_unit_test(test_heic)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77; /* skipped */
}

#endif
