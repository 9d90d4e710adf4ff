/* Files that are there only when they are whole, and nothing else that is left. */
#include "fixture.h"

#include "base/new_file.h"

#include <limits.h>
#include <sys/socket.h>
#include <sys/wait.h>

static char *folder, *path;

/* How a name is given: what the file system lacks, and whether somebody else makes that file right before. */
static struct {
    bool renames_only, links_only, comes_between;
} disk;

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

static void come_between(const char *to)
{
    if (disk.comes_between)
        write_file(to, "theirs", 6);
    disk.comes_between = false;
}

int __wrap_rename(const char *from, const char *to)
{
    come_between(to);
    return __real_rename(from, to);
}

int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    come_between(to);
    if (!disk.renames_only && !disk.links_only)
        return __real_renameat2(from_fd, from, to_fd, to, flags);
    errno = EINVAL;
    return -1;
}

int __wrap_link(const char *from, const char *to)
{
    if (!disk.renames_only)
        return __real_link(from, to);
    errno = EPERM;
    return -1;
}

static int open_folder(void **state)
{
    (void)state;
    memset(&disk, 0, sizeof disk);
    folder = make_folder();
    path = path_in(folder, "out");
    return 0;
}

static int close_folder(void **state)
{
    (void)state;
    free(path);
    remove_folder(folder);
    return 0;
}

static void begin(struct fz_new_file *file, const char *text)
{
    struct fz_error err = {0};
    if (fz_new_file_open(file, path, &err) != FZ_OK)
        fail_msg("%s", err.msg);
    assert_true(fputs(text, file->stream) >= 0 && fflush(file->stream) == 0);
}

static void assert_holds(const char *expected)
{
    char text[100];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static void takes_its_place_when_whole(void **state)
{
    (void)state;
    struct fz_new_file file;
    int descriptors = open_descriptors();
    begin(&file, "first");
    assert_int_equal(access(path, F_OK), -1);
    assert_true(fz_new_file_close(&file, true));
    assert_holds("first");
    begin(&file, "second");
    assert_holds("first");
    assert_true(fz_new_file_close(&file, true));
    assert_holds("second");
    assert_int_equal(entries_of(folder), 3);
    assert_int_equal(open_descriptors(), descriptors);
}

/* As others of its group see to it together. */
static void stays_whose_it_was(void **state)
{
    (void)state;
    enum { OWNER = 12345, GROUP = 23456 };
    struct fz_new_file file;
    struct stat st;
    write_file(path, "old", 3);
    assert_int_equal(chmod(path, 0664), 0);
    const bool may_give = chown(path, OWNER, GROUP) == 0;
    begin(&file, "new");
    assert_true(fz_new_file_close(&file, true));
    assert_holds("new");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0664);
    assert_int_equal(st.st_uid, may_give ? OWNER : geteuid());
    assert_int_equal(st.st_gid, may_give ? GROUP : getegid());
}

static void is_forgotten_when_not(void **state)
{
    (void)state;
    struct fz_new_file file;
    begin(&file, "half");
    assert_false(fz_new_file_close(&file, false));
    assert_int_equal(entries_of(folder), 2);
    write_file(path, "old", 3);
    begin(&file, "half");
    assert_false(fz_new_file_close(&file, false));
    assert_holds("old");
    assert_int_equal(entries_of(folder), 3);
}

