#include "image/heavy.h"

#include "frieze_config.h"
#include "image/anim/format.h"
#include "image/format.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

extern const struct fz_heavy fz_heavy_codecs __attribute__((weak)); /* not there where they lie apart */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct fz_heavy *_Atomic loaded; /* written under lock */

/* Found beside the program, or where it was installed, by the path that the linker wrote into it. Never closed: libraries of C++ and
 * Rust do not bear that. */
static const struct fz_heavy *open_object(struct fz_error *err)
{
    if (&fz_heavy_codecs)
        return &fz_heavy_codecs;
    void *object = dlopen(FRIEZE_CODECS, RTLD_LAZY | RTLD_LOCAL);
    const struct fz_heavy *heavy = object ? dlsym(object, "fz_heavy_codecs") : NULL;
    if (!heavy) {
        const char *why = dlerror();
        fz_fail(err, FZ_E_UNSUPPORTED, 0, "cannot be loaded: %s", why ? why : FRIEZE_CODECS);
    } else if (strcmp(heavy->version, FRIEZE_VERSION) != 0) {
        fz_fail(err, FZ_E_UNSUPPORTED, 0, "cannot be loaded: " FRIEZE_CODECS " is that of frieze %s",
                heavy->version);
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
    if (!heavy && (heavy = open_object(err)) != NULL) {
        heavy->init();
        loaded = heavy;
    }
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
