/* Where the control socket lies, who may reach it, and what start and stop leave behind. */
#include "server_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static void assert_mode(const char *path, mode_t type, mode_t mode)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode & S_IFMT, type);
    assert_int_equal(st.st_mode & 07777, mode);
}

static char *socket_of(const char *name)
{
    char file[100];
    snprintf(file, sizeof file, "%s.sock", name);
    return path_in(site.folder, file);
}

/* ---- Addresses ----------------------------------------------------------------------------------------- */

static void addresses(void **state)
{
    (void)state;
    struct sockaddr_un address;
    struct fz_error err = {0};
    char expected[200];
    assert_int_equal(fz_socket_address("left", false, &address, &err), FZ_OK);
    snprintf(expected, sizeof expected, "%s/frieze/left.sock", site.runtime);
    assert_string_equal(address.sun_path, expected);
    assert_int_equal(address.sun_family, AF_UNIX);
    assert_int_equal(access(site.folder, F_OK), -1); /* asking makes nothing */
    unsetenv("XDG_RUNTIME_DIR");
    enum fz_err code = fz_socket_address("left", false, &address, &err);
    setenv("XDG_RUNTIME_DIR", "", 1);
    enum fz_err code_of_empty = fz_socket_address("left", false, &address, &err);
    setenv("XDG_RUNTIME_DIR", site.runtime, 1);
    snprintf(expected, sizeof expected, "/tmp/frieze-%u/left.sock", (unsigned)geteuid());
    assert_int_equal(code, FZ_OK);
    assert_int_equal(code_of_empty, FZ_OK);
    assert_string_equal(address.sun_path, expected);
}

static void names_stay_in_the_folder(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".", "..", ".hidden", "a/b", "../x", "/etc/passwd", "a/"};
    struct sockaddr_un address;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fz_error err = {0};
        assert_int_equal(fz_socket_address(bad[i], true, &address, &err), FZ_E_USAGE);
        assert_true(strlen(err.msg) > 0);
    }
    char name[200];
    for (size_t len = 40; len < sizeof name; len++) {
        struct fz_error err = {0};
        memset(name, 'n', len);
        name[len] = '\0';
        enum fz_err code = fz_socket_address(name, false, &address, &err);
        bool fits = strlen(site.folder) + 1 + len + strlen(".sock") < sizeof address.sun_path;
        assert_int_equal(code, fits ? FZ_OK : FZ_E_USAGE);
    }
}

/* ---- Who may come in ----------------------------------------------------------------------------------- */

static void only_the_user_may_come_in(void **state)
{
    (void)state;
    char *path = socket_of("default");
    static const mode_t masks[] = {0, 022, 077};
    for (size_t i = 0; i < COUNT(masks); i++) {
        rmdir(site.folder);
        mode_t before = umask(masks[i]);
        start_server("default");
        umask(before);
        assert_mode(site.folder, S_IFDIR, 0700);
        assert_mode(path, S_IFSOCK, 0600);
        stop_server(NULL);
    }
    free(path);
}

static void assert_not_started(void)
{
    struct fz_error err = {0};
    struct fz_server *server = (struct fz_server *)&err;
    int before = open_descriptors();
    assert_int_equal(fz_server_start(&server, "default", &site.requests, &site.bell, &err), FZ_E_ACCESS);
    assert_null(server);
    assert_non_null(strstr(err.msg, site.runtime));
    assert_int_equal(open_descriptors(), before);
}

static void a_folder_that_others_can_enter_is_refused(void **state)
{
    (void)state;
    rmdir(site.folder);
    for (mode_t bit = 1; bit <= 040; bit <<= 1) {
        assert_int_equal(mkdir(site.folder, 0700), 0);
        assert_int_equal(chmod(site.folder, 0700 | bit), 0);
        assert_not_started();
        assert_int_equal(rmdir(site.folder), 0);
    }
    char *elsewhere = path_in(site.runtime, "elsewhere");
    assert_int_equal(mkdir(elsewhere, 0700), 0);
    assert_int_equal(symlink("elsewhere", site.folder), 0);
    assert_not_started(); /* a link may lead anywhere */
    assert_int_equal(unlink(site.folder), 0);
    write_file(site.folder, "", 0);
    assert_int_equal(chmod(site.folder, 0700), 0);
    assert_not_started();
    assert_int_equal(unlink(site.folder), 0);
    if (geteuid() == 0) {
        assert_int_equal(mkdir(site.folder, 0700), 0);
        assert_int_equal(chown(site.folder, 65534, 65534), 0);
        assert_not_started();
        assert_int_equal(rmdir(site.folder), 0);
    }
    assert_int_equal(rmdir(elsewhere), 0);
    free(elsewhere);
}

