/* frieze ctl, as a process of its own: what it prints, and its exit status. */
#include "server_fixture.h"

#include "remote/client.h"

#include <signal.h>
#include <sys/wait.h>

enum { MAX_WORDS = 8 };

/* One call in a process that is forked before any thread starts, and goes on when told. */
struct call {
    pid_t pid;
    int go;          /* written to start it */
    char *out, *err; /* files */
    int status;      /* exit status, or minus the signal */
    char said[4096], complained[4096];
};

static void redirect(const char *path, int fd)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, fd);
    close(file);
}

static void prepare(struct call *call, const char *const *words)
{
    int fds[2];
    char byte, *argv[MAX_WORDS + 1] = {(char[]){"ctl"}};
    int argc = 1;
    *call = (struct call){.out = path_in(site.runtime, "out"), .err = path_in(site.runtime, "err")};
    for (; words[argc - 1]; argc++)
        argv[argc] = strdup(words[argc - 1]);
    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    call->pid = fork();
    assert_true(call->pid >= 0);
    if (call->pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        close(fds[1]);
        redirect(call->out, STDOUT_FILENO);
        redirect(call->err, STDERR_FILENO);
        ssize_t n = read(fds[0], &byte, 1);
        int status = n == 1 ? fz_client_main(argc, argv) : 99;
        fflush(NULL);
        _exit(status);
    }
    close(fds[0]);
    call->go = fds[1];
    for (int i = 1; i < argc; i++)
        free(argv[i]);
}

static void go(struct call *call)
{
    assert_int_equal(write(call->go, "!", 1), 1);
    close(call->go);
}

static void read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void finish(struct call *call)
{
    int status = 0;
    pid_t ended = 0;
    for (double end = now_s() + PATIENCE_S; ended == 0 && now_s() < end;) {
        ended = waitpid(call->pid, &status, WNOHANG);
        sleep_ms(1);
    }
    if (ended == 0) {
        kill(call->pid, SIGKILL);
        fail_msg("frieze ctl does not end");
    }
    call->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    read_text(call->out, call->said, sizeof call->said);
    read_text(call->err, call->complained, sizeof call->complained);
    free(call->out);
    free(call->err);
}

/* On standard error, as one line. */
static void assert_complained(const struct call *call, const char *about)
{
    const char *end = strchr(call->complained, '\n');
    if (!strstr(call->complained, about) || !end || end[1] != '\0')
        fail_msg("\"%s\" is no line about %s", call->complained, about);
    assert_string_equal(call->said, "");
}

/* Asks a server named "default"; `result` and `error` are its answer. */
static void ask(struct call *call, const char *const *words, json_t *result, const struct fz_error *error)
{
    prepare(call, words);
    start_server("default");
    go(call);
    struct fz_request *request = next_request(PATIENCE_S);
    assert_non_null(request);
    assert_string_equal(request->command, words[0]);
    for (size_t i = 0; i < request->argc; i++)
        assert_string_equal(request->argv[i], words[i + 1]);
    assert_null(words[request->argc + 1]);
    request->result = result;
    if (error)
        request->error = *error;
    fz_server_answer(site.server, request);
    finish(call);
    stop_server(NULL);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void prints_results(void **state)
{
    (void)state;
    struct call call;
    ask(&call, WORDS("status"), json_pack("{s:i}", "items", 3), NULL);
    assert_int_equal(call.status, 0);
    assert_string_equal(call.said, "{\"items\":3}\n");
    ask(&call, WORDS("key", "Right", "^f", "\xc3\xa4", ""), json_string("plain text"), NULL);
    assert_string_equal(call.said, "plain text\n");
    ask(&call, WORDS("marks"), json_pack("[s,s]", "/a", "/b"), NULL);
    assert_string_equal(call.said, "[\"/a\",\"/b\"]\n");
    ask(&call, WORDS("quit"), NULL, NULL);
    assert_int_equal(call.status, 0);
    assert_string_equal(call.said, "");
    assert_string_equal(call.complained, "");
}

static void errors_go_to_standard_error(void **state)
{
    (void)state;
    struct call call;
    ask(&call, WORDS("wait", "idle"), NULL, &(struct fz_error){.code = FZ_E_TIMEOUT, .msg = "still busy"});
    assert_int_equal(call.status, 1);
    assert_complained(&call, "still busy");
}

static void names_choose_the_server(void **state)
{
    (void)state;
    static const char *const ways[][4] = {{"--name", "left", "status"}, {"--name=left", "status"}};
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct call call;
        prepare(&call, ways[i]);
        start_server("left");
        go(&call);
        answer_next("status", "I am left");
        finish(&call);
        stop_server(NULL);
        assert_string_equal(call.said, "I am left\n");
    }
}

