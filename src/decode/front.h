/* The worker's side of a decoder process: starts it, asks it, checks what it answers, ends it at its deadline, and says why it
 * died. One thread at a time. */
#ifndef FZ_DECODE_FRONT_H
#define FZ_DECODE_FRONT_H

#include "decode/call.h"
#include "decode/engine.h"
#include "decode/quarantine.h"

#include <SDL_thread.h>

struct fz_front {
    struct fz_engine_options options;
    struct fz_keep keep;           /* immutable: what is kept between two calls */
    struct fz_ring *ring;          /* owned; NULL: not yet */
    struct fz_child child;         /* the process; without a socket: none runs */
    SDL_Thread *unforked;          /* instead of a process, for tests */
    uint32_t id;                   /* of the last call */
    bool is_ready;                 /* its sandbox is closed */
    uint64_t begun_bytes;          /* of memory of its own, then */
    uint64_t looked_bytes;         /* and when somebody last looked at that of all processes */
    int served;                    /* calls that this process answered */
    bool by_chance;                /* the last call ended so: its picture is hardly to blame */
    int deaths;                    /* lately, */
    int64_t died_us;               /* and when the last one was */
    bool is_vacant;                /* it died, and was not replaced yet */
    int pictures;                  /* that this process decoded */
    int64_t spent_us;              /* of CPU time, by this process, when somebody last looked */
    bool opening_named;            /* it was said of this process that it tried to open a file */
    struct fz_content_name opened; /* the animation that it holds */
    size_t process_kept;           /* what the process said that it keeps, in bytes */
    size_t noted;                  /* of that and what the ring keeps, in bytes */
    bool is_counted_elsewhere;     /* what it keeps: by who plays the animation that it holds */
};

/* What a call is asked with beside its numbers; borrowed. */
struct fz_front_input {
    int fd; /* -1: none */
    struct fz_image_head head;
    const void *bytes;
    size_t len;
    const char *text; /* NULL: none */
};

void fz_front_init(struct fz_front *front, const struct fz_engine_options *options);
void fz_front_fini(struct fz_front *front);

/* Starts the process, if none runs. BUSY, MEMORY with the reason. */
enum fz_err fz_front_start(struct fz_front *front, const struct fz_image_host *host, struct fz_error *err);

/* Starts it, and waits until its sandbox is closed; `missing` (may be NULL) says what of that is not there, and why. */
enum fz_err fz_front_await(struct fz_front *front, const struct fz_image_host *host,
                           char missing[FZ_SANDBOX_MISSING], struct fz_error *err);

/* Between two calls. Replaces a process that died, unless it was one of a row; waits until its sandbox is closed. Of one that is rarely
 * wanted, and whose zygote may have to wait for fonts, only if that is soon. */
void fz_front_revive(struct fz_front *front, bool is_rare);
/* Between two calls. Whether its process is there no more; the latter also says why, if nobody has. */
bool fz_front_is_gone(const struct fz_front *front);
void fz_front_look_whether_it_died(struct fz_front *front);

/* Between two calls. How much of the CPU time that it has for its life its process has spent, as far as was seen during calls: a part,
 * beyond the first of which it is better replaced by another. */
#define FZ_FRONT_WORN_PART 0.5
double fz_front_life_spent(const struct fz_front *front);

/* Ends the process, without a word. */
void fz_front_end(struct fz_front *front);

/* Between two calls. Gives back what the ring holds, as a process that has nothing to do for a second does by itself with what it
 * keeps; with `process` that ends too, and the next call starts another. */
void fz_front_shrink(struct fz_front *front, bool process);

/* Between two calls. Counts what is kept now. */
void fz_front_count(struct fz_front *front);

/* Asks, and waits for the answer, whose error is given. *surface (NULL: none is wanted) gets the pixels. While it waits it asks
 * the host. CRASHED, TIMEOUT, CANCELLED, BUSY, MEMORY are its own, beside what the decoder says. */
enum fz_err fz_front_ask(struct fz_front *front, struct fz_call *call, const struct fz_front_input *input,
                         const struct fz_image_host *host, struct fz_call_done *done, SDL_Surface **surface,
                         struct fz_error *err);

/* Between two calls. By how much the process has grown since it began, in bytes; 0: none runs. */
uint64_t fz_front_grown_bytes(const struct fz_front *front);

/* front_call.c: the functions of the engine, by a process. `host` may be NULL. */
enum fz_err fz_front_load(struct fz_front *front, const struct fz_image_request *request,
                          struct fz_image *out, SDL_Surface **surface, struct fz_error *err);
bool fz_front_load_first(struct fz_front *front, const struct fz_image_request *request, struct fz_image *out,
                         SDL_Surface **surface);
bool fz_front_load_thumbnail(struct fz_front *front, const struct fz_image_request *request,
                             const struct fz_image_thumbnail *thumbnail, struct fz_image *out,
                             SDL_Surface **surface);
const char *fz_front_sniff(struct fz_front *front, int fd, const struct fz_image_host *host,
                           struct fz_error *err);
enum fz_err fz_front_probe(struct fz_front *front, const struct fz_image_request *request,
                           struct fz_probe *out, struct fz_error *err);
bool fz_front_read_metadata(struct fz_front *front, int fd, const struct fz_image_host *host,
                            struct fz_metadata *out);
enum fz_err fz_front_carry(struct fz_front *front, int fd, const struct fz_smaller_copy *copy,
                           const struct fz_image_host *host, struct fz_carried *out, struct fz_error *err);
bool fz_front_read_xmp(struct fz_front *front, const void *bytes, size_t len,
                       const struct fz_image_host *host, struct fz_metadata *out);
enum fz_err fz_front_open(struct fz_front *front, const struct fz_image_request *request,
                          struct fz_anim_facts *facts, struct fz_error *err);
enum fz_err fz_front_compose(struct fz_front *front, int index, const struct fz_image_host *host,
                             struct fz_anim_frame *frame, struct fz_anim_facts *facts, struct fz_error *err);
enum fz_err fz_front_render(struct fz_front *front, const struct fz_image_request *request,
                            struct fz_image *out, SDL_Surface **surface, struct fz_error *err);

#endif
