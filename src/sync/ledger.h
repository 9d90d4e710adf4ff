/* The ledger of working memory: after reading a header a worker reserves what the decode will need, and waits while
 * others hold too much. What needs more than a quarter of all decodes alone among its like. For what needs more than all of it
 * whoever holds other memory may give some up: for good, or what went for one picture would come back and go again for
 * the next. */
#ifndef FZ_SYNC_LEDGER_H
#define FZ_SYNC_LEDGER_H

#include "sync/cancel.h"
#include "sync/doorbell.h"
#include "sync/monitor.h"

#include <stdbool.h>
#include <stdint.h>

struct fz_ledger {
    struct fz_monitor released;
    uint64_t capacity;                /* under its lock, bytes; never less than it was */
    uint64_t reserved;                /* under its lock, bytes */
    uint64_t quarter;                 /* immutable, bytes: of what the capacity was at first */
    bool large_taken;                 /* under its lock: somebody decodes more than a quarter */
    uint64_t lent;                    /* under its lock, bytes of what is reserved: until somebody waits */
    struct fz_ledger_waiter *waiting; /* under its lock: a list of who does, each on its own stack */

    uint64_t first;            /* immutable, bytes: the capacity then */
    uint64_t most;             /* under its lock, bytes: what it may become */
    struct fz_doorbell *giver; /* immutable: rung when more is wanted; NULL: there is nobody */
    _Atomic uint64_t wanted;   /* written under its lock, bytes: that the capacity lacks */
};

/* The owner. */
void fz_ledger_init(struct fz_ledger *ledger, uint64_t capacity_bytes);
void fz_ledger_fini(struct fz_ledger *ledger);
/* The owner, before the first claim. */
void fz_ledger_set_giver(struct fz_ledger *ledger, uint64_t claimable_bytes, struct fz_doorbell *giver);
/* The giver, at any time. How much it would give in all: what was given stays. */
void fz_ledger_set_claimable(struct fz_ledger *ledger, uint64_t bytes);

/* A worker. Waits until `bytes` fit beside what those wait for that are of a more urgent class (`priority` as in sync/heap.h, borrowed; it
 * may change meanwhile; NULL: the most urgent); false when they never will (over the capacity), or `token` is cancelled. */
bool fz_ledger_reserve(struct fz_ledger *ledger, uint64_t bytes, const struct fz_cancel *token,
                       const _Atomic uint64_t *priority);

/* A worker. As fz_ledger_reserve, without waiting: false, too, where it would have to. */
bool fz_ledger_try(struct fz_ledger *ledger, uint64_t bytes, const _Atomic uint64_t *priority);

/* A worker. As fz_ledger_reserve, of what does not fit: waits until enough was given, of which a quarter of the first capacity stays for others.
 * False too when so much never will be. */
bool fz_ledger_claim(struct fz_ledger *ledger, uint64_t bytes, const struct fz_cancel *token,
                     const _Atomic uint64_t *priority);

/* A worker, between two decodes. Takes `bytes` for what would be of use to later ones, without waiting: false where there is no room for
 * it, somebody waits, or all that is lent would be more than a quarter. The worker returns what it has as soon as it sees that somebody
 * waits, and before it waits itself. */
bool fz_ledger_lend(struct fz_ledger *ledger, uint64_t bytes);
void fz_ledger_return(struct fz_ledger *ledger, uint64_t bytes);
/* Whether somebody waits. */
bool fz_ledger_is_short(struct fz_ledger *ledger);

/* The giver, one thread. How much it is to do without in addition; 0: nothing. And: it does without. */
uint64_t fz_ledger_wanted(const struct fz_ledger *ledger);
void fz_ledger_give(struct fz_ledger *ledger, uint64_t bytes);

/* Any thread. What is reserved now, and of how much. */
uint64_t fz_ledger_reserved(struct fz_ledger *ledger);
uint64_t fz_ledger_capacity(struct fz_ledger *ledger);

/* A worker. Gives back exactly what one successful reserve took. */
void fz_ledger_release(struct fz_ledger *ledger, uint64_t bytes);

#endif
