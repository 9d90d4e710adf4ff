/* frieze scale IN OUT: pictures, upright, in sRGB, no larger than asked for. */
#include "app/scale/scale.h"

#include "app/subcommand/subcommand.h"
#include "base/log.h"
#include "ctl/config.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 100000, USUAL_SIDE = 400, USUAL_QUALITY = 90, MAX_SHARDS = 1000000 };
enum {
    OWN_SIZE,
    OWN_SMOOTH,
    OWN_QUALITY,
    OWN_STRIP,
    OWN_FORMAT,
    OWN_COUNT,
    OWN_RECURSIVE,
    OWN_ANEW,
    OWN_SYNC,
    OWN_LIST,
    OWN_SHARD,
    OWN_QUIET,
    OWN_JSON,
    OWN_SHOW,
    OWN_WINDOW
};

static const struct fz_own_option own[] = {
    [OWN_SIZE] = {"size", 's', "SIZE", "N or WxH: what the result fits into, px; 0 is full size (400)"},
    [OWN_SMOOTH] = {"smooth", 'S', NULL, "by a finer filter, out of a larger decode: sharper, and slower"},
    [OWN_QUALITY] = {"quality", 'q', "N", "of JPEG, WebP, AVIF and JPEG XL, 1 to 100 (90)"},
    [OWN_STRIP] = {"strip", 0, NULL, "without EXIF, XMP and IPTC, which are kept else"},
    [OWN_FORMAT] = {"format", 'f', "FORMAT",
                    "jpg, png, webp, avif, jxl, ppm or bmp; OUT must not say another"},
    [OWN_COUNT] = {"concurrency", 'c', "N", "of a folder: pictures at once, as --jobs (one a core)"},
    [OWN_RECURSIVE] = {"recursive", 'r', NULL, "of a folder: those below it too"},
    [OWN_ANEW] = {"anew", 0, NULL, "of a folder: also what stands there and is newer than its picture"},
    [OWN_SYNC] = {"sync", 0, NULL,
                  "of a folder: each result is on the disk before it gets its name, as a single one is"},
    [OWN_LIST] = {"list", 0, NULL,
                  "of a folder: print the names of the pictures that would be read, and end"},
    [OWN_SHARD] = {"shard", 0, "K/N", "of a folder: the Kth of N parts; together they are the whole"},
    [OWN_QUIET] = {"quiet", 0, NULL, "say nothing but what went wrong"},
    [OWN_JSON] = {"json", 0, NULL, "of a folder: the summary as JSON"},
    [OWN_SHOW] = {"show", 0, NULL, "of a folder: in a window, which shows each picture as it is done"},
    [OWN_WINDOW] = {"window", 0, "WxH", "with --show: the window's size (fullscreen)"},
};

static const enum fz_option_id shared[] = {
    FZ_OPTION_NUL,           FZ_OPTION_BACKGROUND,    FZ_OPTION_HIDDEN,      FZ_OPTION_MEMORY,
    FZ_OPTION_JOBS,          FZ_OPTION_LIMIT_PIXELS,  FZ_OPTION_LIMIT_BYTES, FZ_OPTION_LIMIT_FRAMES,
    FZ_OPTION_LIMIT_NESTING, FZ_OPTION_LIMIT_SECONDS, FZ_OPTION_ISOLATION,   FZ_OPTION_SANDBOX,
    FZ_OPTION_HEADLESS,      FZ_OPTION_TILE,          FZ_OPTION_NAME,        FZ_OPTION_SCREENSHOT,
    FZ_OPTION_STATS,         FZ_OPTION_CONFIG,        FZ_OPTION_NO_CONFIG,
};

static const struct fz_subcommand command = {
    .name = "scale",
    .usage = "[OPTION]... IN OUT",
    .about =
        "Writes the picture IN as OUT, in the format of that name (JPEG, PNG, WebP, AVIF, JPEG XL, PPM,\n"
        "BMP), or into the folder OUT under its own name. It is upright and in sRGB, fits SIZE and is\n"
        "never enlarged; what is transparent stands on the background. EXIF, XMP and IPTC go along. A file\n"
        "that fits as it is, in the same format and without turning, is copied byte by byte. OUT is\n"
        "replaced only when the new file is whole.\n"
        "\n"
        "Where IN is a folder, all pictures in it are written into the folder OUT, which is made where it\n"
        "is missing. Who cannot keep the format becomes a JPEG or PNG; where two would get one name, the\n"
        "second says what it is called. Results that are newer than their pictures are left alone, so\n"
        "that the same command goes on where it was interrupted.",
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .shared = shared,
    .shared_count = sizeof shared / sizeof *shared,
};

const struct fz_scale_settings fz_scale_usual_settings = {
    .box_w = USUAL_SIDE, .box_h = USUAL_SIDE, .quality = USUAL_QUALITY, .shard = 1, .shards = 1};

/* What follows the number; NULL: there is none. */
static const char *read_number(const char *text, long most, int *value)
{
    char *end = NULL;
    long number = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : -1;
    *value = (int)number;
    return number >= 0 && number <= most ? end : NULL;
}

enum fz_err fz_scale_read_size(const char *text, int *w, int *h, struct fz_error *err)
{
    const char *rest = read_number(text, MAX_SIDE, w);
    *h = *w;
    if (rest && *rest == 'x' && *w > 0) {
        rest = read_number(rest + 1, MAX_SIDE, h);
        rest = rest && *h > 0 ? rest : NULL;
    }
    if (rest && *rest == '\0')
        return FZ_OK;
    return fz_fail(err, FZ_E_USAGE, 0, "size %.60s: wants N or WxH, 1 to %d, or 0", text, MAX_SIDE);
}

