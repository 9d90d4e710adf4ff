/* What of a file on a disk is brought into the page cache, and how much of that anybody waits for. The disk is preadv(2); what of a file
 * is there already is what was written to its memory. */
#include "base/sanitized.h"
#include "decode/ask.h"
#include "decode/fetch.h"
#include "decode/pages.h"
#include "fixture.h"
#include "image/format.h"
#include "process/wire.h"
#include "sync/thread.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/uio.h>

enum { BLOCK = 128 << 10, BLOCKS = 64, SLOW_US = 8000, BEHIND = 6 /* the magic bytes */ };
static const uint64_t BYTES = (uint64_t)BLOCKS * BLOCK;
static const char JPEG[] = "\xff\xd8\xff\xe0", GIF[] = "GIF89a";

static atomic_int reads;
static atomic_uint_fast64_t read_to;
static atomic_bool fails;
static long delay_us;
static atomic_int heard_most;

/* A file on a share, of which blocks take their time, or never come. */
static struct stat share;
static atomic_bool share_hangs;
static atomic_int share_reading, share_most;

ssize_t __real_pread(int fd, void *buffer, size_t bytes, off_t at);
ssize_t __wrap_pread(int fd, void *buffer, size_t bytes, off_t at);

ssize_t __wrap_pread(int fd, void *buffer, size_t bytes, off_t at)
{
    struct stat st;
    if (share.st_ino == 0 || fstat(fd, &st) != 0 || st.st_ino != share.st_ino || st.st_dev != share.st_dev)
        return __real_pread(fd, buffer, bytes, at);
    int now = atomic_fetch_add(&share_reading, 1) + 1, most = atomic_load(&share_most);
    while (now > most && !atomic_compare_exchange_weak(&share_most, &most, now))
        ;
    do
        sleep_ms(SLOW_US / 1000);
    while (atomic_load(&share_hangs));
    atomic_fetch_sub(&share_reading, 1);
    return __real_pread(fd, buffer, bytes, at);
}

static void put_there(int fd, uint64_t at, uint64_t end)
{
    static const char zeros[BLOCK];
    for (uint64_t count; at < end; at += count) {
        count = end - at < sizeof zeros ? end - at : sizeof zeros;
        if (pwrite(fd, zeros, (size_t)count, (off_t)at) != (ssize_t)count)
            return;
    }
}

ssize_t __wrap_preadv(int fd, const struct iovec *parts, int count, off_t at);

ssize_t __wrap_preadv(int fd, const struct iovec *parts, int count, off_t at)
{
    uint64_t end = (uint64_t)at;
    for (int i = 0; i < count; i++)
        end += parts[i].iov_len;
    uint64_t before = atomic_load(&read_to);
    while (end > before && !atomic_compare_exchange_weak(&read_to, &before, end))
        ;
    atomic_fetch_add(&reads, 1);
    nanosleep(&(struct timespec){.tv_nsec = delay_us * 1000}, NULL);
    if (at == 0 && !atomic_load(&fails)) /* it is there now; where it cannot be written, no test looks */
        put_there(fd, BEHIND, end);
    errno = EIO;
    return atomic_load(&fails) ? -1 : (ssize_t)(end - (uint64_t)at);
}

static unsigned hear(void *ctx, unsigned rank)
{
    int *heard = ctx;
    return ++*heard > heard_most ? FZ_FETCH_NOT : rank;
}

static int file_that_begins(const char *magic)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    assert_true(fd >= 0 && ftruncate(fd, (off_t)BYTES) == 0);
    assert_int_equal(pwrite(fd, magic, strlen(magic), 0), strlen(magic));
    return fd;
}

static enum fz_fetch_end bring(int fd)
{
    int heard = 0;
    enum fz_fetch_end end =
        fz_fetch_pages(fd, &(struct fz_fetch_wish){.bytes = BYTES, .rank = 1, .hear = hear, .ctx = &heard});
    close(fd);
    return end;
}

static int set_up(void **state)
{
    (void)state;
    atomic_store(&reads, 0);
    atomic_store(&read_to, 0);
    atomic_store(&fails, false);
    delay_us = SLOW_US;
    heard_most = INT32_MAX;
    return 0;
}

static void a_slow_disk_is_read_once_and_waited_for(void **state)
{
    (void)state;
    assert_int_equal(bring(file_that_begins(JPEG)), FZ_FETCH_READ);
    assert_int_equal(atomic_load(&reads), BLOCKS);
    assert_int_equal(atomic_load(&read_to), BYTES);
}

