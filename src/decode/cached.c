#include "decode/cached.h"

#include "base/clock.h"
#include "decode/files.h"
#include "image/encode.h"
#include "image/format.h"

#include <SDL_timer.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

enum {
    QUALITY = 92, /* mean difference 2.2, the largest 37, in 21.7 kB: tiles of photographs, 256x192 */
    /* A file that changes again within one tick of its clock looks as it did before. */
    TICK_NS = 20000000,    /* of Linux: at most 10 ms */
    COARSE_TICK_S = 2,     /* of FAT, and of those without fractions */
    SURELY_S = 3600,       /* what was changed before is not changing, however wrong a share's clock is */
    TRY_MS = 1000,         /* for an answer, where nobody waits for the job */
    PATIENCE_US = 5000000, /* for several of these: of who waits rather than goes without */
    PAUSE_MS = 5,
};

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct fz_file_facts fz_file_facts_of(const struct fz_look *look)
{
    return look->sys == 0 ? (struct fz_file_facts){true, look->bytes, look->mtime_ns, look->ctime_ns}
                          : (struct fz_file_facts){0};
}

struct fz_cache_key fz_cached_key(const struct fz_job *job, const char *path,
                                  const struct fz_file_facts *file)
{
    return (struct fz_cache_key){.path = path,
                                 .bytes = file->bytes,
                                 .mtime_ns = file->mtime_ns,
                                 .ctime_ns = file->ctime_ns,
                                 .box_w = job->want.box_w,
                                 .box_h = job->want.covers ? -job->want.box_h : job->want.box_h};
}

bool fz_cached_find(struct fz_cache_reader *cache, const struct fz_job *job, struct fz_file_facts *file,
                    struct fz_cache_facts *facts, struct fz_buffer *tile, size_t *len)
{
    if (!cache || job->caching != FZ_CACHING_ON || job->look.sys != 0 || !S_ISREG(job->look.mode))
        return false;
    *file = fz_file_facts_of(&job->look);
    struct fz_cache_key key = fz_cached_key(job, job->path, file);
    return fz_cache_find(cache, &key, facts, tile, len) &&
           (facts->background == FZ_CACHE_ANY_BACKGROUND || facts->background == job->want.background);
}

bool fz_cached_take_facts(struct fz_job *job, const struct fz_cache_facts *facts)
{
    const struct fz_format *format = fz_format_named(facts->format);
    if (!format || facts->width <= 0 || facts->height <= 0)
        return false;
    job->image.format = format->name;
    job->image.width = facts->width;
    job->image.height = facts->height;
    job->image.orientation = facts->orientation;
    job->image.frames = facts->frames;
    job->image.has_profile = facts->has_profile;
    job->image.whole_w = facts->whole_w;
    job->image.whole_h = facts->whole_h;
    return true;
}

bool fz_file_is_settled(const struct fz_look *after, const struct fz_file_facts *file)
{
    struct timespec now;
    if (!file->known || after->sys != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
        return false;
    int64_t tick_ns = after->mtime_ns % 1000000000 == 0 ? COARSE_TICK_S * 1000000000LL : TICK_NS;
    int64_t age_ns = ns_of(now) - after->mtime_ns;
    bool same =
        file->bytes == after->bytes && file->mtime_ns == after->mtime_ns && file->ctime_ns == after->ctime_ns;
    return same && (age_ns < 0 || age_ns > tick_ns);
}

/* Whoever reads a file again means all that stands in it. */
static bool find_told(const struct fz_decoder *decoder, const struct fz_job *job, struct fz_metadata *out)
{
    return job->caching != FZ_CACHING_RENEW && !job->told_anew &&
           fz_cached_metadata(decoder->cache, job->path, &job->file, out);
}

/* While its file is open: whoever sorts by date later on need not open it. */
static bool tell(struct fz_decoder *decoder, struct fz_job *job, const struct fz_look *after,
                 struct fz_metadata *out)
{
    struct fz_image_host host = fz_job_host(job);
    if (!fz_engine_read_metadata(decoder->engine, job->fd, &host, out))
        return false;
    if (!fz_job_is_cut(job)) /* behind what is there more may be told */
        fz_cached_keep_metadata(decoder->cache, job->path, after, &job->file, out);
    return true;
}

bool fz_cached_tell(struct fz_decoder *decoder, struct fz_job *job, struct fz_metadata *out)
{
    struct fz_look after = {.sys = EAGAIN}; /* where nobody says otherwise */
    if (find_told(decoder, job, out))
        return true;
    if (decoder->cache)
        fz_files_look_now(decoder->files, job, job->path, 0, &after);
    return tell(decoder, job, &after, out);
}

/* A file that nobody tells of in time, as of a share which takes long for each answer, would never have a tile. Where it changed meanwhile
 * it has another time from now on, and nobody looks for this tile: but for what changes twice within a tick. */
static bool look_again(struct fz_decoder *decoder, struct fz_job *job, struct fz_look *after)
{
    const bool patient = fz_cache_is_patient(decoder->cache);
    const int try_ms = patient || job->kind == FZ_JOB_KEEP ? TRY_MS : 0;
    const int64_t until_us = fz_now_us() + (patient ? PATIENCE_US : 0);
    while (!fz_files_look_now(decoder->files, job, job->path, try_ms, after)) {
        const int64_t age_ns = fz_date_ms() * 1000000 - job->file.mtime_ns;
        *after = (struct fz_look){
            .bytes = job->file.bytes, .mtime_ns = job->file.mtime_ns, .ctime_ns = job->file.ctime_ns};
        if (job->file.known && age_ns > SURELY_S * 1000000000LL)
            return true;
        if (fz_now_us() >= until_us || fz_cancel_is_set(&job->cancel))
            return false;
        SDL_Delay(PAUSE_MS);
    }
    return true;
}

void fz_cached_keep(struct fz_decoder *decoder, struct fz_job *job)
{
    struct fz_cache_reader *cache = decoder->cache;
    const struct fz_image *image = &job->image;
    struct fz_look after;
    if (!cache || job->caching == FZ_CACHING_OFF)
        return;
    if (image->damaged) { /* more of it may be there another time */
        fz_cache_go_without(cache);
        return;
    }
    if (!look_again(decoder, job, &after) || !fz_file_is_settled(&after, &job->file)) {
        job->not_kept = true;
        fz_cache_go_without(cache);
        return;
    }
    struct fz_pixels pixels = {job->surface->pixels, job->surface->w, job->surface->h, job->surface->pitch};
    struct fz_encoded tile;
    enum fz_encoding encoding = image->shows_background ? FZ_ENCODING_PNG : FZ_ENCODING_JPEG;
    const struct fz_encode how = {.encoding = encoding, .quality = QUALITY, .in_one_pass = true};
    if (fz_image_encode(&pixels, &how, &tile, NULL) != FZ_OK) {
        fz_cache_go_without(cache);
        return;
    }
    struct fz_cache_facts facts = {
        .width = image->width,
        .height = image->height,
        .orientation = image->orientation,
        .frames = image->frames,
        .has_profile = image->has_profile,
        .background = image->shows_background ? (int64_t)job->want.background : FZ_CACHE_ANY_BACKGROUND,
        .whole_w = image->whole_w,
        .whole_h = image->whole_h,
    };
    snprintf(facts.format, sizeof facts.format, "%s", image->format);
    struct fz_cache_key key = fz_cached_key(job, job->path, &job->file);
    job->not_kept = !fz_cache_store(cache, &key, &facts, tile.bytes, tile.len);
    struct fz_metadata metadata;
    if (!find_told(decoder, job, &metadata))
        tell(decoder, job, &after, &metadata);
}
