/* The search: what is typed after "/" narrows the wall as it is typed, and stands until Esc ends it. How many it found is told
 * at once; the wall follows, where one letter comes right after the other, as often as it may without flashing. */
#ifndef FZ_APP_WALL_SEARCH_H
#define FZ_APP_WALL_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_app;

/* Render thread only, all of these. */

/* The text became another; "" shows all again. */
void fz_search_set(struct fz_app *app, const char *text);

/* When an answer that is complete may be shown: while it is typed, as soon as that does not flash; else now. */
int64_t fz_search_due_us(const struct fz_app *app);

/* How many the text has found: what is shown, or will be. */
size_t fz_search_matches(const struct fz_app *app);

/* The same for words, with a space between them. */
void fz_search_words(struct fz_app *app, const char *const *words, size_t count);

/* All is shown again; the selection stays on its picture. False where no search stood. */
bool fz_search_end(struct fz_app *app);

/* What is shown became another: the picture view follows the selection where its own is shown no longer. */
void fz_search_answered(struct fz_app *app);

/* The chip that tells text and matches while one stands. */
void fz_search_draw(struct fz_app *app);

#endif
