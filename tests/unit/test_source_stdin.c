/* Paths on standard input: a pipe, a file, a folder, nothing. */
#include "test_source_support.h"

static const struct fz_source_options once = {.recursive = true};
static const struct fz_source_options watched = {.recursive = true, .watch = true};
static const struct fz_source_options with_nul = {.recursive = true, .nul_separated = true};

static int own_stdin = -1;

/* Standard input is a pipe now; returns its other end. */
static int pipe_stdin(void)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    return ends[1];
}

static void feed(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        assert_true(n > 0);
        text += n;
        len -= (size_t)n;
    }
}

static void feed_text(int fd, const char *text)
{
    feed(fd, text, strlen(text));
}

static int setup_stdin(void **state)
{
    own_stdin = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
    return setup(state);
}

static int teardown_stdin(void **state)
{
    if (own_stdin >= 0) {
        dup2(own_stdin, STDIN_FILENO);
        close(own_stdin);
    }
    return teardown(state);
}

static void in_the_order_given(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    run("mkdir d && touch b.jpg a.jpg d/c.jpg notes.txt");
    world_start(w, once, "-");
    assert_int_equal(fz_sources_order(w->sources, 0), FZ_SOURCE_AS_GIVEN);
    feed_text(fd, "b.jpg\n\nd/c.jpg\n./a.jpg\nd/../notes.txt\nmissing.jpg\n/nowhere/x.png\nlast.jpg");
    world_until(w, "b.jpg\nd/c.jpg\na.jpg\nnotes.txt\nmissing.jpg\n/nowhere/x.png\n");
    assert_int_equal(w->listed, 0);
    close(fd);
    world_until_listed(w);
    assert_list(w, "b.jpg\nd/c.jpg\na.jpg\nnotes.txt\nmissing.jpg\n/nowhere/x.png\nlast.jpg\n");
    for (size_t i = 0; i < fz_list_count(w->list); i++)
        assert_true(fz_list_is_explicit(w->list, fz_list_at(w->list, i)));
    assert_int_equal(w->errors, 0);
}

static void piece_by_piece(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    world_start(w, once, "-");
    feed_text(fd, "one.j");
    world_pass(w, 50);
    assert_list(w, "");
    feed_text(fd, "pg\ntwo.jpg\nthr");
    world_until(w, "one.jpg\ntwo.jpg\n");
    feed_text(fd, "ee.jpg\n");
    world_until(w, "one.jpg\ntwo.jpg\nthree.jpg\n");
    close(fd);
    world_until_listed(w);
}

static void ended_by_nul(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    world_start(w, with_nul, "-");
    feed(fd, "new\nline.jpg\0\0b.jpg\0c.jpg", 25);
    close(fd);
    world_until_listed(w);
    assert_int_equal(fz_list_count(w->list), 3);
    assert_string_equal(fz_list_name(w->list, fz_list_at(w->list, 0)), "new\nline.jpg");
}

static void folders_are_read_in_their_place(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    run("mkdir -p d/e d.jpg && touch d/2.jpg d/10.jpg d/notes.txt d/e/x.jpg z.jpg");
    world_start(w, once, "-");
    feed_text(fd, "z.jpg\nd\ny.jpg\nd\n");
    close(fd);
    world_until_listed(w);
    assert_list(w, "z.jpg\nd/2.jpg\nd/10.jpg\nd/e/x.jpg\ny.jpg\n");
}

static void a_path_too_long_is_left_out(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    char *text = fz_malloc(200000);
    memset(text, 'x', 200000);
    text[199999] = '\n';
    world_start(w, once, "-");
    feed_text(fd, "a.jpg\n");
    feed(fd, text, 200000);
    feed_text(fd, "b.jpg\n");
    feed(fd, text, 5000);
    close(fd);
    world_until_listed(w);
    assert_list(w, "a.jpg\nb.jpg\n");
    assert_int_equal(w->errors, 2);
    assert_int_equal(w->last_code, FZ_E_LIMIT);
    free(text);
}

/* And is no name that ends there, nor, where it begins so, the working directory. */
static void a_line_with_a_nul_is_left_out(void **state)
{
    static const char lines[] = "a.jpg\nb.jpg\0c.jpg\n\0d.jpg\n.\0\n\0\ne.jpg\nf.jpg\0";
    struct world *w = *state;
    int fd = pipe_stdin();
    run("touch here.jpg");
    world_start(w, once, "-");
    feed(fd, lines, sizeof lines - 1);
    close(fd);
    world_until_listed(w);
    assert_list(w, "a.jpg\ne.jpg\n");
    assert_int_equal(w->errors, 1);
    assert_non_null(strstr(w->last_error, "-0"));
}

