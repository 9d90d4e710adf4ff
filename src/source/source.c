#include "source/source.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "source/root.h"
#include "source/scanner.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { SCANNERS_MAX = 8 };

/* --- The SOURCE TABLE --- */

static bool is_stdin(const char *argument)
{
    return strcmp(argument, "-") == 0;
}

/* "scheme://" (RFC 3986), or one of those that are also written without the slashes. A path with a colon
 * in its first part is written ./like:this. */
static bool is_url(const char *argument)
{
    if (strncasecmp(argument, "http:", 5) == 0 || strncasecmp(argument, "https:", 6) == 0)
        return true;
    if (!isalpha((unsigned char)argument[0]))
        return false;
    size_t len = 1;
    while (isalnum((unsigned char)argument[len]) || (argument[len] && strchr("+-.", argument[len])))
        len++;
    return strncmp(argument + len, "://", 3) == 0;
}

static bool is_program(const char *argument)
{
    return strncmp(argument, "exec:", 5) == 0;
}

static bool has_suffix_of(const char *argument, const char *const *suffixes)
{
    for (; *suffixes; suffixes++)
        if (fz_str_has_suffix(argument, *suffixes))
            return true;
    return false;
}

static bool is_playlist(const char *argument)
{
    static const char *const suffixes[] = {".m3u", ".m3u8", ".xspf", NULL};
    return has_suffix_of(argument, suffixes);
}

static bool is_archive(const char *argument)
{
    static const char *const suffixes[] = {".zip",     ".cbz",  ".tar",    ".cbt", ".tar.gz",  ".tgz",
                                           ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".rar",
                                           ".cbr",     ".7z",   ".cb7",    NULL};
    return has_suffix_of(argument, suffixes);
}

static bool is_path(const char *argument)
{
    return argument[0] != '\0';
}

/* The first row that matches counts. A row without `begin` is a scheme that this build lacks. */
static const struct fz_source_row table[] = {
    {.name = "standard input",
     .matches = is_stdin,
     .begin = fz_paths_begin,
     .order = FZ_SOURCE_AS_GIVEN,
     .own_scanner = true},
    {.name = "programs", .matches = is_program},
    {.name = "URLs", .matches = is_url},
    {.name = "playlists", .matches = is_playlist},
    {.name = "archives", .matches = is_archive},
    {.name = "paths",
     .matches = is_path,
     .begin = fz_root_begin,
     .order = FZ_SOURCE_NATURAL,
     .is_path = true},
};

/* No argument names it: see fz_sources_start_given. */
static const struct fz_source_row given_row = {
    .name = "what is given", .begin = fz_given_begin, .order = FZ_SOURCE_AS_GIVEN};

static enum fz_err find_row(const char *argument, const struct fz_source_row **row, struct fz_error *err)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!table[i].matches(argument))
            continue;
        *row = &table[i];
        if (table[i].begin)
            return FZ_OK;
        return fz_fail(err, FZ_E_USAGE, 0, "%.150s: this build does not read %s", argument, table[i].name);
    }
    return fz_fail(err, FZ_E_USAGE, 0, "an empty argument is no source");
}

enum fz_err fz_source_check(const char *argument, struct fz_error *err)
{
    const struct fz_source_row *row;
    return find_row(argument, &row, err);
}

/* --- Starting and stopping --- */

static enum fz_err find_roots(struct fz_sources *sources, const char *const *arguments, struct fz_error *err)
{
    bool reads_stdin = false;
    for (uint32_t i = 0; i < sources->root_count; i++) {
        struct fz_root *root = &sources->roots[i];
        root->argument = arguments[i];
        root->folder = FZ_TREE_NONE;
        root->awaited_in.row = FZ_TREE_NONE;
        enum fz_err code = find_row(arguments[i], &root->row, err);
        if (code != FZ_OK)
            return code;
        root->is_path = root->row->is_path;
        root->path = root->is_path ? fz_path_locate(arguments[i]) : NULL;
        if (is_stdin(arguments[i]) && reads_stdin)
            return fz_fail(err, FZ_E_USAGE, 0, "standard input can be a source only once");
        reads_stdin = reads_stdin || is_stdin(arguments[i]);
    }
    return FZ_OK;
}

