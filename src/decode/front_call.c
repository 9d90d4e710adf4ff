/* The functions of the engine, each as one call to a decoder process. */
#include "decode/front.h"
#include "decode/front_check.h"

#include <string.h>

static struct fz_call call_of(enum fz_call_what what, const struct fz_image_request *request)
{
    return (struct fz_call){
        .what = what,
        .want = request->want,
        .rows_come = request->host.index != NULL,
        .limits = request->limits,
    };
}

/* Of what has no request of its own. */
static struct fz_call small_call(const struct fz_front *front, enum fz_call_what what)
{
    struct fz_call call = {.what = what, .limits = fz_image_default_limits};
    if (front->options.max_cpu_us > 0)
        call.limits.max_cpu_us = front->options.max_cpu_us;
    return call;
}

static struct fz_front_input input_of(const struct fz_image_request *request)
{
    return (struct fz_front_input){.fd = request->bytes ? -1 : request->fd,
                                   .head = request->head,
                                   .bytes = request->bytes,
                                   .len = request->len};
}

/* What the decoder left for the last answer, as it stands there: not checked. */
static void read_more(const struct fz_front *front, union fz_call_more *more)
{
    memcpy(more, fz_ring_input(front->ring), sizeof *more);
}

/* The same of a CARRY, once: nothing is wrong with its lengths, and nothing else is known of it. */
static void read_carried(struct fz_front *front, struct fz_carried *out)
{
    const struct fz_carried *left = (const struct fz_carried *)(const void *)fz_ring_input(front->ring);
    memcpy(out->len, left->len, sizeof out->len); /* before they are judged: the decoder may write on */
    for (int i = 0; i < FZ_CARRIED_KINDS; i++) {
        out->len[i] = out->len[i] <= FZ_CARRIED_MOST ? out->len[i] : 0;
        memcpy(out->bytes[i], left->bytes[i], out->len[i]);
    }
    fz_ring_leave_input(front->ring, sizeof *left);
}

static void take_image(struct fz_image *out, struct fz_call_image *image, SDL_Surface *surface)
{
    *out = (struct fz_image){
        .format = fz_front_format(image->format),
        .width = image->width,
        .height = image->height,
        .orientation = image->orientation,
        .has_profile = image->has_profile,
        .shows_background = image->shows_background,
        .frames = image->frames,
        .whole_w = image->whole_w,
        .whole_h = image->whole_h,
        .damaged = image->damaged,
        .needs_files = image->needs_files,
        .needs_heavy = image->needs_heavy,
    };
    if (surface) {
        out->out_w = surface->w;
        out->out_h = surface->h;
        out->pitch_bytes = surface->pitch;
        out->pixels = surface->pixels;
    }
}

static enum fz_err ask(struct fz_front *front, struct fz_call *call, const struct fz_front_input *input,
                       const struct fz_image_host *host, struct fz_image *out, SDL_Surface **surface,
                       bool *found, struct fz_error *err)
{
    struct fz_call_done done;
    *surface = NULL;
    *out = (struct fz_image){.orientation = 1, .frames = 1};
    enum fz_err code = fz_front_ask(front, call, input, host, &done, surface, err);
    if (done.tell.id == call->id && done.tell.what == FZ_TELL_DONE && code != FZ_E_CRASHED)
        take_image(out, &done.image, *surface);
    *found = *surface != NULL;
    return code;
}

enum fz_err fz_front_load(struct fz_front *front, const struct fz_image_request *request,
                          struct fz_image *out, SDL_Surface **surface, struct fz_error *err)
{
    struct fz_call call = call_of(FZ_CALL_LOAD, request);
    struct fz_front_input input = input_of(request);
    union fz_call_more more;
    bool found;
    call.wants_rows = request->index != NULL;
    if (request->index)
        call.rows = *request->index;
    enum fz_err code = ask(front, &call, &input, &request->host, out, surface, &found, err);
    if (request->index && code == FZ_OK) {
        read_more(front, &more);
        *request->index = more.rows; /* only ever given back to a decoder, which believes none of it */
    }
    return code;
}

bool fz_front_load_first(struct fz_front *front, const struct fz_image_request *request, struct fz_image *out,
                         SDL_Surface **surface)
{
    struct fz_call call = call_of(FZ_CALL_FIRST, request);
    struct fz_front_input input = {.fd = -1, .head = request->head};
    bool found;
    ask(front, &call, &input, &request->host, out, surface, &found, NULL);
    return found;
}

bool fz_front_load_thumbnail(struct fz_front *front, const struct fz_image_request *request,
                             const struct fz_image_thumbnail *thumbnail, struct fz_image *out,
                             SDL_Surface **surface)
{
    struct fz_call call = call_of(FZ_CALL_THUMBNAIL, request);
    call.mtime_s = thumbnail->mtime_s;
    struct fz_front_input input = {.fd = -1,
                                   .head = request->head,
                                   .bytes = thumbnail->png,
                                   .len = thumbnail->len,
                                   .text = thumbnail->uri};
    bool found;
    ask(front, &call, &input, &request->host, out, surface, &found, NULL);
    return found;
}

const char *fz_front_sniff(struct fz_front *front, int fd, const struct fz_image_host *host,
                           struct fz_error *err)
{
    struct fz_call call = small_call(front, FZ_CALL_SNIFF);
    struct fz_front_input input = {.fd = fd};
    struct fz_call_done done;
    enum fz_err code = fz_front_ask(front, &call, &input, host, &done, NULL, err);
    return code == FZ_OK ? fz_front_format(done.image.format) : NULL;
}

