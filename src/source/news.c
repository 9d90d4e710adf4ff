#include "source/news.h"

#include "base/path.h"
#include "source/await.h"
#include "source/batch.h"
#include "source/sidecars.h"
#include "source/scanner.h"

#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>

static struct fz_tree_folder *row_of(struct fz_scanner *scanner, uint32_t folder)
{
    return &scanner->tree.folders[folder];
}

static char *path_in(struct fz_scanner *scanner, uint32_t folder, const char *name)
{
    char *dir = fz_tree_path(&scanner->tree, folder), *path = fz_path_join(dir, name);
    free(dir);
    return path;
}

/* --- Folders --- */

/* From the leaves up. */
static void forget_below(struct fz_scanner *scanner, uint32_t top)
{
    for (uint32_t folder = top;;) {
        while (row_of(scanner, folder)->child != FZ_TREE_NONE)
            folder = row_of(scanner, folder)->child;
        uint32_t parent = row_of(scanner, folder)->parent;
        fz_watch_drop(scanner, folder);
        fz_tree_remove(&scanner->tree, folder);
        if (folder == top)
            return;
        folder = parent;
    }
}

static void send_removed(struct fz_scanner *scanner, uint32_t root, const char *dir)
{
    struct fz_batch batch = {0};
    fz_scanner_push(scanner, fz_batch_event(&batch, FZ_SOURCE_REMOVED, root, dir));
    fz_batch_fini(&batch);
}

/* The folder of files that the user named went: they may come back with it. */
static void named_gone(struct fz_scanner *scanner, uint32_t folder, const char *dir)
{
    uint64_t device = row_of(scanner, folder)->device;
    for (uint32_t i = scanner->first; i < scanner->end; i++) {
        const struct fz_root *root = fz_scanner_root(scanner, i);
        if (root->folder != folder)
            continue;
        fz_scanner_unname(scanner, i);
        if (root->is_here)
            fz_await_return(scanner, i, dir, device);
        else
            fz_await_root(scanner, i);
    }
}

void fz_news_gone(struct fz_scanner *scanner, uint32_t folder)
{
    const struct fz_tree_folder *row = row_of(scanner, folder);
    uint32_t root = row->root;
    uint64_t device = row->device;
    enum fz_tree_role role = row->role;
    bool goes_away = fz_scanner_is_root(scanner, folder);
    char *path = fz_tree_path(&scanner->tree, folder);
    if (goes_away || role == FZ_TREE_NAMED)
        fz_burst_flush(scanner); /* what was deleted before it went is gone */
    if (role == FZ_TREE_NAMED)
        named_gone(scanner, folder, path);
    else if (role != FZ_TREE_AWAITED && !goes_away)
        send_removed(scanner, root, path);
    forget_below(scanner, folder);
    if (goes_away)
        fz_await_return(scanner, root, path, device);
    if (role == FZ_TREE_AWAITED)
        fz_await_soon(scanner);
    free(path);
    /* A folder that had been left out because this one led to the same place may show it now. */
    for (uint32_t i = 0; scanner->tree.skipped > 0 && i < scanner->tree.used; i++)
        if (row_of(scanner, i)->name != FZ_TREE_FREE && row_of(scanner, i)->skipped)
            fz_news_recheck(scanner, i);
}

/* True when the path of a folder still leads to it. */
static bool is_same(struct fz_scanner *scanner, uint32_t folder)
{
    const struct fz_tree_folder *row = row_of(scanner, folder);
    char *path = fz_tree_path(&scanner->tree, folder);
    struct stat st;
    bool same =
        stat(path, &st) == 0 && row->device == (uint64_t)st.st_dev && row->inode == (uint64_t)st.st_ino;
    free(path);
    return same;
}

/* Folders of one tree are found missing in any order. */
void fz_news_lost(struct fz_scanner *scanner, uint32_t folder)
{
    uint32_t top = folder;
    while (row_of(scanner, top)->parent != FZ_TREE_NONE)
        top = row_of(scanner, top)->parent;
    fz_news_gone(scanner, fz_scanner_is_root(scanner, top) && !is_same(scanner, top) ? top : folder);
}

