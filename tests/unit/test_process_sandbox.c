/* Everything that a decoder must not do, tried for real from inside, and what stopped it: once as root, once as an ordinary user. Then
 * again with the layers that stopped it left out, so that the next one shows that it holds too, and in the end with none
 * of them, so that the attempt is known to be one. */
#include "base/sanitized.h"
#include "test_process_attempts.h"

#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Instead of an errno: */
enum {
    ENDS = -1,      /* the call is named, and is the decoder's end */
    UP_TO_HERE = -2 /* nothing of ours stops it, but some machines do */
};
enum {
    SECCOMP = FZ_SANDBOX_SECCOMP,
    MOUNTNS = FZ_SANDBOX_MOUNTNS,
    LANDLOCK = FZ_SANDBOX_LANDLOCK,
    NETNS = FZ_SANDBOX_NETNS,
    IPCNS = FZ_SANDBOX_IPCNS,
    NO_CAPS = FZ_SANDBOX_NO_CAPS,
    LIMITS = FZ_SANDBOX_LIMITS
};

struct row {
    attempt *attempt;
    const char *what, *call; /* the call that is named; NULL: none */
    uint32_t without;
    uint32_t stopped_by; /* 0: nothing is left that would */
    int result;
    int user; /* 'r': as root only, 'u': as a user only */
};

#define TRY(function, ...)               \
    {                                    \
        function, #function, __VA_ARGS__ \
    }

static const struct row rows[] = {
    TRY(opens_a_file, "openat", 0, SECCOMP, EACCES, 0),
    TRY(opens_a_file, NULL, SECCOMP, MOUNTNS, ENOENT, 0),
    TRY(opens_a_file, NULL, SECCOMP | MOUNTNS, LANDLOCK, EACCES, 0),
    TRY(opens_a_file, NULL, SECCOMP | MOUNTNS | LANDLOCK, 0, 0, 0),
    TRY(opens_proc, "openat", 0, SECCOMP, EACCES, 0),
    TRY(opens_proc, NULL, SECCOMP, MOUNTNS, ENOENT, 0),
    TRY(opens_proc, NULL, SECCOMP | MOUNTNS, LANDLOCK, EACCES, 0),
    TRY(opens_proc, NULL, SECCOMP | MOUNTNS | LANDLOCK, 0, 0, 0),
    TRY(makes_a_file, "openat", 0, SECCOMP, EACCES, 0),
    TRY(makes_a_file, NULL, SECCOMP | LANDLOCK, MOUNTNS, EROFS, 0),
    TRY(makes_a_file, NULL, SECCOMP | MOUNTNS, LANDLOCK, EACCES, 0),
    TRY(makes_a_file, NULL, SECCOMP | MOUNTNS | LANDLOCK, 0, 0, 0),
    TRY(removes_a_file, "unlinkat", 0, SECCOMP, ENDS, 0),
    TRY(connects, "socket", 0, SECCOMP, ENDS, 0),
    TRY(connects, NULL, SECCOMP | LANDLOCK, NETNS, ENETUNREACH, 0),
    TRY(connects, NULL, SECCOMP | NETNS, LANDLOCK, EACCES, 0),
    TRY(connects, NULL, SECCOMP | NETNS | LANDLOCK, 0, 0, 0),
    TRY(connects_abstract, "socket", 0, SECCOMP, ENDS, 0),
    TRY(connects_abstract, NULL, SECCOMP | LANDLOCK, NETNS, ECONNREFUSED, 0),
    TRY(connects_abstract, NULL, SECCOMP | NETNS, LANDLOCK, EPERM, 0),
    TRY(connects_abstract, NULL, SECCOMP | NETNS | LANDLOCK, 0, 0, 0),
    TRY(forks, "clone", 0, SECCOMP, ENDS, 0),
    TRY(forks, NULL, SECCOMP, 0, 0, 0),
    TRY(makes_a_namespace, "unshare", 0, SECCOMP, ENDS, 0),
    TRY(enters_a_namespace, "setns", 0, SECCOMP, ENDS, 0),
    TRY(enters_a_namespace, NULL, SECCOMP, NO_CAPS, EPERM, 0),
    TRY(enters_a_namespace, NULL, SECCOMP | NO_CAPS, 0, UP_TO_HERE, 'r'),
    TRY(runs_a_program, "execve", 0, SECCOMP, ENDS, 0),
    TRY(runs_a_program, NULL, SECCOMP, MOUNTNS, ENOENT, 0),
    TRY(runs_a_program, NULL, SECCOMP | MOUNTNS, LANDLOCK, EACCES, 0),
    TRY(signals_its_program, "kill", 0, SECCOMP, ENDS, 0),
    TRY(signals_its_program, NULL, SECCOMP, LANDLOCK, EPERM, 'u'),
    TRY(signals_its_program, NULL, SECCOMP | LANDLOCK, NO_CAPS, EPERM, 'r'),
    TRY(signals_its_program, NULL, SECCOMP | LANDLOCK, 0, 0, 'u'),
    TRY(signals_its_program, NULL, SECCOMP | LANDLOCK | NO_CAPS, 0, 0, 'r'),
    TRY(signals_a_thread_of_its_program, "tgkill", 0, SECCOMP, ENDS, 0),
    TRY(traces_its_program, "ptrace", 0, SECCOMP, ENDS, 0),
    TRY(traces_its_program, NULL, SECCOMP, LANDLOCK | NO_CAPS, EPERM, 0),
    TRY(traces_its_program, NULL, SECCOMP | LANDLOCK | NO_CAPS, 0, UP_TO_HERE, 'r'),
    TRY(reads_memory_of_its_program, "process_vm_readv", 0, SECCOMP, ENDS, 0),
    TRY(reads_memory_of_its_program, NULL, SECCOMP, LANDLOCK | NO_CAPS, EPERM, 0),
    TRY(reads_memory_of_its_program, NULL, SECCOMP | LANDLOCK | NO_CAPS, 0, UP_TO_HERE, 'r'),
    TRY(becomes_another, "setuid", 0, SECCOMP, ENDS, 0),
    TRY(becomes_another, NULL, SECCOMP, NO_CAPS, EPERM, 0),
    TRY(becomes_another, NULL, SECCOMP | NO_CAPS, 0, 0, 'r'),
    TRY(maps_code, NULL, 0, SECCOMP, EACCES, 0),
    TRY(maps_code, NULL, SECCOMP, 0, 0, 0),
    TRY(makes_memory_code, NULL, 0, SECCOMP, EACCES, 0),
    TRY(makes_memory_code, NULL, SECCOMP, 0, 0, 0),
    TRY(raises_a_limit, NULL, 0, SECCOMP, ENOSYS, 0),
    TRY(raises_a_limit, NULL, SECCOMP, LIMITS | NO_CAPS, EPERM, 0),
    TRY(raises_a_limit, NULL, SECCOMP | LIMITS, 0, UP_TO_HERE, 0),
    TRY(reaches_shared_memory, NULL, 0, SECCOMP, ENOSYS, 0),
    TRY(reaches_shared_memory, NULL, SECCOMP, IPCNS, ENOENT, 0),
    TRY(reaches_shared_memory, NULL, SECCOMP | IPCNS, 0, 0, 0),
    TRY(has_its_owner_signalled, NULL, 0, SECCOMP, ENOSYS, 0),
    TRY(makes_a_memory_file, NULL, 0, SECCOMP, ENOSYS, 0),
    TRY(makes_a_memory_file, NULL, SECCOMP, 0, 0, 0),
    TRY(kills_itself, NULL, 0, SECCOMP, ENOSYS, 0),
    TRY(names_the_machine, "sethostname", 0, SECCOMP, ENDS, 0),
    TRY(names_the_machine, NULL, SECCOMP, NO_CAPS, EPERM, 0),
    TRY(writes, NULL, 0, SECCOMP, FZ_SANITIZED ? 0 : ENOSYS, 0),
    TRY(writes, NULL, SECCOMP, 0, 0, 0),
};

