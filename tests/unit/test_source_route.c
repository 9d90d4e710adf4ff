/* The path of a root leads elsewhere, while the folder that it led to lives on and has no news. (What is mounted: e2e/away.) */
#include "test_source_support.h"

enum { REST_MS = 400 }; /* after which it waits for news alone */

static const struct fz_source_options watched = {.recursive = true, .watch = true};

/* Whichever way it is published: in one step, or removed before it is made. */
static void a_link_is_pointed_elsewhere(void **state)
{
    struct world *w = *state;
    run("mkdir one two && echo x > one/a.jpg && echo x > one/b.jpg && echo x > two/b.jpg && echo x > "
        "two/c.jpg");
    run("ln -s one now");
    world_start_listed(w, "now");
    assert_list(w, "now/a.jpg\nnow/b.jpg\n");
    fz_item_id b = fz_list_at(w->list, 1);
    world_pass(w, REST_MS);
    run("ln -s two next && mv -T next now");
    world_until(w, "now/b.jpg\nnow/c.jpg\n");
    world_until_away(w, 1, 1);
    assert_int_equal(fz_list_at(w->list, 0), b);
    assert_non_null(strstr(w->changed_names, "b.jpg\n"));
    run("echo x > one/d.jpg && echo x > two/e.jpg");
    world_until(w, "now/b.jpg\nnow/c.jpg\nnow/e.jpg\n");
    run("rm now && ln -s \"$PWD/one\" now");
    world_until(w, "now/a.jpg\nnow/b.jpg\nnow/d.jpg\n");
    assert_int_equal(w->errors, 0);
}

/* A link in the middle of the path that leads to a link, and one whose text goes up from where another led. */
static void any_link_on_the_way_counts(void **state)
{
    struct world *w = *state;
    run("mkdir -p far/away/one/in far/away/two/in far/away/three/in");
    run("touch far/away/one/in/1.jpg far/away/two/in/2.jpg far/away/three/in/3.jpg");
    run("ln -s far/away near && ln -s two far/away/there && ln -s near/there/../one here");
    world_start_listed(w, "here/in");
    assert_list(w, "here/in/1.jpg\n");
    run("ln -s near/there far/l && mv -T far/l here");
    world_until(w, "here/in/2.jpg\n");
    world_pass(w, REST_MS);
    run("ln -s three far/away/l && mv -T far/away/l far/away/there");
    world_until(w, "here/in/3.jpg\n");
}

static void a_folder_above_is_renamed(void **state)
{
    struct world *w = *state;
    run("mkdir -p top/mid/d other/mid/d && touch top/mid/d/a.jpg other/mid/d/b.jpg");
    world_start_listed(w, "top/mid/d");
    world_pass(w, REST_MS);
    run("mv top gone");
    world_until_away(w, 1, 0);
    assert_list(w, "top/mid/d/a.jpg\n");
    run("mv gone top");
    world_until_away(w, 1, 1);
    world_pass(w, REST_MS);
    run("mv top gone && mv other top");
    world_until(w, "top/mid/d/b.jpg\n");
    run("touch gone/mid/d/c.jpg top/mid/d/d.jpg");
    world_until(w, "top/mid/d/b.jpg\ntop/mid/d/d.jpg\n");
}

static void named_files_change_with_their_folder(void **state)
{
    struct world *w = *state;
    run("mkdir one two && echo x > one/a.jpg && echo x > one/b.jpg && echo x > two/a.jpg && ln -s one now");
    const char *const arguments[] = {"now/a.jpg", "now/b.jpg"};
    struct fz_error err;
    assert_int_equal(world_start_many(w, &watched, arguments, 2, &err), FZ_OK);
    world_until_listed(w);
    world_pass(w, REST_MS);
    run("ln -s two next && mv -T next now");
    world_until_away(w, 2, 2);
    assert_list(w, "now/a.jpg\n");
    assert_string_equal(w->changed_names, "a.jpg\n");
    run("echo x > one/b.jpg && echo x > two/b.jpg");
    world_until(w, "now/a.jpg\nnow/b.jpg\n");
}

static void without_watching_nothing_changes(void **state)
{
    struct world *w = *state;
    run("mkdir one two && touch one/a.jpg two/b.jpg && ln -s one now");
    world_start(w, (struct fz_source_options){.recursive = true}, "now");
    world_until_listed(w);
    run("ln -s two next && mv -T next now");
    world_pass(w, REST_MS);
    assert_list(w, "now/a.jpg\n");
}

int main(int argc, char **argv)
{
    fz_thread_claim_main();
    fz_clock_start();
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(a_link_is_pointed_elsewhere),      TEST(any_link_on_the_way_counts),
        TEST(a_folder_above_is_renamed),        TEST(named_files_change_with_their_folder),
        TEST(without_watching_nothing_changes),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
