/* The life of a decoder process: how it begins, and what it died of. */
#include "decode/front_life.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory_use.h"
#include "decode/back.h"
#include "decode/decoder_watch.h"
#include "process/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    START_US = 10000000,        /* for a decoder to begin */
    TURN_MS = 50,               /* of waiting for what it is forked from, by whoever comes again */
    CALM_US = 10000000,         /* deaths with less time between them are one row, */
    STILL_US = 500000,          /* between two looks: a tick is much shorter */
    GONE_MS = 200,              /* from its end on, on a busy machine */
    HANG_UP_MS = 200,           /* between the end of a socket and that of the process */
    DEATHS = 5,                 /* of which so many cost no time; then */
    PAUSE_US = 250000,          /* a new decoder waits, twice as long each time, */
    LONGEST_PAUSE_US = 1000000, /* a folder of bad files must not hold up the good ones among them */
    LIFE_CPU_S = 3600, /* a thousand pictures take minutes; a decoder that burns time for itself ends */
    LIFE_CALLS = 4,    /* that take as long as they may have room in it, however long that is */
    /* What libraries lose in each does not add up. */
    RECYCLE_PICTURES = 1000,
    RECYCLE_CALLS = 4000, /* of which each picture takes some */
};

void fz_front_init(struct fz_front *front, const struct fz_engine_options *options)
{
    *front = (struct fz_front){.options = *options, .child = FZ_NO_CHILD};
    front->keep = fz_keep_divide(options->keep_bytes);
}

void fz_front_count(struct fz_front *front)
{
    size_t kept = front->process_kept + (front->ring ? fz_ring_kept(front->ring) : 0);
    if (!front->is_counted_elsewhere)
        fz_engine_note_kept(front->options.counts, &front->noted, kept);
}

void fz_front_end(struct fz_front *front)
{
    if (front->unforked) {
        close(front->child.socket);
        SDL_WaitThread(front->unforked, NULL);
        front->unforked = NULL;
        front->child = FZ_NO_CHILD;
    } else {
        fz_zygote_front_drop(&front->child);
    }
}

/* Its memory is there for others when it is gone, and not before. */
static void end_and_wait(struct fz_front *front)
{
    struct pollfd ended = {.fd = -1, .events = POLLIN};
    if (front->child.pid_fd >= 0)
        ended.fd = fcntl(front->child.pid_fd, F_DUPFD_CLOEXEC, 0);
    fz_front_end(front);
    if (ended.fd < 0)
        return;
    poll(&ended, 1, GONE_MS);
    close(ended.fd);
}

void fz_front_shrink(struct fz_front *front, bool process)
{
    if (process) {
        end_and_wait(front);
        front->is_vacant = false;
    }
    if (front->ring)
        fz_ring_trim(front->ring);
    front->process_kept = 0;
    fz_front_count(front);
}

void fz_front_fini(struct fz_front *front)
{
    fz_front_end(front);
    fz_ring_free(front->ring);
    front->ring = NULL;
    front->process_kept = 0;
    fz_front_count(front);
}

bool fz_front_is_cancelled(const struct fz_image_host *host)
{
    return host && host->cancelled && host->cancelled(host->ctx);
}

int64_t fz_front_stood_still_us(int64_t *looked_us)
{
    int64_t before_us = *looked_us;
    *looked_us = fz_now_us();
    return *looked_us - before_us > STILL_US ? *looked_us - before_us : 0;
}

/* --- its time --------------------------------------------------------------------------------------------------- */

static int64_t life_us(const struct fz_front *front)
{
    const struct fz_engine_options *options = &front->options;
    int64_t usual_us = LIFE_CPU_S * INT64_C(1000000), calls_us = LIFE_CALLS * options->max_cpu_us;
    if (options->life_cpu_s > 0)
        return options->life_cpu_s * INT64_C(1000000);
    return calls_us > usual_us ? calls_us : usual_us;
}

int64_t fz_front_look_at_time(struct fz_front *front)
{
    int64_t cpu_us = fz_process_cpu_us(front->child.pid);
    if (cpu_us > 0) /* else it has ended meanwhile */
        front->spent_us = cpu_us;
    return cpu_us;
}

