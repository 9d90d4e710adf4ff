/* Files of sources reached by readers: what a reader that hangs or dies does to the jobs that ask it, and to the others. Readers
 * are threads here that answer as a reader's process does, or keep their answers back. */
#include "pool_fixture.h"

#include "base/clock.h"
#include "decode/cache.h"
#include "decode/fetch.h"
#include "decode/lane.h"
#include "process/wire.h"

#include <errno.h>

enum { GOOD = 3, STUCK = 7, CHANNELS = 3 };

static struct bench bench;

struct reader {
    struct fz_lane *lane;
    atomic_bool holds;                /* answers nothing for now */
    atomic_bool dies;                 /* ends with the next request */
    atomic_bool lacks;                /* the descriptors for an answer */
    atomic_bool finds;                /* answers only how long a file is */
    atomic_uint_fast64_t share_bytes; /* each file is on a share, and as long; 0: on a disk */
    atomic_int asked, copied, told_unwanted;
    struct answerer {
        struct reader *reader;
        int socket;
        SDL_Thread *thread;
    } channels[CHANNELS];
};

static struct reader good, stuck;

/* A little is copied at once: here, what a SNIFF wants. Only what is more is held. */
static bool wants_room(const struct reader *reader, const struct fz_parcel *request)
{
    uint64_t bytes = atomic_load(&reader->share_bytes);
    return bytes > 0 && request->flags & FZ_OPEN_ASKS && request->flags & FZ_OPEN_WHOLE;
}

static bool gets_room(const struct reader *reader, int socket)
{
    const struct fz_parcel wish = {
        .kind = FZ_ASK_WANTS_ROOM, .value = (int64_t)atomic_load(&reader->share_bytes), .fd = -1};
    struct fz_parcel reply;
    uint32_t kind = FZ_ASK_RANK, number = 0;
    for (bool goes_on = fz_parcel_send(socket, &wish); goes_on && kind == FZ_ASK_RANK;) {
        goes_on = fz_parcel_receive(socket, &reply, FZ_ASK_MOST_BYTES, -1) == FZ_PARCEL_CAME;
        kind = reply.kind;
        number = reply.number;
        fz_parcel_fini(&reply);
    }
    return kind == FZ_ASK_ROOM && number > 0;
}

static void answer_one(struct reader *reader, int socket, const struct fz_parcel *request)
{
    struct fz_parcel answer = {.kind = FZ_ASK_SPOILT, .fd = -1};
    if (!atomic_load(&reader->lacks))
        fz_ask_answer(request, socket, &answer);
    fz_parcel_send(socket, &answer);
    fz_parcel_fini(&answer);
}

static int answer_main(void *ctx)
{
    struct reader *reader = ((struct answerer *)ctx)->reader;
    int socket = ((struct answerer *)ctx)->socket;
    struct fz_parcel request;
    while (fz_parcel_receive(socket, &request, FZ_ASK_MOST_BYTES, -1) == FZ_PARCEL_CAME) {
        if (request.kind == FZ_ASK_RANK) {
            atomic_fetch_add(&reader->told_unwanted, request.number == FZ_FETCH_NOT);
            fz_parcel_fini(&request);
            continue;
        }
        atomic_fetch_add(&reader->asked, 1);
        while (atomic_load(&reader->finds))
            sleep_ms(1);
        bool copies = atomic_load(&reader->share_bytes) > 0, wants = wants_room(reader, &request);
        if (wants && !gets_room(reader, socket)) {
            fz_parcel_fini(&request);
            continue;
        }
        bool is_little = request.flags & FZ_OPEN_ASKS && !wants;
        if (!is_little)
            atomic_fetch_add(&reader->copied, 1);
        while (atomic_load(&reader->holds) && !(copies && is_little) && !atomic_load(&reader->dies))
            sleep_ms(1);
        bool ends = atomic_load(&reader->dies);
        if (!ends)
            answer_one(reader, socket, &request);
        fz_parcel_fini(&request);
        if (ends)
            break;
    }
    close(socket);
    return 0;
}

