/* Whether a file of unknown kind is a picture. */
#include "decode/cached.h"
#include "decode/files.h"

#include <unistd.h>

enum { SNIFFED_BYTES = 65536 }; /* of a share: more than anybody looks at */

/* What a tile was made of is one, whatever its size was, and need not be opened. */
static bool is_known(const struct fz_decoder *decoder, const struct fz_job *job)
{
    const struct fz_file_facts file = fz_file_facts_of(&job->look);
    struct fz_metadata told;
    return file.known && fz_cached_metadata(decoder->cache, job->path, &file, &told);
}

void fz_decoder_sniff(struct fz_decoder *decoder, struct fz_job *job)
{
    if (decoder->cache && (!fz_decoder_look(decoder, job) || is_known(decoder, job)))
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