double fz_front_life_spent(const struct fz_front *front)
{
    return (double)front->spent_us / (double)life_us(front);
}

bool fz_front_is_old(const struct fz_front *front)
{
    return front->pictures >= RECYCLE_PICTURES || front->served >= RECYCLE_CALLS ||
           fz_front_life_spent(front) > FZ_FRONT_WORN_PART;
}

/* --- how it died ------------------------------------------------------------------------------------------------ */

/* Each death has one line, whatever becomes of the picture. */
static void note_death(struct fz_front *front, const struct fz_error *why)
{
    fz_log("decoder %d: %s", front->options.number, why->msg);
    int64_t now_us = fz_now_us();
    front->deaths = now_us - front->died_us < CALM_US ? front->deaths + 1 : 1;
    front->died_us = now_us;
    front->is_vacant = true;
    fz_decoder_watch_tell(front->options.watch); /* which watches no descriptor that is closed already */
    atomic_fetch_add(&front->options.counts->respawned, 1);
}

enum fz_err fz_front_fail_by_chance(struct fz_front *front, struct fz_error *err, const char *how)
{
    front->by_chance = true;
    return fz_fail(err, FZ_E_BUSY, 0, "%s", how);
}

static enum fz_err explain(struct fz_front *front, struct fz_error *err)
{
    int status;
    struct fz_sandbox_told *told = &fz_ring_header(front->ring)->told;
    int refused = atomic_exchange(&told->refused, 0);
    char name[FZ_SANDBOX_CALL_NAME];
    if (front->unforked) {
        fz_front_end(front);
        return fz_fail(err, FZ_E_CRASHED, 0, "the decoder's thread ended");
    }
    struct pollfd ended = {.fd = front->child.pid_fd, .events = POLLIN};
    bool goes_on = front->child.pid_fd >= 0 && poll(&ended, 1, HANG_UP_MS) == 0;
    bool known = fz_zygote_front_end(front->options.decoders, &front->child, &status);
    if (goes_on)
        return fz_fail(err, FZ_E_CRASHED, 0, "the decoder was ended: it hung up");
    if (!known)
        return fz_fail(err, FZ_E_BUSY, 0, "the decoder was lost with the process that it was forked from");
    if (WIFEXITED(status) && WEXITSTATUS(status) == FZ_SANDBOX_REFUSED_STATUS && refused > 0)
        return fz_fail(err, FZ_E_CRASHED, 0, "the decoder tried to call %s, which it may not",
                       fz_sandbox_call_name(refused - 1, name));
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        return fz_front_fail_by_chance(front, err,
                                       "the decoder was killed (SIGKILL), perhaps for want of memory");
    }
    /* Not of the time that one call has, which the worker looks after itself: pictures before this one have spent the rest. */
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU && fz_front_life_spent(front) > FZ_FRONT_WORN_PART)
        return fz_front_fail_by_chance(front, err, "the decoder came to the end of its time (SIGXCPU)");
    if (WIFSIGNALED(status))
        return fz_fail(err, FZ_E_CRASHED, 0, "the decoder died of it (SIG%s)",
                       sigabbrev_np(WTERMSIG(status)));
    return fz_fail(err, FZ_E_CRASHED, 0, "the decoder ended over it (status %d)", WEXITSTATUS(status));
}

enum fz_err fz_front_explain(struct fz_front *front, struct fz_error *err)
{
    struct fz_error why = {0};
    enum fz_err code = explain(front, &why);
    note_death(front, &why);
    if (err)
        *err = why;
    return code;
}

enum fz_err fz_front_put_down(struct fz_front *front, const struct fz_error *why)
{
    fz_front_end(front);
    note_death(front, why);
    return why->code;
}

/* --- its life --------------------------------------------------------------------------------------------------- */

static int run_unforked(void *ctx)
{
    return fz_back_run((int)(intptr_t)ctx, 0, NULL);
}

static enum fz_err start_unforked(struct fz_front *front, struct fz_error *err)
{
    int sockets[2];
    if (!fz_wire_pair(sockets))
        return fz_fail(err, FZ_E_BUSY, errno, "no socket for a decoder");
    front->unforked = SDL_CreateThread(run_unforked, "frieze:decoder", (void *)(intptr_t)sockets[1]);
    if (!front->unforked) {
        close(sockets[0]);
        close(sockets[1]);
        return fz_fail(err, FZ_E_BUSY, 0, "cannot start a decoder's thread");
    }
    front->child.socket = sockets[0];
    return FZ_OK;
}