static void connect_reader(struct reader *reader)
{
    int ours[CHANNELS], pair[2];
    for (int i = 0; i < CHANNELS; i++) {
        assert_true(fz_wire_pair(pair));
        ours[i] = pair[0];
        reader->channels[i].reader = reader;
        reader->channels[i].socket = pair[1];
        assert_int_equal(
            fz_thread_start(&reader->channels[i].thread, "answers", answer_main, &reader->channels[i], NULL),
            FZ_OK);
    }
    fz_files_connect(reader->lane, ours, CHANNELS, false);
}

static void join_reader(struct reader *reader)
{
    for (int i = 0; i < CHANNELS; i++)
        SDL_WaitThread(reader->channels[i].thread, NULL);
}

static int open_with(bool cache)
{
    struct fz_error err;
    if (SDL_Init(SDL_INIT_EVENTS) != 0)
        return -1;
    bench_open(&bench);
    struct fz_cache_options tiles = {
        .folder = bench.folder, .limit_bytes = 64 << 20, .queue_bytes = 16 << 20};
    if (cache)
        assert_int_equal(fz_cache_start(&bench.cache, &tiles, &err), FZ_OK);
    bench_start(&bench, 1);
    memset(&good, 0, sizeof good);
    memset(&stuck, 0, sizeof stuck);
    assert_int_equal(fz_pool_use_readers(&bench.pool, &err), FZ_OK);
    good.lane = fz_files_add_lane(bench.pool.files, GOOD, 1);
    stuck.lane = fz_files_add_lane(bench.pool.files, STUCK, 2);
    connect_reader(&good);
    connect_reader(&stuck);
    return 0;
}

static int open_bench(void **state)
{
    (void)state;
    return open_with(false);
}

static int open_bench_with_cache(void **state)
{
    (void)state;
    return open_with(true);
}

static int close_bench(void **state)
{
    (void)state;
    bench_stop(&bench);
    assert_true(fz_cache_stop(bench.cache, PATIENCE_MS));
    atomic_store(&stuck.dies, true);
    join_reader(&good);
    join_reader(&stuck);
    bench_close(&bench);
    SDL_Quit();
    return 0;
}

static bool in_picture_view; /* what is submitted from now on */

static struct fz_job *submit(uint32_t item, uint32_t root, enum fz_job_kind kind)
{
    struct fz_job *job = bench_job(&bench, kind, item, bench.good);
    job->root = root;
    job->credit_bytes = 1000;
    job->foreground = in_picture_view;
    fz_pool_submit(&bench.pool, job, item);
    return job;
}

static size_t parked(void)
{
    uint64_t bytes;
    size_t count = fz_files_parked(bench.pool.files, &bytes);
    return count;
}

static void wait_until_parked(size_t count)
{
    for (double end = now_s() + 10; parked() != count && now_s() < end;)
        sleep_ms(1);
    assert_int_equal(parked(), count);
}

/* Takes `count` results, each item once, all with this code. */
static void take(uint32_t first, uint32_t count, enum fz_err code)
{
    bool seen[64] = {false};
    for (uint32_t i = 0; i < count; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_true(job->item >= first && job->item < first + count && !seen[job->item - first]);
        seen[job->item - first] = true;
        assert_int_equal(job->error.code, code);
        if (job->kind == FZ_JOB_DECODE && code == FZ_OK) {
            assert_non_null(job->surface);
            assert_true(job->file.known);
        }
        fz_job_free(job);
    }
    assert_true(fz_ready_is_empty(&bench.ready));
}

static void a_reader_opens(void **state)
{
    (void)state;
    submit(1, GOOD, FZ_JOB_DECODE);
    submit(2, STUCK + 1, FZ_JOB_SNIFF);
    take(1, 2, FZ_OK);
    assert_int_equal(atomic_load(&good.asked), 1);
    assert_int_equal(atomic_load(&stuck.asked), 1);
    assert_int_equal(atomic_load(&bench.pool.counts.opens), 2);
    struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, 3, bench.missing);
    job->root = GOOD;
    fz_pool_submit(&bench.pool, job, 0);
    take(3, 1, FZ_E_NOT_FOUND);
}

