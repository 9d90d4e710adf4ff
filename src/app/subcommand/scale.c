/* frieze scale IN OUT: one picture, upright, in sRGB, no larger than asked for. */
#include "app/isolation.h"
#include "app/limits.h"
#include "app/subcommand/subcommand.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "base/str.h"
#include "decode/job.h"
#include "image/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MAX_SIDE = 100000,
    BLOCK_BYTES = 64 << 10,
    PATIENCE_MS = 500,     /* after a signal, for a file that is being written */
    SIGNALLED_STATUS = 128 /* as shells have it */
};
enum { OWN_SIZE, OWN_QUALITY };

static const struct fz_own_option own[] = {
    [OWN_SIZE] = {"size", 's', "SIZE", "N or WxH: what the result fits into, px; 0 is full size (400)"},
    [OWN_QUALITY] = {"quality", 'q', "N", "of JPEG and WebP, 1 to 100 (90)"},
};

static const enum fz_option_id shared[] = {
    FZ_OPTION_BACKGROUND,    FZ_OPTION_LIMIT_PIXELS,  FZ_OPTION_LIMIT_BYTES, FZ_OPTION_LIMIT_FRAMES,
    FZ_OPTION_LIMIT_NESTING, FZ_OPTION_LIMIT_SECONDS, FZ_OPTION_ISOLATION,   FZ_OPTION_SANDBOX};

static const struct fz_subcommand command = {
    .name = "scale",
    .usage = "[OPTION]... IN OUT",
    .about =
        "Writes the picture IN as OUT, in the format of that name (JPEG, PNG, WebP, PPM, BMP), or into the\n"
        "folder OUT under its own name. It is upright and in sRGB, fits SIZE and is never enlarged;\n"
        "what is transparent stands on the background. A file that fits as it is, in the same format\n"
        "and without turning, is copied byte by byte. OUT is replaced only when the new file is whole.",
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .shared = shared,
    .shared_count = sizeof shared / sizeof *shared,
};

/* What names promise, and who writes that. A PPM is one kind of PNM only, and always written. */
static const struct {
    const char *suffix, *format;
    bool written;
    enum fz_encoding encoding;
} kinds[] = {
    {".jpg", "jpeg", true, FZ_ENCODING_JPEG},  {".jpeg", "jpeg", true, FZ_ENCODING_JPEG},
    {".jpe", "jpeg", true, FZ_ENCODING_JPEG},  {".jfif", "jpeg", true, FZ_ENCODING_JPEG},
    {".jif", "jpeg", true, FZ_ENCODING_JPEG},  {".png", "png", true, FZ_ENCODING_PNG},
    {".apng", "png", true, FZ_ENCODING_PNG},   {".webp", "webp", true, FZ_ENCODING_WEBP},
    {".gif", "gif", false, FZ_ENCODING_PNG},   {".tif", "tiff", false, FZ_ENCODING_PNG},
    {".tiff", "tiff", false, FZ_ENCODING_PNG}, {".bmp", "bmp", true, FZ_ENCODING_BMP},
    {".dib", "bmp", true, FZ_ENCODING_BMP},    {".qoi", "qoi", false, FZ_ENCODING_PNG},
    {".ico", "ico", false, FZ_ENCODING_PNG},   {".cur", "cur", false, FZ_ENCODING_PNG},
    {".pnm", "pnm", true, FZ_ENCODING_PPM},    {".ppm", "ppm", true, FZ_ENCODING_PPM},
    {".pgm", "pnm", false, FZ_ENCODING_PNG},   {".pbm", "pnm", false, FZ_ENCODING_PNG},
    {".tga", "tga", false, FZ_ENCODING_PNG},   {".heic", "heic", false, FZ_ENCODING_PNG},
    {".heif", "heic", false, FZ_ENCODING_PNG}, {".avif", "avif", false, FZ_ENCODING_PNG},
    {".jxl", "jxl", false, FZ_ENCODING_PNG},   {".svg", "svg", false, FZ_ENCODING_PNG},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct scale {
    const char *in;
    char *out;              /* owned */
    const char *new_folder; /* that is made for it; NULL: none */
    struct stat old;        /* what it takes the place of, */
    bool replaces;          /* if anything */
    size_t kind;
    int in_fd;           /* what lies on a share is a copy, */
    struct fz_look look; /* this is not */
    int quality;
    struct fz_image_request request;
    struct fz_own_engine own;
    struct fz_image image;
    SDL_Surface *surface; /* owned */
    struct fz_error *err;
};

/* --- what was asked for ----------------------------------------------------------------------------- */

static const char *read_side(const char *text, int *side)
{
    char *end = NULL;
    long value = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : -1;
    *side = (int)value;
    return value >= 0 && value <= MAX_SIDE ? end : NULL;
}

static enum fz_err read_size(struct scale *s, const char *text)
{
    struct fz_image_request *request = &s->request;
    const char *rest = read_side(text, &request->box_w);
    request->box_h = request->box_w;
    if (rest && *rest == 'x' && request->box_w > 0) {
        rest = read_side(rest + 1, &request->box_h);
        rest = rest && request->box_h > 0 ? rest : NULL;
    }
    if (rest && *rest == '\0')
        return FZ_OK;
    return fz_fail(s->err, FZ_E_USAGE, 0, "--size=%.60s: wants N or WxH, 1 to %d, or 0", text, MAX_SIDE);
}

static enum fz_err read_quality(struct scale *s, const char *text)
{
    const char *rest = read_side(text, &s->quality);
    if (rest && *rest == '\0' && s->quality >= 1 && s->quality <= 100)
        return FZ_OK;
    return fz_fail(s->err, FZ_E_USAGE, 0, "--quality=%.60s: wants N, 1 to 100", text);
}

static enum fz_err open_in(struct scale *s)
{
    s->look = fz_own_engine_open(&s->own, s->in, &s->request.limits, &s->in_fd);
    if (s->in_fd < 0)
        return fz_fail(s->err, fz_err_from_errno(s->look.sys), s->look.sys, "%s", s->in);
    if (S_ISDIR(s->look.mode))
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: a folder; frieze scale takes one file", s->in);
    if (s->replaces && s->old.st_dev == s->look.device && s->old.st_ino == s->look.inode)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: the same file as %s", s->out, s->in);
    s->request.fd = s->in_fd;
    return FZ_OK;
}

static enum fz_err find_out(struct scale *s, const char *out)
{
    struct stat st;
    size_t len = strlen(out);
    bool slash = len > 0 && out[len - 1] == '/', there = stat(out, &st) == 0;
    bool folder = slash || (there && S_ISDIR(st.st_mode));
    s->new_folder = slash && !there ? out : NULL;
    s->out = folder ? fz_path_join(out, fz_path_name(s->in)) : fz_strdup(out);
    s->replaces = stat(s->out, &s->old) == 0;
    s->kind = 0;
    while (s->kind < KINDS && !fz_str_has_suffix(s->out, kinds[s->kind].suffix))
        s->kind++;
    if (s->kind == KINDS)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: its name must end in .jpg, .png, .webp, .ppm or .bmp",
                       s->out);
    return FZ_OK;
}

