/* frieze scale --show: the wall of what is scaled, which begins as soon as all names are known. */
#include "app/scale/batch.h"
#include "app/scale/scale.h"
#include "app/session.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"

#include <stdlib.h>

/* What cannot be is said before there is a window. *in: the folder without links, as results are named by it; owned; NULL: there is
 * none. */
static enum fz_err check(const struct fz_scale_settings *settings, char **in)
{
    struct fz_scale_batch batch;
    struct fz_error err = {0};
    fz_scale_batch_init(&batch, settings, NULL);
    *in = NULL;
    if (settings->in && fz_path_is_file(settings->in))
        fz_fail(&err, FZ_E_USAGE, 0, "%s: no folder, which --show wants", settings->in);
    else if (settings->in && fz_scale_batch_find_folders(&batch, &err) == FZ_OK)
        *in = fz_strdup(batch.in);
    if (err.code != FZ_OK)
        fz_log_error(&err);
    fz_scale_batch_fini(&batch);
    return err.code;
}

int fz_scale_show(const struct fz_scale_settings *settings)
{
    struct fz_scale_settings shown = *settings;
    char *in;
    fz_signals_block();
    enum fz_err code = check(settings, &in);
    if (code != FZ_OK)
        return fz_err_exit_status(code);
    shown.source = in ? in : settings->source;
    shown.in = in;
    struct fz_app *app = fz_calloc(1, sizeof *app);
    app->options = *settings->options; /* moved */
    fz_options_init(settings->options);
    shown.options = &app->options;
    app->scale.shown = &shown;
    code = fz_session_run(app, &shown.source, 1);
    fz_options_fini(&app->options);
    free(app);
    free(in);
    return fz_err_exit_status(code);
}
