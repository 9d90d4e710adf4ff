/* BMP: every number of bits, masks, run lengths, and what some writers get wrong. */
#include "test_image_kinds.h"

struct bmp {
    int dib, bits, packed;
    bool from_top;
    uint32_t masks[4]; /* R G B A */
    reduction *what;
    /* 1: the pixels are said to begin where the colours do; 2: the table lacks the last field's colour; 3: what the mask of alpha names
     * is 0 in all pixels */
    int wrong;
};

static uint32_t index_at(int x, int y)
{
    return (uint32_t)(y / FIELD * 2 + x / FIELD);
}

/* So many bits of each colour. */
static uint32_t four_bits(uint32_t rgb)
{
    uint32_t out = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        out |= (rgb >> (shift + 4) & 15) * 17 << shift;
    return out;
}

static uint32_t five_bits(uint32_t rgb)
{
    uint32_t out = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        out |= ((rgb >> (shift + 3) & 31) * 255 + 15) / 31 << shift;
    return out;
}

static uint32_t two_colors(uint32_t rgb)
{
    return field_colors[rgb == field_colors[1] || rgb == field_colors[3] || rgb == field_colors[5]];
}

static uint32_t four_colors(uint32_t rgb)
{
    for (int i = 0; i < 6; i++)
        if (rgb == field_colors[i])
            return field_colors[i & 3];
    return 0;
}

static uint32_t last_is_black(uint32_t rgb)
{
    return rgb == field_colors[5] ? 0 : rgb;
}

static uint32_t masked(uint32_t rgb, const uint32_t *masks)
{
    uint32_t value = 0;
    for (int c = 0; c < 3; c++) {
        int shift = __builtin_ctz(masks[c]), bits = __builtin_popcount(masks[c]);
        uint32_t v = rgb >> (16 - 8 * c) & 255;
        value |= (bits <= 8 ? v >> (8 - bits) : v << (bits - 8) | v >> (16 - bits)) << shift;
    }
    return value | masks[3];
}

/* Bytes of one row, without what fills it up to four. */
static void put_row(struct bytes *b, const struct bmp *k, int y)
{
    static const uint32_t usual16[4] = {0x7c00, 0x3e0, 0x1f, 0}, usual32[4] = {0xff0000, 0xff00, 0xff, 0};
    const uint32_t *masks = k->packed ? k->masks : k->bits == 16 ? usual16 : usual32;
    if (k->packed == 1 || k->packed == 2) { /* a run, a jump of nothing, and some as they are */
        const uint8_t one[] = {(uint8_t)index_at(0, y), (uint8_t)index_at(W - 1, y)};
        const int shift = k->packed == 2 ? 17 : 1;
        const uint8_t codes[] = {FIELD,     (uint8_t)(one[0] * shift), 0, 2, 0, 0,
                                 FIELD - 5, (uint8_t)(one[1] * shift), 0, 5};
        bytes_put(b, codes, sizeof codes);
        for (int i = 0; i < (k->packed == 2 ? 4 : 6); i++)
            bytes_put_le(b, (uint32_t)(one[1] * shift), 1);
        bytes_put(b, "\0\0", 2);
        return;
    }
    for (int x = 0; x < W;) {
        if (k->bits <= 8) {
            uint32_t byte = 0;
            for (int i = 0; i < 8 / k->bits; i++, x++)
                byte = byte << k->bits | (index_at(x, y) & ((1u << k->bits) - 1));
            bytes_put_le(b, byte, 1);
        } else {
            uint32_t rgb = field_at(x++, y);
            const uint32_t without = k->wrong == 3 ? masks[3] : 0;
            bytes_put_le(b, k->bits == 24 ? rgb : masked(rgb, masks) & ~without, k->bits / 8);
        }
    }
}

