#include "source/reader.h"

#include "base/clock.h"
#include "base/mem.h"
#include "decode/files.h"
#include "process/wire.h"
#include "process/zygote.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SHORT_LIFE_US = 5000000, /* whoever dies before that is replaced later and later, */
    FIRST_PAUSE_US = 100000, /* beginning with this, */
    LAST_PAUSE_US = 10000000,
    SLACK_S = 2, /* what its last changes may have been lost with a reader */
    PARCELS_AT_ONCE = 64,
    /* To begin the first one of a root: after a second or two nobody waits for its listing any more. */
    TRIES = 4,
    CHANNELS_PART = 16, /* of all descriptors that may be open, for the channels to readers */
    CHANNELS_US = 1000000,
    OTHERS = 3, /* descriptors to poll beside readers */
};

/* The front's thread. */
struct reader {
    struct fz_scanner *range; /* its roots; nothing else of it is used */
    struct fz_lane *lane;     /* NULL: nobody asks it for files */
    struct fz_child child;
    int failures;  /* to begin it, since one had begun */
    bool has_read; /* one before it had begun: what it had read is in the list */
    bool is_stuck; /* as it says */
    int64_t begun_us, pause_us;
    int64_t due_us;          /* without a child: when the next is begun; else FZ_NEVER */
    int channels;            /* of the child */
    int64_t channels_due_us; /* a child that lacks some: when these are opened; else FZ_NEVER */
    int64_t since_ns;
};

struct fz_reader_front {
    struct fz_sources *sources; /* whose roots' `listed` are this thread's, the rest immutable */
    SDL_Thread *thread;         /* main thread */
    struct reader *readers;     /* the front's thread, as what follows */
    struct pollfd *fds;
    int channels;                 /* to each of them */
    bool listing_was_told;        /* anything but that it goes on */
    unsigned ends;                /* of listings, that readers were told of */
    struct fz_ready_node *unread; /* struct fz_given, whose LISTED has not come yet; oldest first */
};

static void hand_over(struct fz_reader_front *front, struct fz_source_event *event)
{
    fz_ready_push(front->sources->ready, &event->node);
    fz_doorbell_ring(front->sources->bell);
}

static void complain(struct fz_reader_front *front, const struct reader *reader, const struct fz_error *why)
{
    struct fz_source_event *event = fz_calloc(1, sizeof *event);
    event->kind = FZ_SOURCE_ERROR;
    event->root = front->sources->first_root + reader->range->first;
    event->error = *why;
    hand_over(front, event);
}

/* What one of its roots holds up it holds up of all. Who has been listed is not waited for any more. */
static void tell_stuck(struct fz_reader_front *front, struct reader *reader, bool stuck)
{
    const struct fz_sources *sources = front->sources;
    for (uint32_t i = reader->range->first; i < reader->range->end && reader->is_stuck != stuck; i++) {
        if (sources->given_fd < 0 ? sources->roots[i].listed : !front->unread)
            continue;
        struct fz_source_event *event = fz_calloc(1, sizeof *event);
        event->kind = stuck ? FZ_SOURCE_STUCK : FZ_SOURCE_FREED;
        event->root = sources->first_root + i;
        hand_over(front, event);
    }
    reader->is_stuck = stuck;
}

/* --- Beginning and ending ----------------------------------------------------------------------------------------- */

static bool give(const struct reader *reader, const struct fz_given *given)
{
    struct fz_parcel parcel = {
        .kind = FZ_READER_GIVE, .bytes = given->bytes, .len = given->len - 1, .fd = -1};
    return fz_parcel_send(reader->child.socket, &parcel);
}

static bool send_begin(struct fz_reader_front *front, const struct reader *reader)
{
    struct fz_parcel parcel = fz_sources_ask_for(reader->range, reader->has_read ? reader->since_ns : 0);
    bool sent = fz_parcel_send(reader->child.socket, &parcel);
    free(parcel.bytes);
    for (struct fz_ready_node *node = front->unread; node && sent; node = node->next)
        sent = give(reader, FZ_CONTAINER(node, struct fz_given, node));
    return sent;
}

