/* PQ and HLG to the curve of sRGB: compared with the formulas of BT.2100 and BT.2390, worked out elsewhere in double precision;
 * and that HEIC, AVIF and JPEG XL of such curves are shown by it. */
#include "test_image_support.h"

#include "frieze_config.h"
#include "image/pixels/hdr.h"

#include <math.h>
#include <zlib.h>

static uint16_t code(double v)
{
    return (uint16_t)(v * 65535 + 0.5);
}

static void test_known_values(void **state)
{
    (void)state;
    static const struct {
        enum fz_hdr_curve curve;
        double in[3], out[3]; /* 0..1, 0..255 */
    } known[] = {
        {FZ_HDR_PQ, {0, 0, 0}, {0, 0, 0}},
        {FZ_HDR_PQ, {0.25, 0.25, 0.25}, {44.20, 44.20, 44.20}},
        {FZ_HDR_PQ, {0.5, 0.5, 0.5}, {179.58, 179.58, 179.58}},
        {FZ_HDR_PQ, {0.5807, 0.5807, 0.5807}, {228.99, 228.99, 228.99}}, /* reference white */
        {FZ_HDR_PQ, {0.65, 0.65, 0.65}, {249.33, 249.33, 249.33}},
        {FZ_HDR_PQ, {1, 1, 1}, {255, 255, 255}},
        {FZ_HDR_PQ, {0.6, 0.5, 0.4}, {236.60, 153.09, 94.10}},
        {FZ_HDR_PQ, {0.7, 0.1, 0.1}, {254.25, 1.71, 1.71}},
        {FZ_HDR_HLG, {0, 0, 0}, {0, 0, 0}},
        {FZ_HDR_HLG, {0.25, 0.25, 0.25}, {61.44, 61.44, 61.44}},
        {FZ_HDR_HLG, {0.75, 0.75, 0.75}, {229.02, 229.02, 229.02}}, /* reference white */
        {FZ_HDR_HLG, {1, 1, 1}, {255, 255, 255}},
        {FZ_HDR_HLG, {0.6, 0.5, 0.4}, {168.15, 138.32, 112.47}},
        {FZ_HDR_HLG, {0.7, 0.1, 0.1}, {196.53, 23.74, 23.74}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct fz_hdr *hdr = fz_hdr_new(known[i].curve, 0);
        assert_non_null(hdr);
        uint16_t px[4] = {code(known[i].in[0]), code(known[i].in[1]), code(known[i].in[2]), 12345};
        fz_hdr_row(hdr, px, 1);
        for (int c = 0; c < 3; c++)
            if (fabs(px[c] / 257.0 - known[i].out[c]) > 0.4)
                fail_msg("row %zu, channel %d: %.2f, not %.2f", i, c, px[c] / 257.0, known[i].out[c]);
        assert_int_equal(px[3], 12345);
        fz_hdr_free(hdr);
    }
}

/* Brighter in, never darker out; and a picture that tells its peak is dimmed no more than it has to be. */
static void test_ramps(void **state)
{
    (void)state;
    static const unsigned peaks[] = {0, 203, 400, 4000, 10000, 65535};
    for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++)
        for (int curve = FZ_HDR_PQ; curve <= FZ_HDR_HLG; curve++) {
            struct fz_hdr *hdr = fz_hdr_new((enum fz_hdr_curve)curve, peaks[i]);
            uint16_t before = 0, white[4] = {code(0.5807), code(0.5807), code(0.5807), 65535};
            for (int v = 0; v < 65536; v += 16) {
                uint16_t px[4] = {(uint16_t)v, (uint16_t)v, (uint16_t)v, 65535};
                fz_hdr_row(hdr, px, 1);
                assert_true(px[0] == px[1] && px[1] == px[2] && px[0] >= before);
                before = px[0];
            }
            assert_true(before > 254 * 257);
            fz_hdr_row(hdr, white, 1);
            if (curve == FZ_HDR_PQ && peaks[i] == 203)
                assert_true(white[0] > 254 * 257);
            if (curve == FZ_HDR_PQ && peaks[i] == 4000)
                assert_true(white[0] < 229 * 257);
            fz_hdr_free(hdr);
        }
}

