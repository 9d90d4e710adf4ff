/* Decoder processes: the same results as on a worker's own thread, whatever dies meanwhile. */
#include "base/mem.h"
#include "decode/back.h"
#include "decode/ring.h"
#include "image/encode.h"
#include "pool_fixture.h"
#include "zygote_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static struct bench bench;

static int end_at_once(int socket, int number, struct fz_sandbox *sandbox)
{
    (void)socket;
    (void)number;
    (void)sandbox;
    return 3;
}

static const struct fz_role broken_role = {.name = "decoder", .run = end_at_once};

/* What each test runs with. The zygotes are forked by main, before the first thread. */
static struct fz_zygote *decoders, *broken_decoders;

static void begin(bool forked, int workers)
{
    bench_open(&bench);
    bench.decoders = forked ? decoders : NULL;
    bench.unforked = !forked;
    bench_start(&bench, workers);
}

static void end(void)
{
    bench_stop(&bench);
    bench_close(&bench);
}

static struct fz_job *decode(const char *path, int box)
{
    struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, 1, path);
    job->want.box_w = job->want.box_h = box;
    fz_pool_submit(&bench.pool, job, 0);
    job = bench_next(&bench);
    assert_non_null(job);
    return job;
}

/* What the decoder wrote is what will be uploaded: pixels lie in memory that both share, but for those that are moved. */
static void assert_lies_right(const SDL_Surface *surface)
{
    const void *pixels = surface->pixels;
    char line[512];
    bool shared = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps)) {
        char *end;
        uintptr_t from = (uintptr_t)strtoull(line, &end, 16), to = (uintptr_t)strtoull(end + 1, NULL, 16);
        if ((uintptr_t)pixels >= from && (uintptr_t)pixels < to)
            shared = strstr(line, "rw-s") && strstr(line, "/memfd:");
    }
    fclose(maps);
    assert_int_equal(shared, (size_t)surface->h * (size_t)surface->pitch <= FZ_RING_SHARED_BYTES);
}

static void assert_same_as_on_a_thread(const char *path, int box)
{
    struct fz_job *job = decode(path, box);
    struct fz_image_scratch *scratch = fz_image_scratch_new(0);
    struct fz_engine_counts counts = {0};
    struct fz_engine_options how = {.number = 1, .counts = &counts};
    struct fz_engine *engine = fz_engine_new(&how);
    struct fz_image image;
    struct fz_error err;
    SDL_Surface *surface = NULL;
    int fd = open(path, O_RDONLY);
    struct fz_image_request request = {
        .fd = fd, .want = {.box_w = box, .box_h = box}, .limits = fz_image_default_limits};
    enum fz_err code = fz_engine_load(engine, &request, &image, &surface, &err);
    close(fd);
    assert_int_equal(job->error.code, code);
    assert_string_equal(job->error.msg, err.msg);
    assert_int_equal(job->image.width, image.width);
    assert_int_equal(job->image.damaged, image.damaged);
    assert_true((job->surface == NULL) == (surface == NULL));
    if (surface) {
        assert_lies_right(job->surface);
        assert_string_equal(job->image.format, image.format);
        assert_int_equal(job->surface->w, surface->w);
        assert_int_equal(job->surface->h, surface->h);
        assert_memory_equal(job->surface->pixels, surface->pixels,
                            (size_t)surface->h * (size_t)surface->pitch);
    }
    fz_surface_free(surface);
    fz_engine_free(engine);
    fz_image_scratch_free(scratch);
    fz_job_free(job);
}

static void results_are_those_of_a_thread(void **state)
{
    for (int forked = 0; forked < 2; forked++) {
        begin(forked, 1);
        assert_same_as_on_a_thread(bench.good, 32);
        assert_same_as_on_a_thread(bench.large, 64);
        assert_same_as_on_a_thread(bench.large, 0); /* 7.7 MB: moved */
        assert_same_as_on_a_thread(bench.damaged, 32);
        assert_same_as_on_a_thread(bench.text, 32);
        assert_same_as_on_a_thread(bench.good, 32);
        end();
    }
    (void)state;
}

static void what_covers_is_cut_where_it_lies(void **state)
{
    (void)state;
    begin(true, 1);
    struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, 1, bench.good);
    job->want.box_w = job->want.box_h = 32;
    job->want.covers = true;
    fz_pool_submit(&bench.pool, job, 0);
    job = bench_next(&bench);
    assert_non_null(job);
    assert_int_equal(job->error.code, FZ_OK);
    assert_lies_right(job->surface);
    assert_int_equal(job->surface->w, 32);
    assert_int_equal(job->surface->h, 32);
    assert_int_equal(job->surface->pitch, 48 * 4);
    fz_job_free(job);
    end();
}

