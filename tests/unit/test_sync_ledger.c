/* The ledger of working memory. Nothing here is the render thread, so that reservations may wait. */
#include "fixture.h"

#include "sync/heap.h"
#include "sync/ledger.h"
#include "sync/thread.h"

enum { CAPACITY = 100 };
enum { WAITS_MS = 80 }; /* who has not got it by then is waiting */

/* A thread that reserves once. */
struct asker {
    struct fz_ledger *ledger;
    uint64_t bytes;
    struct fz_cancel cancel;
    _Atomic uint64_t priority;
    SDL_Thread *thread;
    atomic_bool done;
    bool got, claims;
};

static int ask(void *ctx)
{
    struct asker *asker = ctx;
    asker->got = (asker->claims ? fz_ledger_claim : fz_ledger_reserve)(asker->ledger, asker->bytes,
                                                                       &asker->cancel, &asker->priority);
    atomic_store(&asker->done, true);
    return 0;
}

static void start(struct asker *asker, const struct fz_cancel *parent)
{
    fz_cancel_init(&asker->cancel, parent);
    assert_int_equal(fz_thread_start(&asker->thread, "asker", ask, asker, NULL), FZ_OK);
}

static void start_asking(struct asker *asker, struct fz_ledger *ledger, uint64_t bytes,
                         const struct fz_cancel *parent)
{
    *asker = (struct asker){.ledger = ledger, .bytes = bytes};
    start(asker, parent);
}

static void start_claiming(struct asker *asker, struct fz_ledger *ledger, uint64_t bytes)
{
    *asker = (struct asker){.ledger = ledger, .bytes = bytes, .claims = true};
    start(asker, NULL);
}

static void assert_waits(struct asker *asker)
{
    sleep_ms(WAITS_MS);
    assert_false(atomic_load(&asker->done));
}

/* What the reservation came to, which must be decided soon. */
static bool answer(struct asker *asker)
{
    double start = now_s();
    SDL_WaitThread(asker->thread, NULL);
    assert_true(now_s() - start < SOON_S);
    return asker->got;
}

static void what_fits_is_given_at_once(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_cancel token;
    fz_cancel_init(&token, NULL);
    fz_ledger_init(&ledger, CAPACITY);
    assert_true(fz_ledger_reserve(&ledger, 25, &token, NULL));
    assert_true(fz_ledger_reserve(&ledger, 25, &token, NULL));
    assert_true(fz_ledger_reserve(&ledger, 50, &token, NULL));
    assert_true(fz_ledger_reserve(&ledger, 0, &token, NULL));
    assert_int_equal(ledger.reserved, CAPACITY);
    fz_ledger_release(&ledger, 0);
    fz_ledger_release(&ledger, 50);
    fz_ledger_release(&ledger, 25);
    fz_ledger_release(&ledger, 25);
    assert_int_equal(ledger.reserved, 0);
    assert_true(fz_ledger_reserve(&ledger, CAPACITY, &token, NULL));
    fz_ledger_release(&ledger, CAPACITY);
    fz_ledger_fini(&ledger);
}

static void what_never_fits_is_refused_at_once(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_cancel token;
    fz_cancel_init(&token, NULL);
    fz_ledger_init(&ledger, CAPACITY);
    assert_false(fz_ledger_reserve(&ledger, CAPACITY + 1, &token, NULL));
    assert_false(fz_ledger_reserve(&ledger, UINT64_MAX, &token, NULL));
    assert_int_equal(ledger.reserved, 0);
    fz_ledger_fini(&ledger);
}

static void the_rest_waits_for_a_release(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct asker first, second;
    fz_ledger_init(&ledger, CAPACITY);
    start_asking(&first, &ledger, 90, NULL);
    assert_true(answer(&first));
    start_asking(&second, &ledger, 11, NULL);
    assert_waits(&second);
    fz_ledger_release(&ledger, 90);
    assert_true(answer(&second));
    assert_int_equal(ledger.reserved, 11);
    fz_ledger_release(&ledger, 11);
    fz_ledger_fini(&ledger);
}

/* Above a quarter: one at a time, although both would fit; small ones pass by. */
static void large_ones_go_alone(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct asker large, second, small;
    fz_ledger_init(&ledger, CAPACITY);
    start_asking(&large, &ledger, 26, NULL);
    assert_true(answer(&large));
    start_asking(&second, &ledger, 26, NULL);
    assert_waits(&second);
    start_asking(&small, &ledger, 25, NULL);
    assert_true(answer(&small));
    fz_ledger_release(&ledger, 25);
    assert_waits(&second);
    fz_ledger_release(&ledger, 26);
    assert_true(answer(&second));
    assert_int_equal(ledger.reserved, 26);
    fz_ledger_release(&ledger, 26);
    assert_int_equal(ledger.reserved, 0);
    fz_ledger_fini(&ledger);
}

