/* Requests from lines and replies to lines, whatever comes in. */
#include "fixture.h"

#include "remote/request.h"

static struct fz_request *parse(const char *line)
{
    struct fz_request *request = fz_request_parse(line, strlen(line));
    if (request->error.code != FZ_OK)
        fail_msg("%s: %s", line, request->error.msg);
    return request;
}

static void assert_refused(const char *line, size_t len)
{
    struct fz_request *request = fz_request_parse(line, len);
    if (request->error.code == FZ_OK)
        fail_msg("taken as a request: %.60s", line);
    assert_int_equal(request->error.code, FZ_E_USAGE);
    assert_true(strlen(request->error.msg) > 0);
    /* what the reason says must itself be sayable */
    char *reply = fz_request_reply(request, &request->error);
    fz_request_free(request);
    json_t *json = json_loads(reply, 0, NULL);
    assert_non_null(json);
    assert_true(json_is_false(json_object_get(json, "ok")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "error"), "code")), "usage");
    json_decref(json);
    free(reply);
}

/* ---- Requests ------------------------------------------------------------------------------------------ */

static void a_whole_request(void **state)
{
    (void)state;
    struct fz_request *r = parse("{\"id\":1,\"cmd\":\"key\",\"args\":[\"Right\",\"^f\",\"\\u00e4\"]}");
    assert_string_equal(r->command, "key");
    assert_int_equal(r->argc, 3);
    assert_string_equal(r->argv[0], "Right");
    assert_string_equal(r->argv[1], "^f");
    assert_string_equal(r->argv[2], "\xc3\xa4");
    assert_int_equal(json_integer_value(r->id), 1);
    assert_null(r->result);
    assert_int_equal(r->error.code, FZ_OK);
    fz_request_free(r);
}

static void only_the_command_must_be_there(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"cmd\":\"status\"}", " { \"cmd\" : \"status\" } ", "{\"cmd\":\"status\",\"args\":[]}",
        "{\"cmd\":\"status\",\"more\":{\"a\":[1]}}", "{\"cmd\":\"status\"}\r"};
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct fz_request *r = parse(lines[i]);
        assert_string_equal(r->command, "status");
        assert_int_equal(r->argc, 0);
        assert_null(r->id);
        fz_request_free(r);
    }
    fz_request_free(NULL);
}

static void the_line_ends_where_its_length_says(void **state)
{
    (void)state;
    static const char two[] = "{\"cmd\":\"a\"}{\"cmd\":\"b\"}";
    struct fz_request *r = fz_request_parse(two, 11);
    assert_int_equal(r->error.code, FZ_OK);
    assert_string_equal(r->command, "a");
    fz_request_free(r);
}

/* As a person would have written them on the command line. */
static void numbers_are_arguments_too(void **state)
{
    (void)state;
    struct fz_request *r =
        parse("{\"cmd\":\"wait\",\"args\":[\"idle\",5,0.5,-3,1234567,1000000,2000000000]}");
    static const char *const expected[] = {"idle", "5", "0.5", "-3", "1234567", "1000000", "2000000000"};
    assert_int_equal(r->argc, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_string_equal(r->argv[i], expected[i]);
    fz_request_free(r);
}

static void malformed_lines(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        " ",
        "x",
        "{",
        "}",
        "{}",
        "[]",
        "null",
        "1",
        "\"cmd\"",
        "status",
        "{\"cmd\"}",
        "{\"cmd\":}",
        "{\"cmd\":\"status\"",
        "{\"cmd\":\"status\"}}",
        "{\"cmd\":\"status\"} x",
        "{'cmd':'status'}",
        "{\"cmd\":null}",
        "{\"cmd\":1}",
        "{\"cmd\":[\"status\"]}",
        "{\"CMD\":\"status\"}",
        "[{\"cmd\":\"status\"}]",
        "{\"cmd\":\"key\",\"args\":\"Right\"}",
        "{\"cmd\":\"key\",\"args\":{}}",
        "{\"cmd\":\"key\",\"args\":null}",
        "{\"cmd\":\"key\",\"args\":[null]}",
        "{\"cmd\":\"key\",\"args\":[\"a\",[]]}",
        "{\"cmd\":\"key\",\"args\":[true]}",
        "{\"cmd\":\"a\",\"cmd\":\"b\"}",
        "{\"cmd\":\"a\\u0000b\"}",
        "{\"cmd\":\"a\",\"args\":[\"b\\u0000c\"]}",
        "{\"cmd\":\"\\ud800\"}",
        "{\"cmd\":\"a\",\"id\":1e999}",
        "{\"cmd\":\"a\",\"id\":99999999999999999999999}",
    };
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_refused(lines[i], strlen(lines[i]));
    assert_refused("{\"cmd\":\"a\"}\0", 12);
    assert_refused("{\"cmd\":\"a\0b\"}", 13);
}

