/* JPEGs that somebody waits for: two threads make the same picture as one, whatever is in the file.
 * ctest: COST 30 */
#include "test_image_support.h"

#include <pthread.h>
#include <stdatomic.h>

enum { W = 620, H = 1500 };
#ifdef __SANITIZE_THREAD__ /* slow, and these threads are always the same two */
enum { MORE = 0, ROUNDS = 20, CANCEL_STEP = 21 };
#else
enum { MORE = 1, ROUNDS = 60, CANCEL_STEP = 7 };
#endif

/* Asked from both threads. */
struct crowd {
    struct host host; /* first: alloc and reserve take it for that */
    pthread_t main;
    atomic_bool other; /* another thread than the main one asked */
    atomic_int asked;
    int cancel_after;
    const struct fz_image_index *index; /* that it is told of; NULL: it never is */
    int tell_after;                     /* so many questions */
    int told;
};

static bool crowd_cancelled(void *ctx)
{
    struct crowd *crowd = ctx;
    if (!pthread_equal(pthread_self(), crowd->main))
        atomic_store(&crowd->other, true);
    return atomic_fetch_add(&crowd->asked, 1) + 1 >= crowd->cancel_after && crowd->cancel_after > 0;
}

static bool crowd_index(void *ctx, struct fz_image_index *index)
{
    struct crowd *crowd = ctx;
    assert_true(pthread_equal(pthread_self(), crowd->main));
    if (!crowd->index || crowd->told++ < crowd->tell_after)
        return false;
    *index = *crowd->index;
    return true;
}

/* What its coarsest form tells, where it is made by DC values. */
static struct fz_image_index index_of(const struct bytes *file)
{
    struct host host = {0};
    struct fz_error err;
    struct fz_image image;
    struct fz_image_index index = {.count = FZ_INDEX_PLACES}; /* of another file */
    struct fz_image_scratch *scratch = fz_image_scratch_new(0);
    int fd = open_bytes(file->data, file->len);
    struct fz_image_request request = make_request(fd, 40, 90, &host);
    request.index = &index;
    fz_image_load(&request, scratch, &image, &err);
    fz_image_scratch_free(scratch);
    host_fini(&host);
    close(fd);
    return index;
}

static enum fz_err load_one(const struct bytes *file, int box_w, int box_h, bool alone, struct crowd *crowd,
                            struct fz_image *image)
{
    struct fz_error err;
    struct fz_image_scratch *scratch = fz_image_scratch_new(0);
    int fd = open_bytes(file->data, file->len);
    struct fz_image_request request = make_request(fd, box_w, box_h, &crowd->host);
    crowd->main = pthread_self();
    request.host.cancelled = crowd_cancelled;
    request.host.ctx = crowd;
    request.host.index = crowd->index || crowd->tell_after > 0 ? crowd_index : NULL;
    request.want.alone = alone;
    enum fz_err code = fz_image_load(&request, scratch, image, &err);
    assert_int_equal(code != FZ_OK || image->damaged, err.code != FZ_OK);
    fz_image_scratch_free(scratch);
    close(fd);
    return code;
}

/* Whether a second thread was there. */
static bool assert_same_told(const struct bytes *file, int box_w, int box_h,
                             const struct fz_image_index *index, int tell_after)
{
    struct crowd one = {0}, two = {.index = index, .tell_after = tell_after};
    struct fz_image wanted, image;
    enum fz_err code = load_one(file, box_w, box_h, false, &one, &wanted);
    assert_int_equal(load_one(file, box_w, box_h, true, &two, &image), code);
    assert_false(atomic_load(&one.other));
    if (code == FZ_OK) {
        assert_int_equal(image.damaged, wanted.damaged);
        assert_true(image.out_w == wanted.out_w && image.out_h == wanted.out_h);
        for (int y = 0; y < image.out_h; y++)
            if (memcmp(image.pixels + (size_t)y * (size_t)image.pitch_bytes,
                       wanted.pixels + (size_t)y * (size_t)wanted.pitch_bytes, (size_t)image.out_w * 4) != 0)
                fail_msg("row %d of %d in a box of %dx%d", y, image.out_h, box_w, box_h);
    }
    host_fini(&one.host);
    host_fini(&two.host);
    return atomic_load(&two.other);
}

static bool assert_same(const struct bytes *file, int box_w, int box_h)
{
    return assert_same_told(file, box_w, box_h, NULL, 0);
}

static const struct jpeg_options kinds[] = {
    {.sampling = 1},
    {.sampling = 2, .orientation = 6},
    {.in = JCS_GRAYSCALE, .channels = 1},
    {.sampling = 2, .restart_rows = 1, .orientation = 3},
    {.sampling = 1, .restart_rows = 3, .orientation = 5},
    {.sampling = 2, .restart_rows = 50}, /* has no place to begin at */
    {.sampling = 2, .progressive = true},
};
enum { KINDS = sizeof kinds / sizeof *kinds, DIVIDED = 5 };