static void start_ranked(struct asker *asker, struct fz_ledger *ledger, uint64_t bytes, uint32_t class)
{
    *asker = (struct asker){.ledger = ledger, .bytes = bytes, .priority = fz_heap_priority(class, 0)};
    start(asker, NULL);
}

static void until_somebody_waits(struct fz_ledger *ledger)
{
    while (!fz_ledger_is_short(ledger))
        sleep_ms(1);
}

/* Of what is there nothing goes to who comes later and is less urgent, though it would fit; all else passes by. */
static void the_more_urgent_waits_for_no_newcomer(void **state)
{
    (void)state;
    enum { URGENT = 2, LESS = 5 };
    struct fz_ledger ledger;
    struct asker holder, urgent, less, like, small;
    fz_ledger_init(&ledger, CAPACITY);
    start_ranked(&holder, &ledger, 80, LESS);
    assert_true(answer(&holder));
    start_ranked(&urgent, &ledger, 25, URGENT);
    until_somebody_waits(&ledger);
    start_ranked(&less, &ledger, 10, LESS);
    assert_waits(&less);
    start_ranked(&like, &ledger, 10, URGENT);
    assert_true(answer(&like));
    fz_ledger_release(&ledger, 80);
    assert_true(answer(&urgent));
    assert_true(answer(&less));
    assert_int_equal(ledger.reserved, 45);

    start_ranked(&holder, &ledger, 40, LESS);
    assert_true(answer(&holder));
    start_ranked(&urgent, &ledger, 20, URGENT);
    until_somebody_waits(&ledger);
    start_ranked(&small, &ledger, 1, LESS);
    assert_waits(&small);
    atomic_store(&urgent.priority, fz_heap_priority(LESS, 0)); /* the view moved */
    assert_true(answer(&small));
    fz_cancel_set(&urgent.cancel);
    assert_false(answer(&urgent));
    fz_ledger_fini(&ledger);
}

static void a_quarter_is_lent_at_most(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_cancel token;
    fz_cancel_init(&token, NULL);
    fz_ledger_init(&ledger, CAPACITY);
    assert_false(fz_ledger_lend(&ledger, 26));
    assert_true(fz_ledger_lend(&ledger, 20));
    assert_false(fz_ledger_lend(&ledger, 6));
    assert_true(fz_ledger_lend(&ledger, 5));
    assert_int_equal(ledger.reserved, 25);
    assert_true(fz_ledger_reserve(&ledger, 75, &token, NULL));
    assert_false(fz_ledger_try(&ledger, 1, NULL));
    assert_true(fz_ledger_try(&ledger, 0, NULL));
    fz_ledger_return(&ledger, 25);
    assert_true(fz_ledger_try(&ledger, 25, NULL));
    assert_false(fz_ledger_try(&ledger, CAPACITY + 1, NULL));
    assert_false(fz_ledger_is_short(&ledger));
    fz_ledger_release(&ledger, 25);
    fz_ledger_release(&ledger, 75);
    assert_int_equal(ledger.reserved, 0);
    assert_true(fz_ledger_reserve(&ledger, 90, &token, NULL));
    assert_false(fz_ledger_lend(&ledger, 11)); /* what is reserved comes first */
    fz_ledger_release(&ledger, 90);
    fz_ledger_fini(&ledger);
}

static void who_waits_gets_what_was_lent(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct asker all;
    fz_ledger_init(&ledger, CAPACITY);
    assert_true(fz_ledger_lend(&ledger, 10));
    assert_false(fz_ledger_is_short(&ledger));
    start_asking(&all, &ledger, CAPACITY, NULL);
    assert_waits(&all);
    assert_true(fz_ledger_is_short(&ledger));
    assert_false(fz_ledger_lend(&ledger, 0));
    fz_ledger_return(&ledger, 10);
    assert_true(answer(&all));
    fz_ledger_release(&ledger, CAPACITY);
    assert_int_equal(ledger.reserved, 0);
    fz_ledger_fini(&ledger);
}

static void cancelled_while_waiting(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_cancel quit;
    struct asker holder, waiting, job_of_quit;
    fz_cancel_init(&quit, NULL);
    fz_ledger_init(&ledger, CAPACITY);
    start_asking(&holder, &ledger, CAPACITY, NULL);
    assert_true(answer(&holder));
    start_asking(&waiting, &ledger, 10, NULL);
    start_asking(&job_of_quit, &ledger, 10, &quit);
    assert_waits(&waiting);
    assert_waits(&job_of_quit);
    fz_cancel_set(&waiting.cancel);
    assert_false(answer(&waiting));
    assert_false(atomic_load(&job_of_quit.done));
    fz_cancel_set(&quit);
    assert_false(answer(&job_of_quit));
    assert_int_equal(ledger.reserved, CAPACITY);
    fz_ledger_release(&ledger, CAPACITY);
    assert_int_equal(ledger.reserved, 0);
    fz_ledger_fini(&ledger);
}