/* Reference white of 0xe5 and a grey, whatever the primaries are. */
enum { SIDE = 64 };

static void assert_white_and_grey(const struct bytes *b, uint32_t grey)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    if (load(b->data, b->len, 0, 0, &host, &image, &err) != FZ_OK)
        fail_msg("%s", err.msg);
    assert_near(pixel(&image, SIDE / 4, SIDE / 2), 0xe5e5e5, 2);
    assert_near(pixel(&image, SIDE * 3 / 4, SIDE / 2), grey, 2);
    host_fini(&host);
}

static double value_at(int x, bool pq)
{
    return x >= SIDE / 2 ? 0.25 : pq ? 0.5807 : 0.75;
}

/* A chunk behind IHDR, in place. */
static void put_chunk(struct bytes *png, const char *name, const uint8_t *data, size_t len)
{
    enum { AT = 33 };
    struct bytes b = {0}, checked = {0};
    bytes_put(&checked, name, 4);
    bytes_put(&checked, data, len);
    bytes_put(&b, png->data, AT);
    bytes_put_be(&b, (uint32_t)len, 4);
    bytes_put(&b, checked.data, checked.len);
    bytes_put_be(&b, (uint32_t)crc32(0, checked.data, (uInt)checked.len), 4);
    bytes_put(&b, png->data + AT, png->len - AT);
    free(checked.data);
    free(png->data);
    *png = b;
}

static void fill_row(uint8_t *row, bool pq, int depth, int channels)
{
    for (int i = 0; i < SIDE * channels; i++) {
        const unsigned v = i % channels == 3 ? 65535 : code(value_at(i / channels, pq));
        if (depth == 8) {
            row[i] = (uint8_t)((v + 128) / 257);
        } else {
            row[i * 2] = (uint8_t)(v >> 8);
            row[i * 2 + 1] = (uint8_t)v;
        }
    }
}

static struct bytes make_png(bool pq, int depth, int type, int interlace)
{
    struct bytes file = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, png_append, png_flush_nothing);
    png_set_IHDR(png, info, SIDE, SIDE, depth, type, interlace, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL); /* for programs that do not know better */
    png_write_info(png, info);
    uint8_t row[SIDE * 4 * 2], *rows[SIDE];
    fill_row(row, pq, depth, png_get_channels(png, info));
    for (int y = 0; y < SIDE; y++)
        rows[y] = row;
    png_write_image(png, rows);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return file;
}

static void assert_shown(const struct bytes *b, int x, uint32_t color)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b->data, b->len, 0, 0, &host, &image, &err), FZ_OK);
    assert_near(pixel(&image, x, SIDE / 2), color, 1);
    host_fini(&host);
}

static void test_png(void **state)
{
    (void)state;
    static const int types[] = {PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA, PNG_COLOR_TYPE_GRAY};
    for (int kind = 0; kind < 24; kind++) {
        const bool pq = kind & 1;
        const uint8_t numbers[4] = {9, pq ? 16 : 18, 0, 1}, other[4] = {9, pq ? 16 : 18, 9, 1};
        struct bytes b = make_png(pq, kind & 2 ? 8 : 16, types[kind / 8],
                                  kind & 4 ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE);
        struct bytes plain = {0};
        bytes_put(&plain, b.data, b.len);
        put_chunk(&b, "cICP", numbers, 4);
        assert_white_and_grey(&b, pq ? 0x2c2c2c : 0x3d3d3d);
        put_chunk(&plain, "cICP", other, 4); /* a matrix that PNG does not have: ignored */
        assert_shown(&plain, SIDE * 3 / 4, 0x404040);
        free(plain.data);
        free(b.data);
    }
}

/* A picture that tells its peak, here reference white, is not dimmed. */
static void test_png_tells_its_peak(void **state)
{
    (void)state;
    const uint8_t numbers[4] = {9, 16, 0, 1}, level[8] = {0, 0x1e, 0xf9, 0xf0};
    struct bytes b = make_png(true, 16, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE);
    put_chunk(&b, "cLLI", level, 8);
    put_chunk(&b, "cICP", numbers, 4);
    assert_shown(&b, SIDE / 4, 0xfefefe);
    free(b.data);
}

