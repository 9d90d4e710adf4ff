/* A zygote that was stopped: by somebody who means it, or for a moment. */
#include "fixture.h"
#include "zygote_fixture.h"

#include "sync/thread.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int wait_for_the_end(int socket, int number, struct fz_sandbox *sandbox)
{
    char byte;
    (void)number;
    (void)sandbox;
    while (read(socket, &byte, 1) > 0)
        ;
    return 0;
}

static const struct fz_role role = {.name = "child", .run = wait_for_the_end};
static struct fz_zygote *zygote;

/* One that waits before it is ready, until somebody lets it go on. */
static void wait_to_be_let_go(void)
{
    char byte;
    int fd = open(getenv("FZ_TEST_PIPE"), O_RDONLY);
    while (read(fd, &byte, 1) > 0)
        ;
}

static const struct fz_role slow_role = {
    .name = "slow child", .warm = wait_to_be_let_go, .warms = "a pipe", .run = wait_for_the_end};

static struct fz_child fork_one(void)
{
    struct fz_child child;
    struct fz_error err = {0};
    enum fz_err code = fz_zygote_front_fork(zygote, 1, &child, &err);
    if (code != FZ_OK)
        fail_msg("%s", err.msg);
    return child;
}

static pid_t parent_of(pid_t pid)
{
    char path[64];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d (%*[^)]) %*c %d", &parent), 1);
    fclose(file);
    return parent;
}

/* Gives the process that the child was forked from. */
static pid_t stop_zygote_of(const struct fz_child *child)
{
    pid_t pid = parent_of(child->pid);
    siginfo_t state;
    assert_int_equal(parent_of(pid), getpid());
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &state, WSTOPPED | WNOWAIT), 0);
    return pid;
}

/* It may take its time to end; whether its end is known is what counts. */
static bool ends(struct fz_child *child)
{
    struct pollfd ended = {.fd = child->pid_fd, .events = POLLIN};
    close(child->socket);
    child->socket = -1;
    assert_int_equal(poll(&ended, 1, 20000), 1);
    return fz_zygote_front_end(zygote, child, NULL);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    (void)number;
    signals++;
}

/* As where the number of one that has ended was given to another process: to this one. */
static void signal_reaches_no_other_process(void **state)
{
    struct fz_child child = fork_one();
    struct pollfd ended = {.fd = child.pid_fd, .events = POLLIN};
    (void)state;
    fz_zygote_front_signal(&child, SIGKILL);
    assert_int_equal(poll(&ended, 1, 20000), 1);
    struct fz_child renumbered = child;
    renumbered.pid = getpid();
    signals = 0;
    signal(SIGUSR1, count_signal);
    fz_zygote_front_signal(&renumbered, SIGUSR1);
    signal(SIGUSR1, SIG_DFL);
    assert_int_equal(signals, 0);
    assert_true(fz_zygote_front_end(zygote, &child, NULL));
}

/* Twice: the second is one that was begun by running the program again. */
static void stopped_one_is_replaced_within_a_second(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        int replaced = fz_zygote_front_replaced(zygote);
        struct fz_child first = fork_one();
        pid_t stopped = stop_zygote_of(&first);
        double began_s = now_s();
        struct fz_child second = fork_one();
        print_message("    after %.2f s\n", now_s() - began_s);
        assert_true(now_s() - began_s < SOON_S);
        assert_int_equal(fz_zygote_front_replaced(zygote), replaced + 1);
        assert_true(kill(stopped, 0) != 0);
        assert_false(fz_zygote_front_end(zygote, &first, NULL)); /* it was taken along */
        assert_true(ends(&second));
    }
}

/* Three of them end one after the other, in a part of the second that the whole end may take. */
static void stopped_one_does_not_hold_up_the_end(void **state)
{
    double least_s = 10;
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct fz_zygote *kept = zygote;
        struct fz_error err;
        assert_int_equal(fz_zygote_front_start(&zygote, &role, false, &err), FZ_OK);
        struct fz_child child = fork_one();
        pid_t stopped = stop_zygote_of(&child);
        double began_s = now_s();
        fz_zygote_front_stop(zygote);
        least_s = now_s() - began_s < least_s ? now_s() - began_s : least_s;
        assert_true(kill(stopped, 0) != 0);
        fz_zygote_front_drop(&child);
        zygote = kept;
    }
    print_message("    after %.3f s\n", least_s);
    assert_true(least_s < 0.1);
}

static int continue_soon(void *ctx)
{
    sleep_ms(100);
    return kill(*(pid_t *)ctx, SIGCONT);
}

