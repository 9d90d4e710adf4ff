/* frieze scale IN OUT: one picture, upright, in sRGB, no larger than asked for. */
#include "app/limits.h"
#include "app/subcommand.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "base/str.h"
#include "image/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SIDE = 100000, COPY_BYTES = 64 << 10 };
enum { OWN_SIZE, OWN_QUALITY };

static const struct fz_own_option own[] = {
    [OWN_SIZE] = {"size", 's', "SIZE", "N or WxH: what the result fits into, px; 0 is full size (400)"},
    [OWN_QUALITY] = {"quality", 'q', "N", "of JPEG and WebP, 1 to 100 (90)"},
};

static const enum fz_option_id shared[] = {FZ_OPTION_BACKGROUND,    FZ_OPTION_LIMIT_PIXELS,
                                           FZ_OPTION_LIMIT_BYTES,   FZ_OPTION_LIMIT_FRAMES,
                                           FZ_OPTION_LIMIT_NESTING, FZ_OPTION_LIMIT_SECONDS};

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
    char *out; /* owned */
    size_t kind;
    int in_fd, quality;
    struct fz_image_request request;
    struct fz_image_scratch *scratch;
    struct fz_image image;
    uint8_t *pixels; /* owned */
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
    s->in_fd = open(s->in, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (s->in_fd < 0 || fstat(s->in_fd, &st) != 0)
        return fz_fail(s->err, fz_err_from_errno(errno), errno, "%s", s->in);
    if (S_ISDIR(st.st_mode))
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: a folder; frieze scale takes one file", s->in);
    s->request.fd = s->in_fd;
    return FZ_OK;
}

static enum fz_err find_out(struct scale *s, const char *out)
{
    struct stat in_st, st;
    size_t len = strlen(out);
    bool slash = len > 0 && out[len - 1] == '/', there = stat(out, &st) == 0;
    if (slash && !there && mkdir(out, 0777) != 0)
        return fz_fail(s->err, fz_err_from_errno(errno), errno, "%s", out);
    bool folder = slash || (there && S_ISDIR(st.st_mode));
    s->out = folder ? fz_path_join(out, fz_path_name(s->in)) : fz_strdup(out);
    if (stat(s->out, &st) == 0 && fstat(s->in_fd, &in_st) == 0 && st.st_dev == in_st.st_dev &&
        st.st_ino == in_st.st_ino)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: the same file as %s", s->out, s->in);
    s->kind = 0;
    while (s->kind < KINDS && !fz_str_has_suffix(s->out, kinds[s->kind].suffix))
        s->kind++;
    if (s->kind == KINDS)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: its name must end in .jpg, .png, .webp, .ppm or .bmp",
                       s->out);
    return FZ_OK;
}

/* --- decoding --------------------------------------------------------------------------------------- */

static uint8_t *on_alloc(void *ctx, int width, int height, int *pitch_bytes)
{
    struct scale *s = ctx;
    *pitch_bytes = width * 4;
    s->pixels = fz_try_malloc((size_t)width * 4 * (size_t)height);
    return s->pixels;
}

static enum fz_err decode(struct scale *s)
{
    struct fz_error why = {0};
    s->request.host = (struct fz_image_host){.ctx = s, .alloc = on_alloc};
    enum fz_err code = fz_image_load(&s->request, s->scratch, &s->image, &why);
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

/* False with errno. */
static bool copy_bytes(const struct scale *s, FILE *stream)
{
    static char block[COPY_BYTES];
    if (lseek(s->in_fd, 0, SEEK_SET) != 0)
        return false;
    for (;;) {
        ssize_t got = read(s->in_fd, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        if (fwrite(block, 1, (size_t)got, stream) != (size_t)got)
            return false;
    }
}

static void on_signal(int number)
{
    (void)number;
    _exit(fz_err_exit_status(FZ_E_CANCELLED));
}

/* There is no half of a file to clean up but while it is written: signals wait for that. */
static void handle_signals(sigset_t *held)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(held);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        sigaddset(held, ends[i]);
        sigaction(ends[i], &(struct sigaction){.sa_handler = on_signal}, NULL);
    }
}

static enum fz_err put_in_place(const struct scale *s, const struct fz_encoded *encoded, struct fz_error *err)
{
    struct fz_new_file file;
    enum fz_err code = fz_new_file_open(&file, s->out, err);
    if (code != FZ_OK)
        return code;
    bool whole = encoded ? fwrite(encoded->bytes, 1, encoded->len, file.stream) == encoded->len
                         : copy_bytes(s, file.stream);
    if (fz_new_file_close(&file, whole))
        return FZ_OK;
    return fz_fail(err, fz_err_from_errno(errno), errno, "%s: cannot be written", s->out);
}

static enum fz_err write_out(struct scale *s)
{
    struct fz_encoded encoded = {0};
    const struct fz_pixels pixels = {s->pixels, s->image.out_w, s->image.out_h, s->image.pitch_bytes};
    bool copied = fits_as_it_is(s);
    if (!copied && !kinds[s->kind].written)
        return fz_fail(s->err, FZ_E_USAGE, 0, "%s: only .jpg, .png, .webp, .ppm and .bmp can be written",
                       s->out);
    struct fz_error why = {0};
    enum fz_err code =
        copied ? FZ_OK : fz_image_encode(kinds[s->kind].encoding, &pixels, s->quality, &encoded, &why);
    if (code != FZ_OK)
        return fz_fail(s->err, code, 0, "%s: %s", s->out, why.msg);
    sigset_t held;
    handle_signals(&held);
    sigprocmask(SIG_BLOCK, &held, NULL);
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
    if (code == FZ_OK)
        code = open_in(&s);
    if (code == FZ_OK)
        code = find_out(&s, arguments->operands[1]);
    fz_image_init();
    s.scratch = fz_image_scratch_new(0);
    if (code == FZ_OK)
        code = decode(&s);
    if (code == FZ_OK)
        code = write_out(&s);
    fz_image_scratch_free(s.scratch);
    fz_image_fini();
    if (s.in_fd >= 0)
        close(s.in_fd);
    free(s.pixels);
    free(s.out);
    return code;
}

int fz_scale_main(int argc, char **argv)
{
    struct fz_arguments arguments;
    struct fz_error err = {0};
    enum fz_err code = fz_subcommand_parse(&command, argc, argv, &arguments, &err);
    if (code == FZ_OK && !arguments.help)
        code = scale(&arguments, &err);
    if (code != FZ_OK)
        fz_log_error(&err);
    fz_arguments_fini(&arguments);
    return fz_err_exit_status(code);
}
