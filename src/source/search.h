/* Search: while one stands, what is shown of the list is the items whose name contains the text, in order. Case,
 * accents, Unicode composition and width are ignored (base/fold.h). A text with a slash is looked for in the whole
 * path. Items keep their ids; what comes while a search stands is shown if it matches.
 *
 * There is no index and no thread: names are folded as they are looked at, 100,000 in 2 ms (ASCII) to 10 ms, a slice
 * at a time. What was shown stays so until the answer is complete and asked for; a newer text replaces an answer that is
 * not shown yet, and looks only at what is shown when it contains the text that stands. */
#ifndef FZ_SOURCE_SEARCH_H
#define FZ_SOURCE_SEARCH_H

#include "source/list.h"

/* Render thread. Begins (text copied); NULL or "" ends the search at once: everything is shown again. */
void fz_list_search(struct fz_list *list, const char *text);

/* Render thread. Goes on for about `budget_us` (2000 a turn of the loop). True when the answer has just become complete. */
bool fz_list_search_step(struct fz_list *list, int64_t budget_us);

/* Render thread. An answer is under way: steps are wanted. */
bool fz_list_search_runs(const struct fz_list *list);

/* Render thread. A complete answer that is not shown: how many items it has. */
bool fz_list_search_found(const struct fz_list *list, size_t *count);

/* Render thread. It is shown from now on: positions are other ones then, ids are not. */
void fz_list_search_show(struct fz_list *list);

/* Render thread. What is shown is a search's answer. */
bool fz_list_is_filtered(const struct fz_list *list);

#endif