static void a_reader_that_hangs_holds_up_no_other(void **state)
{
    enum { JOBS = 12, OTHERS = 5 };
    uint32_t root;
    bool hangs;
    uint64_t bytes;
    (void)state;
    atomic_store(&stuck.holds, true);
    for (uint32_t i = 0; i < JOBS; i++)
        submit(i, STUCK + 1, i % 2 ? FZ_JOB_DECODE : FZ_JOB_SNIFF);
    for (uint32_t i = 0; i < OTHERS; i++)
        submit(20 + i, GOOD, FZ_JOB_DECODE);
    take(20, OTHERS, FZ_OK);
    wait_until_parked(JOBS);
    fz_files_parked(bench.pool.files, &bytes);
    assert_int_equal(bytes, JOBS * 1000);
    for (double end = now_s() + 10; atomic_load(&stuck.asked) < CHANNELS && now_s() < end;)
        sleep_ms(1);
    assert_int_equal(atomic_load(&stuck.asked), CHANNELS);

    for (double end = now_s() + 10; !fz_files_hangs(bench.pool.files, STUCK) && now_s() < end;)
        sleep_ms(5);
    assert_true(fz_files_hangs(bench.pool.files, STUCK + 1));
    assert_false(fz_files_hangs(bench.pool.files, GOOD));
    assert_true(fz_files_news(bench.pool.files, &root, &hangs));
    assert_int_equal(root, STUCK + 1);
    assert_true(hangs);
    assert_false(fz_files_news(bench.pool.files, &root, &hangs));

    atomic_store(&stuck.holds, false);
    take(0, JOBS, FZ_OK);
    assert_int_equal(parked(), 0);
    for (double end = now_s() + 10; fz_files_hangs(bench.pool.files, STUCK) && now_s() < end;)
        sleep_ms(5);
    assert_true(fz_files_news(bench.pool.files, &root, &hangs));
    assert_int_equal(root, STUCK + 1);
    assert_false(hangs);
}

static void what_is_parked_can_be_cancelled(void **state)
{
    enum { JOBS = 9 };
    struct fz_job *jobs[JOBS];
    (void)state;
    atomic_store(&stuck.holds, true);
    for (uint32_t i = 0; i < JOBS; i++)
        jobs[i] = submit(i, STUCK, FZ_JOB_DECODE);
    wait_until_parked(JOBS);
    for (uint32_t i = 0; i < JOBS; i++)
        fz_cancel_set(&jobs[i]->cancel);
    take(0, JOBS, FZ_E_CANCELLED);
    assert_int_equal(parked(), 0);
    atomic_store(&stuck.holds, false); /* the answers come after all, to nobody */
    submit(0, STUCK, FZ_JOB_DECODE);
    take(0, 1, FZ_OK);
}

static void a_reader_that_dies_is_followed_by_another(void **state)
{
    enum { JOBS = 7 };
    (void)state;
    atomic_store(&stuck.holds, true);
    for (uint32_t i = 0; i < JOBS; i++)
        submit(i, STUCK, FZ_JOB_DECODE);
    wait_until_parked(JOBS);
    atomic_store(&stuck.dies, true);
    join_reader(&stuck);
    assert_int_equal(parked(), JOBS);
    atomic_store(&stuck.dies, false);
    atomic_store(&stuck.holds, false);
    connect_reader(&stuck);
    take(0, JOBS, FZ_OK);
}

/* Nobody waits for a reader that cannot be asked; it is not for ever. */
static void without_channels_it_fails_at_once(void **state)
{
    enum { JOBS = 7 };
    (void)state;
    fz_files_connect(stuck.lane, NULL, 0, false);
    join_reader(&stuck);
    double began_s = now_s();
    for (uint32_t i = 0; i < JOBS; i++)
        submit(i, STUCK + 1, i % 2 ? FZ_JOB_DECODE : FZ_JOB_SNIFF);
    take(0, JOBS, FZ_E_BUSY);
    assert_true(now_s() - began_s < 2);
    assert_int_equal(parked(), 0);
    connect_reader(&stuck);
    submit(0, STUCK, FZ_JOB_DECODE);
    take(0, 1, FZ_OK);
}