static void send_listing(const struct fz_reader_front *front, const struct reader *reader, bool ends)
{
    bool held = atomic_load_explicit(&front->sources->held, memory_order_relaxed);
    struct fz_parcel parcel = {.kind = FZ_READER_LISTING, .number = held, .count = ends, .fd = -1};
    if (reader->child.socket >= 0 && (held || ends || front->listing_was_told))
        fz_parcel_send(reader->child.socket, &parcel);
}

/* Those that descriptors are missing for now are opened later. */
static void open_channels(const struct fz_reader_front *front, struct reader *reader)
{
    int sockets[FZ_FILES_CHANNELS], count = 0, pair[2];
    const bool more = reader->channels > 0;
    reader->channels_due_us = FZ_NEVER;
    if (!reader->lane)
        return;
    while (reader->channels + count < front->channels && fz_wire_pair(pair)) {
        struct fz_parcel parcel = {.kind = FZ_READER_CHANNEL, .fd = pair[1]};
        fz_parcel_send(reader->child.socket, &parcel);
        close(pair[1]);
        sockets[count++] = pair[0];
    }
    if (count > 0 || !more)
        fz_files_connect(reader->lane, sockets, count, more);
    reader->channels += count;
    if (reader->channels < front->channels)
        reader->channels_due_us = fz_now_us() + CHANNELS_US;
}

static void plan_next(struct reader *reader)
{
    int64_t now_us = fz_now_us();
    bool short_lived = now_us - reader->begun_us < SHORT_LIFE_US;
    int64_t longer = reader->pause_us > 0 ? reader->pause_us * 2 : FIRST_PAUSE_US;
    reader->pause_us = !short_lived ? 0 : longer < LAST_PAUSE_US ? longer : LAST_PAUSE_US;
    /* The first one that died is replaced at once. */
    reader->due_us = now_us + (reader->pause_us > FIRST_PAUSE_US ? reader->pause_us : 0);
}

/* What was not told is not known to be there; what a later reader finds is told all the same. */
static void give_up_listing(struct fz_reader_front *front, const struct reader *reader)
{
    for (uint32_t i = reader->range->first; i < reader->range->end; i++) {
        struct fz_root *root = &front->sources->roots[i];
        struct fz_error err = {0};
        if (root->listed)
            continue;
        fz_fail(&err, FZ_E_IO, 0, "%s: there is no process to read it", root->argument);
        complain(front, reader, &err);
        struct fz_source_event *event = fz_calloc(1, sizeof *event);
        event->kind = FZ_SOURCE_LISTED;
        event->root = front->sources->first_root + i;
        root->listed = true;
        hand_over(front, event);
    }
}

static void note_failure(struct fz_reader_front *front, struct reader *reader)
{
    if (++reader->failures == TRIES)
        give_up_listing(front, reader);
}

static void begin(struct fz_reader_front *front, struct reader *reader)
{
    struct fz_error err = {0};
    int number = (int)(front->sources->first_root + reader->range->first) + 1;
    enum fz_err code = fz_zygote_front_fork(front->sources->options.readers, number, &reader->child, &err);
    reader->begun_us = fz_now_us();
    reader->due_us = FZ_NEVER;
    if (code != FZ_OK) {
        complain(front, reader, &err);
        plan_next(reader);
        note_failure(front, reader);
        return;
    }
    reader->channels = 0;
    send_begin(front, reader);
    send_listing(front, reader, false); /* one that has died already shows by the end of its socket */
    open_channels(front, reader);
    reader->has_read = true;
}

