#include "pool_fixture.h"
#include "test_decode_taken_over.h"
#include "zygote_fixture.h"

#include "base/clock.h"
#include "decode/back.h"
#include "sync/thread.h"

/* 2 x 2 px, red and blue in turn, each for 20 ms; it repeats for ever. */
enum { FRAMES = 50, DELAY_US = 20000 };

static struct fz_zygote *decoders, *greedy_decoders;
static bool forked; /* all tests run with threads, then with processes */

static void begin(struct bench *bench, int workers)
{
    bench_open(bench);
    bench->decoders = forked ? decoders : NULL;
    bench_start(bench, workers);
}

static char *write_gif(const struct bench *bench)
{
    static const char head[] = "GIF89a\2\0\2\0\xf0\0\0\xff\0\0\0\0\xff!\xff\13NETSCAPE2.0\3\1\0\0\0";
    static const char frame[] = "!\xf9\4\4\2\0\0\0,\0\0\0\0\2\0\2\0\0\2";
    /* clear, a, a, clear, a, a, end: 3 bits each */
    static const char codes[2][5] = {"\3\4\100\1\0", "\3\114\142\1\0"};
    char *path = path_in(bench->folder, "play.gif");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(head, 1, sizeof head - 1, file);
    for (int i = 0; i < FRAMES; i++) {
        fwrite(frame, 1, sizeof frame - 1, file);
        fwrite(codes[i % 2], 1, 5, file);
    }
    fputc(';', file);
    fclose(file);
    return path;
}

enum { SIDE = 256, SLOW_FRAMES = 200 };

/* Frames of one colour, two pixels after each clear code: much to read, and a while to compose. */
static char *write_slow_gif(const struct bench *bench, int frames)
{
    enum { GROUP_BITS = 9, CODES = SIDE * SIDE / 2 * GROUP_BITS / 8 };
    static const char head[] = "GIF89a\0\1\0\1\xf0\0\0\xff\0\0\0\0\xff!\xff\13NETSCAPE2.0\3\1\0\0\0";
    static const char frame[] = "!\xf9\4\4\2\0\0\0,\0\0\0\0\0\1\0\1\0\2";
    uint8_t *codes = calloc(1, CODES + 1);
    for (size_t bit = 0; bit < (size_t)CODES * 8; bit += GROUP_BITS)
        codes[(bit + 2) / 8] |= (uint8_t)(1 << (bit + 2) % 8);
    codes[CODES] = 5; /* the end */
    char *path = path_in(bench->folder, "slow.gif");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(head, 1, sizeof head - 1, file);
    for (int i = 0; i < frames; i++) {
        fwrite(frame, 1, sizeof frame - 1, file);
        for (int at = 0, n; at <= CODES; at += n) {
            n = CODES + 1 - at < 255 ? CODES + 1 - at : 255;
            fputc(n, file);
            fwrite(codes + at, 1, (size_t)n, file);
        }
        fputc(0, file);
    }
    fputc(';', file);
    fclose(file);
    free(codes);
    return path;
}

static struct fz_job *play_within(struct bench *bench, const char *path, struct fz_play what, int64_t most_us)
{
    struct fz_job *job = bench_job(bench, FZ_JOB_FRAME, 1, what.stream ? NULL : path);
    job->limits.max_cpu_us = most_us;
    if (what.max_held_bytes == 0)
        what.max_held_bytes = 1 << 20;
    job->play = what;
    fz_pool_submit(&bench->pool, job, 0);
    job = bench_next(bench);
    assert_non_null(job);
    return job;
}

static struct fz_job *play(struct bench *bench, const char *path, struct fz_play what)
{
    return play_within(bench, path, what, fz_image_default_limits.max_cpu_us);
}

/* The stream goes on from job to job. */
static struct fz_stream *take_stream(struct fz_job *job)
{
    struct fz_stream *stream = job->play.stream;
    job->play.stream = NULL;
    return stream;
}

static void test_stream_travels_with_its_jobs(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 2);
    char *path = write_gif(&bench);
    struct fz_stream *stream = NULL;
    int64_t at_us = 0;
    for (int i = 0; i < FRAMES + 3; i++) {
        struct fz_job *job =
            play(&bench, path, (struct fz_play){.stream = stream, .index = FZ_ANIM_NEXT, .at_us = at_us});
        assert_int_equal(job->error.code, FZ_OK);
        assert_int_equal(job->play.frame.index, i % FRAMES);
        assert_int_equal(job->play.at_us, at_us);
        assert_int_equal(job->play.frame.delay_us, DELAY_US);
        assert_non_null(job->surface);
        at_us += DELAY_US;
        stream = take_stream(job);
        fz_job_free(job);
    }
    assert_int_equal(bench.pool.ledger.reserved, 0);
    assert_int_equal(atomic_load(&bench.pool.counts.opens), 1);
    fz_stream_free(stream);
    bench_stop(&bench);
    free(path);
    bench_close(&bench);
}

