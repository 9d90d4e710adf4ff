/* The fields in a format of many kinds: shown, and damaged. */
#ifndef FZ_TEST_IMAGE_KINDS_H
#define FZ_TEST_IMAGE_KINDS_H

#include "test_image_samples.h"

/* What a colour becomes where a format holds less of it. */
typedef uint32_t reduction(uint32_t rgb);

static inline uint32_t as_it_is(uint32_t rgb)
{
    return rgb;
}

/* A part of it, in full size. */
static inline void assert_part(const struct bytes *b, reduction *what, int tolerance)
{
    enum { X = 5, Y = 9, PART_W = 20, PART_H = 30 };
    struct host host = {0};
    struct fz_image image;
    struct fz_error err = {0};
    int fd = open_bytes(b->data, b->len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    request.want.region = (struct fz_image_region){X, Y, PART_W, PART_H};
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    assert_int_equal(image.out_w, PART_W);
    assert_int_equal(image.out_h, PART_H);
    for (int y = 0; y < PART_H; y++)
        for (int x = 0; x < PART_W; x++)
            assert_near(pixel(&image, x, y), what(field_at(X + x, Y + y)), tolerance);
    fz_image_scratch_free(scratch);
    close(fd);
    host_fini(&host);
}

static inline void assert_shown(const struct bytes *b, const char *format, reduction *what, int tolerance)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err = {0};
    if (load(b->data, b->len, 0, 0, &host, &image, &err) != FZ_OK)
        fail_msg("%s: %s", format, err.msg);
    assert_string_equal(image.format, format);
    assert_int_equal(image.width, W);
    assert_int_equal(image.height, H);
    assert_int_equal(image.orientation, 1);
    assert_false(image.damaged);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_near(pixel(&image, x, y), what(field_at(x, y)), tolerance);
    host_fini(&host);
    assert_part(b, what, tolerance);
}

/* Cut in the middle: a tile of it is shown in part; cut before the pixels: refused, or nothing of it is shown. */
static inline void assert_damage(const struct bytes *b, size_t head)
{
    for (int part = 0; part < 2; part++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        enum fz_err code =
            load(b->data, part ? head : (head + b->len) / 2, part ? 0 : 16, 24, &host, &image, &err);
        if (part == 0) {
            assert_int_equal(code, FZ_OK);
            assert_true(image.damaged);
        } else {
            assert_true(code == FZ_E_DAMAGED || (code == FZ_OK && image.damaged));
        }
        host_fini(&host);
    }
}

#endif