static char *write_jpeg(const char *name, int w, int h)
{
    struct fz_pixels pixels = {malloc((size_t)(w * h * 4)), w, h, w * 4};
    struct fz_encoded jpeg;
    struct fz_error err;
    char *path = path_in(bench.folder, name);
    for (int i = 0; i < w * h * 4; i++)
        ((uint8_t *)(uintptr_t)pixels.at)[i] = (uint8_t)((int64_t)i * i >> 8);
    assert_int_equal(fz_image_encode(&pixels,
                                     &(struct fz_encode){.encoding = FZ_ENCODING_JPEG, .quality = 90}, &jpeg,
                                     &err),
                     FZ_OK);
    write_file(path, jpeg.bytes, jpeg.len);
    free(jpeg.bytes);
    free((void *)(uintptr_t)pixels.at);
    return path;
}

/* What one of 160x120 takes is a part of what a worker keeps anyhow: one question and one answer, whoever holds the rest. */
static void small_pictures_need_not_ask_for_memory(void **state)
{
    struct hoarder hoarder;
    begin(true, 1);
    char *path = write_jpeg("small.jpg", 160, 120);
    hoarder_start(&hoarder, &bench);
    struct fz_job *job = decode(path, 256);
    assert_int_equal(job->error.code, FZ_OK);
    assert_int_equal(job->surface->w, 160);
    fz_job_free(job);
    hoarder_stop(&hoarder);
    free(path);
    end();
    (void)state;
}

static struct fz_job *decode_part(const char *path, int y, struct fz_image_index *index)
{
    struct fz_job *job = bench_job(&bench, FZ_JOB_DETAIL, 1, path);
    job->want.region = (struct fz_image_region){0, y, 64, 64};
    job->want.box_w = job->want.box_h = 64;
    job->index = index;
    fz_pool_submit(&bench.pool, job, 0);
    job = bench_next(&bench);
    assert_non_null(job);
    assert_int_equal(job->error.code, FZ_OK);
    return job;
}

/* What a decoder found out about a file is there for the next part, whoever decodes it. */
static void the_index_of_a_file_goes_and_comes(void **state)
{
    struct fz_image_index seen[2];
    for (int forked = 0; forked < 2; forked++) {
        begin(forked, 1);
        char *path = write_jpeg("tall.jpg", 64, 1400);
        struct fz_job *below = decode_part(path, 1300, fz_calloc(1, sizeof *below->index));
        assert_true(below->index->count > 0 && below->index->count <= FZ_INDEX_PLACES);
        seen[forked] = *below->index;
        struct fz_job *again = decode_part(path, 1300, below->index);
        below->index = NULL;
        assert_int_equal(again->index->count, seen[forked].count);
        assert_memory_equal(again->surface->pixels, below->surface->pixels,
                            (size_t)below->surface->h * (size_t)below->surface->pitch);
        fz_job_free(below);
        fz_job_free(again);
        free(path);
        end();
    }
    assert_int_equal(seen[0].count, seen[1].count);
    for (uint32_t i = 0; i < seen[0].count; i++)
        assert_int_equal(seen[0].places[i].offset, seen[1].places[i].offset);
    (void)state;
}

static void more_results_wait_than_there_are_slots(void **state)
{
    enum { JOBS = 2 * FZ_RING_MOST_SLOTS + 40 };
    struct fz_job *jobs[JOBS];
    begin(true, 2);
    for (int i = 0; i < JOBS; i++) {
        struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, (uint32_t)i + 1, bench.good);
        fz_pool_submit(&bench.pool, job, 0);
    }
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = bench_next(&bench);
        assert_non_null(jobs[i]);
        assert_int_equal(jobs[i]->error.code, FZ_OK);
    }
    for (int i = 1; i < JOBS; i++)
        assert_memory_equal(jobs[i]->surface->pixels, jobs[0]->surface->pixels,
                            (size_t)jobs[0]->surface->pitch * (size_t)jobs[0]->surface->h);
    end(); /* surfaces outlive the pool and its rings */
    for (int i = 0; i < JOBS; i++)
        fz_job_free(jobs[i]);
    (void)state;
}

/* The pids of the decoders of this program, by their titles. */
static int decoder_pids(pid_t *pids, int most)
{
    int count = 0;
    FILE *list = popen("pgrep -f '^frieze: decoder'", "r");
    assert_non_null(list);
    for (int pid; count < most && fscanf(list, "%d", &pid) == 1;)
        pids[count++] = pid;
    pclose(list);
    return count;
}

static pid_t parent_of(pid_t pid)
{
    char path[64];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1)
        parent = 0;
    if (file)
        fclose(file);
    return parent;
}

