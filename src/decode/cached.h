/* Between a decode and the tile cache: what its tile is found by, and what of it is kept. */
#ifndef FZ_DECODE_CACHED_H
#define FZ_DECODE_CACHED_H

#include "decode/cache.h"
#include "decode/decoder.h"
#include "decode/job.h"
#include "image/metadata/metadata.h"

/* A worker, all of these. What the file system says of a file. */
struct fz_file_facts fz_file_facts_of(const struct fz_look *look);

/* Any thread. What the cache knows the tile of a file by, in the box of that job. `path` is borrowed by the key. */
struct fz_cache_key fz_cached_key(const struct fz_job *job, const char *path,
                                  const struct fz_file_facts *file);

/* Whether what was read between *file and *after is what stands in the file, and what changes it next will show. */
bool fz_file_is_settled(const struct fz_look *after, const struct fz_file_facts *file);

/* Looks for the job's tile by job->look, without its file: the bytes of the tile come into `tile`, what is known of the picture into
 * *facts, and of its file now into *file. */
bool fz_cached_find(struct fz_cache_reader *cache, const struct fz_job *job, struct fz_file_facts *file,
                    struct fz_cache_facts *facts, struct fz_buffer *tile, size_t *len);

/* Puts what is known in the place of what the tile itself says. False where that is no tile of this picture. */
bool fz_cached_take_facts(struct fz_job *job, const struct fz_cache_facts *facts);

/* Keeps the tile of a picture that was decoded whole, and what its file, which is open, tells of itself; not of one that
 * changes meanwhile. */
void fz_cached_keep(struct fz_decoder *decoder, struct fz_job *job);

/* What the job's file, which is open, tells of itself; kept too, where there is a cache. False: nobody could find out, or wants to
 * know any more. */
bool fz_cached_tell(struct fz_decoder *decoder, struct fz_job *job, struct fz_metadata *out);

/* What a file told of itself when it was read, if it has not changed since; `cache` may be NULL. */
bool fz_cached_metadata(struct fz_cache_reader *cache, const char *path, const struct fz_file_facts *file,
                        struct fz_metadata *out);

/* Keeps what was read between *file and *after; `cache` may be NULL. */
void fz_cached_keep_metadata(struct fz_cache_reader *cache, const char *path, const struct fz_look *after,
                             const struct fz_file_facts *file, const struct fz_metadata *metadata);

#endif