/* --- decoding --------------------------------------------------------------------------------------- */

static enum fz_err decode(struct scale *s)
{
    struct fz_error why = {0};
    enum fz_err code = fz_engine_load(s->own.engine, &s->request, &s->image, &s->surface, &why);
    if (code != FZ_OK)
        return fz_fail(s->err, code, 0, "%s: %s", s->in, why.msg);
    if (s->image.damaged)
        fz_log("%s: shown in part: %s", s->in, why.msg);
    return FZ_OK;
}

/* What is damaged is not passed on, nor what is not in sRGB. */
static bool fits_as_it_is(const struct scale *s)
{
    const struct fz_image *image = &s->image;
    return image->format && strcmp(image->format, kinds[s->kind].format) == 0 && image->orientation == 1 &&
           !image->damaged && !image->has_profile && image->out_w == image->width &&
           image->out_h == image->height;
}

/* --- writing ---------------------------------------------------------------------------------------- */

static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDS = sizeof ends / sizeof *ends };

/* Whether a signal waits. */
static bool shall_end(void)
{
    sigset_t pending;
    bool any = false;
    sigpending(&pending);
    for (int i = 0; i < ENDS; i++)
        any = any || sigismember(&pending, ends[i]) > 0;
    return any;
}

/* False with errno, or where it shall end; so does the next one. */
static bool copy_bytes(const struct scale *s, FILE *stream)
{
    static char block[BLOCK_BYTES];
    if (lseek(s->in_fd, 0, SEEK_SET) != 0)
        return false;
    for (;;) {
        if (shall_end())
            return false;
        ssize_t got = read(s->in_fd, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        if (fwrite(block, 1, (size_t)got, stream) != (size_t)got)
            return false;
    }
}

static bool write_bytes(const struct fz_encoded *encoded, FILE *stream)
{
    size_t at = 0, count = 0;
    for (; at < encoded->len && !shall_end(); at += count) {
        count = encoded->len - at < BLOCK_BYTES ? encoded->len - at : BLOCK_BYTES;
        if (fwrite(encoded->bytes + at, 1, count, stream) != count)
            return false;
    }
    return at == encoded->len;
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

static enum fz_err put_in_place(const struct scale *s, const struct fz_encoded *encoded, struct fz_error *err)
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
    if (!file.temporary) /* a pipe, whose other end may never read */
        sigprocmask(SIG_UNBLOCK, &held, NULL);
    bool whole = encoded ? write_bytes(encoded, file.stream) : copy_bytes(s, file.stream);
    if (fz_new_file_close(&file, whole))
        return FZ_OK;
    int sys = errno;
    sigprocmask(SIG_UNBLOCK, &held, NULL); /* nothing is left of it */
    errno = sys;
    return fz_fail(err, fz_err_from_errno(errno), errno, "%s: cannot be written", s->out);
}

static enum fz_err write_out(struct scale *s)
{
    struct fz_encoded encoded = {0};
    const struct fz_pixels pixels = {s->image.pixels, s->image.out_w, s->image.out_h, s->image.pitch_bytes};
    bool copied = fits_as_it_is(s);
    if (!copied && !kinds[s->kind].written)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: only .jpg, .png, .webp, .ppm and .bmp can be written",
                       s->out);
    struct fz_error why = {0};
    enum fz_err code =
        copied ? FZ_OK : fz_image_encode(kinds[s->kind].encoding, &pixels, s->quality, &encoded, &why);
    if (code != FZ_OK)
        return fz_fail(s->err, code, 0, "%s: %s", s->out, why.msg);
    code = put_in_place(s, copied ? NULL : &encoded, s->err);
    free(encoded.bytes);
    return code;
}

