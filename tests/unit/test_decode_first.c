/* First pictures come before the decodes that they stand for, from one opening of each file. */
#include "pool_fixture.h"
#undef assert_near /* of numbers; here it is of colours */
#include "test_image_thumbnail.h"

enum { COUNT = 12, FIRST = 1, WHOLE = 100 }; /* priorities */

static struct bench bench;
static char *path;

static int open_bench(void **state)
{
    (void)state;
    fz_thread_claim_main();
    if (SDL_Init(SDL_INIT_EVENTS) != 0)
        return -1;
    bench_open(&bench);
    path = path_in(bench.folder, "first.jpg");
    struct bytes file = jpeg_with_thumbnail(640, 480, 0xff0000, 160, 120, 0x0000ff, 1);
    write_file(path, file.data, file.len);
    free(file.data);
    return 0;
}

static int close_bench(void **state)
{
    (void)state;
    free(path);
    bench_close(&bench);
    SDL_Quit();
    return 0;
}

static struct fz_job *job_for(uint32_t item, const char *of)
{
    struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, item, of);
    job->wants_first = true;
    job->later = WHOLE + item;
    return job;
}

static void assert_color(const struct fz_job *job, uint32_t color)
{
    assert_int_equal(job->error.code, FZ_OK);
    assert_non_null(job->surface);
    uint32_t px;
    memcpy(&px, (const uint8_t *)job->surface->pixels + 12 * job->surface->pitch + 16 * 4, sizeof px);
    assert_near(px & 0xffffff, color, 6);
}

static atomic_bool all_are_queued;

static void wait_for_all(struct fz_job *job)
{
    (void)job;
    while (!atomic_load(&all_are_queued))
        SDL_Delay(1);
}

static const struct fz_work waiting = {.run = wait_for_all};

/* Otherwise a worker that is done with the first jobs would begin their decodes before the others are there. */
static void hold_workers(int workers)
{
    atomic_store(&all_are_queued, false);
    for (int i = 0; i < workers; i++) {
        struct fz_job *job = bench_job(&bench, FZ_JOB_WORK, 0, NULL);
        job->work = &waiting;
        fz_pool_submit(&bench.pool, job, 0);
    }
}

static struct fz_job *next_decoded(void)
{
    struct fz_job *job = bench_next(&bench);
    while (job && job->kind == FZ_JOB_WORK) {
        fz_job_free(job);
        job = bench_next(&bench);
    }
    return job;
}

static void all_first_pictures_come_first(void **state)
{
    (void)state;
    struct fz_job *jobs[COUNT];
    struct hoarder hoarder;
    bench_start(&bench, 2);
    hoarder_start(&hoarder, &bench); /* no decode gets its working memory */
    hold_workers(2);
    for (uint32_t i = 0; i < COUNT; i++) {
        jobs[i] = job_for(i, path);
        fz_pool_submit(&bench.pool, jobs[i], FIRST);
    }
    atomic_store(&all_are_queued, true);
    /* With two workers, one may begin to wait before the other has made the last first picture. */
    for (int i = 0; i < COUNT - 2; i++) {
        struct fz_job *first = next_decoded();
        assert_non_null(first);
        assert_ptr_equal(first->first_of, jobs[first->item]);
        assert_color(first, 0x0000ff);
        assert_int_equal(first->image.width, 640);
        fz_job_free(first);
    }
    hoarder_stop(&hoarder);
    for (int whole = 0; whole < COUNT;) {
        struct fz_job *job = next_decoded();
        assert_non_null(job);
        whole += !job->first_of;
        assert_color(job, job->first_of ? 0x0000ff : 0xff0000);
        assert_int_equal(job->fd, -1);
        fz_job_free(job);
    }
    assert_int_equal(atomic_load(&bench.pool.counts.opens), COUNT);
    bench_stop(&bench);
}

/* No first picture where there is nothing to show in small; the result comes all the same. */
static void one_result_for_each(void **state)
{
    (void)state;
    const char *const paths[] = {bench.good, bench.missing, bench.text, bench.folder, bench.damaged};
    bench_start(&bench, 2);
    for (uint32_t i = 0; i < 5; i++)
        fz_pool_submit(&bench.pool, job_for(i, paths[i]), FIRST);
    for (int i = 0; i < 5; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_null(job->first_of);
        assert_int_equal(job->error.code == FZ_OK, job->item == 0);
        fz_job_free(job);
    }
    assert_int_equal(atomic_load(&bench.pool.counts.opens), 5);
    bench_stop(&bench);
}

/* What waits with its file open when the end comes is closed and freed: LeakSanitizer looks. */
static void the_end_in_between(void **state)
{
    (void)state;
    struct hoarder hoarder;
    bench_start(&bench, 1);
    hoarder_start(&hoarder, &bench);
    for (uint32_t i = 0; i < COUNT; i++)
        fz_pool_submit(&bench.pool, job_for(i, path), FIRST);
    fz_job_free(bench_next(&bench));
    bench_stop(&bench);
    hoarder_stop(&hoarder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_first_pictures_come_first),
        cmocka_unit_test(one_result_for_each),
        cmocka_unit_test(the_end_in_between),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
