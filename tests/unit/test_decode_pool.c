/* The pool: exactly one result for each job, whatever becomes of it. */
#include "base/clock.h"
#include "pool_fixture.h"

#include <sys/stat.h>

static struct bench bench;

static int open_bench(void **state)
{
    (void)state;
    fz_thread_claim_main();
    if (SDL_Init(SDL_INIT_EVENTS) != 0)
        return -1;
    bench_open(&bench);
    return 0;
}

static int close_bench(void **state)
{
    (void)state;
    bench_close(&bench);
    SDL_Quit();
    return 0;
}

static void check_decoded(const struct fz_job *job)
{
    assert_int_equal(job->error.code, FZ_OK);
    assert_non_null(job->surface);
    assert_int_equal(job->surface->w, 32); /* 96 x 64 in 32 x 32 */
    assert_true(job->surface->h >= 21 && job->surface->h <= 22);
    assert_int_equal(job->image.width, PICTURE_W);
    assert_int_equal(job->image.height, PICTURE_H);
    assert_string_equal(job->image.format, "png");
    struct stat st;
    assert_int_equal(stat(job->path, &st), 0);
    assert_true(job->file.known);
    assert_int_equal(job->file.bytes, st.st_size);
    assert_int_equal(job->file.mtime_ns / 1000000000, st.st_mtime);
    const uint8_t *row = (const uint8_t *)job->surface->pixels + 10 * job->surface->pitch;
    uint32_t pixel;
    memcpy(&pixel, row + 16 * 4, sizeof pixel);
    assert_int_equal(pixel, 0xffc06020);
}

static void one_picture(void **state)
{
    (void)state;
    bench_start(&bench, 1);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 7, bench.good), 0);
    struct fz_job *job = bench_next(&bench);
    assert_non_null(job);
    assert_int_equal(job->item, 7);
    check_decoded(job);
    assert_true(job->cpu_us >= 0);
    fz_job_free(job);
    bench_stop(&bench);
}

static void kept_buffers_are_part_of_the_bound(void **state)
{
    (void)state;
    enum { WORKERS = 3 };
    bench_start(&bench, WORKERS);
    uint64_t kept = WORKERS * bench.pool.engine.keep_bytes;
    assert_in_range(kept, 1 << 20, WORKING_BYTES / 4);
    assert_int_equal(bench.pool.ledger.capacity + kept, WORKING_BYTES);
    bench_stop(&bench);
}

/* As where decoders of other workers end, one after the other. */
static void a_nudge_is_no_work(void **state)
{
    (void)state;
    enum { NUDGES = 40, APART_MS = 100 };
    int nudges = 0;
    bench_start(&bench, 2);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 7, bench.good), 0);
    fz_job_free(bench_next(&bench));
    assert_true(atomic_load(&bench.pool.counts.engine.kept_bytes) > 0);
    int64_t began_us = fz_now_us();
    for (; nudges < NUDGES && atomic_load(&bench.pool.counts.engine.kept_bytes) > 0; nudges++) {
        fz_heap_nudge(&bench.pool.heap);
        sleep_ms(APART_MS);
    }
    assert_true(nudges < NUDGES);
    assert_true(fz_now_us() - began_us > 1500000); /* two seconds, and not at once */
    bench_stop(&bench);
}

/* What the result of a job has to be, by its number. */
static const char *path_of(uint32_t item)
{
    const char *const paths[] = {bench.good, bench.missing, bench.text, bench.folder, bench.damaged, NULL};
    return paths[item % 6];
}

