/* Formats whose pixels stand in the file as they are: where memory is too short for the file it is read in pieces, in whichever
 * order the rows are stored, and the picture is the same. */
#include "test_image_support.h"

enum { WIDTH = 301, HEIGHT = 2203 };

/* What stands before the pixels, and how many bytes of them. */
struct raw {
    const char *name;
    struct bytes head;
    size_t pixel_bytes;
};

static void fill_random(struct bytes *b, size_t len, bool floats)
{
    uint32_t seed = 11;
    uint8_t *at = bytes_add(b, len);
    for (size_t i = 0; i < len; i += floats ? 4 : 1) {
        float value = (float)(next_random(&seed) % 1000) / 1000;
        if (floats)
            memcpy(at + i, &value, 4);
        else
            at[i] = (uint8_t)(next_random(&seed) >> 3);
    }
}

static struct bytes bmp_head(int bits, int height)
{
    struct bytes b = {0};
    int colors = bits <= 8 ? 1 << bits : 0;
    bytes_put(&b, "BM\0\0\0\0\0\0\0\0", 10);
    bytes_put_le(&b, (uint32_t)(54 + colors * 4), 4);
    bytes_put_le(&b, 40, 4);
    bytes_put_le(&b, WIDTH, 4);
    bytes_put_le(&b, (uint32_t)height, 4);
    bytes_put_le(&b, 1, 2);
    bytes_put_le(&b, (uint32_t)bits, 2);
    for (int i = 0; i < 6; i++)
        bytes_put_le(&b, 0, 4);
    for (int i = 0; i < colors; i++)
        bytes_put_le(&b, (uint32_t)i * 0x010307, 4);
    return b;
}

static struct bytes tga_head(int type, int depth, int flags)
{
    struct bytes b = {0};
    bytes_put(&b, (uint8_t[]){0, 0, (uint8_t)type, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12);
    bytes_put_le(&b, WIDTH, 2);
    bytes_put_le(&b, HEIGHT, 2);
    bytes_put_le(&b, (uint32_t)depth, 1);
    bytes_put_le(&b, (uint32_t)flags, 1);
    return b;
}

static struct bytes text_head(const char *format)
{
    struct bytes b = {0};
    char text[128];
    int len = snprintf(text, sizeof text, format, WIDTH, HEIGHT);
    bytes_put(&b, text, (size_t)len);
    return b;
}

static size_t bmp_bytes(int bits)
{
    return (WIDTH * (size_t)bits + 31) / 32 * 4 * HEIGHT;
}

static void assert_same(const struct bytes *file, int box, const char *name)
{
    struct host held = {0}, streamed = {.reserve_most = file->len * 9 / 10};
    struct fz_image a, b;
    struct fz_error why;
    assert_int_equal(load(file->data, file->len, box, box, &held, &a, &why), FZ_OK);
    assert_true(held.reserved > file->len);
    if (load(file->data, file->len, box, box, &streamed, &b, &why) != FZ_OK)
        fail_msg("%s at %d: %s, of %llu asked", name, box, why.msg, (unsigned long long)streamed.reserved);
    assert_int_equal(streamed.reserves, 2);
    assert_int_equal(a.damaged, b.damaged);
    assert_true(a.out_w == b.out_w && a.out_h == b.out_h);
    for (int y = 0; y < a.out_h; y++)
        if (memcmp(a.pixels + (size_t)y * (size_t)a.pitch_bytes, b.pixels + (size_t)y * (size_t)b.pitch_bytes,
                   (size_t)a.out_w * 4) != 0)
            fail_msg("%s: row %d of %d differs", name, y, a.out_h);
    host_fini(&held);
    host_fini(&streamed);
}

static void in_pieces_as_in_one(void **state)
{
    (void)state;
    const size_t px = (size_t)WIDTH * HEIGHT;
    struct raw kinds[] = {
        {"bmp of 24 bits, from below", bmp_head(24, HEIGHT), bmp_bytes(24)},
        {"bmp of 24 bits, from above", bmp_head(24, -HEIGHT), bmp_bytes(24)},
        {"bmp of 8 bits", bmp_head(8, HEIGHT), bmp_bytes(8)},
        {"bmp of 32 bits", bmp_head(32, HEIGHT), bmp_bytes(32)},
        {"ppm", text_head("P6 %d %d 255\n"), px * 3},
        {"ppm of 16 bits", text_head("P6 %d %d 65535\n"), px * 6},
        {"pgm", text_head("P5 %d %d 200\n"), px},
        {"pam", text_head("P7\nWIDTH %d\nHEIGHT %d\nDEPTH 4\nMAXVAL 65535\nENDHDR\n"), px * 8},
        {"pfm", text_head("PF\n%d %d\n-1.0\n"), px * 12},
        {"tga of 24 bits, from below", tga_head(2, 24, 0), px * 3},
        {"tga of 16 bits, from the right", tga_head(2, 16, 0x30), px * 2},
        {"tga, grey", tga_head(3, 8, 0x20), px},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes file = kinds[i].head;
        fill_random(&file, kinds[i].pixel_bytes, strcmp(kinds[i].name, "pfm") == 0);
        assert_same(&file, 0, kinds[i].name);
        assert_same(&file, 200, kinds[i].name);
        file.len -= kinds[i].pixel_bytes / 5; /* cut short */
        assert_same(&file, 0, kinds[i].name);
        free(file.data);
    }
}

static void assert_cancelled_anywhere(const struct bytes *file)
{
    struct host host = {.reserve_most = file->len * 3 / 4};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file->data, file->len, 0, 0, &host, &image, &err), FZ_OK);
    int asked = host.asked;
    assert_true(asked > 7);
    host_fini(&host);
    for (int n = 1; n <= asked; n++) {
        host = (struct host){.reserve_most = file->len * 3 / 4, .cancel_after = n};
        assert_int_equal(load(file->data, file->len, 0, 0, &host, &image, &err), FZ_E_CANCELLED);
        host_fini(&host);
    }
}

