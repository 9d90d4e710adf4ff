#include "decode/lane.h"

#include "base/clock.h"
#include "base/mem.h"
#include "decode/fetch.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WITHOUT_US = 3000000,     /* a reader that died is replaced sooner, or not for long */
    TELLINGS_MOST = 16,       /* of a rank: a reader that is stuck does not take them from its socket */
    HANGS_US = 3000000,       /* a call may ask a share twice, and a slow one takes a second for each */
    HANGS_TIMES = 2,          /* as long as the longest silence that ended lately: */
    HANGS_MOST_US = 30000000, /* some shares are slow, and one that hung has not become a slow one for long */
    MINUTE_US = 60000000,
};

void fz_channel_close(struct fz_channel *channel)
{
    if (channel->socket >= 0)
        close(channel->socket);
    *channel = (struct fz_channel){.socket = -1};
}

static uint64_t held_bytes(const struct fz_lane *lane)
{
    uint64_t bytes = atomic_load(&lane->copied_bytes);
    for (int i = 0; i < FZ_LANE_SLOTS; i++)
        bytes += lane->channels[i].busy ? lane->channels[i].room_bytes : 0;
    return bytes;
}

/* Half of it is kept for the picture view. What takes more than there is for all, is copied alone. What a share that hangs holds is no other's loss. */
static bool has_room(const struct fz_lane *lane, const struct fz_job *job, uint64_t wanted)
{
    const struct fz_files *files = lane->files;
    uint64_t held = 0, room = job->foreground ? files->room_bytes : files->room_bytes / 2;
    for (size_t i = 0; wanted > 0 && i < atomic_load(&files->lane_count); i++)
        if (files->lanes[i] == lane || !atomic_load(&files->lanes[i]->hangs))
            held += held_bytes(files->lanes[i]);
    return held == 0 || held + wanted <= room;
}

/* Whether one may be asked over: the last quarter is for what the picture view shows. */
static bool has_free_channel(const struct fz_lane *lane, const struct fz_job *job)
{
    int connected = 0, free_ones = 0;
    for (int i = 0; i < FZ_LANE_SLOTS; i++) {
        connected += lane->channels[i].socket >= 0;
        free_ones += lane->channels[i].socket >= 0 && !lane->channels[i].busy;
    }
    return free_ones > (job->foreground ? 0 : connected / 4);
}

static bool waits_for_room(const struct fz_job *job)
{
    return job->ask.room_bytes > 0;
}

/* Whether room is all that it waits for. */
static bool could_be_asked(const struct fz_lane *lane, const struct fz_job *job)
{
    return waits_for_room(job) && !atomic_load(&lane->hangs) && has_free_channel(lane, job) &&
           atomic_load(&lane->untaken) < FZ_FILES_CHANNELS;
}

/* For a file of another share that is more urgent: all copies are of one memory. */
static bool is_awaited_elsewhere(const struct fz_lane *lane, const struct fz_job *job)
{
    const struct fz_files *files = lane->files;
    for (size_t i = 0; i < atomic_load(&files->lane_count); i++) {
        const struct fz_lane *other = files->lanes[i];
        for (const struct fz_ready_node *node = other == lane ? NULL : other->waiting; node;
             node = node->next) {
            const struct fz_job *waiting = FZ_CONTAINER(node, const struct fz_job, ready);
            if (atomic_load(&waiting->priority) < atomic_load(&job->priority) &&
                could_be_asked(other, waiting))
                return true;
        }
    }
    return false;
}

/* Whether room is waited for by somebody who is more urgent: nobody takes it then who has not waited. */
static bool is_awaited(const struct fz_lane *lane, const struct fz_job *job)
{
    for (const struct fz_ready_node *node = lane->waiting; node; node = node->next) {
        const struct fz_job *other = FZ_CONTAINER(node, const struct fz_job, ready);
        if (other != job && waits_for_room(other) &&
            atomic_load(&other->priority) <= atomic_load(&job->priority))
            return true;
    }
    return is_awaited_elsewhere(lane, job);
}

/* Of a file whose length is not known yet: what its copy will probably take, where there is as much. */
static uint64_t probable_room(const struct fz_lane *lane, const struct fz_job *job)
{
    bool asks = job->ask.request.kind == FZ_ASK_OPEN && job->ask.request.flags & FZ_OPEN_WHOLE;
    bool unknown = asks && job->ask.room_bytes == 0 && !is_awaited(lane, job);
    return unknown && has_room(lane, job, lane->usual_bytes) ? lane->usual_bytes : job->ask.room_bytes;
}

