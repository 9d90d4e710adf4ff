#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#include "image/heavy/svg_ground.h"

#include "image/svg/ground.h"

#include <librsvg/rsvg.h>

#include <stdio.h>

/* A drawing of nothing but the ground: librsvg knows colours as CSS writes them. */
void fz_svg_paint_ground(const struct fz_bytes *file, cairo_surface_t *surface, int w, int h)
{
    char css[FZ_SVG_GROUND_BYTES], text[FZ_SVG_GROUND_BYTES + 256];
    if (!fz_svg_ground(file, css))
        return;
    const int len = snprintf(text, sizeof text,
                             "<svg xmlns='http://www.w3.org/2000/svg' fill='none' color='transparent'>"
                             "<rect width='100%%' height='100%%' style='%s'/></svg>",
                             css);
    RsvgHandle *ground = rsvg_handle_new_from_data((const guint8 *)text, (gsize)len, NULL);
    const RsvgRectangle page = {0, 0, w, h};
    if (!ground)
        return;
    cairo_t *cairo = cairo_create(surface);
    rsvg_handle_render_document(ground, cairo, &page, NULL);
    cairo_destroy(cairo);
    g_object_unref(ground);
}

#endif