static enum fz_err scale(const struct fz_arguments *arguments, struct fz_error *err)
{
    struct scale s = {.in_fd = -1, .quality = 90, .err = err};
    if (arguments->operand_count != 2)
        return fz_fail(err, FZ_E_USAGE, 0, "usage: frieze scale [-s SIZE] IN OUT");
    s.in = arguments->operands[0];
    s.request.limits = fz_limits_from_options(&arguments->options);
    s.request.background = (uint32_t)arguments->options.values[FZ_OPTION_BACKGROUND].number;
    const char *size = arguments->own[OWN_SIZE], *quality = arguments->own[OWN_QUALITY];
    sigset_t held;
    handle_signals(&held);
    enum fz_err code = read_size(&s, size ? size : "400");
    if (code == FZ_OK && quality)
        code = read_quality(&s, quality);
    /* No other process lives while this one may be held over OUT: it would stay as long. */
    if (code == FZ_OK)
        code = find_out(&s, arguments->operands[1]);
    if (code == FZ_OK)
        code = fz_own_engine_start(&s.own, &arguments->options, err);
    if (code == FZ_OK)
        code = open_in(&s);
    if (code == FZ_OK)
        code = decode(&s);
    fz_own_engine_stop(&s.own);
    if (code == FZ_OK)
        code = write_out(&s);
    if (s.in_fd >= 0)
        close(s.in_fd);
    fz_surface_free(s.surface);
    free(s.out);
    return code;
}

/* --- two processes ---------------------------------------------------------------------------------- */

/* Until it has ended, or has had a while to after a signal. Gives the exit status. */
static int attend(pid_t pid, const sigset_t *awaited)
{
    static const struct timespec patience = {.tv_nsec = PATIENCE_MS * 1000000L};
    for (bool ending = false;;) {
        int status, number = ending ? sigtimedwait(awaited, NULL, &patience) : sigwaitinfo(awaited, NULL);
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED_STATUS + WTERMSIG(status);
        if (number < 0 && errno == EAGAIN)
            return fz_err_exit_status(FZ_E_CANCELLED);
        if (number > 0 && number != SIGCHLD) {
            kill(pid, number);
            ending = true;
        }
    }
}

/* The death of whom we work for is a signal, after which we can still clean up; but who was stopped obeys none before SIGCONT.
 * That is sent by the pipe, whose only other end closes with it. */
static void end_with(pid_t attendant, int pipe_fd)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (pipe_fd >= 0) {
        fcntl(pipe_fd, F_SETOWN, getpid());
        fcntl(pipe_fd, F_SETSIG, SIGCONT);
        fcntl(pipe_fd, F_SETFL, O_ASYNC);
    }
    if (getppid() != attendant) /* it has happened already */
        _exit(fz_err_exit_status(FZ_E_CANCELLED));
}

/* Whoever looks at OUT, or writes it, may be held by a share that hangs, and no signal ends who is. So that is another process, which
 * stays behind then until it is let go; this one waits for it and for signals. False: we are the one that works. */
static bool attends(int *status)
{
    sigset_t awaited, before;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    for (int i = 0; i < ENDS; i++)
        sigaddset(&awaited, ends[i]);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_BLOCK, &awaited, &before);
    int alive[2];
    if (pipe2(alive, O_CLOEXEC) < 0) /* it works without */
        alive[0] = alive[1] = -1;
    pid_t self = getpid(), pid = fork();
    if (pid > 0) {
        *status = attend(pid, &awaited);
        return true;
    }
    if (pid == 0) {
        close(alive[1]);
        end_with(self, alive[0]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return false;
}

int fz_scale_main(int argc, char **argv)
{
    struct fz_arguments arguments;
    struct fz_error err = {0};
    int status = 0;
    enum fz_err code = fz_subcommand_parse(&command, argc, argv, &arguments, &err);
    if (code == FZ_OK && !arguments.help && !attends(&status))
        code = scale(&arguments, &err);
    if (code != FZ_OK)
        fz_log_error(&err);
    fz_arguments_fini(&arguments);
    return code != FZ_OK ? fz_err_exit_status(code) : status;
}
