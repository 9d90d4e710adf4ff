#include "base/clock.h"
#include "decode/lane.h"
#include "sync/wake.h"

enum { SWEEP_MS = 50 }; /* between two looks for parked jobs that were cancelled */

static bool is_cancelled(const struct fz_job *job)
{
    return fz_cancel_is_set(&job->cancel);
}

/* Those that nobody wants any more come back without an answer. */
static void sweep(struct fz_lane *lane, struct fz_ready_node **resumed)
{
    for (int i = 0; i < FZ_LANE_SLOTS; i++) {
        struct fz_channel *channel = &lane->channels[i];
        if (channel->job && is_cancelled(channel->job)) {
            fz_lane_resume(lane, channel->job, resumed);
            channel->job = NULL;
        }
    }
    for (struct fz_ready_node **at = &lane->waiting; *at;) {
        struct fz_job *job = FZ_CONTAINER(*at, struct fz_job, ready);
        if (is_cancelled(job)) {
            *at = job->ready.next;
            fz_lane_resume(lane, job, resumed);
        } else {
            at = &(*at)->next;
        }
    }
}

/* True where that is news. */
static bool judge(struct fz_lane *lane)
{
    int64_t since_us = fz_now_us() - fz_lane_patience_us(lane);
    const struct fz_channel *longest = NULL;
    for (int i = 0; i < FZ_LANE_SLOTS; i++) {
        const struct fz_channel *channel = &lane->channels[i];
        if (channel->busy && channel->since_us < since_us) {
            longest = channel;
            since_us = channel->since_us;
        }
    }
    if (longest && !atomic_load(&lane->hangs))
        atomic_store(&lane->hangs_over, longest->root);
    return atomic_exchange(&lane->hangs, longest != NULL) != (longest != NULL);
}

/* Takes what came over a channel that no worker holds. */
static void take_channel(struct fz_lane *lane, struct fz_channel *channel, struct fz_ready_node **resumed)
{
    struct fz_job *job = channel->job;
    enum fz_parcel_end end;
    struct fz_job nobody = {.ask = {.lane = lane, .request.fd = -1}};
    fz_cancel_set(&nobody.cancel);
    bool answered = fz_lane_receive(channel->socket, job ? job : &nobody, 0, &end);
    if (end == FZ_PARCEL_LATE || answered)
        fz_lane_heard(lane, channel);
    if (answered && fz_lane_gives_room(lane, channel, job ? job : &nobody))
        return;
    if (end == FZ_PARCEL_LATE) {
        channel->since_us = fz_now_us(); /* it was readable: its reader said that it goes on */
        return;
    }
    channel->busy = false;
    channel->job = NULL;
    if (!job)
        fz_parcel_fini(&nobody.ask.answer);
    if (!answered)
        fz_channel_close(channel);
    if (job && answered && !fz_lane_wants_room(job)) {
        fz_lane_hand_over(lane, channel, job);
        fz_lane_resume(lane, job, resumed);
    } else if (job) {
        fz_lane_wait_in(lane, job);
    }
}

/* All channels that nobody waits at himself; the number of them. */
static size_t gather(struct fz_files *files, bool *busy)
{
    size_t count = 0;
    *busy = false;
    pthread_mutex_lock(&files->lock);
    for (size_t l = 0; l < atomic_load(&files->lane_count); l++) {
        struct fz_lane *lane = files->lanes[l];
        *busy = *busy || lane->parked > 0 || atomic_load(&lane->hangs);
        for (int i = 0; i < FZ_LANE_SLOTS; i++) {
            struct fz_channel *channel = &lane->channels[i];
            if (!channel->busy || channel->held)
                continue;
            *busy = true;
            files->polled[count] = channel;
            files->fds[++count] = (struct pollfd){.fd = channel->socket, .events = POLLIN};
        }
    }
    pthread_mutex_unlock(&files->lock);
    return count;
}

static void take_all(struct fz_files *files, size_t count)
{
    struct fz_ready_node *resumed = NULL;
    bool news = false;
    size_t at = 0;
    pthread_mutex_lock(&files->lock);
    for (size_t l = 0; l < atomic_load(&files->lane_count); l++) {
        struct fz_lane *lane = files->lanes[l];
        for (; at < count && files->polled[at] >= lane->channels &&
               files->polled[at] < lane->channels + FZ_LANE_SLOTS;
             at++)
            if (files->fds[1 + at].revents)
                take_channel(lane, files->polled[at], &resumed);
        sweep(lane, &resumed);
        fz_lane_rank(lane);
        fz_lane_dispatch(lane);
        fz_lane_give_up(lane, &resumed);
        news = judge(lane) || news;
    }
    pthread_mutex_unlock(&files->lock);
    if (news)
        fz_doorbell_ring(files->bell);
    while (resumed) {
        struct fz_job *job = FZ_CONTAINER(resumed, struct fz_job, ready);
        resumed = resumed->next;
        fz_heap_push(files->heap, &job->queued);
    }
}

int fz_files_main(void *ctx)
{
    struct fz_files *files = ctx;
    files->fds[0] = (struct pollfd){.fd = files->wake_fd, .events = POLLIN};
    while (!atomic_load(&files->stop)) {
        bool busy;
        size_t count = gather(files, &busy);
        poll(files->fds, 1 + (nfds_t)count, busy ? SWEEP_MS : -1);
        if (files->fds[0].revents)
            fz_wake_drain(files->wake_fd);
        take_all(files, count);
    }
    return 0;
}