static void cancelled_before_takes_nothing(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_cancel token;
    fz_cancel_init(&token, NULL);
    fz_cancel_set(&token);
    fz_ledger_init(&ledger, CAPACITY);
    assert_false(fz_ledger_reserve(&ledger, 1, &token, NULL));
    assert_false(fz_ledger_reserve(&ledger, 60, &token, NULL));
    assert_int_equal(ledger.reserved, 0);
    assert_false(ledger.large_taken);
    fz_ledger_fini(&ledger);
}

/* ---- More than there is ------------------------------------------------------------------------------ */

enum { CLAIMABLE = 300 };

/* Nobody sleeps who would have to be woken. */
static void init_with_giver(struct fz_ledger *ledger, struct fz_doorbell *bell)
{
    *bell = (struct fz_doorbell){0};
    fz_ledger_init(ledger, CAPACITY);
    fz_ledger_set_giver(ledger, CLAIMABLE, bell);
}

static void what_is_given_serves_the_next_as_well(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_doorbell bell;
    struct asker first, second, small;
    struct fz_cancel token;
    fz_cancel_init(&token, NULL);
    init_with_giver(&ledger, &bell);
    start_claiming(&first, &ledger, 150);
    assert_waits(&first);
    assert_int_equal(fz_ledger_wanted(&ledger), 150 + CAPACITY / 4 - CAPACITY);
    start_asking(&small, &ledger, 20, NULL); /* goes on meanwhile */
    assert_true(answer(&small));
    fz_ledger_give(&ledger, fz_ledger_wanted(&ledger));
    assert_true(answer(&first));
    assert_int_equal(fz_ledger_wanted(&ledger), 0);
    assert_int_equal(fz_ledger_capacity(&ledger), 175);
    assert_int_equal(fz_ledger_reserved(&ledger), 170);
    start_claiming(&second, &ledger, 140); /* of large ones one at a time, still */
    assert_waits(&second);
    assert_int_equal(fz_ledger_wanted(&ledger), 0);
    fz_ledger_release(&ledger, 20);
    fz_ledger_release(&ledger, 150);
    assert_true(answer(&second));
    fz_ledger_release(&ledger, 140);
    assert_true(fz_ledger_reserve(&ledger, 175, &token, NULL));
    fz_ledger_release(&ledger, 175);
    assert_int_equal(fz_ledger_reserved(&ledger), 0);
    fz_ledger_fini(&ledger);
}

static void two_claims_want_what_the_larger_one_does(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_doorbell bell;
    struct asker less, more;
    init_with_giver(&ledger, &bell);
    start_claiming(&less, &ledger, 120);
    assert_waits(&less);
    start_claiming(&more, &ledger, 300);
    assert_waits(&more);
    assert_int_equal(fz_ledger_wanted(&ledger), 225);
    fz_ledger_give(&ledger, 45); /* what was wanted when the giver looked */
    assert_int_equal(fz_ledger_wanted(&ledger), 180);
    assert_true(answer(&less));
    fz_ledger_release(&ledger, 120);
    fz_ledger_give(&ledger, 180);
    assert_true(answer(&more));
    fz_ledger_release(&ledger, 300);
    fz_ledger_fini(&ledger);
}

static void claims_have_their_bound_and_can_be_cancelled(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_doorbell bell;
    struct asker waiting;
    struct fz_cancel token;
    fz_cancel_init(&token, NULL);
    init_with_giver(&ledger, &bell);
    assert_false(fz_ledger_claim(&ledger, CAPACITY + CLAIMABLE - CAPACITY / 4 + 1, &token, NULL));
    assert_false(fz_ledger_claim(&ledger, UINT64_MAX, &token, NULL));
    assert_int_equal(fz_ledger_wanted(&ledger), 0);
    start_claiming(&waiting, &ledger, CAPACITY + CLAIMABLE - CAPACITY / 4);
    assert_waits(&waiting);
    assert_int_equal(fz_ledger_wanted(&ledger), CLAIMABLE);
    fz_cancel_set(&waiting.cancel);
    assert_false(answer(&waiting));
    assert_int_equal(fz_ledger_reserved(&ledger), 0);
    fz_cancel_set(&token);
    fz_ledger_give(&ledger, CLAIMABLE);
    assert_false(fz_ledger_claim(&ledger, 1, &token, NULL));
    fz_ledger_fini(&ledger);

    struct fz_cancel other;
    fz_cancel_init(&other, NULL);
    fz_ledger_init(&ledger, CAPACITY);
    assert_false(fz_ledger_claim(&ledger, CAPACITY + 1, &other, NULL)); /* nobody gives */
    fz_ledger_fini(&ledger);
}

