/* Places that outlast the items that stand on them: of what the user has selected, of where the wall is scrolled to. */
#ifndef FZ_SOURCE_FOLLOW_H
#define FZ_SOURCE_FOLLOW_H

#include "source/list.h"

enum fz_followed { FZ_FOLLOWED_SELECTION, FZ_FOLLOWED_ANCHOR, FZ_FOLLOWED };

/* Render thread, both of these. */

/* Before fz_list_apply, fz_list_remove or fz_list_drop: whose place it is. */
void fz_list_follow(struct fz_list *list, enum fz_followed which, fz_item_id id);

/* After it: the same item while it has a place in the order. Else its cover, or what lay beneath it (stacks.h) and was not dropped with it; else the
 * next of the old order that stayed; else the last before it. The stale id where none of them is left. A search may hide
 * it. */
fz_item_id fz_list_followed(const struct fz_list *list, enum fz_followed which);

#endif
