/* TGA, PCX, PAM and PFM: every kind of pixels that they hold, whole and cut short. */
#include "test_image_kinds.h"

#include <math.h>

static uint32_t as_grey(uint32_t rgb)
{
    return (rgb >> 8 & 255) * 0x010101;
}

/* Half of it, on the background 0x204060. */
static uint32_t as_half_grey(uint32_t rgb)
{
    uint32_t v = rgb >> 8 & 255, out = 0;
    for (int shift = 16; shift >= 0; shift -= 8)
        out |= ((v * 128 + (0x204060u >> shift & 255) * 127 + 127) / 255) << shift;
    return out;
}

static uint32_t five_bits(uint32_t rgb)
{
    uint32_t out = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        out |= ((rgb >> shift & 255) / 8 * 255 + 15) / 31 << shift;
    return out;
}

/* --- TGA ------------------------------------------------------------------------------------------------------------ */

struct tga {
    int type, depth, map_depth;
    bool packed, from_right, from_top;
    reduction *what;
};

static uint32_t bits_of(uint32_t rgb, int depth)
{
    return depth == 15 || depth == 16 ? (rgb >> 19 & 31) << 10 | (rgb >> 11 & 31) << 5 | (rgb >> 3 & 31)
                                      : rgb | 0xff000000u;
}

static void put_tga_pixel(struct bytes *b, const struct tga *t, int x, int y)
{
    uint32_t rgb = field_at(t->from_right ? W - 1 - x : x, t->from_top ? y : H - 1 - y);
    if (t->type == 1)
        for (int i = 0; i < 6; i++)
            rgb = field_colors[i] == rgb ? (uint32_t)i + 3 : rgb;
    else if (t->type == 3)
        rgb = (rgb >> 8 & 255) | 128 << 8;
    else
        rgb = bits_of(rgb, t->depth);
    bytes_put_le(b, rgb, (t->depth + 7) / 8);
}

static struct bytes make_any_tga(const struct tga *t)
{
    struct bytes b = {0};
    const uint8_t head[] = {4, t->type == 1, (uint8_t)(t->type + (t->packed ? 8 : 0))};
    bytes_put(&b, head, 3);
    bytes_put_le(&b, t->type == 1 ? 3 : 0, 2);
    bytes_put_le(&b, t->type == 1 ? 6 : 0, 2);
    bytes_put_le(&b, (uint32_t)t->map_depth, 1);
    bytes_put_le(&b, 0, 4);
    bytes_put_le(&b, W, 2);
    bytes_put_le(&b, H, 2);
    bytes_put_le(&b, (uint32_t)t->depth, 1);
    bytes_put_le(&b, (t->from_right ? 0x10u : 0) | (t->from_top ? 0x20u : 0) | (t->depth == 32 ? 8u : 0), 1);
    bytes_put(&b, "name", 4);
    for (int i = 0; i < 6 && t->type == 1; i++)
        bytes_put_le(&b, bits_of(field_colors[i], t->map_depth), (t->map_depth + 7) / 8);
    for (int i = 0; i < W * H;) { /* runs of 16, and of 48 as they are, over the ends of rows */
        int count = t->packed ? (i / 16 % 5 < 2 ? 16 : 48) : 1;
        bool repeats = count == 16;
        count = W * H - i < count ? W * H - i : count;
        if (t->packed)
            bytes_put_le(&b, (uint32_t)count - 1 + (repeats ? 128 : 0), 1);
        for (int k = 0; k < (t->packed && repeats ? 1 : count); k++)
            put_tga_pixel(&b, t, (i + k) % W, (i + k) / W);
        i += count;
    }
    return b;
}

