#include "decode/front.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory_use.h"
#include "decode/front_check.h"
#include "decode/front_life.h"
#include "decode/job.h"
#include "process/wire.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST_ASKED = 6, /* for memory: for a file, for pieces of it, for more than there is, thrice for less */
    LOOK_BYTES = 8 << 20,          /* that a decoder grows by before all are looked at, which takes some ms */
    FILLED_BYTES_PER_MS = 4 << 20, /* by a decoder that does little else */
    ROWS_MS = 2,                   /* how late a decoder hears of what another one found */
    GRACE_US = 20000,  /* after the CPU time that a picture may take: the decoder notices by itself first */
    SLOW_TIMES = 10,   /* that time it may take by the clock, where it waits for its file and goes on again */
    CANCEL_US = 50000, /* for the decoder to notice that nobody wants the picture any more */
    CALM_CALLS = 8,    /* answered by one decoder: what others died of before it is no row any more */
    FIRST_ROOM_PX = 512 * 512, /* a tile of a dense display */
};

/* False where there is no room for it. */
static bool put_input(struct fz_front *front, struct fz_call *call, const struct fz_front_input *input)
{
    uint8_t *to = fz_ring_input(front->ring);
    size_t text_len = input->text ? strlen(input->text) + 1 : 0;
    if (input->head.len > FZ_RING_INPUT_BYTES || input->len > FZ_RING_INPUT_BYTES ||
        input->head.len + input->len + text_len > FZ_RING_INPUT_BYTES)
        return false;
    call->head_len = (uint32_t)input->head.len;
    call->bytes_len = (uint32_t)input->len;
    call->text_len = (uint32_t)text_len;
    if (call->head_len > 0)
        memcpy(to, input->head.bytes, call->head_len);
    if (call->bytes_len > 0)
        memcpy(to + call->head_len, input->bytes, call->bytes_len);
    if (text_len > 0)
        memcpy(to + call->head_len + call->bytes_len, input->text, text_len);
    return true;
}

/* A call under way. */
struct asking {
    struct fz_front *front;
    const struct fz_call *call;
    const struct fz_image_host *host;
    bool wants_pixels;
    struct fz_ring_room room; /* that is taken for them */
    bool wants_more_room;     /* than a slot: asked for once, */
    bool has_more_room;       /* and granted in the ring */
    SDL_Surface *alone;       /* or outside of it */
    bool reserved;
    bool has_rows;       /* that another decode found */
    int asked;           /* for memory */
    bool is_bounded;     /* it has said so */
    int64_t began_us;    /* moved on by what is not its fault, as is */
    int64_t computed_us; /* when it was last seen to have done something */
    int64_t cancelled_us, looked_us;
    int64_t began_cpu_us, cpu_us; /* of the decoder: before the call, and since */
    int64_t most_cpu_us;          /* that it may come to; 0: as its limits have it */
    uint64_t most_bytes;          /* the same; 0: as its limits have it */
    int look_ms;                  /* until the next look at all this */
};

/* False: it has left too much unread. That it has died is found out by who receives. What cannot be sent for any other reason
 * is refused, or it would wait for it until its deadline. */
static bool grant(struct asking *asking, bool granted, const int *fd)
{
    int socket = asking->front->child.socket;
    struct fz_call_grant grant = {.id = asking->call->id,
                                  .granted = granted,
                                  .slot = asking->has_more_room ? (int32_t)asking->room.slot : -1};
    bool sent = fz_wire_send_at_once(socket, &grant, sizeof grant, fd, fd ? 1 : 0);
    if (!sent && errno != EAGAIN) {
        grant.granted = false;
        sent = fz_wire_send_at_once(socket, &grant, sizeof grant, NULL, 0);
    }
    return sent || errno == EPIPE || errno == ECONNRESET;
}

static void pass_on_cancel(struct asking *asking)
{
    if (asking->cancelled_us > 0 || !fz_front_is_cancelled(asking->host))
        return;
    asking->cancelled_us = fz_now_us();
    atomic_store_explicit(&fz_ring_header(asking->front->ring)->cancelled, asking->call->id,
                          memory_order_relaxed);
}

static bool awaits_rows(const struct asking *asking)
{
    return asking->host && asking->host->index && !asking->has_rows;
}