/* Ranges of equal length, cut where a root wants a reader of its own. */
static void deal_roots(struct fz_sources *sources)
{
    uint32_t count = sources->root_count, length = (count + SCANNERS_MAX - 1) / SCANNERS_MAX,
             most = SCANNERS_MAX;
    for (uint32_t i = 0; i < count; i++)
        most += sources->roots[i].row->own_scanner ? 2u : 0u;
    sources->scanners = fz_calloc(most, sizeof *sources->scanners);
    for (uint32_t i = 0; i < count;) {
        struct fz_scanner *scanner = &sources->scanners[sources->scanner_count++];
        *scanner = (struct fz_scanner){.sources = sources, .first = i, .next = i, .reading = FZ_TREE_NONE};
        bool own = sources->roots[i++].row->own_scanner;
        while (!own && i < count && i - scanner->first < length && !sources->roots[i].row->own_scanner)
            i++;
        scanner->end = i;
    }
}

static struct fz_sources *sources_new(size_t count, const struct fz_source_options *options,
                                      struct fz_ready *ready, struct fz_doorbell *bell,
                                      const struct fz_cancel *quit)
{
    struct fz_sources *sources = fz_calloc(1, sizeof *sources);
    sources->options = *options;
    sources->ready = ready;
    sources->bell = bell;
    fz_cancel_init(&sources->stop, quit);
    sources->roots = fz_calloc(count, sizeof *sources->roots);
    sources->root_count = (uint32_t)count;
    sources->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sources->given_fd = -1;
    return sources;
}

/* Takes `sources`, whose roots are known; `code` is what became of that. */
static enum fz_err start(struct fz_sources **out, struct fz_sources *sources, enum fz_err code,
                         struct fz_error *err)
{
    *out = NULL;
    if (code == FZ_OK && sources->stop_fd < 0)
        code = fz_fail(err, FZ_E_INTERNAL, errno, "cannot start to read sources");
    if (code == FZ_OK)
        deal_roots(sources);
    for (uint32_t i = 0; code == FZ_OK && i < sources->scanner_count; i++)
        code = fz_thread_start(&sources->scanners[i].thread, "frieze:reader", fz_scanner_main,
                               &sources->scanners[i], err);
    if (code != FZ_OK) {
        fz_sources_stop(sources);
        return code;
    }
    *out = sources;
    return FZ_OK;
}

enum fz_err fz_sources_start(struct fz_sources **out, const char *const *arguments, size_t count,
                             const struct fz_source_options *options, struct fz_ready *ready,
                             struct fz_doorbell *bell, const struct fz_cancel *quit, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_sources *sources = sources_new(count, options, ready, bell, quit);
    return start(out, sources, find_roots(sources, arguments, err), err);
}

enum fz_err fz_sources_start_given(struct fz_sources **out, uint32_t root,
                                   const struct fz_source_options *options, struct fz_ready *ready,
                                   struct fz_doorbell *bell, const struct fz_cancel *quit,
                                   struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_sources *sources = sources_new(1, options, ready, bell, quit);
    sources->options.nul_separated = true;
    sources->first_root = root;
    sources->given_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sources->roots[0] = (struct fz_root){.argument = "what was dropped",
                                         .row = &given_row,
                                         .folder = FZ_TREE_NONE,
                                         .awaited_in.row = FZ_TREE_NONE};
    enum fz_err code =
        sources->given_fd < 0 ? fz_fail(err, FZ_E_INTERNAL, errno, "cannot take files") : FZ_OK;
    return start(out, sources, code, err);
}

void fz_sources_stop(struct fz_sources *sources)
{
    if (!sources)
        return;
    FZ_MAIN_ONLY();
    fz_cancel_set(&sources->stop);
    if (sources->stop_fd >= 0) {
        ssize_t written = write(sources->stop_fd, &(uint64_t){1}, sizeof(uint64_t));
        (void)written; /* an eventfd that cannot take one more is readable already */
    }
    for (uint32_t i = 0; i < sources->scanner_count; i++)
        if (sources->scanners[i].thread)
            SDL_WaitThread(sources->scanners[i].thread, NULL);
    if (sources->stop_fd >= 0)
        close(sources->stop_fd);
    if (sources->given_fd >= 0)
        close(sources->given_fd);
    fz_given_free(fz_ready_take(&sources->given));
    for (uint32_t i = 0; i < sources->root_count; i++)
        free(sources->roots[i].path);
    free(sources->roots);
    free(sources->scanners);
    free(sources);
}

enum fz_source_order fz_sources_order(const struct fz_sources *sources, uint32_t root)
{
    return sources->roots[root - sources->first_root].row->order;
}

size_t fz_sources_count(const struct fz_sources *sources)
{
    return sources->root_count;
}

const char *fz_sources_path(const struct fz_sources *sources, uint32_t root)
{
    return root < sources->root_count ? sources->roots[root].path : NULL;
}

void fz_source_event_free(struct fz_source_event *event)
{
    free(event); /* batch.c makes it one block */
}
