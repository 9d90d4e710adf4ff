/* frieze scale --show: the wall of what is scaled, which begins as soon as all names are known. */
#include "app/scale/batch.h"
#include "app/scale/scale.h"
#include "app/session.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>

/* What cannot be is said before there is a window. */
static enum fz_err check(const struct fz_scale_settings *settings)
{
    struct fz_scale_batch batch;
    struct fz_error err = {0};
    fz_scale_batch_init(&batch, settings, NULL);
    if (settings->in && fz_scale_batch_find_folders(&batch, &err) != FZ_OK)
        fz_log_error(&err);
    fz_scale_batch_fini(&batch);
    return err.code;
}

int fz_scale_show(const struct fz_scale_settings *settings)
{
    struct fz_scale_settings shown = *settings;
    fz_signals_block();
    enum fz_err code = check(settings);
    if (code != FZ_OK)
        return fz_err_exit_status(code);
    struct fz_app *app = fz_calloc(1, sizeof *app);
    app->options = *settings->options; /* moved */
    fz_options_init(settings->options);
    shown.options = &app->options;
    app->scale.shown = &shown;
    code = fz_session_run(app, &settings->source, 1);
    fz_options_fini(&app->options);
    free(app);
    return fz_err_exit_status(code);
}