/* A busy machine may be slower than any disk: then fetchers are there that begin more at once. */
static void a_quick_disk_is_asked_for_one_block(void **state)
{
    enum fz_fetch_end end = FZ_FETCH_READ;
    int tries = 0;
    for (; tries < 100 && end != FZ_FETCH_QUICK; tries++) {
        set_up(state);
        delay_us = 0;
        end = bring(file_that_begins(JPEG));
    }
    assert_int_equal(end, FZ_FETCH_QUICK);
    assert_in_range(atomic_load(&reads), 1, tries == 1 ? 1 : BLOCKS - 1);
}

static void what_is_there_is_not_read(void **state)
{
    (void)state;
    int fd = file_that_begins(JPEG);
    put_there(fd, BEHIND, BYTES);
    assert_int_equal(bring(fd), FZ_FETCH_READ);
    assert_int_equal(atomic_load(&reads), 0);
}

static bool head_is_enough(int fd)
{
    struct fz_image_head head;
    bool enough = fz_pages_read_head(fd, BYTES, &head);
    assert_int_equal(head.len, FZ_FORMAT_HEAD_BYTES);
    fz_image_head_fini(&head);
    close(fd);
    return enough;
}

/* A program of 32 bits cannot map it as a whole. */
static void of_4_GB_nothing_is_there_by_itself(void **state)
{
    (void)state;
    const uint64_t bytes = UINT64_C(4) << 30;
    int fd = file_that_begins(JPEG);
    assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
    assert_false(fz_pages_are_there(fd, 0, bytes));
    assert_false(fz_pages_are_there(fd, bytes - BLOCK, BLOCK));
    close(fd);
}

/* As after a program that looked for the metadata there. */
static void the_end_alone_is_not_all(void **state)
{
    (void)state;
    int fd = file_that_begins(JPEG);
    put_there(fd, BYTES - 1, BYTES);
    assert_int_equal(bring(fd), FZ_FETCH_READ);
    assert_int_equal(atomic_load(&reads), BLOCKS);
    fd = file_that_begins(JPEG);
    put_there(fd, BEHIND, FZ_FORMAT_HEAD_BYTES);
    put_there(fd, BYTES - 1, BYTES);
    assert_false(head_is_enough(fd));
}

/* They come at once, as those of a head that was looked at before. */
static void blocks_that_are_there_say_nothing_of_the_disk(void **state)
{
    (void)state;
    int fd = file_that_begins(JPEG);
    put_there(fd, BEHIND, 2 * BLOCK);
    assert_int_equal(bring(fd), FZ_FETCH_READ);
    assert_int_equal(atomic_load(&reads), BLOCKS - 2);
}

enum { TRIES = 50 }; /* where the first block tells so late that all others are on their way */

/* More may be on its way when the first block tells. */
static void of_some_formats_a_part_is_enough(void **state)
{
    for (int i = 0; i == 0 || (i < TRIES && atomic_load(&read_to) == BYTES); i++) {
        set_up(state);
        assert_int_equal(bring(file_that_begins(GIF)), FZ_FETCH_READ);
    }
    if (!FZ_SANITIZED) /* which looks at the first block for as long as all others take */
        assert_in_range(atomic_load(&read_to), FZ_IMAGE_PART_AHEAD_BYTES, BYTES - BLOCK);
    set_up(state);
    int fd = file_that_begins(GIF);
    put_there(fd, BEHIND, FZ_IMAGE_PART_AHEAD_BYTES);
    assert_int_equal(bring(fd), FZ_FETCH_READ);
    assert_int_equal(atomic_load(&reads), 0);
}

static void what_nobody_wants_any_more_is_not_read_on(void **state)
{
    for (int i = 0; i == 0 || (i < TRIES && atomic_load(&reads) == BLOCKS); i++) {
        set_up(state);
        heard_most = 0;
        assert_int_equal(bring(file_that_begins(JPEG)), FZ_FETCH_UNWANTED);
    }
    assert_true(atomic_load(&reads) < BLOCKS);
}

/* Whoever decodes it says so. */
static void errors_keep_nobody_waiting(void **state)
{
    (void)state;
    atomic_store(&fails, true);
    assert_int_equal(bring(file_that_begins(JPEG)), FZ_FETCH_READ);
    assert_true(atomic_load(&reads) < BLOCKS);
}

