/* Stacks: a RAW file and the JPEG or HEIC that the camera wrote beside it, of the same name but for the suffix, are one item.
 * The JPEG or HEIC is its cover; the RAW file lies beneath and has no place in the order. Marks and drops are the cover's,
 * and whoever asks for the marked paths gets both. When the cover's file goes, the RAW file takes its place, marked as
 * the cover was. */
#ifndef FZ_SOURCE_STACKS_H
#define FZ_SOURCE_STACKS_H

#include "source/list.h"

/* Render thread, all of these. */

/* Before the first event. Off until then. */
void fz_list_set_stacks(struct fz_list *list, bool on);

/* Whether something lies beneath. O(1). */
bool fz_list_is_stack(const struct fz_list *list, fz_item_id id);

/* The absolute path of what lies beneath, of the first where there are several; NULL where nothing does. The caller
 * frees. */
char *fz_list_path_beneath(const struct fz_list *list, fz_item_id id);

#endif