static bool is_ours(pid_t pid)
{
    return parent_of(parent_of(pid)) == getpid();
}

static pid_t one_decoder(void)
{
    pid_t pids[64];
    for (int i = decoder_pids(pids, 64) - 1; i >= 0; i--)
        if (is_ours(pids[i]))
            return pids[i];
    return 0;
}

static void killed_decoder_costs_nothing_between_two_pictures(void **state)
{
    begin(true, 1);
    fz_job_free(decode(bench.good, 32));
    for (int i = 0; i < 3; i++) {
        pid_t pid = one_decoder();
        assert_true(pid > 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        struct fz_job *job = decode(bench.good, 32);
        assert_int_equal(job->error.code, FZ_OK);
        fz_job_free(job);
    }
    assert_int_equal(atomic_load(&bench.pool.counts.engine.respawned), 3);
    end();
    (void)state;
}

/* Stopped from outside: as good as an endless loop. */
static struct fz_job *decode_hung(void)
{
    assert_int_equal(kill(one_decoder(), SIGSTOP), 0);
    struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, 1, bench.good);
    job->limits.max_cpu_us = 100000;
    fz_pool_submit(&bench.pool, job, 0);
    job = bench_next(&bench);
    assert_non_null(job);
    return job;
}

static void what_ended_two_decoders_is_set_aside_until_it_changes(void **state)
{
    begin(true, 1);
    fz_job_free(decode(bench.large, 32));
    for (int i = 0; i < 2; i++) {
        struct fz_job *job = decode_hung();
        assert_int_equal(job->error.code, FZ_E_TIMEOUT);
        fz_job_free(job);
        fz_job_free(decode(bench.large, 32));
    }
    struct fz_job *job = decode(bench.good, 32);
    assert_int_equal(job->error.code, FZ_E_CRASHED);
    assert_non_null(strstr(job->error.msg, "set aside"));
    fz_job_free(job);
    write_picture(bench.good, PICTURE_W + 1, PICTURE_H);
    job = decode(bench.good, 32);
    assert_int_equal(job->error.code, FZ_OK);
    fz_job_free(job);
    assert_int_equal(atomic_load(&bench.pool.counts.engine.respawned), 2);
    end();
    (void)state;
}

/* What asks for no picture has the same deadline as one. */
static void questions_about_files_end_at_the_limit(void **state)
{
    (void)state;
    bench_open(&bench);
    bench.decoders = decoders;
    bench.max_cpu_us = 100000;
    bench_start(&bench, 1);
    fz_job_free(decode(bench.good, 32));
    assert_int_equal(kill(one_decoder(), SIGSTOP), 0);
    double began_s = now_s();
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_SNIFF, 1, bench.good), 0);
    struct fz_job *job = bench_next(&bench);
    assert_non_null(job);
    assert_true(now_s() - began_s < SOON_S);
    assert_int_equal(job->error.code, FZ_E_TIMEOUT);
    fz_job_free(job);
    end();
}

static bool has_ended(pid_t pid)
{
    double until = now_s() + 10;
    while (kill(pid, 0) == 0 && now_s() < until)
        sleep_ms(1);
    return kill(pid, 0) != 0;
}

/* Where memory is short: the process of a worker that has nothing to do goes, and comes back with the next picture. */
static void idle_decoder_goes_when_it_shall(void **state)
{
    begin(true, 1);
    fz_job_free(decode(bench.good, 32));
    pid_t pid = one_decoder();
    assert_true(pid > 0);
    fz_pool_shrink(&bench.pool, false);
    assert_same_as_on_a_thread(bench.good, 32); /* its buffers alone */
    assert_int_equal(one_decoder(), pid);
    fz_pool_shrink(&bench.pool, true);
    assert_true(has_ended(pid));
    assert_same_as_on_a_thread(bench.large, 64);
    assert_true(one_decoder() > 0 && one_decoder() != pid);
    assert_int_equal(atomic_load(&bench.pool.counts.engine.respawned), 0); /* it has not died */
    end();
    (void)state;
}

/* What libraries lose in each picture does not add up: after a thousand another one goes on. */
static void old_decoder_is_replaced(void **state)
{
    enum { PICTURES = 1000 };
    begin(true, 1);
    fz_job_free(decode(bench.good, 32));
    pid_t decoder = one_decoder();
    for (int i = 1; i < PICTURES; i++) {
        struct fz_job *job = decode(bench.good, 32);
        assert_int_equal(job->error.code, FZ_OK);
        fz_job_free(job);
    }
    assert_int_equal(one_decoder(), decoder);
    fz_job_free(decode(bench.good, 32));
    assert_true(one_decoder() != decoder);
    assert_int_equal(atomic_load(&bench.pool.counts.engine.respawned), 0);
    end();
    (void)state;
}