static void folder_came(struct fz_scanner *scanner, uint32_t folder, const char *name, bool link)
{
    const struct fz_source_options *options = &scanner->sources->options;
    if (!options->recursive || (!options->hidden && fz_name_is_hidden(name)))
        return;
    uint32_t old = fz_tree_child(&scanner->tree, folder, name);
    if (old != FZ_TREE_NONE) {
        if (is_same(scanner, old))
            return; /* its parent was read after it came */
        fz_news_gone(scanner, old);
    }
    fz_walk_push(scanner, row_of(scanner, folder)->root, folder, name, link);
}

/* --- Files --- */

/* A sidecar, for every root that may have what it speaks of. Whoever writes one closes it soon. */
static void note_beside(struct fz_scanner *scanner, uint32_t folder, const char *name,
                        enum fz_burst_kind kind)
{
    const struct fz_tree_folder *row = row_of(scanner, folder);
    if (kind == FZ_BURST_WRITING || row->role == FZ_TREE_AWAITED)
        return;
    if (row->role != FZ_TREE_NAMED)
        fz_burst_note(scanner, folder, row->root, name, FZ_BURST_BESIDE);
    for (uint32_t i = scanner->first; row->role == FZ_TREE_NAMED && i < scanner->end; i++) {
        const struct fz_root *root = fz_scanner_root(scanner, i);
        if (root->folder == folder && fz_is_sidecar_of(name, fz_path_name(root->path)))
            fz_burst_note(scanner, folder, i, name, FZ_BURST_BESIDE);
    }
}

/* Notes the change for every root that it matters to. */
static void note(struct fz_scanner *scanner, uint32_t folder, const char *name, enum fz_burst_kind kind)
{
    enum fz_source_doubt doubt;
    uint32_t at, root;
    if (fz_is_sidecar(name)) {
        note_beside(scanner, folder, name, kind);
        return;
    }
    switch ((enum fz_tree_role)row_of(scanner, folder)->role) {
    case FZ_TREE_LISTED:
        if ((scanner->sources->options.hidden || !fz_name_is_hidden(name)) &&
            fz_scanner_classify(scanner, name, &doubt))
            fz_burst_note(scanner, folder, row_of(scanner, folder)->root, name, kind);
        break;
    case FZ_TREE_GIVEN:
        fz_burst_note(scanner, folder, row_of(scanner, folder)->root, name, kind);
        break;
    case FZ_TREE_NAMED:
        root = fz_scanner_named_first(scanner, folder, name, &at);
        for (; root != FZ_TREE_NONE; root = fz_scanner_named_next(scanner, folder, name, &at))
            fz_burst_note(scanner, folder, root, name, kind);
        break;
    case FZ_TREE_AWAITED:
        break;
    }
}

/* A name came that is no folder. What has just been made is most likely being written; a link to something
 * that is there already (which nobody will close) is not. */
static void entry_came(struct fz_scanner *scanner, uint32_t folder, const char *name, bool moved)
{
    char *path = path_in(scanner, folder, name);
    struct stat st, behind;
    bool is_listed = row_of(scanner, folder)->role == FZ_TREE_LISTED;
    enum fz_source_doubt doubt;
    if (lstat(path, &st) < 0) {
        /* It went again, and news of that follows. */
    } else if (S_ISREG(st.st_mode)) {
        note(scanner, folder, name, moved || st.st_nlink > 1 ? FZ_BURST_ADDED : FZ_BURST_WRITING);
    } else if (S_ISLNK(st.st_mode)) {
        bool leads = stat(path, &behind) == 0;
        if (leads && S_ISDIR(behind.st_mode) && is_listed)
            folder_came(scanner, folder, name, true);
        else if (leads ? S_ISREG(behind.st_mode)
                       : fz_suffix_classify(name, &doubt) && doubt == FZ_SOURCE_PICTURE)
            note(scanner, folder, name, FZ_BURST_ADDED);
    }
    free(path);
}

