#include "decode/job.h"

#include "base/mem.h"
#include "decode/files.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* All surfaces share what SDL keeps of their pixel format; that it guards it itself is nothing that ThreadSanitizer sees. */
static pthread_mutex_t formats = PTHREAD_MUTEX_INITIALIZER;

struct fz_job *fz_job_new(enum fz_job_kind kind, uint32_t item, char *path, const struct fz_cancel *parent)
{
    struct fz_job *job = fz_calloc(1, sizeof *job);
    job->kind = kind;
    job->item = item;
    job->path = path;
    job->limits = fz_image_default_limits;
    job->fd = job->kept_fd = -1;
    job->ask.request.fd = job->ask.answer.fd = -1;
    fz_cancel_init(&job->cancel, parent);
    return job;
}

struct fz_job *fz_job_new_work(const struct fz_work *work, void *load, uint32_t item,
                               const struct fz_cancel *parent)
{
    struct fz_job *job = fz_job_new(FZ_JOB_WORK, item, NULL, parent);
    job->work = work;
    job->load = load;
    return job;
}

void fz_job_free(struct fz_job *job)
{
    if (!job)
        return;
    fz_surface_free(job->surface);
    if (job->work && job->work->free)
        job->work->free(job->load);
    fz_job_close(job);
    fz_files_forget(job);
    fz_parcel_fini(&job->ask.request);
    fz_parcel_fini(&job->ask.answer);
    fz_stream_free(job->play.stream);
    if (job->kept_fd >= 0)
        close(job->kept_fd);
    free(job->luma);
    free(job->told);
    free(job->index);
    free(atomic_load(&job->rows));
    free(job->path);
    free(job);
}

bool fz_job_loads(const struct fz_job *job)
{
    return job->kind == FZ_JOB_DECODE || job->kind == FZ_JOB_DETAIL || job->kind == FZ_JOB_SNIFF ||
           job->kind == FZ_JOB_KEEP;
}

static bool host_cancelled(void *ctx)
{
    return fz_cancel_is_set(&((const struct fz_job *)ctx)->cancel);
}

bool fz_job_rows(const struct fz_job *job, struct fz_image_index *index)
{
    const struct fz_image_index *rows = atomic_load_explicit(&job->rows, memory_order_acquire);
    if (rows)
        *index = *rows;
    return rows != NULL;
}

struct fz_image_host fz_job_host(struct fz_job *job)
{
    return (struct fz_image_host){.ctx = job, .cancelled = host_cancelled};
}

bool fz_job_is_cut(const struct fz_job *job)
{
    struct stat st;
    return fstat(job->fd, &st) == 0 && job->file.known && (uint64_t)st.st_size < job->file.bytes;
}

void fz_job_close(struct fz_job *job)
{
    if (job->fd >= 0)
        close(job->fd);
    if (job->along)
        atomic_fetch_sub(job->along, 1);
    job->along = NULL;
    job->fd = -1;
    fz_image_head_fini(&job->head);
}

SDL_Surface *fz_surface_new(int width, int height)
{
    void *pixels = fz_try_block((size_t)width * (size_t)height * 4);
    if (!pixels)
        return NULL;
    fz_mem_populate(pixels, (size_t)width * (size_t)height * 4);
    SDL_Surface *surface = fz_surface_over(pixels, width, height);
    if (!surface)
        fz_block_free(pixels);
    return surface;
}

SDL_Surface *fz_surface_over(void *pixels, int width, int height)
{
    pthread_mutex_lock(&formats);
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormatFrom(pixels, width, height, 32, width * 4, SDL_PIXELFORMAT_ARGB8888);
    pthread_mutex_unlock(&formats);
    return surface;
}

struct whole {
    struct fz_surface_owner owner;
    void *pixels; /* a block */
};

static void release_whole(struct fz_surface_owner *owner)
{
    struct whole *whole = FZ_CONTAINER(owner, struct whole, owner);
    fz_block_free(whole->pixels);
    free(whole);
}

void fz_surface_crop(SDL_Surface *surface, int x, int y, int w, int h)
{
    if (!surface->userdata) {
        struct whole *whole = fz_malloc(sizeof *whole);
        *whole = (struct whole){.owner.release = release_whole, .pixels = surface->pixels};
        surface->userdata = &whole->owner;
    }
    surface->pixels = (uint8_t *)surface->pixels + (ptrdiff_t)y * surface->pitch + (ptrdiff_t)x * 4;
    surface->w = w;
    surface->h = h;
    SDL_SetClipRect(surface, NULL);
}

void fz_surface_free(SDL_Surface *surface)
{
    if (!surface)
        return;
    struct fz_surface_owner *owner = surface->userdata;
    if (owner)
        owner->release(owner);
    else
        fz_block_free(surface->pixels); /* SDL does not own them: made "from" */
    pthread_mutex_lock(&formats);
    SDL_FreeSurface(surface);
    pthread_mutex_unlock(&formats);
}
