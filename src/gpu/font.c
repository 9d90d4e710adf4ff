#include "gpu/font.h"

#include "base/mem.h"
#include "gpu/line.h"
#include "sync/thread.h"

#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>

enum {
    FACES = 64,      /* known at once; the least recently used one goes */
    OPEN_FONTS = 16, /* each holds a file open */
    MEMOS = 4096,
    MATCHES_A_LINE =
        24, /* a search of all fonts takes a millisecond: a name of many scripts gets no more of them */
};

struct face {
    FcPattern *pattern; /* owns what the others point to; NULL: a free place */
    const char *file;
    int index;
    FcCharSet *chars;
    bool color, outline;
    uint32_t serial; /* which of all faces that stood here */
    uint64_t used;   /* line */
};

/* A font file opened at one size. */
struct open_font {
    char *file;
    int index, px;
    TTF_Font *ttf;
    uint64_t used;
};

/* What was found for a cluster, known by its hash. */
struct memo {
    uint64_t key;
    int face;
    uint32_t serial;
};

struct fz_fonts {
    FcConfig *config;
    struct face faces[FACES];
    struct open_font open[OPEN_FONTS];
    struct memo memos[MEMOS];
    uint64_t line, clock;
    uint32_t serials;
    int matches; /* in this line */
    bool bold;   /* this line */
};

struct fz_fonts *fz_fonts_new(void)
{
    FZ_NOT_MAIN();
    FcConfig *config = FcInitLoadConfigAndFonts();
    if (!config)
        return NULL;
    if (TTF_Init() != 0) {
        FcConfigDestroy(config);
        return NULL;
    }
    struct fz_fonts *fonts = fz_calloc(1, sizeof *fonts);
    fonts->config = config;
    return fonts;
}

static bool any_of(FcStrList *folders, bool (*is)(void *ctx, const char *folder), void *ctx)
{
    bool found = false;
    for (FcChar8 *folder; folders && !found && (folder = FcStrListNext(folders)) != NULL;)
        found = is(ctx, (const char *)folder);
    if (folders)
        FcStrListDone(folders);
    return found;
}

bool fz_fonts_any_folder(bool (*is)(void *ctx, const char *folder), void *ctx)
{
    FcConfig *config = FcInitLoadConfig();
    bool found = config && (any_of(FcConfigGetFontDirs(config), is, ctx) ||
                            any_of(FcConfigGetCacheDirs(config), is, ctx));
    if (config)
        FcConfigDestroy(config);
    return found;
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
    for (int i = 0; i < FACES; i++)
        if (fonts->faces[i].pattern)
            FcPatternDestroy(fonts->faces[i].pattern);
    TTF_Quit();
    FcConfigDestroy(fonts->config);
    free(fonts);
}

void fz_fonts_begin(struct fz_fonts *fonts, bool bold)
{
    fonts->line++;
    fonts->matches = 0;
    fonts->bold = bold;
}

static bool has_all(const struct face *face, const uint32_t *cluster, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!FcCharSetHasChar(face->chars, cluster[i]) && (i == 0 || !fz_char_is_ignorable(cluster[i])))
            return false;
    return true;
}

static FcPattern *match(struct fz_fonts *fonts, const uint32_t *cluster, size_t len, bool emoji)
{
    FcCharSet *needed = FcCharSetCreate();
    for (size_t i = 0; i < len; i++)
        if (i == 0 || !fz_char_is_ignorable(cluster[i]))
            FcCharSetAddChar(needed, cluster[i]);
    FcPattern *wish = FcPatternCreate();
    if (emoji)
        FcPatternAddString(wish, FC_FAMILY, (const FcChar8 *)"emoji");
    FcPatternAddString(wish, FC_FAMILY, (const FcChar8 *)"sans-serif");
    FcPatternAddCharSet(wish, FC_CHARSET, needed);
    FcPatternAddBool(wish, FC_SCALABLE, FcTrue);
    FcPatternAddBool(wish, FC_COLOR, emoji);
    FcPatternAddInteger(wish, FC_WEIGHT, fonts->bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
    FcConfigSubstitute(fonts->config, wish, FcMatchPattern);
    FcDefaultSubstitute(wish);
    FcResult result;
    FcPattern *found = FcFontMatch(fonts->config, wish, &result);
    FcPatternDestroy(wish);
    FcCharSetDestroy(needed);
    return found;
}

static bool read_face(FcPattern *pattern, struct face *face)
{
    FcChar8 *file = NULL;
    FcBool color = FcFalse, outline = FcTrue;
    *face = (struct face){.pattern = pattern};
    if (FcPatternGetString(pattern, FC_FILE, 0, &file) != FcResultMatch ||
        FcPatternGetCharSet(pattern, FC_CHARSET, 0, &face->chars) != FcResultMatch)
        return false;
    FcPatternGetInteger(pattern, FC_INDEX, 0, &face->index);
    FcPatternGetBool(pattern, FC_COLOR, 0, &color);
    FcPatternGetBool(pattern, FC_OUTLINE, 0, &outline);
    face->file = (const char *)file;
    face->color = color == FcTrue;
    face->outline = outline == FcTrue;
    return true;
}

/* Takes the pattern; its number, old or new, or FZ_FACE_NONE where this line needs all that there are places for. */
static int keep_face(struct fz_fonts *fonts, FcPattern *pattern)
{
    struct face face;
    int place = 0;
    bool usable = read_face(pattern, &face);
    for (int i = 0; i < FACES && usable; i++) {
        struct face *known = &fonts->faces[i];
        if (known->pattern && known->index == face.index && strcmp(known->file, face.file) == 0) {
            FcPatternDestroy(pattern);
            known->used = fonts->line;
            return i;
        }
        if (known->used < fonts->faces[place].used)
            place = i;
    }
    struct face *old = &fonts->faces[place];
    if (!usable || (old->pattern && old->used == fonts->line)) {
        FcPatternDestroy(pattern);
        return FZ_FACE_NONE;
    }
    if (old->pattern)
        FcPatternDestroy(old->pattern);
    face.serial = ++fonts->serials;
    face.used = fonts->line;
    *old = face;
    return place;
}

/* FNV-1a of 64 bits, by code points. */
static uint64_t memo_key(const struct fz_fonts *fonts, const uint32_t *cluster, size_t len)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)fonts->bold;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ cluster[i]) * 1099511628211u;
    return hash;
}

