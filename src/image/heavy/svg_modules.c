#include "image/heavy/svg_modules.h"

#include "frieze_config.h"

#include <string.h>

#if FRIEZE_WITH_RSVG
#include <librsvg/rsvg.h>
#endif

/* From 2.57 on librsvg reads them by a library that is linked in. */
#if defined LIBRSVG_CHECK_VERSION
#define NEEDS_MODULES (!LIBRSVG_CHECK_VERSION(2, 57, 0))
#else
#define NEEDS_MODULES 0
#endif

#if NEEDS_MODULES

/* A loader has its module from the start. */
static void load(gpointer format, gpointer unused)
{
    (void)unused;
    char *name = gdk_pixbuf_format_get_name(format);
    GdkPixbufLoader *loader = gdk_pixbuf_loader_new_with_type(name, NULL);
    if (loader) {
        gdk_pixbuf_loader_close(loader, NULL);
        g_object_unref(loader);
    }
    g_free(name);
}

void fz_svg_modules_load(void)
{
    GSList *formats = gdk_pixbuf_get_formats();
    g_slist_foreach(formats, load, NULL);
    g_slist_free(formats);
}

static bool is_of(GdkPixbufFormat *format, const char *type)
{
    gchar **types = gdk_pixbuf_format_get_mime_types(format);
    bool found = g_strv_contains((const gchar *const *)types, type);
    g_strfreev(types);
    return found;
}

bool fz_svg_modules_read(const char *type)
{
    GSList *formats = gdk_pixbuf_get_formats();
    bool found = false;
    for (GSList *at = formats; at && !found; at = at->next)
        found = is_of(at->data, type);
    g_slist_free(formats);
    return found;
}

#else

void fz_svg_modules_load(void)
{
}

/* Of what browsers draw (image/svg/embedded.h), it is built without this one. */
bool fz_svg_modules_read(const char *type)
{
    return strcmp(type, "image/bmp") != 0;
}

#endif