/* What is over when it comes is composed and not shown; where time stands, nothing is late. */
static void test_late_frames_are_skipped(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 1);
    char *path = write_gif(&bench);
    const int late = forked ? 5 : 30; /* a round trip each, for which there is a quarter of a second */
    int64_t base_us = fz_now_us() - late * DELAY_US;
    struct fz_job *job = play(&bench, path, (struct fz_play){.index = FZ_ANIM_NEXT, .base_us = base_us});
    assert_int_equal(job->error.code, FZ_OK);
    int64_t skipped = job->play.at_us / DELAY_US;
    assert_true(skipped >= late);
    assert_int_equal(job->play.frame.index, skipped % FRAMES);
    struct fz_stream *stream = take_stream(job);
    fz_job_free(job);

    job = play(&bench, NULL, (struct fz_play){.stream = stream, .index = 7, .at_us = 5});
    assert_int_equal(job->play.frame.index, 7);
    assert_int_equal(job->play.at_us, 5);
    fz_job_free(job);
    bench_stop(&bench);
    free(path);
    bench_close(&bench);
}

enum { PACKBITS = 32773, LERC = 34887 }; /* by rows, and a strip as a whole */

/* Two pages, grey, in one strip each: of the first 16 x 16 px are there, a byte each; the second has 16384 px of 16 bits. */
static char *write_pages(const struct bench *bench, uint32_t w, uint32_t h, uint32_t compression)
{
    enum { TAGS = 9, BYTES = 2 + TAGS * 12 + 4, FIRST = 8, SECOND = FIRST + BYTES, DATA = SECOND + BYTES };
    uint8_t file[DATA + 512] = "II*\0\10";
    for (int page = 0; page < 2; page++) {
        const uint32_t tags[TAGS][2] = {{256, page ? w : 16},
                                        {257, page ? h : 16},
                                        {258, page ? 16 : 8},
                                        {259, page ? compression : 1},
                                        {262, 1},
                                        {273, DATA},
                                        {277, 1},
                                        {278, page ? h : 16},
                                        {279, page ? 512 : 256}};
        uint8_t *at = file + (page ? SECOND : FIRST);
        *at = TAGS;
        for (int i = 0; i < TAGS; i++) {
            const uint32_t entry[3] = {tags[i][0] | 4u << 16, 1, tags[i][1]};
            memcpy(at + 2 + 12 * i, entry, 12);
        }
        if (page == 0)
            at[2 + 12 * TAGS] = SECOND;
    }
    memset(file + DATA, 0x81, 512); /* runs of 128 */
    char *path = path_in(bench->folder, "pages.tif");
    write_file(path, file, sizeof file);
    return path;
}

static struct fz_job *turn_to(struct bench *bench, const char *path, int page, uint64_t most_px)
{
    struct fz_job *job = bench_job(bench, FZ_JOB_FRAME, 1, path);
    job->limits = fz_image_default_limits;
    job->limits.max_rows_px = job->limits.max_whole_px = most_px;
    job->want.page = page;
    job->want.sheet_w = job->want.sheet_h = 16;
    job->play.index = page;
    fz_pool_submit(&bench->pool, job, 0);
    job = bench_next(bench);
    assert_non_null(job);
    return job;
}

/* With the limits of its job, and memory that is there: as the first page. */
static void test_pages_are_pictures(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 1);
    char *path = write_pages(&bench, 128, 128, PACKBITS);
    struct fz_job *job = turn_to(&bench, path, 1, 128 * 128);
    assert_int_equal(job->error.code, FZ_OK);
    assert_int_equal(job->image.frames, 2);
    assert_int_equal(job->play.frame.index, 1);
    assert_int_equal(job->surface->w, 16);
    assert_null(job->play.stream);
    fz_job_free(job);
    job = turn_to(&bench, path, 1, 128 * 128 - 1);
    assert_int_equal(job->error.code, FZ_E_LIMIT);
    assert_null(job->surface);
    fz_job_free(job);
    free(path);
    path = write_pages(&bench, 16384, 2 * WORKING_BYTES / 16384, LERC);
    job = turn_to(&bench, path, 1, 4 * WORKING_BYTES);
    assert_int_equal(job->error.code, FZ_E_LIMIT);
    assert_non_null(strstr(job->error.msg, "more than --memory leaves"));
    fz_job_free(job);
    job = turn_to(&bench, path, 0, 4 * WORKING_BYTES);
    assert_int_equal(job->error.code, FZ_OK);
    fz_job_free(job);
    assert_int_equal(bench.pool.ledger.reserved, 0);
    bench_stop(&bench);
    free(path);
    bench_close(&bench);
}