static enum fz_err read_quality(struct fz_scale_settings *s, const char *text, struct fz_error *err)
{
    const char *rest = read_number(text, 100, &s->quality);
    return rest && *rest == '\0' && s->quality >= 1
               ? FZ_OK
               : fz_fail(err, FZ_E_USAGE, 0, "--quality=%.60s: wants N, 1 to 100", text);
}

static enum fz_err read_format(struct fz_scale_settings *s, const char *text, struct fz_error *err)
{
    s->kind = fz_file_kind_named(text);
    const char *needs = fz_file_kind_needs(s->kind);
    if (needs)
        return fz_fail(err, FZ_E_USAGE, 0, "--format=%.60s: this build has no %s", text, needs);
    return s->kind ? FZ_OK
                   : fz_fail(err, FZ_E_USAGE, 0,
                             "--format=%.60s: wants jpg, png, webp, avif, jxl, ppm or bmp", text);
}

static enum fz_err read_shard(struct fz_scale_settings *s, const char *text, struct fz_error *err)
{
    int shard, shards = 0;
    const char *rest = read_number(text, MAX_SHARDS, &shard);
    rest = rest && *rest == '/' ? read_number(rest + 1, MAX_SHARDS, &shards) : NULL;
    if (!rest || *rest != '\0' || shard < 1 || shard > shards)
        return fz_fail(err, FZ_E_USAGE, 0, "--shard=%.60s: wants K/N, K from 1 to N", text);
    s->shard = (unsigned)shard;
    s->shards = (unsigned)shards;
    return FZ_OK;
}

/* What a single picture has no use for. */
static const char *find_of_folders(const char **given)
{
    static const int ids[] = {OWN_RECURSIVE, OWN_LIST, OWN_SHARD, OWN_JSON};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (given[ids[i]])
            return own[ids[i]].name;
    return NULL;
}

static enum fz_err read_settings(struct fz_arguments *arguments, struct fz_scale_settings *s,
                                 struct fz_error *err)
{
    const char **given = arguments->own;
    if (arguments->operand_count != 2)
        return fz_fail(err, FZ_E_USAGE, 0, "usage: frieze scale [-s SIZE] IN OUT");
    const char *source = arguments->operands[0];
    *s = fz_scale_usual_settings;
    s->options = &arguments->options;
    s->source = source;
    s->in = strcmp(source, "-") == 0 ? NULL : source;
    s->out = arguments->operands[1];
    s->shows = given[OWN_SHOW];
    s->smooth = given[OWN_SMOOTH];
    s->strips = given[OWN_STRIP];
    s->of_folders = find_of_folders(given);
    s->recursive = given[OWN_RECURSIVE];
    s->anew = given[OWN_ANEW];
    s->synced = given[OWN_SYNC];
    s->lists = given[OWN_LIST];
    s->quiet = given[OWN_QUIET];
    s->json = given[OWN_JSON];
    if (s->shows && s->lists)
        return fz_fail(err, FZ_E_USAGE, 0, "--show and --list: one of the two");
    enum fz_err code = FZ_OK;
    if (given[OWN_SIZE])
        code = fz_scale_read_size(given[OWN_SIZE], &s->box_w, &s->box_h, err);
    if (code == FZ_OK && given[OWN_QUALITY])
        code = read_quality(s, given[OWN_QUALITY], err);
    if (code == FZ_OK && given[OWN_FORMAT])
        code = read_format(s, given[OWN_FORMAT], err);
    if (code == FZ_OK && given[OWN_SHARD])
        code = read_shard(s, given[OWN_SHARD], err);
    if (code == FZ_OK && given[OWN_WINDOW])
        code = fz_option_set(&arguments->options, FZ_OPTION_SIZE, given[OWN_WINDOW], FZ_ORIGIN_COMMAND_LINE,
                             err);
    if (code == FZ_OK && given[OWN_COUNT])
        code =
            fz_option_set(&arguments->options, FZ_OPTION_JOBS, given[OWN_COUNT], FZ_ORIGIN_COMMAND_LINE, err);
    return code;
}

/* Without a window only a config file that is named: who scales in a script wants the same whoever runs it. */
static int scale(const struct fz_scale_settings *settings, struct fz_options *options,
                 struct fz_config *config)
{
    if (!settings->shows && options->values[FZ_OPTION_CONFIG].text) {
        fz_config_load(config, options);
        fz_config_report(config);
    }
    return fz_scale_supervised(settings);
}

int fz_scale_main(int argc, char **argv)
{
    struct fz_arguments arguments;
    struct fz_config config;
    struct fz_scale_settings settings = {0};
    struct fz_error err = {0};
    int status = 0;
    fz_config_init(&config);
    enum fz_err code = fz_subcommand_parse(&command, argc, argv, &arguments, &err);
    if (code == FZ_OK && !arguments.help)
        code = read_settings(&arguments, &settings, &err);
    if (code != FZ_OK)
        fz_log_error(&err);
    else if (!arguments.help)
        status = scale(&settings, &arguments.options, &config);
    fz_arguments_fini(&arguments);
    fz_config_fini(&config);
    return code != FZ_OK ? fz_err_exit_status(code) : status;
}
