/* frieze probe FILE...: what each picture is, as a line of JSON. */
#include "app/isolation.h"
#include "app/limits.h"
#include "app/subcommand/subcommand.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

static const enum fz_option_id shared[] = {FZ_OPTION_LIMIT_PIXELS, FZ_OPTION_LIMIT_BYTES,
                                           FZ_OPTION_LIMIT_FRAMES, FZ_OPTION_ISOLATION, FZ_OPTION_SANDBOX};

static const struct fz_subcommand command = {
    .name = "probe",
    .usage = "[OPTION]... FILE...",
    .about =
        "Prints a line of JSON for each picture, in the order given: its path, format, width and height\n"
        "as it is shown (upright, in pixels), EXIF orientation, frames (or pages), whether it has a\n"
        "colour profile (icc), the date it was taken, and the error that keeps it from being shown.\n"
        "What is not known is null. The pixels are not read.",
    .shared = shared,
    .shared_count = sizeof shared / sizeof *shared,
};

static enum fz_err look(const char *path, const struct fz_image_limits *limits, struct fz_own_engine *own,
                        struct fz_probe *probe, struct fz_error *err)
{
    *probe = (struct fz_probe){0};
    int fd;
    struct fz_look at = fz_own_engine_open(own, path, limits, &fd);
    if (fd < 0)
        return fz_fail(err, fz_err_from_errno(at.sys), at.sys, "cannot open");
    struct fz_image_request request = {.fd = fd, .limits = *limits};
    enum fz_err code = fz_engine_probe(own->engine, &request, probe, err);
    close(fd);
    return code;
}

static json_t *text_or_null(const char *text)
{
    return fz_json_text(text && *text ? text : NULL);
}

static json_t *number_or_null(bool known, int number)
{
    return known ? json_integer(number) : json_null();
}

static void print_line(const char *path, const struct fz_probe *probe, const struct fz_error *err)
{
    const struct fz_image *image = &probe->image;
    bool sized = image->width > 0 && image->height > 0, read = err->code == FZ_OK;
    json_t *line =
        json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "path", fz_json_text(path), "format",
                  text_or_null(image->format), "width", number_or_null(sized, image->width), "height",
                  number_or_null(sized, image->height), "orientation",
                  number_or_null(read, image->orientation), "frames", number_or_null(read, image->frames),
                  "icc", read ? json_boolean(image->has_profile) : json_null(), "date",
                  text_or_null(probe->date), "error", text_or_null(read ? NULL : err->msg));
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

static enum fz_err probe_all(const struct fz_arguments *arguments, struct fz_error *err)
{
    struct fz_image_limits limits = fz_limits_from_options(&arguments->options);
    struct fz_own_engine own;
    bool failed = false;
    enum fz_err code = fz_own_engine_start(&own, &arguments->options, err);
    if (code != FZ_OK) {
        fz_own_engine_stop(&own);
        return code;
    }
    for (size_t i = 0; i < arguments->operand_count; i++) {
        struct fz_probe probe;
        struct fz_error why = {0};
        failed |= look(arguments->operands[i], &limits, &own, &probe, &why) != FZ_OK;
        print_line(arguments->operands[i], &probe, &why);
    }
    fz_own_engine_stop(&own);
    if (fz_flush_output(err) != FZ_OK)
        return err->code;
    err->code = failed ? FZ_E_DAMAGED : FZ_OK; /* its line has said why */
    return err->code;
}

int fz_probe_main(int argc, char **argv)
{
    struct fz_arguments arguments;
    struct fz_error err = {0};
    enum fz_err code = fz_subcommand_parse(&command, argc, argv, &arguments, &err);
    if (code == FZ_OK && !arguments.help && arguments.operand_count == 0)
        code = fz_fail(&err, FZ_E_USAGE, 0, "usage: frieze probe FILE...");
    if (code == FZ_OK && !arguments.help)
        code = probe_all(&arguments, &err);
    if (code != FZ_OK && err.msg[0])
        fz_log_error(&err);
    fz_arguments_fini(&arguments);
    return fz_err_exit_status(code);
}
