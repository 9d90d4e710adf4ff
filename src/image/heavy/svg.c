/* SVG by librsvg, drawn at the size of the result: text, references inside the file, CSS; no other file and no network. */
#include "image/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#include "image/heavy/svg_ground.h"
#include "image/heavy/svg_modules.h"
#include "image/heavy/svg_stream.h"
#include "image/limits.h"
#include "image/pixels/rows.h"
#include "image/svg/cost.h"
#include "image/svg/embedded.h"
#include "image/svg/fonts.h"
#include "image/svg/needs.h"

#include <librsvg/rsvg.h>

#include <math.h>

/* librsvg knows the property from 2.54 on. */
#define HAS_CSS_TRANSFORM LIBRSVG_CHECK_VERSION(2, 54, 0)

enum {
    BYTES_PER_BYTE =
        48, /* what librsvg takes for a document of small shapes, measured, as a multiple of its text */
    BYTES_PER_CODED_BYTE = 5,   /* the same of pictures in base64: 3.6 to 4.4 */
    LONG_VALUE_BYTES = 9000000, /* libxml2 takes none of over 10,000,000 unless it is told to */
    FIXED_BYTES = 8 << 20,
    DPI = 96,
    MAX_SIDE_PX = 32767, /* of cairo */
    /* What references may stand for: in any case, librsvg draws some 250,000 small ones a second, and for each element of the file. */
    MAX_ELEMENTS = 200000,
    MAX_ELEMENTS_EACH = 8,
    LONG_ELEMENTS = 1000,  /* that the clock is looked at for */
    LAYER_PX_PER_US = 200, /* of masks and filters, measured */
    /* Around a part, at least, at most, and for a px of the picture: as far as shadows and blurs usually reach. */
    FILTER_LEAST_PX = 256,
    FILTER_MOST_PX = 512,
    FILTER_REACH = 16,
    EMBEDDED_BYTES_PER_PX = 8, /* of pictures inside: by gdk-pixbuf, and once more as cairo has them */
    /* What drawing may take, ten times and more of what it does: in any case, for each element, which may fill the page, and KB, for
     * px of pictures inside, and as many times what is estimated. */
    LEAST_US = 800000,
    ELEMENT_US = 200,
    ELEMENT_PX_PER_US = 200,
    KB_US = 200,
    EMBEDDED_PX_PER_US = 5,
    ESTIMATES = 10,
    /* But no less than leaves 2 s to the reason: one line of 20,000 points of a plot takes cairo 1.2 s. */
    PATIENCE_US = 1700000,
    /* No text and no style sheet that anyone has made needs more than such a part of the time that a picture may take. */
    MOST_PART = 10,
    SPARE_BYTES = 40 << 20, /* and whatever else, which is little of most: a small file stays below 64 MB */
};

static struct fz_part part_of(const struct fz_decode *d)
{
    return fz_decode_part(d, (int)d->header.width, (int)d->header.height);
}

/* px of the result for one of the picture: 1 by a power of two, where it is that but for the rounding of the size. */
static double scale_of(int length, int out)
{
    for (int by = 0; length >> by > 0; by++)
        if (((int64_t)length + (1 << by) - 1) >> by == out)
            return ldexp(1, -by);
    return (double)out / length;
}

/* How the picture stands on a surface of w x h px, of which the part that is wanted begins at left, top: on a page; and, where it is
 * closer, `times` as large as that and moved by x, y. The page has the drawing's own proportions, for librsvg would leave space beside
 * it, and is squeezed down to those of the result. A drawing that does not grow with its page has one of its own size, which is
 * brought to that of the result by `scale`. */
struct view {
    int w, h, left, top;
    RsvgRectangle page;
    bool closer;
    double times, x, y, scale, squeeze;
};

/* A part with what filters see around it, as far as the page goes; also where it is not known yet whether there are any. */
static void widen(const struct fz_decode *d, struct view *v, double page_w, double page_h)
{
    double scale = page_w / d->header.width * (d->request->want.times > 1 ? d->request->want.times : 1);
    double reach = fmax(fmin(ceil(FILTER_REACH * scale), FILTER_MOST_PX), FILTER_LEAST_PX);
    if (d->file.whole && !memmem(d->file.at, d->file.len, "filter", strlen("filter")))
        return;
    v->left = (int)fmin(reach, -v->x);
    v->top = (int)fmin(reach, -v->y);
    v->w += v->left + (int)fmax(fmin(reach, page_w + v->x - v->w), 0);
    v->h += v->top + (int)fmax(fmin(reach, page_h + v->y - v->h), 0);
    v->x += v->left;
    v->y += v->top;
}

