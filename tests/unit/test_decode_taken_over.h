/* What a decoder does that somebody has taken over. */
#ifndef FZ_TEST_DECODE_TAKEN_OVER_H
#define FZ_TEST_DECODE_TAKEN_OVER_H

#include "fixture.h"

#include "decode/call.h"
#include "decode/ring.h"
#include "process/sandbox.h"
#include "process/wire.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { BOX = 32 };

/* --- the decoder ------------------------------------------------------------------------------------------- */

struct taken_over {
    int socket, ring_fd;
    struct fz_call_setup setup;
    uint8_t *memory;
    struct fz_call call;
};

/* As a decoder begins. */
static inline bool begins(struct taken_over *d, int socket, struct fz_sandbox *sandbox)
{
    struct fz_call_ready ready = {0};
    *d = (struct taken_over){.socket = socket, .ring_fd = -1};
    if (fz_wire_receive(socket, &d->setup, sizeof d->setup, &d->ring_fd, 1, -1) != (ssize_t)sizeof d->setup ||
        !(d->memory = fz_ring_back_map(d->ring_fd, d->setup.slots)))
        return false;
    struct fz_sandbox_limits limits = {.file_bytes = UINT64_C(1) << 32, .descriptors = 16};
    struct fz_ring_header *header = (struct fz_ring_header *)(void *)d->memory;
    ready.layers = fz_sandbox_enter_decoder(sandbox, &limits, &header->told);
    return fz_wire_send(socket, &ready, sizeof ready, NULL, 0);
}

/* The next call, and the file that comes with it, -1: none. */
static inline bool hears(struct taken_over *d, int *fd)
{
    *fd = -1;
    return fz_wire_receive(d->socket, &d->call, sizeof d->call, fd, 1, -1) == (ssize_t)sizeof d->call;
}

/* As an honest one would. */
static inline struct fz_call_done honest(const struct taken_over *d)
{
    return (struct fz_call_done){
        .tell = {.what = FZ_TELL_DONE, .id = d->call.id},
        .image = {.format = "png",
                  .width = 64,
                  .height = 64,
                  .orientation = 1,
                  .frames = 1,
                  .out_w = BOX,
                  .out_h = BOX},
    };
}

static inline void answer(const struct taken_over *d, const struct fz_call_done *done)
{
    fz_wire_send(d->socket, done, sizeof *done, NULL, 0);
}

/* What it found out, as the text of an error. */
static inline void report(const struct taken_over *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static inline void report(const struct taken_over *d, const char *fmt, ...)
{
    struct fz_call_done done = {.tell = {.what = FZ_TELL_DONE, .id = d->call.id}, .error.code = FZ_E_DAMAGED};
    va_list args;
    va_start(args, fmt);
    vsnprintf(done.error.msg, sizeof done.error.msg, fmt, args);
    va_end(args);
    answer(d, &done);
}

static inline void is_honest(struct taken_over *d)
{
    report(d, "honest");
}

static inline void sends_a_short_message(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    fz_wire_send(d->socket, &done, sizeof done - 1, NULL, 0);
}

static inline void sends_a_long_message(struct taken_over *d)
{
    struct fz_call_done done[2] = {honest(d), honest(d)};
    fz_wire_send(d->socket, done, sizeof done, NULL, 0);
}

static inline void sends_a_byte(struct taken_over *d)
{
    fz_wire_send(d->socket, "x", 1, NULL, 0);
}

static inline void names_another_call(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.tell.id++;
    answer(d, &done);
}

static inline void says_what_there_is_not(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.tell.what = 99;
    answer(d, &done);
}

static inline void gives_more_than_was_asked(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.image.out_w = BOX + 1;
    answer(d, &done);
}

static inline void gives_less_than_nothing(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.image.out_h = -BOX;
    answer(d, &done);
}

static inline void gives_more_than_a_slot_holds(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.image.out_w = done.image.out_h = 5000;
    answer(d, &done);
}

/* As no header is that was let through. */
static inline void claims_more_than_the_limits(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.image.width = done.image.height = 100000;
    answer(d, &done);
}

static inline void claims_a_side_over_the_limit(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.image.width = 200000;
    answer(d, &done);
}

static inline void claims_no_size(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.image.width = done.image.height = 0;
    answer(d, &done);
}

static inline void says_that_it_takes_too_long(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.error.code = FZ_E_TIMEOUT;
    strcpy(done.error.msg, "too long");
    answer(d, &done);
}

static inline void knows_another_format(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    strcpy(done.image.format, "evil");
    answer(d, &done);
}

static inline void has_a_format_without_end(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    memset(done.image.format, 'p', sizeof done.image.format);
    answer(d, &done);
}

static inline void has_an_error_of_its_own(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.error.code = (enum fz_err)99;
    answer(d, &done);
}

static inline void has_a_text_without_end(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.error.code = FZ_E_DAMAGED;
    memset(done.error.msg, 'A', sizeof done.error.msg);
    answer(d, &done);
}

static inline bool asks(struct taken_over *d, const struct fz_tell *tell, int *fd)
{
    struct fz_call_grant grant;
    return fz_wire_send(d->socket, tell, sizeof *tell, NULL, 0) &&
           fz_wire_receive(d->socket, &grant, sizeof grant, fd, fd ? 1 : 0, -1) == (ssize_t)sizeof grant &&
           grant.granted;
}

static inline void asks_for_all_memory(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_RESERVE, .id = d->call.id, .bytes = UINT64_MAX};
    report(d, "%s", asks(d, &tell, NULL) ? "granted" : "not granted");
}

