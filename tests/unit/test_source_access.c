/* Who may read what is watched changes. (What was closed, to whom that is not root: e2e/permissions.) */
#include "test_source_support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void is_told_of_pictures_and_folders(void **state)
{
    struct world *w = *state;
    run("mkdir -p d/sub && touch d/a.jpg d/notes.txt d/sub/b.jpg");
    world_start_listed(w, "d");
    run("chmod 600 d/notes.txt d/a.jpg");
    world_until_access(w, "a.jpg\n");
    run("chmod 700 d/sub");
    world_until_access(w, "sub/\n");
    run("chmod 711 d");
    world_until_access(w, "d/\n");
    world_pass(w, 200);
    assert_string_equal(w->access_names, "");
    assert_int_equal(w->changed, 0);
    assert_int_equal(w->errors, 0);
}

static void is_told_of_a_file_that_was_named(void **state)
{
    struct world *w = *state;
    run("touch a.jpg b.jpg");
    world_start_listed(w, "a.jpg");
    run("chmod 600 b.jpg a.jpg");
    world_until_access(w, "a.jpg\n");
    assert_int_equal(w->changed, 0);
}

static void write_for_owner(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0 && write(fd, "x\n", 2) == 2 && fchmod(fd, 0600) == 0);
    close(fd);
}

/* All at once: no shell, whose every program takes a while on a busy machine. */
static void is_no_news_beside_other_news(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch d/a.jpg");
    world_start_listed(w, "d");
    struct stat folder;
    assert_int_equal(stat("d", &folder), 0);
    write_for_owner("d/a.jpg");
    write_for_owner("d/b.jpg");
    const struct timespec times[] = {folder.st_atim, folder.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, "d/b.jpg", times, 0), 0);
    world_until(w, "d/a.jpg\nd/b.jpg\n");
    world_pass(w, 200);
    assert_string_equal(w->changed_names, "a.jpg\n");
}

int main(int argc, char **argv)
{
    fz_thread_claim_main();
    fz_clock_start();
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(is_told_of_pictures_and_folders),
        TEST(is_told_of_a_file_that_was_named),
        TEST(is_no_news_beside_other_news),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
