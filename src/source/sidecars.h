/* Sidecars of what is listed: XMP files that other programs keep beside pictures, NAME.ext.xmp or NAME.xmp
 * (decode/sidecar.h). They are no items; when one of them comes, changes or goes, the pictures that it speaks of are to be
 * asked again. */
#ifndef FZ_SOURCE_SIDECARS_H
#define FZ_SOURCE_SIDECARS_H

#include "source/list.h"

struct fz_source_event;

/* Any thread. Whether this is the name of a sidecar, and whether it speaks of that picture in its folder. */
bool fz_is_sidecar(const char *name);
bool fz_is_sidecar_of(const char *name, const char *picture);

/* Render thread. Whether a tile of the same folder has the same name but for its suffix: NAME.xmp speaks of both. False of a
 * RAW file, whose own NAME.xmp is. O(items). */
bool fz_list_has_namesake(const struct fz_list *list, fz_item_id id);

/* Render thread. Takes in names of BESIDE up to `end`: what such a file speaks of is in list->beside. O(names). */
void fz_sidecars_apply(struct fz_list *list, struct fz_source_event *event, uint32_t end);

#endif
