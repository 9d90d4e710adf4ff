#include "view/layout.h"

#include <math.h>

/* Below this part of a pixel a row does not count as seen: rounding of positions. */
static const double SEEN_PX = 0.5;

/* ---- Sections: a wall without any is one, with no heading ---------------------------------------------------- */

struct run {
    size_t section, start, end; /* tiles, the end not included */
    size_t row, rows;
    double heading_h, y; /* its rows begin at y, its heading above that */
};

static struct run run_of(const struct fz_layout *layout, size_t section)
{
    const struct fz_layout_params *p = &layout->params;
    if (p->section_count == 0)
        return (struct run){.end = p->count, .rows = layout->rows};
    size_t row = p->sections[section].row;
    bool is_last = section + 1 == p->section_count;
    return (struct run){
        .section = section,
        .start = p->sections[section].start,
        .end = is_last ? p->count : p->sections[section + 1].start,
        .row = row,
        .rows = (is_last ? layout->rows : p->sections[section + 1].row) - row,
        .heading_h = p->heading_h,
        .y = layout->pitch_y * (double)row + (double)p->heading_h * (double)(section + 1),
    };
}

static double start_of(const struct fz_layout *layout, size_t section)
{
    return (double)layout->params.sections[section].start;
}

static double row_of(const struct fz_layout *layout, size_t section)
{
    return (double)layout->params.sections[section].row;
}

static double top_of(const struct fz_layout *layout, size_t section)
{
    return fz_layout_heading(layout, section).y;
}

/* The last section that begins at `value` or before, or the first. */
static struct run run_at(const struct fz_layout *layout, double (*begin)(const struct fz_layout *, size_t),
                         double value)
{
    size_t low = 0, high = layout->params.section_count;
    while (high > low + 1) {
        size_t middle = low + (high - low) / 2;
        if (begin(layout, middle) <= value)
            low = middle;
        else
            high = middle;
    }
    return run_of(layout, low);
}

/* ---- Setting ------------------------------------------------------------------------------------------------- */

static size_t rows_for(const struct fz_layout *layout, size_t tiles)
{
    return (tiles + layout->columns - 1) / layout->columns;
}

static void set_rows(struct fz_layout *layout)
{
    struct fz_layout_params *p = &layout->params;
    for (size_t i = 0; i < p->section_count; i++) {
        size_t end = i + 1 < p->section_count ? p->sections[i + 1].start : p->count;
        p->sections[i].row = layout->rows;
        layout->rows += rows_for(layout, end - p->sections[i].start);
    }
    if (p->section_count == 0)
        layout->rows = rows_for(layout, p->count);
}

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
    layout->pitch_y = params->section_count > 0 ? fmin(cell_h, view_h) : view_h / rows_in_view;
    set_rows(layout);
    layout->content_h =
        layout->pitch_y * (double)layout->rows + (double)params->heading_h * (double)params->section_count;
}

/* ---- Where things stand -------------------------------------------------------------------------------------- */

struct fz_layout_place fz_layout_place(const struct fz_layout *layout, size_t index)
{
    struct run run = run_at(layout, start_of, (double)index);
    return (struct fz_layout_place){.section = run.section,
                                    .row = run.row + (index - run.start) / layout->columns,
                                    .column = (index - run.start) % layout->columns};
}

struct fz_rect fz_layout_heading(const struct fz_layout *layout, size_t section)
{
    const struct fz_layout_params *p = &layout->params;
    return (struct fz_rect){
        .y = layout->pitch_y * (double)p->sections[section].row + (double)p->heading_h * (double)section,
        .w = p->view_w,
        .h = p->heading_h,
    };
}