static struct memo *memo_of(struct fz_fonts *fonts, uint64_t key)
{
    return &fonts->memos[(key ^ key >> 32) & (MEMOS - 1)];
}

/* What was found for this cluster before; FZ_FACE_NONE where that is forgotten. */
static int recall(struct fz_fonts *fonts, uint64_t key)
{
    const struct memo *memo = memo_of(fonts, key);
    if (memo->key != key || fonts->faces[memo->face].serial != memo->serial)
        return FZ_FACE_NONE;
    fonts->faces[memo->face].used = fonts->line;
    return memo->face;
}

static void remember(struct fz_fonts *fonts, uint64_t key, int face)
{
    if (face != FZ_FACE_NONE)
        *memo_of(fonts, key) = (struct memo){key, face, fonts->faces[face].serial};
}

int fz_fonts_primary(struct fz_fonts *fonts)
{
    static const uint32_t letter = 'a';
    uint64_t key = memo_key(fonts, NULL, 0);
    int face = recall(fonts, key);
    if (face == FZ_FACE_NONE) {
        FcPattern *found = match(fonts, &letter, 1, false);
        face = found ? keep_face(fonts, found) : FZ_FACE_NONE;
        remember(fonts, key, face);
    }
    return face;
}

/* The best face that can be had: of the whole cluster, or else of what its marks stand on. */
static int search(struct fz_fonts *fonts, const uint32_t *cluster, size_t len, bool emoji, int primary)
{
    uint64_t key = memo_key(fonts, cluster, len);
    int known = recall(fonts, key);
    if (known != FZ_FACE_NONE)
        return known;
    if (fonts->matches++ >= MATCHES_A_LINE)
        return primary;
    FcPattern *found = match(fonts, cluster, len, emoji);
    int face = found ? keep_face(fonts, found) : FZ_FACE_NONE;
    if (face == FZ_FACE_NONE || !FcCharSetHasChar(fonts->faces[face].chars, cluster[0]))
        face = primary;
    remember(fonts, key, face);
    return face;
}

int fz_fonts_face(void *ctx, const uint32_t *cluster, size_t len, int before)
{
    struct fz_fonts *fonts = ctx;
    int primary = fz_fonts_primary(fonts);
    if (primary == FZ_FACE_NONE)
        return FZ_FACE_NONE;
    bool emoji = fz_cluster_is_emoji(cluster, len);
    bool before_fits = before != FZ_FACE_NONE && fonts->faces[before].color == emoji &&
                       has_all(&fonts->faces[before], cluster, len);
    if (before_fits && (emoji || cluster[0] == ' ')) /* a space parts no run */
        return before;
    if (!emoji && has_all(&fonts->faces[primary], cluster, len))
        return primary;
    return before_fits ? before : search(fonts, cluster, len, emoji, primary);
}

TTF_Font *fz_fonts_open(struct fz_fonts *fonts, int number, int px)
{
    FZ_NOT_MAIN();
    const struct face *face = &fonts->faces[number];
    struct open_font *slot = &fonts->open[0];
    px = face->outline ? px : 0;
    for (int i = 0; i < OPEN_FONTS; i++) {
        struct open_font *font = &fonts->open[i];
        if (font->ttf && font->px == px && font->index == face->index &&
            strcmp(font->file, face->file) == 0) {
            font->used = ++fonts->clock;
            return font->ttf;
        }
        if (font->used < slot->used)
            slot = font;
    }
    TTF_Font *ttf = TTF_OpenFontIndex(face->file, px, face->index & 0xffff);
    if (!ttf)
        return NULL;
    if (slot->ttf)
        TTF_CloseFont(slot->ttf);
    free(slot->file);
    *slot = (struct open_font){fz_strdup(face->file), face->index, px, ttf, ++fonts->clock};
    return ttf;
}

bool fz_fonts_has_colors(const struct fz_fonts *fonts, int face)
{
    return fonts->faces[face].color;
}

bool fz_fonts_is_bitmap(const struct fz_fonts *fonts, int face)
{
    return !fonts->faces[face].outline;
}
