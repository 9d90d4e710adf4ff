#include "decode/shape.h"

#include "base/mem.h"
#include "decode/cached.h"
#include "decode/files.h"
#include "image/probe.h"
#include "sync/thread.h"

#include <sys/stat.h>

enum { PROBED_BYTES = 256 << 10 }; /* of a file on a share: few headers tell their size behind more */

/* Whether the tile cache knows. */
static bool find(const struct fz_job *job, const char *path, struct fz_shape_reading *reading)
{
    struct fz_cache_reader *cache = job->decoder->cache;
    struct fz_file_facts file = fz_file_facts_of(&reading->look);
    if (!cache || job->caching != FZ_CACHING_ON || !file.known)
        return false;
    struct fz_cache_key key = fz_cached_key(job, path, &file);
    struct fz_cache_facts facts;
    struct fz_buffer tile = {0};
    size_t len;
    bool found = fz_cache_find(cache, &key, &facts, &tile, &len);
    fz_block_free(tile.data);
    if (found) {
        reading->width = facts.width;
        reading->height = facts.height;
    }
    return found;
}

/* False: nobody wants to know any more. */
static bool probe(struct fz_job *job, int fd, struct fz_shape_reading *reading)
{
    struct fz_image_request request = {.fd = fd, .limits = job->limits, .host = fz_job_host(job)};
    struct fz_probe told = {0};
    struct fz_error err = {0};
    enum fz_err code = fz_engine_probe(job->decoder->engine, &request, &told, &err);
    if (code == FZ_E_BUSY) /* the decoder was lost, and the picture is not to blame */
        code = fz_engine_probe(job->decoder->engine, &request, &told, &err);
    reading->width = told.image.width;
    reading->height = told.image.height;
    return code != FZ_E_CANCELLED;
}

bool fz_shape_read(struct fz_job *job, const char *path, struct fz_shape_reading *reading)
{
    FZ_NOT_MAIN();
    struct fz_files *files = job->decoder->files;
    struct fz_parcel request, answer;
    if (!reading->looked) {
        request = fz_files_request(FZ_ASK_LOOK, path);
        if (!fz_files_ask(files, job, &request, &answer))
            return false;
        reading->look = fz_answer_look(&answer);
        reading->looked = true;
        fz_parcel_fini(&answer);
    }
    bool opened =
        job->ask.answered; /* it was parked for that, and takes it, whatever the cache says by now */
    if (!S_ISREG(reading->look.mode) || (!opened && find(job, path, reading)))
        return true;
    request = fz_files_open_request(path, PROBED_BYTES);
    if (!fz_files_ask(files, job, &request, &answer))
        return false;
    reading->opened = answer.fd >= 0;
    bool answered = !reading->opened || probe(job, answer.fd, reading);
    fz_parcel_fini(&answer);
    return answered;
}
