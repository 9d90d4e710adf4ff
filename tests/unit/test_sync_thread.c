/* Threads have names and are joined; debug builds end a program that breaks Rule 0. */
#include "fixture.h"

#include "sync/doorbell.h"
#include "sync/ledger.h"
#include "sync/thread.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

struct look {
    char name[16];
    bool main;
};

static int look_around(void *ctx)
{
    struct look *look = ctx;
    pthread_getname_np(pthread_self(), look->name, sizeof look->name);
    look->main = fz_thread_is_main();
    return 7;
}

static void starts_with_its_name(void **state)
{
    (void)state;
    struct look look;
    struct fz_error err = {0};
    SDL_Thread *thread;
    int before = 0;
    for (int round = 0; round < 3; round++) {
        int result = 0;
        look = (struct look){.main = true};
        assert_int_equal(fz_thread_start(&thread, "frieze:test", look_around, &look, &err), FZ_OK);
        SDL_WaitThread(thread, &result);
        assert_int_equal(result, 7);
        assert_string_equal(look.name, "frieze:test");
        assert_false(look.main);
        if (round == 0) /* with the first one a sanitizer starts one of its own */
            before = settled_threads();
    }
    assert_threads(before);
}

#ifdef FZ_DEBUG
/* The signal that ends a process of its own which calls `act`; 0 where none does. */
static int signal_of(void (*act)(void))
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO);
        act();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void reserve(void)
{
    struct fz_ledger ledger;
    fz_ledger_init(&ledger, 100);
    fz_ledger_reserve(&ledger, 1, NULL, NULL);
}

static void arm(void)
{
    static struct fz_doorbell bell;
    fz_doorbell_arm(&bell);
}

static void claim_and_reserve(void)
{
    fz_thread_claim_main();
    reserve();
}

static void claim_and_arm(void)
{
    fz_thread_claim_main();
    arm();
}
#endif

static void the_render_thread_does_not_wait(void **state)
{
    (void)state;
#ifdef FZ_DEBUG
    assert_int_equal(signal_of(reserve), 0);
    assert_int_equal(signal_of(claim_and_reserve), SIGABRT);
#else
    skip();
#endif
}

static void what_is_its_own_is_touched_by_no_other(void **state)
{
    (void)state;
#ifdef FZ_DEBUG
    assert_int_equal(signal_of(claim_and_arm), 0);
    assert_int_equal(signal_of(arm), SIGABRT);
#else
    skip();
#endif
}

static void claimed_by_one(void **state)
{
    (void)state;
    assert_false(fz_thread_is_main());
    fz_thread_claim_main();
    assert_true(fz_thread_is_main());
    starts_with_its_name(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_its_name), cmocka_unit_test(the_render_thread_does_not_wait),
        cmocka_unit_test(what_is_its_own_is_touched_by_no_other),
        cmocka_unit_test(claimed_by_one), /* last: cannot be taken back */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
