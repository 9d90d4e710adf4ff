/* Textures and what is drawn of them, on SDL's offscreen driver: by SDL's own renderer, then by OpenGL where that is. */
#include "fixture.h"

#include "base/clock.h"
#include "decode/job.h"
#include "gpu/draw.h"
#include "gpu/renderer.h"
#include "gpu/text.h"
#include "sync/thread.h"

#include <SDL_hints.h>

enum { SIDE = 32 };

static struct fz_head *head;

static int open_head(void **state)
{
    (void)state;
    struct fz_error err = {0};
    bool headless = true;
    fz_thread_claim_main();
    fz_video_prepare();
    struct fz_head_options options = {
        .w = 200, .h = 100, .headless = true, .title = "test", .texture_budget_bytes = 64 << 20};
    if (fz_video_start(&headless, true, &err) != FZ_OK || fz_head_open(&head, &options, &err) != FZ_OK) {
        print_error("%s\n", err.msg);
        return -1;
    }
    return 0;
}

static int open_gl_head(void **state)
{
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, "opengl");
    return open_head(state);
}

static int close_head(void **state)
{
    (void)state;
    fz_head_close(head);
    fz_video_stop();
    return 0;
}

static void fill(struct fz_texture *texture, uint32_t color)
{
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, fz_texture_w(texture), fz_texture_h(texture), 32,
                                                    SDL_PIXELFORMAT_ARGB8888);
    assert_non_null(s);
    SDL_FillRect(s, NULL, color);
    int row = 0;
    while (!fz_texture_upload(head, texture, s, &row, 1024))
        continue;
    SDL_FreeSurface(s);
}

static uint32_t pixel(int x, int y)
{
    SDL_Surface *s = fz_head_read_pixels(head);
    assert_non_null(s);
    uint32_t raw;
    memcpy(&raw, (const uint8_t *)s->pixels + y * s->pitch + x * s->format->BytesPerPixel, sizeof raw);
    uint8_t r, g, b;
    SDL_GetRGB(raw, s->format, &r, &g, &b);
    fz_surface_free(s);
    return (uint32_t)r << 16 | (uint32_t)g << 8 | b;
}

/* A frame that begins with a texture and ends with one. */
static uint32_t frame_of(struct fz_texture *texture)
{
    fz_head_begin(head, (struct fz_color){0, 0, 0, 255});
    fz_draw_texture(head, texture, (struct fz_rect){10, 10, SIDE, SIDE}, 1, (struct fz_turn){0});
    uint32_t seen = pixel(20, 20);
    fz_head_present(head);
    return seen;
}

/* Found on SDL 2.26's OpenGL without shaders: the first draws of the frame after one came out white. */
static void a_new_texture_leaves_the_others_as_they_are(void **state)
{
    (void)state;
    struct fz_texture *first = NULL, *others[4] = {NULL};
    struct fz_texture_cell cell = {.w = SIDE, .h = SIDE};
    assert_non_null(fz_texture_new(head, SIDE, SIDE, cell, FZ_TEXTURE_IN_VIEW, &first));
    fill(first, 0xffc02040);
    assert_int_equal(frame_of(first), 0xc02040);
    for (int i = 0; i < 4; i++) {
        /* a cell of its own kind is a page of its own, a new texture of SDL's */
        cell.w += 8;
        assert_non_null(fz_texture_new(head, SIDE, SIDE, cell, FZ_TEXTURE_IN_VIEW, &others[i]));
        fill(others[i], 0xff20c040);
        assert_int_equal(frame_of(first), 0xc02040);
        assert_int_equal(frame_of(others[i]), 0x20c040);
    }
    for (int i = 0; i < 4; i++)
        fz_texture_free(head, others[i]);
    fz_texture_free(head, first);
}