static void a_missing_runtime_folder_is_an_error(void **state)
{
    (void)state;
    char *missing = path_in(site.runtime, "missing/deeper");
    setenv("XDG_RUNTIME_DIR", missing, 1);
    assert_not_started();
    setenv("XDG_RUNTIME_DIR", site.runtime, 1);
    free(missing);
}

/* ---- Start and stop ------------------------------------------------------------------------------------ */

static void a_stale_socket_is_replaced(void **state)
{
    (void)state;
    struct sockaddr_un address;
    struct fz_error err = {0};
    assert_int_equal(fz_socket_address("default", true, &address, &err), FZ_OK);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd); /* as a crash leaves it */
    assert_int_equal(try_dial("default"), -1);
    start_server("default");
    fd = dial("default");
    assert_serves(fd);
    close(fd);
    stop_server(NULL);
    assert_int_equal(access(address.sun_path, F_OK), -1);
}

/* The second of a name takes its process's number and says so; the first goes on as before. */
static void a_second_one_takes_its_number(void **state)
{
    (void)state;
    char number[16], said[1000] = "";
    struct fz_error err = {0};
    struct fz_server *second = NULL;
    int fds[2];
    snprintf(number, sizeof number, "%d", (int)getpid());
    start_server("default");
    assert_int_equal(pipe(fds), 0);
    int before = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    enum fz_err code = fz_server_start(&second, "default", &site.requests, &site.bell, &err);
    dup2(before, STDERR_FILENO);
    close(before);
    close(fds[1]);
    ssize_t n = read(fds[0], said, sizeof said - 1);
    close(fds[0]);
    assert_int_equal(code, FZ_OK);
    assert_true(n > 0 && strstr(said, "default") && strstr(said, number));
    char *path = socket_of(number);
    assert_mode(path, S_IFSOCK, 0600);

    int one = dial("default"), two = dial(number);
    assert_serves(one);
    say(two, "{\"cmd\":\"two\"}\n");
    struct fz_request *request = next_request(PATIENCE_S);
    assert_non_null(request);
    fz_server_answer(second, request);
    assert_hears(two, "{\"id\":null,\"ok\":true,\"result\":null}");
    fz_server_stop(second);
    assert_hung_up(two);
    assert_int_equal(access(path, F_OK), -1);
    assert_serves(one);
    close(one);
    close(two);
    free(path);
}

/* ---- Several instances --------------------------------------------------------------------------------- */

/* A socket as another program's instance has it: it listens, or, dead, has stopped to. */
static int foreign_socket(const char *name, bool dead)
{
    struct sockaddr_un address;
    struct fz_error err = {0};
    assert_int_equal(fz_socket_address(name, true, &address, &err), FZ_OK);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    if (!dead)
        return fd;
    close(fd);
    return -1;
}

/* An instance in a process of its own: listens when `start` closes, tells its name, lives until `end` closes. */
static pid_t fork_instance(const int start[2], const int names[2], const int end[2])
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    struct fz_socket sock;
    struct fz_error err = {0};
    char byte;
    close(start[1]);
    close(end[1]);
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(quiet, STDERR_FILENO);
    if (read(start[0], &byte, 1) != 0 || fz_socket_listen(&sock, "default", &err) != FZ_OK ||
        write(names[1], strstr(sock.address.sun_path, "/default.sock") ? "d" : "n", 1) != 1)
        _exit(1);
    bool ended = read(end[0], &byte, 1) == 0;
    fz_socket_close(&sock);
    _exit(ended ? 0 : 1);
}

static void make_pipes(int pipes[3][2])
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(pipe2(pipes[i], O_CLOEXEC), 0);
}

/* Each finds the same dead socket; one takes its place, and nobody loses what it has. */
static void instances_that_start_at_once_do_not_meet(void **state)
{
    (void)state;
    enum { ROUNDS = 40, INSTANCES = 6 };
    for (int round = 0; round < ROUNDS; round++) {
        int pipes[3][2], defaults = 0;
        pid_t pids[INSTANCES];
        foreign_socket("default", true);
        make_pipes(pipes);
        for (int i = 0; i < INSTANCES; i++)
            pids[i] = fork_instance(pipes[0], pipes[1], pipes[2]);
        close(pipes[0][1]);
        for (int i = 0; i < INSTANCES; i++) {
            char name = ' ';
            assert_true(readable(pipes[1][0], PATIENCE_S));
            assert_int_equal(read(pipes[1][0], &name, 1), 1);
            defaults += name == 'd';
        }
        assert_int_equal(defaults, 1);
        close(dial("default"));
        assert_int_equal(entries_of(site.folder), 2 + INSTANCES);
        close(pipes[2][1]);
        for (int i = 0; i < INSTANCES; i++) {
            int status = -1;
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_int_equal(status, 0);
        }
        assert_int_equal(entries_of(site.folder), 2);
        close(pipes[0][0]);
        close(pipes[1][0]);
        close(pipes[1][1]);
        close(pipes[2][0]);
    }
}