/* --- the world outside -------------------------------------------------------------------------------- */

static struct outside world;
static int tcp_server = -1, abstract_server = -1, shared = -1;

static int world_begins(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    tcp_server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(tcp_server, (struct sockaddr *)&at, len) != 0 || listen(tcp_server, 128) != 0 ||
        getsockname(tcp_server, (struct sockaddr *)&at, &len) != 0)
        return -1;
    world.port = ntohs(at.sin_port);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(world.abstract, sizeof world.abstract, "frieze-test-%d", (int)getpid());
    memcpy(name.sun_path + 1, world.abstract, strlen(world.abstract));
    abstract_server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(abstract_server, (struct sockaddr *)&name,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(world.abstract))) != 0 ||
        listen(abstract_server, 128) != 0)
        return -1;
    world.key = 0x66720000 + (int)(getpid() & 0xffff);
    shared = shmget(world.key, 4096, IPC_CREAT | 0666);
    world.kept = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    world.lost = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    return shared < 0 || world.kept < 0 || world.lost < 0 ? -1 : 0;
}

static int world_ends(void **state)
{
    (void)state;
    shmctl(shared, IPC_RMID, NULL);
    close(tcp_server);
    close(abstract_server);
    close(world.kept);
    close(world.lost);
    return 0;
}

/* --- tests ---------------------------------------------------------------------------------------------- */

static const char *layers_of(uint32_t mask, char text[FZ_SANDBOX_TEXT])
{
    size_t len = 0;
    text[0] = '\0';
    for (enum fz_sandbox_layer i = 0; i < FZ_SANDBOX_LAYERS; i++)
        if (mask & 1u << i)
            len += (size_t)snprintf(text + len, FZ_SANDBOX_TEXT - len, "%s%s", len ? "," : "",
                                    fz_sandbox_layer_name(i));
    return text;
}

/* Whatever does not hold has its reason, whatever holds has none. */
static void assert_reasons(const struct trial *trial)
{
    for (enum fz_sandbox_layer i = 0; i < FZ_SANDBOX_LAYERS; i++)
        assert_int_equal(trial->reasons[i][0] == '\0', (trial->held & 1u << i) != 0);
}

