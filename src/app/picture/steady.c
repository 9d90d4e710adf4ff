#include "app/picture/steady.h"

#include "app/app.h"
#include "gpu/texture.h"

void fz_steady_init(struct fz_steady *steady)
{
    *steady = (struct fz_steady){0};
    fz_flash_init(&steady->flash);
}

void fz_steady_cut(struct fz_app *app, int changes)
{
    struct fz_steady *steady = &app->steady;
    steady->changes = changes > steady->changes ? changes : steady->changes;
}

int64_t fz_steady_cut_due_us(const struct fz_app *app)
{
    const struct fz_steady *steady = &app->steady;
    return steady->changes > 0 && !app->ending ? fz_flash_cut_due_us(&steady->flash, steady->changes) : 0;
}

/* `texture` of an item at a place, with nothing around it (NULL: nothing there either); false: nobody knows how bright. */
static bool make_scene(const struct fz_app *app, fz_item_id item, const struct fz_texture *texture,
                       struct fz_rect rect, struct fz_flash_scene *scene)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    fz_flash_fill(scene, fz_shade_of((uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number));
    if (!texture)
        return true;
    const struct fz_luma *luma = fz_texture_luma(texture);
    if (luma)
        fz_flash_place(scene, luma, rect, fz_head_w(app->head), fz_head_h(app->head), tile->turn.quarters,
                       tile->turn.flip_h, tile->turn.flip_v);
    return luma != NULL;
}

/* The tile that plays under the pointer. */
static struct fz_rect tile_rect(const struct fz_app *app, fz_item_id item)
{
    size_t index;
    return fz_list_index(app->list, item, &index) ? fz_wall_rect_of(app, index) : (struct fz_rect){0};
}

static bool plays_on_wall(const struct fz_app *app)
{
    const struct fz_animate *a = &app->animate;
    return app->mode == FZ_MODE_WALL && a->purpose == FZ_FOR_WALL && a->frames[a->front].ready;
}

void fz_steady_note(struct fz_app *app)
{
    struct fz_steady *steady = &app->steady;
    bool opened = app->mode == FZ_MODE_PICTURE || app->picture.closing;
    fz_item_id item = opened ? app->picture.shown : plays_on_wall(app) ? app->animate.item : FZ_ITEM_NONE;
    struct fz_flash_scene scene;
    bool known = false;
    /* What opens or closes was counted as a whole, and drifts past meanwhile. */
    if (opened && app->picture.openness >= 1)
        known = make_scene(app, item, fz_picture_texture(app, item), app->picture.camera.shown, &scene);
    else if (!opened && item != FZ_ITEM_NONE)
        known = make_scene(app, item, app->animate.frames[app->animate.front].texture, tile_rect(app, item),
                           &scene);
    bool changed = item != steady->item && (!known || steady->flash.blind);
    for (int changes = steady->changes > 0 ? steady->changes : changed; changes > 0; changes--)
        fz_flash_cut(&steady->flash, app->stats.last_present_us);
    steady->changes = 0;
    if (known)
        fz_flash_show(&steady->flash, &scene, app->stats.last_present_us);
    steady->flash.blind = !known;
    steady->item = item;
}

/* Who asked for less motion sees half as many changes. */
static int64_t gap_us(const struct fz_app *app)
{
    return fz_app_motion(app) == FZ_MOTION_FULL ? FZ_FLASH_GAP_US : FZ_SHOW_LEAST_US;
}

int64_t fz_steady_picture_us(const struct fz_app *app, fz_item_id item)
{
    struct fz_flash_scene scene;
    struct fz_camera camera = fz_picture_aim(app, item);
    bool known = make_scene(app, item, fz_picture_texture(app, item), camera.target, &scene);
    return fz_flash_due_us(&app->steady.flash, known ? &scene : NULL, gap_us(app), app->now_us);
}

int64_t fz_steady_frame_us(const struct fz_app *app, const struct fz_texture *frame, bool asked)
{
    struct fz_flash_scene scene;
    const struct fz_animate *a = &app->animate;
    struct fz_rect rect = a->purpose == FZ_FOR_PICTURE ? app->picture.camera.target : tile_rect(app, a->item);
    bool known = make_scene(app, a->item, frame, rect, &scene);
    return fz_flash_due_us(&app->steady.flash, known ? &scene : NULL, asked ? gap_us(app) : 0, app->now_us);
}
