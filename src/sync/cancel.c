#include "sync/cancel.h"

void fz_cancel_init(struct fz_cancel *token, const struct fz_cancel *parent)
{
    token->parent = parent;
    atomic_init(&token->cancelled, false);
}

/* Relaxed on both sides: a token says "stop soon" and guards no data. */
void fz_cancel_set(struct fz_cancel *token)
{
    atomic_store_explicit(&token->cancelled, true, memory_order_relaxed);
}

bool fz_cancel_is_set(const struct fz_cancel *token)
{
    for (; token; token = token->parent)
        if (atomic_load_explicit(&token->cancelled, memory_order_relaxed))
            return true;
    return false;
}