/* False: this machine does not give the layer that should stop it. */
static bool try_row(const struct row *row, bool as_user)
{
    struct trial *trial = trial_new();
    trial->attempt = row->attempt;
    trial->without = row->without;
    trial->as_user = as_user;
    trial->outside = world;
    trial_run(trial);
    assert_reasons(trial);
    assert_int_equal(trial->held & row->without, 0);
    bool given = (trial->held & row->stopped_by) == row->stopped_by;
    char name[FZ_SANDBOX_CALL_NAME] = "", without[FZ_SANDBOX_TEXT], stopped_by[FZ_SANDBOX_TEXT];
    int call = trial->told.refused ? trial->told.refused : trial->told.opened;
    if (call)
        fz_sandbox_call_name(call - 1, name);
    int result = WIFEXITED(trial->status) && WEXITSTATUS(trial->status) == FZ_SANDBOX_REFUSED_STATUS
                     ? ENDS
                     : trial->result;
    print_message("    %-32s without %-28s %s %s %s%s%s\n", row->what,
                  row->without ? layers_of(row->without, without) : "nothing",
                  !given            ? "NOT GIVEN HERE:"
                  : row->stopped_by ? "stopped by"
                                    : "not stopped",
                  layers_of(row->stopped_by, stopped_by),
                  result == ENDS ? "ended it" : strerrorname_np(result), *name ? ", named " : "", name);
    if (given) {
        if (row->attempt == runs_a_program && !row->stopped_by)
            assert_int_equal(trial->status, 0);
        if (row->result == UP_TO_HERE)
            assert_true(result == 0 || result == EPERM);
        else
            assert_int_equal(result, row->result);
        assert_string_equal(name, row->call ? row->call : "");
    }
    trial_free(trial);
    return given;
}

static void try_all(bool as_user)
{
    int missing = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!rows[i].user || (rows[i].user == 'u') == as_user)
            missing += !try_row(&rows[i], as_user);
    if (missing) {
        print_message("%d attempts were not judged: this machine does not give what should stop them\n",
                      missing);
        skip();
    }
}

static void nothing_gets_out_as_root(void **state)
{
    (void)state;
    if (!is_root())
        skip();
    try_all(false);
}

static void nothing_gets_out_as_a_user(void **state)
{
    (void)state;
    try_all(true);
}

static void what_is_not_handed_on_is_closed(void **state)
{
    (void)state;
    struct trial *trial = trial_new();
    trial->attempt = uses_a_lost_descriptor;
    trial->outside = world;
    trial_run(trial);
    assert_int_equal(trial->result, EBADF);
    trial_free(trial);
}

static void states_are_as_the_rule_says(void **state)
{
    (void)state;
    const uint32_t all = FZ_SANDBOX_ALL;
    assert_int_equal(fz_sandbox_state_of(all), FZ_SANDBOX_STATE_FULL);
    assert_int_equal(fz_sandbox_state_of(all & ~(uint32_t)LANDLOCK), FZ_SANDBOX_STATE_FULL);
    assert_int_equal(fz_sandbox_state_of(all & ~(uint32_t)MOUNTNS), FZ_SANDBOX_STATE_STRONG);
    assert_int_equal(fz_sandbox_state_of(all & ~(uint32_t)(LANDLOCK | NETNS)), FZ_SANDBOX_STATE_STRONG);
    assert_int_equal(fz_sandbox_state_of(SECCOMP | FZ_SANDBOX_NO_NEW_PRIVS | LANDLOCK),
                     FZ_SANDBOX_STATE_STRONG);
    assert_int_equal(fz_sandbox_state_of(all & ~(uint32_t)(LANDLOCK | MOUNTNS)), FZ_SANDBOX_STATE_PARTIAL);
    assert_int_equal(fz_sandbox_state_of(all & ~(uint32_t)SECCOMP), FZ_SANDBOX_STATE_PARTIAL);
    assert_int_equal(fz_sandbox_state_of(all & ~(uint32_t)FZ_SANDBOX_NO_NEW_PRIVS), FZ_SANDBOX_STATE_PARTIAL);
    assert_int_equal(fz_sandbox_state_of(LIMITS), FZ_SANDBOX_STATE_PARTIAL);
    assert_int_equal(fz_sandbox_state_of(0), FZ_SANDBOX_STATE_OFF);
    char text[FZ_SANDBOX_TEXT];
    fz_sandbox_format(all, text);
    assert_string_equal(text, "full: no_new_privs seccomp no_caps mountns netns ipcns utsns landlock limits");
    fz_sandbox_format(0, text);
    assert_string_equal(text, "off");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_as_the_rule_says),
        cmocka_unit_test(nothing_gets_out_as_root),
        cmocka_unit_test(nothing_gets_out_as_a_user),
        cmocka_unit_test(what_is_not_handed_on_is_closed),
    };
    return cmocka_run_group_tests(tests, world_begins, world_ends);
}