static void note_end(struct fz_reader_front *front, struct reader *reader)
{
    struct fz_error err = {0};
    struct timespec now;
    int status, number = (int)(front->sources->first_root + reader->range->first) + 1;
    bool known = fz_zygote_front_end(front->sources->options.readers, &reader->child, &status);
    if (known && WIFSIGNALED(status))
        fz_fail(&err, FZ_E_BUSY, 0, "reader %d was ended by signal %d; another one goes on", number,
                WTERMSIG(status));
    else
        fz_fail(&err, FZ_E_BUSY, 0, "reader %d has ended; another one goes on", number);
    complain(front, reader, &err);
    tell_stuck(front, reader, false);
    reader->channels_due_us = FZ_NEVER;
    clock_gettime(CLOCK_REALTIME, &now);
    reader->since_ns = ((int64_t)now.tv_sec - SLACK_S) * 1000000000;
    plan_next(reader);
    note_failure(front, reader);
}

/* --- What it says --------------------------------------------------------------------------------------------------- */

/* LISTED once for each root; of what is given, once for each block. */
static bool is_expected(struct fz_reader_front *front, const struct fz_source_event *event)
{
    if (event->kind != FZ_SOURCE_LISTED)
        return true;
    if (front->sources->given_fd < 0) {
        struct fz_root *root = &front->sources->roots[event->root - front->sources->first_root];
        bool first = !root->listed;
        root->listed = true;
        return first;
    }
    struct fz_ready_node *node = front->unread;
    if (!node)
        return false;
    front->unread = node->next;
    node->next = NULL;
    fz_given_free(node);
    return true;
}

static bool take_one(struct fz_reader_front *front, struct reader *reader)
{
    struct fz_parcel parcel;
    const struct fz_scanner *range = reader->range;
    enum fz_parcel_end end = fz_parcel_receive(reader->child.socket, &parcel, FZ_READER_MOST_BYTES, 0);
    if (end == FZ_PARCEL_LATE)
        return false;
    struct fz_source_event *event =
        end == FZ_PARCEL_CAME
            ? fz_reader_event(&parcel, front->sources->first_root + range->first, range->end - range->first)
            : NULL;
    fz_parcel_fini(&parcel);
    if (!event) {
        note_end(front, reader);
        return false;
    }
    if (event->kind == FZ_SOURCE_LISTED)
        reader->failures = 0;
    bool tells_stuck = event->kind == FZ_SOURCE_STUCK || event->kind == FZ_SOURCE_FREED;
    if (tells_stuck)
        tell_stuck(front, reader, event->kind == FZ_SOURCE_STUCK);
    if (!tells_stuck && is_expected(front, event))
        hand_over(front, event);
    else
        fz_source_event_free(event);
    return true;
}

static void take_given(struct fz_reader_front *front)
{
    fz_wake_drain(front->sources->given_fd);
    struct fz_ready_node **end = &front->unread;
    while (*end)
        end = &(*end)->next;
    *end = fz_ready_take(&front->sources->given);
    const struct reader *reader = &front->readers[0]; /* the only one, where something can be given */
    for (struct fz_ready_node *node = *end; node && reader->child.socket >= 0; node = node->next)
        give(reader, FZ_CONTAINER(node, struct fz_given, node));
}

/* Whether its reader hears of it or not: of what it tells later, LISTED is left out. */
static void say_listed(struct fz_reader_front *front)
{
    for (uint32_t i = 0; i < front->sources->root_count && front->sources->given_fd < 0; i++) {
        struct fz_root *root = &front->sources->roots[i];
        if (root->listed)
            continue;
        struct fz_source_event *event = fz_calloc(1, sizeof *event);
        event->kind = FZ_SOURCE_LISTED;
        event->root = front->sources->first_root + i;
        root->listed = true;
        hand_over(front, event);
    }
}

static void take_listing(struct fz_reader_front *front)
{
    fz_wake_drain(front->sources->listing_fd);
    unsigned ends = atomic_load_explicit(&front->sources->ends, memory_order_relaxed);
    front->listing_was_told = true;
    for (uint32_t i = 0; i < front->sources->scanner_count; i++)
        send_listing(front, &front->readers[i], ends != front->ends);
    if (ends != front->ends)
        say_listed(front);
    front->ends = ends;
}

/* --- The thread ------------------------------------------------------------------------------------------------------- */