/* The rest is a slow disk's, for all that anybody knows. */
static void a_head_that_was_there_says_nothing_of_the_disk(void **state)
{
    (void)state;
    int fd = file_that_begins(JPEG);
    put_there(fd, BEHIND, FZ_FORMAT_HEAD_BYTES);
    assert_false(head_is_enough(fd));
    fd = file_that_begins(JPEG);
    put_there(fd, BEHIND, BYTES);
    assert_true(head_is_enough(fd));
    fd = file_that_begins(GIF);
    put_there(fd, BEHIND, FZ_IMAGE_PART_AHEAD_BYTES);
    assert_true(head_is_enough(fd));
}

/* The files of these paths opened by a reader, for who sent `told` already (a rank; 0: nothing). */
static struct fz_parcel open_files(char *paths, size_t len, uint32_t count, uint32_t flags, unsigned told)
{
    int pair[2];
    struct fz_parcel answer, request = {.kind = FZ_ASK_OPEN,
                                        .count = count,
                                        .flags = flags,
                                        .value = (int64_t)BYTES,
                                        .bytes = paths,
                                        .len = len,
                                        .fd = -1};
    assert_true(fz_wire_pair(pair));
    if (told > 0)
        assert_true(
            fz_parcel_send(pair[0], &(struct fz_parcel){.kind = FZ_ASK_RANK, .number = told, .fd = -1}));
    fz_ask_answer(&request, pair[1], &answer);
    close(pair[0]);
    close(pair[1]);
    return answer;
}

static struct fz_parcel open_by_reader(int fd, uint32_t flags, unsigned told)
{
    char path[32];
    size_t len = (size_t)snprintf(path, sizeof path, "/proc/self/fd/%d", fd) + 1;
    struct fz_parcel answer = open_files(path, len, 1, flags, told);
    close(fd);
    return answer;
}

/* As those do that read its metadata, of 16 MB at most. */
static void who_wants_facts_alone_waits_for_the_head(void **state)
{
    (void)state;
    struct fz_parcel answer = open_by_reader(file_that_begins(JPEG), 0, 0);
    assert_true(answer.fd >= 0);
    assert_int_equal(atomic_load(&reads), 1);
    assert_int_equal(atomic_load(&read_to), FZ_FORMAT_HEAD_BYTES);
    fz_parcel_fini(&answer);
    set_up(state);
    answer = open_by_reader(file_that_begins(JPEG), FZ_OPEN_WHOLE, 0);
    assert_int_equal(atomic_load(&read_to), BYTES);
    fz_parcel_fini(&answer);
}

/* A head that comes at once may have lain next to the file before. */
static void a_disk_that_was_slow_is_not_quick_by_one_head(void **state)
{
    (void)state;
    int quick = 0;
    assert_int_equal(bring(file_that_begins(JPEG)), FZ_FETCH_READ);
    assert_false(head_is_enough(file_that_begins(JPEG)));
    for (; quick < 100 && !head_is_enough(file_that_begins(JPEG));
         quick++) /* a busy machine may be slow now and then */
        ;
    assert_in_range(quick, 2, 99);
}

/* What follows a head comes quickly of a disk that has to seek, too. */
static void a_head_that_takes_its_time_shows_a_slow_disk(void **state)
{
    (void)state;
    delay_us = 0;
    while (bring(file_that_begins(JPEG)) != FZ_FETCH_QUICK)
        ;
    int fd = file_that_begins(JPEG);
    assert_int_equal(fstat(fd, &share), 0); /* whose reads take their time */
    assert_false(head_is_enough(fd));
    atomic_store(&reads, 0);
    fd = file_that_begins(JPEG);
    put_there(fd, BEHIND, FZ_FORMAT_HEAD_BYTES);
    assert_int_equal(bring(fd), FZ_FETCH_READ);
    assert_int_equal(atomic_load(&reads), BLOCKS);
}

/* Which opens no links along; the hole is nothing that the kernel has. */
static int part_of_file(const char *path, const char *magic)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && ftruncate(fd, (off_t)BYTES) == 0);
    assert_int_equal(pwrite(fd, magic, strlen(magic), 0), strlen(magic));
    put_there(fd, BEHIND, FZ_IMAGE_PART_AHEAD_BYTES);
    return fd;
}

static uint32_t opened_along(const char *magic)
{
    char *folder = make_folder(), *first = path_in(folder, "first"), *second = path_in(folder, "second");
    int fds[2] = {part_of_file(first, GIF), part_of_file(second, magic)};
    char bytes[512];
    size_t len = (size_t)snprintf(bytes, sizeof bytes, "%s%c%s", first, 0, second) + 1;
    uint32_t more = 0;
    for (int tries = 0; tries < 100 && more == 0;
         tries++) { /* who loses the core meanwhile opens the first alone */
        struct fz_parcel answer = open_files(bytes, len, 2, FZ_OPEN_WHOLE, 0);
        more = answer.more_count;
        fz_parcel_fini(&answer);
    }
    for (int i = 0; i < 2; i++)
        close(fds[i]);
    remove_folder(folder);
    free(first);
    free(second);
    return more;
}

