/* What the libraries prepare before the first thread, and undo behind the last. */
#include "image/image.h"

#include "frieze_config.h"

#include <SDL_image.h>
#if FRIEZE_WITH_HEIF
#include <libheif/heif.h>
#endif

void fz_image_init(void)
{
    IMG_Init(0);
#if FRIEZE_WITH_HEIF
    heif_init(NULL); /* its plug-ins; without them it can do less */
#endif
}

void fz_image_fini(void)
{
#if FRIEZE_WITH_HEIF
    heif_deinit();
#endif
    IMG_Quit();
}
