/* The ledger of working memory: after reading a header a worker reserves what the decode will need, and waits while
 * others hold too much. What needs more than a quarter of all decodes alone among its like. */
#ifndef FZ_SYNC_LEDGER_H
#define FZ_SYNC_LEDGER_H

#include "sync/cancel.h"
#include "sync/monitor.h"

#include <stdbool.h>
#include <stdint.h>

struct fz_ledger {
    struct fz_monitor released;
    uint64_t capacity; /* immutable, bytes */
    uint64_t reserved; /* under its lock, bytes */
    bool large_taken;  /* under its lock: somebody decodes more than a quarter */
};

/* The owner. */
void fz_ledger_init(struct fz_ledger *ledger, uint64_t capacity_bytes);
void fz_ledger_fini(struct fz_ledger *ledger);

/* A worker. Waits until `bytes` fit; false when they never will (over the capacity), or `token` is cancelled. */
bool fz_ledger_reserve(struct fz_ledger *ledger, uint64_t bytes, const struct fz_cancel *token);

/* Any thread. What is reserved now. */
uint64_t fz_ledger_reserved(struct fz_ledger *ledger);

/* A worker. Gives back exactly what one successful reserve took. */
void fz_ledger_release(struct fz_ledger *ledger, uint64_t bytes);

#endif