static bool dies_in_a_row(const struct fz_front *front)
{
    return front->deaths >= DEATHS && fz_now_us() - front->died_us < CALM_US;
}

/* After a row of deaths: whatever is wrong shall not keep the machine busy with it. */
static enum fz_err pause_after_deaths(struct fz_front *front, const struct fz_image_host *host,
                                      struct fz_error *err)
{
    int64_t pause_us = PAUSE_US;
    if (!dies_in_a_row(front))
        return FZ_OK;
    for (int i = DEATHS; i < front->deaths && pause_us < LONGEST_PAUSE_US; i++)
        pause_us *= 2;
    if (!front->is_ready &&
        fz_now_us() < front->died_us + pause_us) /* no picture can be decoded: none shall wait */
        return fz_fail(err, FZ_E_BUSY, 0, "decoders do not begin");
    fz_log("decoder %d: died %d times in a row, the next one begins in %.2g s", front->options.number,
           front->deaths, (double)pause_us / 1e6);
    while (fz_now_us() < front->died_us + pause_us) {
        if (fz_front_is_cancelled(host))
            return fz_fail(err, FZ_E_CANCELLED, 0, "cancelled");
        nanosleep(&(struct timespec){.tv_nsec = FZ_FRONT_TICK_MS * 1000000L}, NULL);
    }
    return FZ_OK;
}

static uint64_t address_bytes(const struct fz_engine_options *options, uint64_t largest_bytes)
{
    enum { OWN = 1 << 30 }; /* the program and its libraries, stacks of their threads, their heaps */
    return options->working_bytes + 2 * largest_bytes + OWN;
}

/* Before anything was asked of it. */
static enum fz_err explain_early_end(struct fz_front *front, struct fz_error *err)
{
    struct fz_error why;
    fz_front_explain(front, &why);
    front->by_chance = false;
    return fz_fail(err, FZ_E_BUSY, 0, "the decoder does not begin: %s", why.msg);
}

static enum fz_err set_up(struct fz_front *front, struct fz_error *err)
{
    uint64_t largest_bytes = fz_image_default_limits.max_output_px * 4;
    struct fz_call_setup setup = {.slots = FZ_RING_MOST_SLOTS,
                                  .scratch_bytes = front->keep.scratch_bytes,
                                  .heap_bytes = front->keep.heap_bytes,
                                  .free_bytes = front->keep.free_bytes,
                                  .address_bytes = address_bytes(&front->options, largest_bytes),
                                  .file_bytes = largest_bytes,
                                  .cpu_s = (uint32_t)(life_us(front) / 1000000)};
    int fd = fz_ring_fd(front->ring);
    return fz_wire_send(front->child.socket, &setup, sizeof setup, &fd, 1) ? FZ_OK
                                                                           : explain_early_end(front, err);
}

/* Died since its last call: no picture is to blame for that. */
static bool has_died(const struct fz_front *front)
{
    struct pollfd ended = {.fd = front->child.pid_fd, .events = POLLIN};
    return front->child.pid_fd >= 0 && poll(&ended, 1, 0) > 0;
}

bool fz_front_is_gone(const struct fz_front *front)
{
    return front->child.socket < 0 || has_died(front);
}

void fz_front_look_whether_it_died(struct fz_front *front)
{
    if (!has_died(front))
        return;
    fz_front_explain(front, NULL);
    front->by_chance = false; /* nothing was asked of it */
}

/* What it is forked from may have to read fonts first, which may lie on a share that hangs. */
static enum fz_err fork_decoder(struct fz_front *front, const struct fz_image_host *host,
                                struct fz_error *err)
{
    bool comes_again = host && host->comes_again;
    int64_t end_us = fz_now_us() + FZ_ZYGOTE_PATIENCE_MS * (int64_t)1000;
    enum fz_err code;
    do {
        if (fz_front_is_cancelled(host))
            return fz_fail(err, FZ_E_CANCELLED, 0, "cancelled");
        code = fz_zygote_front_fork_within(front->options.decoders, front->options.number,
                                           comes_again ? TURN_MS : FZ_FRONT_TICK_MS, &front->child, err);
    } while (code == FZ_E_NOT_YET && !comes_again && fz_now_us() < end_us);
    return code;
}