/* A name went that is no folder, but maybe a link to one. */
static void entry_went(struct fz_scanner *scanner, uint32_t folder, const char *name)
{
    uint32_t below = fz_tree_child(&scanner->tree, folder, name);
    if (below != FZ_TREE_NONE)
        fz_news_gone(scanner, below);
    else
        note(scanner, folder, name, FZ_BURST_REMOVED);
}

/* --- Permissions --- */

/* Of a folder: all that could not be opened in it, or below, may be now. */
static void folder_access(struct fz_scanner *scanner, uint32_t folder)
{
    const struct fz_tree_folder *row = row_of(scanner, folder);
    struct fz_batch none = {0};
    char *path = fz_tree_path(&scanner->tree, folder);
    if (row->role == FZ_TREE_LISTED || row->role == FZ_TREE_GIVEN)
        fz_scanner_push(scanner, fz_batch_event(&none, FZ_SOURCE_ACCESS, row->root, path));
    for (uint32_t i = scanner->first; row->role == FZ_TREE_NAMED && i < scanner->end; i++)
        if (fz_scanner_root(scanner, i)->folder == folder)
            fz_scanner_push(scanner, fz_batch_event(&none, FZ_SOURCE_ACCESS, i, path));
    free(path);
    if (row->refused)
        fz_news_recheck(scanner, folder);
}

/* A folder that has a watch of its own tells by that. One that has none could not be read. */
static void take_access(struct fz_scanner *scanner, uint32_t folder, uint32_t mask, const char *name)
{
    if (!name[0])
        folder_access(scanner, folder);
    else if (!(mask & IN_ISDIR))
        note(scanner, folder, name, FZ_BURST_ACCESS);
    else if (row_of(scanner, folder)->role == FZ_TREE_LISTED &&
             fz_tree_child(&scanner->tree, folder, name) == FZ_TREE_NONE)
        folder_came(scanner, folder, name, false);
}

/* --- News --- */

static void take_self(struct fz_scanner *scanner, uint32_t folder, uint32_t mask)
{
    uint32_t parent = row_of(scanner, folder)->parent;
    struct fz_tree_ref above = fz_tree_refer(&scanner->tree, parent);
    /* Of a folder that lies in another one, that one tells; but not of what a link leads to. */
    if (!(mask & IN_UNMOUNT) && parent != FZ_TREE_NONE && !row_of(scanner, folder)->link)
        return;
    /* A rename sends three events, one after the other: the folder may have been found at its new place
     * before the last of them, which then speaks of the watch there. */
    if (mask & IN_MOVE_SELF && row_of(scanner, folder)->role == FZ_TREE_LISTED && is_same(scanner, folder))
        return;
    if (mask & IN_UNMOUNT)
        fz_news_lost(scanner, folder);
    else
        fz_news_gone(scanner, folder);
    if (fz_tree_resolve(&scanner->tree, above) != FZ_TREE_NONE)
        fz_news_recheck(scanner, parent); /* under what was mounted there may be something else */
}

void fz_news_take(struct fz_scanner *scanner, uint32_t folder, uint32_t mask, const char *name)
{
    FZ_NOT_MAIN();
    if (mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
        take_self(scanner, folder, mask);
        return;
    }
    if (mask & IN_ATTRIB) {
        take_access(scanner, folder, mask, name);
        return;
    }
    enum fz_tree_role role = row_of(scanner, folder)->role;
    bool came = mask & (IN_CREATE | IN_MOVED_TO), went = mask & (IN_DELETE | IN_MOVED_FROM);
    if (role == FZ_TREE_AWAITED) {
        if (came)
            fz_await_soon(scanner);
    } else if (mask & IN_ISDIR) {
        uint32_t below = role == FZ_TREE_LISTED ? fz_tree_child(&scanner->tree, folder, name) : FZ_TREE_NONE;
        if (came && role == FZ_TREE_LISTED)
            folder_came(scanner, folder, name, false);
        else if (went && below != FZ_TREE_NONE)
            fz_news_gone(scanner, below);
    } else if (came) {
        entry_came(scanner, folder, name, mask & IN_MOVED_TO);
    } else if (went) {
        entry_went(scanner, folder, name);
    } else if (mask & IN_CLOSE_WRITE) {
        note(scanner, folder, name, FZ_BURST_CHANGED);
    }
}

