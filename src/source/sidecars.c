#include "source/sidecars.h"

#include "base/path.h"
#include "image/suffix.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 512 };
#define SUFFIX ".xmp"

static size_t stem_of(const char *name)
{
    size_t len = strlen(name), suffix = strlen(SUFFIX);
    return len > suffix && strcmp(name + len - suffix, SUFFIX) == 0 ? len - suffix : 0;
}

bool fz_is_sidecar(const char *name)
{
    return stem_of(name) > 0;
}

bool fz_is_sidecar_of(const char *name, const char *picture)
{
    size_t len = stem_of(name);
    if (len == 0 || strncmp(name, picture, len) != 0)
        return false;
    return picture[len] == '\0' || (picture[len] == '.' && !strchr(picture + len + 1, '.'));
}

void fz_sidecars_changed(struct fz_list *list, uint32_t slot)
{
    fz_list_tell_again(list, slot);
    if ((list->items.rows[slot].flags & (FZ_ITEM_ORDERED | FZ_ITEM_GOES)) == FZ_ITEM_ORDERED)
        fz_list_ids_add(&list->beside, fz_items_id(&list->items, slot));
}

/* What lies beneath is told of by its cover. */
static void touch(struct fz_list *list, const struct fz_source_event *event, uint32_t folder,
                  const char *name)
{
    struct fz_item_key key = fz_items_key(event->root, folder, name);
    uint32_t slot = fz_items_find(&list->items, &key);
    if (slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_BENEATH)
        slot = fz_stacks_cover(list, slot);
    if (slot != FZ_ITEMS_NONE)
        fz_sidecars_changed(list, slot);
}

void fz_sidecars_apply(struct fz_list *list, struct fz_source_event *event, uint32_t end)
{
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    char name[NAME_MOST], suffix[FZ_SUFFIX_MAX + 1];
    for (; event->taken < end; event->taken++) {
        const char *sidecar = event->names[event->taken];
        int len = (int)stem_of(sidecar);
        if (folder == FZ_ITEMS_NONE || len == 0 || len + FZ_SUFFIX_MAX + 2 > NAME_MOST)
            continue;
        snprintf(name, sizeof name, "%.*s", len, sidecar);
        touch(list, event, folder, name);
        /* Cameras and programs write a suffix in one case. */
        for (size_t k = 0; fz_suffix_picture(k / 2, k % 2, suffix); k++) {
            snprintf(name + len, sizeof name - (size_t)len, ".%s", suffix);
            touch(list, event, folder, name);
        }
    }
}

bool fz_list_has_namesake(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    const struct fz_items *items = &list->items;
    const uint32_t slot = fz_items_slot(items, id);
    if (slot == FZ_ITEMS_NONE)
        return false;
    const char *own = fz_items_name(items, slot);
    uint32_t hash;
    if (fz_stacks_key(0, own, &hash)) /* NAME.xmp is that of the RAW file */
        return false;
    const size_t len = (size_t)(fz_path_suffix(own) - own);
    for (uint32_t i = 0; i < items->used; i++) {
        const struct fz_item *other = &items->rows[i];
        if (i == slot || other->folder != items->rows[slot].folder || !(other->flags & FZ_ITEM_LIVE) ||
            other->flags & FZ_ITEM_BENEATH)
            continue;
        const char *name = fz_items_name(items, i); /* of the same file by another root, too */
        const char *suffix = fz_path_suffix(name);
        bool has_name = strncmp(name, own, len) == 0 && (suffix == name + len || name[len] == '\0');
        if (has_name && strcmp(name, own) != 0)
            return true;
    }
    return false;
}
