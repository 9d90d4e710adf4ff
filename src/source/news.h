/* What a piece of news about a folder means for the list: something came, went or changed; a folder came
 * with all that is below it, or went; something may have been missed. */
#ifndef FZ_SOURCE_NEWS_H
#define FZ_SOURCE_NEWS_H

#include <stdint.h>

struct fz_scanner;

/* The scanner's thread, all of these. */

/* An event of inotify: `mask` as in inotify(7), `name` "" where it is about the folder itself. */
void fz_news_take(struct fz_scanner *scanner, uint32_t folder, uint32_t mask, const char *name);

/* A file of the folder has another name now. */
void fz_news_renamed(struct fz_scanner *scanner, uint32_t folder, const char *from, const char *to);

/* Events were lost: everything is looked at again. */
void fz_news_missed(struct fz_scanner *scanner);

/* One folder may have changed: it is looked at again. */
void fz_news_recheck(struct fz_scanner *scanner, uint32_t folder);

/* A folder of the tree is there no more: forgets it with all below. The folder of a root is away then (await.h). */
void fz_news_gone(struct fz_scanner *scanner, uint32_t folder);

/* The same of one that was looked for, or unmounted: where its root is gone too, that went and took it along. */
void fz_news_lost(struct fz_scanner *scanner, uint32_t folder);

#endif
