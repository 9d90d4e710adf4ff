/* First pictures: what is taken for one, and what is not. */
#include "test_image_icc.h"
#include "test_image_left.h"
#include "test_image_thumbnail.h"

static bool load_first(const struct bytes *file, int box_w, int box_h, struct host *host,
                       struct fz_image *image)
{
    int fd = open_bytes(file->data, file->len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, box_w, box_h, host);
    assert_int_equal(fz_image_read_head(fd, &request.head, NULL), FZ_OK);
    bool found = fz_image_load_first(&request, scratch, image);
    assert_int_equal(host->reserves, 0);
    assert_true(!found || fz_image_may_have_first(&request.head));
    fz_image_head_fini(&request.head);
    fz_image_scratch_free(scratch);
    close(fd);
    if (found)
        assert_ptr_equal(image->pixels, host->pixels);
    else
        assert_null(image->pixels);
    return found;
}

static void test_thumbnail_is_fitted_and_turned(void **state)
{
    (void)state;
    uint8_t *fields = make_fields(24, 3);
    for (int o = 1; o <= 8; o++) {
        struct bytes small = encode_jpeg(fields, 48, 72, (struct jpeg_options){0});
        struct bytes file = jpeg_with(plain_jpeg(480, 720, 0x808080), exif_with(&small, o, o == 3 ? o : 0));
        struct host host = {0};
        struct fz_image image;
        assert_true(load_first(&file, 256, 192, &host, &image));
        assert_string_equal(image.format, "jpeg");
        assert_int_equal(image.orientation, o);
        assert_int_equal(image.width, o >= 5 ? 720 : 480);
        assert_int_equal(image.height, o >= 5 ? 480 : 720);
        assert_int_equal(image.out_w, o >= 5 ? 72 : 48); /* not enlarged */
        assert_int_equal(image.out_h, o >= 5 ? 48 : 72);
        assert_fields(&image, o, 6);
        host_fini(&host);
        host = (struct host){0};
        assert_true(load_first(&file, 36, 36, &host, &image));
        assert_int_equal(image.out_w > image.out_h ? image.out_w : image.out_h, 36);
        assert_fields(&image, o, 8);
        host_fini(&host);
        free(file.data);
        free(small.data);
    }
    free(fields);
}

static void test_only_exif_is_looked_into(void **state)
{
    (void)state;
    struct bytes plain = plain_jpeg(480, 720, 0x808080);
    struct fz_image_head head = {.bytes = plain.data, .len = plain.len};
    assert_false(fz_image_may_have_first(&head));
    struct bytes with = jpeg_with_thumbnail(640, 480, 0xff0000, 160, 120, 0x0000ff, 1);
    assert_true(fz_image_may_have_first(&(struct fz_image_head){.bytes = with.data, .len = with.len}));
    head = (struct fz_image_head){.bytes = (uint8_t[]){"8BPS"}, .len = 4};
    assert_true(fz_image_may_have_first(&head));
    head = (struct fz_image_head){0};
    fz_image_may_have_first(&head); /* of an empty file */
    free(plain.data);
    free(with.data);
}

static void test_shape(void **state)
{
    (void)state;
    const struct {
        int w, h, small_w, small_h;
        bool taken;
    } cases[] = {
        {640, 480, 160, 120, true},  {600, 400, 160, 107, true},
        {600, 400, 160, 106, true},  {600, 400, 160, 120, false}, /* bars above and below */
        {480, 640, 160, 120, false},                              /* turned since */
        {640, 640, 160, 120, false},                              /* cut since */
        {100, 75, 160, 120, false},                               /* smaller than its thumbnail */
        {900, 675, 800, 600, false},                              /* no quick one */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes file = jpeg_with_thumbnail(cases[i].w, cases[i].h, 0xff0000, cases[i].small_w,
                                                cases[i].small_h, 0x0000ff, 1);
        struct host host = {0};
        struct fz_image image;
        if (load_first(&file, 256, 192, &host, &image) != cases[i].taken)
            fail_msg("case %zu", i);
        host_fini(&host);
        free(file.data);
    }
}