static void test_two_threads_make_the_same(void **state)
{
    (void)state;
    const int boxes[][2] = {{0, 0}, {500, 1100}, {311, 751}, {300, 727}, {200, 500}, {999, 400}, {40, 90}};
    for (int kind = 0; kind < KINDS; kind++) {
        struct bytes file = photo_jpeg(W, H, kinds[kind]);
        for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
            bool divided = assert_same(&file, boxes[i][0], boxes[i][1]);
            if (i < 4 && kind < DIVIDED)
                assert_true(divided);
        }
        free(file.data);
    }
}

/* Whenever it is told, of all that there is to know, of nothing, or never. */
static void test_told_where_rows_begin(void **state)
{
    (void)state;
    const int afters[] = {0, 30, 60, 1000, 1, 90};
    const struct fz_image_index nothing = {0};
    for (int kind = 0; kind < KINDS; kind++) {
        struct bytes file = photo_jpeg(W, H, kinds[kind]);
        const struct fz_image_index index = index_of(&file);
        assert_true(kind < DIVIDED ? index.count > 10 && index.file_bytes == file.len
                                   : index.count < 2 || kinds[kind].progressive);
        for (size_t i = 0; i < (MORE ? sizeof afters / sizeof *afters : 4); i++) {
            bool divided = assert_same_told(&file, 500, 1100, &index, afters[i]);
            assert_true(divided || kind >= DIVIDED);
            if (MORE)
                assert_same_told(&file, 300, 727, &index, afters[i]);
            divided = assert_same_told(&file, 500, 1100, &nothing, afters[i]);
            assert_true(divided || kind >= DIVIDED);
        }
        assert_same_told(&file, 500, 1100, NULL, 1000);
        free(file.data);
    }
}

/* It may come from anywhere: pixels may be wrong, nothing else is. */
static void test_told_nonsense(void **state)
{
    (void)state;
    uint32_t seed = 7;
    const struct jpeg_options tall = {.sampling = 2}; /* places lie far from each other there */
    struct bytes file = photo_jpeg(W, 2 * H, tall);
    const struct fz_image_index right = index_of(&file);
    for (int round = 0; round < ROUNDS; round++) {
        struct fz_image_index index = right;
        if (round % 3 == 0)
            index.file_bytes = next_random(&seed);
        if (round % 5 == 0)
            index.count = next_random(&seed);
        uint8_t *bytes = (uint8_t *)index.places;
        for (int i = 0; i < 20; i++)
            bytes[next_random(&seed) % sizeof index.places] = (uint8_t)next_random(&seed);
        for (int i = 0; i < FZ_INDEX_PLACES && round % 4 == 0; i++)
            index.places[i].offset = UINT64_MAX; /* as if all of the time had passed */
        struct crowd crowd = {.index = &index, .tell_after = round};
        struct fz_image image;
        enum fz_err code = load_one(&file, 500, 1100, true, &crowd, &image);
        assert_int_equal(code, FZ_OK);
        assert_true(image.out_h > 0 && image.out_w > 0);
        host_fini(&crowd.host);
    }
    free(file.data);
}

/* Cut, and with bytes changed, everywhere: the same is shown, and the same is said. */
static void test_damage(void **state)
{
    (void)state;
    uint32_t seed = 5;
    for (int round = 0; round < ROUNDS; round++) {
        struct bytes file = photo_jpeg(W, H, kinds[round % KINDS]);
        if (round % 2)
            file.len = file.len / 4 + next_random(&seed) % (file.len * 3 / 4);
        for (int i = 0; i < 3 && round % 2 == 0; i++)
            file.data[1000 + next_random(&seed) % (file.len - 1000)] = (uint8_t)next_random(&seed);
        assert_same(&file, 500, 1100);
        const struct fz_image_index index = index_of(&file); /* as far as that came */
        assert_same_told(&file, 500, 1100, &index, 0);
        free(file.data);
    }
}

/* Whoever asks when: both threads end, and nothing is left. */
static void test_cancelled_at_any_time(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(W, H, kinds[0]);
    for (int after = 1; after < 400; after += CANCEL_STEP) {
        struct crowd crowd = {.cancel_after = after};
        struct fz_image image;
        enum fz_err code = load_one(&file, 500, 1100, true, &crowd, &image);
        assert_true(code == FZ_E_CANCELLED || (code == FZ_OK && atomic_load(&crowd.asked) < after));
        host_fini(&crowd.host);
    }
    free(file.data);
}

/* What both take was asked for before; where that is too much, one does it, with what it took before. */
static void test_memory_is_reserved(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(W, H, kinds[0]);
    struct crowd one = {0}, two = {0};
    struct fz_image image;
    assert_int_equal(load_one(&file, 500, 1100, false, &one, &image), FZ_OK);
    assert_int_equal(load_one(&file, 500, 1100, true, &two, &image), FZ_OK);
    assert_true(two.host.reserved > one.host.reserved + (1 << 20));
    struct crowd tight = {.host.reserve_most = one.host.reserved};
    assert_int_equal(load_one(&file, 500, 1100, true, &tight, &image), FZ_OK);
    assert_true(tight.host.reserves == 2 && !atomic_load(&tight.other));
    host_fini(&one.host);
    host_fini(&two.host);
    host_fini(&tight.host);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_threads_make_the_same),
        cmocka_unit_test(test_told_where_rows_begin),
        cmocka_unit_test(test_told_nonsense),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_cancelled_at_any_time),
        cmocka_unit_test(test_memory_is_reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
