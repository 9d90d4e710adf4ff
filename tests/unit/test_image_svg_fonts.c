/* More fonts than can be held open: the rest is left out, where librsvg looks for fonts too. */
#include "fixture.h"

#include "frieze_config.h"
#include "image/svg/fonts.h"
#include "process/layers.h"

#include <fontconfig/fontconfig.h>
#include <sys/wait.h>

enum { FONTS = FZ_SANDBOX_OFFERS + 40 };

/* The smallest that this system has: it is read FONTS times. Caller frees. */
static char *smallest_font(void)
{
    FcConfig *config = FcInitLoadConfigAndFonts();
    const FcFontSet *set = FcConfigGetFonts(config, FcSetSystem);
    char *smallest = NULL;
    off_t least = 0;
    for (int i = 0; i < set->nfont; i++) {
        FcChar8 *file;
        struct stat st;
        if (FcPatternGetString(set->fonts[i], FC_FILE, 0, &file) == FcResultMatch &&
            stat((const char *)file, &st) == 0 && (!smallest || st.st_size < least)) {
            free(smallest);
            smallest = strdup((const char *)file);
            least = st.st_size;
        }
    }
    FcConfigDestroy(config);
    return smallest;
}

/* A system with that font alone, FONTS times, under names that XML would take for something else. */
static void make_system(const char *folder, const char *font)
{
    char *config = path_in(folder, "fonts.conf"), *fonts = path_in(folder, "fonts"), text[1024], name[32];
    assert_int_equal(mkdir(fonts, 0700), 0);
    for (int i = 0; i < FONTS; i++) {
        snprintf(name, sizeof name, "a&b <%d>.ttf", i);
        char *path = path_in(fonts, name);
        assert_int_equal(symlink(font, path), 0);
        free(path);
    }
    int len = snprintf(text, sizeof text,
                       "<fontconfig><dir>%s</dir><cachedir>%s/cache</cachedir></fontconfig>", fonts, folder);
    write_file(config, text, (size_t)len);
    assert_int_equal(setenv("FONTCONFIG_FILE", config, 1), 0);
    free(config);
    free(fonts);
}

/* In a process of its own, where they are loaded anew. 0: as it should be. */
static int judge(void)
{
    int fds[FZ_SANDBOX_OFFERS];
    fz_svg_fonts_offer();
    const FcFontSet *set = FcConfigGetFonts(NULL, FcSetSystem);
    if (!set || set->nfont != FZ_SANDBOX_OFFERS || fz_sandbox_offered(fds) != FZ_SANDBOX_OFFERS)
        return 1;
    struct stat st;
    for (int i = 0; i < FZ_SANDBOX_OFFERS; i++)
        if (fstat(fds[i], &st) != 0 || st.st_size == 0)
            return 2;
    return FcConfigGetRescanInterval(NULL) == 0 ? 0 : 3;
}

static void what_cannot_be_held_is_left_out(void **state)
{
    (void)state;
    char *folder = make_folder(), *font = smallest_font();
    assert_non_null(font);
    make_system(folder, font);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(judge());
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    free(font);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_cannot_be_held_is_left_out)};
#if FRIEZE_WITH_RSVG
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    (void)tests;
    printf("skipped: no librsvg in this build\n");
    return 77;
#endif
}
