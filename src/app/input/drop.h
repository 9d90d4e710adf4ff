/* Files and folders that are dropped on the window join the list at its end, and the first of them is selected. */
#ifndef FZ_APP_INPUT_DROP_H
#define FZ_APP_INPUT_DROP_H

#include "source/list.h"

#include <SDL_events.h>

struct fz_app;

struct fz_drop {
    struct fz_sources *sources; /* their readers; NULL until something was dropped */
    uint32_t root;              /* the number of their root */
    char *paths;                /* of the drop under way, each ended by NUL; owned */
    size_t used, capacity;
    unsigned reading;    /* drops that are not read to their end */
    bool selected;       /* the first item of the one that is being read was selected */
    fz_item_id expected; /* what is selected while nobody moves */
};

/* Render thread only, all of these. */

/* SDL_DROPBEGIN to SDL_DROPCOMPLETE; frees what the event holds. */
void fz_drop_event(struct fz_app *app, const SDL_DropEvent *event);
/* Whether `root` is that of what is dropped. */
bool fz_drop_reads(const struct fz_app *app, uint32_t root);
/* A source event was taken into the list. */
void fz_drop_note(struct fz_app *app, const struct fz_source_event *event,
                  const struct fz_list_change *change);
void fz_drop_fini(struct fz_app *app);

#endif
