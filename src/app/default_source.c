#include "app/default_source.h"

#include "base/mem.h"
#include "base/path.h"
#include "frieze_config.h"
#include "image/image.h"
#include "source/source.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_LOOKS = 4000, /* at entries of the pictures folder, before it is taken to hold a picture somewhere */
    MAX_DEPTH = 16,   /* of its folders: links may lead round in circles */
};

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

/* Whether somewhere below an open folder (taken) lies a picture. Stops at the first. */
static bool holds_picture(int folder_fd, int depth, int *looks)
{
    DIR *dir = fdopendir(folder_fd);
    if (!dir) {
        close(folder_fd);
        return false;
    }
    bool found = false;
    for (const struct dirent *entry; !found && (entry = readdir(dir)) != NULL;) {
        enum fz_source_doubt doubt;
        bool other = !fz_suffix_classify(entry->d_name, &doubt) && entry->d_type != DT_DIR;
        if (fz_name_is_hidden(entry->d_name) || other) /* that includes "." and ".." */
            continue;
        if (--*looks < 0) {
            found = true;
            break;
        }
        int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        struct stat st;
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && depth < MAX_DEPTH) {
            found = holds_picture(fd, depth + 1, looks);
        } else if (fd >= 0) {
            found = fz_image_sniff(fd, NULL) != NULL;
            close(fd);
        }
    }
    closedir(dir);
    return found;
}

static bool is_worth_opening(const char *folder, bool may_be_empty)
{
    int fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY), looks = MAX_LOOKS;
    if (fd < 0)
        return false;
    if (!may_be_empty)
        return holds_picture(fd, 0, &looks);
    close(fd);
    return true;
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

char *fz_default_source(bool may_be_empty)
{
    const char *home = getenv("HOME");
    char *pictures = home && *home ? pictures_folder(home) : NULL;
    char *demo = pictures && is_worth_opening(pictures, may_be_empty) ? NULL : demo_folder();
    if (!demo)
        return pictures;
    free(pictures);
    return demo;
}