static struct bytes make_any_bmp(const struct bmp *k)
{
    struct bytes b = {0};
    const int count = k->bits > 8 ? 0 : k->bits == 1 ? 2 : k->bits == 2 ? 4 : k->wrong == 2 ? 5 : 6;
    const int masks = k->dib == 40 && k->packed == 3 ? 12 : 0, table = count * (k->dib == 12 ? 3 : 4);
    bytes_put(&b, "BM\0\0\0\0\0\0\0\0", 10);
    bytes_put_le(&b, (uint32_t)(14 + k->dib + masks + (k->wrong == 1 ? 0 : table)), 4);
    bytes_put_le(&b, (uint32_t)k->dib, 4);
    bytes_put_le(&b, W, k->dib == 12 ? 2 : 4);
    bytes_put_le(&b, k->from_top ? (uint32_t)-H : H, k->dib == 12 ? 2 : 4);
    bytes_put_le(&b, 1 | (uint32_t)k->bits << 16, 4);
    if (k->dib > 12) {
        bytes_put_le(&b, (uint32_t)k->packed, 4);
        bytes_put(&b, "\0\0\0\0\0\0\0\0\0\0\0", 12);
        bytes_put_le(&b, (uint32_t)count, 4);
        bytes_put_le(&b, 0, 4);
    }
    for (int i = 0; i < 4 && (int)b.len < 14 + k->dib + masks; i++)
        bytes_put_le(&b, k->masks[i], 4);
    while ((int)b.len < 14 + k->dib + masks)
        bytes_put_le(&b, 0, 1);
    for (int i = 0; i < count; i++)
        bytes_put_le(&b, field_colors[i], k->dib == 12 ? 3 : 4);
    for (int y = 0; y < H; y++)
        put_row(&b, k, k->from_top ? y : H - 1 - y);
    if (k->packed == 1 || k->packed == 2)
        bytes_put(&b, "\0\1", 2);
    return b;
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct bmp kinds[] = {
        {.dib = 12, .bits = 24, .what = as_it_is},
        {.dib = 40, .bits = 1, .what = two_colors},
        {.dib = 40, .bits = 2, .what = four_colors},
        {.dib = 40, .bits = 4, .what = as_it_is},
        {.dib = 40, .bits = 8, .what = as_it_is},
        {.dib = 40, .bits = 8, .what = as_it_is, .wrong = 1},
        {.dib = 40, .bits = 8, .what = last_is_black, .wrong = 2},
        {.dib = 40, .bits = 16, .what = five_bits},
        {.dib = 40, .bits = 24, .what = as_it_is, .from_top = true},
        {.dib = 40, .bits = 32, .what = as_it_is},
        {.dib = 40, .bits = 8, .packed = 1, .what = as_it_is},
        {.dib = 40, .bits = 8, .packed = 1, .what = as_it_is, .from_top = true},
        {.dib = 40, .bits = 4, .packed = 2, .what = as_it_is},
        {.dib = 40, .bits = 16, .packed = 3, .masks = {0xf00, 0xf0, 0xf}, .what = four_bits},
        {.dib = 56, .bits = 16, .packed = 3, .masks = {0xf00, 0xf0, 0xf, 0xf000}, .what = four_bits},
        {.dib = 108,
         .bits = 32,
         .packed = 3,
         .masks = {0xff, 0xff00, 0xff0000, 0xff000000},
         .what = as_it_is},
        {.dib = 124,
         .bits = 32,
         .packed = 3,
         .masks = {0x3ff00000, 0xffc00, 0x3ff},
         .what = as_it_is,
         .from_top = true},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes b = make_any_bmp(&kinds[i]);
        assert_shown(&b, "bmp", kinds[i].what, 0);
        free(b.data);
    }
}

/* The oldest header has a table of three bytes a colour. */
static void test_oldest_table(void **state)
{
    (void)state;
    const struct bmp k = {.dib = 12, .bits = 4, .what = as_it_is};
    struct bytes b = make_any_bmp(&k), whole = {0};
    bytes_put(&whole, b.data, 26 + 18);
    for (int i = 6; i < 16; i++)
        bytes_put_le(&whole, 0, 3);
    bytes_put(&whole, b.data + 26 + 18, b.len - 26 - 18);
    whole.data[10] = 26 + 48;
    assert_shown(&whole, "bmp", as_it_is, 0);
    free(b.data);
    free(whole.data);
}

/* What is there of a file that was cut in the midst of a row. */
static void assert_cut_is_opaque(const struct bytes *b, const struct bmp *k)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    const size_t row_bytes = W * (size_t)k->bits / 8;
    assert_int_equal(load(b->data, b->len - H / 2 * row_bytes - 5, 0, 0, &host, &image, &err), FZ_OK);
    assert_true(image.damaged);
    for (int y = 0; y < H; y++) {
        const int stored = k->from_top ? y : H - 1 - y;
        assert_near(pixel(&image, 3, y), stored < H / 2 - 1 ? k->what(field_at(3, y)) : 0x204060, 0);
    }
    host_fini(&host);
}

