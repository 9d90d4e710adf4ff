/* Folders and files as sources, listed once: against real folders. */
#include "test_source_support.h"

static const struct fz_source_options once = {.recursive = true};

static void a_tree_in_natural_order(void **state)
{
    struct world *w = *state;
    run("mkdir -p b/10 b/9 a && touch b/img10.jpg b/img9.jpg b/IMG1.png b/9/x.jpg b/10/x.jpg a/z.gif "
        "top.webp a/notes.txt "
        "a/film.mp4 b/img9.xmp");
    world_start(w, once, ".");
    world_until_listed(w);
    assert_list(w, "top.webp\na/z.gif\nb/IMG1.png\nb/img9.jpg\nb/img10.jpg\nb/9/x.jpg\nb/10/x.jpg\n");
    assert_int_equal(w->left_out, 3);
    assert_int_equal(w->errors, 0);
}

static void not_recursive(void **state)
{
    struct world *w = *state;
    run("mkdir a && touch a/b.jpg c.jpg");
    world_start(w, (struct fz_source_options){0}, ".");
    world_until_listed(w);
    assert_list(w, "c.jpg\n");
}

static void hidden_entries_only_when_asked_for(void **state)
{
    struct world *w = *state;
    run("mkdir -p .git @eaDir .@__thumb a && touch .git/a.jpg @eaDir/b.jpg .@__thumb/c.jpg a/._d.jpg "
        "a/.e.jpg a/f.jpg "
        "a/Thumbs.db");
    world_start(w, once, w->dir);
    world_until_listed(w);
    assert_list(w, "a/f.jpg\n");
    world_stop(w);
    w->listed = 0;
    world_start(w, (struct fz_source_options){.recursive = true, .hidden = true}, w->dir);
    world_until_listed(w);
    assert_int_equal(fz_list_count(w->list), 6);
}

static void odd_names(void **state)
{
    struct world *w = *state;
    char longest[256];
    memset(longest, 'n', 255);
    memcpy(longest + 251, ".jpg", 5);
    const char *const names[] = {"new\nline.jpg",    "\x1b[31mred.jpg", "bad\xff\xfe.jpg",
                                 "\xe2\x80\xae.jpg", " .jpg",           "-.jpg",
                                 "a'\"\\.jpg",       "%s%n.jpg",        longest};
    size_t count = sizeof names / sizeof *names;
    for (size_t i = 0; i < count; i++)
        write_file(names[i], "");
    world_start(w, once, ".");
    world_until_listed(w);
    assert_int_equal(fz_list_count(w->list), count);
    for (size_t i = 0; i < count; i++) {
        char *path = fz_list_path(w->list, fz_list_at(w->list, i));
        assert_int_equal(access(path, F_OK), 0);
        free(path);
    }
    assert_int_equal(w->errors, 0);
}

static void unknown_kinds_have_no_place_yet(void **state)
{
    struct world *w = *state;
    run("touch a.jpg raw.xyz nothing");
    world_start(w, once, ".");
    world_until_listed(w);
    assert_list(w, "a.jpg\n");
    assert_int_equal(fz_list_unknown_count(w->list), 2);
}

static void links(void **state)
{
    struct world *w = *state;
    run("mkdir -p real/in other && touch real/a.jpg real/in/b.jpg other/c.jpg outside && mkdir root && cd "
        "root &&"
        "mkdir sub && touch sub/d.jpg && ln -s sub 0first && ln -s sub/d.jpg d-link.jpg && ln -s . self && "
        "ln -s .. up &&"
        "ln -s nowhere dangling && ln -s nowhere dangling.jpg && ln -s round round && ln -s round.jpg "
        "round.jpg");
    world_start(w, once, "root");
    world_until_listed(w);
    /* `up` leads to the temporary folder with all in it, except `root`, which is known already. */
    assert_list(w, "root/d-link.jpg\nroot/dangling.jpg\nroot/round.jpg\nroot/sub/d.jpg\nroot/up/other/c.jpg\n"
                   "root/up/real/a.jpg\nroot/up/real/in/b.jpg\n");
    assert_int_equal(w->errors, 1); /* `round`, which is no picture by its name */
    assert_non_null(strstr(w->last_error, "/root/round: "));
}

