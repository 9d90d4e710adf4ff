#include "image/heavy.h"

#include "base/mem.h"
#include "frieze_config.h"
#include "image/anim/format.h"
#include "image/codecs/heif_boxes.h"
#include "image/format.h"
#include "image/pixels/rows.h"
#include "image/svg/cost.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct fz_heavy fz_heavy_codecs __attribute__((weak)); /* not there where they lie apart */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct fz_heavy *_Atomic loaded; /* written under lock */
static struct fz_error failure; /* under lock; where a sandbox has closed, nobody can look again */

/* Of the program itself, by its path and no search: where it was installed, else beside it. Never closed: libraries of C++ and Rust do
 * not bear that. */
static void *open_by_path(void)
{
    static const char *const folders[] = {FRIEZE_CODECS_FOLDER "/", ""};
    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    program[len > 0 ? len : 0] = '\0';
    char *name = strrchr(program, '/');
    for (size_t i = 0; name && i < sizeof folders / sizeof *folders; i++) {
        char *path = fz_asprintf("%.*s/%s" FRIEZE_CODECS, (int)(name - program), program, folders[i]);
        bool is_last = i + 1 == sizeof folders / sizeof *folders;
        void *object = is_last || access(path, F_OK) == 0 ? dlopen(path, RTLD_LAZY | RTLD_LOCAL) : NULL;
        bool is_found = object || access(path, F_OK) == 0;
        free(path);
        if (is_found)
            return object;
    }
    return NULL;
}

static const struct fz_heavy *open_object(struct fz_error *err)
{
    if (&fz_heavy_codecs)
        return &fz_heavy_codecs;
    void *object = open_by_path();
    const struct fz_heavy *heavy = object ? dlsym(object, "fz_heavy_codecs") : NULL;
    static const struct fz_heavy_build ours = FZ_HEAVY_BUILD;
    if (!heavy) {
        const char *why = dlerror();
        fz_fail(err, FZ_E_UNSUPPORTED, 0, "cannot be loaded: %s", why ? why : FRIEZE_CODECS);
    } else if (memcmp(&heavy->build, &ours, sizeof ours) != 0) {
        fz_fail(err, FZ_E_UNSUPPORTED, 0, "cannot be loaded: " FRIEZE_CODECS " is that of another frieze");
        heavy = NULL;
    }
    return heavy;
}

const struct fz_heavy *fz_heavy_load(struct fz_error *err)
{
    const struct fz_heavy *heavy = loaded;
    if (heavy)
        return heavy;
    pthread_mutex_lock(&lock);
    heavy = loaded;
    if (!heavy && failure.code == FZ_OK && (heavy = open_object(&failure)) != NULL) {
        heavy->init();
        loaded = heavy;
    }
    if (!heavy && err)
        *err = failure;
    pthread_mutex_unlock(&lock);
    return heavy;
}

void fz_heavy_fini(void)
{
    pthread_mutex_lock(&lock);
    const struct fz_heavy *heavy = loaded;
    if (heavy)
        heavy->fini();
    loaded = NULL;
    failure = (struct fz_error){0};
    pthread_mutex_unlock(&lock);
}

const struct fz_format *fz_heavy_codec(const struct fz_format *format)
{
    const struct fz_heavy *heavy = loaded;
    if (!format->is_heavy)
        return format;
    for (const struct fz_format *row = heavy ? heavy->formats : NULL; row && row->name; row++)
        if (row->is_a == format->is_a)
            return row;
    return NULL;
}

const struct fz_anim_format *fz_heavy_anim(const struct fz_anim_format *format)
{
    const struct fz_heavy *heavy = loaded;
    if (format->open)
        return format;
    for (const struct fz_anim_format *const *row = heavy ? heavy->anims : NULL; row && *row; row++)
        if (strcmp((*row)->name, format->name) == 0)
            return *row;
    return NULL;
}