/* What is in view may take more than the budget; what has left goes first, and only as much as is too much. */
static void what_has_left_the_view_makes_room(void **state)
{
    (void)state;
    enum { COUNT = 9, W = 2000, H = 1000 }; /* 8 MB each: one more than the budget holds */
    const struct fz_texture_cell cell = {.w = W, .h = H};
    struct fz_texture *all[COUNT] = {NULL};
    for (int i = 0; i < COUNT; i++)
        assert_non_null(fz_texture_new(head, W, H, cell, FZ_TEXTURE_IN_VIEW, &all[i]));
    assert_true(fz_texture_get_counts(head)->bytes > 64 << 20);
    assert_true(fz_texture_trim(head, FZ_NEVER / 2));
    for (int i = 0; i < COUNT; i++)
        assert_non_null(all[i]); /* as long as they may be in view */
    for (int i = 0; i < 2; i++)
        frame_of(all[0]);
    assert_true(fz_texture_trim(head, FZ_NEVER / 2));
    assert_true(fz_texture_get_counts(head)->bytes <= 64 << 20);
    assert_non_null(all[0]);
    assert_null(all[1]);
    assert_non_null(all[COUNT - 1]);
    fz_texture_set_budget(head, 40 << 20);
    assert_false(fz_texture_trim(head, 0)); /* a little each time */
    assert_null(all[2]);
    assert_non_null(all[3]);
    while (!fz_texture_trim(head, 0))
        continue;
    assert_true(fz_texture_get_counts(head)->bytes <= 40 << 20);
    assert_non_null(all[0]);
    fz_texture_set_budget(head, 64 << 20);
    for (int i = 0; i < COUNT; i++)
        fz_texture_free(head, all[i]);
}

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

/* SDL writes to all of a texture that it makes: a page that was begun takes its memory as a whole. By OpenGL a page is a draw call. */
static void a_tile_alone_takes_little_memory(void **state)
{
    (void)state;
    static const struct fz_texture_cell cell = {.w = 256, .h = 192};
    enum { TILES = 20 };
    struct fz_texture *all[TILES] = {NULL};
    uint64_t before = fz_texture_get_counts(head)->bytes, tile = (uint64_t)cell.w * (uint64_t)cell.h * 4;
    for (int i = 0; i < TILES; i++) {
        assert_non_null(fz_texture_new(head, cell.w, cell.h, cell, FZ_TEXTURE_IN_VIEW, &all[i]));
        uint64_t bytes = fz_texture_get_counts(head)->bytes - before, count = (uint64_t)i + 1;
        assert_true(bytes <= (count + (fz_renderer_is_plain() ? 3 : TILES)) * tile * 21 / 20);
    }
    for (int i = 0; i < TILES; i++)
        fz_texture_free(head, all[i]);
}

/* ---- Shapes of their own --------------------------------------------------------------------------------------- */

static const struct fz_texture_cell BOX = {.w = 466, .h = 233, .shaped = true};

/* 40 pictures of as many shapes take little more than their pixels, and those that come after them, too; where they share pages,
 * not a byte more. */
static void shapes_share_pages(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    uint64_t before = fz_texture_get_counts(head)->bytes, taken = 0;
    for (int round = 0; round < 3; round++) {
        struct fz_texture *all[COUNT] = {NULL};
        uint64_t pixels = 0;
        for (int i = 0; i < COUNT; i++) {
            int w = BOX.w - 9 * i - round;
            assert_non_null(fz_texture_new(head, w, BOX.h, BOX, FZ_TEXTURE_IN_VIEW, &all[i]));
            pixels += (uint64_t)w * (uint64_t)BOX.h * 4;
        }
        uint64_t bytes = fz_texture_get_counts(head)->bytes - before;
        assert_true(bytes < pixels * 3 / 2);
        assert_true(round == 0 || bytes == taken || fz_renderer_is_plain());
        taken = bytes;
        for (int i = 0; i < COUNT; i++)
            fz_texture_free(head, all[i]);
    }
}

