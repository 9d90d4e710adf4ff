/* Scaled and turned copies, against what each pixel has to be. */
#include "fixture.h"
#include "gpu/stretch.h"

enum { PAGE_W = 12, PAGE_H = 10, WINDOW_W = 40, WINDOW_H = 30 };
static const uint32_t UNTOUCHED = 0x12345678;

static uint32_t page[PAGE_H][PAGE_W], window[WINDOW_H][WINDOW_W];

static void paint(void)
{
    for (int y = 0; y < PAGE_H; y++)
        for (int x = 0; x < PAGE_W; x++)
            page[y][x] =
                0xff000000u | (uint32_t)(x * 20) << 16 | (uint32_t)(y * 25) << 8 | (uint32_t)(x * y * 2);
}

static void stretch(SDL_Rect from, SDL_Rect within, struct fz_rect rect, struct fz_turn turn, SDL_Rect shown)
{
    for (int y = 0; y < WINDOW_H; y++)
        for (int x = 0; x < WINDOW_W; x++)
            window[y][x] = UNTOUCHED;
    assert_true(fz_stretch_pixels((struct fz_bitmap){page[0], PAGE_W}, &from, &within, rect, turn,
                                  (struct fz_bitmap){&window[shown.y][shown.x], WINDOW_W}, &shown));
}

static void as_large_is_the_same(void **state)
{
    (void)state;
    paint();
    SDL_Rect from = {2, 3, 7, 5}, shown = {4, 6, 7, 5};
    stretch(from, from, (struct fz_rect){4, 6, 7, 5}, (struct fz_turn){0}, shown);
    for (int y = 0; y < from.h; y++)
        for (int x = 0; x < from.w; x++)
            assert_int_equal(window[6 + y][4 + x], page[3 + y][2 + x]);
    assert_int_equal(window[5][4], UNTOUCHED);
    assert_int_equal(window[6][11], UNTOUCHED);
}

/* By quarters clockwise first, then mirrored: gpu/draw.h. */
static void each_turn(void **state)
{
    (void)state;
    paint();
    SDL_Rect from = {1, 2, 6, 4};
    for (int i = 0; i < 16; i++) {
        struct fz_turn turn = {.quarters = i % 4, .flip_h = i & 4, .flip_v = i & 8};
        bool sideways = turn.quarters % 2 != 0;
        int w = sideways ? from.h : from.w, h = sideways ? from.w : from.h;
        SDL_Rect shown = {0, 0, w, h};
        stretch(from, from, (struct fz_rect){0, 0, w, h}, turn, shown);
        for (int y = 0; y < from.h; y++)
            for (int x = 0; x < from.w; x++) {
                int to_x = x, to_y = y, turned_w = from.w, turned_h = from.h;
                for (int quarter = 0; quarter < turn.quarters; quarter++) {
                    int next_x = turned_h - 1 - to_y, swap = turned_w;
                    to_y = to_x;
                    to_x = next_x;
                    turned_w = turned_h;
                    turned_h = swap;
                }
                to_x = turn.flip_h ? w - 1 - to_x : to_x;
                to_y = turn.flip_v ? h - 1 - to_y : to_y;
                assert_int_equal(window[to_y][to_x], page[from.y + y][from.x + x]);
            }
    }
}

/* Half a pixel on, each one is the mean of two; at the edge of what may be sampled it is the last one. */
static void between_pixels(void **state)
{
    (void)state;
    for (int y = 0; y < PAGE_H; y++)
        for (int x = 0; x < PAGE_W; x++)
            page[y][x] = 0xff000000u | (uint32_t)(x % 2 ? 200 : 100);
    SDL_Rect from = {0, 0, 4, 4}, shown = {1, 0, 4, 4};
    stretch(from, from, (struct fz_rect){0.5, 0, 4, 4}, (struct fz_turn){0}, shown);
    assert_int_equal(window[0][1] & 0xff, 150);
    assert_int_equal(window[2][3] & 0xff, 150);
    assert_int_equal(window[0][4] & 0xff, 200);
    SDL_Rect within = {0, 0, 5, 4};
    stretch(from, within, (struct fz_rect){0.5, 0, 4, 4}, (struct fz_turn){0}, shown);
    assert_int_equal(window[0][4] & 0xff, 150);
}

/* What is shown of a copy is what stands there of all of it, however large that is. */
static void a_part_of_a_large_copy(void **state)
{
    (void)state;
    paint();
    SDL_Rect from = {0, 0, PAGE_W, PAGE_H}, all = {0, 0, WINDOW_W, WINDOW_H}, part = {11, 7, 13, 9};
    struct fz_rect rect = {-300.25, -210.5, 1234.5, 987.25};
    static uint32_t whole[WINDOW_H][WINDOW_W];
    for (int quarters = 0; quarters < 4; quarters++) {
        struct fz_turn turn = {.quarters = quarters};
        stretch(from, from, rect, turn, all);
        memcpy(whole, window, sizeof whole);
        stretch(from, from, rect, turn, part);
        for (int y = 0; y < WINDOW_H; y++)
            for (int x = 0; x < WINDOW_W; x++) {
                bool shown = x >= part.x && x < part.x + part.w && y >= part.y && y < part.y + part.h;
                assert_int_equal(window[y][x], shown ? whole[y][x] : UNTOUCHED);
            }
    }
    uint32_t first = whole[0][0], last = whole[WINDOW_H - 1][WINDOW_W - 1];
    assert_int_not_equal(first, last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_large_is_the_same),
        cmocka_unit_test(each_turn),
        cmocka_unit_test(between_pixels),
        cmocka_unit_test(a_part_of_a_large_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
