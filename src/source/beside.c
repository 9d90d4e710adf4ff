#include "source/beside.h"

#include "source/list_state.h"

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

/* What lies beneath is told of by its cover. */
static void touch(struct fz_list *list, const struct fz_source_event *event, uint32_t folder,
                  const char *name)
{
    struct fz_item_key key = fz_items_key(event->root, folder, name);
    uint32_t slot = fz_items_find(&list->items, &key);
    if (slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_BENEATH)
        slot = fz_stacks_cover(list, slot);
    if (slot == FZ_ITEMS_NONE)
        return;
    fz_list_tell_again(list, slot);
    if (list->items.rows[slot].flags & FZ_ITEM_ORDERED)
        fz_list_ids_add(&list->beside, fz_items_id(&list->items, slot));
}

void fz_beside_apply(struct fz_list *list, struct fz_source_event *event, uint32_t end)
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
