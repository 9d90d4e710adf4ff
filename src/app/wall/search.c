#include "app/wall/search.h"

#include "app/app.h"
#include "app/overlay/panel.h"
#include "app/wall/rate.h"
#include "base/mem.h"
#include "gpu/text.h"
#include "source/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fz_search_set(struct fz_app *app, const char *text)
{
    bool same = app->searched && strcmp(app->searched, text) == 0;
    app->dirty = true;
    if (same)
        return;
    free(app->searched);
    app->searched = *text ? fz_strdup(text) : NULL;
    fz_arrange_search(app, text);
}

/* Each answer may change a place twice: of what was there to a tile that is empty yet, and of that to its picture. */
int64_t fz_search_due_us(const struct fz_app *app)
{
    return app->prompt.kind == FZ_PROMPT_SEARCH ? fz_flash_cut_due_us(&app->steady.flash, FZ_STEADY_CUT) : 0;
}

size_t fz_search_matches(const struct fz_app *app)
{
    size_t found;
    return fz_list_search_found(app->list, &found) ? found : fz_list_count(app->list);
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
    if (app->mode == FZ_MODE_PICTURE && (fz_list_index(app->list, app->picture.item, &index) ||
                                         fz_list_index(app->list, app->wall.selected, &index)))
        fz_picture_go_to(app, index);
}

void fz_search_draw(struct fz_app *app)
{
    if (!app->searched)
        return;
    size_t found = fz_list_count(app->list);
    bool waits = fz_list_search_found(app->list, &found);
    char told[64], rated[64], what[160], text[400];
    if (found == 0)
        snprintf(told, sizeof told, "nothing found");
    else if (waits)
        snprintf(told, sizeof told, "%zu found", found);
    else
        fz_app_tell_position(app, told, sizeof told);
    bool is_part = fz_rate_tell_range(app, rated, sizeof rated);
    snprintf(what, sizeof what, "%s%s%s", told, is_part ? "   " : "", is_part ? rated : "");
    if (fz_list_search_runs(app->list))
        snprintf(text, sizeof text, "/%.200s", app->searched);
    else if (fz_text_has_right_to_left(app->searched))
        snprintf(text, sizeof text, "%s   /%.200s", what, app->searched);
    else
        snprintf(text, sizeof text, "/%.200s   %s", app->searched, what);
    fz_chip_draw(app, text, FZ_CHIP_TOP);
}
