/* Which roots share a reader. A folder has one of its own, so that a share that hangs holds up what lies there and nothing else; files
 * that are named one by one, which come by the hundreds, share eight. What is a folder is told by the name alone: nobody has
 * looked yet. Whoever shares a reader lies on the same file system, which hangs as a whole. */
#ifndef FZ_SOURCE_READER_GROUPS_H
#define FZ_SOURCE_READER_GROUPS_H

struct fz_sources;

/* Main thread. Makes the scanners of `sources`, each with a range of its roots. Where that would be too many, for what else runs
 * on the machine or for the descriptors that the program may have, neighbours share, in ranges of about the same length, but for those
 * on different file systems. Only where these take turns so often that FZ_READERS_MOST (or an eighth of the descriptors) would not do,
 * they share too. */
void fz_group_roots(struct fz_sources *sources);

#endif