struct fz_rect fz_layout_cell(const struct fz_layout *layout, size_t index)
{
    struct fz_layout_place place = fz_layout_place(layout, index);
    struct run run = run_of(layout, place.section);
    return (struct fz_rect){
        .x = layout->pitch_x * (double)place.column,
        .y = run.y + layout->pitch_y * (double)(place.row - run.row),
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

/* ---- What is in view ----------------------------------------------------------------------------------------- */

/* The row of a run that `rows` from its first lead to, kept inside. */
static size_t row_in(const struct run *run, double rows)
{
    return run->row + (size_t)fmin(fmax(rows, 0), (double)(run->rows - 1));
}

static size_t first_of_row(const struct fz_layout *layout, const struct run *run, size_t row)
{
    return run->start + (row - run->row) * layout->columns;
}

static size_t last_of_row(const struct fz_layout *layout, const struct run *run, size_t row)
{
    size_t next = first_of_row(layout, run, row) + layout->columns;
    return (next < run->end ? next : run->end) - 1;
}

bool fz_layout_visible(const struct fz_layout *layout, double scroll, size_t *first, size_t *last)
{
    if (layout->params.count == 0)
        return false;
    double top = scroll + SEEN_PX, bottom = scroll + layout->params.view_h - SEEN_PX;
    struct run run = run_at(layout, top_of, top);
    size_t first_row = row_in(&run, floor((top - run.y) / layout->pitch_y));
    *first = first_of_row(layout, &run, first_row);
    run = run_at(layout, top_of, bottom);
    if (bottom <= run.y && run.section > 0) /* no more than its heading is in view */
        run = run_of(layout, run.section - 1);
    size_t last_row = row_in(&run, ceil((bottom - run.y) / layout->pitch_y) - 1);
    if (last_row < first_row)
        run = run_at(layout, row_of, (double)(last_row = first_row));
    *last = last_of_row(layout, &run, last_row);
    return true;
}

bool fz_layout_is_filled(const struct fz_layout *layout, double scroll)
{
    size_t first, last;
    if (!fz_layout_visible(layout, scroll, &first, &last))
        return false;
    bool reaches_bottom = layout->content_h >= scroll + layout->params.view_h - SEEN_PX;
    bool row_is_whole = fz_layout_place(layout, last).column == layout->columns - 1;
    return last + 1 < layout->params.count || (reaches_bottom && row_is_whole);
}

bool fz_layout_hit(const struct fz_layout *layout, double x, double y, size_t *index)
{
    if (layout->params.count == 0 || x < 0 || y < 0 || x >= layout->pitch_x * (double)layout->columns ||
        y >= layout->content_h)
        return false;
    struct run run = run_at(layout, top_of, y);
    size_t column = (size_t)(x / layout->pitch_x);
    if (column >= layout->columns || y < run.y)
        return false;
    *index = first_of_row(layout, &run, row_in(&run, floor((y - run.y) / layout->pitch_y))) + column;
    return *index < run.end;
}

/* ---- Going ----------------------------------------------------------------------------------------------------- */

static long clamp(long at, long count)
{
    return at < 0 ? 0 : at >= count ? count - 1 : at;
}

size_t fz_layout_move(const struct fz_layout *layout, size_t index, long dx, long dy, size_t column)
{
    if (layout->params.count == 0)
        return 0;
    size_t at = (size_t)clamp((long)index + dx, (long)layout->params.count);
    if (dy == 0)
        return at;
    struct fz_layout_place place = fz_layout_place(layout, at);
    size_t row = (size_t)clamp((long)place.row + dy, (long)layout->rows);
    struct run run = run_at(layout, row_of, (double)row);
    size_t last = last_of_row(layout, &run, row);
    at = first_of_row(layout, &run, row) + (column < layout->columns ? column : place.column);
    return at < last ? at : last;
}

long fz_layout_page(const struct fz_layout *layout, size_t index, long pages)
{
    long least = pages < 0 ? -1 : 1;
    if (layout->params.count == 0)
        return least;
    struct fz_rect cell = fz_layout_cell(layout, index);
    double y = cell.y + cell.h / 2 + (double)pages * layout->params.view_h;
    struct run run = run_at(layout, top_of, y);
    long row = (long)row_in(&run, floor((y - run.y) / layout->pitch_y));
    if (pages > 0 && y < run.y) /* in the heading: what is above it was in view */
        row--;
    long rows = row - (long)fz_layout_place(layout, index).row;
    return pages < 0 ? (rows < least ? rows : least) : (rows > least ? rows : least);
}

double fz_layout_scroll_max(const struct fz_layout *layout)
{
    return fmax(layout->content_h - layout->params.view_h, 0);
}

double fz_layout_reveal(const struct fz_layout *layout, size_t index, double scroll)
{
    struct fz_rect cell = fz_layout_cell(layout, index);
    struct run run = run_of(layout, fz_layout_place(layout, index).section);
    double view_h = layout->params.view_h;
    if (index < run.start + layout->columns) {
        double heading_h = fmin(run.heading_h, fmax(view_h - cell.h, 0));
        cell.y -= heading_h;
        cell.h += heading_h;
    }
    if (cell.y < scroll)
        scroll = cell.y;
    else if (cell.y + cell.h > scroll + view_h)
        scroll = cell.y + cell.h - view_h;
    return fmin(fmax(scroll, 0), fz_layout_scroll_max(layout));
}