/* Display P3, told by number. */
static void test_png_of_other_primaries(void **state)
{
    (void)state;
    const uint8_t numbers[4] = {12, 13, 0, 1};
    uint8_t pixels[SIDE * SIDE * 3];
    for (int i = 0; i < SIDE * SIDE; i++)
        memcpy(pixels + (size_t)i * 3, (const uint8_t[]){180, 90, 60}, 3);
    struct bytes b = encode_png(pixels, SIDE, SIDE, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL);
    put_chunk(&b, "cICP", numbers, 4);
    assert_shown(&b, 3, 0xc15333);
    free(b.data);
}

/* Numbers that say "unspecified", of the one or the other, leave it to the other chunks; where there are none it is sRGB. */
static void test_png_of_numbers_that_say_nothing(void **state)
{
    (void)state;
    static const uint8_t numbers[3][4] = {{2, 2, 0, 1}, {1, 2, 0, 1}, {2, 13, 0, 1}};
    static const uint8_t gamma[4] = {0, 0, 0xb1, 0x8f};
    static const uint32_t display_p3[8] = {31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000};
    uint8_t pixels[SIDE * SIDE * 3], chromaticities[32];
    for (int i = 0; i < 32; i++)
        chromaticities[i] = (uint8_t)(display_p3[i / 4] >> (24 - 8 * (i % 4)));
    for (int i = 0; i < SIDE * SIDE; i++)
        memcpy(pixels + (size_t)i * 3, (const uint8_t[]){180, 90, 60}, 3);
    for (int i = 0; i < 6; i++) {
        struct bytes b = encode_png(pixels, SIDE, SIDE, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL);
        if (i >= 3) {
            put_chunk(&b, "gAMA", gamma, sizeof gamma);
            put_chunk(&b, "cHRM", chromaticities, sizeof chromaticities);
        }
        put_chunk(&b, "cICP", numbers[i % 3], 4);
        assert_shown(&b, 3, i >= 3 ? 0xc15333 : 0xb45a3c);
        free(b.data);
    }
}

#if FRIEZE_WITH_HEIF
#include <libheif/heif.h>

static struct heif_error append(struct heif_context *context, const void *data, size_t len, void *to)
{
    (void)context;
    bytes_put(to, data, len);
    return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

/* Of 8 bits or 12: told to write 10, libheif 1.15 has libaom end the program. */
static struct bytes encode_avif(bool pq, int bits)
{
    struct bytes b = {0};
    struct heif_context *context = heif_context_alloc();
    struct heif_encoder *encoder = NULL;
    if (heif_context_get_encoder_for_format(context, heif_compression_AV1, &encoder).code != heif_error_Ok)
        skip();
    heif_encoder_set_lossy_quality(encoder, 95);
    heif_encoder_set_parameter_string(encoder, "chroma", "420");
    struct heif_image *image;
    heif_image_create(SIDE, SIDE, heif_colorspace_RGB,
                      bits == 8 ? heif_chroma_interleaved_RGB : heif_chroma_interleaved_RRGGBB_LE, &image);
    heif_image_add_plane(image, heif_channel_interleaved, SIDE, SIDE, bits);
    int stride;
    uint8_t *plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    for (int i = 0; i < SIDE * SIDE * 3; i++) {
        unsigned v = (unsigned)(value_at(i / 3 % SIDE, pq) * ((1 << bits) - 1) + 0.5);
        uint8_t *to = plane + i / (SIDE * 3) * stride + i % (SIDE * 3) * (bits == 8 ? 1 : 2);
        to[0] = (uint8_t)v;
        if (bits > 8)
            to[1] = (uint8_t)(v >> 8);
    }
    struct heif_color_profile_nclx *nclx = heif_nclx_color_profile_alloc();
    heif_nclx_color_profile_set_color_primaries(nclx, 9);
    heif_nclx_color_profile_set_transfer_characteristics(nclx, pq ? 16 : 18);
    heif_nclx_color_profile_set_matrix_coefficients(nclx, 9);
    nclx->full_range_flag = 1;
    heif_image_set_nclx_color_profile(image, nclx);
    struct heif_encoding_options *options = heif_encoding_options_alloc();
    options->output_nclx_profile = nclx;
    struct heif_image_handle *handle = NULL;
    assert_int_equal(heif_context_encode_image(context, image, encoder, options, &handle).code,
                     heif_error_Ok);
    struct heif_writer writer = {1, append};
    assert_int_equal(heif_context_write(context, &writer, &b).code, heif_error_Ok);
    heif_encoding_options_free(options);
    heif_nclx_color_profile_free(nclx);
    heif_image_handle_release(handle);
    heif_image_release(image);
    heif_encoder_release(encoder);
    heif_context_free(context);
    return b;
}

static void test_avif(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        bool pq = kind & 1;
        struct bytes b = encode_avif(pq, kind & 2 ? 8 : 12);
        assert_white_and_grey(&b, pq ? 0x2c2c2c : 0x3d3d3d);
        free(b.data);
    }
}
#endif

