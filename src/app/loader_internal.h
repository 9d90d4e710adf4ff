/* Between the parts of the loader: loader.c keeps the tiles, issue.c sends jobs out, collect.c takes their results. */
#ifndef FZ_APP_LOADER_INTERNAL_H
#define FZ_APP_LOADER_INTERNAL_H

#include "app/loader.h"

/* Render thread. A job came back from its worker. */
void fz_loader_completed(struct fz_app *app, struct fz_job *job);

/* Render thread. What was wrong with it no longer is. */
void fz_loader_clear_error(struct fz_app *app, struct fz_tile *tile);

/* Render thread. Why it is shown in part (copied); NULL: it is shown whole. */
void fz_loader_set_damage(struct fz_tile *tile, const char *reason);

/* Render thread. Whether a job of so many bytes may go out. */
bool fz_loader_has_credit(const struct fz_loader *loader, uint64_t bytes);

/* Render thread. Takes a job that has done its work: its credit comes back, its memory goes to a worker. */
void fz_loader_retire(struct fz_app *app, struct fz_job *job);

/* Decoded, or failed, at the wall's size of now. */
void fz_loader_mark_final(struct fz_loader *loader, struct fz_tile *tile);

#endif
