/* On which file system a path lies, by a table of mounts: "/disk" and "/share" stand in a folder of the test's own. */
#include "fixture.h"

#include "base/mounts.h"

#include <limits.h>

enum { ROOT = 0x801, DISK, SHARE, OVER, HOME };

struct scene {
    char *folder, *table;
    struct fz_mounts *mounts;
};

static void link_in(const struct scene *scene, const char *name, const char *target)
{
    char *path = path_in(scene->folder, name);
    assert_int_equal(symlink(target, path), 0);
    free(path);
}

static void folder_in(const struct scene *scene, const char *name)
{
    char *path = path_in(scene->folder, name);
    assert_int_equal(mkdir(path, 0755), 0);
    free(path);
}

static void scene_begin(struct scene *scene)
{
    static const char *const folders[] = {"disk", "disk/a", "share", "share/a", "share/a/over", "disk/a b"};
    scene->folder = make_folder();
    scene->table = path_in(scene->folder, "table");
    for (size_t i = 0; i < COUNT(folders); i++)
        folder_in(scene, folders[i]);
    FILE *table = fopen(scene->table, "w");
    const char *f = scene->folder;
    fprintf(table, "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n");
    fprintf(table, "21 20 8:2 / %s/disk rw - xfs /dev/sda2 rw\n", f);
    fprintf(table, "22 20 8:9 / %s/share rw - fuse.sshfs hidden rw\n", f);
    fprintf(table, "23 22 8:3 / %s/share rw master:2 propagate_from:1 - nfs4 server:/x rw\n", f);
    fprintf(table, "24 23 8:4 / %s/share/a/over rw - tmpfs none rw\n", f);
    fprintf(table, "25 21 8:5 / %s/disk/a\\040b rw - autofs home rw\n", f);
    fprintf(table, "a line that says nothing\n");
    fclose(table);
    scene->mounts = fz_mounts_read(scene->table);
}

static void scene_end(struct scene *scene)
{
    fz_mounts_free(scene->mounts);
    free(scene->table);
    remove_folder(scene->folder);
}

static void assert_lies(const struct scene *scene, const char *name, unsigned device, bool may_hang)
{
    char *path = path_in(scene->folder, name);
    struct fz_file_system found = fz_mounts_find(scene->mounts, path);
    if (found.device != device || found.may_hang != may_hang)
        print_error("%s: %x\n", name, (unsigned)found.device);
    assert_int_equal(found.device, device);
    assert_int_equal(found.may_hang, may_hang);
    free(path);
}

static void the_mount_above_a_path_counts(void **unused)
{
    (void)unused;
    struct scene scene;
    scene_begin(&scene);
    assert_lies(&scene, "disk", DISK, false);
    assert_lies(&scene, "disk/a/picture.jpg", DISK, false);
    assert_lies(&scene, "disks", ROOT, false);
    assert_lies(&scene, "picture.jpg", ROOT, false);
    assert_lies(&scene, "share", SHARE, true); /* that lies over another one */
    assert_lies(&scene, "share/b/c/d", SHARE, true);
    assert_lies(&scene, "share/a/over/c", OVER, false);
    assert_lies(&scene, "share/a/overt", SHARE, true);
    assert_lies(&scene, "disk/a b/x", HOME, true);
    assert_int_equal(fz_mounts_find(scene.mounts, "/").device, ROOT);
    scene_end(&scene);
}

static void links_are_followed_as_far_as_no_share(void **unused)
{
    (void)unused;
    struct scene scene;
    scene_begin(&scene);
    char *absolute = path_in(scene.folder, "share/a");
    link_in(&scene, "to_share", absolute);
    link_in(&scene, "disk/up", "../share");
    link_in(&scene, "disk/twice", "./a/../up/a/over");
    link_in(&scene, "round", "round");
    link_in(&scene, "nowhere", "disk/is/not/here");
    link_in(&scene, "share/out", "../disk");
    assert_lies(&scene, "to_share", SHARE, true);
    assert_lies(&scene, "to_share/over/x", OVER, false);
    assert_lies(&scene, "disk/up", SHARE, true);
    assert_lies(&scene, "disk/up/x.jpg", SHARE, true);
    assert_lies(&scene, "disk/twice/x.jpg", OVER, false);
    assert_lies(&scene, "round/x", ROOT, false);
    assert_lies(&scene, "nowhere", DISK, false);
    assert_lies(&scene, "share/out/a", SHARE, true); /* to read that link would be to ask the share */
    free(absolute);
    scene_end(&scene);
}

static void assert_within(const struct scene *scene, const char *name, bool may_hang)
{
    char *path = path_in(scene->folder, name);
    assert_int_equal(fz_mounts_may_hang_within(scene->mounts, path), may_hang);
    free(path);
}

static void what_is_mounted_below_counts(void **unused)
{
    (void)unused;
    struct scene scene;
    scene_begin(&scene);
    link_in(&scene, "to_disk", "disk");
    assert_within(&scene, "disk", true); /* "a b" */
    assert_within(&scene, "to_disk", true);
    assert_within(&scene, "disk/a", false);
    assert_within(&scene, "disk/a b", true);
    assert_within(&scene, "share", true);
    assert_within(&scene, "share/a/over", false);
    assert_within(&scene, "dis", false);
    assert_true(fz_mounts_may_hang_within(scene.mounts, scene.folder));
    assert_true(fz_mounts_may_hang_within(scene.mounts, "/"));
    scene_end(&scene);
}

static void a_path_need_not_be_absolute(void **unused)
{
    (void)unused;
    struct scene scene;
    scene_begin(&scene);
    char before[PATH_MAX];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scene.folder), 0);
    assert_true(fz_mounts_may_hang(scene.mounts, "share/a"));
    assert_true(fz_mounts_may_hang(scene.mounts, "./disk/../share"));
    assert_false(fz_mounts_may_hang(scene.mounts, "disk"));
    assert_false(fz_mounts_may_hang(scene.mounts, NULL));
    assert_int_equal(chdir(before), 0);
    scene_end(&scene);
}

static void without_a_table_nothing_is_known(void **unused)
{
    (void)unused;
    struct fz_mounts *mounts = fz_mounts_read("/nowhere/at/all");
    assert_int_equal(fz_mounts_find(mounts, "/tmp").device, 0);
    assert_false(fz_mounts_may_hang_within(mounts, "/"));
    fz_mounts_free(mounts);
    mounts = fz_mounts_read("/proc/self/mountinfo");
    struct stat root;
    assert_int_equal(stat("/", &root), 0);
    assert_int_equal(fz_mounts_find(mounts, "/").device, root.st_dev);
    fz_mounts_free(mounts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mount_above_a_path_counts),
        cmocka_unit_test(links_are_followed_as_far_as_no_share),
        cmocka_unit_test(what_is_mounted_below_counts),
        cmocka_unit_test(a_path_need_not_be_absolute),
        cmocka_unit_test(without_a_table_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
