#include "app/wall/marks_file.h"

#include "base/io.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "base/path.h"
#include "base/str.h"
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_FILE_BYTES = 256 << 20, READ_TRIES = 20, READ_TRY_NS = 5000000 };

/* --- What was seen -------------------------------------------------------------------------------------------------- */

struct hashes {
    uint64_t *at;
    size_t count, capacity;
};

static uint64_t hash_of(const char *path)
{
    const uint32_t first = fz_str_hash(FZ_HASH_SEED, path), second = fz_str_hash(~FZ_HASH_SEED, path);
    return (uint64_t)first << 32 | second;
}

static int compare(const void *a, const void *b)
{
    const uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static bool holds(const uint64_t *hashes, size_t count, uint64_t hash)
{
    return count > 0 && bsearch(&hash, hashes, count, sizeof hash, compare);
}

static void add_hash(struct hashes *hashes, uint64_t hash)
{
    hashes->at = fz_grow(hashes->at, &hashes->capacity, hashes->count + 1, sizeof *hashes->at);
    hashes->at[hashes->count++] = hash;
}

static void see(struct fz_marks_file *file, struct hashes *hashes, const struct fz_file_version *version)
{
    if (hashes->count > 0)
        qsort(hashes->at, hashes->count, sizeof *hashes->at, compare);
    free(file->seen);
    file->seen = hashes->at;
    file->seen_count = hashes->count;
    file->version = *version;
}

static void add_path(char ***paths, size_t *count, size_t *capacity, char *path)
{
    *paths = fz_grow(*paths, capacity, *count + 1, sizeof **paths);
    (*paths)[(*count)++] = path;
}

/* --- Reading -------------------------------------------------------------------------------------------------------- */

/* NULL with FZ_OK: there is none. The caller frees. */
static char *read_whole(const char *path, size_t *length, struct fz_file_version *version,
                        struct fz_error *err)
{
    struct stat st;
    *version = (struct fz_file_version){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (errno != ENOENT)
            fz_fail(err, fz_err_from_errno(errno), errno, "cannot read the marks in %s", path);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    if (!S_ISREG(st.st_mode) || st.st_size > MOST_FILE_BYTES) {
        fz_fail(err, FZ_E_IO, 0, "cannot read the marks in %s: %s", path,
                S_ISREG(st.st_mode) ? "too large" : "no file");
        close(fd);
        return NULL;
    }
    char *text = fz_malloc((size_t)st.st_size + 1);
    if (!fz_read_full(fd, text, (size_t)st.st_size, length))
        fz_fail(err, FZ_E_IO, errno, "cannot read the marks in %s", path);
    text[*length] = '\0';
    *version = fz_file_version_of(&st);
    const struct fz_file_version after = fz_file_version_at(path);
    if (err->code == FZ_OK && !fz_file_version_is(version, &after))
        fz_fail(err, FZ_E_BUSY, 0, "cannot read the marks in %s: it is being written", path);
    close(fd);
    return text;
}

/* `frieze --marks *.jpg` names a picture, which writing the marks would be the end of. No path is empty, where NUL ends them. */
static bool is_list(const char *path, const char *text, size_t length)
{
    enum fz_source_doubt doubt;
    const bool is_named_so = fz_suffix_classify(fz_path_name(path), &doubt) && doubt == FZ_SOURCE_PICTURE;
    return length == 0 || (!is_named_so && !memmem(text, length, "\0", 2));
}

/* As it was written, whatever -0 says now. Takes what is new among them, and the hashes of all. */
static enum fz_err take_paths(const struct fz_marks_file *file, char *text, size_t length,
                              struct hashes *found, struct fz_marks_news *news, struct fz_error *err)
{
    int end_mark = memchr(text, '\0', length) ? '\0' : '\n';
    for (char *p = text; p && p < text + length;) {
        char *end = memchr(p, end_mark, (size_t)(text + length - p));
        if (end)
            *end = '\0';
        char *absolute = *p ? fz_path_find_absolute(p) : NULL;
        if (*p && !absolute)
            return fz_fail(err, fz_err_from_errno(errno), errno,
                           "cannot read the marks in %s: no current folder, for %s", file->path, p);
        if (absolute) {
            uint64_t hash = hash_of(absolute);
            add_hash(found, hash);
            if (holds(file->seen, file->seen_count, hash))
                free(absolute);
            else
                add_path(&news->added, &news->added_count, &news->added_capacity, absolute);
        }
        p = end ? end + 1 : NULL;
    }
    return FZ_OK;
}

static void find_removed(const struct fz_marks_file *before, const struct fz_marks_file *now,
                         const struct fz_marked *own, struct fz_marks_news *news)
{
    for (size_t i = 0; i < fz_marked_count(own); i++) {
        char *path = fz_marked_path(own, i);
        uint64_t hash = hash_of(path);
        if (holds(before->seen, before->seen_count, hash) && !holds(now->seen, now->seen_count, hash))
            add_path(&news->removed, &news->removed_count, &news->removed_capacity, path);
        else
            free(path);
    }
}

enum fz_err fz_marks_file_read(struct fz_marks_file *file, const struct fz_marked *own,
                               struct fz_marks_news *news, struct fz_error *err)
{
    *news = (struct fz_marks_news){0};
    struct hashes found = {0};
    struct fz_file_version version;
    size_t length = 0;
    struct fz_error why = {0};
    char *text = read_whole(file->path, &length, &version, &why);
    for (int tries = 0; why.code == FZ_E_BUSY && tries < READ_TRIES; tries++) {
        free(text);
        nanosleep(&(struct timespec){.tv_nsec = READ_TRY_NS}, NULL);
        why = (struct fz_error){0};
        text = read_whole(file->path, &length, &version, &why);
    }
    if (text && why.code == FZ_OK && !is_list(file->path, text, length))
        fz_fail(&why, FZ_E_IO, 0, "cannot read the marks in %s: no list of paths", file->path);
    if (text && why.code == FZ_OK)
        take_paths(file, text, length, &found, news, &why);
    free(text);
    if (why.code != FZ_OK) {
        free(found.at);
        fz_marks_news_fini(news);
        return fz_fail(err, why.code, why.sys, "%s", why.msg);
    }
    struct fz_marks_file now = {0};
    see(&now, &found, &version);
    if (own && version.is_there)
        find_removed(file, &now, own, news);
    free(file->seen);
    file->seen = now.seen;
    file->seen_count = now.seen_count;
    file->version = now.version;
    return FZ_OK;
}

/* --- Writing -------------------------------------------------------------------------------------------------------- */

bool fz_marks_print_paths(FILE *out, const struct fz_marked *marked, size_t count, char end)
{
    for (size_t i = 0; i < count; i++) {
        char *path = fz_marked_path(marked, i);
        fputs(path, out);
        putc(end, out);
        free(path);
    }
    return !ferror(out);
}

/* Lines, as long as no name needs more: one that holds the end of a line makes all end with NUL. */
static char end_for(const struct fz_marked *marked, char end)
{
    for (size_t i = 0; i < fz_marked_count(marked) && end; i++) {
        char *path = fz_marked_path(marked, i);
        end = strchr(path, '\n') ? '\0' : end;
        free(path);
    }
    return end;
}

struct writing {
    const struct fz_marks_file *file;
    const struct fz_new_file *out;
    struct fz_file_version version; /* of what is put there, but for when that came about */
    bool is_late;
};

static bool is_as_seen(void *ctx)
{
    struct writing *writing = ctx;
    const struct fz_file_version now = fz_file_version_at(writing->file->path);
    struct stat st;
    if (fstat(fileno(writing->out->stream), &st) == 0)
        writing->version = fz_file_version_of(&st);
    writing->is_late = !fz_file_version_is(&writing->file->version, &now);
    errno = ESTALE;
    return !writing->is_late;
}

/* A name changes when it came about, and nothing else: what differs in more was put there by somebody since. */
static struct fz_file_version version_put(const struct writing *writing)
{
    struct fz_file_version there = fz_file_version_at(writing->file->path), same = there;
    same.ctime = writing->version.ctime;
    return fz_file_version_is(&same, &writing->version) ? there : writing->version;
}

static struct hashes hashes_of(const struct fz_marked *marked)
{
    struct hashes hashes = {0};
    for (size_t i = 0; i < fz_marked_count(marked); i++) {
        char *path = fz_marked_path(marked, i);
        add_hash(&hashes, hash_of(path));
        free(path);
    }
    return hashes;
}

enum fz_err fz_marks_file_write(struct fz_marks_file *file, const struct fz_marked *marked,
                                struct fz_marks_news *news, struct fz_error *err)
{
    *news = (struct fz_marks_news){0};
    struct fz_new_file out;
    enum fz_err code = fz_new_file_open(&out, file->path, err);
    if (code != FZ_OK)
        return code;
    struct writing writing = {.file = file, .out = &out};
    if (!out.is_special) {
        out.may_be_put = is_as_seen;
        out.ctx = &writing;
    }
    bool whole =
        fz_marks_print_paths(out.stream, marked, fz_marked_count(marked), end_for(marked, file->end));
    bool is_put = fz_new_file_close(&out, whole);
    if (!is_put && !writing.is_late)
        return fz_fail(err, FZ_E_IO, errno, "cannot write the marks to %s", file->path);
    if (is_put) {
        struct hashes written = hashes_of(marked);
        const struct fz_file_version version = version_put(&writing);
        see(file, &written, &version);
        return FZ_OK;
    }
    code = fz_marks_file_read(file, marked, news, err);
    news->is_late = code == FZ_OK;
    return code == FZ_OK ? FZ_E_BUSY : code;
}

/* --- The end -------------------------------------------------------------------------------------------------------- */

static void free_paths(char **paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
}

void fz_marks_news_fini(struct fz_marks_news *news)
{
    free_paths(news->added, news->added_count);
    free_paths(news->removed, news->removed_count);
    *news = (struct fz_marks_news){0};
}

void fz_marks_file_fini(struct fz_marks_file *file)
{
    free(file->path);
    free(file->seen);
    *file = (struct fz_marks_file){0};
}