static void check_result(const struct fz_job *job)
{
    static const enum fz_err expected[] = {FZ_OK, FZ_E_NOT_FOUND, FZ_E_NOT_PICTURE};
    if (job->item % 6 == 5) { /* cancelled before it was queued */
        assert_int_equal(job->error.code, FZ_E_CANCELLED);
        assert_null(job->surface);
        return;
    }
    assert_string_equal(job->path, path_of(job->item));
    if (job->item % 6 < 3)
        assert_int_equal(job->error.code, expected[job->item % 6]);
    if (job->item % 6 == 3)
        assert_int_not_equal(job->error.code, FZ_OK);
    assert_int_equal(job->file.known, job->error.code != FZ_E_NOT_FOUND);
    if (job->item % 6 == 0)
        check_decoded(job);
    if (job->item % 6 == 4) /* half of it may be shown, but not in silence */
        assert_true(job->error.code != FZ_OK || job->image.damaged);
    if (job->error.code != FZ_OK || job->image.damaged)
        assert_true(strlen(job->error.msg) > 0);
    assert_int_equal(job->surface != NULL, job->error.code == FZ_OK);
    assert_true(!job->image.damaged || job->error.code == FZ_OK);
}

static void each_job_has_one_result(void **state)
{
    (void)state;
    enum { JOBS = 600 };
    static bool seen[JOBS];
    uint64_t opened = 0;
    memset(seen, 0, sizeof seen);
    bench_start(&bench, 4);
    for (uint32_t i = 0; i < JOBS; i++) {
        const char *path = path_of(i);
        struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, i, path ? path : bench.good);
        if (!path)
            fz_cancel_set(&job->cancel);
        opened += path != NULL;
        fz_pool_submit(&bench.pool, job, i % 10);
    }
    for (int i = 0; i < JOBS; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_true(job->item < JOBS && !seen[job->item]);
        seen[job->item] = true;
        check_result(job);
        fz_job_free(job);
    }
    sleep_ms(50);
    assert_true(fz_ready_is_empty(&bench.ready));
    assert_int_equal(atomic_load(&bench.pool.counts.opens), opened);
    bench_stop(&bench);
}

static void sniffs(void **state)
{
    (void)state;
    const char *const paths[] = {bench.good, bench.text, bench.missing, bench.damaged};
    bench_start(&bench, 2);
    for (uint32_t i = 0; i < COUNT(paths); i++)
        fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_SNIFF, i, paths[i]), 0);
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_null(job->surface);
        if (job->item == 0 || job->item == 3) { /* the first bytes are there */
            assert_int_equal(job->error.code, FZ_OK);
            assert_string_equal(job->image.format, "png");
        } else {
            assert_int_equal(job->error.code, job->item == 1 ? FZ_E_NOT_PICTURE : FZ_E_NOT_FOUND);
            assert_true(strlen(job->error.msg) > 0);
        }
        fz_job_free(job);
    }
    bench_stop(&bench);
}

static void saves(void **state)
{
    (void)state;
    char *path = path_in(bench.folder, "saved.png"), *nowhere = path_in(bench.folder, "no/such/folder.png");
    bench_start(&bench, 1);
    for (uint32_t i = 0; i < 2; i++) {
        struct fz_job *job = bench_job(&bench, FZ_JOB_SAVE, i, i == 0 ? path : nowhere);
        job->surface = fz_surface_new(5, 3);
        assert_non_null(job->surface);
        for (uint32_t k = 0; k < 15; k++)
            ((uint32_t *)job->surface->pixels)[k] = 0xff000000 | (k * 0x010203);
        fz_pool_submit(&bench.pool, job, i);
    }
    for (size_t i = 0; i < 2; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_int_equal(job->error.code != FZ_OK, job->item == 1);
        fz_job_free(job);
    }
    bench_stop(&bench);
    uint8_t pixels[15 * 3];
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path));
    image.format = PNG_FORMAT_RGB;
    assert_int_equal(image.width, 5);
    assert_int_equal(image.height, 3);
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    for (int k = 0; k < 15; k++)
        assert_true(pixels[k * 3] == k && pixels[k * 3 + 1] == 2 * k && pixels[k * 3 + 2] == 3 * k);
    free(path);
    free(nowhere);
}

static void measures(void **state)
{
    (void)state;
    bench_start(&bench, 1);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_MEASURE, 0, NULL), 0);
    struct fz_job *job = bench_next(&bench);
    assert_non_null(job);
    assert_int_equal(job->error.code, FZ_OK);
    assert_true(atomic_load(&bench.pool.counts.engine.pss_peak_bytes) > 1 << 20);
    fz_job_free(job);
    bench_stop(&bench);
}

