#include "view/layout.h"

#include <math.h>
#include <string.h>

/* Below this part of a pixel a row does not count as seen: rounding of positions. */
static const double SEEN_PX = 0.5;

/* A strip has the window's height for one row: that is worth larger tiles, with room between them. */
static const double STRIP_SCALE = 2.5;
enum { STRIP_GAP = 24 };

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

/* ---- Sections: a wall without any is one, with no heading ---------------------------------------------------- */

struct run {
    size_t section, start, end; /* tiles, the end not included */
    size_t row, rows;
    double start_px; /* its rows begin there, along the scroll, its heading before that */
};

/* Where its heading begins, along the scroll. */
static double heading_at(const struct fz_layout *layout, size_t section)
{
    return fz_layout_pitch(layout) * (double)layout->params.sections[section].row +
           layout->heading_length * (double)section;
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
        .end = is_last ? p->count : p->sections[section + 1].start,
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

static void set_grid(struct fz_layout *layout)
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
}

static void set_strip(struct fz_layout *layout)
{
    const struct fz_layout_params *p = &layout->params;
    double heading_h = p->section_count > 0 ? p->heading_h : 0, below = p->caption_h + FZ_MIN_GAP;
    double room_w = fmax(p->view_w - STRIP_GAP, 1), room_h = fmax(p->view_h - heading_h - below, 1);
    layout->scale = fmin(STRIP_SCALE, fmin(room_w / p->tile_w, room_h / p->tile_h));
    layout->box_w = fmax(floor(p->tile_w * layout->scale), 1);
    layout->box_h = fmax(floor(p->tile_h * layout->scale), 1);
    layout->sideways = true;
    layout->columns = 1;
    layout->pitch_x = layout->box_w + STRIP_GAP;
    layout->pitch_y = layout->box_h + below;
    layout->margin = floor(heading_h + fmax(p->view_h - heading_h - layout->pitch_y, 0) / 2);
}

/* The LAYOUT TABLE's functions. */
static const struct kind {
    const char *name;
    void (*set)(struct fz_layout *layout); /* all but rows and length, from the parameters */
} kinds[FZ_LAYOUTS] = {
#define X(id, name, set) [FZ_LAYOUT_##id] = {name, set},
    FZ_LAYOUT_TABLE(X)
#undef X
};

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
    *layout = (struct fz_layout){.params = *params, .scale = 1};
    kinds[params->id].set(layout);
    set_rows(layout);
    layout->length = fz_layout_pitch(layout) * (double)layout->rows +
                     layout->heading_length * (double)params->section_count;
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
    double start = heading_at(layout, section), rows = (double)run_of(layout, section).rows;
    if (layout->sideways)
        return (struct fz_rect){start, layout->margin - p->heading_h, layout->pitch_x * rows, p->heading_h};
    return (struct fz_rect){0, start, p->view_w, p->heading_h};
}

struct fz_rect fz_layout_cell(const struct fz_layout *layout, size_t index)
{
    struct fz_layout_place place = fz_layout_place(layout, index);
    struct run run = run_of(layout, place.section);
    double along = run.start_px + fz_layout_pitch(layout) * (double)(place.row - run.row);
    double pitch = fz_layout_along(layout, layout->pitch_y, layout->pitch_x);
    double across = layout->margin + pitch * (double)place.column;
    return (struct fz_rect){
        .x = fz_layout_along(layout, along, across),
        .y = fz_layout_along(layout, across, along),
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
    double top = scroll + SEEN_PX, bottom = scroll + fz_layout_view(layout) - SEEN_PX;
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
    return true;
}

bool fz_layout_is_filled(const struct fz_layout *layout, double scroll)
{
    size_t first, last;
    if (!fz_layout_visible(layout, scroll, &first, &last))
        return false;
    bool reaches_end = layout->length >= scroll + fz_layout_view(layout) - SEEN_PX;
    bool row_is_whole = fz_layout_place(layout, last).column == layout->columns - 1;
    return last + 1 < layout->params.count || (reaches_end && row_is_whole);
}

bool fz_layout_hit(const struct fz_layout *layout, double scroll, double x, double y, size_t *index)
{
    double along = fz_layout_along(layout, x, y) + scroll;
    double across = fz_layout_along(layout, y, x) - layout->margin;
    double pitch = fz_layout_along(layout, layout->pitch_y, layout->pitch_x);
    if (layout->params.count == 0 || across < 0 || along < 0 || across >= pitch * (double)layout->columns ||
        along >= layout->length)
        return false;
    struct run run = run_at(layout, heading_at, along);
    size_t column = (size_t)(across / pitch);
    if (column >= layout->columns || along < run.start_px)
        return false;
    size_t row = row_in(&run, floor((along - run.start_px) / fz_layout_pitch(layout)));
    *index = first_of_row(layout, &run, row) + column;
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
    double pitch = fz_layout_pitch(layout);
    double to = fz_layout_start(layout, index) + pitch / 2 + (double)pages * fz_layout_view(layout);
    struct run run = run_at(layout, heading_at, to);
    long row = (long)row_in(&run, floor((to - run.start_px) / pitch));
    if (pages > 0 && to < run.start_px) /* in the heading: what is before it was in view */
        row--;
    long rows = row - (long)fz_layout_place(layout, index).row;
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
    double start = fz_layout_start(layout, index), end = start + fz_layout_pitch(layout);
    double view = fz_layout_view(layout);
    struct run run = run_of(layout, fz_layout_place(layout, index).section);
    if (layout->params.section_count > 0 && index < run.start + layout->columns)
        start -= fmin(layout->heading_length, fmax(view - (end - start), 0));
    if (start < scroll)
        scroll = start;
    else if (end > scroll + view)
        scroll = end - view;
    return clamp_scroll(layout, scroll);
}

double fz_layout_centre(const struct fz_layout *layout, size_t index)
{
    double middle = fz_layout_start(layout, index) + fz_layout_pitch(layout) / 2;
    return clamp_scroll(layout, floor(middle - fz_layout_view(layout) / 2));
}
