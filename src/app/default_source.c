#include "app/default_source.h"

#include "base/mem.h"
#include "base/path.h"
#include "frieze_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* XDG_PICTURES_DIR="$HOME/Pictures" in user-dirs.dirs
 * (https://www.freedesktop.org/wiki/Software/xdg-user-dirs/). */
static char *pictures_folder(const char *home)
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
        found = strncmp(value, "$HOME/", 6) == 0 ? fz_path_join(home, value + 6) : fz_strdup(value);
    }
    if (file)
        fclose(file);
    return found ? found : fz_path_join(home, "Pictures");
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

char *fz_default_source(void)
{
    const char *home = getenv("HOME");
    char *pictures = home ? pictures_folder(home) : NULL;
    if (pictures && access(pictures, R_OK) == 0)
        return pictures;
    free(pictures);
    return demo_folder();
}
