#include "decode/files.h"

#include "base/clock.h"
#include "base/mem.h"
#include "decode/lane.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 20, /* of a worker: a disk that has to seek answers in 10 */
    LOOK_MS = 50,     /* so often one of more patience looks whether it is cancelled */
};

/* Any thread. Makes the thread look. */
static void wake_thread(const struct fz_files *files)
{
    fz_wake(files->wake_fd);
}

static struct fz_lane *lane_of(const struct fz_files *files, uint32_t root)
{
    size_t count = atomic_load_explicit(&files->lane_count, memory_order_acquire);
    for (size_t i = 0; i < count; i++)
        if (root - files->lanes[i]->first < files->lanes[i]->count)
            return files->lanes[i];
    return NULL;
}

/* --- Workers ------------------------------------------------------------------------------------------------------------ */

/* Asks, and waits for a moment. */
static bool ask_lane(struct fz_lane *lane, struct fz_job *job)
{
    struct fz_files *files = lane->files;
    enum fz_parcel_end end;
    pthread_mutex_lock(&files->lock);
    struct fz_channel *channel = fz_lane_may_ask(lane, job) ? fz_lane_ask(lane, job) : NULL;
    int socket = channel ? channel->socket : -1;
    int patience_ms = job->ask.patience_ms > 0 ? job->ask.patience_ms : lane->parked > 0 ? 0 : PATIENCE_MS;
    if (channel)
        channel->held = true;
    pthread_mutex_unlock(&files->lock);
    if (!channel)
        return false;
    const int64_t until_us = fz_now_us() + (int64_t)job->ask.patience_ms * 1000;
    bool answered;
    do /* it may be told only that the reader is at it */
        answered = fz_lane_receive(socket, job, patience_ms < LOOK_MS ? patience_ms : LOOK_MS, &end);
    while (end == FZ_PARCEL_LATE && fz_now_us() < until_us && !fz_cancel_is_set(&job->cancel));
    if (end == FZ_PARCEL_LATE) {
        job->ask.channel = channel; /* and held, until the job is parked */
        return false;
    }
    pthread_mutex_lock(&files->lock);
    if (answered)
        fz_lane_heard(lane, channel);
    if (answered && fz_lane_gives_room(lane, channel, job)) {
        pthread_mutex_unlock(&files->lock);
        job->ask.channel = channel; /* the same */
        return false;
    }
    channel->busy = channel->held = false;
    answered = answered && !fz_lane_wants_room(job);
    if (answered)
        fz_lane_hold_copy(lane, channel, job);
    else if (end != FZ_PARCEL_CAME)
        fz_channel_close(channel);
    bool more = lane->waiting != NULL;
    fz_lane_dispatch(lane);
    pthread_mutex_unlock(&files->lock);
    if (more)
        wake_thread(files);
    return answered;
}

/* Whoever waits for its room may have it. */
static void drop_copy(struct fz_job *job)
{
    if (!job->copy.lane)
        return;
    atomic_fetch_sub(&job->copy.lane->copied_bytes, job->copy.bytes);
    wake_thread(job->copy.lane->files);
    job->copy = (struct fz_copy){0};
}

/* What the copy of its file takes, as its head told, which of a file on a share comes without that. 0: not known, or next to nothing. */
static uint64_t known_room(const struct fz_job *job)
{
    const struct fz_parcel *request = &job->ask.request;
    bool told = request->kind == FZ_ASK_OPEN && request->flags & FZ_OPEN_WHOLE && job->head.bytes &&
                job->fd < 0 && !job->is_on_disk;
    return told ? fz_ask_room(&job->look, request) : 0;
}

static void take_answer(struct fz_job *job, struct fz_parcel *answer)
{
    if (job->ask.answered && job->ask.answer.fd >= 0) {
        atomic_fetch_sub(&job->ask.lane->untaken, 1);
        wake_thread(job->ask.lane->files);
    }
    *answer = job->ask.answer;
    fz_parcel_fini(&job->ask.request);
    job->ask = (struct fz_asking){.request.fd = -1, .answer.fd = -1};
}

