/* file: URIs: what file managers write, what is refused, and that every path survives the way there and back. */
#include "base/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_path(const char *uri, const char *expected)
{
    char *path;
    struct fz_error err = {0};
    assert_int_equal(fz_uri_to_path(uri, &path, &err), FZ_OK);
    assert_string_equal(path, expected);
    free(path);
}

static void paths(void **unused)
{
    (void)unused;
    assert_path("file:///a/b.jpg", "/a/b.jpg");
    assert_path("file:/a/b.jpg", "/a/b.jpg");
    assert_path("file://localhost/a", "/a");
    assert_path("FILE://LocalHost/a", "/a");
    assert_path("file:///", "/");
    assert_path("file:///with%20space/%C3%A4%ff.png", "/with space/\xc3\xa4\xff.png");
    assert_path("file:///100%25%2f#1?x", "/100%/#1?x");
    char host[256] = "", uri[300];
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    snprintf(uri, sizeof uri, "file://%s/a", host);
    assert_path(uri, "/a");
}

static void refused_with_one_line(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"file:",
                                      "file://",
                                      "file:a",
                                      "file://elsewhere.invalid/a",
                                      "file://%2fa",
                                      "file:///%",
                                      "file:///a%4",
                                      "file:///a%zz",
                                      "file:///%00",
                                      "file:///a%0",
                                      "http://x/a",
                                      "file://localhos/a",
                                      "",
                                      "file:///a%g0/",
                                      "/a"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *path;
        struct fz_error err = {0};
        assert_int_equal(fz_uri_to_path(bad[i], &path, &err), FZ_E_USAGE);
        assert_null(path);
        assert_non_null(strstr(err.msg, bad[i]));
        assert_null(strchr(err.msg, '\n'));
    }
}

static void is_file(void **unused)
{
    (void)unused;
    assert_true(fz_uri_is_file("file:") && fz_uri_is_file("File:///x"));
    assert_false(fz_uri_is_file("file") || fz_uri_is_file("./file:x") || fz_uri_is_file("files:///"));
}

static void there_and_back(void **unused)
{
    (void)unused;
    char *uri = fz_uri_from_path("/a b/\xc3\xa4%#?'.jpg");
    assert_string_equal(uri, "file:///a%20b/%C3%A4%25%23%3F'.jpg");
    free(uri);
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 1000; round++) {
        char path[64] = "/";
        int len = 1 + rand() % 60;
        for (int i = 1; i < len; i++)
            path[i] = (char)(1 + rand() % 255);
        uri = fz_uri_from_path(path);
        for (const char *c = uri; *c; c++)
            assert_in_range(*c, '!', '~');
        assert_path(uri, path);
        free(uri);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(refused_with_one_line),
        cmocka_unit_test(is_file),
        cmocka_unit_test(there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
