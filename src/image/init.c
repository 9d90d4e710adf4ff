/* What the libraries prepare before the first thread, and undo behind the last. */
#include "image/heavy.h"
#include "image/image.h"

#include <SDL_image.h>

void fz_image_init(void)
{
    IMG_Init(0);
}

void fz_image_fini(void)
{
    fz_heavy_fini();
    IMG_Quit();
}
