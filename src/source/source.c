#include "source/source.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "source/reader_groups.h"
#include "source/lookup.h"
#include "source/reader.h"
#include "source/root.h"
#include "source/scanner.h"
#include "sync/wake.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

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
        if (root->is_path) /* by its text alone, where that leads to no other place */
            root->path = strstr(arguments[i], "..")
                             ? fz_lookup_locate(sources->options.readers, arguments[i], NULL)
                             : fz_path_absolute(arguments[i]);
        if (is_stdin(arguments[i]) && reads_stdin)
            return fz_fail(err, FZ_E_USAGE, 0, "standard input can be a source only once");
        reads_stdin = reads_stdin || is_stdin(arguments[i]);
    }
    return FZ_OK;
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
    sources->given_fd = sources->listing_fd = -1;
    return sources;
}

/* Without the descriptor it hears later of what is said of its listing. */
static enum fz_err start_scanner(struct fz_scanner *scanner, const char *name, struct fz_error *err)
{
    scanner->listing_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fz_thread_start(&scanner->thread, name, fz_scanner_main, scanner, err);
}

/* Takes `sources`, whose roots are known; `code` is what became of that. */
static enum fz_err start(struct fz_sources **out, struct fz_sources *sources, enum fz_err code,
                         struct fz_error *err)
{
    *out = NULL;
    if (code == FZ_OK && sources->stop_fd < 0)
        code = fz_fail(err, FZ_E_INTERNAL, errno, "cannot start to read sources");
    if (code == FZ_OK)
        fz_group_roots(sources);
    bool threads = code == FZ_OK && !sources->options.readers;
    if (code == FZ_OK && !threads)
        code = fz_reader_front_start(sources, err);
    for (uint32_t i = 0; threads && code == FZ_OK && i < sources->scanner_count; i++)
        code = start_scanner(&sources->scanners[i], "frieze:reader", err);
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

/* --- The same in a process --- */

enum {
    HIDDEN = 1,
    WATCH = 2,
    WAIT = 4,
    RECURSIVE = 8,
    NUL_SEPARATED = 16,
    NAMED = 32,
    GIVEN = 64,
    REREADS = 128,
    WRITES = 256,
    AWAITS_NAMED = 512
};

struct fz_parcel fz_sources_ask_for(const struct fz_scanner *scanner, int64_t reread_since_ns)
{
    const struct fz_sources *sources = scanner->sources;
    const struct fz_source_options *o = &sources->options;
    size_t capacity = 0;
    struct fz_parcel parcel = {.kind = FZ_READER_BEGIN,
                               .number = sources->first_root + scanner->first,
                               .count = scanner->end - scanner->first,
                               .value = reread_since_ns,
                               .fd = -1};
    parcel.flags = (o->hidden ? HIDDEN : 0u) | (o->watch ? WATCH : 0u) | (o->wait ? WAIT : 0u) |
                   (o->recursive ? RECURSIVE : 0u) | (o->nul_separated ? NUL_SEPARATED : 0u) |
                   (o->named ? NAMED : 0u) | (o->writes ? WRITES : 0u) |
                   (o->awaits_named ? AWAITS_NAMED : 0u) | (sources->given_fd >= 0 ? GIVEN : 0u) |
                   (reread_since_ns ? REREADS : 0u);
    char *folder = getcwd(NULL, 0);
    fz_parcel_add_text(&parcel, &capacity, folder ? folder : "");
    free(folder);
    fz_parcel_add_text(&parcel, &capacity, o->named ? o->named : "");
    for (uint32_t i = scanner->first; i < scanner->end; i++) {
        fz_parcel_add_text(&parcel, &capacity, sources->roots[i].argument);
        if (is_stdin(sources->roots[i].argument))
            parcel.fd = STDIN_FILENO;
    }
    return parcel;
}

/* Where relative paths begin; where that is so already, nothing is touched that might hang. */
static void go_to(const char *folder)
{
    char *here = getcwd(NULL, 0);
    bool there = !folder || (here && strcmp(here, folder) == 0);
    if (!there && chdir(folder) != 0)
        fz_log("%s: cannot go there", folder);
    free(here);
}

static enum fz_err take_roots(struct fz_sources *sources, const struct fz_parcel *parcel, size_t at)
{
    struct fz_error err;
    enum fz_err code = FZ_OK;
    for (uint32_t i = 0; i < sources->root_count && code == FZ_OK; i++) {
        struct fz_root *root = &sources->roots[i];
        const char *argument = fz_parcel_text(parcel, &at);
        *root =
            (struct fz_root){.argument = argument ? argument : "", .row = &given_row, .folder = FZ_TREE_NONE};
        root->awaited_in.row = FZ_TREE_NONE;
        root->rereads = root->yielded = parcel->flags & REREADS;
        root->since_ns = parcel->value;
        if (sources->given_fd < 0)
            code = find_row(root->argument, &root->row, &err);
        root->is_path = root->row->is_path; /* the path itself is found by the scanner, who may hang */
    }
    return code;
}

enum fz_err fz_sources_read_for(struct fz_sources **out, struct fz_parcel *parcel,
                                void (*deliver)(void *ctx, struct fz_source_event *event), void *ctx)
{
    FZ_MAIN_ONLY();
    const struct fz_source_options options = {.hidden = parcel->flags & HIDDEN,
                                              .watch = parcel->flags & WATCH,
                                              .wait = parcel->flags & WAIT,
                                              .recursive = parcel->flags & RECURSIVE,
                                              .nul_separated = parcel->flags & NUL_SEPARATED,
                                              .writes = parcel->flags & WRITES,
                                              .awaits_named = parcel->flags & AWAITS_NAMED};
    struct fz_sources *sources = sources_new(parcel->count, &options, NULL, NULL, NULL);
    struct fz_error err;
    size_t at = 0;
    go_to(fz_parcel_text(parcel, &at));
    const char *named = fz_parcel_text(parcel, &at);
    sources->options.named = parcel->flags & NAMED ? named : NULL;
    sources->deliver = deliver;
    sources->deliver_ctx = ctx;
    sources->first_root = parcel->number;
    if (parcel->flags & GIVEN)
        sources->given_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum fz_err code = take_roots(sources, parcel, at);
    if (parcel->fd >= 0)
        dup2(parcel->fd, STDIN_FILENO);
    parcel->bytes = NULL; /* borrowed for as long as the process lives */
    sources->scanners = fz_calloc(1, sizeof *sources->scanners);
    sources->scanners[0] =
        (struct fz_scanner){.sources = sources, .end = sources->root_count, .reading = FZ_TREE_NONE};
    sources->scanner_count = 1;
    *out = sources;
    return code != FZ_OK ? code : start_scanner(&sources->scanners[0], "frieze:scanner", &err);
}

void fz_sources_stop(struct fz_sources *sources)
{
    if (!sources)
        return;
    FZ_MAIN_ONLY();
    fz_cancel_set(&sources->stop);
    if (sources->stop_fd >= 0)
        fz_wake(sources->stop_fd);
    fz_reader_front_stop(sources->front);
    for (uint32_t i = 0; i < sources->scanner_count; i++) {
        if (!sources->scanners[i].thread)
            continue;
        SDL_WaitThread(sources->scanners[i].thread, NULL);
        if (sources->scanners[i].listing_fd >= 0)
            close(sources->scanners[i].listing_fd);
    }
    if (sources->stop_fd >= 0)
        close(sources->stop_fd);
    if (sources->given_fd >= 0)
        close(sources->given_fd);
    if (sources->listing_fd >= 0)
        close(sources->listing_fd);
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

const char *fz_sources_argument(const struct fz_sources *sources, uint32_t root)
{
    return sources && root - sources->first_root < sources->root_count
               ? sources->roots[root - sources->first_root].argument
               : NULL;
}

bool fz_source_error_passes(const struct fz_error *error)
{
    return error->code == FZ_E_BUSY && error->sys == 0;
}

void fz_source_event_free(struct fz_source_event *event)
{
    free(event); /* batch.c makes it one block */
}