/* Where there is room for a shape there is, whichever it is; and the budget holds as many as it says, and no more than pixels. */
static void room_for_a_shape_is_for_any(void **state)
{
    (void)state;
    enum { MOST = 1000 };
    static struct fz_texture *all[MOST];
    struct random random = random_start();
    size_t count = 0, capacity = fz_texture_capacity(head, BOX, 0);
    for (; fz_texture_has_room(head, BOX, 0); count++) {
        int w = random_int(&random, 20, BOX.w),
            h = random_int(&random, 0, 3) ? BOX.h : random_int(&random, 10, BOX.h);
        assert_true(count < MOST);
        assert_non_null(fz_texture_new(head, w, h, BOX, FZ_TEXTURE_SPARE, &all[count]));
    }
    assert_true(fz_texture_get_counts(head)->bytes <= fz_texture_budget(head));
    assert_true(capacity >= 100 && count >= capacity);
    for (size_t i = 0; i < count; i++)
        fz_texture_free(head, all[i]);
}

/* What was put into room that was free goes first, and at once, unless it was drawn. */
static void what_is_spare_makes_room(void **state)
{
    (void)state;
    enum { MOST = 1000, MORE = 20 };
    static struct fz_texture *all[MOST], *more[MORE];
    const struct fz_texture_cell cell = {.w = 600, .h = 300};
    size_t count = 0;
    struct fz_texture *before = NULL;
    assert_non_null(fz_texture_new(head, cell.w, cell.h, cell, FZ_TEXTURE_SOON, &before));
    for (; fz_texture_has_room(head, cell, 0); count++) {
        assert_true(count < MOST);
        assert_non_null(fz_texture_new(head, cell.w, cell.h, cell, FZ_TEXTURE_SPARE, &all[count]));
    }
    assert_true(count > MORE);
    fz_head_begin(head, (struct fz_color){0, 0, 0, 255});
    fz_draw_texture(head, all[count / 2], (struct fz_rect){0, 0, 60, 30}, 1, (struct fz_turn){0});
    fz_head_present(head);
    assert_null(fz_texture_new(head, cell.w, cell.h, cell, FZ_TEXTURE_SPARE, &more[0]));
    for (int i = 0; i < MORE; i++)
        assert_non_null(fz_texture_new(head, cell.w, cell.h, cell, FZ_TEXTURE_SOON, &more[i]));
    assert_non_null(before);
    assert_non_null(all[count / 2]);
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        left += all[i] != NULL;
    assert_int_equal(left, count - MORE);
    for (size_t i = 0; i < count; i++)
        fz_texture_free(head, all[i]);
    for (int i = 0; i < MORE; i++)
        fz_texture_free(head, more[i]);
    fz_texture_free(head, before);
}

static bool is_refused;

int __real_SDL_UpdateTexture(SDL_Texture *texture, const SDL_Rect *rect, const void *pixels, int pitch);
int __wrap_SDL_UpdateTexture(SDL_Texture *texture, const SDL_Rect *rect, const void *pixels, int pitch);

int __wrap_SDL_UpdateTexture(SDL_Texture *texture, const SDL_Rect *rect, const void *pixels, int pitch)
{
    return is_refused ? SDL_SetError("refused") : __real_SDL_UpdateTexture(texture, rect, pixels, pitch);
}

/* All that is spare makes room for it, but not the one that it is for. */
static void an_upload_that_is_refused(void **state)
{
    (void)state;
    static const enum fz_texture_need needs[] = {FZ_TEXTURE_SPARE, FZ_TEXTURE_SOON};
    const struct fz_texture_cell cell = {.w = 600, .h = 300};
    SDL_Surface *surface = fz_surface_new(cell.w, cell.h);
    assert_non_null(surface);
    for (size_t i = 0; i < 2; i++) {
        struct fz_texture *texture = NULL, *other = NULL;
        int row = 0;
        assert_non_null(fz_texture_new(head, cell.w, cell.h, cell, FZ_TEXTURE_SPARE, &other));
        assert_non_null(fz_texture_new(head, cell.w, cell.h, cell, needs[i], &texture));
        is_refused = true;
        assert_true(fz_texture_upload(head, texture, surface, &row, UINT64_MAX));
        is_refused = false;
        assert_null(texture);
        assert_null(other);
    }
    fz_surface_free(surface);
}

