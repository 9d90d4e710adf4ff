/* Between a decode and the tile cache: what its tile is found by, and what of it is kept. */
#ifndef FZ_DECODE_CACHED_H
#define FZ_DECODE_CACHED_H

#include "decode/cache.h"
#include "decode/job.h"

#include <sys/stat.h>

/* A worker, all of these. What the file system says of a file. */
struct fz_file_facts fz_file_facts_of(const struct stat *st);

/* Looks for the job's tile without opening its file: the bytes of the tile come into `tile`, what is known of the picture into
 * *facts, and of its file now into *file. */
bool fz_cached_find(struct fz_cache_reader *cache, const struct fz_job *job, struct fz_file_facts *file,
                    struct fz_cache_facts *facts, struct fz_buffer *tile, size_t *len);

/* Puts what is known in the place of what the tile itself says. False where that is no tile of this picture. */
bool fz_cached_take_facts(struct fz_job *job, const struct fz_cache_facts *facts);

/* Keeps the tile of a picture that was decoded whole; not of a file that changes meanwhile. */
void fz_cached_keep(struct fz_cache_reader *cache, const struct fz_job *job);

#endif
