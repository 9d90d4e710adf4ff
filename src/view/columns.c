#include "view/columns.h"

enum { TRIES = 64 };

/* From a heading to the row before the next one. */
static double group_height(const struct fz_column_row *rows, size_t count, size_t first)
{
    double h = rows[first].h;
    for (size_t i = first + 1; i < count && !rows[i].heading; i++)
        h += rows[i].space + rows[i].h;
    return h;
}

/* A heading with its first row; another row alone. */
static double with_first(const struct fz_column_row *rows, size_t count, size_t i)
{
    bool leads = rows[i].heading && i + 1 < count && !rows[i + 1].heading;
    return leads ? rows[i].h + rows[i + 1].space + rows[i + 1].h : rows[i].h;
}

/* One row after the other; `whole`: a group that fits into a column is not cut. */
static int place(struct fz_column_row *rows, size_t count, double room_h, bool whole)
{
    int column = 0;
    double y = 0;
    for (size_t i = 0; i < count; i++) {
        struct fz_column_row *row = &rows[i];
        double group = row->heading ? group_height(rows, count, i) : row->h;
        double needed = with_first(rows, count, i);
        if (whole && group <= room_h)
            needed = group;
        if (y > 0 && y + row->space + needed > room_h) {
            column++;
            y = 0;
        }
        row->column = column;
        row->y = y > 0 ? y + row->space : 0;
        y = row->y + row->h;
    }
    return count > 0 ? column + 1 : 0;
}

/* What no column may be lower than. */
static double least_height(const struct fz_column_row *rows, size_t count)
{
    double least = 0;
    for (size_t i = 0; i < count; i++) {
        double h = with_first(rows, count, i);
        least = h > least ? h : least;
    }
    return least;
}

int fz_columns_place(struct fz_column_row *rows, size_t count, int columns, double room_h)
{
    double least = least_height(rows, count);
    for (int whole = 1; whole >= 0; whole--) {
        if (place(rows, count, room_h, whole) > columns)
            continue;
        for (int i = 1; i < TRIES; i++) {
            double h = room_h * i / TRIES;
            int used = h >= least ? place(rows, count, h, whole) : columns + 1;
            if (used <= columns)
                return used;
        }
        return place(rows, count, room_h, whole);
    }
    return place(rows, count, room_h, true);
}
