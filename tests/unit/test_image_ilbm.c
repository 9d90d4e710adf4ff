/* ILBM: planes and masks, packed or not, and the modes of the Amiga. */
#include "test_image_kinds.h"

/* `value` gives a pixel's planes; a mask, where there is one, leaves out the pixels of the first field. */
struct ilbm {
    int width, height, planes;
    bool packed, masked;
    uint32_t mode;
    const uint32_t *colors;
    uint32_t color_count;
    uint32_t (*value)(int x, int y);
};

static uint32_t field_index(int x, int y)
{
    return (uint32_t)(y / FIELD * 2 + x / FIELD);
}

/* R in the lowest 8 planes. */
static uint32_t field_planes(int x, int y)
{
    uint32_t rgb = field_at(x, y);
    return (rgb >> 16 & 255) | (rgb & 0xff00) | (rgb & 255) << 16;
}

static uint32_t held(int x, int y)
{
    static const uint32_t values[] = {0x02, 0x1f, 0x2a, 0x35, 0x01};
    (void)y;
    return values[x];
}

static struct bytes make_any_ilbm(const struct ilbm *k)
{
    struct bytes b = {0};
    const int row_bytes = (k->width + 15) / 16 * 2;
    bytes_put(&b, "FORM\0\0\0\0ILBMBMHD\0\0\0\24", 20);
    bytes_put_be(&b, (uint32_t)k->width, 2);
    bytes_put_be(&b, (uint32_t)k->height, 2);
    bytes_put_be(&b, 0, 4);
    const uint8_t how[] = {(uint8_t)k->planes, k->masked, k->packed, 0};
    bytes_put(&b, how, 4);
    bytes_put(&b, "\0\0\0\0\0\0\0", 8);
    bytes_put(&b, "NAME\0\0\0\1x\0CAMG\0\0\0\4", 18);
    bytes_put_be(&b, k->mode, 4);
    if (k->colors) {
        bytes_put(&b, "CMAP", 4);
        bytes_put_be(&b, k->color_count * 3, 4);
        for (uint32_t i = 0; i < k->color_count; i++)
            bytes_put_be(&b, k->colors[i], 3);
        bytes_put(&b, "", k->color_count & 1);
    }
    bytes_put(&b, "BODY\0\0\0\0", 8);
    for (int y = 0; y < k->height; y++)
        for (int plane = 0; plane < k->planes + k->masked; plane++)
            for (int i = 0; i < row_bytes; i++) {
                uint32_t byte = 0;
                for (int x = i * 8; x < i * 8 + 8 && x < k->width; x++) {
                    uint32_t bit = plane < k->planes ? k->value(x, y) >> plane & 1 : field_index(x, y) > 0;
                    byte |= bit << (7 - x % 8);
                }
                if (k->packed && i % 2 == 0) { /* one that is repeated once, nothing, one as it is */
                    bytes_put_be(&b, 0, 1);
                } else if (k->packed) {
                    bytes_put_be(&b, 0x8000, 2);
                }
                bytes_put_be(&b, byte, 1);
            }
    return b;
}

static uint32_t without_first(uint32_t rgb)
{
    return rgb == field_colors[0] ? 0x204060 : rgb;
}

static void test_ilbm(void **state)
{
    (void)state;
    /* A colour of more than 4 bits among them. */
    static const uint32_t table[] = {0xc02020, 0x20c020, 0x2020c0, 0xc0c020, 0x20c0c0, 0xe0e0e0, 0x010101};
    const struct ilbm kinds[] = {
        {W, H, 3, false, false, 0, table, 7, field_index},
        {W, H, 8, true, false, 0, table, 7, field_index},
        {W, H, 5, true, true, 0, table, 7, field_index},
        {W, H, 24, true, false, 0, NULL, 0, field_planes},
        {W, H, 24, false, false, 0, table, 7, field_planes}, /* a table of no use */
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = make_any_ilbm(&kinds[i]);
        assert_shown(&b, "ilbm", kinds[i].masked ? without_first : as_it_is, 0);
        assert_damage(&b, b.len - (size_t)(H * kinds[i].planes * W / 8) - 20);
        b.data[20 + 8] = 9; /* planes, of which there are never so many */
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
        free(b.data);
    }
}

/* Colours of 4 bits, and a width that is no multiple of 16. */
static void test_ilbm_held_and_modified(void **state)
{
    (void)state;
    static const uint32_t table[32] = {0x000000, 0xf0f0f0, 0x203040, 0x80c0e0};
    static const uint32_t expected[] = {0x223344, 0x2233ff, 0xaa33ff, 0xaa55ff, 0xffffff};
    const struct ilbm k = {5, 1, 6, true, false, 0x800, table, 32, held};
    struct bytes b = make_any_ilbm(&k);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(image.width, 5);
    for (int x = 0; x < 5; x++)
        assert_int_equal(pixel(&image, x, 0), expected[x]);
    host_fini(&host);
    free(b.data);
}

static uint32_t half_bright(int x, int y)
{
    (void)y;
    return x == 0 ? 33 : 35;
}

static void test_ilbm_of_half_brightness(void **state)
{
    (void)state;
    static const uint32_t table[32] = {0x000001, 0xf0f0f0, 0x203040, 0x80c0e0};
    const struct ilbm k = {2, 1, 6, false, false, 0x80, table, 32, half_bright};
    struct bytes b = make_any_ilbm(&k);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(pixel(&image, 0, 0), 0x787878);
    assert_int_equal(pixel(&image, 1, 0), 0x406070);
    host_fini(&host);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ilbm),
        cmocka_unit_test(test_ilbm_held_and_modified),
        cmocka_unit_test(test_ilbm_of_half_brightness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
