#include "source/reader.h"

#include "base/clock.h"
#include "base/leftover.h"
#include "decode/ask.h"
#include "process/stay.h"
#include "process/title.h"
#include "source/batch.h"
#include "source/listing.h"
#include "source/lookup.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHANNELS_MOST = 16,
    LOOK_MS = 1000, /* between two looks at what the scanner does, */
    REST_MS = 5000, /* or at whether it does something again */
    STUCK_LOOKS = 2,
    OPENER_IDLE_MS = 200, /* after which an opener ends: a busy moment leaves no threads behind */
    STAY_MS = 60000, /* for what has to be done when the program has ended: a disk that takes longer hangs */
};

struct back;

/* The main thread's, or, while there is one, its opener's. */
struct channel {
    struct back *back;
    int socket; /* -1: this one is free */
    _Atomic bool has_opener;
};

struct back {
    int socket;  /* to the program; the scanner's thread sends, the main thread receives */
    int free_fd; /* an eventfd: an opener has ended, or one of them is to stay */
    struct fz_sources *sources;
    struct channel channels[CHANNELS_MOST];
    unsigned progress; /* of the scanner, at the last look */
    int looks;         /* since that was another */
    uint32_t stuck;    /* the root that was told of last */
};

/* The scanner's thread. What cannot be said ends this process: the program has ended too, or it begins another one that can. */
static void deliver(void *ctx, struct fz_source_event *event)
{
    struct back *back = ctx;
    if (!fz_reader_send_event(back->socket, event)) {
        fz_cancel_set(&back->sources->stop);
        shutdown(back->socket, SHUT_RDWR);
    }
    fz_source_event_free(event);
}

/* Answers one request, if it comes in time; false where none did. */
static bool serve_one(struct channel *channel, int patience_ms)
{
    enum fz_parcel_end end = fz_ask_serve_one(channel->socket, patience_ms);
    if (end != FZ_PARCEL_CAME && end != FZ_PARCEL_LATE) {
        close(channel->socket);
        channel->socket = -1;
    }
    return end == FZ_PARCEL_CAME;
}

static int opener_main(void *ctx)
{
    struct channel *channel = ctx;
    struct back *back = channel->back;
    while (serve_one(channel, OPENER_IDLE_MS))
        ;
    atomic_store_explicit(&channel->has_opener, false, memory_order_release);
    fz_wake(back->free_fd);
    return 0;
}

/* A request: a thread of its own answers it, and those that follow soon. */
static void serve(struct channel *channel)
{
    struct fz_error err;
    SDL_Thread *thread;
    atomic_store_explicit(&channel->has_opener, true, memory_order_relaxed);
    if (fz_thread_start(&thread, "frieze:opener", opener_main, channel, &err) == FZ_OK) {
        SDL_DetachThread(thread);
        return;
    }
    atomic_store_explicit(&channel->has_opener, false, memory_order_relaxed);
    /* Without a thread for it this one answers: slower, and held up by a share that hangs. It renders nothing. */
    fz_thread_disclaim_main();
    serve_one(channel, -1);
    fz_thread_claim_main();
}

static bool is_unattended(const struct channel *channel)
{
    return !atomic_load_explicit(&channel->has_opener, memory_order_acquire) && channel->socket >= 0;
}

static void take_channel(struct back *back, struct fz_parcel *parcel)
{
    for (int i = 0; i < CHANNELS_MOST && parcel->fd >= 0; i++) {
        struct channel *channel = &back->channels[i];
        if (atomic_load_explicit(&channel->has_opener, memory_order_acquire) || channel->socket >= 0)
            continue;
        channel->socket = parcel->fd;
        parcel->fd = -1;
    }
}

/* False once the program has ended. */
static bool obey(struct back *back)
{
    struct fz_parcel parcel;
    if (fz_parcel_receive(back->socket, &parcel, FZ_READER_MOST_BYTES, -1) != FZ_PARCEL_CAME)
        return false;
    if (parcel.kind == FZ_READER_CHANNEL) {
        take_channel(back, &parcel);
    } else if (parcel.kind == FZ_READER_LISTING) {
        fz_sources_hold(back->sources, parcel.number != 0);
        if (parcel.count > 0)
            fz_sources_end_listing(back->sources);
    } else if (parcel.kind == FZ_READER_GIVE && back->sources->given_fd >= 0) {
        fz_sources_give(back->sources, parcel.bytes, parcel.len);
        parcel.bytes = NULL;
    }
    fz_parcel_fini(&parcel);
    return true;
}

