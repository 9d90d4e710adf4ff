#include "source/await.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "source/batch.h"
#include "source/scanner.h"
#include "source/writer.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LOOK_US = 1000000, WRITTEN_US = 100000 };

void fz_await_fini(struct fz_await *await)
{
    free(await->roots);
    memset(await, 0, sizeof *await);
}

static void unwatch(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    uint32_t folder = fz_tree_resolve(&scanner->tree, row->awaited_in);
    row->awaited_in = fz_tree_refer(&scanner->tree, FZ_TREE_NONE);
    if (folder == FZ_TREE_NONE)
        return;
    fz_watch_drop(scanner, folder);
    fz_tree_remove(&scanner->tree, folder);
}

/* Once it was read it is a folder like any other. */
static bool awaits_named(const struct fz_scanner *scanner, uint32_t root)
{
    const struct fz_root *row = fz_scanner_root(scanner, root);
    return scanner->sources->options.awaits_named && !row->listed && !row->rereads;
}

/* Watches the nearest folder above that exists. */
static void watch_above(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    char *dir = awaits_named(scanner, root) ? fz_strdup(row->path) : fz_path_dir(row->path);
    struct stat st;
    while (strcmp(dir, "/") != 0 && !(stat(dir, &st) == 0 && S_ISDIR(st.st_mode))) {
        char *above = fz_path_dir(dir);
        free(dir);
        dir = above;
    }
    uint32_t old = fz_tree_resolve(&scanner->tree, row->awaited_in);
    if (old == FZ_TREE_NONE || strcmp(fz_tree_name(&scanner->tree, old), dir) != 0) {
        unwatch(scanner, root);
        uint32_t folder = fz_tree_add(&scanner->tree, root, FZ_TREE_NONE, dir, FZ_TREE_AWAITED, NULL);
        row->awaited_in = fz_tree_refer(&scanner->tree, folder);
        fz_watch_folder(scanner, folder, dir);
    }
    free(dir);
}

void fz_await_root(struct fz_scanner *scanner, uint32_t root)
{
    const struct fz_source_options *options = &scanner->sources->options;
    if (!options->wait && !options->watch)
        return;
    struct fz_await *await = &scanner->await;
    await->roots = fz_grow(await->roots, &await->capacity, await->count + 1, sizeof *await->roots);
    await->roots[await->count++] = root;
    fz_scanner_root(scanner, root)->awaited = true;
    watch_above(scanner, root);
    await->due_us = fz_now_us(); /* it may have come before the watch */
}

void fz_await_return(struct fz_scanner *scanner, uint32_t root, const char *dir, uint64_t device)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    fz_await_root(scanner, root);
    if (row->away || !row->awaited)
        return;
    struct fz_batch none = {0};
    row->away = true;
    row->device = device;
    fz_scanner_push(scanner, fz_batch_event(&none, FZ_SOURCE_AWAY, root, dir));
}

void fz_await_soon(struct fz_scanner *scanner)
{
    if (scanner->await.count > 0)
        scanner->await.due_us = fz_now_us();
}

int64_t fz_await_due_us(const struct fz_await *await)
{
    return await->count > 0 ? await->due_us : INT64_MAX;
}

/* A folder is there, may be opened, and where it was away is not only the place where another one was mounted. */
static bool is_folder_here(const char *path, bool away, uint64_t device)
{
    DIR *dir = opendir(path);
    struct stat st;
    if (!dir)
        return false;
    bool back = !away || (fstat(dirfd(dir), &st) == 0 && (uint64_t)st.st_dev == device);
    for (const struct dirent *entry; !back && (entry = readdir(dir)) != NULL;)
        back = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return back;
}

/* What is still being written is looked at again soon. */
static bool named_has_come(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    char *path = fz_path_join(row->path, scanner->sources->options.named);
    struct stat st;
    int why = stat(path, &st) == 0 ? 0 : errno;
    int64_t now = fz_now_us();
    bool is_file = why == 0 && S_ISREG(st.st_mode), is_other = why == 0 && !is_file && !S_ISDIR(st.st_mode);
    row->came_us = !is_file ? 0 : row->came_us ? row->came_us : now;
    bool is_written = is_other || (is_file && fz_writer_of(path, now - row->came_us) != FZ_WRITER_SOME);
    if (is_file && !is_written)
        scanner->await.due_us = now + WRITTEN_US;
    if (why != 0 && why != ENOENT && why != ENOTDIR && !row->awaited)
        fz_scanner_complain(scanner, root, fz_err_from_errno(why), why, path, NULL);
    free(path);
    return is_written;
}

static bool has_come(struct fz_scanner *scanner, uint32_t root)
{
    const struct fz_root *row = fz_scanner_root(scanner, root);
    struct stat st;
    if (awaits_named(scanner, root))
        return named_has_come(scanner, root);
    if (stat(row->path, &st) < 0)
        return false;
    return !S_ISDIR(st.st_mode) || is_folder_here(row->path, row->away, row->device);
}

bool fz_await_named(struct fz_scanner *scanner, uint32_t root)
{
    if (!awaits_named(scanner, root) || named_has_come(scanner, root))
        return false;
    fz_await_root(scanner, root);
    return true;
}

/* The folder of a file that was away is back: without it, then. */
static void tell_if_lost(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    char *dir = fz_path_dir(row->path);
    if (row->away && !row->is_folder && is_folder_here(dir, true, row->device)) {
        struct fz_batch batch = {0};
        fz_batch_add(&batch, fz_path_name(row->path), FZ_SOURCE_PICTURE);
        fz_scanner_push(scanner, fz_batch_event(&batch, FZ_SOURCE_REMOVED, root, dir));
        fz_scanner_push(scanner, fz_batch_event(&batch, FZ_SOURCE_BACK, root, dir));
        fz_batch_fini(&batch);
        row->away = row->is_here = false;
    }
    free(dir);
}

void fz_await_look(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    struct fz_await *await = &scanner->await;
    await->due_us = fz_now_us() + LOOK_US;
    size_t left = 0;
    for (size_t i = 0; i < await->count; i++) {
        uint32_t root = await->roots[i];
        fz_scanner_turn_to(scanner, root);
        if (has_come(scanner, root)) {
            unwatch(scanner, root);
            fz_scanner_queue_root(scanner, root);
        } else {
            tell_if_lost(scanner, root);
            watch_above(scanner, root);
            await->roots[left++] = root;
        }
    }
    await->count = left;
}
