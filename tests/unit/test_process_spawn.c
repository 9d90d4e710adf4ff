/* Programs without a shell: what they get, what comes back, how they end. */
#include "fixture.h"

#include "process/spawn.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

static size_t used;
static char out[8192], err_text[8192];

static void start(struct fz_spawn *spawn, char *const *argv)
{
    struct fz_error err = {0};
    if (fz_spawn_start(spawn, argv, &err) != FZ_OK)
        fail_msg("%s: %s", argv[0], err.msg);
}

static size_t read_more(struct fz_spawn *spawn, bool error, char *text, size_t at)
{
    for (size_t n; (n = fz_spawn_read(spawn, error, text + at, 8191 - at)) > 0;)
        at += n;
    text[at] = '\0';
    return at;
}

/* Runs it to its end; gives the status of waitpid(2). */
static int run(char *const *argv)
{
    struct fz_spawn spawn;
    int status = -1;
    size_t err_used = 0;
    used = 0;
    start(&spawn, argv);
    for (double end = now_s() + SOON_S; !fz_spawn_ended(&spawn, false, &status);) {
        assert_true(now_s() < end);
        used = read_more(&spawn, false, out, used);
        err_used = read_more(&spawn, true, err_text, err_used);
        sleep_ms(1);
    }
    used = read_more(&spawn, false, out, used);
    read_more(&spawn, true, err_text, err_used);
    assert_int_equal(spawn.out_fd, -1);
    assert_int_equal(spawn.err_fd, -1);
    return status;
}

/* Nothing in an argument means anything to anybody. */
static void arguments_arrive_as_they_are(void **state)
{
    (void)state;
    static const char *const names[] = {"-rf",         "$(touch x)", "`id`; id",    "a b",      "new\nline",
                                        "\"quote\" '", "*?[a]",      "back\\slash", "\xff\xfe", "",
                                        "{path}",      "~",          "$HOME",       "&& true"};
    char *argv[4 + COUNT(names) + 1] = {"sh", "-c", "printf '%s\\0' \"$@\"", "sh"};
    for (size_t i = 0; i < COUNT(names); i++)
        argv[4 + i] = (char *)(uintptr_t)names[i];
    assert_int_equal(run(argv), 0);
    const char *p = out;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(p, names[i]);
        p += strlen(p) + 1;
    }
    assert_int_equal(p - out, used);
}

