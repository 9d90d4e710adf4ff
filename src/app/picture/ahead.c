#include "app/picture/ahead.h"

#include "app/app.h"

enum { LOOKS = 256 }; /* for the next picture of a show that can come: a bound on its time */

/* Round the list, without what the show passes over. */
static bool show_at(const struct fz_app *app, long at, long steps, size_t *index)
{
    const long count = (long)fz_list_count(app->list), way = steps < 0 ? -1 : 1;
    for (long left = steps * way, looks = LOOKS; left > 0; looks--) {
        at = (at + way + count) % count;
        left -= fz_show_can_come(app, fz_list_at(app->list, (size_t)at));
        if (looks == 0)
            return false;
    }
    *index = (size_t)at;
    return true;
}

bool fz_ahead_at(const struct fz_app *app, size_t at, long step, size_t *index)
{
    long count = (long)fz_list_count(app->list);
    long apart = (step <= FZ_PICTURES_AHEAD ? step : FZ_PICTURES_AHEAD - step) * app->picture.direction;
    if (app->show.running && count > 0)
        return show_at(app, (long)at, apart, index);
    *index = (size_t)((long)at + apart);
    return (long)at + apart >= 0 && (long)at + apart < count;
}

bool fz_ahead_wants(const struct fz_app *app, size_t index, uint32_t *step)
{
    size_t at, there;
    if (app->mode != FZ_MODE_PICTURE || !fz_list_index(app->list, app->picture.item, &at))
        return false;
    for (*step = 0; *step <= FZ_PICTURES_AROUND; ++*step)
        if (fz_ahead_at(app, at, (long)*step, &there) && there == index)
            return true;
    return false;
}
