#include "gpu/head_internal.h"
#include "gpu/x11.h"

#include <math.h>

double fz_window_density(SDL_Window *window, int width_px)
{
    static const double largest = 4;
    int units = 0;
    SDL_GetWindowSize(window, &units, NULL);
    double density = units > 0 && width_px > units ? (double)width_px / units : fz_x11_text_scale(window);
    return fmin(fmax(density, 1), largest);
}