static void one_that_goes_on_is_kept(void **state)
{
    SDL_Thread *thread;
    (void)state;
    int replaced = fz_zygote_front_replaced(zygote);
    struct fz_child first = fork_one();
    pid_t stopped = stop_zygote_of(&first);
    assert_int_equal(fz_thread_start(&thread, "continues", continue_soon, &stopped, NULL), FZ_OK);
    struct fz_child second = fork_one();
    SDL_WaitThread(thread, NULL);
    assert_int_equal(fz_zygote_front_replaced(zygote), replaced);
    assert_true(ends(&first));
    assert_true(ends(&second));
}

static int fork_by_thread(void *ctx)
{
    *(struct fz_child *)ctx = fork_one();
    return 0;
}

/* Whoever asked for the process in place of a lost one may end: it ends with the program only. */
static void one_outlives_the_thread_that_wanted_it(void **state)
{
    SDL_Thread *thread;
    struct fz_child child = fork_one(), next;
    (void)state;
    assert_int_equal(kill(parent_of(child.pid), SIGKILL), 0);
    assert_false(fz_zygote_front_end(zygote, &child, NULL));
    int replaced = fz_zygote_front_replaced(zygote);
    assert_int_equal(fz_thread_start(&thread, "wants", fork_by_thread, &child, NULL), FZ_OK);
    SDL_WaitThread(thread, NULL);
    assert_int_equal(fz_zygote_front_replaced(zygote), replaced + 1);
    sleep_ms(50);
    next = fork_one();
    assert_int_equal(fz_zygote_front_replaced(zygote), replaced + 1);
    assert_true(ends(&child));
    assert_true(ends(&next));
}

struct wanted {
    struct fz_zygote *zygote;
    int wait_ms;
    struct fz_child child;
    struct fz_error err;
    enum fz_err code;
    double took_s;
};

static int want(void *ctx)
{
    struct wanted *wanted = ctx;
    double began_s = now_s();
    wanted->code =
        fz_zygote_front_fork_within(wanted->zygote, 1, wanted->wait_ms, &wanted->child, &wanted->err);
    wanted->took_s = now_s() - began_s;
    return 0;
}

/* Nobody waits for longer than he wants to, though another one does, and the zygote is the same until it is ready. */
static void one_that_is_not_ready_is_waited_for(void **state)
{
    char folder[] = "/tmp/fz_zygote_XXXXXX", path[64];
    SDL_Thread *thread;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(setenv("FZ_TEST_PIPE", path, 1), 0);
    struct fz_zygote *slow = fz_zygote_front_later(&slow_role, false);
    struct wanted patient = {.zygote = slow, .wait_ms = 20000}, hurried = {.zygote = slow, .wait_ms = 50};
    assert_int_equal(fz_thread_start(&thread, "waits", want, &patient, NULL), FZ_OK);
    for (int i = 0; i < 5; i++) {
        want(&hurried);
        assert_int_equal(hurried.code, FZ_E_NOT_YET);
        assert_string_equal(hurried.err.msg, "the slow child still waits for a pipe");
        assert_true(hurried.took_s < SOON_S);
    }
    int pipe = open(path, O_WRONLY);
    close(pipe);
    SDL_WaitThread(thread, NULL);
    assert_int_equal(patient.code, FZ_OK);
    want(&hurried);
    assert_int_equal(hurried.code, FZ_OK);
    assert_int_equal(fz_zygote_front_replaced(slow), 0);
    fz_zygote_front_drop(&patient.child);
    fz_zygote_front_drop(&hurried.child);
    fz_zygote_front_stop(slow);
    slow = fz_zygote_front_later(&slow_role, false);
    hurried.zygote = slow;
    want(&hurried);
    assert_int_equal(hurried.code, FZ_E_NOT_YET);
    double began_s = now_s();
    fz_zygote_front_stop(slow);
    assert_true(now_s() - began_s < 0.1);
    unlink(path);
    rmdir(folder);
}

int main(int argc, char **argv)
{
    static const struct fz_role *const roles[] = {&role, &slow_role, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_goes_on_is_kept),
        cmocka_unit_test(signal_reaches_no_other_process),
        cmocka_unit_test(stopped_one_is_replaced_within_a_second),
        cmocka_unit_test(stopped_one_does_not_hold_up_the_end),
        cmocka_unit_test(one_outlives_the_thread_that_wanted_it),
        cmocka_unit_test(one_that_is_not_ready_is_waited_for),
    };
    become_zygote(argc, argv, roles);
    zygote = start_zygote(&role, false);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fz_zygote_front_stop(zygote);
    return failed;
}
