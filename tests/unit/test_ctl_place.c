/* Where frieze was closed: kept for each set of sources, bounded, whole, and never in the way. */
#include "ctl/place.h"

#include "base/mem.h"
#include "base/path.h"
#include "fixture.h"

#include <sys/wait.h>

struct world {
    char *folder, *file;
};

static int setup(void **state)
{
    struct world *w = fz_calloc(1, sizeof *w);
    w->folder = make_folder();
    w->file = fz_path_join(w->folder, "state/frieze/resume.json");
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    remove_folder(w->folder);
    free(w->file);
    free(w);
    return 0;
}

static void save(struct world *w, uint64_t sources, const char *path)
{
    struct fz_place place = {.sources = sources,
                             .path = fz_strdup(path),
                             .is_open = sources % 2 != 0,
                             .tile_w = 100 + (int)sources,
                             .tile_h = 75,
                             .y = -12.25,
                             .window_h = 1080};
    struct fz_error err = {0};
    assert_int_equal(fz_place_save(w->file, &place, &err), FZ_OK);
    fz_place_fini(&place);
}

/* NULL: none is kept. */
static void assert_place(struct world *w, uint64_t sources, const char *path)
{
    struct fz_place place;
    struct fz_error err = {0};
    assert_int_equal(fz_place_load(w->file, sources, &place, &err), FZ_OK);
    if (!path) {
        assert_null(place.path);
        return;
    }
    assert_non_null(place.path);
    assert_string_equal(place.path, path);
    assert_true(place.sources == sources && place.is_open == (sources % 2 != 0));
    assert_true(place.tile_w == 100 + (int)sources && place.tile_h == 75);
    assert_near(place.y, -12.25, 1e-9);
    assert_near(place.window_h, 1080, 1e-9);
    fz_place_fini(&place);
}

static void each_set_has_its_own(void **state)
{
    struct world *w = *state;
    assert_place(w, 1, NULL); /* no file at all */
    save(w, 1, "/a/b.jpg");
    save(w, 2, "/\xff\xc3 %/\n\"\\.png");
    assert_place(w, 1, "/a/b.jpg");
    assert_place(w, 2, "/\xff\xc3 %/\n\"\\.png");
    assert_place(w, 3, NULL);
    save(w, 1, "/a/c.jpg");
    assert_place(w, 1, "/a/c.jpg");
    assert_place(w, 2, "/\xff\xc3 %/\n\"\\.png");
}

static void the_oldest_go(void **state)
{
    struct world *w = *state;
    char path[5000] = "/";
    memset(path + 1, 0xff, sizeof path - 2); /* as long as none is, and three bytes for each */
    for (uint64_t i = 1; i <= FZ_PLACES_MAX; i++)
        save(w, i, path);
    save(w, 1, "/again");
    save(w, 1000, "/one more");
    assert_place(w, 2, NULL);
    assert_place(w, 1, "/again");
    assert_place(w, 3, path);
    assert_place(w, 1000, "/one more");
    struct stat st;
    assert_int_equal(stat(w->file, &st), 0);
    assert_in_range(st.st_size, 1000000, 4 << 20); /* less than what is read */
}