bool fz_files_ask(struct fz_files *files, struct fz_job *job, struct fz_parcel *request,
                  struct fz_parcel *answer)
{
    FZ_NOT_MAIN();
    if (job->ask.answered) { /* this is what it was parked for */
        fz_parcel_fini(request);
        take_answer(job, answer);
        return true;
    }
    drop_copy(job); /* whoever asks for the next file is done with the one before */
    struct fz_lane *lane = files ? lane_of(files, job->root) : NULL;
    if (!lane) {
        fz_ask_answer(request, -1, answer);
        fz_parcel_fini(request);
        return true;
    }
    job->ask.request = *request;
    job->ask.request.flags |= request->kind == FZ_ASK_OPEN ? FZ_OPEN_ASKS : 0;
    job->ask.lane = lane;
    uint64_t bytes = known_room(job);
    if (bytes > 0)
        fz_lane_needs_room(lane, job, bytes);
    if (ask_lane(lane, job)) {
        take_answer(job, answer);
        return true;
    }
    job->ask.waits = true;
    return false;
}

bool fz_files_answer_for(const struct fz_files *files, uint32_t root)
{
    return files && lane_of(files, root);
}

uint32_t fz_files_first_root(const struct fz_files *files, uint32_t root)
{
    const struct fz_lane *lane = files ? lane_of(files, root) : NULL;
    return lane ? lane->first : root;
}

bool fz_files_are_quick(const struct fz_files *files, uint32_t root)
{
    const struct fz_lane *lane = files ? lane_of(files, root) : NULL;
    return lane && atomic_load(&lane->parked) == 0 && atomic_load(&lane->usual_bytes) == 0 &&
           !atomic_load(&lane->hangs);
}

struct fz_parcel fz_files_request(enum fz_ask_kind kind, const char *path)
{
    return (struct fz_parcel){
        .kind = kind, .count = 1, .bytes = fz_strdup(path), .len = strlen(path) + 1, .fd = -1};
}

struct fz_parcel fz_files_open_request(const char *path, uint64_t bytes)
{
    struct fz_parcel request = fz_files_request(FZ_ASK_OPEN, path);
    request.value = bytes < INT64_MAX ? (int64_t)bytes : INT64_MAX;
    return request;
}

bool fz_files_look_now(struct fz_files *files, struct fz_job *job, const char *path, int patience_ms,
                       struct fz_look *look)
{
    struct fz_parcel request = fz_files_request(FZ_ASK_LOOK, path), answer;
    job->ask.patience_ms = patience_ms;
    bool answered = fz_files_ask(files, job, &request, &answer);
    job->ask.patience_ms = 0;
    if (!answered) {
        struct fz_channel *channel = job->ask.channel;
        if (channel) { /* its answer is nobody's */
            pthread_mutex_lock(&files->lock);
            channel->held = false;
            pthread_mutex_unlock(&files->lock);
            wake_thread(files);
        }
        take_answer(job, &answer);
        return false;
    }
    *look = fz_answer_look(&answer);
    fz_parcel_fini(&answer);
    return true;
}

void fz_files_forget(struct fz_job *job)
{
    struct fz_parcel answer;
    if (job->ask.answered) {
        take_answer(job, &answer);
        fz_parcel_fini(&answer);
    }
    drop_copy(job);
}

bool fz_files_park(struct fz_files *files, struct fz_job *job)
{
    if (!job->ask.waits)
        return false;
    struct fz_lane *lane = job->ask.lane;
    struct fz_channel *channel = job->ask.channel;
    job->ask.waits = false;
    job->ask.channel = NULL;
    pthread_mutex_lock(&files->lock);
    lane->parked++;
    atomic_fetch_add(&files->parked, 1);
    atomic_fetch_add(&files->parked_bytes, job->credit_bytes);
    atomic_fetch_add(&files->result_bytes, fz_lane_result_bytes(job));
    if (channel) {
        channel->job = job;
        channel->held = false;
    } else {
        fz_lane_wait_in(lane, job);
        fz_lane_dispatch(lane);
    }
    pthread_mutex_unlock(&files->lock);
    wake_thread(files);
    return true;
}

bool fz_files_take_results(const struct fz_files *files)
{
    return !files || atomic_load(&files->result_bytes) <= files->room_bytes;
}

/* --- Start and stop ----------------------------------------------------------------------------------------------------- */

enum fz_err fz_files_start(struct fz_files **out, struct fz_heap *heap, struct fz_doorbell *bell,
                           uint64_t room_bytes, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_files *files = fz_calloc(1, sizeof *files);
    files->heap = heap;
    files->bell = bell;
    files->room_bytes = room_bytes;
    pthread_mutex_init(&files->lock, NULL);
    files->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum fz_err code = files->wake_fd < 0
                           ? fz_fail(err, fz_err_from_errno(errno), errno, "cannot reach the readers")
                           : fz_thread_start(&files->thread, "frieze:files", fz_files_main, files, err);
    *out = code == FZ_OK ? files : NULL;
    if (code != FZ_OK)
        fz_files_free(files);
    return code;
}

