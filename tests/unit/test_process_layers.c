/* What holds of a decoder, seen from outside and from inside: the evidence of the kernel, its limits, how it ends, and
 * what is said of layers that are missing. */
#include "base/sanitized.h"
#include "test_process_sandbox.h"

#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static const struct fz_sandbox_limits limits = {
    .address_bytes = UINT64_C(1) << 30, .file_bytes = 1 << 20, .cpu_s = 1, .descriptors = 8, .tasks = 4096};

/* What was not left out, and is not there: not proven here, which no test may pass for. */
static int missing;

static void note_missing(const struct trial *trial, uint32_t layer, const char *what)
{
    if (!(trial->without & layer)) {
        print_message("    not given here: %s\n", what);
        missing++;
    }
}

static void skip_if_missing(void)
{
    int count = missing;
    missing = 0;
    if (count > 0)
        skip();
}

static struct trial *begin(attempt *does, uint32_t without)
{
    struct trial *trial = trial_new();
    trial->attempt = does;
    trial->without = without;
    trial->limits = limits;
    trial->outside.kept = STDERR_FILENO;
    return trial;
}

/* Runs it as root, if we are, and as a user. */
static void run_both(attempt *does, uint32_t without, void (*judge)(const struct trial *trial))
{
    for (int as_user = !is_root(); as_user < 2; as_user++) {
        struct trial *trial = begin(does, without);
        trial->as_user = as_user;
        trial_run(trial);
        judge(trial);
        trial_free(trial);
    }
}

/* --- what the kernel says ----------------------------------------------------------------------------- */

static int does_nothing(const struct outside *outside)
{
    (void)outside;
    return 0;
}

static void assert_line(const struct trial *trial, uint32_t layer, const char *line)
{
    if (trial->held & layer) {
        if (!strstr(trial->proc_status, line))
            fail_msg("\"%s\" is missing in:\n%s", line, trial->proc_status);
    } else {
        note_missing(trial, layer, line + 1);
    }
}

static void judge_evidence(const struct trial *trial)
{
    static const uint32_t layers[] = {FZ_SANDBOX_NETNS, FZ_SANDBOX_IPCNS, FZ_SANDBOX_UTSNS,
                                      FZ_SANDBOX_MOUNTNS};
    char text[FZ_SANDBOX_TEXT];
    fz_sandbox_format(trial->held, text);
    print_message("    %s\n", text);
    for (enum fz_sandbox_layer i = 0; i < FZ_SANDBOX_LAYERS; i++) {
        bool holds = trial->held & 1u << i;
        assert_int_equal(trial->reasons[i][0] == '\0', holds);
        if (!holds)
            note_missing(trial, 1u << i, fz_sandbox_layer_name(i));
    }
    assert_line(trial, FZ_SANDBOX_NO_NEW_PRIVS, "\nNoNewPrivs:\t1\n");
    assert_line(trial, FZ_SANDBOX_SECCOMP, "\nSeccomp:\t2\n");
    assert_line(trial, FZ_SANDBOX_NO_CAPS, "\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n");
    if (is_root()) /* as the test sees it: nobody in both cases */
        assert_line(trial, FZ_SANDBOX_NO_CAPS, "\nUid:\t65534\t65534\t65534\t65534\n");
    /* Root of a container may lack what lets root look into another user's process. */
    if (!trial->as_user && prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE, 0, 0, 0) != 1) {
        note_missing(trial, 0, "what only CAP_SYS_PTRACE shows: namespaces and memory");
        return;
    }
    for (size_t i = 0; i < COUNT(layers); i++)
        assert_int_equal(trial->other_namespace[i], (trial->held & layers[i]) != 0);
    assert_true(trial->pss_readable); /* statistics count all processes */
}

