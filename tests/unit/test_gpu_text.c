/* Texts between the text thread and a head without a display: asked for once, there a little later, kept within bounds. */
#include "fixture.h"

#include "gpu/head.h"
#include "gpu/text.h"
#include "gpu/texture.h"
#include "sync/thread.h"

#include <SDL_timer.h>

static struct fz_doorbell bell;
static struct fz_text_service *service;
static struct fz_head *head;

static int start(void **state)
{
    (void)state;
    struct fz_error err = {0};
    bool headless = true;
    fz_thread_claim_main();
    fz_doorbell_init(&bell);
    struct fz_head_options options = {.w = 640,
                                      .h = 480,
                                      .headless = true,
                                      .title = "test",
                                      .texture_budget_bytes = 8 << 20,
                                      .text_scale = 2};
    if (fz_text_service_start(&service, &bell, &err) != FZ_OK ||
        fz_video_start(&headless, true, &err) != FZ_OK)
        return -1;
    options.texts = service;
    return fz_head_open(&head, &options, &err) == FZ_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    fz_head_close(head);
    bool stopped = fz_text_service_stop(service, SOON_S * 1000);
    fz_video_stop();
    fz_doorbell_fini(&bell);
    return stopped ? 0 : -1;
}

static void wait_until_arrived(void)
{
    for (double end = now_s() + 10 * SOON_S; !fz_text_has_arrived(head);) {
        assert_true(now_s() < end);
        SDL_Delay(1);
    }
}

static bool has_size(const char *text, int *w, int *h)
{
    return fz_text_size(head, text, &(struct fz_text_style){.px = 13}, w, h);
}

static void a_text_comes_once_it_is_made(void **state)
{
    (void)state;
    int w = 0, h = 0;
    assert_false(fz_text_has_arrived(head));
    assert_false(fz_text_is_pending(head));
    assert_false(has_size("first", &w, &h));
    assert_true(fz_text_is_pending(head));
    wait_until_arrived();
    assert_false(has_size("first", &w, &h)); /* not before it is taken in */
    assert_true(fz_text_collect(head));
    assert_false(fz_text_has_arrived(head));
    assert_false(fz_text_is_pending(head));
    assert_false(fz_text_collect(head));
    assert_true(has_size("first", &w, &h));
    assert_true(w > 20 && h >= 26 && h < 52); /* 13 at a scale of 2 */
    assert_false(fz_text_is_pending(head));
}

/* What is counted is pictures: a text that comes up while they load is none more of them. */
static void a_text_is_no_upload(void **state)
{
    (void)state;
    int w, h;
    struct fz_texture_counts before = *fz_texture_get_counts(head), after;
    has_size("not counted", &w, &h);
    wait_until_arrived();
    assert_true(fz_text_collect(head));
    assert_true(has_size("not counted", &w, &h));
    after = *fz_texture_get_counts(head);
    assert_int_equal(after.uploads, before.uploads);
    assert_int_equal(after.upload_bytes, before.upload_bytes);
    assert_int_equal(after.upload_us, before.upload_us);
}

/* More than are made at a time, and more than are taken in at a time: all of them come, and none is lost. */
static void many_texts_come_in_turns(void **state)
{
    (void)state;
    enum { TEXTS = 700 };
    static const struct fz_color black = {0, 0, 0, 255};
    int there = 0, turns = 0;
    for (double end = now_s() + 10 * SOON_S; there < TEXTS && now_s() < end; turns++) {
        there = 0;
        fz_head_begin(head, black);
        for (int i = 0; i < TEXTS; i++) {
            char text[32];
            snprintf(text, sizeof text, "%d", i);
            there += fz_text_draw(head, text, &(struct fz_text_style){.px = 13}, 0, 0, black);
        }
        fz_head_present(head);
        SDL_Delay(1);
        bool any = fz_text_has_arrived(head);
        assert_true(fz_text_collect(head) || !any);
    }
    assert_int_equal(there, TEXTS);
    assert_true(turns > 2);
}

static void what_is_read_from_right_to_left_is_found(void **state)
{
    (void)state;
    assert_false(fz_text_has_right_to_left(""));
    assert_false(fz_text_has_right_to_left("IMG 2.jpg, \xc3\xa9t\xc3\xa9 \xe5\xb1\xb1"));
    assert_true(fz_text_has_right_to_left("a \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"));   /* Hebrew */
    assert_true(fz_text_has_right_to_left("\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85.jpg")); /* Arabic */
    assert_false(fz_text_has_right_to_left("\xff\xd7"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_comes_once_it_is_made),
        cmocka_unit_test(a_text_is_no_upload),
        cmocka_unit_test(what_is_read_from_right_to_left_is_found),
        cmocka_unit_test(many_texts_come_in_turns),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
