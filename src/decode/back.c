#include "decode/back.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/sanitized.h"
#include "decode/back_work.h"
#include "image/heavy.h"
#include "image/scratch.h"
#include "image/svg/fonts.h"
#include "process/sandbox.h"
#include "process/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    REST_MS = 1000,
    /* The render thread gets the core that it asks for. SCHED_IDLE would leave a three-hundredth of a core beside a
     * program that is busy: the wall would stand still, and a decoder that was killed could not even end. */
    DECODER_NICE = 10,
    DESCRIPTORS = 16, /* the socket, the ring, the file, the memory of one picture, and some for libraries */
    TASKS = 4096,     /* of the whole user where there is no namespace of users: libheif starts threads */
};

/* Pixels that are moved to the worker. */
struct moved {
    uint8_t *pixels; /* a block; NULL: none */
    size_t bytes;
    uint64_t at; /* in the ring */
};

struct back {
    int socket;
    struct fz_call_setup setup;
    uint8_t *memory; /* the ring's, */
    int file;        /* which this is */
    struct fz_image_scratch *scratch;
    struct fz_anim *anim; /* the one that is open */
    bool without_files;   /* see struct fz_image_request, */
    bool without_heavy;   /* the same */

    /* of the call under way */
    struct fz_call call;
    union fz_call_more more; /* the answer to it, beside the pixels */
    bool is_lost;            /* the other side has ended */
    struct moved moved;
    uint8_t *alone; /* pixels outside the ring */
    size_t alone_len;
};

static struct fz_ring_header *header_of(const struct back *back)
{
    return (struct fz_ring_header *)(void *)back->memory;
}

static bool host_cancelled(void *ctx)
{
    const struct back *back = ctx;
    return back->is_lost ||
           atomic_load_explicit(&header_of(back)->cancelled, memory_order_relaxed) == back->call.id;
}

static bool host_index(void *ctx, struct fz_image_index *index)
{
    const struct back *back = ctx;
    const struct fz_ring_header *header = header_of(back);
    bool come = atomic_load_explicit(&header->rows_of, memory_order_acquire) == back->call.id;
    if (come)
        *index = header->rows;
    return come;
}

/* *fd is NULL where no descriptor belongs to the answer. */
static bool ask(struct back *back, const struct fz_tell *tell, struct fz_call_grant *grant, int *fd)
{
    if (!fz_wire_send(back->socket, tell, sizeof *tell, NULL, 0) ||
        fz_wire_receive(back->socket, grant, sizeof *grant, fd, fd ? 1 : 0, -1) != (ssize_t)sizeof *grant ||
        grant->id != back->call.id) {
        back->is_lost = true;
        return false;
    }
    return grant->granted;
}

static bool host_reserve(void *ctx, uint64_t bytes)
{
    struct back *back = ctx;
    struct fz_call_grant grant;
    const struct fz_tell tell = {.what = FZ_TELL_RESERVE, .id = back->call.id, .bytes = bytes};
    return bytes <= back->setup.free_bytes || ask(back, &tell, &grant, NULL);
}

static bool host_claim(void *ctx, uint64_t bytes)
{
    struct back *back = ctx;
    struct fz_call_grant grant;
    const struct fz_tell tell = {.what = FZ_TELL_CLAIM, .id = back->call.id, .bytes = bytes};
    return ask(back, &tell, &grant, NULL);
}

/* The pixels, which are there already, come out of it. */
static void host_bound(void *ctx, int64_t cpu_us, uint64_t bytes)
{
    struct back *back = ctx;
    struct fz_call_grant grant;
    uint64_t pixels = back->moved.pixels ? back->moved.bytes : 0, left = bytes > pixels ? bytes - pixels : 0;
    const struct fz_tell tell = {.what = FZ_TELL_BOUND,
                                 .id = back->call.id,
                                 .bytes = FZ_SANITIZED ? UINT64_MAX : left,
                                 .cpu_us = cpu_us};
    ask(back, &tell, &grant, NULL);
}

static uint8_t *slot_at(struct back *back, int32_t slot, size_t bytes)
{
    uint64_t at = fz_ring_slot_at((uint32_t)slot);
    uint8_t *pixels = back->memory + at;
    if (bytes > FZ_RING_SHARED_BYTES) {
        pixels = fz_try_block(bytes);
        back->moved = (struct moved){pixels, bytes, at};
    }
    fz_mem_populate(pixels, bytes);
    return pixels;
}

