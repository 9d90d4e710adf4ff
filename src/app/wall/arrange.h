/* How the list is arranged: its order, what of it is shown, what was dropped. Sorting and looking at files are jobs of
 * the workers; this file sends them out when they are wanted and takes their results into the list. */
#ifndef FZ_APP_WALL_ARRANGE_H
#define FZ_APP_WALL_ARRANGE_H

#include "source/list.h"
#include "source/sort.h"

struct fz_app;
struct fz_job;
struct fz_wall_held;

/* Render thread only. */
struct fz_arrange {
    struct fz_sort wanted;      /* the list's own order follows when it is sorted */
    struct fz_job *sort, *look; /* on their way (borrowed; NULL: none) */
    bool asked;                 /* the user waits for this order */
    bool news;                  /* facts came that the order does not follow yet */
    int64_t sorted_us;          /* when it was sorted last */
    size_t wished;              /* gone to by its number in what was not arranged yet; 0: nothing is */
    bool seeks; /* the picture view, one that is rated as was asked for: not all is known yet */
};

/* Render thread, all of these. */

/* Asks for an order. The selection stays on its picture and comes into view. */
void fz_arrange_sort(struct fz_app *app, const struct fz_sort *sort);

/* Looks for what matches `text` (source/search.h); NULL or "": all is shown again, at once. */
void fz_arrange_search(struct fz_app *app, const char *text);
/* Shows what it found and nothing else, if it is complete and due (fz_search_due_us). */
void fz_arrange_show_found(struct fz_app *app);
/* What was asked for is meant by whatever is done next: an answer under way is completed (100,000 names in 2 to 10 ms) and shown,
 * unless it is still being typed. */
void fz_arrange_finish_search(struct fz_app *app);

/* Shows only what is rated from `least` to `most` (source/told.h). */
void fz_arrange_show_rated(struct fz_app *app, int least, int most);

/* Files told something new: order and filter follow. `held`: what was looked at before. `goes_on`: of the picture in view it was asked
 * for, and the view goes on where it is shown no longer. */
void fz_arrange_told(struct fz_app *app, const struct fz_wall_held *held, bool goes_on);

/* Goes to the nth that is shown, or the last; and again as long as what was asked for is not shown yet, unless something else is selected,
 * done or asked for meanwhile. */
void fz_arrange_go_to_nth(struct fz_app *app, size_t nth);
void fz_arrange_forget_nth(struct fz_app *app);

/* Drops items from the list as one step, wherever they are shown; returns how many. */
size_t fz_arrange_drop(struct fz_app *app, const fz_item_id *items, size_t count);

/* Brings the last drop back, and goes to the first of it that is shown; returns how many came. */
size_t fz_arrange_undo_drop(struct fz_app *app);

/* A reader hangs, or answers again: who waits for it comes home, and the others are asked. */
void fz_arrange_hear_readers(struct fz_app *app);

/* One turn of the loop: goes on with the search for 2 ms at most, sends out what is wanted. */
void fz_arrange_step(struct fz_app *app);

/* When the next turn is wanted, or FZ_NEVER. */
int64_t fz_arrange_next_us(const struct fz_app *app);

/* The list is not yet as it was asked for. */
bool fz_arrange_is_busy(const struct fz_app *app);

#endif
