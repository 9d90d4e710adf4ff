#include "gpu/font.h"

#include "base/mem.h"
#include "base/str.h"
#include "decode/job.h"
#include "sync/thread.h"

#include <SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN_FONTS = 12 };

/* A font file opened at one size. */
struct open_font {
    char *file;
    int face, px;
    TTF_Font *ttf;
    uint64_t used;
};

struct fz_fonts {
    FcConfig *config;
    struct open_font open[OPEN_FONTS];
    uint64_t clock;
};

struct fz_fonts *fz_fonts_new(void)
{
    FZ_NOT_MAIN();
    FcConfig *config = FcInitLoadConfigAndFonts();
    if (!config || TTF_Init() != 0)
        return NULL;
    struct fz_fonts *fonts = fz_calloc(1, sizeof *fonts);
    fonts->config = config;
    return fonts;
}

void fz_fonts_free(struct fz_fonts *fonts)
{
    if (!fonts)
        return;
    for (int i = 0; i < OPEN_FONTS; i++) {
        if (fonts->open[i].ttf)
            TTF_CloseFont(fonts->open[i].ttf);
        free(fonts->open[i].file);
    }
    TTF_Quit();
    FcConfigDestroy(fonts->config);
    free(fonts);
}

/* The best sans font that has the characters of `text`. */
static FcPattern *match(struct fz_fonts *fonts, const char *text, bool bold)
{
    FcCharSet *needed = FcCharSetCreate();
    size_t len = strlen(text);
    for (size_t i = 0; i < len;) {
        uint32_t c;
        size_t n = fz_utf8_decode(text + i, len - i, &c);
        if (n == 0)
            break;
        FcCharSetAddChar(needed, c);
        i += n;
    }
    FcPattern *wish = FcPatternCreate();
    FcPatternAddString(wish, FC_FAMILY, (const FcChar8 *)"sans-serif");
    FcPatternAddCharSet(wish, FC_CHARSET, needed);
    FcPatternAddBool(wish, FC_SCALABLE, FcTrue);
    FcPatternAddInteger(wish, FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
    FcConfigSubstitute(fonts->config, wish, FcMatchPattern);
    FcDefaultSubstitute(wish);
    FcResult result;
    FcPattern *found = FcFontMatch(fonts->config, wish, &result);
    FcPatternDestroy(wish);
    FcCharSetDestroy(needed);
    return found;
}

static TTF_Font *open_font(struct fz_fonts *fonts, const char *text, int px, bool bold)
{
    FcPattern *found = match(fonts, text, bold);
    FcChar8 *file = NULL;
    int face = 0;
    if (found && FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch)
        FcPatternGetInteger(found, FC_INDEX, 0, &face);
    struct open_font *slot = &fonts->open[0];
    for (int i = 0; i < OPEN_FONTS && file; i++) {
        struct open_font *font = &fonts->open[i];
        if (font->ttf && font->px == px && font->face == face &&
            strcmp(font->file, (const char *)file) == 0) {
            font->used = ++fonts->clock;
            FcPatternDestroy(found);
            return font->ttf;
        }
        if (font->used < slot->used)
            slot = font;
    }
    TTF_Font *ttf = file ? TTF_OpenFontIndex((const char *)file, px, face & 0xffff) : NULL;
    if (ttf) {
        if (slot->ttf)
            TTF_CloseFont(slot->ttf);
        free(slot->file);
        *slot = (struct open_font){fz_strdup((const char *)file), face, px, ttf, ++fonts->clock};
    }
    if (found)
        FcPatternDestroy(found);
    return ttf;
}

/* Byte offset of the n-th character, counted from the start. */
static size_t offset_of(const char *text, size_t n)
{
    size_t len = strlen(text), i = 0;
    uint32_t c;
    for (; n > 0 && i < len; n--) {
        size_t step = fz_utf8_decode(text + i, len - i, &c);
        i += step ? step : 1;
    }
    return i;
}

static size_t characters(const char *text)
{
    size_t n = 0;
    for (const char *p = text; *p; p++)
        n += ((unsigned char)*p & 0xc0) != 0x80;
    return n;
}

/* Takes characters out of the middle until it fits: the start tells names apart, the end holds the extension. */
static char *shorten(TTF_Font *font, const char *text, int max_w)
{
    size_t total = characters(text), low = 0, high = total;
    char *best = fz_strdup("\xe2\x80\xa6");
    while (low < high) {
        size_t keep = (low + high + 1) / 2, tail = keep / 2;
        size_t head_end = offset_of(text, keep - tail), tail_start = offset_of(text, total - tail);
        char *attempt = fz_asprintf("%.*s\xe2\x80\xa6%s", (int)head_end, text, text + tail_start);
        int w = 0;
        TTF_SizeUTF8(font, attempt, &w, NULL);
        if (w <= max_w) {
            free(best);
            best = attempt;
            low = keep;
        } else {
            free(attempt);
            high = keep - 1;
        }
    }
    return best;
}

SDL_Surface *fz_fonts_draw(struct fz_fonts *fonts, const char *text, int px, int max_w, bool bold)
{
    FZ_NOT_MAIN();
    TTF_Font *font = open_font(fonts, text, px, bold);
    if (!font || !*text)
        return NULL;
    int w = 0;
    TTF_SizeUTF8(font, text, &w, NULL);
    char *shorter = max_w > 0 && w > max_w ? shorten(font, text, max_w) : NULL;
    SDL_Surface *drawn =
        TTF_RenderUTF8_Blended(font, shorter ? shorter : text, (SDL_Color){255, 255, 255, 255});
    free(shorter);
    if (!drawn)
        return NULL;
    SDL_Surface *surface = fz_surface_new(drawn->w, drawn->h);
    if (surface)
        SDL_ConvertPixels(drawn->w, drawn->h, drawn->format->format, drawn->pixels, drawn->pitch,
                          SDL_PIXELFORMAT_ARGB8888, surface->pixels, surface->pitch);
    SDL_FreeSurface(drawn);
    return surface;
}
