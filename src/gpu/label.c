#include "gpu/label.h"

#include "base/mem.h"
#include "base/str.h"
#include "decode/job.h"
#include "gpu/font.h"
#include "gpu/line.h"
#include "sync/thread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A run as SDL_ttf draws it. */
struct piece {
    SDL_Surface *drawn; /* owned */
    double scale;       /* of its pixels; below 1 for pictures of one size */
    int x, y;           /* in the line, px; y may be above it */
    int w, h;           /* scaled, px */
    bool has_colors;
};

struct typesetter {
    struct fz_fonts *fonts;
    int px;
    int ascent, height; /* of the line */
    char utf8[4 * FZ_LINE_MAX + 1];
};

/* The font of a run, set to its direction and script, and the run's text in setter->utf8. */
static TTF_Font *prepare(struct typesetter *setter, const struct fz_line *line, const struct fz_text_run *run,
                         double *scale)
{
    TTF_Font *font = run->face == FZ_FACE_NONE ? NULL : fz_fonts_open(setter->fonts, run->face, setter->px);
    if (!font)
        return NULL;
    char script[5] = {(char)(run->script >> 24), (char)(run->script >> 16), (char)(run->script >> 8),
                      (char)run->script};
    TTF_SetFontDirection(font, run->rtl ? TTF_DIRECTION_RTL : TTF_DIRECTION_LTR);
    TTF_SetFontScriptName(font, script);
    fz_line_run_utf8(line, run, setter->utf8);
    bool scaled = fz_fonts_is_bitmap(setter->fonts, run->face) && TTF_FontHeight(font) > setter->height;
    *scale = scaled ? (double)setter->height / TTF_FontHeight(font) : 1;
    return font;
}

static int scaled(int px, double scale)
{
    return scale < 1 ? (int)ceil(px * scale) : px;
}

static int width_of(struct typesetter *setter, struct fz_line *line)
{
    int total = 0;
    fz_line_itemize(line);
    for (size_t i = 0; i < line->run_count; i++) {
        double scale = 1;
        int w = 0;
        TTF_Font *font = prepare(setter, line, &line->runs[i], &scale);
        if (font && TTF_SizeUTF8(font, setter->utf8, &w, NULL) == 0)
            total += scaled(w, scale);
    }
    return total;
}

/* The longest that fits, by halves; the ellipsis alone where nothing does. */
static struct fz_line *shorten(struct typesetter *setter, const struct fz_line *whole, int max_w)
{
    struct fz_line *best = fz_malloc(sizeof *best), *attempt = fz_malloc(sizeof *attempt);
    size_t low = 0, high = whole->cluster_count - 1;
    fz_line_shorten(whole, 0, best);
    while (low < high) {
        size_t keep = (low + high + 1) / 2;
        fz_line_shorten(whole, keep, attempt);
        if (width_of(setter, attempt) > max_w) {
            high = keep - 1;
            continue;
        }
        struct fz_line *fits = attempt;
        attempt = best;
        best = fits;
        low = keep;
    }
    free(attempt);
    fz_line_itemize(best);
    return best;
}

static const uint32_t *row_of(const SDL_Surface *surface, int y)
{
    return (const uint32_t *)((const uint8_t *)surface->pixels + (size_t)y * (size_t)surface->pitch);
}

static bool has_ink(const SDL_Surface *surface, int y)
{
    const uint32_t *row = row_of(surface, y);
    for (int x = 0; x < surface->w; x++)
        if (row[x] >> 24)
            return true;
    return false;
}

/* Rows that SDL_ttf added at the top, because marks stand higher than the font says; it tells only the sum of those and of
 * the ones at the bottom. */
static int rows_above(TTF_Font *font, const SDL_Surface *drawn)
{
    int more = drawn->h - TTF_FontHeight(font);
    return more > 0 && has_ink(drawn, 0) ? more : 0;
}

static size_t draw_pieces(struct typesetter *setter, const struct fz_line *line, struct piece *pieces,
                          int *width)
{
    size_t count = 0;
    *width = 0;
    for (size_t i = 0; i < line->run_count; i++) {
        double scale = 1;
        TTF_Font *font = prepare(setter, line, &line->runs[i], &scale);
        SDL_Surface *drawn =
            font ? TTF_RenderUTF8_Blended(font, setter->utf8, (SDL_Color){255, 255, 255, 255}) : NULL;
        if (!drawn)
            continue;
        if (drawn->format->format != SDL_PIXELFORMAT_ARGB8888) {
            SDL_FreeSurface(drawn);
            continue;
        }
        struct piece *piece = &pieces[count++];
        *piece = (struct piece){.drawn = drawn, .scale = scale, .x = *width};
        piece->has_colors = fz_fonts_has_colors(setter->fonts, line->runs[i].face);
        piece->w = scaled(drawn->w, scale);
        piece->h = scaled(drawn->h, scale);
        piece->y = scale < 1 ? 0 : setter->ascent - TTF_FontAscent(font) - rows_above(font, drawn);
        *width += piece->w;
    }
    return count;
}

