/* SVG by librsvg, drawn at the size of the result: text, references inside the file, CSS; no other file and no network. */
#include "image/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#include "base/mem.h"
#include "image/pixels/rows.h"
#include "image/svg/cost.h"
#include "image/svg/fonts.h"
#include "image/svg/needs.h"

#include <librsvg/rsvg.h>

enum {
    BYTES_PER_BYTE =
        48, /* what librsvg takes for a document of small shapes, measured, as a multiple of its text */
    FIXED_BYTES = 8 << 20,
    DPI = 96,
    MAX_SIDE_PX = 32767, /* of cairo */
    MAX_ELEMENTS =
        200000,           /* with what references stand for; librsvg draws some 250,000 small ones a second */
    LONG_ELEMENTS = 1000, /* that the clock is looked at for */
    LAYER_PX_PER_US = 200, /* of masks and filters, measured */
};

static void target_size(const struct fz_decode *d, int *width, int *height)
{
    fz_decode_target(d, (int)d->header.width, (int)d->header.height, width, height);
}

uint64_t fz_svg_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    int width, height;
    target_size(d, &width, &height);
    return (uint64_t)width * (uint64_t)height * 4 + file_bytes * BYTES_PER_BYTE + FIXED_BYTES;
}

/* Takes `error`. The parser's messages end in an empty line; cairo's word for a decoder's limit is in the middle of one. */
static enum fz_err fail(struct fz_decode *d, GError *error)
{
    const char *why = error ? error->message : "it cannot be drawn";
    if (strstr(why, "NoMemory")) {
        g_clear_error(&error);
        return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: out of memory: drawing it takes more than a picture may");
    }
    enum fz_err code = fz_fail(d->err, FZ_E_DAMAGED, 0, "svg: %.*s", (int)strcspn(why, "\n"), why);
    g_clear_error(&error);
    return code;
}

static enum fz_err read_document(struct fz_decode *d, RsvgHandle **out)
{
    GError *error = NULL;
    GInputStream *stream = g_memory_input_stream_new_from_data(d->file.at, (gssize)d->file.len, NULL);
    /* Without a base, librsvg opens nothing that a document names. */
    *out = rsvg_handle_new_from_stream_sync(stream, NULL, RSVG_HANDLE_FLAGS_NONE, NULL, &error);
    g_object_unref(stream);
    return *out ? FZ_OK : fail(d, error);
}

/* librsvg 2.54 cannot be stopped while it draws: what would take longer than a picture may is refused before. */
static enum fz_err check_cost(struct fz_decode *d, int width, int height, const struct fz_svg_cost *cost)
{
    if (cost->elements > MAX_ELEMENTS)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: its references stand for more than %d elements",
                       MAX_ELEMENTS);
    int64_t most_us = d->request->limits.max_cpu_us;
    uint64_t layers_us = cost->layers * (uint64_t)width * (uint64_t)height / LAYER_PX_PER_US;
    if (most_us > 0 && cost->text_us > (uint64_t)most_us)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: its text is too long");
    if (most_us > 0 && layers_us > (uint64_t)most_us)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: its masks and filters take too long at %dx%d", width,
                       height);
    return FZ_OK;
}

/* Called by cairo before it draws a shape: a surface that is finished stops all that follows. */
static void look_at_clock(cairo_surface_t *observer, cairo_surface_t *surface, void *data)
{
    (void)observer;
    struct fz_decode *d = data;
    if (fz_decode_cancelled(d))
        cairo_surface_finish(surface);
}

/* Of what draws so much that it may take long: cairo never frees the callbacks of an observer, 32 bytes each. */
static cairo_surface_t *watch(struct fz_decode *d, cairo_surface_t *surface)
{
    cairo_surface_t *observer = cairo_surface_create_observer(surface, CAIRO_SURFACE_OBSERVER_NORMAL);
    cairo_surface_observer_add_fill_callback(observer, look_at_clock, d);
    cairo_surface_observer_add_paint_callback(observer, look_at_clock, d);
    cairo_surface_observer_add_glyphs_callback(observer, look_at_clock, d);
    return observer;
}

static enum fz_err draw(struct fz_decode *d, RsvgHandle *document, cairo_surface_t *surface, bool long_one)
{
    GError *error = NULL;
    cairo_surface_t *onto = long_one ? watch(d, surface) : cairo_surface_reference(surface);
    const RsvgRectangle page = {0, 0, cairo_image_surface_get_width(surface),
                                cairo_image_surface_get_height(surface)};
    rsvg_handle_set_dpi(document, DPI);
    cairo_t *cairo = cairo_create(onto);
    bool drawn = rsvg_handle_render_document(document, cairo, &page, &error);
    cairo_destroy(cairo);
    cairo_surface_destroy(onto);
    cairo_surface_flush(surface);
    if (fz_decode_cancelled(d)) {
        g_clear_error(&error);
        return fz_decode_fail_cancelled(d);
    }
    return drawn ? FZ_OK : fail(d, error);
}

static enum fz_err push(struct fz_decode *d, cairo_surface_t *surface)
{
    const struct fz_rows rows = {
        .at = cairo_image_surface_get_data(surface),
        .pitch_bytes = cairo_image_surface_get_stride(surface),
        .width = cairo_image_surface_get_width(surface),
        .alpha = FZ_ALPHA_PREMULTIPLIED,
    };
    return fz_rows_push(d, &rows, 0, cairo_image_surface_get_height(surface));
}

/* Of most SVG there is nothing to prepare. */
static enum fz_err prepare_files(struct fz_decode *d)
{
    if (!fz_svg_needs_files(&d->file))
        return FZ_OK;
    d->out->needs_files = d->request->without_files;
    if (d->request->without_files)
        return fz_fail(d->err, FZ_E_UNSUPPORTED, 0, "svg: there are no fonts for its text");
    fz_svg_fonts_init();
    return FZ_OK;
}

enum fz_err fz_svg_load(struct fz_decode *d)
{
    int width, height;
    RsvgHandle *document = NULL;
    struct fz_svg_cost cost = {0};
    target_size(d, &width, &height);
    if (width > MAX_SIDE_PX || height > MAX_SIDE_PX)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "%dx%d: a side is over %d px", width, height, MAX_SIDE_PX);
    enum fz_err code = prepare_files(d);
    if (code == FZ_OK)
        code = fz_decode_begin(d, (int)d->header.width, (int)d->header.height, width, height);
    if (code == FZ_OK && !fz_svg_cost(&d->file, &cost))
        code = fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for the references of an SVG");
    if (code == FZ_OK)
        code = check_cost(d, width, height, &cost);
    if (code == FZ_OK)
        code = read_document(d, &document);
    if (code == FZ_OK && fz_decode_cancelled(d))
        code = fz_decode_fail_cancelled(d);
    cairo_surface_t *surface =
        code == FZ_OK ? cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height) : NULL;
    if (surface && cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        code = fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %dx%d pixels", width, height);
    if (code == FZ_OK)
        code = draw(d, document, surface, cost.elements > LONG_ELEMENTS);
    if (code == FZ_OK)
        code = push(d, surface);
    if (code == FZ_OK && cost.loops) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "svg: a use of itself is left out");
    }
    if (surface)
        cairo_surface_destroy(surface);
    g_clear_object(&document);
    return code;
}

#endif
