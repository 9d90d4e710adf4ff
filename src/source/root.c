#include "source/root.h"

#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Also for a path that is missing: the tile then says so. */
static void add_file(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    struct fz_batch batch = {0};
    fz_batch_add(&batch, fz_path_name(row->path), FZ_SOURCE_EXPLICIT);
    char *dir = fz_path_dir(row->path);
    fz_scanner_push(scanner, fz_batch_event(&batch, FZ_SOURCE_ADDED, root, dir));
    free(dir);
    fz_batch_fini(&batch);
    row->yielded = true;
}

/* Without a name the folder, with all that is in it. */
static void send_removed(struct fz_scanner *scanner, uint32_t root, const char *dir, const char *name)
{
    struct fz_batch batch = {0};
    if (name)
        fz_batch_add(&batch, name, FZ_SOURCE_PICTURE);
    fz_scanner_push(scanner, fz_batch_event(&batch, FZ_SOURCE_REMOVED, root, dir));
    fz_batch_fini(&batch);
}

/* What a link leads to was there already. */
static bool is_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static void begin_file(struct fz_scanner *scanner, uint32_t root, const struct stat *st)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    bool came_now = row->awaited && S_ISREG(st->st_mode) && !is_link(row->path);
    row->awaited = row->stands_for_itself = false;
    if (row->away && row->is_folder)
        send_removed(scanner, root, row->path, NULL);
    row->is_folder = false;
    fz_scanner_name(scanner, root);
    row->is_here = true;
    if (came_now && row->folder != FZ_TREE_NONE) {
        /* It came a moment ago: it may still be written. */
        row->is_here = false;
        fz_burst_note(scanner, row->folder, root, fz_path_name(row->path), FZ_BURST_WRITING);
        return;
    }
    add_file(scanner, root);
    fz_scanner_listed(scanner, root);
}

/* It was there when the reader before read it: a folder, or a file, which left its folder. */
static void begin_gone(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    struct stat st;
    char *dir = fz_path_dir(row->path);
    if (stat(dir, &st) == 0)
        send_removed(scanner, root, dir, fz_path_name(row->path));
    free(dir);
    row->is_folder = true;
    fz_await_return(scanner, root, row->path, 0);
    fz_scanner_listed(scanner, root);
}

/* Its share does not answer, or its disk fails: it begins once that has passed. Until then its tile says so, unless it is waited for. */
static void begin_away(struct fz_scanner *scanner, uint32_t root, int why)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    if (row->rereads || row->away) {  /* what was read before stays */
        row->is_folder |= !row->away; /* as far as is known */
        fz_await_return(scanner, root, row->path, row->device);
        fz_scanner_listed(scanner, root);
        return;
    }
    if (!row->awaited)
        fz_scanner_complain(scanner, root, fz_err_from_errno(why), why, row->argument, NULL);
    fz_await_root(scanner, root);
    if (row->listed || (row->awaited && scanner->sources->options.wait))
        return;
    row->stands_for_itself = true;
    add_file(scanner, root);
    fz_scanner_listed(scanner, root);
}

static void begin_folder(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    if (row->stands_for_itself) {
        char *dir = fz_path_dir(row->path);
        send_removed(scanner, root, dir, fz_path_name(row->path));
        free(dir);
    }
    row->awaited = row->stands_for_itself = false;
    row->is_folder = true;
    row->rereads |= row->away;
    row->since_ns = row->away ? 0 : row->since_ns;
    scanner->reading = root;
    fz_walk_push(scanner, root, FZ_TREE_NONE, row->path, false);
}

static void begin_missing(struct fz_scanner *scanner, uint32_t root, int why)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    bool missing = why == ENOENT;
    if (why != EACCES) /* that is told by whoever tries to open it */
        fz_scanner_complain(scanner, root, fz_err_from_errno(why), missing ? 0 : why, row->argument,
                            missing ? "no such file or folder" : NULL);
    row->is_here = false;
    fz_scanner_name(scanner, root); /* it may come */
    add_file(scanner, root);
    fz_scanner_listed(scanner, root);
}

void fz_root_begin(struct fz_scanner *scanner, uint32_t root)
{
    FZ_NOT_MAIN();
    struct fz_root *row = fz_scanner_root(scanner, root);
    if (!row->path)
        row->path = fz_path_locate(row->argument);
    fz_route_begin(scanner);
    if (fz_await_named(scanner, root))
        return;
    struct stat st;
    int why = stat(row->path, &st) == 0 ? 0 : errno;
    bool can_come = why == ENOENT || why == ENOTDIR;
    if (why == 0 && S_ISDIR(st.st_mode)) {
        begin_folder(scanner, root);
    } else if (why == 0) {
        begin_file(scanner, root, &st);
    } else if (fz_err_may_pass(fz_err_from_errno(why))) {
        begin_away(scanner, root, why);
    } else if (can_come && row->rereads) {
        begin_gone(scanner, root);
    } else if ((can_come || why == EACCES) && (row->awaited || scanner->sources->options.wait)) {
        if (why == EACCES && !row->awaited)
            fz_scanner_complain(scanner, root, fz_err_from_errno(why), why, row->argument, NULL);
        fz_await_root(scanner, root);
    } else {
        begin_missing(scanner, root, why);
    }
}