static void drop_moved(struct back *back)
{
    fz_block_free(back->moved.pixels);
    back->moved.pixels = NULL;
}

static uint8_t *host_alloc(void *ctx, int width, int height, int *pitch_bytes)
{
    struct back *back = ctx;
    const struct fz_tell tell = {.what = FZ_TELL_ALLOC, .id = back->call.id, .w = width, .h = height};
    size_t bytes = (size_t)width * (size_t)height * 4;
    *pitch_bytes = width * 4;
    drop_moved(back);
    if (back->call.slot >= 0 && bytes <= (size_t)back->call.slots * FZ_RING_SLOT_BYTES)
        return slot_at(back, back->call.slot, bytes);
    struct fz_call_grant grant = {.slot = -1};
    int fd = -1;
    bool granted = ask(back, &tell, &grant, &fd);
    if (granted && grant.slot >= 0)
        return slot_at(back, grant.slot, bytes);
    void *pixels =
        granted && fd >= 0 ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (fd >= 0)
        close(fd);
    if (pixels == MAP_FAILED)
        return NULL;
    fz_mem_populate(pixels, bytes);
    back->alone = pixels;
    back->alone_len = bytes;
    return pixels;
}

static struct fz_image_request request_of(struct back *back, int fd)
{
    const struct fz_call *call = &back->call;
    uint8_t *input = back->memory + FZ_RING_HEADER_BYTES;
    return (struct fz_image_request){
        .fd = fd,
        .head = {call->head_len > 0 ? input : NULL, call->head_len},
        .bytes = call->bytes_len > 0 ? input + call->head_len : NULL,
        .len = call->bytes_len,
        .want = call->want,
        .without_files = back->without_files,
        .without_heavy = back->without_heavy,
        .limits = call->limits,
        .host = {.ctx = back,
                 .cancelled = host_cancelled,
                 .reserve = host_reserve,
                 .alloc = host_alloc,
                 .claim = host_claim,
                 .bound = host_bound,
                 .index = call->rows_come ? host_index : NULL},
    };
}

static enum fz_err work(struct back *back, int fd, struct fz_call_done *done)
{
    const struct fz_call *call = &back->call;
    uint8_t *input = back->memory + FZ_RING_HEADER_BYTES;
    struct fz_back_work work = {.call = call,
                                .fd = fd,
                                .request = request_of(back, fd),
                                .text = (const char *)input + call->head_len + call->bytes_len,
                                .scratch = back->scratch,
                                .anim = &back->anim,
                                .carried = (struct fz_carried *)(void *)input,
                                .more = &back->more,
                                .done = done};
    return fz_back_work(&work);
}

static bool has_more(const struct fz_call *call)
{
    unsigned traits = fz_call_rows[call->what].traits;
    return (traits & FZ_CALL_TELLS) || ((traits & FZ_CALL_TELLS_ROWS) && call->wants_rows);
}

static void move(struct back *back, struct fz_call_done *done)
{
    const struct moved *m = &back->moved;
    bool are_there = m->pixels && done->error.code == FZ_OK;
    if (are_there && !fz_ring_back_move(back->file, m->at, m->pixels, m->bytes))
        fz_fail(&done->error, FZ_E_MEMORY, 0, "no memory for the pixels");
    drop_moved(back);
}

static bool serve(struct back *back, int fd)
{
    struct fz_call_done done = {.tell = {.what = FZ_TELL_DONE, .id = back->call.id}};
    int64_t before_us = fz_thread_cpu_us();
    memset(&back->more, 0, sizeof back->more);
    done.error.code = work(back, fd, &done);
    done.kept_bytes = fz_image_scratch_trim(back->scratch);
    move(back, &done);
    if (back->setup.heap_bytes == 0)
        fz_mem_trim();
    done.cpu_us = fz_thread_cpu_us() - before_us;
    if (has_more(&back->call))
        memcpy(back->memory + FZ_RING_HEADER_BYTES, &back->more, sizeof back->more);
    if (back->alone)
        munmap(back->alone, back->alone_len);
    back->alone = NULL;
    if (fd >= 0)
        close(fd);
    return !back->is_lost && fz_wire_send(back->socket, &done, sizeof done, NULL, 0);
}

