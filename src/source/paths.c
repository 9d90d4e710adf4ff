#include "source/paths.h"

#include "base/mem.h"
#include "base/path.h"
#include "source/scanner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_AN_EVENT = 512 };

void fz_paths_begin(struct fz_scanner *scanner, uint32_t root)
{
    FZ_NOT_MAIN();
    scanner->paths = fz_calloc(1, sizeof *scanner->paths);
    scanner->paths->open = true;
    scanner->paths->root = root;
    scanner->paths->fd = STDIN_FILENO;
}

void fz_paths_fini(struct fz_paths *paths)
{
    if (!paths)
        return;
    free(paths->dir);
    fz_batch_fini(&paths->batch);
    fz_given_free(paths->given);
    free(paths);
}

bool fz_paths_wants_more(const struct fz_paths *paths)
{
    return paths && paths->open;
}

static void flush(struct fz_scanner *scanner)
{
    struct fz_paths *paths = scanner->paths;
    if (paths->batch.count > 0) {
        fz_scanner_root(scanner, paths->root)->yielded = true;
        fz_scanner_push(scanner, fz_batch_event(&paths->batch, FZ_SOURCE_ADDED, paths->root, paths->dir));
    }
    free(paths->dir);
    paths->dir = NULL;
}

static void close_input(struct fz_scanner *scanner)
{
    struct fz_paths *paths = scanner->paths;
    paths->open = false;
    /* A last line without its end is a line. */
    if (paths->first < paths->end && paths->end < sizeof paths->bytes)
        paths->bytes[paths->end++] = scanner->sources->options.nul_separated ? '\0' : '\n';
}

void fz_paths_read(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    struct fz_paths *paths = scanner->paths;
    if (paths->is_given) {
        fz_given_take(scanner);
        return;
    }
    ssize_t n = read(paths->fd, paths->bytes + paths->end, sizeof paths->bytes - 1 - paths->end);
    if (n > 0) {
        paths->end += (size_t)n;
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
        if (n < 0)
            fz_scanner_complain(scanner, paths->root, fz_err_from_errno(errno), errno, "standard input",
                                NULL);
        close_input(scanner);
    }
}

/* Follows the folder of a file that was given. */
static void watch_given(struct fz_scanner *scanner, uint32_t root, const char *dir)
{
    if (!scanner->sources->options.watch ||
        fz_tree_top(&scanner->tree, dir, root, FZ_TREE_GIVEN) != FZ_TREE_NONE)
        return;
    uint32_t folder = fz_tree_add(&scanner->tree, root, FZ_TREE_NONE, dir, FZ_TREE_GIVEN, NULL);
    fz_watch_folder(scanner, folder, dir);
}

static void take_file(struct fz_scanner *scanner, const char *path)
{
    struct fz_paths *paths = scanner->paths;
    char *dir = fz_path_dir(path);
    if (!paths->dir || strcmp(paths->dir, dir) != 0 || paths->batch.count == NAMES_AN_EVENT) {
        flush(scanner);
        watch_given(scanner, paths->root, dir);
        paths->dir = dir;
        dir = NULL;
    }
    fz_batch_add(&paths->batch, fz_path_name(path), FZ_SOURCE_EXPLICIT);
    free(dir);
}

/* Lists made on Windows have a CR before the end of each line, which few names end with: once one is not there
 * that way, no more are looked for. */
static void drop_return(struct fz_paths *paths, char *path)
{
    char *last = path + strlen(path) - 1;
    struct stat st;
    if (*last != '\r')
        return;
    paths->has_returns = paths->has_returns || lstat(path, &st) != 0;
    if (paths->has_returns)
        *last = '\0';
}

/* True when it is a folder, which has been queued. What is named like a picture is taken for one: a look
 * at each of 100,000 files would cost more than reading their names. */
static bool take_path(struct fz_scanner *scanner, const char *text)
{
    struct fz_paths *paths = scanner->paths;
    char *path = fz_path_locate(text);
    enum fz_source_doubt doubt;
    struct stat st;
    if (!scanner->sources->options.nul_separated && !paths->is_given)
        drop_return(paths, path);
    bool is_folder = !(fz_suffix_classify(path, &doubt) && doubt == FZ_SOURCE_PICTURE) &&
                     stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    if (is_folder) {
        flush(scanner);
        fz_walk_push(scanner, paths->root, FZ_TREE_NONE, path, false);
    } else {
        take_file(scanner, path);
    }
    free(path);
    return is_folder;
}