/* A mask of alpha, whose bits are 0 but in one pixel, or in all. */
static void in_pieces_with_alpha_in_one_pixel_or_none(void **state)
{
    (void)state;
    enum { MASKS = 16, V4_MORE = 108 - 40, ALPHA = 3 };
    for (int from_top = 0; from_top < 2; from_top++) {
        struct bytes file = bmp_head(32, from_top ? -HEIGHT : HEIGHT);
        file.data[10] += V4_MORE;
        file.data[14] += V4_MORE;
        file.data[30] = 3;
        bytes_put(&file, "\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\xff", MASKS);
        bytes_put_times(&file, "\1", V4_MORE - MASKS); /* no colours that are believed */
        const size_t head = file.len, px = (size_t)WIDTH * HEIGHT;
        fill_random(&file, bmp_bytes(32), false);
        for (size_t i = 0; i < px; i++)
            file.data[head + i * 4 + ALPHA] = 0;
        const size_t with[] = {px, 0, px / 2, px - 1}; /* px: none */
        for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
            if (with[i] < px)
                file.data[head + with[i] * 4 + ALPHA] = 200;
            assert_same(&file, 0, "bmp with a mask of alpha");
            assert_same(&file, 200, "bmp with a mask of alpha, as a tile");
            if (with[i] < px)
                file.data[head + with[i] * 4 + ALPHA] = 0;
        }
        assert_cancelled_anywhere(&file);
        file.len -= bmp_bytes(32) / 5; /* cut short */
        assert_same(&file, 0, "bmp with a mask of alpha, cut");
        free(file.data);
    }
}

static void a_file_that_shrinks_meanwhile_is_damaged(void **state)
{
    (void)state;
    struct bytes file = bmp_head(24, HEIGHT);
    fill_random(&file, bmp_bytes(24), false);
    int fd = open_bytes(file.data, file.len);
    struct host host = {.reserve_most = file.len * 3 / 4};
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    struct fz_image image;
    struct fz_error err;
    request.head = (struct fz_image_head){file.data, 64 << 10}; /* read before */
    assert_int_equal(ftruncate(fd, (off_t)file.len / 2), 0);
    host.reserve_most = file.len / 2 - 1;
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    assert_true(image.damaged);
    assert_string_equal(err.msg, "the file ends early");
    host_fini(&host);
    fz_image_scratch_free(scratch);
    close(fd);
    free(file.data);
}

static void cancelled_at_every_piece(void **state)
{
    (void)state;
    struct bytes file = bmp_head(24, HEIGHT);
    fill_random(&file, bmp_bytes(24), false);
    assert_cancelled_anywhere(&file);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_pieces_as_in_one),
        cmocka_unit_test(in_pieces_with_alpha_in_one_pixel_or_none),
        cmocka_unit_test(a_file_that_shrinks_meanwhile_is_damaged),
        cmocka_unit_test(cancelled_at_every_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
