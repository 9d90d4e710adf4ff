#include "view/layout.h"

#include "view/layout_kinds.h"

#include <math.h>
#include <string.h>

/* Below this part of a pixel a row does not count as seen: rounding of positions. */
static const double SEEN_PX = 0.5;
/* Of the window: the largest tile. */
static const double LARGEST = 0.98;

/* The LAYOUT TABLE's functions. */
static const struct kind {
    const char *name;
    const struct fz_layout_stand *stand;
    void (*set)(struct fz_layout *layout);
} kinds[FZ_LAYOUTS] = {
#define X(id, name, stand, set) [FZ_LAYOUT_##id] = {name, &fz_layout_##stand, fz_layout_##set},
    FZ_LAYOUT_TABLE(X)
#undef X
};

static const struct fz_layout_stand *stand(const struct fz_layout *layout)
{
    return kinds[layout->params.id].stand;
}

const char *fz_layout_name(enum fz_layout_id id)
{
    return kinds[id].name;
}

bool fz_layout_find(const char *name, enum fz_layout_id *id)
{
    for (int i = 0; i < FZ_LAYOUTS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *id = (enum fz_layout_id)i;
            return true;
        }
    }
    return false;
}

void fz_layout_set(struct fz_layout *layout, const struct fz_layout_params *params)
{
    const double most_h = params->view_h - params->caption_h;
    *layout = (struct fz_layout){.params = *params, .scale = 1};
    layout->most_w = LARGEST * fmin(params->view_w, most_h * params->tile_w / fmax(params->tile_h, 1));
    kinds[params->id].set(layout);
}

bool fz_layout_has_shapes(enum fz_layout_id id)
{
    return kinds[id].stand == &fz_layout_mosaic;
}

/* ---- Directions ---------------------------------------------------------------------------------------------- */

double fz_layout_along(const struct fz_layout *layout, double x, double y)
{
    return layout->sideways ? x : y;
}

double fz_layout_view(const struct fz_layout *layout)
{
    return fz_layout_along(layout, layout->params.view_w, layout->params.view_h);
}

double fz_layout_pitch(const struct fz_layout *layout)
{
    return fz_layout_along(layout, layout->pitch_x, layout->pitch_y);
}

double fz_layout_cell_length(const struct fz_layout *layout, size_t index)
{
    struct fz_rect cell = fz_layout_cell(layout, index);
    return fz_layout_along(layout, cell.w, cell.h);
}

double fz_layout_start(const struct fz_layout *layout, size_t index)
{
    struct fz_rect cell = fz_layout_cell(layout, index);
    return fz_layout_along(layout, cell.x, cell.y);
}

struct fz_rect fz_layout_in_window(const struct fz_layout *layout, struct fz_rect rect, double scroll)
{
    rect.x = floor(rect.x) - fz_layout_along(layout, round(scroll), 0);
    rect.y = floor(rect.y) - fz_layout_along(layout, 0, round(scroll));
    return rect;
}

/* ---- Where things stand -------------------------------------------------------------------------------------- */

size_t fz_layout_section_end(const struct fz_layout *layout, size_t section)
{
    const struct fz_layout_params *p = &layout->params;
    return section + 1 < p->section_count ? p->sections[section + 1].start : p->count;
}

/* The last of [low, high) that begins at `value` or before, or the first. */
static size_t find_between(const struct fz_layout *layout, size_t low, size_t high, double value,
                           fz_layout_begin *begin)
{
    while (high > low + 1) {
        size_t middle = low + (high - low) / 2;
        if (begin(layout, middle) <= value)
            low = middle;
        else
            high = middle;
    }
    return low;
}

size_t fz_layout_find_last(const struct fz_layout *layout, size_t count, double value, fz_layout_begin *begin)
{
    return find_between(layout, 0, count, value, begin);
}

size_t fz_layout_find_near(const struct fz_layout *layout, size_t count, size_t near, double value,
                           fz_layout_begin *begin)
{
    size_t low = near < count ? near : 0, high = low + 1, step = 1;
    for (; low > 0 && begin(layout, low) > value; step *= 2) {
        high = low;
        low -= step < low ? step : low;
    }
    for (; high < count && begin(layout, high) <= value; step *= 2) {
        low = high;
        high += step < count - high ? step : count - high;
    }
    return find_between(layout, low, high, value, begin);
}

/* A wall without tiles is asked for them all the same. */
static bool is_there(const struct fz_layout *layout, size_t index)
{
    return index < layout->params.count;
}