/* One that is replaced too, and one that is relative, which is written under another name first. */
static void a_name_may_be_as_long_as_any(void **state)
{
    (void)state;
    struct fz_new_file file;
    char name[NAME_MAX + 1];
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(before >= 0);
    assert_int_equal(chdir(folder), 0);
    for (int relative = 0; relative < 2; relative++) {
        free(path);
        path = relative ? strdup(name) : path_in(folder, name);
        for (int i = 0; i < 2; i++) {
            begin(&file, i == 0 ? "first" : "second");
            assert_true(fz_new_file_close(&file, true));
            assert_holds(i == 0 ? "first" : "second");
        }
        assert_int_equal(entries_of(folder), 3);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(fchdir(before), 0);
    close(before);
}

static void assert_is_kept_out(struct fz_new_file *file, const char *stands_there)
{
    file->never_replaces = true;
    errno = 0;
    assert_false(fz_new_file_close(file, true));
    assert_int_equal(errno, EEXIST);
    assert_holds(stands_there);
    assert_int_equal(entries_of(folder), 3);
}

/* Of a name that is absolute it is a link that is given, at once; whether the other file came before or meanwhile. */
static void never_replaces_what_stands_there(void **state)
{
    (void)state;
    struct fz_new_file file;
    write_file(path, "before", 6);
    begin(&file, "new");
    assert_is_kept_out(&file, "before");
    assert_int_equal(unlink(path), 0);
    begin(&file, "new");
    write_file(path, "meanwhile", 9);
    assert_is_kept_out(&file, "meanwhile");
    begin(&file, "new");
    assert_int_equal(unlink(path), 0);
    file.never_replaces = true;
    assert_true(fz_new_file_close(&file, true));
    assert_holds("new");
}

/* Of one that is relative it is another name that is given, in each of the ways that file systems know. */
static void never_replaces_by_a_rename(void **state)
{
    (void)state;
    struct fz_new_file file;
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(before >= 0);
    assert_int_equal(chdir(folder), 0);
    free(path);
    path = strdup("out");
    for (int way = 0; way < 3; way++) {
        memset(&disk, 0, sizeof disk);
        disk.links_only = way == 1;
        disk.renames_only = way == 2;
        begin(&file, "new");
        file.never_replaces = true;
        assert_true(fz_new_file_close(&file, true));
        assert_holds("new");
        assert_int_equal(unlink(path), 0);
        begin(&file, "new");
        disk.comes_between = true;
        assert_is_kept_out(&file, "theirs");
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("nowhere", path), 0);
        begin(&file, "new");
        file.never_replaces = true;
        assert_false(fz_new_file_close(&file, true));
        assert_int_equal(errno, EEXIST);
        assert_int_equal(entries_of(folder), 3);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(fchdir(before), 0);
    close(before);
}

static void a_link_stays_a_link(void **state)
{
    (void)state;
    struct fz_new_file file;
    struct stat st;
    char *target = path_in(folder, "target");
    write_file(target, "old", 3);
    assert_int_equal(symlink("target", path), 0);
    begin(&file, "new");
    assert_true(fz_new_file_close(&file, true));
    assert_holds("new");
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    free(target);
}

/* --stats /dev/stdout: what is no file is written to, never replaced; a pipe that nobody reads is an error. */
static void what_is_no_file_is_not_replaced(void **state)
{
    (void)state;
    struct fz_new_file file;
    struct fz_error err = {0};
    struct stat st;
    char text[10] = "";
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_not_equal(fz_new_file_open(&file, path, &err), FZ_OK);
    assert_int_equal(err.sys, ENXIO);
    int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    begin(&file, "piped");
    assert_true(fz_new_file_close(&file, true));
    assert_int_equal(read(reader, text, sizeof text), 5);
    assert_string_equal(text, "piped");
    close(reader);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_not_equal(fz_new_file_open(&file, path, &err), FZ_OK);
    assert_int_equal(err.sys, EISDIR);
    assert_int_equal(entries_of(folder), 3);
}

/* Who ends the process in the middle leaves what was there before, and nothing half written; sockets go too. */
static void nothing_half_written_outlives_the_process(void **state)
{
    (void)state;
    write_file(path, "old", 3);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct fz_new_file one, two, done;
        struct fz_leftover *file;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fz_leftover_bind(&file, fd, &address) != 0)
            _exit(1);
        begin(&one, "half");
        begin(&done, "whole");
        begin(&two, "half");
        bool whole = fz_new_file_close(&done, true);
        fz_leftovers_end(FZ_LEFTOVERS_MS);
        _exit(whole ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_holds("whole");
    assert_int_equal(entries_of(folder), 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)
    const struct CMUnitTest tests[] = {
        TEST(takes_its_place_when_whole),
        TEST(is_forgotten_when_not),
        TEST(a_name_may_be_as_long_as_any),
        TEST(a_link_stays_a_link),
        TEST(what_is_no_file_is_not_replaced),
        TEST(nothing_half_written_outlives_the_process),
        TEST(never_replaces_what_stands_there),
        TEST(never_replaces_by_a_rename),
        TEST(stays_whose_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
