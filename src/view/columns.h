/* Rows under headings, in columns of a window: groups are kept together where they fit, columns are about equal. */
#ifndef FZ_VIEW_COLUMNS_H
#define FZ_VIEW_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

struct fz_column_row {
    double h;     /* px */
    double space; /* above it, px, where it does not begin a column */
    bool heading; /* begins a group; never the last of a column */

    int column; /* where it stands: from 0, through all pages */
    double y;   /* px below the column's top */
};

/* Any thread. Places the rows in `columns` columns a page, none higher than `room_h` (but for a single row that is).
 * Where one page holds them all, the columns are as low as they can be. Returns the columns that were used. */
int fz_columns_place(struct fz_column_row *rows, size_t count, int columns, double room_h);

#endif
