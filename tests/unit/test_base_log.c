/* One line a message, whatever it contains. */
#include "fixture.h"

#include "base/log.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

/* Logs `text` into a pipe that keeps writes apart, and reads the first write; its length without a NUL. */
static size_t logged(const char *text, char *out, size_t size, bool *more)
{
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC | O_DIRECT | O_NONBLOCK), 0);
    int before = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    fz_log("%s", text);
    dup2(before, STDERR_FILENO);
    close(before);
    close(fds[1]);
    ssize_t n = read(fds[0], out, size - 1);
    char rest;
    *more = read(fds[0], &rest, 1) > 0;
    close(fds[0]);
    assert_true(n > 0);
    out[n] = '\0';
    return (size_t)n;
}

static void a_message_is_one_line_in_one_write(void **state)
{
    (void)state;
    char line[8192];
    bool more;
    size_t len = logged("cannot open holiday.jpg", line, sizeof line, &more);
    assert_string_equal(line, "frieze: cannot open holiday.jpg\n");
    assert_int_equal(len, strlen(line));
    assert_false(more);
}

static void a_hostile_name_stays_on_its_line(void **state)
{
    (void)state;
    char line[8192];
    bool more;
    logged("a\nfrieze: b\r\x1b[2J\x7f\xff\xe2\x80\xae.jpg \xc3\xa9", line, sizeof line, &more);
    assert_false(more);
    size_t len = strlen(line);
    assert_int_equal(line[len - 1], '\n');
    for (size_t i = 0; i + 1 < len; i++)
        assert_true((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
    assert_null(strstr(line, "\xff"));
    assert_null(strstr(line, "\xe2\x80\xae"));
    assert_non_null(strstr(line, "\\x1b[2J"));
    assert_non_null(strstr(line, ".jpg \xc3\xa9\n"));
}

static void a_long_message_still_ends_its_line(void **state)
{
    (void)state;
    char text[20000], line[8192];
    bool more;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    size_t len = logged(text, line, sizeof line, &more);
    assert_true(len > 500);
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
    assert_false(more);
}

static void an_error_is_logged_by_its_message(void **state)
{
    (void)state;
    struct fz_error err;
    fz_fail(&err, FZ_E_DAMAGED, 0, "100%% of %s is damaged", "it");
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    int before = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    fz_log_error(&err);
    dup2(before, STDERR_FILENO);
    close(before);
    close(fds[1]);
    char line[200] = "";
    ssize_t n = read(fds[0], line, sizeof line - 1);
    close(fds[0]);
    assert_true(n > 0);
    assert_string_equal(line, "frieze: 100% of it is damaged\n");
}

/* Nobody reads a pipe that is full: no line waits for that, and the next one says how many were lost. */
static void who_does_not_read_holds_up_nobody(void **state)
{
    (void)state;
    enum { LOST = 5 };
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    static char block[1 << 20];
    memset(block, '#', sizeof block);
    assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
    ssize_t filled = write(fds[1], block, sizeof block);
    assert_int_equal(fcntl(fds[1], F_SETFL, 0), 0); /* from now on a write would wait */
    int before = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    double start = now_s();
    for (int i = 0; i < LOST; i++)
        fz_log("line %d", i);
    double took = now_s() - start;
    ssize_t emptied = 0;
    while (emptied < filled)
        emptied += read(fds[0], block, sizeof block);
    fz_log("somebody reads again");
    fz_log("and all is well");
    dup2(before, STDERR_FILENO);
    close(before);
    close(fds[1]);
    char text[400] = "";
    for (size_t len = 0, n = 1; n > 0; len += n) {
        ssize_t got = read(fds[0], text + len, sizeof text - 1 - len);
        n = got > 0 ? (size_t)got : 0;
    }
    close(fds[0]);
    assert_true(filled > 0 && took < SOON_S);
    assert_string_equal(text, "frieze: 5 lines could not be written\n"
                              "frieze: somebody reads again\nfrieze: and all is well\n");
}

enum { TALKERS = 6, LINES = 100 };

/* Lines of the longest kind, all of one letter that is the talker's own. */
static void *talk(void *ctx)
{
    char text[1001];
    memset(text, *(const char *)ctx, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < LINES; i++)
        fz_log("%s", text);
    return NULL;
}

static void talk_in_threads(char first)
{
    static char names[TALKERS];
    pthread_t threads[TALKERS];
    for (int i = 0; i < TALKERS; i++) {
        names[i] = (char)(first + i);
        pthread_create(&threads[i], NULL, talk, &names[i]);
    }
    for (int i = 0; i < TALKERS; i++)
        pthread_join(threads[i], NULL);
}

/* Two processes with several threads each write to one pipe: each line in it is one message. */
static void lines_of_many_stay_whole(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            dup2(fds[1], STDERR_FILENO);
            talk_in_threads('a');
            _exit(0);
        }
    }
    close(fds[1]);
    FILE *file = fdopen(fds[0], "r");
    char line[8192];
    int messages = 0;
    while (fgets(line, sizeof line, file)) {
        unsigned lost;
        if (sscanf(line, "frieze: %u lines could not", &lost) == 1)
            continue;
        assert_int_equal(strlen(line), 8 + 1000 + 1);
        assert_int_equal(strspn(line + 8, (char[]){line[8], '\0'}), 1000);
        messages++;
    }
    assert_true(messages > 10);
    fclose(file);
    for (int i = 0; i < 2; i++)
        wait(NULL);
}

/* The last room in a pipe is not promised to two. */
static void threads_do_not_wait_for_each_others_room(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        int fds[2], status = -1;
        pid_t ended = 0;
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        assert_int_equal(fcntl(fds[1], F_SETPIPE_SZ, 4096), 4096);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            dup2(fds[1], STDERR_FILENO);
            talk_in_threads('\1'); /* escaped, so that one line fills the pipe */
            _exit(0);
        }
        for (double end = now_s() + SOON_S; ended == 0 && now_s() < end;) {
            ended = waitpid(pid, &status, WNOHANG);
            sleep_ms(1);
        }
        if (ended == 0) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
        }
        close(fds[0]);
        close(fds[1]);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_one_line_in_one_write),
        cmocka_unit_test(a_hostile_name_stays_on_its_line),
        cmocka_unit_test(a_long_message_still_ends_its_line),
        cmocka_unit_test(lines_of_many_stay_whole),
        cmocka_unit_test(threads_do_not_wait_for_each_others_room),
        cmocka_unit_test(who_does_not_read_holds_up_nobody),
        cmocka_unit_test(an_error_is_logged_by_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
