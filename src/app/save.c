/* Frames become PNG files: read back on the render thread, written by a worker. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/log.h"
#include "decode/files.h"

#include <stdlib.h>

/* One place is kept for the last frame. */
enum fz_err fz_app_ask_save(struct fz_app *app, char *path, struct fz_request *request, struct fz_error *err)
{
    int free_place = -1, asked = app->saving;
    for (int i = 0; i <= FZ_MAX_SAVES; i++) {
        if (app->saves[i].path)
            asked++;
        else
            free_place = i;
    }
    if (free_place < 0 || (request && asked >= FZ_MAX_SAVES)) {
        free(path);
        return fz_fail(err, FZ_E_LIMIT, 0, "too many screenshots at once");
    }
    app->saves[free_place] = (struct fz_save){path, request};
    app->dirty = true;
    return FZ_OK;
}

static bool may_save(const struct fz_app *app, const struct fz_save *save)
{
    bool settled = !app->moving && !app->fading && fz_shapes_are_settled(app) &&
                   !fz_text_is_pending(app->head) && !fz_loader_uploads_wait(app);
    return save->path && (save->request || settled || app->now_us >= app->end_deadline_us);
}

static void answer(struct fz_app *app, struct fz_request *request, const struct fz_error *err)
{
    app->saving--;
    if (request) {
        fz_app_answer(app, request, err);
    } else if (err->code != FZ_OK) {
        fz_log_error(err);
        app->status = err->code;
    }
}

void fz_app_save_frame(struct fz_app *app)
{
    for (int i = 0; i <= FZ_MAX_SAVES; i++) {
        struct fz_save *save = &app->saves[i];
        if (!may_save(app, save))
            continue;
        struct fz_job *job = fz_job_new(FZ_JOB_SAVE, FZ_ITEM_NONE, save->path, &app->quit);
        struct fz_request *request = save->request;
        *save = (struct fz_save){0};
        job->context = request;
        job->root = FZ_FILES_NO_ROOT;
        job->wants_reader =
            request && app->zygotes.readers; /* for the last frame there are two processes (supervisor.h) */
        job->surface = fz_head_read_pixels(app->head);
        app->saving++;
        if (job->surface) {
            fz_loader_launch(app, job, 0);
            continue;
        }
        struct fz_error err = {0};
        fz_fail(&err, FZ_E_MEMORY, 0, "%s: the frame could not be read back", job->path);
        answer(app, request, &err);
        fz_job_free(job);
    }
}

/* Nobody who quits waits for a share that hangs. */
bool fz_app_is_saving(const struct fz_app *app)
{
    for (int i = 0; i <= FZ_MAX_SAVES; i++)
        if (app->saves[i].path)
            return true;
    return app->saving > (fz_files_hangs(app->pool.files, FZ_SAVE_ROOT) ? app->saving_apart : 0);
}

/* The same job once more, by a reader. */
static void save_apart(struct fz_app *app, struct fz_job *job)
{
    job->wants_reader = false;
    job->root = fz_app_begin_writer(app, &app->saver, FZ_SAVE_ROOT);
    app->saving_apart += job->root == FZ_SAVE_ROOT;
    fz_loader_launch(app, job, 0);
}

void fz_app_take_saved(struct fz_app *app, struct fz_job *job)
{
    if (job->error.code == FZ_E_NOT_YET && job->wants_reader) {
        save_apart(app, job);
        return;
    }
    app->saving_apart -= job->root == FZ_SAVE_ROOT;
    answer(app, job->context, &job->error);
    fz_loader_retire(app, job);
}