static void devices_and_fifos_are_left_out(void **state)
{
    struct world *w = *state;
    run("mkfifo fifo.jpg pipe && ln -s /dev/null null.jpg && ln -s fifo.jpg other.jpg && touch a.jpg");
    int fd = open("socket.jpg", O_RDONLY); /* none: only that the name is free */
    assert_int_equal(fd, -1);
    world_start(w, once, ".");
    world_until_listed(w);
    assert_list(w, "a.jpg\n");
    assert_int_equal(fz_list_unknown_count(w->list), 0);
}

static void an_unreadable_folder_is_one_line(void **state)
{
    struct world *w = *state;
    if (geteuid() == 0) {
        print_message("root may read everything: not checked here\n");
        return;
    }
    run("mkdir -p a shut z && touch a/a.jpg shut/b.jpg z/c.jpg && chmod 0 shut");
    world_start(w, once, ".");
    world_until_listed(w);
    assert_list(w, "a/a.jpg\nz/c.jpg\n");
    assert_int_equal(w->errors, 1);
    assert_int_equal(w->last_code, FZ_E_ACCESS);
    assert_non_null(strstr(w->last_error, "/shut: "));
}

/* As root too: a folder whose path is too long to be opened. Its name in the message is shortened, the
 * reason not. */
static void a_path_too_long_is_one_line(void **state)
{
    struct world *w = *state;
    write_file("a.jpg", "");
    char name[201];
    memset(name, 'd', 200);
    name[200] = '\0';
    for (int i = 0; i < 25; i++) {
        assert_int_equal(mkdir(name, 0777), 0);
        assert_int_equal(chdir(name), 0);
    }
    assert_int_equal(chdir(w->dir), 0);
    world_start(w, once, ".");
    world_until_listed(w);
    assert_list(w, "a.jpg\n");
    assert_int_equal(w->errors, 1);
    assert_non_null(strstr(w->last_error, "...d"));
    assert_non_null(strstr(w->last_error, strerror(ENAMETOOLONG)));
}

static void an_empty_folder_is_one_line(void **state)
{
    struct world *w = *state;
    run("mkdir -p e/f && touch e/f/notes.txt");
    world_start(w, once, "e");
    world_until_listed(w);
    assert_list(w, "");
    assert_int_equal(w->errors, 1);
    assert_int_equal(w->last_code, FZ_E_EMPTY);
    assert_string_equal(w->last_error, "e: no pictures in this folder");
    assert_int_equal(w->left_out, 1);
}

static void a_missing_path_is_one_line_and_a_tile(void **state)
{
    struct world *w = *state;
    world_start(w, once, "no/such.jpg");
    world_until_listed(w);
    assert_list(w, "no/such.jpg\n");
    assert_true(fz_list_is_explicit(w->list, fz_list_at(w->list, 0)));
    assert_int_equal(w->errors, 1);
    assert_int_equal(w->last_code, FZ_E_NOT_FOUND);
    assert_string_equal(w->last_error, "no/such.jpg: no such file or folder");
}

static void named_files_stand_in_order_of_the_command_line(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch b.jpg a.jpg notes.txt .hidden.jpg d/e.jpg && mkfifo fifo");
    const char *const arguments[] = {"b.jpg", "a.jpg", "notes.txt", "d", "./d/../.hidden.jpg",
                                     "fifo",  "a.jpg"};
    struct fz_error err;
    assert_int_equal(world_start_many(w, &once, arguments, 7, &err), FZ_OK);
    world_until_listed(w);
    assert_list(w, "b.jpg\na.jpg\nnotes.txt\nd/e.jpg\n.hidden.jpg\nfifo\na.jpg\n");
    assert_int_equal(w->errors, 0);
}

FZ_TEST void thousands_of_named_files(void **state)
{
    struct world *w = *state;
    enum { COUNT = 5000 };
    char **arguments = fz_calloc(COUNT, sizeof *arguments);
    for (int i = 0; i < COUNT; i++) {
        arguments[i] = fz_asprintf("f%d.jpg", i);
        write_file(arguments[i], "");
    }
    struct fz_error err;
    struct fz_source_options watched = {.recursive = true, .watch = true};
    assert_int_equal(world_start_many(w, &watched, (const char *const *)arguments, COUNT, &err), FZ_OK);
    int64_t start = fz_now_us();
    world_until_listed(w);
    print_message("%d named files: %.1f ms\n", COUNT, (double)(fz_now_us() - start) / 1e3);
    for (int i = 0; i < COUNT; i++)
        assert_string_equal(fz_list_name(w->list, fz_list_at(w->list, (size_t)i)), arguments[i]);
    run("rm f77.jpg && mv f78.jpg f79.jpg");
    world_pass(w, 300);
    assert_int_equal(fz_list_count(w->list), COUNT - 2);
    world_stop(w);
    for (int i = 0; i < COUNT; i++)
        free(arguments[i]);
    free(arguments);
}

