/* Marks: a bit of each item. It survives sorting, searching, and being dropped and brought back; when its file is
 * gone it becomes a wish, for away is not deleted. Paths that are not in the list (yet) can be marked too, by wish: a mark file names them before the listing
 * does. They get their mark when they come, and are written back while they have not. */
#ifndef FZ_SOURCE_MARKS_H
#define FZ_SOURCE_MARKS_H

#include "source/list.h"

/* Render thread, all of these unless it says otherwise. Marks of what a search hides are kept and counted. */

bool fz_list_is_marked(const struct fz_list *list, fz_item_id id);

/* Sets or takes away the mark; true when that changed something. */
bool fz_list_mark(struct fz_list *list, fz_item_id id, bool on);

/* Of what is shown: all from index `a` to index `b`, both included, in either order. Returns how many changed. */
size_t fz_list_mark_range(struct fz_list *list, size_t a, size_t b, bool on);

/* Of what is shown: all; the other way round. Both O(items): 0.2 ms for 100,000. */
void fz_list_mark_all(struct fz_list *list);
void fz_list_mark_invert(struct fz_list *list);

/* No mark is left, of what a search hides neither. Wishes stay: they may be another folder's. */
void fz_list_mark_none(struct fz_list *list);

/* Marks on items of the list, shown or not. O(1). */
size_t fz_list_marked_count(const struct fz_list *list);

/* The nearest marked index of what is shown, `from` itself included, forwards (step > 0) or backwards; false when
 * there is none that way: nothing wraps. O(distance): 0.2 ms across 100,000. */
bool fz_list_find_marked(const struct fz_list *list, size_t from, int step, size_t *index);

/* Wishes a mark for an absolute path (fz_path_absolute). What is in the list is marked at once: O(roots). */
void fz_list_mark_path(struct fz_list *list, const char *path);
/* Takes the mark away again, or the wish. */
void fz_list_unmark_path(struct fz_list *list, const char *path);

/* Wishes that have not come true. */
size_t fz_list_wish_count(const struct fz_list *list);

/* --- The marked paths, for whoever writes or prints them ---
 *
 * A snapshot: the marked items of the list in its order, each followed by what lies beneath it (stacks.h), then, in the order they were wished for, the paths that have not come. Begin
 * and end on the render thread (O(items), 0.3 ms for 100,000; names are not copied but pinned); in between any one
 * thread may read it. Every begin wants an end, but when the program ends free may do. */
struct fz_marked;
struct fz_marked *fz_list_marked_begin(struct fz_list *list);
/* The same of one item as if it alone were marked; NULL when the id is stale. */
struct fz_marked *fz_list_marked_only(struct fz_list *list, fz_item_id id);
/* The same as if all of the list were. */
struct fz_marked *fz_list_marked_all(struct fz_list *list);
void fz_list_marked_end(struct fz_list *list, struct fz_marked *marked);
void fz_marked_free(struct fz_marked *marked);

/* Whoever holds it. Of all, the first fz_marked_items are items, the others wishes. */
size_t fz_marked_count(const struct fz_marked *marked);
size_t fz_marked_items(const struct fz_marked *marked);
/* Whoever holds it. The absolute path; the caller frees. */
char *fz_marked_path(const struct fz_marked *marked, size_t index);
/* Whoever holds it. The root of an item (index below fz_marked_items). */
uint32_t fz_marked_root(const struct fz_marked *marked, size_t index);
/* Whoever holds it. The item, which may be gone by now; FZ_ITEM_NONE for a wish. */
fz_item_id fz_marked_id(const struct fz_marked *marked, size_t index);
/* Whoever holds it. Whether pictures of the list, marked or not, lay in `folder` or below it when it was made. */
bool fz_marked_is_listed(const struct fz_marked *marked, const char *folder);

#endif
