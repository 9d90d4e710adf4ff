/* Writing PNG files: what is read back, and what is left behind when it fails. */
#include "test_image_support.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char dir[] = "/tmp/fz-save-XXXXXX";
static char path[64];

static int make_dir(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/shot.png", mkdtemp(dir) ? dir : "");
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir); /* fails where something was left behind */
}

static int count_files(void)
{
    int count = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; (e = readdir(d));)
        count += e->d_name[0] != '.';
    closedir(d);
    return count;
}

/* B G R and a fourth byte that must not matter, rows with a gap. Caller frees. */
static uint8_t *make_pixels(int width, int height, int pitch)
{
    uint8_t *pixels = malloc((size_t)pitch * (size_t)height);
    uint32_t seed = 9;
    for (size_t i = 0; i < (size_t)pitch * (size_t)height; i++)
        pixels[i] = (uint8_t)next_random(&seed);
    (void)width;
    return pixels;
}

static void test_round_trip(void **state)
{
    (void)state;
    const int sizes[][2] = {{1, 1}, {3, 2}, {257, 100}, {640, 480}};
    for (int i = 0; i < 4; i++) {
        int w = sizes[i][0], h = sizes[i][1], pitch = w * 4 + 20;
        uint8_t *pixels = make_pixels(w, h, pitch);
        struct fz_error err = {0};
        assert_int_equal(fz_image_save_png(path, pixels, w, h, pitch, &err), FZ_OK);
        assert_int_equal(count_files(), 1);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct host host = {0};
        struct fz_image image;
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_image_request request = make_request(fd, 0, 0, &host);
        assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
        assert_string_equal(image.format, "png");
        assert_int_equal(image.width, w);
        assert_int_equal(image.height, h);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                const uint8_t *p = pixels + y * pitch + x * 4;
                assert_int_equal(pixel(&image, x, y), p[2] << 16 | p[1] << 8 | p[0]);
            }
        host_fini(&host);
        fz_image_scratch_free(scratch);
        close(fd);
        free(pixels);
    }
}

static void test_permissions_follow_the_umask(void **state)
{
    (void)state;
    uint8_t px[4] = {0};
    mode_t old = umask(027);
    unlink(path);
    assert_int_equal(fz_image_save_png(path, px, 1, 1, 4, NULL), FZ_OK);
    umask(old);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static void test_missing_folder(void **state)
{
    (void)state;
    uint8_t px[4] = {0};
    struct fz_error err = {0};
    assert_int_equal(fz_image_save_png("/nonexistent/a.png", px, 1, 1, 4, &err), FZ_E_NOT_FOUND);
    assert_int_equal(err.sys, ENOENT);
    assert_non_null(strstr(err.msg, "/nonexistent/a.png"));
}

static void test_target_is_a_folder(void **state)
{
    (void)state;
    char sub[96];
    uint8_t px[4] = {0};
    snprintf(sub, sizeof sub, "%s/sub", dir);
    assert_int_equal(mkdir(sub, 0700), 0);
    int before = count_files();
    struct fz_error err = {0};
    assert_int_not_equal(fz_image_save_png(sub, px, 1, 1, 4, &err), FZ_OK);
    assert_int_equal(err.sys, EISDIR);
    assert_int_equal(count_files(), before);
    rmdir(sub);
}

/* No room for the new file: the old one stays, and nothing else is left. */
static void test_failed_write_keeps_the_old_file(void **state)
{
    (void)state;
    uint8_t *pixels = make_pixels(300, 300, 1200);
    assert_int_equal(fz_image_save_png(path, pixels, 10, 10, 1200, NULL), FZ_OK);
    struct stat before, after;
    assert_int_equal(stat(path, &before), 0);

    struct rlimit old, little = {.rlim_cur = 4096};
    getrlimit(RLIMIT_FSIZE, &old);
    little.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &little);
    struct fz_error err = {0};
    enum fz_err code = fz_image_save_png(path, pixels, 300, 300, 1200, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_DFL);

    assert_int_equal(code, FZ_E_IO);
    assert_int_equal(err.sys, EFBIG);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(count_files(), 1);
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_permissions_follow_the_umask),
        cmocka_unit_test(test_missing_folder),
        cmocka_unit_test(test_target_is_a_folder),
        cmocka_unit_test(test_failed_write_keeps_the_old_file),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