static void the_urgent_ones_come_first(void **state)
{
    (void)state;
    enum { JOBS = 40 };
    struct hoarder hoarder;
    bench_start(&bench, 1);
    hoarder_start(&hoarder, &bench);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, JOBS, bench.good), 0);
    while (atomic_load(&bench.pool.counts.opens) == 0) /* now the worker waits for memory */
        sleep_ms(1);
    for (uint32_t i = 0; i < JOBS; i++)
        fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, i, bench.good), (i * 17) % JOBS);
    hoarder_stop(&hoarder);
    fz_job_free(bench_next(&bench));
    for (uint32_t i = 0; i < JOBS; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_int_equal((job->item * 17) % JOBS, i);
        fz_job_free(job);
    }
    bench_stop(&bench);
}

/* The view moves while first pictures are made: what is left of those jobs goes by where it looks now. */
static void after_its_first_picture_it_has_the_priority_of_now(void **state)
{
    (void)state;
    enum { LEFT = 1, KEPT, OTHER, BLOCKER };
    struct hoarder hoarder;
    bench_start(&bench, 1);
    hoarder_start(&hoarder, &bench);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, BLOCKER, bench.good), 0);
    while (atomic_load(&bench.pool.counts.opens) == 0) /* now the worker waits for memory */
        sleep_ms(1);
    for (uint32_t item = LEFT; item <= KEPT; item++) {
        struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, item, bench.good);
        job->wants_first = true;
        job->later = 10;
        fz_pool_submit(&bench.pool, job, item);
        if (item == LEFT)
            atomic_store(&job->priority, 30);
    }
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, OTHER, bench.good), 20);
    hoarder_stop(&hoarder);
    const uint32_t order[] = {BLOCKER, KEPT, OTHER, LEFT};
    for (size_t i = 0; i < COUNT(order); i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_int_equal(job->item, order[i]);
        check_decoded(job);
        fz_job_free(job);
    }
    bench_stop(&bench);
}

static void await_that_trash_is_freed(void)
{
    for (double end = now_s() + 10; !fz_ready_is_empty(&bench.pool.trash) && now_s() < end;)
        sleep_ms(1);
    assert_true(fz_ready_is_empty(&bench.pool.trash));
}

/* A worker frees what the render thread has no more use for; the rest goes at the stop. LeakSanitizer
 * counts. */
static void trash_is_freed(void **state)
{
    (void)state;
    bench_start(&bench, 2);
    for (uint32_t i = 0; i < 50; i++) {
        fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, i, bench.good), 0);
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        fz_pool_trash(&bench.pool, job);
    }
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_SNIFF, 0, bench.good), 0);
    fz_job_free(bench_next(&bench));
    await_that_trash_is_freed();
    fz_pool_trash(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 0, bench.good));
    bench_stop(&bench);
    fz_job_free(NULL);
}

/* Where nothing is left to do, too: nobody comes by then. */
static void trash_of_a_pool_at_rest_is_freed(void **state)
{
    (void)state;
    bench_start(&bench, 2);
    for (double end = now_s() + 30; atomic_load(&bench.pool.resting) < 2 && now_s() < end;)
        sleep_ms(1);
    for (uint32_t i = 0; i < 50; i++) {
        fz_pool_trash(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, i, bench.good));
        await_that_trash_is_freed();
        assert_int_equal(atomic_load(&bench.pool.resting), 2);
    }
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_SNIFF, 0, bench.good), 0);
    fz_job_free(bench_next(&bench));
    assert_true(atomic_load(&bench.pool.resting) < 2);
    bench_stop(&bench);
}

static atomic_bool has_begun, may_go_on;

static void wait_to_go_on(struct fz_job *job)
{
    (void)job;
    atomic_store(&has_begun, true);
    while (!atomic_load(&may_go_on))
        SDL_Delay(1);
}

