/* Copies of what stands scaled or turned, on SDL's offscreen driver, by SDL's own renderer: made once, true, within their bound. */
#include "fixture.h"

#include "decode/job.h"
#include "gpu/draw.h"
#include "gpu/texture.h"
#include "sync/thread.h"

#include <SDL_hints.h>
#include <string.h>

enum { W = 200, H = 100, FROM = 40, TO = 30, BUDGET = 4 << 20 };

static struct fz_head *head;
static struct fz_texture *texture;

static void upload(uint32_t first, uint32_t second)
{
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, FROM, FROM, 32, SDL_PIXELFORMAT_ARGB8888);
    assert_non_null(s);
    SDL_FillRect(s, NULL, first);
    SDL_FillRect(s, &(SDL_Rect){0, 0, FROM / 2, FROM / 2}, second);
    int row = 0;
    while (!fz_texture_upload(head, texture, s, &row, 1024))
        continue;
    SDL_FreeSurface(s);
}

static int open_head(void **state)
{
    (void)state;
    struct fz_error err = {0};
    bool headless = true;
    fz_thread_claim_main();
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, "software");
    fz_video_prepare();
    struct fz_head_options options = {
        .w = W, .h = H, .headless = true, .title = "test", .texture_budget_bytes = BUDGET};
    if (fz_video_start(&headless, true, &err) != FZ_OK || fz_head_open(&head, &options, &err) != FZ_OK) {
        print_error("%s\n", err.msg);
        return -1;
    }
    struct fz_texture_cell cell = {.w = FROM, .h = FROM};
    fz_texture_new(head, FROM, FROM, cell, FZ_TEXTURE_IN_VIEW, &texture);
    upload(0xff204060, 0xffc0a080);
    return 0;
}

static int close_head(void **state)
{
    (void)state;
    fz_head_close(head);
    fz_video_stop();
    return 0;
}

static uint64_t bytes(void)
{
    return fz_texture_get_counts(head)->bytes;
}

struct frame {
    uint32_t at[H][W];
};

/* A frame with it, or without (no width); gives what is seen. */
static void draw(struct fz_rect rect, double alpha, struct fz_turn turn, struct frame *seen)
{
    fz_head_begin(head, (struct fz_color){1, 2, 3, 255});
    if (rect.w > 0)
        fz_draw_texture(head, texture, rect, alpha, turn);
    SDL_Surface *s = fz_head_read_pixels(head);
    assert_non_null(s);
    for (int y = 0; y < H; y++)
        memcpy(seen->at[y], (const uint8_t *)s->pixels + (ptrdiff_t)y * s->pitch, sizeof seen->at[y]);
    fz_surface_free(s);
    fz_head_present(head);
}

/* The same where it is no whole size, by less than can be seen, so that no copy stays. */
static void assert_is_true(struct fz_rect rect, double alpha, struct fz_turn turn)
{
    static struct frame first, again, scaled;
    uint64_t before = bytes();
    draw(rect, alpha, turn, &first);
    assert_in_range(bytes() - before, 1, TO * TO * 4); /* a canvas: it may never be drawn so again */
    for (int i = 0; i < 2; i++) {
        draw(rect, alpha, turn, &again);
        assert_memory_equal(&first, &again, sizeof first);
    }
    assert_int_equal(bytes(), before + (uint64_t)(rect.w * rect.h) * 4);
    draw((struct fz_rect){rect.x, rect.y, rect.w + 1e-7, rect.h}, alpha, turn, &scaled);
    assert_in_range(bytes() - before, 1, TO * TO * 4); /* a canvas, of what is seen of it */
    assert_memory_equal(&first, &scaled, sizeof first);
    draw((struct fz_rect){0}, 1, (struct fz_turn){0}, &again);
    assert_int_equal(bytes(), before);
}

static void a_copy_is_what_scaling_gives(void **state)
{
    (void)state;
    for (int i = 0; i < 16; i++) {
        struct fz_turn turn = {.quarters = i % 4, .flip_h = i & 4, .flip_v = i & 8};
        assert_is_true((struct fz_rect){20, 10, TO, TO}, 1, turn);
        assert_is_true((struct fz_rect){-5, 90, TO, TO}, 0.5, turn);
    }
}