static void a_reader_that_nobody_follows_is_given_up(void **state)
{
    enum { JOBS = 7 };
    (void)state;
    atomic_store(&stuck.dies, true);
    for (uint32_t i = 0; i < CHANNELS + JOBS; i++)
        submit(i, STUCK, FZ_JOB_DECODE);
    take(0, CHANNELS + JOBS, FZ_E_BUSY);
    submit(0, STUCK, FZ_JOB_DECODE); /* no more patience is due */
    double began_s = now_s();
    take(0, 1, FZ_E_BUSY);
    assert_true(now_s() - began_s < 2);
    join_reader(&stuck);
    atomic_store(&stuck.dies, false);
    connect_reader(&stuck);
    submit(0, STUCK, FZ_JOB_DECODE);
    take(0, 1, FZ_OK);
}

static atomic_bool may_go_on;

static void wait_to_go_on(struct fz_job *job)
{
    (void)job;
    while (!atomic_load(&may_go_on))
        sleep_ms(1);
}

static const struct fz_work waiting = {.run = wait_to_go_on};

/* Until all jobs are queued. */
static void hold_worker(void)
{
    struct fz_job *job = bench_job(&bench, FZ_JOB_WORK, 100, bench.good);
    atomic_store(&may_go_on, false);
    job->work = &waiting;
    fz_pool_submit(&bench.pool, job, 0);
}

static void let_worker_go(void)
{
    atomic_store(&may_go_on, true);
    fz_job_free(bench_next(&bench));
}

static void a_reader_may_lack_descriptors(void **state)
{
    enum { JOBS = 24 }; /* so many that some come along */
    (void)state;
    atomic_store(&stuck.lacks, true);
    hold_worker();
    for (uint32_t i = 0; i < JOBS; i++)
        submit(i, STUCK, FZ_JOB_DECODE);
    let_worker_go();
    take(0, JOBS, FZ_E_BUSY);
    atomic_store(&stuck.lacks, false);
    submit(0, STUCK, FZ_JOB_DECODE);
    take(0, 1, FZ_OK);
}

static void wait_until_copied(const struct reader *reader, int count)
{
    for (double end = now_s() + 10; atomic_load(&reader->copied) < count && now_s() < end;)
        sleep_ms(1);
    sleep_ms(100);
    assert_int_equal(atomic_load(&reader->copied), count);
}

/* All that is asked for has room, half of it where it is not for the picture view, or is copied alone. Who waits for that holds up nobody who needs none. */
static void copies_have_room(void **state)
{
    enum { ROOM = WORKING_BYTES / 4, JOBS = 5 };
    static const struct {
        uint64_t bytes;
        bool foreground;
        int at_once;
    } cases[] = {{ROOM / 2, true, 2},  {ROOM / 3 * 2, true, 1}, {ROOM, true, 1},      {ROOM * 3, true, 1},
                 {ROOM / 4, false, 2}, {ROOM / 3, false, 1},    {ROOM / 2, false, 1}, {ROOM * 3, false, 1}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        in_picture_view = cases[c].foreground;
        atomic_store(&stuck.copied, 0);
        atomic_store(&stuck.holds, true);
        atomic_store(&stuck.share_bytes, cases[c].bytes);
        for (uint32_t i = 0; i < JOBS; i++)
            submit(i, STUCK, FZ_JOB_DECODE);
        wait_until_copied(&stuck, cases[c].at_once);
        assert_int_equal(parked(), JOBS);
        submit(20, GOOD, FZ_JOB_DECODE);
        submit(21, STUCK, FZ_JOB_SNIFF);
        take(20, 2, FZ_OK);
        atomic_store(&stuck.holds, false);
        take(0, JOBS, FZ_OK);
        assert_int_equal(atomic_load(&stuck.copied), JOBS);
    }
    in_picture_view = false;
}

