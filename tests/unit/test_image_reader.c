/* Around the decoders: what is no file, what is too large, what grows, and the arithmetic of fitting. */
#include "test_image_support.h"

#include "base/clock.h"
#include "image/reader.h"

#include <sys/stat.h>

static enum fz_err load_fd(int fd, struct host *host, struct fz_error *err)
{
    struct fz_image image;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, host);
    enum fz_err code = fz_image_load(&request, scratch, &image, err);
    fz_image_scratch_free(scratch);
    assert_null(image.pixels);
    return code;
}

static void assert_refused(int fd, enum fz_err want, const char *text)
{
    struct host host = {0};
    struct fz_error err;
    assert_true(fd >= 0);
    assert_int_equal(load_fd(fd, &host, &err), want);
    assert_non_null(strstr(err.msg, text));
    assert_int_equal(host.allocs, 0);
    assert_int_equal(host.reserves, 0);
    err = (struct fz_error){0};
    assert_null(fz_image_sniff(fd, &err));
    assert_int_equal(err.code, want);
    close(fd);
}

static void test_what_is_no_regular_file(void **state)
{
    (void)state;
    char dir[] = "/tmp/fz-image-XXXXXX", fifo[64];
    assert_non_null(mkdtemp(dir));
    snprintf(fifo, sizeof fifo, "%s/fifo", dir);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_refused(open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC), FZ_E_NOT_PICTURE, "regular");
    int both = open(fifo, O_RDWR | O_CLOEXEC); /* a writer is there: reading would wait */
    assert_refused(both, FZ_E_NOT_PICTURE, "regular");
    assert_refused(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), FZ_E_NOT_PICTURE, "folder");
    assert_refused(open("/dev/zero", O_RDONLY | O_CLOEXEC), FZ_E_NOT_PICTURE, "regular");
    assert_refused(open_bytes("", 0), FZ_E_NOT_PICTURE, "empty");
    unlink(fifo);
    rmdir(dir);
}

static void test_read_errors(void **state)
{
    (void)state;
    char path[] = "/tmp/fz-image-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "GIF89a", 6), 6);
    close(fd);
    assert_refused(open(path, O_WRONLY | O_CLOEXEC), FZ_E_IO, "Bad file descriptor");
    unlink(path);
    struct host host = {0};
    struct fz_error err;
    assert_int_equal(load_fd(-1, &host, &err), FZ_E_IO);
}

static void test_file_limit_before_a_byte_is_read(void **state)
{
    (void)state;
    int fd = memfd_create("large", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, (off_t)fz_image_default_limits.max_file_bytes + 1), 0);
    struct host host = {0};
    struct fz_error err;
    assert_int_equal(load_fd(fd, &host, &err), FZ_E_LIMIT);
    assert_int_equal(host.asked, 0);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    close(fd);
}

/* A large file that is no picture costs its first bytes only. */
static void test_unknown_format_is_not_read_to_its_end(void **state)
{
    (void)state;
    int fd = memfd_create("video", MFD_CLOEXEC);
    assert_int_equal(write(fd,
                           "\0\0\0\x18"
                           "ftypmp42",
                           12),
                     12);
    assert_int_equal(ftruncate(fd, 300 << 20), 0);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    struct host host = {0};
    struct fz_error err;
    assert_int_equal(load_fd(fd, &host, &err), FZ_E_NOT_PICTURE);
    assert_true(lseek(fd, 0, SEEK_CUR) <= 64 << 10);
    close(fd);
}

static void test_reads_all_of_a_growing_file(void **state)
{
    (void)state;
    enum { FIRST = 100000, SECOND = 700000 };
    uint8_t *data = malloc(FIRST + SECOND);
    for (int i = 0; i < FIRST + SECOND; i++)
        data[i] = (uint8_t)(i * 7 ^ i >> 8);
    int fd = open_bytes(data, FIRST);
    struct host host = {0};
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    struct fz_buffer buffer = {0};
    struct fz_reader reader;
    struct fz_error err;
    assert_int_equal(fz_reader_open(&reader, &request, &buffer, &err), FZ_OK);
    assert_int_equal(fz_reader_fill(&reader, 1000, &err), FZ_OK);
    assert_int_equal(fz_reader_bytes(&reader).len, 1000);
    assert_int_equal(pwrite(fd, data + FIRST, SECOND, FIRST), SECOND);
    assert_int_equal(fz_reader_finish(&reader, &err), FZ_OK);
    struct fz_bytes bytes = fz_reader_bytes(&reader);
    assert_true(bytes.whole);
    assert_int_equal(bytes.len, FIRST + SECOND);
    assert_memory_equal(bytes.at, data, FIRST + SECOND);

    /* Beyond the limit it stops growing with it. */
    lseek(fd, 0, SEEK_SET);
    request.limits.max_file_bytes = FIRST + SECOND;
    assert_int_equal(fz_reader_open(&reader, &request, &buffer, &err), FZ_OK);
    assert_int_equal(pwrite(fd, data, FIRST, FIRST + SECOND), FIRST);
    assert_int_equal(fz_reader_finish(&reader, &err), FZ_E_LIMIT);
    close(fd);
    free(buffer.data);
    free(data);
}