/* One that is far away is made of all before it. */
static void test_a_frame_has_so_much_time(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 1);
    char *path = write_gif(&bench);
    struct fz_job *job = play(&bench, path, (struct fz_play){.index = FZ_ANIM_NEXT});
    assert_int_equal(job->error.code, FZ_OK);
    struct fz_stream *stream = take_stream(job);
    fz_job_free(job);
    job = play_within(&bench, NULL, (struct fz_play){.stream = stream, .index = FRAMES - 1}, 1);
    assert_int_equal(job->error.code, FZ_E_TIMEOUT);
    assert_non_null(strstr(job->error.msg, "takes longer than"));
    assert_null(job->surface);
    fz_job_free(job);
    assert_int_equal(bench.pool.ledger.reserved, 0);
    bench_stop(&bench);
    free(path);
    bench_close(&bench);
}

/* A decoder that takes longer is ended; the next picture comes from another. */
static void test_a_decoder_has_so_much_time_for_a_frame(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.decoders = decoders;
    bench.max_cpu_us = 500000;
    bench_start(&bench, 1);
    char *path = write_slow_gif(&bench, SLOW_FRAMES), *other = write_gif(&bench);
    struct fz_play far = {.index = SLOW_FRAMES - 1, .max_held_bytes = WORKING_BYTES};
    struct fz_job *job = play(&bench, path, far);
    print_message("    %s\n", job->error.msg);
    assert_int_equal(job->error.code, FZ_E_TIMEOUT);
    assert_non_null(strstr(job->error.msg, "takes longer than"));
    assert_null(job->surface);
    fz_job_free(job);
    job = play(&bench, other, (struct fz_play){.index = FZ_ANIM_NEXT});
    assert_int_equal(job->error.code, FZ_OK);
    fz_job_free(job);
    bench_stop(&bench);
    free(path);
    free(other);
    bench_close(&bench);
}

enum { FEW_FRAMES = 20, LIFE_S = 1, LIVES = 3 };

static void begin_with_short_lives(struct bench *bench)
{
    bench_open(bench);
    bench->decoders = decoders;
    bench->life_cpu_s = LIFE_S;
    bench_start(bench, 1);
}

/* The next frame by a stream that is opened anew, as the window does it, where its decoder is worn. */
static struct fz_stream *play_on(struct bench *bench, const char *path, struct fz_stream *stream, int next)
{
    bool is_worn = stream && fz_stream_is_worn(stream, next == 0);
    if (is_worn)
        fz_stream_free(stream);
    struct fz_play what = {.stream = is_worn ? NULL : stream,
                           .index = is_worn ? next : FZ_ANIM_NEXT,
                           .max_held_bytes = WORKING_BYTES};
    struct fz_job *job = play(bench, path, what);
    if (job->error.code != FZ_OK)
        print_message("    %s\n", job->error.msg);
    assert_int_equal(job->error.code, FZ_OK);
    assert_int_equal(job->play.frame.index, next);
    stream = take_stream(job);
    fz_job_free(job);
    return stream;
}

/* Through several of them, before the first one dies of its age. */
static void test_an_animation_outlives_its_decoders(void **state)
{
    (void)state;
    struct bench bench;
    begin_with_short_lives(&bench);
    char *path = write_slow_gif(&bench, FEW_FRAMES);
    struct fz_stream *stream = NULL;
    for (int next = 0; atomic_load(&bench.pool.counts.engine.back_cpu_us) < LIVES * LIFE_S * 1000000;
         next = (next + 1) % FEW_FRAMES)
        stream = play_on(&bench, path, stream, next);
    assert_true(atomic_load(&bench.pool.counts.opens) > LIVES);
    assert_int_equal(atomic_load(&bench.pool.counts.engine.respawned), 0);
    fz_stream_free(stream);
    bench_stop(&bench);
    free(path);
    bench_close(&bench);
}

/* One that does, all the same, does so over whatever it is at: it can be opened again, however often. */
static void test_a_decoder_that_dies_of_its_age_blames_nobody(void **state)
{
    (void)state;
    struct bench bench;
    begin_with_short_lives(&bench);
    char *path = write_slow_gif(&bench, FEW_FRAMES);
    for (int i = 0; i < LIVES; i++) {
        struct fz_stream *stream = NULL;
        struct fz_job *job;
        enum fz_err code;
        do {
            struct fz_play what = {.stream = stream, .index = FZ_ANIM_NEXT, .max_held_bytes = WORKING_BYTES};
            job = play(&bench, path, what);
            stream = take_stream(job);
            code = job->error.code;
            if (code != FZ_OK)
                print_message("    %s\n", job->error.msg);
            assert_true(code == FZ_OK || strstr(job->error.msg, "SIGXCPU"));
            fz_job_free(job);
        } while (code == FZ_OK);
        assert_int_equal(code, FZ_E_BUSY);
        assert_true(stream && fz_stream_is_lost(stream));
        fz_stream_free(stream);
    }
    assert_int_equal(atomic_load(&bench.pool.counts.engine.respawned), LIVES);
    bench_stop(&bench);
    free(path);
    bench_close(&bench);
}