static inline void never_answers(struct taken_over *d)
{
    (void)d;
    for (;;)
        poll(NULL, 0, 1000);
}

/* And hears no answer. */
static inline void asks_without_end(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_RESERVE, .id = d->call.id, .bytes = UINT64_MAX};
    while (fz_wire_send(d->socket, &tell, sizeof tell, NULL, 0))
        ;
    never_answers(d);
}

/* As much as there can be, so that no number tells that it has said so before. */
static inline void sets_bounds_without_end(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_BOUND, .id = d->call.id, .bytes = UINT64_MAX, .cpu_us = INT64_MAX};
    while (fz_wire_send(d->socket, &tell, sizeof tell, NULL, 0))
        ;
    never_answers(d);
}

static inline void goes_beyond_its_own_bound(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_BOUND, .id = d->call.id, .bytes = UINT64_MAX, .cpu_us = 1000};
    fz_wire_send(d->socket, &tell, sizeof tell, NULL, 0);
    for (;;)
        ;
}

/* It knows what the next calls will be named, so it need not listen. */
static inline void never_listens(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    while (fz_wire_send(d->socket, &done, sizeof done, NULL, 0))
        done.tell.id++;
    never_answers(d);
}

static inline void says_that_it_was_cancelled(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    done.error.code = FZ_E_CANCELLED;
    answer(d, &done);
}

static inline void asks_for_pixels_without_end(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_ALLOC, .id = d->call.id, .w = 65535, .h = 65535};
    int fd = -1;
    report(d, "%s", asks(d, &tell, &fd) ? "granted" : "not granted");
}

static inline void asks_for_pixels_below_nothing(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_ALLOC, .id = d->call.id, .w = -1, .h = INT32_MIN};
    int fd = -1;
    report(d, "%s", asks(d, &tell, &fd) ? "granted" : "not granted");
}

/* As many slots as it asked for are granted once, and hold no more. */
static inline void asks_for_slots_twice(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_ALLOC, .id = d->call.id, .w = 700, .h = 700};
    for (int i = 0; i < 2; i++)
        if (!asks(d, &tell, NULL))
            return never_answers(d);
    report(d, "granted");
}

static inline void gives_more_than_its_slots_hold(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_ALLOC, .id = d->call.id, .w = 700, .h = 700};
    struct fz_call_done done = honest(d);
    done.image.out_w = asks(d, &tell, NULL) ? 1200 : 1;
    done.image.out_h = 1200;
    answer(d, &done);
}

static inline void hangs_up(struct taken_over *d)
{
    close(d->socket);
    never_answers(d);
}

static inline void goes(struct taken_over *d)
{
    (void)d;
    _exit(0);
}

static inline void hands_over_descriptors(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    int fds[] = {d->ring_fd, d->ring_fd};
    fz_wire_send(d->socket, &done, sizeof done, fds, 2);
}

/* What was sent after the answer is no answer to the next call. */
static inline void answers_twice(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    answer(d, &done);
    answer(d, &done);
}

