#include "decode/job.h"

#include "base/mem.h"

#include <stdlib.h>
#include <unistd.h>

struct fz_job *fz_job_new(enum fz_job_kind kind, uint32_t item, char *path, const struct fz_cancel *parent)
{
    struct fz_job *job = fz_calloc(1, sizeof *job);
    job->kind = kind;
    job->item = item;
    job->path = path;
    job->limits = fz_image_default_limits;
    job->fd = -1;
    fz_cancel_init(&job->cancel, parent);
    return job;
}

void fz_job_free(struct fz_job *job)
{
    if (!job)
        return;
    fz_surface_free(job->surface);
    if (job->load_free)
        job->load_free(job->load);
    fz_job_close(job);
    fz_anim_free(job->play.anim);
    free(job->path);
    free(job);
}

void fz_job_close(struct fz_job *job)
{
    if (job->fd >= 0)
        close(job->fd);
    job->fd = -1;
    fz_image_head_fini(&job->head);
}

uint8_t *fz_job_alloc(struct fz_job *job, int width, int height, int *pitch_bytes)
{
    job->surface = fz_surface_new(width, height);
    if (!job->surface)
        return NULL;
    *pitch_bytes = job->surface->pitch;
    return job->surface->pixels;
}

SDL_Surface *fz_surface_new(int width, int height)
{
    void *pixels = fz_try_malloc((size_t)width * (size_t)height * 4);
    if (!pixels)
        return NULL;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormatFrom(pixels, width, height, 32, width * 4, SDL_PIXELFORMAT_ARGB8888);
    if (!surface)
        free(pixels);
    return surface;
}

void fz_surface_free(SDL_Surface *surface)
{
    if (!surface)
        return;
    free(surface->pixels); /* SDL does not own them: made "from" */
    SDL_FreeSurface(surface);
}