static void nobody_there(void **state)
{
    (void)state;
    struct call call;
    prepare(&call, WORDS("--name=nobody", "status"));
    go(&call);
    finish(&call);
    assert_int_equal(call.status, 1);
    assert_complained(&call, "nobody");
}

static void usage(void **state)
{
    (void)state;
    static const char *const bad[][4] = {{NULL},          {"--name"}, {"--name=x"},
                                         {"--name", "x"}, {"-x"},     {"--name=../x", "status"}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct call call;
        prepare(&call, bad[i]);
        go(&call);
        finish(&call);
        assert_int_equal(call.status, 2);
        assert_complained(&call, i + 1 < COUNT(bad) ? "usage" : "../x");
    }
}

static void an_argument_that_is_no_text(void **state)
{
    (void)state;
    struct call call;
    prepare(&call, WORDS("key", "\xff"));
    start_server("default");
    go(&call);
    finish(&call);
    assert_true(call.status == 1 || call.status == 2);
    assert_complained(&call, "UTF-8");
}

static void the_server_ends_without_an_answer(void **state)
{
    (void)state;
    struct call call;
    prepare(&call, WORDS("wait", "loaded"));
    start_server("default");
    go(&call);
    struct fz_request *request = next_request(PATIENCE_S);
    assert_non_null(request);
    stop_server(NULL);
    fz_request_free(request);
    finish(&call);
    assert_int_equal(call.status, 1);
    assert_complained(&call, "frieze");
}

/* A server that hangs up before it has read all, having said `reason`: the second part meets the hang-up. */
static void hang_up(struct call *call, const char *reason)
{
    struct sockaddr_un address;
    char *big = malloc(4000000);
    memset(big, 'x', 4000000);
    big[3999999] = '\0';
    prepare(call, WORDS("key", big)); /* more than the socket takes in */
    free(big);
    assert_int_equal(fz_socket_address("default", true, &address, NULL), FZ_OK);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    go(call);
    int client = accept(fd, NULL, NULL);
    assert_true(client >= 0);
    assert_true(readable(client, PATIENCE_S));
    say(client, reason);
    close(client);
    close(fd);
    finish(call);
    assert_int_equal(unlink(address.sun_path), 0);
}

/* An error like any other, not a death by SIGPIPE. */
static void hung_up_at_once(void **state)
{
    (void)state;
    struct call call;
    hang_up(&call, "");
    if (call.status < 0)
        fail_msg("killed by signal %d", -call.status);
    assert_int_equal(call.status, 1);
    assert_complained(&call, "frieze");
}

static void hung_up_with_a_reason(void **state)
{
    (void)state;
    struct call call;
    hang_up(&call,
            "{\"id\":null,\"ok\":false,\"error\":{\"code\":\"limit\",\"message\":\"too many clients\"}}\n");
    assert_int_equal(call.status, 1);
    assert_complained(&call, "too many clients");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, stop_server)
    const struct CMUnitTest tests[] = {
        TEST(prints_results),
        TEST(errors_go_to_standard_error),
        TEST(names_choose_the_server),
        TEST(nobody_there),
        TEST(usage),
        TEST(an_argument_that_is_no_text),
        TEST(the_server_ends_without_an_answer),
        TEST(hung_up_at_once),
        TEST(hung_up_with_a_reason),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}
