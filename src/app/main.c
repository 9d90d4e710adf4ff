/* frieze: a fullscreen slideshow and thumbnail wall that never freezes. */
#include "app/app.h"
#include "app/default_source.h"
#include "app/isolation.h"
#include "app/signals.h"
#include "app/subcommand/subcommand.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uri.h"
#include "frieze_config.h"
#include "image/libraries.h"
#include "remote/client.h"
#include "process/title.h"
#include "sync/thread.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_help(void)
{
    puts("Usage: frieze [OPTION]... [SOURCE]...\n"
         "       frieze ctl [--name NAME] COMMAND [ARGUMENT]...\n"
         "       frieze probe [OPTION]... FILE...\n"
         "       frieze scale [OPTION]... IN OUT\n"
         "       frieze prime [OPTION]... SOURCE...\n"
         "\n"
         "Shows pictures as a wall that never freezes. A SOURCE is a folder, a file, or - for paths on\n"
         "standard input; without one, your pictures folder. Return opens a picture, Esc goes back, q "
         "quits.\n");
    fz_options_print_help(stdout);
}

static void print_version(const struct fz_options *options)
{
    puts("frieze " FRIEZE_VERSION);
    fz_isolation_print(options, stdout);
    puts("formats:");
    struct fz_library library;
    for (size_t i = 0; fz_library_at(i, &library); i++)
        printf("  %-44s  %s %s%s\n", library.formats, library.name,
               library.missing ? "is not in this build" : library.version, library.why.msg);
}

/* What a file manager names by its URI is a path from here on; `paths` holds those, owned. */
static enum fz_err check_sources(const char **sources, char **paths, size_t count, struct fz_error *err)
{
    enum fz_err code = FZ_OK;
    for (size_t i = 0; i < count && code == FZ_OK; i++) {
        if (fz_uri_is_file(sources[i])) {
            code = fz_uri_to_path(sources[i], &paths[i], err);
            sources[i] = paths[i];
        }
        if (code == FZ_OK)
            code = fz_source_check(sources[i], err);
    }
    return code;
}

static enum fz_err run(struct fz_app *app, const char **sources, char **paths, size_t count)
{
    struct fz_error err = {0};
    enum fz_err code = check_sources(sources, paths, count, &err);
    if (code == FZ_OK)
        code = fz_app_start(app, sources, count, &err);
    if (code != FZ_OK) {
        app->status = code;
        fz_log_error(&err);
    } else if (!app->ending) {
        fz_app_run(app);
    }
    if (app->list) {
        fz_rate_finish(app);
        fz_marks_finish(app);
    }
    const char *stats = app->options.values[FZ_OPTION_STATS].text;
    if (app->list && stats && fz_stats_write(app, stats, &err) != FZ_OK) {
        fz_log_error(&err);
        app->status = app->status == FZ_OK ? err.code : app->status;
    }
    fz_app_stop(app);
    return app->status;
}

/* A descriptor that is closed here would be taken by the first file that is opened: "-" would then read that. */
static void fill_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    fz_clock_start();
    fill_standard_descriptors();
    fz_title_init(argc, argv);
    if (argc > 1 && strcmp(argv[1], FZ_ZYGOTE_ARGUMENT) == 0)
        _exit(fz_zygote_back_main(argc, argv, fz_roles));
    fz_thread_claim_main();
    if (argc > 1 && strcmp(argv[1], "ctl") == 0)
        return fz_client_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "probe") == 0)
        return fz_probe_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "scale") == 0)
        return fz_scale_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "prime") == 0)
        return fz_prime_main(argc - 1, argv + 1);

    fz_signals_block();
    struct fz_app *app = fz_calloc(1, sizeof *app);
    const char **sources = fz_calloc((size_t)argc + 1, sizeof *sources);
    char **paths = fz_calloc((size_t)argc + 1, sizeof *paths);
    size_t count = 0;
    struct fz_error err = {0};
    char *fallback = NULL;
    fz_options_init(&app->options);
    enum fz_err code = fz_options_parse(&app->options, argc, argv, sources, &count, &err);
    if (code != FZ_OK) {
        fz_log_error(&err);
    } else if (fz_option_is_on(&app->options, FZ_OPTION_HELP)) {
        print_help();
    } else if (fz_option_is_on(&app->options, FZ_OPTION_VERSION)) {
        print_version(&app->options);
    } else if ((code = fz_isolation_start_readers(&app->options, &app->readers, &err)) != FZ_OK ||
               (code = fz_isolation_start(&app->options, &app->decoders, &err)) != FZ_OK ||
               (code = fz_app_listen(app, &err)) != FZ_OK) {
        fz_log_error(&err);
    } else {
        app->heavy_decoders = fz_isolation_later(&app->options, &fz_heavy_decoder_role);
        app->svg_decoders = fz_isolation_later(&app->options, &fz_svg_decoder_role);
        fz_config_load(&app->config, &app->options);
        fz_run_init(app);
        fz_keys_init(app);
        fz_config_report(&app->config);
        fz_video_prepare();
        bool waits =
            fz_option_is_on(&app->options, FZ_OPTION_WATCH) || fz_option_is_on(&app->options, FZ_OPTION_WAIT);
        if (count == 0 && (fallback = fz_default_source(app->readers, waits)) != NULL)
            sources[count++] = fallback;
        code = run(app, sources, paths, count);
    }
    fz_zygote_front_stop(app->decoders);
    fz_zygote_front_stop(app->readers);
    fz_zygote_front_stop(app->heavy_decoders);
    fz_zygote_front_stop(app->svg_decoders);
    fz_keys_fini(app);
    fz_run_fini(app);
    fz_options_fini(&app->options);
    fz_config_fini(&app->config);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    free(fallback);
    free(sources);
    free(app);
    return fz_err_exit_status(code);
}