/* librsvg draws masks, filters and groups that are not opaque on surfaces as large as the page, whatever of it is seen. So the page
 * of a part is as small as its surface allows. */
static struct view view_of(const struct fz_decode *d, const struct fz_part *part)
{
    struct view v = {part->out_w, part->out_h, .times = 1, .scale = 1};
    double across = scale_of(part->of.w, part->out_w), down = scale_of(part->of.h, part->out_h);
    double exact_w, exact_h;
    const bool grows = fz_svg_size(&d->file, &exact_w, &exact_h);
    double w = d->header.width * across * exact_w / ceil(exact_w),
           h = d->header.height * down * exact_h / ceil(exact_h);
    if (d->request->want.region.w > 0) {
        v.x = -part->of.x * across;
        v.y = -part->of.y * down;
        widen(d, &v, w, h);
        v.closer = HAS_CSS_TRANSFORM && grows && fz_svg_root_is_plain(&d->file);
    }
    if (v.closer)
        v.times = fmin(w / v.w, h / v.h);
    v.squeeze = (h / exact_h) / (w / exact_w);
    h /= v.squeeze;
    v.y /= v.squeeze;
    if (!grows)
        v.scale = w / exact_w;
    v.page = v.closer ? (RsvgRectangle){0, 0, w / v.times, h / v.times}
                      : (RsvgRectangle){v.x / v.scale, v.y / v.scale, w / v.scale, h / v.scale};
    return v;
}

/* px that the page has on the surface, about. */
static double page_px(const struct view *v)
{
    return v->page.width * v->page.height * v->scale * v->scale;
}

uint64_t fz_svg_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    struct fz_part part = part_of(d);
    const struct view view = view_of(d, &part);
    struct fz_svg_embedded inner;
    fz_svg_find_embedded(&d->file, &inner);
    const uint64_t coded = inner.coded_bytes < file_bytes ? inner.coded_bytes : file_bytes;
    return (uint64_t)view.w * (uint64_t)view.h * 4 + (file_bytes - coded) * BYTES_PER_BYTE +
           coded * BYTES_PER_CODED_BYTE + FIXED_BYTES +
           (uint64_t)inner.width * inner.height * EMBEDDED_BYTES_PER_PX;
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

/* How a document is read, and what came of it. */
struct reading {
    RsvgHandleFlags flags;
    bool lacks_shadows;
};

/* Without a limit to its values libxml2 no longer minds either what entities multiply to. How deep elements lie has been counted by
 * then, and how many there are. */
static RsvgHandleFlags flags_for(const struct fz_decode *d, const struct fz_svg_embedded *embedded)
{
    static const char entity[] = "<!ENTITY";
    const bool has_entities = memmem(d->file.at, d->file.len, entity, sizeof entity - 1) != NULL;
    return embedded->longest > LONG_VALUE_BYTES && !has_entities ? RSVG_HANDLE_FLAG_UNLIMITED
                                                                 : RSVG_HANDLE_FLAGS_NONE;
}

static enum fz_err read_document(struct fz_decode *d, struct reading *reading, RsvgHandle **out)
{
    GError *error = NULL;
    GInputStream *stream = fz_svg_stream(&d->file, &reading->lacks_shadows);
    /* Without a base, librsvg opens nothing that a document names. */
    *out = rsvg_handle_new_from_stream_sync(stream, NULL, reading->flags, NULL, &error);
    g_object_unref(stream);
    return *out ? FZ_OK : fail(d, error);
}

static double layers_us(const struct view *view, const struct fz_svg_cost *cost)
{
    return (double)cost->layers * page_px(view) / LAYER_PX_PER_US;
}

