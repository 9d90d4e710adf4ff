#include "remote/client.h"

#include "base/log.h"
#include "base/path.h"
#include "remote/socket_path.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static enum fz_err open_connection(const char *name, FILE **stream, struct fz_error *err)
{
    struct sockaddr_un address;
    enum fz_err code = fz_socket_address(name, false, &address, err);
    if (code != FZ_OK)
        return code;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        code = fz_fail(err, FZ_E_NOT_FOUND, 0, "no frieze named %s is running (%s)", name, address.sun_path);
        if (fd >= 0)
            close(fd);
        return code;
    }
    *stream = fdopen(fd, "r+");
    return *stream ? FZ_OK : fz_fail(err, FZ_E_IO, errno, "control socket");
}

static enum fz_err send_request(FILE *stream, int argc, char **argv, struct fz_error *err)
{
    json_t *args = json_array();
    bool takes_path = strcmp(argv[0], "screenshot") == 0; /* relative to who asks, not to who writes */
    for (int i = 1; i < argc; i++) {
        char *path = takes_path ? fz_path_absolute(argv[i]) : NULL;
        json_t *arg = json_string(path ? path : argv[i]);
        free(path);
        if (!arg) {
            json_decref(args);
            return fz_fail(err, FZ_E_USAGE, 0, "an argument is not UTF-8");
        }
        json_array_append_new(args, arg);
    }
    json_t *request = json_pack("{s:i,s:s,s:o}", "id", 1, "cmd", argv[0], "args", args);
    int rc = request ? json_dumpf(request, stream, JSON_COMPACT) : -1;
    json_decref(request);
    if (rc != 0 || fputc('\n', stream) == EOF || fflush(stream) != 0)
        return fz_fail(err, FZ_E_IO, errno, "control socket");
    return FZ_OK;
}

static enum fz_err print_answer(FILE *stream, struct fz_error *err)
{
    json_t *answer = json_loadf(stream, JSON_DISABLE_EOF_CHECK, NULL);
    if (!answer)
        return fz_fail(err, FZ_E_IO, 0, "frieze ended without an answer");
    enum fz_err code = FZ_OK;
    const json_t *result = json_object_get(answer, "result");
    if (!json_is_true(json_object_get(answer, "ok"))) {
        const char *message = json_string_value(json_object_get(json_object_get(answer, "error"), "message"));
        code = fz_fail(err, FZ_E_INTERNAL, 0, "%s", message ? message : "refused");
    } else if (json_is_string(result)) {
        puts(json_string_value(result));
    } else if (result && !json_is_null(result)) {
        json_dumpf(result, stdout, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
        putchar('\n');
    }
    json_decref(answer);
    return code;
}

int fz_client_main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* frieze may end in between: that is an error to report */
    const char *name = "default";
    int i = 1;
    if (i < argc && strcmp(argv[i], "--name") == 0 && i + 1 < argc) {
        name = argv[i + 1];
        i += 2;
    } else if (i < argc && strncmp(argv[i], "--name=", 7) == 0) {
        name = argv[i++] + 7;
    }
    if (i >= argc || argv[i][0] == '-') {
        fz_log("usage: frieze ctl [--name NAME] COMMAND [ARGUMENT]...");
        return fz_err_exit_status(FZ_E_USAGE);
    }
    struct fz_error err = {0};
    FILE *stream = NULL;
    enum fz_err code = open_connection(name, &stream, &err);
    if (code == FZ_OK)
        code = send_request(stream, argc - i, argv + i, &err);
    if (code == FZ_OK)
        code = print_answer(stream, &err);
    if (stream)
        fclose(stream);
    if (code != FZ_OK)
        fz_log_error(&err);
    return fz_err_exit_status(code);
}