static void damaged_is_one_line_and_mended(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "null",
        "{\"places\": 7}",
        "{\"places\": [}",
        "{\"places\": [{\"sources\": \"0000000000000001\"}]}",
        "{\"places\": [{\"sources\": \"0000000000000001\", \"picture\": \"http://x/\", \"view\": \"wall\", "
        "\"tile\": [100, 75], \"y\": 0, \"window\": 100}]}",
        "{\"places\": [{\"sources\": \"0000000000000001\", \"picture\": \"file:///x\", \"view\": \"wall\", "
        "\"tile\": [100000, 75], \"y\": 0, \"window\": 100}]}",
        "{\"places\": [{\"sources\": \"0000000000000001\", \"picture\": \"file:///x\", \"view\": 1, "
        "\"tile\": [100, 75], \"y\": 0, \"window\": 100}]}",
        "{\"places\": [{\"sources\": \"0000000000000001\", \"picture\": \"file:///x\", \"view\": \"wall\", "
        "\"tile\": [100, 75], \"y\": 1e300, \"window\": 100}]}",
    };
    save(w, 2, "/before");
    for (size_t i = 0; i < COUNT(bad); i++) {
        write_file(w->file, bad[i], strlen(bad[i]));
        struct fz_place place;
        struct fz_error err = {0};
        assert_int_equal(fz_place_load(w->file, 1, &place, &err), FZ_E_DAMAGED);
        assert_null(place.path);
        assert_true(strstr(err.msg, w->file) && strstr(err.msg, "damaged") && !strchr(err.msg, '\n'));
    }
    save(w, 1, "/after");
    assert_place(w, 1, "/after");
    static const char others[] = "{\"places\": [7, null, {}, {\"sources\": 5}, [[]]], \"more\": {}}";
    write_file(w->file, others, sizeof others - 1);
    assert_place(w, 1, NULL); /* what others are is no matter */
    save(w, 1, "/after");
    assert_place(w, 1, "/after");
}

static void what_cannot_be_written_leaves_what_was(void **state)
{
    struct world *w = *state;
    char *inside = fz_path_join(w->folder, "state");
    write_file(inside, "a file", 6);
    struct fz_place place = {.sources = 1, .path = "/x", .tile_w = 100, .tile_h = 75, .window_h = 1};
    struct fz_error err = {0};
    assert_int_not_equal(fz_place_save(w->file, &place, &err), FZ_OK);
    assert_non_null(strstr(err.msg, w->file));
    free(inside);
}

/* Two programs that are closed at once. */
static void nobody_is_lost(void **state)
{
    struct world *w = *state;
    enum { EACH = 8 }; /* which one may have to wait for, all of them, before it goes without the lock */
    pid_t child = fork();
    assert_true(child >= 0);
    for (uint64_t i = 0; i < EACH; i++)
        save(w, i * 2 + (child == 0), "/x");
    if (child == 0)
        _exit(0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    for (uint64_t i = 0; i < EACH * 2; i++)
        assert_place(w, i, "/x");
}

static void keys(void **state)
{
    (void)state;
    const char *const ab[] = {"/a", "/b"}, *const ba[] = {"/b/", "/a/./"}, *const a[] = {"/a"};
    const char *const a_b[] = {"/a/b"}, *const in[] = {"-"}, *const file[] = {"./-"};
    assert_true(fz_place_key(ab, 2) == fz_place_key(ba, 2));
    assert_true(fz_place_key(ab, 2) != fz_place_key(a, 1));
    assert_true(fz_place_key(ab, 2) != fz_place_key(a_b, 1));
    assert_true(fz_place_key(in, 1) != fz_place_key(file, 1));
    assert_true(fz_place_key(in, 0) != fz_place_key(in, 1));
}

static void the_file_is_where_xdg_says(void **state)
{
    (void)state;
    char *file;
    setenv("XDG_STATE_HOME", "/state", 1);
    setenv("HOME", "/home", 1);
    assert_string_equal(file = fz_place_file(), "/state/frieze/resume.json");
    free(file);
    setenv("XDG_STATE_HOME", "relative", 1);
    assert_string_equal(file = fz_place_file(), "/home/.local/state/frieze/resume.json");
    free(file);
    unsetenv("XDG_STATE_HOME");
    assert_string_equal(file = fz_place_file(), "/home/.local/state/frieze/resume.json");
    free(file);
    unsetenv("HOME");
    assert_null(fz_place_file());
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_set_has_its_own),
        TEST(the_oldest_go),
        TEST(damaged_is_one_line_and_mended),
        TEST(what_cannot_be_written_leaves_what_was),
        TEST(nobody_is_lost),
        cmocka_unit_test(keys),
        cmocka_unit_test(the_file_is_where_xdg_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
