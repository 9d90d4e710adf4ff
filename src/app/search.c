#include "app/search.h"

#include "app/app.h"
#include "app/panel.h"
#include "base/mem.h"
#include "source/search.h"

#include <stdio.h>
#include <stdlib.h>

void fz_search_set(struct fz_app *app, const char *text)
{
    free(app->searched);
    app->searched = *text ? fz_strdup(text) : NULL;
    fz_arrange_search(app, text);
    fz_search_answered(app); /* where the answer is "all", it is there already */
    app->dirty = true;
}

void fz_search_words(struct fz_app *app, const char *const *words, size_t count)
{
    char text[FZ_EDIT_BYTES];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? " " : "", words[i]);
    fz_search_set(app, text);
}

bool fz_search_end(struct fz_app *app)
{
    if (!app->searched)
        return false;
    fz_search_set(app, "");
    return true;
}

void fz_search_answered(struct fz_app *app)
{
    size_t index;
    if (app->mode == FZ_MODE_PICTURE && fz_list_index(app->list, app->wall.selected, &index))
        fz_picture_go_to(app, index);
}

void fz_search_draw(struct fz_app *app)
{
    if (!app->searched)
        return;
    size_t count = fz_list_count(app->list);
    char text[320];
    if (fz_list_search_runs(app->list))
        snprintf(text, sizeof text, "/%.200s", app->searched);
    else if (count == 0)
        snprintf(text, sizeof text, "/%.200s   nothing found", app->searched);
    else
        snprintf(text, sizeof text, "/%.200s   %zu of %zu", app->searched, fz_app_selected_index(app) + 1,
                 count);
    fz_chip_draw(app, text, FZ_CHIP_TOP);
}
