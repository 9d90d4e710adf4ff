#include "ctl/place.h"

#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "base/uri.h"
#include "ctl/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    FILE_BYTES_MAX = 4 << 20, /* 100 of the longest paths, percent-encoded, are 1.2 MB */
    TILE_MIN = 16,
    TILE_MAX = 4096,
    LOCK_TRIES = 500,
    LOCK_PAUSE_NS = 1000000, /* short: another that saves again and again lets go for a moment only */
};

void fz_place_fini(struct fz_place *place)
{
    free(place->path);
    *place = (struct fz_place){0};
}

char *fz_place_file(void)
{
    return fz_path_of_user("XDG_STATE_HOME", ".local/state", "frieze/resume.json");
}

/* ---- Sets of sources ------------------------------------------------------------------------------------------------- */

static int text_cmp(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/), the NUL at the end too. */
static uint64_t hash_on(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    while (*text++);
    return hash;
}

uint64_t fz_place_key(const char *const *sources, size_t count)
{
    char **names = fz_calloc(count + 1, sizeof *names);
    uint64_t key = 14695981039346656037u;
    for (size_t i = 0; i < count; i++)
        names[i] = strcmp(sources[i], "-") == 0 ? fz_strdup("-") : fz_path_locate(sources[i]);
    qsort(names, count, sizeof *names, text_cmp);
    for (size_t i = 0; i < count; i++) {
        key = hash_on(key, names[i]);
        free(names[i]);
    }
    free(names);
    return key;
}

static void key_text(uint64_t sources, char text[17])
{
    snprintf(text, 17, "%016llx", (unsigned long long)sources);
}

static bool is_of(const json_t *entry, const char *key)
{
    const char *sources = json_string_value(json_object_get(entry, "sources"));
    return sources && strcmp(sources, key) == 0;
}

/* ---- Reading --------------------------------------------------------------------------------------------------------- */

/* NULL with FZ_OK where there is no file. */
static enum fz_err read_places(const char *file, json_t **places, struct fz_error *err)
{
    char *bytes;
    size_t len;
    struct fz_error why = {0};
    *places = NULL;
    enum fz_err code = fz_config_slurp(file, FILE_BYTES_MAX, &bytes, &len, NULL, &why);
    if (code == FZ_E_NOT_FOUND)
        return FZ_OK;
    if (code != FZ_OK)
        return fz_fail(err, code, 0, "--resume: %.120s %s", file, why.msg);
    json_error_t at = {.line = 1};
    json_t *root = json_loadb(bytes, len, 0, &at);
    free(bytes);
    *places = json_incref(json_object_get(root, "places"));
    json_decref(root);
    if (json_is_array(*places))
        return FZ_OK;
    json_decref(*places);
    *places = NULL;
    return fz_fail(err, FZ_E_DAMAGED, 0, "--resume: %.120s is damaged (line %d) and is ignored", file,
                   at.line > 0 ? at.line : 1);
}

static bool is_within(double value, double least, double most)
{
    return isfinite(value) && value >= least && value <= most;
}

static bool read_place(const json_t *entry, struct fz_place *place)
{
    const char *picture, *view;
    int tile_w, tile_h;
    double y, window_h;
    char *path;
    if (json_unpack((json_t *)(uintptr_t)entry, "{s:s,s:s,s:[ii],s:F,s:F}", "picture", &picture, "view",
                    &view, "tile", &tile_w, &tile_h, "y", &y, "window", &window_h) != 0 ||
        !is_within(tile_w, TILE_MIN, TILE_MAX) || !is_within(tile_h, TILE_MIN, TILE_MAX) ||
        !is_within(y, -1e9, 1e9) || !is_within(window_h, 1, 1e6) ||
        fz_uri_to_path(picture, &path, NULL) != FZ_OK)
        return false;
    *place = (struct fz_place){.sources = place->sources,
                               .path = path,
                               .is_open = strcmp(view, "picture") == 0,
                               .tile_w = tile_w,
                               .tile_h = tile_h,
                               .y = y,
                               .window_h = window_h};
    return true;
}

enum fz_err fz_place_load(const char *file, uint64_t sources, struct fz_place *place, struct fz_error *err)
{
    *place = (struct fz_place){.sources = sources};
    json_t *places, *entry;
    enum fz_err code = read_places(file, &places, err);
    char key[17];
    size_t i;
    key_text(sources, key);
    json_array_foreach(places, i, entry)
    {
        if (!is_of(entry, key))
            continue;
        if (!read_place(entry, place))
            code = fz_fail(err, FZ_E_DAMAGED, 0, "--resume: %.120s is damaged (place %zu) and is ignored",
                           file, i + 1);
        break;
    }
    json_decref(places);
    return code;
}

/* ---- Writing --------------------------------------------------------------------------------------------------------- */

static json_t *place_json(const struct fz_place *place)
{
    char key[17], *uri = fz_uri_from_path(place->path);
    key_text(place->sources, key);
    json_t *entry = json_pack("{s:s,s:s,s:s,s:[ii],s:f,s:f}", "sources", key, "picture", uri, "view",
                              place->is_open ? "picture" : "wall", "tile", place->tile_w, place->tile_h, "y",
                              place->y, "window", place->window_h);
    free(uri);
    return entry;
}

/* Two that are closed at once must not lose each other's place. Who holds the lock for longer than this is stuck. */
static int lock(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; fd >= 0 && i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) != 0; i++)
        nanosleep(&(struct timespec){0, LOCK_PAUSE_NS}, NULL);
    return fd;
}

static enum fz_err write_places(const char *file, const json_t *places, struct fz_error *err)
{
    struct fz_new_file out;
    json_t *root = json_pack("{s:O}", "places", places);
    enum fz_err code = fz_new_file_open(&out, file, err);
    if (code == FZ_OK) {
        bool whole = json_dumpf(root, out.stream, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) == 0;
        if (!fz_new_file_close(&out, whole))
            code = fz_fail(err, FZ_E_IO, errno, "%.120s", file);
    }
    json_decref(root);
    return code;
}

enum fz_err fz_place_save(const char *file, const struct fz_place *place, struct fz_error *err)
{
    char *dir = fz_path_dir(file), key[17];
    fz_path_make_folder(dir);
    int fd = lock(dir);
    free(dir);
    json_t *before, *places = json_array(), *entry;
    size_t i;
    read_places(file, &before, NULL);
    key_text(place->sources, key);
    json_array_append_new(places, place_json(place));
    json_array_foreach(before, i, entry)
    {
        if (!is_of(entry, key) && json_array_size(places) < FZ_PLACES_MAX)
            json_array_append(places, entry);
    }
    json_decref(before);
    enum fz_err code = write_places(file, places, err);
    json_decref(places);
    if (fd >= 0)
        close(fd);
    return code;
}