static void say_stuck(const struct back *back, enum fz_source_event_kind kind, const char *what)
{
    struct fz_scanner *scanner = &back->sources->scanners[0];
    struct fz_batch none = {0};
    fz_scanner_push(scanner, fz_batch_event(&none, kind, back->stuck, "/"));
    fz_scanner_complain(scanner, back->stuck, FZ_E_BUSY, 0, fz_scanner_root(scanner, back->stuck)->argument,
                        what);
}

/* Gives the time to the next look. */
static int look_at_scanner(struct back *back)
{
    struct fz_scanner *scanner = &back->sources->scanners[0];
    unsigned progress = atomic_load_explicit(&scanner->progress, memory_order_relaxed);
    bool rests = atomic_load_explicit(&scanner->is_at_rest, memory_order_relaxed);
    if ((rests || progress != back->progress) && back->looks >= STUCK_LOOKS)
        say_stuck(back, FZ_SOURCE_FREED, "can be read again");
    back->looks = rests || progress != back->progress ? 0 : back->looks + 1;
    back->progress = progress;
    if (back->looks == STUCK_LOOKS) {
        back->stuck = atomic_load_explicit(&scanner->busy_with, memory_order_relaxed);
        say_stuck(back, FZ_SOURCE_STUCK, "does not let itself be read; waiting");
    }
    return rests ? REST_MS : LOOK_MS;
}

/* Gives the number of what is to be polled: no more than there is, as poll(2) takes no more than files may be open. */
static nfds_t gather(struct back *back, struct pollfd *fds, struct channel **polled)
{
    nfds_t count = 0;
    fds[count++] = (struct pollfd){.fd = back->socket, .events = POLLIN};
    fds[count++] = (struct pollfd){.fd = back->free_fd, .events = POLLIN};
    for (int i = 0; i < CHANNELS_MOST; i++) {
        if (!is_unattended(&back->channels[i]))
            continue;
        polled[count] = &back->channels[i];
        fds[count++] = (struct pollfd){.fd = back->channels[i].socket, .events = POLLIN};
    }
    return count;
}

static void work(struct back *back)
{
    int64_t due_us = 0;
    for (;;) {
        if (fz_now_us() >= due_us)
            due_us = fz_now_us() + look_at_scanner(back) * (int64_t)1000;
        struct pollfd fds[2 + CHANNELS_MOST];
        struct channel *polled[2 + CHANNELS_MOST];
        nfds_t count = gather(back, fds, polled);
        int64_t left_us = due_us - fz_now_us();
        if (poll(fds, count, left_us > 0 ? (int)(left_us / 1000) + 1 : 0) < 0 && errno != EINTR)
            return;
        for (nfds_t i = 2; i < count; i++)
            if (fds[i].revents)
                serve(polled[i]);
        if (fds[1].revents) {
            fz_wake_drain(back->free_fd);
            fz_stay_obey();
        }
        if (fds[0].revents && !obey(back))
            return;
    }
}

/* SIGTERM and the like are the program's: when that ends, so does this. */
static void prepare_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

const struct fz_role fz_reader_role = {.name = "reader", .run = fz_reader_back_run};

int fz_reader_back_run(int socket, int number, struct fz_sandbox *sandbox)
{
    (void)number;
    (void)sandbox;
    static struct back back; /* openers and the scanner outlive this function */
    struct fz_parcel parcel;
    prepare_signals();
    back = (struct back){.socket = socket, .free_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    for (int i = 0; i < CHANNELS_MOST; i++)
        back.channels[i] = (struct channel){.back = &back, .socket = -1};
    if (fz_parcel_receive(socket, &parcel, FZ_READER_MOST_BYTES, -1) != FZ_PARCEL_CAME)
        return 1;
    bool begins = parcel.kind == FZ_READER_BEGIN;
    if (parcel.kind == FZ_READER_LOOKUP)
        fz_lookup_answer(socket, &parcel); /* which takes it */
    if (!begins)
        return 0;
    if (back.free_fd < 0)
        return 1;
    fz_stay_init(back.free_fd);
    fz_thread_claim_main();
    if (fz_sources_read_for(&back.sources, &parcel, deliver, &back) != FZ_OK)
        return 1;
    SDL_DetachThread(back.sources->scanners[0].thread); /* it may never end */
    bool writes = back.sources->options.writes;
    if (writes) {
        fz_title_set("frieze: writer");
        prctl(PR_SET_PDEATHSIG,
              0); /* the end of its socket is enough: what is half written is to be removed first */
    }
    work(&back);
    bool done = fz_stay_finish(STAY_MS);
    if (writes)
        fz_leftovers_end(done ? -1 : FZ_LEFTOVERS_MS);
    else if (!done)
        fz_leftovers_end(FZ_LEFTOVERS_MS);
    return 0;
}