static void pass_on_rows(struct asking *asking)
{
    struct fz_ring_header *header = fz_ring_header(asking->front->ring);
    if (!awaits_rows(asking) || !asking->host->index(asking->host->ctx, &header->rows))
        return;
    atomic_store_explicit(&header->rows_of, asking->call->id, memory_order_release);
    asking->has_rows = true;
}

/* The pages that pictures before it lay on, rather than new ones: those take a tenth of the time of a decode. */
static bool take_more_room(struct asking *asking, uint64_t bytes)
{
    struct fz_ring *ring = asking->front->ring;
    fz_ring_put_back_unused(ring, &asking->room);
    asking->room = fz_ring_take(ring, bytes);
    return asking->has_more_room = asking->room.count > 0;
}

static const char deaf[] = "it does not listen";

static void excuse(struct asking *asking, int64_t us)
{
    asking->began_us += us;
    asking->computed_us += us;
}

/* It may be late, as it is nice; its own time is what counts. */
static void set_bound(struct asking *asking, const struct fz_tell *tell)
{
    const int pid = asking->front->child.pid;
    const uint64_t bytes = fz_memory_anonymous_bytes(pid);
    asking->most_cpu_us = fz_process_cpu_us(pid) - asking->began_cpu_us;
    asking->most_cpu_us =
        tell->cpu_us < INT64_MAX - asking->most_cpu_us ? asking->most_cpu_us + tell->cpu_us : 0;
    asking->most_bytes = bytes > 0 && tell->bytes < UINT64_MAX - bytes ? bytes + tell->bytes : 0;
}

/* What it may ask for, once. NULL, or what is wrong with it. */
static const char *answer(struct asking *asking, const struct fz_tell *tell)
{
    const struct fz_image_host *host = asking->host;
    if (tell->what == FZ_TELL_RESERVE || tell->what == FZ_TELL_CLAIM) {
        if (asking->reserved || asking->asked++ == MOST_ASKED)
            return "it asks for memory again and again";
        excuse(asking, fz_front_stood_still_us(&asking->looked_us));
        int64_t before_us = asking->looked_us;
        bool granted = tell->what == FZ_TELL_RESERVE
                           ? !host || !host->reserve || host->reserve(host->ctx, tell->bytes)
                           : host && host->claim && host->claim(host->ctx, tell->bytes);
        asking->reserved = granted && host && host->reserve;
        asking->looked_us = fz_now_us();
        excuse(asking, asking->looked_us - before_us);
        pass_on_cancel(asking); /* or what is refused for that would look like a want of memory */
        return grant(asking, granted, NULL) ? NULL : deaf;
    }
    if (tell->what == FZ_TELL_BOUND && !asking->is_bounded && tell->cpu_us > 0) {
        asking->is_bounded = true;
        if (!asking->front->options.unforked)
            set_bound(asking, tell);
        return grant(asking, true, NULL) ? NULL : deaf;
    }
    int fd = -1;
    if (tell->what != FZ_TELL_ALLOC || asking->wants_more_room || !asking->wants_pixels ||
        !fz_front_size_is_right(asking->call, tell->w, tell->h))
        return "it asks for what no picture needs";
    asking->wants_more_room = true;
    if (take_more_room(asking, (uint64_t)tell->w * (uint64_t)tell->h * 4))
        return grant(asking, true, NULL) ? NULL : deaf;
    asking->alone = fz_ring_surface_alone(tell->w, tell->h, &fd);
    bool heard = grant(asking, asking->alone != NULL, fd >= 0 ? &fd : NULL);
    if (fd >= 0)
        close(fd);
    return heard ? NULL : deaf;
}

/* An answer to what was asked before, whose picture is shown by now: the one that is asked for is not to blame. */
static enum fz_err answers_twice(struct asking *asking, struct fz_error *err)
{
    fz_front_fail_by_chance(asking->front, err, "the decoder was ended: it answered twice");
    return fz_front_put_down(asking->front, err);
}

static enum fz_err lies(struct asking *asking, const char *how, struct fz_error *err)
{
    fz_fail(err, FZ_E_CRASHED, 0, "the decoder was ended: %s", how);
    return fz_front_put_down(asking->front, err);
}

