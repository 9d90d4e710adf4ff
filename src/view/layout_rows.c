/* Grid and strip: equal boxes in rows. All places follow from numbers of tiles, rows and sections. */
#include "view/layout_kinds.h"

#include <math.h>

/* A strip has the window's height for one row: that is worth larger tiles, with room between them. */
static const double STRIP_SCALE = 2.5;
enum {
    STRIP_GAP = 24,           /* px */
    STRIP_LEAST_HEADINGS = 3, /* as high is a window of which a heading takes a part */
};

/* ---- Sections: a wall without any is one, with no heading ---------------------------------------------------- */

struct run {
    size_t section, start, end; /* tiles, the end not included */
    size_t row, rows;
    double start_px; /* its rows begin there, along the scroll, its heading before that */
};

static double heading_at(const struct fz_layout *layout, size_t section)
{
    return layout->params.sections[section].top;
}

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
        .end = fz_layout_section_end(layout, section),
        .row = row,
        .rows = (is_last ? layout->rows : p->sections[section + 1].row) - row,
        .start_px = heading_at(layout, section) + layout->heading_length,
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

/* The last section that begins at `value` or before, or the first. */
static struct run run_at(const struct fz_layout *layout, fz_layout_begin *begin, double value)
{
    return run_of(layout, fz_layout_find_last(layout, layout->params.section_count, value, begin));
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
        size_t end = fz_layout_section_end(layout, i);
        p->sections[i].row = (uint32_t)layout->rows;
        p->sections[i].top =
            fz_layout_pitch(layout) * (double)layout->rows + layout->heading_length * (double)i;
        layout->rows += rows_for(layout, end - p->sections[i].start);
    }
    if (p->section_count == 0)
        layout->rows = rows_for(layout, p->count);
    layout->length =
        fz_layout_pitch(layout) * (double)layout->rows + layout->heading_length * (double)p->section_count;
}

void fz_layout_set_grid(struct fz_layout *layout)
{
    const struct fz_layout_params *p = &layout->params;
    double view_w = fmax(p->view_w, 1), view_h = fmax(p->view_h, 1);
    double cell_w = p->tile_w + FZ_MIN_GAP, cell_h = p->tile_h + p->caption_h + FZ_MIN_GAP;
    layout->box_w = fmin(p->tile_w, view_w);
    layout->box_h = fmin(p->tile_h, fmax(view_h - p->caption_h, 1));
    double columns = fmax(floor(view_w / cell_w), 1), rows_in_view = fmax(floor(view_h / cell_h), 1);
    layout->columns = (size_t)columns;
    layout->pitch_x = view_w / columns;
    layout->pitch_y = p->section_count > 0 ? fmin(cell_h, view_h) : view_h / rows_in_view;
    layout->heading_length = p->heading_h;
    set_rows(layout);
}

void fz_layout_set_strip(struct fz_layout *layout)
{
    struct fz_layout_params *p = &layout->params;
    if (p->heading_h > p->view_h / STRIP_LEAST_HEADINGS) /* the pictures come first */
        p->section_count = 0;
    double heading_h = p->section_count > 0 ? p->heading_h : 0, below = p->caption_h + FZ_MIN_GAP;
    double room_w = fmax(p->view_w - STRIP_GAP, 1), room_h = fmax(p->view_h - heading_h - below, 1);
    layout->scale = fmin(STRIP_SCALE, fmin(room_w / p->tile_w, room_h / p->tile_h));
    layout->most_w = fmin(room_w, room_h * p->tile_w / p->tile_h) / STRIP_SCALE;
    layout->box_w = fmax(floor(p->tile_w * layout->scale), 1);
    layout->box_h = fmax(floor(p->tile_h * layout->scale), 1);
    layout->sideways = true;
    layout->columns = 1;
    layout->pitch_x = layout->box_w + STRIP_GAP;
    layout->pitch_y = layout->box_h + below;
    layout->margin = floor(heading_h + fmax(p->view_h - heading_h - layout->pitch_y, 0) / 2);
    set_rows(layout);
}

/* ---- Where things stand -------------------------------------------------------------------------------------- */

struct place {
    struct run run;
    size_t row, column; /* the row over all sections */
};

static struct place place_of(const struct fz_layout *layout, size_t index)
{
    struct run run = run_at(layout, start_of, (double)index);
    return (struct place){.run = run,
                          .row = run.row + (index - run.start) / layout->columns,
                          .column = (index - run.start) % layout->columns};
}