static void what_it_says_and_how_it_ends(void **state)
{
    (void)state;
    int status = run((char *[]){"sh", "-c", "echo said; echo wrong >&2; exit 7", NULL});
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_string_equal(out, "said\n");
    assert_string_equal(err_text, "wrong\n");
    status = run((char *[]){"sh", "-c", "kill -9 $$", NULL});
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* Nothing of ours but its outputs: no descriptor, no blocked or ignored signal, no terminal, no input. */
static void nothing_is_inherited(void **state)
{
    (void)state;
    int leak = open("/dev/null", O_RDONLY); /* not close-on-exec */
    assert_true(leak > 2);
    sigset_t set, before;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    void (*pipe_before)(int) = signal(SIGPIPE, SIG_IGN);
    /* The shell reads its own state itself: while it starts another program it blocks all signals. No pipeline lists
     * the descriptors: the shell may still hold its ends. */
    run((char *[]){"sh", "-c",
                   "ls -m /proc/$$/fd; cat; "
                   "while read -r line; do case $line in SigBlk*|SigIgn*) echo \"$line\";; esac; done "
                   "</proc/$$/status; ps -o sid= -p $$; echo $$",
                   NULL});
    signal(SIGPIPE, pipe_before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(leak);
    unsigned long blocked = 1, ignored = 1, session = 0, pid = 1;
    int end = 0;
    assert_true(strncmp(out, "0, 1, 2\n", 8) == 0);
    assert_int_equal(sscanf(out + 8, "SigBlk:\t%lx\nSigIgn:\t%lx\n %lu\n%lu\n%n", &blocked, &ignored,
                            &session, &pid, &end),
                     4);
    assert_int_equal(blocked, 0);
    assert_int_equal(ignored & ~0x180000000ul, 0); /* 32 and 33 are glibc's own */
    assert_int_equal(session, pid);
}

static void what_cannot_be_started(void **state)
{
    (void)state;
    struct fz_spawn spawn;
    struct fz_error err;
    int before = open_descriptors();
    assert_int_equal(fz_spawn_start(&spawn, (char *[]){"frieze-no-such-program", NULL}, &err),
                     FZ_E_NOT_FOUND);
    assert_string_equal(err.msg, "there is no such program");
    assert_int_equal(fz_spawn_start(&spawn, (char *[]){"/", NULL}, &err), FZ_E_ACCESS);
    assert_non_null(strstr(err.msg, "cannot be started: "));
    /* No shell takes over what has no interpreter. */
    char *folder = make_folder(), *script = path_in(folder, "script");
    write_file(script, "touch $0.ran\n", 13);
    chmod(script, 0755);
    assert_int_not_equal(fz_spawn_start(&spawn, (char *[]){script, NULL}, &err), FZ_OK);
    assert_int_equal(entries_of(folder), 3);
    free(script);
    remove_folder(folder);
    size_t count = fz_spawn_room() / 10000 + 100;
    char **argv = calloc(count + 2, sizeof *argv), *word = calloc(1, 10001);
    memset(word, 'x', 10000);
    argv[0] = "true";
    for (size_t i = 1; i <= count; i++)
        argv[i] = word;
    assert_int_equal(fz_spawn_start(&spawn, argv, &err), FZ_E_LIMIT);
    free(word);
    free(argv);
    assert_int_equal(open_descriptors(), before);
}

/* As much as fz_spawn_room says. */
static void the_room_is_there(void **state)
{
    (void)state;
    size_t room = fz_spawn_room(), count = 1;
    char **argv = calloc(room / 1000 + 2, sizeof *argv), *word = calloc(1, 1000 - sizeof(char *));
    memset(word, 'x', 999 - sizeof(char *));
    assert_int_equal(fz_spawn_cost(word), 1000);
    argv[0] = "true";
    for (room -= fz_spawn_cost(argv[0]); room >= 1000; room -= 1000)
        argv[count++] = word;
    assert_true(count > 10);
    assert_int_equal(run(argv), 0);
    free(word);
    free(argv);
}

static bool runs(pid_t pid)
{
    char path[64], text[256] = "", *name_end = NULL;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file) {
        name_end = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
        fclose(file);
    }
    return name_end && name_end[2] != 'Z';
}

static pid_t read_pid(struct fz_spawn *spawn)
{
    char text[64] = "";
    for (double end = now_s() + SOON_S; !strchr(text, '\n') && now_s() < end; sleep_ms(1))
        fz_spawn_read(spawn, false, text, sizeof text - 1);
    return (pid_t)strtol(text, NULL, 10);
}

/* One that does not listen is killed, with what it started. */
static void a_group_is_ended(void **state)
{
    (void)state;
    struct fz_spawn spawn;
    int status = 0;
    start(&spawn, (char *[]){"sh", "-c", "trap '' TERM; sleep 60 & echo $!; sleep 60; sleep 60", NULL});
    pid_t inner = read_pid(&spawn);
    assert_true(inner > 0 && runs(inner));
    fz_spawn_signal(&spawn, SIGTERM);
    sleep_ms(50);
    assert_false(fz_spawn_ended(&spawn, true, &status));
    fz_spawn_signal(&spawn, SIGKILL);
    for (double end = now_s() + SOON_S; !fz_spawn_ended(&spawn, true, &status);) {
        assert_true(now_s() < end);
        sleep_ms(1);
    }
    assert_int_equal(WTERMSIG(status), SIGKILL);
    for (double end = now_s() + SOON_S; runs(inner); sleep_ms(1))
        assert_true(now_s() < end);
    close(spawn.out_fd);
    close(spawn.err_fd);
}

/* The end is seen at once, by a descriptor where the system has such. */
static void the_end_is_seen(void **state)
{
    (void)state;
    struct fz_spawn spawn;
    int status;
    start(&spawn, (char *[]){"sleep", "0.1", NULL});
    struct pollfd end = {.fd = spawn.pid_fd, .events = POLLIN};
    assert_false(fz_spawn_ended(&spawn, false, &status));
    if (spawn.pid_fd >= 0)
        assert_int_equal(poll(&end, 1, SOON_S * 1000), 1);
    else
        sleep_ms(1000);
    assert_true(fz_spawn_ended(&spawn, false, &status));
    assert_false(fz_spawn_ended(&spawn, false, &status));
    close(spawn.out_fd);
    close(spawn.err_fd);
}

/* Whoever still writes when we are gone is not killed for it, and not held up. */
static void who_is_left_can_write(void **state)
{
    (void)state;
    char *folder = make_folder(), *file = path_in(folder, "done");
    struct fz_spawn spawn;
    int status;
    start(&spawn,
          (char *[]){"sh", "-c",
                     "echo $$; read x </dev/null; sleep 0.2; head -c 300000 /dev/zero && touch \"$1\"", "sh",
                     file, NULL});
    assert_true(read_pid(&spawn) > 0);
    fz_spawn_read_on(spawn.out_fd);
    fz_spawn_read_on(spawn.err_fd);
    for (double end = now_s() + SOON_S; access(file, F_OK) != 0; sleep_ms(2))
        assert_true(now_s() < end);
    for (double end = now_s() + SOON_S; !fz_spawn_ended(&spawn, false, &status); sleep_ms(2))
        assert_true(now_s() < end);
    assert_int_equal(status, 0);
    free(file);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_arrive_as_they_are),
        cmocka_unit_test(what_it_says_and_how_it_ends),
        cmocka_unit_test(nothing_is_inherited),
        cmocka_unit_test(what_cannot_be_started),
        cmocka_unit_test(the_room_is_there),
        cmocka_unit_test(a_group_is_ended),
        cmocka_unit_test(the_end_is_seen),
        cmocka_unit_test(who_is_left_can_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