static void overlapping_roots_show_twice(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch d/a.jpg");
    const char *const arguments[] = {".", "d", "d/a.jpg"};
    struct fz_error err;
    assert_int_equal(world_start_many(w, &once, arguments, 3, &err), FZ_OK);
    world_until_listed(w);
    assert_list(w, "d/a.jpg\nd/a.jpg\nd/a.jpg\n");
}

/* --- Large --- */

static void make_many(const char *dir, int count)
{
    assert_int_equal(mkdir(dir, 0777), 0);
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "IMG_%07d_holiday.jpg", (int)((long)i * 7919 % 1000003));
        assert_int_equal(mknodat(fd, name, S_IFREG | 0644, 0), 0);
    }
    close(fd);
}

static double plain_readdir_ms(const char *path)
{
    int64_t start = fz_now_us();
    DIR *dir = opendir(path);
    size_t count = 0;
    while (readdir(dir))
        count++;
    closedir(dir);
    assert_true(count >= 100000);
    return (double)(fz_now_us() - start) / 1e3;
}

FZ_TEST void a_hundred_thousand(void **state)
{
    struct world *w = *state;
    make_many("many", 100000);
    plain_readdir_ms("many");
    double plain = plain_readdir_ms("many");
    int64_t start = fz_now_us();
    world_start(w, once, "many");
    world_until_listed(w);
    print_message("100,000 names: plain readdir %.1f ms, first tile %.1f ms, listed %.1f ms, %zu events\n",
                  plain, (double)(w->first_added_us - start) / 1e3, (double)(fz_now_us() - start) / 1e3,
                  w->added_events);
    assert_int_equal(fz_list_count(w->list), 100000);
    assert_true(w->added_events > 5);
    for (size_t i = 1; i < 100000; i++)
        assert_true(strcmp(fz_list_name(w->list, fz_list_at(w->list, i - 1)),
                           fz_list_name(w->list, fz_list_at(w->list, i))) < 0);
    world_stop(w);

    /* And stopping in the middle. */
    for (int i = 0; i < 10; i++) {
        world_start(w, once, "many");
        nap_ms(i * 3);
        start = fz_now_us();
        if (i % 2 == 0)
            fz_cancel_set(&w->quit);
        world_stop(w);
        fz_cancel_init(&w->quit, NULL);
        assert_true(fz_now_us() - start < 1000000);
        if (i == 3)
            print_message("stopping while listing: %.1f ms\n", (double)(fz_now_us() - start) / 1e3);
    }
}

FZ_TEST void many_folders(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 3000; i++) {
        char path[64];
        snprintf(path, sizeof path, "d%d", i);
        mkdir(path, 0777);
        snprintf(path, sizeof path, "d%d/a.jpg", i);
        assert_int_equal(mknod(path, S_IFREG | 0644, 0), 0);
    }
    int64_t start = fz_now_us();
    world_start(w, (struct fz_source_options){.recursive = true, .watch = true}, ".");
    world_until_listed(w);
    print_message("3,000 folders, watched: %.1f ms\n", (double)(fz_now_us() - start) / 1e3);
    assert_int_equal(fz_list_count(w->list), 3000);
    char *path = fz_list_path(w->list, fz_list_at(w->list, 2999));
    assert_non_null(strstr(path, "/d2999/a.jpg"));
    free(path);
    assert_int_equal(w->errors, 0);
}

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    const struct CMUnitTest tests[] = {
        TEST(a_tree_in_natural_order),
        TEST(not_recursive),
        TEST(hidden_entries_only_when_asked_for),
        TEST(odd_names),
        TEST(unknown_kinds_have_no_place_yet),
        TEST(links),
        TEST(devices_and_fifos_are_left_out),
        TEST(an_unreadable_folder_is_one_line),
        TEST(a_path_too_long_is_one_line),
        TEST(an_empty_folder_is_one_line),
        TEST(a_missing_path_is_one_line_and_a_tile),
        TEST(named_files_stand_in_order_of_the_command_line),
        TEST(overlapping_roots_show_twice),
#ifndef FZ_TEST_PROCESSES /* bench_readers measures these */
        TEST(thousands_of_named_files),
        TEST(a_hundred_thousand),
        TEST(many_folders),
#endif
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