/* It is all of one memory: what is in view on one share does not wait for what is not on another. */
static void room_is_for_the_more_urgent_of_all_shares(void **state)
{
    enum { ROOM = WORKING_BYTES / 4, JOBS = 40 };
    (void)state;
    atomic_store(&good.share_bytes, ROOM / 8);
    atomic_store(&stuck.share_bytes, ROOM / 2);
    atomic_store(&good.holds, true);
    for (uint32_t i = 1; i <= JOBS; i++)
        submit(i, GOOD, FZ_JOB_DECODE); /* each less urgent than the one before */
    wait_until_copied(&good, CHANNELS);
    submit(0, STUCK, FZ_JOB_DECODE);
    wait_until_parked(JOBS + 1);
    atomic_store(&good.holds, false);
    int place = -1;
    for (int n = 0; n <= JOBS; n++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        place = job->item == 0 ? n : place;
        fz_job_free(job);
    }
    assert_in_range(place, 0, JOBS / 2);
}

/* However often its rank changed before. */
static void what_nobody_wants_any_more_is_told(void **state)
{
    enum { CHANGES = 40 };
    (void)state;
    atomic_store(&stuck.share_bytes, WORKING_BYTES / 64);
    atomic_store(&stuck.holds, true);
    struct fz_job *job = submit(0, STUCK, FZ_JOB_DECODE);
    wait_until_copied(&stuck, 1);
    wait_until_parked(1);
    for (uint32_t i = 0; i < CHANGES; i++) {
        atomic_store(&job->priority, fz_heap_priority(1 + i % 2, 0));
        fz_files_rank(bench.pool.files);
    }
    fz_cancel_set(&job->cancel);
    take(0, 1, FZ_E_CANCELLED);
    atomic_store(&stuck.holds, false);
    for (int i = 0; i < 5000 && atomic_load(&stuck.told_unwanted) == 0; i++)
        sleep_ms(1);
    assert_int_equal(atomic_load(&stuck.told_unwanted), 1);
}

/* Where there is room for all, a question for each. */
static void files_with_room_are_opened_once(void **state)
{
    enum { JOBS = 12 };
    (void)state;
    atomic_store(&stuck.share_bytes, WORKING_BYTES / 4 / 2 / (2 * JOBS));
    for (uint32_t i = 0; i < JOBS; i++)
        submit(i, STUCK, FZ_JOB_DECODE);
    take(0, JOBS, FZ_OK);
    assert_int_equal(atomic_load(&stuck.asked), JOBS);
}

/* What it holds, it holds for as long as nobody knows. */
static void copies_of_a_share_that_hangs_leave_room(void **state)
{
    (void)state;
    atomic_store(&stuck.share_bytes, WORKING_BYTES);
    atomic_store(&good.share_bytes, WORKING_BYTES);
    atomic_store(&stuck.holds, true);
    for (uint32_t i = 0; i < 3; i++)
        submit(i, STUCK, FZ_JOB_DECODE);
    wait_until_copied(&stuck, 1);
    submit(20, GOOD, FZ_JOB_DECODE);
    take(20, 1, FZ_OK);
    assert_true(fz_files_hangs(bench.pool.files, STUCK));
    atomic_store(&stuck.holds, false);
    take(0, 3, FZ_OK);
}

static void room_comes_back_from_what_is_cancelled(void **state)
{
    enum { JOBS = 4 };
    struct fz_job *jobs[JOBS];
    (void)state;
    atomic_store(&stuck.share_bytes, WORKING_BYTES);
    atomic_store(&stuck.holds, true);
    for (uint32_t i = 0; i < JOBS; i++)
        jobs[i] = submit(i, STUCK, FZ_JOB_DECODE);
    wait_until_copied(&stuck, 1);
    for (uint32_t i = 0; i < JOBS; i++)
        fz_cancel_set(&jobs[i]->cancel);
    take(0, JOBS, FZ_E_CANCELLED);
    atomic_store(&stuck.holds, false);
    submit(0, STUCK, FZ_JOB_DECODE);
    take(0, 1, FZ_OK);
}