static int timeout_ms(const struct fz_reader_front *front)
{
    int64_t due_us = FZ_NEVER;
    for (uint32_t i = 0; i < front->sources->scanner_count; i++) {
        const struct reader *reader = &front->readers[i];
        int64_t next_us = reader->due_us < reader->channels_due_us ? reader->due_us : reader->channels_due_us;
        due_us = next_us < due_us ? next_us : due_us;
    }
    int64_t left_us = due_us == FZ_NEVER ? -1 : due_us - fz_now_us();
    return due_us == FZ_NEVER ? -1 : left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
}

static void turn(struct fz_reader_front *front)
{
    const struct fz_sources *sources = front->sources;
    uint32_t count = sources->scanner_count;
    for (uint32_t i = 0; i < count; i++) {
        if (front->readers[i].due_us <= fz_now_us())
            begin(front, &front->readers[i]);
        if (front->readers[i].channels_due_us <= fz_now_us())
            open_channels(front, &front->readers[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        front->fds[i] = (struct pollfd){.fd = front->readers[i].child.socket, .events = POLLIN};
    front->fds[count] = (struct pollfd){.fd = sources->stop_fd, .events = POLLIN};
    front->fds[count + 1] = (struct pollfd){.fd = sources->given_fd, .events = POLLIN};
    front->fds[count + 2] = (struct pollfd){.fd = sources->listing_fd, .events = POLLIN};
    if (poll(front->fds, count + OTHERS, timeout_ms(front)) <= 0 || front->fds[count].revents)
        return;
    if (front->fds[count + 2].revents)
        take_listing(front);
    if (front->fds[count + 1].revents)
        take_given(front);
    for (uint32_t i = 0; i < count; i++)
        for (int n = 0; front->fds[i].revents && n < PARCELS_AT_ONCE && take_one(front, &front->readers[i]);)
            n++;
}

static int front_main(void *ctx)
{
    FZ_NOT_MAIN();
    struct fz_reader_front *front = ctx;
    while (!fz_cancel_is_set(&front->sources->stop))
        turn(front);
    /* They end with their sockets; one that is stuck, once it is let go. */
    for (uint32_t i = 0; i < front->sources->scanner_count; i++) {
        const struct fz_child *child = &front->readers[i].child;
        if (child->socket >= 0)
            close(child->socket);
        if (child->pid_fd >= 0)
            close(child->pid_fd);
    }
    return 0;
}

/* Where little may be open, most of that is for pictures and decoders. */
static int channels_to_each(uint32_t readers)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) != 0)
        return FZ_FILES_CHANNELS;
    rlim_t each = most.rlim_cur / CHANNELS_PART / readers;
    return each < 1 ? 1 : each < FZ_FILES_CHANNELS ? (int)each : FZ_FILES_CHANNELS;
}

enum fz_err fz_reader_front_start(struct fz_sources *sources, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_reader_front *front = fz_calloc(1, sizeof *front);
    uint32_t count = sources->scanner_count;
    front->sources = sources;
    front->channels = channels_to_each(count);
    front->readers = fz_calloc(count, sizeof *front->readers);
    front->fds = fz_calloc(count + OTHERS, sizeof *front->fds);
    sources->listing_fd =
        eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); /* without one nothing is held, and all else works */
    for (uint32_t i = 0; i < count; i++) {
        struct fz_scanner *range = &sources->scanners[i];
        struct fz_lane *lane = NULL;
        if (sources->options.files)
            lane = fz_files_add_lane(sources->options.files, sources->first_root + range->first,
                                     range->end - range->first);
        front->readers[i] =
            (struct reader){.range = range, .lane = lane, .child = FZ_NO_CHILD, .channels_due_us = FZ_NEVER};
    }
    sources->front = front;
    return fz_thread_start(&front->thread, "frieze:readers", front_main, front, err);
}

void fz_reader_front_stop(struct fz_reader_front *front)
{
    if (!front)
        return;
    FZ_MAIN_ONLY();
    if (front->thread)
        SDL_WaitThread(front->thread, NULL);
    fz_given_free(front->unread);
    free(front->readers);
    free(front->fds);
    free(front);
}