/* Told of once: a list that is meant for -0 may be one such line, or many. */
static void tell_of_nul(struct fz_scanner *scanner)
{
    struct fz_paths *paths = scanner->paths;
    if (!paths->nul_told)
        fz_scanner_complain(scanner, paths->root, FZ_E_USAGE, 0, "standard input",
                            "a line with a NUL in it is no path; left out (for paths that end with NUL: -0)");
    paths->nul_told = true;
}

static void tell_of_long(struct fz_scanner *scanner)
{
    const struct fz_paths *paths = scanner->paths;
    char start[64];
    memcpy(start, paths->bytes + paths->first, sizeof start - 1);
    start[sizeof start - 1] = '\0';
    fz_scanner_complain(scanner, paths->root, FZ_E_LIMIT, 0, start, "a path this long is no path; left out");
}

/* All of it, however much is still to come. */
static void leave_out(struct fz_scanner *scanner, bool has_nul)
{
    struct fz_paths *paths = scanner->paths;
    if (has_nul)
        tell_of_nul(scanner);
    else if (!paths->leaves_out)
        tell_of_long(scanner);
    paths->leaves_out = true;
    paths->first = paths->end;
}

static void finish(struct fz_scanner *scanner)
{
    struct fz_paths *paths = scanner->paths;
    struct fz_root *root = fz_scanner_root(scanner, paths->root);
    if (root->listed)
        return;
    if (!root->yielded)
        fz_scanner_complain(scanner, paths->root, FZ_E_EMPTY, 0, "standard input", "no paths");
    fz_scanner_listed(scanner, paths->root);
}

void fz_paths_drop(struct fz_scanner *scanner)
{
    struct fz_paths *paths = scanner->paths;
    if (!paths || paths->is_given) /* whose listings are told apart by what is taken of them */
        return;
    flush(scanner);
    paths->open = false;
    paths->first = paths->end = 0;
    finish(scanner);
}

/* All that was given together was read. */
static void finish_given(struct fz_scanner *scanner)
{
    struct fz_root *root = fz_scanner_root(scanner, scanner->paths->root);
    flush(scanner);
    root->listed = false;
    fz_scanner_listed(scanner, scanner->paths->root);
    root->left_out = 0;
}

/* Takes the next whole path out of the buffer; false when there is none. */
static bool take_next(struct fz_scanner *scanner, bool *is_folder)
{
    struct fz_paths *paths = scanner->paths;
    char *start = paths->bytes + paths->first;
    size_t left = paths->end - paths->first;
    bool by_nul = scanner->sources->options.nul_separated;
    char *stop = memchr(start, by_nul ? '\0' : '\n', left);
    size_t len = stop ? (size_t)(stop - start) : left;
    bool has_nul = !by_nul && memchr(start, '\0', len);
    if (has_nul || len >= PATH_MAX)
        leave_out(scanner, has_nul);
    if (!stop)
        return false;
    *stop = '\0';
    bool is_blank = !by_nul && strcmp(start, "\r") == 0;
    if (!paths->leaves_out && len > 0 && !is_blank)
        *is_folder = take_path(scanner, start);
    else if (len == 0 && paths->is_given)
        finish_given(scanner);
    paths->leaves_out = false;
    paths->first = (size_t)(stop + 1 - paths->bytes);
    return true;
}

bool fz_paths_take(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    struct fz_paths *paths = scanner->paths;
    if (!paths)
        return false;
    bool did = false, is_folder = false;
    fz_given_refill(paths);
    while (!is_folder && !fz_scanner_stops(scanner) && take_next(scanner, &is_folder))
        did = true;
    if (is_folder)
        return true;
    flush(scanner);
    /* The beginning of a path whose end is still to come moves to the front. */
    memmove(paths->bytes, paths->bytes + paths->first, paths->end - paths->first);
    paths->end -= paths->first;
    paths->first = 0;
    if (!paths->open && paths->end == 0)
        finish(scanner);
    return did || paths->given;
}
