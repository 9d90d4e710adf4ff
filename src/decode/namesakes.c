#include "decode/namesakes.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/pulse.h"
#include "image/suffix.h"
#include "sync/thread.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct search {
    const char *own; /* name */
    size_t len;      /* of it, without its suffix */
    size_t rank;     /* as a cover */
    char *raw;       /* the first name of a RAW file; owned */
    bool has_others;
    bool has_preferred; /* a cover of a lower rank */
};

static bool is_namesake(const struct search *search, const char *name)
{
    bool same = strncmp(name, search->own, search->len) == 0 && fz_path_suffix(name) == name + search->len &&
                strcmp(name, search->own) != 0;
    return same && (fz_suffix_kind(name) == FZ_SUFFIX_PICTURE || fz_suffix_is_raw(name));
}

/* Of several covers the RAW file lies beneath the one that is preferred. */
static void take(struct search *search, const char *name)
{
    if (!fz_suffix_is_raw(name)) {
        search->has_others = true;
        search->has_preferred |= fz_suffix_cover_rank(name) < search->rank;
    } else if (!search->raw || strcmp(name, search->raw) < 0) {
        free(search->raw);
        search->raw = fz_strdup(name);
    }
}

struct fz_namesakes fz_namesakes_find(const char *path, bool stacks)
{
    FZ_NOT_MAIN();
    const char *own = fz_path_name(path);
    struct fz_namesakes found = {0};
    struct search search = {
        .own = own, .len = (size_t)(fz_path_suffix(own) - own), .rank = fz_suffix_cover_rank(own)};
    const bool is_raw = fz_suffix_is_raw(own);
    char *folder = fz_path_dir(path);
    DIR *dir = opendir(folder);
    fz_pulse_beat();
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL; fz_pulse_beat())
        if (entry->d_type != DT_DIR && is_namesake(&search, entry->d_name))
            take(&search, entry->d_name);
    if (dir)
        closedir(dir);
    bool lies_beneath =
        !is_raw && search.raw && stacks && search.rank != FZ_SUFFIX_NO_COVER && !search.has_preferred;
    if (lies_beneath)
        found.beneath = fz_path_join(folder, search.raw);
    found.has_others = search.has_others || (!is_raw && search.raw && !lies_beneath);
    free(search.raw);
    free(folder);
    return found;
}
