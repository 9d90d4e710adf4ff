/* Errors as flat values, and the table behind them. */
#include "fixture.h"

#include "base/error.h"

static void fills_all_fields(void **state)
{
    (void)state;
    struct fz_error err;
    memset(&err, 0xff, sizeof err);
    assert_int_equal(fz_fail(&err, FZ_E_LIMIT, 0, "%dx%d is over %s", 7, 5, "the limit"), FZ_E_LIMIT);
    assert_int_equal(err.code, FZ_E_LIMIT);
    assert_int_equal(err.sys, 0);
    assert_string_equal(err.msg, "7x5 is over the limit");
}

static void appends_the_text_of_an_errno(void **state)
{
    (void)state;
    struct fz_error err;
    char expected[128];
    snprintf(expected, sizeof expected, "cannot open x: %s", strerror(ENOENT));
    fz_fail(&err, FZ_E_NOT_FOUND, ENOENT, "cannot open %s", "x");
    assert_int_equal(err.sys, ENOENT);
    assert_string_equal(err.msg, expected);
    fz_fail(&err, FZ_E_ACCESS, EACCES, "%s", "");
    assert_string_equal(err.msg, strerror(EACCES));
}

static void needs_no_place_for_the_error(void **state)
{
    (void)state;
    assert_int_equal(fz_fail(NULL, FZ_E_IO, EIO, "nobody reads this %d", 1), FZ_E_IO);
}

static void cuts_what_is_too_long(void **state)
{
    (void)state;
    char text[2000];
    struct {
        struct fz_error err;
        char guard[8];
    } place;
    for (size_t len = 200; len < sizeof text; len += 7) {
        memset(text, 'x', len);
        text[len] = '\0';
        memset(&place, '#', sizeof place);
        assert_int_equal(fz_fail(&place.err, FZ_E_IO, EIO, "%s", text), FZ_E_IO);
        assert_int_equal(place.err.code, FZ_E_IO);
        size_t room = sizeof place.err.msg - 1;
        assert_true(strlen(place.err.msg) <= room);
        assert_memory_equal(place.err.msg, text, len < room ? len : room);
        assert_memory_equal(place.guard, "########", sizeof place.guard);
    }
}

static const enum fz_err codes[] = {
#define X(code, ...) FZ_E_##code,
    FZ_ERROR_TABLE(X)
#undef X
};

static void rows_have_names_of_their_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        const char *name = fz_err_name(codes[i]);
        assert_non_null(name);
        assert_true(strlen(name) > 0);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(name, fz_err_name(codes[k]));
    }
}

static void exit_statuses_are_those_promised(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        enum fz_err code = codes[i];
        int expected = code == FZ_OK            ? 0
                       : code == FZ_E_USAGE     ? 2
                       : code == FZ_E_EMPTY     ? 3
                       : code == FZ_E_CANCELLED ? 130
                                                : 1;
        assert_int_equal(fz_err_exit_status(code), expected);
    }
}

static void an_errno_has_a_code(void **state)
{
    (void)state;
    assert_int_equal(fz_err_from_errno(0), FZ_OK);
    assert_int_equal(fz_err_from_errno(ENOENT), FZ_E_NOT_FOUND);
    assert_int_equal(fz_err_from_errno(ENOTDIR), FZ_E_NOT_FOUND);
    assert_int_equal(fz_err_from_errno(EACCES), FZ_E_ACCESS);
    assert_int_equal(fz_err_from_errno(EPERM), FZ_E_ACCESS);
    assert_int_equal(fz_err_from_errno(ENOMEM), FZ_E_MEMORY);
    assert_int_equal(fz_err_from_errno(EIO), FZ_E_IO);
    for (int sys = 1; sys < 140; sys++)
        assert_int_not_equal(fz_err_from_errno(sys), FZ_OK);
}

/* What may pass by itself, and nothing else. */
static void transient_errors(void **state)
{
    (void)state;
    static const int passing[] = {EMFILE, ENFILE, EAGAIN, EINTR, ENOMEM, ENOBUFS};
    static const int lasting[] = {0, ENOENT, EACCES, EIO, EISDIR, ENXIO, EROFS, ESTALE};
    for (size_t i = 0; i < COUNT(passing); i++)
        assert_true(fz_err_is_transient(fz_err_from_errno(passing[i])));
    for (size_t i = 0; i < COUNT(lasting); i++)
        assert_false(fz_err_is_transient(fz_err_from_errno(lasting[i])));
    assert_true(fz_err_is_transient(FZ_E_NOT_YET));
    assert_false(fz_err_is_transient(FZ_E_DAMAGED));
    assert_false(fz_err_is_transient(FZ_E_CANCELLED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_all_fields),
        cmocka_unit_test(appends_the_text_of_an_errno),
        cmocka_unit_test(needs_no_place_for_the_error),
        cmocka_unit_test(transient_errors),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(rows_have_names_of_their_own),
        cmocka_unit_test(exit_statuses_are_those_promised),
        cmocka_unit_test(an_errno_has_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
