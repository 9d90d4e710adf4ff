#include "decode/lane.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <unistd.h>

enum { WITHOUT_US = 3000000 }; /* a reader that died is replaced sooner, or not for long */

void fz_channel_close(struct fz_channel *channel)
{
    if (channel->socket >= 0)
        close(channel->socket);
    *channel = (struct fz_channel){.socket = -1};
}

struct fz_channel *fz_lane_ask(struct fz_lane *lane, const struct fz_job *job)
{
    for (int i = 0; i < FZ_LANE_SLOTS; i++) {
        struct fz_channel *channel = &lane->channels[i];
        if (channel->socket < 0 || channel->busy)
            continue;
        channel->busy = true;
        channel->since_us = fz_now_us();
        channel->root = job->root;
        channel->room_bytes = job->ask.room_bytes;
        if (fz_parcel_send(channel->socket, &job->ask.request))
            return channel;
        if (errno != EPIPE && errno != ECONNRESET) { /* no memory for a message */
            channel->busy = false;
            return NULL;
        }
        fz_channel_close(channel); /* its reader has ended */
    }
    return NULL;
}

static uint64_t held_bytes(const struct fz_lane *lane)
{
    uint64_t bytes = atomic_load(&lane->copied_bytes);
    for (int i = 0; i < FZ_LANE_SLOTS; i++)
        bytes += lane->channels[i].busy ? lane->channels[i].room_bytes : 0;
    return bytes;
}

/* What takes more than there is for all, is copied alone. What a share that hangs holds is no other's loss. */
static bool has_room(const struct fz_lane *lane, const struct fz_job *job)
{
    const struct fz_files *files = lane->files;
    uint64_t held = 0, wanted = job->ask.room_bytes;
    for (size_t i = 0; wanted > 0 && i < atomic_load(&files->lane_count); i++)
        if (files->lanes[i] == lane || !atomic_load(&files->lanes[i]->hangs))
            held += held_bytes(files->lanes[i]);
    return held == 0 || held + wanted <= files->room_bytes;
}

/* The most urgent of those that wait; where `little`, of those that need no room. NULL: there is none. */
static struct fz_ready_node **most_urgent(struct fz_lane *lane, bool little)
{
    struct fz_ready_node **best = NULL;
    for (struct fz_ready_node **at = &lane->waiting; *at; at = &(*at)->next) {
        const struct fz_job *job = FZ_CONTAINER(*at, struct fz_job, ready);
        if (little && job->ask.room_bytes > 0)
            continue;
        if (!best || job->queued.priority < FZ_CONTAINER(*best, struct fz_job, ready)->queued.priority)
            best = at;
    }
    return best;
}

/* Who needs room waits for it, in turn, and holds up none who needs none. */
static struct fz_ready_node **next_to_ask(struct fz_lane *lane)
{
    struct fz_ready_node **first = most_urgent(lane, false);
    return first && !has_room(lane, FZ_CONTAINER(*first, struct fz_job, ready)) ? most_urgent(lane, true)
                                                                                : first;
}

void fz_lane_dispatch(struct fz_lane *lane)
{
    struct fz_ready_node **place;
    while (atomic_load(&lane->untaken) < FZ_FILES_CHANNELS && (place = next_to_ask(lane)) != NULL) {
        struct fz_job *job = FZ_CONTAINER(*place, struct fz_job, ready);
        struct fz_channel *channel = fz_lane_ask(lane, job);
        if (!channel)
            return;
        *place = job->ready.next;
        channel->job = job;
    }
}

void fz_lane_wait_in(struct fz_lane *lane, struct fz_job *job)
{
    job->ready.next = lane->waiting;
    lane->waiting = &job->ready;
}

void fz_lane_hand_over(struct fz_lane *lane, struct fz_channel *channel, struct fz_job *job)
{
    job->ask.answered = true;
    if (job->ask.answer.fd < 0)
        return;
    atomic_fetch_add(&lane->untaken, 1);
    atomic_fetch_add(&lane->copied_bytes, channel->room_bytes);
    job->copy = (struct fz_copy){lane, channel->room_bytes};
}

void fz_lane_resume(struct fz_lane *lane, struct fz_job *job, struct fz_ready_node **resumed)
{
    lane->parked--;
    atomic_fetch_sub(&lane->files->parked, 1);
    atomic_fetch_sub(&lane->files->parked_bytes, job->credit_bytes);
    job->ready.next = *resumed;
    *resumed = &job->ready;
}

/* What an answer without its descriptors or its memory is worth, or one that nobody gives. */
static struct fz_parcel no_answer(const struct fz_parcel *request, int sys)
{
    struct fz_look *looks = fz_calloc((size_t)request->count + 1, sizeof *looks);
    for (uint32_t i = 0; i < request->count; i++)
        looks[i].sys = sys;
    return (struct fz_parcel){.kind = request->kind,
                              .count = request->count,
                              .bytes = (char *)looks,
                              .len = request->count * sizeof *looks,
                              .fd = -1};
}

static bool has_channel(const struct fz_lane *lane)
{
    for (int i = 0; i < FZ_LANE_SLOTS; i++)
        if (lane->channels[i].socket >= 0)
            return true;
    return false;
}

void fz_lane_give_up(struct fz_lane *lane, struct fz_ready_node **resumed)
{
    if (!lane->waiting || has_channel(lane))
        return;
    if (lane->give_up_us == 0) {
        lane->give_up_us = fz_now_us() + WITHOUT_US;
        lane->why = EAGAIN;
    }
    while (lane->waiting && fz_now_us() >= lane->give_up_us) {
        struct fz_job *job = FZ_CONTAINER(lane->waiting, struct fz_job, ready);
        lane->waiting = job->ready.next;
        job->ask.answer = no_answer(&job->ask.request, lane->why);
        job->ask.answered = true;
        fz_lane_resume(lane, job, resumed);
    }
}

bool fz_lane_receive(int socket, struct fz_job *job, int patience_ms, enum fz_parcel_end *end)
{
    *end = fz_parcel_receive(socket, &job->ask.answer, FZ_ANSWER_MOST_BYTES, patience_ms);
    if (*end == FZ_PARCEL_CAME && job->ask.answer.kind == FZ_ASK_GOES_ON) {
        fz_parcel_fini(&job->ask.answer);
        *end = FZ_PARCEL_LATE;
        return false;
    }
    if (*end == FZ_PARCEL_CAME && job->ask.answer.kind == FZ_ASK_SPOILT) {
        fz_parcel_fini(&job->ask.answer);
        *end = FZ_PARCEL_SPOILT;
    }
    if (*end == FZ_PARCEL_SPOILT)
        job->ask.answer = no_answer(&job->ask.request, EMFILE);
    return *end == FZ_PARCEL_CAME || *end == FZ_PARCEL_SPOILT;
}

bool fz_lane_wants_room(struct fz_job *job)
{
    if (job->ask.answer.kind != FZ_ASK_WANTS_ROOM)
        return false;
    job->ask.room_bytes = job->ask.answer.value > 0 ? (uint64_t)job->ask.answer.value : 0;
    job->ask.request.flags &= ~(uint32_t)FZ_OPEN_ASKS;
    fz_parcel_fini(&job->ask.answer);
    return true;
}
