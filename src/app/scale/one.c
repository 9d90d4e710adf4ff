/* frieze scale with one picture. */
#include "app/scale/scale.h"

#include "app/supervisor.h"
#include "app/isolation.h"
#include "app/limits.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "decode/scaled.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 800,                                /* after a signal, for a file that is being written */
    SHOWN_PATIENCE_MS = FZ_SIGNALS_PATIENCE_MS + 100, /* and for a wall, which then ends itself */
};

struct scale {
    const char *in;
    char *out;              /* owned */
    const char *new_folder; /* that is made for it; NULL: none */
    struct stat old;        /* what it takes the place of, */
    bool replaces;          /* if anything */
    const struct fz_file_kind *kind;
    bool contradicts;    /* what OUT is called, that kind */
    int in_fd;           /* what lies on a share is a copy, */
    struct fz_look look; /* this is not */
    bool is_folder;
    int quality;
    bool strips;
    const char *of_folders;    /* see struct fz_scale_settings */
    struct fz_encoded encoded; /* owned; none: the picture's own bytes are copied */
    struct fz_image_request request;
    struct fz_own_engine own;
    struct fz_image image;
    SDL_Surface *surface; /* owned */
    struct fz_error *err;
};

/* --- what was asked for ----------------------------------------------------------------------------- */

static enum fz_err open_in(struct scale *s)
{
    s->look = fz_own_engine_open(&s->own, s->in, &s->request.limits, &s->in_fd);
    if (s->in_fd < 0)
        return fz_fail(s->err, fz_err_from_errno(s->look.sys), s->look.sys, "%s", s->in);
    s->is_folder = S_ISDIR(s->look.mode);
    if (s->is_folder)
        return FZ_OK;
    if (s->of_folders)
        return fz_fail(s->err, FZ_E_USAGE, 0, "--%s: %s is no folder", s->of_folders, s->in);
    if (s->contradicts)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: its name says another format than --format=%s", s->out,
                       s->kind->suffix + 1);
    if (!s->kind)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: its name must end in " FZ_WRITTEN_SUFFIXES, s->out);
    if (s->replaces && s->old.st_dev == s->look.device && s->old.st_ino == s->look.inode)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: the same file as %s", s->out, s->in);
    s->request.fd = s->in_fd;
    return FZ_OK;
}

/* In a folder: its own, or with the suffix of the format that is wanted. */
static char *name_within(const char *folder, const char *in, const struct fz_file_kind *wanted)
{
    const char *name = fz_path_name(in);
    const struct fz_file_kind *own = fz_file_kind_of(name);
    if (!wanted || (own && own->is_written && own->encoding == wanted->encoding))
        return fz_path_join(folder, name);
    int stem = (int)(fz_path_suffix(name) - name);
    char *renamed = fz_asprintf("%.*s%s", stem, name, wanted->suffix);
    char *path = fz_path_join(folder, renamed);
    free(renamed);
    return path;
}

static void find_out(struct scale *s, const char *out, const struct fz_file_kind *wanted)
{
    struct stat st;
    size_t len = strlen(out);
    bool slash = len > 0 && out[len - 1] == '/', there = stat(out, &st) == 0;
    bool folder = slash || (there && S_ISDIR(st.st_mode));
    s->new_folder = slash && !there ? out : NULL;
    s->out = folder ? name_within(out, s->in, wanted) : fz_strdup(out);
    s->replaces = stat(s->out, &s->old) == 0;
    const struct fz_file_kind *named = fz_file_kind_of(s->out);
    s->kind = wanted ? wanted : named;
    s->contradicts = wanted && named && named->encoding != wanted->encoding;
}

/* --- decoding --------------------------------------------------------------------------------------- */

static enum fz_err decode(struct scale *s)
{
    struct fz_error why = {0};
    enum fz_err code = fz_engine_load(s->own.engine, &s->request, &s->image, &s->surface, &why);
    if (code == FZ_E_BUSY) /* the decoder was lost, and the picture is not to blame */
        code = fz_engine_load(s->own.engine, &s->request, &s->image, &s->surface, &why);
    if (code != FZ_OK)
        return fz_fail(s->err, code, 0, "%s: %s", s->in, why.msg);
    if (s->image.damaged)
        fz_log("%s: shown in part: %s", s->in, why.msg);
    return FZ_OK;
}

/* --- writing ---------------------------------------------------------------------------------------- */

static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDS = sizeof ends / sizeof *ends };

/* Whether a signal waits. */
static bool shall_end(void *ctx)
{
    (void)ctx;
    sigset_t pending;
    bool any = false;
    sigpending(&pending);
    for (int i = 0; i < ENDS; i++)
        any = any || sigismember(&pending, ends[i]) > 0;
    return any;
}

static void on_signal(int number)
{
    (void)number;
    _exit(fz_err_exit_status(FZ_E_CANCELLED));
}

