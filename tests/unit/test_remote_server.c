/* The control socket's conversations: whole, broken, half closed, too many, too long. */
#include "server_fixture.h"

#include <sys/resource.h>

static void asks_and_answers(void **state)
{
    (void)state;
    int fd = dial("default");
    assert_serves(fd);
    say(fd, "{\"id\":2,\"cmd\":\"key\",\"args\":[\"Right\"]}\n");
    struct fz_request *request = next_request(PATIENCE_S);
    assert_non_null(request);
    assert_string_equal(request->command, "key");
    assert_int_equal(request->argc, 1);
    assert_string_equal(request->argv[0], "Right");
    fz_fail(&request->error, FZ_E_USAGE, 0, "no such key");
    fz_server_answer(site.server, request);
    assert_hears(fd, "{\"id\":2,\"ok\":false,\"error\":{\"code\":\"usage\",\"message\":\"no such key\"}}");
    close(fd);
}

static void a_request_may_come_in_pieces(void **state)
{
    (void)state;
    int fd = dial("default");
    static const char line[] = "{\"id\":1,\"cmd\":\"status\"}\n";
    for (size_t i = 0; i < sizeof line - 1; i++) {
        assert_null(next_request(0));
        assert_true(try_say(fd, line + i, 1));
        sleep_ms(2);
    }
    answer_next("status", "whole");
    assert_hears(fd, "{\"id\":1,\"ok\":true,\"result\":\"whole\"}");
    close(fd);
}

/* Several at once: one under way, the others wait their turn. */
static void requests_are_served_one_after_another(void **state)
{
    (void)state;
    int fd = dial("default");
    say(fd, "{\"id\":1,\"cmd\":\"a\"}\n{\"id\":2,\"cmd\":\"b\"}\nnonsense\n{\"id\":3,\"cmd\":\"c\"}\n");
    struct fz_request *first = next_request(PATIENCE_S);
    assert_non_null(first);
    assert_string_equal(first->command, "a");
    assert_null(next_request(0.1));
    fz_server_answer(site.server, first);
    answer_next("b", "B");
    answer_next("c", "C");
    assert_hears(fd, "{\"id\":1,\"ok\":true,\"result\":null}");
    assert_hears(fd, "{\"id\":2,\"ok\":true,\"result\":\"B\"}");
    assert_hears_error(fd, "usage");
    assert_hears(fd, "{\"id\":3,\"ok\":true,\"result\":\"C\"}");
    close(fd);
}

static void clients_get_their_own_answers(void **state)
{
    (void)state;
    int a = dial("default"), b = dial("default");
    say(a, "{\"id\":\"a\",\"cmd\":\"a\"}\n");
    struct fz_request *for_a = next_request(PATIENCE_S);
    say(b, "{\"id\":\"b\",\"cmd\":\"b\"}\n");
    struct fz_request *for_b = next_request(PATIENCE_S);
    assert_true(for_a && for_b);
    fz_server_answer(site.server, for_b); /* in any order */
    assert_hears(b, "{\"id\":\"b\",\"ok\":true,\"result\":null}");
    assert_false(readable(a, 0.05));
    fz_server_answer(site.server, for_a);
    assert_hears(a, "{\"id\":\"a\",\"ok\":true,\"result\":null}");
    close(a);
    close(b);
}