static uint32_t background(uint32_t rgb)
{
    (void)rgb;
    return 0x204060;
}

/* A mask alone makes nothing clear, as some writers name one and leave its bits 0; one pixel that has alpha, anywhere, makes all others so. */
static void test_alpha_that_is_nowhere(void **state)
{
    (void)state;
    static const struct bmp kinds[] = {
        {.dib = 124,
         .bits = 32,
         .packed = 3,
         .masks = {0xff0000, 0xff00, 0xff, 0xff000000},
         .what = as_it_is},
        {.dib = 108,
         .bits = 32,
         .packed = 3,
         .masks = {0xff0000, 0xff00, 0xff, 0xff000000},
         .from_top = true,
         .what = as_it_is},
        {.dib = 56, .bits = 32, .packed = 6, .masks = {0xff00, 0xff0000, 0xff000000, 0x80}, .what = as_it_is},
        {.dib = 56, .bits = 16, .packed = 3, .masks = {0xf00, 0xf0, 0xf, 0xf000}, .what = four_bits},
        {.dib = 124, .bits = 32, .masks = {0, 0, 0, 0xff000000}, .what = as_it_is},
        {.dib = 108, .bits = 16, .masks = {0, 0, 0, 0x8000}, .what = five_bits},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bmp kind = kinds[i];
        kind.wrong = 3;
        struct bytes b = make_any_bmp(&kind);
        const size_t row_bytes = W * (size_t)kind.bits / 8, head = b.len - H * row_bytes;
        assert_shown(&b, "bmp", kind.what, 0);
        assert_cut_is_opaque(&b, &kind);
        const size_t at[] = {head + row_bytes - (size_t)kind.bits / 8, b.len - (size_t)kind.bits / 8};
        for (size_t k = 0; k < 2; k++) {
            for (int c = 0; c < kind.bits / 8; c++)
                b.data[at[k] + (size_t)c] |= (uint8_t)(kind.masks[3] >> 8 * c);
            assert_part(&b, background, 0);
            for (int c = 0; c < kind.bits / 8; c++)
                b.data[at[k] + (size_t)c] &= (uint8_t) ~(kind.masks[3] >> 8 * c);
        }
        free(b.data);
    }
}

static void test_damage(void **state)
{
    (void)state;
    static const struct bmp kinds[] = {{.dib = 40, .bits = 24}, {.dib = 40, .bits = 8, .packed = 1}};
    for (int i = 0; i < 2; i++) {
        struct bytes b = make_any_bmp(&kinds[i]);
        assert_damage(&b, 14 + 40 + (i ? 24 : 0));
        b.data[28] = 7; /* bits */
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_UNSUPPORTED);
        b.data[28] = (uint8_t)kinds[i].bits;
        b.data[30] = 5; /* a PNG inside */
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_UNSUPPORTED);
        free(b.data);
    }
}

/* Once a row, and where nothing ever ends one. */
static void test_cancelled_while_unpacking(void **state)
{
    (void)state;
    const struct bmp kind = {.dib = 40, .bits = 8, .packed = 1};
    struct bytes rows = make_any_bmp(&kind), moves = {0};
    bytes_put(&moves, rows.data, 14 + 40 + 24);
    for (int i = 0; i < 100000; i++)
        bytes_put(&moves, "\0\2\0\0", 4);
    const struct bytes *files[] = {&rows, &moves};
    for (int i = 0; i < 2; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(files[i]->data, files[i]->len, 0, 0, &host, &image, &err), FZ_OK);
        assert_true(host.asked > H);
        host_fini(&host);
        host = (struct host){.cancel_after = H};
        assert_int_equal(load(files[i]->data, files[i]->len, 0, 0, &host, &image, &err), FZ_E_CANCELLED);
        assert_int_equal(host.asked, H);
        assert_int_equal(host.allocs, 0);
        host_fini(&host);
    }
    free(rows.data);
    free(moves.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_oldest_table),
        cmocka_unit_test(test_alpha_that_is_nowhere),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_cancelled_while_unpacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