/* The mean of the pixels under a smaller one; FreeType's colours are premultiplied, the result is not. */
static uint32_t mean_colour(const struct piece *piece, int x, int y)
{
    const SDL_Surface *from = piece->drawn;
    int x0 = (int)(x / piece->scale), x1 = (int)((x + 1) / piece->scale);
    int y0 = (int)(y / piece->scale), y1 = (int)((y + 1) / piece->scale);
    uint64_t a = 0, r = 0, g = 0, b = 0, area = (uint64_t)(x1 - x0) * (uint64_t)(y1 - y0);
    for (int v = y0; v < y1 && v < from->h; v++) {
        const uint32_t *row = row_of(from, v);
        for (int u = x0; u < x1 && u < from->w; u++) {
            a += row[u] >> 24;
            r += row[u] >> 16 & 255;
            g += row[u] >> 8 & 255;
            b += row[u] & 255;
        }
    }
    if (a == 0)
        return 0;
    r = r < a ? r * 255 / a : 255;
    g = g < a ? g * 255 / a : 255;
    b = b < a ? b * 255 / a : 255;
    return (uint32_t)(a / area << 24 | r << 16 | g << 8 | b);
}

/* Puts a piece into a layer whose first row is `top` of the line; neighbours may overlap. */
static void put(const struct piece *piece, uint32_t *layer, int width, int height, int top)
{
    for (int y = 0; y < piece->h; y++) {
        int to = piece->y + y - top;
        if (to < 0 || to >= height)
            continue;
        uint32_t *row = layer + (size_t)to * (size_t)width + piece->x;
        for (int x = 0; x < piece->w; x++) {
            uint32_t pixel = piece->has_colors ? mean_colour(piece, x, y) : row_of(piece->drawn, y)[x];
            if (pixel >> 24 > row[x] >> 24)
                row[x] = pixel;
        }
    }
}

/* How far ink stands out of the line, kept to half a line: a tower of marks must not cover what is around. */
static void overflow(const struct typesetter *setter, const struct piece *pieces, size_t count, int *above,
                     int *below)
{
    *above = *below = 0;
    for (size_t i = 0; i < count; i++) {
        const struct piece *piece = &pieces[i];
        if (piece->scale < 1)
            continue;
        int first = 0, last = piece->h - 1;
        while (first < last && piece->y + first < -*above && !has_ink(piece->drawn, first))
            first++;
        while (last > first && piece->y + last >= setter->height + *below && !has_ink(piece->drawn, last))
            last--;
        if (-(piece->y + first) > *above)
            *above = -(piece->y + first);
        if (piece->y + last + 1 - setter->height > *below)
            *below = piece->y + last + 1 - setter->height;
    }
    int most = setter->height / 2;
    *above = *above < most ? *above : most;
    *below = *below < most ? *below : most;
}

static bool compose(const struct typesetter *setter, const struct piece *pieces, size_t count, int width,
                    struct fz_label *label)
{
    int above, below;
    *label = (struct fz_label){.w = width, .h = setter->height};
    for (size_t i = 0; i < count; i++)
        label->has_colors |= pieces[i].has_colors;
    overflow(setter, pieces, count, &above, &below);
    int height = above + setter->height + below;
    label->over = above;
    label->surface = fz_surface_new(width, height * (label->has_colors ? 2 : 1));
    if (!label->surface)
        return false;
    uint32_t *pixels = label->surface->pixels;
    memset(pixels, 0, (size_t)label->surface->pitch * (size_t)label->surface->h);
    for (size_t i = 0; i < count; i++)
        put(&pieces[i], pixels + (pieces[i].has_colors ? (size_t)width * (size_t)height : 0), width, height,
            -above);
    return true;
}

static bool draw_line(struct typesetter *setter, const struct fz_line *line, struct fz_label *label)
{
    int width;
    struct piece *pieces = fz_calloc(line->run_count + 1, sizeof *pieces);
    size_t count = draw_pieces(setter, line, pieces, &width);
    bool drawn = width > 0 && compose(setter, pieces, count, width, label);
    for (size_t i = 0; i < count; i++)
        SDL_FreeSurface(pieces[i].drawn);
    free(pieces);
    return drawn;
}

bool fz_label_draw(struct fz_fonts *fonts, const char *text, int px, int max_w, bool bold,
                   struct fz_label *label)
{
    FZ_NOT_MAIN();
    *label = (struct fz_label){0};
    fz_fonts_begin(fonts, bold);
    int primary = fz_fonts_primary(fonts);
    TTF_Font *font = primary == FZ_FACE_NONE ? NULL : fz_fonts_open(fonts, primary, px);
    if (!font || !*text)
        return false;
    struct typesetter *setter = fz_malloc(sizeof *setter);
    setter->fonts = fonts;
    setter->px = px;
    setter->ascent = TTF_FontAscent(font);
    setter->height = TTF_FontHeight(font);
    struct fz_line *line = fz_malloc(sizeof *line);
    char *shown = fz_str_to_display(text);
    fz_line_set(line, shown);
    free(shown);
    fz_line_choose_faces(line, fz_fonts_face, fonts);
    if (width_of(setter, line) > max_w) {
        struct fz_line *shorter = shorten(setter, line, max_w);
        free(line);
        line = shorter;
    }
    bool drawn = draw_line(setter, line, label);
    free(line);
    free(setter);
    return drawn;
}