static void nonsense_is_refused_and_the_conversation_goes_on(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\n", "x\n", "{\n", "[]\n", "{\"cmd\":1}\n", "{\"cmd\":\"\xff\"}\n", "\x01\x02\x7f\n", "\r\n"};
    int fd = dial("default");
    for (size_t i = 0; i < COUNT(lines); i++) {
        say(fd, lines[i]);
        assert_hears_error(fd, "usage");
    }
    assert_true(try_say(fd, "\0\n", 2));
    assert_hears_error(fd, "usage");
    assert_null(next_request(0));
    assert_serves(fd);
    close(fd);
}

/* ---- Too long, too many -------------------------------------------------------------------------------- */

static void a_line_has_a_longest_length(void **state)
{
    (void)state;
    enum { MAX_LINE = 65536 };
    int good = dial("default"), bad = dial("default");
    char *line = malloc(MAX_LINE + 1);
    memset(line, 'x', MAX_LINE);
    memcpy(line, "{\"cmd\":\"", 8);
    memcpy(line + MAX_LINE - 3, "\"}\n", 4); /* with its end exactly the limit */
    assert_true(try_say(good, line, MAX_LINE));
    struct fz_request *request = next_request(PATIENCE_S);
    assert_non_null(request);
    assert_int_equal(strlen(request->command), MAX_LINE - 11);
    fz_server_answer(site.server, request);
    assert_hears(good, "{\"id\":null,\"ok\":true,\"result\":null}");
    memset(line, 'x', MAX_LINE);
    assert_true(try_say(bad, line, MAX_LINE));
    assert_hears_error(bad, "limit");
    assert_hung_up(bad);
    assert_null(next_request(0));
    assert_serves(good);
    free(line);
    close(good);
    close(bad);
}

static void an_endless_line_is_cut_off(void **state)
{
    (void)state;
    char block[4096];
    int fd = dial("default"), sent = 0;
    memset(block, '[', sizeof block);
    while (sent < 10000 && try_say(fd, block, sizeof block))
        sent++;
    assert_true(sent < 10000); /* far below that it hung up */
    close(fd);
    fd = dial("default");
    assert_serves(fd);
    close(fd);
}

static void the_ninth_client_is_refused(void **state)
{
    (void)state;
    int fds[8];
    for (int i = 0; i < 8; i++) {
        fds[i] = dial("default");
        assert_serves(fds[i]);
    }
    for (int i = 0; i < 3; i++) {
        int ninth = dial("default");
        assert_hears_error(ninth, "limit");
        assert_hung_up(ninth);
        close(ninth);
    }
    for (int i = 0; i < 8; i++)
        assert_serves(fds[i]);
    close(fds[3]);
    fds[3] = -1;
    for (double end = now_s() + PATIENCE_S;
         fds[3] < 0 && now_s() < end;) { /* its place is free in a moment */
        int fd = dial("default");
        if (readable(fd, 0.05))
            close(fd);
        else
            fds[3] = fd;
    }
    assert_true(fds[3] >= 0);
    for (int i = 0; i < 8; i++) {
        assert_serves(fds[i]);
        close(fds[i]);
    }
}

/* ---- Closed halfway ------------------------------------------------------------------------------------ */

static void half_closed_clients_get_their_answers(void **state)
{
    (void)state;
    int fd = dial("default");
    say(fd, "{\"id\":1,\"cmd\":\"a\"}\n{\"id\":2,\"cmd\":\"b\"}\n");
    shutdown(fd, SHUT_WR);
    sleep_ms(30);
    answer_next("a", "A");
    answer_next("b", "B");
    assert_hears(fd, "{\"id\":1,\"ok\":true,\"result\":\"A\"}");
    assert_hears(fd, "{\"id\":2,\"ok\":true,\"result\":\"B\"}");
    assert_hung_up(fd);
    close(fd);
}

static double cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void waiting_costs_nothing(void **state)
{
    (void)state;
    int half = dial("default"), idle = dial("default"), partial = dial("default"), waiting = dial("default");
    say(half, "{\"cmd\":\"a\"}\n{\"cmd\":\"b\"}\n");
    shutdown(half, SHUT_WR);
    say(partial, "{\"cmd\":");
    say(waiting, "{\"cmd\":\"c\"}\n{\"cmd\":\"d\"}\nmore");
    struct fz_request *r[2] = {next_request(PATIENCE_S), next_request(PATIENCE_S)};
    assert_true(r[0] && r[1]);
    sleep_ms(20);
    double before = cpu_s();
    sleep_ms(400);
    assert_true(cpu_s() - before < 0.2);
    fz_server_answer(site.server, r[0]);
    fz_server_answer(site.server, r[1]);
    close(half);
    close(idle);
    close(partial);
    close(waiting);
}

/* An answer to who is gone goes to nobody, least of all to who sits in the same place now. */
static void answers_to_the_gone_are_dropped(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        int gone = dial("default");
        say(gone, "{\"id\":\"gone\",\"cmd\":\"a\"}\n");
        struct fz_request *request = next_request(PATIENCE_S);
        assert_non_null(request);
        close(gone);
        if (round % 2)
            sleep_ms(5);
        int next = dial("default");
        say(next, "{\"id\":\"next\",\"cmd\":\"b\"}\n");
        struct fz_request *second = next_request(PATIENCE_S);
        assert_non_null(second);
        assert_true(second->client != request->client);
        fz_server_answer(site.server, request);
        fz_server_answer(site.server, second);
        assert_hears(next, "{\"id\":\"next\",\"ok\":true,\"result\":null}");
        assert_false(readable(next, 0.01));
        close(next);
    }
}

static void who_leaves_in_the_middle_is_forgotten(void **state)
{
    (void)state;
    static const char *const left[] = {"", "{\"cmd\":", "nonsense\n", "nonsense\nnonsense\n{\"cmd\":\"a\"}"};
    for (int round = 0; round < 40; round++) {
        int fd = dial("default");
        say(fd, left[round % 4]);
        close(fd);
    }
    for (double end = now_s() + PATIENCE_S; now_s() < end;) {
        int fd = dial("default");
        bool refused = readable(fd, 0.05);
        if (!refused)
            assert_serves(fd);
        close(fd);
        if (!refused)
            return;
    }
    fail_msg("no place became free");
}