/* A share that is slow to open files says how long they are when nobody wants them any more. */
static void room_for_what_was_cancelled_before(void **state)
{
    struct fz_job *jobs[CHANNELS];
    (void)state;
    atomic_store(&stuck.share_bytes, WORKING_BYTES / 64);
    atomic_store(&stuck.finds, true);
    for (uint32_t i = 0; i < CHANNELS; i++)
        jobs[i] = submit(i, STUCK, FZ_JOB_DECODE);
    wait_until_parked(CHANNELS);
    for (uint32_t i = 0; i < CHANNELS; i++)
        fz_cancel_set(&jobs[i]->cancel);
    take(0, CHANNELS, FZ_E_CANCELLED);
    atomic_store(&stuck.finds, false);
    for (uint32_t i = 0; i < 2 * CHANNELS; i++)
        submit(i, STUCK, FZ_JOB_DECODE);
    take(0, 2 * CHANNELS, FZ_OK);
    assert_int_equal(atomic_load(&stuck.copied), 2 * CHANNELS);
}

/* One question for several files, each of which becomes what it would have become by itself. */
static void files_behind_the_first_come_along(void **state)
{
    enum { JOBS = 48 };
    const struct {
        const char *path;
        enum fz_err code;
        int width;
    } cases[] = {{bench.good, FZ_OK, PICTURE_W},
                 {bench.missing, FZ_E_NOT_FOUND, 0},
                 {bench.large, FZ_OK, LARGE_W},
                 {bench.folder, FZ_E_NOT_PICTURE, 0}};
    (void)state;
    int rounds = 0, few = 0;
    for (; rounds < 40 && (rounds < 2 || few == 0);
         rounds++) { /* a reader that loses the core is asked for each file */
        int asked = atomic_load(&good.asked), mixed = rounds % 2;
        hold_worker();
        for (uint32_t i = 0; i < JOBS; i++) {
            struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, i, cases[mixed ? i % 4 : 0].path);
            job->root = mixed && i % 8 == 7 ? STUCK : GOOD;
            fz_pool_submit(&bench.pool, job, i + 1);
        }
        let_worker_go();
        for (uint32_t i = 0; i < JOBS; i++) {
            struct fz_job *job = bench_next(&bench);
            assert_non_null(job);
            assert_int_equal(job->error.code, cases[mixed ? job->item % 4 : 0].code);
            assert_int_equal(job->image.width, cases[mixed ? job->item % 4 : 0].width);
            fz_job_free(job);
        }
        few += !mixed && atomic_load(&good.asked) - asked < JOBS / 2;
    }
    assert_true(few > 0);
    assert_int_equal(atomic_load(&bench.pool.counts.opens), rounds * JOBS);
    assert_int_equal(atomic_load(&bench.pool.files->opened_along), 0);
}

static void do_nothing(struct fz_job *job)
{
    (void)job;
}

static const struct fz_work nothing = {.run = do_nothing};

/* Gives how often the reader was asked for pictures among jobs that are none, and have no path. */
static int asked_for_mixed(int jobs)
{
    int asked = atomic_load(&good.asked);
    hold_worker();
    for (uint32_t i = 0; i < (uint32_t)jobs; i++) {
        struct fz_job *job =
            bench_job(&bench, i % 3 ? FZ_JOB_DECODE : FZ_JOB_WORK, i, i % 3 ? bench.good : NULL);
        job->root = GOOD;
        job->work = &nothing;
        fz_pool_submit(&bench.pool, job, i + 1);
    }
    let_worker_go();
    for (int i = 0; i < jobs; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_int_equal(job->error.code, FZ_OK);
        fz_job_free(job);
    }
    return atomic_load(&good.asked) - asked;
}