enum fz_err fz_front_start(struct fz_front *front, const struct fz_image_host *host, struct fz_error *err)
{
    fz_front_look_whether_it_died(front);
    if (front->child.socket >= 0)
        return FZ_OK;
    enum fz_err code = pause_after_deaths(front, host, err);
    if (code != FZ_OK)
        return code;
    if (!front->ring)
        front->ring = fz_ring_new(FZ_RING_MOST_SLOTS, &front->keep);
    if (!front->ring)
        return fz_fail(err, FZ_E_MEMORY, errno, "no memory to share with a decoder");
    code = front->options.unforked ? start_unforked(front, err) : fork_decoder(front, host, err);
    if (code == FZ_OK)
        fz_decoder_watch_add(front->options.watch, front->child.pid_fd);
    front->served = front->pictures = 0;
    front->process_kept = 0;
    front->spent_us = 0;
    front->looked_bytes = 0;
    front->is_ready = front->is_vacant = front->opening_named = false;
    atomic_store(&fz_ring_header(front->ring)->told.opened, 0);
    return code == FZ_OK ? set_up(front, err) : code;
}

static uint64_t own_bytes(const struct fz_front *front)
{
    return front->child.pid > 0 ? fz_memory_anonymous_bytes(front->child.pid) : 0;
}

uint64_t fz_front_grown_bytes(const struct fz_front *front)
{
    uint64_t bytes = front->is_ready ? own_bytes(front) : 0;
    return bytes > front->begun_bytes ? bytes - front->begun_bytes : 0;
}

/* The first message of a decoder says that its sandbox is closed. */
static enum fz_err await_ready(struct fz_front *front, const struct fz_image_host *host,
                               char missing[FZ_SANDBOX_MISSING], struct fz_error *err)
{
    int64_t looked_us = fz_now_us(), end_us = looked_us + START_US;
    struct fz_call_ready ready;
    for (; !front->is_ready; end_us += fz_front_stood_still_us(&looked_us)) {
        ssize_t n = fz_wire_receive(front->child.socket, &ready, sizeof ready, NULL, 0, FZ_FRONT_TICK_MS);
        if (n == (ssize_t)sizeof ready) {
            ready.missing[sizeof ready.missing - 1] = '\0';
            fz_engine_note_layers(front->options.counts, ready.layers, ready.missing);
            if (missing)
                memcpy(missing, ready.missing, sizeof ready.missing);
            if (front->options.requires_all && fz_sandbox_state_of(ready.layers) != FZ_SANDBOX_STATE_FULL) {
                fz_front_end(front);
                return fz_fail(err, FZ_E_UNSUPPORTED, 0,
                               "--sandbox=require: this system does not permit all of it (%s)",
                               ready.missing);
            }
            front->is_ready = true;
            front->begun_bytes = own_bytes(front);
        } else if (n == 0) {
            return explain_early_end(front, err);
        } else if (n > 0 || errno != EAGAIN || fz_now_us() > end_us) {
            fz_fail(err, FZ_E_BUSY, 0, "the decoder does not begin");
            return fz_front_put_down(front, err);
        } else if (fz_front_is_cancelled(host)) {
            return fz_fail(err, FZ_E_CANCELLED, 0, "cancelled");
        }
    }
    return FZ_OK;
}

enum fz_err fz_front_await(struct fz_front *front, const struct fz_image_host *host,
                           char missing[FZ_SANDBOX_MISSING], struct fz_error *err)
{
    enum fz_err code = fz_front_start(front, host, err);
    return code == FZ_OK ? await_ready(front, host, missing, err) : code;
}

void fz_front_revive(struct fz_front *front, bool is_rare)
{
    const struct fz_image_host nobody = {.comes_again = is_rare};
    struct fz_error err; /* said by the next picture */
    fz_front_look_whether_it_died(front);
    if (front->is_vacant && !dies_in_a_row(front))
        fz_front_await(front, &nobody, NULL, &err);
}