/* The head of a PSD of 640x480 and its resources: one, a thumbnail. */
static struct bytes psd_with(const struct bytes *thumbnail, int layers)
{
    struct bytes b = {0};
    bytes_put(&b, "8BPS\0\1\0\0\0\0\0\0\0\3", 14);
    bytes_put_be(&b, 480, 4);
    bytes_put_be(&b, 640, 4);
    bytes_put(&b, "\0\10\0\3\0\0\0\0", 8);
    size_t len = 28 + thumbnail->len, padded = len + len % 2;
    bytes_put_be(&b, (uint32_t)(12 + padded), 4);
    bytes_put(&b, "8BIM\4\14\0\0", 8);
    bytes_put_be(&b, (uint32_t)len, 4);
    bytes_put_be(&b, 1, 4);
    for (int i = 0; i < 6; i++)
        bytes_put_be(&b, 0, 4);
    bytes_put(&b, thumbnail->data, thumbnail->len);
    bytes_put(&b, "\0", len % 2);
    bytes_put_be(&b, 1000, 4); /* layers, */
    bytes_put_be(&b, 900, 4);
    bytes_put_be(&b, (uint32_t)(layers & 0xffff), 2);
    bytes_put(&b, "\0\0\0\0\0\0\0\0", 8); /* which do not follow */
    return b;
}

/* Outside of EXIF data; one of what is clear stands on white, and is none. */
static void test_thumbnail_of_psd(void **state)
{
    (void)state;
    struct bytes small = plain_jpeg(160, 120, 0x0000ff);
    for (int clear = 0; clear < 2; clear++) {
        struct bytes file = psd_with(&small, clear ? -2 : 2);
        struct host host = {0};
        struct fz_image image;
        assert_int_equal(load_first(&file, 256, 192, &host, &image), !clear);
        if (!clear) {
            assert_string_equal(image.format, "psd");
            assert_int_equal(image.width, 640);
            assert_near(pixel(&image, 80, 60), 0x0000ff, 4);
        }
        host_fini(&host);
        free(file.data);
    }
    free(small.data);
}

/* The profile of the picture is that of its thumbnail too: no change of colour when the picture comes. */
static void test_profile(void **state)
{
    (void)state;
    struct bytes icc = rgb_profile(&p3, 2.2);
    struct bytes plain = jpeg_with_thumbnail(640, 480, 0xb45a3c, 160, 120, 0xb45a3c, 1);
    struct bytes file = with_profile(&plain, &icc, 60000);
    struct host host = {0};
    struct fz_image image;
    assert_true(load_first(&file, 256, 192, &host, &image));
    assert_near(pixel(&image, 80, 60), expected_rgb(&icc, 0xb45a3c), 4);
    assert_true(channel_distance(pixel(&image, 80, 60), 0xb45a3c) > 10);
    host_fini(&host);
    free(file.data);
    free(plain.data);
    free(icc.data);
}

static bool load_left(const struct bytes *file, const struct bytes *png, const char *uri)
{
    const struct fz_image_thumbnail thumbnail = {png->data, png->len, uri, 7};
    struct host host = {0};
    struct fz_image image;
    struct fz_image_request request = make_request(-1, 128, 128, &host);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    request.head = (struct fz_image_head){.bytes = file->data, .len = file->len};
    bool found = fz_image_load_thumbnail(&request, &thumbnail, scratch, &image);
    fz_image_scratch_free(scratch);
    host_fini(&host);
    return found;
}

/* Qt packs a text as soon as it has 40 characters. */
static void test_thumbnails_of_others_in_every_kind_of_text(void **state)
{
    (void)state;
    static const char uri[] = "file:///home/somebody/Pictures/2024/05/a%20day/IMG_0001.JPG";
    static const struct {
        const char *uri, *mtime;
        bool found;
    } cases[] = {{uri, "7", true},
                 {uri, "7.25", true},
                 {uri, "8", false},
                 {uri, "70", false},
                 {"file:/", "7", false},
                 {"", "", false},
                 {"file:///home/somebody/Pictures/2024/05/a%20day/IMG_0001.JPG2", "7", false}};
    struct bytes file = plain_jpeg(640, 480, 0x808080);
    for (enum left_text kind = 0; kind < LEFT_TEXTS; kind++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct bytes png = make_left_thumbnail(kind, cases[i].uri, cases[i].mtime, 256, 192);
            if (load_left(&file, &png, uri) != cases[i].found)
                fail_msg("kind %d, case %zu", (int)kind, i);
            free(png.data);
        }
    free(file.data);
}

