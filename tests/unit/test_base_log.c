/* One line a message, whatever it contains. */
#include "fixture.h"

#include "base/log.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_one_line_in_one_write),
        cmocka_unit_test(a_hostile_name_stays_on_its_line),
        cmocka_unit_test(a_long_message_still_ends_its_line),
        cmocka_unit_test(who_does_not_read_holds_up_nobody),
        cmocka_unit_test(an_error_is_logged_by_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
