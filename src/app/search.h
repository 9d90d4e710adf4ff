/* The search: what is typed after "/" narrows the wall as it is typed, and stands until Esc ends it. */
#ifndef FZ_APP_SEARCH_H
#define FZ_APP_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

struct fz_app;

/* Render thread only, all of these. */

/* The text became another while it is typed; "" shows all again. */
void fz_search_set(struct fz_app *app, const char *text);

/* The same for words, with a space between them. */
void fz_search_words(struct fz_app *app, const char *const *words, size_t count);

/* All is shown again; the selection stays on its picture. False where no search stood. */
bool fz_search_end(struct fz_app *app);

/* What is shown became another by the search: the picture view follows the selection. */
void fz_search_answered(struct fz_app *app);

/* The chip that tells text and matches while one stands. */
void fz_search_draw(struct fz_app *app);

#endif