/* Scaled copies, of as many sizes as there are, find room beside textures that are all too new to go. */
static void copies_have_their_share(void **state)
{
    (void)state;
    enum { MOST = 1000, DRAWN = 40 };
    static const struct fz_texture_cell cells[] = {{.w = 600, .h = 300}, {.w = 600, .h = 4}};
    static struct fz_texture *all[MOST];
    size_t count = 0;
    for (size_t i = 0; i < 2; i++)
        for (; fz_texture_has_room(head, cells[i], 0); count++) {
            assert_true(count < MOST);
            assert_non_null(
                fz_texture_new(head, cells[i].w, cells[i].h, cells[i], FZ_TEXTURE_SOON, &all[count]));
        }
    assert_true(count > DRAWN);
    fz_head_begin(head, (struct fz_color){0, 0, 0, 255});
    for (int i = 0; i < DRAWN; i++) {
        struct fz_rect rect = {0, 0, i % 2 ? 200 - 3 * i : 40 + 3 * i, 60 + i};
        fz_draw_texture(head, all[i], rect, 1, (struct fz_turn){0});
    }
    assert_true(fz_texture_get_counts(head)->bytes <= fz_texture_budget(head));
    fz_head_present(head);
    for (size_t i = 0; i < count; i++)
        fz_texture_free(head, all[i]);
}

/* What is enlarged is blended with what lies beside it in its cell. */
static void a_shape_shows_nothing_of_the_one_before_it(void **state)
{
    (void)state;
    enum { W = 97, H = 33, TIMES = 2 }; /* of the cells for more, up to 112x40 */
    struct fz_texture *texture = NULL, *page = NULL;
    assert_non_null(fz_texture_new(head, W, H, BOX, FZ_TEXTURE_IN_VIEW, &page)); /* keeps the page */
    assert_non_null(fz_texture_new(head, 112, 40, BOX, FZ_TEXTURE_IN_VIEW, &texture));
    fill(texture, 0xffffffff);
    fz_texture_free(head, texture);
    assert_non_null(fz_texture_new(head, W, H, BOX, FZ_TEXTURE_IN_VIEW, &texture));
    fill(texture, 0xff2040c0);
    fz_head_begin(head, (struct fz_color){0, 0, 0, 255});
    fz_draw_texture(head, texture, (struct fz_rect){0, 0, TIMES * W, TIMES * H}, 1, (struct fz_turn){0});
    assert_int_equal(pixel(TIMES * W - 1, H), 0x2040c0);
    assert_int_equal(pixel(W, TIMES * H - 1), 0x2040c0);
    assert_int_equal(pixel(TIMES * W - 1, TIMES * H - 1), 0x2040c0);
    fz_head_present(head);
    fz_texture_free(head, texture);
    fz_texture_free(head, page);
}

/* Of many shapes, each a colour, that come and go in any order, each keeps its own; and they take no more memory in the end than in
 * the middle. */
static void shapes_come_and_go(void **state)
{
    (void)state;
    enum { MOST = 60, TIMES = 2000, HALF = TIMES / 2 };
    struct fz_texture *all[MOST] = {NULL};
    uint32_t colors[MOST] = {0};
    uint64_t peaks[2] = {0};
    struct random random = random_start();
    for (int i = 0; i < TIMES; i++) {
        int at = random_int(&random, 0, MOST - 1), w = random_int(&random, 1, 12) * 40,
            h = random_int(&random, 1, 12) * 40;
        if (all[at]) {
            assert_int_equal(frame_of(all[at]), colors[at] & 0xffffff);
            fz_texture_free(head, all[at]);
            assert_null(all[at]);
            continue;
        }
        assert_non_null(fz_texture_new(head, w, h, (struct fz_texture_cell){600, 600, true},
                                       FZ_TEXTURE_IN_VIEW, &all[at]));
        colors[at] = 0xff000000 | (uint32_t)random_int(&random, 0, 0xffffff);
        fill(all[at], colors[at]);
        uint64_t bytes = fz_texture_get_counts(head)->bytes;
        peaks[i / HALF] = bytes > peaks[i / HALF] ? bytes : peaks[i / HALF];
    }
    assert_true(peaks[1] <= peaks[0] * 5 / 4);
    for (int i = 0; i < MOST; i++)
        fz_texture_free(head, all[i]);
}