static void stop_leaves_what_is_not_its_own(void **state)
{
    (void)state;
    char *path = socket_of("default");
    start_server("default");
    assert_int_equal(unlink(path), 0);
    int other = foreign_socket("default", false);
    stop_server(NULL);
    close(dial("default"));
    close(other);
    assert_int_equal(unlink(path), 0);
    free(path);
}

static void sockets_of_the_dead_are_removed(void **state)
{
    (void)state;
    char *dead = socket_of("4194400"), *named = socket_of("left"), *file = socket_of("a file");
    char *note = path_in(site.folder, "note");
    foreign_socket("4194400", true);
    foreign_socket("left", true);
    int alive = foreign_socket("4194401", false);
    write_file(file, "", 0);
    write_file(note, "", 0);
    start_server("default");
    assert_int_equal(access(dead, F_OK), -1);
    assert_int_equal(access(named, F_OK), -1);
    assert_int_equal(access(file, F_OK), 0);
    assert_int_equal(access(note, F_OK), 0);
    close(dial("4194401"));
    stop_server(NULL);
    assert_int_equal(unlink(file) | unlink(note), 0);
    free(file);
    file = socket_of("4194401");
    assert_int_equal(unlink(file), 0);
    close(alive);
    free(dead);
    free(named);
    free(file);
    free(note);
}

/* Nobody is thrown out of the number either. */
static void a_number_that_is_taken(void **state)
{
    (void)state;
    char number[16];
    struct fz_error err = {0};
    struct fz_server *second = NULL;
    snprintf(number, sizeof number, "%d", (int)getpid());
    int one = foreign_socket("default", false), two = foreign_socket(number, false);
    int before = open_descriptors();
    assert_int_equal(fz_server_start(&second, "default", &site.requests, &site.bell, &err), FZ_E_IO);
    assert_null(second);
    assert_non_null(strstr(err.msg, number));
    assert_int_equal(open_descriptors(), before);
    close(dial("default"));
    close(dial(number));
    close(one);
    close(two);
    start_server("default");
    stop_server(NULL);
    assert_int_equal(entries_of(site.folder), 2);
}

static void without_a_thread_no_socket_is_left(void **state)
{
    (void)state;
    struct fz_error err = {0};
    struct fz_server *server = NULL;
    int before = open_descriptors();
    SDL_SetHint(SDL_HINT_THREAD_STACK_SIZE, "70368744177664"); /* more than there is address space */
    enum fz_err code = fz_server_start(&server, "default", &site.requests, &site.bell, &err);
    SDL_SetHint(SDL_HINT_THREAD_STACK_SIZE, "0");
    assert_int_equal(code, FZ_E_INTERNAL);
    assert_null(server);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(entries_of(site.folder), 2);
}

static void names_do_not_meet(void **state)
{
    (void)state;
    struct fz_error err = {0};
    struct fz_server *right = NULL;
    start_server("left");
    assert_int_equal(fz_server_start(&right, "right", &site.requests, &site.bell, &err), FZ_OK);
    int fd = dial("left"), other = dial("right");
    assert_serves(fd);
    fz_server_stop(right);
    assert_hung_up(other);
    assert_int_equal(try_dial("right"), -1);
    assert_serves(fd);
    close(fd);
    close(other);
}

/* What was answered before the stop is sent; who still waits is hung up on; the file is gone. */
static void stop_says_what_is_answered_and_goes(void **state)
{
    (void)state;
    enum { ANSWERED = 6 };
    char *path = socket_of("default");
    for (int round = 0; round < 60; round++) {
        int fds[ANSWERED], waiting, idle;
        struct fz_request *requests[ANSWERED];
        start_server("default");
        for (int i = 0; i < ANSWERED; i++) {
            fds[i] = dial("default");
            say(fds[i], "{\"id\":1,\"cmd\":\"quit\"}\n");
            assert_non_null(requests[i] = next_request(PATIENCE_S));
        }
        waiting = dial("default");
        idle = dial("default");
        say(waiting, "{\"id\":2,\"cmd\":\"wait\"}\n");
        struct fz_request *unanswered = next_request(PATIENCE_S);
        assert_non_null(unanswered);
        for (int i = 0; i < ANSWERED; i++) {
            sleep_us(round * 2);
            fz_server_answer(site.server, requests[i]);
        }
        double start = now_s();
        fz_server_stop(site.server);
        site.server = NULL;
        assert_true(now_s() - start < SOON_S);
        for (int i = 0; i < ANSWERED; i++) {
            assert_hears(fds[i], "{\"id\":1,\"ok\":true,\"result\":null}");
            assert_hung_up(fds[i]);
            close(fds[i]);
        }
        assert_hung_up(waiting);
        assert_hung_up(idle);
        assert_int_equal(access(path, F_OK), -1);
        fz_request_free(unanswered);
        close(waiting);
        close(idle);
    }
    free(path);
    fz_server_stop(NULL);
}

