/* The third part of detail: of which pictures there are squares. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "app/picture/detail_internal.h"
#include "base/mem.h"

#include <stdlib.h>

static void free_detail(struct fz_app *app, struct fz_detail **place)
{
    struct fz_detail *detail = *place;
    if (!detail)
        return;
    if (detail->job)
        fz_cancel_set(&detail->job->cancel);
    if (detail->arrived)
        fz_loader_retire(app, detail->arrived);
    for (int i = 0; i < FZ_DETAIL_MOST; i++)
        fz_texture_free(app->head, detail->squares[i].texture);
    free(detail->index);
    free(detail);
    *place = NULL;
}

struct fz_detail *fz_detail_find(const struct fz_app *app, fz_item_id item)
{
    for (int i = 0; i < FZ_DETAILS_MOST; i++)
        if (app->details.of[i] && app->details.of[i]->item == item)
            return app->details.of[i];
    return NULL;
}

/* What is shown and what was asked for are never of no use. */
static struct fz_detail **least_used(struct fz_app *app)
{
    struct fz_detail **least = NULL;
    for (int i = 0; i < FZ_DETAILS_MOST; i++) {
        struct fz_detail **place = &app->details.of[i];
        if (!*place)
            return place;
        bool needed = (*place)->item == app->picture.shown || (*place)->item == app->picture.item;
        if (!needed && (!least || (*place)->used < (*least)->used))
            least = place;
    }
    return least;
}

struct fz_detail *fz_detail_claim(struct fz_app *app, fz_item_id item)
{
    struct fz_detail *detail = fz_detail_find(app, item);
    if (!detail) {
        struct fz_detail **place = least_used(app);
        free_detail(app, place);
        detail = *place = fz_calloc(1, sizeof *detail);
        detail->item = item;
    }
    detail->used = ++app->details.uses;
    return detail;
}

void fz_detail_forget(struct fz_app *app, fz_item_id item)
{
    for (int i = 0; i < FZ_DETAILS_MOST; i++)
        if (app->details.of[i] && app->details.of[i]->item == item)
            free_detail(app, &app->details.of[i]);
}

void fz_detail_fini(struct fz_app *app)
{
    for (int i = 0; i < FZ_DETAILS_MOST; i++) {
        struct fz_detail *detail = app->details.of[i];
        if (!detail)
            continue;
        fz_job_free(detail->arrived);
        detail->arrived = detail->job = NULL; /* freed with the pool */
        free_detail(app, &app->details.of[i]);
    }
}