/* What all processes take is looked at again where this one takes more than it did then; else in turn, as others may. */
static void look_at_memory(struct fz_front *front, uint64_t bytes)
{
    if (bytes <= front->looked_bytes + front->looked_bytes / 8 + LOOK_BYTES) {
        fz_engine_look_now_and_then(front->options.counts);
        return;
    }
    front->looked_bytes = bytes;
    fz_engine_note_memory(front->options.counts);
}

/* Before it could have come far beyond its bound. */
static int soon_enough_ms(const struct asking *asking, uint64_t bytes)
{
    if (asking->most_bytes == 0 || bytes > asking->most_bytes)
        return FZ_FRONT_TICK_MS;
    const uint64_t ms = (asking->most_bytes - bytes) / FILLED_BYTES_PER_MS;
    return ms < FZ_FRONT_TICK_MS ? 1 + (int)ms : FZ_FRONT_TICK_MS;
}

/* What it computes is held against its limit, and how long it does nothing at all: a slow disk or a busy machine makes no picture a
 * bad one, and a decoder that hangs computes nothing. */
static bool is_over_time(struct asking *asking, int64_t now_us)
{
    const int64_t limit_us = asking->call->limits.max_cpu_us;
    const int64_t cpu_us = fz_front_look_at_time(asking->front) - asking->began_cpu_us;
    if (cpu_us > asking->cpu_us) {
        asking->cpu_us = cpu_us;
        asking->computed_us = now_us;
    }
    return asking->cpu_us > limit_us + GRACE_US || now_us - asking->computed_us > limit_us + GRACE_US ||
           now_us - asking->began_us > SLOW_TIMES * limit_us;
}

/* Of what it has taken until now. */
static enum fz_err check_bounds(struct asking *asking, int64_t now_us, struct fz_error *err)
{
    const uint64_t bytes = fz_memory_anonymous_bytes(asking->front->child.pid);
    if (is_over_time(asking, now_us))
        return fz_fail(err, FZ_E_TIMEOUT, 0, "takes longer than %.3g s to decode",
                       (double)asking->call->limits.max_cpu_us / 1e6);
    if (asking->most_cpu_us > 0 && asking->cpu_us > asking->most_cpu_us)
        return fz_fail(err, FZ_E_TIMEOUT, 0,
                       "takes longer than %.3g s to decode, which is much for what it is",
                       (double)asking->most_cpu_us / 1e6);
    if (asking->most_bytes > 0 && bytes > asking->most_bytes) {
        /* Or it goes on while it is looked at, which nobody can when it has ended. */
        fz_zygote_front_signal(&asking->front->child, SIGSTOP);
        fz_engine_note_memory(asking->front->options.counts);
        return fz_fail(err, FZ_E_LIMIT, 0, "takes more than %llu MB to decode, which is much for what it is",
                       (unsigned long long)(asking->most_bytes >> 20));
    }
    look_at_memory(asking->front, bytes);
    asking->look_ms = soon_enough_ms(asking, bytes);
    return FZ_OK;
}

/* Nothing came for a moment. */
static enum fz_err look_round(struct asking *asking, struct fz_error *err)
{
    struct fz_front *front = asking->front;
    pass_on_rows(asking);
    if (fz_now_us() < asking->looked_us + (int64_t)asking->look_ms * 1000)
        return FZ_OK;
    excuse(asking, fz_front_stood_still_us(&asking->looked_us));
    int64_t now_us = asking->looked_us;
    pass_on_cancel(asking);
    if (front->options.unforked)
        return FZ_OK;
    if (asking->cancelled_us > 0 && now_us > asking->cancelled_us + CANCEL_US) {
        fz_front_end(front);
        return fz_fail(err, FZ_E_CANCELLED, 0, "cancelled");
    }
    return check_bounds(asking, now_us, err) == FZ_OK ? FZ_OK : fz_front_put_down(front, err);
}

