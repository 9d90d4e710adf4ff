#include "source/listing.h"

#include "sync/wake.h"

#include <poll.h>

enum { HELD_MS = 50 };

/* Of readers that are processes, their front end passes it on. */
static void wake(const struct fz_sources *sources)
{
    if (sources->listing_fd >= 0)
        fz_wake(sources->listing_fd);
    for (uint32_t i = 0; i < sources->scanner_count; i++)
        if (sources->scanners[i].thread && sources->scanners[i].listing_fd >= 0)
            fz_wake(sources->scanners[i].listing_fd);
}

void fz_sources_hold(struct fz_sources *sources, bool held)
{
    atomic_store_explicit(&sources->held, held, memory_order_relaxed);
    wake(sources);
}

void fz_sources_end_listing(struct fz_sources *sources)
{
    atomic_fetch_add_explicit(&sources->ends, 1, memory_order_relaxed);
    wake(sources);
}

static void end_now(struct fz_scanner *scanner)
{
    fz_walk_drop_unlisted(scanner);
    fz_paths_drop(scanner);
    scanner->next = scanner->end;
    for (uint32_t i = scanner->first; i < scanner->end; i++) {
        struct fz_root *root = fz_scanner_root(scanner, i);
        if (root->listed || root->row->own_scanner) /* which ends by itself, or with its paths */
            continue;
        root->rereads = false; /* what is not read again is not gone */
        fz_scanner_listed(scanner, i);
    }
}

bool fz_listing_may_go_on(struct fz_scanner *scanner)
{
    struct fz_sources *sources = scanner->sources;
    if (scanner->listing_fd >= 0)
        fz_wake_drain(scanner->listing_fd);
    unsigned ends = atomic_load_explicit(&sources->ends, memory_order_relaxed);
    if (ends != scanner->ends) {
        scanner->ends = ends;
        end_now(scanner);
    }
    if (!atomic_load_explicit(&sources->held, memory_order_relaxed))
        return true;
    atomic_store_explicit(&scanner->is_at_rest, true, memory_order_relaxed);
    poll(&(struct pollfd){.fd = sources->stop_fd, .events = POLLIN}, 1, HELD_MS);
    atomic_store_explicit(&scanner->is_at_rest, false, memory_order_relaxed);
    return false;
}