static void test_tga(void **state)
{
    (void)state;
    static const struct tga kinds[] = {
        {.type = 2, .depth = 24, .what = as_it_is},
        {.type = 2, .depth = 32, .what = as_it_is},
        {.type = 2, .depth = 16, .what = five_bits},
        {.type = 2, .depth = 15, .what = five_bits},
        {.type = 3, .depth = 8, .what = as_grey},
        {.type = 3, .depth = 16, .what = as_half_grey},
        {.type = 1, .depth = 8, .map_depth = 24, .what = as_it_is},
        {.type = 1, .depth = 8, .map_depth = 32, .what = as_it_is},
        {.type = 1, .depth = 8, .map_depth = 16, .what = five_bits},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (int flags = 0; flags < 8; flags++) {
            struct tga t = kinds[i];
            t.packed = flags & 1;
            t.from_right = flags & 2;
            t.from_top = flags & 4;
            struct bytes b = make_any_tga(&t);
            assert_shown(&b, "tga", t.what, t.type == 3 ? 1 : 0);
            assert_damage(&b, 22);
            free(b.data);
        }
}

/* --- PCX ------------------------------------------------------------------------------------------------------------ */

struct pcx {
    int bits, planes;
    reduction *what;
};

static uint32_t as_black_and_white(uint32_t rgb)
{
    return rgb & 0x800000 ? 0xffffff : 0;
}

/* The value of a pixel: its grey, the index of its colour, or what it has of red. */
static uint32_t pcx_value(const struct pcx *p, int x, int y, int plane)
{
    uint32_t rgb = field_at(x, y), index = 0;
    for (uint32_t i = 0; i < 6; i++)
        index = field_colors[i] == rgb ? i : index;
    if (p->bits == 8 && p->planes == 3)
        return rgb >> (16 - 8 * plane) & 255;
    if (p->bits == 1)
        return p->planes == 1 ? rgb >> 23 : index >> plane & 1;
    return p->what == as_grey ? rgb >> 8 & 255 : index;
}

static struct bytes make_any_pcx(const struct pcx *p, bool table)
{
    struct bytes b = {0};
    const int plane_bytes = (W * p->bits + 7) / 8 + 2; /* two that are of no use */
    bytes_put(&b, "\12\5\1", 3);
    bytes_put_le(&b, (uint32_t)p->bits, 1);
    const uint32_t numbers[] = {10, 20, W + 9, H + 19, 72, 72};
    for (int i = 0; i < 6; i++)
        bytes_put_le(&b, numbers[i], 2);
    for (int i = 0; i < 16; i++)
        bytes_put_be(&b, i < 6 ? field_colors[i] : 0x123456, 3);
    bytes_put_le(&b, 0, 1);
    bytes_put_le(&b, (uint32_t)p->planes, 1);
    bytes_put_le(&b, (uint32_t)plane_bytes, 2);
    while (b.len < 128)
        bytes_put_le(&b, 0, 1);
    for (int i = 0, total = H * p->planes * plane_bytes; i < total; i++) {
        int row = i / (p->planes * plane_bytes), plane = i / plane_bytes % p->planes, at = i % plane_bytes;
        uint32_t byte = 0;
        for (int k = 0; k < 8 / p->bits && at * 8 / p->bits + k < W; k++)
            byte |= pcx_value(p, at * 8 / p->bits + k, row, plane) << (8 - p->bits * (k + 1));
        bytes_put_le(&b, 0xc1, 1);
        bytes_put_le(&b, byte, 1);
    }
    for (int i = -1; table && i < 256; i++)
        bytes_put_be(&b, i < 0 ? 12 : i < 6 ? field_colors[i] : 0, i < 0 ? 1 : 3);
    return b;
}

static void test_pcx(void **state)
{
    (void)state;
    static const struct pcx kinds[] = {
        {1, 1, as_black_and_white}, {1, 3, as_it_is}, {1, 4, as_it_is}, {4, 1, as_it_is},
        {8, 1, as_it_is},           {8, 1, as_grey},  {8, 3, as_it_is}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        bool table = kinds[i].bits == 8 && kinds[i].planes == 1 && kinds[i].what == as_it_is;
        struct bytes b = make_any_pcx(&kinds[i], table);
        assert_shown(&b, "pcx", kinds[i].what, 0);
        assert_damage(&b, 128);
        b.data[65] = 7; /* planes */
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
        free(b.data);
    }
}

/* --- PAM and PFM ---------------------------------------------------------------------------------------------------- */

static void test_pam(void **state)
{
    (void)state;
    static const uint32_t most[] = {255, 65535, 1000};
    for (int depth = 1; depth <= 4; depth++)
        for (int k = 0; k < 3; k++) {
            struct bytes b = {0};
            char head[160];
            int head_len =
                snprintf(head, sizeof head,
                         "P7\n# a comment\nHEIGHT %d\nWIDTH %d\nDEPTH %d\nMAXVAL %u\nTUPLTYPE ANY\nENDHDR\n",
                         H, W, depth, most[k]);
            bytes_put(&b, head, (size_t)head_len);
            for (int i = 0; i < W * H * depth; i++) {
                uint32_t rgb = field_at(i / depth % W, i / depth / W), c = (uint32_t)(i % depth);
                bool alpha = depth % 2 == 0 && i % depth == depth - 1;
                uint32_t v = alpha       ? (depth == 2 ? 128 : 255)
                             : depth < 3 ? rgb >> 8 & 255
                                         : rgb >> (16 - 8 * c) & 255;
                bytes_put_be(&b, (v * most[k] + 127) / 255, most[k] < 256 ? 1 : 2);
            }
            assert_shown(&b, "pam", depth == 1 ? as_grey : depth == 2 ? as_half_grey : as_it_is, 1);
            assert_damage(&b, (size_t)head_len);
            free(b.data);
        }
}

/* Ink is the more the darker it is; of white there is none. */
static void test_pam_of_inks(void **state)
{
    (void)state;
    for (int depth = 4; depth <= 5; depth++) {
        struct bytes b = {0};
        char head[160];
        int head_len = snprintf(head, sizeof head,
                                "P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL 255\nTUPLTYPE CMYK%s\nENDHDR\n", W,
                                H, depth, depth == 5 ? "_ALPHA" : "");
        bytes_put(&b, head, (size_t)head_len);
        for (int i = 0; i < W * H; i++) {
            uint32_t rgb = field_at(i % W, i / W);
            for (int shift = 16; shift >= 0; shift -= 8)
                bytes_put_be(&b, 255 - (rgb >> shift & 255), 1);
            bytes_put_be(&b, 0, 1);
            if (depth == 5)
                bytes_put_be(&b, 255, 1);
        }
        assert_shown(&b, "pam", as_it_is, 1);
        assert_damage(&b, (size_t)head_len);
        free(b.data);
    }
}

static float linear(uint32_t v)
{
    float s = (float)v / 255;
    return s <= 0.04045F ? s / 12.92F : powf((s + 0.055F) / 1.055F, 2.4F);
}

static void test_pfm(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        bool grey = kind & 1, little = kind & 2;
        struct bytes b = {0};
        char head[64];
        int head_len =
            snprintf(head, sizeof head, "P%c\n%d %d\n%s1.0\n", grey ? 'f' : 'F', W, H, little ? "-" : "");
        bytes_put(&b, head, (size_t)head_len);
        for (int i = 0; i < W * H * (grey ? 1 : 3); i++) {
            int px = grey ? i : i / 3;
            uint32_t rgb = field_at(px % W, H - 1 - px / W), bits;
            float v = linear(grey ? rgb >> 8 & 255 : rgb >> (16 - 8 * (i % 3)) & 255);
            memcpy(&bits, &v, 4);
            if (little)
                bytes_put_le(&b, bits, 4);
            else
                bytes_put_be(&b, bits, 4);
        }
        assert_shown(&b, "pfm", grey ? as_grey : as_it_is, 0);
        assert_damage(&b, (size_t)head_len);
        const uint32_t odd[] = {0x7f800000, 0x7fc00000, 0xff800000,
                                0x42c80000}; /* infinite, none, below, above */
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 4; k++)
                b.data[head_len + i * 4 + k] = (uint8_t)(odd[i] >> 8 * (little ? k : 3 - k));
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        uint32_t first = pixel(&image, 0, H - 1);
        assert_int_equal(first, grey ? 0xffffff : 0xff0000);
        host_fini(&host);
        free(b.data);
    }
}

