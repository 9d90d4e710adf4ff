#include "source/given.h"

#include "base/mem.h"
#include "source/scanner.h"
#include "sync/wake.h"

#include <stdlib.h>
#include <string.h>

void fz_given_free(struct fz_ready_node *list)
{
    while (list) {
        struct fz_given *given = FZ_CONTAINER(list, struct fz_given, node);
        list = list->next;
        free(given->bytes);
        free(given);
    }
}

void fz_given_begin(struct fz_scanner *scanner, uint32_t root)
{
    fz_paths_begin(scanner, root);
    scanner->paths->is_given = true;
    scanner->paths->fd = scanner->sources->given_fd;
}

void fz_given_take(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    fz_wake_drain(scanner->sources->given_fd);
    struct fz_ready_node **end = &scanner->paths->given;
    while (*end)
        end = &(*end)->next;
    *end = fz_ready_take(&scanner->sources->given);
}

void fz_given_refill(struct fz_paths *paths)
{
    while (paths->given) {
        struct fz_given *given = FZ_CONTAINER(paths->given, struct fz_given, node);
        size_t room = sizeof paths->bytes - 1 - paths->end, left = given->len - given->taken;
        size_t n = left < room ? left : room;
        memcpy(paths->bytes + paths->end, given->bytes + given->taken, n);
        paths->end += n;
        given->taken += n;
        if (n < left)
            return;
        paths->given = given->node.next;
        given->node.next = NULL;
        fz_given_free(&given->node);
    }
}

void fz_sources_give(struct fz_sources *sources, char *bytes, size_t len)
{
    FZ_MAIN_ONLY();
    struct fz_given *given = fz_calloc(1, sizeof *given);
    given->bytes = fz_realloc(bytes, len + 1);
    given->bytes[len] = '\0';
    given->len = len + 1;
    fz_ready_push(&sources->given, &given->node);
    fz_wake(sources->given_fd);
}
