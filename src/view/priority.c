#include "view/priority.h"

#include "sync/heap.h"

#include <math.h>

uint64_t fz_priority(enum fz_priority_class class, uint32_t distance)
{
    return fz_heap_priority(class, distance);
}

static uint32_t apart(size_t a, size_t b)
{
    size_t d = a > b ? a - b : b - a;
    return d < UINT32_MAX ? (uint32_t)d : UINT32_MAX;
}

/* Distance on the wall in cells, rows and columns alike; from the middle of the view where the selection is away. */
static uint32_t cells_apart(const struct fz_layout *layout, const struct fz_focus *focus, size_t index)
{
    bool selected_in_view = focus->selected >= focus->first && focus->selected <= focus->last;
    size_t from = selected_in_view ? focus->selected : focus->first + (focus->last - focus->first) / 2;
    struct fz_rect a = fz_layout_cell(layout, index), b = fz_layout_cell(layout, from);
    double dx = (a.x - b.x) / layout->pitch_x, dy = (a.y - b.y) / layout->pitch_y;
    return (uint32_t)fmin(round(dx * dx + dy * dy), UINT32_MAX);
}

uint64_t fz_priority_of_tile(const struct fz_layout *layout, const struct fz_focus *focus, size_t index)
{
    size_t screenful = focus->last - focus->first + 1;
    if (index >= focus->first && index <= focus->last)
        return fz_priority(FZ_PRIORITY_VISIBLE, cells_apart(layout, focus, index));
    bool below = index > focus->last;
    uint32_t distance = below ? apart(index, focus->last) : apart(index, focus->first);
    if (distance > screenful)
        return fz_priority(FZ_PRIORITY_FILL, distance);
    return fz_priority(below == (focus->direction > 0) ? FZ_PRIORITY_AHEAD : FZ_PRIORITY_BEHIND, distance);
}