static void empty_lane(struct fz_lane *lane)
{
    for (int i = 0; i < FZ_LANE_SLOTS; i++) {
        fz_job_free(lane->channels[i].job);
        fz_channel_close(&lane->channels[i]);
    }
    while (lane->waiting) {
        struct fz_job *job = FZ_CONTAINER(lane->waiting, struct fz_job, ready);
        lane->waiting = job->ready.next;
        fz_job_free(job);
    }
}

void fz_files_stop(struct fz_files *files)
{
    if (!files)
        return;
    FZ_MAIN_ONLY();
    atomic_store(&files->stop, true);
    wake_thread(files);
    SDL_WaitThread(files->thread, NULL);
    for (size_t i = 0; i < atomic_load(&files->lane_count); i++)
        empty_lane(files->lanes[i]);
}

void fz_files_free(struct fz_files *files)
{
    if (!files)
        return;
    for (size_t i = 0; i < atomic_load(&files->lane_count); i++)
        free(files->lanes[i]);
    if (files->wake_fd >= 0)
        close(files->wake_fd);
    pthread_mutex_destroy(&files->lock);
    free(files);
}

/* --- A reader's front --------------------------------------------------------------------------------------------------- */

struct fz_lane *fz_files_add_lane(struct fz_files *files, uint32_t first, uint32_t count)
{
    size_t at = atomic_load(&files->lane_count);
    if (at == FZ_LANES_MOST)
        return NULL;
    struct fz_lane *lane = fz_calloc(1, sizeof *lane);
    *lane = (struct fz_lane){.files = files, .first = first, .count = count};
    for (int i = 0; i < FZ_LANE_SLOTS; i++)
        lane->channels[i].socket = -1;
    files->lanes[at] = lane;
    atomic_store_explicit(&files->lane_count, at + 1, memory_order_release);
    return lane;
}

void fz_files_connect(struct fz_lane *lane, const int *sockets, int count, bool more)
{
    struct fz_files *files = lane->files;
    int taken = 0;
    pthread_mutex_lock(&files->lock);
    for (int i = 0; i < FZ_LANE_SLOTS; i++) {
        struct fz_channel *channel = &lane->channels[i];
        if (channel->busy || (more && channel->socket >= 0)) /* its end is seen by whoever waits */
            continue;
        fz_channel_close(channel);
        if (taken < count)
            channel->socket = sockets[taken++];
    }
    if (taken > 0 || !more)
        lane->give_up_us = taken > 0 ? 0 : fz_now_us();
    lane->why = EMFILE;
    fz_lane_dispatch(lane);
    pthread_mutex_unlock(&files->lock);
    while (taken < count)
        close(sockets[taken++]);
    wake_thread(files);
}

/* --- Render thread -------------------------------------------------------------------------------------------------------- */

void fz_files_rank(const struct fz_files *files)
{
    if (files && atomic_load(&files->parked) > 0)
        wake_thread(files);
}

size_t fz_files_parked(const struct fz_files *files, uint64_t *credit_bytes)
{
    *credit_bytes = files ? atomic_load(&files->parked_bytes) : 0;
    return files ? atomic_load(&files->parked) : 0;
}

bool fz_files_hangs(const struct fz_files *files, uint32_t root)
{
    const struct fz_lane *lane = files ? lane_of(files, root) : NULL;
    return lane && atomic_load(&lane->hangs);
}

bool fz_files_copies(const struct fz_files *files, uint32_t root)
{
    const struct fz_lane *lane = files ? lane_of(files, root) : NULL;
    return lane && atomic_load(&lane->usual_bytes) > 0;
}

bool fz_files_news(struct fz_files *files, uint32_t *root, bool *hangs)
{
    FZ_MAIN_ONLY();
    for (size_t i = 0; files && i < atomic_load(&files->lane_count); i++) {
        struct fz_lane *lane = files->lanes[i];
        *hangs = atomic_load(&lane->hangs);
        if (lane->told == *hangs)
            continue;
        lane->told = *hangs;
        if (*hangs)
            lane->told_root = atomic_load(&lane->hangs_over);
        *root = lane->told_root;
        return true;
    }
    return false;
}
