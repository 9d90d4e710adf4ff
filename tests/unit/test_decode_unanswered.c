/* A decoder that was asked and does not answer: whoever asked for something that nobody wants any more does not wait for its
 * deadline, whatever it was. */
#include "test_decode_taken_over.h"
#include "zygote_fixture.h"

#include "pool_fixture.h"

#include "decode/back.h"
#include "decode/shape.h"
#include "decode/sidecar.h"
#include "image/metadata/carry.h"

enum { WANTED_MS = 50 };

static int run_silent(int socket, int number, struct fz_sandbox *sandbox)
{
    struct taken_over d;
    (void)number;
    if (!begins(&d, socket, sandbox))
        return 1;
    for (int fd; hears(&d, &fd);)
        if (fd >= 0)
            close(fd);
    return 0;
}

static const struct fz_role silent_role = {.name = "decoder", .sandboxed = true, .run = run_silent};
static struct fz_zygote *decoders;

/* --- each question ------------------------------------------------------------------------------------------------- */

/* Wanted for a moment after it is asked for. */
static bool is_over(void *end_s)
{
    return now_s() > *(const double *)end_s;
}

static enum fz_err load_first(struct fz_engine *engine, int fd, const struct fz_image_host *host)
{
    struct fz_image image;
    SDL_Surface *surface;
    struct fz_image_request request = {
        .fd = fd, .head = {(uint8_t *)"head", 4}, .limits = fz_image_default_limits, .host = *host};
    return fz_engine_load_first(engine, &request, &image, &surface) ? FZ_OK : FZ_E_CANCELLED;
}

static enum fz_err sniff(struct fz_engine *engine, int fd, const struct fz_image_host *host)
{
    struct fz_error err = {0};
    assert_null(fz_engine_sniff(engine, fd, host, &err));
    return err.code;
}

static enum fz_err probe(struct fz_engine *engine, int fd, const struct fz_image_host *host)
{
    struct fz_probe told;
    struct fz_error err;
    struct fz_image_request request = {.fd = fd, .limits = fz_image_default_limits, .host = *host};
    return fz_engine_probe(engine, &request, &told, &err);
}

static enum fz_err read_metadata(struct fz_engine *engine, int fd, const struct fz_image_host *host)
{
    struct fz_metadata metadata;
    return fz_engine_read_metadata(engine, fd, host, &metadata) ? FZ_OK : FZ_E_CANCELLED;
}

static enum fz_err read_xmp(struct fz_engine *engine, int fd, const struct fz_image_host *host)
{
    struct fz_metadata metadata;
    (void)fd;
    return fz_engine_read_xmp(engine, "<x/>", 4, host, &metadata) ? FZ_OK : FZ_E_CANCELLED;
}

static enum fz_err carry(struct fz_engine *engine, int fd, const struct fz_image_host *host)
{
    static struct fz_carried carried;
    struct fz_error err;
    return fz_engine_carry(engine, fd, &(struct fz_smaller_copy){BOX, BOX, false}, host, &carried, &err);
}

static enum fz_err open_stream(struct fz_engine *engine, int fd, const struct fz_image_host *host)
{
    struct fz_stream *stream;
    struct fz_error err;
    struct fz_image_request request = {.fd = fd, .limits = fz_image_default_limits, .host = *host};
    return fz_stream_open(engine, &request, &stream, &err);
}

static void no_question_outlives_who_asked(void **state)
{
    static const struct {
        const char *name;
        enum fz_err (*ask)(struct fz_engine *engine, int fd, const struct fz_image_host *host);
    } rows[] = {{"first picture", load_first}, {"sniff", sniff},  {"probe", probe},
                {"metadata", read_metadata},   {"XMP", read_xmp}, {"what goes with a copy", carry},
                {"animation", open_stream}};
    struct fz_engine_counts counts = {0};
    struct fz_engine_options how = {
        .decoders = decoders, .number = 1, .keep_bytes = 1 << 20, .counts = &counts};
    struct fz_engine *engine = fz_engine_new(&how);
    int fd = memfd_create("picture", MFD_CLOEXEC);
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        double began_s = now_s(), end_s = began_s + WANTED_MS / 1e3;
        struct fz_image_host host = {.ctx = &end_s, .cancelled = is_over};
        enum fz_err code = rows[i].ask(engine, fd, &host);
        print_message("    %-24s %.0f ms\n", rows[i].name, (now_s() - began_s) * 1e3);
        assert_int_equal(code, FZ_E_CANCELLED);
        assert_true(now_s() - began_s < SOON_S);
    }
    assert_int_equal(atomic_load(&counts.respawned), 0); /* nobody is to blame */
    close(fd);
    fz_engine_free(engine);
}

/* --- those of jobs ------------------------------------------------------------------------------------------------- */

static struct bench bench;

/* What a job that was cancelled says is known. */
struct asked {
    bool answered;
    struct fz_shape_reading shape;
    struct fz_sidecar_reading sidecar;
};

static void read_shape(struct fz_job *job)
{
    struct asked *asked = job->load;
    asked->answered = fz_shape_read(job, bench.good, &asked->shape);
}

static void read_sidecar(struct fz_job *job)
{
    struct asked *asked = job->load;
    asked->answered = fz_sidecar_metadata(job, bench.good, NULL, &asked->sidecar);
}

static struct fz_job *cancel_soon(struct fz_job *job)
{
    double began_s = now_s();
    fz_pool_submit(&bench.pool, job, 0);
    sleep_ms(WANTED_MS);
    assert_true(fz_ready_is_empty(&bench.ready));
    fz_cancel_set(&job->cancel);
    assert_ptr_equal(bench_next(&bench), job);
    assert_true(now_s() - began_s < SOON_S);
    return job;
}

static void cancelled_jobs_wait_for_no_answer(void **state)
{
    static const struct fz_work works[] = {{.run = read_shape}, {.run = read_sidecar}};
    (void)state;
    bench_open(&bench);
    bench.decoders = decoders;
    bench_start(&bench, 1);
    struct fz_job *job = cancel_soon(bench_job(&bench, FZ_JOB_SNIFF, 1, bench.good));
    assert_int_equal(job->error.code, FZ_E_CANCELLED);
    fz_job_free(job);
    for (size_t i = 0; i < COUNT(works); i++) {
        struct asked asked = {0};
        job = bench_job(&bench, FZ_JOB_WORK, 1, NULL);
        job->load = &asked;
        job->work = &works[i];
        fz_job_free(cancel_soon(job));
        assert_false(asked.answered);
    }
    bench_stop(&bench);
    bench_close(&bench);
}

int main(int argc, char **argv)
{
    static const struct fz_role *const roles[] = {&silent_role, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_question_outlives_who_asked),
        cmocka_unit_test(cancelled_jobs_wait_for_no_answer),
    };
    become_zygote(argc, argv, roles);
    decoders = start_zygote(&silent_role, true);
    fz_thread_claim_main();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fz_zygote_front_stop(decoders);
    return failed;
}
