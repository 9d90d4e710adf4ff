/* What is told of tasks (ctl/jobs.h). */
#include "fixture.h"

#include "ctl/jobs.h"

/* A path in it may be of any bytes, and what is too long is cut off amid a character. */
static void a_failure_is_told_whatever_its_bytes(void **state)
{
    (void)state;
    struct fz_task task = {.name = "scale"}, *tasks[] = {&task};
    fz_fail(&task.failure, FZ_E_IO, 0, "%s", "/tmp/\xff/out: cannot be made");
    json_t *list = fz_jobs_list(&(struct fz_jobs){tasks, COUNT(tasks)}, 0);
    assert_int_equal(json_array_size(list), 1);
    json_t *told = json_array_get(list, 0);
    assert_string_equal(json_string_value(json_object_get(told, "error")),
                        "/tmp/\xef\xbf\xbd/out: cannot be made");
    assert_string_equal(json_string_value(json_object_get(told, "name")), "scale");
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_told_whatever_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