static void invalid_utf8(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"cmd\":\"\xff\"}",
                                        "{\"cmd\":\"a\",\"args\":[\"\xc3\"]}",
                                        "{\"cmd\":\"\xed\xa0\x80\"}",
                                        "{\"\xc0\x80\":1,\"cmd\":\"a\"}",
                                        "\xff\xfe{",
                                        "\xef\xbb\xbf{\"cmd\":\"a\"}",
                                        "{\"cmd\":\"a\",\"id\":\"\xf5\x80\x80\x80\"}"};
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_refused(lines[i], strlen(lines[i]));
}

/* A line of the largest size that is nothing but brackets, or one long string. */
static void deep_and_huge_lines(void **state)
{
    (void)state;
    enum { LEN = 65535 };
    char *line = malloc(LEN + 1);
    line[LEN] = '\0';
    memset(line, '[', LEN);
    assert_refused(line, LEN);
    for (size_t i = 0; i + 5 <= LEN; i += 5)
        memcpy(line + i, "{\"a\":", 5);
    assert_refused(line, LEN);
    memset(line, '9', LEN);
    assert_refused(line, LEN);
    memset(line, 'x', LEN);
    memcpy(line, "{\"cmd\":\"", 8);
    assert_refused(line, LEN);
    memcpy(line + LEN - 2, "\"}", 2);
    struct fz_request *r = fz_request_parse(line, LEN);
    assert_int_equal(r->error.code, FZ_OK);
    assert_int_equal(strlen(r->command), LEN - 10);
    fz_request_free(r);
    free(line);
}

static void random_lines(void **state)
{
    (void)state;
    static const char *const pieces[] = {"{",  "}",  "[",     "]",    "\"cmd\"", "\"args\"", "\"id\"",
                                         ":",  ",",  "\"a\"", "1",    "-0.5e3",  "null",     "true",
                                         "\\", "\"", "\\u00", "\xff", " "};
    struct random random = random_start();
    int requests = 0;
    for (int round = 0; round < 200000; round++) {
        char line[256] = "{\"cmd\":\"a\"";
        int count = random_int(&random, 1, 12);
        for (int i = 0; i < count; i++)
            strcat(line, pieces[random_int(&random, 0, COUNT(pieces) - 1)]);
        struct fz_request *r = fz_request_parse(line, strlen(line)); /* LeakSanitizer counts */
        requests += r->error.code == FZ_OK;
        assert_true(r->command || r->error.code != FZ_OK);
        fz_request_free(r);
    }
    assert_true(requests > 100);
}

/* ---- Replies ------------------------------------------------------------------------------------------- */

static void assert_reply(const struct fz_request *request, const struct fz_error *error, const char *expected)
{
    char *line = fz_request_reply(request, error);
    size_t len = strlen(line);
    assert_true(len > 0 && line[len - 1] == '\n');
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
    json_t *got = json_loads(line, 0, NULL), *wanted = json_loads(expected, 0, NULL);
    assert_non_null(wanted);
    if (!got || !json_equal(got, wanted))
        fail_msg("%s is not %s", line, expected);
    json_decref(got);
    json_decref(wanted);
    free(line);
}

