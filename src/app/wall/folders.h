/* Folders, as the order keeps them together: their headings on the wall, and the ways between them. */
#ifndef FZ_APP_WALL_FOLDERS_H
#define FZ_APP_WALL_FOLDERS_H

#include "base/error.h"

#include <stddef.h>

struct fz_app;

/* Render thread. The first picture of the folder that is `n` further than the selection's; backwards, that of this folder
 * is the first to come. Where no further folder is, the nearest. Fails where the order knows no folders. */
enum fz_err fz_folders_find(const struct fz_app *app, long n, size_t *index, struct fz_error *err);

/* Render thread, within a frame. Draws the headings in view: path, number of pictures, a thin line. `first` is the first tile that is. */
void fz_folders_draw(struct fz_app *app, size_t first);

#endif