/* Until the call is done, or the decoder is no more. */
static enum fz_err await_done(struct asking *asking, struct fz_call_done *done, struct fz_error *err)
{
    struct fz_front *front = asking->front;
    for (;;) {
        ssize_t n = fz_wire_receive(front->child.socket, done, sizeof *done, NULL, 0,
                                    awaits_rows(asking) ? ROWS_MS : asking->look_ms);
        enum fz_err code = FZ_OK;
        if (n == 0)
            return fz_front_explain(front, err);
        if (n < 0 && errno == EAGAIN) {
            code = look_round(asking, err);
        } else if (n == (ssize_t)sizeof(struct fz_tell) && done->tell.id == asking->call->id) {
            const char *wrong = answer(asking, &done->tell);
            code = wrong ? lies(asking, wrong, err) : FZ_OK;
        } else if (n == (ssize_t)sizeof *done && done->tell.id == asking->call->id &&
                   done->tell.what == FZ_TELL_DONE) {
            return FZ_OK;
        } else if (n == (ssize_t)sizeof *done && done->tell.id == asking->call->id - 1) {
            code = answers_twice(asking, err);
        } else {
            code = lies(asking, "its answer has not the form of one", err);
        }
        if (code != FZ_OK)
            return code;
    }
}

/* Of the room for more pixels than there are. */
static void give_back_rest(struct asking *asking, uint64_t bytes)
{
    uint32_t used = (uint32_t)((bytes + FZ_RING_SLOT_BYTES - 1) / FZ_RING_SLOT_BYTES);
    struct fz_ring_room rest = {asking->room.slot + used, asking->room.count - used};
    fz_ring_put_back_unused(asking->front->ring, &rest);
    asking->room.count = used;
}

/* Libraries try to open files without need: that is said where the picture is damaged, if at all. */
static void name_opening(struct fz_front *front, enum fz_err code)
{
    int32_t opened = atomic_exchange(&fz_ring_header(front->ring)->told.opened, 0);
    char name[FZ_SANDBOX_CALL_NAME];
    if (opened <= 0 || code != FZ_E_DAMAGED || front->opening_named)
        return;
    fz_log("decoder %d: tried to call %s, which has no effect", front->options.number,
           fz_sandbox_call_name(opened - 1, name));
    front->opening_named = true;
}

static enum fz_err finish(struct asking *asking, struct fz_call_done *done, SDL_Surface **surface,
                          struct fz_error *err)
{
    struct fz_front *front = asking->front;
    uint64_t room_bytes = (uint64_t)asking->room.count * FZ_RING_SLOT_BYTES;
    const char *wrong = fz_front_check(asking->call, surface != NULL, room_bytes, asking->alone, done);
    if (!wrong && done->error.code == FZ_E_CANCELLED && asking->cancelled_us == 0)
        wrong = "nobody has cancelled it";
    if (wrong)
        return lies(asking, wrong, err);
    atomic_fetch_add(&front->options.counts->back_cpu_us, (uint_fast64_t)done->cpu_us);
    if (++front->served >= CALM_CALLS)
        front->deaths = 0;
    front->pictures += asking->call->what == FZ_CALL_LOAD;
    front->process_kept =
        done->kept_bytes < front->keep.scratch_bytes ? (size_t)done->kept_bytes : front->keep.scratch_bytes;
    *err = done->error;
    name_opening(front, err->code);
    if (!surface || !done->found)
        return done->error.code;
    if (asking->alone) {
        *surface = asking->alone;
        asking->alone = NULL;
    } else {
        give_back_rest(asking, (uint64_t)done->image.out_w * (uint64_t)done->image.out_h * 4);
        *surface = fz_ring_surface(front->ring, &asking->room, done->image.out_w, done->image.out_h);
        asking->room.count = 0;
    }
    return *surface ? FZ_OK : fz_fail(err, FZ_E_MEMORY, 0, "no memory for a surface");
}

static bool is_of_opened(const struct fz_call *call)
{
    return fz_call_rows[call->what].traits & FZ_CALL_OF_OPENED;
}

/* The last one takes its leave between two pictures; those of an animation are one. */
static void recycle(struct fz_front *front, const struct fz_call *call)
{
    if (!is_of_opened(call) && !front->options.unforked && fz_front_is_old(front))
        fz_front_end(front);
}

/* What pixels that fit the box take, at most; whoever has more asks for it. What covers it may be as large as that is. */
static uint64_t probable_bytes(const struct fz_call *call)
{
    uint64_t box_px = (uint64_t)call->want.box_w * (uint64_t)call->want.box_h;
    return 4 * (!call->want.covers && box_px > 0 && box_px < FIRST_ROOM_PX ? box_px : FIRST_ROOM_PX);
}