/* Of a job, or of nobody's request: what is less is more urgent. */
static uint32_t rank_of(const struct fz_job *job)
{
    uint32_t rank = job ? fz_heap_class(atomic_load(&job->priority)) : FZ_FETCH_NOT;
    return rank < FZ_FETCH_NOT ? rank : FZ_FETCH_NOT;
}

bool fz_lane_may_ask(const struct fz_lane *lane, const struct fz_job *job)
{
    uint64_t bytes = job->ask.room_bytes;
    return bytes == 0 || (!is_awaited(lane, job) && has_room(lane, job, bytes));
}

struct fz_channel *fz_lane_ask(struct fz_lane *lane, const struct fz_job *job)
{
    struct fz_parcel request = job->ask.request;
    uint64_t room_bytes = probable_room(lane, job);
    uint32_t rank = rank_of(job);
    request.number = (uint32_t)((room_bytes + 1023) >> 10);
    request.flags |= request.kind == FZ_ASK_OPEN ? FZ_OPEN_RANK(rank) : 0;
    for (int i = 0; i < FZ_LANE_SLOTS && has_free_channel(lane, job); i++) {
        struct fz_channel *channel = &lane->channels[i];
        if (channel->socket < 0 || channel->busy)
            continue;
        channel->busy = true;
        channel->since_us = fz_now_us();
        channel->root = job->root;
        channel->room_bytes = room_bytes;
        channel->rank = rank;
        channel->tellings = 0;
        if (fz_parcel_send(channel->socket, &request))
            return channel;
        if (errno != EPIPE && errno != ECONNRESET) { /* no memory for a message */
            channel->busy = false;
            return NULL;
        }
        fz_channel_close(channel); /* its reader has ended */
    }
    return NULL;
}

/* Of one rank heads first: what they hold is shown at once. */
static bool comes_before(const struct fz_job *job, const struct fz_job *other)
{
    bool head = job->ask.request.flags & FZ_OPEN_HEAD, other_head = other->ask.request.flags & FZ_OPEN_HEAD;
    if (rank_of(job) == rank_of(other) && head != other_head)
        return head;
    return atomic_load(&job->priority) < atomic_load(&other->priority);
}

/* The most urgent of those that wait; where `little`, of those that need no room. NULL: there is none. */
static struct fz_ready_node **most_urgent(struct fz_lane *lane, bool little)
{
    struct fz_ready_node **best = NULL;
    for (struct fz_ready_node **at = &lane->waiting; *at; at = &(*at)->next) {
        const struct fz_job *job = FZ_CONTAINER(*at, struct fz_job, ready);
        if (little && job->ask.room_bytes > 0)
            continue;
        if (!best || comes_before(job, FZ_CONTAINER(*best, struct fz_job, ready)))
            best = at;
    }
    return best;
}

static bool has_room_for(const struct fz_lane *lane, struct fz_ready_node *waiting)
{
    const struct fz_job *job = FZ_CONTAINER(waiting, struct fz_job, ready);
    uint64_t bytes = job->ask.room_bytes;
    return bytes == 0 || (!is_awaited_elsewhere(lane, job) && has_room(lane, job, bytes));
}