/* librsvg 2.54 cannot be stopped while it draws: what would take longer than a picture may is refused before. */
static enum fz_err check_cost(struct fz_decode *d, const struct view *view, const struct fz_svg_cost *cost)
{
    const uint64_t most = MAX_ELEMENTS + cost->own_elements * MAX_ELEMENTS_EACH;
    if (cost->elements > most)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: its references stand for more than %llu elements",
                       (unsigned long long)most);
    int64_t most_us = d->request->limits.max_cpu_us;
    if (most_us > 0 && cost->text_us > (uint64_t)most_us / MOST_PART)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: its text is too long");
    if (most_us > 0 && cost->style_us > (uint64_t)most_us / MOST_PART)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: its style sheets are too long");
    if (most_us > 0 && layers_us(view, cost) > (double)most_us)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "svg: its masks and filters take too long at %.0fx%.0f",
                       view->page.width * view->scale, view->page.height * view->scale);
    return FZ_OK;
}

/* Who allows a picture more time than usual allows a drawing as many times what is expected of it. */
static double patience(int64_t most_us)
{
    return fmax((double)most_us / (double)fz_image_default_limits.max_cpu_us, 1);
}

/* What is not as it was estimated is stopped from outside. */
static void set_bound(const struct fz_decode *d, const struct view *view, const struct fz_svg_cost *cost,
                      const struct fz_svg_embedded *embedded)
{
    const uint64_t embedded_px = (uint64_t)embedded->width * embedded->height;
    const struct fz_image_host *host = &d->request->host;
    const int64_t most_us = d->request->limits.max_cpu_us;
    const double estimate_us = layers_us(view, cost) + (double)cost->text_us + (double)cost->style_us;
    const double element_us = ELEMENT_US + page_px(view) / ELEMENT_PX_PER_US;
    const double expected_us = LEAST_US + ESTIMATES * estimate_us + (double)cost->elements * element_us +
                               (double)(d->file.len >> 10) * KB_US + (double)embedded_px / EMBEDDED_PX_PER_US;
    const double us = fmax(expected_us, PATIENCE_US) * patience(most_us);
    const uint64_t bytes =
        d->working_bytes + SPARE_BYTES + (uint64_t)view->w * (uint64_t)view->h * 4 * cost->surfaces;
    if (host->bound)
        host->bound(host->ctx, most_us > 0 && us >= (double)most_us ? INT64_MAX : (int64_t)us, bytes);
}