enum {
    LARGE = 8 << 20,
    NOT_AT_ONCE = 1 << 19, /* more than a socket holds, and soon written */
};

static struct fz_request *ask_for_much(int fd, size_t len)
{
    say(fd, "{\"cmd\":\"much\"}\n");
    struct fz_request *request = next_request(PATIENCE_S);
    assert_non_null(request);
    char *text = malloc(len);
    memset(text, 'z', len);
    request->result = json_stringn(text, len);
    free(text);
    return request;
}

/* Begins late: by then the socket is full, and the server is about to stop. */
static void *count_bytes(void *ctx)
{
    int fd = *(int *)ctx;
    char block[65536];
    intptr_t total = 0;
    sleep_ms(50);
    for (ssize_t n; (n = recv(fd, block, sizeof block, 0)) > 0;)
        total += n;
    return (void *)total;
}

static void a_large_answer_goes_out_whole(void **state)
{
    (void)state;
    start_server("default");
    int fd = dial("default");
    fz_server_answer(site.server, ask_for_much(fd, LARGE));
    pthread_t reader;
    void *total;
    assert_int_equal(pthread_create(&reader, NULL, count_bytes, &fd), 0);
    stop_server(NULL);
    assert_int_equal(pthread_join(reader, &total), 0);
    assert_int_equal((intptr_t)total, LARGE + strlen("{\"id\":null,\"ok\":true,\"result\":\"\"}\n"));
    close(fd);
}

/* Who does not read is waited for, but not for long; where nothing is to be said, not at all. */
static void stop_does_not_wait_for_ever(void **state)
{
    (void)state;
    double least[2] = {SOON_S, SOON_S};
    for (int round = 0; round < 10; round++) {
        const int i = round % 2;
        start_server("default");
        int fd = dial("default");
        if (i == 1)
            fz_server_answer(site.server, ask_for_much(fd, NOT_AT_ONCE));
        else
            assert_serves(fd);
        double start = now_s();
        fz_server_stop(site.server);
        site.server = NULL;
        const double took = now_s() - start;
        least[i] = took < least[i] ? took : least[i];
        close(fd);
    }
    assert_true(least[0] < 0.2);
    assert_true(least[1] > 0.2 && least[1] < 1);
}

static void descriptors_and_threads_are_given_back(void **state)
{
    (void)state;
    int descriptors = open_descriptors(), threads = settled_threads();
    for (int round = 0; round < 10; round++) {
        start_server("default");
        assert_threads(threads + 1);
        int fds[3];
        for (int i = 0; i < 3; i++)
            fds[i] = dial("default");
        assert_serves(fds[0]);
        say(fds[1], "{\"cmd\":\"a\"}\n{\"cmd\":");
        stop_server(NULL);
        for (int i = 0; i < 3; i++)
            close(fds[i]);
        assert_int_equal(open_descriptors(), descriptors);
        assert_threads(threads);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, stop_server)
    const struct CMUnitTest tests[] = {
        TEST(addresses),
        TEST(names_stay_in_the_folder),
        TEST(only_the_user_may_come_in),
        TEST(a_folder_that_others_can_enter_is_refused),
        TEST(a_missing_runtime_folder_is_an_error),
        TEST(a_stale_socket_is_replaced),
        TEST(a_second_one_takes_its_number),
        TEST(instances_that_start_at_once_do_not_meet),
        TEST(stop_leaves_what_is_not_its_own),
        TEST(sockets_of_the_dead_are_removed),
        TEST(a_number_that_is_taken),
        TEST(without_a_thread_no_socket_is_left),
        TEST(names_do_not_meet),
        TEST(stop_says_what_is_answered_and_goes),
        TEST(a_large_answer_goes_out_whole),
        TEST(stop_does_not_wait_for_ever),
        TEST(descriptors_and_threads_are_given_back),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}