/* Who needs room waits for it, in turn, and holds up none who needs none. */
static struct fz_ready_node **next_to_ask(struct fz_lane *lane)
{
    struct fz_ready_node **first = most_urgent(lane, false);
    return first && !has_room_for(lane, *first) ? most_urgent(lane, true) : first;
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

void fz_lane_rank(struct fz_lane *lane)
{
    for (int i = 0; i < FZ_LANE_SLOTS; i++) {
        struct fz_channel *channel = &lane->channels[i];
        uint32_t rank = rank_of(channel->job);
        int most = rank == FZ_FETCH_NOT ? TELLINGS_MOST : TELLINGS_MOST - 1; /* the last is for that */
        if (!channel->busy || channel->held || rank == channel->rank || channel->tellings >= most)
            continue;
        channel->rank = rank;
        channel->tellings++;
        fz_parcel_send(channel->socket,
                       &(struct fz_parcel){.kind = FZ_ASK_RANK, .number = channel->rank, .fd = -1});
    }
}

void fz_lane_heard(struct fz_lane *lane, const struct fz_channel *channel)
{
    int64_t now_us = fz_now_us(), silence_us = now_us - channel->since_us;
    if (now_us - lane->minute_since_us >= MINUTE_US) {
        lane->minute_since_us = now_us;
        lane->silence_before_us = lane->silence_us;
        lane->silence_us = 0;
    }
    if (silence_us > lane->silence_us)
        lane->silence_us = silence_us;
}

int64_t fz_lane_patience_us(const struct fz_lane *lane)
{
    int64_t longest_us =
        lane->silence_us > lane->silence_before_us ? lane->silence_us : lane->silence_before_us;
    int64_t patience_us = HANGS_TIMES * longest_us;
    return patience_us < HANGS_US ? HANGS_US : patience_us > HANGS_MOST_US ? HANGS_MOST_US : patience_us;
}

void fz_lane_wait_in(struct fz_lane *lane, struct fz_job *job)
{
    job->ready.next = lane->waiting;
    lane->waiting = &job->ready;
}

/* Files of a folder are about as long as each other: a quarter more than the last one took. */
static void expect(struct fz_lane *lane, uint64_t bytes)
{
    lane->usual_bytes = bytes + bytes / 4;
}

void fz_lane_needs_room(struct fz_lane *lane, struct fz_job *job, uint64_t bytes)
{
    job->ask.room_bytes = bytes;
    expect(lane, bytes);
}

void fz_lane_hold_copy(struct fz_lane *lane, const struct fz_channel *channel, struct fz_job *job)
{
    uint64_t bytes = fz_answer_look(&job->ask.answer).bytes;
    struct stat copy;
    if (job->ask.answer.fd < 0 || channel->room_bytes == 0)
        return;
    uint64_t most = channel->room_bytes;
    if (bytes == 0 && fstat(job->ask.answer.fd, &copy) == 0) /* its share tells no lengths */
        bytes = most = (uint64_t)copy.st_size;
    expect(lane, bytes);
    bytes = bytes < most ? bytes : most;
    atomic_fetch_add(&lane->copied_bytes, bytes);
    job->copy = (struct fz_copy){lane, bytes};
}

void fz_lane_hand_over(struct fz_lane *lane, const struct fz_channel *channel, struct fz_job *job)
{
    job->ask.answered = true;
    fz_parcel_close_more(&job->ask.answer); /* those are in the heap, or done */
    if (job->ask.answer.fd < 0)
        return;
    atomic_fetch_add(&lane->untaken, 1);
    fz_lane_hold_copy(lane, channel, job);
}

uint64_t fz_lane_result_bytes(const struct fz_job *job)
{
    const struct fz_parcel *request = &job->ask.request;
    return request->kind == FZ_ASK_PUT && request->value > 0 ? (uint64_t)request->value : 0;
}

void fz_lane_resume(struct fz_lane *lane, struct fz_job *job, struct fz_ready_node **resumed)
{
    lane->parked--;
    if (!job->wants_first) /* whose place in the heap is another than its priority, until the next judgement */
        job->queued.priority = atomic_load(&job->priority);
    atomic_fetch_sub(&lane->files->parked, 1);
    atomic_fetch_sub(&lane->files->parked_bytes, job->credit_bytes);
    atomic_fetch_sub(&lane->files->result_bytes, fz_lane_result_bytes(job));
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

static uint64_t wanted_bytes(const struct fz_job *job)
{
    const uint64_t usual = atomic_load(&job->ask.lane->usual_bytes);
    if (job->ask.answer.value > 0)
        return (uint64_t)job->ask.answer.value;
    return usual > FZ_ASK_PRESUMED_BYTES ? usual : FZ_ASK_PRESUMED_BYTES;
}

bool fz_lane_gives_room(struct fz_lane *lane, struct fz_channel *channel, struct fz_job *job)
{
    if (job->ask.answer.kind != FZ_ASK_WANTS_ROOM)
        return false;
    uint64_t bytes = wanted_bytes(job);
    if (job->ask.answer.value > 0)
        expect(lane, bytes);
    channel->room_bytes = 0; /* what was guessed */
    bool gives = !fz_cancel_is_set(&job->cancel) && !is_awaited(lane, job) && has_room(lane, job, bytes);
    if (!fz_parcel_send(channel->socket,
                        &(struct fz_parcel){.kind = FZ_ASK_ROOM, .number = gives, .fd = -1})) {
        fz_channel_close(channel); /* its reader would wait for ever */
        return false;
    }
    if (!gives)
        return false;
    channel->room_bytes = bytes;
    channel->since_us = fz_now_us();
    fz_parcel_fini(&job->ask.answer);
    return true;
}

bool fz_lane_wants_room(struct fz_job *job)
{
    if (job->ask.answer.kind != FZ_ASK_WANTS_ROOM)
        return false;
    job->ask.room_bytes = wanted_bytes(job);
    job->ask.request.flags &= ~(uint32_t)FZ_OPEN_ASKS;
    fz_parcel_fini(&job->ask.answer);
    return true;
}
