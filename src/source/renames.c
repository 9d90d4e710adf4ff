#include "source/renames.h"

#include "base/clock.h"
#include "source/scanner.h"

#include <stdlib.h>

void fz_renames_fini(struct fz_renames *renames)
{
    for (size_t i = 0; i < FZ_RENAMES_FOLDERS; i++)
        fz_batch_fini(&renames->folders[i].pairs);
    renames->count = 0;
    renames->due_us = 0;
}

static struct fz_batch *find(struct fz_renames *renames, struct fz_tree_ref folder)
{
    for (size_t i = renames->count; i-- > 0;) {
        struct fz_renames_folder *known = &renames->folders[i];
        if (known->folder.row == folder.row && known->folder.serial == folder.serial)
            return &known->pairs;
    }
    return NULL;
}

static struct fz_batch *pairs_of(struct fz_scanner *scanner, uint32_t folder)
{
    struct fz_renames *renames = &scanner->renames;
    struct fz_tree_ref ref = fz_tree_refer(&scanner->tree, folder);
    struct fz_batch *pairs = find(renames, ref);
    if (pairs)
        return pairs;
    if (renames->count == FZ_RENAMES_FOLDERS)
        fz_renames_send(scanner);
    renames->folders[renames->count].folder = ref;
    return &renames->folders[renames->count++].pairs;
}

/* What else is gathered goes later: of these two names it may not. */
void fz_renames_note(struct fz_scanner *scanner, uint32_t folder, const char *from, const char *to,
                     enum fz_source_doubt doubt)
{
    struct fz_renames *renames = &scanner->renames;
    if (fz_burst_tells_of(scanner, folder, from) || fz_burst_tells_of(scanner, folder, to))
        fz_burst_flush(scanner);
    struct fz_batch *pairs = pairs_of(scanner, folder);
    fz_batch_add(pairs, from, FZ_SOURCE_PICTURE);
    fz_batch_add(pairs, to, doubt);
    if (renames->due_us == 0)
        renames->due_us = fz_now_us() + FZ_BURST_GATHER_US;
}

static void send_folder(struct fz_scanner *scanner, struct fz_renames_folder *renamed)
{
    uint32_t folder = fz_tree_resolve(&scanner->tree, renamed->folder);
    if (folder == FZ_TREE_NONE) { /* and all that was in it */
        fz_batch_fini(&renamed->pairs);
        return;
    }
    char *dir = fz_tree_path(&scanner->tree, folder);
    uint32_t root = scanner->tree.folders[folder].root;
    fz_scanner_push(scanner, fz_batch_event(&renamed->pairs, FZ_SOURCE_RENAMED, root, dir));
    free(dir);
}

void fz_renames_send(struct fz_scanner *scanner)
{
    struct fz_renames *renames = &scanner->renames;
    for (size_t i = 0; i < renames->count; i++)
        send_folder(scanner, &renames->folders[i]);
    renames->count = 0;
    renames->due_us = 0;
}

int64_t fz_renames_due_us(const struct fz_renames *renames)
{
    return renames->due_us ? renames->due_us : INT64_MAX;
}

void fz_renames_work(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    if (fz_renames_due_us(&scanner->renames) <= fz_now_us())
        fz_renames_send(scanner);
}
