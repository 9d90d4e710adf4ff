/* Between the parts of decode/files.h: files.c is what others call, files_thread.c the thread, lane.c what both do with the channels
 * of a reader. */
#ifndef FZ_DECODE_LANE_H
#define FZ_DECODE_LANE_H

#include "decode/files.h"
#include "decode/job.h"

#include <SDL_thread.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    FZ_LANES_MOST =
        FZ_READERS_MOST + 8, /* those of their own, that of what is dropped, that of what is scaled */
    FZ_LANE_SLOTS = 2 * FZ_FILES_CHANNELS,
};

/* One request is under way at most. Who asked over it closes it when it turns out that its reader has ended. */
struct fz_channel {
    int socket;         /* -1: none */
    bool busy;          /* asked, and not answered */
    bool held;          /* by a worker who waits himself: nobody else touches it */
    struct fz_job *job; /* that is parked for the answer; NULL, busy and not held: nobody wants it any more */
    int64_t since_us;   /* busy */
    uint32_t root;      /* busy: where what it was asked for lies */
    uint64_t room_bytes; /* busy: what the copy takes that is being made of it, or may take */
    uint32_t rank;       /* busy: as its reader knows it */
    int tellings;        /* busy: of that */
};

struct fz_lane {
    struct fz_files *files; /* immutable, as its roots */
    uint32_t first, count;
    struct fz_channel channels[FZ_LANE_SLOTS]; /* under lock; of a reader that ended some may still be busy */
    struct fz_ready_node *waiting; /* under lock: parked jobs that nobody was asked for yet, by `ready` */
    atomic_size_t parked;          /* written under lock */
    int64_t give_up_us; /* under lock: without a channel from then on nobody waits; 0: there is one */
    int why;            /* under lock: the errno of what is given up */
    /* Under lock: the longest silence that ended, in the minute under way and in the one before. Only answers end a minute, so that a share
     * which is seldom asked stays known. */
    int64_t silence_us, silence_before_us, minute_since_us;
    atomic_bool hangs;           /* atomic, as what follows */
    _Atomic uint32_t hangs_over; /* the root that it has been asked about for longest, when that began */
    atomic_uint_fast64_t copied_bytes; /* that jobs hold */
    /* What the next copy will probably take, so that it need not be asked for; 0: files are on a disk. */
    atomic_uint_fast64_t usual_bytes;
    atomic_int untaken; /* files that stand open for jobs which are in the heap again */
    bool told;          /* render thread: what it knows of that, and the root that was named */
    uint32_t told_root;
};
struct fz_files {
    struct fz_heap *heap;     /* has its own lock */
    struct fz_doorbell *bell; /* immutable */
    pthread_mutex_t lock;
    int wake_fd;         /* immutable */
    uint64_t room_bytes; /* immutable: for copies of files on shares */
    SDL_Thread *thread;  /* main thread */
    atomic_bool stop;    /* atomic, as what follows */
    atomic_size_t parked, lane_count;
    atomic_int opened_along; /* files that stand open for queued jobs (decode/along.h) */
    atomic_uint_fast64_t parked_bytes, result_bytes;
    struct fz_lane *lanes[FZ_LANES_MOST];                 /* those before lane_count are immutable */
    struct pollfd fds[1 + FZ_LANES_MOST * FZ_LANE_SLOTS]; /* the thread's, as what follows */
    struct fz_channel *polled[FZ_LANES_MOST * FZ_LANE_SLOTS];
};

/* The thread itself. */
int fz_files_main(void *files);

/* --- Under the lock, all of these ------------------------------------------------------------------------------------ */

void fz_channel_close(struct fz_channel *channel);

/* A free channel that was asked for the job; NULL where there is none. */
struct fz_channel *fz_lane_ask(struct fz_lane *lane, const struct fz_job *job);

/* Whether a job that has not waited may be asked for: it needs no room that is known of, or there is some. */
bool fz_lane_may_ask(const struct fz_lane *lane, const struct fz_job *job);

/* Asks for those that wait, as far as there are channels, and room for what is to be copied. */
void fz_lane_dispatch(struct fz_lane *lane);

/* Something came over a channel that was asked: what it took shows how long others may take. */
void fz_lane_heard(struct fz_lane *lane, const struct fz_channel *channel);

/* How long one may be silent before its reader is taken for hung. */
int64_t fz_lane_patience_us(const struct fz_lane *lane);

/* Tells the reader how urgent what it is about has become, or that nobody wants it any more. */
void fz_lane_rank(struct fz_lane *lane);

/* A parked job that nobody was asked for yet. */
void fz_lane_wait_in(struct fz_lane *lane, struct fz_job *job);

/* Where there has been no channel for too long: what waits is answered with the reason. */
void fz_lane_give_up(struct fz_lane *lane, struct fz_ready_node **resumed);

/* The answer that came over this channel is the job's: what was copied for it, it holds from now on. */
void fz_lane_hold_copy(struct fz_lane *lane, const struct fz_channel *channel, struct fz_job *job);

/* The same for a job that was parked. */
void fz_lane_hand_over(struct fz_lane *lane, const struct fz_channel *channel, struct fz_job *job);

/* What a job that is parked holds in memory for its request: a result that is to be written. */
uint64_t fz_lane_result_bytes(const struct fz_job *job);

/* A parked job is one no more; it comes before `resumed`. */
void fz_lane_resume(struct fz_lane *lane, struct fz_job *job, struct fz_ready_node **resumed);

/* --- A worker ------------------------------------------------------------------------------------------------------------- */

/* What a copy of its file takes is known before that is opened: nobody is asked for it without as much room. */
void fz_lane_needs_room(struct fz_lane *lane, struct fz_job *job, uint64_t bytes);

/* --- Whoever has the channel -------------------------------------------------------------------------------------------- */

/* True where there is an answer for the job, of whatever kind; *end says more. */
bool fz_lane_receive(int socket, struct fz_job *job, int patience_ms, enum fz_parcel_end *end);

/* Under the lock. Whether that answer says that there has to be room for a copy first, and there is: the file comes over the channel. */
bool fz_lane_gives_room(struct fz_lane *lane, struct fz_channel *channel, struct fz_job *job);

/* Under the lock. The same where there is none: the job is to ask once more, when there is. */
bool fz_lane_wants_room(struct fz_job *job);

#endif