enum fz_err fz_front_probe(struct fz_front *front, const struct fz_image_request *request,
                           struct fz_probe *out, struct fz_error *err)
{
    struct fz_call call = call_of(FZ_CALL_PROBE, request);
    struct fz_front_input input = input_of(request);
    struct fz_call_done done;
    union fz_call_more more;
    *out = (struct fz_probe){.image = {.orientation = 1, .frames = 1}};
    enum fz_err code = fz_front_ask(front, &call, &input, &request->host, &done, NULL, err);
    if (code == FZ_E_CRASHED || done.tell.what != FZ_TELL_DONE)
        return code;
    take_image(&out->image, &done.image, NULL);
    read_more(front, &more);
    fz_front_check_text(more.date, sizeof more.date);
    memcpy(out->date, more.date, sizeof out->date);
    return code;
}

static bool ask_metadata(struct fz_front *front, struct fz_call *call, const struct fz_front_input *input,
                         const struct fz_image_host *host, struct fz_metadata *out)
{
    struct fz_call_done done;
    union fz_call_more more;
    *out = (struct fz_metadata){0};
    enum fz_err code = fz_front_ask(front, call, input, host, &done, NULL, NULL);
    if (code != FZ_OK) /* of all else the file is to blame */
        return code != FZ_E_CANCELLED && !fz_err_may_pass(code);
    read_more(front, &more);
    fz_front_check_metadata(&more.metadata);
    *out = more.metadata;
    return true;
}

bool fz_front_read_metadata(struct fz_front *front, int fd, const struct fz_image_host *host,
                            struct fz_metadata *out)
{
    struct fz_call call = small_call(front, FZ_CALL_METADATA);
    return ask_metadata(front, &call, &(struct fz_front_input){.fd = fd}, host, out);
}

enum fz_err fz_front_carry(struct fz_front *front, int fd, const struct fz_smaller_copy *copy,
                           const struct fz_image_host *host, struct fz_carried *out, struct fz_error *err)
{
    struct fz_call call = small_call(front, FZ_CALL_CARRY);
    struct fz_call_done done;
    call.want.box_w = copy->width;
    call.want.box_h = copy->height;
    call.turned = copy->turned;
    memset(out->len, 0, sizeof out->len);
    enum fz_err code = fz_front_ask(front, &call, &(struct fz_front_input){.fd = fd}, host, &done, NULL, err);
    if (code == FZ_OK)
        read_carried(front, out);
    return code;
}

bool fz_front_read_xmp(struct fz_front *front, const void *bytes, size_t len,
                       const struct fz_image_host *host, struct fz_metadata *out)
{
    struct fz_call call = small_call(front, FZ_CALL_XMP);
    if (len > 0)
        return ask_metadata(front, &call, &(struct fz_front_input){.fd = -1, .bytes = bytes, .len = len},
                            host, out);
    *out = (struct fz_metadata){0};
    return true;
}

/* --- animations ----------------------------------------------------------------------------------------------------- */

static void take_facts(const struct fz_front *front, struct fz_anim_facts *facts)
{
    union fz_call_more more;
    read_more(front, &more);
    const char *format = fz_front_format(more.anim.format);
    facts->format = format ? format : facts->format;
    facts->frames = more.anim.frames < 0 ? 0 : more.anim.frames;
    facts->plays = more.anim.plays < 0 ? 0 : more.anim.plays;
    const uint64_t most = UINT64_MAX / 4; /* sums of it do not wrap */
    facts->held_bytes = more.anim.held_bytes < most ? more.anim.held_bytes : most;
    facts->held_bytes += front->options.keep_bytes; /* which is for it alone */
    facts->damage = more.anim.damage;
    fz_front_check_text(facts->damage.msg, sizeof facts->damage.msg);
    if ((int)facts->damage.code < 0 || facts->damage.code > FZ_E_INTERNAL)
        facts->damage.code = FZ_E_DAMAGED;
}

enum fz_err fz_front_open(struct fz_front *front, const struct fz_image_request *request,
                          struct fz_anim_facts *facts, struct fz_error *err)
{
    struct fz_call call = call_of(FZ_CALL_OPEN, request);
    struct fz_front_input input = input_of(request);
    struct fz_call_done done;
    enum fz_err code = fz_front_ask(front, &call, &input, &request->host, &done, NULL, err);
    if (code == FZ_OK)
        take_facts(front, facts);
    return code;
}

enum fz_err fz_front_compose(struct fz_front *front, int index, const struct fz_image_host *host,
                             struct fz_anim_frame *frame, struct fz_anim_facts *facts, struct fz_error *err)
{
    struct fz_call call = small_call(front, FZ_CALL_COMPOSE);
    struct fz_call_done done;
    call.index = index;
    enum fz_err code = fz_front_ask(front, &call, &(struct fz_front_input){.fd = -1}, host, &done, NULL, err);
    if (done.tell.what == FZ_TELL_DONE && code != FZ_E_CRASHED)
        take_facts(front, facts);
    if (code == FZ_OK)
        *frame = done.frame;
    return code;
}

enum fz_err fz_front_render(struct fz_front *front, const struct fz_image_request *request,
                            struct fz_image *out, SDL_Surface **surface, struct fz_error *err)
{
    struct fz_call call = call_of(FZ_CALL_RENDER, request);
    bool found;
    return ask(front, &call, &(struct fz_front_input){.fd = -1}, &request->host, out, surface, &found, err);
}
