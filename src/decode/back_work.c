#include "decode/back_work.h"

#include <string.h>

static void put_image(struct fz_call_image *to, const struct fz_image *from)
{
    *to = (struct fz_call_image){.width = from->width,
                                 .height = from->height,
                                 .orientation = from->orientation,
                                 .frames = from->frames,
                                 .whole_w = from->whole_w,
                                 .whole_h = from->whole_h,
                                 .out_w = from->out_w,
                                 .out_h = from->out_h,
                                 .has_profile = from->has_profile,
                                 .shows_background = from->shows_background,
                                 .damaged = from->damaged,
                                 .needs_files = from->needs_files,
                                 .needs_heavy = from->needs_heavy};
    if (from->format)
        strncpy(to->format, from->format, sizeof to->format - 1);
}

static void put_anim(union fz_call_more *more, const struct fz_anim *anim)
{
    const struct fz_anim_facts *facts = fz_anim_get_facts(anim);
    strncpy(more->anim.format, facts->format, sizeof more->anim.format - 1);
    more->anim.frames = facts->frames;
    more->anim.plays = facts->plays;
    more->anim.held_bytes = facts->held_bytes;
    more->anim.damage = facts->damage;
}

static enum fz_err load(struct fz_back_work *work)
{
    work->more->rows = work->call->rows;
    work->request.index = work->call->wants_rows ? &work->more->rows : NULL;
    return fz_image_load(&work->request, work->scratch, &work->image, &work->done->error);
}

static enum fz_err load_first(struct fz_back_work *work)
{
    work->done->found = fz_image_load_first(&work->request, work->scratch, &work->image);
    return FZ_OK;
}

static enum fz_err load_thumbnail(struct fz_back_work *work)
{
    const struct fz_image_request *request = &work->request;
    const struct fz_image_thumbnail thumbnail = {request->bytes, request->len, work->text,
                                                 work->call->mtime_s};
    work->done->found = fz_image_load_thumbnail(request, &thumbnail, work->scratch, &work->image);
    return FZ_OK;
}

static enum fz_err sniff(struct fz_back_work *work)
{
    work->image.format = fz_image_sniff(work->fd, &work->done->error);
    return work->done->error.code;
}

static enum fz_err probe(struct fz_back_work *work)
{
    struct fz_probe probe = {0};
    enum fz_err code = fz_image_probe(&work->request, work->scratch, &probe, &work->done->error);
    work->image = probe.image;
    memcpy(work->more->date, probe.date, sizeof work->more->date);
    return code;
}

static enum fz_err read_metadata(struct fz_back_work *work)
{
    bool whole = fz_metadata_read(work->fd, work->scratch, &work->more->metadata);
    return whole ? FZ_OK : fz_fail(&work->done->error, FZ_E_IO, 0, "it cannot be read");
}

static enum fz_err read_xmp(struct fz_back_work *work)
{
    fz_metadata_read_xmp(work->request.bytes, work->request.len, &work->more->metadata);
    return FZ_OK;
}

static enum fz_err carry(struct fz_back_work *work)
{
    const struct fz_call *call = work->call;
    const struct fz_smaller_copy copy = {call->want.box_w, call->want.box_h, call->turned != 0};
    fz_metadata_carry(work->fd, work->scratch, &copy, work->carried);
    return FZ_OK;
}

static enum fz_err open_anim(struct fz_back_work *work)
{
    fz_anim_free(*work->anim);
    *work->anim = NULL;
    enum fz_err code = fz_anim_open(&work->request, work->anim, &work->done->error);
    if (code == FZ_OK)
        put_anim(work->more, *work->anim);
    return code;
}

static enum fz_err no_anim(struct fz_error *err)
{
    return fz_fail(err, FZ_E_INTERNAL, 0, "no animation is open");
}

static enum fz_err compose(struct fz_back_work *work)
{
    struct fz_call_done *done = work->done;
    if (!*work->anim)
        return no_anim(&done->error);
    enum fz_err code =
        fz_anim_compose(*work->anim, work->call->index, &work->request.host, &done->frame, &done->error);
    put_anim(work->more, *work->anim);
    return code;
}

static enum fz_err render(struct fz_back_work *work)
{
    struct fz_error *err = &work->done->error;
    return *work->anim ? fz_anim_render(*work->anim, &work->request, work->scratch, &work->image, err)
                       : no_anim(err);
}

static enum fz_err (*const functions[])(struct fz_back_work *work) = {
#define X(id, function, use, traits) [FZ_CALL_##id] = function,
    FZ_CALL_TABLE(X)
#undef X
};

enum fz_err fz_back_work(struct fz_back_work *work)
{
    enum fz_err code = functions[work->call->what](work);
    put_image(&work->done->image, &work->image);
    return code;
}