/* True when both names stand for pictures of a folder that is listed. */
static bool is_rename(struct fz_scanner *scanner, uint32_t folder, const char *from, const char *to,
                      enum fz_source_doubt *doubt)
{
    if (row_of(scanner, folder)->role != FZ_TREE_LISTED ||
        (!scanner->sources->options.hidden && (fz_name_is_hidden(from) || fz_name_is_hidden(to))))
        return false;
    struct stat st;
    char *path = path_in(scanner, folder, to);
    bool is_file =
        lstat(path, &st) != 0 || S_ISREG(st.st_mode); /* or it has gone on, which is news to come */
    free(path);
    return is_file && fz_scanner_classify(scanner, from, doubt) && fz_scanner_classify(scanner, to, doubt);
}

void fz_news_renamed(struct fz_scanner *scanner, uint32_t folder, const char *from, const char *to)
{
    FZ_NOT_MAIN();
    enum fz_source_doubt doubt;
    if (!is_rename(scanner, folder, from, to, &doubt)) {
        fz_news_take(scanner, folder, IN_MOVED_FROM, from);
        fz_news_take(scanner, folder, IN_MOVED_TO, to);
        return;
    }
    fz_renames_note(scanner, folder, from, to, doubt);
}

static void recheck_named(struct fz_scanner *scanner, uint32_t folder, int64_t since_ns)
{
    for (uint32_t i = scanner->first; i < scanner->end; i++) {
        const struct fz_root *root = fz_scanner_root(scanner, i);
        struct stat st;
        if (root->folder != folder)
            continue;
        fz_scanner_turn_to(scanner, i);
        bool here = stat(root->path, &st) == 0;
        if (here && (!root->is_here || fz_tree_is_newer(&st, since_ns)))
            fz_burst_note(scanner, folder, i, fz_path_name(root->path), FZ_BURST_ADDED);
        else if (!here && root->is_here)
            fz_burst_note(scanner, folder, i, fz_path_name(root->path), FZ_BURST_REMOVED);
    }
}

void fz_news_recheck(struct fz_scanner *scanner, uint32_t folder)
{
    struct fz_tree_folder *row = row_of(scanner, folder);
    int64_t since_ns = row->since_ns;
    struct stat st;
    char *path;
    bool here;
    switch ((enum fz_tree_role)row->role) {
    case FZ_TREE_LISTED:
        fz_walk_again(scanner, folder);
        break;
    case FZ_TREE_NAMED:
        path = fz_tree_path(&scanner->tree, folder);
        here =
            stat(path, &st) == 0 && row->device == (uint64_t)st.st_dev && row->inode == (uint64_t)st.st_ino;
        free(path);
        if (here) {
            fz_tree_note_mtime(row, &st);
            recheck_named(scanner, folder, since_ns);
        } else {
            fz_news_gone(scanner, folder);
        }
        break;
    case FZ_TREE_AWAITED:
        fz_await_soon(scanner);
        break;
    case FZ_TREE_GIVEN: /* their names are known to the list alone */
        break;
    }
}

void fz_news_missed(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    fz_burst_flush(scanner); /* what was gathered is older than what will be read */
    for (uint32_t folder = 0; folder < scanner->tree.used; folder++)
        if (row_of(scanner, folder)->name != FZ_TREE_FREE)
            fz_news_recheck(scanner, folder);
}