/* What is behind a job without a path does not; and so many files that others were put before may be open, and no more. */
static void what_does_not_come_along(void **state)
{
    enum { JOBS = 48, MANY = 64 };
    (void)state;
    int tries = 0, asked = JOBS;
    while (asked >= JOBS / 2 &&
           tries++ < 40) /* one question for the two between such jobs, or one for each */
        asked = asked_for_mixed(JOBS);
    assert_true(asked < JOBS / 2);
    atomic_fetch_add(&bench.pool.files->opened_along, MANY);
    assert_int_equal(asked_for_mixed(JOBS), JOBS - JOBS / 3);
    assert_int_equal(atomic_fetch_sub(&bench.pool.files->opened_along, MANY), MANY);
}

/* With a tile cache, which goes by looks: those come along too, and what it has is not opened. */
static void looks_at_those_behind_come_along(void **state)
{
    enum { JOBS = 48 };
    int few = 0, opens = 0;
    (void)state;
    sleep_ms(100); /* what was written just now is not kept */
    for (int round = 0; round < 40 && (round < 2 || few == 0); round++) {
        int asked = atomic_load(&good.asked), cached = 0;
        hold_worker();
        for (int i = 0; i < JOBS; i++) {
            struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, (uint32_t)i, bench.good);
            job->root = GOOD;
            job->caching = FZ_CACHING_ON;
            job->want.box_w = job->want.box_h = 10 + i;
            fz_pool_submit(&bench.pool, job, (uint64_t)i + 1);
        }
        let_worker_go();
        for (int i = 0; i < JOBS; i++) {
            struct fz_job *job = bench_next(&bench);
            assert_non_null(job);
            assert_int_equal(job->error.code, FZ_OK);
            assert_int_equal(job->image.out_w, 10 + (int)job->item);
            cached += job->from_cache;
            fz_job_free(job);
        }
        opens += JOBS - cached;
        assert_true(round > 0 || cached == 0);
        assert_int_equal(atomic_load(&bench.pool.counts.opens), opens);
        assert_true(fz_cache_flush(bench.cache));
        few += cached == JOBS && atomic_load(&good.asked) - asked < JOBS / 2;
    }
    assert_true(few > 0);
}

enum { FILES_ASKED_FOR = 6 };

static int answer_both(void *ctx)
{
    struct fz_parcel *answers = ctx;
    char *link = path_in(bench.folder, "link.png");
    const char *paths[FILES_ASKED_FOR] = {bench.good,   bench.missing, bench.large,
                                          bench.folder, bench.good,    link};
    if (symlink(bench.good, link) != 0 && errno != EEXIST)
        return 1;
    for (uint32_t first = 0; first < 2; first++) {
        char bytes[2048];
        size_t len = 0;
        for (size_t i = first; i < FILES_ASKED_FOR; i++)
            len += (size_t)snprintf(bytes + len, sizeof bytes - len, "%s", paths[i]) + 1;
        const struct fz_parcel request = {.kind = FZ_ASK_OPEN,
                                          .flags = FZ_OPEN_WHOLE,
                                          .value = INT64_MAX,
                                          .count = FILES_ASKED_FOR - first,
                                          .bytes = bytes,
                                          .len = len,
                                          .fd = -1};
        fz_ask_answer(&request, -1, &answers[first]);
    }
    free(link);
    return 0;
}