/* Those inside are as large as any may be. */
static enum fz_err check_embedded(struct fz_decode *d, struct fz_svg_embedded *embedded)
{
    fz_svg_find_embedded(&d->file, embedded);
    struct fz_error why;
    if (fz_limits_check(&d->request->limits, embedded->width, embedded->height, false, &why) == FZ_OK)
        return FZ_OK;
    return fz_fail(d->err, why.code, 0, "svg: a picture in it: %s", why.msg);
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

/* By a style sheet: by cairo's matrix the page would grow with it. */
static enum fz_err bring_closer(struct fz_decode *d, RsvgHandle *document, const struct view *view)
{
    char numbers[3][G_ASCII_DTOSTR_BUF_SIZE], css[256];
    GError *error = NULL;
    g_ascii_dtostr(numbers[0], sizeof numbers[0], view->times);
    g_ascii_dtostr(numbers[1], sizeof numbers[1], view->x);
    g_ascii_dtostr(numbers[2], sizeof numbers[2], view->y);
    int len = snprintf(css, sizeof css, ":root{transform:matrix(%s,0,0,%s,%s,%s)}", numbers[0], numbers[0],
                       numbers[1], numbers[2]);
    bool taken = rsvg_handle_set_stylesheet(document, (const guint8 *)css, (gsize)len, &error);
    return taken ? FZ_OK : fail(d, error);
}

static enum fz_err draw(struct fz_decode *d, RsvgHandle *document, cairo_surface_t *surface,
                        const struct view *view, bool long_one)
{
    GError *error = NULL;
    cairo_surface_t *onto = long_one ? watch(d, surface) : cairo_surface_reference(surface);
    rsvg_handle_set_dpi(document, DPI);
    cairo_t *cairo = cairo_create(onto);
    cairo_scale(cairo, view->scale, view->scale * view->squeeze);
    bool drawn = rsvg_handle_render_document(document, cairo, &view->page, &error);
    cairo_destroy(cairo);
    cairo_surface_destroy(onto);
    cairo_surface_flush(surface);
    if (fz_decode_cancelled(d)) {
        g_clear_error(&error);
        return fz_decode_fail_cancelled(d);
    }
    return drawn ? FZ_OK : fail(d, error);
}

static enum fz_err push(struct fz_decode *d, const struct view *view, const struct fz_part *part,
                        cairo_surface_t *surface)
{
    const struct fz_rows rows = {
        .at = cairo_image_surface_get_data(surface) + (size_t)view->left * 4,
        .pitch_bytes = cairo_image_surface_get_stride(surface),
        .width = part->out_w,
        .alpha = FZ_ALPHA_PREMULTIPLIED,
    };
    return fz_rows_push(d, &rows, view->top, view->top + part->out_h);
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

static enum fz_err read_and_draw(struct fz_decode *d, const struct view *view, struct reading *reading,
                                 cairo_surface_t *surface, bool long_one)
{
    RsvgHandle *document = NULL;
    enum fz_err code = read_document(d, reading, &document);
    if (code == FZ_OK && fz_decode_cancelled(d))
        code = fz_decode_fail_cancelled(d);
    if (code == FZ_OK && view->closer)
        code = bring_closer(d, document, view);
    if (code == FZ_OK) {
        fz_svg_paint_ground(&d->file, surface, view->w, view->h);
        code = draw(d, document, surface, view, long_one);
    }
    g_clear_object(&document);
    return code;
}

static enum fz_err draw_and_push(struct fz_decode *d, const struct fz_part *part, const struct view *view,
                                 struct reading *reading, const struct fz_svg_cost *cost)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, view->w, view->h);
    enum fz_err code = FZ_OK;
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        code = fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %dx%d pixels", view->w, view->h);
    if (code == FZ_OK)
        code = read_and_draw(d, view, reading, surface, cost->elements > LONG_ELEMENTS);
    if (code == FZ_OK)
        code = push(d, view, part, surface);
    cairo_surface_destroy(surface);
    return code;
}

/* What librsvg does not draw, and says nothing of; NULL: all is drawn. */
static const char *left_out(const struct fz_bytes *file, const struct fz_svg_cost *cost,
                            const struct fz_svg_embedded *embedded, const struct reading *reading)
{
    if (cost->loops)
        return "a use of itself is left out";
    if (reading->lacks_shadows)
        return "a shadow (feDropShadow) is left out";
    if (embedded->has_bmp && !fz_svg_modules_read("image/bmp"))
        return "an embedded BMP is not drawn";
    if (embedded->has_webp && !fz_svg_modules_read("image/webp"))
        return "an embedded WebP is not drawn";
    if (embedded->has_avif && !fz_svg_modules_read("image/avif"))
        return "an embedded AVIF is not drawn";
    return fz_svg_left_out(file);
}

enum fz_err fz_svg_load(struct fz_decode *d)
{
    struct fz_svg_cost cost = {0};
    struct fz_svg_embedded embedded = {0};
    struct reading reading = {0};
    const struct fz_part part = part_of(d);
    const struct view view = view_of(d, &part);
    if (view.w > MAX_SIDE_PX || view.h > MAX_SIDE_PX)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "%dx%d: a side is over %d px", view.w, view.h, MAX_SIDE_PX);
    enum fz_err code = prepare_files(d);
    if (code == FZ_OK)
        code = fz_decode_begin_part(d, (int)d->header.width, (int)d->header.height, &part);
    if (code == FZ_OK && !fz_svg_cost(&d->file, 1 / (view.times * view.times), &cost))
        code = fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for the references of an SVG");
    if (code == FZ_OK)
        code = check_embedded(d, &embedded);
    if (code == FZ_OK)
        code = check_cost(d, &view, &cost);
    if (code == FZ_OK)
        set_bound(d, &view, &cost, &embedded);
    if (code == FZ_OK)
        reading.flags = flags_for(d, &embedded);
    if (code == FZ_OK)
        code = draw_and_push(d, &part, &view, &reading, &cost);
    const char *lacking = code == FZ_OK ? left_out(&d->file, &cost, &embedded, &reading) : NULL;
    if (lacking) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "svg: %s", lacking);
    }
    return code;
}

#endif
