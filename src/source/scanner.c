#include "source/scanner.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_IN_MESSAGE = 150 };

bool fz_scanner_stops(const struct fz_scanner *scanner)
{
    return fz_cancel_is_set(&scanner->sources->stop);
}

struct fz_root *fz_scanner_root(const struct fz_scanner *scanner, uint32_t root)
{
    return &scanner->sources->roots[root];
}

void fz_scanner_push(struct fz_scanner *scanner, struct fz_source_event *event)
{
    fz_ready_push(scanner->sources->ready, &event->node);
    fz_doorbell_ring(scanner->sources->bell);
}

void fz_scanner_complain(struct fz_scanner *scanner, uint32_t root, enum fz_err code, int sys, const char *path,
                        const char *reason)
{
    struct fz_source_event *event = fz_calloc(1, sizeof *event);
    event->kind = FZ_SOURCE_ERROR;
    event->root = root;
    size_t len = strlen(path), half = PATH_IN_MESSAGE / 2;
    const char *tail = len > PATH_IN_MESSAGE ? path + len - half : path;
    while (((unsigned char)*tail & 0xc0) == 0x80)
        tail++; /* not from the middle of a character on */
    int head = len > PATH_IN_MESSAGE ? (int)half : 0;
    fz_fail(&event->error, code, sys, "%.*s%s%s%s%s", head, path, head ? "..." : "", tail, reason ? ": " : "",
            reason ? reason : "");
    fz_scanner_push(scanner, event);
}

void fz_scanner_listed(struct fz_scanner *scanner, uint32_t root)
{
    struct fz_root *row = fz_scanner_root(scanner, root);
    if (row->listed)
        return;
    row->listed = true;
    struct fz_source_event *event = fz_calloc(1, sizeof *event);
    event->kind = FZ_SOURCE_LISTED;
    event->root = root;
    event->left_out = row->left_out;
    fz_scanner_push(scanner, event);
}

/* Ends the first reading of a root whose last folder was read. */
static void finish_reading(struct fz_scanner *scanner)
{
    uint32_t root = scanner->reading;
    if (root == FZ_TREE_NONE)
        return;
    scanner->reading = FZ_TREE_NONE;
    struct fz_root *row = fz_scanner_root(scanner, root);
    if (!row->yielded)
        fz_scanner_complain(scanner, root, FZ_E_EMPTY, 0, row->path, "no pictures in this folder");
    fz_scanner_listed(scanner, root);
}

static void step(struct fz_scanner *scanner)
{
    if (!fz_walk_is_idle(&scanner->walk)) {
        fz_walk_step(scanner);
        return;
    }
    finish_reading(scanner);
    if (scanner->next < scanner->end) {
        uint32_t root = scanner->next++;
        fz_scanner_root(scanner, root)->row->begin(scanner, root);
    }
}

int fz_scanner_main(void *ctx)
{
    FZ_NOT_MAIN();
    struct fz_scanner *scanner = ctx;
    while (!fz_scanner_stops(scanner)) {
        if (fz_walk_is_idle(&scanner->walk) && scanner->reading == FZ_TREE_NONE && scanner->next == scanner->end)
            break;
        step(scanner);
    }
    fz_walk_fini(&scanner->walk);
    fz_tree_fini(&scanner->tree);
    return 0;
}
