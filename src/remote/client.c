#include "remote/client.h"

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "remote/socket.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static enum fz_err open_connection(const char *name, int *fd, struct fz_error *err)
{
    struct sockaddr_un address;
    enum fz_err code = fz_socket_address(name, false, &address, err);
    if (code != FZ_OK)
        return code;
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0 || connect(*fd, (const struct sockaddr *)&address, sizeof address) != 0)
        code = fz_fail(err, FZ_E_NOT_FOUND, 0, "no frieze named %s is running (%s)", name, address.sun_path);
    if (code != FZ_OK && *fd >= 0)
        close(*fd);
    return code;
}

/* A path is relative to who asks, not to who answers. Caller frees. */
static char *argument_of(const char *command, int i, const char *text)
{
    if (strcmp(command, "screenshot") == 0 || (strcmp(command, "scale") == 0 && i == 2))
        return fz_path_typed(text);
    return fz_strdup(text);
}

/* One line; the caller frees. NULL where an argument is not UTF-8. */
static char *request_line(int argc, char **argv)
{
    json_t *args = json_array();
    int rc = 0;
    for (int i = 1; i < argc; i++) {
        char *text = argument_of(argv[0], i, argv[i]);
        rc |= json_array_append_new(args, json_string(text));
        free(text);
    }
    json_t *request = json_pack("{s:i,s:s,s:o}", "id", 1, "cmd", argv[0], "args", args);
    char *text = request && rc == 0 ? json_dumps(request, JSON_COMPACT) : NULL;
    char *line = text ? fz_asprintf("%s\n", text) : NULL;
    free(text);
    json_decref(request);
    return line;
}

/* False with errno. */
static bool send_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

static enum fz_err print_answer(const json_t *answer, struct fz_error *err)
{
    const json_t *result = json_object_get(answer, "result");
    if (!json_is_true(json_object_get(answer, "ok"))) {
        const char *message = json_string_value(json_object_get(json_object_get(answer, "error"), "message"));
        return fz_fail(err, FZ_E_INTERNAL, 0, "%s", message ? message : "refused");
    }
    if (json_is_string(result)) {
        puts(json_string_value(result));
    } else if (result && !json_is_null(result)) {
        json_dumpf(result, stdout, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
        putchar('\n');
    }
    return fz_flush_output(err);
}

/* Takes `fd`. */
static enum fz_err converse(int fd, const char *line, struct fz_error *err)
{
    bool sent = send_all(fd, line, strlen(line));
    int sys = sent ? 0 : errno;
    FILE *stream = fdopen(fd, "r");
    /* Who hung up while we were still talking may have said why. */
    json_t *answer = stream ? json_loadf(stream, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    enum fz_err code = answer ? print_answer(answer, err)
                       : sent ? fz_fail(err, FZ_E_IO, 0, "frieze ended without an answer")
                              : fz_fail(err, FZ_E_IO, sys, "control socket");
    json_decref(answer);
    if (stream)
        fclose(stream);
    else
        close(fd);
    return code;
}

#define USAGE "usage: frieze ctl [--name NAME] COMMAND [ARGUMENT]..."

static int help(void)
{
    struct fz_error err = {0};
    puts(
        USAGE
        "\n\n"
        "Has a running frieze do something, and prints its answer, as JSON. frieze(1) lists the commands.\n\n"
        "      --name NAME  which one: what its own --name says (default)\n"
        "  -h, --help       print this and end");
    const enum fz_err code = fz_flush_output(&err);
    if (code != FZ_OK)
        fz_log_error(&err);
    return fz_err_exit_status(code);
}

int fz_client_main(int argc, char **argv)
{
    const char *name = "default";
    int i = 1;
    if (i < argc && strcmp(argv[i], "--name") == 0 && i + 1 < argc) {
        name = argv[i + 1];
        i += 2;
    } else if (i < argc && strncmp(argv[i], "--name=", 7) == 0) {
        name = argv[i++] + 7;
    }
    if (i < argc && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0))
        return help();
    if (i >= argc || argv[i][0] == '-') {
        fz_log(USAGE);
        return fz_err_exit_status(FZ_E_USAGE);
    }
    struct fz_error err = {0};
    int fd = -1;
    char *line = request_line(argc - i, argv + i);
    enum fz_err code =
        line ? open_connection(name, &fd, &err) : fz_fail(&err, FZ_E_USAGE, 0, "an argument is not UTF-8");
    if (line && code == FZ_OK)
        code = converse(fd, line, &err);
    free(line);
    if (code != FZ_OK)
        fz_log_error(&err);
    return fz_err_exit_status(code);
}
