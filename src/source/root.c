#include "source/root.h"

#include "base/mem.h"
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

void fz_root_begin(struct fz_scanner *scanner, uint32_t root)
{
    FZ_NOT_MAIN();
    struct fz_root *row = fz_scanner_root(scanner, root);
    row->path = fz_path_absolute(row->argument);
    struct stat st;
    if (stat(row->path, &st) == 0 && S_ISDIR(st.st_mode)) {
        scanner->reading = root;
        fz_walk_push(&scanner->walk, root, FZ_TREE_NONE, row->path, false);
        return;
    }
    struct stat none;
    if (stat(row->path, &none) < 0) {
        bool missing = errno == ENOENT;
        fz_scanner_complain(scanner, root, fz_err_from_errno(errno), missing ? 0 : errno, row->argument,
                           missing ? "no such file or folder" : NULL);
    }
    add_file(scanner, root);
    fz_scanner_listed(scanner, root);
}