static void the_bound_of_claims_can_change(void **state)
{
    (void)state;
    struct fz_ledger ledger;
    struct fz_doorbell bell;
    struct asker waiting;
    struct fz_cancel token;
    fz_cancel_init(&token, NULL);
    init_with_giver(&ledger, &bell);
    fz_ledger_set_claimable(&ledger, 50);
    assert_false(fz_ledger_claim(&ledger, CAPACITY + 50 - CAPACITY / 4 + 1, &token, NULL));
    start_claiming(&waiting, &ledger, CAPACITY + 50 - CAPACITY / 4);
    assert_waits(&waiting);
    assert_int_equal(fz_ledger_wanted(&ledger), 50);
    fz_ledger_set_claimable(&ledger, 0); /* not of what was granted */
    fz_ledger_give(&ledger, 50);
    assert_true(answer(&waiting));
    fz_ledger_release(&ledger, CAPACITY + 50 - CAPACITY / 4);
    assert_false(fz_ledger_claim(&ledger, CAPACITY + 51, &token, NULL));
    assert_int_equal(fz_ledger_wanted(&ledger), 0);
    assert_int_equal(fz_ledger_capacity(&ledger), CAPACITY + 50);
    fz_ledger_fini(&ledger);
}

/* ---- Many at once -------------------------------------------------------------------------------------- */

struct crowd {
    struct fz_ledger ledger;
    struct fz_cancel token;
    atomic_int held, large; /* counted by the holders themselves */
    atomic_bool broken;
};

struct member {
    struct crowd *crowd;
    uint64_t seed;
    SDL_Thread *thread;
};

static int reserve_and_release(void *ctx)
{
    struct member *member = ctx;
    struct crowd *crowd = member->crowd;
    struct random random = {member->seed};
    for (int i = 0; i < 1500; i++) {
        int bytes = random_int(&random, 1, i % 10 ? CAPACITY / 3 : CAPACITY);
        bool large = bytes > CAPACITY / 4;
        _Atomic uint64_t priority = fz_heap_priority((uint32_t)random_int(&random, 0, 3), 0);
        if (!fz_ledger_reserve(&crowd->ledger, (uint64_t)bytes, &crowd->token, &priority)) {
            atomic_store(&crowd->broken, true);
            return 1;
        }
        int held = atomic_fetch_add(&crowd->held, bytes) + bytes;
        if (held > CAPACITY || (large && atomic_fetch_add(&crowd->large, 1) != 0))
            atomic_store(&crowd->broken, true);
        if (i % 50 == 0)
            sleep_ms(1);
        if (large)
            atomic_fetch_sub(&crowd->large, 1);
        atomic_fetch_sub(&crowd->held, bytes);
        fz_ledger_release(&crowd->ledger, (uint64_t)bytes);
    }
    return 0;
}

static void a_crowd_never_exceeds_it(void **state)
{
    (void)state;
    struct random random = random_start();
    struct crowd crowd = {0};
    struct member members[6];
    fz_cancel_init(&crowd.token, NULL);
    fz_ledger_init(&crowd.ledger, CAPACITY);
    for (size_t i = 0; i < COUNT(members); i++) {
        members[i] = (struct member){.crowd = &crowd, .seed = random_next(&random)};
        assert_int_equal(fz_thread_start(&members[i].thread, "crowd", reserve_and_release, &members[i], NULL),
                         FZ_OK);
    }
    for (size_t i = 0; i < COUNT(members); i++)
        SDL_WaitThread(members[i].thread, NULL);
    assert_false(atomic_load(&crowd.broken));
    assert_int_equal(crowd.ledger.reserved, 0);
    assert_false(crowd.ledger.large_taken);
    fz_ledger_fini(&crowd.ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_given_at_once),
        cmocka_unit_test(what_never_fits_is_refused_at_once),
        cmocka_unit_test(the_rest_waits_for_a_release),
        cmocka_unit_test(large_ones_go_alone),
        cmocka_unit_test(the_more_urgent_waits_for_no_newcomer),
        cmocka_unit_test(a_quarter_is_lent_at_most),
        cmocka_unit_test(who_waits_gets_what_was_lent),
        cmocka_unit_test(cancelled_while_waiting),
        cmocka_unit_test(cancelled_before_takes_nothing),
        cmocka_unit_test(what_is_given_serves_the_next_as_well),
        cmocka_unit_test(two_claims_want_what_the_larger_one_does),
        cmocka_unit_test(claims_have_their_bound_and_can_be_cancelled),
        cmocka_unit_test(the_bound_of_claims_can_change),
        cmocka_unit_test(a_crowd_never_exceeds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
