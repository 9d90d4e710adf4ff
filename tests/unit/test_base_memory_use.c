/* What the control groups leave to the process: trees of both versions, made of plain files. */
#include "fixture.h"

#include "base/memory_use.h"

static char *folder;

static int make_tree(void **state)
{
    (void)state;
    folder = make_folder();
    return 0;
}

static int remove_tree(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

static void put(const char *name, const char *text)
{
    write_below(folder, name, text);
}

static uint64_t limit(const char *membership)
{
    put("membership", membership);
    char *file = path_in(folder, "membership"), *mount = path_in(folder, "mount");
    uint64_t bytes = fz_memory_cgroup_limit_bytes(&(struct fz_cgroup_places){file, mount});
    free(file);
    free(mount);
    return bytes;
}

static void the_own_group_counts(void **state)
{
    (void)state;
    put("mount/system.slice/frieze.service/memory.max", "134217728\n");
    put("mount/system.slice/memory.max", "max\n");
    assert_int_equal(limit("0::/system.slice/frieze.service\n"), 134217728);
    assert_int_equal(limit("0::/system.slice\n"), 0);
}

static void the_smallest_on_the_way_counts(void **state)
{
    (void)state;
    put("mount/a/b/c/memory.max", "4000000\n");
    put("mount/a/b/memory.max", "max\n");
    put("mount/a/memory.max", "3000000\n");
    put("mount/a/x/memory.max", "1000\n"); /* not on the way */
    assert_int_equal(limit("0::/a/b/c\n"), 3000000);
    put("mount/a/b/c/memory.max", "2000000\n");
    assert_int_equal(limit("0::/a/b/c\n"), 2000000);
    put("mount/memory.max", "1000000\n");
    assert_int_equal(limit("0::/a/b/c\n"), 1000000);
}

static void a_namespace_shows_its_root(void **state)
{
    (void)state;
    put("mount/memory.max", "5000000\n");
    put("memory.max", "7\n"); /* beside the mount: none of ours */
    put("other/memory.max", "8\n");
    assert_int_equal(limit("0::/\n"), 5000000);
    assert_int_equal(limit("0::/../../other\n"), 5000000);
    assert_int_equal(limit("0::/..\n"), 5000000);
    assert_int_equal(limit("0::/docker/0123/not/mounted/here\n"), 5000000);
    put("mount/..group/memory.max", "4000000\n"); /* an odd name, but inside */
    assert_int_equal(limit("0::/..group\n"), 4000000);
}

static void version_1_has_a_controller_of_its_own(void **state)
{
    (void)state;
    put("mount/memory/jobs/one/memory.limit_in_bytes", "6000000\n");
    put("mount/memory/jobs/memory.limit_in_bytes", "9223372036854771712\n");
    put("mount/memory/memory.limit_in_bytes", "9223372036854771712\n");
    const char *both = "12:cpu,cpuacct:/jobs/two\n7:hugetlb,memory:/jobs/one\n1:name=systemd:/x\n0::/x\n";
    assert_int_equal(limit(both), 6000000);
    assert_true(limit("7:memory:/jobs\n") > UINT64_C(1) << 62); /* what stands there for none */
    assert_int_equal(limit("7:memoryless:/jobs/one\n"), 0);
}

static void what_is_missing_is_no_limit(void **state)
{
    (void)state;
    assert_int_equal(limit("0::/a/b\n"), 0);
    assert_int_equal(limit(""), 0);
    assert_int_equal(limit("nonsense\n0:\n::\n"), 0);
    assert_int_equal(fz_memory_cgroup_limit_bytes(&(struct fz_cgroup_places){"/nowhere/membership", folder}),
                     0);
}

static void something_is_available_here(void **state)
{
    (void)state;
    uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    assert_in_range(fz_memory_available_bytes(), 1 << 20, machine);
}

#define IN_A_TREE(test) cmocka_unit_test_setup_teardown(test, make_tree, remove_tree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_TREE(the_own_group_counts),        IN_A_TREE(the_smallest_on_the_way_counts),
        IN_A_TREE(a_namespace_shows_its_root),  IN_A_TREE(version_1_has_a_controller_of_its_own),
        IN_A_TREE(what_is_missing_is_no_limit), cmocka_unit_test(something_is_available_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