static void replies(void **state)
{
    (void)state;
    struct fz_error ok = {0}, bad = {.code = FZ_E_NOT_FOUND, .msg = "no \"x\" \n here"};
    struct fz_request *r = parse("{\"id\":1,\"cmd\":\"status\"}");
    assert_reply(r, &ok, "{\"id\":1,\"ok\":true,\"result\":null}");
    r->result = json_pack("{s:i,s:s}", "items", 3, "title", "a\nb");
    assert_reply(r, &ok, "{\"id\":1,\"ok\":true,\"result\":{\"items\":3,\"title\":\"a\\nb\"}}");
    static const char failed[] =
        "{\"id\":1,\"ok\":false,\"error\":{\"code\":\"not_found\",\"message\":\"no \\\"x\\\" \\n here\"}}";
    assert_reply(r, &bad, failed);
    fz_request_free(r);
    assert_reply(NULL, &(struct fz_error){.code = FZ_E_LIMIT, .msg = "m"},
                 "{\"id\":null,\"ok\":false,\"error\":{\"code\":\"limit\",\"message\":\"m\"}}");
}

static void any_id_is_echoed(void **state)
{
    (void)state;
    static const char *const ids[] = {"0",    "-7",   "9007199254740993", "\"abc\"", "\"\"",
                                      "null", "true", "[1,{\"a\":null}]", "0.5"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        char line[100], expected[120];
        snprintf(line, sizeof line, "{\"id\":%s,\"cmd\":\"x\"}", ids[i]);
        snprintf(expected, sizeof expected, "{\"id\":%s,\"ok\":true,\"result\":null}", ids[i]);
        struct fz_request *r = parse(line);
        assert_reply(r, &(struct fz_error){0}, expected);
        fz_request_free(r);
    }
}

/* A client that has sent several tells by it which one was refused. */
static void a_refusal_carries_the_id(void **state)
{
    (void)state;
    static const char *const refused[][2] = {
        {"{\"id\":7}", "7"},
        {"{\"id\":[1],\"cmd\":5}", "[1]"},
        {"{\"cmd\":\"key\",\"args\":\"Right\",\"id\":\"x\"}", "\"x\""},
        {"{\"id\":{\"a\":[1,2]},\"cmd\":\"key\",\"args\":[\"a\",null,\"b\"]}", "{\"a\":[1,2]}"},
        {"{\"id\":7,", "null"},
        {"[7]", "null"},
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct fz_request *r = fz_request_parse(refused[i][0], strlen(refused[i][0]));
        char *line = fz_request_reply(r, &r->error);
        json_t *got = json_loads(line, 0, NULL), *id = json_loads(refused[i][1], JSON_DECODE_ANY, NULL);
        assert_true(json_is_false(json_object_get(got, "ok")));
        if (!json_equal(json_object_get(got, "id"), id))
            fail_msg("%s was answered with %s", refused[i][0], line);
        json_decref(id);
        json_decref(got);
        free(line);
        fz_request_free(r);
    }
}

static void messages_of_any_bytes_are_said(void **state)
{
    (void)state;
    struct fz_error err = {.code = FZ_E_IO};
    snprintf(err.msg, sizeof err.msg, "cannot open \xff\xc3(\x01\x1b[0m");
    char *line = fz_request_reply(NULL, &err);
    json_t *json = json_loads(line, 0, NULL);
    assert_non_null(json);
    const char *message = json_string_value(json_object_get(json_object_get(json, "error"), "message"));
    assert_string_equal(message, "cannot open \xef\xbf\xbd\xef\xbf\xbd(\x01\x1b[0m");
    assert_null(strchr(line, '\x1b'));
    json_decref(json);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_request),
        cmocka_unit_test(only_the_command_must_be_there),
        cmocka_unit_test(the_line_ends_where_its_length_says),
        cmocka_unit_test(numbers_are_arguments_too),
        cmocka_unit_test(malformed_lines),
        cmocka_unit_test(invalid_utf8),
        cmocka_unit_test(deep_and_huge_lines),
        cmocka_unit_test(random_lines),
        cmocka_unit_test(replies),
        cmocka_unit_test(any_id_is_echoed),
        cmocka_unit_test(a_refusal_carries_the_id),
        cmocka_unit_test(messages_of_any_bytes_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