static void the_kernel_says_the_same(void **state)
{
    (void)state;
    run_both(does_nothing, 0, judge_evidence);
    const uint32_t namespaces = FZ_SANDBOX_NETNS | FZ_SANDBOX_IPCNS | FZ_SANDBOX_UTSNS | FZ_SANDBOX_MOUNTNS;
    run_both(does_nothing, namespaces, judge_evidence);
    skip_if_missing();
}

static int looks_around(const struct outside *outside)
{
    (void)outside;
    int seen = entries_of("/") - 2; /* "." and ".." */
    for (char **variable = environ; *variable; variable++)
        seen += strncmp(*variable, "LANG", 4) != 0 && strncmp(*variable, "LC_", 3) != 0 &&
                strncmp(*variable, "TZ=", 3) != 0;
    return seen;
}

static void judge_nothing_seen(const struct trial *trial)
{
    if (trial->held & FZ_SANDBOX_MOUNTNS)
        assert_int_equal(trial->result, 0);
    else
        note_missing(trial, FZ_SANDBOX_MOUNTNS, "an empty root");
}

static void there_is_nothing_to_see(void **state)
{
    (void)state;
    assert_int_equal(setenv("FRIEZE_TEST_SECRET", "secret", 1), 0);
    run_both(looks_around, FZ_SANDBOX_SECCOMP | FZ_SANDBOX_LANDLOCK, judge_nothing_seen);
    skip_if_missing();
}

/* --- limits --------------------------------------------------------------------------------------------- */