/* Only what is a file, by no link, and can be read; the rest is asked for by itself, and so is what lies behind a file that cannot be. */
static void answers_for_several_files(void **state)
{
    struct fz_parcel answers[2];
    SDL_Thread *reader;
    (void)state;
    for (int tries = 0; tries < 100; tries++) { /* who loses the core meanwhile opens the first alone */
        assert_int_equal(fz_thread_start(&reader, "answers", answer_both, answers, NULL), FZ_OK);
        SDL_WaitThread(reader, NULL);
        if (answers[0].more_count == 2)
            break;
        for (int i = 0; i < 2; i++)
            fz_parcel_fini(&answers[i]);
    }
    const struct fz_look *looks = fz_answer_looks(&answers[0], FILES_ASKED_FOR);
    assert_non_null(looks);
    for (int i = 0; i < FILES_ASKED_FOR; i++)
        assert_int_equal(looks[i].sys, i % 2 ? EAGAIN : 0);
    assert_true(answers[0].fd >= 0);
    assert_int_equal(answers[0].more_count, 2);
    assert_int_equal(lseek(answers[0].more[0], 0, SEEK_END), looks[2].bytes);
    assert_int_equal(lseek(answers[0].more[1], 0, SEEK_END), looks[4].bytes);
    assert_int_equal(fz_answer_look(&answers[1]).sys, ENOENT);
    assert_int_equal(answers[1].more_count, 0);
    for (int i = 0; i < 2; i++)
        fz_parcel_fini(&answers[i]);
}

/* A silence of so many seconds has just ended. */
static void hear_after(struct fz_lane *lane, int seconds)
{
    struct fz_channel channel = {.since_us = fz_now_us() - seconds * INT64_C(1000000)};
    fz_lane_heard(lane, &channel);
}

static void end_minute(struct fz_lane *lane)
{
    lane->minute_since_us -= 61 * INT64_C(1000000);
}

static void assert_patience(const struct fz_lane *lane, int seconds)
{
    double patience_s = (double)fz_lane_patience_us(lane) / 1e6;
    assert_true(patience_s >= seconds && patience_s < seconds + 0.9);
}

/* It is not lost on a share that is seldom asked, and ends with quick answers in the second minute. */
static void patience_is_as_long_as_silences_lately(void **state)
{
    struct fz_lane lane = {.first = STUCK};
    (void)state;
    hear_after(&lane, 0);
    assert_patience(&lane, 3);
    hear_after(&lane, 5);
    assert_patience(&lane, 10);
    hear_after(&lane, 0);
    for (int minute = 0; minute < 3; minute++) {
        end_minute(&lane);
        end_minute(&lane);
        assert_patience(&lane, 10);
        hear_after(&lane, 0);
        assert_patience(&lane, 10);
        hear_after(&lane, 5);
    }
    hear_after(&lane, 100);
    assert_patience(&lane, 30);
    for (int minute = 0; minute < 2; minute++) {
        assert_patience(&lane, 30);
        end_minute(&lane);
        hear_after(&lane, 0);
    }
    assert_patience(&lane, 3);
}

static void stopped_while_parked(void **state)
{
    (void)state;
    atomic_store(&stuck.holds, true);
    for (uint32_t i = 0; i < 6; i++)
        submit(i, STUCK, FZ_JOB_DECODE);
    wait_until_parked(6);
    /* Stops the pool: what nobody answered is freed, which leak checkers confirm. */
}

#define FILES(function) cmocka_unit_test_setup_teardown(function, open_bench, close_bench)

int main(void)
{
    fz_thread_claim_main();
    const struct CMUnitTest tests[] = {
        FILES(a_reader_opens),
        FILES(a_reader_that_hangs_holds_up_no_other),
        FILES(what_is_parked_can_be_cancelled),
        FILES(a_reader_that_dies_is_followed_by_another),
        FILES(without_channels_it_fails_at_once),
        FILES(a_reader_that_nobody_follows_is_given_up),
        FILES(a_reader_may_lack_descriptors),
        FILES(copies_have_room),
        FILES(room_is_for_the_more_urgent_of_all_shares),
        FILES(what_nobody_wants_any_more_is_told),
        FILES(files_with_room_are_opened_once),
        FILES(copies_of_a_share_that_hangs_leave_room),
        FILES(room_comes_back_from_what_is_cancelled),
        FILES(room_for_what_was_cancelled_before),
        FILES(files_behind_the_first_come_along),
        FILES(what_does_not_come_along),
        cmocka_unit_test_setup_teardown(looks_at_those_behind_come_along, open_bench_with_cache, close_bench),
        FILES(answers_for_several_files),
        cmocka_unit_test(patience_is_as_long_as_silences_lately),
        FILES(stopped_while_parked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