static void what_is_enough_of_it_is_opened_along(void **state)
{
    (void)state;
    assert_int_equal(opened_along(GIF), 1);
    assert_int_equal(opened_along(JPEG), 0);
    assert_int_equal(atomic_load(&reads), 0);
}

static void of_a_copy_that_nobody_wants_nothing_is_brought(void **state)
{
    (void)state;
    struct fz_parcel answer =
        open_by_reader(file_that_begins(JPEG), FZ_OPEN_WHOLE | FZ_OPEN_COPY(8), FZ_FETCH_NOT);
    assert_int_equal(answer.fd, -1);
    assert_int_equal(fz_answer_look(&answer).sys, ECANCELED);
    assert_int_equal(atomic_load(&reads), 0);
    fz_parcel_fini(&answer);
}

static int copy_from_share(void *ctx)
{
    int heard = 0;
    int copy =
        fz_fetch(*(const int *)ctx, &(struct fz_fetch_wish){.bytes = BYTES, .hear = hear, .ctx = &heard});
    if (copy < 0)
        return 1;
    close(copy);
    return 0;
}

static int file_on_share(void)
{
    int fd = file_that_begins(JPEG);
    assert_int_equal(fstat(fd, &share), 0);
    atomic_store(&share_most, 0);
    return fd;
}

/* As after pictures of a quick disk, of which a block came in a fraction of the time. Nothing was copied before. */
static void a_quick_disk_makes_no_share_serial(void **state)
{
    a_quick_disk_is_asked_for_one_block(state);
    int fd = file_on_share();
    assert_int_equal(copy_from_share(&fd), 0);
    assert_true(atomic_load(&share_most) >= 4);
    close(fd);
}

/* Whatever its rank. */
static void a_share_that_hangs_holds_up_no_disk(void **state)
{
    (void)state;
    SDL_Thread *thread;
    int fd = file_on_share(), failed;
    atomic_store(&share_hangs, true);
    assert_int_equal(fz_thread_start(&thread, "copies", copy_from_share, &fd, NULL), FZ_OK);
    while (atomic_load(&share_reading) == 0)
        sleep_ms(1);
    heard_most = 3 * BLOCKS; /* or it would hang, too */
    enum fz_fetch_end end = bring(file_that_begins(JPEG));
    int read = atomic_load(&reads);
    atomic_store(&share_hangs, false);
    heard_most = INT32_MAX;
    SDL_WaitThread(thread, &failed);
    close(fd);
    assert_int_equal(failed, 0);
    assert_int_equal(end, FZ_FETCH_READ);
    assert_int_equal(read, BLOCKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_quick_disk_is_asked_for_one_block, set_up),
        cmocka_unit_test_setup(a_slow_disk_is_read_once_and_waited_for, set_up),
        cmocka_unit_test_setup(what_is_there_is_not_read, set_up),
        cmocka_unit_test_setup(blocks_that_are_there_say_nothing_of_the_disk, set_up),
        cmocka_unit_test_setup(of_some_formats_a_part_is_enough, set_up),
        cmocka_unit_test_setup(what_nobody_wants_any_more_is_not_read_on, set_up),
        cmocka_unit_test_setup(errors_keep_nobody_waiting, set_up),
        cmocka_unit_test_setup(the_end_alone_is_not_all, set_up),
        cmocka_unit_test_setup(of_4_GB_nothing_is_there_by_itself, set_up),
        cmocka_unit_test_setup(a_head_that_was_there_says_nothing_of_the_disk, set_up),
        cmocka_unit_test_setup(a_disk_that_was_slow_is_not_quick_by_one_head, set_up),
        cmocka_unit_test_setup(a_head_that_takes_its_time_shows_a_slow_disk, set_up),
        cmocka_unit_test_setup(who_wants_facts_alone_waits_for_the_head, set_up),
        cmocka_unit_test_setup(what_is_enough_of_it_is_opened_along, set_up),
        cmocka_unit_test_setup(a_quick_disk_makes_no_share_serial, set_up),
        cmocka_unit_test_setup(of_a_copy_that_nobody_wants_nothing_is_brought, set_up),
        cmocka_unit_test_setup(a_share_that_hangs_holds_up_no_disk, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