/* There is no half of a file to clean up but while it is written: signals wait then, for the next block. */
static void handle_signals(sigset_t *held)
{
    sigemptyset(held);
    for (int i = 0; i < ENDS; i++) {
        sigaddset(held, ends[i]);
        sigaction(ends[i], &(struct sigaction){.sa_handler = on_signal}, NULL);
    }
}

static enum fz_err put_in_place(const struct scale *s, struct fz_error *err)
{
    struct fz_new_file file;
    sigset_t held;
    handle_signals(&held);
    if (s->new_folder && mkdir(s->new_folder, 0777) != 0)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", s->new_folder);
    sigprocmask(SIG_BLOCK, &held, NULL);
    enum fz_err code = fz_new_file_open(&file, s->out, err);
    if (code != FZ_OK)
        return code;
    if (file.is_special) /* a pipe, whose other end may never read */
        sigprocmask(SIG_UNBLOCK, &held, NULL);
    bool whole = s->encoded.bytes
                     ? fz_new_file_write(&file, s->encoded.bytes, s->encoded.len, shall_end, NULL)
                     : fz_new_file_copy(&file, s->in_fd, shall_end, NULL);
    if (fz_new_file_close(&file, whole))
        return FZ_OK;
    int sys = errno;
    sigprocmask(SIG_UNBLOCK, &held, NULL); /* nothing is left of it */
    errno = sys;
    return fz_fail(err, fz_err_from_errno(errno), errno, "%s: cannot be written", s->out);
}

/* While there is somebody who reads what goes with the pixels. */
static enum fz_err encode(struct scale *s)
{
    const struct fz_pixels pixels = {s->image.pixels, s->image.out_w, s->image.out_h, s->image.pitch_bytes};
    struct fz_error why = {0};
    if (!s->strips && fz_image_stays(&s->image, s->kind))
        return FZ_OK;
    const char *needs = fz_file_kind_needs(s->kind);
    if (needs)
        return fz_fail(s->err, FZ_E_UNSUPPORTED, 0, "%s: cannot be written: this build has no %s", s->out,
                       needs);
    if (!s->kind->is_written)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: only " FZ_WRITTEN_SUFFIXES " can be written", s->out);
    const struct fz_original original = {s->in, s->in_fd, &s->image, NULL};
    enum fz_err code = fz_scaled_encode(s->own.engine, &original, &pixels, s->strips, s->kind, s->quality,
                                        &s->encoded, &why);
    return code == FZ_OK ? FZ_OK : fz_fail(s->err, code, 0, "%s: %s", s->out, why.msg);
}

/* *is_folder: nothing has been done. */
static enum fz_err scale(const struct fz_scale_settings *settings, bool *is_folder, struct fz_error *err)
{
    const struct fz_options *options = settings->options;
    struct scale s = {.in = settings->in,
                      .in_fd = -1,
                      .quality = settings->quality,
                      .strips = settings->strips,
                      .err = err};
    s.request.limits = fz_limits_from_options(options);
    s.request.want.background = (uint32_t)options->values[FZ_OPTION_BACKGROUND].number;
    s.request.want.box_w = settings->box_w;
    s.request.want.box_h = settings->box_h;
    s.request.want.smooth = settings->smooth;
    s.request.want.exact = true;
    s.of_folders = settings->of_folders;
    sigset_t held;
    handle_signals(&held);
    /* No other process lives while this one may be held over OUT: it would stay as long. */
    find_out(&s, settings->out, settings->kind);
    enum fz_err code = fz_own_engine_start(&s.own, options, err);
    if (code == FZ_OK)
        code = open_in(&s);
    if (code == FZ_OK && !s.is_folder)
        code = decode(&s);
    if (code == FZ_OK && !s.is_folder)
        code = encode(&s);
    fz_own_engine_stop(&s.own);
    fz_surface_free(s.surface); /* whoever reads OUT may take any time; memory makes for a late end */
    if (code == FZ_OK && !s.is_folder)
        code = put_in_place(&s, err);
    *is_folder = code == FZ_OK && s.is_folder;
    if (s.in_fd >= 0)
        close(s.in_fd);
    free(s.encoded.bytes);
    free(s.out);
    return code;
}

int fz_scale_supervised(const struct fz_scale_settings *settings)
{
    struct fz_error err = {0};
    int status = 0;
    bool is_folder;
    const struct fz_supervision how = {.patience_ms = settings->shows ? SHOWN_PATIENCE_MS : PATIENCE_MS,
                                       .death_signal = SIGTERM,
                                       .left = FZ_E_CANCELLED};
    if (fz_supervise(&how, &status))
        return status;
    if (settings->shows)
        return fz_scale_show(settings);
    if (!settings->in)
        return fz_scale_folder(settings);
    enum fz_err code = scale(settings, &is_folder, &err);
    if (is_folder)
        return fz_scale_folder(settings);
    if (code != FZ_OK)
        fz_log_error(&err);
    return fz_err_exit_status(code);
}
