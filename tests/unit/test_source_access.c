/* Who may read what is watched changes. (What was closed, to whom that is not root: e2e/permissions.) */
#include "test_source_support.h"

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

static void is_no_news_beside_other_news(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch d/a.jpg");
    world_start_listed(w, "d");
    run("echo x > d/a.jpg && chmod 600 d/a.jpg && echo x > d/b.jpg && chmod 600 d/b.jpg && touch -r d "
        "d/b.jpg");
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
