/* Whether a file of unknown kind is a picture. */
#include "decode/cached.h"
#include "decode/files.h"

#include <unistd.h>

enum { SNIFFED_BYTES = 65536 }; /* of a share: more than anybody looks at */

/* What has a tile is one, and need not be opened. */
static bool has_tile(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_file_facts file;
    struct fz_cache_facts facts;
    size_t len;
    return fz_cached_find(decoder->cache, job, &file, &facts, &decoder->tile, &len) &&
           fz_cached_take_facts(job, &facts);
}

void fz_decoder_sniff(struct fz_decoder *decoder, struct fz_job *job)
{
    const bool may_have_tile = decoder->cache && job->caching == FZ_CACHING_ON;
    if (may_have_tile && (!fz_decoder_look(decoder, job) || has_tile(decoder, job)))
        return;
    int fd;
    struct fz_parcel request = fz_files_open_request(job->path, SNIFFED_BYTES);
    if (!fz_decoder_open(decoder, job, &request, &fd) || fd < 0)
        return;
    struct fz_image_host host = fz_job_host(job);
    job->image.format = fz_engine_sniff(decoder->engine, fd, &host, &job->error);
    if (!job->image.format && job->error.code == FZ_OK)
        fz_fail(&job->error, FZ_E_NOT_PICTURE, 0, "no picture");
    close(fd);
}
