#include "app/options.h"

#include "app/app.h"
#include "app/wall/browse.h"
#include "base/json.h"

#include <stdlib.h>

/* Captions take their room in the layout. */
static void apply_text_scale(struct fz_app *app)
{
    fz_head_set_text_scale(app->head, app->options.values[FZ_OPTION_TEXT_SCALE].factor);
    fz_wall_resize(app, fz_head_w(app->head), fz_head_h(app->head));
}

/* What is not named here is looked up whenever it is needed. */
static void apply(struct fz_app *app, enum fz_option_id id)
{
    if (id == FZ_OPTION_TILE)
        fz_wall_set_tile_size(app, 0);
    else if (id == FZ_OPTION_BACKGROUND) /* it is part of every picture that is transparent somewhere */
        fz_loader_forget_all(app);
    else if (id == FZ_OPTION_SORT || id == FZ_OPTION_REVERSE)
        fz_browse_sort_by_options(app);
    else if (id == FZ_OPTION_FIT)
        fz_wall_resize(app, fz_head_w(app->head), fz_head_h(app->head));
    else if (id == FZ_OPTION_LAYOUT)
        fz_wall_switch_layout(app);
    else if (id == FZ_OPTION_TEXT_SCALE)
        apply_text_scale(app);
    else if (id == FZ_OPTION_NAMES && fz_wall_has_shapes(app)) /* without names there is no room for them */
        fz_wall_resize(app, fz_head_w(app->head), fz_head_h(app->head));
    if (id == FZ_OPTION_BACKGROUND || id == FZ_OPTION_FIT || id == FZ_OPTION_TEXT_SCALE ||
        id == FZ_OPTION_NAMES)
        fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

enum fz_motion fz_app_motion(const struct fz_app *app)
{
    return (enum fz_motion)fz_option_choice(&app->options, FZ_OPTION_MOTION);
}

static enum fz_err check_live(enum fz_option_id id, struct fz_error *err)
{
    const struct fz_option_row *row = fz_option_row(id);
    if (row->reach == FZ_REACH_LIVE)
        return FZ_OK;
    return fz_fail(err, FZ_E_USAGE, 0,
                   "%s cannot be changed while frieze runs: it is read at the start, from %s", row->name,
                   row->reach == FZ_REACH_FILE ? "frieze.conf and the command line" : "the command line");
}

enum fz_err fz_app_set_option(struct fz_app *app, enum fz_option_id id, const char *text,
                              struct fz_error *err)
{
    enum fz_err code = check_live(id, err);
    if (code == FZ_OK)
        code = fz_option_set(&app->options, id, text, FZ_ORIGIN_RUN_TIME, err);
    if (code == FZ_OK)
        apply(app, id);
    return code;
}

/* ---- The commands ------------------------------------------------------------------------------------------------ */

static json_t *value_json(const struct fz_option_row *row, const struct fz_option_value *value)
{
    if (row->type == FZ_TYPE_FLAG)
        return json_boolean(value->number);
    if (value->origin == FZ_ORIGIN_UNSET)
        return json_null();
    switch (row->type) {
    case FZ_TYPE_DURATION:
        return json_real(value->seconds);
    case FZ_TYPE_FACTOR:
        return json_real(value->factor);
    case FZ_TYPE_SIZE:
        return json_sprintf("%dx%d", value->w, value->h);
    case FZ_TYPE_COLOR:
        return json_sprintf("%06x", (unsigned)value->number);
    case FZ_TYPE_TEXT:
    case FZ_TYPE_CHOICE:
        return fz_json_text(value->text);
    default:
        return json_integer(value->number);
    }
}

static json_t *option_json(const struct fz_app *app, enum fz_option_id id)
{
    const struct fz_option_value *value = &app->options.values[id];
    json_t *json = json_object();
    json_object_set_new(json, "value", value_json(fz_option_row(id), value));
    json_object_set_new(json, "set_by", json_string(fz_option_origin_name(value->origin)));
    if (value->file) {
        json_object_set_new(json, "file", fz_json_text(value->file));
        json_object_set_new(json, "line", json_integer(value->line));
    }
    return json;
}

static enum fz_err find(const char *name, enum fz_option_id *id, struct fz_error *err)
{
    return fz_option_find(name, id)
               ? FZ_OK
               : fz_fail(err, FZ_E_USAGE, 0, "unknown option %.60s (frieze ctl get lists them)", name);
}

enum fz_err fz_app_get_options(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    enum fz_option_id id;
    if (call->argc > 1)
        return fz_fail(err, FZ_E_USAGE, 0, "get wants one option, or none for all");
    if (call->argc == 1) {
        enum fz_err code = find(call->argv[0], &id, err);
        call->result = code == FZ_OK ? option_json(app, id) : NULL;
        return code;
    }
    call->result = json_object();
    for (int i = 0; i < FZ_OPTIONS; i++)
        json_object_set_new(call->result, fz_option_row((enum fz_option_id)i)->name,
                            option_json(app, (enum fz_option_id)i));
    return FZ_OK;
}

enum fz_err fz_app_set_options(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    enum fz_option_id id;
    if (call->argc != 1 && call->argc != 2)
        return fz_fail(err, FZ_E_USAGE, 0, "set wants an option and its value");
    enum fz_err code = find(call->argv[0], &id, err);
    if (code == FZ_OK)
        code = check_live(id, err);
    if (code == FZ_OK && call->argc == 1 && fz_option_row(id)->type != FZ_TYPE_FLAG)
        code = fz_fail(err, FZ_E_USAGE, 0, "%s wants %s", call->argv[0], fz_option_row(id)->metavar);
    if (code == FZ_OK)
        code = fz_app_set_option(app, id, call->argc == 2 ? call->argv[1] : NULL, err);
    call->result = code == FZ_OK ? option_json(app, id) : NULL;
    return code;
}

enum fz_err fz_app_reset_options(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    enum fz_option_id id;
    if (call->argc != 1)
        return fz_fail(err, FZ_E_USAGE, 0, "reset wants an option");
    enum fz_err code = find(call->argv[0], &id, err);
    if (code == FZ_OK)
        code = check_live(id, err);
    if (code != FZ_OK)
        return code;
    fz_option_reset(&app->options, id, FZ_ORIGIN_RUN_TIME);
    apply(app, id);
    call->result = option_json(app, id);
    return FZ_OK;
}
