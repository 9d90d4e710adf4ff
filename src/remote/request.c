#include "remote/request.h"

#include "base/json.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Numbers count as arguments too: {"cmd":"wait","args":["idle",5]}. */
static char *argument_text(const json_t *value)
{
    if (json_is_string(value))
        return fz_strdup(json_string_value(value));
    return json_is_number(value) ? fz_asprintf("%.15g", json_number_value(value)) : NULL;
}

static void take_arguments(struct fz_request *request, const json_t *args)
{
    size_t count = json_array_size(args);
    request->argv = fz_calloc(count, sizeof *request->argv);
    for (size_t i = 0; i < count; i++) {
        char *text = argument_text(json_array_get(args, i));
        if (text)
            request->argv[request->argc++] = text;
    }
    if (args && (!json_is_array(args) || request->argc < count))
        fz_fail(&request->error, FZ_E_USAGE, 0, "\"args\" wants an array of strings");
}

struct fz_request *fz_request_parse(const char *line, size_t len)
{
    struct fz_request *request = fz_calloc(1, sizeof *request);
    json_error_t why;
    json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
    if (!root) {
        fz_fail(&request->error, FZ_E_USAGE, 0, "not JSON: %s", why.text);
        return request;
    }
    const char *command = json_string_value(json_object_get(root, "cmd"));
    request->id = json_incref(json_object_get(root, "id"));
    if (command) {
        request->command = fz_strdup(command);
        take_arguments(request, json_object_get(root, "args"));
    } else {
        fz_fail(&request->error, FZ_E_USAGE, 0, "a request is an object with \"cmd\"");
    }
    json_decref(root);
    return request;
}

char *fz_request_reply(const struct fz_request *request, const struct fz_error *error)
{
    json_t *root = json_object();
    json_object_set(root, "id", request && request->id ? request->id : json_null());
    json_object_set_new(root, "ok", json_boolean(error->code == FZ_OK));
    if (error->code == FZ_OK) {
        json_object_set(root, "result", request && request->result ? request->result : json_null());
    } else {
        json_object_set_new(
            root, "error",
            json_pack("{s:s,s:o}", "code", fz_err_name(error->code), "message", fz_json_text(error->msg)));
    }
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(12));
    char *line = fz_asprintf("%s\n", text ? text : "{\"ok\":false}");
    free(text);
    json_decref(root);
    return line;
}

void fz_request_free(struct fz_request *request)
{
    if (!request)
        return;
    for (size_t i = 0; i < request->argc; i++)
        free(request->argv[i]);
    free(request->argv);
    free(request->command);
    json_decref(request->id);
    json_decref(request->result);
    free(request);
}