#if FRIEZE_WITH_JXL
#include <jxl/encode.h>

static struct bytes encode_jxl(bool pq, bool lossless, int channels)
{
    JxlEncoder *encoder = JxlEncoderCreate(NULL);
    JxlBasicInfo info;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = info.ysize = SIDE;
    info.bits_per_sample = 16;
    info.num_color_channels = (uint32_t)channels;
    info.uses_original_profile = lossless;
    assert_int_equal(JxlEncoderSetBasicInfo(encoder, &info), JXL_ENC_SUCCESS);
    const JxlColorEncoding color = {
        .color_space = channels == 1 ? JXL_COLOR_SPACE_GRAY : JXL_COLOR_SPACE_RGB,
        .white_point = JXL_WHITE_POINT_D65,
        .primaries = JXL_PRIMARIES_2100,
        .transfer_function = pq ? JXL_TRANSFER_FUNCTION_PQ : JXL_TRANSFER_FUNCTION_HLG,
        .rendering_intent = JXL_RENDERING_INTENT_RELATIVE,
    };
    assert_int_equal(JxlEncoderSetColorEncoding(encoder, &color), JXL_ENC_SUCCESS);
    JxlEncoderFrameSettings *settings = JxlEncoderFrameSettingsCreate(encoder, NULL);
    JxlEncoderSetFrameLossless(settings, lossless);
    const int count = SIDE * SIDE * channels;
    uint16_t *pixels = malloc((size_t)count * 2);
    for (int i = 0; i < count; i++)
        pixels[i] = code(value_at(i / channels % SIDE, pq));
    const JxlPixelFormat format = {(uint32_t)channels, JXL_TYPE_UINT16, JXL_NATIVE_ENDIAN, 0};
    assert_int_equal(JxlEncoderAddImageFrame(settings, &format, pixels, (size_t)count * 2), JXL_ENC_SUCCESS);
    free(pixels);
    JxlEncoderCloseInput(encoder);
    struct bytes b = {0};
    for (JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT; status == JXL_ENC_NEED_MORE_OUTPUT;) {
        uint8_t chunk[4096], *next = chunk;
        size_t room = sizeof chunk;
        status = JxlEncoderProcessOutput(encoder, &next, &room);
        bytes_put(&b, chunk, sizeof chunk - room);
    }
    JxlEncoderDestroy(encoder);
    return b;
}

static void test_jxl(void **state)
{
    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        bool pq = kind & 1;
        struct bytes b = encode_jxl(pq, kind & 2, kind & 4 ? 1 : 3);
        assert_white_and_grey(&b, pq ? 0x2c2c2c : 0x3d3d3d);
        free(b.data);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_ramps),
        cmocka_unit_test(test_png),
        cmocka_unit_test(test_png_tells_its_peak),
        cmocka_unit_test(test_png_of_other_primaries),
        cmocka_unit_test(test_png_of_numbers_that_say_nothing),
#if FRIEZE_WITH_HEIF
        cmocka_unit_test(test_avif),
#endif
#if FRIEZE_WITH_JXL
        cmocka_unit_test(test_jxl),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