/* Nor dies it of what they took in all, however few they were. */
static void decoder_is_replaced_before_its_time_is_over(void **state)
{
    enum { LIFE_S = 1, LIVES = 3 };
    (void)state;
    bench_open(&bench);
    bench.decoders = decoders;
    bench.life_cpu_s = LIFE_S;
    bench_start(&bench, 1);
    while (atomic_load(&bench.pool.counts.engine.back_cpu_us) < LIVES * LIFE_S * 1000000) {
        struct fz_job *job = decode(bench.large, 0);
        assert_int_equal(job->error.code, FZ_OK);
        fz_job_free(job);
    }
    assert_int_equal(atomic_load(&bench.pool.counts.engine.respawned), 0);
    end();
}

/* The pictures have nothing to do with it: each fails for want of a decoder, soon, and none is set aside. */
static void none_waits_for_decoders_that_do_not_begin(void **state)
{
    enum { PICTURES = 40 };
    (void)state;
    bench_open(&bench);
    bench.decoders = broken_decoders;
    bench_start(&bench, 1);
    double began_s = now_s();
    for (int i = 0; i < PICTURES; i++) {
        struct fz_job *job = decode(bench.good, 32);
        assert_int_equal(job->error.code, FZ_E_BUSY);
        fz_job_free(job);
    }
    assert_true(now_s() - began_s < 5);
    end();
}

static void lost_zygote_is_replaced(void **state)
{
    begin(true, 1);
    fz_job_free(decode(bench.good, 32));
    pid_t decoder = one_decoder(), zygote = parent_of(decoder);
    assert_true(zygote > 1 && parent_of(zygote) == getpid());
    assert_int_equal(kill(zygote, SIGKILL), 0);
    double until = now_s() + 10;
    while (kill(decoder, 0) == 0 && parent_of(decoder) == zygote && now_s() < until)
        sleep_ms(1);
    struct fz_job *job = decode(bench.good, 32);
    assert_int_equal(job->error.code, FZ_OK);
    fz_job_free(job);
    assert_true(fz_zygote_front_replaced(decoders) >= 1);
    assert_true(one_decoder() != decoder);
    end();
    (void)state;
}

/* The process is forked, but there is no place for the descriptor that it is ended by. */
static void a_fork_without_a_descriptor_costs_the_others_nothing(void **state)
{
    struct fz_error err;
    struct fz_child first, second;
    struct rlimit before, tight;
    (void)state;
    int replaced = fz_zygote_front_replaced(decoders);
    assert_int_equal(fz_zygote_front_fork(decoders, 1, &first, &err), FZ_OK);
    int places[] = {dup(STDERR_FILENO), dup(STDERR_FILENO)}; /* for a socket and its other end */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    tight = (struct rlimit){(rlim_t)places[1] + 1, before.rlim_max};
    close(places[0]);
    close(places[1]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    enum fz_err code = fz_zygote_front_fork(decoders, 2, &second, &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(code, FZ_E_BUSY);
    assert_int_equal(err.sys, EMFILE);
    assert_int_equal(fz_zygote_front_replaced(decoders), replaced);
    assert_int_equal(kill(first.pid, 0), 0);
    fz_zygote_front_drop(&first);
}

int main(int argc, char **argv)
{
    static const struct fz_role *const roles[] = {&fz_decoder_role, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_those_of_a_thread),
        cmocka_unit_test(what_covers_is_cut_where_it_lies),
        cmocka_unit_test(small_pictures_need_not_ask_for_memory),
        cmocka_unit_test(the_index_of_a_file_goes_and_comes),
        cmocka_unit_test(more_results_wait_than_there_are_slots),
        cmocka_unit_test(killed_decoder_costs_nothing_between_two_pictures),
        cmocka_unit_test(what_ended_two_decoders_is_set_aside_until_it_changes),
        cmocka_unit_test(questions_about_files_end_at_the_limit),
        cmocka_unit_test(idle_decoder_goes_when_it_shall),
        cmocka_unit_test(old_decoder_is_replaced),
        cmocka_unit_test(decoder_is_replaced_before_its_time_is_over),
        cmocka_unit_test(a_fork_without_a_descriptor_costs_the_others_nothing),
        cmocka_unit_test(none_waits_for_decoders_that_do_not_begin),
        cmocka_unit_test(lost_zygote_is_replaced),
    };
    become_zygote(argc, argv, roles);
    decoders = start_zygote(&fz_decoder_role, true);
    broken_decoders = start_zygote(&broken_role, false);
    fz_thread_claim_main();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fz_zygote_front_stop(decoders);
    fz_zygote_front_stop(broken_decoders);
    return failed;
}