static void test_nothing_to_take(void **state)
{
    (void)state;
    struct bytes small = plain_jpeg(160, 120, 0x0000ff);
    struct bytes otherwise = jpeg_with(plain_jpeg(640, 480, 0xff0000), exif_with(&small, 1, 6));
    struct bytes none = plain_jpeg(640, 480, 0xff0000);
    struct bytes empty = {0};
    bytes_put(&empty, "", 0);
    const struct bytes *const files[] = {&otherwise, &none, &empty};
    for (size_t i = 0; i < 3; i++) {
        struct host host = {0};
        struct fz_image image;
        assert_false(load_first(files[i], 256, 192, &host, &image));
        assert_int_equal(host.allocs, 0);
    }
    free(small.data);
    free(otherwise.data);
    free(none.data);
    free(empty.data);
}

/* What was read for the first picture is not read again. */
static void test_decode_goes_on_behind_the_head(void **state)
{
    (void)state;
    uint8_t *pixels = make_photo(900, 700, 3);
    struct bytes file = encode_jpeg(pixels, 900, 700, (struct jpeg_options){.quality = 97});
    assert_true(file.len > 128 << 10);
    for (int short_file = 0; short_file < 2; short_file++) {
        size_t len = short_file ? 60 << 10 : file.len;
        struct host want_host = {0}, host = {0};
        struct fz_image want, image;
        struct fz_error err;
        assert_int_equal(load(file.data, len, 0, 0, &want_host, &want, &err), FZ_OK);

        int fd = open_bytes(file.data, len);
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_image_request request = make_request(fd, 0, 0, &host);
        assert_int_equal(fz_image_read_head(fd, &request.head, &err), FZ_OK);
        uint8_t *others = calloc(1, request.head.len);
        assert_int_equal(pwrite(fd, others, request.head.len, 0), request.head.len);
        free(others);
        assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
        assert_int_equal(image.damaged, want.damaged);
        for (int y = 0; y < 700; y++)
            assert_memory_equal(image.pixels + y * image.pitch_bytes, want.pixels + y * want.pitch_bytes,
                                900 * 4);
        fz_image_head_fini(&request.head);
        fz_image_scratch_free(scratch);
        close(fd);
        host_fini(&host);
        host_fini(&want_host);
    }
    free(file.data);
    free(pixels);
}

static void test_changed_bytes(void **state)
{
    (void)state;
    struct bytes file = jpeg_with_thumbnail(640, 480, 0xff0000, 160, 120, 0x0000ff, 6);
    uint32_t seed = 17;
    for (int round = 0; round < 3000; round++) {
        struct bytes bad = {0};
        size_t within = round % 2 ? 120 : 2000;
        bytes_put(&bad, file.data, round % 7 ? file.len : 12 + next_random(&seed) % (file.len - 12));
        for (int i = 0; i < 1 + round % 3; i++)
            bad.data[next_random(&seed) % (within < bad.len ? within : bad.len)] =
                (uint8_t)next_random(&seed);
        struct host host = {0};
        struct fz_image image;
        if (load_first(&bad, 256, 192, &host, &image))
            assert_true(image.out_w <= 256 && image.out_h <= 192);
        host_fini(&host);
        free(bad.data);
    }
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thumbnail_is_fitted_and_turned),
        cmocka_unit_test(test_profile),
        cmocka_unit_test(test_only_exif_is_looked_into),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_thumbnail_of_psd),
        cmocka_unit_test(test_thumbnails_of_others_in_every_kind_of_text),
        cmocka_unit_test(test_nothing_to_take),
        cmocka_unit_test(test_decode_goes_on_behind_the_head),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
