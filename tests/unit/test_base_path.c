/* Paths are bytes; what is absolute is worked out from their text alone. */
#include "fixture.h"

#include "base/path.h"

static void assert_absolute(const char *path, const char *expected)
{
    char *got = fz_path_absolute(path);
    if (strcmp(got, expected) != 0)
        print_error("\"%s\" became \"%s\"\n", path, got);
    assert_string_equal(got, expected);
    free(got);
}

static void absolute_paths_lose_dots_and_slashes(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"/", "/"},
        {"//", "/"},
        {"/.", "/"},
        {"/..", "/"},
        {"/../../a", "/a"},
        {"/a", "/a"},
        {"/a/", "/a"},
        {"//a///b//", "/a/b"},
        {"/a/./b", "/a/b"},
        {"/a/../b", "/b"},
        {"/a/b/../../..", "/"},
        {"/a/b/..", "/a"},
        {"/...", "/..."},
        {"/.a/..b", "/.a/..b"},
        {"/a b/\xff", "/a b/\xff"},
        {"/a/.../..", "/a"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_absolute(rows[i][0], rows[i][1]);
}

static void assert_typed(const char *text, const char *expected)
{
    char *got = fz_path_typed(text);
    assert_string_equal(got, expected);
    free(got);
}

static void what_is_typed_may_begin_at_home(void **state)
{
    (void)state;
    char *folder = make_folder(), *before = getcwd(NULL, 0),
         *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    assert_int_equal(chdir(folder), 0);
    setenv("HOME", "/home/me/", 1);
    assert_typed("~", "/home/me");
    assert_typed("~/", "/home/me");
    assert_typed("~/a/../b c", "/home/me/b c");
    assert_typed("/~/a", "/~/a");
    char *here = getcwd(NULL, 0), *other = path_in(here, "~you/a"), *later = path_in(here, "a/~/b");
    assert_typed("~you/a", other);
    assert_typed("a/~/b", later);
    for (int i = 0; i < 2; i++) { /* it is not known: a name as any other */
        char *name = path_in(here, "~/a");
        i == 0 ? setenv("HOME", "", 1) : unsetenv("HOME");
        assert_typed("~/a", name);
        free(name);
    }
    if (home)
        setenv("HOME", home, 1);
    assert_int_equal(chdir(before), 0);
    free(home);
    free(later);
    free(other);
    free(here);
    free(before);
    remove_folder(folder);
}

static void relative_paths_start_at_the_working_directory(void **state)
{
    (void)state;
    char *folder = make_folder(), *before = getcwd(NULL, 0);
    assert_int_equal(chdir(folder), 0);
    char *here = getcwd(NULL, 0), *expected = path_in(here, "b/c");
    assert_absolute(".", here);
    assert_absolute("", here);
    assert_absolute("b/c", expected);
    assert_absolute("./x/..//b/./c/", expected);
    assert_absolute("../../../../../../../../../../..", "/");
    assert_int_equal(chdir(before), 0);
    free(expected);
    free(here);
    free(before);
    remove_folder(folder);
}

/* And not at the root, where something of that name may be. */
static void relative_paths_lead_nowhere_without_a_working_directory(void **state)
{
    (void)state;
    static const char *const paths[] = {".", "", "tmp", "./proc"};
    char *folder = make_folder(), *before = getcwd(NULL, 0);
    struct stat st;
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(rmdir(folder), 0);
    for (size_t i = 0; i < COUNT(paths); i++) {
        char *path = fz_path_absolute(paths[i]);
        assert_int_equal(path[0], '/');
        assert_int_equal(stat(path, &st), -1);
        assert_int_equal(errno, ENOENT);
        free(path);
    }
    assert_absolute("/a/../b", "/b");
    assert_int_equal(chdir(before), 0);
    free(before);
    free(folder);
}

/* Component by component into a stack. */
static void naive_absolute(const char *path, char *out)
{
    char copy[64], *parts[64], *rest = copy;
    size_t count = 0;
    strcpy(copy, path);
    for (char *part; (part = strsep(&rest, "/")) != NULL;) {
        if (strcmp(part, "..") == 0)
            count -= count > 0;
        else if (*part && strcmp(part, ".") != 0)
            parts[count++] = part;
    }
    strcpy(out, count ? "" : "/");
    for (size_t i = 0; i < count; i++)
        strcat(strcat(out, "/"), parts[i]);
}

static void any_path_is_as_its_components_say(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 20000; round++) {
        char path[32] = "/", expected[64];
        int len = random_int(&random, 1, 14);
        for (int i = 1; i < len; i++)
            path[i] = "/..ab"[random_int(&random, 0, 4)];
        naive_absolute(path, expected);
        assert_absolute(path, expected);
    }
}