/* Wants memory with whatever it is asked. */
static int run_greedy(int socket, int number, struct fz_sandbox *sandbox)
{
    struct taken_over d;
    (void)number;
    if (!begins(&d, socket, sandbox))
        return 1;
    for (int fd; hears(&d, &fd);) {
        struct fz_tell tell = {.what = FZ_TELL_RESERVE, .id = d.call.id, .bytes = 1 << 20};
        struct fz_call_done done = honest(&d);
        asks(&d, &tell, NULL);
        memset(d.memory + FZ_RING_HEADER_BYTES, 0, sizeof(union fz_call_more));
        done.image.out_w = d.call.want.box_w;
        done.image.out_h = d.call.want.box_h;
        answer(&d, &done);
        if (fd >= 0)
            close(fd);
    }
    return 0;
}

static const struct fz_role greedy_role = {.name = "greedy decoder", .sandboxed = true, .run = run_greedy};

static void test_memory_is_reserved_once_for_a_frame(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.decoders = greedy_decoders;
    bench_start(&bench, 1);
    struct fz_stream *stream = NULL;
    for (int i = 0; i < 5; i++) {
        struct fz_job *job =
            play(&bench, bench.good, (struct fz_play){.stream = stream, .index = FZ_ANIM_NEXT});
        assert_int_equal(job->error.code, FZ_OK);
        assert_int_equal(bench.pool.ledger.reserved, 0);
        stream = take_stream(job);
        fz_job_free(job);
    }
    fz_stream_free(stream);
    bench_stop(&bench);
    bench_close(&bench);
}

static void test_what_is_refused_leaves_nothing_behind(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 1);
    char *path = write_slow_gif(&bench, SLOW_FRAMES); /* a small one need not ask for memory */
    struct fz_job *job = play(&bench, path, (struct fz_play){.index = FZ_ANIM_NEXT, .max_held_bytes = 10});
    assert_int_equal(job->error.code, FZ_E_LIMIT);
    assert_null(job->play.stream);
    assert_null(job->surface);
    fz_job_free(job);
    job = play(&bench, bench.good, (struct fz_play){.index = FZ_ANIM_NEXT});
    assert_int_equal(job->error.code, FZ_E_UNSUPPORTED);
    fz_job_free(job);
    job = play(&bench, bench.missing, (struct fz_play){.index = FZ_ANIM_NEXT});
    assert_int_equal(job->error.code, FZ_E_NOT_FOUND);
    fz_job_free(job);
    assert_int_equal(bench.pool.ledger.reserved, 0);
    bench_stop(&bench);
    free(path);
    bench_close(&bench);
}

int main(int argc, char **argv)
{
    static const struct fz_role *const roles[] = {&fz_decoder_role, &greedy_role, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_travels_with_its_jobs),
        cmocka_unit_test(test_late_frames_are_skipped),
        cmocka_unit_test(test_what_is_refused_leaves_nothing_behind),
        cmocka_unit_test(test_pages_are_pictures),
    };
    const struct CMUnitTest of_threads[] = {cmocka_unit_test(test_a_frame_has_so_much_time)};
    const struct CMUnitTest of_processes[] = {
        cmocka_unit_test(test_a_decoder_has_so_much_time_for_a_frame),
        cmocka_unit_test(test_an_animation_outlives_its_decoders),
        cmocka_unit_test(test_a_decoder_that_dies_of_its_age_blames_nobody),
        cmocka_unit_test(test_memory_is_reserved_once_for_a_frame),
    };
    become_zygote(argc, argv, roles);
    decoders = start_zygote(&fz_decoder_role, true);
    greedy_decoders = start_zygote(&greedy_role, true);
    fz_thread_claim_main();
    int failed = cmocka_run_group_tests_name("threads", tests, NULL, NULL) +
                 cmocka_run_group_tests_name("threads", of_threads, NULL, NULL);
    forked = true;
    failed += cmocka_run_group_tests_name("processes", tests, NULL, NULL) +
              cmocka_run_group_tests_name("processes", of_processes, NULL, NULL);
    fz_zygote_front_stop(decoders);
    fz_zygote_front_stop(greedy_decoders);
    return failed;
}