static const struct fz_work waiting = {.run = wait_to_go_on};

static void submit(enum fz_job_kind kind, uint32_t item, uint64_t priority)
{
    struct fz_job *job = bench_job(&bench, kind, item, bench.good);
    job->work = &waiting;
    fz_pool_submit(&bench.pool, job, priority);
}

static void take(uint32_t item)
{
    struct fz_job *job = bench_next(&bench);
    assert_non_null(job);
    assert_int_equal(job->item, item);
    fz_job_free(job);
}

/* So that one more than those are left when the second one has begun. */
enum { LAST = FZ_POOL_FEW_EACH + 3 };

static void calm_ones_ring_before_too_little_is_left(void **state)
{
    (void)state;
    struct hoarder hoarder;
    bench.calm = 10;
    bench_start(&bench, 1);
    bench.calm = 0;
    atomic_store(&has_begun, false);
    atomic_store(&may_go_on, false);
    hoarder_start(&hoarder, &bench);
    submit(FZ_JOB_DECODE, 1, 10); /* waits for its memory, until all are queued */
    submit(FZ_JOB_WORK, 2, 11);
    for (uint32_t item = 3; item <= LAST; item++)
        submit(FZ_JOB_DECODE, item, 9 + item);
    fz_doorbell_arm(&bench.bell);
    hoarder_stop(&hoarder);
    take(1);
    while (!atomic_load(&has_begun))
        SDL_Delay(1);
    assert_true(atomic_load(&bench.bell.armed)); /* nobody waits for it, and enough are left */

    hoarder_start(&hoarder, &bench);
    atomic_store(&may_go_on, true);
    take(2);
    fz_doorbell_wait(&bench.bell, PATIENCE_MS);
    assert_false(atomic_load(&bench.bell.armed));
    fz_doorbell_arm(&bench.bell);
    hoarder_stop(&hoarder);
    fz_doorbell_wait(&bench.bell, PATIENCE_MS);
    assert_false(atomic_load(&bench.bell.armed));
    for (uint32_t item = 3; item <= LAST; item++)
        take(item);
    bench_stop(&bench);
}

/* One that became urgent while it waited. */
static void urgent_ones_ring_at_once(void **state)
{
    (void)state;
    struct hoarder hoarder;
    bench.calm = 10;
    bench_start(&bench, 1);
    bench.calm = 0;
    hoarder_start(&hoarder, &bench);
    struct fz_job *first = bench_job(&bench, FZ_JOB_DECODE, 1, bench.good);
    fz_pool_submit(&bench.pool, first, 10);
    atomic_store(&may_go_on, false);
    submit(FZ_JOB_WORK, 2, 11);
    for (uint32_t item = 3; item <= LAST; item++)
        submit(FZ_JOB_DECODE, item, 9 + item);
    atomic_store(&first->priority, 1);
    fz_doorbell_arm(&bench.bell);
    hoarder_stop(&hoarder);
    fz_doorbell_wait(&bench.bell, PATIENCE_MS);
    assert_false(atomic_load(&bench.bell.armed));
    atomic_store(&may_go_on, true);
    for (uint32_t item = 1; item <= LAST; item++)
        take(item);
    bench_stop(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_picture),
        cmocka_unit_test(each_job_has_one_result),
        cmocka_unit_test(sniffs),
        cmocka_unit_test(saves),
        cmocka_unit_test(measures),
        cmocka_unit_test(the_urgent_ones_come_first),
        cmocka_unit_test(after_its_first_picture_it_has_the_priority_of_now),
        cmocka_unit_test(trash_is_freed),
        cmocka_unit_test(trash_of_a_pool_at_rest_is_freed),
        cmocka_unit_test(kept_buffers_are_part_of_the_bound),
        cmocka_unit_test(a_nudge_is_no_work),
        cmocka_unit_test(calm_ones_ring_before_too_little_is_left),
        cmocka_unit_test(urgent_ones_ring_at_once),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
