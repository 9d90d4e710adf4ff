/* frieze: a fullscreen slideshow and thumbnail wall that never freezes. */
#include "app/app.h"
#include "app/supervisor.h"
#include "app/isolation.h"
#include "app/session.h"
#include "app/signals.h"
#include "app/subcommand/subcommand.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "frieze_config.h"
#include "image/libraries.h"
#include "remote/client.h"
#include "process/title.h"
#include "sync/thread.h"

#include <fcntl.h>
#include <signal.h>
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

static enum fz_err flush(struct fz_error *err)
{
    enum fz_err code = fz_flush_output(err);
    if (code != FZ_OK)
        fz_log_error(err);
    return code;
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

/* As long as there is but one thread: with several, whoever opens a file that the table has no room for waits until all
 * processors have left the kernel (expand_files() in Linux' fs/file.c), which takes up to 10 ms. */
static void widen_descriptor_table(void)
{
    enum { DESCRIPTORS = 1024 };
    int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, DESCRIPTORS - 1);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    fz_clock_start();
    fill_standard_descriptors();
    widen_descriptor_table();
    fz_title_init(argc, argv);
    signal(SIGCHLD, SIG_DFL); /* who starts us may ignore it: then nobody is told how a process ended */
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
    size_t count = 0;
    struct fz_error err = {0};
    int status = 0;
    fz_options_init(&app->options);
    enum fz_err code = fz_options_parse(&app->options, argc, argv, sources, &count, &err);
    if (code != FZ_OK) {
        fz_log_error(&err);
    } else if (fz_option_is_on(&app->options, FZ_OPTION_HELP)) {
        print_help();
        code = flush(&err);
    } else if (fz_option_is_on(&app->options, FZ_OPTION_VERSION)) {
        print_version(&app->options);
        code = flush(&err);
    } else if (!fz_supervise_where_needed(&app->options, FZ_OK, &status)) {
        code = fz_session_run(app, sources, count);
    }
    fz_options_fini(&app->options);
    free(sources);
    free(app);
    return code != FZ_OK ? fz_err_exit_status(code) : status;
}
