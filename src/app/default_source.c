#include "app/default_source.h"

#include "base/mem.h"
#include "base/path.h"
#include "frieze_config.h"
#include "source/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* XDG_PICTURES_DIR="$HOME/Pictures" in user-dirs.dirs
 * (https://www.freedesktop.org/wiki/Software/xdg-user-dirs/); NULL where that says nothing. */
static char *configured_folder(const char *home)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    char *path = config && *config ? fz_path_join(config, "user-dirs.dirs")
                                   : fz_asprintf("%s/.config/user-dirs.dirs", home);
    FILE *file = fopen(path, "re");
    free(path);
    char line[4096], *found = NULL;
    while (file && !found && fgets(line, sizeof line, file)) {
        char *value = strstr(line, "XDG_PICTURES_DIR=\"");
        char *end = value && line[0] != '#' ? strchr(value + 18, '"') : NULL;
        if (!end)
            continue;
        *end = '\0';
        value += 18;
        bool below_home = strncmp(value, "$HOME", 5) == 0 && (value[5] == '/' || value[5] == '\0');
        found = below_home ? fz_path_join(home, value + 5) : fz_strdup(value);
    }
    if (file)
        fclose(file);
    return found;
}

/* NULL where the user has none, which user-dirs.dirs says by naming the home itself. */
static char *pictures_folder(const char *home)
{
    char *named = configured_folder(home);
    if (!named)
        return fz_path_join(home, "Pictures");
    char *folder = fz_path_absolute(named), *whole_home = fz_path_absolute(home);
    if (strcmp(folder, whole_home) == 0) {
        free(folder);
        folder = NULL;
    }
    free(whole_home);
    free(named);
    return folder;
}

/* Installed, or beside the build folder of a source tree. */
static char *demo_folder(void)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = '\0';
    char *dir = fz_path_dir(exe);
    static const char *const beside[] = {"../assets/demo", "../../assets/demo", "../share/frieze/demo"};
    char *found = access(FRIEZE_DATADIR "/demo", R_OK) == 0 ? fz_strdup(FRIEZE_DATADIR "/demo") : NULL;
    for (size_t i = 0; i < sizeof beside / sizeof *beside && !found; i++) {
        char *joined = fz_path_join(dir, beside[i]);
        char *path = fz_path_absolute(joined);
        if (access(path, R_OK) == 0)
            found = fz_strdup(path);
        free(path);
        free(joined);
    }
    free(dir);
    return found;
}

char *fz_default_source(struct fz_zygote *readers, bool may_be_empty)
{
    const char *home = getenv("HOME");
    char *pictures = home && *home ? pictures_folder(home) : NULL;
    char *demo =
        pictures && fz_lookup_is_worth_opening(readers, pictures, may_be_empty) ? NULL : demo_folder();
    if (!demo)
        return pictures;
    free(pictures);
    return demo;
}