static int takes_memory(const struct outside *outside)
{
    (void)outside;
    void *memory = mmap(NULL, (size_t)2 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? errno : 0;
}

static int takes_descriptors(const struct outside *outside)
{
    (void)outside;
    for (int i = 0; i < 100; i++)
        if (memfd_create("x", MFD_CLOEXEC) < 0)
            return errno;
    return 0;
}

static int makes_a_large_file(const struct outside *outside)
{
    (void)outside;
    int fd = memfd_create("x", MFD_CLOEXEC);
    if (ftruncate(fd, 1 << 20) != 0)
        return errno;
    return ftruncate(fd, (1 << 20) + 1) == 0 ? 0 : errno;
}

static int never_ends(const struct outside *outside)
{
    (void)outside;
    for (volatile unsigned i = 0;; i++)
        ;
    return 0;
}

static void judge_no_memory(const struct trial *trial)
{
    assert_int_equal(trial->result, FZ_SANITIZED ? 0 : ENOMEM);
}

static void judge_no_descriptors(const struct trial *trial)
{
    assert_int_equal(trial->result, EMFILE);
}

static void assert_killed(const struct trial *trial, int number)
{
    assert_true(WIFSIGNALED(trial->status));
    assert_int_equal(WTERMSIG(trial->status), number);
    assert_false(WCOREDUMP(trial->status));
}

static void judge_too_large(const struct trial *trial)
{
    assert_killed(trial, SIGXFSZ);
}

static void judge_too_long(const struct trial *trial)
{
    assert_killed(trial, SIGXCPU);
}

static void limits_hold(void **state)
{
    (void)state;
    run_both(takes_memory, 0, judge_no_memory);
    run_both(takes_descriptors, FZ_SANDBOX_SECCOMP, judge_no_descriptors);
    run_both(makes_a_large_file, FZ_SANDBOX_SECCOMP, judge_too_large);
    run_both(never_ends, 0, judge_too_long);
}

/* --- what it may do, and how it ends -------------------------------------------------------------------- */

static void *one(void *result)
{
    *(int *)result = 0;
    return NULL;
}

static int starts_a_thread(const struct outside *outside)
{
    (void)outside;
    pthread_t thread;
    int result = 1, status = pthread_create(&thread, NULL, one, &result);
    return status ? status : pthread_join(thread, NULL) ? 1 : result;
}

static int asks_for_what_is_new(const struct outside *outside)
{
    (void)outside;
    return syscall(SYS_inotify_init1, 0) < 0 && syscall(100000) < 0 && syscall(SYS_clone3, NULL, 0) < 0
               ? errno
               : 0;
}

static int aborts(const struct outside *outside)
{
    (void)outside;
    signal(SIGABRT, SIG_DFL);
    abort();
}

static int blocks_the_signal(const struct outside *outside)
{
    (void)outside;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    return (int)syscall(SYS_socket, 1, 1, 0);
}

static void judge_success(const struct trial *trial)
{
    assert_int_equal(trial->result, 0);
    assert_int_equal(trial->status, 0);
}

static void judge_unknown(const struct trial *trial)
{
    assert_int_equal(trial->result, ENOSYS);
}

static void judge_abort(const struct trial *trial)
{
    assert_killed(trial, SIGABRT);
    assert_int_equal(trial->told.refused, 0);
}

static void judge_sigsys(const struct trial *trial)
{
    assert_killed(trial, SIGSYS);
}

static void it_may_do_what_decoding_needs(void **state)
{
    (void)state;
    run_both(starts_a_thread, 0, judge_success);
    run_both(asks_for_what_is_new, 0, judge_unknown);
}

static void it_ends_in_ways_that_can_be_told(void **state)
{
    (void)state;
    run_both(aborts, 0, judge_abort);
    run_both(blocks_the_signal, 0, judge_sigsys);
}

/* The zygote is killed: nobody waits for its decoder. */
static void it_dies_with_its_zygote(void **state)
{
    (void)state;
    for (int as_user = !is_root(); as_user < 2; as_user++) {
        int ends[2];
        fflush(NULL);
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            if (as_user && is_root())
                become_nobody();
            struct fz_sandbox s;
            struct fz_sandbox_limits none = {0};
            fz_sandbox_enter_zygote(&s, &ends[1], 1, FZ_SANDBOX_SECCOMP); /* which would forbid to write */
            if (fork() == 0) {
                fz_sandbox_enter_decoder(&s, &none, NULL);
                if (write(ends[1], "x", 1) == 1)
                    pause();
                _exit(1);
            }
            close(ends[1]);
            pause();
            _exit(1);
        }
        close(ends[1]);
        char byte;
        assert_int_equal(read(ends[0], &byte, 1), 1);
        kill(pid, SIGKILL);
        struct pollfd waits = {.fd = ends[0], .events = POLLIN};
        assert_int_equal(poll(&waits, 1, SOON_S * 1000), 1);
        assert_int_equal(read(ends[0], &byte, 1), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        close(ends[0]);
    }
}

/* --- files on offer ------------------------------------------------------------------------------------- */

static const char *offered_path;

static int opens_what_is_offered(const struct outside *outside)
{
    (void)outside;
    char first = 0, again = 0;
    for (int i = 0; i < 2; i++) {
        int fd = open(offered_path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || read(fd, i ? &again : &first, 1) != 1 || close(fd) != 0)
            return 1;
    }
    if (!first || first != again || access(offered_path, R_OK) != 0)
        return 2;
    if (open(offered_path, O_RDWR) >= 0 || errno != EACCES || open("/etc/group", O_RDONLY) >= 0 ||
        errno != EACCES || access(offered_path, W_OK) == 0 || access("/etc/group", R_OK) == 0)
        return 3;
    return 0;
}

static void offered(const char *path)
{
    offered_path = path;
    struct trial *trial = begin(opens_what_is_offered, 0);
    fflush(NULL);
    pid_t pid = fork(); /* what is offered stays so to the end of a process */
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(offered_path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || !fz_sandbox_offer(offered_path, fd))
            _exit(1);
        trial_run(trial);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(trial->result, 0);
    assert_int_equal(trial->told.opens, 4);
    trial_free(trial);
}

static void what_is_offered_can_be_opened(void **state)
{
    (void)state;
    offered("/etc/passwd");
    offered("/proc/cpuinfo");
    offered("/proc/self/auxv");
}

/* --- layers that are missing (fault 36) ------------------------------------------------------------------- */

static enum fz_sandbox_state state_without(uint32_t without)
{
    struct trial *trial = begin(does_nothing, without);
    trial_run(trial);
    assert_int_equal(trial->held & without, 0);
    for (enum fz_sandbox_layer i = 0; i < FZ_SANDBOX_LAYERS; i++)
        if (without & 1u << i)
            assert_string_equal(trial->reasons[i], "left out");
    assert_string_equal(fz_sandbox_state_name(fz_sandbox_state_of(trial->held)),
                        fz_sandbox_state_name(fz_sandbox_state_of(trial->held & ~without)));
    enum fz_sandbox_state state = fz_sandbox_state_of(trial->held);
    trial_free(trial);
    return state;
}

static void each_layer_can_be_missing(void **state)
{
    (void)state;
    const enum fz_sandbox_state best = state_without(0);
    if (best < FZ_SANDBOX_STATE_FULL) {
        print_message("this machine gives no more than \"%s\"\n", fz_sandbox_state_name(best));
        skip();
    }
    for (enum fz_sandbox_layer i = 0; i < FZ_SANDBOX_LAYERS; i++) {
        enum fz_sandbox_state found = state_without(1u << i), rule = FZ_SANDBOX_STATE_STRONG;
        if (i == FZ_SANDBOX_LAYER_LANDLOCK)
            rule = FZ_SANDBOX_STATE_FULL;
        else if (i == FZ_SANDBOX_LAYER_SECCOMP || i == FZ_SANDBOX_LAYER_NO_NEW_PRIVS)
            rule = FZ_SANDBOX_STATE_PARTIAL;
        print_message("    without %-14s %s\n", fz_sandbox_layer_name(i), fz_sandbox_state_name(found));
        assert_int_equal(found, rule);
    }
    assert_int_equal(state_without(FZ_SANDBOX_LANDLOCK | FZ_SANDBOX_MOUNTNS), FZ_SANDBOX_STATE_PARTIAL);
    assert_int_equal(state_without(FZ_SANDBOX_ALL), FZ_SANDBOX_STATE_OFF);
}

static void each_that_is_missing_is_named(void **state)
{
    (void)state;
    struct fz_sandbox s = {.held = FZ_SANDBOX_ALL};
    char text[FZ_SANDBOX_MISSING];
    fz_sandbox_explain(&s, FZ_SANDBOX_ALL, text);
    assert_string_equal(text, "");
    strcpy(s.reasons[FZ_SANDBOX_LAYER_NETNS], "no user namespace");
    strcpy(s.reasons[FZ_SANDBOX_LAYER_UTSNS], "no user namespace");
    strcpy(s.reasons[FZ_SANDBOX_LAYER_LANDLOCK], "this kernel has none");
    fz_sandbox_explain(&s, FZ_SANDBOX_ALL & ~(FZ_SANDBOX_NETNS | FZ_SANDBOX_UTSNS | FZ_SANDBOX_LANDLOCK),
                       text);
    assert_string_equal(text, "netns utsns: no user namespace, landlock: this kernel has none");
    for (int i = 0; i < FZ_SANDBOX_LAYERS; i++) { /* more than there is room for */
        memset(s.reasons[i], 'a' + i, FZ_SANDBOX_REASON - 1);
        s.reasons[i][FZ_SANDBOX_REASON - 1] = '\0';
    }
    fz_sandbox_explain(&s, 0, text);
    assert_int_equal(strlen(text), FZ_SANDBOX_MISSING - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_says_the_same),
        cmocka_unit_test(there_is_nothing_to_see),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(it_may_do_what_decoding_needs),
        cmocka_unit_test(it_ends_in_ways_that_can_be_told),
        cmocka_unit_test(it_dies_with_its_zygote),
        cmocka_unit_test(what_is_offered_can_be_opened),
        cmocka_unit_test(each_layer_can_be_missing),
        cmocka_unit_test(each_that_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