static void close_sandbox(struct back *back, struct fz_sandbox *sandbox, struct fz_call_ready *ready)
{
    struct fz_sandbox_limits limits = {
        .address_bytes = back->setup.address_bytes,
        .file_bytes = back->setup.file_bytes,
        .cpu_s = back->setup.cpu_s,
        .descriptors = DESCRIPTORS,
        .tasks = TASKS,
    };
    ready->layers = fz_sandbox_enter_decoder(sandbox, &limits, &header_of(back)->told);
    fz_sandbox_explain(sandbox, ready->layers, ready->missing);
}

/* The memory that is shared, and what stands between the decoder and all else. */
static bool set_up(struct back *back, int number, struct fz_sandbox *sandbox)
{
    if (fz_wire_receive(back->socket, &back->setup, sizeof back->setup, &back->file, 1, -1) !=
        (ssize_t)sizeof back->setup)
        return false;
    back->memory = back->file >= 0 ? fz_ring_back_map(back->file, back->setup.slots) : NULL;
    if (!back->memory)
        return false;
    back->scratch = fz_image_scratch_new((size_t)back->setup.scratch_bytes);
    struct fz_call_ready ready = {0};
    if (number > 0) { /* a process of its own */
        setpriority(PRIO_PROCESS, 0, DECODER_NICE);
        fz_mem_set_retention((size_t)back->setup.heap_bytes);
    }
    if (sandbox)
        close_sandbox(back, sandbox, &ready);
    return fz_wire_send(back->socket, &ready, sizeof ready, NULL, 0);
}

/* Nothing was asked for a while. */
static void rest(struct back *back)
{
    fz_image_scratch_empty(back->scratch);
    fz_mem_trim();
}

static int run(int socket, int number, struct fz_sandbox *sandbox, bool without_files, bool without_heavy)
{
    struct back back = {
        .socket = socket, .without_files = without_files, .without_heavy = without_heavy, .file = -1};
    bool goes_on = set_up(&back, number, sandbox);
    while (goes_on) {
        int fd;
        ssize_t n = fz_wire_receive(socket, &back.call, sizeof back.call, &fd, 1, REST_MS);
        if (n < 0 && errno == EAGAIN) {
            rest(&back);
            n = fz_wire_receive(socket, &back.call, sizeof back.call, &fd, 1, -1);
        }
        goes_on = n == (ssize_t)sizeof back.call && serve(&back, fd);
    }
    fz_anim_free(back.anim);
    fz_image_scratch_free(back.scratch);
    if (back.memory)
        munmap(back.memory, (size_t)fz_ring_bytes(back.setup.slots));
    if (back.file >= 0)
        close(back.file);
    close(socket);
    return 0;
}

int fz_back_run(int socket, int number, struct fz_sandbox *sandbox)
{
    return run(socket, number, sandbox, false, false);
}

static int run_plain(int socket, int number, struct fz_sandbox *sandbox)
{
    return run(socket, number, sandbox, true, true);
}

static int run_heavy(int socket, int number, struct fz_sandbox *sandbox)
{
    return run(socket, number, sandbox, true, false);
}

static void warm(void)
{
    fz_image_init();
#ifdef __arm__ /* of 32 bits: at their first picture libjpeg-turbo, libwebp and libdeflate ask these whether there is NEON */
    static const char *const files[] = {"/proc/cpuinfo", "/proc/self/auxv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int fd = open(files[i], O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            fz_sandbox_offer(files[i], fd);
    }
#endif
}

/* A picture has the reason where they cannot be loaded. */
static void warm_heavy(void)
{
    warm();
    fz_heavy_load(NULL);
}

static void warm_svg(void)
{
    warm();
    const struct fz_heavy *heavy = fz_heavy_load(NULL);
    if (heavy)
        heavy->load_svg_modules();
    fz_svg_fonts_offer();
}

const struct fz_role fz_decoder_role = {.name = "decoder", .sandboxed = true, .warm = warm, .run = run_plain};
const struct fz_role fz_heavy_decoder_role = {.name = "heavy decoder",
                                              .sandboxed = true,
                                              .warm = warm_heavy,
                                              .warms = "libraries",
                                              .warm_bytes = 20 << 20,
                                              .run = run_heavy};
const struct fz_role fz_svg_decoder_role = {.name = "svg decoder",
                                            .sandboxed = true,
                                            .warm = warm_svg,
                                            .warms = "the fonts",
                                            .warm_bytes = 18 << 20,
                                            .run = fz_back_run};