/* So it is where the list is longer than any path, and comes in pieces. */
static void a_list_ended_by_nul_is_told_of_once(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    world_start(w, once, "-");
    for (int i = 0; i < 20000; i++)
        feed(fd, "name.jpg", 9);
    feed_text(fd, "\nlast.jpg\n");
    close(fd);
    world_until_listed(w);
    assert_list(w, "last.jpg\n");
    assert_int_equal(w->errors, 1);
    assert_non_null(strstr(w->last_error, "-0"));
}

static void nothing_at_all_is_one_line(void **state)
{
    struct world *w = *state;
    close(pipe_stdin());
    world_start(w, once, "-");
    world_until_listed(w);
    assert_int_equal(w->errors, 1);
    assert_int_equal(w->last_code, FZ_E_EMPTY);
}

static void unreadable_input_is_one_line(void **state)
{
    struct world *w = *state;
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    dup2(fd, STDIN_FILENO);
    close(fd);
    world_start(w, once, "-");
    world_until_listed(w);
    assert_true(w->errors >= 1);
    assert_non_null(strstr(w->last_error, "standard input"));
}

static void a_hundred_thousand_from_a_file(void **state)
{
    struct world *w = *state;
    FILE *file = fopen("paths", "w");
    for (int i = 0; i < 100000; i++)
        fprintf(file, "folder-%d/IMG_%06d.jpg\n", i / 1000, i);
    fclose(file);
    int fd = open("paths", O_RDONLY);
    dup2(fd, STDIN_FILENO);
    close(fd);
    int64_t start = fz_now_us();
    world_start(w, watched, "-");
    world_until_listed(w);
    print_message("100,000 paths: %.1f ms\n", (double)(fz_now_us() - start) / 1e3);
    assert_int_equal(fz_list_count(w->list), 100000);
    assert_string_equal(fz_list_name(w->list, fz_list_at(w->list, 99999)), "IMG_099999.jpg");
}

static void stopping_while_waiting(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    world_start(w, watched, "-");
    feed_text(fd, "a.jpg\nb");
    world_until(w, "a.jpg\n");
    int64_t start = fz_now_us();
    world_stop(w);
    assert_true(fz_now_us() - start < 1000000);
    close(fd);
}

static void given_files_are_followed(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    run("mkdir -p d sub/in && touch d/a.jpg d/b.jpg d/other.jpg sub/in/x.jpg");
    world_start(w, watched, "-");
    feed_text(fd, "d/b.jpg\nd/a.jpg\nsub\n");
    world_until(w, "d/b.jpg\nd/a.jpg\nsub/in/x.jpg\n");
    close(fd);
    world_until_listed(w);
    run("echo x > d/a.jpg && echo x > d/other.jpg && touch new.jpg && mv new.jpg d/b.jpg && touch "
        "sub/in/y.jpg");
    world_until(w, "d/b.jpg\nd/a.jpg\nsub/in/x.jpg\nsub/in/y.jpg\n");
    world_pass(w, 200);
    assert_int_equal(w->changed, 2);
    run("rm d/a.jpg d/other.jpg sub/in/x.jpg");
    world_until(w, "d/b.jpg\nsub/in/y.jpg\n");
    run("mv d e && rm -r sub");
    world_until(w, "");
}

static void beside_other_sources(void **state)
{
    struct world *w = *state;
    int fd = pipe_stdin();
    run("mkdir d && touch d/a.jpg");
    const char *const arguments[] = {"d", "-", "d/a.jpg"};
    struct fz_error err;
    assert_int_equal(world_start_many(w, &watched, arguments, 3, &err), FZ_OK);
    world_until(w, "d/a.jpg\nd/a.jpg\n");
    feed_text(fd, "late.jpg\n");
    world_until(w, "d/a.jpg\nlate.jpg\nd/a.jpg\n");
    close(fd);
    world_until_listed(w);
}

#undef TEST
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup_stdin, teardown_stdin)

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    const struct CMUnitTest tests[] = {
        TEST(in_the_order_given),
        TEST(piece_by_piece),
        TEST(ended_by_nul),
        TEST(folders_are_read_in_their_place),
        TEST(a_path_too_long_is_left_out),
        TEST(a_line_with_a_nul_is_left_out),
        TEST(a_list_ended_by_nul_is_told_of_once),
        TEST(nothing_at_all_is_one_line),
        TEST(unreadable_input_is_one_line),
        TEST(a_hundred_thousand_from_a_file),
        TEST(stopping_while_waiting),
        TEST(given_files_are_followed),
        TEST(beside_other_sources),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
