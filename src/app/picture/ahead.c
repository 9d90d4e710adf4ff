#include "app/picture/ahead.h"

#include "app/app.h"

bool fz_ahead_at(const struct fz_app *app, size_t at, long step, size_t *index)
{
    long count = (long)fz_list_count(app->list);
    long apart = step <= FZ_PICTURES_AHEAD ? step : FZ_PICTURES_AHEAD - step;
    long wanted = (long)at + apart * app->picture.direction;
    if (app->show.running && count > 0)
        wanted = (wanted % count + count) % count;
    *index = (size_t)wanted;
    return wanted >= 0 && wanted < count;
}

bool fz_ahead_wants(const struct fz_app *app, size_t index, uint32_t *step)
{
    size_t at, there;
    if (app->mode != FZ_MODE_PICTURE || !fz_list_index(app->list, app->picture.item, &at))
        return false;
    for (*step = 0; *step <= FZ_PICTURES_AROUND; ++*step)
        if (fz_ahead_at(app, at, *step, &there) && there == index)
            return true;
    return false;
}