static void test_cancelled_while_reading(void **state)
{
    (void)state;
    int fd = memfd_create("slow", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, 20 << 20), 0);
    struct host host = {.cancel_after = 4};
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    struct fz_buffer buffer = {0};
    struct fz_reader reader;
    struct fz_error err;
    assert_int_equal(fz_reader_open(&reader, &request, &buffer, &err), FZ_OK);
    assert_int_equal(fz_reader_finish(&reader, &err), FZ_E_CANCELLED);
    assert_true(lseek(fd, 0, SEEK_CUR) <= 3 << 20);
    free(buffer.data);
    close(fd);
}

enum { MOST_US = 50000 };

static bool reserve_slowly(void *ctx, uint64_t bytes)
{
    for (int64_t end_us = fz_thread_cpu_us() + 2 * MOST_US; fz_thread_cpu_us() < end_us;)
        continue;
    return host_reserve(ctx, bytes);
}

/* What is done before the first row, of the header say, is part of what a picture may take. */
static void test_time_counts_from_the_first_byte(void **state)
{
    (void)state;
    uint8_t *pixels = make_photo(16, 16, 3);
    struct bytes b = encode_png(pixels, 16, 16, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL);
    int fd = open_bytes(b.data, b.len);
    struct host host = {0};
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    request.host.reserve = reserve_slowly;
    request.limits.max_cpu_us = MOST_US;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_E_TIMEOUT);
    fz_image_scratch_free(scratch);
    host_fini(&host);
    close(fd);
    free(b.data);
    free(pixels);
}

/* A file whose size says nothing, as in /proc. */
static void test_file_without_size(void **state)
{
    (void)state;
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        skip();
    struct host host = {0};
    struct fz_error err;
    assert_int_equal(load_fd(fd, &host, &err), FZ_E_NOT_PICTURE);
    close(fd);
}

static void test_scratch_gives_large_buffers_back(void **state)
{
    (void)state;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    assert_true(fz_buffer_need(&scratch->file, 40 << 20));
    assert_true(fz_buffer_need(&scratch->input, 1 << 20));
    fz_image_scratch_trim(scratch);
    assert_int_equal(scratch->file.size, 0);
    assert_int_equal(scratch->input.size, 1 << 20);
    assert_false(fz_buffer_need(&scratch->input, SIZE_MAX / 2 + 1)); /* no block is as large */
    assert_int_equal(scratch->input.size, 0);
    fz_image_scratch_free(scratch);
    fz_image_scratch_free(NULL);
}

static void test_fit(void **state)
{
    (void)state;
    const int cases[][6] = {
        /* picture, box, result */
        {4000, 3000, 256, 192, 256, 192}, {3000, 4000, 256, 192, 144, 192}, {4000, 3000, 0, 0, 4000, 3000},
        {100, 50, 256, 192, 100, 50},     {256, 192, 256, 192, 256, 192},   {300, 192, 256, 192, 256, 164},
        {65500, 1, 256, 192, 256, 1},     {1, 65500, 256, 192, 1, 192},     {1, 1, 1, 1, 1, 1},
        {4000, 3000, 1, 1, 1, 1},         {1920, 1080, 240, 140, 240, 135}, {65500, 65500, 65499, 1, 1, 1},
        {400, 300, 100, 0, 100, 75},      {400, 300, 0, 100, 133, 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int w, h;
        fz_image_fit(cases[i][0], cases[i][1], cases[i][2], cases[i][3], &w, &h);
        assert_int_equal(w, cases[i][4]);
        assert_int_equal(h, cases[i][5]);
    }
    uint32_t seed = 1;
    for (int i = 0; i < 100000; i++) {
        int w = 1 + (int)(next_random(&seed) % 65500), h = 1 + (int)(next_random(&seed) % 65500);
        int bw = 1 + (int)(next_random(&seed) % 4000), bh = 1 + (int)(next_random(&seed) % 4000), ow, oh;
        fz_image_fit(w, h, bw, bh, &ow, &oh);
        assert_in_range(ow, 1, bw < w ? bw : w);
        assert_in_range(oh, 1, bh < h ? bh : h);
        assert_true(ow == bw || oh == bh || (ow == w && oh == h));
        /* Aspect: neither side is off by more than half a pixel, but where it is the least one. */
        double want_h = (double)ow * h / w, want_w = (double)oh * w / h;
        assert_true((want_h - oh < 0.51 && oh - want_h < 0.51) ||
                    (want_w - ow < 0.51 && ow - want_w < 0.51) || ow == 1 || oh == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_regular_file),
        cmocka_unit_test(test_read_errors),
        cmocka_unit_test(test_file_limit_before_a_byte_is_read),
        cmocka_unit_test(test_unknown_format_is_not_read_to_its_end),
        cmocka_unit_test(test_reads_all_of_a_growing_file),
        cmocka_unit_test(test_cancelled_while_reading),
        cmocka_unit_test(test_time_counts_from_the_first_byte),
        cmocka_unit_test(test_file_without_size),
        cmocka_unit_test(test_scratch_gives_large_buffers_back),
        cmocka_unit_test(test_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