static size_t section(const struct fz_layout *layout, size_t index)
{
    return place_of(layout, index).run.section;
}

static size_t column(const struct fz_layout *layout, size_t index)
{
    return place_of(layout, index).column;
}

static struct fz_rect cell(const struct fz_layout *layout, size_t index)
{
    struct place place = place_of(layout, index);
    double along = place.run.start_px + fz_layout_pitch(layout) * (double)(place.row - place.run.row);
    double pitch = fz_layout_along(layout, layout->pitch_y, layout->pitch_x);
    double across = layout->margin + pitch * (double)place.column;
    return (struct fz_rect){
        .x = fz_layout_along(layout, along, across),
        .y = fz_layout_along(layout, across, along),
        .w = layout->pitch_x,
        .h = layout->pitch_y,
    };
}

static struct fz_rect box(const struct fz_layout *layout, size_t index)
{
    struct fz_rect around = cell(layout, index);
    return (struct fz_rect){
        .x = floor(around.x + (around.w - layout->box_w) / 2),
        .y = floor(around.y + fmax(around.h - layout->box_h - layout->params.caption_h, 0) / 2),
        .w = layout->box_w,
        .h = layout->box_h,
    };
}

static bool is_under_heading(const struct fz_layout *layout, size_t index)
{
    struct place place = place_of(layout, index);
    return place.row == place.run.row;
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

static void visible(const struct fz_layout *layout, double top, double bottom, size_t *first, size_t *last)
{
    struct run run = run_at(layout, heading_at, top);
    size_t first_row = row_in(&run, floor((top - run.start_px) / fz_layout_pitch(layout)));
    *first = first_of_row(layout, &run, first_row);
    run = run_at(layout, heading_at, bottom);
    if (bottom <= run.start_px && run.section > 0) /* no more than its heading is in view */
        run = run_of(layout, run.section - 1);
    size_t last_row = row_in(&run, ceil((bottom - run.start_px) / fz_layout_pitch(layout)) - 1);
    if (last_row < first_row)
        run = run_at(layout, row_of, (double)(last_row = first_row));
    *last = last_of_row(layout, &run, last_row);
}

static bool ends_whole(const struct fz_layout *layout, size_t index)
{
    return place_of(layout, index).column == layout->columns - 1;
}

static bool hit(const struct fz_layout *layout, double along, double across, size_t *index)
{
    double pitch = fz_layout_along(layout, layout->pitch_y, layout->pitch_x);
    struct run run = run_at(layout, heading_at, along);
    size_t at = (size_t)(across / pitch);
    if (at >= layout->columns || along < run.start_px)
        return false;
    size_t row = row_in(&run, floor((along - run.start_px) / fz_layout_pitch(layout)));
    *index = first_of_row(layout, &run, row) + at;
    return *index < run.end;
}

/* ---- Going ----------------------------------------------------------------------------------------------------- */

static size_t move(const struct fz_layout *layout, size_t at, long rows, size_t column)
{
    struct place place = place_of(layout, at);
    long row = (long)place.row + rows, most = (long)layout->rows - 1;
    row = row < 0 ? 0 : row > most ? most : row;
    struct run run = run_at(layout, row_of, (double)row);
    size_t last = last_of_row(layout, &run, (size_t)row);
    at = first_of_row(layout, &run, (size_t)row) + (column < layout->columns ? column : place.column);
    return at < last ? at : last;
}

static long page(const struct fz_layout *layout, size_t index, long pages)
{
    double pitch = fz_layout_pitch(layout);
    double to = fz_layout_start(layout, index) + pitch / 2 + (double)pages * fz_layout_view(layout);
    struct run run = run_at(layout, heading_at, to);
    long row = (long)row_in(&run, floor((to - run.start_px) / pitch));
    if (pages > 0 && to < run.start_px) /* in the heading: what is before it was in view */
        row--;
    return row - (long)place_of(layout, index).row;
}

const struct fz_layout_stand fz_layout_rows = {
    .section = section,
    .column = column,
    .cell = cell,
    .box = box,
    .visible = visible,
    .ends_whole = ends_whole,
    .hit = hit,
    .move = move,
    .page = page,
    .is_under_heading = is_under_heading,
};
