#include "decode/cached.h"

#include "image/encode.h"
#include "image/format.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    QUALITY = 92, /* mean difference 2.2, the largest 37, in 21.7 kB: tiles of photographs, 256x192 */
    BACKGROUND_PART = 256, /* so many pixels of that very colour are no chance */
    /* A file that changes again within one tick of its clock looks as it did before. */
    TICK_NS = 20000000, /* of Linux: at most 10 ms */
    COARSE_TICK_S = 2,  /* of FAT, and of those without fractions */
};

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct fz_file_facts fz_file_facts_of(const struct stat *st)
{
    return (struct fz_file_facts){true, (uint64_t)st->st_size, ns_of(st->st_mtim)};
}

static struct fz_cache_key key_of(const struct fz_job *job, const struct fz_file_facts *file)
{
    return (struct fz_cache_key){.path = job->path,
                                 .bytes = file->bytes,
                                 .mtime_ns = file->mtime_ns,
                                 .box_w = job->box_w,
                                 .box_h = job->box_h};
}

bool fz_cached_find(struct fz_cache_reader *cache, const struct fz_job *job, struct fz_file_facts *file,
                    struct fz_cache_facts *facts, struct fz_buffer *tile, size_t *len)
{
    struct stat st;
    if (!cache || job->caching != FZ_CACHING_ON || stat(job->path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    *file = fz_file_facts_of(&st);
    struct fz_cache_key key = key_of(job, file);
    return fz_cache_find(cache, &key, facts, tile, len) &&
           (facts->background == FZ_CACHE_ANY_BACKGROUND || facts->background == job->background);
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
    return true;
}

static bool may_be_transparent(const char *format)
{
    static const char *const opaque[] = {"jpeg", "pnm"};
    for (size_t i = 0; i < sizeof opaque / sizeof *opaque; i++)
        if (strcmp(format, opaque[i]) == 0)
            return false;
    return true;
}

static bool shows_background(const struct fz_job *job)
{
    const SDL_Surface *s = job->surface;
    const uint32_t wanted = job->background | 0xff000000u;
    int64_t count = 0;
    for (int y = 0; y < s->h; y++) {
        const uint8_t *row = (const uint8_t *)s->pixels + (ptrdiff_t)y * s->pitch;
        for (int x = 0; x < s->w; x++) {
            uint32_t px;
            memcpy(&px, row + (ptrdiff_t)x * 4, sizeof px);
            count += px == wanted;
        }
    }
    return count * BACKGROUND_PART > (int64_t)s->w * s->h;
}

bool fz_file_is_settled(int fd, const struct fz_file_facts *file)
{
    struct stat st;
    struct timespec now;
    if (!file->known || fstat(fd, &st) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
        return false;
    struct fz_file_facts after = fz_file_facts_of(&st);
    int64_t tick_ns = st.st_mtim.tv_nsec == 0 ? COARSE_TICK_S * 1000000000LL : TICK_NS;
    int64_t age_ns = ns_of(now) - after.mtime_ns;
    return file->bytes == after.bytes && file->mtime_ns == after.mtime_ns && (age_ns < 0 || age_ns > tick_ns);
}

/* While its file is open: whoever sorts by date later on need not open it. */
static void keep_metadata(struct fz_cache_reader *cache, const struct fz_job *job)
{
    struct fz_metadata metadata;
    if (fz_cached_metadata(cache, job->path, &job->file, &metadata))
        return;
    fz_metadata_read(job->fd, &metadata);
    fz_cached_keep_metadata(cache, job->path, job->fd, &job->file, &metadata);
}

void fz_cached_keep(struct fz_cache_reader *cache, const struct fz_job *job)
{
    const struct fz_image *image = &job->image;
    if (!cache || job->caching == FZ_CACHING_OFF || image->damaged ||
        !fz_file_is_settled(job->fd, &job->file))
        return;
    bool transparent = may_be_transparent(image->format) && shows_background(job);
    struct fz_pixels pixels = {job->surface->pixels, job->surface->w, job->surface->h, job->surface->pitch};
    struct fz_encoded tile;
    enum fz_encoding encoding = transparent ? FZ_ENCODING_PNG : FZ_ENCODING_JPEG;
    if (fz_image_encode(encoding, &pixels, QUALITY, &tile, NULL) != FZ_OK)
        return;
    struct fz_cache_facts facts = {
        .width = image->width,
        .height = image->height,
        .orientation = image->orientation,
        .frames = image->frames,
        .has_profile = image->has_profile,
        .background = transparent ? (int64_t)job->background : FZ_CACHE_ANY_BACKGROUND,
    };
    snprintf(facts.format, sizeof facts.format, "%s", image->format);
    struct fz_cache_key key = key_of(job, &job->file);
    fz_cache_store(cache, &key, &facts, tile.bytes, tile.len);
    keep_metadata(cache, job);
}