/* One pixel of one colour, as its line has it. */
static enum fz_err load_xpm(const char *color, struct host *host, struct fz_image *image,
                            struct fz_error *err)
{
    char text[256];
    int len = snprintf(text, sizeof text,
                       "/* XPM */\nstatic char *x[] = {\n\"1 1 1 1\",\n\". %s\",\n\".\"};\n", color);
    *host = (struct host){0};
    return load(text, (size_t)len, 0, 0, host, image, err);
}

/* What stands in comments is no string, and what begins one inside a string begins none. */
static void test_comments_of_xpm(void **state)
{
    (void)state;
    static const char text[] =
        "/* XPM */\n/* \"not this\" */ static char *x[] = {/**/\n\"2 1 2 1\", /* a \" **/\n"
        "\"/ c red\",\n/* \"b c green\", */\"* c blue\",\n/* rows: \" \" */\n\"/*\"};\n";
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(text, sizeof text - 1, 0, 0, &host, &image, &err), FZ_OK);
    assert_false(image.damaged);
    assert_int_equal(image.out_w, 2);
    assert_int_equal(pixel(&image, 0, 0), 0xff0000);
    assert_int_equal(pixel(&image, 1, 0), 0x0000ff);
    host_fini(&host);
    static const char open_end[] = "/* XPM */ /* static char *x[] = {\"1 1 1 1\", \". c red\", \".\"};";
    host = (struct host){0};
    assert_int_equal(load(open_end, sizeof open_end - 1, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
}

/* As X11's rgb.txt has them. */
static void test_names_of_xpm(void **state)
{
    (void)state;
    static const struct {
        const char *color;
        uint32_t rgb;
    } cases[] = {
        {"c red", 0xff0000},
        {"c LightSkyBlue", 0x87cefa},
        {"c light  sky blue", 0x87cefa},
        {"c gray0", 0x000000},
        {"c Grey10", 0x1a1a1a},
        {"c gray50", 0x7f7f7f},
        {"c gray51", 0x828282},
        {"c grey90", 0xe5e5e5},
        {"c gray100", 0xffffff},
        {"c aliceblue", 0xf0f8ff},
        {"c YellowGreen", 0x9acd32},
        {"c antiquewhite1", 0xffefdb},
        {"c yellow4", 0x8b8b00},
        {"c Dark Slate Grey 4", 0x528b8b},
        {"c green", 0x00ff00},
        {"c gray", 0xbebebe},
        {"c silver", 0xc0c0c0},
        {"c none", 0x204060},
        {"c #123", 0x112233},
        {"c #123456789", 0x124578},
        {"c #123456789abc", 0x12569a},
        {"s a b m white c pink", 0xffc0cb},
        {"s c c red m m", 0xff0000},
        {"m white g4 black g gray80 s c", 0xcccccc},
        {"c deep sky blue m black s background", 0x00bfff},
    };
    static const char *const unknown[] = {
        "c nothing", "c gray101", "c gray1000", "c yellow5", "c yellow0", "c lightgoldenrodyellow12345",
        "c #12",     "c 7",       "c",          "",          "s red",     "c red1x"};
    struct host host;
    struct fz_image image;
    struct fz_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(load_xpm(cases[i].color, &host, &image, &err), FZ_OK);
        if (image.damaged || pixel(&image, 0, 0) != cases[i].rgb)
            fail_msg("%s: %06x, %s", cases[i].color, pixel(&image, 0, 0), err.msg);
        host_fini(&host);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_int_equal(load_xpm(unknown[i], &host, &image, &err), FZ_OK);
        if (!image.damaged || pixel(&image, 0, 0) != 0x808080)
            fail_msg("%s: %06x", unknown[i], pixel(&image, 0, 0));
        assert_string_equal(err.msg, "colour 0 is none that is known");
        host_fini(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tga),
        cmocka_unit_test(test_pcx),
        cmocka_unit_test(test_pam),
        cmocka_unit_test(test_pam_of_inks),
        cmocka_unit_test(test_pfm),
        cmocka_unit_test(test_names_of_xpm),
        cmocka_unit_test(test_comments_of_xpm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
