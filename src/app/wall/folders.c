#include "app/wall/folders.h"

#include "app/app.h"
#include "base/path.h"
#include "gpu/draw.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct fz_color PATH = {222, 222, 226, 255};
static const struct fz_color NUMBER = {150, 150, 156, 255};

enum {
    PATH_PX = 15,
    NUMBER_PX = 13,
    GAP_PX = 12,
    LINE_ALPHA = 60,
};
/* It stands nearer to its own tiles than to those above. */
static const double MIDDLE = 0.58;

enum fz_err fz_folders_find(const struct fz_app *app, long n, size_t *index, struct fz_error *err)
{
    size_t count = fz_list_section_count(app->list), at = fz_app_selected_index(app);
    if (fz_list_count(app->list) == 0)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "there is no picture, and so no folder");
    if (count == 0)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "this order puts the pictures of all folders together");
    long here = (long)fz_list_section_of(app->list, at), to = here + n;
    if (n < 0 && at > fz_list_section_start(app->list, (size_t)here))
        to++;
    to = to < 0 ? 0 : to >= (long)count ? (long)count - 1 : to;
    *index = n > 0 && to == here ? at : fz_list_section_start(app->list, (size_t)to);
    return FZ_OK;
}

/* What a heading says of the folder `path`, a part of it: what lies below `root` (absolute; NULL: none), or the name of
 * that itself; with `with_root` its name before the rest, too. All of the path where it does not lie in there. */
static const char *heading_of(const char *path, const char *root, bool with_root)
{
    size_t len = root ? strlen(root) : 0;
    bool below = len > 1 && strncmp(path, root, len) == 0 && (path[len] == '\0' || path[len] == '/');
    if (!below)
        return path;
    return path[len] == '\0' || with_root ? path + (fz_path_name(root) - root) : path + len + 1;
}

static const char *text_of(const struct fz_app *app, size_t section)
{
    uint32_t root = fz_list_root(app->list, fz_list_at(app->list, fz_list_section_start(app->list, section)));
    return heading_of(fz_list_section_path(app->list, section), fz_sources_path(app->sources, root),
                      fz_sources_count(app->sources) > 1);
}

/* `edge` px from the ends of its line: at the window's edge as long as it is in view there, then it goes with its tiles. */
static void draw_one(struct fz_app *app, size_t section, struct fz_rect line, double edge)
{
    struct fz_head *head = app->head;
    double gap = ceil(GAP_PX * fz_app_text_scale(app)), middle = line.y + line.h * MIDDLE;
    struct fz_color color = fz_app_text_color(app, PATH), quiet = fz_app_text_color(app, NUMBER);
    char number[24];
    size_t count = fz_list_section_start(app->list, section + 1) - fz_list_section_start(app->list, section);
    snprintf(number, sizeof number, "%zu", count);
    struct fz_text_style small = {.px = NUMBER_PX}, bold = {.px = PATH_PX, .bold = true};
    int w, h, number_w, number_h;
    if (!fz_text_size(head, number, &small, &number_w, &number_h))
        return;
    double view_w = fz_head_w(head), end = line.x + line.w - edge;
    bold.max_w = (int)fmax(fmin(line.w, view_w) - 2 * edge - number_w - gap, 1);
    const char *text = text_of(app, section);
    if (!fz_text_size(head, text, &bold, &w, &h))
        return;
    double left = fmin(fmax(line.x, 0) + edge, end - w - gap - number_w), right = fmin(end, view_w - edge);
    fz_text_draw(head, text, &bold, left, round(middle - h / 2.0), color);
    fz_text_draw(head, number, &small, left + w + gap, round(middle - number_h / 2.0) + 1, quiet);
    double x = left + w + number_w + 2 * gap;
    color.a = LINE_ALPHA;
    if (x < right)
        fz_draw_fill(head, (struct fz_rect){x, round(middle), right - x, 1}, color);
}

void fz_folders_draw(struct fz_app *app, size_t first)
{
    const struct fz_layout *layout = &app->wall.layout;
    const struct fz_layout_params *p = &layout->params;
    if (p->section_count == 0)
        return;
    double edge = fmax(fz_layout_box(layout, 0).x, FZ_MIN_GAP), view = fz_layout_view(layout);
    for (size_t i = fz_layout_section(layout, first); i < p->section_count; i++) {
        struct fz_rect heading = fz_layout_heading(layout, i);
        struct fz_rect line = fz_layout_in_window(layout, heading, app->wall.scroll.position);
        double begin = fz_layout_along(layout, line.x, line.y);
        if (begin >= view)
            break;
        if (begin + fz_layout_along(layout, line.w, line.h) > 0)
            draw_one(app, i, line, edge);
    }
}