/* Who does not read holds up nobody else, and finds everything in order later. */
static void a_slow_reader_holds_up_nobody(void **state)
{
    (void)state;
    enum { BIG = 3 << 20 };
    char *text = malloc(BIG + 1);
    memset(text, 'y', BIG);
    text[BIG] = '\0';
    int slow = dial("default"), other = dial("default");
    say(slow, "{\"id\":1,\"cmd\":\"a\"}\n{\"id\":2,\"cmd\":\"b\"}\n");
    answer_next("a", text);
    for (int i = 0; i < 20; i++)
        assert_serves(other);
    assert_null(next_request(0.05)); /* nothing more of it until it has read */
    char *line = hear(slow);
    assert_non_null(line);
    assert_int_equal(strlen(line), BIG + strlen("{\"id\":1,\"ok\":true,\"result\":\"\"}"));
    assert_non_null(strstr(line, "yyy\"}"));
    free(line);
    answer_next("b", "short");
    assert_hears(slow, "{\"id\":2,\"ok\":true,\"result\":\"short\"}");
    say(slow, "{\"cmd\":\"c\"}\n");
    answer_next("c", text);
    close(slow); /* in the middle of the answer */
    assert_serves(other);
    close(other);
    free(text);
}

/* Answers whatever is asked within `seconds`, at once; gives how much that was, and counts the answers that came to `fd`. */
static size_t answer_all(int fd, double seconds, size_t *heard)
{
    size_t count = 0;
    for (double end = now_s() + seconds; now_s() < end;) {
        char bytes[4096];
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        for (ssize_t i = 0; i < n; i++)
            *heard += bytes[i] == '\n';
        if (!site.taken)
            site.taken = fz_ready_take(&site.requests);
        struct fz_request *request = next_request(0);
        if (request)
            fz_server_answer(site.server, request);
        count += request != NULL;
    }
    return count;
}

/* So many at once, then at a pace, and all of them in the end; nobody else is slowed down by it. */
static void who_asks_too_much_waits(void **state)
{
    (void)state;
    enum { COUNT_ALL = 700, AT_ONCE = 250, A_SECOND = 500 };
    static const char ask[] = "{\"cmd\":\"flood\"}\n";
    char text[COUNT_ALL * (sizeof ask - 1) + 1] = "";
    for (size_t i = 0; i < COUNT_ALL; i++)
        memcpy(text + i * (sizeof ask - 1), ask, sizeof ask);
    int flood = dial("default"), other = dial("default");
    size_t heard = 0;
    say(flood, text);
    assert_int_equal(shutdown(flood, SHUT_WR), 0);
    double began = now_s();
    size_t taken = answer_all(flood, 0.3, &heard);
    double took = now_s() - began;
    assert_true(taken >= AT_ONCE);
    assert_true((double)taken <= AT_ONCE + 2 + A_SECOND * took);

    struct fz_request *request;
    say(other, "{\"cmd\":\"other\"}\n");
    for (bool answered = false; !answered; taken += !answered) {
        assert_non_null(request = next_request(PATIENCE_S));
        answered = strcmp(request->command, "other") == 0;
        fz_server_answer(site.server, request);
    }
    assert_true(taken < COUNT_ALL);
    assert_hears(other, "{\"id\":null,\"ok\":true,\"result\":null}");

    while (heard < COUNT_ALL && now_s() - began < PATIENCE_S)
        taken += answer_all(flood, 0.05, &heard);
    assert_int_equal(taken, COUNT_ALL);
    assert_int_equal(heard, COUNT_ALL);
    assert_true(now_s() - began > (double)(COUNT_ALL - AT_ONCE) / A_SECOND - 0.1);
    close(flood);
    close(other);
}

/* Neither does nonsense, nor a connection for each request, get more than its share. */
static void connecting_anew_does_not_help(void **state)
{
    (void)state;
    enum { AT_ONCE = 250, A_SECOND = 500 };
    double began = now_s();
    size_t heard = 0;
    while (now_s() - began < 1) {
        int fd = dial("default");
        say(fd, "nonsense\n");
        assert_hears_error(fd, "usage");
        heard++;
        close(fd);
    }
    /* Where the one before is not seen to be closed yet, the next place is taken. */
    assert_true((double)heard <= 2 * (AT_ONCE + 2 + A_SECOND * (now_s() - began)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_default, stop_server)
    const struct CMUnitTest tests[] = {
        TEST(asks_and_answers),
        TEST(a_request_may_come_in_pieces),
        TEST(requests_are_served_one_after_another),
        TEST(clients_get_their_own_answers),
        TEST(nonsense_is_refused_and_the_conversation_goes_on),
        TEST(a_line_has_a_longest_length),
        TEST(an_endless_line_is_cut_off),
        TEST(the_ninth_client_is_refused),
        TEST(half_closed_clients_get_their_answers),
        TEST(waiting_costs_nothing),
        TEST(answers_to_the_gone_are_dropped),
        TEST(who_leaves_in_the_middle_is_forgotten),
        TEST(a_slow_reader_holds_up_nobody),
        TEST(who_asks_too_much_waits),
        TEST(connecting_anew_does_not_help),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}