static void it_follows_the_size_and_the_pixels(void **state)
{
    (void)state;
    static struct frame seen;
    uint64_t before = bytes();
    for (int i = 0; i < 3; i++)
        draw((struct fz_rect){0, 0, TO, TO}, 1, (struct fz_turn){0}, &seen);
    assert_int_equal(bytes(), before + TO * TO * 4);
    for (int side = TO + 1; side < TO + 5; side++) { /* while it grows, as a zoom goes: a canvas alone */
        draw((struct fz_rect){0, 0, side, side}, 1, (struct fz_turn){0}, &seen);
        assert_int_equal(seen.at[side - 1][side - 1] & 0xffffff, 0x204060);
        assert_int_equal(seen.at[side][side] & 0xffffff, 0x010203);
    }
    draw((struct fz_rect){0, 0, TO + 4, TO + 4}, 1, (struct fz_turn){0}, &seen);
    assert_int_equal(seen.at[0][0] & 0xffffff, 0xc0a080);
    upload(0xff112233, 0xff445566);
    draw((struct fz_rect){0, 0, TO + 4, TO + 4}, 1, (struct fz_turn){0}, &seen);
    assert_int_equal(seen.at[0][0] & 0xffffff, 0x445566);
    assert_int_equal(seen.at[TO][TO] & 0xffffff, 0x112233);
    for (uint32_t i = 0; i < 3; i++) { /* as the frames of an animation come: a canvas alone */
        uint64_t with_canvas = bytes();
        upload(0xff000000 | i, 0xff000010 | i);
        draw((struct fz_rect){0, 0, TO + 4, TO + 4}, 1, (struct fz_turn){0}, &seen);
        assert_int_equal(seen.at[0][0] & 0xffffff, 0x10 | i);
        assert_int_equal(bytes(), with_canvas);
    }
    draw((struct fz_rect){0}, 1, (struct fz_turn){0}, &seen);
    assert_int_equal(bytes(), before);
}

/* As where memory runs short. */
static void copies_go_where_the_budget_does(void **state)
{
    (void)state;
    static struct frame seen;
    struct fz_rect rect = {0, 0, TO, TO};
    uint64_t before = bytes();
    upload(0xff112233, 0xff445566);
    for (int i = 0; i < 3; i++)
        draw(rect, 1, (struct fz_turn){0}, &seen);
    assert_int_equal(bytes(), before + TO * TO * 4);
    fz_texture_set_budget(head, TO * TO * 4);
    assert_true(fz_texture_trim(head, 1000000));
    assert_int_equal(bytes(), before);
    for (int i = 0; i < 3; i++) {
        draw(rect, 1, (struct fz_turn){0}, &seen);
        assert_int_equal(seen.at[0][0] & 0xffffff, 0x445566);
    }
    fz_texture_set_budget(head, before + TO * TO * 2); /* a quarter would do, but there is no room */
    draw(rect, 1, (struct fz_turn){0}, &seen);
    draw((struct fz_rect){0}, 1, (struct fz_turn){0}, &seen);
    assert_int_equal(bytes(), before);
    fz_texture_set_budget(head, BUDGET);
}

/* Two windows' pixels are what copies take at the most: a page that is far enlarged has none. */
static void what_is_far_larger_has_none(void **state)
{
    (void)state;
    static struct frame seen;
    uint64_t most = bytes() + (uint64_t)W * H * 4;
    for (int i = 0; i < 3; i++) {
        draw((struct fz_rect){-100, -100, 2 * W, 2 * H}, 1, (struct fz_turn){0}, &seen);
        assert_true(bytes() <= most);
    }
    draw((struct fz_rect){0}, 1, (struct fz_turn){0}, &seen);
}

static void it_goes_with_its_texture(void **state)
{
    (void)state;
    static struct frame seen;
    struct fz_texture *other = NULL;
    struct fz_texture_cell cell = {.w = FROM, .h = FROM};
    uint64_t before = bytes();
    for (int i = 0; i < 3; i++)
        draw((struct fz_rect){0, 0, TO, TO}, 1, (struct fz_turn){0}, &seen);
    fz_texture_free(head, texture);
    assert_null(texture);
    assert_true(bytes() <= before);
    fz_texture_new(head, FROM, FROM, cell, FZ_TEXTURE_IN_VIEW, &other);
    assert_non_null(other);
    fz_texture_free(head, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_what_scaling_gives),
        cmocka_unit_test(it_follows_the_size_and_the_pixels),
        cmocka_unit_test(copies_go_where_the_budget_does),
        cmocka_unit_test(what_is_far_larger_has_none),
        cmocka_unit_test(it_goes_with_its_texture),
    };
    return cmocka_run_group_tests(tests, open_head, close_head);
}