static void names_and_folders_come_apart(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"/a/b.jpg", "b.jpg", "/a"}, {"/b", "b", "/"}, {"b", "b", "."}, {"/a/b/", "", "/a/b"}, {"/", "", "/"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *name = fz_path_name(rows[i][0]);
        char *dir = fz_path_dir(rows[i][0]);
        assert_string_equal(name, rows[i][1]);
        assert_true(name >= rows[i][0] && name <= rows[i][0] + strlen(rows[i][0]));
        assert_string_equal(dir, rows[i][2]);
        free(dir);
    }
}

static void a_name_has_one_suffix_or_none(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"/a/b.jpg", ".jpg"}, {"b.tar.gz", ".gz"}, {"/a.b/c", ""}, {".b", ""}, {"/a/.b", ""},
        {"..b", ".b"},        {"b.", "."},         {"/a.b/", ""},  {"", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *suffix = fz_path_suffix(rows[i][0]);
        assert_string_equal(suffix, rows[i][1]);
        assert_ptr_equal(suffix + strlen(suffix), rows[i][0] + strlen(rows[i][0]));
    }
}

static void joined_by_one_slash(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"/a", "b", "/a/b"}, {"/a/", "b", "/a/b"}, {"/a///", "b", "/a/b"},
        {"/", "b", "/b"},    {"//", "b", "/b"},    {"a", "b", "a/b"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *path = fz_path_join(rows[i][0], rows[i][1]);
        assert_string_equal(path, rows[i][2]);
        free(path);
    }
}

static void assert_located(const char *path, const char *expected)
{
    char *located = fz_path_locate(path);
    assert_string_equal(located, expected);
    free(located);
}

/* far/link leads to deep/in; far/link/../x is deep/x, and not far/x. */
static void two_dots_behind_a_link_mean_its_target(void **state)
{
    (void)state;
    char *made = make_folder(), *folder = realpath(made, NULL);
    char *deep = path_in(folder, "deep"), *in = path_in(folder, "deep/in"), *far = path_in(folder, "far");
    char *link_to_in = path_in(folder, "far/link"), *x = path_in(folder, "deep/x");
    char *link_to_x = path_in(folder, "deep/y"), *far_x = path_in(folder, "far/x");
    assert_int_equal(mkdir(deep, 0700) | mkdir(in, 0700) | mkdir(far, 0700), 0);
    assert_int_equal(symlink(in, link_to_in) | symlink("x", link_to_x), 0);
    write_file(x, "x", 1);
    char *behind = path_in(link_to_in, "../x"), *linked = path_in(link_to_in, "../y"),
         *parent = path_in(link_to_in, ".."), *missing = path_in(link_to_in, "../z");
    char *far_z = path_in(folder, "far/z");
    assert_located(behind, x);
    assert_located(linked, link_to_x);
    assert_located(parent, deep);
    assert_located(missing, far_z); /* nothing is there: by its text */
    write_file(far_x, "other", 5);
    assert_located(behind, x);
    char *plain = path_in(far, "../deep/./x");
    assert_located(plain, x);
    char *all[] = {deep,   in,     far,    link_to_in, x,     link_to_x, far_x,
                   behind, linked, parent, missing,    far_z, plain,     folder};
    for (size_t i = 0; i < COUNT(all); i++)
        free(all[i]);
    remove_folder(made);
}

static void only_regular_files_are_files(void **state)
{
    (void)state;
    char *folder = make_folder();
    char *file = path_in(folder, "file"), *fifo = path_in(folder, "fifo"),
         *missing = path_in(folder, "missing");
    char *link_to_file = path_in(folder, "link"), *dangling = path_in(folder, "dangling");
    write_file(file, "x", 1);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(symlink("file", link_to_file), 0);
    assert_int_equal(symlink("missing", dangling), 0);
    assert_true(fz_path_is_file(file));
    assert_true(fz_path_is_file(link_to_file));
    assert_false(fz_path_is_file(fifo));
    assert_false(fz_path_is_file(folder));
    assert_false(fz_path_is_file(missing));
    assert_false(fz_path_is_file(dangling));
    free(file);
    free(fifo);
    free(missing);
    free(link_to_file);
    free(dangling);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absolute_paths_lose_dots_and_slashes),
        cmocka_unit_test(relative_paths_start_at_the_working_directory),
        cmocka_unit_test(relative_paths_lead_nowhere_without_a_working_directory),
        cmocka_unit_test(what_is_typed_may_begin_at_home),
        cmocka_unit_test(any_path_is_as_its_components_say),
        cmocka_unit_test(names_and_folders_come_apart),
        cmocka_unit_test(a_name_has_one_suffix_or_none),
        cmocka_unit_test(joined_by_one_slash),
        cmocka_unit_test(two_dots_behind_a_link_mean_its_target),
        cmocka_unit_test(only_regular_files_are_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
