#include "image/svg/fonts.h"

#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#include "base/mem.h"
#include "process/sandbox.h"

#include <fcntl.h>
#include <fontconfig/fontconfig.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Written once. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char *files[FZ_SANDBOX_OFFERS]; /* owned, each once */
static size_t count;

static const char *file_of(const FcPattern *font)
{
    FcChar8 *file;
    return FcPatternGetString(font, FC_FILE, 0, &file) == FcResultMatch ? (const char *)file : NULL;
}

static bool is_taken(const char *file)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i], file) == 0)
            return true;
    return false;
}

/* False: there is no room. */
static bool take(const FcPattern *font)
{
    const char *file = file_of(font);
    if (!file || is_taken(file))
        return true;
    if (count == FZ_SANDBOX_OFFERS)
        return false;
    files[count++] = fz_strdup(file);
    return true;
}

/* What stands for a font that is not there; in its regular style also what has the letters that it lacks. */
static void take_best(FcConfig *config, const char *family, int weight, int slant)
{
    bool regular = weight == FC_WEIGHT_REGULAR && slant == FC_SLANT_ROMAN;
    FcPattern *wish = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, family, FC_WEIGHT, FcTypeInteger, weight,
                                     FC_SLANT, FcTypeInteger, slant, (char *)NULL);
    FcResult result;
    FcConfigSubstitute(config, wish, FcMatchPattern);
    FcDefaultSubstitute(wish);
    FcFontSet *sorted = FcFontSort(config, wish, FcTrue, NULL, &result);
    for (int i = 0; sorted && i < sorted->nfont && (regular || i == 0); i++)
        take(sorted->fonts[i]);
    if (sorted)
        FcFontSetDestroy(sorted);
    FcPatternDestroy(wish);
}

/* The best first. False: there are more than can be taken. */
static bool take_all(FcConfig *config)
{
    static const char *const families[] = {"sans-serif", "serif", "monospace"};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (int style = 0; style < 4; style++)
            take_best(config, families[i], style & 1 ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR,
                      style & 2 ? FC_SLANT_ITALIC : FC_SLANT_ROMAN);
    bool whole = true;
    const FcFontSet *set = FcConfigGetFonts(config, FcSetSystem);
    for (int i = 0; set && i < set->nfont; i++)
        whole &= take(set->fonts[i]);
    return whole;
}

static void put_escaped(FILE *to, const char *text)
{
    for (; *text; text++)
        if (strchr("&<", *text))
            fprintf(to, "&#%d;", *text);
        else
            fputc(*text, to);
}

/* The user's configuration, without the fonts that were not taken. NULL: out of memory. */
static FcConfig *without_others(const FcConfig *of)
{
    char *text = NULL;
    size_t len = 0;
    FcConfig *config = FcInitLoadConfig();
    FILE *rules = config ? open_memstream(&text, &len) : NULL;
    const FcFontSet *set = FcConfigGetFonts((FcConfig *)(uintptr_t)of, FcSetSystem);
    if (rules) {
        fputs("<fontconfig><selectfont><rejectfont>", rules);
        for (int i = 0; set && i < set->nfont; i++) {
            const char *file = file_of(set->fonts[i]);
            if (!file || is_taken(file))
                continue;
            fputs("<glob>", rules);
            put_escaped(rules, file);
            fputs("</glob>", rules);
        }
        fputs("</rejectfont></selectfont></fontconfig>", rules);
        fclose(rules);
    }
    if (config && !(text && FcConfigParseAndLoadFromMemory(config, (const FcChar8 *)text, FcFalse) &&
                    FcConfigBuildFonts(config))) {
        FcConfigDestroy(config);
        config = NULL;
    }
    free(text);
    return config;
}

/* Nobody looks again whether fonts were installed meanwhile: inside the sandbox there would be none. */
static void load(void)
{
    FcConfig *config = FcInitLoadConfigAndFonts();
    if (config && !take_all(config)) {
        FcConfig *fewer = without_others(config);
        FcConfigDestroy(config);
        config = fewer;
    }
    if (config) {
        FcConfigSetRescanInterval(config, 0);
        FcConfigSetCurrent(config);
        FcConfigDestroy(config); /* the current one holds itself */
    }
}

void fz_svg_fonts_init(void)
{
    pthread_once(&once, load);
}

void fz_svg_fonts_offer(void)
{
    fz_svg_fonts_init();
    for (size_t i = 0; i < count; i++) {
        int fd = open(files[i], O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            fz_sandbox_offer(files[i], fd);
    }
}

#else

void fz_svg_fonts_init(void)
{
}

void fz_svg_fonts_offer(void)
{
}

#endif