static enum fz_err ask(struct fz_front *front, struct fz_call *call, const struct fz_front_input *input,
                       const struct fz_image_host *host, struct fz_call_done *done, SDL_Surface **surface,
                       struct fz_error *err)
{
    recycle(front, call);
    if (is_of_opened(call) && fz_front_is_gone(front)) {
        fz_front_look_whether_it_died(front);
        return fz_fail(err, FZ_E_BUSY, 0, "the decoder that held the animation is gone");
    }
    enum fz_err code = fz_front_await(front, host, NULL, err);
    if (code != FZ_OK)
        return code;
    if (!put_input(front, call, input))
        return fz_fail(err, FZ_E_LIMIT, 0, "more bytes than a decoder is given");
    call->id = ++front->id;
    struct fz_ring_room room = {0};
    if (surface)
        room = fz_ring_take(front->ring, probable_bytes(call));
    call->slot = room.count > 0 ? (int32_t)room.slot : -1;
    call->slots = room.count;
    size_t input_len = (size_t)call->head_len + call->bytes_len + call->text_len;
    int64_t now_us = fz_now_us();
    struct asking asking = {.front = front,
                            .call = call,
                            .host = host,
                            .wants_pixels = surface != NULL,
                            .room = room,
                            .began_cpu_us = fz_front_look_at_time(front),
                            .began_us = now_us,
                            .computed_us = now_us,
                            .looked_us = now_us,
                            .look_ms = FZ_FRONT_TICK_MS};
    if (fz_wire_send_at_once(front->child.socket, call, sizeof *call, &input->fd, input->fd >= 0 ? 1 : 0))
        code = await_done(&asking, done, err);
    else if (errno == EAGAIN)
        code = lies(&asking, deaf, err);
    else if (errno == EPIPE || errno == ECONNRESET)
        code = fz_front_explain(front, err);
    else /* no memory, or no descriptors: nobody is to blame */
        code = fz_fail(err, FZ_E_BUSY, errno, "the decoder cannot be asked");
    if (code == FZ_OK)
        code = finish(&asking, done, surface, err);
    if (front->child.socket < 0) {
        memset(done, 0, sizeof *done); /* whatever it said before it was ended */
        atomic_fetch_add(&front->options.counts->back_cpu_us, (uint_fast64_t)asking.cpu_us);
    }
    fz_ring_put_back(front->ring, &asking.room);
    fz_ring_leave_input(front->ring, input_len);
    fz_front_count(front);
    fz_surface_free(asking.alone);
    return code;
}

enum fz_err fz_front_ask(struct fz_front *front, struct fz_call *call, const struct fz_front_input *input,
                         const struct fz_image_host *host, struct fz_call_done *done, SDL_Surface **surface,
                         struct fz_error *err)
{
    struct fz_error none;
    struct fz_quarantine *quarantine = front->options.quarantine;
    struct fz_content content = {.use = fz_call_rows[call->what].use,
                                 .fd = input->fd,
                                 .parts = {{input->head.bytes, input->head.len}, {input->bytes, input->len}}};
    err = err ? err : &none;
    *err = (struct fz_error){.code = FZ_OK};
    memset(done, 0, sizeof *done);
    front->by_chance = false;
    if (quarantine && fz_quarantine_holds(quarantine, &content))
        return fz_fail(err, FZ_E_CRASHED, 0, "set aside: it has ended two decoders");
    enum fz_err code = ask(front, call, input, host, done, surface, err);
    bool has_ended =
        front->child.socket < 0 && (code == FZ_E_CRASHED || code == FZ_E_TIMEOUT || code == FZ_E_LIMIT);
    if (quarantine && (has_ended || front->by_chance)) {
        if (call->what != FZ_CALL_OPEN && !is_of_opened(call)) /* whoever plays opens it again himself */
            fz_front_revive(front, true);                      /* before the file is read once more */
        struct fz_content_name name = is_of_opened(call) ? front->opened : fz_content_name_of(&content);
        fz_quarantine_note(quarantine, &name, front->by_chance);
    } else if (quarantine && code == FZ_OK && call->what == FZ_CALL_OPEN) {
        front->opened = fz_content_name_of(&content); /* while it is at hand */
    }
    return code;
}
