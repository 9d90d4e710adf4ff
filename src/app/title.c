/* The window's title: what is selected, where it stands and what is the matter, for taskbars and for those who listen
 * to a screen reader instead of looking. */
#include "app/app.h"
#include "base/mem.h"
#include "base/str.h"
#include "source/marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* While something moves: nobody reads it faster, and a window system takes as long for a title as a wall of tiles. */
enum { MOVING_US = 250000 };

/* Of the picture: NULL where there is nothing to say. Caller frees. */
static char *picture_state(const struct fz_app *app, fz_item_id item)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    if (tile && tile->error)
        return fz_asprintf("cannot be shown: %s", tile->error->msg);
    return tile && tile->damage != NULL ? fz_strdup("damaged, shown in part") : NULL;
}

static const char *show_state(const struct fz_app *app)
{
    if (!app->show.running)
        return "";
    return app->show.paused ? ", slideshow paused" : ", slideshow";
}

void fz_app_tell_position(const struct fz_app *app, char *text, size_t size)
{
    size_t count = fz_list_count(app->list), index;
    if (fz_list_index(app->list, fz_app_current(app), &index))
        snprintf(text, size, "%zu of %zu", index + 1, count);
    else
        snprintf(text, size, "not among %zu", count);
}

static char *make_title(const struct fz_app *app)
{
    fz_item_id item = fz_app_current(app);
    if (item == FZ_ITEM_NONE)
        return fz_strdup(app->searched && fz_list_count(app->list) == 0 ? "nothing found - frieze"
                                                                        : "frieze");
    char *state = picture_state(app, item), place[64];
    fz_app_tell_position(app, place, sizeof place);
    char *title = fz_asprintf("%s (%s%s)%s%s%s%s%s - frieze", fz_list_name(app->list, item), place,
                              app->searched ? " found" : "", state ? ", " : "", state ? state : "",
                              fz_list_is_marked(app->list, item) ? ", marked" : "", show_state(app),
                              app->loading_paused ? ", loading paused" : "");
    free(state);
    char *utf8 = fz_str_to_display(title);
    free(title);
    return utf8;
}

void fz_app_update_title(struct fz_app *app)
{
    if (app->moving && app->title && app->now_us < app->titled_us + MOVING_US)
        return;
    app->titled_us = app->now_us;
    char *title = make_title(app);
    bool same = app->title && strcmp(title, app->title) == 0;
    if (!same)
        fz_head_set_title(app->head, title);
    free(same ? title : app->title);
    app->title = same ? app->title : title;
}