/* Pictures beside each other in a batch, of more cells than pages, in any order, some of them faded or turned and so drawn at once:
 * each stands in its place, in one frame as in the next; and what comes after the batch lies over them. */
static void a_batch_shows_all_in_their_places(void **state)
{
    (void)state;
    enum { COLUMNS = 10, ROWS = 5, COUNT = COLUMNS * ROWS, PITCH = 20, FRAMES = 20 };
    static const struct fz_turn on_its_head = {.quarters = 2};
    struct fz_texture *all[COUNT] = {NULL};
    uint32_t colors[COUNT];
    struct random random = random_start();
    for (int i = 0; i < COUNT; i++) {
        int w = random_int(&random, 2, 60), h = random_int(&random, 2, 60);
        struct fz_texture_cell cell = {60, 60, random_int(&random, 0, 1)};
        assert_non_null(fz_texture_new(head, w, h, cell, FZ_TEXTURE_IN_VIEW, &all[i]));
        colors[i] = (uint32_t)random_int(&random, 0, 0xffffff);
        fill(all[i], 0xff000000 | colors[i]);
    }
    for (int frame = 0; frame < FRAMES; frame++) {
        int places[COUNT], covered = random_int(&random, 0, COUNT - 1);
        for (int i = 0; i < COUNT; i++) {
            int other = random_int(&random, 0, i);
            places[i] = places[other];
            places[other] = i;
        }
        fz_head_begin(head, (struct fz_color){0, 0, 0, 255});
        fz_draw_begin_batch(head);
        for (int i = 0; i < COUNT; i++) {
            int way = random_int(&random, 0, 3), at = places[i];
            struct fz_rect rect = {at % COLUMNS * PITCH, at / COLUMNS * PITCH, PITCH, PITCH};
            fz_draw_texture(head, all[i], rect, way == 1 ? 0.999 : 1,
                            way == 2 ? on_its_head : (struct fz_turn){0});
        }
        fz_draw_end_batch(head);
        fz_draw_fill(head,
                     (struct fz_rect){covered % COLUMNS * PITCH, covered / COLUMNS * PITCH, PITCH, PITCH},
                     (struct fz_color){1, 2, 3, 255});
        for (int i = 0; i < COUNT; i++) {
            int at = places[i];
            uint32_t seen = pixel(at % COLUMNS * PITCH + PITCH / 2, at / COLUMNS * PITCH + PITCH / 2);
            assert_int_equal(seen, at == covered ? 0x010203 : colors[i]);
        }
        fz_head_present(head);
    }
    for (int i = 0; i < COUNT; i++)
        fz_texture_free(head, all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_new_texture_leaves_the_others_as_they_are),
                                       cmocka_unit_test(what_has_left_the_view_makes_room),
                                       cmocka_unit_test(a_tile_alone_takes_little_memory),
                                       cmocka_unit_test(shapes_share_pages),
                                       cmocka_unit_test(what_is_spare_makes_room),
                                       cmocka_unit_test(an_upload_that_is_refused),
                                       cmocka_unit_test(room_for_a_shape_is_for_any),
                                       cmocka_unit_test(copies_have_their_share),
                                       cmocka_unit_test(a_shape_shows_nothing_of_the_one_before_it),
                                       cmocka_unit_test(shapes_come_and_go),
                                       cmocka_unit_test(a_batch_shows_all_in_their_places)};
    int failed = cmocka_run_group_tests(tests, open_head, close_head);
    return failed + cmocka_run_group_tests(tests, open_gl_head, close_head);
}
