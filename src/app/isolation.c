#include "app/isolation.h"

#include "app/limits.h"
#include "base/memory_use.h"
#include "process/launcher.h"
#include "source/lookup.h"
#include "source/reader.h"

enum { OWN_KEEP_BYTES = 4 << 20 };

const struct fz_role *const fz_roles[] = {&fz_decoder_role, &fz_heavy_decoder_role, &fz_svg_decoder_role,
                                          &fz_reader_role, NULL};

bool fz_isolation_is_by_threads(const struct fz_options *options)
{
    return fz_option_choice(options, FZ_OPTION_ISOLATION) == FZ_ISOLATION_THREAD;
}

bool fz_isolation_requires_all(const struct fz_options *options)
{
    return fz_option_choice(options, FZ_OPTION_SANDBOX) == FZ_SANDBOX_MODE_REQUIRE;
}

static bool wants_sandbox(const struct fz_options *options)
{
    return fz_option_choice(options, FZ_OPTION_SANDBOX) != FZ_SANDBOX_MODE_OFF;
}

/* Starts a decoder to see. */
static enum fz_err require(struct fz_zygote *decoders, struct fz_error *err)
{
    uint32_t layers;
    char missing[FZ_SANDBOX_MISSING];
    enum fz_err code = fz_engine_try(decoders, &layers, missing, err);
    if (code == FZ_OK && fz_sandbox_state_of(layers) != FZ_SANDBOX_STATE_FULL)
        code = fz_fail(err, FZ_E_UNSUPPORTED, 0,
                       "--sandbox=require: this system does not permit all of it (%s)", missing);
    return code;
}

/* Those of other roles have zygotes of their own, which would begin only with the first such picture. */
static enum fz_err require_all(const struct fz_options *options, struct fz_zygote *decoders,
                               struct fz_error *err)
{
    static const struct fz_role *const later[] = {&fz_heavy_decoder_role, &fz_svg_decoder_role};
    enum fz_err code = require(decoders, err);
    for (size_t i = 0; i < sizeof later / sizeof *later && code == FZ_OK; i++) {
        struct fz_zygote *others = fz_zygote_front_later(later[i], wants_sandbox(options));
        code = require(others, err);
        fz_zygote_front_stop(others);
    }
    return code;
}

static enum fz_err start_decoders(const struct fz_options *options, struct fz_zygotes *zygotes,
                                  struct fz_error *err)
{
    enum fz_err code =
        fz_zygote_front_start(&zygotes->decoders, &fz_decoder_role, wants_sandbox(options), err);
    /* Nothing is forked after this, and nothing of the user's is open yet. */
    fz_launcher_begin(FZ_LAUNCH_OWN);
    if (code == FZ_OK && fz_isolation_requires_all(options))
        code = require_all(options, zygotes->decoders, err);
    return code;
}

enum fz_err fz_isolation_start(const struct fz_options *options, struct fz_zygotes *zygotes,
                               struct fz_error *err)
{
    bool required = fz_isolation_requires_all(options);
    *zygotes = (struct fz_zygotes){0};
    if (fz_isolation_is_by_threads(options))
        return required ? fz_fail(err, FZ_E_USAGE, 0, "--sandbox=require needs --isolation=process") : FZ_OK;
    enum fz_err code = fz_zygote_front_start(&zygotes->readers, &fz_reader_role, false, err);
    if (code == FZ_OK)
        code = start_decoders(options, zygotes, err);
    if (code != FZ_OK) {
        fz_isolation_stop(zygotes);
        return code;
    }
    zygotes->heavy_decoders = fz_zygote_front_later(&fz_heavy_decoder_role, wants_sandbox(options));
    zygotes->svg_decoders = fz_zygote_front_later(&fz_svg_decoder_role, wants_sandbox(options));
    return FZ_OK;
}

void fz_isolation_stop(struct fz_zygotes *zygotes)
{
    struct fz_zygote *const all[] = {zygotes->decoders, zygotes->readers, zygotes->heavy_decoders,
                                     zygotes->svg_decoders};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fz_zygote_front_let_go(all[i]);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fz_zygote_front_stop(all[i]);
    *zygotes = (struct fz_zygotes){0};
}

enum fz_err fz_own_engine_start(struct fz_own_engine *own, const struct fz_options *options,
                                struct fz_error *err)
{
    *own = (struct fz_own_engine){.reader = FZ_NO_CHILD};
    enum fz_err code = fz_isolation_start(options, &own->zygotes, err);
    if (code != FZ_OK)
        return code;
    fz_image_init();
    struct fz_engine_options how = {.decoders = own->zygotes.decoders,
                                    .heavy_decoders = own->zygotes.heavy_decoders,
                                    .svg_decoders = own->zygotes.svg_decoders,
                                    .requires_all = fz_isolation_requires_all(options),
                                    .number = 1,
                                    .keep_bytes = OWN_KEEP_BYTES,
                                    .working_bytes = fz_memory_available_bytes(),
                                    .max_cpu_us = fz_limits_from_options(options).max_cpu_us,
                                    .counts = &own->counts};
    own->engine = fz_engine_new(&how);
    return FZ_OK;
}

void fz_own_engine_stop(struct fz_own_engine *own)
{
    if (own->engine)
        fz_image_fini();
    fz_engine_free(own->engine);
    if (own->zygotes.readers)
        fz_lookup_end(&own->reader);
    fz_isolation_stop(&own->zygotes);
}

struct fz_look fz_own_engine_open(struct fz_own_engine *own, const char *path,
                                  const struct fz_image_limits *limits, int *fd)
{
    return fz_lookup_open(own->zygotes.readers, &own->reader, path, limits->max_file_bytes, fd);
}

void fz_isolation_print(const struct fz_options *options, FILE *stream)
{
    struct fz_zygotes zygotes;
    struct fz_error err = {0};
    uint32_t layers = 0;
    char text[FZ_SANDBOX_TEXT], missing[FZ_SANDBOX_MISSING] = "";
    if (fz_isolation_start(options, &zygotes, &err) == FZ_OK && zygotes.decoders)
        fz_engine_try(zygotes.decoders, &layers, missing, &err);
    fz_isolation_stop(&zygotes);
    fz_sandbox_format(layers, text);
    fprintf(stream, "isolation: %s\nsandbox: %s\n", options->values[FZ_OPTION_ISOLATION].text, text);
    if (missing[0])
        fprintf(stream, "  missing: %s\n", missing);
    if (err.code != FZ_OK)
        fprintf(stream, "  %s\n", err.msg);
}
