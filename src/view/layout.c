#include "view/layout.h"

#include <math.h>

/* Below this part of a pixel a row does not count as seen: rounding of positions. */
static const double SEEN_PX = 0.5;

void fz_layout_set(struct fz_layout *layout, const struct fz_layout_params *params)
{
    *layout = (struct fz_layout){.params = *params};
    double view_w = fmax(params->view_w, 1), view_h = fmax(params->view_h, 1);
    double cell_w = params->tile_w + FZ_MIN_GAP, cell_h = params->tile_h + params->caption_h + FZ_MIN_GAP;
    layout->box_w = fmin(params->tile_w, view_w);
    layout->box_h = fmin(params->tile_h, fmax(view_h - params->caption_h, 1));
    double columns = fmax(floor(view_w / cell_w), 1), rows_in_view = fmax(floor(view_h / cell_h), 1);
    layout->columns = (size_t)columns;
    layout->pitch_x = view_w / columns;
    layout->pitch_y = view_h / rows_in_view;
    layout->rows = (params->count + layout->columns - 1) / layout->columns;
    layout->content_h = layout->pitch_y * (double)layout->rows;
}

struct fz_rect fz_layout_cell(const struct fz_layout *layout, size_t index)
{
    size_t row = index / layout->columns, column = index % layout->columns;
    return (struct fz_rect){
        .x = layout->pitch_x * (double)column,
        .y = layout->pitch_y * (double)row,
        .w = layout->pitch_x,
        .h = layout->pitch_y,
    };
}

struct fz_rect fz_layout_box(const struct fz_layout *layout, size_t index)
{
    struct fz_rect cell = fz_layout_cell(layout, index);
    return (struct fz_rect){
        .x = floor(cell.x + (cell.w - layout->box_w) / 2),
        .y = floor(cell.y + fmax(cell.h - layout->box_h - layout->params.caption_h, 0) / 2),
        .w = layout->box_w,
        .h = layout->box_h,
    };
}

bool fz_layout_visible(const struct fz_layout *layout, double scroll, size_t *first, size_t *last)
{
    if (layout->params.count == 0)
        return false;
    double top = floor((scroll + SEEN_PX) / layout->pitch_y);
    double bottom = ceil((scroll + layout->params.view_h - SEEN_PX) / layout->pitch_y) - 1;
    double last_row = (double)(layout->rows - 1);
    size_t first_row = (size_t)fmin(fmax(top, 0), last_row),
           end_row = (size_t)fmin(fmax(bottom, top), last_row);
    if (end_row < first_row)
        end_row = first_row;
    *first = first_row * layout->columns;
    *last = (end_row + 1) * layout->columns - 1;
    if (*last >= layout->params.count)
        *last = layout->params.count - 1;
    return true;
}

bool fz_layout_hit(const struct fz_layout *layout, double x, double y, size_t *index)
{
    if (x < 0 || y < 0 || x >= layout->pitch_x * (double)layout->columns || y >= layout->content_h)
        return false;
    size_t column = (size_t)(x / layout->pitch_x), row = (size_t)(y / layout->pitch_y);
    if (column >= layout->columns)
        return false;
    *index = row * layout->columns + column;
    return *index < layout->params.count;
}

size_t fz_layout_move(const struct fz_layout *layout, size_t index, long dx, long dy)
{
    long count = (long)layout->params.count, columns = (long)layout->columns;
    if (count == 0)
        return 0;
    long at = (long)index + dx, rows = (count + columns - 1) / columns;
    at = at < 0 ? 0 : at >= count ? count - 1 : at;
    if (dy != 0) {
        long row = at / columns + dy;
        row = row < 0 ? 0 : row >= rows ? rows - 1 : row;
        at = row * columns + at % columns;
        if (at >= count)
            at = count - 1;
    }
    return (size_t)at;
}

double fz_layout_scroll_max(const struct fz_layout *layout)
{
    return fmax(layout->content_h - layout->params.view_h, 0);
}

double fz_layout_reveal(const struct fz_layout *layout, size_t index, double scroll)
{
    struct fz_rect cell = fz_layout_cell(layout, index);
    double view_h = layout->params.view_h;
    if (cell.y < scroll)
        scroll = cell.y;
    else if (cell.y + cell.h > scroll + view_h)
        scroll = cell.y + cell.h - view_h;
    return fmin(fmax(scroll, 0), fz_layout_scroll_max(layout));
}
