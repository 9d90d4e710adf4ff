/* Listings that are held, or ended before their end, while the program goes on. */
#ifndef FZ_SOURCE_LISTING_H
#define FZ_SOURCE_LISTING_H

#include "source/scanner.h"

/* Main thread; or that of a reader's process. What is read already still comes. */
void fz_sources_hold(struct fz_sources *sources, bool held);
/* The same. Of what was asked for by now nothing more is read; LISTED follows for each root all the same. What was read is followed
 * as ever. */
void fz_sources_end_listing(struct fz_sources *sources);

/* The scanner's thread. Whether it may read on now; waits a little where it may not. */
bool fz_listing_may_go_on(struct fz_scanner *scanner);

#endif