size_t fz_layout_section(const struct fz_layout *layout, size_t index)
{
    return is_there(layout, index) ? stand(layout)->section(layout, index) : 0;
}

size_t fz_layout_column(const struct fz_layout *layout, size_t index)
{
    return is_there(layout, index) ? stand(layout)->column(layout, index) : 0;
}

struct fz_rect fz_layout_cell(const struct fz_layout *layout, size_t index)
{
    return is_there(layout, index) ? stand(layout)->cell(layout, index) : (struct fz_rect){0};
}

struct fz_rect fz_layout_box(const struct fz_layout *layout, size_t index)
{
    return is_there(layout, index) ? stand(layout)->box(layout, index) : (struct fz_rect){0};
}

struct fz_rect fz_layout_heading(const struct fz_layout *layout, size_t section)
{
    const struct fz_layout_params *p = &layout->params;
    double start = p->sections[section].top;
    if (!layout->sideways)
        return (struct fz_rect){0, start, p->view_w, p->heading_h};
    double tiles = (double)(fz_layout_section_end(layout, section) - p->sections[section].start);
    return (struct fz_rect){start, layout->margin - p->heading_h, layout->pitch_x * tiles, p->heading_h};
}

/* ---- What is in view ----------------------------------------------------------------------------------------- */

bool fz_layout_visible(const struct fz_layout *layout, double scroll, size_t *first, size_t *last)
{
    if (layout->params.count == 0)
        return false;
    double bottom = scroll + fz_layout_view(layout) - SEEN_PX;
    stand(layout)->visible(layout, scroll + SEEN_PX, bottom, first, last);
    return true;
}

bool fz_layout_is_filled(const struct fz_layout *layout, double scroll)
{
    size_t first, last;
    if (!fz_layout_visible(layout, scroll, &first, &last))
        return false;
    bool reaches_end = layout->length >= scroll + fz_layout_view(layout) - SEEN_PX;
    return last + 1 < layout->params.count || (reaches_end && stand(layout)->ends_whole(layout, last));
}

bool fz_layout_hit(const struct fz_layout *layout, double scroll, double x, double y, size_t *index)
{
    double along = fz_layout_along(layout, x, y) + scroll;
    double across = fz_layout_along(layout, y, x) - layout->margin;
    if (layout->params.count == 0 || across < 0 || along < 0 || along >= layout->length)
        return false;
    return stand(layout)->hit(layout, along, across, index);
}

/* ---- Going ----------------------------------------------------------------------------------------------------- */

size_t fz_layout_move(const struct fz_layout *layout, size_t index, long dx, long dy, size_t column)
{
    long count = (long)layout->params.count, at = (long)index + dx;
    if (count == 0)
        return 0;
    at = at < 0 ? 0 : at >= count ? count - 1 : at;
    return dy == 0 ? (size_t)at : stand(layout)->move(layout, (size_t)at, dy, column);
}

long fz_layout_page(const struct fz_layout *layout, size_t index, long pages)
{
    long least = pages < 0 ? -1 : 1;
    if (layout->params.count == 0)
        return least;
    long rows = stand(layout)->page(layout, index, pages);
    return pages < 0 ? (rows < least ? rows : least) : (rows > least ? rows : least);
}

double fz_layout_scroll_max(const struct fz_layout *layout)
{
    return fmax(layout->length - fz_layout_view(layout), 0);
}

static double clamp_scroll(const struct fz_layout *layout, double scroll)
{
    return fmin(fmax(scroll, 0), fz_layout_scroll_max(layout));
}

double fz_layout_reveal(const struct fz_layout *layout, size_t index, double scroll)
{
    if (!is_there(layout, index))
        return clamp_scroll(layout, scroll);
    double start = fz_layout_start(layout, index), end = start + fz_layout_cell_length(layout, index);
    double view = fz_layout_view(layout);
    if (layout->params.section_count > 0 && stand(layout)->is_under_heading(layout, index))
        start -= fmin(layout->heading_length, fmax(view - (end - start), 0));
    if (end - start > view)
        scroll = fmin(fmax(scroll, start), end - view);
    else if (start < scroll)
        scroll = start;
    else if (end > scroll + view)
        scroll = end - view;
    return clamp_scroll(layout, scroll);
}

double fz_layout_centre(const struct fz_layout *layout, size_t index)
{
    double middle = fz_layout_start(layout, index) + fz_layout_cell_length(layout, index) / 2;
    return clamp_scroll(layout, floor(middle - fz_layout_view(layout) / 2));
}
