/* The doorbell: one event for each sleep, however often it is rung; none for who is awake. */
#include "fixture.h"

#include "sync/doorbell.h"
#include "sync/thread.h"

#include <SDL.h>
#include <sched.h>

static struct fz_doorbell bell;

static int start_sdl(void **state)
{
    (void)state;
    fz_thread_claim_main();
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return -1;
    fz_doorbell_init(&bell);
    return 0;
}

static int stop_sdl(void **state)
{
    (void)state;
    fz_doorbell_fini(&bell);
    fz_doorbell_fini(&bell); /* NULL-safe */
    SDL_Quit();
    return 0;
}

/* Events of the bell that wait; every other event is thrown away. */
static int rung(void)
{
    int count = 0;
    for (SDL_Event event; SDL_PollEvent(&event);)
        count += event.type == bell.event_type;
    return count;
}

static int quiet(void **state)
{
    (void)state;
    fz_doorbell_disarm(&bell);
    rung();
    return 0;
}

static void has_an_event_type_of_its_own(void **state)
{
    (void)state;
    assert_true(bell.event_type >= SDL_USEREVENT && bell.event_type < SDL_LASTEVENT);
    struct fz_doorbell second;
    fz_doorbell_init(&second);
    assert_int_not_equal(second.event_type, bell.event_type);
    fz_doorbell_fini(&second);
}

static void unarmed_makes_no_sound(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        fz_doorbell_ring(&bell);
    assert_int_equal(rung(), 0);
}

static void armed_rings_once(void **state)
{
    (void)state;
    for (int sleep = 0; sleep < 3; sleep++) {
        fz_doorbell_arm(&bell);
        for (int i = 0; i < 5; i++)
            fz_doorbell_ring(&bell);
        assert_int_equal(rung(), 1);
        fz_doorbell_disarm(&bell);
        fz_doorbell_ring(&bell);
        assert_int_equal(rung(), 0);
    }
}

static void disarmed_is_silent_again(void **state)
{
    (void)state;
    fz_doorbell_arm(&bell);
    fz_doorbell_disarm(&bell);
    fz_doorbell_ring(&bell);
    assert_int_equal(rung(), 0);
}

static atomic_bool tired;

static int keep_ringing(void *ctx)
{
    (void)ctx;
    for (int i = 0; !atomic_load(&tired); i++) {
        fz_doorbell_ring(&bell);
        if (i % 256 == 0)
            sched_yield();
    }
    return 0;
}

/* Hands that never rest meet in every sleep: still each has one event, no more and no less. */
static void many_hands_ring_it_once(void **state)
{
    (void)state;
    enum { HANDS = 2, SLEEPS = 20000 };
    SDL_Thread *threads[HANDS];
    int events = 0;
    atomic_store(&tired, false);
    for (int i = 0; i < HANDS; i++)
        assert_int_equal(fz_thread_start(&threads[i], "hand", keep_ringing, NULL, NULL), FZ_OK);
    for (int i = 0; i < SLEEPS; i++) {
        fz_doorbell_arm(&bell);
        while (atomic_load(&bell.armed))
            sched_yield();
        events += rung();
        fz_doorbell_disarm(&bell);
    }
    atomic_store(&tired, true);
    for (int i = 0; i < HANDS; i++)
        SDL_WaitThread(threads[i], NULL);
    for (int i = 0; i < HANDS; i++)
        fz_doorbell_disarm(&bell); /* rings that came after the last disarm */
    assert_int_equal(events + rung(), SLEEPS);
}

static int ring_later(void *ctx)
{
    (void)ctx;
    SDL_Delay(60);
    fz_doorbell_ring(&bell);
    return 0;
}

static void wakes_a_sleeper(void **state)
{
    (void)state;
    SDL_Thread *thread;
    SDL_Event event = {0};
    fz_doorbell_arm(&bell);
    double start = now_s();
    assert_int_equal(fz_thread_start(&thread, "hand", ring_later, NULL, NULL), FZ_OK);
    do
        assert_int_equal(SDL_WaitEventTimeout(&event, 5000), 1);
    while (event.type != bell.event_type);
    double took = now_s() - start;
    SDL_WaitThread(thread, NULL);
    assert_true(took > 0.05 && took < SOON_S);
}

static void wakes_who_waits_for_it_alone(void **state)
{
    (void)state;
    SDL_Thread *thread;
    fz_doorbell_arm(&bell);
    double start = now_s();
    assert_int_equal(fz_thread_start(&thread, "hand", ring_later, NULL, NULL), FZ_OK);
    fz_doorbell_wait(&bell, 5000);
    double took = now_s() - start;
    SDL_WaitThread(thread, NULL);
    assert_true(took > 0.05 && took < SOON_S);
}

static void a_wait_without_a_ring_ends(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        fz_doorbell_arm(&bell);
        double start = now_s();
        fz_doorbell_wait(&bell, 60);
        double took = now_s() - start;
        fz_doorbell_disarm(&bell);
        assert_true(took > 0.055 && took < SOON_S);
    }
}

/* A ring that came before the wait, or that no wait took, wakes once at most. */
static void a_ring_is_used_up_by_its_sleep(void **state)
{
    (void)state;
    fz_doorbell_arm(&bell);
    fz_doorbell_ring(&bell);
    double start = now_s();
    fz_doorbell_wait(&bell, 5000);
    assert_true(now_s() - start < SOON_S);
    fz_doorbell_disarm(&bell);
    for (int i = 0; i < 5; i++) {
        fz_doorbell_arm(&bell);
        fz_doorbell_ring(&bell);
        fz_doorbell_disarm(&bell);
    }
    a_wait_without_a_ring_ends(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(has_an_event_type_of_its_own, quiet),
        cmocka_unit_test_setup(unarmed_makes_no_sound, quiet),
        cmocka_unit_test_setup(armed_rings_once, quiet),
        cmocka_unit_test_setup(disarmed_is_silent_again, quiet),
        cmocka_unit_test_setup(many_hands_ring_it_once, quiet),
        cmocka_unit_test_setup(wakes_a_sleeper, quiet),
        cmocka_unit_test_setup(wakes_who_waits_for_it_alone, quiet),
        cmocka_unit_test_setup(a_wait_without_a_ring_ends, quiet),
        cmocka_unit_test_setup(a_ring_is_used_up_by_its_sleep, quiet),
    };
    return cmocka_run_group_tests(tests, start_sdl, stop_sdl);
}