/* The memory that it shares, itself one of these: sealed in its size, and against other seals. */
static inline void shrinks_what_is_shared(struct taken_over *d)
{
    bool shrunk = ftruncate(d->ring_fd, 0) == 0, grown = ftruncate(d->ring_fd, 1 << 30) == 0;
    bool sealed = fcntl(d->ring_fd, F_ADD_SEALS, F_SEAL_WRITE) == 0;
    report(d, "%s", shrunk || grown || sealed ? "it could" : "sealed");
}

static inline void shrinks_its_pixels(struct taken_over *d)
{
    struct fz_tell tell = {.what = FZ_TELL_ALLOC, .id = d->call.id, .w = 2000, .h = 2000};
    int fd = -1;
    bool granted = asks(d, &tell, &fd);
    struct fz_call_done done = honest(d);
    done.image.out_w = done.image.out_h = 2000;
    done.image.width = granted && fd >= 0 && ftruncate(fd, 0) != 0 && ftruncate(fd, 1 << 30) != 0 ? 1 : 2;
    answer(d, &done);
}

/* All that it can write to. */
static inline void scribbles(struct taken_over *d)
{
    memset(d->memory, 0xff, (size_t)fz_ring_bytes(d->setup.slots));
    struct fz_call_done done = honest(d);
    answer(d, &done);
}

static inline void calls_process_vm_writev(struct taken_over *d)
{
    long n = syscall(SYS_process_vm_writev, getppid(), NULL, 0, NULL, 0, 0);
    report(d, "%s", n >= 0 ? "it could" : strerror(errno));
}

/* Often enough to hit each picture. */
static inline void spoils(uint8_t *memory, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += 1024)
        memory[at] = 0x11;
}

static inline void writes_through_each_descriptor(const struct taken_over *d)
{
    for (int fd = 0; fd < 256; fd++) {
        struct stat st;
        if (fd == d->socket || fstat(fd, &st) != 0 || st.st_size == 0)
            continue;
        void *all = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (all != MAP_FAILED)
            spoils(all, (size_t)st.st_size);
    }
}

/* Where the pixels of other decoders are: behind its own, in files that it might have, in processes begun about when it was. */
static inline void writes_to_slots_of_others(struct taken_over *d)
{
    int reached = 0;
    spoils(d->memory, (size_t)fz_ring_bytes(d->setup.slots));
    writes_through_each_descriptor(d);
    for (int pid = getpid() - 16; pid <= getpid() + 16; pid++) {
        char path[32];
        snprintf(path, sizeof path, "/proc/%d/mem", pid);
        reached += open(path, O_RDWR) >= 0;
    }
    if (reached > 0)
        return report(d, "it could");
    calls_process_vm_writev(d);
}

/* Sealed memory files are how slots are shared: it has those of no other decoder. Beside its own there are its socket, what 0 to 2 are, and the
 * picture. */
static inline void counts_its_descriptors(struct taken_over *d)
{
    int memories = 0, others = 0;
    for (int fd = 0; fd < 4096; fd++) {
        struct stat st;
        if (fstat(fd, &st) != 0)
            continue;
        int seals = fcntl(fd, F_GET_SEALS);
        if (seals > 0 && (seals & F_SEAL_SHRINK))
            memories++;
        else if (fd > STDERR_FILENO && fd != d->socket)
            others++;
    }
    report(d, "%d memory, %d other", memories, others);
}

static inline void opens_a_file(struct taken_over *d)
{
    bool opened = open("/etc/passwd", O_RDONLY) >= 0 || open("/proc/self/mem", O_RDWR) >= 0;
    report(d, "%s", opened ? "it could" : strerror(errno));
}

static inline void calls_socket(struct taken_over *d)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    report(d, "%s", fd >= 0 ? "it could" : strerror(errno));
}

static inline void calls_execve(struct taken_over *d)
{
    execl("/bin/true", "true", (char *)NULL);
    report(d, "%s", strerror(errno));
}

static inline void calls_fork(struct taken_over *d)
{
    long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    report(d, "%s", pid >= 0 ? "it could" : strerror(errno));
}

static inline void calls_kill(struct taken_over *d)
{
    report(d, "%s", kill(getppid(), SIGKILL) == 0 ? "it could" : strerror(errno));
}

#endif
